package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"palier/federation/client"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// PrepareOptions configures a [Preparer].
type PrepareOptions struct {
	Lookup Lookup                // required
	Stored Stored                // required
	Keys   Keys                  // for integrity proofs; required
	Policy Policy                // required
	Local  func(uri string) bool // whether an id is ours; required
	Now    func() time.Time      // required
	Limits client.Limits         // what one item may cost in requests
}

// Preparer turns stored items into deeds. It is safe for concurrent use.
type Preparer struct{ o PrepareOptions }

// NewPreparer returns a preparer. It panics if a required option is missing,
// which is a mistake of the program and not of its surroundings.
func NewPreparer(o PrepareOptions) *Preparer {
	if o.Lookup == nil || o.Stored == nil || o.Keys == nil || o.Policy == nil || o.Local == nil || o.Now == nil {
		panic("inbox: PrepareOptions needs Lookup, Stored, Keys, Policy, Local and Now")
	}
	return &Preparer{o: o}
}

// Prepare settles what an item means and what of it may be believed, and fetches
// what it needs for that. For what known actors say of their own, which is most,
// it asks nobody anything.
//
// What it finds in [Stored] may have changed by the time a handler runs; the
// handler checks again, inside its transaction, whatever must not be wrong.
//
// Errors wrap [ErrRefused], which is final, or [ErrLater]; others are those of
// Stored and Policy.
func (p *Preparer) Prepare(ctx context.Context, item Item) (Prepared, error) {
	ctx = client.WithBudget(ctx, client.NewBudget(p.o.Limits))
	t := &task{Preparer: p, out: Prepared{Item: item}}
	if err := t.item(ctx, item); err != nil {
		return Prepared{}, fmt.Errorf("prepare %s %s: %w", clip(item.Kind), clip(item.ActivityID), err)
	}
	return t.out, nil
}

// RetryAfter returns how long to wait before an item with such an error of
// [Preparer.Prepare] is worth another try: what the server that could not be
// reached asked for, else zero.
func RetryAfter(err error) time.Duration {
	if s, ok := errors.AsType[*client.StatusError](err); ok {
		return s.After
	}
	return 0
}

// refuse returns an error for something that will never be good.
func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrRefused}, args...)...)
}

// asked gives an error of asking another server its meaning for the item.
func asked(err error) error {
	switch {
	case errors.Is(err, ErrRefused), errors.Is(err, ErrLater):
		return err
	case temporary(err), errors.Is(err, context.Canceled):
		return fmt.Errorf("%w: %w", ErrLater, err)
	}
	return fmt.Errorf("%w: %w", ErrRefused, err)
}

// task is one item on its way to a deed.
type task struct {
	*Preparer
	out Prepared
}

func (t *task) item(ctx context.Context, item Item) error {
	switch barred, err := t.barred(ctx, item.Actor); {
	case err != nil:
		return err
	case barred:
		return refuse("%q was shut out after it was received", clip(item.Actor)) // C13
	}
	o, err := as2.Parse(item.Body)
	if err != nil {
		return refuse("%w", err)
	}
	if item.Kind == Forward {
		return t.wrapped(ctx, By{Actor: item.Actor, ReceivedAt: item.ReceivedAt}, o)
	}
	a, err := as2.ReadActivity(o)
	if err != nil {
		return refuse("%w", err)
	}
	if a.Actor != item.Actor {
		return refuse("actor %q sent what is of %q", clip(item.Actor), clip(a.Actor))
	}
	return t.activity(ctx, By{Actor: a.Actor, Activity: a, Via: vocab.ReadVia(o), ReceivedAt: item.ReceivedAt})
}

