package web

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"palier/instance"
	"palier/instance/addresses"
	"palier/instance/auth"
	"palier/instance/places"
	"palier/instance/sheets"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// suggested is how many suggestions a page makes.
const suggested = 8

// unhurried turns away whoever looks up addresses faster than anybody types.
func (s *Server) unhurried(h handler) http.HandlerFunc {
	return s.page(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		if wait, ok := s.finds.Allow(auth.From(r)); !ok {
			return &auth.TooFast{Wait: wait}
		}
		return h(w, r)
	})
}

// getAddresses suggests addresses to the script of the page while somebody types.
// What they type stands in no log of ours.
func (s *Server) getAddresses(w http.ResponseWriter, r *http.Request) error {
	found, err := s.Addresses.Suggest(r.Context(), r.URL.Query().Get("q"), pointIn(r), suggested)
	if err != nil {
		return err
	}
	type line struct {
		Path string `json:"path"`
		Name string `json:"name"`
		Town string `json:"town"`
		Kind string `json:"kind"`
	}
	lines := make([]line, 0, len(found))
	for _, f := range found {
		lines = append(lines, line(s.suggestionView(f)))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	Secure(w.Header())
	return json.NewEncoder(w).Encode(lines)
}

// pointIn is where the one who types says they are; nil if they do not.
func pointIn(r *http.Request) *instance.Point {
	lat, latErr := strconv.ParseFloat(r.URL.Query().Get("lat"), 64)
	lon, lonErr := strconv.ParseFloat(r.URL.Query().Get("lon"), 64)
	if latErr != nil || lonErr != nil || lat < -90 || lat > 90 || lon < -180 || lon > 180 {
		return nil
	}
	return &instance.Point{Latitude: lat, Longitude: lon}
}

// suggestionView is a suggestion with where it leads: no address stands there as
// it is read.
func (s *Server) suggestionView(f addresses.Suggestion) view.Suggestion {
	path := "/find?commune=" + url.QueryEscape(f.INSEE)
	switch f.Kind {
	case addresses.Door:
		path = "/find?address=" + s.Addresses.Seal(f.Address)
	case addresses.Street:
		path = "/find?street=" + f.Street.String()
	}
	return view.Suggestion{Path: path, Name: f.Name, Town: f.Town, Kind: string(f.Kind)}
}

// getFind is where somebody finds the place they live in: by an address, by the
// numbers of a street, or by a commune.
func (s *Server) getFind(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	switch {
	case q.Get("address") != "":
		return s.findAddress(w, r, q.Get("address"))
	case q.Get("street") != "":
		return s.findNumber(w, r, q.Get("street"))
	case q.Get("commune") != "":
		return s.findCommune(w, r, q.Get("commune"))
	}
	return s.showFind(w, r, http.StatusOK, pages.Find{})
}

// find takes what was typed where no script runs. It is sent as a form so that
// it stands in no address of a page.
func (s *Server) find(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p := pages.Find{Typed: strings.TrimSpace(strings.ToValidUTF8(r.PostFormValue("address"), "")), Asked: true}
	if p.Typed == "" {
		p.Problems = []view.Problem{{Field: "address", Code: "missing"}}
		return s.showFind(w, r, http.StatusUnprocessableEntity, p)
	}
	found, err := s.Addresses.Suggest(r.Context(), p.Typed, nil, suggested)
	if all, ok := problems(err); ok {
		p.Problems, p.Typed = all, string([]rune(p.Typed)[:addresses.MaxTyped])
		return s.showFind(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	p.Communes = len(found) > 0
	for _, f := range found {
		p.Communes = p.Communes && f.Kind == addresses.Commune
		p.Suggestions = append(p.Suggestions, s.suggestionView(f))
	}
	if len(found) == 1 && found[0].Kind == addresses.Door {
		SeeOther(w, r, p.Suggestions[0].Path)
		return nil
	}
	return s.showFind(w, r, http.StatusOK, p)
}

// findNumber lists the numbers of a street.
func (s *Server) findNumber(w http.ResponseWriter, r *http.Request, street string) error {
	id, err := instance.ParseID(street)
	if err != nil {
		return err
	}
	doors, err := s.Addresses.Numbers(r.Context(), id)
	if err != nil {
		return err
	}
	p := pages.Find{Street: doors[0].Street, Town: doors[0].Town()}
	for _, d := range doors {
		name := strings.TrimSpace(instance.HouseNumber(d.Number, d.Suffix))
		if name == "" {
			name = d.Street
		}
		p.Numbers = append(p.Numbers, view.Suggestion{Path: "/find?address=" + s.Addresses.Seal(d.ID), Name: name})
	}
	return s.showFind(w, r, http.StatusOK, p)
}

// findAddress shows the places of an address, which is given sealed.
func (s *Server) findAddress(w http.ResponseWriter, r *http.Request, word string) error {
	id, err := s.Addresses.Open(word)
	if err != nil {
		return err
	}
	a, err := s.Addresses.ByID(r.Context(), id)
	if err != nil {
		return err
	}
	f, err := s.Places.At(r.Context(), id)
	if err != nil {
		return err
	}
	p := pages.Find{Line: a.Line(), Town: a.Town(), Found: true}
	if p.Elsewhere, err = s.elsewhere(r.Context(), f, a.INSEE); err != nil {
		return err
	}
	return s.showFound(w, r, p, f, word)
}

// findCommune shows the places of a commune.
func (s *Server) findCommune(w http.ResponseWriter, r *http.Request, insee string) error {
	known, err := s.Addresses.Communes(r.Context(), insee)
	if err != nil {
		return err
	}
	c, ok := known[insee]
	if !ok {
		return instance.ErrNotFound
	}
	f, err := s.Places.In(r.Context(), insee)
	if err != nil {
		return err
	}
	if f.Nothing() && (c.Latitude != 0 || c.Longitude != 0) {
		if f, err = s.Places.Locate(r.Context(), c.Latitude, c.Longitude); err != nil {
			return err
		}
		f.Building, f.Neighbourhood = nil, nil // of the middle of the commune, not of the one who asks
	}
	p := pages.Find{Line: c.Name, Found: true, Whole: true}
	if p.Elsewhere, err = s.elsewhere(r.Context(), f, insee); err != nil {
		return err
	}
	return s.showFound(w, r, p, f, "")
}

// elsewhere are the other servers that are for a commune of which this one has no
// place. They are told the commune, and never the address.
func (s *Server) elsewhere(ctx context.Context, f places.Found, insee string) ([]view.CommuneServer, error) {
	if !f.Nothing() {
		return nil, nil
	}
	list, err := s.Addresses.Servers(ctx, insee)
	if err != nil {
		return nil, err
	}
	var all []view.CommuneServer
	for _, one := range list {
		host := strings.TrimPrefix(one.Origin, "https://")
		if host == s.Site.Host() {
			continue
		}
		name := one.Name
		if name == "" {
			name = host
		}
		all = append(all, view.CommuneServer{Name: name, Host: host, URL: one.Origin + "/find?commune=" + url.QueryEscape(insee)})
	}
	return all, nil
}

// getCommuneServers is the list of which servers are for which communes, for whoever wants
// to import it.
func (s *Server) getCommuneServers(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Addresses.Servers(r.Context(), "")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	Secure(w.Header())
	lines := csv.NewWriter(w)
	for _, line := range append([][]string{{"insee", "server", "name"}}, rowsOf(list)...) {
		if err := lines.Write(line); err != nil {
			return err
		}
	}
	lines.Flush()
	return lines.Error()
}

func rowsOf(list []addresses.Server) [][]string {
	rows := make([][]string, 0, len(list))
	for _, one := range list {
		rows = append(rows, []string{one.INSEE, one.Origin, sheets.Cell(one.Name)})
	}
	return rows
}

// showFound shows the places of an address or a commune, and those to choose
// from instead.
func (s *Server) showFound(w http.ResponseWriter, r *http.Request, p pages.Find, f places.Found, word string) error {
	ctx := r.Context()
	mine := map[instance.ActorID]bool{}
	list := f.All()
	for _, n := range list {
		mine[n.ID] = true
		home, err := s.mayLive(ctx, n, word, me(r) != nil)
		if err != nil {
			return err
		}
		p.Homes = append(p.Homes, home)
	}
	if len(list) > 0 {
		narrowest := list[0]
		if f.Neighbourhood != nil { // a house would be too near
			narrowest = *f.Neighbourhood
		}
		nesting, err := s.Places.Nesting(ctx, narrowest.ID)
		if err != nil {
			return err
		}
		if p.Map, err = s.mapOf(ctx, narrowest.Actor, nesting); err != nil {
			return err
		}
	}
	all, err := s.Places.Page(ctx, 0, perPage)
	if err != nil {
		return err
	}
	for _, n := range all {
		if mine[n.ID] || n.Level == "building" {
			continue
		}
		p.Others = append(p.Others, view.Home{PlaceLine: s.placeLines([]instance.Neighbourhood{n})[0], Join: joinPath(n, word, me(r) != nil)})
	}
	p.MoreOthers = len(all) == perPage
	return s.showFind(w, r, http.StatusOK, p)
}

// mayLive is a place somebody may live in, with how many neighbours it has.
func (s *Server) mayLive(ctx context.Context, n instance.Neighbourhood, word string, known bool) (view.Home, error) {
	h := view.Home{PlaceLine: s.placeLines([]instance.Neighbourhood{n})[0], Join: joinPath(n, word, known)}
	residents, err := s.Places.CountResidents(ctx, n.ID)
	h.Verified = residents.Verified
	return h, err
}

// joinPath is where somebody goes on who lives in a place: who has an account
// already joins it on its page.
func joinPath(n instance.Neighbourhood, word string, known bool) string {
	if known {
		return "/@" + n.Username
	}
	v := url.Values{"place": {n.ID.String()}}
	if word != "" {
		v.Set("address", word)
	}
	return "/join?" + v.Encode()
}

func (s *Server) showFind(w http.ResponseWriter, r *http.Request, status int, p pages.Find) error {
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here = "/find" // what was found stands in no other form
	if r.URL.RawQuery == "" {
		p.Canonical = s.Site.Base() + "/find"
	}
	return s.HTML(w, r, status, p)
}
