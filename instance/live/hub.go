package live

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Hub feeds the lines of one process.
type Hub struct {
	o Options

	mu        sync.Mutex
	lines     map[*Line]struct{}
	listening map[Name]map[Stream]map[*Line]struct{}
	persons   map[instance.ActorID]int
	addresses map[string]int
	stopping  bool
	open      sync.WaitGroup // lines
	work      sync.WaitGroup // goroutines
	quit      context.CancelFunc
}

// Options are what a [Hub] stands on.
type Options struct {
	DB  *store.DB
	Log *slog.Logger
	Now func() time.Time
	// Readers gives the query for those who may read a local post in a place,
	// given as a placeholder; its column is called reader.
	Readers func(audience instance.Audience, place string) string
	// Sessions and Tokens return those that still hold, in one query. Nil: all
	// do.
	Sessions func(ctx context.Context, keys []string) ([]string, error)
	Tokens   func(ctx context.Context, ids []instance.ID) ([]instance.ID, error)
	// Ended is the channel on which the ids of tokens go that were revoked.
	Ended  string
	Limits Limits
}

// New returns a hub on o. It hears and tells at once; it feeds lines from
// [Hub.Start] on.
func New(o Options) *Hub {
	return &Hub{
		o: o, lines: map[*Line]struct{}{}, listening: map[Name]map[Stream]map[*Line]struct{}{},
		persons: map[instance.ActorID]int{}, addresses: map[string]int{},
	}
}

const (
	// checkEvery is how often it is looked whether those who listen still may;
	// they have to be cut off within five seconds (security.md G06).
	checkEvery = 3 * time.Second
	// mostEvents is how many events wait while others are dealt with. Beyond
	// them everybody is told to look for themself.
	mostEvents = 4096
)

// Start begins to feed lines. Only [Hub.Stop] ends it, not the end of ctx.
func (h *Hub) Start(ctx context.Context) {
	notices, forget := h.o.DB.Listen(ctx, channel)
	tokens, forgetTokens := h.o.DB.Listen(ctx, h.o.Ended)
	ctx, h.quit = context.WithCancel(context.WithoutCancel(ctx))
	events := make(chan store.Notice, mostEvents)
	h.work.Go(func() {
		defer forget()
		defer close(events)
		receive(ctx, notices, events)
	})
	h.work.Go(func() {
		for n := range events {
			h.deal(ctx, n)
		}
	})
	h.work.Go(func() {
		defer forgetTokens()
		h.watch(ctx, tokens)
	})
}

// HangUp ends every line and lets none be opened any more. It does not wait.
func (h *Hub) HangUp() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopping = true
	for l := range h.lines {
		l.end(ErrStopping)
	}
}

// Stop ends every line and returns once all are closed and nothing runs any
// more, or ctx ends.
func (h *Hub) Stop(ctx context.Context) error {
	h.HangUp()
	if h.quit != nil {
		h.quit()
	}
	done := make(chan struct{})
	go func() {
		h.work.Wait()
		h.open.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Lines returns how many lines are open in this process.
func (h *Hub) Lines() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.lines)
}

// receive takes notices as they come, so that few are lost while one is dealt
// with.
func receive(ctx context.Context, from <-chan store.Notice, to chan<- store.Notice) {
	lagged := false
	for {
		select {
		case <-ctx.Done():
			return
		case n, ok := <-from:
			if !ok {
				return
			}
			n.Lagged = n.Lagged || lagged
			select {
			case to <- n:
				lagged = false
			default:
				lagged = true
			}
		}
	}
}

// deal tells whom a notice concerns.
func (h *Hub) deal(ctx context.Context, n store.Notice) {
	if n.Lagged {
		h.look()
	}
	if n.Payload == "" || ctx.Err() != nil {
		return
	}
	e, err := read(n.Payload)
	if err == nil {
		err = h.dispatch(ctx, e)
	}
	if err != nil && ctx.Err() == nil {
		h.o.Log.Warn("a live event was not told", "kind", e.Kind, "post", e.Post, "error", err)
		h.look()
	}
}

// look tells everybody that something was missed.
func (h *Hub) look() {
	news := &News{Event: Event{Kind: Look}}
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.lines {
		l.tell(Telling{News: news})
	}
}

// watch ends the lines of those who may not listen any more: at once where it
// is told, else soon.
func (h *Hub) watch(ctx context.Context, tokens <-chan store.Notice) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case n, ok := <-tokens:
			if !ok {
				return
			}
			if id, err := strconv.ParseInt(n.Payload, 10, 64); err == nil {
				h.revoke(instance.ID(id))
			}
			if !n.Lagged {
				continue
			}
		}
		if err := h.check(ctx); err != nil && ctx.Err() == nil {
			h.o.Log.Warn("who may listen was not checked", "error", err)
		}
	}
}

// revoke ends the lines of a token.
func (h *Hub) revoke(token instance.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.lines {
		if l.pass.Token == token {
			l.end(ErrRevoked)
		}
	}
}

// check ends the lines of accounts that are closed and of tokens and sessions
// that hold no more. When the database does not say, nobody is cut off.
func (h *Hub) check(ctx context.Context) error {
	persons, tokens, sessions := map[instance.ActorID]bool{}, map[instance.ID]bool{}, map[string]bool{}
	h.mu.Lock()
	for l := range h.lines {
		persons[l.Person] = false
		if l.pass.Token != 0 {
			tokens[l.pass.Token] = h.o.Tokens == nil
		}
		if l.pass.Session != "" {
			sessions[l.pass.Session] = h.o.Sessions == nil
		}
	}
	h.mu.Unlock()
	if err := mark(ctx, persons, h.accounts); err != nil {
		return err
	}
	if err := mark(ctx, tokens, h.o.Tokens); err != nil {
		return err
	}
	if err := mark(ctx, sessions, h.o.Sessions); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.lines {
		person, asked := persons[l.Person]
		if !asked {
			continue // came meanwhile
		}
		if !person || ended(tokens, l.pass.Token) || ended(sessions, l.pass.Session) {
			l.end(ErrRevoked)
		}
	}
	return nil
}

// ended tells whether a key was asked about and does not hold.
func ended[K comparable](hold map[K]bool, key K) bool {
	holds, asked := hold[key]
	return asked && !holds
}

// mark notes which of the keys still hold, asking for many at a time.
func mark[K comparable](ctx context.Context, all map[K]bool, holding func(context.Context, []K) ([]K, error)) error {
	if holding == nil {
		return nil
	}
	keys := make([]K, 0, len(all))
	for k := range all {
		keys = append(keys, k)
	}
	return inBatches(keys, func(some []K) error {
		held, err := holding(ctx, some)
		for _, k := range held {
			all[k] = true
		}
		return err
	})
}
