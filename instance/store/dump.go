package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// ErrNoProgram says that a program of PostgreSQL is needed and not installed.
var ErrNoProgram = errors.New("is not in PATH: install the client programs of PostgreSQL, at least of the version the server has")

// migrated is the migration a database is at.
const migrated = `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`

// Dump writes the database as it is at one moment into the file at path, while
// others go on reading and writing, and returns the migration it is at. The file
// has to be there already and to be empty, so that whoever made it said who may
// read it. On SQLite it is a database, of which every page was read and checked;
// on PostgreSQL it is what pg_dump writes (-Fc). It returns [ErrDiskFull] if there
// is no room and [ErrNoProgram] if pg_dump is missing; the file is good for
// nothing then.
func (db *DB) Dump(ctx context.Context, path string) (version int64, err error) {
	path, err = filepath.Abs(path) // the address of a file has to be
	switch {
	case err != nil:
	case db.engine == Postgres:
		version, err = db.dumpPostgres(ctx, path)
	default:
		version, err = db.dumpSQLite(ctx, path)
	}
	if err != nil {
		return 0, fmt.Errorf("dump database: %w", meaning(err))
	}
	return version, nil
}

// dumpSQLite reads on a connection of its own: neither those who write here nor
// another process wait for it.
func (db *DB) dumpSQLite(ctx context.Context, path string) (version int64, err error) {
	from, err := openSQLitePool(sqliteURL(db.path, "rw", db.wait, nil), 1, 1)
	if err != nil {
		return 0, err
	}
	_, err = from.ExecContext(ctx, `VACUUM INTO $1`, path)
	if err := errors.Join(err, from.Close()); err != nil {
		return 0, err
	}
	// Nobody else has the copy, and nothing is to lie beside it.
	to, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&immutable=1"}).String())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	var found string
	if err := to.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&found); err != nil {
		return 0, err
	}
	if found != "ok" {
		return 0, fmt.Errorf("the database is damaged: %s", found)
	}
	err = to.QueryRowContext(ctx, migrated).Scan(&version)
	return version, err
}

// dumpPostgres holds the moment in a transaction of its own, of which pg_dump is
// told.
func (db *DB) dumpPostgres(ctx context.Context, path string) (version int64, err error) {
	program, err := client("pg_dump")
	if err != nil {
		return 0, err
	}
	c := db.pool.Config().ConnConfig
	c.RuntimeParams["idle_in_transaction_session_timeout"] = "0" // it waits for pg_dump
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return 0, err
	}
	var moment string
	if err := tx.QueryRow(ctx, `SELECT pg_export_snapshot(), (`+migrated+`)`).Scan(&moment, &version); err != nil {
		return 0, err
	}
	err = db.runClient(ctx, program, "--format=custom", "--no-owner", "--no-privileges", "--no-password", "--lock-wait-timeout=60s", "--snapshot="+moment, "--file="+path)
	return version, errors.Join(err, tx.Rollback(context.WithoutCancel(ctx)))
}

// Load fills an empty database on PostgreSQL with what [DB.Dump] wrote: all of it or
// nothing. It returns [fs.ErrExist] if the database is not empty, and [ErrNoProgram]
// if pg_restore is missing.
func (db *DB) Load(ctx context.Context, path string) error {
	program, err := client("pg_restore")
	if err != nil {
		return fmt.Errorf("load database: %w", err)
	}
	var filled bool
	err = db.Read().QueryRow(ctx, `
		SELECT EXISTS (SELECT 1
		  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema')`).Scan(&filled)
	if err == nil && filled {
		err = fmt.Errorf("there are tables in it: %w", fs.ErrExist)
	}
	if err == nil {
		err = db.runClient(ctx, program, "--dbname="+db.pool.Config().ConnConfig.Database, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password", path)
	}
	if err != nil {
		return fmt.Errorf("load database: %w", meaning(err))
	}
	return nil
}

func client(name string) (string, error) {
	program, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s %w", name, ErrNoProgram)
	}
	return program, nil
}

// mostSaid is how much of what a program says goes into an error, in bytes.
const mostSaid = 2000

// runClient runs a program of PostgreSQL on the database. Where that is, and the
// password, it is told in its environment: everybody on the machine can read the
// arguments of a program.
func (db *DB) runClient(ctx context.Context, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(cmd.Environ(), db.clientEnv()...)
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		return nil
	}
	text := strings.TrimSpace(said.String())
	if len(text) > mostSaid {
		text = strings.ToValidUTF8(text[:mostSaid], "") + "…"
	}
	if strings.Contains(text, "No space left on device") {
		err = errors.Join(ErrDiskFull, err)
	}
	return fmt.Errorf("%w: %s", err, text)
}

// libpqEnv are the settings that can stand in the address of a database and are
// not those of [pgconn.Config], by the variable that programs of PostgreSQL read
// them from.
var libpqEnv = map[string]string{
	"sslmode": "PGSSLMODE", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "sslrootcert": "PGSSLROOTCERT", "sslnegotiation": "PGSSLNEGOTIATION",
	"channel_binding": "PGCHANNELBINDING", "min_protocol_version": "PGMINPROTOCOLVERSION", "krbsrvname": "PGKRBSRVNAME", "target_session_attrs": "PGTARGETSESSIONATTRS",
}

func (db *DB) clientEnv() []string {
	c := db.pool.Config().ConnConfig
	env := []string{
		"PGHOST=" + c.Host, "PGPORT=" + strconv.Itoa(int(c.Port)), "PGUSER=" + c.User, "PGPASSWORD=" + c.Password, "PGDATABASE=" + c.Database,
		"PGAPPNAME=palier", "PGCLIENTENCODING=UTF8", "LC_ALL=C", // what it says is read
	}
	_, query, _ := strings.Cut(c.ConnString(), "?")
	said, _ := url.ParseQuery(query) // it was parsed when the database was opened
	for name, variable := range libpqEnv {
		if said.Has(name) {
			env = append(env, variable+"="+said.Get(name))
		}
	}
	return env
}

// Latest is the last migration this program knows.
func Latest() (int64, error) {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	number, _, _ := strings.Cut(entries[len(entries)-1].Name(), "_") // they are in order
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	return n, nil
}
