package proofs

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Rules of vouching. They bound what people who only know one another can do:
// each of k neighbours who vouch for anybody helps three a quarter, two of them
// are needed for one who has nothing else, and nobody who is verified by
// neighbours alone vouches in turn.
const (
	// VouchQuota is how often somebody can vouch within VouchEvery.
	VouchQuota = 3
	VouchEvery = 90 * 24 * time.Hour
	// VouchAfter is how long somebody has to be verified before they vouch.
	VouchAfter = 30 * 24 * time.Hour
	// MaxDepth is how many neighbours stand at most between somebody and a strong
	// proof.
	MaxDepth = 2
	// AskedFor is how long a request is open.
	AskedFor = 30 * 24 * time.Hour
)

// Request is somebody who asks their neighbours to say that they know them.
type Request struct {
	ID            instance.ID
	Person, Place instance.ActorID
	Shown         bool // to the neighbours, and not only to who has the link
	AskedAt       time.Time
	ExpiresAt     time.Time
}

const requestColumns = `r.id, r.person_id, r.place_id, r.shown, r.asked_at, r.expires_at`

// AskNeighbours opens a request, or changes whether it is shown. It returns
// [instance.ErrNotFound] for a place that is too wide for neighbours to know one
// another, or where the person does not say that they live.
func (s *Service) AskNeighbours(ctx context.Context, place, person instance.ActorID, shown bool) error {
	now := s.now()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := hold(ctx, tx, place, person); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO vouch_requests (id, person_id, place_id, shown, asked_at, expires_at)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), a.id, CAST($4 AS BOOLEAN), CAST($5 AS BIGINT), CAST($6 AS BIGINT)
			  FROM actors a
			 WHERE a.id = $3 AND a.level IN ('building', 'residence', 'neighbourhood')
			ON CONFLICT (person_id, place_id) DO UPDATE SET shown = excluded.shown, expires_at = excluded.expires_at`,
			s.ids.Next(), person, place, shown, store.Millis(now), store.Millis(now.Add(AskedFor)))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s asks neighbours in %s: %w", person, place, err)
	}
	return nil
}

// StopAsking ends a request.
func (s *Service) StopAsking(ctx context.Context, place, person instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM vouch_requests WHERE place_id = $1 AND person_id = $2`, place, person)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s stops asking in %s: %w", person, place, err)
	}
	return nil
}

// Asking returns the open request of somebody for a place, with the seal that its
// link ends with; the zero Request if there is none.
func (s *Service) Asking(ctx context.Context, place, person instance.ActorID) (Request, string, error) {
	list, err := readRequests(s.db.Read().Query(ctx, `
		SELECT `+requestColumns+`
		  FROM vouch_requests r
		 WHERE r.place_id = $1 AND r.person_id = $2 AND r.expires_at > $3`, place, person, store.Millis(s.now())))
	if err != nil {
		return Request{}, "", fmt.Errorf("request of %s: %w", person, err)
	}
	if len(list) == 0 {
		return Request{}, "", nil
	}
	return list[0], s.requestSeal(list[0].ID), nil
}

func (s *Service) requestSeal(id instance.ID) string { return s.sealed("request", id.String())[:22] }

func readRequests(rows store.Rows, err error) (list []Request, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Request
		var asked, expires int64
		if err := rows.Scan(&r.ID, &r.Person, &r.Place, &r.Shown, &asked, &expires); err != nil {
			return nil, err
		}
		r.AskedAt, r.ExpiresAt = store.Time(asked), store.Time(expires)
		list = append(list, r)
	}
	return list, rows.Err()
}

// mine walks from where somebody, given as a placeholder, is verified to
// everything that lies around it on this server.
func mine(person string) string {
	return `
	WITH RECURSIVE up (id) AS (
		SELECT m.group_id FROM memberships m WHERE m.person_id = ` + person + ` AND m.standing = 'verified'
		UNION
		SELECT p.id
		  FROM up
		  JOIN nestings w ON w.child_id = up.id
		  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
	)`
}

// near tells whether a place, given as a column, is one whose people neighbours
// from up know: it is theirs, or lies beside theirs in the same neighbourhood.
func near(place string) string {
	return `(EXISTS (SELECT 1 FROM up JOIN actors a ON a.id = up.id
	                  WHERE up.id = ` + place + ` AND a.level IN ('building', 'residence', 'neighbourhood'))
	      OR EXISTS (SELECT 1 FROM nestings w JOIN actors p ON p.uri = w.parent_uri AND p.host = '' JOIN up ON up.id = p.id
	                  WHERE w.child_id = ` + place + ` AND p.level IN ('residence', 'neighbourhood')))`
}

// AskingNeighbours returns the requests that somebody may answer, the oldest
// first: shown, of their neighbourhood, and not declined.
func (s *Service) AskingNeighbours(ctx context.Context, neighbour instance.ActorID, limit int) ([]Request, error) {
	list, err := readRequests(s.db.Read().Query(ctx, mine("$1")+`
		SELECT `+requestColumns+`
		  FROM vouch_requests r
		 WHERE r.shown AND r.expires_at > $2 AND r.person_id <> $1 AND `+near("r.place_id")+`
		   AND NOT EXISTS (SELECT 1 FROM vouch_declines d WHERE d.request_id = r.id AND d.person_id = $1)
		   AND NOT EXISTS (SELECT 1 FROM proofs f
		                    WHERE f.person_id = r.person_id AND f.place_id = r.place_id AND f.seen_by = $1
		                      AND f.route = 'vouch' AND f.revoked_at IS NULL)
		 ORDER BY r.id
		 LIMIT $3`, neighbour, store.Millis(s.now()), limit))
	if err != nil {
		return nil, fmt.Errorf("requests to %s: %w", neighbour, err)
	}
	return list, nil
}

