package digest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// stop is the address that stops letters of a kind to somebody, for whoever got
// one of them: no account is needed (RFC 8058).
func (s *Service) stop(kind string, person instance.ActorID) string {
	return s.o.Site.Base() + "/stop/" + kind + "/" + person.String() + "/" + s.sealOf(kind, person)
}

func (s *Service) sealOf(kind string, person instance.ActorID) string {
	h := hmac.New(sha256.New, s.seal)
	_, _ = h.Write([]byte(kind + "\n" + person.String())) // never fails
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// Sealed tells whether a link to stop letters of a kind is one of ours.
func (s *Service) Sealed(kind string, person instance.ActorID, seal string) bool {
	return (kind == KindDigest || kind == KindAtOnce) && hmac.Equal([]byte(seal), []byte(s.sealOf(kind, person)))
}

// Stop ends letters of a kind to somebody at once: what waits to be sent is
// thrown away too. It returns [instance.ErrNotFound] for a link that is none of
// ours.
func (s *Service) Stop(ctx context.Context, kind string, person instance.ActorID, seal string) error {
	if !s.Sealed(kind, person, seal) {
		return instance.ErrNotFound
	}
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		var email string
		err := tx.QueryRow(ctx, `SELECT email FROM people WHERE actor_id = $1`, person).Scan(&email)
		if errors.Is(err, store.ErrNoRows) {
			return instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		w, err := wish(ctx, tx, person)
		if err != nil {
			return err
		}
		if kind == KindDigest {
			w.Often = Never
		} else {
			w.AtOnce = nil
		}
		if err := set(ctx, tx, person, w); err != nil {
			return err
		}
		return s.o.Mail.Drop(ctx, tx, email, kind)
	})
	if err != nil {
		return fmt.Errorf("stop %s letters to %s: %w", kind, person, err)
	}
	return nil
}
