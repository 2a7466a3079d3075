package inbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"palier/federation/limits"
	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/origin"
)

// Inbox receives activities. It is safe for concurrent use.
type Inbox struct {
	o           Options
	hosts       *limits.Buckets
	follows     *limits.Buckets // by actor
	siteFollows *limits.Buckets
	failures    *limits.Buckets
}

// maxCounted is how many hosts, actors, sites and addresses are counted at a time.
const maxCounted = 10_000

// New returns an inbox. It panics if a required option is missing, which is a
// mistake of the program and not of its surroundings.
func New(o Options) *Inbox {
	if o.Verifier == nil || o.Keys == nil || o.Intake == nil || o.Policy == nil || o.Stored == nil ||
		o.Lookup == nil || o.Local == nil || o.Now == nil {
		panic("inbox: Options needs Verifier, Keys, Intake, Policy, Stored, Lookup, Local and Now")
	}
	o.PerHost, o.Burst = or(o.PerHost, 1000), or(o.Burst, 20_000)
	o.Follows, o.FollowBurst = or(o.Follows, rate.Every(time.Minute)), or(o.FollowBurst, 20)
	o.SiteFollows, o.SiteFollowBurst = or(o.SiteFollows, rate.Every(6*time.Second)), or(o.SiteFollowBurst, 300)
	o.Failures, o.FailureBurst = or(o.Failures, 5), or(o.FailureBurst, 300)
	if o.Address == nil {
		o.Address = remoteHost
	}
	return &Inbox{
		o:           o,
		hosts:       limits.New(o.PerHost, o.Burst, maxCounted),
		follows:     limits.New(o.Follows, o.FollowBurst, maxCounted),
		siteFollows: limits.New(o.SiteFollows, o.SiteFollowBurst, maxCounted),
		failures:    limits.New(o.Failures, o.FailureBurst, maxCounted),
	}
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

func remoteHost(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// Outcome is what became of a request.
type Outcome struct {
	// Status is the HTTP status: 202 for what was stored, is stored already, or
	// is of no interest; 4xx for what is at fault; 503 if it could not be stored.
	Status int
	// Code names the reason of an error in a word, for machines; empty with 202.
	Code string
	// Detail says it in a sentence, for the administrator of the other server.
	Detail string
	// RetryAfter is when to come back, zero if that would not help.
	RetryAfter time.Duration
	// Stored tells that Item is new, stored, and has to be worked.
	Stored bool
	Item   Item
	// Err is why, with what is not for strangers; nil with 202.
	Err error
}

// accepted is the answer to everything that is in order, also to what is of no
// interest: a stranger need not know which (C12).
var accepted = Outcome{Status: http.StatusAccepted}

func fault(status int, code, detail string, err error) Outcome {
	return Outcome{Status: status, Code: code, Detail: detail, Err: err}
}

// again is how long a sender is asked to wait when we cannot store.
const again = 30 * time.Second

func trouble(err error) Outcome {
	o := fault(http.StatusServiceUnavailable, "unavailable", "This server has trouble storing messages.", err)
	o.RetryAfter = again
	return o
}

func busy(wait time.Duration) Outcome {
	o := fault(http.StatusTooManyRequests, "too_many_requests", "Please send more slowly.", nil)
	o.RetryAfter = wait
	return o
}

// Receive decides on a POST of an activity whose body was read already, and
// stores what is to be worked. The order of the checks is: what the bytes say
// of themselves, whether we listen at all, who signed, and only then anything
// that depends on the content.
func (b *Inbox) Receive(ctx context.Context, r *http.Request, body []byte) Outcome {
	if wait, empty := b.failures.Empty(b.o.Address(r), b.o.Now()); empty {
		return busy(wait)
	}
	a, out, ok := b.read(body)
	if !ok {
		return out
	}
	if out, ok := b.listens(ctx, a); !ok {
		return out
	}
	known, err := b.knows(ctx, a)
	if err != nil {
		return trouble(err)
	}
	if !known {
		return accepted
	}
	signer, out, ok := b.verify(r, a, body)
	if !ok {
		return out
	}
	host := hostOf(signer.Owner)
	if wait, ok := b.hosts.Take(host, b.o.Now()); !ok {
		return busy(wait)
	}
	if wait, ok := b.mayFollow(a, signer.Owner, host); !ok {
		return busy(wait)
	}
	if b.o.Heard != nil && signer.Scheme != "" {
		b.o.Heard(ctx, host, signer.Scheme)
	}
	item, out, ok := b.attribute(ctx, a, signer.Owner, body)
	if !ok {
		return out
	}
	return b.store(ctx, item)
}

// read parses the activity and checks what it says of itself. It returns false
// with the answer if that is the end of it.
func (b *Inbox) read(body []byte) (as2.Activity, Outcome, bool) {
	o, err := as2.Parse(body)
	if err != nil {
		return as2.Activity{}, fault(http.StatusBadRequest, "malformed", "The body is not an ActivityStreams document.", err), false
	}
	a, err := as2.ReadActivity(o)
	switch {
	case errors.Is(err, as2.ErrNotOne):
		return a, fault(http.StatusBadRequest, "actor_missing", "An activity has exactly one actor.", err), false
	case err != nil:
		return a, fault(http.StatusBadRequest, "not_an_activity", "The document is not an activity.", err), false
	}
	switch {
	case b.o.Local(a.Actor) || b.o.Local(a.ID):
		return a, fault(http.StatusForbidden, "ours", "The activity claims to be from this server.", nil), false
	case a.ID == "":
		return a, fault(http.StatusBadRequest, "id_missing", "The activity has no id.", nil), false
	case !origin.Same(a.ID, a.Actor):
		return a, fault(http.StatusBadRequest, "id_foreign", "The id of the activity is not at its actor's server.", nil), false
	}
	return a, Outcome{}, true
}

// listens checks whether we take anything from the actor's host.
func (b *Inbox) listens(ctx context.Context, a as2.Activity) (Outcome, bool) {
	barred, err := b.o.Policy.Barred(ctx, hostOf(a.Actor))
	switch {
	case err != nil:
		return trouble(fmt.Errorf("policy for %s: %w", hostOf(a.Actor), err)), false
	case barred:
		return fault(http.StatusForbidden, "blocked", "This server does not take messages from yours.", nil), false
	}
	return Outcome{}, true
}

// knows returns false for the end of an actor of whom we hold nothing. When a
// server closes, everyone is told of everyone there; that costs us nothing, not
// even a look at the key (B12).
func (b *Inbox) knows(ctx context.Context, a as2.Activity) (bool, error) {
	if a.Type != as2.TypeDelete || a.Object().IRI != a.Actor {
		return true, nil
	}
	_, known, err := b.o.Stored.Actor(ctx, a.Actor)
	if err != nil {
		return false, fmt.Errorf("look up %s: %w", clip(a.Actor), err)
	}
	return known, nil
}

// verify returns who signed. The actor of a Delete whose key is gone with it
// (410) counts as the signer of its own end: its origin has confirmed that.
func (b *Inbox) verify(r *http.Request, a as2.Activity, body []byte) (signature.Verified, Outcome, bool) {
	v, err := b.o.Verifier.Verify(r, body)
	switch {
	case err == nil:
		return v, Outcome{}, true
	case errors.Is(err, signature.ErrGone) && a.Type == as2.TypeDelete && a.Object().IRI == a.Actor && b.gone(r, a):
		return signature.Verified{Owner: a.Actor}, Outcome{}, true
	case !isFault(err):
		return v, trouble(err), false
	}
	if wait, ok := b.failures.Take(b.o.Address(r), b.o.Now()); !ok {
		return v, busy(wait), false
	}
	return v, fault(http.StatusUnauthorized, "signature_"+word(err), "The request is not signed as it must be.", err), false
}

// faults are the reasons for which a request is not believed, each with a word.
var faults = []struct {
	err  error
	word string
}{
	{signature.ErrUnsigned, "missing"},
	{signature.ErrMalformed, "malformed"},
	{signature.ErrCoverage, "covers_too_little"},
	{signature.ErrTime, "out_of_time"},
	{signature.ErrDigest, "digest_mismatch"},
	{signature.ErrHost, "for_another_host"},
	{signature.ErrOwners, "of_different_owners"},
	{signature.ErrInvalid, "invalid"},
	{signature.ErrKeyUnavailable, "key_unavailable"},
	{signature.ErrGone, "key_gone"},
	{signature.ErrKey, "key_refused"},
}

// mayFollow counts follows, and the ends of them, by who signed: each may cost
// somebody here a notice and us an answer. What an Undo ends counts if it does
// not say that it is something else.
func (b *Inbox) mayFollow(a as2.Activity, signer, host string) (wait time.Duration, ok bool) {
	what := a.Object().Type
	if a.Type != as2.TypeFollow && (a.Type != as2.TypeUndo || what != "" && what != as2.TypeFollow) {
		return 0, true
	}
	if wait, ok = b.follows.Take(signer, b.o.Now()); !ok {
		return wait, false
	}
	return b.siteFollows.Take(origin.Site(host), b.o.Now())
}

// isFault reports whether the sender is at fault, and not our storage.
func isFault(err error) bool { return word(err) != "" }

func word(err error) string {
	for _, f := range faults {
		if errors.Is(err, f.err) {
			return f.word
		}
	}
	return ""
}

func (b *Inbox) store(ctx context.Context, item Item) Outcome {
	fresh, err := b.o.Intake.Accept(ctx, item)
	if err != nil {
		return trouble(fmt.Errorf("store %s %s: %w", item.Kind, clip(item.ActivityID), err))
	}
	out := accepted
	out.Stored, out.Item = fresh, item
	return out
}

// hostOf returns the host of an id that has an origin.
func hostOf(uri string) string {
	o, _ := origin.Of(uri)
	_, host, _ := strings.Cut(o, "://")
	return host
}
