// Package passkeys lets people sign in with a key that their own device holds
// (WebAuthn level 3): nothing to remember, and nothing that could be sent to a
// page that pretends to be ours.
package passkeys

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

// Key is one key of a person.
type Key struct {
	ID      instance.ID
	Label   string // what the person calls the device
	Created time.Time
	Used    time.Time // zero if it never was
}

// Most keys that one person can have, and the longest label, in characters.
const (
	MaxKeys  = 10
	maxLabel = 60
)

// Service keeps keys of people.
type Service struct {
	db  *store.DB
	ids *instance.IDs
	now func() time.Time
	web *webauthn.WebAuthn
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Site  instance.Site
	IDs   *instance.IDs
	Now   func() time.Time
	Title string // of the server, as devices show it
}

// New returns a service on o. Keys are bound to a name: a server that has only
// a number takes none.
func New(o Options) (*Service, error) {
	s := &Service{db: o.DB, ids: o.IDs, now: o.Now}
	if _, err := netip.ParseAddr(strings.Trim(o.Site.Name(), "[]")); err == nil || strings.HasPrefix(o.Site.Name(), "[") {
		return s, nil
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: o.Site.Name(), RPDisplayName: o.Title, RPOrigins: []string{o.Site.Base()},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationPreferred,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	s.web = w
	return s, nil
}

// Possible tells whether this server can take keys.
func (s *Service) Possible() bool { return s.web != nil }

// owner is a person as the protocol sees them. The handle is their public
// number: it tells a device nothing that their page does not.
type owner struct {
	id          instance.ActorID
	name, shown string
	keys        []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return []byte(o.id.String()) }
func (o owner) WebAuthnName() string                       { return o.name }
func (o owner) WebAuthnDisplayName() string                { return o.shown }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

// Begin returns what the browser asks a device for a new key with, as JSON, and
// what has to be kept until the answer.
func (s *Service) Begin(ctx context.Context, a instance.Account) (options, kept []byte, err error) {
	if !s.Possible() {
		return nil, nil, instance.ErrNotFound
	}
	o, err := s.owner(ctx, a.ID)
	if err != nil {
		return nil, nil, err
	}
	o.name, o.shown = a.Username, a.Shown()
	if len(o.keys) >= MaxKeys {
		return nil, nil, &instance.Invalid{Field: "passkeys", Code: "too-many", Limit: MaxKeys}
	}
	creation, session, err := s.web.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.keys).CredentialDescriptors()))
	if err != nil {
		return nil, nil, fmt.Errorf("begin a key of %s: %w", a.ID, err)
	}
	return both(creation, session)
}

func both(options, session any) (a, b []byte, err error) {
	a, err = json.Marshal(options)
	if err == nil {
		b, err = json.Marshal(session)
	}
	return a, b, err
}

