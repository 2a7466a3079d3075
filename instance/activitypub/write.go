package activitypub

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/protocol/proof"
)

// draft is what is known of an activity that is about to be written.
type draft struct {
	public bool // anyone may read it
	proven bool // it carries a proof; only what is public may
	listed bool // it stands in the outbox
	post   instance.PostID
}

// written is an activity as it was kept.
type written struct {
	id   instance.ID
	body string
}

var errNoProof = errors.New("key for proofs is no Ed25519 key")

// write keeps an activity of ours, with a proof if others pass it on. A
// restricted one never has one: a leaked document that proves itself would be
// worse than one that does not (protocol.md §4.2).
func (s *Service) write(ctx context.Context, tx store.Tx, actor instance.Actor, a as2.Activity, d draft) (written, error) {
	body, err := as2.Encode(a)
	if err != nil {
		return written{}, fmt.Errorf("encode %s %s: %w", a.Type, a.ID, err)
	}
	if d.public && d.proven {
		if body, err = s.prove(ctx, tx, actor, body); err != nil {
			return written{}, fmt.Errorf("prove %s %s: %w", a.Type, a.ID, err)
		}
	}
	w := written{id: s.ids.Next(), body: string(body)}
	var post *instance.PostID
	if d.post != 0 {
		post = &d.post
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO activities (id, uri, actor_id, kind, post_id, public, listed, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (uri) DO NOTHING`, w.id, a.ID, actor.ID, a.Type, post, d.public, d.listed, w.body)
	if err != nil {
		return written{}, fmt.Errorf("keep %s %s: %w", a.Type, a.ID, err)
	}
	return w, nil
}

func (s *Service) prove(ctx context.Context, tx store.Tx, actor instance.Actor, body []byte) ([]byte, error) {
	keys, err := s.keys.Of(ctx, tx, actor.ID, actor.URI)
	if err != nil {
		return nil, err
	}
	key, ok := keys.Ed25519.Key.(ed25519.PrivateKey)
	if !ok {
		return nil, errNoProof
	}
	return proof.Sign(body, key, keys.Ed25519.ID, s.now())
}

// SignPublic returns a document of what everybody may read, signed by one of our
// actors, so that it can be told anywhere whose it is. It is never for what is
// meant for few.
func (s *Service) SignPublic(ctx context.Context, actor instance.Actor, doc []byte) ([]byte, error) {
	signed, err := s.prove(ctx, s.db.Read(), actor, doc)
	if err != nil {
		return nil, fmt.Errorf("sign for %s: %w", actor.URI, err)
	}
	return signed, nil
}

// send queues a fan-out in the transaction, if it can reach anybody.
func (s *Service) send(ctx context.Context, tx store.Tx, f FanOut) error {
	if len(f.FollowersOf) == 0 && len(f.Actors) == 0 && f.VotersOf == 0 {
		return nil
	}
	anyone, err := s.reaches(ctx, tx, f)
	if err != nil || !anyone {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, f)
}

// reaches tells whether a fan-out has anybody to go to on another server.
func (s *Service) reaches(ctx context.Context, tx store.Tx, f FanOut) (bool, error) {
	if len(f.Actors) > 0 {
		return true, nil
	}
	where, args := f.recipients(nil)
	var anyone bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM actors a WHERE `+where+`)`, args...).Scan(&anyone)
	return anyone, err
}

// either joins conditions with OR.
func either(conditions []string) string {
	if len(conditions) == 0 {
		return "FALSE"
	}
	return "(" + strings.Join(conditions, " OR ") + ")"
}
