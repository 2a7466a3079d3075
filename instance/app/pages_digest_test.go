package app_test

import (
	"net/http"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

const saveNotices = "form[action='/settings/notices'] button"

func TestTheDigestPageTellsWhatWasSaidNearMe(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		eve := v.Resident("eve", v.centre)
		v.Post(v.cem, v.centre.ID, instance.ToNeighbourhood, "Le chat est revenu")
		b := v.SignedIn(eve)
		p := b.Open("/digest")
		if got := p.Words("main"); !strings.Contains(got, "Nouvelles") || !strings.Contains(got, "Le chat est revenu") || !strings.Contains(got, "Vous êtes à jour") {
			t.Errorf("digest: %s", got)
		}
		if got := v.SignedIn(v.cem).Open("/digest").Words("main"); strings.Contains(got, "chat") {
			t.Errorf("one's own words in the digest: %s", got)
		}
	})
}

func TestWhatComesByMailIsForEachToSay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		eve := v.Resident("eve", v.centre)
		b := v.SignedIn(eve)
		p := b.Press(b.Open("/settings/notices"), saveNotices, apptest.Fields{"often": {"weekly"}, "weekday": {"3"}, "hour": {"18"}, "at-once": {"direct"}, "most": {"1"}})
		if p.Status != http.StatusOK || !p.Has("[value=weekly][checked]") || !p.Has("#weekday [value='3'][selected]") || !p.Has("#at-once-direct[checked]") || p.Has("#at-once-replies[checked]") {
			t.Fatalf("saved: %d %s", p.Status, p.Words("main"))
		}
		mine := v.Post(eve, v.centre.ID, instance.ToNeighbourhood, "Qui a une échelle ?")
		other := v.SignedIn(v.cem)
		other.Post("/@eve/"+mine.ID.String()+"/reply", apptest.Fields{"text": {"@eve moi"}})
		other.Post("/messages", apptest.Fields{"to": {"eve"}, "text": {"Sonnez deux fois"}})
		other.Post("/messages", apptest.Fields{"to": {"eve"}, "text": {"Ou trois"}})
		apptest.Settle(t, v.Server)
		letters := v.Letters(eve.Email)
		if len(letters) != 1 || strings.Contains(letters[0].Text, "Sonnez") || !strings.Contains(letters[0].Text, "le reste attend") {
			t.Fatalf("letters of a reply and two messages: %+v", letters)
		}

		// Whoever holds the letter stops it, without signing in.
		stop := strings.TrimPrefix(letters[0].Stop, v.Site.Base())
		nobody := v.Browser()
		if p := nobody.Open(stop); p.Status != http.StatusOK || !p.Has("form[method=post] button") || p.Has("[role=status]") {
			t.Errorf("page to stop: %d %s", p.Status, p.Words("main"))
		}
		if p := nobody.Open(stop + "x"); p.Status != http.StatusNotFound {
			t.Errorf("a link that is none of ours: %d", p.Status)
		}
		if got := len(v.Letters(eve.Email)); got != 1 {
			t.Errorf("looking at the page left %d letters", got)
		}
		r := nobody.Request(http.MethodPost, stop, "application/x-www-form-urlencoded", []byte("List-Unsubscribe=One-Click"))
		r.Header.Del("Origin")
		if p := nobody.Do(r); p.Status != http.StatusNoContent {
			t.Errorf("one click: %d", p.Status)
		}
		if p := nobody.Open(stop); !p.Has("[role=status]") {
			t.Errorf("after it: %s", p.Words("main"))
		}
		if got := v.Letters(eve.Email); len(got) != 0 {
			t.Errorf("still waiting: %+v", got)
		}
		if p := b.Open("/settings/notices"); p.Has("#at-once-direct[checked]") || !p.Has("[value=weekly][checked]") {
			t.Error("the link stopped the wrong letters")
		}
	})
}
