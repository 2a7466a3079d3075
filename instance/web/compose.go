package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getCompose is where a post is written: in the place that is asked for, else
// where the writer is at home.
func (s *Server) getCompose(w http.ResponseWriter, r *http.Request) error {
	place, err := s.writesIn(r)
	if err == nil && place == nil {
		place, err = s.home(r.Context(), me(r).ID)
	}
	if err != nil {
		return err
	}
	c := &composition{draft: instance.Draft{Language: me(r).Locale, Audience: me(r).DefaultAudience, Once: newOnce()}}
	if place == nil {
		c.draft.Audience = "" // what reaches everyone is chosen, never the default
	}
	if r.URL.Query().Get("poll") == "building" && place != nil && place.Level.House() {
		c.draft.Audience = instance.ToBuilding
	}
	return s.showComposer(w, r, http.StatusOK, place, c)
}

// publishPost posts what was written.
func (s *Server) publishPost(w http.ResponseWriter, r *http.Request) error {
	done, err := s.readUpload(w, r)
	defer done()
	if err != nil {
		return err
	}
	c := readComposition(r)
	before, err := s.Posts.Sent(r.Context(), me(r).ID, c.draft.Once)
	if err != nil {
		return err
	}
	if before != nil {
		SeeOther(w, r, postPath(before))
		return nil
	}
	place, err := s.writesIn(r)
	if err != nil {
		return err
	}
	if place != nil {
		c.draft.Group = place.ID
	}
	if c.draft.Audience, err = s.audience(r, place); err != nil && !c.refuse(err) {
		return err
	}
	if err := s.takePictures(r.Context(), r, me(r).ID, c); err != nil {
		return err
	}
	var p *instance.Post
	if c.fits() {
		p, err = s.Posts.Publish(r.Context(), visitOf(r).viewer, c.draft)
		if err != nil && !c.refuse(err) {
			return err
		}
	}
	if !c.fits() {
		return s.showComposer(w, r, http.StatusUnprocessableEntity, place, c)
	}
	s.flashes.Set(w, view.Flash{Key: "post.published", Undo: postPath(p) + "/delete", Sent: "compose"})
	SeeOther(w, r, postPath(p))
	return nil
}

// writesIn returns the place of ours, or the club, that a form is for, nil if it is for none
// or for one where the writer is not at home (yet).
func (s *Server) writesIn(r *http.Request) (*instance.Neighbourhood, error) {
	text := r.FormValue("in")
	if text == "" {
		return nil, nil
	}
	id, err := instance.ParseID(text)
	if err != nil {
		return nil, err
	}
	n, err := s.Places.ByID(r.Context(), instance.ActorID(id))
	if errors.Is(err, instance.ErrNotFound) {
		var c instance.Club
		c, err = s.Clubs.ByID(r.Context(), instance.ActorID(id))
		n = instance.Neighbourhood{Actor: c.Actor}
	}
	if err != nil {
		return nil, err
	}
	v := visitOf(r).viewer
	if !slices.Contains(v.Inner, n.ID) && !slices.Contains(v.Tends, n.ID) {
		return nil, nil
	}
	return &n, nil
}

// audience reads who is to read a post: one of those the form offered.
func (s *Server) audience(r *http.Request, place *instance.Neighbourhood) (instance.Audience, error) {
	text := r.PostFormValue("audience")
	if text == "" {
		return "", &instance.Invalid{Field: "audience", Code: "missing"}
	}
	if text == string(view.ToMembers) && place != nil && place.Level == "" {
		return instance.ToNeighbourhood, nil
	}
	a, err := instance.ParseAudience(text)
	if err == nil && place == nil && a.Local() {
		err = &instance.Invalid{Field: "audience", Code: "unknown"}
	}
	return a, err
}

func (s *Server) showComposer(w http.ResponseWriter, r *http.Request, status int, place *instance.Neighbourhood, c *composition) error {
	choices, err := s.choices(r.Context(), place, c.draft.Audience)
	if err != nil {
		return err
	}
	held, err := s.Posts.Uploaded(r.Context(), me(r).ID, c.draft.Pictures)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	p := pages.Compose{
		Frame: f, Action: "/compose", Return: "/home", Once: c.draft.Once, Writing: c.writing(s.Site, held), Choices: choices,
		Languages: tonguesWith(c.draft.Language), Problems: c.problems,
		MoreOpen: slices.ContainsFunc(c.problems, func(p view.Problem) bool { return p.Field == "language" || p.Field == "warning" }),
		PollOpen: r.URL.Query().Has("poll") || slices.ContainsFunc(c.problems, func(p view.Problem) bool { return p.Field == "poll" }),
	}
	if place != nil {
		in := personView(s.Site, place.Actor)
		p.In, p.Return = &in, in.Path
	}
	return s.HTML(w, r, status, p)
}

// getEditPost is where a post of one's own is changed.
func (s *Server) getEditPost(w http.ResponseWriter, r *http.Request) error {
	p, err := s.ownPost(r)
	if err != nil {
		return err
	}
	c := &composition{draft: instance.Draft{Title: p.Title, Text: p.Source, Warning: p.Warning, Language: p.Language}}
	for _, m := range p.Pictures {
		c.draft.Pictures = append(c.draft.Pictures, m.ID)
	}
	return s.showEditor(w, r, http.StatusOK, p, c)
}

// editPost changes a post of one's own.
func (s *Server) editPost(w http.ResponseWriter, r *http.Request) error {
	done, err := s.readUpload(w, r)
	defer done()
	if err != nil {
		return err
	}
	p, err := s.ownPost(r)
	if err != nil {
		return err
	}
	c := readComposition(r)
	if c.draft.Poll = nil; p.Poll != nil {
		c.draft.Poll = p.Poll.Draft() // an edit of the words leaves what is asked
	}
	if err := s.takePictures(r.Context(), r, me(r).ID, c); err != nil {
		return err
	}
	if c.fits() {
		_, err := s.Posts.Edit(r.Context(), me(r).ID, p.ID, c.draft)
		if err != nil && !c.refuse(err) {
			return err
		}
	}
	if !c.fits() {
		return s.showEditor(w, r, http.StatusUnprocessableEntity, p, c)
	}
	s.flashes.Set(w, view.Flash{Key: "post.edited"})
	SeeOther(w, r, postPath(p))
	return nil
}

// ownPost returns the post in the path if it stands and is the one's who asks.
func (s *Server) ownPost(r *http.Request) (*instance.Post, error) {
	id, err := postID(r)
	if err != nil {
		return nil, err
	}
	p, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return nil, err
	}
	if p.Author.ID != me(r).ID || p.Gone() {
		return nil, fmt.Errorf("edit post %s: %w", id, instance.ErrNotFound)
	}
	return p, nil
}

func (s *Server) showEditor(w http.ResponseWriter, r *http.Request, status int, p *instance.Post, c *composition) error {
	held, err := s.Posts.Uploaded(r.Context(), me(r).ID, c.draft.Pictures)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	path := postPath(p)
	written := c.writing(s.Site, append(held, p.Pictures...))
	written.Poll = view.PollWriting{Kept: p.Poll != nil}
	return s.HTML(w, r, status, pages.Compose{
		Frame: f, Action: path + "/edit", Return: path, Editing: true, Writing: written,
		Languages: tonguesWith(c.draft.Language), Problems: c.problems,
	})
}
