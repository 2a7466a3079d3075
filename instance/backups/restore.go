package backups

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"palier/instance/store"
)

// Target is where a server is made of a backup.
type Target struct {
	Database string // its address, as for [store.Open]
	Pictures string // the folder; empty if they are in a bucket
	Now      func() time.Time
}

// What can keep a server from being made.
var (
	// ErrOtherEngine: a backup of one engine is to be restored on the other.
	ErrOtherEngine = errors.New("it is of the other kind of database")
	// ErrNotEmpty: something is there already.
	ErrNotEmpty = errors.New("a server is only restored where there is none")
	// ErrClock: by this machine's clock the backup was not made yet.
	ErrClock = errors.New("by the clock of this machine the backup is of the future: what is written would get ids that other servers know already")
)

// Restore makes a server of a backup, after all of it was verified. It touches
// nothing that is there: it returns an error wrapping [ErrNotEmpty] where there is a
// database or are pictures, [store.ErrNewer] if the backup is of a newer program, and
// what [Verify] returns. If anything fails nothing is left.
//
// What a server does after that, whose posts of yesterday stand on other servers, is
// in specs/decisions/0022.
func Restore(ctx context.Context, dir string, to Target) (Manifest, error) {
	m, err := Verify(ctx, dir)
	if err != nil {
		return m, err
	}
	if err := restore(ctx, dir, m, to); err != nil {
		return m, fmt.Errorf("restore %s: %w", dir, full(err))
	}
	return m, nil
}

func restore(ctx context.Context, dir string, m Manifest, to Target) (err error) {
	path, onSQLite := strings.CutPrefix(to.Database, "sqlite:")
	knows, err := store.Latest()
	switch {
	case err != nil:
		return err
	case m.Migration > knows:
		return fmt.Errorf("%w: the backup is at migration %d, the program knows %d", store.ErrNewer, m.Migration, knows)
	case onSQLite != (m.Engine == store.SQLite):
		return fmt.Errorf("%w: %s", ErrOtherEngine, m.Engine)
	case to.Now().Before(m.Made):
		return fmt.Errorf("%w (%s)", ErrClock, m.Made.Format(time.RFC3339))
	}
	if onSQLite {
		if err := nothingAt(path, path+"-wal", path+"-journal"); err != nil {
			return err
		}
	}
	settle, undo, err := restorePictures(ctx, dir, m, to.Pictures)
	if err != nil {
		return err
	}
	if onSQLite {
		err = restoreFile(dir, path, settle)
	} else {
		err = restorePostgres(ctx, filepath.Join(dir, postgresName), to.Database, settle)
	}
	if err != nil {
		return errors.Join(err, undo())
	}
	return nil
}

// nothingAt tells that there is no file of some names.
func nothingAt(paths ...string) error {
	for _, path := range paths {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(fmt.Errorf("%w: there is %s", ErrNotEmpty, path), err)
		}
	}
	return nil
}

// restorePictures copies the pictures of a backup beside their place. settle moves
// them there, undo takes back whatever was done.
func restorePictures(ctx context.Context, dir string, m Manifest, folder string) (settle, undo func() error, err error) {
	nothing := func() error { return nil }
	if m.Pictures() == 0 || folder == "" {
		return nothing, nothing, nil
	}
	folder = filepath.Clean(folder)
	if entries, err := os.ReadDir(folder); len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errors.Join(fmt.Errorf("%w: there are files in %s", ErrNotEmpty, folder), err)
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o750); err != nil {
		return nil, nil, err
	}
	begun, err := os.MkdirTemp(filepath.Dir(folder), "."+filepath.Base(folder)+".unfinished-*")
	if err != nil {
		return nil, nil, err
	}
	moved := false
	undo = func() error {
		if moved {
			return os.RemoveAll(folder)
		}
		return os.RemoveAll(begun)
	}
	if err := copyPictures(ctx, dir, begun, m); err != nil {
		return nil, nil, errors.Join(err, undo())
	}
	return func() error {
		if err := os.Rename(begun, folder); err != nil {
			return err
		}
		moved = true
		return syncDir(filepath.Dir(folder))
	}, undo, nil
}

func copyPictures(ctx context.Context, dir, to string, m Manifest) (err error) {
	from, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	root, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	c := copying{to: root, create: create}
	for _, f := range m.Files {
		name, ok := f.picture()
		if !ok {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := c.copy(from, f.Name, name); err != nil {
			return err
		}
	}
	return c.sync()
}

// restoreFile copies a database beside its place and moves it there, after settle.
func restoreFile(dir, path string, settle func() error) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	from, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	begun := "." + filepath.Base(path) + ".unfinished"
	if err := to.Remove(begun); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c := copying{to: to, create: create}
	err = c.copy(from, sqliteName, begun)
	if err == nil {
		err = settle()
	}
	if err == nil {
		err = to.Rename(begun, filepath.Base(path))
	}
	if err != nil {
		if removed := to.Remove(begun); !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
		return err
	}
	return c.sync()
}

// restorePostgres fills an empty database, after settle.
func restorePostgres(ctx context.Context, path, url string, settle func() error) (err error) {
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := settle(); err != nil {
		return err
	}
	if err := db.Load(ctx, path); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %w", ErrNotEmpty, err)
	} else if err != nil {
		return err
	}
	return nil
}