// activity turns what is proved to be by.Actor's into a deed.
func (t *task) activity(ctx context.Context, by By) error {
	switch by.Activity.Type {
	case as2.TypeCreate:
		return t.create(ctx, by)
	case as2.TypeUpdate:
		return t.update(ctx, by)
	case as2.TypeDelete:
		return t.delete(ctx, by)
	case as2.TypeLike:
		return t.about(ctx, by, func(object string) any { return Like{by, object} })
	case as2.TypeUndo:
		return t.undo(ctx, by)
	case as2.TypeAdd, as2.TypeRemove:
		return t.collect(ctx, by)
	case as2.TypeBlock:
		return t.block(ctx, by)
	}
	if by.Group != "" {
		return nil // nothing that a group can pass on for somebody
	}
	switch by.Activity.Type {
	case as2.TypeFollow:
		return t.about(ctx, by, func(object string) any { return Follow{by, object} })
	case as2.TypeJoin:
		return t.about(ctx, by, func(object string) any { return Join{by, object, message(by.Activity)} })
	case as2.TypeLeave:
		return t.about(ctx, by, func(object string) any { return Leave{by, object} })
	case as2.TypeAccept, as2.TypeReject, as2.TypeTentativeAccept:
		return t.answer(ctx, by)
	case as2.TypeAnnounce:
		return t.announce(ctx, by)
	case as2.TypeFlag:
		return t.flag(ctx, by)
	case as2.TypeMove:
		return t.move(ctx, by)
	case as2.TypeOffer:
		return t.offer(ctx, by)
	}
	return nil
}

// do settles the deed, after meeting its actor.
func (t *task) do(ctx context.Context, by By, deed any) error {
	if _, err := t.known(ctx, by.Actor); err != nil {
		return err
	}
	t.out.kind, t.out.deed = by.Activity.Type, deed
	return nil
}

// known returns what is to be known of an actor, and fetches one of whom nothing
// is stored.
func (t *task) known(ctx context.Context, uri string) (Known, error) {
	k, found, err := t.o.Stored.Actor(ctx, uri)
	switch {
	case err != nil || found:
		return k, err
	case t.o.Local(uri):
		return k, refuse("nobody here is %q", clip(uri))
	}
	o, err := t.fetchActor(ctx, uri)
	if err != nil {
		return k, err
	}
	return Known{Type: o.Type(), Featured: o.IRI("featured"), Moderators: o.IRI("attributedTo")}, nil
}

// fetchActor returns the document of an actor and has it stored.
func (t *task) fetchActor(ctx context.Context, uri string) (*as2.Object, error) {
	for _, met := range t.out.Met {
		if met.ID() == uri {
			return met, nil
		}
	}
	o, err := t.o.Lookup.Actor(ctx, uri)
	if err != nil {
		return nil, asked(err)
	}
	if o.ID() != uri {
		return nil, refuse("actor %q is %q", clip(uri), clip(o.ID()))
	}
	t.out.Met = append(t.out.Met, o)
	return o, nil
}

// about is a deed about one thing, known by its id.
func (t *task) about(ctx context.Context, by By, deed func(object string) any) error {
	object := by.Activity.Object().IRI
	if object == "" {
		return refuse("about nothing, or about several things")
	}
	return t.do(ctx, by, deed(object))
}

func (t *task) create(ctx context.Context, by By) error {
	if len(by.Activity.Objects) > 1 {
		return t.several(ctx, by)
	}
	o, err := t.own(ctx, by)
	if err != nil || o == nil {
		return err
	}
	if _, err := t.known(ctx, writer(o, by.Actor)); err != nil {
		return err
	}
	return t.do(ctx, by, Create{By: by, Object: o})
}

func (t *task) update(ctx context.Context, by By) error {
	if by.Activity.Object().IRI == by.Actor {
		return t.profile(ctx, by)
	}
	o, err := t.own(ctx, by)
	if err != nil || o == nil {
		return err
	}
	if _, err := t.owns(ctx, writer(o, by.Actor), o.ID()); err != nil {
		return err
	}
	return t.do(ctx, by, Update{by, o})
}

