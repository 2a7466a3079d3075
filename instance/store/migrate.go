package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// migrations are numbered once: 0001_x.sql for both engines, or
// 0002_y.postgres.sql and 0002_y.sqlite.sql where they must differ.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock is the advisory lock of PostgreSQL that one migrating process
// holds ("palier" in ASCII).
const migrationLock int64 = 0x70616c696572

// Migrate brings the tables to what this program knows, its own and the job
// queue's. Each migration is one transaction: one that fails leaves nothing
// behind. Of several processes that start at once, one migrates and the others
// wait. It returns [ErrNewer], and changes nothing, if a newer program was here.
func (db *DB) Migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := db.migrate(ctx, files); err != nil {
		return fmt.Errorf("migrate: %w", meaning(err))
	}
	return nil
}

func (db *DB) migrate(ctx context.Context, files fs.FS) error {
	unlock, err := db.lockMigrations(ctx)
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	err = db.migrateOwn(ctx, files)
	if err == nil {
		err = db.migrateQueue(ctx)
	}
	return errors.Join(err, unlock())
}

// goose returns what runs the migrations in files, and how to close it.
func (db *DB) goose(files fs.FS) (*goose.Provider, func() error, error) {
	dialect, pool, closePool, other := goose.DialectSQLite3, db.writer, func() error { return nil }, Postgres
	if db.engine == Postgres {
		dialect, pool, other = goose.DialectPostgres, stdlib.OpenDBFromPool(db.pool), SQLite
		closePool = pool.Close
	}
	names, err := fs.Glob(files, "*."+string(other)+".sql")
	if err != nil {
		return nil, nil, errors.Join(err, closePool())
	}
	p, err := goose.NewProvider(dialect, pool, files,
		goose.WithDisableGlobalRegistry(true), goose.WithExcludeNames(names))
	if err != nil {
		return nil, nil, errors.Join(err, closePool())
	}
	return p, closePool, nil
}

func (db *DB) migrateOwn(ctx context.Context, files fs.FS) (err error) {
	p, closePool, err := db.goose(files)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closePool()) }()
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if has > knows {
		return fmt.Errorf("%w: it is at migration %d, the program knows %d", ErrNewer, has, knows)
	}
	results, err := p.Up(ctx)
	for _, r := range results {
		db.log.InfoContext(ctx, "migrated", "migration", r.Source.Path, "took", r.Duration)
	}
	if partial := (*goose.PartialError)(nil); errors.As(err, &partial) && partial.Failed != nil {
		return fmt.Errorf("%s: %w", partial.Failed.Source.Path, err)
	}
	return err
}

func (db *DB) migrateQueue(ctx context.Context) error {
	if db.engine == Postgres {
		return migrateQueue(ctx, db, riverpgxv5.New(db.pool))
	}
	return migrateQueue(ctx, db, riversqlite.New(db.writer))
}

func migrateQueue[T any](ctx context.Context, db *DB, driver riverdriver.Driver[T]) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: db.log})
	if err != nil {
		return err
	}
	if _, err := m.ExistingVersions(ctx); err != nil {
		if strings.Contains(err.Error(), "not found in migrator bundle") {
			return fmt.Errorf("%w: job queue: %w", ErrNewer, err)
		}
		return fmt.Errorf("job queue: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("job queue: %w", err)
	}
	return nil
}

// Versions returns the migration the database is at and the last one this
// program knows. They differ before [DB.Migrate].
func (db *DB) Versions(ctx context.Context) (has, knows int64, err error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return 0, 0, fmt.Errorf("read migrations: %w", err)
	}
	p, closePool, err := db.goose(files)
	if err != nil {
		return 0, 0, fmt.Errorf("read migrations: %w", err)
	}
	has, knows, err = p.GetVersions(ctx)
	if err = errors.Join(err, closePool()); err != nil {
		return 0, 0, fmt.Errorf("read migrations: %w", meaning(err))
	}
	return has, knows, nil
}

// lockMigrations waits until no other process migrates this database. What it
// returns gives way to the next one.
func (db *DB) lockMigrations(ctx context.Context) (unlock func() error, err error) {
	if db.engine == Postgres {
		return db.lockPostgres(ctx)
	}
	return lockSQLite(ctx, db.path+"-migration")
}

func (db *DB) lockPostgres(ctx context.Context) (func() error, error) {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, migrationLock); err != nil {
		conn.Release()
		return nil, err
	}
	return func() error {
		defer conn.Release()
		_, err := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, migrationLock)
		return err
	}, nil
}

// lockSQLite locks an empty file of its own beside the database: the database
// itself cannot stay locked across the transactions of several migrations.
func lockSQLite(ctx context.Context, path string) (func() error, error) {
	pool, err := sql.Open("sqlite", lockURL(path, "exclusive", 10*time.Minute))
	if err != nil {
		return nil, err
	}
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return func() error {
		err := tx.Rollback()
		if errors.Is(err, sql.ErrTxDone) {
			err = nil // ctx has ended, and with it the lock
		}
		return errors.Join(err, pool.Close())
	}, nil
}
