package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/clubs"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// shownClubs is how many clubs the page of a place names itself.
const shownClubs = 6

// clubLines are clubs as lines of a list.
func (s *Server) clubLines(list []instance.Club) []view.ClubLine {
	var lines []view.ClubLine
	for _, c := range list {
		lines = append(lines, view.ClubLine{Person: personView(s.Site, c.Actor), Topic: string(c.Topic), Members: c.Members})
	}
	return lines
}

// getClubs lists the clubs that belong to a place.
func (s *Server) getClubs(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	after := instance.ActorID(idIn(r, "after"))
	list, err := s.Clubs.In(r.Context(), a.ID, after, perPage)
	if err != nil {
		return err
	}
	path := "/g/" + a.Username + "/clubs"
	p := pages.Clubs{Place: personView(s.Site, a), Clubs: s.clubLines(list), May: slices.Contains(visitOf(r).viewer.Inner, a.ID) && a.Level != ""}
	if after != 0 {
		p.Pager.Newer = path
	}
	if len(list) == perPage {
		p.Pager.Older = path + "?after=" + list[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getNewClub is where somebody opens a club.
func (s *Server) getNewClub(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	if !slices.Contains(visitOf(r).viewer.Inner, a.ID) {
		return fmt.Errorf("open a club in %s: %w", a.Username, instance.ErrForbidden)
	}
	return s.showClubForm(w, r, http.StatusOK, pages.ClubForm{Place: personView(s.Site, a), Action: "/g/" + a.Username + "/clubs", Topic: "sport", Entry: "open"})
}

func (s *Server) showClubForm(w http.ResponseWriter, r *http.Request, status int, p pages.ClubForm) error {
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// typedClub reads what was filled in about a club.
func typedClub(r *http.Request, p pages.ClubForm) (pages.ClubForm, clubs.Plan) {
	p.Title, p.Summary = r.PostFormValue("title"), r.PostFormValue("summary")
	p.Username, p.Topic, p.Entry = strings.TrimSpace(r.PostFormValue("username")), r.PostFormValue("topic"), r.PostFormValue("entry")
	return p, clubs.Plan{Username: p.Username, Title: p.Title, Summary: p.Summary, Topic: instance.ClubTopic(p.Topic), Entry: instance.Entry(p.Entry)}
}

// foundClub opens a club.
func (s *Server) foundClub(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	form, plan := typedClub(r, pages.ClubForm{Place: personView(s.Site, a), Action: "/g/" + a.Username + "/clubs"})
	plan.Place = a.ID
	c, err := s.Clubs.Found(r.Context(), me(r).ID, plan)
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showClubForm(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	if _, err := s.People.Follow(r.Context(), me(r).ID, c.ID); err != nil {
		return err
	}
	return s.done(w, r, "club.founded", "/@"+c.Username)
}

// club is the club that the path names.
func (s *Server) club(r *http.Request) (instance.Club, error) {
	a, err := s.named(r)
	if err != nil {
		return instance.Club{}, err
	}
	return s.Clubs.ByID(r.Context(), a.ID)
}

// getClub shows a club: to anyone what is public, to its members also what stays
// among them.
func (s *Server) getClub(w http.ResponseWriter, r *http.Request, c instance.Club) error {
	posts, pager, elsewhere, err := s.shownIn(r, c.Actor)
	if err != nil {
		return err
	}
	if elsewhere != "" {
		SeeOther(w, r, elsewhere)
		return nil
	}
	shown, err := s.clubView(r, c)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	f.Feed, f.Canonical = shown.Feed, s.Site.Base()+"/@"+c.Username
	return s.HTML(w, r, http.StatusOK, pages.Club{Frame: f, Club: shown, Posts: posts, Pager: pager, Live: s.liveOn(r, livePlace(c.ID))})
}

// clubView is a club as its page tells of it.
func (s *Server) clubView(r *http.Request, c instance.Club) (view.Club, error) {
	ctx, v := r.Context(), visitOf(r)
	shown := view.Club{
		Person: personView(s.Site, c.Actor), Topic: string(c.Topic), Open: c.Entry == instance.EntryOpen, Summary: sanitised(c.Summary),
		Address: "@" + c.Username + "@" + s.Site.Host(), Feed: "/@" + c.Username + ".atom",
		Place: personView(s.Site, c.Place), Members: c.Members, Moderates: v.tends(&c.Actor), Asking: c.Asking,
	}
	moderators, err := s.Places.Moderators(ctx, c.ID)
	if err != nil {
		return shown, err
	}
	shown.Moderators = s.personViews(moderators)
	planned, err := s.Clubs.Calendar(ctx, v.viewer, c.ID, 10)
	if err != nil {
		return shown, err
	}
	for _, p := range planned {
		shown.Next = append(shown.Next, s.meetingView(p))
	}
	if v.account == nil {
		return shown, nil
	}
	if shown.Bond, err = s.bond(r, c.Actor); err != nil {
		return shown, err
	}
	part, err := s.Clubs.Part(ctx, c.ID, v.viewer.ID)
	shown.Member, shown.Asked = part == instance.Member, part == instance.Asked
	return shown, err
}

// meetingView is an event as a line of a calendar.
func (s *Server) meetingView(p *instance.Post) view.Meeting {
	m := view.Meeting{Path: postPath(p), Title: p.Title}
	if m.Title == "" {
		m.Title = p.Author.Shown()
	}
	if e := p.Event; e != nil {
		m.Starts, m.Where, m.Off = e.Starts.In(s.Zone), e.Venue.Name, e.Status == instance.EventCancelled
	}
	return m
}

// enterClub lets somebody in, or asks for them; then they also hear what is
// public there.
func (s *Server) enterClub(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, err := s.club(r)
	if err != nil {
		return err
	}
	part, err := s.Clubs.Enter(r.Context(), c.ID, me(r).ID)
	if err != nil {
		return err
	}
	if part == instance.Asked {
		return s.done(w, r, "club.asked", "/@"+c.Username)
	}
	if _, err := s.People.Follow(r.Context(), me(r).ID, c.ID); err != nil {
		return err
	}
	return s.done(w, r, "club.entered", "/@"+c.Username)
}

// quitClub ends somebody's part in a club, and that they hear of it.
func (s *Server) quitClub(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, err := s.club(r)
	if err != nil {
		return err
	}
	if err := s.Clubs.Quit(r.Context(), c.ID, me(r).ID); err != nil {
		if errors.Is(err, instance.ErrConflict) {
			return s.done(w, r, "club.last-moderator", "/g/"+c.Username+"/members")
		}
		return err
	}
	if err := s.People.Unfollow(r.Context(), me(r).ID, c.ID); err != nil {
		return err
	}
	return s.done(w, r, "club.quit", "/@"+c.Username)
}

// getClubMembers lists who takes part in a club, for its members and those who
// look after it.
func (s *Server) getClubMembers(w http.ResponseWriter, r *http.Request) error {
	c, err := s.club(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	if !slices.Contains(v.viewer.Inner, c.ID) && !v.tends(&c.Actor) {
		return fmt.Errorf("members of %s: %w", c.Username, instance.ErrForbidden)
	}
	after := instance.ActorID(idIn(r, "after"))
	members, err := s.Clubs.Members(r.Context(), c.ID, after, instance.Member, perPage)
	if err != nil {
		return err
	}
	p := pages.ClubMembers{Club: personView(s.Site, c.Actor), Moderates: v.tends(&c.Actor), Members: s.clubMembers(members)}
	if p.Moderates && after == 0 {
		asking, err := s.Clubs.Members(r.Context(), c.ID, 0, instance.Asked, perPage)
		if err != nil {
			return err
		}
		p.Asking = s.clubMembers(asking)
	}
	path := "/g/" + c.Username + "/members"
	if after != 0 {
		p.Pager.Newer = path
	}
	if len(members) == perPage {
		p.Pager.Older = path + "?after=" + members[perPage-1].Person.ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) clubMembers(list []clubs.Membership) []view.ClubMember {
	var shown []view.ClubMember
	for _, m := range list {
		shown = append(shown, view.ClubMember{Person: personView(s.Site, m.Person), Moderates: m.Moderates})
	}
	return shown
}

// settleClubMember carries out what was decided about somebody in a club.
func (s *Server) settleClubMember(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, err := s.club(r)
	if err != nil {
		return err
	}
	person, err := instance.ParseID(r.PostFormValue("person"))
	if err != nil {
		return err
	}
	err = s.Clubs.Settle(r.Context(), *me(r), c.ID, instance.ActorID(person), clubs.Answer(r.PostFormValue("answer")))
	if errors.Is(err, instance.ErrConflict) {
		return s.done(w, r, "club.last-moderator", "/g/"+c.Username+"/members")
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", "/g/"+c.Username+"/members")
}

// getEditClub is where those who look after a club change it.
func (s *Server) getEditClub(w http.ResponseWriter, r *http.Request) error {
	c, err := s.club(r)
	if err != nil {
		return err
	}
	if !visitOf(r).tends(&c.Actor) {
		return fmt.Errorf("edit club %s: %w", c.Username, instance.ErrForbidden)
	}
	return s.showClubForm(w, r, http.StatusOK, pages.ClubForm{
		Place: personView(s.Site, c.Place), Club: personView(s.Site, c.Actor), Action: "/g/" + c.Username + "/edit",
		Title: c.Name, Summary: c.Source, Topic: string(c.Topic), Entry: string(c.Entry),
	})
}

// editClub changes a club.
func (s *Server) editClub(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, err := s.club(r)
	if err != nil {
		return err
	}
	form, plan := typedClub(r, pages.ClubForm{Place: personView(s.Site, c.Place), Club: personView(s.Site, c.Actor), Action: "/g/" + c.Username + "/edit"})
	err = s.Clubs.Edit(r.Context(), *me(r), c.ID, plan)
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showClubForm(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", "/@"+c.Username)
}
