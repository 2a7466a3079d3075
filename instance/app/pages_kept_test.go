package app_test

import (
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store/storetest"
)

func TestAMessageIsKeptAndFoundAgain(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			s := apptest.Open(t, engine, nil)
			centre := s.Place("centre", "neighbourhood")
			amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
			p := s.Post(bo, centre.ID, instance.ToNeighbourhood, "Une échelle à prêter")
			b := s.SignedIn(amina)
			path := "/@bo/" + p.ID.String()
			if b.Open("/kept").Has("article.post") {
				t.Error("something is kept that nobody kept")
			}
			b.Press(b.Open(path), "button[formaction='"+path+"/keep']", nil)
			kept := b.Open("/kept")
			if kept.Status != 200 || !kept.Has("article#p"+p.ID.String()) {
				t.Errorf("kept: %d %s", kept.Status, kept.Words("main"))
			}
			if s.SignedIn(bo).Open("/kept").Has("article.post") {
				t.Error("others see what she keeps")
			}
			b.Press(kept, "button[formaction='"+path+"/unkeep']", nil)
			if b.Open("/kept").Has("article.post") {
				t.Error("it is still kept")
			}
		})
	}
}
