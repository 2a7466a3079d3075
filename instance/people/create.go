package people

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// Newcomer is who is to get an account.
type Newcomer struct {
	Username string // the case it is written in is kept
	Name     string
	Email    string
	Password string
	Role     instance.Role // empty: resident
	Locale   string        // empty: fr
	// Verified tells that the operator has seen that the person belongs to this
	// server's area; joining a place that is no house then makes them
	// a verified resident of it.
	Verified bool
}

// Create opens an account. It returns an [instance.Invalid] for what cannot be
// taken, also when the name or the address is in use.
func (s *Service) Create(ctx context.Context, n Newcomer) (instance.Account, error) {
	var none instance.Account
	if _, err := instance.ParseUsername(n.Username); err != nil {
		return none, err
	}
	email, emailKey, err := instance.ParseEmail(n.Email)
	if err != nil {
		return none, err
	}
	if err := instance.CheckPassword(n.Password); err != nil {
		return none, err
	}
	hash, err := s.hash(ctx, n.Password)
	if err != nil {
		return none, fmt.Errorf("create person %s: %w", n.Username, err)
	}
	keep, err := s.keys.Mint()
	if err != nil {
		return none, fmt.Errorf("create person %s: %w", n.Username, err)
	}
	a := instance.Account{
		Actor: s.newActor(n), Email: email, Role: n.Role, Locale: n.Locale,
		Appearance: "auto", TextSize: "normal", DefaultAudience: instance.ToNeighbourhood,
	}
	if a.Role == "" {
		a.Role = instance.Resident
	}
	if a.Locale == "" {
		a.Locale = "fr"
	}
	a.CreatedAt = a.Actor.CreatedAt
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if err := actors.Save(ctx, tx, a.Actor, ""); err != nil {
			return taken(err, "username")
		}
		at := store.Millis(a.CreatedAt)
		var verified *int64
		if n.Verified {
			verified = &at
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO people (actor_id, email, email_key, password_hash, role, locale, verified_at, created_at, credentials_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			a.ID, email, emailKey, hash, string(a.Role), a.Locale, verified, at, at)
		if store.IsUnique(err) {
			return &instance.Invalid{Field: "email", Code: "taken"}
		}
		if err != nil {
			return err
		}
		return keep(ctx, tx, a.Actor)
	})
	if err != nil {
		return none, fmt.Errorf("create person %s: %w", n.Username, err)
	}
	return a, nil
}

// newActor is the person as others will see it: closed and unlisted until the
// person opens up.
func (s *Service) newActor(n Newcomer) instance.Actor {
	id := instance.ActorID(s.ids.Next())
	uri, now := s.site.PersonURI(id), s.now().UTC()
	return instance.Actor{
		ID: id, URI: uri, Kind: instance.Person, Username: n.Username,
		Name: writing.CleanName(n.Name), URL: s.site.Page(n.Username),
		Inbox: uri + "/inbox", SharedInbox: s.site.Inbox(), Outbox: uri + "/outbox",
		Followers: uri + "/followers", Following: uri + "/following", Featured: uri + "/featured",
		Locked: true, HideCollections: true, CreatedAt: now, UpdatedAt: now,
	}
}

// taken turns a conflict into an [instance.Invalid] for the field in the way.
func taken(err error, field string) error {
	if errors.Is(err, instance.ErrConflict) {
		return &instance.Invalid{Field: field, Code: "taken"}
	}
	return err
}
