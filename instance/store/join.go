package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// largestBatch is how many calls of Joined share one transaction at most. It
// bounds how long the first of them waits and others are kept from writing.
const largestBatch = 64

// Joined is [DB.InTx] for many callers at once: on SQLite, calls that arrive
// while another commits share the next transaction, each under its own
// savepoint, so that one wait for the disk serves all. It returns once what do
// wrote is committed. If do returns an error or panics, only what it wrote is
// undone; if the commit fails, every call that shared it gets its error. On
// PostgreSQL, which joins commits by itself, it is InTx.
//
// On SQLite do is not interrupted when ctx ends: others share its transaction.
// It should be a few short statements, and defer no constraint to the commit.
func (db *DB) Joined(ctx context.Context, do func(Tx) error) error {
	if db.joined == nil {
		return db.InTx(ctx, do)
	}
	defer db.writing()()
	return db.joined.run(ctx, do)
}

// group runs the calls of Joined. One goroutine, its owner, begins and commits;
// it lends the transaction to the callers in turn, who run their own functions
// on their own goroutines, so that a panic stays where it belongs.
type group struct {
	back  backend
	calls chan *call
	quit  chan struct{}
	once  sync.Once
	done  chan struct{}
}

// call is one caller of Joined.
type call struct {
	turn  chan turn  // the transaction, when it is the caller's turn
	given chan given // how it comes back
	ended chan error // how the commit went
}

type turn struct {
	t   *txn
	err error // why there is no transaction
}

// given is what a caller says when it gives the transaction back.
type given struct {
	broken error // the transaction is beyond repair
	undone bool  // the caller's part is undone; it does not wait for the commit
}

func newGroup(back backend) *group {
	g := &group{
		back:  back,
		calls: make(chan *call),
		quit:  make(chan struct{}),
		done:  make(chan struct{}),
	}
	go g.serve()
	return g
}

// close waits for the transaction under way. Callers still in the queue get
// ErrClosed.
func (g *group) close() {
	g.once.Do(func() { close(g.quit) })
	<-g.done
}

func (g *group) serve() {
	defer close(g.done)
	for {
		select {
		case c := <-g.calls:
			g.batch(c)
		case <-g.quit:
			return
		}
	}
}

// batch runs first and whoever waits behind it in one transaction.
func (g *group) batch(first *call) {
	ctx := context.Background()
	s, err := g.back.begin(ctx)
	if err != nil {
		first.turn <- turn{err: fmt.Errorf("begin transaction: %w", meaning(err))}
		return
	}
	t := &txn{session: s, lasting: true}
	var waiting []*call
	served := 0
	for c := first; c != nil; c = g.next(served) {
		served++
		c.turn <- turn{t: t}
		back := <-c.given
		if !back.undone {
			waiting = append(waiting, c)
		}
		if back.broken != nil {
			t.failed = back.broken
			break
		}
	}
	err = t.end(ctx)
	for _, c := range waiting {
		c.ended <- err
	}
}

// next returns a call that waits already, nil if none does or n are enough.
func (g *group) next(n int) *call {
	if n >= largestBatch {
		return nil
	}
	select {
	case c := <-g.calls:
		return c
	default:
		return nil
	}
}

func (g *group) run(ctx context.Context, do func(Tx) error) error {
	c := &call{turn: make(chan turn, 1), given: make(chan given, 1), ended: make(chan error, 1)}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-g.quit:
		return ErrClosed
	case g.calls <- c:
	}
	mine := <-c.turn
	if mine.err != nil {
		return mine.err
	}
	if err := c.use(ctx, mine.t, do); err != nil {
		return err
	}
	return <-c.ended
}

// use runs do under a savepoint and gives the transaction back, however do ends.
func (c *call) use(ctx context.Context, t *txn, do func(Tx) error) (err error) {
	back := given{undone: true, broken: errors.New("a caller left in the middle of its savepoint")}
	defer func() { c.given <- back }()

	lasting := context.WithoutCancel(ctx)
	waiting := len(t.after)
	if _, err := t.session.exec(lasting, "SAVEPOINT palier", nil); err != nil {
		back.broken = meaning(err)
		return fmt.Errorf("savepoint: %w", back.broken)
	}
	kept := false
	defer func() {
		if !kept { // do failed, panicked, or ended its goroutine
			if undoErr := t.undo(lasting, waiting); undoErr != nil {
				err = errors.Join(err, undoErr)
				back.broken = err
			} else {
				back.broken = nil
			}
		}
	}()
	if err := do(t); err != nil {
		return err
	}
	if t.failed != nil {
		return t.aborted()
	}
	if _, err := t.Exec(lasting, "RELEASE SAVEPOINT palier"); err != nil {
		return fmt.Errorf("release savepoint: %w", meaning(err))
	}
	kept = true
	back = given{}
	return nil
}
