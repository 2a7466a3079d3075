package app

import (
	"net"
	"sync"
)

// fairListener lets one address have so many connections at once and no more,
// so that nobody can take all of them (security.md E10).
type fairListener struct {
	net.Listener
	most int

	mu   sync.Mutex
	open map[string]int
}

func newFairListener(l net.Listener, most int) *fairListener {
	return &fairListener{Listener: l, most: most, open: map[string]int{}}
}

// Accept returns the next connection of an address that has not too many.
func (l *fairListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host, _, err := net.SplitHostPort(c.RemoteAddr().String())
		if err != nil {
			host = c.RemoteAddr().String()
		}
		// The machine itself is the proxy in front of us, or its operator.
		ip := net.ParseIP(host)
		if ip != nil && ip.IsLoopback() {
			return c, nil
		}
		if l.enter(host) {
			return &fairConn{Conn: c, leave: sync.OnceFunc(func() { l.leave(host) })}, nil
		}
		_ = c.Close() // the one turned away need not hear of trouble with that
	}
}

func (l *fairListener) enter(host string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[host] >= l.most {
		return false
	}
	l.open[host]++
	return true
}

func (l *fairListener) leave(host string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[host]--; l.open[host] <= 0 {
		delete(l.open, host)
	}
}

type fairConn struct {
	net.Conn
	leave func()
}

func (c *fairConn) Close() error {
	c.leave()
	return c.Conn.Close()
}
