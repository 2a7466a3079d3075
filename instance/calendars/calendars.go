// Package calendars brings what others plan into the calendar of a place or an
// organisation: from a file, or from an address that is read again and again
// (RFC 5545). What is there once is known again by its name, changed when it is
// changed there, and off when it is off there.
package calendars

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/writing"
)

// Service keeps calendars of others.
type Service struct{ Options }

// Options are what a [Service] stands on.
type Options struct {
	DB     *store.DB
	Site   instance.Site
	IDs    *instance.IDs
	Now    func() time.Time
	Zone   *time.Location // of times that say none
	Jobs   *jobs.Queue
	Events Events
	Fetch  Fetcher
}

// Events is how calendars get at the events they become.
type Events interface {
	// Invite posts an event.
	Invite(ctx context.Context, v instance.Viewer, d instance.Draft, asPlace bool, needs ...instance.Need) (*instance.Post, error)
	// Change makes an event what d says and tells those who come.
	Change(ctx context.Context, by instance.ActorID, id instance.PostID, d instance.Draft) (*instance.Post, error)
	// SetOff says that an event does not take place on one of its dates.
	SetOff(ctx context.Context, by instance.ActorID, id instance.PostID, at time.Time, off bool) error
}

// Fetcher asks other servers for calendars.
type Fetcher interface {
	// Calendar returns what lies at an address, of at most [MaxBytes]. Its errors
	// wrap [instance.ErrUnreachable] where asking again is of use, and
	// [instance.ErrNotFound] where it is not.
	Calendar(ctx context.Context, url string) ([]byte, error)
}

// Queue is where calendars wait to be read, so that slow servers keep no other
// work waiting.
const Queue = "calendars"

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{o}
	jobs.Handle(o.Jobs, s.tend, jobs.HandleOptions{Timeout: time.Minute})
	jobs.Handle(o.Jobs, s.work, jobs.HandleOptions{Queue: Queue, Timeout: 5 * time.Minute})
	return s
}

// MaxCalendars is how many calendars one place or organisation shows.
const MaxCalendars = 10

// Calendar is a calendar of others.
type Calendar struct {
	ID       instance.ID
	Owner    instance.ActorID
	Place    instance.ActorID
	URL      string // empty for a file
	Name     string
	Audience instance.Audience
	Language string
	ReadAt   time.Time // zero: not yet
	Trouble  string    // why it could not be read; empty if it could
	Shown    int       // events that it became
	Waiting  int       // that wait for their turn
	Refused  []Refused // that cannot be taken
	failures int
}

// Refused is an event of a calendar that cannot be taken, and why.
type Refused struct{ Title, Why string }

// Source is a calendar as it is added: from an address, or from a file.
type Source struct {
	URL      string
	File     []byte
	Public   bool // for everyone; else for the neighbours of the place
	Language string
}

// Owner returns the place or organisation whose calendars somebody may look
// after: places they moderate, organisations they act for. It returns
// [instance.ErrNotFound] for others.
func (s *Service) Owner(ctx context.Context, by instance.ActorID, name string) (owner instance.Actor, place instance.ActorID, err error) {
	owner, err = actors.ByName(ctx, s.DB.Read(), name, "")
	if err != nil || by == 0 || owner.Gone() {
		return owner, 0, errors.Join(err, instance.ErrNotFound)
	}
	err = s.DB.Read().QueryRow(ctx, `
		SELECT place FROM (
			SELECT m.group_id AS place
			  FROM moderators m JOIN neighbourhoods n ON n.actor_id = m.group_id
			 WHERE m.group_id = $1 AND m.actor_id = $2
			UNION ALL
			SELECT o.place_id AS place
			  FROM organisations o JOIN organisation_agents g ON g.organisation_id = o.actor_id
			 WHERE o.actor_id = $1 AND g.person_id = $2) AS owned`, owner.ID, by).Scan(&place)
	if err != nil {
		return owner, 0, fmt.Errorf("calendars of %s: %w", name, notFound(err))
	}
	return owner, place, nil
}

func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}

