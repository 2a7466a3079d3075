// Package conform tries a running server from outside and tells where it keeps
// the Palier protocol and where it does not (specs/protocol.md, section 21.3).
//
// # What it does
//
// [Check] asks the server what anyone may ask, reads what it is told, and holds
// each document to the project's schemas, to go-fed's typed vocabulary and to
// the rules of the text. Where the server can reach it, it also speaks as a
// stranger with an actor and keys of its own: it signs requests well and badly,
// follows a group and takes that back. What stays is that the server has met an
// actor that is no more.
//
// Every check is one rule with the section it is from. A check that cannot be
// made on a server, because it has no post to look at, say, is skipped and says
// why; it is no failure.
//
// # Bounds
//
// The number of requests, the time of each, the bytes of an answer and the pages
// of a collection are bounded. One request is made at a time.
package conform

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"palier/protocol/nodeinfo"
	"palier/protocol/origin"
)

// Options say how a server is tried. Zero fields take the defaults named.
type Options struct {
	// Handle is the group to look at, @name@host. Default: the first one that the
	// server's NodeInfo names.
	Handle string
	// Private are ids of the server's that nobody outside may read. They have to
	// look as if they did not exist.
	Private []string
	// Only are the checks to make, by id. Default: all.
	Only []string
	// Requests is how many requests are made at most. Default 1,000.
	Requests int
	// Timeout is how long one of them may take. Default 10 s.
	Timeout time.Duration
	// Patience is how long an answer to a Follow is waited for. Default 15 s.
	Patience time.Duration
	// Version is what the checker calls itself to the server.
	Version string
	// Now is the clock; required.
	Now func() time.Time
}

// ErrTarget is returned for what is no address of a server.
var ErrTarget = errors.New("not the address of a server")

// ErrUnknown is returned for a check or a handle that there is none of.
var ErrUnknown = errors.New("not known")

// Check tries the server at target, such as https://lyon.example. What it finds
// is in the report; an error means that it could not try at all: [ErrTarget],
// [ErrUnknown], or the network's if nothing answers there.
func Check(ctx context.Context, target string, o Options) (Report, error) {
	base, ok := origin.Of(target)
	u, err := url.Parse(target)
	if !ok || err != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return Report{}, fmt.Errorf("%w: %q", ErrTarget, target)
	}
	for _, id := range o.Only {
		if !slices.ContainsFunc(rules, func(r rule) bool { return r.id == id }) {
			return Report{}, fmt.Errorf("check %q: %w", id, ErrUnknown)
		}
	}
	o = o.orDefault()
	began := o.Now()
	v := newVisit(base, o)
	defer v.web.close()
	if _, err := v.json(ctx, nodeinfo.WellKnown); err != nil {
		return Report{}, fmt.Errorf("ask %s: %w", base, err)
	}
	defer v.leave()
	r := Report{Target: base}
	for _, rule := range rules {
		if len(o.Only) == 0 || slices.Contains(o.Only, rule.id) {
			r.Results = append(r.Results, rule.try(ctx, v))
		}
	}
	r.Requests, r.Seconds = v.web.asked, o.Now().Sub(began).Seconds()
	return r, nil
}

func (o Options) orDefault() Options {
	if o.Requests <= 0 {
		o.Requests = 1000
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Patience <= 0 {
		o.Patience = 15 * time.Second
	}
	return o
}

// rule is one thing that a server has to do.
type rule struct {
	id      string // a word that stays, for --only and for programs
	section string // of specs/protocol.md
	says    string // what a conforming server does
	keeps   func(ctx context.Context, v *visit) error
}

// rules are all checks, in the order in which they are made and reported.
var rules = slices.Concat(discoveryRules, actorRules, documentRules, collectionRules, proofRules, answerRules, inboxRules, deliveryRules)

// skip is why a check cannot be made on this server.
type skip struct{ why string }

func (s skip) Error() string { return s.why }

func skipf(format string, args ...any) error { return skip{fmt.Sprintf(format, args...)} }

func (r rule) try(ctx context.Context, v *visit) Result {
	result := Result{ID: r.id, Section: r.section, Rule: r.says, Verdict: Pass}
	err := r.keeps(ctx, v)
	s, skipped := errors.AsType[skip](err)
	switch {
	case err == nil:
	case skipped:
		result.Verdict, result.Reasons = Skip, []string{s.why}
	default:
		result.Verdict, result.Reasons = Fail, reasons(err)
	}
	return result
}

// mostReasons is how many reasons are told of one check.
const mostReasons = 10

// reasons takes joined errors apart again.
func reasons(err error) []string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && strings.Contains(err.Error(), "\n") {
		var list []string
		for _, e := range joined.Unwrap() {
			list = append(list, reasons(e)...)
		}
		if len(list) > mostReasons {
			list = append(list[:mostReasons], fmt.Sprintf("and %d more", len(list)-mostReasons))
		}
		return list
	}
	return []string{strings.Join(strings.Fields(err.Error()), " ")}
}

// Rule is what a check is about, for those who list them.
type Rule struct{ ID, Section, Says string }

// Rules returns all checks there are.
func Rules() []Rule {
	list := make([]Rule, len(rules))
	for i, r := range rules {
		list[i] = Rule{r.id, r.section, r.says}
	}
	return list
}
