package web

import (
	"net/http"
	"strconv"
	"strings"

	"palier/instance"
	"palier/instance/groups"
	"palier/instance/people"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/vocab"
)

// usual is how a place relays a new source until somebody says otherwise.
var usual = groups.Terms{MinReach: vocab.ReachNeighbourhood, MaxPerDay: 50}

// getRelay shows what a place relays of others.
func (s *Server) getRelay(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.neighbourhoodIn(r)
	if err != nil {
		return err
	}
	return s.showRelay(w, r, http.StatusOK, n, pages.AdminRelay{}, nil)
}

// addRelay lets a place follow another and relay what it hears.
func (s *Server) addRelay(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	n, _, err := s.neighbourhoodIn(r)
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(r.PostFormValue("address"))
	state, err := s.collect(r, n.Actor, typed)
	if all, ok := problems(err); ok {
		return s.showRelay(w, r, http.StatusUnprocessableEntity, n, pages.AdminRelay{Adding: typed, Problems: all}, nil)
	}
	if err != nil {
		return err
	}
	key := "follow.requested"
	if state == people.Following {
		key = "saved"
	}
	return s.done(w, r, key, relayPath(n))
}

func (s *Server) collect(r *http.Request, group instance.Actor, typed string) (people.FollowState, error) {
	source, err := s.lookPlace(r, "address", typed)
	if err != nil {
		return "", err
	}
	if source.ID == group.ID {
		return "", &instance.Invalid{Field: "address", Code: "self"}
	}
	return s.join(r, group.ID, source.ID)
}

// join lets a group of ours follow another and relay what it hears from there,
// as new sources usually are.
func (s *Server) join(r *http.Request, group, source instance.ActorID) (people.FollowState, error) {
	state, err := s.People.Join(r.Context(), group, source)
	if err != nil {
		return "", err
	}
	return state, s.Groups.AddRule(r.Context(), group, source, usual)
}

// changeRelay changes what a place relays of one source, or ends it.
func (s *Server) changeRelay(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	n, _, err := s.neighbourhoodIn(r)
	if err != nil {
		return err
	}
	source, err := instance.ParseID(r.PostFormValue("source"))
	if err != nil {
		return err
	}
	if r.PostFormValue("deed") == "remove" {
		if err := s.leaveSource(r, n.ID, instance.ActorID(source)); err != nil {
			return err
		}
		return s.done(w, r, "removed", relayPath(n))
	}
	typed := typedRule(r)
	reach, ok := vocab.ParseReach(typed.MinReach)
	if !ok {
		return unknownDeed("reach")
	}
	err = s.Groups.ChangeRule(r.Context(), n.ID, instance.ActorID(source), groups.Terms{
		Moderated: typed.Moderated, MinReach: reach, MaxPerDay: typed.MaxPerDay,
	})
	if all, ok := problems(err); ok {
		all[0].Field = "most-" + source.String() // the one thing a person can type
		return s.showRelay(w, r, http.StatusUnprocessableEntity, n, pages.AdminRelay{Problems: all}, &typed)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", relayPath(n))
}

func relayPath(n instance.Neighbourhood) string {
	return "/admin/neighbourhoods/" + n.ID.String() + "/relay"
}

// leaveSource ends that a place follows another.
func (s *Server) leaveSource(r *http.Request, group, source instance.ActorID) error {
	if err := s.Groups.DropRule(r.Context(), group, source); err != nil {
		return err
	}
	return s.People.Unfollow(r.Context(), group, source)
}

func typedRule(r *http.Request) view.Rule {
	most, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("most")))
	if err != nil {
		most = 0 // which is out of range, as the page will say
	}
	return view.Rule{
		Source: view.Person{ID: r.PostFormValue("source")}, Moderated: r.PostFormValue("mode") == "moderated",
		MinReach: r.PostFormValue("reach"), MaxPerDay: most,
	}
}

// showRelay shows the rules of a place; typed is what could not be taken.
func (s *Server) showRelay(w http.ResponseWriter, r *http.Request, status int, n instance.Neighbourhood, p pages.AdminRelay, typed *view.Rule) error {
	rules, err := s.Groups.Rules(r.Context(), n.ID)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		shown := view.Rule{
			Source: personView(s.Site, rule.Source), Accepted: rule.State == string(people.Following), Moderated: rule.Moderated,
			MaxPerDay: rule.MaxPerDay, MinReach: rule.MinReach.String(), Today: rule.Today,
		}
		if typed != nil && typed.Source.ID == shown.Source.ID {
			shown.Moderated, shown.MaxPerDay, shown.MinReach = typed.Moderated, typed.MaxPerDay, typed.MinReach
		}
		p.Rules = append(p.Rules, shown)
	}
	p.PlaceTabs = tabs(n.Actor, "relay")
	if p.Frame, err = s.frame(w, r, "neighbourhoods"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}