// profile takes the actor's document from its origin, whatever was sent (B08).
func (t *task) profile(ctx context.Context, by By) error {
	if t.o.Local(by.Actor) {
		return refuse("%q is ours", clip(by.Actor))
	}
	o, err := t.o.Lookup.Refresh(ctx, by.Actor)
	if err != nil {
		return asked(err)
	}
	if o.ID() != by.Actor {
		return refuse("actor %q is %q", clip(by.Actor), clip(o.ID()))
	}
	t.out.kind, t.out.deed = by.Activity.Type, Profile{by, o}
	return nil
}

func (t *task) answer(ctx context.Context, by By) error {
	of := other(by.Activity.Object())
	switch {
	case of.ID == "":
		return refuse("answers nothing")
	case of.Type == as2.TypeFollow && of.Object != "" && of.Object != by.Actor:
		return refuse("%q answers what was asked of %q", clip(by.Actor), clip(of.Object))
	}
	return t.do(ctx, by, Answer{By: by, Of: of, Maybe: by.Activity.Type == as2.TypeTentativeAccept})
}

// message is what somebody says who comes to an event.
func message(a as2.Activity) string {
	o, err := as2.Parse(a.Raw)
	if err != nil {
		return "" // it was parsed before
	}
	return vocab.ReadMessage(o)
}

func (t *task) undo(ctx context.Context, by By) error {
	of := other(by.Activity.Object())
	switch {
	case of.ID == "" && of.Object == "":
		return refuse("undoes nothing")
	case of.Actor != "" && of.Actor != by.Actor:
		return refuse("%q undoes what %q did", clip(by.Actor), clip(of.Actor))
	}
	if of.ID != "" && !by.Moderator {
		if _, err := t.owns(ctx, by.Actor, of.ID); err != nil {
			return err
		}
	}
	return t.do(ctx, by, Undo{by, of})
}

// other reads what an activity is about. None of it is believed for more than
// telling what is meant.
func other(i as2.Item) Other {
	of := Other{ID: i.IRI, Type: i.Type}
	if o, err := i.Parse(); err == nil {
		of.Actor, of.Object = o.IRI("actor"), o.IRI("object")
	}
	return of
}

func (t *task) flag(ctx context.Context, by By) error {
	var objects []string
	for _, i := range by.Activity.Objects {
		if i.IRI != "" && t.o.Local(i.IRI) {
			objects = append(objects, i.IRI)
		}
	}
	if len(objects) == 0 {
		return nil // about nobody here
	}
	return t.do(ctx, by, Flag{by, objects, by.Activity.Content})
}

// move believes a move if both ends say so, each at its own origin (B15).
func (t *task) move(ctx context.Context, by By) error {
	target := by.Activity.Target.IRI
	if object := by.Activity.Object().IRI; object != "" && object != by.Actor || target == "" || target == by.Actor {
		return refuse("moves %q to %q", clip(object), clip(target))
	}
	from, err := t.o.Lookup.Refresh(ctx, by.Actor)
	if err != nil {
		return asked(err)
	}
	if from.ID() != by.Actor || from.IRI("movedTo") != target {
		return refuse("%q does not say that it moved to %q", clip(by.Actor), clip(target))
	}
	t.out.Met = append(t.out.Met, from)
	was, err := t.formerly(ctx, target)
	if err != nil {
		return err
	}
	if !slices.Contains(was, by.Actor) {
		return refuse("%q does not say that it was %q", clip(target), clip(by.Actor))
	}
	t.out.kind, t.out.deed = by.Activity.Type, Move{by, target}
	return nil
}

// formerly returns who an actor says it was before, and meets it.
func (t *task) formerly(ctx context.Context, uri string) ([]string, error) {
	if t.o.Local(uri) {
		k, _, err := t.o.Stored.Actor(ctx, uri)
		return k.AlsoKnownAs, err
	}
	o, err := t.o.Lookup.Refresh(ctx, uri)
	switch {
	case err != nil:
		return nil, asked(err)
	case o.ID() != uri:
		return nil, refuse("actor %q is %q", clip(uri), clip(o.ID()))
	}
	t.out.Met = append(t.out.Met, o)
	return o.IRIs("alsoKnownAs"), nil
}
