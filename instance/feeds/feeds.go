// Package feeds shows, beside what neighbours say, what sites nearby say on
// their own pages: the town hall's, an association's. Their feeds (RSS, Atom) are
// read again and again; of each entry there is a title, a few words and the way
// to where it was written. None of it is a post here: nobody answers it, shares
// it or is sent it, and what is no longer followed is gone.
package feeds

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/writing"
)

// Service keeps feeds of others.
type Service struct{ Options }

// Options are what a [Service] stands on.
type Options struct {
	DB     *store.DB
	IDs    *instance.IDs
	Now    func() time.Time
	Jobs   *jobs.Queue
	Owners Owners
	Rules  Rules
	Fetch  Fetcher
}

// Owners says for whom somebody may speak.
type Owners interface {
	// Owner returns the place or organisation by a name and the place it is at
	// home in, if by may speak for it; else [instance.ErrNotFound].
	Owner(ctx context.Context, by instance.ActorID, name string) (owner instance.Actor, place instance.ActorID, err error)
}

// Rules are those of this server.
type Rules interface {
	// Now returns what holds now.
	Now(ctx context.Context) (instance.Rules, error)
}

// Fetcher asks other servers for feeds.
type Fetcher interface {
	// Feed returns what lies at an address, of at most [MaxBytes], unless it is as
	// it is known. Its errors wrap [instance.ErrUnreachable] where asking again is
	// of use, and [instance.ErrNotFound] where it is not.
	Feed(ctx context.Context, url string, known Known) (Answer, error)
}

// Known is what another server said of a feed when it was read last.
type Known struct{ ETag, Modified string }

// Answer is a feed as it was fetched.
type Answer struct {
	Known
	Unchanged bool          // there is no Body
	Wait      time.Duration // how long the server asks to be left alone, even with an error
	Body      []byte
}

// Queue is where feeds wait to be read, so that slow servers keep no other work
// waiting.
const Queue = "feeds"

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{o}
	jobs.Handle(o.Jobs, s.tend, jobs.HandleOptions{Timeout: time.Minute})
	jobs.Handle(o.Jobs, s.work, jobs.HandleOptions{Queue: Queue, Timeout: 2 * time.Minute})
	return s
}

// MaxFeeds is how many feeds one place or organisation shows.
const MaxFeeds = 10

// Feed is a feed of others.
type Feed struct {
	ID       instance.ID
	Owner    instance.ActorID
	Place    instance.ActorID
	URL      string
	Name     string
	AddedAt  time.Time
	ReadAt   time.Time // zero: not yet
	Trouble  string    // why it could not be read; empty if it could
	Shown    int       // entries that are shown
	known    Known
	failures int
}

// staleAfter is how long a feed is taken for fresh that could not be read since.
const staleAfter = 3 * 24 * time.Hour

// Stale tells whether what is shown of a feed may be out of date at now.
func (f *Feed) Stale(now time.Time) bool {
	last := f.ReadAt
	if last.IsZero() {
		last = f.AddedAt
	}
	return f.Trouble != "" && now.Sub(last) > staleAfter
}

// Add has a place or an organisation show a feed, as somebody who may. It returns
// an [instance.Invalid] for what cannot be taken: no such address, one too many,
// one that is there, one of a shop where shops have no notices.
func (s *Service) Add(ctx context.Context, by instance.ActorID, name, typed string) (Feed, error) {
	owner, place, err := s.Owners.Owner(ctx, by, name)
	if err != nil {
		return Feed{}, err
	}
	now := s.Now()
	f := Feed{ID: s.IDs.Next(), Owner: owner.ID, Place: place, AddedAt: now}
	if f.URL, err = address(typed); err != nil {
		return f, err
	}
	f.Name = host(f.URL)
	muted, err := s.muted(ctx)
	if err != nil {
		return f, err
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		if err := s.insert(ctx, tx, by, f, muted); err != nil {
			return err
		}
		return s.Jobs.Enqueue(ctx, tx, Work{Feed: f.ID}, jobs.Unique(f.ID.String()), jobs.InQueue(Queue))
	})
	if err != nil {
		return f, fmt.Errorf("add a feed to %s: %w", name, err)
	}
	return f, nil
}

