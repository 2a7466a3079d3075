package load

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"time"

	"palier/cmd/palier-bench/loopback"
)

// Target is the server that load is made on.
type Target struct {
	address string
	name    string // for TLS; empty for plain http
	timeout time.Duration
}

// To returns the target behind the address of a server. timeout is how long one
// answer may take.
func To(u *url.URL, timeout time.Duration) Target {
	port := u.Port()
	t := Target{timeout: timeout}
	if u.Scheme == "https" {
		t.name = u.Hostname()
		if port == "" {
			port = "443"
		}
	}
	if port == "" {
		port = "80"
	}
	t.address = net.JoinHostPort(u.Hostname(), port)
	return t
}

func (t Target) dial(ctx context.Context) (net.Conn, error) {
	d := loopback.Dialer()
	if t.name == "" {
		return d.DialContext(ctx, "tcp", t.address)
	}
	secure := tls.Dialer{NetDialer: d, Config: &tls.Config{ServerName: t.name, MinVersion: tls.VersionTLS12}}
	return secure.DialContext(ctx, "tcp", t.address)
}

// answer is what came back.
type answer struct {
	status int
	bytes  int64
	said   string // the beginning of an answer that is no success
}

// line is one connection that carries one request after another. It is used by
// one goroutine.
type line struct {
	target Target
	method string
	conn   net.Conn
	in     *bufio.Reader
	unhook func() bool
	used   bool
}

func newLine(t Target, r Request) *line {
	method := http.MethodGet
	if len(r) > 0 && r[0] == 'P' {
		method = http.MethodPost
	}
	return &line{target: t, method: method}
}

// do sends a request and reads the whole answer. A connection that the server
// closed between two requests is opened again, once.
func (l *line) do(ctx context.Context, r Request) (answer, error) {
	again := l.used
	a, err := l.try(ctx, r)
	if err != nil && again && ctx.Err() == nil && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)) {
		a, err = l.try(ctx, r)
	}
	return a, err
}

func (l *line) try(ctx context.Context, r Request) (answer, error) {
	if err := l.open(ctx); err != nil {
		return answer{}, err
	}
	a, again, err := l.exchange(r)
	if err != nil || !again {
		l.close()
	}
	if err != nil {
		return answer{}, fmt.Errorf("request to %s: %w", l.target.address, errors.Join(context.Cause(ctx), err))
	}
	l.used = again
	return a, nil
}

func (l *line) open(ctx context.Context) error {
	if l.conn != nil {
		return nil
	}
	conn, err := l.target.dial(ctx)
	if err != nil {
		return err
	}
	l.conn, l.used = conn, false
	// Whoever waits for an answer is woken by a deadline in the past.
	l.unhook = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	if l.in == nil {
		l.in = bufio.NewReaderSize(nil, 8<<10)
	}
	l.in.Reset(conn)
	return nil
}

func (l *line) exchange(r Request) (a answer, again bool, err error) {
	if err := l.conn.SetDeadline(time.Now().Add(l.target.timeout)); err != nil {
		return a, false, err
	}
	if _, err := l.conn.Write(r); err != nil {
		return a, false, err
	}
	// No answer at all is told apart from one that breaks off.
	if _, err := l.in.Peek(1); err != nil {
		return a, false, err
	}
	resp, err := http.ReadResponse(l.in, &http.Request{Method: l.method})
	if err != nil {
		return a, false, err
	}
	a.status = resp.StatusCode
	if !success(a.status) {
		said, err := io.ReadAll(io.LimitReader(resp.Body, 2000))
		if err != nil {
			return a, false, err
		}
		a.said, a.bytes = gist(said), int64(len(said))
	}
	n, err := io.Copy(io.Discard, resp.Body)
	a.bytes += n
	return a, !resp.Close, errors.Join(err, resp.Body.Close())
}

func (l *line) close() {
	if l.conn == nil {
		return
	}
	l.unhook()
	_ = l.conn.Close() // every answer was read whole, or the request counts as failed
	l.conn, l.used = nil, false
}

var title = regexp.MustCompile(`(?s)<title>\s*(.*?)\s*</title>`)

// gist is what an answer that is no success says: the title of a page, or the
// beginning of any other text.
func gist(text []byte) string {
	if found := title.FindSubmatch(text); found != nil {
		text = found[1]
	}
	said := []rune(strings.ToValidUTF8(string(text), "?"))
	return string(said[:min(200, len(said))])
}

func success(status int) bool { return status >= 200 && status <= 299 }
