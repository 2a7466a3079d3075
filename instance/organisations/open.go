package organisations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// Plan is what an organisation is to be.
type Plan struct {
	Username string // its name in the public address
	Title    string
	Sort     instance.OrganisationSort
	Place    instance.ActorID // where it is at home
	Agent    instance.ActorID // who acts for it first
	About
}

// About is what an organisation tells of itself.
type About struct {
	Summary  string // Markdown-lite
	Hours    instance.Hours
	Holidays string
	Needs    []string
	Asks     []string // categories of asks it hears of when no neighbour answers
}

// Limits of what an organisation can tell.
const (
	MaxNeeds = 10

	maxTitle    = 100
	maxSummary  = 2000
	maxHolidays = 300
	maxNeed     = 200
)

func (a About) check() error {
	switch {
	case utf8.RuneCountInString(a.Summary) > maxSummary:
		return &instance.Invalid{Field: "summary", Code: "too-long", Limit: maxSummary}
	case utf8.RuneCountInString(a.Holidays) > maxHolidays:
		return &instance.Invalid{Field: "holidays", Code: "too-long", Limit: maxHolidays}
	case len(a.Needs) > MaxNeeds:
		return &instance.Invalid{Field: "needs", Code: "too-many", Limit: MaxNeeds}
	case slices.ContainsFunc(a.Needs, func(need string) bool { return utf8.RuneCountInString(need) > maxNeed }):
		return &instance.Invalid{Field: "needs", Code: "too-long", Limit: maxNeed}
	}
	return nil
}

func (p Plan) check() error {
	switch {
	case writing.CleanName(p.Title) == "":
		return &instance.Invalid{Field: "title", Code: "missing"}
	case utf8.RuneCountInString(p.Title) > maxTitle:
		return &instance.Invalid{Field: "title", Code: "too-long", Limit: maxTitle}
	case !slices.Contains(instance.OrganisationSorts, p.Sort):
		return &instance.Invalid{Field: "sort", Code: "unknown"}
	}
	return p.About.check()
}

// Open gives an organisation its page. It returns an [instance.Invalid] for what
// cannot be taken, also when the name is in use.
func (s *Service) Open(ctx context.Context, p Plan) (instance.Organisation, error) {
	return s.open(ctx, p, func(context.Context, store.Tx, instance.Organisation) error { return nil })
}

// open is [Service.Open] with what else belongs to it in its transaction.
func (s *Service) open(ctx context.Context, p Plan, with func(context.Context, store.Tx, instance.Organisation) error) (instance.Organisation, error) {
	var none instance.Organisation
	key, err := instance.ParseUsername(p.Username)
	if err != nil {
		return none, err
	}
	if err := p.check(); err != nil {
		return none, err
	}
	keep, err := s.keys.Mint()
	if err != nil {
		return none, fmt.Errorf("open organisation %s: %w", key, err)
	}
	o := instance.Organisation{Actor: s.newActor(p), Sort: p.Sort, Source: p.Summary, Hours: p.Hours, Holidays: p.Holidays, Needs: p.Needs}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if o.Place, err = actors.ByID(ctx, tx, p.Place); err != nil {
			return err
		}
		if !o.Place.Local() || o.Place.Level == "" {
			return instance.ErrNotFound
		}
		if err := actors.Save(ctx, tx, o.Actor, ""); err != nil {
			if errors.Is(err, instance.ErrConflict) {
				return &instance.Invalid{Field: "username", Code: "taken"}
			}
			return err
		}
		hours, needs, err := texts(p.About)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO organisations (actor_id, place_id, sort, summary, hours, holidays, needs, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			o.ID, p.Place, string(p.Sort), p.Summary, hours, p.Holidays, needs, store.Millis(o.CreatedAt))
		if err != nil {
			return err
		}
		if err := s.appoint(ctx, tx, o.ID, p.Agent); err != nil {
			return err
		}
		if err := with(ctx, tx, o); err != nil {
			return err
		}
		return keep(ctx, tx, o.Actor)
	})
	if err != nil {
		return none, fmt.Errorf("open organisation %s: %w", key, err)
	}
	return o, nil
}

// texts are hours and needs as they stand in a row.
func texts(a About) (hours, needs string, err error) {
	h, err := json.Marshal(a.Hours)
	if err != nil {
		return "", "", err
	}
	n, err := json.Marshal(a.Needs)
	return string(h), string(n), err
}

func (s *Service) newActor(p Plan) instance.Actor {
	id, now := instance.ActorID(s.ids.Next()), s.now().UTC()
	uri := s.site.PersonURI(id)
	return instance.Actor{
		ID: id, URI: uri, Kind: instance.Organization, Username: p.Username,
		Name: writing.CleanName(p.Title), Summary: writing.Render(p.Summary, writing.Options{}).HTML, URL: s.site.Page(p.Username),
		Inbox: uri + "/inbox", SharedInbox: s.site.Inbox(), Outbox: uri + "/outbox",
		Followers: uri + "/followers", Following: uri + "/following", Featured: uri + "/featured",
		Discoverable: true, Indexable: true, HideCollections: true, CreatedAt: now, UpdatedAt: now,
	}
}

// Edit changes what an organisation tells of itself, as one who acts for it. It
// returns [instance.ErrNotFound] to others.
func (s *Service) Edit(ctx context.Context, by instance.Account, id instance.ActorID, about About) error {
	if err := about.check(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := actsFor(ctx, tx, by, id); err != nil {
			return err
		}
		a, err := actors.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		a.Summary, a.UpdatedAt = writing.Render(about.Summary, writing.Options{}).HTML, s.now().UTC()
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		hours, needs, err := texts(about)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE organisations SET summary = $2, hours = $3, holidays = $4, needs = $5 WHERE actor_id = $1`,
			id, about.Summary, hours, about.Holidays, needs)
		if err == nil {
			err = hearOf(ctx, tx, id, about.Asks)
		}
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.ProfileEdited, Actor: a})
	})
	if err != nil {
		return fmt.Errorf("edit organisation %s: %w", id, err)
	}
	return nil
}
