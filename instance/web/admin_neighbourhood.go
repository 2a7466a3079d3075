package web

import (
	"errors"
	"net/http"
	"strings"

	"palier/instance"
	"palier/instance/places"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// tabs is what the pages about one place share.
func tabs(a instance.Actor, tab string) pages.PlaceTabs {
	return pages.PlaceTabs{ID: a.ID.String(), Name: a.Shown(), Path: "/@" + a.Username, Tab: tab}
}

// getNewNeighbourhood is the form for a new place.
func (s *Server) getNewNeighbourhood(w http.ResponseWriter, r *http.Request) error {
	return s.showNeighbourhoodForm(w, r, http.StatusOK, pages.AdminNeighbourhood{Level: view.LevelNeighbourhood})
}

// createNeighbourhood makes a place.
func (s *Server) createNeighbourhood(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p := typedNeighbourhood(r)
	p.Username, p.Level = strings.TrimSpace(r.PostFormValue("username")), view.Level(r.PostFormValue("kind"))
	plan, err := s.plan(r, p, instance.Neighbourhood{}, nil)
	var n instance.Neighbourhood
	if err == nil {
		n, err = s.Places.Create(r.Context(), plan)
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showNeighbourhoodForm(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "created", "/admin/neighbourhoods/"+n.ID.String())
}

// getEditNeighbourhood is the form for what a place tells of itself.
func (s *Server) getEditNeighbourhood(w http.ResponseWriter, r *http.Request) error {
	n, parents, err := s.neighbourhoodIn(r)
	if err != nil {
		return err
	}
	p := pages.AdminNeighbourhood{
		PlaceTabs: tabs(n.Actor, "edit"), Title: n.Name, Address: s.addressOf(n.Actor), Level: view.Level(n.Level), Summary: n.Source,
		House: string(n.House), Territory: n.Territory, HoldNew: n.HoldNew, Keeps: n.Keeps, Within: s.withinText(n, parents),
		Person: personView(s.Site, n.Actor), Header: s.Site.Header(n.Actor),
	}
	return s.showNeighbourhoodForm(w, r, http.StatusOK, p)
}

// editNeighbourhood changes what a place tells of itself, and what it looks like.
func (s *Server) editNeighbourhood(w http.ResponseWriter, r *http.Request) error {
	done, err := s.readUpload(w, r)
	defer done()
	if err != nil {
		return err
	}
	n, parents, err := s.neighbourhoodIn(r)
	if err != nil {
		return err
	}
	p := typedNeighbourhood(r)
	before := worn{n.Icon, n.Image}
	chosen, all, err := s.chooseWorn(r, before)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		if err = s.changeNeighbourhood(r, p, n, parents); err != nil {
			err = errors.Join(err, s.letGo(r.Context(), chosen, before))
		}
	}
	more, ok := problems(err)
	if all = append(all, more...); ok || len(all) > 0 {
		p.PlaceTabs, p.Address, p.Level, p.Problems = tabs(n.Actor, "edit"), s.addressOf(n.Actor), view.Level(n.Level), all
		p.Person, p.Header = personView(s.Site, n.Actor), s.Site.Header(n.Actor)
		return s.showNeighbourhoodForm(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	for of, file := range map[instance.PictureOf]string{instance.OfPortrait: chosen.icon, instance.OfHeader: chosen.image} {
		if err := s.Portraits.Wear(r.Context(), n.ID, of, file); err != nil {
			return err
		}
	}
	return s.done(w, r, "saved", "/admin/neighbourhoods/"+n.ID.String())
}

// changeNeighbourhood changes what a place tells of itself to what was typed.
func (s *Server) changeNeighbourhood(r *http.Request, p pages.AdminNeighbourhood, n instance.Neighbourhood, parents []instance.Actor) error {
	plan, err := s.plan(r, p, n, parents)
	if err != nil {
		return err
	}
	plan.Latitude, plan.Longitude, plan.RadiusKM = n.Latitude, n.Longitude, n.RadiusKM
	return s.Places.Edit(r.Context(), n.ID, plan)
}

// neighbourhoodIn is the place that the path names by number, and what it lies
// within.
func (s *Server) neighbourhoodIn(r *http.Request) (instance.Neighbourhood, []instance.Actor, error) {
	id, err := actorID(r)
	if err != nil {
		return instance.Neighbourhood{}, nil, err
	}
	n, err := s.Places.ByID(r.Context(), id)
	if err != nil {
		return n, nil, err
	}
	parents, err := s.Places.Parents(r.Context(), []instance.ActorID{id})
	return n, parents[id], err
}

func typedNeighbourhood(r *http.Request) pages.AdminNeighbourhood {
	return pages.AdminNeighbourhood{
		House: r.PostFormValue("house"), Title: r.PostFormValue("title"), Within: r.PostFormValue("within"), Summary: r.PostFormValue("summary"),
		Territory: strings.TrimSpace(r.PostFormValue("territory")), HoldNew: r.PostFormValue("hold") == "yes", Keeps: r.PostFormValue("keeps") == "yes",
	}
}

// plan is what was typed about n, with the places it is to lie within looked up;
// what it lies within already is not asked for again.
func (s *Server) plan(r *http.Request, p pages.AdminNeighbourhood, n instance.Neighbourhood, parents []instance.Actor) (places.Plan, error) {
	plan := places.Plan{
		Username: p.Username, Title: strings.TrimSpace(p.Title), Summary: p.Summary, Kind: instance.Level(p.Level), House: instance.HouseKind(p.House),
		Territory: p.Territory, HoldNew: p.HoldNew, Keeps: p.Keeps,
	}
	uris := map[string]string{}
	for _, uri := range n.Within {
		uris[uri] = uri
	}
	for _, a := range parents {
		uris[s.addressOf(a)] = a.URI
	}
	lines := strings.Fields(p.Within)
	if len(lines) > places.MaxWithin {
		return plan, &instance.Invalid{Field: "within", Code: "too-many", Limit: places.MaxWithin}
	}
	for _, line := range lines {
		uri, ok := uris[line]
		if !ok {
			a, err := s.lookPlace(r, "within", line)
			if err != nil {
				return plan, err
			}
			uri = a.URI
		}
		if uri == n.URI {
			return plan, &instance.Invalid{Field: "within", Code: "self"}
		}
		plan.Within = append(plan.Within, uri)
	}
	return plan, nil
}

// withinText is what a place lies within, an address a line; places we do not
// know are named by their id.
func (s *Server) withinText(n instance.Neighbourhood, parents []instance.Actor) string {
	lines := make([]string, len(n.Within))
	for i, uri := range n.Within {
		lines[i] = uri
		for _, a := range parents {
			if a.URI == uri {
				lines[i] = s.addressOf(a)
			}
		}
	}
	return strings.Join(lines, "\n")
}

// addressOf is somebody's public address.
func (s *Server) addressOf(a instance.Actor) string {
	if a.Local() {
		return "@" + a.Username + "@" + s.Site.Host()
	}
	return "@" + a.Acct()
}

func (s *Server) showNeighbourhoodForm(w http.ResponseWriter, r *http.Request, status int, p pages.AdminNeighbourhood) error {
	var err error
	if p.Frame, err = s.frame(w, r, "neighbourhoods"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}
