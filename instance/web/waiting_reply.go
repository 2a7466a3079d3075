package web

import (
	"errors"
	"net/http"

	"palier/instance"
)

// settleReply lets a reply from another server through that waits, or keeps it
// out: for who began the thread, and who looks after the place. Where nothing
// waits for the one who asks there is nothing here.
func (s *Server) settleReply(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := postID(r)
	if err != nil {
		return err
	}
	p, err := s.judged(r, id)
	if err != nil {
		return err
	}
	key, at := "let-through", "#p"+id.String()
	switch r.PostFormValue("answer") {
	case "through":
		err = s.Groups.LetThrough(r.Context(), *me(r), id)
	case "remove":
		key, at = "kept-out", "#replies"
		err = s.Groups.KeepOut(r.Context(), *me(r), id, "")
	default:
		return unknownDeed("answer")
	}
	if err != nil {
		return unseen(err)
	}
	path := postPath(p)
	switch root, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, p.Thread); {
	case err == nil:
		path = postPath(root)
	case !errors.Is(err, instance.ErrNotFound):
		return err
	}
	return s.done(w, r, key, path+at)
}
