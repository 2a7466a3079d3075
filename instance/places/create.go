package places

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
	"palier/protocol/vocab"
)

// Plan is what a neighbourhood is to be.
type Plan struct {
	Username  string // its name in the public address
	Title     string
	Summary   string // Markdown-lite
	Kind      instance.Level
	House     instance.HouseKind // what people share a house for; [instance.Homes] if a house does not say
	Territory string             // FR:COG:22050; empty if it is not a whole one
	Within    []string           // URIs of what it lies within, here or elsewhere
	Latitude  float64
	Longitude float64
	RadiusKM  float64
	HoldNew   bool
	Keeps     bool
}

const (
	// MaxWithin is how many places one may say it lies within.
	MaxWithin  = 8
	maxTitle   = 100
	maxSummary = 2000
)

// house is what a place of its kind is shared for: homes unless it says
// otherwise, nothing if it is no house.
func (p Plan) house() instance.HouseKind {
	switch {
	case !p.Kind.House():
		return ""
	case p.House == "":
		return instance.Homes
	}
	return p.House
}

func (p Plan) check() error {
	if writing.CleanName(p.Title) == "" {
		return &instance.Invalid{Field: "title", Code: "missing"}
	}
	if utf8.RuneCountInString(p.Title) > maxTitle {
		return &instance.Invalid{Field: "title", Code: "too-long", Limit: maxTitle}
	}
	if utf8.RuneCountInString(p.Summary) > maxSummary {
		return &instance.Invalid{Field: "summary", Code: "too-long", Limit: maxSummary}
	}
	if _, ok := vocab.ParseLevel(string(p.Kind)); !ok {
		return &instance.Invalid{Field: "kind", Code: "unknown"}
	}
	if p.House != "" && !slices.Contains(instance.HouseKinds, p.House) {
		return &instance.Invalid{Field: "house", Code: "unknown"}
	}
	if _, ok := vocab.ParseTerritory(p.Territory); !ok && p.Territory != "" {
		return &instance.Invalid{Field: "territory", Code: "malformed"}
	}
	if len(p.Within) > MaxWithin {
		return &instance.Invalid{Field: "within", Code: "too-many", Limit: MaxWithin}
	}
	for _, uri := range p.Within {
		if u, err := url.Parse(uri); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return &instance.Invalid{Field: "within", Code: "malformed"}
		}
	}
	if p.Latitude < -90 || p.Latitude > 90 || p.Longitude < -180 || p.Longitude > 180 || p.RadiusKM < 0 {
		return &instance.Invalid{Field: "location", Code: "malformed"}
	}
	return nil
}

// Create makes a neighbourhood. It returns an [instance.Invalid] for what
// cannot be taken, also when the name is in use.
func (s *Service) Create(ctx context.Context, p Plan) (instance.Neighbourhood, error) {
	var none instance.Neighbourhood
	key, err := instance.ParseUsername(p.Username)
	if err != nil {
		return none, err
	}
	if err := p.check(); err != nil {
		return none, err
	}
	keep, err := s.keys.Mint()
	if err != nil {
		return none, fmt.Errorf("create neighbourhood %s: %w", key, err)
	}
	n := instance.Neighbourhood{Actor: s.newGroup(key, p), Source: p.Summary, HoldNew: p.HoldNew, Keeps: p.Keeps, House: p.house(), Within: p.Within}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if err := actors.Save(ctx, tx, n.Actor, ""); err != nil {
			if errors.Is(err, instance.ErrConflict) {
				return &instance.Invalid{Field: "username", Code: "taken"}
			}
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO neighbourhoods (actor_id, kind, hold_new, keeps, house, summary, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, n.ID, string(p.Kind), p.HoldNew, p.Keeps, string(p.house()), p.Summary, store.Millis(n.CreatedAt))
		if err != nil {
			return err
		}
		if err := setWithin(ctx, tx, n.ID, p.Within); err != nil {
			return err
		}
		return keep(ctx, tx, n.Actor)
	})
	if err != nil {
		return none, fmt.Errorf("create neighbourhood %s: %w", key, err)
	}
	return n, nil
}

func (s *Service) newGroup(key string, p Plan) instance.Actor {
	id := instance.ActorID(s.ids.Next())
	uri, now := s.site.GroupURI(key), s.now().UTC()
	return instance.Actor{
		ID: id, URI: uri, Kind: instance.Group, Username: p.Username,
		Name: writing.CleanName(p.Title), Summary: writing.Render(p.Summary, writing.Options{}).HTML, URL: s.site.Page(key),
		Inbox: uri + "/inbox", SharedInbox: s.site.Inbox(), Outbox: uri + "/outbox",
		Followers: uri + "/followers", Following: uri + "/following", Featured: uri + "/featured",
		Moderators: uri + "/moderators", Discoverable: true, Indexable: true,
		Level: p.Kind, Territory: p.Territory, Latitude: p.Latitude, Longitude: p.Longitude, RadiusKM: p.RadiusKM,
		CreatedAt: now, UpdatedAt: now,
	}
}

// Edit changes a neighbourhood; its name and kind stay. It returns an
// [instance.Invalid] for what cannot be taken.
func (s *Service) Edit(ctx context.Context, id instance.ActorID, p Plan) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		p.Kind = n.Level
		if p.House == "" {
			p.House = n.House
		}
		if err := p.check(); err != nil {
			return err
		}
		a := n.Actor
		a.Name, a.Summary = writing.CleanName(p.Title), writing.Render(p.Summary, writing.Options{}).HTML
		a.Territory, a.Latitude, a.Longitude, a.RadiusKM = p.Territory, p.Latitude, p.Longitude, p.RadiusKM
		a.UpdatedAt = s.now().UTC()
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE neighbourhoods SET hold_new = $2, keeps = $3, house = $4, summary = $5 WHERE actor_id = $1`, id, p.HoldNew, p.Keeps, string(p.house()), p.Summary)
		if err != nil {
			return err
		}
		if err := setWithin(ctx, tx, id, p.Within); err != nil {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.ProfileEdited, Actor: a})
	})
	if err != nil {
		return fmt.Errorf("edit neighbourhood %s: %w", id, err)
	}
	return nil
}

// setWithin replaces what a place says it lies within.
func setWithin(ctx context.Context, tx store.Tx, id instance.ActorID, within []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM nestings WHERE child_id = $1`, id); err != nil {
		return err
	}
	for _, uri := range within {
		_, err := tx.Exec(ctx, `
			INSERT INTO nestings (child_id, parent_uri)
			VALUES ($1, $2)
			ON CONFLICT DO NOTHING`, id, uri)
		if err != nil {
			return err
		}
	}
	return nil
}
