package app_test

import (
	"net/http"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/store"
)

func TestANoticeboardFitsOnPaperAndLeadsBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		post := v.Post(v.cem, v.centre.ID, instance.ToPublic, "Fête dimanche sous la halle")
		v.Post(v.cem, v.centre.ID, instance.ToNeighbourhood, "Le code du portail a changé")
		b := v.Browser()
		p := b.Open("/g/centre/print")
		if got := p.Words("main"); p.Status != http.StatusOK || !strings.Contains(got, "Fête dimanche") || strings.Contains(got, "portail") {
			t.Fatalf("board: %d %s", p.Status, got)
		}
		if n := p.Find("svg.qr").Length(); n != 2 {
			t.Errorf("%d square codes, want one of the place and one of the post", n)
		}
		code := p.Words(".board-item .mono")
		if len(code) != 5 {
			t.Fatalf("code %q", code)
		}
		for _, typed := range []string{code, strings.ToLower(code)} {
			if got := b.Open("/g/centre/" + typed); got.Path != "/@cem/"+post.ID.String() || got.Status != http.StatusOK {
				t.Errorf("%s leads to %s, %d", typed, got.Path, got.Status)
			}
		}
		if got := b.Open("/g/port/" + code); got.Status != http.StatusNotFound {
			t.Errorf("the code in another place: %d", got.Status)
		}
		if p := v.SignedIn(v.cem).Open("/g/centre/print"); strings.Contains(p.Words("main"), "portail") {
			t.Error("paper tells what is for neighbours alone")
		}
	})
}
