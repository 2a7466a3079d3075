package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// replyToPost answers a post, to the same readers.
func (s *Server) replyToPost(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	d := instance.Draft{Text: r.PostFormValue("text"), Language: me(r).Locale, ReplyTo: id, Once: r.PostFormValue("once")}
	reply, err := s.Posts.Publish(r.Context(), visitOf(r).viewer, d)
	if all, ok := problems(err); ok {
		return s.replyAgain(w, r, id, d, all)
	}
	if err != nil {
		return err
	}
	thread, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "reply.published", Undo: postPath(reply) + "/delete", Sent: "reply-" + id.String()})
	SeeOther(w, r, postPath(thread)+"#p"+reply.ID.String())
	return nil
}

// replyAgain shows the thread with what was written and cannot be taken.
func (s *Server) replyAgain(w http.ResponseWriter, r *http.Request, id instance.PostID, d instance.Draft, all []view.Problem) error {
	p, err := s.thread(r, id)
	if err != nil {
		return err
	}
	if p.Post.Invites != nil {
		return s.showEvent(w, r, http.StatusUnprocessableEntity, id, all, pages.GuestForm{})
	}
	p.Text, p.Problems = d.Text, all
	if d.Once != "" {
		p.Once = d.Once
	}
	return s.showThread(w, r, http.StatusUnprocessableEntity, p)
}
