package media_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"palier/instance/media"
)

func TestASafeOpensForWhoHasTheKey(t *testing.T) {
	t.Parallel()
	dir, ctx := t.TempDir(), t.Context()
	folder, err := media.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	safe, text := media.NewSafe(folder), []byte("Procès-verbal de l’assemblée")
	kept, err := safe.Put(ctx, "documents", text)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := safe.Open(ctx, kept, 100); err != nil || !bytes.Equal(got, text) {
		t.Errorf("opened %q, %v", got, err)
	}
	if on, err := os.ReadFile(filepath.Join(dir, kept.File)); err != nil || bytes.Contains(on, text) {
		t.Errorf("on the disk it reads %q, %v", on, err)
	}
	other, err := safe.Put(ctx, "documents", text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := safe.Open(ctx, media.Sealed{File: kept.File, Key: other.Key}, 100); err == nil {
		t.Error("another key opens it")
	}
	if _, err := safe.Open(ctx, kept, 10); err == nil {
		t.Error("more than asked for is read")
	}
	if err := safe.Delete(ctx, kept.File); err != nil {
		t.Fatal(err)
	}
	if _, err := safe.Open(ctx, kept, 100); !errors.Is(err, media.ErrNotFound) {
		t.Errorf("after it was thrown out: %v", err)
	}
}
