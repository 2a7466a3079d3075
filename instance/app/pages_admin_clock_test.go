package app_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"palier/instance/app"
	"palier/instance/config"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// What others learn of our clock is the one we sign by (R15).
func TestR15_AnswersCarryTheTimeWeSignBy(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	c := config.Default()
	c.Database, c.MediaDir = storetest.URL(t, store.SQLite), filepath.Join(t.TempDir(), "media")
	a, err := app.Open(t.Context(), c, app.Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, path := range []string{"/", "/healthz", "/actor", "/nothing-here"} {
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if got := w.Header().Get("Date"); got != "Mon, 23 Nov 2026 09:30:00 GMT" {
			t.Errorf("%s is dated %q", path, got)
		}
	}
}
