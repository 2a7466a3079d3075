package live

import (
	"fmt"
	"slices"
	"sync"

	"palier/instance"
)

// Pass is by what right a line is open: the access token of an app, or the
// session of a browser.
type Pass struct {
	Token   instance.ID
	Session string
}

const (
	// mostStreams is how many streams one line listens to.
	mostStreams = 64
	// mostWaiting is how much waits for one who reads slowly.
	mostWaiting = 256
)

// News is an event as all who are told of it share it.
type News struct {
	Event

	// Author is who wrote the post, if it is about one.
	Author instance.ActorID

	mu    sync.Mutex
	forms map[string]*form
}

type form struct {
	once sync.Once
	text []byte
	err  error
}

// Once returns what compose makes of the news, which it does once for each
// name. What it returns must not be changed.
func (n *News) Once(name string, compose func() ([]byte, error)) ([]byte, error) {
	n.mu.Lock()
	f := n.forms[name]
	if f == nil {
		if n.forms == nil {
			n.forms = map[string]*form{}
		}
		f = &form{}
		n.forms[name] = f
	}
	n.mu.Unlock()
	f.once.Do(func() { f.text, f.err = compose() })
	return f.text, f.err
}

// Telling is one thing to tell on a line.
type Telling struct {
	*News

	Stream Stream
	// Personal tells that the one who listens may see it otherwise than most: it
	// is their own, they had something to do with it before, or they filter what
	// they read.
	Personal bool
}

// Line is one connection to a person. It is fed by a [Hub] and read by whoever
// opened it, who closes it.
type Line struct {
	Person instance.ActorID

	hub     *Hub
	pass    Pass
	address string
	streams []Stream // under the hub's lock

	ring  chan struct{} // holds one: something waits
	ended chan struct{}

	mu      sync.Mutex
	waiting []Telling
	why     error
}

// Rings rings when there is something to [Line.Take].
func (l *Line) Rings() <-chan struct{} { return l.ring }

// Ended is closed when nothing more will be told; [Line.Why] says why.
func (l *Line) Ended() <-chan struct{} { return l.ended }

// Why returns why the line ended, nil while it has not.
func (l *Line) Why() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

// Take returns what waits to be told, in order.
func (l *Line) Take() []Telling {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.waiting
	l.waiting = nil
	return all
}

// Join listens to a stream as well. It returns an [instance.Invalid] if there
// are too many. Whether it may be listened to is the caller's to know.
func (l *Line) Join(s Stream) error {
	h := l.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.Own() {
		s.ID = instance.ID(l.Person)
	}
	if slices.Contains(l.streams, s) {
		return nil
	}
	if len(l.streams) >= mostStreams {
		return &instance.Invalid{Field: "stream", Code: "too-many", Limit: mostStreams}
	}
	l.streams = append(l.streams, s)
	h.index(l, s)
	return nil
}

// Leave listens to a stream no more.
func (l *Line) Leave(s Stream) {
	h := l.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.Own() {
		s.ID = instance.ID(l.Person)
	}
	if i := slices.Index(l.streams, s); i >= 0 {
		l.streams = slices.Delete(l.streams, i, i+1)
		h.unindex(l, s)
	}
}

// Close ends the line. It may be called twice.
func (l *Line) Close() { l.hub.close(l) }

// tell has something wait to be told. One who leaves too much waiting is cut
// off.
func (l *Line) tell(t Telling) {
	l.mu.Lock()
	if l.why != nil {
		l.mu.Unlock()
		return
	}
	if len(l.waiting) >= mostWaiting {
		l.mu.Unlock()
		l.end(ErrSlow)
		return
	}
	l.waiting = append(l.waiting, t)
	l.mu.Unlock()
	select {
	case l.ring <- struct{}{}:
	default: // rings already
	}
}

// end says that nothing more will be told, and why.
func (l *Line) end(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.why == nil {
		l.why, l.waiting = why, nil
		close(l.ended)
	}
}

// Limits bound how many lines are open at once; zero bounds nothing.
type Limits struct {
	PerPerson  int `toml:"per_person"`
	PerAddress int `toml:"per_address"`
}

// Open opens a line to a person who asked from an address, empty where that
// says nothing. It returns [instance.ErrTooMany] if there are too many of
// theirs, and [ErrStopping] once the program stops.
func (h *Hub) Open(person instance.ActorID, pass Pass, address string) (*Line, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.stopping:
		return nil, ErrStopping
	case h.o.Limits.PerPerson > 0 && h.persons[person] >= h.o.Limits.PerPerson:
		return nil, fmt.Errorf("line to %s: %w", person, instance.ErrTooMany)
	case h.o.Limits.PerAddress > 0 && address != "" && h.addresses[address] >= h.o.Limits.PerAddress:
		return nil, fmt.Errorf("line to %s: %w", address, instance.ErrTooMany)
	}
	l := &Line{Person: person, hub: h, pass: pass, address: address, ring: make(chan struct{}, 1), ended: make(chan struct{})}
	h.lines[l] = struct{}{}
	h.persons[person]++
	if address != "" {
		h.addresses[address]++
	}
	h.open.Add(1)
	return l, nil
}

func (h *Hub) close(l *Line) {
	l.end(ErrStopping)
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.lines[l]; !ok {
		return
	}
	delete(h.lines, l)
	for _, s := range l.streams {
		h.unindex(l, s)
	}
	l.streams = nil
	count(h.persons, l.Person)
	if l.address != "" {
		count(h.addresses, l.address)
	}
	h.open.Done()
}

// count takes one from a count that is kept while it is not zero.
func count[K comparable](of map[K]int, key K) {
	if of[key]--; of[key] <= 0 {
		delete(of, key)
	}
}

// index and unindex note who listens to what. The caller has the lock.
func (h *Hub) index(l *Line, s Stream) {
	if h.listening[s.Name] == nil {
		h.listening[s.Name] = map[Stream]map[*Line]struct{}{}
	}
	if h.listening[s.Name][s] == nil {
		h.listening[s.Name][s] = map[*Line]struct{}{}
	}
	h.listening[s.Name][s][l] = struct{}{}
}

func (h *Hub) unindex(l *Line, s Stream) {
	delete(h.listening[s.Name][s], l)
	if len(h.listening[s.Name][s]) == 0 {
		delete(h.listening[s.Name], s)
	}
}
