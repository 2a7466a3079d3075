package app_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// listens opens the event stream that a page names, and returns what comes on it.
func listens(t *testing.T, v *village, who *apptest.Browser, page string) <-chan string {
	t.Helper()
	path, ok := who.Open(page).Find("[data-live]").Attr("data-live")
	if !ok {
		t.Fatalf("%s names no stream", page)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range who.Cookies() {
		r.AddCookie(c)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(res.Body)
	if !lines.Scan() {
		t.Fatal("the stream does not begin")
	}
	came := make(chan string, 64)
	go func() {
		defer close(came)
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				came <- name
			}
		}
	}()
	return came
}

func nextOn(t *testing.T, came <-chan string) string {
	t.Helper()
	select {
	case name := <-came:
		return name
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
	}
	panic("unreachable")
}

func TestPagesHearWhatComes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		first := v.Post(v.amina, v.centre.ID, instance.ToNeighbourhood, "Qui a une échelle ?")
		bo := v.SignedIn(v.bo)
		thread := "/@amina/" + first.ID.String()
		home, place, talk := listens(t, v, bo, "/home"), listens(t, v, bo, "/@centre"), listens(t, v, bo, thread)
		stranger := listens(t, v, v.SignedIn(v.dora), "/@centre")
		own := listens(t, v, v.SignedIn(v.amina), "/@centre")

		v.Post(v.amina, v.centre.ID, instance.ToNeighbourhood, "Et un marteau ?")
		for name, came := range map[string]<-chan string{"home": home, "place": place} {
			if got := nextOn(t, came); got != "post" {
				t.Errorf("%s hears %q", name, got)
			}
		}
		_, err := v.Posts.Publish(t.Context(), v.Viewer(v.cem), instance.Draft{Text: "Moi !", ReplyTo: first.ID, Language: "fr"})
		if err != nil {
			t.Fatal(err)
		}
		if got := nextOn(t, talk); got != "post" {
			t.Errorf("the thread hears %q", got)
		}
		// What everyone may read comes to a stranger first: nothing came before.
		v.Post(v.cem, v.centre.ID, instance.ToPublic, "Fête dimanche")
		for name, came := range map[string]<-chan string{"a stranger": stranger, "the author of the others": own} {
			if got := nextOn(t, came); got != "post" {
				t.Errorf("%s hears %q", name, got)
			}
			if len(came) > 0 {
				t.Errorf("%s hears more: %q", name, <-came)
			}
		}
	})
}

func TestOnlyPagesOfSomebodyHearWhatComes(t *testing.T) {
	t.Parallel()
	v := newVillage(t, store.SQLite, nil)
	if v.Browser().Open("/@centre").Has("[data-live]") {
		t.Error("a visitor's page names a stream")
	}
	if p := v.Browser().Open("/live"); p.Path != "/signin?back=%2Flive" && p.Status != http.StatusUnauthorized {
		t.Errorf("a visitor gets %d at %s", p.Status, p.Path)
	}
	if v.SignedIn(v.bo).Open("/home?before=1").Has("[data-live]") {
		t.Error("a page further back names a stream")
	}
}

// TestG06_PagesHearNothingAfterSignOut.
func TestG06_PagesHearNothingAfterSignOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		bo := v.SignedIn(v.bo)
		home := listens(t, v, bo, "/home")
		other := v.SignedIn(v.bo)
		still := listens(t, v, other, "/home")
		began := time.Now()
		bo.Press(bo.Open("/home"), "form[action='/signout'] button", nil)
		for range home {
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the stream went on for %v", took)
		}
		v.Post(v.amina, v.tilleuls.ID, instance.ToBuilding, "Bonjour")
		if got := nextOn(t, still); got != "post" {
			t.Errorf("another browser of theirs hears %q", got)
		}
	})
}
