package conform

import (
	"context"
	"errors"
	"fmt"

	"palier/protocol/as2"
	"palier/protocol/origin"
)

// collection is one that was walked.
type collection struct {
	*document
	as2.Collection
	name, owner string // what it is, and whose
	pages       int
	items       []as2.Item
	whole       bool // every page was read
	shown       bool // it lists items at all
	faults      []error
}

// collection fetches a collection and its pages, up to a bound.
func (v *visit) collection(ctx context.Context, id string) (*collection, error) {
	return once(v, "collection "+id, func() (*collection, error) {
		d, err := v.document(ctx, id)
		if err != nil {
			return nil, err
		}
		c := &collection{document: d}
		if c.Collection, err = as2.ReadCollection(d.Object); err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		if c.Collection.Type != as2.TypeCollection && c.Collection.Type != as2.TypeOrderedCollection {
			return nil, fmt.Errorf("%s is a %q, want a collection", id, c.Collection.Type)
		}
		c.items = c.Items
		c.shown = c.Has("items") || c.Has("orderedItems") || !c.First.None()
		return c, c.walk(ctx, v)
	})
}

// walk reads the pages. What is wrong with them is kept as faults; an error is
// that a page could not be had.
func (c *collection) walk(ctx context.Context, v *visit) error {
	next, visited := c.First.IRI, map[string]bool{}
	for ; next != "" && c.pages < mostPages; c.pages++ {
		if visited[next] {
			c.fault("%s leads back to %s", c.id, next)
			return nil
		}
		visited[next] = true
		d, err := v.document(ctx, next)
		if err != nil {
			return err
		}
		page, err := as2.ReadCollection(d.Object)
		if err != nil {
			return fmt.Errorf("%s: %w", next, err)
		}
		if page.Type != as2.TypeCollectionPage && page.Type != as2.TypeOrderedCollectionPage {
			c.fault("%s is a %q, want a page", next, page.Type)
		}
		if page.ID != next {
			c.fault("%s says it is %q", next, page.ID)
		}
		if page.PartOf != c.id {
			c.fault("%s is part of %q, want %s", next, page.PartOf, c.id)
		}
		if len(page.Items) == 0 && page.Next.IRI != "" {
			c.fault("%s is empty and not the last", next)
		}
		c.items = append(c.items, page.Items...)
		next = page.Next.IRI
	}
	c.whole = next == ""
	return nil
}

func (c *collection) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

// collectionRules are about section 13.
var collectionRules = []rule{
	{"outbox", "13.1", "Outboxes can be walked, newest first, without gaps or repeats", pagedAs("outbox")},
	{"outbox-public", "13.1", "Outboxes hold public activities only", outboxIsPublic},
	{"followers", "13.1", "Collections of followers can be walked", pagedAs("followers")},
	{"followers-unnamed", "13.2", "Followers of a place name no people", followersAreNotNamed},
	{"following", "13.1", "Collections of those followed can be walked", pagedAs("following")},
	{"featured", "13.1", "Collections of pinned posts can be walked", pagedAs("featured")},
	{"moderators", "7.8", "A group's moderators stand in an ordered collection", moderatorsAreOrdered},
	{"replies", "13.1", "Collections of replies can be walked", pagedAs("replies")},
	{"thread", "5.4", "Threads are ordered collections that can be walked and hold their posts", threadsHoldTheirPosts},
}

