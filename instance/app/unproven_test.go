package app_test

import (
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
)

// Who says where they live and has not shown it reads what is public and answers
// what the place says and who wrote to them, by page and by program alike; among
// neighbours they answer nothing until then (journey J1).
func TestJ1_WhoHasNotShownWhereTheyLiveAnswersNoNeighbour(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		ctx := t.Context()
		zoe, err := s.People.Create(ctx, people.Newcomer{Username: "zoe", Name: "Zoé", Email: "zoe@people.example", Password: apptest.Password})
		if err == nil {
			err = s.Places.SetStanding(ctx, s.rue.ID, zoe.ID, 0, instance.Declared)
		}
		if err != nil {
			t.Fatal(err)
		}
		post := s.Post(s.amina, s.rue.ID, instance.ToPublic, "Qui connaît un bon vélo ?")
		offer := proposes(t, s.Server, s.amina, s.rue.ID, instance.One, instance.One)
		toZoe := s.Post(s.amina, s.rue.ID, instance.ToPublic, "Bienvenue @zoe")
		official, err := s.Posts.Publish(ctx, instance.Viewer{ID: s.rue.ID}, instance.Draft{Text: "Coupure d’eau mardi", Audience: instance.ToPublic, Group: s.rue.ID})
		if err != nil {
			t.Fatal(err)
		}
		browser, program := s.SignedIn(zoe), s.Program(zoe, "read", "write")
		at := func(p *instance.Post) string { return "/@" + p.Author.Username + "/" + p.ID.String() }

		page := browser.Open(at(post))
		if page.Status != 200 || page.Has("#reply") || !strings.Contains(page.Words("#unproven"), "montrez d’abord que vous habitez ici") || !page.Has("#unproven a[href='/settings/places']") {
			t.Errorf("the post is %d: %s", page.Status, page.Words("main"))
		}
		if refused := browser.Post(at(post)+"/reply", apptest.Fields{"text": {"Moi"}}); refused.Status != 422 || !refused.Has("#unproven") {
			t.Errorf("an answer is %d", refused.Status)
		}
		if refused := program.Post("/api/v1/statuses", "status", "Moi", "in_reply_to_id", post.ID.String()); refused.Status != 422 || !strings.Contains(string(refused.Body), "montrez d’abord") {
			t.Errorf("by a program it is %d %s", refused.Status, string(refused.Body))
		}
		if refused := program.Post("/api/v1/statuses", "status", "@amina Moi", "in_reply_to_id", post.ID.String(), "visibility", "direct"); refused.Status != 422 {
			t.Errorf("in private it is %d %s", refused.Status, string(refused.Body))
		}
		if card := browser.Open(at(offer)); card.Has(".proposal a[href$='/take']") {
			t.Error("the offer invites to be taken")
		}
		if refused := browser.Post(at(offer)+"/take", apptest.Fields{}); refused.Status != 422 || !strings.Contains(refused.Words(".problems"), "montrez d’abord") {
			t.Errorf("taking is %d %s", refused.Status, refused.Words("main"))
		}
		for what, p := range map[string]*instance.Post{"what the place says": official, "who wrote to them": toZoe} {
			if open := browser.Open(at(p)); !open.Has("#reply") {
				t.Errorf("%s cannot be answered: %s", what, open.Words("main"))
			}
			if answer := program.Post("/api/v1/statuses", "status", "Merci", "in_reply_to_id", p.ID.String()); answer.Status != 200 {
				t.Errorf("the answer to %s is %d %s", what, answer.Status, string(answer.Body))
			}
		}

		if err := s.Places.SetStanding(ctx, s.rue.ID, zoe.ID, s.odette.ID, instance.Verified); err != nil {
			t.Fatal(err)
		}
		if page := browser.Open(at(post)); !page.Has("#reply") || page.Has("#unproven") {
			t.Error("once it is shown they cannot answer")
		}
		if answer := program.Post("/api/v1/statuses", "status", "Moi", "in_reply_to_id", post.ID.String()); answer.Status != 200 {
			t.Errorf("once it is shown an answer by a program is %d", answer.Status)
		}
	})
}
