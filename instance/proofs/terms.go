package proofs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Term is until when somebody has to prove again where they live.
type Term struct {
	ID      instance.ID
	Person  instance.ActorID
	Place   instance.ActorID
	Reason  string // recheck, voucher, expired
	AskedAt time.Time
	DueAt   time.Time
}

// Terms of a recheck.
const (
	MinTerm = 7 * 24 * time.Hour
	MaxTerm = 90 * 24 * time.Hour
)

const termColumns = `t.id, t.person_id, t.place_id, t.reason, t.asked_at, t.due_at`

// Recheck asks a verified resident to prove again where they live, until a time:
// what was seen before counts until then. It returns an [instance.Invalid] for a
// time that is too near or too far, and [instance.ErrNotFound] for somebody who
// is not verified.
func (s *Service) Recheck(ctx context.Context, place, person, by instance.ActorID, until time.Time) error {
	if left := until.Sub(s.now()); left < MinTerm-time.Hour || left > MaxTerm+time.Hour {
		return &instance.Invalid{Field: "term", Code: "unknown"}
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		standing, err := hold(ctx, tx, place, person)
		if err == nil && standing != instance.Verified {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.ask(ctx, tx, place, person, by, recheck, until)
	})
	if err != nil {
		return fmt.Errorf("ask %s again about %s: %w", person, place, err)
	}
	return nil
}

// ask gives somebody a term, unless they have one that ends before.
func (s *Service) ask(ctx context.Context, tx store.Tx, place, person, by instance.ActorID, reason string, until time.Time) error {
	var asker *instance.ActorID
	if by != 0 {
		asker = &by
	}
	id := s.ids.Next()
	n, err := tx.Exec(ctx, `
		INSERT INTO proof_terms (id, person_id, place_id, reason, asked_by, asked_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (person_id, place_id) DO UPDATE
		   SET id = excluded.id, reason = excluded.reason, asked_by = excluded.asked_by, asked_at = excluded.asked_at,
		       due_at = CASE WHEN proof_terms.due_at < excluded.due_at THEN proof_terms.due_at ELSE excluded.due_at END
		 WHERE excluded.reason = 'recheck' AND proof_terms.reason <> 'recheck'`,
		id, person, place, reason, asker, store.Millis(s.now()), store.Millis(until))
	if err != nil || n == 0 {
		return err
	}
	return s.notice(ctx, tx, instance.HomeInDoubt, place, person, id)
}

// term is what somebody was asked about a place; the zero Term if nothing.
func term(ctx context.Context, tx store.Tx, place, person instance.ActorID) (Term, error) {
	t, err := readTerm(tx.QueryRow(ctx, `SELECT `+termColumns+` FROM proof_terms t WHERE t.place_id = $1 AND t.person_id = $2`, place, person))
	if errors.Is(err, store.ErrNoRows) {
		return Term{}, nil
	}
	return t, err
}

// Terms returns what somebody was asked to prove again.
func (s *Service) Terms(ctx context.Context, person instance.ActorID) ([]Term, error) {
	list, err := readTerms(s.db.Read().Query(ctx, `
		SELECT `+termColumns+` FROM proof_terms t WHERE t.person_id = $1 ORDER BY t.due_at, t.id`, person))
	if err != nil {
		return nil, fmt.Errorf("terms of %s: %w", person, err)
	}
	return list, nil
}

