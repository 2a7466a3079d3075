package calendars

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Tend is the job that has calendars read whose time has come.
type Tend struct{}

// Kind names the job.
func (Tend) Kind() string { return "tend_calendars" }

// Work is the job that reads one calendar, and brings over what waits.
type Work struct {
	Calendar instance.ID `json:"calendar"`
}

// Kind names the job.
func (Work) Kind() string { return "read_calendar" }

const (
	// every is how long a calendar is left alone that was read, and one that was
	// not, twice as long each time; after mostFailures it waits for somebody.
	every        = 6 * time.Hour
	mostFailures = 10
	// atOnce is how many events come over in one go, the next first, so that
	// nobody's home is full of them; the others follow an hour later.
	atOnce = 20
	// due is how many calendars are begun in one round.
	due = 500
)

// tend begins what is to be done.
func (s *Service) tend(ctx context.Context, _ Tend) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT c.id
			  FROM calendars c
			 WHERE c.due_at <= $1 OR EXISTS (SELECT 1 FROM calendar_items i WHERE i.calendar_id = c.id AND i.state IN ('new', 'changed', 'gone'))
			 ORDER BY c.due_at
			 LIMIT $2`, store.Millis(s.Now()), due)
		if err != nil {
			return err
		}
		defer rows.Close()
		var ids []instance.ID
		for rows.Next() {
			var id instance.ID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.Jobs.Enqueue(ctx, tx, Work{Calendar: id}, jobs.Unique(id.String()), jobs.InQueue(Queue)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("tend calendars: %w", err)
	}
	return nil
}

// work reads a calendar if it is time, and brings over some of what waits.
func (s *Service) work(ctx context.Context, w Work) error {
	found, err := s.list(ctx, s.DB.Read(), `c.id = $1`, w.Calendar)
	if err != nil || len(found) == 0 {
		return err
	}
	c := found[0]
	owner, err := actors.ByID(ctx, s.DB.Read(), c.Owner)
	if err != nil || owner.Gone() {
		return err
	}
	if err := s.read(ctx, c, owner); err != nil {
		return fmt.Errorf("read calendar %s: %w", c.ID, err)
	}
	if err := s.bring(ctx, c); err != nil {
		return fmt.Errorf("bring over calendar %s: %w", c.ID, err)
	}
	return nil
}

// read asks for a calendar whose time has come and takes up what is new in it.
// That it cannot be read is kept with it and no error.
func (s *Service) read(ctx context.Context, c Calendar, owner instance.Actor) error {
	var is bool
	err := s.DB.Read().QueryRow(ctx, `SELECT due_at IS NOT NULL AND due_at <= $2 FROM calendars WHERE id = $1`, c.ID, store.Millis(s.Now())).Scan(&is)
	if err != nil || !is || c.URL == "" {
		return err
	}
	body, err := s.Fetch.Calendar(ctx, c.URL)
	var read Read
	if err == nil {
		read, err = Parse(body, s.reading(owner))
	}
	if err != nil {
		return s.failed(ctx, c, err)
	}
	return s.DB.InTx(ctx, func(tx store.Tx) error {
		name := read.Name
		if name == "" {
			name = c.Name
		}
		_, err := tx.Exec(ctx, `
			UPDATE calendars
			   SET read_at = $2, due_at = $3, failures = 0, trouble = '', name = $4
			 WHERE id = $1`, c.ID, store.Millis(s.Now()), store.Millis(s.Now().Add(every)), name)
		if err != nil {
			return err
		}
		return s.merge(ctx, tx, c, read)
	})
}

// failed keeps why a calendar could not be read, and when it is tried again.
func (s *Service) failed(ctx context.Context, c Calendar, why error) error {
	if ctx.Err() != nil {
		return ctx.Err() // the program stops: that says nothing of the calendar
	}
	trouble := "unreachable"
	var invalid *instance.Invalid
	switch {
	case errors.As(why, &invalid):
		trouble = invalid.Code
	case errors.Is(why, instance.ErrNotFound):
		trouble = "not-there"
	}
	var next *int64
	if c.failures+1 < mostFailures {
		next = store.MillisOrNull(s.Now().Add(min(every<<c.failures, 7*24*time.Hour)))
	}
	return s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE calendars
			   SET failures = failures + 1, trouble = $2, due_at = $3
			 WHERE id = $1`, c.ID, trouble, next)
		return err
	})
}

// content is an item as it waits.
type content struct {
	Text  string
	Event instance.Event
	Off   []time.Time
}

// merge takes up what is new, changed or gone in a calendar. Another calendar of
// the same owner that has the same keeps it.
func (s *Service) merge(ctx context.Context, tx store.Tx, c Calendar, read Read) error {
	m := store.Many{
		Into: `calendar_items (owner_id, uid, calendar_id, state, trouble, title, starts_at, digest, content)`,
		After: `ON CONFLICT (owner_id, uid) DO UPDATE
			SET state = CASE WHEN excluded.state = 'refused' THEN 'refused' WHEN calendar_items.post_id IS NULL THEN 'new' ELSE 'changed' END,
			    trouble = excluded.trouble, title = excluded.title, starts_at = excluded.starts_at, digest = excluded.digest, content = excluded.content
		  WHERE calendar_items.calendar_id = excluded.calendar_id AND (calendar_items.digest <> excluded.digest OR calendar_items.state IN ('gone', 'off'))`,
	}
	there := map[string]bool{}
	for _, it := range read.Items {
		there[it.UID] = true
		text, err := json.Marshal(content{it.Text, it.Event, it.Off})
		if err != nil {
			return err
		}
		state := "new"
		if it.Trouble != "" {
			state = "refused"
		}
		sum := sha256.Sum256(append(append([]byte(it.Title+"\n"+it.Trouble+"\n"+it.Event.Venue.Name), '\n'), text...))
		starts := store.Millis(it.Event.Starts)
		if it.Event.Starts.IsZero() {
			starts = 0
		}
		if err := m.Add(ctx, tx, c.Owner, it.UID, c.ID, state, it.Trouble, it.Title, starts, hex.EncodeToString(sum[:]), string(text)); err != nil {
			return err
		}
	}
	if err := m.End(ctx, tx); err != nil {
		return err
	}
	return s.forget(ctx, tx, c, there)
}

// forget notes what was to come and is no longer in a calendar: an event that it
// became is off, what was none yet is forgotten.
func (s *Service) forget(ctx context.Context, tx store.Tx, c Calendar, there map[string]bool) error {
	rows, err := tx.Query(ctx, `
		SELECT uid
		  FROM calendar_items
		 WHERE calendar_id = $1 AND state <> 'off' AND (starts_at > $2 OR post_id IS NULL)`, c.ID, store.Millis(s.Now()))
	if err != nil {
		return err
	}
	defer rows.Close()
	gone := []any{c.ID}
	for rows.Next() {
		var uid string
		if err := rows.Scan(&uid); err != nil {
			return err
		}
		if !there[uid] {
			gone = append(gone, uid)
		}
	}
	if err := rows.Err(); err != nil || len(gone) == 1 {
		return err
	}
	in := store.Placeholders(2, len(gone)-1)
	if _, err := tx.Exec(ctx, `DELETE FROM calendar_items WHERE calendar_id = $1 AND post_id IS NULL AND uid IN (`+in+`)`, gone...); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE calendar_items SET state = 'gone' WHERE calendar_id = $1 AND uid IN (`+in+`)`, gone...)
	return err
}
