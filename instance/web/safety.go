package web

import (
	"net/http"

	"palier/instance/countries"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getSafety is a sheet to keep: numbers that help, rights, and what nobody may ask,
// for a country, in the language of the page. It is there for anyone, says of nobody
// that it is for them, and nothing on the way keeps that it was read.
func (s *Server) getSafety(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	codes, err := countries.Codes()
	if err != nil {
		return err
	}
	p := pages.Safety{Country: s.Country}
	l := visitOf(r).language
	for _, code := range codes {
		if r.URL.Query().Get("country") == code {
			p.Country = code
		}
	}
	for _, code := range codes {
		p.Countries = append(p.Countries, view.Option{Value: code, Label: l.Say("country." + code), Selected: code == p.Country})
	}
	pack, err := countries.Of(p.Country)
	if err != nil {
		return err
	}
	sheet, tongue := pack.SafetyIn(l.Tag)
	if tongue != l.Tag {
		p.Tongue = tongue
	}
	p.Numbers, p.Rights, p.Never = hostNumbers(pack.Numbers), sheet.Rights, sheet.Never
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
