package inbox

import (
	"context"
	"time"

	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// By says whose deed something is and how we learned of it.
type By struct {
	// Actor did it. That is proved.
	Actor string
	// Activity is what the actor sent; Activity.Raw holds the exact bytes.
	Activity as2.Activity
	// Group announced it, empty if the actor told us itself. Announce is the id
	// of that announcement, and Via the groups it went through before.
	Group    string
	Announce string
	Via      []string
	// Moderator tells that the actor did it as a moderator of Group, to what is
	// not its own: it holds for that group and nowhere else.
	Moderator bool
	// ReceivedAt is when it came.
	ReceivedAt time.Time
}

// Create is a new object of the actor's. Votes of several choices may come
// together: More are the others, of which the same is known.
type Create struct {
	By
	Object *as2.Object // has the actor's origin and names nobody else as author
	More   []*as2.Object
}

// Update is an object of the actor's as it is now.
type Update struct {
	By
	Object *as2.Object
}

// Profile is the actor itself as it is now, fetched from its origin.
type Profile struct {
	By
	Object *as2.Object
}

// Delete is the end of an object, or of the actor itself if Object is the
// actor's id. Known tells whether we hold the object; if not, it may still come.
type Delete struct {
	By
	Object string
	Known  bool
}

// Follow asks to hear what Object, an actor, says.
type Follow struct {
	By
	Object string
}

// Join says that the actor comes to Object, an event.
type Join struct {
	By
	Object  string
	Message string // as it was typed: plain text
}

// Leave says that the actor does not come to Object, an event.
type Leave struct {
	By
	Object string
}

// Answer accepts or rejects Of, something that was asked of the actor.
// Maybe tells that it is accepted with reserve.
type Answer struct {
	By
	Of    Other
	Maybe bool
}

// Undo takes Of back, which the actor did before.
type Undo struct {
	By
	Of Other
}

// Other is an activity that another one is about. Only its id is certain to be
// there; the rest is what the sender says of it and empty if it says nothing.
type Other struct {
	ID     string
	Type   string
	Actor  string
	Object string
}

// Like is approval of Object.
type Like struct {
	By
	Object string
}

// Announce shares Object. Document is the object itself from its own origin, nil
// if it is ours or stored already, and Author whose it is then.
type Announce struct {
	By
	Object   string
	Document *as2.Object
	Author   string
}

// Collect adds Object to, or removes it from, the collection Target.
type Collect struct {
	By
	Object string
	Target string
}

// Block wants nothing more to do with Object, an actor; of a moderator, the
// group Target does not want it any more.
type Block struct {
	By
	Object string
	Target string
}

// Flag reports Objects, actors and what they wrote, to us.
type Flag struct {
	By
	Objects []string
	Content string
}

// Move says that the actor now lives at Target, which says so as well.
type Move struct {
	By
	Target string
}

// Offer asks for part of what a proposal of ours offers or asks for (FEP-0837).
type Offer struct {
	By
	Proposal  string // its id, which is ours
	Agreement vocab.Agreement
}

// Handlers acts on deeds inside a transaction of type T. A nil handler ignores
// its deeds.
type Handlers[T any] struct {
	// Meet is given the documents of actors that were fetched on the way, before
	// the deed in which they occur.
	Meet func(ctx context.Context, tx T, actor *as2.Object) error

	Create   func(ctx context.Context, tx T, d Create) error
	Update   func(ctx context.Context, tx T, d Update) error
	Profile  func(ctx context.Context, tx T, d Profile) error
	Delete   func(ctx context.Context, tx T, d Delete) error
	Follow   func(ctx context.Context, tx T, d Follow) error
	Accept   func(ctx context.Context, tx T, d Answer) error
	Reject   func(ctx context.Context, tx T, d Answer) error
	Undo     func(ctx context.Context, tx T, d Undo) error
	Join     func(ctx context.Context, tx T, d Join) error
	Leave    func(ctx context.Context, tx T, d Leave) error
	Like     func(ctx context.Context, tx T, d Like) error
	Announce func(ctx context.Context, tx T, d Announce) error
	Add      func(ctx context.Context, tx T, d Collect) error
	Remove   func(ctx context.Context, tx T, d Collect) error
	Block    func(ctx context.Context, tx T, d Block) error
	Flag     func(ctx context.Context, tx T, d Flag) error
	Move     func(ctx context.Context, tx T, d Move) error
	Offer    func(ctx context.Context, tx T, d Offer) error
}

// Prepared is an item of which all is known that its handler needs.
type Prepared struct {
	// Item is what was stored.
	Item Item
	// Met are documents of actors that were not stored, from their own origin.
	Met []*as2.Object

	kind string
	deed any // nil if there is nothing to do
}

// Idle reports whether there is nothing to do: an activity of a kind or about a
// thing that does not concern us.
func (p Prepared) Idle() bool { return p.deed == nil }

// Kind returns the type of the activity that is acted on, which for something a
// group announced is not the item's own. It is empty if there is nothing to do.
func (p Prepared) Kind() string {
	if p.deed == nil {
		return ""
	}
	return p.kind
}

// Deed returns what a handler is given: a [Create], [Update], [Profile],
// [Delete], [Follow], [Answer], [Undo], [Join], [Leave], [Like], [Announce],
// [Collect], [Block], [Flag], [Move] or [Offer], or nil.
func (p Prepared) Deed() any { return p.deed }

// Apply gives p to its handlers, first those whom we meet by it. It returns
// their errors as they are.
func Apply[T any](ctx context.Context, tx T, p Prepared, h Handlers[T]) error {
	if p.deed == nil {
		return nil
	}
	if h.Meet != nil {
		for _, actor := range p.Met {
			if err := h.Meet(ctx, tx, actor); err != nil {
				return err
			}
		}
	}
	switch d := p.deed.(type) {
	case Create:
		return call(ctx, tx, h.Create, d)
	case Update:
		return call(ctx, tx, h.Update, d)
	case Profile:
		return call(ctx, tx, h.Profile, d)
	case Delete:
		return call(ctx, tx, h.Delete, d)
	case Follow:
		return call(ctx, tx, h.Follow, d)
	case Answer:
		return call(ctx, tx, pick(p.kind == as2.TypeReject, h.Reject, h.Accept), d)
	case Undo:
		return call(ctx, tx, h.Undo, d)
	case Join:
		return call(ctx, tx, h.Join, d)
	case Leave:
		return call(ctx, tx, h.Leave, d)
	case Like:
		return call(ctx, tx, h.Like, d)
	case Announce:
		return call(ctx, tx, h.Announce, d)
	case Collect:
		return call(ctx, tx, pick(p.kind == as2.TypeAdd, h.Add, h.Remove), d)
	case Block:
		return call(ctx, tx, h.Block, d)
	case Flag:
		return call(ctx, tx, h.Flag, d)
	case Move:
		return call(ctx, tx, h.Move, d)
	case Offer:
		return call(ctx, tx, h.Offer, d)
	}
	return nil
}

func call[T, D any](ctx context.Context, tx T, handle func(context.Context, T, D) error, d D) error {
	if handle == nil {
		return nil
	}
	return handle(ctx, tx, d)
}

func pick[F any](first bool, a, b F) F {
	if first {
		return a
	}
	return b
}
