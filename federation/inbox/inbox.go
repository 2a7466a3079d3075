// Package inbox takes in what other servers send: it verifies, stores, and later
// turns what was stored into typed deeds that this server acts on.
//
// # Receiving
//
// [Inbox] answers a POST. Nothing is done with an activity before it is certain
// whose it is: the request is signed, the key is the actor's own, the id has the
// actor's origin, neither is one of ours. Then it is stored whole, once for each
// actor and id, and only then answered with 202. What is at fault is answered
// with 4xx, so that nobody sends it again; 5xx means trouble of our own.
//
// # Working
//
// [Preparer.Prepare] does everything about a stored item that needs the network
// and settles what may be believed, under a budget: an object is taken from the
// activity only where the actor speaks for it, else fetched from its own origin.
// The result is a [Prepared], which [Apply] then gives to one typed handler
// inside the caller's transaction. No handler ever asks a stranger anything.
//
// Verifying and acting are separate steps because an activity may hold another
// one: an Undo holds a Follow that must not be followed.
//
// # Rules
//
// An actor may create, change and delete what is its own; whose a thing is says
// what we stored, not what was sent. Groups announce the activities of others
// (FEP-1b12), which are believed by an integrity proof, by their origin, or by
// fetching them. Moderators act through the group, on what the group holds.
//
// Sources: ActivityPub §5 and §7, FEP-fe34, FEP-1b12, FEP-8b32.
package inbox

import (
	"context"
	"errors"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"palier/federation/signature"
	"palier/protocol/as2"
)

var (
	// ErrRefused is wrapped by the errors of [Preparer.Prepare] about an item
	// that will never be good: forged, forbidden, or of no use.
	ErrRefused = errors.New("activity refused")
	// ErrLater is wrapped by those about an item that may be good another time:
	// somebody's server could not be reached. [RetryAfter] tells when.
	ErrLater = errors.New("activity cannot be judged now")
)

// Item is one activity that was received. Whoever stores it does so with the
// exact bytes.
type Item struct {
	ID         int64  // of the intake; zero before it is stored
	Actor      string // who is proved to have sent it
	ActivityID string
	Kind       string // its type, or [Forward]
	Body       []byte
	ReceivedAt time.Time
}

// Forward is the kind of an [Item] that a group passed on without proof that it
// is its actor's. Its Actor is the group, since that is all that is certain.
const Forward = "Forward"

// Intake stores what was received.
type Intake interface {
	// Accept stores an item for good before it returns, and returns false if one
	// of the same actor and activity id is stored already, worked or not.
	Accept(ctx context.Context, item Item) (fresh bool, err error)
}

// Policy decides whom we listen to.
type Policy interface {
	// Barred reports whether nothing is to be taken from host, or from a host
	// below it that the same rule covers.
	Barred(ctx context.Context, host string) (bool, error)
}

// Stored is what this server holds of the world.
type Stored interface {
	// Actor returns what is stored of an actor, ours or another's, and false if
	// that is nothing or only that it is gone.
	Actor(ctx context.Context, uri string) (Known, bool, error)
	// Owner returns whose a stored post, follow, like, share or block is, and
	// false if nothing with that id is stored.
	Owner(ctx context.Context, uri string) (actor string, found bool, err error)
	// Moderates reports whether an actor is a moderator of a group, as that
	// group's own list has it.
	Moderates(ctx context.Context, actor, group string) (bool, error)
}

// Known is what the rules here need of a stored actor.
type Known struct {
	Type       string // Group, Person, …
	Featured   string // its collection of pinned posts
	Moderators string // of a Group: its collection of moderators
	// AlsoKnownAs is who an actor of ours says it was elsewhere; nobody moves to
	// one of ours who is not named here. Not needed of others.
	AlsoKnownAs []string
}

// Lookup asks other servers, a [*discovery.Resolver]. What it returns comes from
// the origin that its id names.
type Lookup interface {
	// Actor returns the document of an actor, which may be some minutes old.
	Actor(ctx context.Context, uri string) (*as2.Object, error)
	// Refresh returns the document of an actor as it is now.
	Refresh(ctx context.Context, uri string) (*as2.Object, error)
	// Object returns any document.
	Object(ctx context.Context, uri string) (*as2.Object, error)
}

// Verifier tells who signed a request, a [*signature.Verifier].
type Verifier interface {
	Verify(r *http.Request, body []byte) (signature.Verified, error)
}

// Keys finds public keys by their id, a [*signature.KeyCache].
type Keys interface {
	Key(ctx context.Context, keyID string) (signature.PublicKey, error)
}

// Options configures an [Inbox]. Zero fields take the defaults named.
type Options struct {
	Verifier Verifier              // required
	Keys     Keys                  // for integrity proofs; required
	Intake   Intake                // required
	Policy   Policy                // required
	Stored   Stored                // required
	Lookup   Lookup                // required
	Local    func(uri string) bool // whether an id is ours; required
	Now      func() time.Time      // required

	// Heard is told of every host that sent something valid, and how it signed.
	// It must return at once. Nil means nobody is told.
	Heard func(ctx context.Context, host string, scheme signature.Scheme)

	// PerHost is how many messages a second one host may send, Burst how many at
	// once. Defaults 1,000 and 20,000.
	PerHost rate.Limit
	Burst   int
	// Follows is how many follows and ends of follows a second one actor may
	// send, FollowBurst how many at once; SiteFollows and SiteFollowBurst are the
	// same for all actors below one registered domain together, since whoever has
	// a domain has as many actors as they like (I02). Defaults one a minute and
	// 20, ten a minute and 300.
	Follows, SiteFollows         rate.Limit
	FollowBurst, SiteFollowBurst int
	// Failures is how many requests a second with a signature that does not
	// verify one address may send before it is turned away unread, and
	// FailureBurst how many at once. Defaults 5 and 300.
	Failures     rate.Limit
	FailureBurst int
	// Address tells where a request comes from; nil means r.RemoteAddr, which is
	// right where a middleware has put the client's address there.
	Address func(r *http.Request) string
}
