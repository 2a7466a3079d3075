package apptest

import (
	"bytes"
	"net"
	"sync"
	"testing"
)

// Cable is the way to a server over TCP. It can be cut at any byte of a request or
// of the answer to it, as a network does that fails.
type Cable struct {
	URL string

	t        testing.TB
	listener net.Listener

	mu       sync.Mutex
	to       string // host:port behind it
	begins   []byte // of the requests that are counted and cut
	cut      bool
	answer   bool // in the answer, else in the request
	after    int  // so many bytes
	asked    int  // bytes of the last request that was counted, and of its answer
	answered int
	cuts     int
	said     []byte // the last request that was counted
	ends     map[net.Conn]struct{}
	running  sync.WaitGroup
}

// NewCable returns a cable that leads nowhere until [Cable.Plug].
func NewCable(t testing.TB) *Cable {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cable{URL: "http://" + l.Addr().String(), t: t, listener: l, ends: map[net.Conn]struct{}{}}
	c.running.Go(c.accept)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		c.mu.Lock()
		for end := range c.ends {
			_ = end.Close() // so that nobody waits for it
		}
		c.mu.Unlock()
		c.running.Wait()
	})
	return c
}

// Plug leads the cable to a host and port.
func (c *Cable) Plug(to string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to = to
}

// Count has the bytes of requests be counted that begin with something, such as
// "POST /h/", and of their answers.
func (c *Cable) Count(begins string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begins, c.cut, c.asked, c.answered, c.cuts = []byte(begins), false, 0, 0, 0
}

// Counted is how many bytes the last of those requests and its answer had.
func (c *Cable) Counted() (asked, answered int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked, c.answered
}

// Said are the bytes of the last request that was counted, to be said again by
// somebody who listened.
func (c *Cable) Said() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.said)
}

// Cut has each such request be cut off after so many bytes of it, or of the answer
// to it. After 0 bytes of an answer the server has done what it was asked.
func (c *Cable) Cut(begins string, answer bool, after int) {
	c.Count(begins)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut, c.answer, c.after = true, answer, after
}

// Mend lets everything pass again, and returns how often something was cut off.
func (c *Cable) Mend() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = false
	return c.cuts
}

func (c *Cable) accept() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return // closed
		}
		c.mu.Lock()
		to := c.to
		c.mu.Unlock()
		var d net.Dialer
		far, err := d.DialContext(c.t.Context(), "tcp", to)
		if err != nil {
			_ = near.Close() // nobody is there
			continue
		}
		c.mu.Lock()
		c.ends[near], c.ends[far] = struct{}{}, struct{}{}
		c.mu.Unlock()
		x := &strand{cable: c, near: near, far: far}
		c.running.Go(func() { x.carry(near, far, x.asks) })
		c.running.Go(func() { x.carry(far, near, x.answers) })
	}
}

// strand is one connection.
type strand struct {
	cable     *Cable
	near, far net.Conn
	counted   bool // what is asked now is counted
}

// carry brings bytes from one end to the other, as many as pass says.
func (x *strand) carry(from, to net.Conn, pass func([]byte) (int, bool)) {
	defer x.hangUp()
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			n, cut := pass(buffer[:n])
			if _, err := to.Write(buffer[:n]); err != nil || cut {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (x *strand) hangUp() {
	for _, end := range []net.Conn{x.near, x.far} {
		_ = end.Close() // it may be closed already
		x.cable.mu.Lock()
		delete(x.cable.ends, end)
		x.cable.mu.Unlock()
	}
}

func (x *strand) asks(b []byte) (int, bool) {
	c := x.cable
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, method := range []string{"GET ", "POST ", "HEAD "} {
		if bytes.HasPrefix(b, []byte(method)) {
			if x.counted = len(c.begins) > 0 && bytes.HasPrefix(b, c.begins); x.counted {
				c.asked, c.answered, c.said = 0, 0, nil
			}
		}
	}
	if !x.counted {
		return len(b), false
	}
	c.said = append(c.said, b...)
	return c.count(b, &c.asked, c.cut && !c.answer)
}

func (x *strand) answers(b []byte) (int, bool) {
	c := x.cable
	c.mu.Lock()
	defer c.mu.Unlock()
	if !x.counted {
		return len(b), false
	}
	return c.count(b, &c.answered, c.cut && c.answer)
}

// count counts bytes, and returns how many of them pass.
func (c *Cable) count(b []byte, passed *int, cut bool) (int, bool) {
	n := len(b)
	if cut && *passed+n > c.after {
		n = max(c.after-*passed, 0)
		c.cuts++
	} else {
		cut = false
	}
	*passed += n
	return n, cut
}
