package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/hosts"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/vault"
)

// TestABackupBeforeAnotherKeyIsReadWithTheKeyBefore backs up, seals all of a programme to
// another key and deletes the one before: the server goes on, and the backup is read by
// whoever kept that key.
func TestABackupBeforeAnotherKeyIsReadWithTheKeyBefore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		ctx := t.Context()
		b := openBureau(t, apptest.Open(t, engine, nil), "toit")
		programme := b.programme.Group.ID
		const door = "12 rue du Canari, 69100 Villeurbanne"
		host := b.ApprovedHostAt(programme, door)
		backup := filepath.Join(t.TempDir(), "backup")
		if _, err := app.Backup(ctx, b.Config, backup, app.Options{Now: time.Now}); err != nil {
			t.Fatal(err)
		}
		quiet := func(vault.Resealed) error { return nil }
		r, err := b.Rekey(ctx, "Toit", quiet)
		if err != nil || !r.Whole() || r.Lost != 0 || r.Newest < 2 || r.Moved < 1 || len(r.Older) != 1 {
			t.Fatalf("another key: %+v, %v", r, err)
		}
		kept := filepath.Join(t.TempDir(), filepath.Base(r.Older[0]))
		if err := os.Rename(r.Older[0], kept); err != nil {
			t.Fatal(err)
		}
		address := func(v *vault.Vault, db *store.DB) (string, error) {
			t.Helper()
			var sealed []byte
			if err := db.Read().QueryRow(ctx, `SELECT file FROM housing_hosts WHERE id = $1`, host).Scan(&sealed); err != nil {
				t.Fatal(err)
			}
			keys, err := v.Keys(ctx, db.Read(), programme)
			if err != nil {
				t.Fatal(err)
			}
			var f hosts.File
			err = keys.OpenJSON("host", host, sealed, &f)
			return f.Address, err
		}
		old := vault.New(filepath.Dir(kept), time.Now)
		if got, err := address(b.Vault, b.DB); got != door || err != nil {
			t.Errorf("on the server that goes on: %q, %v", got, err)
		}
		if got, err := address(old, b.DB); !errors.Is(err, instance.ErrSealed) {
			t.Errorf("with the key before: %q, %v", got, err)
		}
		if got, err := address(b.Vault, b.DB); got != door || err != nil || b.ApprovedHost(programme) == 0 {
			t.Errorf("after something was written: %q, %v", got, err)
		}

		to := b.Config
		to.Database, to.MediaDir = storetest.EmptyURL(t, engine), filepath.Join(t.TempDir(), "media")
		if _, err := app.Restore(ctx, to, backup, app.Options{Now: time.Now}); err != nil {
			t.Fatal(err)
		}
		restored := storetest.OpenURL(t, to.Database)
		if got, err := address(old, restored); got != door || err != nil {
			t.Errorf("in the backup, with the key before: %q, %v", got, err)
		}
		if _, err := address(b.Vault, restored); !errors.Is(err, instance.ErrSealed) {
			t.Errorf("in the backup, without it: %v", err)
		}

		// A backup that is made now names the keys that are needed, and no other.
		m, err := app.Backup(ctx, b.Config, filepath.Join(t.TempDir(), "next"), app.Options{Now: time.Now})
		if spent := strings.TrimSuffix(filepath.Base(kept), ".key"); err != nil || len(m.Keys) != 2 || slices.Contains(m.Keys, spent) {
			t.Errorf("the next backup needs %q, %v; %s is spent", m.Keys, err, spent)
		}
		if _, err := b.Rekey(ctx, "nobody", quiet); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("of a programme that is not there: %v", err)
		}
	})
}

// rekeyed seals everything there is to another key, and holds what was sealed to what the
// rooms say of themselves: a column that nobody named would stay behind.
func rekeyed(t *testing.T, s *apptest.Server) {
	t.Helper()
	ctx, sealed := t.Context(), 0
	for _, column := range strings.Fields(keptAs["sealed"].columns) {
		if column == "housing_files.sealed" {
			continue // to the key for what partners send
		}
		table, name, _ := strings.Cut(column, ".")
		var n int
		if err := s.DB.Read().QueryRow(ctx, `SELECT COUNT(*) FROM `+table+` WHERE LENGTH(`+name+`) > 0`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		sealed += n
	}
	rows, err := s.DB.Read().Query(ctx, `SELECT a.username FROM housing_programmes p JOIN actors a ON a.id = p.group_id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	newest := 0
	for _, name := range names {
		r, err := s.Rekey(ctx, name, func(vault.Resealed) error { return nil })
		if err != nil || !r.Whole() || r.Lost != 0 || r.Moved == 0 || len(r.Older) != 1 {
			t.Fatalf("another key for %s: %+v, %v", name, r, err)
		}
		newest += r.Newest
	}
	if newest != sealed || sealed == 0 {
		t.Errorf("%d cells are sealed, and %d to the newest key", sealed, newest)
	}
	if n := 0; s.DB.Read().QueryRow(ctx, `SELECT COUNT(*) FROM vault_reseals`).Scan(&n) != nil || n != 0 {
		t.Errorf("%d rows are being sealed anew still", n)
	}
}