// Add keeps a new key of a person, from what [Service.Begin] kept and what the
// device answered. It returns an [instance.ErrInvalid] for an answer that does
// not fit.
func (s *Service) Add(ctx context.Context, a instance.Account, kept, answer []byte, label string) error {
	var session webauthn.SessionData
	if err := json.Unmarshal(kept, &session); err != nil || !s.Possible() {
		return fmt.Errorf("add a key of %s: %w", a.ID, instance.ErrInvalid)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return fmt.Errorf("add a key of %s: %w", a.ID, instance.ErrInvalid)
	}
	credential, err := s.web.CreateCredential(owner{id: a.ID}, session, parsed)
	if err != nil {
		return fmt.Errorf("add a key of %s: %w", a.ID, instance.ErrInvalid)
	}
	text, err := json.Marshal(credential)
	if err != nil {
		return fmt.Errorf("add a key of %s: %w", a.ID, err)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO passkeys (id, person_id, credential_id, credential, label, created_at)
			VALUES ($1, $2, $3, $4, $5, $6)`,
			s.ids.Next(), a.ID, base64.RawURLEncoding.EncodeToString(credential.ID), string(text), writing.CleanLine(label, maxLabel), store.Millis(s.now()))
		if store.IsUnique(err) {
			return instance.ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("add a key of %s: %w", a.ID, err)
	}
	return nil
}

// Ask returns what the browser asks devices for a key with that they hold for
// this server, as JSON, and what has to be kept until the answer. Nobody is
// named: the device says whose key it is.
func (s *Service) Ask() (options, kept []byte, err error) {
	if !s.Possible() {
		return nil, nil, instance.ErrNotFound
	}
	assertion, session, err := s.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, nil, fmt.Errorf("ask for a key: %w", err)
	}
	return both(assertion, session)
}

// SignIn returns whose key answered. It returns [instance.ErrUnauthenticated]
// for an answer that does not fit, a key that is not known, one that was copied,
// and an account that is closed.
func (s *Service) SignIn(ctx context.Context, kept, answer []byte) (instance.ActorID, error) {
	var session webauthn.SessionData
	if err := json.Unmarshal(kept, &session); err != nil || !s.Possible() {
		return 0, instance.ErrUnauthenticated
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return 0, instance.ErrUnauthenticated
	}
	var fault error
	user, credential, err := s.web.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		id, err := strconv.ParseInt(string(handle), 10, 64)
		if err != nil {
			return nil, instance.ErrUnauthenticated
		}
		o, err := s.owner(ctx, instance.ActorID(id))
		if err != nil && !errors.Is(err, instance.ErrNotFound) {
			fault = err
		}
		return o, err
	}, session, parsed)
	if fault != nil {
		return 0, fault
	}
	if err != nil || credential.Authenticator.CloneWarning {
		return 0, instance.ErrUnauthenticated
	}
	who, ok := user.(owner)
	if !ok {
		return 0, instance.ErrUnauthenticated
	}
	return who.id, s.used(ctx, who.id, credential)
}

// used keeps how often a key was used, as it tells itself.
func (s *Service) used(ctx context.Context, id instance.ActorID, c *webauthn.Credential) error {
	text, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("key of %s: %w", id, err)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE passkeys
			   SET credential = $3, used_at = $4
			 WHERE person_id = $1 AND credential_id = $2`,
			id, base64.RawURLEncoding.EncodeToString(c.ID), string(text), store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrUnauthenticated // taken away meanwhile
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("key of %s: %w", id, err)
	}
	return nil
}

// owner returns a person with their keys, unless their account is closed.
func (s *Service) owner(ctx context.Context, id instance.ActorID) (owner, error) {
	o := owner{id: id}
	var open bool
	err := s.db.Read().QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM people p JOIN actors a ON a.id = p.actor_id
		                WHERE p.actor_id = $1 AND p.disabled_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL)`, id).Scan(&open)
	if err == nil && !open {
		err = instance.ErrNotFound
	}
	if err != nil {
		return o, fmt.Errorf("keys of %s: %w", id, err)
	}
	rows, err := s.db.Read().Query(ctx, `SELECT credential FROM passkeys WHERE person_id = $1 ORDER BY id LIMIT $2`, id, 2*MaxKeys)
	if err != nil {
		return o, fmt.Errorf("keys of %s: %w", id, err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		var c webauthn.Credential
		err := rows.Scan(&text)
		if err == nil {
			err = json.Unmarshal([]byte(text), &c)
		}
		if err != nil {
			return o, fmt.Errorf("keys of %s: %w", id, err)
		}
		o.keys = append(o.keys, c)
	}
	return o, rows.Err()
}

// Keys returns the keys of a person, the oldest first.
func (s *Service) Keys(ctx context.Context, id instance.ActorID) ([]Key, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, label, created_at, used_at
		  FROM passkeys
		 WHERE person_id = $1
		 ORDER BY id
		 LIMIT $2`, id, 2*MaxKeys)
	if err != nil {
		return nil, fmt.Errorf("keys of %s: %w", id, err)
	}
	defer rows.Close()
	var list []Key
	for rows.Next() {
		var k Key
		var created int64
		var used *int64
		if err := rows.Scan(&k.ID, &k.Label, &created, &used); err != nil {
			return nil, fmt.Errorf("keys of %s: %w", id, err)
		}
		k.Created, k.Used = store.Time(created), store.TimeOrNever(used)
		list = append(list, k)
	}
	return list, rows.Err()
}

// Drop takes a key away from a person. It returns [instance.ErrNotFound] for one
// of somebody else.
func (s *Service) Drop(ctx context.Context, person instance.ActorID, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM passkeys WHERE id = $1 AND person_id = $2`, id, person)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("drop key %s: %w", id, err)
	}
	return nil
}
