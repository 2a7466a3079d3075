package calendars

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// mostRefused is how many events that cannot be taken are named.
const mostRefused = 20

// Of returns the calendars of a place or an organisation, the oldest first, with
// what came of them. Who may not look after them gets [instance.ErrNotFound].
func (s *Service) Of(ctx context.Context, by instance.ActorID, name string) ([]Calendar, error) {
	owner, _, err := s.Owner(ctx, by, name)
	if err != nil {
		return nil, err
	}
	all, err := s.list(ctx, s.DB.Read(), `c.owner_id = $1`, owner.ID)
	if err != nil {
		return nil, fmt.Errorf("calendars of %s: %w", name, err)
	}
	if err := s.addRefused(ctx, owner.ID, all); err != nil {
		return nil, fmt.Errorf("calendars of %s: %w", name, err)
	}
	return all, nil
}

func (s *Service) list(ctx context.Context, tx store.Tx, where string, arg any) ([]Calendar, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.id, c.owner_id, c.place_id, c.url, c.name, c.audience, c.language, COALESCE(c.read_at, 0), c.trouble, c.failures,
		       (SELECT COUNT(*) FROM calendar_items i WHERE i.calendar_id = c.id AND i.post_id IS NOT NULL),
		       (SELECT COUNT(*) FROM calendar_items i WHERE i.calendar_id = c.id AND i.state IN ('new', 'changed', 'gone'))
		  FROM calendars c
		 WHERE `+where+`
		 ORDER BY c.id`, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Calendar
	for rows.Next() {
		var c Calendar
		var audience string
		var read int64
		if err := rows.Scan(&c.ID, &c.Owner, &c.Place, &c.URL, &c.Name, &audience, &c.Language, &read, &c.Trouble, &c.failures, &c.Shown, &c.Waiting); err != nil {
			return nil, err
		}
		if c.Audience = instance.Audience(audience); read != 0 {
			c.ReadAt = store.Time(read)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// addRefused adds what cannot be taken of each, the next first.
func (s *Service) addRefused(ctx context.Context, owner instance.ActorID, all []Calendar) error {
	rows, err := s.DB.Read().Query(ctx, `
		SELECT calendar_id, title, trouble FROM (
			SELECT i.calendar_id, i.title, i.trouble, i.starts_at, ROW_NUMBER() OVER (PARTITION BY i.calendar_id ORDER BY i.starts_at, i.uid) AS n
			  FROM calendar_items i
			 WHERE i.owner_id = $1 AND i.state = 'refused') AS told
		 WHERE n <= $2
		 ORDER BY calendar_id, n`, owner, mostRefused)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ID
		var r Refused
		if err := rows.Scan(&id, &r.Title, &r.Why); err != nil {
			return err
		}
		for i := range all {
			if all[i].ID == id {
				all[i].Refused = append(all[i].Refused, r)
			}
		}
	}
	return rows.Err()
}
