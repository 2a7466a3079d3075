package hosts

import (
	"context"
	"errors"
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

// tellSecond tells those who may approve a host whom somebody proposed that something
// waits: the leads, and where there is none but that one, whoever keeps cases. Who is the
// host does not approve.
func (s *Service) tellSecond(ctx context.Context, tx store.Tx, h row, proposed instance.ActorID) error {
	if s.o.Tell == nil {
		return nil
	}
	rows, err := tx.Query(ctx, `
		SELECT person_id
		  FROM housing_team t
		 WHERE t.programme_id = $1 AND t.role IN ('lead', 'caseworker') AND t.person_id NOT IN ($2, $3)
		   AND (t.role = 'lead' OR NOT EXISTS (SELECT 1 FROM housing_team x WHERE x.programme_id = $1 AND x.role = 'lead' AND x.person_id NOT IN ($2, $3)))
		 ORDER BY t.person_id`, h.Programme, proposed, h.Person)
	if err != nil {
		return err
	}
	defer rows.Close()
	var whom []instance.ActorID
	for rows.Next() {
		var person instance.ActorID
		if err := rows.Scan(&person); err != nil {
			return err
		}
		whom = append(whom, person)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(whom) == 0 {
		return err
	}
	return s.o.Tell(ctx, tx, NoticeWaits, h.Programme, whom)
}
