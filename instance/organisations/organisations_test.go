package organisations_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/buildings"
	"palier/instance/organisations"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/timelines"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func opened(v *apptest.Village, place instance.Neighbourhood, agent instance.Account, name string, sort instance.OrganisationSort) instance.Organisation {
	v.T.Helper()
	o, err := v.Organisations.Open(v.T.Context(), organisations.Plan{Username: name, Title: name, Sort: sort, Place: place.ID, Agent: agent.ID})
	if err != nil {
		v.T.Fatal(err)
	}
	return o
}

func announce(v *apptest.Village, by instance.Account, o instance.Organisation, text string) (*instance.Post, error) {
	return v.Organisations.Announce(v.T.Context(), by, o.ID, organisations.Announcement{Text: text, Language: "fr", Until: v.Clock.Now().Add(48 * time.Hour)})
}

func code(err error) string {
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok {
		return invalid.Code
	}
	return ""
}

// readsNothingOfTheSpace fails if somebody who acts for an organisation sees in the
// space of a house what its residents did not address to that.
func readsNothingOfTheSpace(v *apptest.Village, clerk instance.Viewer, house instance.ActorID, paper instance.ID) {
	v.T.Helper()
	ctx := v.T.Context()
	r, err := v.Buildings.Enter(ctx, clerk, house)
	if errors.Is(err, instance.ErrNotFound) {
		return
	}
	if err != nil || r.Resident {
		v.T.Fatalf("who acts for it comes in as %+v, %v", r, err)
	}
	works, err1 := v.Buildings.Works(ctx, r)
	meetings, err2 := v.Buildings.Meetings(ctx, r)
	incidents, err3 := v.Buildings.Incidents(ctx, r, 0, 10)
	papers, err4 := v.Buildings.Documents(ctx, r, 0, 10)
	polls, err5 := v.Buildings.Polls(ctx, r)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		v.T.Fatal(err)
	}
	if n := len(works) + len(meetings) + len(incidents) + len(papers) + len(polls); n != 0 {
		v.T.Errorf("who acts for it reads %d things of the residents", n)
	}
	if _, _, err := v.Buildings.Document(ctx, r, paper); !errors.Is(err, instance.ErrNotFound) {
		v.T.Errorf("who acts for it opens a paper of the residents: %v", err)
	}
}

