package households

import (
	"context"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// NoticeWaits tells somebody that something waits at the desk of a programme, and
// neither what nor about whom: it is read in the room in which the telephone lies.
const NoticeWaits = "desk-waits"

// Tell tells people of a notice that is about no post, once tx is committed.
type Tell func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error

// About is what somebody is reminded of.
type About string

// What people are reminded of.
const (
	AboutFollowUp About = "follow-up"
	AboutStay     About = "stay"
	AboutTask     About = "task"
)

// BeforeEnd are on how many days before the end of a stay its caseworker is told
// (H20), and which follow-up says that this was seen to.
var BeforeEnd = []struct {
	Days int
	Kind FollowUpKind
}{{7, FollowLastWeek}, {30, FollowEnd}, {60, FollowMoveOn}}

// due is something that somebody has to be told of.
type due struct {
	about     About
	id        instance.ID
	mark      int64
	programme instance.ActorID
	person    instance.ActorID // who keeps it; 0 for nobody
}

// Remind tells those who have to act of what became due, each once and all of it
// in one notice: follow-ups on their day, the end of a stay 60, 30 and 7 days
// before, tasks; and leads of what is overdue. Nobody is told of what was done.
func (s *Service) Remind(ctx context.Context) error {
	if s.Tell == nil {
		return nil
	}
	return because(s.DB.InTx(ctx, func(tx store.Tx) error {
		var list []due
		for _, read := range []func(context.Context, store.Tx) ([]due, error){s.followUpsDue, s.staysEnding, s.tasksDue} {
			some, err := read(ctx, tx)
			if err != nil {
				return err
			}
			list = append(list, some...)
		}
		// Two that do this at once meet at the key, and one of them begins anew.
		rows := store.Many{Into: "housing_reminders (about, about_id, mark, told_at)"}
		for _, d := range list {
			if err := rows.Add(ctx, tx, string(d.about), d.id, d.mark, store.Millis(s.Now())); err != nil {
				return err
			}
		}
		if err := rows.End(ctx, tx); err != nil {
			return err
		}
		late, err := s.nowOverdue(ctx, tx)
		if err != nil {
			return err
		}
		return s.tellDue(ctx, tx, append(list, late...))
	}), "remind of what is due")
}

// mostReminded is how much is told in one go; the rest an hour later.
const mostReminded = 500

const notTold = `NOT EXISTS (SELECT 1 FROM housing_reminders r WHERE r.about = $1 AND r.about_id = `

func (s *Service) followUpsDue(ctx context.Context, tx store.Tx) ([]due, error) {
	nights := s.nights()
	return dues(tx.Query(ctx, `
		SELECT f.id, f.due, c.programme_id, COALESCE(c.keeper_id, 0)
		  FROM housing_case_followups f JOIN housing_cases c ON c.id = f.case_id
		  LEFT JOIN housing_holds h ON h.id = f.hold_id
		 WHERE f.done_at IS NULL AND f.due <= $2 AND f.due <= `+nights.SQL("h.area")+` AND (c.stage IN ('active', 'ending') OR f.kind IN ('after', 'tonight')) AND c.erased_at IS NULL
		   AND `+notTold+`f.id AND r.mark = f.due)
		 ORDER BY f.due, f.id
		 LIMIT $3`, string(AboutFollowUp), int64(nights.Last), mostReminded))(AboutFollowUp)
}

// staysEnding are those of which one of the days before their end has come that
// was still to come when the stay began.
func (s *Service) staysEnding(ctx context.Context, tx store.Tx) ([]due, error) {
	nights := s.nights()
	rows, err := tx.Query(ctx, `
		SELECT h.id, h.from_night, h.until_night, `+nights.SQL("h.area")+`, c.programme_id, COALESCE(c.keeper_id, 0)
		  FROM housing_holds h
		  JOIN housing_case_holds k ON k.hold_id = h.id
		  JOIN housing_cases c ON c.id = k.case_id
		 WHERE h.state = 'placed' AND h.until_night > $1 AND h.until_night <= $2 AND c.stage IN ('active', 'ending')
		 ORDER BY h.until_night, h.id
		 LIMIT $3`, int64(nights.First), int64(nights.Last)+int64(BeforeEnd[len(BeforeEnd)-1].Days), mostReminded)
	if err != nil {
		return nil, err
	}
	list, kinds := []due(nil), map[instance.ID]FollowUpKind{}
	for rows.Next() {
		d := due{about: AboutStay}
		var from, until int64
		var tonight ledger.Night
		if err := rows.Scan(&d.id, &from, &until, &tonight, &d.programme, &d.person); err != nil {
			rows.Close()
			return nil, err
		}
		if ledger.Night(until) <= tonight {
			continue
		}
		for _, before := range BeforeEnd {
			day := ledger.Night(until) - ledger.Night(before.Days)
			if tonight < day {
				continue
			}
			if ledger.Night(from) < day {
				// until and days are one number, so that a stay that goes on is told of anew.
				d.mark, kinds[d.id] = until*100+int64(before.Days), before.Kind
				list = append(list, d)
			}
			break
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil || len(list) == 0 {
		return nil, err
	}
	seen, err := s.seenTo(ctx, tx, list, kinds)
	return slices.DeleteFunc(list, func(d due) bool { return seen[d.id] }), err
}

// seenTo are the stays of which this day was told already, or of which what it
// reminds of was done.
func (s *Service) seenTo(ctx context.Context, tx store.Tx, list []due, kinds map[instance.ID]FollowUpKind) (map[instance.ID]bool, error) {
	seen, marks, ids := map[instance.ID]bool{}, map[instance.ID]int64{}, make([]any, len(list))
	for i, d := range list {
		ids[i], marks[d.id] = d.id, d.mark
	}
	rows, err := tx.Query(ctx, `
		SELECT about_id, mark, '' FROM housing_reminders WHERE about = 'stay' AND about_id IN (`+store.Placeholders(1, len(ids))+`)
		UNION ALL
		SELECT hold_id, 0, kind FROM housing_case_followups WHERE done_at IS NOT NULL AND hold_id IN (`+store.Placeholders(1, len(ids))+`)`, ids...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ID
		var mark int64
		var kind string
		if err := rows.Scan(&id, &mark, &kind); err != nil {
			return nil, err
		}
		if mark == marks[id] || kind != "" && FollowUpKind(kind) == kinds[id] {
			seen[id] = true
		}
	}
	return seen, rows.Err()
}

func (s *Service) tasksDue(ctx context.Context, tx store.Tx) ([]due, error) {
	return dues(tx.Query(ctx, `
		SELECT e.id, e.due_at, c.programme_id, COALESCE(e.doer_id, c.keeper_id, 0)
		  FROM housing_case_entries e JOIN housing_cases c ON c.id = e.case_id
		 WHERE e.due_at <= $2 AND e.done_at IS NULL AND e.kind = 'task' AND c.stage NOT IN ('closed', 'referred')
		   AND `+notTold+`e.id AND r.mark = e.due_at)
		 ORDER BY e.due_at, e.id
		 LIMIT $3`, string(AboutTask), store.Millis(s.Now()), mostReminded))(AboutTask)
}

// nowOverdue notes that a lead is told of follow-ups whose day has passed.
func (s *Service) nowOverdue(ctx context.Context, tx store.Tx) ([]due, error) {
	nights := s.nights()
	return dues(tx.Query(ctx, `
		UPDATE housing_case_followups
		   SET told_at = $1
		 WHERE done_at IS NULL AND told_at IS NULL AND due < $2 AND due < `+nights.SQL("(SELECT h.area FROM housing_holds h WHERE h.id = housing_case_followups.hold_id)")+`
		   AND case_id IN (SELECT c.id FROM housing_cases c WHERE c.erased_at IS NULL AND (c.stage IN ('active', 'ending') OR housing_case_followups.kind IN ('after', 'tonight')))
		RETURNING id, due, (SELECT c.programme_id FROM housing_cases c WHERE c.id = case_id), 0`,
		store.Millis(s.Now()), int64(nights.Last)))(AboutFollowUp)
}

// dues reads what is due.
func dues(rows store.Rows, err error) func(About) ([]due, error) {
	return func(about About) ([]due, error) {
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var list []due
		for rows.Next() {
			d := due{about: about}
			if err := rows.Scan(&d.id, &d.mark, &d.programme, &d.person); err != nil {
				return nil, err
			}
			list = append(list, d)
		}
		return list, rows.Err()
	}
}

// tellDue tells each who has to act, and the leads where nobody has to who is of
// the team still.
func (s *Service) tellDue(ctx context.Context, tx store.Tx, list []due) error {
	if len(list) == 0 {
		return nil
	}
	programmes := map[instance.ActorID]bool{}
	for _, d := range list {
		programmes[d.programme] = true
	}
	keepers, leads, err := keeping(ctx, tx, programmes)
	if err != nil {
		return err
	}
	whom := map[instance.ActorID][]instance.ActorID{}
	for _, d := range list {
		to := leads[d.programme]
		if slices.Contains(keepers[d.programme], d.person) {
			to = []instance.ActorID{d.person}
		}
		whom[d.programme] = append(whom[d.programme], to...)
	}
	for programme, people := range whom { // each is told by its own programme
		slices.Sort(people)
		if err := s.Tell(ctx, tx, NoticeWaits, programme, slices.Compact(people)); err != nil {
			return err
		}
	}
	return nil
}

// keeping are those who keep cases in some programmes, and those of them who lead.
func keeping(ctx context.Context, tx store.Tx, programmes map[instance.ActorID]bool) (keepers, leads map[instance.ActorID][]instance.ActorID, err error) {
	var args []any
	for id := range programmes {
		args = append(args, id)
	}
	rows, err := tx.Query(ctx, `
		SELECT programme_id, person_id, role
		  FROM housing_team
		 WHERE role IN ('lead', 'caseworker') AND programme_id IN (`+store.Placeholders(1, len(args))+`)
		 ORDER BY person_id`, args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	keepers, leads = map[instance.ActorID][]instance.ActorID{}, map[instance.ActorID][]instance.ActorID{}
	for rows.Next() {
		var programme, person instance.ActorID
		var role string
		if err := rows.Scan(&programme, &person, &role); err != nil {
			return nil, nil, err
		}
		keepers[programme] = append(keepers[programme], person)
		if instance.TeamRole(role) == instance.Lead {
			leads[programme] = append(leads[programme], person)
		}
	}
	return keepers, leads, rows.Err()
}

// Waits is something that waits for somebody at the desk of a programme.
type Waits struct {
	About About
	Case  instance.CaseID
	Kind  FollowUpKind // of a follow-up
	Due   time.Time
	Late  bool
	Mine  bool // the one who asks keeps it
}

// WaitingFor returns what waits at the desk of a programme, what is late first: to
// caseworkers what they keep or have to do, to leads all of it, and to both who is on the
// way to a door tonight with nobody. It holds ids, kinds
// and dates.
func (s *Service) WaitingFor(ctx context.Context, by instance.Account, programme instance.ActorID, limit int) ([]Waits, error) {
	tx := s.DB.Read()
	r, err := role(ctx, tx, programme, by.ID)
	if err == nil && !r.Keeps() {
		return nil, nil
	}
	if err != nil {
		return nil, because(err, "what waits in programme %s", programme)
	}
	everything, nights, thisNight := r == instance.Lead, s.nights(), int64(s.thisNight())
	tonight := nights.SQL("h.area")
	rows, err := tx.Query(ctx, `
		SELECT 'follow-up', f.case_id, f.kind, f.due, COALESCE(c.keeper_id, 0), `+tonight+`
		  FROM housing_case_followups f JOIN housing_cases c ON c.id = f.case_id
		  LEFT JOIN housing_holds h ON h.id = f.hold_id
		 WHERE c.programme_id = $1 AND f.done_at IS NULL AND f.due <= $2 AND f.due <= `+tonight+` AND (c.stage IN ('active', 'ending') OR f.kind IN ('after', 'tonight')) AND c.erased_at IS NULL
		   AND ($6 OR c.keeper_id = $5)
		UNION ALL
		SELECT 'stay', c.id, '', h.until_night, COALESCE(c.keeper_id, 0), `+tonight+`
		  FROM housing_holds h JOIN housing_case_holds k ON k.hold_id = h.id JOIN housing_cases c ON c.id = k.case_id
		 WHERE c.programme_id = $1 AND h.state = 'placed' AND h.until_night <= `+tonight+` + 60 AND c.stage IN ('active', 'ending') AND ($6 OR c.keeper_id = $5)
		UNION ALL
		SELECT 'task', c.id, '', e.due_at / 86400000, COALESCE(e.doer_id, c.keeper_id, 0), CAST($7 AS BIGINT)
		  FROM housing_case_entries e JOIN housing_cases c ON c.id = e.case_id
		 WHERE c.programme_id = $1 AND e.kind = 'task' AND e.done_at IS NULL AND e.due_at <= $3 AND c.stage NOT IN ('closed', 'referred')
		   AND ($6 OR COALESCE(e.doer_id, c.keeper_id) = $5)
		UNION ALL
		SELECT 'escort', c.id, '', w.night, COALESCE(c.keeper_id, 0), CAST($8 AS BIGINT)
		  FROM housing_walks w JOIN housing_cases c ON c.id = w.case_id
		 WHERE c.programme_id = $1 AND w.night = $8 AND c.stage NOT IN ('closed', 'referred')
		   AND (w.state IN ('asked', 'coming') AND w.told_at IS NOT NULL OR w.state IN ('declined', 'not'))
		   AND NOT EXISTS (SELECT 1 FROM housing_walks y WHERE y.case_id = w.case_id AND y.id > w.id)
		 ORDER BY 4, 2
		 LIMIT $4`, programme, int64(nights.Last), store.Millis(s.Now()), limit, by.ID, everything, int64(ledger.NightOf(s.Now().In(s.Zone))), thisNight)
	if err != nil {
		return nil, because(err, "what waits in programme %s", programme)
	}
	defer rows.Close()
	var list []Waits
	for rows.Next() {
		var w Waits
		var about, kind string
		var night int64
		var tonight ledger.Night
		var keeper instance.ActorID
		if err := rows.Scan(&about, &w.Case, &kind, &night, &keeper, &tonight); err != nil {
			return nil, because(err, "what waits in programme %s", programme)
		}
		w.About, w.Kind, w.Due, w.Mine = About(about), FollowUpKind(kind), ledger.Night(night).Date(), keeper == by.ID
		w.Late = ledger.Night(night) < tonight
		list = append(list, w)
	}
	return list, because(rows.Err(), "what waits in programme %s", programme)
}
