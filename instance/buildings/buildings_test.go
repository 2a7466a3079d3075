package buildings_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/buildings"
	"palier/instance/organisations"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// house is a house with two residents, who manages it, and who has nothing to do
// with it.
type house struct {
	*apptest.Village

	tilleuls               instance.Neighbourhood
	amina, bo, clerk, dora instance.Account
	syndic                 instance.Organisation
}

func newHouse(t *testing.T, db *store.DB) house {
	t.Helper()
	v := apptest.NewVillage(t, db)
	port := v.Place("port", "neighbourhood")
	h := house{Village: v, tilleuls: v.Place("tilleuls", "building", port)}
	h.amina, h.bo, h.clerk, h.dora = v.Resident("amina", h.tilleuls), v.Resident("bo", h.tilleuls), v.Person("clerk"), v.Resident("dora", port)
	var err error
	h.syndic, err = v.Organisations.Open(t.Context(), organisations.Plan{Username: "syndic", Title: "Cabinet du Port", Sort: instance.Syndic, Place: h.tilleuls.ID, Agent: h.clerk.ID})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h house) reader(who instance.Account) buildings.Reader {
	h.T.Helper()
	r, err := h.Buildings.Enter(h.T.Context(), h.Viewer(who), h.tilleuls.ID)
	if err != nil {
		h.T.Fatalf("%s comes in: %v", who.Username, err)
	}
	return r
}

func (h house) works(what string) instance.WorksPlan {
	return instance.WorksPlan{What: what, Cut: "water", From: h.Clock.Now().Add(24 * time.Hour), Until: h.Clock.Now().Add(26 * time.Hour)}
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func problem(err error) string {
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok {
		return invalid.Field + " " + invalid.Code
	}
	return ""
}

func TestOnlyResidentsAndTheManagerComeIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		if r := h.reader(h.amina); !r.Resident || r.Manages != 0 {
			t.Errorf("amina comes in as %+v", r)
		}
		if r := h.reader(h.clerk); r.Resident || r.Manages != h.syndic.ID {
			t.Errorf("clerk comes in as %+v", r)
		}
		if err := h.Places.SetModerator(ctx, h.tilleuls.ID, h.dora.ID, true); err != nil {
			t.Fatal(err)
		}
		for who, v := range map[string]instance.Viewer{"who looks after it from elsewhere": h.Viewer(h.dora), "nobody": instance.Anyone} {
			if _, err := h.Buildings.Enter(ctx, v, h.tilleuls.ID); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s comes in: %v", who, err)
			}
			if _, err := h.Buildings.Announce(ctx, v, h.tilleuls.ID, buildings.Telling{}, h.works("moi")); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s announces works: %v", who, err)
			}
			if _, err := h.Buildings.Add(ctx, v, h.tilleuls.ID, 0, instance.DocumentPlan{Title: "moi", Content: []byte("%PDF-1.7")}); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s adds a document: %v", who, err)
			}
		}
		quarter := h.tilleuls.Within
		port, err := h.Places.Named(ctx, "port")
		if err != nil || len(quarter) != 1 {
			t.Fatal(err)
		}
		if _, err := h.Buildings.Enter(ctx, h.Viewer(h.amina), port.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a neighbourhood has a space: %v", err)
		}
	})
}

