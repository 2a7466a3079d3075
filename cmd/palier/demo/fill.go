package demo

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/france"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/store"
	"palier/protocol/vocab"
)

// dinan is the INSEE code of the commune of the demo.
const dinan = "22050"

// began is how long ago the servers of the demo were founded: longer than
// neighbours have to be verified before they vouch for others.
const began = 45 * 24 * time.Hour

// fill gives the servers their people, places and conversation, unless they
// have them from an earlier run.
func fill(ctx context.Context, servers []*server, clock *clock) error {
	known, err := servers[0].app.Places.All(ctx)
	if err != nil || len(known) > 0 {
		return err
	}
	clock.standBack(began)
	defer clock.standBack(0)
	f := filler{servers: servers, clock: clock}
	for _, step := range []func(context.Context) error{f.places, f.people, f.relays, f.follows, f.settleCrowd, f.live, f.residence, f.shelter, f.talk} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("fill the demo: %w", err)
		}
	}
	return nil
}

type filler struct {
	servers []*server
	clock   *clock
}

// at returns the server called key, the first of a pair name@key.
func (f filler) at(key string) *server {
	for _, s := range f.servers {
		if s.town.key == key {
			return s
		}
	}
	return nil
}

// split reads name@key.
func (f filler) split(s string) (name string, at *server) {
	name, key, _ := strings.Cut(s, "@")
	return name, f.at(key)
}

