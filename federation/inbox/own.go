package inbox

import (
	"context"
	"slices"

	"palier/federation/discovery"
	"palier/protocol/as2"
	"palier/protocol/origin"
	"palier/protocol/proof"
)

// own returns the object that an activity of its actor creates or changes. What
// the activity holds is believed if it has the actor's origin and names no other
// author; everything else is fetched from its own origin, and has to name the
// actor there (C01, C05). It returns nil for things that nobody reads.
func (t *task) own(ctx context.Context, by By) (*as2.Object, error) {
	item := by.Activity.Object()
	switch {
	case item.IRI == "":
		return nil, refuse("object without id, or several")
	case t.o.Local(item.IRI):
		return nil, refuse("%q is ours", clip(item.IRI)) // C04
	case item.IRI == by.Activity.ID:
		return nil, refuse("is about itself")
	}
	if item.Type != "" && origin.Same(item.IRI, by.Actor) {
		o, err := item.Parse()
		if err != nil {
			return nil, refuse("%w", err)
		}
		return o, written(o, by.Actor)
	}
	o, err := t.fetch(ctx, item.IRI)
	if err != nil {
		return nil, err
	}
	return o, written(o, by.Actor)
}

// several takes a Create of several votes, which is how some send a choice of
// several options. All have to stand in it whole: nothing is fetched.
func (t *task) several(ctx context.Context, by By) error {
	if len(by.Activity.Objects) > as2.MaxChoices {
		return refuse("creates %d objects at once", len(by.Activity.Objects))
	}
	var all []*as2.Object
	for _, item := range by.Activity.Objects {
		if item.Type == "" || t.o.Local(item.IRI) || !origin.Same(item.IRI, by.Actor) {
			return refuse("object without id, or several")
		}
		o, err := item.Parse()
		if err != nil {
			return refuse("%w", err)
		}
		if err := written(o, by.Actor); err != nil {
			return err
		}
		if !o.Is(as2.TypeNote) || !o.Has("name") || !o.Has("inReplyTo") {
			return refuse("several objects, and not votes")
		}
		all = append(all, o)
	}
	return t.do(ctx, by, Create{By: by, Object: all[0], More: all[1:]})
}

// written refuses an object that is not something actor can have written: an
// activity, an actor or a collection, or that names somebody else as its author.
func written(o *as2.Object, actor string) error {
	if typ := o.Type(); as2.IsActivity(typ) || as2.IsActor(typ) || as2.IsCollection(typ) {
		return refuse("a %q is nothing to read", clip(typ))
	}
	if !origin.Same(o.ID(), actor) {
		return refuse("%q is not at the origin of %q", clip(o.ID()), clip(actor))
	}
	if !o.Has("attributedTo") || slices.Contains(o.IRIs("attributedTo"), actor) || writer(o, actor) != actor {
		return nil
	}
	return refuse("%q is not by %q", clip(o.ID()), clip(actor))
}

// writer returns whose an object is that actor sends: the actor's, or, for an
// event that the actor organises for a group of their own server, the group's
// (protocol.md §8.6).
func writer(o *as2.Object, actor string) string {
	group := o.IRI("attributedTo")
	if o.Is(as2.TypeEvent) && o.IRI("actor") == actor && group != "" && origin.Same(group, actor) {
		return group
	}
	return actor
}

// fetch returns a document from its own origin.
func (t *task) fetch(ctx context.Context, id string) (*as2.Object, error) {
	o, err := t.o.Lookup.Object(ctx, id)
	if err != nil {
		return nil, asked(err)
	}
	return o, nil
}

// owns refuses if what is stored under an id is not the actor's (C03). What is
// not stored has to have the actor's origin at least, since it may still come.
func (t *task) owns(ctx context.Context, actor, id string) (known bool, err error) {
	owner, found, err := t.o.Stored.Owner(ctx, id)
	switch {
	case err != nil:
		return false, err
	case found && owner != actor:
		return true, refuse("%q is not %q's", clip(id), clip(actor))
	case !found && !origin.Same(id, actor):
		return false, refuse("%q is not at the origin of %q", clip(id), clip(actor))
	}
	return found, nil
}

// temporary reports whether asking another server again may help. Trouble with
// our own storage is that too, and comes back as it is.
func temporary(err error) bool { return discovery.Temporary(err) }

// author returns the one who wrote an object, by what the object says: exactly
// one of its own origin.
func author(o *as2.Object) (string, error) {
	n, err := as2.ReadNote(o)
	if err != nil {
		return "", refuse("%w", err)
	}
	by, err := n.Author()
	if err != nil {
		return "", refuse("%w", err)
	}
	if !origin.Same(by, o.ID()) {
		return "", refuse("%q is attributed to %q", clip(o.ID()), clip(by))
	}
	return by, nil
}

// ignorable reports a proof that says nothing, rather than one that is false.
func ignorable(err error) bool { return proof.Ignorable(err) }
