package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/joining"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getInvitations lists what somebody has made to hand to others.
func (s *Server) getInvitations(w http.ResponseWriter, r *http.Request) error {
	return s.showInvitations(w, r, http.StatusOK, nil)
}

func (s *Server) showInvitations(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	list, err := s.Joining.Invitations(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	homes, err := s.Places.Residences(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	p := pages.Invitations{Closed: s.Joining.Registrations() == joining.Closed, Problems: all}
	names := map[instance.ActorID]string{}
	for _, h := range homes {
		names[h.Place.ID] = h.Place.Shown()
		if h.Standing == instance.Verified {
			p.Places = append(p.Places, view.Option{Value: h.Place.ID.String(), Label: h.Place.Shown()})
		}
	}
	for _, i := range list {
		p.Invitations = append(p.Invitations, s.invitationView(i, names[i.Place]))
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) invitationView(i joining.Invitation, place string) view.Invitation {
	return view.Invitation{
		Path: "/settings/invitations/" + i.ID.String(), Link: s.Site.Base() + "/join?invitation=" + i.Code, Place: place,
		Remaining: i.Remaining, Joined: i.Joined, Expires: i.Expires, Counts: i.Counts(s.Now()),
	}
}

// invite makes one more.
func (s *Server) invite(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	place, err := instance.ParseID(r.PostFormValue("place"))
	if err != nil {
		return s.showInvitations(w, r, http.StatusUnprocessableEntity, []view.Problem{{Field: "place", Code: "unknown"}})
	}
	i, err := s.Joining.Invite(r.Context(), me(r).ID, instance.ActorID(place))
	if all, ok := problems(err); ok {
		return s.showInvitations(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	SeeOther(w, r, "/settings/invitations/"+i.ID.String())
	return nil
}

// invitationIn is the invitation of the one who asks that the path names.
func (s *Server) invitationIn(r *http.Request) (view.Invitation, error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return view.Invitation{}, err
	}
	i, err := s.Joining.Invitation(r.Context(), me(r).ID, id)
	if err != nil {
		return view.Invitation{}, err
	}
	n, err := s.Places.ByID(r.Context(), i.Place)
	if err != nil {
		return view.Invitation{}, err
	}
	return s.invitationView(i, n.Shown()), nil
}

// getInvitation shows one to be handed over: its link, its code for a camera,
// and the words that go with it, which nobody but the one who reads sends.
func (s *Server) getInvitation(w http.ResponseWriter, r *http.Request) error {
	return s.showInvitation(w, r, false)
}

// getDoorCards are four cards on one sheet, to be cut and put under doors.
func (s *Server) getDoorCards(w http.ResponseWriter, r *http.Request) error {
	return s.showInvitation(w, r, true)
}

func (s *Server) showInvitation(w http.ResponseWriter, r *http.Request, cards bool) error {
	i, err := s.invitationIn(r)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	// What is handed over goes to those who are no neighbours yet.
	from := me(r).Shown()
	if cards {
		return s.HTML(w, r, http.StatusOK, pages.DoorCards{Frame: f, Invitation: i, From: from})
	}
	return s.HTML(w, r, http.StatusOK, pages.Invitation{Frame: f, Invitation: i, From: from})
}

// revokeInvitation takes one back.
func (s *Server) revokeInvitation(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := s.Joining.Revoke(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "invitation.revoked"})
	SeeOther(w, r, "/settings/invitations")
	return nil
}

// getPlaceSheet is a sheet for the hall of a place, with the code by which one
// joins it.
func (s *Server) getPlaceSheet(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.PlaceSheet{Frame: f, Place: personView(s.Site, a), Link: s.Site.Base() + "/join?place=" + a.Username})
}
