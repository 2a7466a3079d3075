package inbox

import (
	"context"
	"errors"

	"palier/protocol/as2"
	"palier/protocol/origin"
)

// delete takes an end of what is the actor's own, or a moderator's removal of
// what is not.
func (t *task) delete(ctx context.Context, by By) error {
	object := by.Activity.Object().IRI
	if object == "" {
		return refuse("deletes nothing, or several things")
	}
	if object == by.Actor && !by.Moderator {
		return t.deleteActor(ctx, by)
	}
	if by.Moderator {
		return t.remove(ctx, by, object)
	}
	known, err := t.owns(ctx, by.Actor, object)
	switch {
	case err == nil:
		// Not even the actor need be known for this: it leaves no more than a
		// note that the object is gone.
		t.out.kind, t.out.deed = as2.TypeDelete, Delete{by, object, known}
		return nil
	case !errors.Is(err, ErrRefused):
		return err
	}
	moderated, merr := t.asModerator(ctx, by)
	if merr != nil || !moderated.Moderator {
		return errors.Join(err, merr)
	}
	return t.remove(ctx, moderated, object)
}

func (t *task) deleteActor(ctx context.Context, by By) error {
	_, known, err := t.o.Stored.Actor(ctx, by.Actor)
	if err != nil || !known {
		return err
	}
	t.out.kind, t.out.deed = as2.TypeDelete, Delete{by, by.Actor, true}
	return nil
}

// remove is a moderator's Delete. It is about what is held, and nothing else.
func (t *task) remove(ctx context.Context, by By, object string) error {
	_, found, err := t.o.Stored.Owner(ctx, object)
	if err != nil || !found {
		return err
	}
	t.out.kind, t.out.deed = as2.TypeDelete, Delete{by, object, true}
	return nil
}

// asModerator returns by with the group for which its actor may moderate: the
// one that announced the deed, or the one of ours that the deed is addressed to.
// Whether the group holds the thing is for the handler to check.
func (t *task) asModerator(ctx context.Context, by By) (By, error) {
	groups := []string{by.Group}
	if by.Group == "" {
		groups = by.Activity.Audience
	}
	for _, g := range groups {
		if g == "" || by.Group == "" && !t.o.Local(g) {
			continue
		}
		may, err := t.mayModerate(ctx, by.Actor, g)
		if err != nil {
			return by, err
		}
		if may {
			by.Group, by.Moderator = g, true
			return by, nil
		}
	}
	return by, nil
}

// mayModerate reports whether an actor speaks for a group in matters of
// moderation: as one of its moderators, or as an actor of the group's own host,
// whose administrators stand above it (FEP-1b12).
func (t *task) mayModerate(ctx context.Context, actor, group string) (bool, error) {
	if actor == group || !t.o.Local(group) && origin.Same(actor, group) {
		return true, nil
	}
	return t.o.Stored.Moderates(ctx, actor, group)
}

// block takes somebody's own block, or a group's ban of somebody.
func (t *task) block(ctx context.Context, by By) error {
	object, target := by.Activity.Object().IRI, by.Activity.Target.IRI
	if object == "" {
		return refuse("blocks nobody, or several")
	}
	if by.Group != "" && !by.Moderator {
		moderated, err := t.asModerator(ctx, by)
		switch {
		case err != nil:
			return err
		case !moderated.Moderator:
			return refuse("%q is no moderator of %q", clip(by.Actor), clip(by.Group))
		}
		by = moderated
	}
	return t.do(ctx, by, Block{by, object, target})
}

// collect takes a change of a collection: of the actor's own, of ours if the
// handler finds that the actor may, or of a group's by its moderators (C07).
func (t *task) collect(ctx context.Context, by By) error {
	object, target := by.Activity.Object().IRI, by.Activity.Target.IRI
	if object == "" || target == "" {
		return refuse("nothing to add or remove, or nowhere")
	}
	owner := by.Actor
	if by.Group != "" {
		owner = by.Group
		may := by.Moderator
		if !may {
			var err error
			if may, err = t.mayModerate(ctx, by.Actor, by.Group); err != nil {
				return err
			}
		}
		if !may {
			return refuse("%q is no moderator of %q", clip(by.Actor), clip(by.Group))
		}
		by.Moderator = by.Actor != by.Group
	}
	k, err := t.known(ctx, owner)
	if err != nil {
		return err
	}
	if target != k.Featured && target != k.Moderators && !t.o.Local(target) {
		return refuse("%q is no collection of %q", clip(target), clip(owner))
	}
	return t.do(ctx, by, Collect{by, object, target})
}
