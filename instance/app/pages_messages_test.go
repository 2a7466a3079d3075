package app_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/apptest"
	"palier/instance/store"
)

func TestPrivateMessagesGoBackAndForth(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		cem, dora := v.SignedIn(v.cem), v.SignedIn(v.dora)
		eve := v.SignedIn(v.Resident("eve", v.centre))
		write := cem.Open("/@dora").Find(".profile a[href^='/messages/new']").AttrOr("href", "")
		sent := cem.Press(cem.Open(write), "form[action='/messages'] button", apptest.Fields{"text": {"As-tu une échelle ?"}})
		if sent.Status != http.StatusOK || !sent.Has(".flash") || !cmp.Equal(sent.List(".post-text"), []string{"@dora As-tu une échelle ?"}) {
			t.Fatalf("sent: %d at %s: %q", sent.Status, sent.Path, sent.List(".post-text"))
		}
		if got := dora.Open("/home").Words(".me-menu a[href='/messages'] .tally"); got != "1" {
			t.Errorf("the menu counts %q", got)
		}
		list := dora.Open("/messages")
		if got := list.List(".rows .name"); !cmp.Equal(got, []string{"cem"}) || !list.Has(".rows .badge") {
			t.Fatalf("conversations: %q", got)
		}
		thread := dora.Open(list.Find(".rows .name").AttrOr("href", ""))
		answered := dora.Press(thread, "#reply button", apptest.Fields{"text": {"Oui, passe ce soir"}})
		if got := answered.List(".post-text"); !cmp.Equal(got, []string{"@dora As-tu une échelle ?", "@cem Oui, passe ce soir"}) {
			t.Errorf("answered: %q", got)
		}
		if dora.Open("/messages").Has(".rows .badge") {
			t.Error("what was read is new")
		}
		// Whoever wrote last can go on, and still reaches the other.
		again := dora.Press(dora.Open(answered.Path), "#reply button", apptest.Fields{"text": {"Ou demain"}})
		if len(again.List(".post-text")) != 3 || !cmp.Equal(cem.Open("/messages").List(".rows .notice-excerpt"), []string{"@cem Ou demain"}) {
			t.Errorf("went on: %q, the other reads %q", again.List(".post-text"), cem.Open("/messages").List(".rows .notice-excerpt"))
		}
		if got := eve.Open("/messages"); got.Has(".rows") {
			t.Error("a stranger to it has it in their list")
		}
		for _, got := range []*apptest.Page{eve.Open(thread.Path), eve.Post(thread.Path, apptest.Fields{"text": {"coucou"}}), eve.Post(thread.Path+"/delete", nil), cem.Open(thread.Path)} {
			if got.Status != http.StatusNotFound {
				t.Errorf("somebody else's conversation: %d at %s", got.Status, got.Path)
			}
		}
		empty := dora.Press(dora.Open(thread.Path), "#reply button", apptest.Fields{"text": {" "}})
		if empty.Status != http.StatusUnprocessableEntity || !empty.Has("#text-problem") {
			t.Errorf("nothing to send: %d", empty.Status)
		}
		gone := dora.Press(dora.Open(thread.Path), "form[action$='/delete'] button", nil)
		if gone.Path != "/messages" || gone.Has(".rows") || !cem.Open("/messages").Has(".rows") {
			t.Errorf("taken out: at %s", gone.Path)
		}
		for _, to := range []string{"personne", "centre", "cem", ""} {
			if got := cem.Open("/messages/new?to=" + to); got.Status != http.StatusNotFound {
				t.Errorf("to %q: %d", to, got.Status)
			}
		}
	})
}
