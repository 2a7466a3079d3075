package backups

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// smallDisk is a file on a disk with room for a few bytes more.
type smallDisk struct {
	file
	room   *int
	onSync bool // tells so only when the file is to be made safe
}

func (d smallDisk) Write(b []byte) (int, error) {
	if *d.room -= len(b); *d.room >= 0 || d.onSync {
		return d.file.Write(b)
	}
	n, err := d.file.Write(b[:max(0, len(b)+*d.room)])
	return n, errors.Join(syscall.ENOSPC, err)
}

func (d smallDisk) Sync() error {
	if *d.room < 0 {
		return syscall.EDQUOT
	}
	return d.file.Sync()
}

func TestADiskThatIsFullLeavesNoHalfABackup(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		pictures, to := t.TempDir(), filepath.Join(t.TempDir(), "backup")
		for i := range 5 {
			if err := os.WriteFile(filepath.Join(pictures, fmt.Sprint(i)), make([]byte, 1000), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		o := Options{DB: db, Site: "https://rue.example", Program: "test", Now: time.Now, Pictures: pictures, Vault: t.TempDir(), Keys: func(context.Context) ([]string, error) { return []string{"age1of-a-programme"}, nil }}
		for _, x := range []struct {
			room   int
			onSync bool
		}{{0, false}, {2500, false}, {2500, true}, {5000, false}, {5100, false}, {5300, true}} {
			room := x.room
			o.create = func(root *os.Root, name string) (file, error) {
				f, err := create(root, name)
				return smallDisk{f, &room, x.onSync}, err
			}
			if _, err := Take(t.Context(), to, o); !errors.Is(err, ErrFull) {
				t.Errorf("with room for %d bytes: %v", x.room, err)
			}
			if left, err := os.ReadDir(filepath.Dir(to)); err != nil || len(left) > 0 {
				t.Fatalf("with room for %d bytes there is left %v, %v", x.room, left, err)
			}
		}
		o.create = nil
		m, err := Take(t.Context(), to, o)
		if err != nil || !slices.Equal(m.Keys, []string{"age1of-a-programme"}) {
			t.Fatalf("%+v, %v", m, err)
		}
		if read, err := Verify(t.Context(), to); err != nil || read.Pictures() != 5 || !slices.Equal(read.Files, m.Files) {
			t.Errorf("read back is %+v, %v", read, err)
		}
		latest, err := store.Latest()
		if err != nil || m.Migration != latest {
			t.Errorf("it is at migration %d, want %d, %v", m.Migration, latest, err)
		}
	})
}

// A backup of a newer program is refused, whatever it holds.
func TestABackupOfANewerProgramIsRefused(t *testing.T) {
	t.Parallel()
	latest, err := store.Latest()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	target := Target{Database: "sqlite:" + filepath.Join(dir, "palier.db"), Pictures: filepath.Join(dir, "media"), Now: time.Now}
	m := Manifest{Engine: store.SQLite, Migration: latest + 1, Made: time.Now()}
	if err := restore(t.Context(), dir, m, target); !errors.Is(err, store.ErrNewer) {
		t.Errorf("got %v", err)
	}
}
