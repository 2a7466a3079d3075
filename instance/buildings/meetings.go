package buildings

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

const (
	// mostMeetings is how many meetings a space shows.
	mostMeetings = 10
	// meetingStays is how long after a meeting its papers stand beside it.
	meetingStays = 60 * 24 * time.Hour
)

// Convene puts a general meeting into the calendar of a house. It returns an
// [instance.Invalid] for what cannot be.
func (s *Service) Convene(ctx context.Context, v instance.Viewer, place instance.ActorID, t Telling, p instance.AssemblyPlan) (instance.ID, error) {
	if err := p.Check(s.now()); err != nil {
		return 0, err
	}
	id, err := s.write(ctx, v, place, "meetings", t, func(tx store.Tx, r Reader, id instance.ID, to *instance.ActorID) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO building_meetings (id, place_id, author_id, by_id, to_id, hall, starts_at, venue, agenda)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, id, place, r.As(), v.ID, to, t.Hall, store.Millis(p.At), p.Where, p.Agenda)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("convene a meeting in %s: %w", place, err)
	}
	return id, nil
}

// Meetings returns the meetings to come and the last ones, the latest first, with
// their papers, as far as a reader may read them.
func (s *Service) Meetings(ctx context.Context, r Reader) ([]instance.Assembly, error) {
	where, args := r.where()
	list, err := s.meetings(ctx, where, args)
	if err != nil || len(list) == 0 {
		return list, err
	}
	at := make(map[instance.ID]int, len(list))
	in := ``
	for i, m := range list {
		at[m.ID] = i
		if i > 0 {
			in += `, `
		}
		in += store.Placeholders(len(args)+1, 1)
		args = append(args, m.ID)
	}
	papers, err := s.documents(ctx, where+` AND x.meeting_id IN (`+in+`)`, args, 0, mostMeetings*instance.MaxDocuments)
	if err != nil {
		return nil, err
	}
	for _, d := range papers {
		m := &list[at[d.Assembly]]
		m.Documents = append(m.Documents, d)
	}
	return list, nil
}

func (s *Service) meetings(ctx context.Context, where string, args []any) ([]instance.Assembly, error) {
	n := len(args) + 1
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+addressed+`, x.hall, x.starts_at, x.venue, x.agenda
		  FROM building_meetings x JOIN actors a ON a.id = x.author_id
		 WHERE `+where+` AND x.starts_at > `+store.Placeholders(n, 1)+`
		 ORDER BY x.starts_at DESC, x.id
		 LIMIT `+store.Placeholders(n+1, 1), append(args, store.Millis(s.now().Add(-meetingStays)), mostMeetings)...)
	if err != nil {
		return nil, fmt.Errorf("meetings: %w", err)
	}
	defer rows.Close()
	var list []instance.Assembly
	for rows.Next() {
		var m instance.Assembly
		var at int64
		dest, done := fields(&m.Addressed)
		if err := rows.Scan(append(dest, &m.Hall, &at, &m.Where, &m.Agenda)...); err != nil {
			return nil, fmt.Errorf("meetings: %w", err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		m.At = store.Time(at)
		list = append(list, m)
	}
	return list, rows.Err()
}
