package web

import (
	"net/http"
	"strconv"
	"strings"

	"palier/instance"
	"palier/instance/addresses"
	"palier/instance/places"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// listed is how many imported outlines a page offers at once.
const listed = 50

// getArea is the form for where a place lies.
func (s *Server) getArea(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.neighbourhoodIn(r)
	if err != nil {
		return err
	}
	p := pages.AdminArea{Query: strings.TrimSpace(strings.ToValidUTF8(r.URL.Query().Get("q"), ""))}
	if p.Query == "" {
		p.Query = inseeOf(n)
	}
	return s.showArea(w, r, http.StatusOK, n, p)
}

// changeArea says where a place lies: an imported outline, a point and a radius,
// the doors of a house, or nothing.
func (s *Server) changeArea(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.neighbourhoodIn(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	p := pages.AdminArea{
		Query: r.PostFormValue("q"), Center: strings.TrimSpace(r.PostFormValue("center")), Radius: strings.TrimSpace(r.PostFormValue("radius")),
		Doors: r.PostFormValue("doors"),
	}
	switch r.PostFormValue("deed") {
	case "outline":
		err = s.layOutline(r, n)
	case "radius":
		err = s.setRadius(r, n, p)
	case "doors":
		err = s.setDoors(r, n, p.Doors)
	case "forget":
		err = s.Places.RemoveOutline(r.Context(), n.ID)
	default:
		return instance.ErrInvalid
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showArea(w, r, http.StatusUnprocessableEntity, n, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", "/admin/neighbourhoods/"+n.ID.String()+"/area")
}

func (s *Server) layOutline(r *http.Request, n instance.Neighbourhood) error {
	id, err := instance.ParseID(r.PostFormValue("outline"))
	if err != nil {
		return &instance.Invalid{Field: "outline", Code: "unknown"}
	}
	return s.Places.Lay(r.Context(), n.ID, id)
}

func (s *Server) setRadius(r *http.Request, n instance.Neighbourhood, p pages.AdminArea) error {
	lat, lon, ok := strings.Cut(p.Center, ",")
	o := places.Outline{}
	var latErr, lonErr error
	o.Center.Latitude, latErr = strconv.ParseFloat(strings.TrimSpace(lat), 64)
	o.Center.Longitude, lonErr = strconv.ParseFloat(strings.TrimSpace(lon), 64)
	if !ok || latErr != nil || lonErr != nil {
		return &instance.Invalid{Field: "center", Code: "malformed"}
	}
	var err error
	if o.RadiusM, err = strconv.ParseFloat(p.Radius, 64); err != nil {
		return &instance.Invalid{Field: "radius", Code: "out-of-range", Limit: places.MaxRadiusM}
	}
	return s.Places.SetOutline(r.Context(), n.ID, o)
}

// setDoors takes the doors of a house, an address a line; each has to be one that
// the address files know.
func (s *Server) setDoors(r *http.Request, n instance.Neighbourhood, typed string) error {
	var doors []instance.AddressID
	for line := range strings.Lines(typed) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if len(doors) == places.MaxDoors {
			return &instance.Invalid{Field: "doors", Code: "too-many", Limit: places.MaxDoors}
		}
		found, err := s.Addresses.Suggest(r.Context(), line, nil, 1)
		if err != nil {
			return &instance.Invalid{Field: "doors", Code: "unknown"}
		}
		if len(found) == 0 || found[0].Kind != addresses.Door {
			return &instance.Invalid{Field: "doors", Code: "unknown"}
		}
		doors = append(doors, found[0].Address)
	}
	return s.Places.SetDoors(r.Context(), n.ID, doors)
}

func (s *Server) showArea(w http.ResponseWriter, r *http.Request, status int, n instance.Neighbourhood, p pages.AdminArea) error {
	ctx := r.Context()
	p.PlaceTabs, p.House = tabs(n.Actor, "area"), n.Level == "building" || n.Level == "residence"
	outline, known, err := s.Places.OutlineOf(ctx, n.ID)
	if err != nil {
		return err
	}
	if p.Known = known; known {
		p.Source = outline.Source
		if p.Center == "" {
			p.Center = strconv.FormatFloat(outline.Center.Latitude, 'f', 5, 64) + ", " + strconv.FormatFloat(outline.Center.Longitude, 'f', 5, 64)
		}
		if p.Radius == "" && outline.RadiusM > 0 {
			p.Radius = strconv.FormatFloat(outline.RadiusM, 'f', 0, 64)
		}
	}
	found, err := s.Places.Boundaries(ctx, p.Query, listed)
	if err != nil {
		return err
	}
	for _, b := range found {
		p.Outlines = append(p.Outlines, view.Boundary{ID: b.ID.String(), Name: b.Name, Kind: b.Kind, Key: b.Key, Source: b.Source})
	}
	if p.House {
		if p.DoorCount, err = s.Places.Doors(ctx, n.ID); err != nil {
			return err
		}
	}
	nesting, err := s.Places.Nesting(ctx, n.ID)
	if err != nil {
		return err
	}
	if p.Map, err = s.mapOf(ctx, n.Actor, nesting); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, "neighbourhoods"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}