func TestAManagerOfManyHouses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		lilas := h.Place("lilas", "residence")
		if err := h.Buildings.SetManager(ctx, h.Viewer(h.clerk), false, lilas.ID, h.syndic.ID, true); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a syndic names itself: %v", err)
		}
		if err := h.Buildings.SetManager(ctx, h.Viewer(h.amina), true, lilas.ID, h.syndic.ID, true); err != nil {
			t.Fatal(err)
		}
		houses := must(h.Buildings.Managed(ctx, h.syndic.ID))(t)
		if len(houses) != 2 || houses[0].Username != "lilas" || houses[1].Username != "tilleuls" {
			t.Errorf("manages %+v", houses)
		}
		if list := must(h.Buildings.Managers(ctx, lilas.ID))(t); len(list) != 1 || list[0].ID != h.syndic.ID {
			t.Errorf("lilas is managed by %+v", list)
		}
		if err := h.Buildings.SetManager(ctx, h.Viewer(h.amina), true, lilas.ID, h.syndic.ID, false); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Buildings.Enter(ctx, h.Viewer(h.clerk), lilas.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a manager that was: %v", err)
		}
		club, err := h.Organisations.Open(ctx, organisations.Plan{Username: "club", Title: "Club", Sort: instance.Association, Place: h.tilleuls.ID, Agent: h.dora.ID})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Buildings.SetManager(ctx, h.Viewer(h.amina), true, lilas.ID, club.ID, true); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a club manages a house: %v", err)
		}
		if _, err := h.Buildings.Enter(ctx, h.Viewer(h.dora), h.tilleuls.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("an association of the house comes in: %v", err)
		}
	})
}

func TestTheManagerReadsWhatIsAddressedToIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		ctx, place, syndic := t.Context(), h.tilleuls.ID, h.syndic.ID
		amina, clerk := h.Viewer(h.amina), h.Viewer(h.clerk)
		pdf := func(title string, at instance.ID) instance.DocumentPlan {
			return instance.DocumentPlan{Title: title, Content: []byte("%PDF-1.7 " + title), Assembly: at}
		}
		among := buildings.Telling{}
		told := buildings.Telling{To: syndic}
		must(h.Buildings.Announce(ctx, amina, place, among, h.works("entre nous")))(t)
		must(h.Buildings.Announce(ctx, amina, place, told, h.works("au syndic")))(t)
		must(h.Buildings.Announce(ctx, clerk, place, among, h.works("du syndic")))(t)
		at := instance.AssemblyPlan{At: h.Clock.Now().Add(48 * time.Hour), Where: "Salle", Agenda: "entre nous"}
		private := must(h.Buildings.Convene(ctx, amina, place, among, at))(t)
		at.Agenda = "du syndic"
		meeting := must(h.Buildings.Convene(ctx, clerk, place, among, at))(t)
		hidden := must(h.Buildings.Add(ctx, amina, place, 0, pdf("entre nous", 0)))(t)
		beside := must(h.Buildings.Add(ctx, amina, place, 0, pdf("entre nous, pour l’assemblée", meeting)))(t)
		sent := must(h.Buildings.Add(ctx, amina, place, syndic, pdf("au syndic", 0)))(t)
		must(h.Buildings.Add(ctx, clerk, place, 0, pdf("du syndic", meeting)))(t)
		quiet := must(h.Buildings.Report(ctx, amina, place, among, instance.IncidentPlan{What: "entre nous"}))(t)
		loud := must(h.Buildings.Report(ctx, amina, place, told, instance.IncidentPlan{What: "au syndic"}))(t)

		seen := func(r buildings.Reader) (all []string) {
			t.Helper()
			for _, w := range must(h.Buildings.Works(ctx, r))(t) {
				all = append(all, w.What)
			}
			for _, m := range must(h.Buildings.Meetings(ctx, r))(t) {
				all = append(all, m.Agenda)
				for _, d := range m.Documents {
					all = append(all, d.Title)
				}
			}
			for _, d := range must(h.Buildings.Documents(ctx, r, 0, 10))(t) {
				all = append(all, d.Title)
			}
			for _, i := range must(h.Buildings.Incidents(ctx, r, 0, 10))(t) {
				all = append(all, i.What)
			}
			return all
		}
		if all := seen(h.reader(h.bo)); len(all) != 11 {
			t.Errorf("a resident reads %q", all)
		}
		manager := h.reader(h.clerk)
		all := seen(manager)
		if len(all) != 6 {
			t.Errorf("the syndic reads %q", all)
		}
		for _, s := range all {
			if s != "au syndic" && s != "du syndic" {
				t.Errorf("the syndic reads %q", s)
			}
		}
		for _, id := range []instance.ID{hidden, beside, hidden + 1} {
			if _, _, err := h.Buildings.Document(ctx, manager, id); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("the syndic opens document %s: %v", id, err)
			}
		}
		if _, content, err := h.Buildings.Document(ctx, manager, sent); err != nil || string(content) != "%PDF-1.7 au syndic" {
			t.Errorf("the document for the syndic: %q, %v", content, err)
		}
		if _, content, err := h.Buildings.Document(ctx, h.reader(h.bo), hidden); err != nil || string(content) != "%PDF-1.7 entre nous" {
			t.Errorf("the document among residents: %q, %v", content, err)
		}
		if err := h.Buildings.Move(ctx, clerk, place, quiet, instance.IncidentTaken, ""); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("the syndic takes up what it may not know: %v", err)
		}
		if err := h.Buildings.Move(ctx, clerk, place, loud, instance.IncidentTaken, "Le plombier passe mardi"); err != nil {
			t.Errorf("the syndic takes up what it was told: %v", err)
		}
		if _, err := h.Buildings.Add(ctx, clerk, place, 0, pdf("moi", private)); problem(err) != "meeting unknown" {
			t.Errorf("the syndic adds to a meeting it may not know of: %v", err)
		}
		if _, err := h.Buildings.Announce(ctx, amina, place, buildings.Telling{To: h.dora.ID}, h.works("moi")); problem(err) != "to unknown" {
			t.Errorf("addressed to a stranger: %v", err)
		}
		poll, err := h.Posts.Publish(ctx, amina, instance.Draft{Text: "Repeindre ?", Language: "fr", Audience: instance.ToBuilding, Group: place, Poll: &instance.PollDraft{Options: []string{"oui", "non"}, Lasts: time.Hour}})
		if err != nil {
			t.Fatal(err)
		}
		if polls := must(h.Buildings.Polls(ctx, h.reader(h.bo)))(t); len(polls) != 1 || polls[0].ID != poll.ID {
			t.Errorf("a resident's polls: %+v", polls)
		}
		if polls := must(h.Buildings.Polls(ctx, manager))(t); len(polls) != 0 {
			t.Errorf("the syndic's polls: %+v", polls)
		}
	})
}

