package app_test

import (
	"net/http"
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/store"
)

// TestH15_APosterLeadsToTheProgramme has a stranger print what a programme looks for: it
// leads to its public page by a code, and says nothing of any home.
func TestH15_APosterLeadsToTheProgramme(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		b := openBureau(t, apptest.Open(t, engine, nil), "toit")
		b.offer(2)
		path := "/programmes/" + b.programme.Group.ID.String()
		stranger := b.Browser()
		poster := stranger.Open(stranger.Open(path).Find("a[href$='/poster']").AttrOr("href", "/missing"))
		if poster.Status != http.StatusOK || !poster.Has("article svg") || !strings.Contains(poster.Words("article"), b.URL+path) {
			t.Fatalf("the poster: %d %s", poster.Status, poster.Words("main"))
		}
		for _, told := range []string{"Villeurbanne", "69266", "Casimir", "casimir"} {
			if strings.Contains(poster.Words("main"), told) {
				t.Errorf("the poster tells %q", told)
			}
		}
		if p := stranger.Open("/programmes/1/poster"); p.Status != http.StatusNotFound {
			t.Errorf("a programme that is not there: %d", p.Status)
		}
	})
}
