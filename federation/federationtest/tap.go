package federationtest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"unicode/utf16"
)

// Tap keeps every byte that leaves a server, to prove that something does not.
// It is safe for concurrent use.
type Tap struct {
	mu      sync.Mutex
	streams []*stream
}

// stream is what one connection carried away from the server.
type stream struct {
	mu       sync.Mutex
	bytes    bytes.Buffer
	requests bool // the server asked; otherwise it answered
}

func (s *stream) add(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes.Write(b)
}

func (s *stream) copied() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.bytes.Bytes())
}

// Tap returns what leaves a host from now on: what is written to connections
// that it took, and what reaches the network's other hosts, whoever sent it. It
// sees connections that begin from now on.
func (n *Network) Tap(h *Host) *Tap {
	t := &Tap{}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tap = t
	return t
}

// taps returns the tap of a host itself and those of all the others.
func (n *Network) taps(of *Host) (own *Tap, others []*Tap) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range n.hosts {
		h.mu.Lock()
		tap := h.tap
		h.mu.Unlock()
		switch {
		case tap == nil:
		case h == of:
			own = tap
		default:
			others = append(others, tap)
		}
	}
	return own, others
}

func (t *Tap) stream(requests bool) *stream {
	s := &stream{requests: requests}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.streams = append(t.streams, s)
	return s
}

// watched is the listener of a host.
type watched struct {
	net.Listener
	h *Host
}

func (w watched) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	own, others := w.h.n.taps(w.h)
	tc := &tappedConn{Conn: c}
	if own != nil {
		tc.written = []*stream{own.stream(false)}
	}
	for _, t := range others {
		tc.read = append(tc.read, t.stream(true))
	}
	return tc, nil
}

// Listener returns l with what is written to its connections kept.
func (t *Tap) Listener(l net.Listener) net.Listener { return tappedListener{l, t} }

type tappedListener struct {
	net.Listener
	t *Tap
}

func (l tappedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &tappedConn{Conn: c, written: []*stream{l.t.stream(false)}}, nil
}

type tappedConn struct {
	net.Conn
	read, written []*stream
}

func (c *tappedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	for _, s := range c.read {
		s.add(b[:n])
	}
	return n, err
}

func (c *tappedConn) Write(b []byte) (int, error) {
	for _, s := range c.written {
		s.add(b)
	}
	return c.Conn.Write(b)
}

// RoundTripper returns next with every request that goes through it kept.
func (t *Tap) RoundTripper(next http.RoundTripper) http.RoundTripper {
	return tappedTransport{next, t}
}

type tappedTransport struct {
	next http.RoundTripper
	t    *Tap
}

func (rt tappedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	dump, err := httputil.DumpRequestOut(r, true)
	if err != nil {
		return nil, err
	}
	rt.t.stream(true).add(dump)
	return rt.next.RoundTrip(r)
}

// Len is how many bytes were kept. A test that finds nothing in none has proved
// nothing.
func (t *Tap) Len() int {
	n := 0
	for _, s := range t.all() {
		n += len(s.copied())
	}
	return n
}

// Contains tells whether a text left the server: as it is, in the escapes of
// URLs, HTML and JSON, in base64, in a compressed body or in chunks.
func (t *Tap) Contains(secret string) bool {
	looked := spellings(secret)
	for _, s := range t.all() {
		raw := s.copied()
		for _, text := range [][]byte{raw, decoded(raw, s.requests)} {
			for _, l := range looked {
				if bytes.Contains(text, l) {
					return true
				}
			}
		}
	}
	return false
}

func (t *Tap) all() []*stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]*stream(nil), t.streams...)
}

// spellings are the ways in which a text can stand in what is sent.
func spellings(s string) [][]byte {
	list := [][]byte{
		[]byte(s), []byte(url.QueryEscape(s)), []byte(url.PathEscape(s)), []byte(html.EscapeString(s)), []byte(inJSON(s)),
	}
	// A text within a longer one in base64 begins at one of three places.
	for shift := range 3 {
		b := []byte(base64.StdEncoding.EncodeToString(append(make([]byte, shift), s...)))
		from, to := (shift*8+5)/6, (shift+len(s))*8/6
		if to-from >= 8 {
			list = append(list, b[from:to])
		}
	}
	return list
}

// inJSON writes a text as JSON encoders do that keep to ASCII.
func inJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20, r > 0x7e, r == '<', r == '>', r == '&':
			const hex = "0123456789abcdef"
			for _, u := range utf16.Encode([]rune{r}) {
				b.WriteString(`\u`)
				for shift := 12; shift >= 0; shift -= 4 {
					b.WriteByte(hex[u>>shift&0xf])
				}
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// decoded returns the bodies of the messages of one connection without chunks
// and compression, as far as they can be read.
func decoded(raw []byte, requests bool) []byte {
	var all bytes.Buffer
	br := bufio.NewReader(bytes.NewReader(raw))
	for {
		body, header, err := next(br, requests)
		if err != nil {
			return all.Bytes()
		}
		var content io.Reader = body
		if header.Get("Content-Encoding") == "gzip" {
			if content, err = gzip.NewReader(body); err != nil {
				return all.Bytes()
			}
		}
		// A message that breaks off has been read as far as it goes.
		if _, err := io.Copy(&all, content); err != nil {
			return all.Bytes()
		}
		if _, err := io.Copy(io.Discard, body); err != nil {
			return all.Bytes()
		}
	}
}

// next reads the head of the next message.
func next(br *bufio.Reader, requests bool) (io.ReadCloser, http.Header, error) {
	if requests {
		r, err := http.ReadRequest(br)
		if err != nil {
			return nil, nil, err
		}
		return r.Body, r.Header, nil
	}
	r, err := http.ReadResponse(br, nil)
	if err != nil {
		return nil, nil, err
	}
	return r.Body, r.Header, nil
}