// A council, a syndic and whoever acts for them read what is for neighbours only
// where they live themselves.
func TestTheCouncilAndTheSyndicReadNoTalkOfResidents(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan := v.Place("dinan", "commune")
		port := v.Place("port", "neighbourhood", dinan)
		tilleuls := v.Place("tilleuls", "building", port)
		amina, clerk := v.Resident("amina", tilleuls), v.Person("clerk")
		for _, o := range []instance.Organisation{opened(v, dinan, clerk, "mairie", instance.Council), opened(v, tilleuls, clerk, "syndic", instance.Syndic)} {
			talk := []*instance.Post{
				v.Post(amina, tilleuls, instance.ToBuilding, "le syndic ne répond pas #talk"),
				v.Post(amina, port, instance.ToNeighbourhood, "la mairie ne répond pas #talk"),
				v.Post(amina, port, instance.ToAround, "qui vient au conseil #talk"),
			}
			if err := v.Places.SetStanding(ctx, tilleuls.ID, o.ID, 0, instance.Verified); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%s lives in a house: %v", o.Username, err)
			}
			if err := v.Places.SetModerator(ctx, port.ID, o.ID, true); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s looks after a place: %v", o.Username, err)
			}
			paper, err := v.Buildings.Add(ctx, v.Viewer(amina), tilleuls.ID, 0, instance.DocumentPlan{Title: "entre nous", Content: []byte("%PDF-1.7")})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Buildings.Report(ctx, v.Viewer(amina), tilleuls.ID, buildings.Telling{}, instance.IncidentPlan{What: "entre nous"}); err != nil {
				t.Fatal(err)
			}
			v.Poll(amina, tilleuls, "On change de syndic ? #talk")
			readsNothingOfTheSpace(v, v.Viewer(clerk), tilleuls.ID, paper)
			itself, err := v.Places.Viewer(ctx, o.ID)
			if err != nil || len(itself.Inner)+len(itself.Around)+len(itself.Tends) != 0 {
				t.Errorf("%s as a reader: %+v, %v", o.Username, itself, err)
			}
			for who, viewer := range map[string]instance.Viewer{o.Username: itself, "who acts for it": v.Viewer(clerk)} {
				for _, p := range talk {
					if _, err := v.Posts.ByID(ctx, viewer, p.ID); !errors.Is(err, instance.ErrNotFound) {
						t.Errorf("%s reads %q: %v", who, p.Source, err)
					}
				}
				lists := map[string]func() ([]timelines.Entry, instance.ID, error){
					"the commune": func() ([]timelines.Entry, instance.ID, error) {
						return v.Timelines.Place(ctx, viewer, dinan.ID, timelines.Narrow{}, timelines.Page{})
					},
					"the neighbourhood": func() ([]timelines.Entry, instance.ID, error) {
						return v.Timelines.Place(ctx, viewer, port.ID, timelines.Narrow{}, timelines.Page{})
					},
					"the house": func() ([]timelines.Entry, instance.ID, error) {
						return v.Timelines.Place(ctx, viewer, tilleuls.ID, timelines.Narrow{}, timelines.Page{})
					},
					"the home feed": func() ([]timelines.Entry, instance.ID, error) {
						return v.Timelines.Home(ctx, viewer, timelines.Page{})
					},
					"the neighbour's page": func() ([]timelines.Entry, instance.ID, error) {
						return v.Timelines.Person(ctx, viewer, amina.ID, timelines.Narrow{}, timelines.Page{})
					},
					"the hashtag": func() ([]timelines.Entry, instance.ID, error) {
						return v.Timelines.Tag(ctx, viewer, "talk", timelines.Narrow{}, timelines.Page{})
					},
					"what is public": func() ([]timelines.Entry, instance.ID, error) {
						return v.Timelines.Public(ctx, viewer, timelines.Narrow{}, timelines.Page{})
					},
				}
				for where, read := range lists {
					entries, _, err := read()
					if err != nil || len(entries) != 0 {
						t.Errorf("%s reads %d in %s, %v", who, len(entries), where, err)
					}
				}
			}
			var feeds int
			err = db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM home_entries WHERE owner_id IN ($1, $2)`, o.ID, clerk.ID).Scan(&feeds)
			if err != nil || feeds != 0 {
				t.Errorf("%d lines in feeds, %v", feeds, err)
			}
		}
		// Who also lives there reads as the neighbour they are.
		v.Verify(clerk, tilleuls)
		v.Post(amina, tilleuls, instance.ToBuilding, "réunion au rez-de-chaussée")
		if got := v.Shown(tilleuls, v.Viewer(clerk)); len(got) == 0 {
			t.Error("a neighbour who acts for the syndic reads nothing at home")
		}
	})
}

func TestANoticeIsForEveryoneAndAnsweredByNobody(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		port := v.Place("port", "neighbourhood")
		amina, clerk, dora := v.Resident("amina", port), v.Person("clerk"), v.Person("dora")
		o := opened(v, port, clerk, "epicerie", instance.Shop)
		if _, err := v.People.Follow(ctx, amina.ID, port.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := announce(v, dora, o, "moi"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger announces: %v", err)
		}
		p, err := announce(v, clerk, o, "Arrivage d’huîtres")
		if err != nil {
			t.Fatal(err)
		}
		if p.Author.ID != o.ID || p.Kind != instance.KindNotice || p.Audience != instance.ToPublic {
			t.Errorf("notice: by %s, %s for %s", p.Author.Username, p.Kind, p.Audience)
		}
		if got := v.Home(amina); !slices.Equal(got, []string{"Arrivage d’huîtres"}) {
			t.Errorf("a neighbour's feed: %q", got)
		}
		shown, err := v.Organisations.NoticesAt(ctx, port.ID, 5)
		if err != nil || len(shown) != 1 || shown[0].Notice == nil || shown[0].Notice.Sort != instance.Shop {
			t.Errorf("notices in the place: %+v, %v", shown, err)
		}
		_, err = v.Posts.Publish(ctx, v.Viewer(amina), instance.Draft{Text: "combien ?", ReplyTo: p.ID})
		if code(err) != "no-replies" {
			t.Errorf("answered in the open: %v", err)
		}
		v.Clock.Advance(72 * time.Hour)
		if shown, err = v.Organisations.Notices(ctx, o.ID, 5); err != nil || len(shown) != 0 {
			t.Errorf("a notice that holds no more: %d, %v", len(shown), err)
		}
	})
}

func TestNoticesKeepToTheRules(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		port := v.Place("port", "neighbourhood")
		clerk := v.Person("clerk")
		shop, council := opened(v, port, clerk, "epicerie", instance.Shop), opened(v, port, clerk, "mairie", instance.Council)
		set := func(r instance.Rules) {
			t.Helper()
			if err := v.Rules.Set(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		set(instance.Rules{ShopNotices: true, NoticesAMonth: 2})
		for i, want := range []string{"", "", "too-many-notices"} {
			if _, err := announce(v, clerk, shop, "a"); code(err) != want {
				t.Errorf("notice %d of a shop: %v", i+1, err)
			}
		}
		v.Clock.Advance(31 * 24 * time.Hour)
		if _, err := announce(v, clerk, shop, "b"); err != nil {
			t.Errorf("a month later: %v", err)
		}
		set(instance.Rules{NoticesAMonth: 2})
		if _, err := announce(v, clerk, shop, "c"); code(err) != "no-shops" {
			t.Errorf("where shops have none: %v", err)
		}
		now := v.Clock.Now()
		set(instance.Rules{ElectionFrom: now.Add(-time.Hour), ElectionUntil: now.Add(time.Hour)})
		if _, err := announce(v, clerk, council, "d"); code(err) != "election" {
			t.Errorf("a council while people vote: %v", err)
		}
		v.Clock.Advance(2 * time.Hour)
		if _, err := announce(v, clerk, council, "e"); err != nil {
			t.Errorf("a council after that: %v", err)
		}
		if _, err := v.Organisations.Announce(ctx, clerk, council.ID, organisations.Announcement{Text: "x", Until: now}); code(err) != "malformed" {
			t.Errorf("until yesterday: %v", err)
		}
		if err := v.Rules.Set(ctx, instance.Rules{PostsADay: -1}); code(err) != "out-of-range" {
			t.Errorf("fewer than none: %v", err)
		}
	})
}

func TestQuestionsAreForWhoActsForIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		port := v.Place("port", "neighbourhood")
		amina, bo, clerk := v.Resident("amina", port), v.Resident("bo", port), v.Person("clerk")
		boss := v.Person("boss")
		boss.Role = instance.Admin
		o := opened(v, port, clerk, "mairie", instance.Council)
		for range 2 { // pressed twice
			if err := v.Organisations.Ask(ctx, amina.ID, organisations.Ask{To: o.ID, Text: "Et le trottoir ?", Once: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		for _, who := range []instance.Account{bo, boss, amina} {
			if _, err := v.Organisations.Box(ctx, who, o.ID, 0, 10); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s reads the box: %v", who.Username, err)
			}
		}
		box, err := v.Organisations.Box(ctx, clerk, o.ID, 0, 10)
		if err != nil || len(box) != 1 || box[0].Text != "Et le trottoir ?" || box[0].Asker.ID != amina.ID || box[0].AskedAt.IsZero() {
			t.Fatalf("the box: %+v, %v", box, err)
		}
		if err := v.Organisations.Answer(ctx, bo, box[0].ID, "moi"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("bo answers: %v", err)
		}
		if err := v.Organisations.Answer(ctx, clerk, box[0].ID, "En mars."); err != nil {
			t.Fatal(err)
		}
		mine, err := v.Organisations.Asked(ctx, amina.ID, o.ID, 0, 10)
		if err != nil || len(mine) != 1 || mine[0].Answer != "En mars." || mine[0].AnsweredAt.IsZero() {
			t.Errorf("who asked reads %+v, %v", mine, err)
		}
		if others, err := v.Organisations.Asked(ctx, bo.ID, o.ID, 0, 10); err != nil || len(others) != 0 {
			t.Errorf("others read %+v, %v", others, err)
		}
		for i := range organisations.MaxOpen + 1 {
			err := v.Organisations.Ask(ctx, bo.ID, organisations.Ask{To: o.ID, Text: "encore"})
			if want := map[bool]string{true: "too-many-questions"}[i == organisations.MaxOpen]; code(err) != want {
				t.Errorf("question %d: %v", i+1, err)
			}
		}
	})
}

func TestWhoActsForAnOrganisation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		port := v.Place("port", "neighbourhood")
		clerk, marie, bo := v.Person("clerk"), v.Person("marie"), v.Person("bo")
		o, club := opened(v, port, clerk, "mairie", instance.Council), opened(v, port, clerk, "club", instance.Association)
		if err := v.Organisations.SetAgent(ctx, bo, o.ID, bo.ID, true); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("bo acts for it by himself: %v", err)
		}
		if err := v.Organisations.SetAgent(ctx, clerk, o.ID, clerk.ID, false); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("the last one goes: %v", err)
		}
		if err := v.Organisations.SetAgent(ctx, clerk, o.ID, marie.ID, true); err != nil {
			t.Fatal(err)
		}
		if err := v.Organisations.Elect(ctx, marie, o.ID, bo.ID, "Maire"); err != nil {
			t.Fatal(err)
		}
		if err := v.Organisations.Elect(ctx, clerk, club.ID, bo.ID, "Président"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a club elects: %v", err)
		}
		if err := v.Organisations.Elect(ctx, bo, o.ID, bo.ID, "Roi"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("bo elects bo: %v", err)
		}
		offices, err := v.Organisations.Offices(ctx, bo.ID)
		if err != nil || len(offices) != 1 || offices[0].Title != "Maire" || offices[0].Council.ID != o.ID {
			t.Errorf("offices: %+v, %v", offices, err)
		}
		mine, err := v.Organisations.For(ctx, clerk.ID)
		if err != nil || len(mine) != 2 {
			t.Errorf("clerk acts for %+v, %v", mine, err)
		}
	})
}

func TestC23_AnAlertIsPublishedBySomebodyElse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		town := v.Place("dinan", "commune")
		port := v.Place("port", "neighbourhood", town)
		mayor, clerk, dora := v.Person("mayor"), v.Person("clerk"), v.Resident("dora", port)
		council, shop := opened(v, town, mayor, "mairie", instance.Council), opened(v, port, clerk, "epicerie", instance.Shop)
		warning := func(level instance.NoticeLevel, text string) organisations.Announcement {
			return organisations.Announcement{Title: text, Text: text, Language: "fr", Level: level, Until: v.Clock.Now().Add(48 * time.Hour)}
		}
		if _, err := v.Organisations.Announce(ctx, clerk, shop.ID, warning(instance.LevelImportant, "soldes")); code(err) != "not-official" {
			t.Errorf("a shop is important: %v", err)
		}
		if _, err := v.Organisations.Announce(ctx, mayor, council.ID, warning(instance.LevelAlert, "crue")); code(err) != "second" {
			t.Errorf("an alert by one alone: %v", err)
		}
		if _, err := v.Organisations.Announce(ctx, mayor, council.ID, warning("panic", "crue")); code(err) != "unknown" {
			t.Errorf("a level that is none: %v", err)
		}
		if err := v.Organisations.PrepareAlert(ctx, mayor, council.ID, warning("", "crue")); code(err) != "nobody" {
			t.Errorf("nobody else acts for it: %v", err)
		}
		if err := v.Organisations.SetAgent(ctx, mayor, council.ID, clerk.ID, true); err != nil {
			t.Fatal(err)
		}
		// While people vote councils are silent, but for what is a danger.
		if err := v.Rules.Set(ctx, instance.Rules{NoticesAMonth: 1, ElectionFrom: v.Clock.Now().Add(-time.Hour), ElectionUntil: v.Clock.Now().Add(72 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if err := v.Organisations.PrepareAlert(ctx, mayor, council.ID, warning("", "crue")); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Organisations.Alerts(ctx, dora, council.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a neighbour sees what waits: %v", err)
		}
		waiting, err := v.Organisations.Alerts(ctx, clerk, council.ID)
		if err != nil || len(waiting) != 1 || waiting[0].Author.ID != mayor.ID || waiting[0].Text != "crue" {
			t.Fatalf("waiting: %+v, %v", waiting, err)
		}
		if on, err := v.Organisations.AlertsAt(ctx, port.ID); err != nil || len(on) != 0 {
			t.Errorf("before it is published: %v, %v", on, err)
		}
		if _, err := v.Organisations.PublishAlert(ctx, mayor, council.ID, waiting[0].ID); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("published by who wrote it: %v", err)
		}
		p, err := v.Organisations.PublishAlert(ctx, clerk, council.ID, waiting[0].ID)
		if err != nil || p.Audience != instance.ToPublic {
			t.Fatalf("published: %v, %v", p, err)
		}
		if _, err := v.Organisations.PublishAlert(ctx, clerk, council.ID, waiting[0].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("published twice: %v", err)
		}
		v.Clock.Advance(73 * time.Hour)
		if on, err := v.Organisations.AlertsAt(ctx, port.ID); err != nil || len(on) != 0 {
			t.Errorf("after it holds: %v, %v", on, err)
		}
		if _, err := v.Organisations.Announce(ctx, mayor, council.ID, warning(instance.LevelImportant, "eau coupée")); err != nil {
			t.Errorf("an alert counts among the notices of a month: %v", err)
		}
		if err := v.Organisations.PrepareAlert(ctx, clerk, council.ID, warning("", "gel")); err != nil {
			t.Fatal(err)
		}
		waiting, err = v.Organisations.Alerts(ctx, clerk, council.ID)
		if err != nil || len(waiting) != 1 {
			t.Fatalf("waiting: %v, %v", waiting, err)
		}
		frost, err := v.Organisations.PublishAlert(ctx, mayor, council.ID, waiting[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		// Alerts of the town stand on top of what lies within, the gravest first.
		on, err := v.Organisations.AlertsAt(ctx, port.ID)
		if err != nil || len(on) != 2 || on[0].ID != frost.ID || on[0].Notice.Level != instance.LevelAlert || on[1].Title != "eau coupée" {
			t.Errorf("in the neighbourhood: %+v, %v", on, err)
		}
		if err := v.Organisations.End(ctx, dora, council.ID, frost.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("ended by a neighbour: %v", err)
		}
		if err := v.Organisations.End(ctx, clerk, council.ID, frost.ID); err != nil {
			t.Fatal(err)
		}
		if on, err := v.Organisations.AlertsAt(ctx, port.ID); err != nil || len(on) != 1 {
			t.Errorf("ended: %v, %v", on, err)
		}
	})
}
