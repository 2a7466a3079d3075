package delivery

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	maxHosts   = 8192             // health kept in memory (E11)
	freshFor   = 15 * time.Second // before it is read again: other processes write it too
	saveAfter  = time.Hour        // a success is worth a write only so often
	skewMatter = 30 * time.Second // change of a host's clock that is worth one
)

// hosts is the health of hosts in memory, in front of the [Registry]. It also
// knows which host is being tried after a rest, so that only one delivery does.
type hosts struct {
	registry Registry
	now      func() time.Time

	mu      sync.Mutex
	known   *simplelru.LRU[string, *host]
	unsaved map[string]Health
	trying  map[string]bool // hosts with a probe or a drain under way
}

type host struct {
	Health
	saved    Health // as the registry has it
	loadedAt time.Time
}

func newHosts(r Registry, now func() time.Time) *hosts {
	known, err := simplelru.NewLRU[string, *host](maxHosts, nil)
	if err != nil {
		panic(err) // the size is a constant
	}
	return &hosts{registry: r, now: now, known: known, unsaved: make(map[string]Health), trying: make(map[string]bool)}
}

// load makes sure that the health of all names is known and fresh.
func (h *hosts) load(ctx context.Context, names []string) error {
	stale := h.stale(names)
	if len(stale) == 0 {
		return nil
	}
	found, err := h.registry.Load(ctx, stale)
	if err != nil {
		return fmt.Errorf("load health of %d hosts: %w", len(stale), err)
	}
	now := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, name := range stale {
		health := found[name]
		saved := health
		if newer, ok := h.unsaved[name]; ok {
			health = newer
		}
		h.known.Add(name, &host{Health: health, saved: saved, loadedAt: now})
	}
	return nil
}

func (h *hosts) stale(names []string) []string {
	now := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	var stale []string
	for _, name := range names {
		if k, ok := h.known.Get(name); !ok || now.Sub(k.loadedAt) >= freshFor {
			stale = append(stale, name)
		}
	}
	return stale
}

// of returns the health of a host as far as it is in memory.
func (h *hosts) of(name string) Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.get(name).Health
}

func (h *hosts) get(name string) *host {
	k, ok := h.known.Get(name)
	if !ok {
		// Pushed out since it was loaded: what is not yet saved is still here.
		k = &host{Health: h.unsaved[name], loadedAt: h.now()}
		h.known.Add(name, k)
	}
	return k
}

// turn is what a new delivery for a host is to do.
type turn int

const (
	turnSend  turn = iota // go at once
	turnProbe             // go alone, to see whether the host is back; then call tried
	turnQueue             // wait in the ledger, behind what is held already
	turnSkip              // the host is dead: nothing is held for it
)

// admit decides on a new delivery for a host. A dead host has nothing held that
// could be tried, so the delivery itself is the probe.
func (h *hosts) admit(name string) turn {
	now := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	k := h.get(name)
	switch state := k.State(now); {
	case state == Dead && (k.Resting(now) || h.trying[name]):
		return turnSkip
	case state == Dead:
		h.trying[name] = true
		return turnProbe
	case state != Healthy || h.trying[name]:
		return turnQueue
	}
	return turnSend
}

// try claims the right to drain a host. It returns false while the host rests or
// somebody else has it.
func (h *hosts) try(name string) (Health, bool) {
	now := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	k := h.get(name)
	if k.Resting(now) || h.trying[name] {
		return k.Health, false
	}
	h.trying[name] = true
	return k.Health, true
}

// tried gives back what admit or try claimed.
func (h *hosts) tried(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.trying, name)
}

// change applies a change to the health of a host and returns the result.
func (h *hosts) change(name string, to func(Health) Health) Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	k := h.get(name)
	k.Health = to(k.Health)
	if matters(k.saved, k.Health) {
		h.unsaved[name] = k.Health
	}
	return k.Health
}

// matters reports whether a change is worth writing down.
func matters(was, is Health) bool {
	if d := is.Skew - was.Skew; d > skewMatter || d < -skewMatter {
		return true
	}
	if is.LastSuccess.Sub(was.LastSuccess) >= saveAfter {
		return true
	}
	was.Skew, was.LastSuccess = is.Skew, is.LastSuccess
	return was != is
}

// save writes down what changed. If that fails it is tried with the next save:
// nothing but a little knowledge of hosts is lost if the program ends before.
func (h *hosts) save(ctx context.Context) error {
	h.mu.Lock()
	unsaved := h.unsaved
	h.unsaved = make(map[string]Health)
	h.mu.Unlock()
	if len(unsaved) == 0 {
		return nil
	}
	err := h.registry.Save(ctx, unsaved)
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		maps.Copy(unsaved, h.unsaved)
		h.unsaved = unsaved
		return fmt.Errorf("save health of %d hosts: %w", len(unsaved), err)
	}
	for name, health := range unsaved {
		if k, ok := h.known.Peek(name); ok {
			k.saved = health
		}
	}
	return nil
}
