package help

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Call is somebody's call for help.
type Call struct {
	ID     instance.ID
	Person instance.Actor
	At     time.Time
	Coming []instance.Actor // who said that they come
	Unable []instance.Actor // who said that they cannot
	Told   int              // how many were called
}

// Call calls all neighbours of a person's list who said yes, at once. Who calls
// already changes nothing. It returns [instance.ErrTooMany] for the fourth call
// within an hour and the eleventh within a day, and an [instance.Invalid] of the
// field who if there is nobody to call.
func (s *Service) Call(ctx context.Context, person instance.ActorID) error {
	now := s.now()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		// Whoever presses twice is counted one press after the other.
		if _, err := tx.Exec(ctx, `UPDATE people SET actor_id = actor_id WHERE actor_id = $1`, person); err != nil {
			return err
		}
		var open, hour, day int
		err := tx.QueryRow(ctx, `
			SELECT COUNT(*) FILTER (WHERE ended_at IS NULL AND called_at > $2), COUNT(*) FILTER (WHERE called_at > $3), COUNT(*)
			  FROM help_calls
			 WHERE person_id = $1 AND called_at > $4`, person, store.Millis(now.Add(-Lasts)), store.Millis(now.Add(-time.Hour)), store.Millis(now.Add(-24*time.Hour))).
			Scan(&open, &hour, &day)
		switch {
		case err != nil || open > 0:
			return err
		case hour >= perHour || day >= perDay:
			return instance.ErrTooMany
		}
		whom, err := agreed(ctx, tx, person)
		if err != nil {
			return err
		}
		if len(whom) == 0 {
			return &instance.Invalid{Field: "who", Code: "nobody"}
		}
		_, err = tx.Exec(ctx, `INSERT INTO help_calls (id, person_id, called_at) VALUES ($1, $2, $3)`, s.ids.Next(), person, store.Millis(now))
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, NoticeCall, person, whom)
	})
	if err != nil {
		return fmt.Errorf("call for help of %s: %w", person, err)
	}
	return nil
}

// agreed returns who on a person's list said yes.
func agreed(ctx context.Context, tx store.Tx, person instance.ActorID) ([]instance.ActorID, error) {
	rows, err := tx.Query(ctx, `
		SELECT n.neighbour_id
		  FROM help_neighbours n JOIN actors a ON a.id = n.neighbour_id
		 WHERE n.person_id = $1 AND n.agreed_at IS NOT NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY n.neighbour_id`, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}

// End ends a person's call; whoever was called is told. Without one it does
// nothing.
func (s *Service) End(ctx context.Context, person instance.ActorID) error {
	now := s.now()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE help_calls
			   SET ended_at = $2
			 WHERE person_id = $1 AND ended_at IS NULL AND called_at > $3`, person, store.Millis(now), store.Millis(now.Add(-Lasts)))
		if err != nil || n == 0 {
			return err
		}
		whom, err := agreed(ctx, tx, person)
		if err != nil || len(whom) == 0 {
			return err
		}
		return s.tell(ctx, tx, NoticeOver, person, whom)
	})
	if err != nil {
		return fmt.Errorf("end the call of %s: %w", person, err)
	}
	return nil
}

// Answer says that a neighbour comes, or cannot. It returns
// [instance.ErrNotFound] for a call that is over or not for them.
func (s *Service) Answer(ctx context.Context, neighbour instance.ActorID, id instance.ID, coming bool) error {
	now := s.now()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		var person instance.ActorID
		err := tx.QueryRow(ctx, `
			SELECT c.person_id
			  FROM help_calls c JOIN help_neighbours n ON n.person_id = c.person_id AND n.neighbour_id = $2 AND n.agreed_at IS NOT NULL
			 WHERE c.id = $1 AND c.ended_at IS NULL AND c.called_at > $3`, id, neighbour, store.Millis(now.Add(-Lasts))).Scan(&person)
		if errors.Is(err, store.ErrNoRows) {
			return instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO help_answers (call_id, neighbour_id, coming, answered_at)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (call_id, neighbour_id) DO UPDATE SET coming = excluded.coming, answered_at = excluded.answered_at`,
			id, neighbour, coming, store.Millis(now))
		if err != nil || !coming {
			return err
		}
		return s.tell(ctx, tx, NoticeComing, neighbour, []instance.ActorID{person})
	})
	if err != nil {
		return fmt.Errorf("answer call %s: %w", id, err)
	}
	return nil
}

// Standing returns a person's own call, nil if none stands.
func (s *Service) Standing(ctx context.Context, person instance.ActorID) (*Call, error) {
	calls, err := s.calls(ctx, `c.person_id = $1`, person)
	if err != nil {
		return nil, fmt.Errorf("call of %s: %w", person, err)
	}
	if len(calls) == 0 {
		return nil, nil
	}
	return &calls[0], nil
}

// Calling returns the calls that stand of those who may call a neighbour, the
// newest first.
func (s *Service) Calling(ctx context.Context, neighbour instance.ActorID) ([]Call, error) {
	calls, err := s.calls(ctx, `EXISTS (SELECT 1 FROM help_neighbours n
		WHERE n.person_id = c.person_id AND n.neighbour_id = $1 AND n.agreed_at IS NOT NULL)`, neighbour)
	if err != nil {
		return nil, fmt.Errorf("calls for %s: %w", neighbour, err)
	}
	return calls, nil
}

func (s *Service) calls(ctx context.Context, where string, id instance.ActorID) ([]Call, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, c.id, c.called_at,
		       (SELECT COUNT(*) FROM help_neighbours n WHERE n.person_id = c.person_id AND n.agreed_at IS NOT NULL)
		  FROM help_calls c JOIN actors a ON a.id = c.person_id
		 WHERE `+where+` AND c.ended_at IS NULL AND c.called_at > $2 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY c.id DESC
		 LIMIT 50`, id, store.Millis(s.now().Add(-Lasts)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Call
	for rows.Next() {
		var c Call
		var at int64
		dest, done := actors.Fields(&c.Person)
		if err := rows.Scan(append(dest, &c.ID, &at, &c.Told)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		c.At = store.Time(at)
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return list, s.addAnswers(ctx, list)
}

func (s *Service) addAnswers(ctx context.Context, list []Call) error {
	if len(list) == 0 {
		return nil
	}
	at, args := map[instance.ID]*Call{}, make([]any, len(list))
	for i := range list {
		at[list[i].ID], args[i] = &list[i], list[i].ID
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, x.call_id, x.coming
		  FROM help_answers x JOIN actors a ON a.id = x.neighbour_id
		 WHERE x.call_id IN (`+store.Placeholders(1, len(args))+`)
		 ORDER BY x.answered_at`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a instance.Actor
		var id instance.ID
		var coming bool
		dest, done := actors.Fields(&a)
		if err := rows.Scan(append(dest, &id, &coming)...); err != nil {
			return err
		}
		if err := done(); err != nil {
			return err
		}
		if coming {
			at[id].Coming = append(at[id].Coming, a)
		} else {
			at[id].Unable = append(at[id].Unable, a)
		}
	}
	return rows.Err()
}

// Sweep forgets calls that are long over.
func (s *Service) Sweep(ctx context.Context, tx store.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM help_calls WHERE called_at < $1`, store.Millis(s.now().Add(-keeps)))
	if err != nil {
		return fmt.Errorf("sweep calls for help: %w", err)
	}
	return nil
}
