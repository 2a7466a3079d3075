package outreach

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// Alerts are the kinds of notices a program can ask to be told of, in its own
// words.
var Alerts = []string{
	"mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "admin.sign_up", "admin.report",
}

// alerts are our kinds of notices in the words of programs. What has none is not
// told.
var alerts = map[string]string{
	"mention": "mention", "reply-waits": "mention", "reply": "mention", "status": "status", "boost": "reblog", "follow": "follow", "request": "follow_request",
	"like": "favourite", "poll": "poll", "help-call": "mention", "help-coming": "mention", "help-over": "mention",
}

// Policy is from whom a program wants to hear.
type Policy string

// The policies.
const (
	FromAll      Policy = "all"
	FromFollowed Policy = "followed"
	FromFollower Policy = "follower"
	FromNone     Policy = "none"
)

// Wish is what a program wants to be told.
type Wish struct {
	Alerts []string // of [Alerts]
	Policy Policy   // empty is [FromAll]
}

// Subscription is one program that is told of notices.
type Subscription struct {
	ID       int
	Endpoint string
	Standard bool // it understands RFC 8291, else what was before it
	Wish
}

// Address is where a program is reached and how messages to it are encrypted.
type Address struct {
	Endpoint string
	P256DH   string // its public key, in base64
	Auth     string // its secret, in base64
	Standard bool
}

const maxEndpoint = 2048

// check returns the keys of an address, or an [instance.Invalid].
func (s *Service) check(a Address) (point, auth []byte, err error) {
	if a.Endpoint == "" || len(a.Endpoint) > maxEndpoint || s.o.Courier.Acceptable(a.Endpoint) != nil {
		return nil, nil, &instance.Invalid{Field: "endpoint", Code: "malformed"}
	}
	if point, err = decode(a.P256DH); err == nil {
		_, err = ecdh.P256().NewPublicKey(point)
	}
	if err != nil {
		return nil, nil, &instance.Invalid{Field: "p256dh", Code: "malformed"}
	}
	if auth, err = decode(a.Auth); err != nil || len(auth) != authLength {
		return nil, nil, &instance.Invalid{Field: "auth", Code: "malformed"}
	}
	return point, auth, nil
}

// decode reads base64 in whichever alphabet, padded or not.
func decode(text string) ([]byte, error) {
	text = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	return base64.RawURLEncoding.DecodeString(text)
}

func (w *Wish) check() error {
	if w.Policy == "" {
		w.Policy = FromAll
	}
	if !slices.Contains([]Policy{FromAll, FromFollowed, FromFollower, FromNone}, w.Policy) {
		return &instance.Invalid{Field: "policy", Code: "unknown"}
	}
	w.Alerts = slices.DeleteFunc(slices.Clone(w.Alerts), func(a string) bool { return !slices.Contains(Alerts, a) })
	slices.Sort(w.Alerts)
	w.Alerts = slices.Compact(w.Alerts)
	return nil
}

func (w Wish) joined() string { return "," + strings.Join(w.Alerts, ",") + "," }

// Subscribe has a program told at an address; what it wanted before is
// forgotten. It returns an [instance.Invalid] for what cannot be.
func (s *Service) Subscribe(ctx context.Context, person instance.ActorID, token instance.ID, bearer string, a Address, w Wish) (Subscription, error) {
	point, auth, err := s.check(a)
	if err == nil {
		err = w.check()
	}
	if err != nil {
		return Subscription{}, err
	}
	sub := Subscription{Endpoint: a.Endpoint, Standard: a.Standard, Wish: w}
	for {
		err = s.o.DB.InTx(ctx, func(tx store.Tx) error {
			if _, err := tx.Exec(ctx, `DELETE FROM push_subscriptions WHERE token_id = $1`, token); err != nil {
				return err
			}
			return tx.QueryRow(ctx, `
				INSERT INTO push_subscriptions (id, token_id, person_id, endpoint, p256dh, auth, standard, alerts, policy, sealed, created_at)
				VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM push_subscriptions), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
				RETURNING id`,
				token, person, a.Endpoint, point, auth, a.Standard, w.joined(), string(w.Policy), s.vapid.seal(bearer), store.Millis(s.o.Now()),
			).Scan(&sub.ID)
		})
		if !store.IsUnique(err) { // somebody else took the number
			break
		}
	}
	if err != nil {
		return Subscription{}, fmt.Errorf("subscribe token %s to push: %w", token, err)
	}
	return sub, nil
}

// Subscription returns what a program wants to be told. It returns
// [instance.ErrNotFound] if it wants nothing.
func (s *Service) Subscription(ctx context.Context, token instance.ID) (Subscription, error) {
	var sub Subscription
	var joined, policy string
	err := s.o.DB.Read().QueryRow(ctx, `
		SELECT id, endpoint, standard, alerts, policy
		  FROM push_subscriptions
		 WHERE token_id = $1`, token).Scan(&sub.ID, &sub.Endpoint, &sub.Standard, &joined, &policy)
	if errors.Is(err, store.ErrNoRows) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return sub, fmt.Errorf("push subscription of token %s: %w", token, err)
	}
	sub.Policy = Policy(policy)
	if joined = strings.Trim(joined, ","); joined != "" {
		sub.Alerts = strings.Split(joined, ",")
	}
	return sub, nil
}

// Change has a program told of other things at the same address. It returns
// [instance.ErrNotFound] if it was told of nothing.
func (s *Service) Change(ctx context.Context, token instance.ID, w Wish) (Subscription, error) {
	if err := w.check(); err != nil {
		return Subscription{}, err
	}
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE push_subscriptions
			   SET alerts = $2, policy = $3
			 WHERE token_id = $1`, token, w.joined(), string(w.Policy))
		return err
	})
	if err != nil {
		return Subscription{}, fmt.Errorf("change push subscription of token %s: %w", token, err)
	}
	return s.Subscription(ctx, token)
}

// Unsubscribe has a program told nothing any more.
func (s *Service) Unsubscribe(ctx context.Context, token instance.ID) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM push_subscriptions WHERE token_id = $1`, token)
		return err
	})
	if err != nil {
		return fmt.Errorf("end push subscription of token %s: %w", token, err)
	}
	return nil
}
