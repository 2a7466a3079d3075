package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/ledger"
)

// leastRows is for how many people a form has room before somebody asks for more.
const leastRows = 3

// spokenTongues are the languages that a household chooses from; others are written
// among its needs.
var spokenTongues = []string{"fr", "en", "uk", "ar", "ru", "fa", "ps", "ti", "so", "tr", "ku", "es", "pt", "pl", "ro"}

// caseForm fills the form of a household with what stands in a file.
func (s *Server) caseForm(f households.File) pages.CaseForm {
	h := f.Household
	p := pages.CaseForm{
		StepFree: h.StepFree, Pets: h.Pets, Smokes: h.Smokes, Transport: h.Transport, Area: strings.Join(h.Area, " "),
		Reach: f.Reach, Referrer: f.Referrer, Needs: f.Needs, Plan: f.Plan, Notes: f.Notes,
	}
	if h.Stay.Nights() > 0 {
		p.From, p.Until = h.Stay.From.String(), h.Stay.Until.String()
		p.First, p.Last = h.Stay.From.Date(), h.Stay.Until.Date()
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	for i, m := range h.Members {
		row := view.GuestRow{N: i + 1, Age: string(m.Age), Sex: string(m.Sex), Partner: number(m.Partner)}
		if i < len(f.Names) {
			row.Name = f.Names[i]
		}
		if len(m.Parents) > 0 {
			row.Parent1 = number(m.Parents[0])
		}
		if len(m.Parents) > 1 {
			row.Parent2 = number(m.Parents[1])
		}
		p.Rows = append(p.Rows, row)
	}
	s.options(&p, h.Languages, h.NoGo)
	return p
}

func (s *Server) options(p *pages.CaseForm, languages []string, noGo []instance.NoGo) {
	for _, tag := range spokenTongues {
		p.Languages = append(p.Languages, view.Option{Value: tag, Label: ownName(tag), Selected: slices.Contains(languages, tag)})
	}
	for _, n := range instance.NoGos {
		p.NoGo = append(p.NoGo, view.Option{Value: string(n), Selected: slices.Contains(noGo, n)})
	}
}

// ownName is a language as those who speak it call it, else its code.
func ownName(tag string) string {
	switch tag {
	case "so":
		return "Soomaali"
	case "ku":
		return "Kurdî"
	}
	for _, t := range tongues {
		if t.Value == tag {
			return t.Label
		}
	}
	return tag
}

// rows are room for more people than there are.
func rows(p *pages.CaseForm, least int) {
	for len(p.Rows) < min(least, instance.MaxMembers) {
		p.Rows = append(p.Rows, view.GuestRow{N: len(p.Rows) + 1, Sex: "unsaid"})
	}
}

// readCase reads a form about a household. Rows without an age are nobody: those
// after them move up, and what refers to them follows.
func readCase(r *http.Request) (households.File, pages.CaseForm) {
	f := r.PostForm
	var file households.File
	p := pages.CaseForm{
		Came: f.Get("came"), From: f.Get("from"), Until: f.Get("until"), Reach: f.Get("reach"), Referrer: f.Get("referrer"), Needs: f.Get("needs"),
		Plan: f.Get("plan"), Notes: f.Get("notes"), Area: f.Get("area"), StepFree: f.Get("step-free") != "", Pets: f.Get("pets") != "",
		Smokes: f.Get("smokes") != "", Transport: f.Get("transport") != "", Consent: f.Get("consent") != "",
	}
	place := map[string]int{}
	for n := 1; n <= instance.MaxMembers; n++ {
		at := strconv.Itoa(n)
		if !f.Has("age-" + at) {
			break
		}
		row := view.GuestRow{
			N: n, Age: f.Get("age-" + at), Sex: f.Get("sex-" + at), Name: f.Get("name-" + at), Partner: f.Get("partner-" + at),
			Parent1: f.Get("parent1-" + at), Parent2: f.Get("parent2-" + at),
		}
		p.Rows = append(p.Rows, row)
		if row.Age != "" {
			place[at] = len(place) + 1
		}
	}
	for _, row := range p.Rows {
		if row.Age == "" {
			continue
		}
		g := instance.Guest{Age: instance.Age(row.Age), Sex: instance.Sex(row.Sex), Partner: place[row.Partner]}
		for _, parent := range []string{row.Parent1, row.Parent2} {
			if i := place[parent]; i > 0 && !slices.Contains(g.Parents, i) {
				g.Parents = append(g.Parents, i)
			}
		}
		file.Household.Members = append(file.Household.Members, g)
		file.Names = append(file.Names, strings.TrimSpace(row.Name))
	}
	h := &file.Household
	h.StepFree, h.Pets, h.Smokes, h.Transport = p.StepFree, p.Pets, p.Smokes, p.Transport
	h.Languages, h.Area = f["languages"], areas(p.Area)
	for _, n := range f["nogo"] {
		h.NoGo = append(h.NoGo, instance.NoGo(n))
	}
	h.Stay = ledger.Stay{From: night(p.From), Until: night(p.Until)}
	file.Reach, file.Referrer, file.Needs, file.Plan, file.Notes = p.Reach, p.Referrer, p.Needs, p.Plan, p.Notes
	return file, p
}

// areas are départements as somebody typed them.
func areas(typed string) []string {
	list := strings.FieldsFunc(typed, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	return list[:min(len(list), 12)]
}

// night is a date of a form; 0 for none.
func night(typed string) ledger.Night {
	t, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return 0
	}
	return ledger.NightOf(t)
}

// cardView is a home as a card says it.
func (s *Server) cardView(r *http.Request, h households.Home) view.HomeCard {
	c := view.HomeCard{
		Category: string(h.Category), Area: cmp.Or(h.Place, h.Area), From: h.Stay.From.Date(), Until: h.Stay.Until.Date(), Bedrooms: h.Bedrooms, Places: h.Free,
		Smoking: string(h.Smoking),
	}
	if country := s.Households.Abroad(h.Area); country != "" {
		c.Country = s.countryName(r, country)
	}
	c.Bare = c.Area == h.Area && c.Country == ""
	for _, l := range h.Languages {
		c.Languages = append(c.Languages, ownName(l))
	}
	for _, f := range h.Features {
		c.Features = append(c.Features, string(f))
	}
	return c
}

// caseEntryViews are entries as pages show them. names are those of who wrote them.
func (s *Server) caseEntryViews(list []households.Entry, names map[instance.ActorID]string, own instance.ActorID) []view.CaseEntry {
	var shown []view.CaseEntry
	for _, e := range list {
		v := view.CaseEntry{
			ID: e.ID.String(), Kind: string(e.Kind), By: names[e.By], Own: e.By == own && own != 0, At: s.local(e.At), Text: e.Body.Text,
			Taken: e.Body.Taken, Lang: e.Body.Language, Heard: string(e.Heard), Side: string(e.Side),
			Letter: e.Body.Letter,
		}
		if !e.Due.IsZero() {
			v.Due = s.local(e.Due)
		}
		if !e.DoneAt.IsZero() {
			v.Done = s.local(e.DoneAt)
		}
		shown = append(shown, v)
	}
	return shown
}