// collections returns those of a name, or a skip if there are none.
func (v *visit) collections(ctx context.Context, name string) ([]*collection, error) {
	s, err := v.survey(ctx)
	if err != nil {
		return nil, err
	}
	var list []*collection
	for _, c := range s.collections {
		if c.name == name {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return nil, skipf("the server shows no %s", name)
	}
	return list, nil
}

func pagedAs(name string) func(context.Context, *visit) error {
	return func(ctx context.Context, v *visit) error {
		list, err := v.collections(ctx, name)
		if err != nil {
			return err
		}
		var errs []error
		for _, c := range list {
			errs = append(errs, c.paged())
		}
		return errors.Join(errs...)
	}
}

// paged returns what is wrong with a collection and its pages.
func (c *collection) paged() error {
	errs := c.faults
	seen := map[string]bool{}
	for _, i := range c.items {
		if seen[i.IRI] {
			errs = append(errs, fmt.Errorf("%s lists %s twice", c.id, i.IRI))
		}
		seen[i.IRI] = true
	}
	// Who follows, and whom, may be told as a number only (13.2).
	if c.Total != nil && c.whole && c.shown && c.name != "followers" && c.name != "following" && *c.Total != len(c.items) {
		errs = append(errs, fmt.Errorf("%s counts %d and lists %d", c.id, *c.Total, len(c.items)))
	}
	if c.Ordered() {
		errs = append(errs, c.inOrder())
	}
	return errors.Join(errs...)
}

// inOrder returns what stands before something newer, as far as times are told.
func (c *collection) inOrder() error {
	var last as2.Item
	for _, i := range c.items {
		if !i.Embedded() {
			continue
		}
		before, errBefore := last.Parse()
		now, err := i.Parse()
		if errBefore == nil && err == nil && !last.None() && now.Time("published").After(before.Time("published")) {
			return fmt.Errorf("%s lists %s behind %s, which is older", c.id, i.IRI, last.IRI)
		}
		last = i
	}
	return nil
}

func outboxIsPublic(ctx context.Context, v *visit) error {
	list, err := v.collections(ctx, "outbox")
	if err != nil {
		return err
	}
	s, err := v.survey(ctx)
	if err != nil {
		return err
	}
	if len(s.activities) == 0 {
		return skipf("the outboxes are empty")
	}
	var errs []error
	for _, c := range list {
		for _, i := range c.items {
			if o, err := i.Parse(); err == nil && i.Embedded() && !public(o) {
				errs = append(errs, fmt.Errorf("%s lists %s, which is not public", c.id, i.IRI))
			}
		}
	}
	for _, d := range s.activities {
		if !public(d.Object) {
			errs = append(errs, fmt.Errorf("%s stands in an outbox and is not public", d.id))
		}
	}
	return errors.Join(errs...)
}

// public tells whether a document is addressed to everyone.
func public(o *as2.Object) bool {
	for _, name := range []string{"to", "cc"} {
		for _, id := range o.IRIs(name) {
			if as2.IsPublic(id) {
				return true
			}
		}
	}
	return false
}

func followersAreNotNamed(ctx context.Context, v *visit) error {
	list, err := v.collections(ctx, "followers")
	if err != nil {
		return err
	}
	var errs []error
	looked := 0
	for _, c := range list {
		if d, err := v.document(ctx, c.owner); err != nil || !d.Has("level") {
			continue
		}
		looked++
		for _, i := range c.items[:min(len(c.items), mostPeople)] {
			if !origin.Same(i.IRI, v.base) {
				continue
			}
			if a, _, err := v.actor(ctx, i.IRI); err == nil && a.Type == as2.TypePerson {
				errs = append(errs, fmt.Errorf("%s names %s, who may live there", c.id, i.IRI))
			}
		}
	}
	if looked == 0 {
		return skipf("the server shows no place")
	}
	return errors.Join(errs...)
}

func moderatorsAreOrdered(ctx context.Context, v *visit) error {
	list, err := v.collections(ctx, "moderators")
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range list {
		if !c.Ordered() {
			errs = append(errs, fmt.Errorf("%s is a %s", c.id, c.Collection.Type))
		}
		errs = append(errs, c.paged())
	}
	return errors.Join(errs...)
}

func threadsHoldTheirPosts(ctx context.Context, v *visit) error {
	list, err := v.collections(ctx, "thread")
	if err != nil {
		return err
	}
	s, err := v.survey(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range list {
		if !c.Ordered() {
			errs = append(errs, fmt.Errorf("%s is a %s", c.id, c.Collection.Type))
		}
		errs = append(errs, c.paged())
		held := map[string]bool{}
		for _, i := range c.items {
			held[i.IRI] = true
		}
		for _, p := range s.posts {
			if p.IRI("context") == c.id && c.whole && !held[p.id] {
				errs = append(errs, fmt.Errorf("%s does not list %s, which says it belongs there", c.id, p.id))
			}
		}
	}
	return errors.Join(errs...)
}
