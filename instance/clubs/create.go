package clubs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// Plan is what a club is to be.
type Plan struct {
	Username string // its name in the public address
	Title    string
	Summary  string // Markdown-lite
	Topic    instance.ClubTopic
	Entry    instance.Entry
	Place    instance.ActorID // it belongs to
}

// Limits of what a club can be.
const (
	// MaxFounded is how many clubs one person can have founded.
	MaxFounded = 3

	maxTitle   = 100
	maxSummary = 2000
)

func (p Plan) check() error {
	switch {
	case writing.CleanName(p.Title) == "":
		return &instance.Invalid{Field: "title", Code: "missing"}
	case utf8.RuneCountInString(p.Title) > maxTitle:
		return &instance.Invalid{Field: "title", Code: "too-long", Limit: maxTitle}
	case utf8.RuneCountInString(p.Summary) > maxSummary:
		return &instance.Invalid{Field: "summary", Code: "too-long", Limit: maxSummary}
	case !slices.Contains(instance.ClubTopics, p.Topic):
		return &instance.Invalid{Field: "topic", Code: "unknown"}
	case p.Entry != instance.EntryOpen && p.Entry != instance.EntryApproval:
		return &instance.Invalid{Field: "entry", Code: "unknown"}
	}
	return nil
}

// Found opens a club in a place where the founder is at home; the founder is its
// first member and looks after it. It returns an [instance.Invalid] for what
// cannot be taken, also when the name is in use or the founder has founded
// [MaxFounded] already, and [instance.ErrForbidden] elsewhere than at home.
func (s *Service) Found(ctx context.Context, founder instance.ActorID, p Plan) (instance.Club, error) {
	var none instance.Club
	key, err := instance.ParseUsername(p.Username)
	if err != nil {
		return none, err
	}
	if err := p.check(); err != nil {
		return none, err
	}
	keep, err := s.keys.Mint()
	if err != nil {
		return none, fmt.Errorf("found club %s: %w", key, err)
	}
	c := instance.Club{Actor: s.newGroup(key, p), Topic: p.Topic, Entry: p.Entry, Source: p.Summary, Members: 1}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if c.Place, err = s.home(ctx, tx, p.Place, founder); err != nil {
			return err
		}
		if err := actors.Save(ctx, tx, c.Actor, ""); err != nil {
			if errors.Is(err, instance.ErrConflict) {
				return &instance.Invalid{Field: "username", Code: "taken"}
			}
			return err
		}
		if err := s.insert(ctx, tx, c, founder); err != nil {
			return err
		}
		return keep(ctx, tx, c.Actor)
	})
	if err != nil {
		return none, fmt.Errorf("found club %s: %w", key, err)
	}
	return c, nil
}

// home returns a place of ours if somebody is at home in it.
func (s *Service) home(ctx context.Context, tx store.Tx, place, person instance.ActorID) (instance.Actor, error) {
	a, err := actors.ByID(ctx, tx, place)
	if err != nil {
		return a, err
	}
	if !a.Local() || a.Level == "" || a.Gone() {
		return a, fmt.Errorf("place %s: %w", place, instance.ErrNotFound)
	}
	may, err := s.places.MayPost(ctx, tx, place, person)
	if err == nil && !may {
		err = fmt.Errorf("at home in %s: %w", place, instance.ErrForbidden)
	}
	return a, err
}

// insert writes the rows of a new club. The founder's own row is written to
// first, so that two presses of the button come one after the other.
func (s *Service) insert(ctx context.Context, tx store.Tx, c instance.Club, founder instance.ActorID) error {
	now := store.Millis(c.CreatedAt)
	if _, err := tx.Exec(ctx, `UPDATE people SET role = role WHERE actor_id = $1`, founder); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO clubs (actor_id, place_id, founder_id, topic, entry, summary, created_at)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS BIGINT)
		 WHERE (SELECT COUNT(*) FROM clubs k JOIN actors a ON a.id = k.actor_id
		         WHERE k.founder_id = $3 AND a.deleted_at IS NULL) < $8`,
		c.ID, c.Place.ID, founder, string(c.Topic), string(c.Entry), c.Source, now, MaxFounded)
	if err != nil {
		return err
	}
	if n == 0 {
		return &instance.Invalid{Field: "title", Code: "too-many", Limit: MaxFounded}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO club_members (club_id, person_id, state, since)
		VALUES ($1, $2, 'member', $3)`, c.ID, founder, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO moderators (group_id, actor_id, since)
		VALUES ($1, $2, $3)`, c.ID, founder, now)
	return err
}

func (s *Service) newGroup(key string, p Plan) instance.Actor {
	uri, now := s.site.GroupURI(key), s.now().UTC()
	return instance.Actor{
		ID: instance.ActorID(s.ids.Next()), URI: uri, Kind: instance.Group, Username: p.Username,
		Name: writing.CleanName(p.Title), Summary: writing.Render(p.Summary, writing.Options{}).HTML, URL: s.site.Page(key),
		Inbox: uri + "/inbox", SharedInbox: s.site.Inbox(), Outbox: uri + "/outbox",
		Followers: uri + "/followers", Following: uri + "/following", Featured: uri + "/featured",
		Moderators: uri + "/moderators", Discoverable: true, Indexable: true, HideCollections: true,
		CreatedAt: now, UpdatedAt: now,
	}
}

// Edit changes a club; its name and place stay. Only who looks after it may;
// others get [instance.ErrForbidden].
func (s *Service) Edit(ctx context.Context, by instance.Account, id instance.ActorID, p Plan) error {
	if err := p.check(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := tended(ctx, tx, by, id); err != nil {
			return err
		}
		a, err := actors.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		a.Name, a.Summary = writing.CleanName(p.Title), writing.Render(p.Summary, writing.Options{}).HTML
		a.UpdatedAt = s.now().UTC()
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE clubs SET topic = $2, entry = $3, summary = $4 WHERE actor_id = $1`, id, string(p.Topic), string(p.Entry), p.Summary)
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.ProfileEdited, Actor: a})
	})
	if err != nil {
		return fmt.Errorf("edit club %s: %w", id, err)
	}
	return nil
}

// tended returns [instance.ErrForbidden] unless by looks after a club, or
// moderates the whole server, and [instance.ErrNotFound] for what is none.
func tended(ctx context.Context, tx store.Tx, by instance.Account, id instance.ActorID) error {
	var club, tends bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM clubs WHERE actor_id = $1),
		       EXISTS (SELECT 1 FROM moderators WHERE group_id = $1 AND actor_id = $2)`, id, by.ID).Scan(&club, &tends)
	switch {
	case err != nil:
		return err
	case !club:
		return instance.ErrNotFound
	case !tends && !by.Moderates():
		return instance.ErrForbidden
	}
	return nil
}
