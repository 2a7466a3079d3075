package proofs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Documents are the kinds that are looked at at a desk. Which one it was is all
// that is kept of it.
var Documents = []string{"bill", "rent", "tax", "insurance", "hosted", "identity", "certificate"}

const (
	// NumberFor is how long the number for the desk counts.
	NumberFor = 24 * time.Hour
	// UndoFor is how long an agent can take back what they confirmed.
	UndoFor = 10 * time.Minute

	deskNumbers = 1_000_000
)

// Number is what a resident says at the desk.
type Number struct {
	Number    int // six digits
	ExpiresAt time.Time
}

// DeskNumber returns the number of a resident for a place, a new one if they
// have none. Somebody who does not say that they live there is
// [instance.ErrNotFound].
func (s *Service) DeskNumber(ctx context.Context, place, person instance.ActorID) (n Number, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := hold(ctx, tx, place, person); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM desk_numbers WHERE expires_at <= $1`, store.Millis(now)); err != nil {
			return err
		}
		for range 20 {
			random, err := rand.Int(rand.Reader, big.NewInt(deskNumbers))
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `
				INSERT INTO desk_numbers (number, person_id, place_id, expires_at)
				VALUES ($1, $2, $3, $4)
				ON CONFLICT DO NOTHING`, random.Int64(), person, place, store.Millis(now.Add(NumberFor)))
			if err != nil {
				return err
			}
			var expires int64
			err = tx.QueryRow(ctx, `SELECT number, expires_at FROM desk_numbers WHERE person_id = $1 AND place_id = $2`, person, place).Scan(&n.Number, &expires)
			if n.ExpiresAt = store.Time(expires); !errors.Is(err, store.ErrNoRows) {
				return err
			}
		}
		return instance.ErrConflict // as many people at once as numbers
	})
	if err != nil {
		return n, fmt.Errorf("desk number of %s: %w", person, err)
	}
	return n, nil
}

// SetAgent lets somebody look at documents for a place and what lies within it,
// or no longer.
func (s *Service) SetAgent(ctx context.Context, place, person, by instance.ActorID, agent bool) error {
	sql, args := `DELETE FROM desk_agents WHERE place_id = $1 AND person_id = $2`, []any{place, person}
	if agent {
		sql = `
			INSERT INTO desk_agents (place_id, person_id, given_by, since)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT DO NOTHING`
		args = append(args, by, store.Millis(s.now()))
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("agent %s for %s: %w", person, place, err)
	}
	return nil
}

// Agents returns who looks at documents for a place.
func (s *Service) Agents(ctx context.Context, place instance.ActorID) ([]instance.Actor, error) {
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM desk_agents d JOIN actors a ON a.id = d.person_id
		 WHERE d.place_id = $1 AND a.deleted_at IS NULL
		 ORDER BY d.since, a.id`, place))
	if err != nil {
		return nil, fmt.Errorf("agents of %s: %w", place, err)
	}
	return list, nil
}

