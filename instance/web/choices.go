package web

import (
	"context"
	"slices"

	"palier/instance"
	"palier/instance/places"
	"palier/instance/web/view"
)

// choices are the circles somebody can write to from a place of ours, nil for
// none, with how many will read it; chosen is selected, or what comes nearest
// to it without reaching further.
func (s *Server) choices(ctx context.Context, place *instance.Neighbourhood, chosen instance.Audience) ([]view.Choice, error) {
	if place == nil {
		return []view.Choice{{Audience: view.ToPublic, Selected: chosen == instance.ToPublic}}, nil
	}
	circles, err := s.Places.CountCircles(ctx, place.ID)
	if err != nil {
		return nil, err
	}
	offered := s.offered(place)
	if chosen.Local() && !slices.Contains(offered, chosen) {
		chosen = offered[0]
	}
	list := make([]view.Choice, 0, len(offered))
	for _, a := range offered {
		list = append(list, choice(a, place, circles, chosen))
	}
	return list, nil
}

func choice(a instance.Audience, place *instance.Neighbourhood, circles places.Circles, chosen instance.Audience) view.Choice {
	c := view.Choice{Audience: view.Audience(a), Place: place.Shown(), Readers: circles.Inner, Selected: a == chosen}
	switch {
	case a == instance.ToAround:
		c.Readers = circles.Around
	case a == instance.ToNeighbourhood && place.Level == "":
		c.Audience = view.ToMembers
	}
	return c
}

// offered are the audiences that make sense in a place, the narrowest first. A
// house has no neighbourhood of its own; what lies within nothing here has no
// surroundings here.
func (s *Server) offered(place *instance.Neighbourhood) []instance.Audience {
	list := []instance.Audience{instance.ToNeighbourhood}
	if place.Level.House() {
		list[0] = instance.ToBuilding
	}
	if slices.ContainsFunc(place.Within, s.Site.Owns) {
		list = append(list, instance.ToAround)
	}
	if place.Keeps {
		return list
	}
	return append(list, instance.ToPublic)
}

// home returns the narrowest place where somebody is a verified resident, nil
// for none.
func (s *Server) home(ctx context.Context, person instance.ActorID) (*instance.Neighbourhood, error) {
	homes, err := s.Places.Residences(ctx, person)
	if err != nil {
		return nil, err
	}
	for _, h := range homes {
		if h.Standing == instance.Verified {
			n, err := s.Places.ByID(ctx, h.Place.ID)
			return &n, err
		}
	}
	return nil, nil
}
