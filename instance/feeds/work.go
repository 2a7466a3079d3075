package feeds

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Tend is the job that has feeds read whose time has come.
type Tend struct{}

// Kind names the job.
func (Tend) Kind() string { return "tend_feeds" }

// Work is the job that reads one feed.
type Work struct {
	Feed instance.ID `json:"feed"`
}

// Kind names the job.
func (Work) Kind() string { return "read_feed" }

const (
	// every is how long a feed is left alone that was read, and one that was not,
	// twice as long each time; after mostFailures it waits for somebody.
	every        = 3 * time.Hour
	longest      = 7 * 24 * time.Hour
	mostFailures = 10
	// PerDay is how many entries of one feed are shown in a day, the newest first,
	// so that no site talks all others down. What is too much today is looked at
	// again tomorrow, while it is news.
	PerDay = 5
	// forgetAfter is how long an entry is known that its feed holds no longer, so
	// that it does not come back.
	forgetAfter = 60 * 24 * time.Hour
	// due is how many feeds are begun in one round.
	due = 500
)

// tend begins what is to be done, and forgets what is long over.
func (s *Service) tend(ctx context.Context, _ Tend) error {
	now := s.Now()
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM feed_entries WHERE seen_at < $1`, store.Millis(now.Add(-forgetAfter))); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			SELECT id
			  FROM feeds
			 WHERE due_at <= $1
			 ORDER BY due_at
			 LIMIT $2`, store.Millis(now), due)
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
			if err := s.Jobs.Enqueue(ctx, tx, Work{Feed: id}, jobs.Unique(id.String()), jobs.InQueue(Queue)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("tend feeds: %w", err)
	}
	return nil
}

// work reads a feed if it is time. That it cannot be read is kept with it and no
// error.
func (s *Service) work(ctx context.Context, w Work) error {
	found, err := s.list(ctx, s.DB.Read(), `f.id = $1`, w.Feed)
	if err != nil || len(found) == 0 {
		return err
	}
	f := found[0]
	var is bool
	err = s.DB.Read().QueryRow(ctx, `SELECT due_at IS NOT NULL AND due_at <= $2 FROM feeds WHERE id = $1`, f.ID, store.Millis(s.Now())).Scan(&is)
	if err != nil || !is {
		return err
	}
	if err := s.read(ctx, f); err != nil {
		return fmt.Errorf("read feed %s: %w", f.ID, err)
	}
	return nil
}

func (s *Service) read(ctx context.Context, f Feed) error {
	answer, err := s.Fetch.Feed(ctx, f.URL, f.known)
	var read Read
	if err == nil && !answer.Unchanged {
		read, err = Parse(answer.Body, s.Now())
	}
	if err != nil {
		return s.failed(ctx, f, answer.Wait, err)
	}
	muted, err := s.muted(ctx)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx store.Tx) error {
		now := s.Now()
		more, err := s.take(ctx, tx, f, read, muted)
		if err != nil {
			return err
		}
		known, name := answer.Known, read.Name
		switch {
		case answer.Unchanged:
			known = f.known
		case more:
			known = Known{} // what was too much today is there to be taken tomorrow
		}
		if name == "" {
			name = f.Name
		}
		_, err = tx.Exec(ctx, `
			UPDATE feeds
			   SET read_at = $2, due_at = $3, failures = 0, trouble = '', name = $4, etag = $5, modified = $6
			 WHERE id = $1`, f.ID, store.Millis(now), store.Millis(now.Add(max(every, answer.Wait))), name, known.ETag, known.Modified)
		return err
	})
}

