package store_test

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

func files(texts map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, text := range texts {
		m[name] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return m
}

func eachEmpty(t *testing.T, test func(t *testing.T, url string, db *store.DB)) {
	t.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			url := storetest.EmptyURL(t, engine)
			test(t, url, storetest.OpenURL(t, url))
		})
	}
}

func TestMigrationsOfEitherEngine(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		ctx := t.Context()
		one := map[string]string{"0001_notes.sql": `CREATE TABLE notes (id BIGINT PRIMARY KEY);`}
		if err := db.MigrateFrom(ctx, files(one)); err != nil {
			t.Fatal(err)
		}
		two := map[string]string{
			"0001_notes.sql":           one["0001_notes.sql"],
			"0002_engine.postgres.sql": `CREATE TABLE engine AS SELECT 'postgres' AS name;`,
			"0002_engine.sqlite.sql":   `CREATE TABLE engine AS SELECT 'sqlite' AS name;`,
			"0003_more.sql":            `ALTER TABLE notes ADD COLUMN text TEXT NOT NULL DEFAULT '';`,
		}
		for range 2 { // the second time there is nothing to do
			if err := db.MigrateFrom(ctx, files(two)); err != nil {
				t.Fatal(err)
			}
		}
		var engine string
		err := db.Read().QueryRow(ctx, `SELECT name FROM engine`).Scan(&engine)
		if err != nil || engine != string(db.Engine()) {
			t.Errorf("migrated for %q, %v, want %q", engine, err, db.Engine())
		}
		var queued int
		if err := db.Read().QueryRow(ctx, `SELECT count(*) FROM river_job`).Scan(&queued); err != nil {
			t.Errorf("the job queue has no table: %v", err)
		}
	})
}

// TestR18_NewerDatabase opens a database with an older program.
func TestR18_NewerDatabase(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		ctx := t.Context()
		old := map[string]string{"0001_notes.sql": `CREATE TABLE notes (id BIGINT PRIMARY KEY);`}
		if err := db.MigrateFrom(ctx, files(map[string]string{
			"0001_notes.sql": old["0001_notes.sql"],
			"0002_more.sql":  `CREATE TABLE more (id BIGINT PRIMARY KEY);`,
		})); err != nil {
			t.Fatal(err)
		}
		err := db.MigrateFrom(ctx, files(old))
		if !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "at migration 2, the program knows 1") {
			t.Errorf("got %v, want %v and why", err, store.ErrNewer)
		}
	})
}

func TestR18_NewerJobQueue(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		err := db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO river_migration (line, version) VALUES ('main', 999)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx); !errors.Is(err, store.ErrNewer) {
			t.Errorf("got %v, want %v", err, store.ErrNewer)
		}
	})
}

func TestR18_MigrationFailsHalfWay(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		ctx := t.Context()
		texts := map[string]string{
			"0001_notes.sql": `CREATE TABLE notes (id BIGINT PRIMARY KEY);`,
			"0002_more.sql":  `CREATE TABLE more (id BIGINT PRIMARY KEY); INSERT INTO nowhere VALUES (1);`,
		}
		err := db.MigrateFrom(ctx, files(texts))
		if err == nil || !strings.Contains(err.Error(), "0002_more.sql") {
			t.Errorf("got %v, want an error that names the migration", err)
		}
		if err := db.Read().QueryRow(ctx, `SELECT count(*) FROM more`).Scan(new(int)); err == nil {
			t.Error("half of the failed migration remains")
		}
		if err := db.Read().QueryRow(ctx, `SELECT count(*) FROM notes`).Scan(new(int)); err != nil {
			t.Errorf("the migration before is gone: %v", err)
		}
		texts["0002_more.sql"] = `CREATE TABLE more (id BIGINT PRIMARY KEY);`
		if err := db.MigrateFrom(ctx, files(texts)); err != nil {
			t.Errorf("once it is repaired: %v", err)
		}
	})
}

// TestR19_TwoProcessesMigrate starts several at once. The second migration
// would show if it were run twice.
func TestR19_TwoProcessesMigrate(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, url string, db *store.DB) {
		ctx := t.Context()
		texts := files(map[string]string{
			"0001_notes.sql": `CREATE TABLE notes (id BIGINT, kind TEXT, text TEXT);`,
			"0002_one.sql":   `INSERT INTO notes (id) VALUES (1);`,
			"0003_two.sql":   `INSERT INTO notes (id) VALUES (2);`,
		})
		var wg sync.WaitGroup
		for range 4 {
			other := storetest.OpenURL(t, url)
			wg.Go(func() {
				if err := other.MigrateFrom(ctx, texts); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := count(t, db); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}

func TestEmbeddedMigrations(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		ctx := t.Context()
		has, knows, err := db.Versions(ctx)
		if err != nil || has != 0 || knows == 0 {
			t.Errorf("before: at %d of %d, %v", has, knows, err)
		}
		if err := db.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		if has, knows, err = db.Versions(ctx); err != nil || has != knows {
			t.Errorf("after: at %d of %d, %v", has, knows, err)
		}
	})
}

// Every number has one file for both engines or one for each.
func TestMigrationNumbers(t *testing.T) {
	t.Parallel()
	dir, err := store.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`^(\d{4})_[a-z0-9_]+(\.postgres|\.sqlite)?\.sql$`)
	kinds := map[string]string{}
	for _, e := range entries {
		parts := name.FindStringSubmatch(e.Name())
		if parts == nil {
			t.Errorf("%s is no name for a migration", e.Name())
			continue
		}
		kinds[parts[1]] += "|" + parts[2]
	}
	for number, kind := range kinds {
		if kind != "|" && kind != "|.postgres|.sqlite" {
			t.Errorf("migration %s has files %q", number, kind)
		}
	}
}
