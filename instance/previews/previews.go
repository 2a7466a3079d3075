// Package previews finds out what the pages are that public posts link to. A
// page is asked once however many posts link to it, a random while after the
// post, so that a post that many servers receive does not press it (security.md
// E09); what it says of itself is kept as words (F04).
//
// Only posts that everyone may read have a card: asking for a page tells its
// server that somebody here was sent the link (specs/decisions/0052).
package previews

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/previews/page"
	"palier/instance/store"
	"palier/instance/writing"
)

// Fetcher asks other servers for pages.
type Fetcher interface {
	// Page opens what lies at an address if it is of one of kinds. Its errors,
	// and those of reading, wrap [instance.ErrNotFound] where asking again is of
	// no use.
	Page(ctx context.Context, url string, limit int64, kinds ...string) (Answer, error)
}

// Answer is a page that is being read.
type Answer struct {
	URL         string // where it came from in the end
	ContentType string
	Body        io.ReadCloser
}

// Service finds out about pages.
type Service struct{ Options }

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Site  instance.Site
	IDs   *instance.IDs
	Now   func() time.Time
	Log   *slog.Logger
	Jobs  *jobs.Queue
	Fetch Fetcher
	// Shut tells whether any of hosts was shut out.
	Shut func(ctx context.Context, tx store.Tx, hosts []string) (bool, error)
	// Delay is how long after a post its page is asked for at most; zero is at
	// once.
	Delay time.Duration
}

// Queue is where pages wait to be asked, so that slow ones keep no other work
// waiting.
const Queue = "previews"

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{o}
	jobs.Handle(o.Jobs, s.fetch, jobs.HandleOptions{Queue: Queue, Timeout: time.Minute})
	return s
}

const (
	// fresh is how long a card is shown before its page is asked again, at the
	// next post that links to it.
	fresh = 7 * 24 * time.Hour
	// A page that says nothing is asked again after a day, twice as long each
	// time; one that does not answer a few times soon.
	firstRetry   = 24 * time.Hour
	longestRetry = 30 * 24 * time.Hour
	soon         = 10 * time.Minute
	claim        = 2 * time.Minute
	tries        = 3
	// mostWaiting is how many pages of the last day wait at once, perHost how many
	// of one host are asked within an hour: nobody presses a server through us
	// (E15).
	mostWaiting = 1000
	waits       = 24 * time.Hour
	perHost     = 60
	// keepUnused is how long a card is kept that no post shows.
	keepUnused = 30 * 24 * time.Hour
)

// FetchCard is the job that asks for a page.
type FetchCard struct {
	Card instance.ID `json:"card"`
}

// Kind names the job.
func (FetchCard) Kind() string { return "fetch-card" }

// Hear gives public posts that link to a page a card, and takes it from those
// that are gone.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	switch d.Kind {
	case instance.Posted:
		return s.link(ctx, tx, d.Post)
	case instance.Edited:
		if err := unlink(ctx, tx, d.Post.ID); err != nil {
			return err
		}
		return s.link(ctx, tx, d.Post)
	case instance.Deleted:
		return unlink(ctx, tx, d.Post.ID)
	}
	return nil
}

func unlink(ctx context.Context, tx store.Tx, post instance.PostID) error {
	_, err := tx.Exec(ctx, `DELETE FROM post_cards WHERE post_id = $1`, post)
	return err
}

