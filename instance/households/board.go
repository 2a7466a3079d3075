package households

import (
	"context"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Label is what a case is called among its team: a word that says nothing of the
// people and can be read out.
func Label(id instance.CaseID) string {
	const signs = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
	var b strings.Builder
	for n := uint64(id)*0x9e3779b97f4a7c15>>16 | 1<<40; b.Len() < 6; n /= uint64(len(signs)) {
		b.WriteByte(signs[n%uint64(len(signs))])
	}
	return b.String()
}

// Line is a case on the board.
type Line struct {
	instance.Case
	Keeper  instance.Actor // without an id if nobody has it
	Tasks   int            // that are due
	Overdue int            // times to ask how they are that passed
	Open    int            // incidents that are not closed
	Tonight bool           // they have no bed tonight
	Beds    int            // holds of tonight, of a line of [Service.Tonight]
}

// Board returns the cases of a programme in a stage, those that are there longest
// first, those after a moment and an id; zero begins. With mine, only those that
// the one who asks has.
func (s *Service) Board(ctx context.Context, by instance.Account, programme instance.ActorID, stage instance.CaseStage, mine bool, after Line, limit int) ([]Line, error) {
	if err := keeps(ctx, s.DB.Read(), programme, by.ID); err != nil {
		return nil, because(err, "board of programme %s", programme)
	}
	var keeper instance.ActorID
	if mine {
		keeper = by.ID
	}
	nights := s.nights()
	rows, err := s.DB.Read().Query(ctx, `
		SELECT `+caseColumns+`,
		       (SELECT COUNT(*) FROM housing_case_entries e WHERE e.case_id = c.id AND e.kind = 'task' AND e.done_at IS NULL AND e.due_at <= $5),
		       (SELECT COUNT(*) FROM housing_case_followups f WHERE f.case_id = c.id AND f.done_at IS NULL AND f.due < $6
		           AND f.due < `+nights.SQL("(SELECT h.area FROM housing_holds h WHERE h.id = f.hold_id)")+`),
		       (SELECT COUNT(*) FROM housing_incidents i WHERE i.case_id = c.id AND i.kind <> 'complaint' AND i.state <> 'closed'),
		       COALESCE(c.tonight_for, -1) >= $9
		  FROM housing_cases c
		 WHERE c.programme_id = $1 AND c.stage = $2 AND (CAST($7 AS BIGINT) = 0 OR c.keeper_id = $7)
		   AND (c.stage_since > $3 OR c.stage_since = $3 AND c.id > $4)
		 ORDER BY c.stage_since, c.id
		 LIMIT $8`,
		programme, string(stage), store.Millis(after.StageSince), after.ID, store.Millis(s.Now()), int64(nights.Last), keeper, limit, int64(s.thisNight()))
	if err != nil {
		return nil, because(err, "board of programme %s", programme)
	}
	defer rows.Close()
	var list []Line
	var ids []instance.ActorID
	for rows.Next() {
		var l Line
		if l.Case, err = scanCase(rows, &l.Tasks, &l.Overdue, &l.Open, &l.Tonight); err != nil {
			return nil, because(err, "board of programme %s", programme)
		}
		list, ids = append(list, l), append(ids, l.Case.Keeper)
	}
	if err := rows.Err(); err != nil {
		return nil, because(err, "board of programme %s", programme)
	}
	named, err := actors.ByIDs(ctx, s.DB.Read(), ids)
	for i := range list {
		list[i].Keeper = named[list[i].Case.Keeper]
	}
	return list, because(err, "board of programme %s", programme)
}

// Stages counts the cases of a programme by stage, for the heads of the board.
func (s *Service) Stages(ctx context.Context, by instance.Account, programme instance.ActorID) (map[instance.CaseStage]int, error) {
	if err := keeps(ctx, s.DB.Read(), programme, by.ID); err != nil {
		return nil, because(err, "stages of programme %s", programme)
	}
	rows, err := s.DB.Read().Query(ctx, `
		SELECT stage, COUNT(*) FROM housing_cases WHERE programme_id = $1 GROUP BY stage`, programme)
	if err != nil {
		return nil, because(err, "stages of programme %s", programme)
	}
	defer rows.Close()
	counts := map[instance.CaseStage]int{}
	for rows.Next() {
		var stage string
		var n int
		if err := rows.Scan(&stage, &n); err != nil {
			return nil, because(err, "stages of programme %s", programme)
		}
		counts[instance.CaseStage(stage)] = n
	}
	return counts, because(rows.Err(), "stages of programme %s", programme)
}

// Reading is that somebody opened something of a case.
type Reading struct {
	ID   instance.ID
	Case instance.CaseID
	By   instance.Actor // without an id for somebody whose account is gone
	What string
	At   time.Time
}

// Readings returns who opened what of the cases of a programme, to its leads, the
// latest first, those before an id; 0 begins. With an id, only those of that case.
func (s *Service) Readings(ctx context.Context, by instance.Account, programme instance.ActorID, id instance.CaseID, before instance.ID, limit int) ([]Reading, error) {
	if err := leads(ctx, s.DB.Read(), programme, by.ID); err != nil {
		return nil, because(err, "readings of programme %s", programme)
	}
	rows, err := s.DB.Read().Query(ctx, `
		SELECT r.id, r.case_id, COALESCE(r.person_id, 0), r.what, r.at
		  FROM housing_case_reads r JOIN housing_cases c ON c.id = r.case_id
		 WHERE c.programme_id = $1 AND (CAST($2 AS BIGINT) = 0 OR r.case_id = $2) AND (CAST($3 AS BIGINT) = 0 OR r.id < $3)
		 ORDER BY r.id DESC
		 LIMIT $4`, programme, id, before, limit)
	if err != nil {
		return nil, because(err, "readings of programme %s", programme)
	}
	defer rows.Close()
	var list []Reading
	var ids []instance.ActorID
	for rows.Next() {
		var r Reading
		var at int64
		if err := rows.Scan(&r.ID, &r.Case, &r.By.ID, &r.What, &at); err != nil {
			return nil, because(err, "readings of programme %s", programme)
		}
		r.At = store.Time(at)
		list, ids = append(list, r), append(ids, r.By.ID)
	}
	if err := rows.Err(); err != nil {
		return nil, because(err, "readings of programme %s", programme)
	}
	named, err := actors.ByIDs(ctx, s.DB.Read(), ids)
	for i, r := range list {
		list[i].By = named[r.By.ID]
	}
	return list, because(err, "readings of programme %s", programme)
}
