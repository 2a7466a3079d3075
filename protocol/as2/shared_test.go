package as2_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestForeignDocumentsBesideTheCheckout reads a larger collection of documents
// where one lies beside the checkout. The fixtures under testdata always run.
func TestForeignDocumentsBesideTheCheckout(t *testing.T) {
	t.Parallel()
	root := os.Getenv("PALIER_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	folder := filepath.Join(root, "data", "foreign")
	if _, err := os.Stat(folder); err != nil {
		if os.Getenv("PALIER_SHARED") != "" {
			t.Fatalf("PALIER_SHARED names a folder without foreign documents: %v", err)
		}
		t.Skip("no collection of foreign documents beside this checkout")
	}
	read := 0
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read++
		name, _ := filepath.Rel(folder, path)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keepsEverything(t, b)
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 100 {
		t.Errorf("found %d documents in %s, want at least 100", read, folder)
	}
	t.Logf("found %d documents in %s", read, folder)
}