// link gives a post the card of the first page it links to.
func (s *Service) link(ctx context.Context, tx store.Tx, p *instance.Post) error {
	address := s.address(p)
	if address == "" {
		return nil
	}
	id, due, err := s.card(ctx, tx, address)
	if err != nil || id == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO post_cards (post_id, card_id)
		VALUES ($1, $2)
		ON CONFLICT DO NOTHING`, p.ID, id)
	if err != nil || !due {
		return err
	}
	at := s.Now()
	if s.Delay > 0 {
		at = at.Add(rand.N(s.Delay))
	}
	return s.Jobs.Enqueue(ctx, tx, FetchCard{Card: id}, jobs.At(at), jobs.Unique(id.String()))
}

// address is that of the page a post links to first: empty for a post that not
// everyone may read, one that shows pictures, and one that links only to people,
// hashtags and pages of ours.
func (s *Service) address(p *instance.Post) string {
	if !p.Audience.Open() || len(p.Pictures) > 0 || p.Gone() {
		return ""
	}
	return writing.FirstLink(p.Content, func(href string) bool {
		if s.Site.Owns(href) {
			return true
		}
		for _, a := range p.Mentions {
			if href == a.URL || href == a.URI {
				return true
			}
		}
		return p.Group != nil && (href == p.Group.URL || href == p.Group.URI)
	})
}

// card returns the card of a page, and whether it has to be asked for; 0 if too
// many wait already.
func (s *Service) card(ctx context.Context, tx store.Tx, address string) (id instance.ID, due bool, err error) {
	now := s.Now()
	_, err = tx.Exec(ctx, `
		INSERT INTO cards (id, url, host, created_at)
		SELECT CAST($1 AS BIGINT), $2, $3, CAST($4 AS BIGINT)
		 WHERE (SELECT COUNT(*) FROM cards WHERE state = 'waiting' AND created_at > CAST($6 AS BIGINT)) < CAST($5 AS BIGINT)
		ON CONFLICT (url) DO NOTHING`, s.IDs.Next(), address, hostOf(address), store.Millis(now), int64(mostWaiting), store.Millis(now.Add(-waits)))
	if err != nil {
		return 0, false, err
	}
	var state string
	var fetched, retry int64
	err = tx.QueryRow(ctx, `SELECT id, state, fetched_at, retry_at FROM cards WHERE url = $1`, address).Scan(&id, &state, &fetched, &retry)
	if errors.Is(err, store.ErrNoRows) {
		return 0, false, nil
	}
	if state == "shown" {
		retry = max(retry, fetched+fresh.Milliseconds())
	}
	return id, store.Millis(now) >= retry, err
}

// fetch asks for a page and keeps what it says.
func (s *Service) fetch(ctx context.Context, f FetchCard) error {
	c, err := s.load(ctx, f.Card)
	if errors.Is(err, store.ErrNoRows) {
		return nil // its server was shut out meanwhile
	}
	if err != nil {
		return fmt.Errorf("card %s: %w", f.Card, err)
	}
	if c.pressed >= perHost {
		return jobs.Snooze(time.Hour)
	}
	if taken, err := s.take(ctx, c); err != nil || !taken {
		return err
	}
	said, err := s.ask(ctx, c.url)
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // we stop, or the page takes for ever
	case errors.Is(err, errShut):
		return s.drop(ctx, f.Card)
	case err != nil && !errors.Is(err, instance.ErrNotFound) && c.failures+1 < tries:
		wait := soon << c.failures
		if err := s.fail(ctx, c, "waiting", wait); err != nil {
			return err
		}
		return jobs.Snooze(wait)
	case err != nil || said.Title == "":
		return s.fail(ctx, c, "empty", min(firstRetry<<min(c.failures, 12), longestRetry))
	}
	return s.keep(ctx, c, said)
}

// card is a row.
type card struct {
	id       instance.ID
	url      string
	failures int
	pressed  int // how many pages of its host were asked lately
}

func (s *Service) load(ctx context.Context, id instance.ID) (card, error) {
	c := card{id: id}
	err := s.DB.Read().QueryRow(ctx, `
		SELECT c.url, c.failures, (SELECT COUNT(*) FROM cards o WHERE o.host = c.host AND o.fetched_at > $2)
		  FROM cards c
		 WHERE c.id = $1`, id, store.Millis(s.Now().Add(-time.Hour))).Scan(&c.url, &c.failures, &c.pressed)
	return c, err
}

// take claims a card for one of several jobs that posts at the same moment
// brought about. Those that come too late leave the page alone; were it that the
// first died over it, the next post would bring another.
func (s *Service) take(ctx context.Context, c card) (bool, error) {
	now := s.Now()
	var n int64
	err := s.DB.InTx(ctx, func(tx store.Tx) (err error) {
		n, err = tx.Exec(ctx, `
			UPDATE cards
			   SET retry_at = $2
			 WHERE id = $1 AND retry_at <= $3 AND NOT (state = 'shown' AND fetched_at > $4)`,
			c.id, store.Millis(now.Add(claim)), store.Millis(now), store.Millis(now.Add(-fresh)))
		return err
	})
	return n > 0, err
}

var errShut = errors.New("its server was shut out")

// maxOEmbed is how much is read of what a page says elsewhere.
const maxOEmbed = 64 << 10

// ask returns what a page says of itself.
func (s *Service) ask(ctx context.Context, address string) (page.Page, error) {
	var said page.Page
	err := s.open(ctx, address, page.MaxBytes, []string{"text/html", "application/xhtml+xml"}, func(a Answer, base *url.URL) {
		said = page.Read(a.Body, a.ContentType, base)
	})
	if err != nil || said.Title != "" || said.OEmbed == "" {
		return said, err
	}
	err = s.open(ctx, said.OEmbed, maxOEmbed, []string{"application/json", "text/json"}, func(a Answer, base *url.URL) {
		if b, err := io.ReadAll(a.Body); err == nil {
			said = page.ReadOEmbed(b, base)
		}
	})
	return said, err
}

// open has what lies at an address read, unless its server, or the one it leads
// to, was shut out.
func (s *Service) open(ctx context.Context, address string, limit int64, kinds []string, read func(a Answer, base *url.URL)) error {
	if err := s.allowed(ctx, address); err != nil {
		return err
	}
	a, err := s.Fetch.Page(ctx, address, limit, kinds...)
	if err != nil {
		return err
	}
	defer func() {
		if err := a.Body.Close(); err != nil {
			s.Log.Debug("close page", "url", address, "error", err)
		}
	}()
	if err := s.allowed(ctx, a.URL); err != nil {
		return err
	}
	base, err := url.Parse(a.URL)
	if err != nil {
		return errors.Join(instance.ErrNotFound, err)
	}
	read(a, base)
	return nil
}

func (s *Service) allowed(ctx context.Context, address string) error {
	out, err := s.Shut(ctx, s.DB.Read(), []string{hostOf(address)})
	if err == nil && out {
		return errShut
	}
	return err
}

func (s *Service) keep(ctx context.Context, c card, p page.Page) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE cards
			   SET state = 'shown', title = $2, description = $3, provider = $4, author = $5, language = $6, image = $7, image_alt = $8,
			       failures = 0, fetched_at = $9, retry_at = 0
			 WHERE id = $1`,
			c.id, p.Title, p.Description, p.Provider, p.Author, p.Language, p.Image, p.ImageAlt, store.Millis(s.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep card %s: %w", c.id, err)
	}
	return nil
}

// fail notes that a page said nothing, and when it may be asked again. A card
// that is shown already stays.
func (s *Service) fail(ctx context.Context, c card, state string, wait time.Duration) error {
	now := s.Now()
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE cards
			   SET state = CASE state WHEN 'shown' THEN 'shown' ELSE $2 END, failures = failures + 1, fetched_at = $3, retry_at = $4
			 WHERE id = $1`, c.id, state, store.Millis(now), store.Millis(now.Add(wait)))
		return err
	})
	if err != nil {
		return fmt.Errorf("note that card %s is empty: %w", c.id, err)
	}
	return nil
}

func (s *Service) drop(ctx context.Context, id instance.ID) error {
	return s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM cards WHERE id = $1`, id)
		return err
	})
}

// Tend lets cards go that no post shows any more.
func (s *Service) Tend(ctx context.Context) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			DELETE FROM cards
			 WHERE created_at < $1 AND NOT EXISTS (SELECT 1 FROM post_cards pc WHERE pc.card_id = cards.id)`,
			store.Millis(s.Now().Add(-keepUnused)))
		return err
	})
	if err != nil {
		return fmt.Errorf("let old cards go: %w", err)
	}
	return nil
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
