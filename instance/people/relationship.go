package people

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Relationship is how a viewer stands to an actor.
type Relationship struct {
	Follows      FollowState // viewer → actor
	Boosts       bool        // what the actor shares comes as well
	Notify       bool        // a notice comes of each post
	Languages    []string    // of the posts that come; nil for all
	FollowedBy   FollowState // actor → viewer
	Blocks       bool
	BlockedBy    bool
	Mutes        bool
	MutesNotices bool
	BlocksDomain bool   // the viewer wants to hear nothing of the actor's server
	Note         string // what the viewer wrote down of the actor
}

// Relationships returns how viewer stands to each of the others, in one query.
func (s *Service) Relationships(ctx context.Context, viewer instance.ActorID, others []instance.ActorID) (found map[instance.ActorID]Relationship, err error) {
	found = make(map[instance.ActorID]Relationship, len(others))
	if len(others) == 0 || viewer == 0 {
		return found, nil
	}
	args := []any{viewer, store.Millis(s.now())}
	for _, id := range others {
		args = append(args, id)
		found[id] = Relationship{}
	}
	in := store.Placeholders(3, len(others))
	rows, err := s.db.Read().Query(ctx, `
		SELECT followee_id, 'follows', state, languages, boosts, notify
		  FROM follows WHERE follower_id = $1 AND followee_id IN (`+in+`)
		UNION ALL
		SELECT follower_id, 'followed', state, '', FALSE, FALSE
		  FROM follows WHERE followee_id = $1 AND follower_id IN (`+in+`)
		UNION ALL
		SELECT target_id, 'blocks', '', '', FALSE, FALSE
		  FROM blocks WHERE actor_id = $1 AND target_id IN (`+in+`)
		UNION ALL
		SELECT actor_id, 'blocked', '', '', FALSE, FALSE
		  FROM blocks WHERE target_id = $1 AND actor_id IN (`+in+`)
		UNION ALL
		SELECT target_id, 'mutes', '', '', notices, FALSE
		  FROM mutes WHERE actor_id = $1 AND target_id IN (`+in+`) AND (until IS NULL OR until > $2)
		UNION ALL
		SELECT a.id, 'domain', '', '', FALSE, FALSE
		  FROM blocked_domains d JOIN actors a ON a.host = d.domain WHERE d.actor_id = $1 AND a.id IN (`+in+`)
		UNION ALL
		SELECT target_id, 'note', text, '', FALSE, FALSE
		  FROM private_notes WHERE actor_id = $1 AND target_id IN (`+in+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("relationships of %s: %w", viewer, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id instance.ActorID
		var what, text, languages string
		var one, two bool
		if err := rows.Scan(&id, &what, &text, &languages, &one, &two); err != nil {
			return nil, fmt.Errorf("relationships of %s: %w", viewer, err)
		}
		r := found[id]
		switch what {
		case "follows":
			r.Follows, r.Languages, r.Boosts, r.Notify = FollowState(text), keptLanguages(languages), one, two
		case "followed":
			r.FollowedBy = FollowState(text)
		case "blocks":
			r.Blocks = true
		case "blocked":
			r.BlockedBy = true
		case "mutes":
			r.Mutes, r.MutesNotices = true, one
		case "domain":
			r.BlocksDomain = true
		case "note":
			r.Note = text
		}
		found[id] = r
	}
	return found, rows.Err()
}

// maxNote is the length of a note on somebody, in characters.
const maxNote = 2000

// Note keeps what a person writes down of somebody, for themself alone; an
// empty note forgets it. It returns an [instance.Invalid] for one that is too
// long.
func (s *Service) Note(ctx context.Context, by, target instance.ActorID, text string) error {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > maxNote {
		return &instance.Invalid{Field: "note", Code: "too-long", Limit: maxNote}
	}
	return s.pair(ctx, by, target, "note", func(tx store.Tx, from, to instance.Actor) error {
		if text == "" {
			_, err := tx.Exec(ctx, `DELETE FROM private_notes WHERE actor_id = $1 AND target_id = $2`, from.ID, to.ID)
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO private_notes (actor_id, target_id, text)
			VALUES ($1, $2, $3)
			ON CONFLICT (actor_id, target_id) DO UPDATE
			   SET text = excluded.text`, from.ID, to.ID, text)
		return err
	})
}

// Request is someone who asks to follow.
type Request struct {
	ID   instance.ID // of the follow, for paging
	From instance.Actor
}

// Requests returns a page of those who wait for a yes from id, the newest
// first, from before an id (0 for the newest).
func (s *Service) Requests(ctx context.Context, id instance.ActorID, before instance.ID, limit int) ([]Request, error) {
	return s.follows(ctx, `f.followee_id = $1 AND f.state = 'requested'`, `f.follower_id`, id, before, limit)
}

// Followers returns a page of those who follow id.
func (s *Service) Followers(ctx context.Context, id instance.ActorID, before instance.ID, limit int) ([]Request, error) {
	return s.follows(ctx, `f.followee_id = $1 AND f.state = 'accepted'`, `f.follower_id`, id, before, limit)
}

// Followed returns a page of those whom id follows.
func (s *Service) Followed(ctx context.Context, id instance.ActorID, before instance.ID, limit int) ([]Request, error) {
	return s.follows(ctx, `f.follower_id = $1 AND f.state = 'accepted'`, `f.followee_id`, id, before, limit)
}

func (s *Service) follows(ctx context.Context, where, other string, id instance.ActorID, before instance.ID, limit int) ([]Request, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, f.id
		  FROM follows f JOIN actors a ON a.id = `+other+`
		 WHERE `+where+` AND f.id < $2 AND a.deleted_at IS NULL
		 ORDER BY f.id DESC
		 LIMIT $3`, id, before, limit)
	if err != nil {
		return nil, fmt.Errorf("follows of %s: %w", id, err)
	}
	defer rows.Close()
	var list []Request
	for rows.Next() {
		var r Request
		dest, done := actors.Fields(&r.From)
		if err := rows.Scan(append(dest, &r.ID)...); err != nil {
			return nil, fmt.Errorf("follows of %s: %w", id, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// CountRequests returns how many wait for a yes from id.
func (s *Service) CountRequests(ctx context.Context, id instance.ActorID) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*) FROM follows WHERE followee_id = $1 AND state = 'requested'`, id).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count requests to %s: %w", id, err)
	}
	return n, nil
}
