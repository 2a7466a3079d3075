package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// session is one engine's transaction.
type session interface {
	exec(ctx context.Context, sql string, args []any) (int64, error)
	query(ctx context.Context, sql string, args []any) (Rows, error)
	queryRow(ctx context.Context, sql string, args []any) Row
	commit(ctx context.Context) error
	rollback() error
	raw() any
}

// InTx runs do in one write transaction and commits it. If do returns an error
// or panics, nothing of it remains. It returns do's error as it is.
//
// On PostgreSQL do runs again, a few times, when its transaction lost against
// another one; so what it does besides SQL must bear being done twice. Within
// do, only its Tx may write: another InTx would wait for the first.
func (db *DB) InTx(ctx context.Context, do func(Tx) error) error {
	defer db.writing()()
	for try := 1; ; try++ {
		err := db.inTxOnce(ctx, do)
		if try >= db.maxTries || !again(err) {
			return err
		}
		if waitErr := pause(ctx, try); waitErr != nil {
			return errors.Join(err, waitErr)
		}
	}
}

func (db *DB) inTxOnce(ctx context.Context, do func(Tx) error) error {
	s, err := db.back.begin(ctx)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", meaning(err))
	}
	t := &txn{session: s}
	done := false
	defer func() {
		if !done { // do panicked, or ended its goroutine
			err := s.rollback()
			_ = err // the panic says more, and a connection that cannot roll back is dropped
		}
	}()
	err = do(t)
	done = true
	if err != nil {
		if rollbackErr := s.rollback(); rollbackErr != nil {
			return errors.Join(err, fmt.Errorf("roll back: %w", meaning(rollbackErr)))
		}
		return err
	}
	return t.end(ctx)
}

// pause waits a random while that grows with try.
func pause(ctx context.Context, try int) error {
	timer := time.NewTimer(time.Duration(1+rand.IntN(10<<try)) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// txn is a transaction under way, the same for both engines.
type txn struct {
	session session
	failed  error    // what ended the transaction before its end
	after   []func() // to run once it is committed
	lasting bool     // no statement is interrupted: others share the transaction
}

// end commits, unless a statement failed, and runs what waited for that.
func (t *txn) end(ctx context.Context) error {
	if t.failed != nil {
		if err := t.session.rollback(); err != nil {
			return errors.Join(t.aborted(), fmt.Errorf("roll back: %w", meaning(err)))
		}
		return t.aborted()
	}
	if err := t.session.commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", meaning(err))
	}
	for _, f := range t.after {
		f()
	}
	return nil
}

func (t *txn) aborted() error { return fmt.Errorf("%w: %w", ErrAborted, t.failed) }

// note remembers that a statement failed, as PostgreSQL does.
func (t *txn) note(err error) error {
	if err == nil || errors.Is(err, ErrNoRows) {
		return err
	}
	err = meaning(err)
	t.failed = err
	return err
}

// ready tells whether a statement may run, and under which context.
func (t *txn) ready(ctx context.Context) (context.Context, error) {
	switch {
	case t.failed != nil:
		return nil, t.aborted()
	case t.lasting:
		return context.WithoutCancel(ctx), ctx.Err()
	}
	return ctx, nil
}

func (t *txn) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	ctx, err := t.ready(ctx)
	if err != nil {
		return 0, err
	}
	bound, err := bind(args)
	if err != nil {
		return 0, err
	}
	n, err := t.session.exec(ctx, sql, bound)
	return n, t.note(err)
}

func (t *txn) Query(ctx context.Context, sql string, args ...any) (Rows, error) {
	ctx, err := t.ready(ctx)
	if err != nil {
		return nil, err
	}
	bound, err := bind(args)
	if err != nil {
		return nil, err
	}
	rows, err := t.session.query(ctx, sql, bound)
	if err != nil {
		return nil, t.note(err)
	}
	return &txnRows{Rows: rows, t: t}, nil
}

func (t *txn) QueryRow(ctx context.Context, sql string, args ...any) Row {
	ctx, err := t.ready(ctx)
	if err != nil {
		return failedRow{err}
	}
	bound, err := bind(args)
	if err != nil {
		return failedRow{err}
	}
	return txnRow{t.session.queryRow(ctx, sql, bound), t}
}

type txnRows struct {
	Rows
	t *txn
}

func (r *txnRows) Err() error   { return r.t.note(r.Rows.Err()) }
func (r *txnRows) Close() error { return r.t.note(r.Rows.Close()) }

type txnRow struct {
	row Row
	t   *txn
}

func (r txnRow) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	if fromDatabase(err) {
		return r.t.note(err)
	}
	return err
}

// failedRow is the row of a query that was not run.
type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

// Savepoint runs do inside tx so that an error of do undoes only what do wrote
// and tx can go on. It returns do's error as it is.
func Savepoint(ctx context.Context, tx Tx, do func(Tx) error) error {
	t, ok := tx.(*txn)
	if !ok {
		return errors.New("savepoint outside a transaction")
	}
	if _, err := t.Exec(ctx, "SAVEPOINT palier"); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	waiting := len(t.after)
	err := do(t)
	if err == nil {
		err = t.failed
	}
	if err == nil {
		if _, err := t.Exec(ctx, "RELEASE SAVEPOINT palier"); err != nil {
			return fmt.Errorf("release savepoint: %w", err)
		}
		return nil
	}
	if undoErr := t.undo(context.WithoutCancel(ctx), waiting); undoErr != nil {
		return errors.Join(err, undoErr)
	}
	return err
}

// undo goes back to the latest savepoint, when waiting functions were to run
// after the commit, and forgets the savepoint.
func (t *txn) undo(ctx context.Context, waiting int) error {
	if _, err := t.session.exec(ctx, "ROLLBACK TO SAVEPOINT palier", nil); err != nil {
		t.failed = meaning(err)
		return fmt.Errorf("roll back to savepoint: %w", t.failed)
	}
	if _, err := t.session.exec(ctx, "RELEASE SAVEPOINT palier", nil); err != nil {
		t.failed = meaning(err)
		return fmt.Errorf("release savepoint: %w", t.failed)
	}
	t.failed = nil
	t.after = t.after[:waiting]
	return nil
}

// AfterCommit has f run once tx is committed, on the goroutine that commits
// it, before InTx or Joined returns. f must be quick and cannot fail. If tx, or
// the savepoint it is called in, is rolled back, or the program dies in
// between, f never runs. Outside a transaction f runs at once.
func AfterCommit(tx Tx, f func()) {
	t, ok := tx.(*txn)
	if !ok {
		f()
		return
	}
	t.after = append(t.after, f)
}

// Unwrap returns the engine's own transaction: a [*sql.Tx] on SQLite, a
// pgx.Tx on PostgreSQL, nil outside a transaction. It is for libraries that
// bring their own SQL; whoever uses it neither commits nor rolls back.
func Unwrap(tx Tx) any {
	t, ok := tx.(*txn)
	if !ok {
		return nil
	}
	return t.session.raw()
}

// plainRows and plainRow give errors their meaning outside a transaction.
type plainRows struct{ Rows }

func (r plainRows) Err() error   { return meaning(r.Rows.Err()) }
func (r plainRows) Close() error { return meaning(r.Rows.Close()) }

type plainRow struct{ row Row }

func (r plainRow) Scan(dest ...any) error { return meaning(r.row.Scan(dest...)) }

// sqlRows fits [*sql.Rows].
type sqlRows struct{ *sql.Rows }

// Close returns what ended the rows too early, like Err.
func (r sqlRows) Close() error {
	return errors.Join(r.Rows.Err(), r.Rows.Close())
}
