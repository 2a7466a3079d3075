package dashboard

import (
	"sync"
	"time"

	"palier/instance"
)

// mostKept is of how many places something is kept.
const mostKept = 4096

// kept is what was found out about places, and when.
type kept[T any] struct {
	mu sync.Mutex
	of map[instance.ActorID]found[T]
}

type found[T any] struct {
	what T
	at   time.Time
}

func (k *kept[T]) get(place instance.ActorID) (what T, at time.Time, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, ok := k.of[place]
	return f.what, f.at, ok
}

func (k *kept[T]) put(place instance.ActorID, what T, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil || len(k.of) >= mostKept {
		k.of = make(map[instance.ActorID]found[T])
	}
	k.of[place] = found[T]{what, at}
}
