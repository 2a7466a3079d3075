package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/ledger"
)

// subject is what a file is about: a hold of ours at another's home, or another's
// at a home of ours.
type subject struct {
	home   string
	number int
	live   bool
	back   string
	area   string
}

func (s *Server) subject(r *http.Request, programme instance.ActorID) (subject, error) {
	if chi.URLParam(r, "home") == "" {
		h, err := s.held(r, programme)
		if err == nil && h.Number == 0 {
			err = instance.ErrNotFound
		}
		return subject{h.Home, h.Number, h.State == instance.HoldHeld || h.State == instance.HoldAgreed || h.State == instance.HoldPlaced, programmePath(programme) + "/holds/" + h.ID.String(), h.Place}, err
	}
	l, err := s.lent(r, programme)
	if err != nil {
		return subject{}, err
	}
	h, err := s.holdAt(r, l.ID)
	if err != nil {
		return subject{}, err
	}
	lines, err := s.homeLines(r.Context(), []instance.Listing{l})
	if err != nil {
		return subject{}, err
	}
	return subject{l.URI, h.Number, h.Standing.Takes(), lines[0].Path, lines[0].Area}, nil
}

// getHomeFile shows what was told and received about a placement, unopened.
func (s *Server) getHomeFile(w http.ResponseWriter, r *http.Request) error {
	return s.showHomeFile(w, r, http.StatusOK, pages.HomeFile{})
}

func (s *Server) showHomeFile(w http.ResponseWriter, r *http.Request, status int, p pages.HomeFile) error {
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "holds"); err != nil {
		return err
	}
	if !p.Programme.Keeps {
		return instance.ErrForbidden
	}
	about, err := s.subject(r, id)
	if err != nil {
		return err
	}
	p.Back, p.Area, p.May, p.Path = about.back, about.area, about.live, strings.TrimSuffix(r.URL.Path, "/read")
	received, err := s.Housing.Files(r.Context(), *me(r), id, about.home)
	if err != nil {
		return err
	}
	for _, f := range received {
		if f.Hold == about.number {
			p.Received = append(p.Received, view.HousingFile{ID: f.ID, At: s.local(f.At), Gone: !f.DeletedAt.IsZero()})
		}
	}
	sent, err := s.Housing.SentFiles(r.Context(), *me(r), id, about.home)
	if err != nil {
		return err
	}
	for _, f := range sent {
		if f.Hold == about.number {
			p.Sent = append(p.Sent, view.HousingFile{ID: f.ID, At: s.local(f.At)})
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, status, p)
}

// sendHomeFile tells the caseworker of the other association the minimum.
func (s *Server) sendHomeFile(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	_, id, err := s.programme(r, "holds")
	if err != nil {
		return err
	}
	about, err := s.subject(r, id)
	if err != nil {
		return err
	}
	f := r.PostForm
	form := view.Minimum{Contact: f.Get("contact"), Address: f.Get("home"), Household: f.Get("household"), Needs: f.Get("needs")}
	_, err = s.Housing.Send(r.Context(), *me(r), id, about.home, about.number, housing.Minimum{Contact: form.Contact, Address: form.Address, Household: form.Household, Needs: form.Needs})
	all, ok := problems(err)
	switch {
	case ok:
	case errors.Is(err, instance.ErrUnreachable), errors.Is(err, instance.ErrNotFound):
		all = []view.Problem{{Field: "contact", Code: "unreceived"}}
	case errors.Is(err, instance.ErrConflict):
		all = []view.Problem{{Field: "contact", Code: "not-held"}}
	case err != nil:
		return err
	}
	if len(all) > 0 {
		return s.showHomeFile(w, r, http.StatusUnprocessableEntity, pages.HomeFile{Form: form, Problems: all})
	}
	return s.done(w, r, "programme.sent", r.URL.Path)
}

// readHomeFile opens a file that was received; who reads it is noted.
func (s *Server) readHomeFile(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	_, id, err := s.programme(r, "holds")
	if err != nil {
		return err
	}
	if _, err := s.subject(r, id); err != nil {
		return err
	}
	m, err := s.Housing.Read(r.Context(), *me(r), id, r.PostFormValue("file"))
	if err != nil && said(w, r, strings.TrimSuffix(r.URL.Path, "/read"), err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.showHomeFile(w, r, http.StatusOK, pages.HomeFile{Opened: &view.Minimum{Contact: m.Contact, Address: m.Address, Household: m.Household, Needs: m.Needs}})
}

// getHomeLedger shows the ledger of a home, of which every entry is checked.
func (s *Server) getHomeLedger(w http.ResponseWriter, r *http.Request) error {
	var p pages.HomeLedger
	var id instance.ActorID
	var err error
	if p.ProgrammeHead, id, err = s.programme(r, "homes"); err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	lines, err := s.homeLines(r.Context(), []instance.Listing{l})
	if err != nil {
		return err
	}
	p.Home = lines[0]
	entries, err := s.Housing.Entries(r.Context(), *me(r), l.ID)
	if err != nil {
		return err
	}
	_, err = ledger.Verify(entries, ledger.Evidence{Now: s.Now()})
	p.Holds = err == nil
	p.More = max(0, len(entries)-shownEntries)
	for _, e := range slices.Backward(entries[p.More:]) {
		p.Lines = append(p.Lines, s.ledgerLine(e))
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) ledgerLine(e ledger.Entry) view.LedgerLine {
	v := view.LedgerLine{Number: e.Number, At: s.local(e.At), Hash: e.Hash().String()}
	by := ""
	switch d := e.Deed.(type) {
	case ledger.Opened:
		v.Deed = "opened"
	case ledger.Asked:
		v.Deed, by, v.Hold = "asked", d.Statement.By, e.Number
	case ledger.Granted:
		v.Deed, v.Hold = "granted", d.Hold
	case ledger.Withdrawn:
		v.Deed, by = "withdrawn", d.Statement.By
		if said, ok := d.Statement.Saying.(ledger.Withdraw); ok {
			v.Hold = said.Hold
		}
	case ledger.Lapsed:
		v.Deed, v.Hold = "lapsed", d.Hold
	case ledger.Dropped:
		v.Deed, v.Hold = "dropped", d.Hold
	case ledger.Agreed:
		v.Deed, by = "agreed", d.Statement.By
		if said, ok := d.Statement.Saying.(ledger.Agree); ok {
			v.Hold = said.Hold
		}
	case ledger.Placed:
		v.Deed, v.Hold = "placed", d.Hold
	case ledger.Ended:
		v.Deed, v.Hold = "ended", d.Hold
	case ledger.Closed:
		v.Deed = "closed"
	}
	v.By = strings.TrimPrefix(strings.TrimPrefix(by, "https://"), "http://")
	return v
}

// downloadLedger answers with the whole ledger as it travels: what
// `palier housing verify` reads. That it was taken stands in the log.
func (s *Server) downloadLedger(w http.ResponseWriter, r *http.Request) error {
	_, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	body, err := s.Housing.Export(r.Context(), *me(r), l.ID)
	if err != nil {
		return err
	}
	h := w.Header()
	Secure(h)
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="home-`+l.ID.String()+`.ledger.json"`)
	h.Set("Cache-Control", "private, no-store")
	_, _ = w.Write(body) // who asked may have gone
	return nil
}
