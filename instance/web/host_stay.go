package web

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// stayRoutes are the pages of a stay as its host sees them, with an account or by
// the link in a letter.
func (s *Server) stayRoutes(r chi.Router) {
	r.Get("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}", s.discreet(s.getHostStay))
	r.Post("/hosting/{host:[0-9]+}/stays/{case:[0-9]+}", s.discreet(s.changeHostStay))
	r.Get("/hosting/link/{token}/stays/{case:[0-9]+}", s.byLink(s.getHostStay))
	r.Post("/hosting/link/{token}/stays/{case:[0-9]+}", s.byLink(s.changeHostStay))
}

// byLink is a page for whoever holds a link, of which nothing is kept on the way or
// in a browser.
func (s *Server) byLink(h handler) http.HandlerFunc {
	return s.page(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		return h(w, r)
	})
}

// atStay is who acts as the host at a stay, the case it is of, and where that is.
func atStay(r *http.Request) (h households.HostHand, id instance.CaseID, host, path string, err error) {
	own, of, host, err := hand(r)
	if err != nil {
		return h, 0, "", "", err
	}
	id, err = instance.ParseID(chi.URLParam(r, "case"))
	return households.HostHand{Host: of, Person: own.Person, Link: own.Link}, id, host, host + "/stays/" + id.String(), err
}

// getHostStay is a stay as its host sees it.
func (s *Server) getHostStay(w http.ResponseWriter, r *http.Request) error {
	return s.showHostStay(w, r, http.StatusOK, pages.HostStay{})
}

func (s *Server) showHostStay(w http.ResponseWriter, r *http.Request, status int, p pages.HostStay) error {
	h, id, host, path, err := atStay(r)
	if err != nil {
		return err
	}
	x, err := s.Households.HostStay(r.Context(), h, id)
	if err != nil {
		return err
	}
	p.Stay, p.Back = s.stayView(x, path), host
	if p.Numbers, err = s.numbersAt(x.Area); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) stayView(x households.HostStay, path string) view.HostStay {
	v := view.HostStay{
		Path: path, State: string(x.State), Called: x.Called, Places: x.Places, Halted: x.Halted, Ends: x.Ends(), Talk: s.caseEntryViews(x.Talk, nil, 0),
		Keeper: x.Keeper.Shown(), Agreement: x.Agreement,
	}
	if x.Hold != 0 {
		v.From, v.Until = x.Stay.From.Date(), x.Stay.Until.Date()
	}
	v.Contact = contactView(x.Contact)
	for _, f := range x.Next {
		v.Next = append(v.Next, view.CaseFollowUp{Kind: string(f.Kind), Due: f.Due.Date()})
	}
	v.Told = s.toldViews(x.Told)
	return v
}

// contactView is how far direct contact is.
func contactView(k households.Contact) view.StayContact {
	return view.StayContact{May: k.May, Guest: k.Guest, Host: k.Host, One: !k.Opened[0].At.IsZero(), Halted: k.Halted, Open: k.Open, Way: k.Way}
}

// toldViews are complaints as who complained sees them: when, how far it is, and what was
// answered.
func (s *Server) toldViews(list []households.Incident) []view.CaseIncident {
	var shown []view.CaseIncident
	for _, i := range list {
		shown = append(shown, view.CaseIncident{State: string(i.State), At: s.local(i.OpenedAt), Answer: i.Answer})
	}
	return shown
}

// changeHostStay is what a host does there.
func (s *Server) changeHostStay(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, id, _, path, err := atStay(r)
	if err != nil {
		return err
	}
	ctx, tongue := r.Context(), visitOf(r).language.Tag
	p := pages.HostStay{Text: r.PostFormValue("text"), To: r.PostFormValue("to"), Complaint: r.PostFormValue("complaint"), Closing: r.PostFormValue("closing")}
	switch r.PostFormValue("deed") {
	case "say":
		err = s.Households.HostSays(ctx, h, id, p.Text, tongue, households.Heard(p.To))
	case "complain":
		_, err = s.Households.HostComplains(ctx, h, id, p.Complaint)
		err = complained(err)
	case "reach":
		err = s.Households.HostReaches(ctx, h, id, r.PostFormValue("way"))
	case "unreach":
		err = s.Households.HostClosesContact(ctx, h, id)
	case "close":
		err = inField("closing", s.Households.HostCloses(ctx, h, id, p.Closing, tongue))
	default:
		err = unknownDeed("deed")
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showHostStay(w, r, http.StatusUnprocessableEntity, p)
	}
	if errors.Is(err, instance.ErrConflict) {
		return s.done(w, r, "stay.not-now", path)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "stay.sent", path)
}

// inField gives what is wrong with a text the field in which it was written.
func inField(field string, err error) error {
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok && invalid.Field == "text" {
		return &instance.Invalid{Field: field, Code: invalid.Code, Limit: invalid.Limit}
	}
	return err
}

// complained says beside the form of a complaint what became of it.
func complained(err error) error {
	if errors.Is(err, instance.ErrConflict) {
		return &instance.Invalid{Field: "complaint", Code: "nobody"}
	}
	return inField("complaint", err)
}
