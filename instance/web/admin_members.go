package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getAdminMembers lists who lives in a place and who looks after it.
func (s *Server) getAdminMembers(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.neighbourhoodIn(r)
	if err != nil {
		return err
	}
	return s.showAdminMembers(w, r, http.StatusOK, n, pages.AdminMembers{})
}

// changeMember does one thing about one person in a place.
func (s *Server) changeMember(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	n, _, err := s.neighbourhoodIn(r)
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(r.PostFormValue("person"))
	key, err := s.memberDeed(r, n, typed)
	if all, ok := problems(err); ok {
		return s.showAdminMembers(w, r, http.StatusUnprocessableEntity, n, pages.AdminMembers{Adding: typed, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, key, "/admin/neighbourhoods/"+n.ID.String()+"/members")
}

func (s *Server) memberDeed(r *http.Request, n instance.Neighbourhood, typed string) (flash string, err error) {
	deed := r.PostFormValue("deed")
	if !slices.Contains([]string{"verify", "leave", "moderator", "no-moderator"}, deed) {
		return "", unknownDeed("deed")
	}
	a, err := s.look(r, "person", typed)
	if err != nil {
		return "", err
	}
	ctx := r.Context()
	switch deed {
	case "moderator", "no-moderator":
		if a.Kind == instance.Group || a.Kind == instance.Application {
			return "", &instance.Invalid{Field: "person", Code: "not-found"}
		}
		return "saved", s.Places.SetModerator(ctx, n.ID, a.ID, deed == "moderator")
	case "leave":
		return "removed", s.Places.Leave(ctx, n.ID, a.ID)
	default:
		if !a.Local() || a.Kind == instance.Group {
			return "", &instance.Invalid{Field: "person", Code: "elsewhere"}
		}
		return "verified", s.settle(ctx, n.ID, a.ID, me(r).ID, instance.Verified)
	}
}

// settle makes somebody a resident of a place, who then also hears what is said
// there in public.
func (s *Server) settle(ctx context.Context, place, person, by instance.ActorID, standing instance.Standing) error {
	var err error
	if standing == instance.Verified {
		err = s.Proofs.Confirm(ctx, place, person, by)
	} else {
		err = s.Places.SetStanding(ctx, place, person, by, standing)
	}
	if err != nil {
		return err
	}
	_, err = s.People.Follow(ctx, person, place)
	return err
}

func (s *Server) showAdminMembers(w http.ResponseWriter, r *http.Request, status int, n instance.Neighbourhood, p pages.AdminMembers) error {
	ctx, after := r.Context(), instance.ActorID(idIn(r, "after"))
	members, err := s.Places.Members(ctx, n.ID, after, perPage)
	if err != nil {
		return err
	}
	moderators, err := s.Places.Moderators(ctx, n.ID)
	if err != nil {
		return err
	}
	for _, m := range members {
		tends := slices.ContainsFunc(moderators, func(a instance.Actor) bool { return a.ID == m.Person.ID })
		p.Members = append(p.Members, view.Member{
			Person: personView(s.Site, m.Person), Standing: view.Standing(m.Standing), Moderator: tends, Since: m.Since,
		})
	}
	path := "/admin/neighbourhoods/" + n.ID.String() + "/members"
	if after != 0 {
		p.Pager.Newer = path
	}
	if len(members) == perPage {
		p.Pager.Older = path + "?after=" + members[perPage-1].Person.ID.String()
	} else {
		// Those who look after the place from elsewhere end the list.
		wardens, err := s.Places.Wardens(ctx, n.ID)
		if err != nil {
			return err
		}
		for _, x := range wardens {
			p.Members = append(p.Members, view.Member{Person: personView(s.Site, x.Actor), Moderator: true, Since: x.Since})
		}
	}
	p.PlaceTabs = tabs(n.Actor, "members")
	if p.Frame, err = s.frame(w, r, "neighbourhoods"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}
