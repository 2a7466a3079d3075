package feeds

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Entry is something that a site nearby says on its own pages.
type Entry struct {
	ID       instance.ID
	Feed     instance.ID
	Source   string // the name of the site
	Host     string // where the feed lies
	By       instance.Actor
	Title    string
	Summary  string
	Link     string
	Language string
	At       time.Time // when it was written there
	Stale    bool      // the site has not answered for some days
}

// shownFor is how long an entry is shown.
const shownFor = 30 * 24 * time.Hour

// Of returns the feeds of a place or an organisation, the oldest first, with the
// entries of each that are shown, the newest first. Who may not look after them
// gets [instance.ErrNotFound].
func (s *Service) Of(ctx context.Context, by instance.ActorID, name string) ([]Feed, []Entry, error) {
	owner, _, err := s.Owners.Owner(ctx, by, name)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.list(ctx, s.DB.Read(), `f.owner_id = $1`, owner.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("feeds of %s: %w", name, err)
	}
	entries, err := s.entries(ctx, `f.owner_id = $4`, []any{owner.ID}, 0, 100)
	if err != nil {
		return nil, nil, fmt.Errorf("feeds of %s: %w", name, err)
	}
	return all, entries, nil
}

// By returns what an organisation has its page show, the newest first, at most
// limit.
func (s *Service) By(ctx context.Context, owner instance.ActorID, limit int) ([]Entry, error) {
	list, err := s.entries(ctx, `f.owner_id = $4`, []any{owner}, 0, limit)
	if err != nil {
		return nil, fmt.Errorf("feed entries of %s: %w", owner, err)
	}
	return list, nil
}

// At returns what is shown in a place, the newest first, at most limit, older
// than before unless that is 0: what its own feeds say, those of places within
// it, and those of what it lies within, for the town hall speaks to each of its
// neighbourhoods.
func (s *Service) At(ctx context.Context, place instance.ActorID, before instance.ID, limit int) ([]Entry, error) {
	places, err := actors.Nested(ctx, s.DB.Read(), place)
	if err != nil {
		return nil, err
	}
	args := make([]any, len(places))
	for i, id := range places {
		args[i] = id
	}
	list, err := s.entries(ctx, `f.place_id IN (`+store.Placeholders(4, len(places))+`)`, args, before, limit)
	if err != nil {
		return nil, fmt.Errorf("feed entries of %s: %w", place, err)
	}
	return list, nil
}

// entries returns those of the feeds that where says, which begins at $4. A cross
// join has SQLite begin with the few feeds there are.
func (s *Service) entries(ctx context.Context, where string, args []any, before instance.ID, limit int) ([]Entry, error) {
	muted, err := s.muted(ctx)
	if err != nil {
		return nil, err
	}
	if before == 0 {
		before = instance.ID(1<<63 - 1)
	}
	if muted.shops {
		where += ` AND NOT EXISTS (SELECT 1 FROM organisations o WHERE o.actor_id = f.owner_id AND o.sort = 'shop')`
	}
	now := s.Now()
	rows, err := s.DB.Read().Query(ctx, `
		SELECT e.id, f.id, f.name, f.url, e.title, e.summary, e.link, e.language, e.written_at, f.trouble, COALESCE(f.read_at, f.added_at),
		       a.id, a.username, a.name
		  FROM feeds f CROSS JOIN feed_entries e
		  JOIN actors a ON a.id = e.owner_id
		 WHERE e.feed_id = f.id AND `+where+`
		   AND e.id < $1 AND e.shown_at > $2 AND NOT e.hidden
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY e.id DESC
		 LIMIT $3`, append([]any{before, store.Millis(now.Add(-shownFor)), limit}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Entry
	for rows.Next() {
		var e Entry
		var f Feed
		var written, read int64
		if err := rows.Scan(&e.ID, &e.Feed, &e.Source, &f.URL, &e.Title, &e.Summary, &e.Link, &e.Language, &written, &f.Trouble, &read,
			&e.By.ID, &e.By.Username, &e.By.Name); err != nil {
			return nil, err
		}
		f.ReadAt = store.Time(read)
		e.Host, e.At, e.Stale = host(f.URL), store.Time(written), f.Stale(now)
		list = append(list, e)
	}
	return list, rows.Err()
}

func (s *Service) list(ctx context.Context, tx store.Tx, where string, arg any) ([]Feed, error) {
	rows, err := tx.Query(ctx, `
		SELECT f.id, f.owner_id, f.place_id, f.url, f.name, f.etag, f.modified, f.added_at, COALESCE(f.read_at, 0), f.trouble, f.failures,
		       (SELECT COUNT(*) FROM feed_entries e WHERE e.feed_id = f.id AND NOT e.hidden AND e.shown_at > $2)
		  FROM feeds f
		 WHERE `+where+`
		 ORDER BY f.id`, arg, store.Millis(s.Now().Add(-shownFor)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Feed
	for rows.Next() {
		var f Feed
		var added, read int64
		if err := rows.Scan(&f.ID, &f.Owner, &f.Place, &f.URL, &f.Name, &f.known.ETag, &f.known.Modified, &added, &read, &f.Trouble, &f.failures, &f.Shown); err != nil {
			return nil, err
		}
		if f.AddedAt = store.Time(added); read != 0 {
			f.ReadAt = store.Time(read)
		}
		all = append(all, f)
	}
	return all, rows.Err()
}
