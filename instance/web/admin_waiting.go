package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getWaitingPlaces lists where posts wait for the one who reads: everywhere for
// those who moderate the server, else in the places they look after.
func (s *Server) getWaitingPlaces(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !me(r).Moderates() && len(visitOf(r).viewer.Tends) == 0 {
		return instance.ErrNotFound
	}
	list, err := s.Groups.WaitingFor(ctx, *me(r))
	if err != nil {
		return err
	}
	var p pages.AdminWaitingPlaces
	for _, x := range list {
		p.Places = append(p.Places, view.WaitingPlace{Person: personView(s.Site, x.Group), Waiting: x.Posts})
	}
	if p.Frame, err = s.frame(w, r, "waiting"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getWaiting lists what waits in a place before it is relayed.
func (s *Server) getWaiting(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	group, err := s.tended(r)
	if err != nil {
		return err
	}
	after := idIn(r, "after")
	list, err := s.Groups.Waiting(ctx, group.ID, after, perPage)
	if err != nil {
		return err
	}
	ids := make([]instance.PostID, len(list))
	for i, x := range list {
		ids[i] = x.Post
	}
	held, err := s.Posts.HeldAll(ctx, me(r).ID, ids)
	if err != nil {
		return err
	}
	posts := map[instance.PostID]*instance.Post{}
	for _, post := range held {
		posts[post.ID] = post
	}
	p := pages.AdminWaiting{PlaceTabs: tabs(group, "waiting")}
	for _, x := range list {
		if posts[x.Post] == nil {
			continue // deleted since
		}
		shown := view.Waiting{ID: x.ID.String(), Post: postView(s.Site, posts[x.Post], nil, me(r), false)}
		shown.Reply, shown.Post.May.Decide = posts[x.Post].Waits(), false
		if x.Source.ID != 0 {
			from := personView(s.Site, x.Source)
			shown.From = &from
		}
		p.Waiting = append(p.Waiting, shown)
	}
	path := waitingPath(group.ID)
	if after != 0 {
		p.Pager.Newer = path
	}
	if len(list) == perPage {
		p.Pager.Older = path + "?after=" + list[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, "waiting"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// settleWaiting lets a waiting post through, or keeps it out.
func (s *Server) settleWaiting(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	group, err := s.tended(r)
	if err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "waiting"))
	if err != nil {
		return err
	}
	key := "relayed"
	switch r.PostFormValue("answer") {
	case "relay":
		err = s.Groups.Release(r.Context(), *me(r), id)
	case "drop":
		key, err = "dismissed", s.Groups.Dismiss(r.Context(), *me(r), id, r.PostFormValue("reason"))
	default:
		return unknownDeed("answer")
	}
	if err != nil {
		return unseen(err)
	}
	return s.done(w, r, key, waitingPath(group.ID))
}

func waitingPath(group instance.ActorID) string {
	return "/admin/neighbourhoods/" + group.String() + "/waiting"
}

// tended is the place that the path names by number, if the one who asks may
// decide about posts in it.
func (s *Server) tended(r *http.Request) (instance.Actor, error) {
	id, err := actorID(r)
	if err != nil {
		return instance.Actor{}, err
	}
	group, err := s.Groups.Tended(r.Context(), *me(r), id)
	return group, unseen(err)
}