func TestAnIncidentIsReportedTakenUpAndSettled(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		ctx, place := t.Context(), h.tilleuls.ID
		amina, bo := h.Viewer(h.amina), h.Viewer(h.bo)
		id := must(h.Buildings.Report(ctx, amina, place, buildings.Telling{Hall: true}, instance.IncidentPlan{What: "Lampe cassée", Where: "2e étage"}))(t)
		one := func() instance.Incident {
			t.Helper()
			list := must(h.Buildings.Incidents(ctx, h.reader(h.bo), 0, 10))(t)
			if len(list) != 1 {
				t.Fatalf("%d incidents", len(list))
			}
			return list[0]
		}
		if i := one(); i.State != instance.IncidentReported || i.By.ID != 0 || i.Author.ID != h.amina.ID || i.Where != "2e étage" {
			t.Errorf("reported: %+v", i)
		}
		if err := h.Buildings.Move(ctx, bo, place, id, instance.IncidentTaken, "J’ai une ampoule"); err != nil {
			t.Fatal(err)
		}
		if i := one(); i.State != instance.IncidentTaken || i.By.ID != h.bo.ID || i.Note != "J’ai une ampoule" {
			t.Errorf("taken up: %+v", i)
		}
		if err := h.Buildings.Move(ctx, amina, place, id, instance.IncidentTaken, ""); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("taken up twice: %v", err)
		}
		if in := must(h.Buildings.InHall(ctx, place))(t); len(in.Incidents) != 1 {
			t.Errorf("the hall shows %+v", in)
		}
		if err := h.Buildings.Move(ctx, bo, place, id, instance.IncidentSettled, ""); err != nil {
			t.Fatal(err)
		}
		if err := h.Buildings.Move(ctx, bo, place, id, instance.IncidentTaken, ""); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("taken up after it was settled: %v", err)
		}
		if i := one(); i.State != instance.IncidentSettled || i.Note != "J’ai une ampoule" || i.Settled.IsZero() {
			t.Errorf("settled: %+v", i)
		}
		if in := must(h.Buildings.InHall(ctx, place))(t); len(in.Incidents) != 0 {
			t.Errorf("the hall shows what was settled: %+v", in)
		}
		h.Clock.Advance(31 * 24 * time.Hour)
		if list := must(h.Buildings.Incidents(ctx, h.reader(h.bo), 0, 10))(t); len(list) != 0 {
			t.Errorf("a month later: %+v", list)
		}
		for n := range 11 {
			_, err := h.Buildings.Report(ctx, amina, place, buildings.Telling{}, instance.IncidentPlan{What: "encore"})
			if want := map[bool]string{true: "title too-many-incidents"}[n == 10]; problem(err) != want {
				t.Errorf("incident %d: %v", n+1, err)
			}
		}
	})
}

