package hosts

import (
	"context"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// NoticeWaits tells somebody that something waits at the desk of a programme, and
// not what.
const NoticeWaits = "desk-waits"

// Warned is how long before a visit or an approval ends somebody is told.
const Warned = 30 * 24 * time.Hour

// Ending is a host whose visit or approval ends soon.
type Ending struct {
	Host     instance.HostID
	Until    time.Time
	Approval bool // else the visit
}

const endingOf = `
		SELECT h.id, h.programme_id, h.visit_until, h.approved_until,
		       COALESCE((SELECT v.visitor_id FROM housing_host_visits v WHERE v.host_id = h.id AND v.passed ORDER BY v.id DESC LIMIT 1), 0), COALESCE(h.proposed_by, 0)
		  FROM housing_hosts h
		 WHERE h.state IN ('proposed', 'approved', 'paused')
		   AND (h.visit_until > $1 AND h.visit_until <= $2 OR h.state <> 'proposed' AND h.approved_until > $1 AND h.approved_until <= $2)`

// ending is one of them with who would have to act.
type ending struct {
	Ending
	programme instance.ActorID
	who       instance.ActorID
}

// endings reads hosts with what of theirs ends soon. Where both end, the visit does
// at the latest, and one word is enough.
func (s *Service) endings(rows store.Rows, err error) ([]ending, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	soon := s.now().Add(Warned)
	var list []ending
	for rows.Next() {
		var e ending
		var visit, approved *int64
		var visitor, proposer instance.ActorID
		if err := rows.Scan(&e.Host, &e.programme, &visit, &approved, &visitor, &proposer); err != nil {
			return nil, err
		}
		e.Until, e.who = store.TimeOrNever(visit), visitor
		if e.Until.After(soon) {
			e.Until, e.who, e.Approval = store.TimeOrNever(approved), proposer, true
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// warn tells those who have to act that a visit or an approval ends within 30 days,
// once each: who visited, who proposed, and the leads where they are of the team no
// more.
func (s *Service) warn(ctx context.Context) error {
	if s.o.Tell == nil {
		return nil
	}
	return s.db.InTx(ctx, func(tx store.Tx) error {
		now := s.now()
		list, err := s.endings(tx.Query(ctx, endingOf+`
			   AND NOT EXISTS (SELECT 1 FROM housing_reminders r WHERE r.about_id = h.id AND r.about = 'visit' AND r.mark = h.visit_until
			                      OR r.about_id = h.id AND r.about = 'approval' AND r.mark = h.approved_until)
			 ORDER BY h.id
			 LIMIT $3`, store.Millis(now), store.Millis(now.Add(Warned)), sweptAtOnce))
		if err != nil || len(list) == 0 {
			return err
		}
		rows := store.Many{Into: "housing_reminders (about, about_id, mark, told_at)"}
		for _, e := range list {
			about := "visit"
			if e.Approval {
				about = "approval"
			}
			if err := rows.Add(ctx, tx, about, e.Host, store.Millis(e.Until), store.Millis(now)); err != nil {
				return err
			}
		}
		if err := rows.End(ctx, tx); err != nil {
			return err
		}
		return s.tellEnding(ctx, tx, list)
	})
}

func (s *Service) tellEnding(ctx context.Context, tx store.Tx, list []ending) error {
	var programmes []any
	for _, e := range list {
		programmes = append(programmes, e.programme)
	}
	rows, err := tx.Query(ctx, `
		SELECT programme_id, person_id, role FROM housing_team
		 WHERE role <> 'reader' AND programme_id IN (`+store.Placeholders(1, len(programmes))+`)`, programmes...)
	if err != nil {
		return err
	}
	team, leads := map[instance.ActorID][]instance.ActorID{}, map[instance.ActorID][]instance.ActorID{}
	for rows.Next() {
		var programme, person instance.ActorID
		var role string
		if err := rows.Scan(&programme, &person, &role); err != nil {
			rows.Close()
			return err
		}
		team[programme] = append(team[programme], person)
		if instance.TeamRole(role) == instance.Lead {
			leads[programme] = append(leads[programme], person)
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	whom := map[instance.ActorID][]instance.ActorID{}
	for _, e := range list {
		to := leads[e.programme]
		if slices.Contains(team[e.programme], e.who) {
			to = []instance.ActorID{e.who}
		}
		whom[e.programme] = append(whom[e.programme], to...)
	}
	for programme, people := range whom { // each is told by its own programme
		slices.Sort(people)
		if err := s.o.Tell(ctx, tx, NoticeWaits, programme, slices.Compact(people)); err != nil {
			return err
		}
	}
	return nil
}

// EndingSoon returns hosts whose visit or approval ends within 30 days, the first to
// end first, to those who go to homes and those who vet. It holds ids and dates.
func (s *Service) EndingSoon(ctx context.Context, by instance.Account, programme instance.ActorID) ([]Ending, error) {
	if err := visits(ctx, s.db.Read(), programme, by); err != nil {
		return nil, because(err, "what ends in programme %s", programme)
	}
	now := s.now()
	list, err := s.endings(s.db.Read().Query(ctx, endingOf+`
		   AND h.programme_id = $3
		 ORDER BY h.visit_until, h.id
		 LIMIT $4`, store.Millis(now), store.Millis(now.Add(Warned)), programme, sweptAtOnce))
	shown := make([]Ending, len(list))
	for i, e := range list {
		shown[i] = e.Ending
	}
	return shown, because(err, "what ends in programme %s", programme)
}

// Standing counts the hosts of a programme that are on their way, by how far they
// are, to those who vet them: for a board beside the one of cases.
func (s *Service) Standing(ctx context.Context, by instance.Account, programme instance.ActorID) (map[instance.HostState]int, error) {
	if err := keeps(ctx, s.db.Read(), programme, by); err != nil {
		return nil, because(err, "hosts of programme %s", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT state, COUNT(*)
		  FROM housing_hosts
		 WHERE programme_id = $1 AND state NOT IN ('refused', 'ended') AND (state <> 'interested' OR confirmed_at IS NOT NULL)
		 GROUP BY state`, programme)
	if err != nil {
		return nil, because(err, "hosts of programme %s", programme)
	}
	defer rows.Close()
	counts := map[instance.HostState]int{}
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, because(err, "hosts of programme %s", programme)
		}
		counts[instance.HostState(state)] = n
	}
	return counts, because(rows.Err(), "hosts of programme %s", programme)
}
