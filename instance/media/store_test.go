package media_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"palier/instance/media"
)

const (
	aName = "ab/ab0123456789abcdef0123456789abcd.png"
	bName = "cd/cd0123456789abcdef0123456789abcd.jpg"
)

// exerciseStore holds every store to what [media.Store] promises.
func exerciseStore(t *testing.T, store media.Store) {
	t.Helper()
	content := bytes.Repeat([]byte("0123456789"), 20_000)
	if _, err := store.Open(t.Context(), aName); !errors.Is(err, media.ErrNotFound) {
		t.Errorf("open what was never put: %v", err)
	}
	for name, c := range map[string][]byte{aName: content, bName: []byte("b")} {
		if err := store.Put(t.Context(), name, c); err != nil {
			t.Fatal(err)
		}
	}
	f, err := store.Open(t.Context(), aName)
	if err != nil {
		t.Fatal(err)
	}
	if f.Size != int64(len(content)) || f.Modified.IsZero() {
		t.Errorf("size %d, modified %v", f.Size, f.Modified)
	}
	if _, err := f.Seek(100_005, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	tail, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(tail, content[100_005:]) {
		t.Errorf("read %d bytes from the middle, want %d", len(tail), len(content)-100_005)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := store.Delete(t.Context(), aName); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if _, err := store.Open(t.Context(), aName); !errors.Is(err, media.ErrNotFound) {
		t.Errorf("open what was deleted: %v", err)
	}
	if f, err = store.Open(t.Context(), bName); err != nil {
		t.Fatalf("the other file: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	exerciseStore(t, newFolder(t))
}

func TestF06_FolderIsNeverLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside.jpg")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder, err := media.OpenFolder(filepath.Join(dir, "media"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := os.Symlink(dir, filepath.Join(dir, "media", "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../outside.jpg", outside, "link/outside.jpg", "a/../../outside.jpg", ""} {
		if f, err := folder.Open(t.Context(), name); err == nil {
			t.Errorf("opened %q, %d bytes", name, f.Size)
		}
		if err := folder.Put(t.Context(), name, []byte("y")); err == nil {
			t.Errorf("put %q", name)
		}
		// That there is nothing of the name inside is no error; what counts
		// is that the file outside stays, below.
		_ = folder.Delete(t.Context(), name)
	}
	if b, err := os.ReadFile(outside); err != nil || string(b) != "x" {
		t.Errorf("the file outside is %q, %v", b, err)
	}
	if left := files(t, filepath.Join(dir, "media")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// files lists the regular files below dir.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			found = append(found, strings.TrimPrefix(path, dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSweepTakesWhatWasNeverFinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder, err := media.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	}()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for name, written := range map[string]time.Time{"old.part": now.Add(-time.Hour), "new.part": now} {
		path := filepath.Join(dir, "unfinished", name)
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, written, written); err != nil {
			t.Fatal(err)
		}
	}
	if err := folder.Put(t.Context(), aName, []byte("x")); err != nil {
		t.Fatal(err)
	}
	swept, err := folder.Sweep(t.Context(), now.Add(-time.Minute))
	if err != nil || swept != 1 {
		t.Errorf("swept %d, %v", swept, err)
	}
	if left := files(t, dir); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}
