package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Notice is one live event.
type Notice struct {
	// Payload is what [DB.Notify] was given, empty for a notice that only
	// tells that others were missed.
	Payload string
	// Lagged: notices before this one were missed. Whoever listens has to look
	// at the database again.
	Lagged bool
}

const (
	// noticesKept is how many notices wait for a slow listener.
	noticesKept = 64
	// longestNotice is the length in bytes of channel and payload together:
	// PostgreSQL refuses 8000.
	longestNotice = 7900
	// postgresChannel carries the notices of all channels, so that one LISTEN
	// serves a whole process.
	postgresChannel = "palier"
)

// Notify tells everyone who listens on channel, in every process, of payload,
// once tx is committed. SQLite reaches listeners of the same process only.
// channel and payload together hold at most 7,900 bytes; they name what
// happened rather than tell it.
func (db *DB) Notify(ctx context.Context, tx Tx, channel, payload string) error {
	if len(channel)+len(payload) > longestNotice || strings.Contains(channel, "\n") {
		return fmt.Errorf("notify %q: %d bytes are too many, or the name holds a line break", channel, len(payload))
	}
	if db.engine == SQLite {
		AfterCommit(tx, func() { db.live.publish(channel, Notice{Payload: payload}) })
		return nil
	}
	if _, err := tx.Exec(ctx, `SELECT pg_notify($1, $2)`, postgresChannel, channel+"\n"+payload); err != nil {
		return fmt.Errorf("notify %q: %w", channel, err)
	}
	return nil
}

// Listen returns the notices of a channel from now on, and what to call when
// they are wanted no more; that, like [DB.Close], closes the returned channel.
// A listener that is too slow loses the oldest ones, and so does every listener
// when the connection to PostgreSQL breaks; the next notice then says Lagged.
func (db *DB) Listen(ctx context.Context, channel string) (<-chan Notice, func()) {
	return db.live.listen(ctx, channel)
}

// live hands notices to listeners. With PostgreSQL, one goroutine that it owns
// receives them on a connection of its own.
type live struct {
	config *pgx.ConnConfig // nil on SQLite
	log    *slog.Logger

	mu        sync.Mutex
	listeners map[string]map[*listener]struct{}
	closed    bool
	quit      context.CancelFunc // nil until someone listens
	ready     chan struct{}      // closed after the first attempt to connect
	done      chan struct{}
}

type listener struct {
	notices chan Notice
	lagged  bool
}

func newLive(config *pgx.ConnConfig, log *slog.Logger) *live {
	return &live{config: config, log: log, listeners: make(map[string]map[*listener]struct{})}
}

func (l *live) listen(ctx context.Context, channel string) (<-chan Notice, func()) {
	s := &listener{notices: make(chan Notice, noticesKept)}
	ready := l.add(channel, s)
	stop := func() { l.remove(channel, s) }
	if ready != nil {
		select {
		case <-ready:
		case <-ctx.Done():
		}
	}
	return s.notices, stop
}

// add registers s and, the first time on PostgreSQL, starts receiving. It
// returns what is closed once receiving began.
func (l *live) add(channel string, s *listener) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		close(s.notices)
		return nil
	}
	if l.listeners[channel] == nil {
		l.listeners[channel] = make(map[*listener]struct{})
	}
	l.listeners[channel][s] = struct{}{}
	if l.config == nil {
		return nil
	}
	if l.quit == nil {
		ctx, cancel := context.WithCancel(context.Background())
		l.quit, l.ready, l.done = cancel, make(chan struct{}), make(chan struct{})
		go l.receive(ctx, sync.OnceFunc(func() { close(l.ready) }))
	}
	return l.ready
}

func (l *live) remove(channel string, s *listener) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.listeners[channel][s]; !ok {
		return
	}
	delete(l.listeners[channel], s)
	if len(l.listeners[channel]) == 0 {
		delete(l.listeners, channel)
	}
	close(s.notices)
}

func (l *live) publish(channel string, n Notice) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.listeners[channel] {
		s.send(n)
	}
}

// lag tells every listener that it may have missed something.
func (l *live) lag() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, channel := range l.listeners {
		for s := range channel {
			s.send(Notice{Lagged: true})
		}
	}
}

// send never waits: it makes room by dropping the oldest notice. Only one
// goroutine sends at a time.
func (s *listener) send(n Notice) {
	for {
		n.Lagged = n.Lagged || s.lagged
		select {
		case s.notices <- n:
			s.lagged = false
			return
		default:
		}
		select {
		case <-s.notices:
			s.lagged = true
		default:
		}
	}
}

func (l *live) close() {
	l.mu.Lock()
	l.closed = true
	for channel, all := range l.listeners {
		for s := range all {
			close(s.notices)
		}
		delete(l.listeners, channel)
	}
	quit, done := l.quit, l.done
	l.mu.Unlock()
	if quit != nil {
		quit()
		<-done
	}
}

// receive holds a connection that listens, and another whenever one breaks.
func (l *live) receive(ctx context.Context, tried func()) {
	defer close(l.done)
	defer tried()
	for try := 0; ; try++ {
		err := l.receiveOnce(ctx, func() {
			if try > 0 {
				l.lag()
				l.log.InfoContext(ctx, "live events are received again")
			}
			try = 0
			tried()
		})
		tried()
		if ctx.Err() != nil {
			return
		}
		l.log.WarnContext(ctx, "live events are not received", "error", err)
		timer := time.NewTimer(time.Duration(100+rand.IntN(100<<min(try, 5))) * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

func (l *live) receiveOnce(ctx context.Context, connected func()) (err error) {
	conn, err := pgx.ConnectConfig(ctx, l.config)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = errors.Join(err, conn.Close(closing))
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+postgresChannel); err != nil {
		return err
	}
	connected()
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if channel, payload, ok := strings.Cut(n.Payload, "\n"); ok {
			l.publish(channel, Notice{Payload: payload})
		}
	}
}
