package screens_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/screens"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// told is what a screen gets to show in these tests.
type told struct {
	public screens.PublicNews
	hall   screens.HallNews

	weather []screens.Item
}

func (n *told) Public(context.Context, instance.ActorID) (screens.PublicNews, error) {
	return n.public, nil
}

func (n *told) Tagged(_ context.Context, _ instance.ActorID, tag string) (screens.Tagged, error) {
	return screens.Tagged{Tag: tag, Posts: n.public.Asks}, nil
}

func (n *told) Weather(context.Context, instance.ActorID, string) ([]screens.Item, error) {
	return n.weather, nil
}
func (n *told) Hall(context.Context, instance.ActorID) (screens.HallNews, error) { return n.hall, nil }

type hall struct {
	*apptest.Village

	screens     *screens.Service
	news        *told
	house       instance.Neighbourhood
	kim, amina  instance.Account // kim looks after the house
	keeper, own instance.Viewer
}

func newHall(t *testing.T, db *store.DB) hall {
	t.Helper()
	v := apptest.NewVillage(t, db)
	h := hall{Village: v, news: &told{}, house: v.Place("tilleuls", "building")}
	h.screens = screens.New(screens.Options{DB: db, IDs: instance.NewIDs(v.Clock.Now, 1), Now: v.Clock.Now, Site: v.Site, Key: []byte("only in tests"), News: h.news})
	h.kim, h.amina = v.Person("kim"), v.Resident("amina", h.house)
	if err := v.Places.SetModerator(t.Context(), h.house.ID, h.kim.ID, true); err != nil {
		t.Fatal(err)
	}
	h.keeper, h.own = v.Viewer(h.kim), v.Viewer(h.amina)
	return h
}

func plan(playlist ...string) instance.ScreenPlan {
	if len(playlist) == 0 {
		playlist = []string{"alerts", "building", "events", "asks", "codes"}
	}
	return instance.ScreenPlan{Name: "Hall A", Playlist: playlist, Language: "fr"}
}

func (h hall) pair(secret string) screens.Code {
	h.T.Helper()
	c, err := h.screens.Pair(h.T.Context(), secret)
	if err != nil {
		h.T.Fatal(err)
	}
	return c
}

// bound returns what a device is known by that hangs in the hall, and its screen.
func (h hall) bound(p instance.ScreenPlan) (string, instance.Screen) {
	h.T.Helper()
	secret := screens.NewSecret()
	if _, err := h.screens.Bind(h.T.Context(), h.keeper, false, h.house.ID, h.pair(secret).Text, p); err != nil {
		h.T.Fatal(err)
	}
	x, err := h.screens.Device(h.T.Context(), secret)
	if err != nil {
		h.T.Fatal(err)
	}
	return secret, x
}

func problem(err error) string {
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok {
		return invalid.Field + " " + invalid.Code
	}
	return ""
}

