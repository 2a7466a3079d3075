package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/albums"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// photoRoutes are the pages of photographs of events.
func (s *Server) photoRoutes(r chi.Router) {
	r.Get("/e/{id:[0-9]+}/photos", s.signedIn(s.getPhotos))
	r.Post("/e/{id:[0-9]+}/photos", s.signedIn(s.addPhoto))
	r.Get("/e/{id:[0-9]+}/photos/{photo:[0-9]+}", s.signedIn(s.getPhoto))
	r.Post("/e/{id:[0-9]+}/photos/{photo:[0-9]+}", s.signedIn(s.settlePhoto))
}

// getPhotos shows the album of an event.
func (s *Server) getPhotos(w http.ResponseWriter, r *http.Request) error {
	return s.showPhotos(w, r, http.StatusOK, pages.EventPhotos{}, nil)
}

func (s *Server) showPhotos(w http.ResponseWriter, r *http.Request, status int, p pages.EventPhotos, named []instance.ActorID) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	a, err := s.Albums.Of(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return err
	}
	p.Path, p.Title, p.Open, p.MayAdd = eventPath(id), a.Event.Title, a.Event.Audience.Open(), a.MayAdd
	p.Photos = s.photoViews(r, a)
	for _, who := range a.Came {
		p.Came = append(p.Came, view.Option{Value: who.ID.String(), Label: who.Shown(), Selected: slices.Contains(named, who.ID)})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

func (s *Server) photoViews(r *http.Request, a albums.Album) []view.EventPhoto {
	var shown []view.EventPhoto
	for i, photo := range a.Photos {
		shown = append(shown, view.EventPhoto{
			Number: i + 1, Path: eventPath(a.Event.ID) + "/photos/" + photo.ID.String(), Alt: photo.Alt, Language: photo.Language, By: photo.Adder.Shown(),
			Mine: photo.Adder.ID == me(r).ID, Asked: photo.On && !photo.Said, Waits: photo.People - photo.Agreed, HostsOnly: photo.Others,
		})
	}
	return shown
}

// addPhoto adds one.
func (s *Server) addPhoto(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	away, err := s.readUpload(w, r)
	defer away()
	if err != nil {
		return err
	}
	v := r.PostFormValue
	plan := instance.PhotoPlan{Alt: v("alt"), Language: visitOf(r).language.Tag, Nobody: v("nobody") != "", Others: v("others") != ""}
	for _, typed := range r.PostForm["who"] {
		who, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			return instance.ErrInvalid
		}
		plan.People = append(plan.People, instance.ActorID(who))
	}
	if plan.Content, err = fileIn(r, "photo", instance.MaxPhotoContent); err != nil {
		return err
	}
	err = s.Albums.Add(r.Context(), visitOf(r).viewer, id, plan)
	if all, ok := problems(err); ok {
		form := pages.PhotoForm{Alt: plan.Alt, Nobody: plan.Nobody, Others: plan.Others}
		return s.showPhotos(w, r, http.StatusUnprocessableEntity, pages.EventPhotos{Form: form, Problems: all}, plan.People)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "photos.added", eventPath(id)+"/photos")
}

// photoIn is the photograph that the path names, and its event.
func photoIn(r *http.Request) (event instance.PostID, photo instance.ID, err error) {
	if event, err = postID(r); err == nil {
		photo, err = instance.ParseID(chi.URLParam(r, "photo"))
	}
	return event, photo, err
}

// getPhoto answers with what a photograph shows.
func (s *Server) getPhoto(w http.ResponseWriter, r *http.Request) error {
	event, photo, err := photoIn(r)
	if err != nil {
		return err
	}
	content, kind, err := s.Albums.Open(r.Context(), visitOf(r).viewer, event, photo)
	if err != nil {
		return err
	}
	h := w.Header()
	Secure(h)
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(content) // who asked may have gone
	return nil
}

// settlePhoto agrees to a photograph one is on, or takes it down.
func (s *Server) settlePhoto(w http.ResponseWriter, r *http.Request) error {
	event, photo, err := photoIn(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	key := "photos.agreed"
	switch r.PostFormValue("deed") {
	case "agree":
		err = s.Albums.Agree(r.Context(), visitOf(r).viewer, event, photo)
	case "remove":
		key = "photos.removed"
		err = s.Albums.TakeDown(r.Context(), visitOf(r).viewer, event, photo)
	default:
		err = instance.ErrInvalid
	}
	if err != nil {
		return err
	}
	return s.done(w, r, key, eventPath(event)+"/photos")
}
