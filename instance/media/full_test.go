package media

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
)

// smallDisk is a file on a disk with room for a few bytes more.
type smallDisk struct {
	writableFile
	room   *int
	onSync bool // tells so only when the file is to be made safe
}

func (d smallDisk) Write(b []byte) (int, error) {
	if *d.room -= len(b); *d.room >= 0 || d.onSync {
		return d.writableFile.Write(b)
	}
	n, err := d.writableFile.Write(b[:max(0, len(b)+*d.room)])
	return n, errors.Join(syscall.ENOSPC, err)
}

func (d smallDisk) Sync() error {
	if *d.room < 0 {
		return syscall.EDQUOT
	}
	return d.writableFile.Sync()
}

func TestR13_DiskFull(t *testing.T) {
	t.Parallel()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 300, 300))); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		situation string
		room      int
		onSync    bool
	}{
		{"no room at all", 0, false},
		{"room for a part of the picture", 100, false},
		{"room for the picture and not for its thumbnail", 1000, false},
		{"quota found when the file is made safe", 100, true},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			folder, err := OpenFolder(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := folder.Close(); err != nil {
					t.Error(err)
				}
			}()
			room, create := tt.room, folder.create
			folder.create = func(name string) (writableFile, error) {
				f, err := create(name)
				return smallDisk{f, &room, tt.onSync}, err
			}
			pictures := New(folder, Options{})
			if _, err := pictures.Add(t.Context(), bytes.NewReader(picture.Bytes())); !errors.Is(err, ErrFull) {
				t.Errorf("got %v, want %v", err, ErrFull)
			}
			checkNoFiles(t, dir)

			room = 1 << 20 // somebody makes room, and nobody has to do more
			if _, err := pictures.Add(t.Context(), bytes.NewReader(picture.Bytes())); err != nil {
				t.Errorf("with room again: %v", err)
			}
		})
	}
}

func checkNoFiles(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			t.Errorf("half-stored: %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
