package client

import (
	"context"
	"io"
	"sync"
)

// slots lets each host be asked a few things at a time. A host is remembered
// only while something waits for it or talks to it, so that invented host names
// cost nothing afterwards.
type slots struct {
	size  int
	mu    sync.Mutex
	hosts map[string]*slot
}

type slot struct {
	turns chan struct{}
	users int
}

func newSlots(size int) *slots {
	return &slots{size: size, hosts: make(map[string]*slot)}
}

// take waits for a turn with host. The function it returns gives the turn back
// and may be called more than once.
func (s *slots) take(ctx context.Context, host string) (release func(), err error) {
	h := s.enter(host)
	select {
	case h.turns <- struct{}{}:
	default:
		select {
		case h.turns <- struct{}{}:
		case <-ctx.Done():
			s.leave(host, h)
			return nil, context.Cause(ctx)
		}
	}
	return sync.OnceFunc(func() {
		<-h.turns
		s.leave(host, h)
	}), nil
}

func (s *slots) enter(host string) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hosts[host]
	if h == nil {
		h = &slot{turns: make(chan struct{}, s.size)}
		s.hosts[host] = h
	}
	h.users++
	return h
}

func (s *slots) leave(host string, h *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.users--; h.users == 0 {
		delete(s.hosts, host)
	}
}

// body draws what is read from the job's budget and gives the host's turn back
// when it is closed.
type body struct {
	io.ReadCloser
	budget *Budget
	done   func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if over := b.budget.read(n); over != nil {
		return 0, over
	}
	return n, err
}

func (b *body) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}
