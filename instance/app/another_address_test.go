package app_test

import (
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestADatabaseIsThatOfOneAddress has somebody start a server, or a command for it,
// on the database of a server at another address, and be told which.
func TestADatabaseIsThatOfOneAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		database, media, keys := storetest.URL(t, engine), t.TempDir(), filepath.Join(t.TempDir(), "keys")
		open := func(at string) error {
			a, err := app.Open(t.Context(), keeping(database, at, media, keys), app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Version: "test"})
			if err != nil {
				return err
			}
			return a.Close()
		}
		for range 2 {
			if err := open("http://127.0.0.1:8180"); err != nil {
				t.Fatal(err)
			}
		}
		err := open("http://127.0.0.1:8181")
		if !errors.Is(err, instance.ErrConflict) || !strings.Contains(err.Error(), "that of http://127.0.0.1:8180/, and not of http://127.0.0.1:8181/") {
			t.Errorf("at another address: %v", err)
		}
	})
}
