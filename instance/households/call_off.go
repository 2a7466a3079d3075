package households

import (
	"context"
	"slices"

	"palier/instance"
	"palier/instance/store"
)

// CallOff takes back that somebody was asked, who is told that something changed.
func (s *Service) CallOff(ctx context.Context, by instance.Account, id instance.CaseID, walk instance.ID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		var person instance.ActorID
		err = tx.QueryRow(ctx, `
			UPDATE housing_walks SET state = 'off', body = NULL, said_at = $3
			 WHERE id = $1 AND case_id = $2 AND state IN ('asked', 'coming')
			RETURNING COALESCE(person_id, 0)`, walk, id, store.Millis(s.Now())).Scan(&person)
		if notThere(notFound(err)) {
			return instance.ErrConflict
		}
		if err != nil {
			return err
		}
		return s.tellEscort(ctx, tx, c.Programme, person)
	})
	return because(err, "call an escort of case %s off", id)
}

// When there is nowhere to go, of a row of housing_walks: beds are the household's no more
// or the case has ended, which is for good; or one of the two is frozen, which may be
// lifted the same evening.
const (
	nowhere = `NOT EXISTS (SELECT 1 FROM housing_cases c, housing_holds h
		                    WHERE c.id = housing_walks.case_id AND c.stage NOT IN ('closed', 'referred')
		                      AND h.id = housing_walks.hold_id AND h.state IN ('held', 'agreed', 'placed'))`
	stopped = `EXISTS (SELECT 1 FROM housing_cases c JOIN housing_case_holds x ON x.case_id = c.id
		                WHERE x.hold_id = housing_walks.hold_id
		                  AND (c.frozen_at IS NOT NULL
		                       OR EXISTS (SELECT 1 FROM housing_frozen_homes z WHERE z.programme_id = c.programme_id AND z.home = x.home AND z.lifted_at IS NULL)))`
	counted = ` WHERE night = $1 AND state IN ('asked', 'coming', 'there')`
)

// tellGone tells escorts of tonight that something changed, by the notice that asked
// them: that they are called off where beds were given back, that they are not to go where
// something was frozen, and that they may where it was lifted. Each turn is told once:
// the row that changes is where two that do this at once meet. Who is at the door is told
// too, and stays there in what the team reads.
func (s *Service) tellGone(ctx context.Context, tx store.Tx) error {
	night, now := int64(s.thisNight()), store.Millis(s.Now())
	whom := map[instance.ActorID][]instance.ActorID{}
	for _, turn := range []struct { // one after the other, as a row may take two
		sql  string
		args []any
	}{
		{`UPDATE housing_walks SET state = 'off', body = NULL, said_at = $2` + counted + ` AND state <> 'there' AND ` + nowhere, []any{night, now}},
		{`UPDATE housing_walks SET gone_at = $2` + counted + ` AND gone_at IS NULL AND (` + nowhere + ` OR ` + stopped + `)`, []any{night, now}},
		{`UPDATE housing_walks SET gone_at = NULL` + counted + ` AND gone_at IS NOT NULL AND NOT (` + nowhere + ` OR ` + stopped + `)`, []any{night}},
	} {
		if err := s.turned(ctx, tx, whom, turn.sql, turn.args...); err != nil {
			return err
		}
	}
	for programme, people := range whom { // each is told by its own programme
		if err := s.Tell(ctx, tx, NoticeEscort, programme, people); err != nil {
			return err
		}
	}
	return nil
}

// turned changes rows of housing_walks, and adds whom to tell of it: those who go still, and
// of what was called off those who were not told before that they are not to go.
func (s *Service) turned(ctx context.Context, tx store.Tx, whom map[instance.ActorID][]instance.ActorID, sql string, args ...any) error {
	rows, err := tx.Query(ctx, sql+`
		RETURNING (SELECT c.programme_id FROM housing_cases c WHERE c.id = case_id), person_id, state = 'off' AND gone_at IS NOT NULL
		       OR NOT EXISTS (SELECT 1 FROM housing_escorts e JOIN housing_cases c ON c.programme_id = e.programme_id
		                       WHERE c.id = case_id AND e.person_id = housing_walks.person_id AND e.agreed_at IS NOT NULL)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var programme instance.ActorID
		var person *instance.ActorID
		var known bool
		if err := rows.Scan(&programme, &person, &known); err != nil {
			return err
		}
		if person != nil && !known && !slices.Contains(whom[programme], *person) {
			whom[programme] = append(whom[programme], *person)
		}
	}
	return rows.Err()
}
