package filters

import (
	"context"
	"strconv"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"palier/instance"
	"palier/instance/store"
)

// channel tells every process whose filters changed.
const channel = "filters"

// Bounds of what is kept ready: of how many people, and roughly how many bytes
// of keywords.
const (
	mostKept  = 10_000
	mostBytes = 32 << 20
)

// ready keeps the filters of those who read lately, compiled.
type ready struct {
	mu      sync.Mutex
	kept    *simplelru.LRU[instance.ActorID, []*compiled]
	bytes   int
	changes int // how often anything was forgotten
	notices <-chan store.Notice
}

func newReady() ready {
	kept, err := simplelru.NewLRU[instance.ActorID, []*compiled](mostKept, nil)
	if err != nil {
		panic(err) // only of a size that is none
	}
	return ready{kept: kept}
}

// compiled returns somebody's filters.
func (s *Service) compiled(ctx context.Context, owner instance.ActorID) ([]*compiled, error) {
	// What is kept is kept only once changes are heard of.
	s.listen.Do(func() {
		notices, _ := s.db.Listen(ctx, channel)
		s.ready.mu.Lock()
		defer s.ready.mu.Unlock()
		s.ready.notices = notices
	})
	kept, ok, changes := s.ready.find(owner)
	if ok {
		return kept, nil
	}
	found, err := s.All(ctx, owner)
	if err != nil {
		return nil, err
	}
	all := make([]*compiled, len(found))
	for i := range found {
		all[i] = compile(&found[i])
	}
	s.ready.keep(owner, all, changes)
	return all, nil
}

// changed has every process forget what it keeps of owner, once tx is committed.
func (s *Service) changed(ctx context.Context, tx store.Tx, owner instance.ActorID) error {
	store.AfterCommit(tx, func() {
		s.ready.mu.Lock()
		defer s.ready.mu.Unlock()
		s.ready.forget(owner)
	})
	if s.tell != nil {
		if err := s.tell(ctx, tx, owner); err != nil {
			return err
		}
	}
	return s.db.Notify(ctx, tx, channel, owner.String())
}

// find returns what is kept of owner, and a number to keep something by.
func (r *ready) find(owner instance.ActorID) (kept []*compiled, ok bool, changes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hear()
	kept, ok = r.kept.Get(owner)
	return kept, ok, r.changes
}

// keep keeps what was read, unless something changed since it was looked for.
func (r *ready) keep(owner instance.ActorID, all []*compiled, changes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hear()
	if r.changes != changes || r.notices == nil {
		return
	}
	r.remove(owner)
	r.bytes += weight(all)
	for r.bytes > mostBytes || r.kept.Len() >= mostKept {
		oldest, _, ok := r.kept.GetOldest()
		if !ok {
			break
		}
		r.remove(oldest)
	}
	r.kept.Add(owner, all)
}

// hear forgets what others changed.
func (r *ready) hear() {
	for {
		select {
		case n, ok := <-r.notices:
			id, err := strconv.ParseInt(n.Payload, 10, 64)
			switch {
			case !ok: // the database is closed
				r.notices = nil
				r.forgetAll()
				return
			case n.Lagged || err != nil:
				r.forgetAll()
			default:
				r.forget(instance.ActorID(id))
			}
		default:
			return
		}
	}
}

func (r *ready) forget(owner instance.ActorID) {
	r.changes++
	r.remove(owner)
}

func (r *ready) forgetAll() {
	r.changes++
	r.kept.Purge()
	r.bytes = 0
}

func (r *ready) remove(owner instance.ActorID) {
	if all, ok := r.kept.Peek(owner); ok {
		r.bytes -= weight(all)
		r.kept.Remove(owner)
	}
}

// weight is roughly how much memory filters take.
func weight(all []*compiled) int {
	n := 64
	for _, c := range all {
		n += 256 + len(c.filter.Title) + 32*len(c.posts)
		for _, w := range c.words {
			n += 96 + len(w.text) + 2*len(w.typed)
		}
	}
	return n
}