func (f filler) places(ctx context.Context) error {
	communes, err := france.Communes()
	if err != nil {
		return err
	}
	commune, ok := france.ByCode(communes, dinan)
	if !ok {
		return errors.New("no commune " + dinan)
	}
	for _, s := range f.servers {
		for _, g := range s.town.groups {
			plan := places.Plan{Username: g.username, Title: g.title, Summary: g.summary, Kind: g.kind, HoldNew: g.hold}
			if g.username == "dinan" {
				plan.Territory, plan.Latitude, plan.Longitude, plan.RadiusKM = commune.Territory(), commune.Latitude, commune.Longitude, 3
			}
			for _, w := range g.within {
				name, at, elsewhere := strings.Cut(w, "@")
				site := s.app.Site
				if elsewhere {
					site = f.at(at).app.Site
				}
				plan.Within = append(plan.Within, site.GroupURI(name))
			}
			if _, err := s.app.Places.Create(ctx, plan); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f filler) people(ctx context.Context) error {
	for _, s := range f.servers {
		for i, p := range s.town.people {
			a, err := s.app.People.Create(ctx, people.Newcomer{Username: p.username, Name: p.name, Email: email(p), Password: password, Role: p.role})
			if err != nil {
				return err
			}
			if err := f.settle(ctx, s.app, p, a.ID); err != nil {
				return err
			}
			if err := f.move(ctx, s.app, p, a.ID, i+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// move gives somebody a door of their own, so that two of them are two households
// and vouch for a third.
func (f filler) move(ctx context.Context, a *app.App, p person, id instance.ActorID, number int) error {
	if len(p.lives) == 0 {
		return nil
	}
	n, err := a.Places.Named(ctx, p.lives[0])
	if err != nil {
		return err
	}
	return a.DB.InTx(ctx, func(tx store.Tx) error {
		return a.Homes.Settle(ctx, tx, id, "home", n.ID, 0, fmt.Sprintf("%d rue du Jerzual, 22100 Dinan", number), "")
	})
}

func (f filler) settle(ctx context.Context, a *app.App, p person, id instance.ActorID) error {
	settle := func(names []string, standing instance.Standing) error {
		for _, name := range names {
			n, err := a.Places.Named(ctx, name)
			if err != nil {
				return err
			}
			if err := a.Places.SetStanding(ctx, n.ID, id, 0, standing); err != nil {
				return err
			}
			if _, err := a.People.Follow(ctx, id, n.ID); err != nil {
				return err
			}
		}
		return nil
	}
	if err := errors.Join(settle(p.lives, instance.Verified), settle(p.declares, instance.Declared)); err != nil {
		return err
	}
	for _, name := range p.moderates {
		n, err := a.Places.Named(ctx, name)
		if err != nil {
			return err
		}
		if err := a.Places.SetModerator(ctx, n.ID, id, true); err != nil {
			return err
		}
	}
	return nil
}

// relays lets groups follow groups, over the network where they live apart, and
// grants each follow as a moderator would.
func (f filler) relays(ctx context.Context) error {
	for _, r := range relays {
		name, at := f.split(r.group)
		source, from := f.split(r.source)
		group, err := at.app.Places.Named(ctx, name)
		if err != nil {
			return err
		}
		other, err := at.app.Federation.Find(ctx, source+"@"+from.app.Site.Host())
		if err != nil {
			return err
		}
		if err := Relay(ctx, at.app, group.ID, other.ID, false, vocab.ReachNeighbourhood.String(), 50); err != nil {
			return err
		}
		if err := f.grant(ctx, from, source, at, name); err != nil {
			return fmt.Errorf("%s follows %s: %w", r.group, r.source, err)
		}
	}
	return nil
}

// grant waits until a request to follow has come, says yes, and waits until
// that is known on the other side.
func (f filler) grant(ctx context.Context, s *server, source string, from *server, follower string) error {
	if err := f.settled(ctx); err != nil {
		return err
	}
	group, err := s.app.Places.Named(ctx, source)
	if err != nil {
		return err
	}
	asks, err := s.app.Federation.Find(ctx, follower+"@"+from.app.Site.Host())
	if err != nil {
		return err
	}
	if err := s.app.People.Grant(ctx, group.ID, asks.ID); err != nil {
		return err
	}
	return f.settled(ctx)
}

func (f filler) follows(ctx context.Context) error {
	for _, s := range f.servers {
		for _, p := range s.town.people {
			a, err := s.app.People.Named(ctx, p.username)
			if err != nil {
				return err
			}
			for _, other := range p.follows {
				name, at := f.split(other)
				followee, err := s.app.Federation.Find(ctx, name+"@"+at.app.Site.Host())
				if err != nil {
					return err
				}
				if _, err := s.app.People.Follow(ctx, a.ID, followee.ID); err != nil {
					return err
				}
			}
		}
	}
	return f.settled(ctx)
}

// deed is one thing somebody says, at its time.
type deed struct {
	ago time.Duration
	do  func(context.Context) error
}

// talk lets everyone say what they have to say, in the order of the day.
func (f filler) talk(ctx context.Context) error {
	var deeds []deed
	for i := range conversation {
		deeds = append(deeds, f.thread(&conversation[i])...)
	}
	sort.SliceStable(deeds, func(i, j int) bool { return deeds[i].ago > deeds[j].ago })
	for _, d := range deeds {
		f.clock.standBack(d.ago)
		if err := d.do(ctx); err != nil {
			return err
		}
		if err := f.settled(ctx); err != nil {
			return err
		}
	}
	return nil
}

// thread is a post with its replies and thanks.
func (f filler) thread(s *said) []deed {
	at := f.at(s.server)
	var post *instance.Post
	deeds := []deed{{s.ago, func(ctx context.Context) (err error) {
		v, err := f.viewer(ctx, at.app, s.by)
		if err != nil {
			return err
		}
		n, err := at.app.Places.Named(ctx, s.in)
		if err != nil {
			return err
		}
		post, err = at.app.Posts.Publish(ctx, v, instance.Draft{
			Title: s.title, Text: s.text, Language: "fr", Audience: s.audience, Reach: s.reach, Group: n.ID,
		})
		return err
	}}}
	for _, r := range s.replies {
		deeds = append(deeds, deed{s.ago - r.after, func(ctx context.Context) error {
			v, err := f.viewer(ctx, at.app, r.by)
			if err != nil {
				return err
			}
			_, err = at.app.Posts.Publish(ctx, v, instance.Draft{Text: r.text, Language: "fr", ReplyTo: post.ID})
			return err
		}})
	}
	for i, by := range s.liked {
		deeds = append(deeds, deed{s.ago - time.Duration(i+1)*10*time.Minute, func(ctx context.Context) error {
			v, err := f.viewer(ctx, at.app, by)
			if err != nil {
				return err
			}
			return at.app.Posts.Like(ctx, v, post.ID)
		}})
	}
	return deeds
}

func (f filler) viewer(ctx context.Context, a *app.App, name string) (instance.Viewer, error) {
	p, err := a.People.Named(ctx, name)
	if err != nil {
		return instance.Viewer{}, err
	}
	return a.Places.Viewer(ctx, p.ID)
}

// settled waits until no server has anything left to send or to work. One quiet
// round is not enough: the last server may have sent something to the first.
func (f filler) settled(ctx context.Context) error {
	for quiet := 0; quiet < 2; quiet++ {
		for _, s := range f.servers {
			worked, err := s.app.Settle(ctx)
			if err != nil {
				return err
			}
			if worked {
				quiet = -1
			}
		}
	}
	return nil
}

// Relay lets a group of ours follow another and relay what it hears from there.
func Relay(ctx context.Context, a *app.App, group, source instance.ActorID, moderated bool, least string, perDay int) error {
	reach, ok := vocab.ParseReach(least)
	if !ok {
		return &instance.Invalid{Field: "min-reach", Code: "unknown"}
	}
	if err := a.Groups.SetRule(ctx, group, source, moderated, reach, perDay); err != nil {
		return err
	}
	_, err := a.People.Follow(ctx, group, source)
	return err
}
