package calendars

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// waiting is an item that waits for its turn.
type waiting struct {
	uid, state, title, digest string
	content                   content
	post                      *instance.PostID
}

// bring brings over what waits in a calendar, the next first, at most [atOnce].
func (s *Service) bring(ctx context.Context, c Calendar) error {
	list, err := s.waiting(ctx, c)
	if err != nil {
		return err
	}
	for _, w := range list {
		post, err := s.one(ctx, c, w)
		var invalid *instance.Invalid
		if errors.As(err, &invalid) {
			if err := s.settle(ctx, c, w, "refused", "times", w.post); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("%q: %w", w.uid, err)
		}
		state := "kept"
		if w.state == "gone" {
			state = "off"
		}
		if err := s.settle(ctx, c, w, state, "", post); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) waiting(ctx context.Context, c Calendar) ([]waiting, error) {
	rows, err := s.DB.Read().Query(ctx, `
		SELECT uid, state, title, digest, content, post_id
		  FROM calendar_items
		 WHERE calendar_id = $1 AND state IN ('new', 'changed', 'gone')
		 ORDER BY starts_at, uid
		 LIMIT $2`, c.ID, atOnce)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []waiting
	for rows.Next() {
		var w waiting
		var text string
		if err := rows.Scan(&w.uid, &w.state, &w.title, &w.digest, &text, &w.post); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(text), &w.content); err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, rows.Err()
}

// one makes an event of what waits, or makes the event it became what it is now.
// It returns nil for what is off and was never shown.
func (s *Service) one(ctx context.Context, c Calendar, w waiting) (*instance.PostID, error) {
	e := s.current(w)
	d := instance.Draft{
		Title: w.title, Text: w.content.Text, Language: c.Language, Audience: c.Audience, Group: c.Place, Event: &e, Once: once(c, w),
	}
	if w.state == "gone" {
		e.Status = instance.EventCancelled
	}
	if w.post == nil {
		if e.Status == instance.EventCancelled {
			return nil, nil
		}
		p, err := s.Events.Invite(ctx, instance.Viewer{ID: c.Owner}, d, false)
		if err != nil {
			return nil, err
		}
		return &p.ID, s.offDates(ctx, c, p.ID, w)
	}
	_, err := s.Events.Change(ctx, c.Owner, *w.post, d)
	if errors.Is(err, instance.ErrNotFound) {
		return w.post, nil // it was deleted here, and does not come back
	}
	if err != nil {
		return w.post, err
	}
	return w.post, s.offDates(ctx, c, *w.post, w)
}

// current is an event as it can be invited to now: a series that runs already is
// taken up where it is.
func (s *Service) current(w waiting) instance.Event {
	e := w.content.Event
	r, err := instance.ParseRepeats(e.Repeats)
	if err != nil || r.Every == 0 || !e.Starts.Before(s.Now()) {
		return e
	}
	if times := e.Times(s.Now().AddDate(instance.MaxAhead, 0, 0), instance.MaxOccurrences); r.Count > 0 && len(times) > 0 {
		r.Count, r.Until = 0, times[len(times)-1]
	}
	begins := e.Next(s.Now(), w.content.Off)
	if !e.Ends.IsZero() {
		e.Ends = begins.Add(e.Ends.Sub(e.Starts)).UTC()
	}
	e.Starts, e.Repeats = begins.UTC(), r.Rule(begins)
	return e
}

// offDates says which dates of a series are off. Those that it does not know are
// over, or none of its own.
func (s *Service) offDates(ctx context.Context, c Calendar, id instance.PostID, w waiting) error {
	for _, at := range w.content.Off {
		if at.Before(s.Now()) {
			continue
		}
		err := s.Events.SetOff(ctx, c.Owner, id, at, true)
		if err != nil && !errors.Is(err, instance.ErrInvalid) {
			return err
		}
	}
	return nil
}

// once names what an item is posted under, so that a program that ends between
// posting and noting it posts nothing twice.
func once(c Calendar, w waiting) string {
	sum := sha256.Sum256([]byte(c.ID.String() + " " + w.uid + " " + w.digest))
	return hex.EncodeToString(sum[:16])
}

// settle notes what became of an item, unless it was changed meanwhile.
func (s *Service) settle(ctx context.Context, c Calendar, w waiting, state, trouble string, post *instance.PostID) error {
	return s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE calendar_items
			   SET post_id = $5, state = CASE WHEN digest = $6 THEN $3 ELSE state END, trouble = $4
			 WHERE owner_id = $1 AND uid = $2 AND calendar_id = $7`, c.Owner, w.uid, state, trouble, post, w.digest, c.ID)
		return err
	})
}
