package web

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/help"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// helpRoutes are the pages of help: the numbers of those whose work it is, and
// the neighbours somebody can call.
func (s *Server) helpRoutes(r chi.Router) {
	r.Get("/help", s.page(s.getHelp))
	r.Post("/help/call", s.signedIn(s.callForHelp))
	r.Post("/help/end", s.signedIn(s.endCall))
	r.Post("/help/calls/{id:[0-9]+}", s.signedIn(s.answerCall))
	r.Get("/help/neighbours", s.signedIn(s.getHelpNeighbours))
	r.Post("/help/neighbours", s.signedIn(s.askHelpNeighbour))
	r.Post("/help/neighbours/{id:[0-9]+}", s.signedIn(s.settleHelpNeighbour))
}

// getHelp shows whom to call. The numbers come first, and for everybody.
func (s *Server) getHelp(w http.ResponseWriter, r *http.Request) error {
	return s.showHelp(w, r, http.StatusOK, nil)
}

func (s *Server) showHelp(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	p := pages.Help{Problems: all}
	for _, n := range instance.EmergencyNumbers(s.Country) {
		p.Numbers = append(p.Numbers, view.EmergencyNumber{Number: n.Number, What: n.What, Text: n.Text})
	}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	if me(r) == nil {
		return s.HTML(w, r, status, p)
	}
	list, err := s.Help.List(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	for _, n := range list {
		if n.Agreed {
			p.Neighbours = append(p.Neighbours, s.helpNeighbourView(n))
		}
	}
	own, err := s.Help.Standing(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	if own != nil {
		call := s.callView(*own)
		p.Call = &call
	}
	calling, err := s.Help.Calling(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	for _, c := range calling {
		p.Calling = append(p.Calling, s.callView(c))
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) helpNeighbourView(n help.Neighbour) view.HelpNeighbour {
	return view.HelpNeighbour{Who: personView(s.Site, n.Actor), Phone: n.Phone, Agreed: n.Agreed}
}

func (s *Server) callView(c help.Call) view.HelpCall {
	return view.HelpCall{
		ID: c.ID.String(), Who: personView(s.Site, c.Person), At: s.local(c.At), Told: c.Told, Coming: s.personViews(c.Coming), Unable: s.personViews(c.Unable),
	}
}

// callForHelp calls the neighbours of one's list. Whoever called too often is
// shown the numbers all the same.
func (s *Server) callForHelp(w http.ResponseWriter, r *http.Request) error {
	err := s.Help.Call(r.Context(), me(r).ID)
	if errors.Is(err, instance.ErrTooMany) {
		return s.showHelp(w, r, http.StatusTooManyRequests, []view.Problem{{Field: "who", Code: "too-often"}})
	}
	if all, ok := problems(err); ok {
		return s.showHelp(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "help.called", "/help")
}

// endCall says that help is needed no longer.
func (s *Server) endCall(w http.ResponseWriter, r *http.Request) error {
	if err := s.Help.End(r.Context(), me(r).ID); err != nil {
		return err
	}
	return s.done(w, r, "help.over", "/help")
}

// answerCall says whether one comes.
func (s *Server) answerCall(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	coming := r.PostFormValue("answer") == "coming"
	if err := s.Help.Answer(r.Context(), me(r).ID, id, coming); err != nil {
		return err
	}
	if coming {
		return s.done(w, r, "help.coming", "/help")
	}
	return s.done(w, r, "help.unable", "/help")
}

// getHelpNeighbours is where somebody chooses whom they may call, and sees who
// may call them.
func (s *Server) getHelpNeighbours(w http.ResponseWriter, r *http.Request) error {
	return s.showHelpNeighbours(w, r, http.StatusOK, pages.HelpNeighbours{})
}

func (s *Server) showHelpNeighbours(w http.ResponseWriter, r *http.Request, status int, p pages.HelpNeighbours) error {
	list, err := s.Help.List(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	of, err := s.Help.Of(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	p.Most = help.MaxNeighbours
	for _, n := range list {
		p.List = append(p.List, s.helpNeighbourView(n))
	}
	for _, n := range of {
		p.Of = append(p.Of, s.helpNeighbourView(n))
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// askHelpNeighbour asks a neighbour to be allowed to call them.
func (s *Server) askHelpNeighbour(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	typed := r.PostFormValue("who")
	who, err := s.People.Neighbour(r.Context(), visitOf(r).viewer, typed)
	if err == nil {
		err = s.Help.Ask(r.Context(), me(r).ID, who.ID)
	}
	if all, ok := problems(err); ok {
		return s.showHelpNeighbours(w, r, http.StatusUnprocessableEntity, pages.HelpNeighbours{Who: typed, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "help.asked", "/help/neighbours")
}

// settleHelpNeighbour takes somebody off one's list, or answers whoever asks to
// be allowed to call.
func (s *Server) settleHelpNeighbour(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	other, err := actorID(r)
	if err != nil {
		return err
	}
	flash := "help.parted"
	switch r.PostFormValue("deed") {
	case "remove":
		err = s.Help.Part(r.Context(), me(r).ID, other)
	case "no":
		err = s.Help.Part(r.Context(), other, me(r).ID)
	case "yes":
		flash = "help.agreed"
		err = s.Help.Agree(r.Context(), me(r).ID, other, r.PostFormValue("phone"))
	default:
		return unknownDeed("deed")
	}
	if all, ok := problems(err); ok {
		return s.showHelpNeighbours(w, r, http.StatusUnprocessableEntity, pages.HelpNeighbours{Phone: r.PostFormValue("phone"), Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, flash, "/help/neighbours")
}