// failed keeps why a feed could not be read, and when it is tried again.
func (s *Service) failed(ctx context.Context, f Feed, wait time.Duration, why error) error {
	if ctx.Err() != nil {
		return ctx.Err() // the program stops: that says nothing of the feed
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
	if f.failures+1 < mostFailures {
		next = store.MillisOrNull(s.Now().Add(max(wait, min(every<<f.failures, longest))))
	}
	return s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE feeds
			   SET failures = failures + 1, trouble = $2, due_at = $3
			 WHERE id = $1`, f.ID, trouble, next)
		return err
	})
}

// have is an entry as it stands already.
type have struct {
	id   instance.ID
	mine bool // of the same feed
	at   int64
}

// take shows what is new in a feed, as far as the day allows, and keeps what is
// known as it is there now. It tells whether something has to wait. Another feed
// of the same owner that has the same keeps it.
func (s *Service) take(ctx context.Context, tx store.Tx, f Feed, read Read, muted mutes) (more bool, err error) {
	if _, err := tx.Exec(ctx, `UPDATE actors SET updated_at = updated_at WHERE id = $1`, f.Owner); err != nil {
		return false, err
	}
	now := s.Now()
	room, err := s.room(ctx, tx, f, muted)
	if err != nil || len(read.Items) == 0 {
		return false, err
	}
	there, err := s.there(ctx, tx, f, read)
	if err != nil {
		return false, err
	}
	fresh := 0
	for _, it := range read.Items {
		if _, known := there[it.GUID]; !known {
			if _, known = there[it.Link]; !known {
				fresh++
			}
		}
	}
	more = fresh > room
	m := store.Many{
		Into: `feed_entries (id, feed_id, owner_id, guid, link, title, summary, language, written_at, shown_at, seen_at)`,
		After: `ON CONFLICT (id) DO UPDATE
			SET title = excluded.title, summary = excluded.summary, seen_at = excluded.seen_at`,
	}
	touched := map[instance.ID]bool{}
	for _, it := range read.Items {
		old, known := there[it.GUID]
		if !known {
			old, known = there[it.Link]
		}
		id, written := old.id, old.at
		switch {
		case known && (!old.mine || touched[id]):
			continue
		case !known && fresh > room:
			fresh-- // the newest are shown, and this is older than those
			continue
		case !known:
			fresh--
			room--
			id, written = s.IDs.Next(), store.Millis(it.At)
		}
		touched[id] = true
		if err := m.Add(ctx, tx, id, f.ID, f.Owner, it.GUID, it.Link, it.Title, it.Summary, it.Language, written, store.Millis(now), store.Millis(now)); err != nil {
			return more, err
		}
	}
	return more, m.End(ctx, tx)
}

// room is how many entries of a feed may be shown today.
func (s *Service) room(ctx context.Context, tx store.Tx, f Feed, muted mutes) (int, error) {
	var lately int
	var sort string
	err := tx.QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM feed_entries WHERE feed_id = $1 AND shown_at > $2),
		       COALESCE((SELECT sort FROM organisations WHERE actor_id = $3), '')`,
		f.ID, store.Millis(s.Now().Add(-24*time.Hour)), f.Owner).Scan(&lately, &sort)
	if sort == string(instance.Council) && muted.councils || sort == string(instance.Shop) && muted.shops {
		return 0, err
	}
	return max(0, PerDay-lately), err
}

// there returns what its owner has already of what a feed holds, by name and by
// address.
func (s *Service) there(ctx context.Context, tx store.Tx, f Feed, read Read) (map[string]have, error) {
	n := len(read.Items)
	args := make([]any, 1, 2*n+1)
	args[0] = f.Owner
	for _, it := range read.Items {
		args = append(args, it.GUID)
	}
	for _, it := range read.Items {
		args = append(args, it.Link)
	}
	rows, err := tx.Query(ctx, `
		SELECT id, feed_id, guid, link, written_at
		  FROM feed_entries
		 WHERE owner_id = $1 AND (guid IN (`+store.Placeholders(2, n)+`) OR link IN (`+store.Placeholders(2+n, n)+`))`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]have{}
	for rows.Next() {
		var h have
		var feed instance.ID
		var guid, link string
		if err := rows.Scan(&h.id, &feed, &guid, &link, &h.at); err != nil {
			return nil, err
		}
		h.mine = feed == f.ID
		all[guid], all[link] = h, h
	}
	return all, rows.Err()
}
