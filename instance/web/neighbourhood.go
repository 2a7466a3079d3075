package web

import (
	"context"
	"net/http"
	"slices"

	"palier/instance"
	"palier/instance/timelines"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getNeighbourhood shows one of our places: to anyone what is public, to its
// neighbours also what is theirs.
func (s *Server) getNeighbourhood(w http.ResponseWriter, r *http.Request, a instance.Actor) error {
	shown, pager, elsewhere, err := s.shownIn(r, a)
	if err != nil {
		return err
	}
	if elsewhere != "" {
		SeeOther(w, r, elsewhere)
		return nil
	}
	place, err := s.neighbourhood(r, a)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	if f.Viewer != nil && f.Viewer.Home != nil && f.Viewer.Home.ID == place.ID {
		f.Section = "place"
	}
	f.Feed, f.Canonical = place.Feed, s.Site.Base()+"/@"+a.Username
	dash, err := s.dashboard(r, a)
	if err != nil {
		return err
	}
	alerts, err := s.alerts(r.Context(), a.ID)
	if err != nil {
		return err
	}
	bands, err := s.running(r.Context(), a.ID)
	if err != nil {
		return err
	}
	warnings, err := s.warnings(r, a, place.Standing == view.Verified || place.Moderates)
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.Neighbourhood{Frame: f, Place: place, Alerts: alerts, Weather: warnings, Campaigns: bands, Dashboard: dash, Posts: shown, Pager: pager, Live: s.liveOn(r, livePlace(a.ID))})
}

// shownIn is the page that is asked for of what a group of ours shows. elsewhere
// is set if it is better seen at another address.
func (s *Server) shownIn(r *http.Request, a instance.Actor) (shown []view.Post, pager view.Pager, elsewhere string, err error) {
	v, page := visitOf(r), pageOf(r)
	entries, next, err := s.Timelines.Place(r.Context(), v.viewer, a.ID, timelines.Narrow{}, page)
	if err != nil {
		return nil, pager, "", err
	}
	if pager, elsewhere = turn("/@"+a.Username, page, entries, next); elsewhere != "" {
		return nil, pager, elsewhere, nil
	}
	shown, err = s.sifted(r.Context(), entries, v, instance.InPublic)
	if v.tends(&a) {
		for i := range shown { // what it relays of others too
			shown[i].May.Remove = shown[i].Author.ID != v.viewer.ID.String()
		}
	}
	return shown, pager, "", err
}

// neighbourhood is a place as its page tells of it.
func (s *Server) neighbourhood(r *http.Request, a instance.Actor) (view.Neighbourhood, error) {
	ctx, v := r.Context(), visitOf(r)
	residents, err := s.Places.CountResidents(ctx, a.ID)
	if err != nil {
		return view.Neighbourhood{}, err
	}
	nesting, err := s.Places.Nesting(ctx, a.ID)
	if err != nil {
		return view.Neighbourhood{}, err
	}
	moderators, err := s.Places.Moderators(ctx, a.ID)
	if err != nil {
		return view.Neighbourhood{}, err
	}
	shown := view.Neighbourhood{
		Person: personView(s.Site, a), Level: level(a), Summary: sanitised(a.Summary), Banner: s.Site.Header(a),
		Address: "@" + a.Username + "@" + s.Site.Host(), Feed: "/@" + a.Username + ".atom",
		Within: s.actorLines(nesting.Parents), Inside: s.actorLines(nesting.Children), Moderators: s.personViews(moderators),
		Verified: residents.Verified, Declared: residents.Declared, Moderates: v.tends(&a), MovedTo: a.MovedTo,
	}
	founded, err := s.Clubs.In(ctx, a.ID, 0, shownClubs)
	if err != nil {
		return shown, err
	}
	shown.Clubs = s.clubLines(founded)
	if shown.Map, err = s.mapOf(ctx, a, nesting); err != nil {
		return shown, err
	}
	if shown.House, err = s.houseKind(ctx, a); err != nil || v.account == nil {
		return shown, err
	}
	if shown.Bond, err = s.bond(r, a); err != nil {
		return shown, err
	}
	if shown.Standing, shown.Lives, err = s.standing(ctx, v.viewer, a.ID); err != nil {
		return shown, err
	}
	if err := s.houseOf(ctx, v, a, &shown); err != nil {
		return shown, err
	}
	if shown.Moderates {
		waiting, err := s.Groups.CountWaiting(ctx)
		if err != nil {
			return shown, err
		}
		shown.Waiting = waiting[a.ID]
		planned, err := s.Campaigns.Planned(ctx, *v.account, a.ID)
		if err != nil {
			return shown, err
		}
		for _, c := range planned {
			if c.Author != v.account.ID {
				shown.Checks++
			}
		}
	}
	return shown, nil
}

// standing is how somebody stands to a place: verified also through a house
// that lies within it. lives tells that they are one of its own residents.
func (s *Server) standing(ctx context.Context, v instance.Viewer, place instance.ActorID) (st view.Standing, lives bool, err error) {
	own, err := s.Places.Standing(ctx, place, v.ID)
	if err != nil {
		return view.Stranger, false, err
	}
	if slices.Contains(v.Inner, place) {
		return view.Verified, own != instance.Stranger, nil
	}
	return view.Standing(own), own != instance.Stranger, nil
}

// actorLines are places, here or elsewhere, as lines of a list.
func (s *Server) actorLines(all []instance.Actor) []view.PlaceLine {
	var lines []view.PlaceLine
	for _, a := range all {
		lines = append(lines, view.PlaceLine{Person: personView(s.Site, a), Level: level(a), Elsewhere: a.Host})
	}
	return lines
}

// level is how wide a place is; one elsewhere may not say.
func level(a instance.Actor) view.Level {
	if a.Level == "" {
		return view.LevelWider
	}
	return view.Level(a.Level)
}

func (s *Server) personViews(all []instance.Actor) []view.Person {
	shown := make([]view.Person, 0, len(all))
	for _, a := range all {
		shown = append(shown, personView(s.Site, a))
	}
	return shown
}
