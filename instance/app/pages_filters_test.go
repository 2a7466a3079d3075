package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

const saveFilter = "form[action='/settings/filters'] button"

func TestAFilterFoldsOrLeavesOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		eve := v.Resident("eve", v.centre)
		match := v.Post(v.cem, v.centre.ID, instance.ToPublic, "Le match de samedi")
		v.Post(v.cem, v.centre.ID, instance.ToNeighbourhood, "Une araignée énorme")
		v.Post(eve, v.centre.ID, instance.ToPublic, "Mon match à moi")
		b := v.SignedIn(eve)
		p := b.Press(b.Open("/settings/filters"), saveFilter, apptest.Fields{"title": {"Sport"}, "words": {"match\n\n score "}, "context": {"home", "thread", "public"}})
		if p.Status != http.StatusOK || p.Path != "/settings/filters" || !strings.Contains(p.Words("ul.rows"), "match · score") {
			t.Fatalf("saved: %d at %s: %s", p.Status, p.Path, p.Words("main"))
		}
		p = b.Press(p, saveFilter, apptest.Fields{"title": {"Araignées"}, "words": {"araignée"}, "action": {"hide"}, "duration": {"week"}})
		if got := p.List("ul.rows .name"); !cmp.Equal(got, []string{"Sport", "Araignées"}) {
			t.Fatalf("filters: %q", got)
		}
		folded := func(path string) (titles, open []string) {
			t.Helper()
			page := b.Open(path)
			titles = page.List(".post-folded > summary > span:first-of-type")
			page.Find(".post-text").Each(func(_ int, s *goquerySelection) {
				if s.Closest(".post-folded").Length() == 0 {
					open = append(open, strings.TrimSpace(s.Text()))
				}
			})
			return titles, open
		}
		for _, path := range []string{"/home", "/@centre"} {
			titles, open := folded(path)
			if !cmp.Equal(titles, []string{"Filtré\u00a0: Sport"}) && !cmp.Equal(titles, []string{"Filtré : Sport"}) {
				t.Errorf("%s folds %q", path, titles)
			}
			if !cmp.Equal(open, []string{"Mon match à moi"}) {
				t.Errorf("%s shows %q", path, open)
			}
		}
		if titles, open := folded("/@cem"); len(titles) != 0 || len(open) != 2 {
			t.Errorf("where no filter counts: %q folded, %q open", titles, open)
		}
		if page := v.SignedIn(v.cem).Open("/@centre"); page.Has(".post-folded") {
			t.Error("somebody else's page is filtered")
		}

		// What it is about is never folded on its own page; what answers it is.
		reply := b.Press(b.Open("/@cem/"+match.ID.String()), "#reply button", apptest.Fields{"text": {"Quel score ?"}})
		if reply.Status != http.StatusOK || reply.Has(".post-folded") {
			t.Errorf("the page of a post and one's own answer: %d, folded %t", reply.Status, reply.Has(".post-folded"))
		}

		edit := b.Open(b.Open("/settings/filters").Find("ul.rows .name").First().AttrOr("href", ""))
		if edit.Words("#words") != "match score" {
			t.Errorf("the form holds %q", edit.Words("#words"))
		}
		p = b.Press(edit, "form.form button", apptest.Fields{"words": {"rugby"}})
		if _, open := folded("/home"); p.Path != "/settings/filters" || len(open) != 3 {
			t.Errorf("after an edit: at %s, open %q", p.Path, open)
		}
		p = b.Press(b.Press(b.Open("/settings/filters"), "form[action$='/delete'] button", nil), "form[action$='/delete'] button", nil)
		if _, open := folded("/home"); p.Has("ul.rows") || len(open) != 4 {
			t.Errorf("without filters: %q", open)
		}
	})
}

func TestAFilterThatCannotBeSavedIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.SignedIn(v.dora)
		for name, test := range map[string]struct {
			fields apptest.Fields
			marked string
		}{
			"no words":   {apptest.Fields{"title": {"Sport"}, "words": {"\n"}}, "#words-problem"},
			"no title":   {apptest.Fields{"title": {" "}, "words": {"match"}}, "#title-problem"},
			"no context": {apptest.Fields{"title": {"Sport"}, "words": {"match"}, "context": nil}, "#context-problem"},
			"too many":   {apptest.Fields{"title": {"Sport"}, "words": {strings.Repeat("mot\n", 600)}}, "#words-problem"},
		} {
			p := b.Press(b.Open("/settings/filters"), saveFilter, test.fields)
			if p.Status != http.StatusUnprocessableEntity || !p.Has(test.marked) || p.Find("#title").AttrOr("value", "") != test.fields["title"][0] {
				t.Errorf("%s: %d, marked %t", name, p.Status, p.Has(test.marked))
			}
		}
		if b.Open("/settings/filters").Has("ul.rows") {
			t.Error("something was saved")
		}
		// The filters of others are not there.
		p := b.Press(b.Open("/settings/filters"), saveFilter, apptest.Fields{"title": {"Sport"}, "words": {"match"}})
		path := p.Find("ul.rows .name").First().AttrOr("href", "")
		other := v.SignedIn(v.cem)
		for _, got := range []*apptest.Page{other.Open(path), other.Post(path, apptest.Fields{"title": {"x"}}), other.Post(path+"/delete", nil)} {
			if got.Status != http.StatusNotFound {
				t.Errorf("somebody else's filter: %d at %s", got.Status, got.Path)
			}
		}
	})
}
