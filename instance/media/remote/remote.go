// Package remote shows pictures of other servers. They are asked for when
// somebody first looks at them, written anew like any picture that comes in,
// and kept for a while: the servers they come from learn nothing of who reads
// (security.md F05), and readers meet nothing that we did not draw ourselves.
//
// Only pictures that stand in our database can be asked for, by the row they
// stand in; there is no way to name an address (E05).
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"palier/instance/media"
	"palier/instance/store"
)

// Fetcher asks other servers for pictures.
type Fetcher interface {
	// Picture opens a picture of at most limit bytes. Its errors, and those of
	// reading, wrap [instance.ErrNotFound] where asking again is of no use.
	Picture(ctx context.Context, url string, limit int64) (io.ReadCloser, error)
}

// Options are what a [Cache] stands on.
type Options struct {
	DB       *store.DB
	Pictures *media.Pictures
	Now      func() time.Time
	Log      *slog.Logger
	Fetch    Fetcher
	// Shut tells whether any of hosts was shut out.
	Shut func(ctx context.Context, tx store.Tx, hosts []string) (bool, error)
	// Budget is how many bytes are kept at most; 2 GiB if it is zero.
	Budget int64
	// Expiry is how long a picture is kept that nobody looks at; 30 days if it
	// is zero.
	Expiry time.Duration
	// Patience is how long somebody who looks waits for a picture that is not
	// here yet; a second and a half if it is zero.
	Patience time.Duration
	// AtOnce is how many pictures are fetched at once; 8 if it is zero.
	AtOnce int64
}

const (
	// fetchTime is how long one picture may take.
	fetchTime = time.Minute
	// mostWaiting is how many pictures wait for their turn at most. Whoever
	// looks at another meanwhile sees it the next time.
	mostWaiting = 256
)

// Cache keeps pictures of other servers. [Cache.Close] ends it.
type Cache struct {
	Options
	turns *semaphore.Weighted

	ctx     context.Context //nolint:containedctx // the life of the fetches, which outlive whoever asked
	stop    context.CancelFunc
	fetches sync.WaitGroup

	mu      sync.Mutex
	flights map[string]chan struct{} // by address; closed at the end
	closed  bool
}

// New returns a cache on o.
func New(o Options) *Cache {
	if o.Budget == 0 {
		o.Budget = 2 << 30
	}
	if o.Expiry == 0 {
		o.Expiry = 30 * 24 * time.Hour
	}
	if o.Patience == 0 {
		o.Patience = 1500 * time.Millisecond
	}
	if o.AtOnce == 0 {
		o.AtOnce = 8
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Cache{Options: o, turns: semaphore.NewWeighted(o.AtOnce), ctx: ctx, stop: stop, flights: map[string]chan struct{}{}}
}

// Close gives up what is being fetched and waits for it to end.
func (c *Cache) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.stop()
	c.fetches.Wait()
}

// Idle returns once nothing is being fetched, or with ctx's error. It is for
// tests.
func (c *Cache) Idle(ctx context.Context) error {
	for {
		c.mu.Lock()
		var done chan struct{}
		for _, done = range c.flights {
			break
		}
		c.mu.Unlock()
		if done == nil {
			return nil
		}
		select {
		case <-done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want has a picture fetched, once however many ask, and returns what is closed
// when that has ended; nil if too many wait already.
func (c *Cache) want(src Source) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if done, ok := c.flights[src.URL]; ok {
		return done
	}
	if c.closed || len(c.flights) >= mostWaiting {
		return nil
	}
	done := make(chan struct{})
	c.flights[src.URL] = done
	c.fetches.Go(func() {
		defer func() {
			c.mu.Lock()
			delete(c.flights, src.URL)
			c.mu.Unlock()
			close(done)
		}()
		if err := c.fetch(c.ctx, src); err != nil {
			c.Log.Debug("picture of another server was not kept", "url", src.URL, "error", err)
		}
	})
	return done
}

// fetch asks for a picture and keeps it, or notes that it could not be had.
func (c *Cache) fetch(ctx context.Context, src Source) (err error) {
	defer func() {
		// A decoder that breaks over a stranger's bytes breaks nothing else.
		if p := recover(); p != nil {
			err = c.fail(ctx, src, fmt.Errorf("%w: %v", errDecoder, p))
		}
	}()
	if err := c.turns.Acquire(ctx, 1); err != nil {
		return err
	}
	defer c.turns.Release(1)
	if had, err := c.had(ctx, src); had || err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	kept, err := c.take(limited, src.URL)
	if ctx.Err() != nil {
		return ctx.Err() // we stop: that says nothing of the picture
	}
	if err != nil {
		return c.fail(ctx, src, err)
	}
	return c.keep(ctx, src, kept)
}

// had tells whether a picture came, or could not be had, after it was found
// missing: here, or in another process.
func (c *Cache) had(ctx context.Context, src Source) (bool, error) {
	var file string
	var retry int64
	err := c.DB.Read().QueryRow(ctx, `SELECT file, retry_at FROM remote_pictures WHERE url = $1`, src.URL).Scan(&file, &retry)
	if errors.Is(err, store.ErrNoRows) {
		return false, nil
	}
	return file != src.kept.file || c.Now().Before(store.Time(retry)), err
}

func (c *Cache) take(ctx context.Context, url string) (_ media.Picture, err error) {
	r, err := c.Fetch.Picture(ctx, url, c.Pictures.Limits().MaxBytes)
	if err != nil {
		return media.Picture{}, err
	}
	defer func() {
		if closeErr := r.Close(); err == nil && closeErr != nil {
			c.Log.Debug("close picture", "url", url, "error", closeErr)
		}
	}()
	return c.Pictures.Add(ctx, r)
}
