package households

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Second is what one of a team signed, and waits for another.
type Second struct {
	Case instance.CaseID
	Beds bool // that are held for it; else that it is vetted
	At   time.Time
}

// secondsShown is how many are listed at once.
const secondsShown = 100

// Seconds returns what waits for the second signature of somebody who keeps cases, what
// was signed first first: of what others signed, since nobody signs twice. It holds ids
// and times.
func (s *Service) Seconds(ctx context.Context, by instance.Account, programme instance.ActorID) ([]Second, error) {
	tx := s.DB.Read()
	if err := keeps(ctx, tx, programme, by.ID); err != nil {
		return nil, because(err, "second signatures in programme %s", programme)
	}
	rows, err := tx.Query(ctx, `
		SELECT c.id, 0, c.vetted_at AS at
		  FROM housing_cases c
		 WHERE c.programme_id = $1 AND c.stage = 'vetting' AND c.vetted_at IS NOT NULL AND COALESCE(c.vetted_by, 0) <> $2 AND c.frozen_at IS NULL
		UNION ALL
		SELECT c.id, 1, x.signed_at
		  FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id JOIN housing_cases c ON c.id = x.case_id
		 WHERE c.programme_id = $1 AND h.state = 'held' AND x.signed_at IS NOT NULL AND x.second_at IS NULL AND COALESCE(x.signed_by, 0) <> $2 AND c.frozen_at IS NULL
		 ORDER BY at
		 LIMIT $3`, programme, by.ID, secondsShown)
	if err != nil {
		return nil, because(err, "second signatures in programme %s", programme)
	}
	defer rows.Close()
	var list []Second
	for rows.Next() {
		var x Second
		var beds int
		var at int64
		if err := rows.Scan(&x.Case, &beds, &at); err != nil {
			return nil, because(err, "second signatures in programme %s", programme)
		}
		x.Beds, x.At = beds == 1, store.Time(at)
		list = append(list, x)
	}
	return list, because(rows.Err(), "second signatures in programme %s", programme)
}

// tellSecond tells somebody who may sign next what one of the team signed first: who keeps
// the case and who is on duty, where they are others; else the leads, and where there is
// none but the one who signed, whoever keeps cases.
func (s *Service) tellSecond(ctx context.Context, tx store.Tx, c instance.Case, signed instance.ActorID) error {
	if s.Tell == nil {
		return nil
	}
	rows, err := tx.Query(ctx, `
		SELECT t.person_id,
		       CASE WHEN t.person_id = $3 OR EXISTS (SELECT 1 FROM housing_duties d
		                                              WHERE d.programme_id = t.programme_id AND d.person_id = t.person_id
		                                                AND d.handed_at IS NULL AND d.from_at <= $4 AND d.until_at > $4) THEN 0
		            WHEN t.role = 'lead' THEN 1
		            ELSE 2 END AS turn
		  FROM housing_team t
		 WHERE t.programme_id = $1 AND t.role IN ('lead', 'caseworker') AND t.person_id <> $2
		 ORDER BY turn, t.person_id`, c.Programme, signed, c.Keeper, store.Millis(s.Now()))
	if err != nil {
		return err
	}
	whom, err := firstTurn(rows)
	if err != nil || len(whom) == 0 {
		return err
	}
	return s.Tell(ctx, tx, NoticeWaits, c.Programme, whom)
}

// firstTurn are those whose turn is the first that anybody has.
func firstTurn(rows store.Rows) ([]instance.ActorID, error) {
	defer rows.Close()
	var whom []instance.ActorID
	first := -1
	for rows.Next() {
		var person instance.ActorID
		var turn int
		if err := rows.Scan(&person, &turn); err != nil {
			return nil, err
		}
		if first < 0 {
			first = turn
		}
		if turn == first {
			whom = append(whom, person)
		}
	}
	return whom, rows.Err()
}