func TestADeviceIsBoundByItsCode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		ctx, secret := t.Context(), screens.NewSecret()
		if _, err := h.screens.Device(ctx, secret); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a device that was never bound: %v", err)
		}
		for _, bad := range []string{"", "x", strings.ToLower(secret), secret + "A"} {
			if _, err := h.screens.Pair(ctx, bad); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("pair %q: %v", bad, err)
			}
		}
		first := h.pair(secret)
		if len(first.Text) != screens.CodeLength || h.pair(secret) != first {
			t.Errorf("the code is %q", first.Text)
		}
		if other := h.pair(screens.NewSecret()); other.Text == first.Text {
			t.Error("two devices show one code")
		}
		h.Clock.Advance(screens.CodeStep)
		if _, err := h.screens.Bind(ctx, h.keeper, false, h.house.ID, first.Text, plan()); problem(err) != "code no-screen" {
			t.Errorf("a code of before: %v", err)
		}
		code := h.pair(secret)
		if code.Text == first.Text {
			t.Error("the code does not turn")
		}
		for who, v := range map[string]instance.Viewer{"a resident": h.own, "nobody": instance.Anyone} {
			if _, err := h.screens.Bind(ctx, v, false, h.house.ID, code.Text, plan()); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s binds a screen: %v", who, err)
			}
		}
		for want, p := range map[string]instance.ScreenPlan{
			"where missing": {Playlist: []string{"asks"}, Language: "fr"}, "playlist unknown": {Name: "A", Playlist: []string{"asks", "letters"}, Language: "fr"},
			"tag malformed": {Name: "A", Playlist: []string{"campaign"}, Tag: "a b", Language: "fr"}, "language unknown": {Name: "A", Playlist: []string{"asks"}, Language: "xx"},
		} {
			if _, err := h.screens.Bind(ctx, h.keeper, false, h.house.ID, code.Text, p); problem(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		typed := strings.ToLower(code.Text[:4] + " " + code.Text[4:])
		id, err := h.screens.Bind(ctx, h.keeper, false, h.house.ID, typed, plan("codes", "asks", "alerts"))
		if err != nil {
			t.Fatal(err)
		}
		x, err := h.screens.Device(ctx, secret)
		if err != nil || x.ID != id || x.Place != h.house.ID || !slices.Equal(x.Playlist, []string{"alerts", "asks", "codes"}) {
			t.Errorf("bound as %+v, %v", x, err)
		}
		if _, err := h.screens.Bind(ctx, h.keeper, false, h.house.ID, code.Text, plan()); problem(err) != "code no-screen" {
			t.Errorf("bound twice: %v", err)
		}
		var kept int
		if err := db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM screens WHERE secret_hash = $1`, []byte(secret)).Scan(&kept); err != nil || kept != 0 {
			t.Errorf("the secret is kept as it is: %d, %v", kept, err)
		}
	})
}

func TestNobodyGuessesACode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		ctx, secret := t.Context(), screens.NewSecret()
		code := h.pair(secret)
		for i := range screens.MaxTries {
			if _, err := h.screens.Bind(ctx, h.keeper, false, h.house.ID, "BCDFGHJ"+string("23456789"[i]), plan()); problem(err) != "code no-screen" {
				t.Fatalf("try %d: %v", i+1, err)
			}
		}
		if _, err := h.screens.Bind(ctx, h.keeper, false, h.house.ID, code.Text, plan()); !errors.Is(err, instance.ErrTooMany) {
			t.Errorf("the right one after five wrong ones: %v", err)
		}
		h.Clock.Advance(time.Hour)
		if _, err := h.screens.Bind(ctx, h.keeper, false, h.house.ID, h.pair(secret).Text, plan()); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	})
}

func TestAScreenIsToldFromAfar(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		ctx, place := t.Context(), h.house.ID
		secret, x := h.bound(plan())
		h.news.public.Asks = []*instance.Post{{ID: 1, Title: "Une échelle", Audience: instance.ToPublic, Author: h.amina.Actor}}
		for what, do := range map[string]func(v instance.Viewer) error{
			"blank":     func(v instance.Viewer) error { return h.screens.Blank(ctx, v, false, place, x.ID, true) },
			"restart":   func(v instance.Viewer) error { return h.screens.Restart(ctx, v, false, place, x.ID) },
			"unbind":    func(v instance.Viewer) error { return h.screens.Unbind(ctx, v, false, place, x.ID) },
			"readdress": func(v instance.Viewer) error { _, err := h.screens.Readdress(ctx, v, false, place, x.ID); return err },
			"arrange":   func(v instance.Viewer) error { return h.screens.Arrange(ctx, v, false, place, x.ID, plan("asks")) },
		} {
			if err := do(h.own); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("a resident tells it to %s: %v", what, err)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		device := func() instance.Screen {
			t.Helper()
			x, err := h.screens.Device(ctx, secret)
			must(err)
			return x
		}
		must(h.screens.Blank(ctx, h.keeper, false, place, x.ID, true))
		if b, err := h.screens.Bundle(ctx, device()); err != nil || len(b.Cards) != 0 {
			t.Errorf("blank, it shows %+v, %v", b, err)
		}
		must(h.screens.Blank(ctx, h.keeper, false, place, x.ID, false))
		if b, err := h.screens.Bundle(ctx, device()); err != nil || len(b.Cards) != 1 {
			t.Errorf("it goes on with %+v, %v", b, err)
		}
		must(h.screens.Restart(ctx, h.keeper, false, place, x.ID))
		if !device().Restart {
			t.Error("it is not to begin anew")
		}
		must(h.screens.Begun(ctx, x.ID))
		if device().Restart {
			t.Error("it begins anew for ever")
		}
		must(h.screens.Arrange(ctx, h.keeper, false, place, x.ID, plan("alerts")))
		if b, err := h.screens.Bundle(ctx, device()); err != nil || len(b.Cards) != 0 {
			t.Errorf("without asks it shows %+v, %v", b, err)
		}
		other := h.Place("lilas", "building")
		if err := h.screens.Unbind(ctx, h.keeper, true, other.ID, x.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("as a screen of another house: %v", err)
		}
		again, err := h.screens.Readdress(ctx, h.keeper, false, place, x.ID)
		must(err)
		if _, err := h.screens.Device(ctx, secret); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("the secret before: %v", err)
		}
		if _, err := h.screens.Device(ctx, again); err != nil {
			t.Errorf("the new one: %v", err)
		}
		must(h.screens.Unbind(ctx, h.keeper, false, place, x.ID))
		if _, err := h.screens.Device(ctx, again); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("taken down: %v", err)
		}
	})
}

func TestAScreenShowsNothingPrivate(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		ctx := t.Context()
		_, x := h.bound(plan())
		full := h.amina.Actor
		full.Name = "Amina Le Goff"
		other := h.Person("yann").Actor
		other.Name = "Yann Kerbrat"
		elsewhere := instance.Actor{ID: 99, Kind: instance.Person, Username: "zoe", Host: "rance.example", Name: "Zoé Loin"}
		post := func(id int, by instance.Actor, title string, to instance.Audience) *instance.Post {
			return &instance.Post{ID: instance.PostID(id), Title: title, Content: "<p>canari du texte</p>", Audience: to, Author: by}
		}
		// Whoever gives it more than is public, it shows no more.
		h.news.public.Asks = []*instance.Post{
			post(1, full, "Une échelle ? Appelez le 06 12 34 56 78 ou amina@people.example, @amina@dinan.example, https://wa.example/1", instance.ToPublic),
			post(2, other, "Des noix", instance.ToPublic),
			post(3, full, "canari du cercle", instance.ToNeighbourhood), post(4, full, "canari suivi", instance.ToFollowers), post(5, full, "canari discret", instance.ToUnlisted),
			post(6, elsewhere, "D’ailleurs", instance.ToPublic),
		}
		hidden := post(7, full, "canari averti", instance.ToPublic)
		hidden.Warning = "sensible"
		h.news.public.Notices = []*instance.Post{hidden}
		h.news.hall.Incidents = []instance.Incident{{
			Addressed: instance.Addressed{Author: full}, IncidentPlan: instance.IncidentPlan{What: "Fuite, chez moi au 06.12.34.56.78"}, State: instance.IncidentReported,
		}}
		if err := h.screens.Agree(ctx, full.ID, true); err != nil {
			t.Fatal(err)
		}
		b, err := h.screens.Bundle(ctx, x)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, c := range b.Cards {
			for _, i := range c.Items {
				said = append(said, i.Title+"|"+i.Text+"|"+i.By)
			}
		}
		all := strings.Join(said, "\n")
		for _, canary := range []string{"canari", "Le Goff", "Kerbrat", "Yann", "Zoé", "06", "people.example", "dinan.example", "wa.example"} {
			if strings.Contains(all, canary) {
				t.Errorf("the screen says %q in\n%s", canary, all)
			}
		}
		for _, public := range []string{"Une échelle ?", "|Amina", "Des noix||", "Fuite, chez moi"} {
			if !strings.Contains(all, public) {
				t.Errorf("the screen does not say %q in\n%s", public, all)
			}
		}
		if err := h.screens.Agree(ctx, full.ID, false); err != nil {
			t.Fatal(err)
		}
		if b, err = h.screens.Bundle(ctx, x); err != nil || slices.ContainsFunc(b.Cards, func(c screens.Card) bool {
			return slices.ContainsFunc(c.Items, func(i screens.Item) bool { return i.By != "" })
		}) {
			t.Errorf("after she took it back: %+v, %v", b, err)
		}
	})
}
