package app_test

import (
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/moderation"
	"palier/instance/store"
)

func TestI05_AForwardedReportNamesNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		p := n.building.Post(n.amina, n.tilleuls.ID, instance.ToPublic, "Vends tout")
		n.settle(t)
		target := n.town.Find(n.building.Handle("amina"))
		about := postByURI(t, n.town, p.URI)
		err := n.town.Moderation.Report(t.Context(), n.odette.ID, moderation.Complaint{
			Target: target.ID, Posts: []instance.PostID{about}, Category: moderation.Spam, Comment: "de la publicité", Forward: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		moderator := n.building.Resident("mo", n.tilleuls)
		reports, err := n.building.Moderation.Reports(t.Context(), moderator.ID, true, 0, 10)
		if err != nil || len(reports) != 1 {
			t.Fatalf("reports where the post is from: %d, %v", len(reports), err)
		}
		r, err := n.building.Moderation.ReportByID(t.Context(), moderator.ID, reports[0].ID)
		if err != nil || r.Target.ID != n.amina.ID || len(r.Posts) != 1 || r.Posts[0] != p.ID || r.Comment != "de la publicité" {
			t.Errorf("the report: %+v, %v", r, err)
		}
		if r.Reporter.URI != n.town.Site.ServerActor() {
			t.Errorf("comes from %s, want the server's own actor", r.Reporter.URI)
		}
		if n.building.Came("odette") || n.building.Came(n.odette.URI) {
			t.Error("who reports was told")
		}
	})
}

func TestReportsAboutLocalPeopleStayHere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		if err := s.Moderation.Report(t.Context(), amina.ID, moderation.Complaint{Target: bo.ID, Category: moderation.Other, Comment: strings.Repeat("x", 2001)}); err == nil {
			t.Error("an endless comment was taken")
		}
		if err := s.Moderation.Report(t.Context(), amina.ID, moderation.Complaint{Target: bo.ID, Category: moderation.Attack, Comment: "insultes", Forward: true}); err != nil {
			t.Fatal(err)
		}
		var sent int
		if err := s.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM activities WHERE kind = 'Flag'`).Scan(&sent); err != nil || sent != 0 {
			t.Errorf("%d reports written for other servers (%v)", sent, err)
		}
	})
}
