package inbox

import (
	"context"
	"errors"
	"fmt"

	"palier/federation/client"
	"palier/protocol/as2"
	"palier/protocol/origin"
)

// announce tells the two forms apart: a share of a thing, and a group passing on
// what somebody did (FEP-1b12).
func (t *task) announce(ctx context.Context, by By) error {
	if o, err := by.Activity.Object().Parse(); err == nil && as2.IsActivity(o.Type()) {
		return t.wrapped(ctx, by, o)
	}
	return t.share(ctx, by)
}

// share is an Announce of a post. A copy in the announcement is believed only
// from the post's own server; otherwise the post is fetched, unless we hold it
// (C05).
func (t *task) share(ctx context.Context, by By) error {
	item := by.Activity.Object()
	if item.IRI == "" || item.IRI == by.Activity.ID {
		return refuse("shares nothing, several things or itself")
	}
	if held, err := t.holds(ctx, item.IRI); err != nil {
		return err
	} else if held {
		return t.do(ctx, by, Announce{By: by, Object: item.IRI})
	}
	if barred, err := t.barred(ctx, item.IRI); err != nil || barred {
		return err
	}
	o, err := t.shared(ctx, by, item)
	if err != nil {
		return err
	}
	if as2.IsActivity(o.Type()) { // some name the Create where they mean the post
		return t.wrapped(ctx, by, o)
	}
	who, err := author(o)
	if err != nil {
		return err
	}
	if _, err := t.known(ctx, who); err != nil {
		return err
	}
	return t.do(ctx, by, Announce{By: by, Object: o.ID(), Document: o, Author: who})
}

// holds reports whether a thing is ours or stored already.
func (t *task) holds(ctx context.Context, id string) (bool, error) {
	if t.o.Local(id) {
		return true, nil
	}
	_, found, err := t.o.Stored.Owner(ctx, id)
	return found, err
}

// barred reports whether nothing is to be taken from the host of an id, nor by
// way of others (C13).
func (t *task) barred(ctx context.Context, id string) (bool, error) {
	return t.o.Policy.Barred(ctx, hostOf(id))
}

func (t *task) shared(ctx context.Context, by By, item as2.Item) (*as2.Object, error) {
	if item.Embedded() && origin.Same(item.IRI, by.Actor) {
		o, err := item.Parse()
		if err != nil {
			return nil, refuse("%w", err)
		}
		if o.Has("attributedTo") {
			return o, nil
		}
	}
	return t.fetch(ctx, item.IRI)
}

// wrapped is what a group passes on of others. outer is the group's own deed;
// its Activity is empty if there was no Announce around it.
func (t *task) wrapped(ctx context.Context, outer By, o *as2.Object) error {
	a, err := as2.ReadActivity(o)
	switch {
	case err != nil:
		return refuse("%w", err)
	case a.Type == as2.TypeAnnounce:
		return refuse("announces an announcement") // E08
	case !origin.Same(a.ID, a.Actor):
		return refuse("id %q of an activity of %q", clip(a.ID), clip(a.Actor)) // C02
	}
	group, err := t.known(ctx, outer.Actor)
	switch {
	case err != nil:
		return err
	case group.Type != as2.TypeGroup:
		return refuse("%q passes on an activity and is no group", clip(outer.Actor)) // C06
	case t.o.Local(a.Actor):
		return t.echo(ctx, outer, a)
	}
	if barred, err := t.barred(ctx, a.Actor); err != nil || barred {
		return err
	}
	by := By{Actor: a.Actor, Activity: a, Group: outer.Actor, Announce: outer.Activity.ID, Via: outer.Via, ReceivedAt: outer.ReceivedAt}
	if by, err = t.believe(ctx, by, o); err != nil {
		return err
	}
	return t.activity(ctx, by)
}

// echo is something of ours that comes back: the group shares it. Everything
// else about it we know better.
func (t *task) echo(ctx context.Context, outer By, a as2.Activity) error {
	object := a.Object().IRI
	if a.Type != as2.TypeCreate || outer.Activity.ID == "" || !t.o.Local(object) {
		return nil
	}
	return t.do(ctx, outer, Announce{By: outer, Object: object})
}

// moderation is what moderators do to what is not their own.
func moderation(typ string) bool {
	switch typ {
	case as2.TypeDelete, as2.TypeBlock, as2.TypeAdd, as2.TypeRemove, as2.TypeUndo:
		return true
	}
	return false
}

// believe makes sure that an activity is its actor's: because its server is the
// one that signed the request, by the actor's integrity proof, or because the
// activity's own origin says the same. For moderation the group's word is
// enough, since the group is all it concerns.
func (t *task) believe(ctx context.Context, by By, o *as2.Object) (By, error) {
	if origin.Same(by.Actor, by.Group) {
		return by, nil
	}
	err := provedBy(ctx, t.o.Keys, o.Raw(), by.Actor, t.o.Now())
	switch {
	case err == nil:
		return by, nil
	case !ignorable(err):
		return by, refuse("%w", err) // D09
	}
	if moderation(by.Activity.Type) {
		moderated, err := t.asModerator(ctx, by)
		if err != nil || moderated.Moderator {
			return moderated, err
		}
	}
	return t.ask(ctx, by)
}

// ask has the origin say whether an activity is its actor's.
func (t *task) ask(ctx context.Context, by By) (By, error) {
	o, err := t.fetch(ctx, by.Activity.ID)
	if errors.Is(err, ErrLater) {
		return by, err
	}
	if err != nil {
		return t.conclude(ctx, by, err)
	}
	a, err := as2.ReadActivity(o)
	if err != nil {
		return by, refuse("%w", err)
	}
	if a.ID != by.Activity.ID || a.Actor != by.Actor || a.Type != by.Activity.Type {
		return by, refuse("%q is something else at its origin", clip(by.Activity.ID)) // C06
	}
	by.Activity = a
	return by, nil
}

// conclude settles an activity that its server does not show from what it was
// about: an object that is there was created, one that is gone was deleted.
func (t *task) conclude(ctx context.Context, by By, why error) (By, error) {
	id := by.Activity.Object().IRI
	if id == "" || !origin.Same(id, by.Actor) {
		return by, why
	}
	o, err := t.o.Lookup.Object(ctx, id)
	switch by.Activity.Type {
	case as2.TypeCreate, as2.TypeUpdate:
		if err != nil {
			return by, asked(err)
		}
		item, err := as2.Whole(o.Raw())
		if err != nil {
			return by, refuse("%w", err)
		}
		by.Activity.Objects = []as2.Item{item}
		by.Activity.Raw = nil // what was sent is not what is believed
		return by, nil
	case as2.TypeDelete:
		switch {
		case errors.Is(err, client.ErrGone), err == nil && o.Type() == as2.TypeTombstone:
			return by, nil // not at 404, which is also said of what we may not see
		case err != nil:
			return by, asked(err)
		}
		// Perhaps we saw it just before, or its server is slower than the group.
		return by, fmt.Errorf("%w: %q is still there", ErrLater, clip(id))
	}
	return by, why
}
