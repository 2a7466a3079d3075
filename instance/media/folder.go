package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"
)

// Folder is a [Store] in a folder of a disk. It never leaves the folder,
// whatever names or symbolic links say.
type Folder struct {
	root   *os.Root
	create func(name string) (writableFile, error)
}

// writableFile is what Put needs of a new file.
type writableFile interface {
	io.WriteCloser
	Sync() error
}

// unfinished is where files are written before they have their name.
const unfinished = "unfinished"

// OpenFolder returns the store in dir, which it makes if need be. Close it in
// the end.
func OpenFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make media folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open media folder: %w", err)
	}
	if err := root.MkdirAll(unfinished, 0o750); err != nil {
		return nil, errors.Join(fmt.Errorf("make media folder: %w", err), root.Close())
	}
	f := &Folder{root: root}
	f.create = func(name string) (writableFile, error) {
		return root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	}
	return f, nil
}

// Close closes the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Put writes content beside its place, makes sure that it is on the disk and
// moves it there, so that a file is there whole or not at all.
func (f *Folder) Put(_ context.Context, name string, content []byte) (err error) {
	temporary := path.Join(unfinished, path.Base(newName("part")))
	defer func() {
		if err != nil {
			if removed := f.root.Remove(temporary); !errors.Is(removed, fs.ErrNotExist) {
				err = errors.Join(err, removed)
			}
			err = fmt.Errorf("put %s: %w", name, full(err))
		}
	}()
	if err := f.write(temporary, content); err != nil {
		return err
	}
	if err := f.makeDir(path.Dir(name)); err != nil {
		return err
	}
	if err := f.root.Rename(temporary, name); err != nil {
		return err
	}
	return f.syncDir(path.Dir(name))
}

// write makes a new file that is on the disk when it returns.
func (f *Folder) write(name string, content []byte) error {
	file, err := f.create(name)
	if err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := file.Sync(); err != nil {
		return errors.Join(err, file.Close())
	}
	return file.Close()
}

// makeDir makes a folder that outlives a power cut, unless it is there.
func (f *Folder) makeDir(dir string) error {
	err := f.root.Mkdir(dir, 0o750)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.syncDir(path.Dir(dir))
}

// syncDir makes sure that names in dir outlive a power cut.
func (f *Folder) syncDir(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// full marks errors that mean that the disk has no room.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// Open returns the file called name.
func (f *Folder) Open(_ context.Context, name string) (*File, error) {
	file, err := f.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open %s: %w", name, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotFound
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", name, err), file.Close())
	}
	return &File{ReadSeekCloser: file, Size: info.Size(), Modified: info.ModTime()}, nil
}

// Delete removes the file called name.
func (f *Folder) Delete(_ context.Context, name string) error {
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete %s: %w", name, err)
	}
	return nil
}

// Sweep removes what was begun before the given time and never finished, as
// after a power cut, and returns how many files that were.
func (f *Folder) Sweep(ctx context.Context, before time.Time) (int, error) {
	left, err := fs.ReadDir(f.root.FS(), unfinished)
	if err != nil {
		return 0, fmt.Errorf("sweep media folder: %w", err)
	}
	swept := 0
	for _, entry := range left {
		if err := ctx.Err(); err != nil {
			return swept, err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(before) {
			continue
		}
		if err == nil {
			err = f.root.Remove(path.Join(unfinished, entry.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return swept, fmt.Errorf("sweep media folder: %w", err)
		}
		swept++
	}
	return swept, nil
}
