package delivery

import (
	"context"
	"sync"
)

// lanes lets each host have a few deliveries under way and a line behind them,
// and all hosts together only so many. What waits in a line takes no place of
// the others: a host that hangs holds up nobody but itself (R05).
type lanes struct {
	wide   int           // deliveries under way for one host
	line   int           // deliveries waiting behind them
	places chan struct{} // deliveries under way in all

	mu    sync.Mutex
	hosts map[string]*lane
}

type lane struct {
	under   int
	waiting []task
}

// task is work for one host; done is called when it is over.
type task struct {
	work func()
	done func()
}

func newLanes(all, wide, line int) *lanes {
	return &lanes{wide: wide, line: line, places: make(chan struct{}, all), hosts: make(map[string]*lane)}
}

// submit has t done as soon as the host and everybody else leave room, and
// returns false if the host's line is full. It waits while all places are taken;
// if ctx ends meanwhile t is done all the same, and expected to notice.
func (l *lanes) submit(ctx context.Context, host string, t task) bool {
	if ok, now := l.enter(host, t); !now {
		return ok
	}
	placed := true
	select {
	case l.places <- struct{}{}:
	case <-ctx.Done():
		placed = false
	}
	go l.run(host, t, placed)
	return true
}

// enter puts t into the host's lane. now tells whether it is to begin at once.
func (l *lanes) enter(host string, t task) (ok, now bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[host]
	if h == nil {
		h = &lane{}
		l.hosts[host] = h
	}
	switch {
	case h.under < l.wide:
		h.under++
		return true, true
	case len(h.waiting) < l.line:
		h.waiting = append(h.waiting, t)
		return true, false
	}
	return false, false
}

// run does t and hands its place to the next in line.
func (l *lanes) run(host string, t task, placed bool) {
	defer t.done()
	t.work()
	if next, ok := l.leave(host); ok {
		go l.run(host, next, placed)
		return
	}
	if placed {
		<-l.places
	}
}

func (l *lanes) leave(host string) (next task, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[host]
	if len(h.waiting) > 0 {
		next, h.waiting = h.waiting[0], h.waiting[1:]
		return next, true
	}
	if h.under--; h.under == 0 {
		delete(l.hosts, host)
	}
	return task{}, false
}
