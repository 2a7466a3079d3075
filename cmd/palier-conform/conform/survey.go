package conform

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"palier/protocol/as2"
	"palier/protocol/origin"
)

// survey is a look at everything that a few actors of the server show.
type survey struct {
	actors      []as2.Actor
	collections []*collection
	activities  []*document // of the outboxes, each fetched by its id
	posts       []*document
	missing     []error // ids that were named and are not served
}

// survey looks at the server once, within the bounds on how much is looked at.
func (v *visit) survey(ctx context.Context) (*survey, error) {
	return once(v, "survey", func() (*survey, error) {
		s := &survey{}
		ids, err := v.groups(ctx)
		if err != nil {
			return nil, err
		}
		if server, err := v.serverActor(ctx); err == nil {
			ids = append([]string{server}, ids...)
		}
		for _, id := range ids {
			s.actor(ctx, v, id)
		}
		s.people(ctx, v)
		for _, a := range s.actors {
			s.collectionsOf(ctx, v, a)
		}
		s.said(ctx, v)
		return s, nil
	})
}

// note keeps an error of a document that should be there.
func (s *survey) note(err error) bool {
	if err != nil && !errors.Is(err, errBudget) {
		s.missing = append(s.missing, err)
	}
	return err == nil
}

func (s *survey) actor(ctx context.Context, v *visit, id string) {
	if slices.ContainsFunc(s.actors, func(a as2.Actor) bool { return a.ID == id }) {
		return
	}
	if a, _, err := v.actor(ctx, id); s.note(err) {
		s.actors = append(s.actors, a)
	}
}

// people adds some who live on the server: those who look after its groups, and
// those whose posts the groups show.
func (s *survey) people(ctx context.Context, v *visit) {
	var ids []string
	for _, a := range s.actors {
		if a.Type != as2.TypeGroup {
			continue
		}
		for _, id := range []string{moderatorsOf(a), a.Outbox} {
			if id == "" {
				continue
			}
			c, err := v.collection(ctx, id)
			if err != nil {
				continue // told of where collections are judged
			}
			ids = append(ids, peopleIn(ctx, v, c)...)
		}
	}
	n := 0
	for _, id := range ids {
		if n < mostPeople && origin.Same(id, v.base) && !slices.ContainsFunc(s.actors, func(a as2.Actor) bool { return a.ID == id }) {
			s.actor(ctx, v, id)
			n++
		}
	}
}

// peopleIn returns the ids of people in a collection: moderators, or the authors
// of what it lists.
func peopleIn(ctx context.Context, v *visit, c *collection) []string {
	var ids []string
	for _, i := range c.items[:min(len(c.items), mostPosts)] {
		switch {
		case !i.Embedded() && i.Type == "" && i.IRI != "" && c.name == "moderators":
			ids = append(ids, i.IRI)
		default:
			if post, err := v.postOf(ctx, i); err == nil && post != nil {
				ids = append(ids, post.FirstIRI("attributedTo"))
			}
		}
	}
	return ids
}

// moderatorsOf returns the collection of a group's moderators (7.8).
func moderatorsOf(a as2.Actor) string {
	if a.Type == as2.TypeGroup && len(a.AttributedTo) == 1 {
		return a.AttributedTo[0].IRI
	}
	return ""
}

func (s *survey) collectionsOf(ctx context.Context, v *visit, a as2.Actor) {
	for _, c := range []struct{ name, id string }{
		{"outbox", a.Outbox}, {"followers", a.Followers}, {"following", a.Following}, {"featured", a.Featured}, {"moderators", moderatorsOf(a)},
	} {
		s.collection(ctx, v, c.name, c.id, a.ID)
	}
}

func (s *survey) collection(ctx context.Context, v *visit, name, id, owner string) {
	if id == "" || slices.ContainsFunc(s.collections, func(c *collection) bool { return c.id == id }) {
		return
	}
	if c, err := v.collection(ctx, id); s.note(err) {
		c.name, c.owner = name, owner
		s.collections = append(s.collections, c)
	}
}

// said adds what stands in the outboxes, and the threads it belongs to.
func (s *survey) said(ctx context.Context, v *visit) {
	for _, c := range slices.Clone(s.collections) {
		if c.name != "outbox" {
			continue
		}
		for _, i := range c.items[:min(len(c.items), mostPosts)] {
			s.activity(ctx, v, i)
		}
	}
	for _, p := range s.posts {
		s.collection(ctx, v, "replies", p.IRI("replies"), p.ID())
		if thread := p.IRI("context"); origin.Same(thread, v.base) {
			s.collection(ctx, v, "thread", thread, "")
		}
	}
}

func (s *survey) activity(ctx context.Context, v *visit, i as2.Item) {
	if i.IRI == "" {
		s.missing = append(s.missing, errors.New("an outbox lists an activity without id"))
		return
	}
	d, err := v.document(ctx, i.IRI)
	if !s.note(err) {
		return
	}
	s.activities = append(s.activities, d)
	post, err := v.postOf(ctx, as2.Item{IRI: d.ID(), Type: d.Type(), Raw: d.Raw()})
	if err != nil {
		s.missing = append(s.missing, err)
		return
	}
	if post != nil && len(s.posts) < mostPosts && !slices.Contains(s.posts, post) {
		s.posts = append(s.posts, post)
	}
}

// postOf returns the post that an activity of an outbox is about, fetched by its
// id; nil if it is about none of this server's.
func (v *visit) postOf(ctx context.Context, i as2.Item) (*document, error) {
	if !i.Embedded() {
		d, err := v.document(ctx, i.IRI)
		if err != nil {
			return nil, err
		}
		i = as2.Item{IRI: d.ID(), Type: d.Type(), Raw: d.Raw()}
	}
	if i.Type != as2.TypeCreate && i.Type != as2.TypeAnnounce {
		return nil, nil
	}
	o, err := i.Parse()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", i.IRI, err)
	}
	object := o.Item("object")
	if as2.IsActivity(object.Type) { // a group passes on a whole activity
		return v.postOf(ctx, object)
	}
	if object.IRI == "" || !origin.Same(object.IRI, v.base) {
		return nil, nil
	}
	return v.document(ctx, object.IRI)
}