// insert writes the row of a new feed. The row of its owner is held, so that two
// presses come one after the other.
func (s *Service) insert(ctx context.Context, tx store.Tx, by instance.ActorID, f Feed, muted mutes) error {
	if _, err := tx.Exec(ctx, `UPDATE actors SET updated_at = updated_at WHERE id = $1`, f.Owner); err != nil {
		return err
	}
	var n, same, shop int
	err := tx.QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM feeds WHERE owner_id = $1),
		       (SELECT COUNT(*) FROM feeds WHERE owner_id = $1 AND url = $2),
		       (SELECT COUNT(*) FROM organisations WHERE actor_id = $1 AND sort = 'shop')`, f.Owner, f.URL).Scan(&n, &same, &shop)
	switch {
	case err != nil:
		return err
	case shop > 0 && muted.shops:
		return &instance.Invalid{Field: "feed", Code: "no-shops"}
	case same > 0:
		return &instance.Invalid{Field: "feed", Code: "taken"}
	case n >= MaxFeeds:
		return &instance.Invalid{Field: "feed", Code: "too-many", Limit: MaxFeeds}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO feeds (id, owner_id, place_id, added_by, url, name, added_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`, f.ID, f.Owner, f.Place, by, f.URL, f.Name, store.Millis(f.AddedAt))
	return err
}

// mutes are whose notices are not wanted now.
type mutes struct {
	shops    bool // this server has none of shops
	councils bool // people vote
}

func (s *Service) muted(ctx context.Context) (mutes, error) {
	r, err := s.Rules.Now(ctx)
	return mutes{shops: !r.ShopNotices, councils: r.Election(s.Now())}, err
}

// address reads the address of a feed as people copy it: feed: is https:.
func address(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", &instance.Invalid{Field: "feed", Code: "missing"}
	}
	if rest, ok := strings.CutPrefix(typed, "feed://"); ok {
		typed = "https://" + rest
	}
	u, err := url.Parse(typed)
	if err != nil || len(typed) > instance.MaxAddress || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", &instance.Invalid{Field: "feed", Code: "malformed"}
	}
	u.Fragment = ""
	return u.String(), nil
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return writing.CleanName(u.Hostname())
}

// Remove has a feed no longer shown, and what was taken of it with it. Who may
// not gets [instance.ErrNotFound].
func (s *Service) Remove(ctx context.Context, by instance.ActorID, name string, id instance.ID) error {
	return s.change(ctx, by, name, id, func(tx store.Tx, owner instance.ActorID) (int64, error) {
		return tx.Exec(ctx, `DELETE FROM feeds WHERE id = $1 AND owner_id = $2`, id, owner)
	})
}

// Hide takes one entry of a feed away for good. Who may not gets
// [instance.ErrNotFound].
func (s *Service) Hide(ctx context.Context, by instance.ActorID, name string, id, entry instance.ID) error {
	return s.change(ctx, by, name, id, func(tx store.Tx, owner instance.ActorID) (int64, error) {
		return tx.Exec(ctx, `UPDATE feed_entries SET hidden = TRUE WHERE id = $3 AND feed_id = $1 AND owner_id = $2`, id, owner, entry)
	})
}

// again is how soon a feed is read again that somebody wants read.
const again = 10 * time.Minute

// Refresh has a feed read now, unless it was just before.
func (s *Service) Refresh(ctx context.Context, by instance.ActorID, name string, id instance.ID) error {
	return s.change(ctx, by, name, id, func(tx store.Tx, owner instance.ActorID) (int64, error) {
		var tried int64
		err := tx.QueryRow(ctx, `SELECT COALESCE(read_at, 0) FROM feeds WHERE id = $1 AND owner_id = $2`, id, owner).Scan(&tried)
		if errors.Is(err, store.ErrNoRows) {
			return 0, nil
		}
		if err != nil || tried > store.Millis(s.Now().Add(-again)) {
			return 1, err // it is fresh
		}
		n, err := tx.Exec(ctx, `UPDATE feeds SET due_at = $2 WHERE id = $1`, id, store.Millis(s.Now()))
		if err != nil {
			return n, err
		}
		return n, s.Jobs.Enqueue(ctx, tx, Work{Feed: id}, jobs.Unique(id.String()), jobs.InQueue(Queue))
	})
}

func (s *Service) change(ctx context.Context, by instance.ActorID, name string, id instance.ID, do func(store.Tx, instance.ActorID) (int64, error)) error {
	owner, _, err := s.Owners.Owner(ctx, by, name)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		n, err := do(tx, owner.ID)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("feed %s of %s: %w", id, name, err)
	}
	return nil
}
