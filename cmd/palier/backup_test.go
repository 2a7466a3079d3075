package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/backups"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// copied is a server with pictures and keys, and the backup that was made of it.
type copied struct {
	*apptest.Server
	backup string
	key    string // the text of a key
	out    string // what the command said
}

// flags say which server a command is about.
func (c *copied) flags() []string {
	return []string{"--database=" + c.Config.Database, "--url=" + c.URL, "--media=" + c.Config.MediaDir, "--vault=" + c.Config.VaultDir}
}

func palier(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := run(t.Context(), args, &out, io.Discard)
	return out.String(), err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// backUp runs a server and makes a backup of it, as an operator does.
func backUp(t *testing.T, engine store.Engine) *copied {
	t.Helper()
	c := &copied{Server: apptest.Open(t, engine, nil), backup: filepath.Join(t.TempDir(), "backups", "today")}
	for name, text := range map[string]string{"ab/picture.jpg": "a picture", "unfinished/half.part": "half a picture"} {
		name = filepath.Join(c.Config.MediaDir, name)
		must(t, os.MkdirAll(filepath.Dir(name), 0o750))
		must(t, os.WriteFile(name, []byte(text), 0o640))
	}
	recipient, err := c.Vault.NewIdentity("of a test")
	must(t, err)
	b, err := os.ReadFile(filepath.Join(c.Config.VaultDir, recipient+".key"))
	must(t, err)
	i := bytes.Index(b, []byte("AGE-SECRET-KEY-"))
	c.key = strings.TrimSpace(string(b[i:]))
	return c
}

func (c *copied) take(t *testing.T) {
	t.Helper()
	var err error
	c.out, err = palier(t, slices.Concat([]string{"backup"}, c.flags(), []string{c.backup + "/"})...)
	must(t, err)
}

// files are what a backup holds, by name.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[e.IsDir()]; info.Mode().Perm() != want {
			t.Errorf("%s can be opened by others: %s", path, info.Mode())
		}
		if e.IsDir() {
			return nil
		}
		b, err := os.ReadFile(path)
		name, relErr := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(b)
		return errors.Join(err, relErr)
	}))
	return all
}

func eachEngine(t *testing.T, test func(t *testing.T, engine store.Engine)) {
	t.Helper()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, engine)
		})
	}
}

