// Package backups copies a server while it runs, says whether a copy is whole, and
// makes a server of one. What opens the sealed files of programmes is never part of
// a copy: its keys are a folder apart (specs/decisions/0095).
package backups

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"palier/instance/store"
)

// Options are what a backup is made of.
type Options struct {
	DB      *store.DB
	Site    string // the public address
	Program string // the version of Palier
	Now     func() time.Time
	// Pictures is the folder they are kept in, empty if that is a bucket.
	Pictures string
	// Vault is the folder of the keys, which no backup has anything of.
	Vault string
	// Keys returns the public halves of the keys that what is sealed needs.
	Keys func(ctx context.Context) ([]string, error)

	create func(root *os.Root, name string) (file, error) // nil outside tests
}

// What can keep a backup from being made.
var (
	// ErrFull: there is no room for it.
	ErrFull = errors.New("there is no room left")
	// ErrThere: something has its name already.
	ErrThere = errors.New("it is there already: name a folder that is not")
	// ErrKeys: keys would lie where the backup is, or in what is copied.
	ErrKeys = errors.New("the keys to what is sealed have to be kept apart")
)

// file is what is needed of a new file.
type file interface {
	io.WriteCloser
	Sync() error
}

// Take makes a backup in a folder to, which must not be there or be empty: the
// database as it is at one moment, the pictures that belong to it, and a manifest.
// Only its owner can read it. It is there whole or not at all; what was begun is
// removed if anything fails. Pictures that are deleted meanwhile are not in it.
//
// It returns an error wrapping [ErrThere], [ErrKeys], [ErrFull] or
// [store.ErrNoProgram].
func Take(ctx context.Context, to string, o Options) (m Manifest, err error) {
	to = filepath.Clean(to) // the slash a shell puts behind a folder names nothing
	if err := ready(to, o); err != nil {
		return m, fmt.Errorf("backup %s: %w", to, err)
	}
	m = Manifest{Format: format, Made: o.Now().UTC().Truncate(time.Millisecond), Site: o.Site, Program: o.Program, Engine: o.DB.Engine(), Bucket: o.Pictures == ""}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return m, fmt.Errorf("backup %s: %w", to, full(err))
	}
	// Beside its place, so that it can be moved there in one step.
	begun, err := os.MkdirTemp(filepath.Dir(to), "."+filepath.Base(to)+".unfinished-*") // for its owner alone
	if err != nil {
		return m, fmt.Errorf("backup %s: %w", to, full(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("backup %s: %w", to, full(err)), os.RemoveAll(begun))
		}
	}()
	if err := fill(ctx, begun, &m, o); err != nil {
		return m, err
	}
	if err := os.Rename(begun, to); err != nil {
		return m, err
	}
	return m, syncDir(filepath.Dir(to))
}

// ready tells whether a backup can be made there.
func ready(to string, o Options) error {
	entries, err := os.ReadDir(to)
	if len(entries) > 0 {
		return ErrThere
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch {
	case o.Pictures != "" && lies(o.Vault, o.Pictures):
		return fmt.Errorf("%w: %s is in the folder of pictures, of which a backup has all", ErrKeys, o.Vault)
	case lies(to, o.Vault):
		return fmt.Errorf("%w: the backup would lie in %s", ErrKeys, o.Vault)
	case o.Pictures != "" && lies(to, o.Pictures):
		return errors.New("it would lie in the folder of pictures, and have itself in it")
	}
	return nil
}

// lies tells whether a path is a folder or is below it, whatever symbolic links say.
func lies(at, folder string) bool {
	rel, err := filepath.Rel(real(folder), real(at))
	return err == nil && filepath.IsLocal(rel)
}

// real is where a path leads, of which the end need not be there yet.
func real(at string) string {
	at, err := filepath.Abs(at)
	if err != nil {
		return at
	}
	if led, err := filepath.EvalSymlinks(at); err == nil || at == filepath.Dir(at) {
		return led
	}
	return filepath.Join(real(filepath.Dir(at)), filepath.Base(at))
}

// fill puts everything into a folder, the manifest last.
func fill(ctx context.Context, dir string, m *Manifest, o Options) (err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	c := copying{to: root, create: o.create}
	if c.create == nil {
		c.create = create
	}
	if m.Migration, err = c.dump(ctx, dir, o.DB); err != nil {
		return err
	}
	// After the database: a key or a picture it has not heard of is none too few.
	if m.Keys, err = o.Keys(ctx); err != nil {
		return err
	}
	if o.Pictures != "" {
		if err := c.pictures(ctx, o.Pictures); err != nil {
			return err
		}
	}
	m.Files = c.files
	slices.SortFunc(m.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if err := c.write(sumName, strings.NewReader(string(sumLine(text)))); err != nil {
		return err
	}
	if err := c.write(manifestName, strings.NewReader(string(text))); err != nil {
		return err
	}
	return c.sync()
}

// copying puts files into a folder and remembers what they are.
type copying struct {
	to     *os.Root
	create func(root *os.Root, name string) (file, error)
	files  []File
	dirs   []string
}

func create(root *os.Root, name string) (file, error) {
	return root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// dump has the database written, and reads it back to know what it is.
func (c *copying) dump(ctx context.Context, dir string, db *store.DB) (migration int64, err error) {
	name := database(db.Engine())
	f, err := c.create(c.to, name) // empty, and for its owner alone, before anybody writes to it
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return 0, err
	}
	if migration, err = db.Dump(ctx, filepath.Join(dir, name)); err != nil {
		return 0, err
	}
	written, err := c.to.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	hash := sha256.New()
	n, err := io.Copy(hash, written)
	if err := errors.Join(err, written.Sync(), written.Close()); err != nil {
		return 0, err
	}
	c.files = append(c.files, File{name, n, hex.EncodeToString(hash.Sum(nil))})
	return migration, nil
}

// unfinished is the folder of pictures that are being written (instance/media).
const unfinished = "unfinished"

// pictures copies the pictures in a folder.
func (c *copying) pictures(ctx context.Context, folder string) (err error) {
	from, err := os.OpenRoot(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // there never was one
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	return fs.WalkDir(from.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name != ".":
			return nil // deleted meanwhile
		case err != nil:
			return err
		case name == unfinished:
			return fs.SkipDir
		case e.IsDir():
			return c.mkdir(path.Join(picturesName, name))
		case !e.Type().IsRegular():
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return c.copy(from, name, path.Join(picturesName, name))
	})
}

func (c *copying) mkdir(name string) error {
	if err := c.to.Mkdir(name, 0o700); err != nil {
		return err
	}
	c.dirs = append(c.dirs, name)
	return nil
}

// copy copies a file, and when it was kept. One that is gone is none.
func (c *copying) copy(from *os.Root, name, to string) (err error) {
	f, err := from.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	hash := sha256.New()
	counted := &counter{r: io.TeeReader(f, hash)}
	if err := c.write(to, counted); err != nil {
		return err
	}
	if err := c.to.Chtimes(to, info.ModTime(), info.ModTime()); err != nil {
		return err
	}
	c.files = append(c.files, File{to, counted.n, hex.EncodeToString(hash.Sum(nil))})
	return nil
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// write makes a new file that is on the disk when it returns.
func (c *copying) write(name string, content io.Reader) error {
	f, err := c.create(c.to, name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, content); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), f.Close())
	}
	if err := f.Sync(); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), f.Close())
	}
	return f.Close()
}

// sync makes sure that the names of files outlive a power cut.
func (c *copying) sync() error {
	for _, dir := range append(c.dirs, ".") {
		d, err := c.to.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// full says in words of ours that a disk has no room.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, store.ErrDiskFull) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