func TestAPictureTellsNothingButWhatItShows(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		ctx, place, amina := t.Context(), h.tilleuls.ID, h.Viewer(h.amina)
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
			t.Fatal(err)
		}
		content := append(b.Bytes(), "after the picture: 48.45, -2.04"...)
		id := must(h.Buildings.Add(ctx, amina, place, 0, instance.DocumentPlan{Title: "La chaudière", Content: content}))(t)
		d, kept, err := h.Buildings.Document(ctx, h.reader(h.bo), id)
		if err != nil || d.Kind != "image/png" || bytes.Contains(kept, []byte("48.45")) {
			t.Errorf("%+v holds %q, %v", d, kept, err)
		}
		for what, content := range map[string][]byte{"a page": []byte("<html><script>"), "a drawing": []byte("<svg/>"), "a program": []byte("MZ")} {
			if _, err := h.Buildings.Add(ctx, amina, place, 0, instance.DocumentPlan{Title: what, Content: content}); problem(err) != "file no-document" {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := h.Buildings.Add(ctx, amina, place, 0, instance.DocumentPlan{Title: "gros", Content: make([]byte, instance.MaxDocument+1)}); problem(err) != "file too-big" {
			t.Errorf("too big: %v", err)
		}
		if err := h.Buildings.Withdraw(ctx, h.Viewer(h.bo), place, "documents", id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("bo takes out what is amina's: %v", err)
		}
		if err := h.Buildings.Withdraw(ctx, amina, place, "documents", id); err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.Buildings.Document(ctx, h.reader(h.amina), id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("after it was taken out: %v", err)
		}
	})
}

func TestWorksAndMeetingsThatCannotBe(t *testing.T) {
	t.Parallel()
	now := apptest.Start
	for _, c := range []struct {
		name string
		plan instance.WorksPlan
		want string
	}{
		{"without words", instance.WorksPlan{From: now, Until: now.Add(time.Hour)}, "title missing"},
		{"over already", instance.WorksPlan{What: "x", From: now.Add(-2 * time.Hour), Until: now.Add(-time.Hour)}, "ends past"},
		{"the wrong way round", instance.WorksPlan{What: "x", From: now.Add(time.Hour), Until: now}, "ends before-start"},
		{"cutting off the sun", instance.WorksPlan{What: "x", Cut: "sun", From: now, Until: now.Add(time.Hour)}, "cut unknown"},
		{"in ten years", instance.WorksPlan{What: "x", From: now.AddDate(10, 0, 0), Until: now.AddDate(10, 0, 1)}, "starts too-far"},
		{"going on now", instance.WorksPlan{What: "x", From: now.Add(-time.Hour), Until: now.Add(time.Hour)}, ""},
	} {
		if got := problem(c.plan.Check(now)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		name string
		plan instance.AssemblyPlan
		want string
	}{
		{"nowhere", instance.AssemblyPlan{At: now.Add(time.Hour), Agenda: "x"}, "where missing"},
		{"about nothing", instance.AssemblyPlan{At: now.Add(time.Hour), Where: "x"}, "agenda missing"},
		{"yesterday", instance.AssemblyPlan{At: now.Add(-24 * time.Hour), Where: "x", Agenda: "x"}, "starts past"},
	} {
		if got := problem(c.plan.Check(now)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
