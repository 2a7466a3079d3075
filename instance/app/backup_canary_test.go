package app_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance/app"
	"palier/instance/apptest"
)

// backupOf makes a backup as an operator does while the server runs, and returns what
// can be read in it, by file. Nothing of any key may be in it, and each key that
// opens something has to be named, or nobody will know what a machine lacks.
func backupOf(t *testing.T, s *apptest.Server) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "backup")
	m, err := app.Backup(t.Context(), s.Config, dir, app.Options{Now: time.Now, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			all[name] = name + "\n" + written(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(s.Config.VaultDir, "*.key"))
	if err != nil || len(files) != len(m.Keys) || len(files) == 0 {
		t.Errorf("%d keys are needed, and there are %q, %v", len(m.Keys), files, err)
	}
	for _, file := range files {
		if recipient := strings.TrimSuffix(filepath.Base(file), ".key"); !slices.Contains(m.Keys, recipient) {
			t.Errorf("nobody is told of the key of %s", recipient)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		key := regexp.MustCompile(`AGE-SECRET-KEY-[0-9A-Z]{40,}`).FindString(string(b))
		if key == "" {
			t.Fatalf("%s holds no key", file)
		}
		for name, text := range all {
			if how := inWords(text, key); how != "" {
				t.Errorf("a key stands %s in %s of the backup", how, name)
			}
		}
	}
	seen := false
	for _, text := range all {
		seen = seen || strings.Contains(text, s.URL+"/g/")
	}
	if !seen || len(all) < 3 {
		t.Fatalf("%d files are read in the backup, and none of them can be", len(all))
	}
	return all
}

// written is what stands in a file of a backup, unpacked.
func written(t *testing.T, path string) string {
	t.Helper()
	if filepath.Ext(path) == ".dump" {
		text, err := exec.CommandContext(t.Context(), "pg_restore", "--file=-", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