// A backup is taken while neighbours write, and is of one moment: of what was
// written one after the other, it has all up to some of it, and nothing after.
func TestABackupIsOfOneMomentAndMakesAServer(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		c := backUp(t, engine)
		rue := c.Place("rue", "neighbourhood")
		amina := c.Resident("amina", rue)
		first := c.Post(amina, rue.ID, instance.ToPublic, "n° 0")
		written, writing := []string{"n° 0"}, make(chan struct{})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			for i := 1; ctx.Err() == nil; i++ {
				text := fmt.Sprintf("n° %d", i)
				if _, err := c.Posts.Publish(t.Context(), instance.Viewer{ID: amina.ID}, instance.Draft{Text: text, Audience: instance.ToPublic, Language: "fr"}); err != nil {
					ended <- err
					return
				}
				written = append(written, text)
				if i == 3 {
					close(writing)
				}
			}
			ended <- nil
		}()
		select {
		case <-writing:
		case err := <-ended:
			t.Fatalf("nothing was written: %v", err)
		}
		c.take(t)
		stop()
		must(t, <-ended)

		held := files(t, c.backup)
		if len(held) != 4 || held["media/ab/picture.jpg"] != "a picture" {
			t.Errorf("the backup has %d files", len(held))
		}
		for name, text := range held {
			if strings.Contains(text, c.key) {
				t.Errorf("a key stands in %s", name)
			}
		}
		if !strings.Contains(c.out, c.Config.VaultDir) || !strings.Contains(c.out, "no backup") {
			t.Errorf("of keys it says nothing: %s", c.out)
		}
		if out, err := palier(t, "backup", "verify", c.backup); err != nil || !strings.Contains(out, c.URL) {
			t.Errorf("verify: %s, %v", out, err)
		}

		to := storetest.EmptyURL(t, engine)
		media := filepath.Join(t.TempDir(), "media")
		target := []string{"--database=" + to, "--url=" + c.URL, "--media=" + media + "/", "--vault=" + c.Config.VaultDir, c.backup}
		if out, err := palier(t, append([]string{"restore"}, target...)...); err != nil || !strings.Contains(out, c.URL) {
			t.Fatalf("restore: %s, %v", out, err)
		}
		if b, err := os.ReadFile(filepath.Join(media, "ab/picture.jpg")); err != nil || string(b) != "a picture" {
			t.Errorf("the picture is %q, %v", b, err)
		}
		settings := c.Config
		settings.Database, settings.MediaDir = to, media
		again, err := app.Open(t.Context(), settings, app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, NewKey: apptest.NewKeys().New, PasswordCost: apptest.Cheap})
		must(t, err)
		t.Cleanup(func() { must(t, again.Close()) })
		if p, err := again.Posts.ByID(t.Context(), instance.Viewer{}, first.ID); err != nil || !strings.Contains(p.Content, "n° 0") {
			t.Errorf("the first post is %+v, %v", p, err)
		}
		got := texts(t, again.DB)
		if len(got) < 3 || len(got) > len(written) || !slices.Equal(got, written[:len(got)]) {
			t.Errorf("restored are %q of %d that were written", got, len(written))
		}
		if _, err := palier(t, append([]string{"restore"}, target...)...); !errors.Is(err, backups.ErrNotEmpty) {
			t.Errorf("restored over a server: %v", err)
		}
	})
}

// texts are those of all posts, in the order in which they were written.
func texts(t *testing.T, db *store.DB) (list []string) {
	t.Helper()
	rows, err := db.Read().Query(t.Context(), `SELECT content FROM posts ORDER BY id`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var text string
		must(t, rows.Scan(&text))
		list = append(list, strings.TrimSuffix(strings.TrimPrefix(text, "<p>"), "</p>"))
	}
	must(t, rows.Err())
	return list
}

// Whatever byte of a backup is another one, and whatever is missing or was put
// there, is named, and nothing is made of such a backup.
func TestWhatWasChangedInABackupIsNamed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		c := backUp(t, engine)
		c.take(t)
		for name, text := range files(t, c.backup) {
			for _, at := range []int{0, len(text) / 2, len(text) - 1} {
				b := []byte(text)
				b[at] ^= 1
				damaged(t, c, name, func(path string) error { return os.WriteFile(path, b, 0o600) })
			}
			damaged(t, c, name, func(path string) error { return os.WriteFile(path, []byte(text[1:]), 0o600) })
			damaged(t, c, name, os.Remove)
			must(t, os.WriteFile(filepath.Join(c.backup, filepath.FromSlash(name)), []byte(text), 0o600))
		}
		extra := filepath.Join(c.backup, "media", "another.jpg")
		must(t, os.WriteFile(extra, []byte("x"), 0o600))
		damaged(t, c, "media/another.jpg", func(string) error { return nil })
		must(t, os.Remove(extra))
		if _, err := palier(t, "backup", "verify", c.backup); err != nil {
			t.Errorf("mended: %v", err)
		}
	})
}

func damaged(t *testing.T, c *copied, name string, damage func(path string) error) {
	t.Helper()
	must(t, damage(filepath.Join(c.backup, filepath.FromSlash(name))))
	into := t.TempDir()
	_, err := palier(t, "backup", "verify", c.backup)
	_, restored := palier(t, "restore", "--database=sqlite:"+filepath.Join(into, "palier.db"), "--media="+filepath.Join(into, "media"), c.backup)
	for _, err := range []error{err, restored} {
		// The sum of a manifest says that one of the two is not the other's.
		if err == nil || !strings.Contains(err.Error(), name) && name != "manifest.sha256" {
			t.Errorf("%s was damaged: %v", name, err)
		}
	}
	if left, err := os.ReadDir(into); err != nil || len(left) > 0 {
		t.Errorf("of a damaged backup was left %v, %v", left, err)
	}
}

