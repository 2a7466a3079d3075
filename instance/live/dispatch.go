package live

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/store"
)

// target is a line that may be told something on one of its streams.
type target struct {
	line   *Line
	stream Stream
}

// dispatch tells an event to all it concerns.
func (h *Hub) dispatch(ctx context.Context, e Event) error {
	switch e.Kind {
	case Notified, Filters:
		h.tellOwner(e)
		return nil
	case Unboosted:
		return h.unboosted(ctx, e)
	case Posted, Boosted, Edited, Deleted:
		if h.idle() {
			return nil
		}
		f, err := h.facts(ctx, e.Post)
		if errors.Is(err, store.ErrNoRows) || err == nil && (f.waits || f.gone != (e.Kind == Deleted)) {
			return nil // removed meanwhile, or nobody's to know
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", e.Kind, e.Post, err)
		}
		return h.tellReaders(ctx, e, f)
	}
	return nil // of a newer program than this one
}

// idle tells whether nobody listens to anything here.
func (h *Hub) idle() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.lines) == 0
}

// tellOwner tells a person what concerns them alone.
func (h *Hub) tellOwner(e Event) {
	news := &News{Event: e}
	names := []Name{User}
	if e.Kind == Notified {
		names = append(names, Notifications)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, name := range names {
		s := Stream{Name: name, ID: instance.ID(e.Owner)}
		for l := range h.listening[name][s] {
			l.tell(Telling{News: news, Stream: s, Personal: true})
		}
	}
}

// targets returns who listens to what shows a post.
func (h *Hub) targets(shows func(Stream) bool) []target {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []target
	for _, streams := range h.listening {
		for s, lines := range streams {
			if !shows(s) {
				continue
			}
			for l := range lines {
				all = append(all, target{l, s})
			}
		}
	}
	return all
}

// persons returns the people behind targets, each once.
func persons(targets []target) []instance.ActorID {
	seen := make(map[instance.ActorID]bool, len(targets))
	var all []instance.ActorID
	for _, t := range targets {
		if !seen[t.line.Person] {
			seen[t.line.Person] = true
			all = append(all, t.line.Person)
		}
	}
	return all
}

// tellReaders tells of a post those who listen and may read it: on their own
// stream if it stands in their feed, on others by what it is.
func (h *Hub) tellReaders(ctx context.Context, e Event, f facts) error {
	targets := h.targets(func(s Stream) bool { return s.shows(e, f) })
	if len(targets) == 0 {
		return nil
	}
	standings, err := h.standings(ctx, e, f, persons(targets))
	if err != nil {
		return fmt.Errorf("readers of %s: %w", e.Post, err)
	}
	lists, err := h.lists(ctx, e, targets)
	if err != nil {
		return fmt.Errorf("lists that show %s: %w", e.Post, err)
	}
	news := &News{Event: e, Author: f.author}
	for _, t := range targets {
		st, may := standings[t.line.Person]
		switch {
		case !may:
			continue
		case t.stream.Name == User && !st.home && e.Kind != Deleted:
			continue
		case t.stream.Name == List && !lists[t.stream.ID] && e.Kind != Deleted:
			continue
		}
		t.line.tell(Telling{News: news, Stream: t.stream, Personal: st.personal || t.stream.Name == Direct})
	}
	return nil
}

// lists returns which of the lists that are listened to show what happened.
func (h *Hub) lists(ctx context.Context, e Event, targets []target) (map[instance.ID]bool, error) {
	var asked []instance.ID
	for _, t := range targets {
		if t.stream.Name == List && !slices.Contains(asked, t.stream.ID) {
			asked = append(asked, t.stream.ID)
		}
	}
	return h.inLists(ctx, e, asked)
}

// unboosted tells those who follow who shared a post that they took it back.
func (h *Hub) unboosted(ctx context.Context, e Event) error {
	targets := h.targets(func(s Stream) bool { return s.Name == User || s.Name == List })
	if len(targets) == 0 {
		return nil
	}
	following, err := h.following(ctx, e.Actor, persons(targets))
	if err != nil {
		return fmt.Errorf("followers of %s: %w", e.Actor, err)
	}
	news := &News{Event: e}
	for _, t := range targets {
		if following[t.line.Person] {
			t.line.tell(Telling{News: news, Stream: t.stream})
		}
	}
	return nil
}
