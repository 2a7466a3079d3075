package hosts

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Proposal is a host who was proposed, and waits for a second person.
type Proposal struct {
	Host instance.HostID
	At   time.Time
}

// Proposals returns hosts whom somebody else proposed, the longest first, to those who
// vet them. It holds ids and times.
func (s *Service) Proposals(ctx context.Context, by instance.Account, programme instance.ActorID) ([]Proposal, error) {
	tx := s.db.Read()
	if err := keeps(ctx, tx, programme, by); err != nil {
		return nil, because(err, "hosts proposed in programme %s", programme)
	}
	rows, err := tx.Query(ctx, `
		SELECT id, COALESCE(proposed_at, state_since)
		  FROM housing_hosts
		 WHERE programme_id = $1 AND state = 'proposed' AND COALESCE(proposed_by, 0) <> $2
		 ORDER BY 2, id
		 LIMIT $3`, programme, by.ID, sweptAtOnce)
	if err != nil {
		return nil, because(err, "hosts proposed in programme %s", programme)
	}
	defer rows.Close()
	var list []Proposal
	for rows.Next() {
		var x Proposal
		var at int64
		if err := rows.Scan(&x.Host, &at); err != nil {
			return nil, because(err, "hosts proposed in programme %s", programme)
		}
		x.At = store.Time(at)
		list = append(list, x)
	}
	return list, because(rows.Err(), "hosts proposed in programme %s", programme)
}