// A backup that cannot be made says why, and leaves nothing behind.
func TestWhyABackupIsNotMade(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		c := backUp(t, engine)
		take := func(more ...string) error {
			_, err := palier(t, slices.Concat([]string{"backup"}, c.flags(), more)...)
			return err
		}
		full := t.TempDir()
		must(t, os.WriteFile(filepath.Join(full, "letter"), nil, 0o600))
		if err := take(full); !errors.Is(err, backups.ErrThere) {
			t.Errorf("where something is: %v", err)
		}
		if err := take(filepath.Join(c.Config.VaultDir, "backup")); !errors.Is(err, backups.ErrKeys) {
			t.Errorf("beside the keys: %v", err)
		}
		if err := take(filepath.Join(c.Config.MediaDir, "backup")); err == nil {
			t.Error("it had itself in it")
		}
		link := filepath.Join(t.TempDir(), "link")
		must(t, os.Symlink(c.Config.MediaDir, link))
		if err := take("--vault="+filepath.Join(link, "keys"), c.backup); !errors.Is(err, backups.ErrKeys) {
			t.Errorf("keys among the pictures: %v", err)
		}
		if err := take("--database=sqlite:"+filepath.Join(full, "none.db"), c.backup); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("of no server: %v", err)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if _, err := app.Backup(stopped, c.Config, c.backup, app.Options{Now: time.Now}); !errors.Is(err, context.Canceled) {
			t.Errorf("told to stop: %v", err)
		}
		for _, dir := range []string{full, filepath.Dir(c.backup), c.Config.VaultDir} {
			entries, err := os.ReadDir(dir)
			if len(entries) > 1 || err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("left in %s: %v, %v", dir, entries, err)
			}
		}
		c.take(t)
		other := storetest.EmptyURL(t, map[store.Engine]store.Engine{store.SQLite: store.Postgres, store.Postgres: store.SQLite}[engine])
		if _, err := palier(t, "restore", "--database="+other, "--media="+filepath.Join(full, "media"), c.backup); !errors.Is(err, backups.ErrOtherEngine) {
			t.Errorf("on the other engine: %v", err)
		}
		to := storetest.EmptyURL(t, engine)
		if _, err := palier(t, "restore", "--database="+to, "--media="+full, c.backup); !errors.Is(err, backups.ErrNotEmpty) {
			t.Errorf("over pictures: %v", err)
		}
		settings := c.Config
		settings.Database, settings.MediaDir = to, filepath.Join(t.TempDir(), "media")
		past := func() time.Time { return time.Now().Add(-time.Hour) }
		if _, err := app.Restore(t.Context(), settings, c.backup, app.Options{Now: past}); !errors.Is(err, backups.ErrClock) {
			t.Errorf("by a clock that is behind: %v", err)
		}
		if _, err := app.Restore(t.Context(), settings, c.backup, app.Options{Now: time.Now}); err != nil {
			t.Errorf("what was refused left something: %v", err)
		}
	})
}

func TestWithoutTheProgramsOfPostgreSQLABackupSaysWhatIsMissing(t *testing.T) {
	url := storetest.URL(t, store.Postgres)
	t.Setenv("PATH", t.TempDir())
	to := t.TempDir()
	_, err := palier(t, "backup", "--database="+url, filepath.Join(to, "backup"))
	if !errors.Is(err, store.ErrNoProgram) || !strings.Contains(err.Error(), "pg_dump is not in PATH") {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(to); err != nil || len(left) > 0 {
		t.Errorf("left was %v, %v", left, err)
	}
}