// Desks returns the places for which somebody looks at documents.
func (s *Service) Desks(ctx context.Context, person instance.ActorID) ([]instance.Actor, error) {
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM desk_agents d JOIN actors a ON a.id = d.place_id
		 WHERE d.person_id = $1 AND a.deleted_at IS NULL
		 ORDER BY lower(a.name), a.id`, person))
	if err != nil {
		return nil, fmt.Errorf("desks of %s: %w", person, err)
	}
	return list, nil
}

// upTo walks from a place, given as a placeholder, to everything it lies within
// on this server.
func upTo(place string) string {
	return `
	WITH RECURSIVE up (id) AS (
		SELECT a.id FROM actors a WHERE a.id = ` + place + `
		UNION
		SELECT p.id
		  FROM up
		  JOIN nestings w ON w.child_id = up.id
		  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
	)`
}

// Visitor is who stands at the desk.
type Visitor struct {
	Person, Place instance.Actor
}

// Visitor returns who has a number, to an agent of their place or of what it lies
// within. Any other number is an [instance.Invalid]; the sixth within an hour is
// [instance.ErrTooMany].
func (s *Service) Visitor(ctx context.Context, agent instance.ActorID, number int) (v Visitor, err error) {
	err = s.attempt(ctx, agent, "number", func(tx store.Tx) (bool, error) {
		v, err = s.visitor(ctx, tx, agent, number)
		if errors.Is(err, instance.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return v, fmt.Errorf("visitor of %s: %w", agent, err)
	}
	return v, nil
}

func (s *Service) visitor(ctx context.Context, tx store.Tx, agent instance.ActorID, number int) (Visitor, error) {
	var person, place instance.ActorID
	err := tx.QueryRow(ctx, `
		SELECT person_id, place_id
		  FROM desk_numbers
		 WHERE number = $1 AND expires_at > $2 AND person_id <> $3`, number, store.Millis(s.now()), agent).Scan(&person, &place)
	if err != nil {
		return Visitor{}, notFound(err)
	}
	var may bool
	err = tx.QueryRow(ctx, upTo("$1")+`
		SELECT EXISTS (SELECT 1 FROM up JOIN desk_agents d ON d.place_id = up.id WHERE d.person_id = $2)`, place, agent).Scan(&may)
	if err != nil {
		return Visitor{}, err
	}
	if !may {
		return Visitor{}, instance.ErrNotFound
	}
	both, err := actors.ByIDs(ctx, tx, []instance.ActorID{person, place})
	return Visitor{Person: both[person], Place: both[place]}, err
}

// SeeDocument notes that an agent saw a kind of document that says where the one
// with a number lives. The number serves once. It returns an [instance.Invalid]
// for a document of no kind, and for a number as [Service.Visitor] does.
func (s *Service) SeeDocument(ctx context.Context, agent instance.ActorID, number int, document string) (p Proof, err error) {
	if !slices.Contains(Documents, document) {
		return p, &instance.Invalid{Field: "document", Code: "missing"}
	}
	err = s.attempt(ctx, agent, "number", func(tx store.Tx) (bool, error) {
		v, err := s.visitor(ctx, tx, agent, number)
		if errors.Is(err, instance.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		n, err := tx.Exec(ctx, `DELETE FROM desk_numbers WHERE number = $1 AND person_id = $2`, number, v.Person.ID)
		if err != nil || n == 0 {
			return false, err
		}
		p, err = s.seen(ctx, tx, Proof{Person: v.Person.ID, Place: v.Place.ID, Route: Desk, Document: document, SeenBy: agent})
		return err == nil, err
	})
	if err != nil {
		return Proof{}, fmt.Errorf("document seen by %s: %w", agent, err)
	}
	return p, nil
}

// Undoable returns what an agent confirmed and can still take back, the newest
// first.
func (s *Service) Undoable(ctx context.Context, agent instance.ActorID) ([]Proof, error) {
	list, err := readAll(s.db.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM proofs f
		 WHERE f.seen_by = $1 AND f.route = 'desk' AND f.revoked_at IS NULL AND f.seen_at > $2
		 ORDER BY f.seen_at DESC, f.id DESC`, agent, store.Millis(s.now().Add(-UndoFor))))
	if err != nil {
		return nil, fmt.Errorf("undoable by %s: %w", agent, err)
	}
	return list, nil
}

// UndoDocument takes back what an agent confirmed less than [UndoFor] ago. After
// that, or for somebody else's, it returns [instance.ErrNotFound].
func (s *Service) UndoDocument(ctx context.Context, agent instance.ActorID, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := byID(ctx, tx, id)
		if err == nil && (p.SeenBy != agent || p.Route != Desk || s.now().Sub(p.SeenAt) > UndoFor) {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.revoke(ctx, tx, p, undone, "")
	})
	if err != nil {
		return fmt.Errorf("undo proof %s: %w", id, err)
	}
	return nil
}
