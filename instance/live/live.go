// Package live tells people who are connected what happens while it happens.
//
// Every deed is heard inside its transaction and told to every process once
// that is committed, by name only: whoever is told reads it anew, with their
// own eyes. One [Hub] in each process finds out, in a handful of queries
// however many are connected, whom it concerns.
package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// Kind is what happened.
type Kind string

// What can happen.
const (
	Posted    Kind = "posted"
	Boosted   Kind = "boosted"
	Edited    Kind = "edited"
	Deleted   Kind = "deleted"
	Unboosted Kind = "unboosted"
	Notified  Kind = "notified"
	Filters   Kind = "filters" // the owner's filters are others now
	// Look: something was missed. Whoever is told has to look for themself.
	Look Kind = "look"
)

// Event names what happened.
type Event struct {
	Kind  Kind             `json:"kind"`
	Post  instance.PostID  `json:"post,omitempty"`
	Boost instance.ID      `json:"boost,omitempty"` // of the boost itself
	Actor instance.ActorID `json:"actor,omitempty"` // who did it
	// Owner is whom it concerns alone.
	Owner  instance.ActorID `json:"owner,omitempty"`
	Notice instance.ID      `json:"notice,omitempty"`
	// Named are those of ours whom a post named that is gone now, where it was
	// for few.
	Named []instance.ActorID `json:"named,omitempty"`
}

const (
	// channel carries events between processes.
	channel = "live"
	// mostNamed is how many people one event names; the next ones go into
	// another, since a notice is small.
	mostNamed = 300
)

// Hear tells every process of a deed once it is done.
func (h *Hub) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	e := Event{Actor: d.Actor.ID}
	if d.Post != nil {
		e.Post = d.Post.ID
	}
	switch d.Kind {
	case instance.Posted, instance.Restored:
		e.Kind = Posted
	case instance.Edited:
		e.Kind = Edited
	case instance.Boosted:
		e.Kind, e.Boost = Boosted, d.ID
	case instance.Unboosted:
		e.Kind, e.Boost = Unboosted, d.ID
	case instance.Deleted, instance.Withdrawn:
		return h.deleted(ctx, tx, e, d.Post)
	default:
		return nil
	}
	return h.Tell(ctx, tx, e)
}

// deleted tells that a post is gone, with those it named: nobody finds out
// later.
func (h *Hub) deleted(ctx context.Context, tx store.Tx, e Event, p *instance.Post) error {
	e.Kind = Deleted
	var named []instance.ActorID
	if !p.Audience.Open() && !p.Audience.Local() {
		for _, a := range p.Mentions {
			if a.Local() && (a.Kind == instance.Person || a.Kind == instance.Service) {
				named = append(named, a.ID)
			}
		}
	}
	for {
		e.Named = named[:min(mostNamed, len(named))]
		named = named[len(e.Named):]
		if err := h.Tell(ctx, tx, e); err != nil || len(named) == 0 {
			return err
		}
	}
}

// Notified tells a person that a notice was written for them.
func (h *Hub) Notified(ctx context.Context, tx store.Tx, owner instance.ActorID, notice instance.ID) error {
	return h.Tell(ctx, tx, Event{Kind: Notified, Owner: owner, Notice: notice})
}

// Refiltered tells a person that their filters are others now.
func (h *Hub) Refiltered(ctx context.Context, tx store.Tx, owner instance.ActorID) error {
	return h.Tell(ctx, tx, Event{Kind: Filters, Owner: owner})
}

// Tell tells every process of e once tx is committed.
func (h *Hub) Tell(ctx context.Context, tx store.Tx, e Event) error {
	b, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("tell %s: %w", e.Kind, err)
	}
	return h.o.DB.Notify(ctx, tx, channel, string(b))
}

// read returns the event of a notice.
func read(payload string) (Event, error) {
	var e Event
	err := json.NewDecoder(strings.NewReader(payload)).Decode(&e)
	return e, err
}

// Why a line ended.
var (
	// ErrSlow: too much waited to be read.
	ErrSlow = errors.New("reads too slowly")
	// ErrRevoked: the token or session it was opened by holds no more, or the
	// account is closed.
	ErrRevoked = errors.New("may not listen any more")
	// ErrStopping: the program stops.
	ErrStopping = errors.New("server is stopping")
	// ErrMissed: events were missed, so that whoever listens has to read anew.
	ErrMissed = errors.New("events were missed")
)
