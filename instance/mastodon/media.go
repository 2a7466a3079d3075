package mastodon

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/media"
	"palier/instance/posts"
)

func (s *Server) mediaRoutes(r chi.Router) {
	s.person(r, http.MethodPost, "/v1/media", "write:media", s.upload)
	s.person(r, http.MethodPost, "/v2/media", "write:media", s.upload)
	s.person(r, http.MethodGet, "/v1/media/{id}", "write:media", s.getUploaded)
	s.person(r, http.MethodPut, "/v1/media/{id}", "write:media", s.describeUploaded)
	s.person(r, http.MethodDelete, "/v1/media/{id}", "write:media", s.dropUploaded)
}

// upload takes in a picture for a post to come. It is ready when it is answered
// for. A thumbnail of the program's own is left aside: ours is drawn from the
// picture.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, c *call) (err error) {
	file := c.File("file")
	if file == nil {
		return &instance.Invalid{Field: "file", Code: "missing"}
	}
	note, err := pictureNote(c)
	if err != nil {
		return err
	}
	f, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	m, err := s.Posts.Upload(r.Context(), c.me(), f, note)
	if err != nil {
		return err
	}
	return reply(w, s.picture(m, nil))
}

// pictureNote is what a request says of a picture.
func pictureNote(c *call) (posts.PictureNote, error) {
	var note posts.PictureNote
	if c.Has("description") {
		text := c.Text("description")
		note.Description = &text
	}
	if c.Has("focus") {
		focus, err := media.ParseFocus(c.Text("focus"))
		if err != nil {
			return note, &instance.Invalid{Field: "focus", Code: "malformed"}
		}
		note.Focus = &focus
	}
	return note, nil
}

func (s *Server) getUploaded(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	m, err := s.Posts.Picture(r.Context(), c.me(), id)
	if err != nil {
		return err
	}
	return reply(w, s.picture(m, nil))
}

func (s *Server) describeUploaded(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	note, err := pictureNote(c)
	if err != nil {
		return err
	}
	m, err := s.Posts.NotePicture(r.Context(), c.me(), id, note)
	if err != nil {
		return err
	}
	return reply(w, s.picture(m, nil))
}

func (s *Server) dropUploaded(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	err = s.Posts.DropPicture(r.Context(), c.me(), id)
	if errors.Is(err, instance.ErrConflict) {
		return &instance.Invalid{Field: "pictures", Code: "used"}
	}
	if err != nil {
		return err
	}
	return reply(w, struct{}{})
}
