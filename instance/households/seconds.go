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