// Add adds a calendar to a place or an organisation, as somebody who may. What
// it holds comes over in turn. It returns an [instance.Invalid] for what cannot
// be taken: no such address, a file that is none, one too many, one that is there.
func (s *Service) Add(ctx context.Context, by instance.ActorID, name string, src Source) (Calendar, error) {
	owner, place, err := s.Owner(ctx, by, name)
	if err != nil {
		return Calendar{}, err
	}
	c := Calendar{ID: s.IDs.Next(), Owner: owner.ID, Place: place, Language: src.Language, Audience: instance.ToNeighbourhood}
	at, err := actors.ByID(ctx, s.DB.Read(), place)
	switch {
	case err != nil:
		return c, err
	case src.Public:
		c.Audience = instance.ToPublic
	case at.Level.House():
		c.Audience = instance.ToBuilding
	}
	var read Read
	if src.URL != "" {
		if c.URL, err = address(src.URL); err != nil {
			return c, err
		}
		c.Name = host(c.URL)
	} else if read, err = Parse(src.File, s.reading(owner)); err != nil {
		return c, err
	}
	if read.Name != "" {
		c.Name = read.Name
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		if err := s.insert(ctx, tx, by, c); err != nil {
			return err
		}
		if c.URL == "" {
			if err := s.merge(ctx, tx, c, read); err != nil {
				return err
			}
		}
		return s.Jobs.Enqueue(ctx, tx, Work{Calendar: c.ID}, jobs.Unique(c.ID.String()), jobs.InQueue(Queue))
	})
	if err != nil {
		return c, fmt.Errorf("add a calendar to %s: %w", name, err)
	}
	return c, nil
}

// insert writes the row of a new calendar. The row of its owner is held, so that
// two presses come one after the other.
func (s *Service) insert(ctx context.Context, tx store.Tx, by instance.ActorID, c Calendar) error {
	if _, err := tx.Exec(ctx, `UPDATE actors SET updated_at = updated_at WHERE id = $1`, c.Owner); err != nil {
		return err
	}
	var n, same int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*), COUNT(*) FILTER (WHERE url = $2 AND url <> '')
		  FROM calendars
		 WHERE owner_id = $1`, c.Owner, c.URL).Scan(&n, &same)
	switch {
	case err != nil:
		return err
	case same > 0:
		return &instance.Invalid{Field: "url", Code: "taken"}
	case n >= MaxCalendars:
		return &instance.Invalid{Field: "url", Code: "too-many", Limit: MaxCalendars}
	}
	var due, read *int64
	if c.URL != "" {
		due = store.MillisOrNull(s.Now())
	} else {
		read = store.MillisOrNull(s.Now())
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO calendars (id, owner_id, place_id, added_by, url, name, audience, language, due_at, read_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		c.ID, c.Owner, c.Place, by, c.URL, c.Name, string(c.Audience), c.Language, due, read)
	return err
}

// address reads the address of a calendar as people copy it: webcal: is https:.
func address(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if rest, ok := strings.CutPrefix(typed, "webcal://"); ok {
		typed = "https://" + rest
	}
	u, err := url.Parse(typed)
	if err != nil || len(typed) > instance.MaxAddress || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", &instance.Invalid{Field: "url", Code: "malformed"}
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

// reading is how a calendar of somebody is read.
func (s *Service) reading(owner instance.Actor) Reading {
	return Reading{Now: s.Now(), Zone: s.Zone, Venue: owner.Shown(), Host: s.Site.Host()}
}

// Remove forgets a calendar; the events that it became stay. Who may not gets
// [instance.ErrNotFound].
func (s *Service) Remove(ctx context.Context, by instance.ActorID, name string, id instance.ID) error {
	return s.change(ctx, by, name, id, func(tx store.Tx, owner instance.ActorID) (int64, error) {
		return tx.Exec(ctx, `DELETE FROM calendars WHERE id = $1 AND owner_id = $2`, id, owner)
	})
}

// again is how soon a calendar is read again that somebody wants read.
const again = 10 * time.Minute

// Refresh has a calendar read now, unless it was just before.
func (s *Service) Refresh(ctx context.Context, by instance.ActorID, name string, id instance.ID) error {
	return s.change(ctx, by, name, id, func(tx store.Tx, owner instance.ActorID) (int64, error) {
		n, err := tx.Exec(ctx, `
			UPDATE calendars
			   SET due_at = $3
			 WHERE id = $1 AND owner_id = $2 AND url <> '' AND (read_at IS NULL OR read_at < $4)`,
			id, owner, store.Millis(s.Now()), store.Millis(s.Now().Add(-again)))
		if err != nil || n == 0 {
			return 1, err // it is fresh
		}
		return n, s.Jobs.Enqueue(ctx, tx, Work{Calendar: id}, jobs.Unique(id.String()), jobs.InQueue(Queue))
	})
}

func (s *Service) change(ctx context.Context, by instance.ActorID, name string, id instance.ID, do func(store.Tx, instance.ActorID) (int64, error)) error {
	owner, _, err := s.Owner(ctx, by, name)
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
		return fmt.Errorf("calendar %s of %s: %w", id, name, err)
	}
	return nil
}
