package app_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"palier/federation/client"
	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/protocol/vocab"
)

// noisy is a picture of more bytes than one piece holds.
func noisy(t *testing.T) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	p := image.NewRGBA(image.Rect(0, 0, 1200, 900))
	for x := range 1200 {
		for y := range 900 {
			p.Set(x, y, color.RGBA{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// plainPicture is a small one.
func plainPicture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 64, 48))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestH10_PhotographsOfAPartnersHome has a household see the photographs of a home on
// another server once it said yes and a bed is granted there, and at no other time; what
// goes over the network is encrypted, and on its own server nothing is kept.
func TestH10_PhotographsOfAPartnersHome(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := twoBureaus(t, engine)
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		l := rhone.lendsWhole()
		for _, picture := range [][]byte{noisy(t), plainPicture(t)} {
			must(rhone.Housing.AddPhotograph(ctx, rhone.worker, l.ID, bytes.NewReader(picture)))
		}
		apptest.Settle(t, rhone.Server, isere.Server)
		for _, s := range []*apptest.Server{rhone.Server, isere.Server} {
			s.Watch()
		}
		needs := ready(t, isere)
		oksana := isere.Resident("oksana", isere.Place("port", vocab.LevelNeighbourhood))
		code, err := isere.Households.NewCode(ctx, isere.worker, needs)
		must(err)
		must(isere.Households.Join(ctx, oksana, code))
		own := isere.SignedIn(oksana)
		must(isere.Households.Show(ctx, isere.worker, needs, l.URI))
		shown, err := isere.Households.Proposals(ctx, isere.worker, needs)
		must(err)
		path := "/household/" + needs.String() + "/homes/" + shown[0].ID.String() + "/photographs"
		if p := own.Open(path); p.Status != http.StatusNotFound {
			t.Errorf("before the household said yes: %d", p.Status)
		}
		must(isere.Households.Answer(ctx, oksana, needs, shown[0].ID, true))
		if p := own.Open(path); p.Status != http.StatusOK || p.Has("img.home-photo") || !strings.Contains(p.Words("main"), "une autre association") {
			t.Errorf("before a bed is granted: %d %s", p.Status, p.Words("main"))
		}
		fetch := func(from *bureau, at string) error {
			_, err := from.Federation.Pictures(ctx, from.programme.Group, at, 0, 0)
			return err
		}
		if err := fetch(isere, l.URI); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a partner without a bed: %v", err)
		}
		must(isere.Households.Step(ctx, isere.worker, needs, instance.MeetCase, ""))
		h, err := isere.Households.Hold(ctx, isere.worker, needs, l.URI)
		if err != nil || h.State != instance.HoldHeld {
			t.Fatalf("held: %+v, %v", h, err)
		}
		page := own.Open(path)
		sources := page.Find("img.home-photo")
		if sources.Length() != 2 || page.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d photographs: %s", sources.Length(), page.Words("main"))
		}
		for i := range 2 {
			p := own.Do(own.Request(http.MethodGet, sources.Eq(i).AttrOr("src", "/missing"), "", nil))
			if p.Status != http.StatusOK || !strings.HasPrefix(p.Header.Get("Content-Type"), "image/") || p.Header.Get("Cache-Control") != "private, no-store" {
				t.Errorf("photograph %d: %d %v", i, p.Status, p.Header)
			}
		}
		if n := isere.one(t, `SELECT COUNT(*) FROM housing_photographs`); n != 0 {
			t.Errorf("%d are kept by who asked", n)
		}
		for _, sign := range []string{"JFIF", "\x89PNG", "palier housing-1 photograph"} {
			if rhone.Came(sign) || isere.Came(sign) || rhone.Left(sign) {
				t.Errorf("%q went over the network in the clear", sign)
			}
		}
		if n := rhone.one(t, `SELECT COUNT(*) FROM housing_log WHERE deed = 'shown'`); n == 0 {
			t.Error("nothing in the log of who showed them")
		}

		// Nobody else is answered, and nothing tells that from a home that is not there.
		gard := openBureau(t, apptest.Open(t, store.SQLite, nil), "gard")
		if err := fetch(gard, l.URI); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger: %v", err)
		}
		if _, err := isere.Federation.Fetch(ctx, l.URI+"/photographs"); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("another actor of the partner's server: %v", err)
		}
		status, body := rhone.Get(strings.TrimPrefix(l.URI, rhone.URL)+"/photographs", "application/json")
		if _, absent := rhone.Get("/h/1/photographs", "application/json"); status != http.StatusNotFound || body != absent {
			t.Errorf("unsigned: %d %q", status, body)
		}
		if p := isere.SignedIn(isere.Resident("ivo", isere.Place("quai", vocab.LevelNeighbourhood))).Open(path); p.Status != http.StatusNotFound {
			t.Errorf("somebody else opens the page: %d", p.Status)
		}

		// Switched off on either side, frozen, or given up: not any more.
		gone := func(what string) {
			t.Helper()
			if p := own.Open(path); p.Has("img.home-photo") {
				t.Errorf("%s: photographs are shown", what)
			}
			if p := own.Open(sources.Eq(0).AttrOr("src", "/missing")); p.Status != http.StatusNotFound {
				t.Errorf("%s: a photograph is answered with %d", what, p.Status)
			}
		}
		for name, b := range map[string]*bureau{"the keeper": rhone, "who asks": isere} {
			must(b.Housing.SwitchOff(ctx, b.worker, housing.Cut{Programme: b.programme.Group.ID, Functions: []housing.Function{housing.CutPhotographs}, Areas: []string{"69"}, Reason: "essai"}))
			gone("switched off by " + name)
			cuts, err := b.Housing.Cuts(ctx, b.lead, b.programme.Group.ID, 1)
			must(err)
			must(b.Housing.SwitchOn(ctx, b.lead, b.programme.Group.ID, cuts[0].ID))
		}
		if p := own.Open(path); p.Find("img.home-photo").Length() != 2 {
			t.Errorf("on again: %s", p.Words("main"))
		}
		_, err = isere.Households.Report(ctx, isere.worker, isere.programme.Group.ID, households.Report{Home: l.URI, Severity: 2, Text: "à voir", Freeze: true})
		must(err)
		gone("frozen by who asks")
		_, err = isere.Housing.Withdraw(ctx, isere.worker, h.ID)
		must(err)
		if err := fetch(isere, l.URI); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("after the hold: %v", err)
		}
	})
}

// lendsWhole has a whole home offered.
func (b *bureau) lendsWhole() instance.Listing {
	return b.lends("69266", ledgerStay(120))
}
