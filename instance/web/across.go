package web

import (
	"net/http"
	"slices"
	"time"

	"palier/instance/countries"
	"palier/instance/france"
	"palier/instance/households"
	"palier/instance/web/view"
)

// countryName is what a country is called, its code where the pages have no word for
// it.
func (s *Server) countryName(r *http.Request, code string) string {
	if known, err := countries.Codes(); err != nil || !slices.Contains(known, code) {
		return code
	}
	return visitOf(r).language.Say("country." + code)
}

// abroad is what holds for a home in an area that is in another country than this
// server, and nil within its own.
func (s *Server) abroad(r *http.Request, area string) (*view.Abroad, error) {
	country := s.Households.Abroad(area)
	if country == "" {
		return nil, nil
	}
	rules, err := countries.Of(country)
	if err != nil {
		return nil, err
	}
	v := &view.Abroad{
		Country: s.countryName(r, country), Code: country, Least: rules.Stay.Least, Most: rules.Stay.Most, Numbers: hostNumbers(rules.Numbers), There: s.Now().In(countries.ZoneOf(area)),
	}
	for _, a := range rules.Across {
		v.Points = append(v.Points, view.AcrossPoint{Need: a.Need, Text: a.In(visitOf(r).language.Tag)})
	}
	return v, nil
}

// abroadFor is [Server.abroad] with what was seen to for a case and a hold of it.
func (s *Server) abroadFor(r *http.Request, h households.CaseHold) (*view.Abroad, error) {
	v, err := s.abroad(r, h.Area)
	if err != nil || v == nil {
		return v, err
	}
	points, err := s.Households.Across(r.Context(), *me(r), h.Case, v.Code)
	if err != nil {
		return v, err
	}
	for i, p := range points {
		v.Points[i].Seen = p.Seen
	}
	return v, nil
}

// thereAt is a time by the clock where a home is, zero where that shows what ours does.
func (s *Server) thereAt(t time.Time, area string) time.Time {
	if t.IsZero() || area == "" {
		return time.Time{}
	}
	there := t.In(countries.ZoneOf(area))
	if there.Format(time.DateTime) == s.local(t).Format(time.DateTime) {
		return time.Time{}
	}
	return there
}

// numbersAt are the numbers that help in the country of an area, of this server where
// there is no area.
func (s *Server) numbersAt(area string) ([]view.EmergencyNumber, error) {
	country := s.Country
	if area != "" {
		country = countries.CountryOf(area)
	}
	rules, err := countries.Of(country)
	if err != nil {
		return nil, err
	}
	return hostNumbers(rules.Numbers), nil
}

// areaName is a commune, or a town of another country, as people know it.
func areaName(communes map[string]france.Commune, code string) string {
	c, ok := communes[code]
	if !ok {
		town, _ := countries.Told(code)
		return town.Name
	}
	return c.Name + " (" + c.Departement + ")"
}

func byCode(list []france.Commune) map[string]france.Commune {
	codes := map[string]france.Commune{}
	for _, c := range list {
		codes[c.Code] = c
	}
	return codes
}
