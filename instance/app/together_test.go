package app_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"palier/instance/app"
	"palier/instance/config"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// A server and an operator's first command, or web and worker processes, may
// come to a new database at once.
func TestProcessesThatStartTogetherFoundOneServer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		c := config.Default()
		c.Database, c.MediaDir = storetest.URL(t, engine), filepath.Join(t.TempDir(), "media")
		var apps [4]*app.App
		var errs [len(apps)]error
		var all sync.WaitGroup
		for i := range apps {
			all.Go(func() {
				apps[i], errs[i] = app.Open(t.Context(), c, app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Version: "test"})
			})
		}
		all.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
		documents := map[string]bool{}
		for _, a := range apps {
			w := httptest.NewRecorder()
			a.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/actor", http.NoBody))
			documents[w.Body.String()] = true
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
		if len(documents) != 1 {
			t.Errorf("%d servers say who they are, want one: %v", len(documents), documents)
		}
	})
}