// RequestTo returns a request that a neighbour may answer: one that is shown to
// them, or to which they have the link with its seal. Any other is
// [instance.ErrNotFound].
func (s *Service) RequestTo(ctx context.Context, neighbour instance.ActorID, id instance.ID, seal string) (Request, error) {
	r, err := s.requestTo(ctx, s.db.Read(), neighbour, id, seal)
	if err != nil {
		return r, fmt.Errorf("request %s: %w", id, err)
	}
	return r, nil
}

func (s *Service) requestTo(ctx context.Context, tx store.Tx, neighbour instance.ActorID, id instance.ID, seal string) (Request, error) {
	list, err := readRequests(tx.Query(ctx, mine("$1")+`
		SELECT `+requestColumns+`
		  FROM vouch_requests r
		 WHERE r.id = $2 AND r.expires_at > $3 AND r.person_id <> $1 AND `+near("r.place_id"), neighbour, id, store.Millis(s.now())))
	if err != nil {
		return Request{}, err
	}
	if len(list) == 0 || !list[0].Shown && !hmac.Equal([]byte(seal), []byte(s.requestSeal(id))) {
		return Request{}, instance.ErrNotFound
	}
	return list[0], nil
}

// Decline has a neighbour not see a request again. Nobody is told.
func (s *Service) Decline(ctx context.Context, neighbour instance.ActorID, id instance.ID, seal string) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.requestTo(ctx, tx, neighbour, id, seal); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO vouch_declines (request_id, person_id)
			VALUES ($1, $2)
			ON CONFLICT DO NOTHING`, id, neighbour)
		return err
	})
	if err != nil {
		return fmt.Errorf("decline request %s: %w", id, err)
	}
	return nil
}

// MayVouchFor returns why a neighbour may not say that they know who asks, as
// [Service.VouchFor] does, and nil if they may.
func (s *Service) MayVouchFor(ctx context.Context, neighbour instance.ActorID, r Request) error {
	if err := s.mayVouch(ctx, s.db.Read(), neighbour, r); err != nil {
		return fmt.Errorf("%s and request %s: %w", neighbour, r.ID, err)
	}
	return nil
}

// VouchFor lets a neighbour say that they know who asks. It returns an
// [instance.Invalid] of neighbour with the code of the rule that forbids it:
// not-yet, quota, already, no-home, household or too-close.
func (s *Service) VouchFor(ctx context.Context, neighbour instance.ActorID, id instance.ID, seal string) (p Proof, err error) {
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		// One at a time, so that the quota holds.
		if n, err := tx.Exec(ctx, `UPDATE people SET role = role WHERE actor_id = $1`, neighbour); err != nil || n == 0 {
			return errors.Join(err, missing(n))
		}
		r, err := s.requestTo(ctx, tx, neighbour, id, seal)
		if err != nil {
			return err
		}
		if _, err := hold(ctx, tx, r.Place, r.Person); err != nil {
			return err
		}
		if err := s.mayVouch(ctx, tx, neighbour, r); err != nil {
			return err
		}
		p, err = s.seen(ctx, tx, Proof{Person: r.Person, Place: r.Place, Route: Vouch, SeenBy: neighbour})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			DELETE FROM vouch_requests
			 WHERE id = $1
			   AND EXISTS (SELECT 1 FROM memberships m WHERE m.group_id = $2 AND m.person_id = $3 AND m.standing = 'verified')`, id, r.Place, r.Person)
		return err
	})
	if err != nil {
		return Proof{}, fmt.Errorf("vouch for request %s: %w", id, err)
	}
	return p, nil
}

func missing(n int64) error {
	if n == 0 {
		return instance.ErrNotFound
	}
	return nil
}

// Given returns what a neighbour vouches for, the newest first.
func (s *Service) Given(ctx context.Context, neighbour instance.ActorID) ([]Proof, error) {
	list, err := readAll(s.db.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM proofs f
		 WHERE f.seen_by = $1 AND f.route = 'vouch' AND f.revoked_at IS NULL AND f.expires_at > $2
		 ORDER BY f.seen_at DESC, f.id DESC`, neighbour, store.Millis(s.now())))
	if err != nil {
		return nil, fmt.Errorf("given by %s: %w", neighbour, err)
	}
	return list, nil
}

// Withdraw takes a neighbour's word back. Whoever is not verified without it has
// the [Grace] to prove it another way.
func (s *Service) Withdraw(ctx context.Context, neighbour instance.ActorID, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := byID(ctx, tx, id)
		if err == nil && (p.SeenBy != neighbour || p.Route != Vouch) {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.revoke(ctx, tx, p, withdrew, fallen)
	})
	if err != nil {
		return fmt.Errorf("withdraw proof %s: %w", id, err)
	}
	return nil
}

// Neighbour returns who asks, for the page that shows it.
func (s *Service) Neighbour(ctx context.Context, id instance.ActorID) (instance.Actor, error) {
	a, err := actors.ByID(ctx, s.db.Read(), id)
	if err != nil {
		return a, fmt.Errorf("neighbour %s: %w", id, err)
	}
	return a, nil
}
