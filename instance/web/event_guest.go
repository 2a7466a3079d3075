package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/events"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// registerGuest writes to somebody without an account who wants to come.
func (s *Server) registerGuest(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	form := pages.GuestForm{Name: r.PostFormValue("name"), Email: strings.TrimSpace(r.PostFormValue("email")), Note: r.PostFormValue("note")}
	for _, by := range []string{auth.From(r), strings.ToLower(form.Email)} {
		if wait, ok := s.letters.Allow(by); !ok {
			return &auth.TooFast{Wait: wait}
		}
	}
	seats, _ := strconv.Atoi(r.PostFormValue("seats")) // nothing is one
	err = s.Events.Register(r.Context(), id, events.Guest{
		Name: form.Name, Email: form.Email, Language: visitOf(r).language.Tag, Answer: events.Answer{Seats: seats, Note: strings.TrimSpace(form.Note)},
	})
	if all, ok := problems(err); ok {
		return s.showEvent(w, r, http.StatusUnprocessableEntity, id, all, form)
	}
	if err != nil {
		return err
	}
	return s.eventAgain(w, r, id, "event.letter", "")
}

// getGuest is where the link in a letter leads: one presses a button there, so
// that nothing happens by only looking.
func (s *Server) getGuest(w http.ResponseWriter, r *http.Request) error {
	return s.showGuest(w, r, http.StatusOK, nil)
}

func (s *Server) showGuest(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	token := chi.URLParam(r, "token")
	held, p, err := s.Events.Invited(r.Context(), token)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	f.Here = "/e/guest/" + token
	return s.HTML(w, r, status, pages.EventGuest{
		Frame: f, Event: occasion(p, time.Time{}), Action: "/e/guest/" + token, State: string(held.State), Name: held.Name, Seats: held.Seats, Note: held.Note, Problems: all,
	})
}

// answerGuest lets the guest come, or not.
func (s *Server) answerGuest(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	token := chi.URLParam(r, "token")
	_, p, err := s.Events.Invited(r.Context(), token)
	if err != nil {
		return err
	}
	if r.PostFormValue("answer") == "no" {
		if err := s.Events.Cancel(r.Context(), token); err != nil {
			return err
		}
		return s.eventAgain(w, r, p.ID, "event.forgotten", "")
	}
	if r.PostFormValue("answer") == "end" {
		if err := s.Events.EndGuestLink(r.Context(), token); err != nil {
			return err
		}
		return s.eventAgain(w, r, p.ID, "event.link-ended", "")
	}
	seats, _ := strconv.Atoi(r.PostFormValue("seats")) // nothing is one
	answered, err := s.Events.Confirm(r.Context(), token, events.Answer{Seats: seats, Note: strings.TrimSpace(r.PostFormValue("note"))})
	if all, ok := problems(err); ok {
		return s.showGuest(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "event.answered-" + string(answered.State)})
	SeeOther(w, r, "/e/guest/"+token)
	return nil
}

// getPoster is an event to be printed and hung up.
func (s *Server) getPoster(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	p, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return err
	}
	if p.Event == nil || p.Gone() {
		return instance.ErrNotFound
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.EventPoster{Frame: f, Event: occasion(p, time.Time{}), Content: sanitised(p.Content), Tongue: p.Language, Link: s.Site.Base() + eventPath(p.ID)})
}
