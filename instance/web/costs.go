package web

import (
	"net/http"
	"strconv"
	"strings"

	"palier/instance/costs"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getCosts is what the server costs, for anyone.
func (s *Server) getCosts(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.Costs.Now(r.Context())
	if err != nil {
		return err
	}
	p := pages.Costs{Sum: kept.Sum(), Text: kept.Text}
	for _, l := range kept.Lines {
		p.Lines = append(p.Lines, view.Cost{What: l.What, Who: l.Who, Euros: l.Euros})
	}
	if !kept.Changed.IsZero() {
		p.Changed = s.local(kept.Changed)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// blankCosts is how many lines are free in the form.
const blankCosts = 3

// getAdminCosts is where that is written.
func (s *Server) getAdminCosts(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.Costs.Now(r.Context())
	if err != nil {
		return err
	}
	p := pages.AdminCosts{Text: kept.Text}
	for _, l := range kept.Lines {
		p.Lines = append(p.Lines, view.Cost{What: l.What, Amount: strconv.Itoa(l.Euros), Who: l.Who})
	}
	return s.showAdminCosts(w, r, http.StatusOK, p)
}

func (s *Server) showAdminCosts(w http.ResponseWriter, r *http.Request, status int, p pages.AdminCosts) error {
	for range min(blankCosts, costs.MaxLines-len(p.Lines)) {
		p.Lines = append(p.Lines, view.Cost{})
	}
	var err error
	if p.Frame, err = s.frame(w, r, "costs"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// setCosts keeps it.
func (s *Server) setCosts(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p := pages.AdminCosts{Text: r.PostFormValue("text")}
	page := costs.Page{Text: p.Text}
	for i := 1; i <= costs.MaxLines; i++ {
		n := strconv.Itoa(i)
		l := view.Cost{What: strings.TrimSpace(r.PostFormValue("what-" + n)), Amount: strings.TrimSpace(r.PostFormValue("amount-" + n)), Who: strings.TrimSpace(r.PostFormValue("who-" + n))}
		if l == (view.Cost{}) {
			continue
		}
		euros, err := strconv.Atoi(strings.Map(digits, l.Amount))
		if err != nil {
			euros = -1 // is refused with the line it stands in
		}
		p.Lines, page.Lines = append(p.Lines, l), append(page.Lines, costs.Line{What: l.What, Euros: euros, Who: l.Who})
	}
	err := s.Costs.Set(r.Context(), *me(r), page)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showAdminCosts(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", "/admin/costs")
}

// digits drops the blanks between the digits of a number, as people write them.
func digits(c rune) rune {
	switch c {
	case ' ', '\u00a0', '\u202f':
		return -1
	}
	return c
}
