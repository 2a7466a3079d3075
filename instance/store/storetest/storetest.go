// Package storetest gives a test databases of its own, on both engines.
//
// SQLite files are copies of one that is migrated once per process. PostgreSQL
// databases live in a throw-away cluster, started once per process from the
// installed server binaries and gone with the process however that ends, or in
// the one PALIER_TEST_POSTGRES names (the URL of a superuser). Where PostgreSQL
// is not installed its tests are skipped, unless CI is "true".
package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"palier/instance/store"
)

// Each runs test twice, as parallel subtests, on a fresh and migrated database
// of either engine. The databases are closed when test ends.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	for _, engine := range Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, Open(t, engine))
		})
	}
}

// Open opens a fresh and migrated database that is closed when t ends.
func Open(t testing.TB, engine store.Engine) *store.DB {
	t.Helper()
	return OpenURL(t, URL(t, engine))
}

// OpenURL opens the database at url as production does, until t ends.
func OpenURL(t testing.TB, url string) *store.DB {
	t.Helper()
	return open(t, url, store.Options{Connections: 8})
}

func open(t testing.TB, url string, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}

// URL returns the address of a fresh and migrated database that nobody has
// open, for a test that opens it itself, several times or in another process.
func URL(t testing.TB, engine store.Engine) string {
	t.Helper()
	if engine == store.SQLite {
		return sqliteURL(t)
	}
	return postgresURL(t, true)
}

// EmptyURL is [URL] with a database that was never migrated.
func EmptyURL(t testing.TB, engine store.Engine) string {
	t.Helper()
	if engine == store.SQLite {
		return "sqlite:" + filepath.Join(t.TempDir(), "palier.db")
	}
	return postgresURL(t, false)
}

// Main runs the tests of a package, then waits until the cluster they used is
// gone, and then fails if one of checks does, such as goleak's Find. It is for
// a TestMain; without it the cluster stops just after the process.
func Main(m *testing.M, checks ...func() error) {
	code := m.Run()
	for _, check := range append([]func() error{stopCluster}, checks...) {
		if err := check(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// migratedFile is the content of a migrated SQLite file.
var migratedFile = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "palier-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "palier.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func sqliteURL(t testing.TB) string {
	t.Helper()
	content, err := migratedFile()
	if err != nil {
		t.Fatal(err)
	}
	return sqliteFile(t, content)
}

func sqliteFile(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "palier.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// migrate migrates the database at url and closes it.
func migrate(url string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(ctx), db.Close())
}