func readTerms(rows store.Rows, err error) (list []Term, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		t, err := readTerm(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}

func readTerm(r store.Row) (Term, error) {
	var t Term
	var asked, due int64
	err := r.Scan(&t.ID, &t.Person, &t.Place, &t.Reason, &asked, &due)
	t.AskedAt, t.DueAt = store.Time(asked), store.Time(due)
	return t, err
}

// tendAtOnce is how much one round of [Service.Tend] looks at.
const tendAtOnce = 500

// Tend ends what has served its time: terms that are over, proofs that expired,
// codes and numbers nobody used. It is to be called every hour or so.
func (s *Service) Tend(ctx context.Context) error {
	now := store.Millis(s.now())
	due, err := readTerms(s.db.Read().Query(ctx, `
		SELECT `+termColumns+` FROM proof_terms t WHERE t.due_at <= $1 ORDER BY t.due_at, t.id LIMIT $2`, now, tendAtOnce))
	if err != nil {
		return fmt.Errorf("terms that are over: %w", err)
	}
	for _, t := range due {
		if err := s.db.InTx(ctx, func(tx store.Tx) error { return s.over(ctx, tx, t) }); err != nil {
			return fmt.Errorf("end term %s: %w", t.ID, err)
		}
	}
	old, err := readTerms(s.db.Read().Query(ctx, `
		SELECT MIN(f.id), f.person_id, f.place_id, 'expired', MIN(f.seen_at), MIN(f.expires_at)
		  FROM proofs f JOIN memberships m ON m.group_id = f.place_id AND m.person_id = f.person_id AND m.standing = 'verified'
		 WHERE f.revoked_at IS NULL AND f.expires_at <= $1
		   AND NOT EXISTS (SELECT 1 FROM proof_terms t WHERE t.person_id = f.person_id AND t.place_id = f.place_id)
		   AND NOT EXISTS (SELECT 1 FROM proofs x
		                    WHERE x.person_id = f.person_id AND x.place_id = f.place_id AND x.revoked_at IS NULL
		                      AND x.route NOT IN ('vouch', 'hall') AND (x.expires_at IS NULL OR x.expires_at > $1))
		 GROUP BY f.person_id, f.place_id
		 ORDER BY 1
		 LIMIT $2`, now, tendAtOnce))
	if err != nil {
		return fmt.Errorf("proofs that expired: %w", err)
	}
	for _, t := range old {
		if err := s.db.InTx(ctx, func(tx store.Tx) error { return s.settle(ctx, tx, t.Place, t.Person, expired) }); err != nil && !errors.Is(err, instance.ErrNotFound) {
			return fmt.Errorf("settle %s in %s: %w", t.Person, t.Place, err)
		}
	}
	return s.sweep(ctx)
}

// over ends a term: what was to be proved again counts no more.
func (s *Service) over(ctx context.Context, tx store.Tx, t Term) error {
	if _, err := hold(ctx, tx, t.Place, t.Person); err != nil && !errors.Is(err, instance.ErrNotFound) {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM proof_terms WHERE id = $1 AND due_at <= $2`, t.ID, store.Millis(s.now()))
	if err != nil || n == 0 {
		return err
	}
	if t.Reason == recheck {
		_, err := tx.Exec(ctx, `
			UPDATE proofs
			   SET revoked_at = $3, reason = 'recheck'
			 WHERE place_id = $1 AND person_id = $2 AND revoked_at IS NULL AND seen_at <= $4`,
			t.Place, t.Person, store.Millis(s.now()), store.Millis(t.AskedAt))
		if err != nil {
			return err
		}
	}
	err = s.lose(ctx, tx, t.Place, t.Person, "")
	if errors.Is(err, instance.ErrNotFound) {
		return nil // moved away meanwhile
	}
	return err
}

// sweep forgets codes and numbers that serve no more.
func (s *Service) sweep(ctx context.Context) error {
	now := s.now()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM code_letters WHERE expires_at <= $1`, store.Millis(now)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM desk_numbers WHERE expires_at <= $1`, store.Millis(now)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM vouch_requests WHERE expires_at <= $1`, store.Millis(now)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM resident_lists WHERE expires_at <= $1`, store.Millis(now)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM proof_tries WHERE since <= $1`, store.Millis(now.Add(-triesFor)))
		return err
	})
	if err != nil {
		return fmt.Errorf("sweep codes: %w", err)
	}
	return nil
}

// Forget ends everything that is kept of a person who leaves, within tx.
func (s *Service) Forget(ctx context.Context, tx store.Tx, person instance.ActorID) error {
	for _, sql := range []string{
		`DELETE FROM proofs WHERE person_id = $1`,
		`DELETE FROM proof_terms WHERE person_id = $1`,
		`DELETE FROM proof_tries WHERE person_id = $1`,
		`DELETE FROM code_letters WHERE person_id = $1`,
		`DELETE FROM desk_agents WHERE person_id = $1`,
		`DELETE FROM desk_numbers WHERE person_id = $1`,
		`DELETE FROM vouch_requests WHERE person_id = $1`,
		`DELETE FROM vouch_declines WHERE person_id = $1`,
		`UPDATE resident_list_lines SET claimed_by = NULL WHERE claimed_by = $1`,
		`UPDATE proofs SET seen_by = NULL WHERE seen_by = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return err
		}
	}
	return nil
}
