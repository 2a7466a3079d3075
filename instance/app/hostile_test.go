package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// hold is what this process holds of the machine.
type hold struct{ goroutines, files int }

func holds(t *testing.T) hold {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return hold{runtime.NumGoroutine(), len(open)}
}

// enemy sends a server what nobody means well with.
type enemy struct {
	t      *testing.T
	server *apptest.Server
	web    *http.Client
	token  string
	broken *httptest.Server // says rubbish when it is asked for a key
}

func newEnemy(t *testing.T, s *apptest.Server, who instance.Account) *enemy {
	t.Helper()
	e := &enemy{
		t: t, server: s, token: s.Program(who).Token,
		web: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
		broken: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/hang-up") {
				panic(http.ErrAbortHandler)
			}
			_, _ = w.Write([]byte(`{"id":` + strings.Repeat("[", 1000)))
		})),
	}
	t.Cleanup(e.broken.Close)
	return e
}

// message returns one of many kinds of hostile messages.
func (e *enemy) message(ctx context.Context, n int) (*http.Request, error) {
	actor := fmt.Sprintf("%s/u/%d", e.broken.URL, n%50)
	body := fmt.Sprintf(`{"@context":"https://www.w3.org/ns/activitystreams","id":"%s/a/%d","type":"Like","actor":"%s","object":"%s/o/1"}`, actor, n, actor, e.server.URL)
	key, path, kind := actor+"#main-key", "/inbox", "application/activity+json"
	switch n % 8 {
	case 0: // signed by whom nobody can ask
		key = fmt.Sprintf("%s/hang-up/%d#main-key", e.broken.URL, n)
	case 1: // by nobody
		key = ""
	case 2:
		body = "\x00\xff{" + strings.Repeat("rubbish ", 100)
	case 3:
		body = strings.Repeat(`{"object":`, 5000)
	case 4:
		body = strings.Repeat("x", 3<<20) // more than is read
	case 5:
		path, kind, body = "/api/v1/statuses", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nnever ends"
	case 6:
		path, body = "/api/v1/streaming?access_token=rubbish", ""
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.server.URL+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	if key != "" {
		r.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
		r.Header.Set("Digest", "SHA-256=AAAA")
		r.Header.Set("Signature", `keyId="`+key+`",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="AAAA"`)
	}
	return r, nil
}

// shower sends many of them, several at once, none of which may be taken.
func (e *enemy) shower(many int) {
	e.t.Helper()
	next := make(chan int)
	var senders sync.WaitGroup
	for range 16 {
		senders.Go(func() {
			for n := range next {
				r, err := e.message(e.t.Context(), n)
				if err != nil {
					e.t.Error(err)
					continue
				}
				res, err := e.web.Do(r)
				if err != nil {
					continue // it hung up on too much
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				if res.StatusCode < 400 {
					e.t.Errorf("message %d was taken: %d", n, res.StatusCode)
				}
			}
		})
	}
	for n := range many {
		next <- n
	}
	close(next)
	senders.Wait()
	e.web.CloseIdleConnections()
}

// connects opens connections and says something on each.
func (e *enemy) connects(many int, says string) (open []net.Conn) {
	e.t.Helper()
	for range many {
		var d net.Dialer
		c, err := d.DialContext(e.t.Context(), "tcp", strings.TrimPrefix(e.server.URL, "http://"))
		if err != nil {
			e.t.Fatal(err)
		}
		if _, err := c.Write([]byte(says)); err != nil {
			e.t.Fatal(err)
		}
		open = append(open, c)
	}
	return open
}

// listens opens sockets that listen and never read what they are told.
func (e *enemy) listens(many int) []net.Conn {
	e.t.Helper()
	open := e.connects(many, "GET /api/v1/streaming?stream=public&access_token="+e.token+" HTTP/1.1\r\nHost: x\r\n"+
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	for _, c := range open {
		first := make([]byte, 12)
		if _, err := io.ReadFull(c, first); err != nil || !bytes.HasSuffix(first, []byte("101")) {
			e.t.Fatalf("a socket is answered %q, %v", first, err)
		}
	}
	return open
}

// What hostile messages take, they give back: after thousands of them, and of
// connections that were left half open or never read, the process holds what it
// held before. It is not parallel, since it counts what the whole process holds.
func TestR23_NothingIsLeftOfHostileMessages(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s := apptest.Open(t, engine, nil)
			port := s.Place("port", "neighbourhood")
			dora := s.Resident("dora", port)
			e := newEnemy(t, s, dora)
			const few, many, connections = 320, 2000, 100
			e.shower(few) // pools are as full as they get
			apptest.Settle(t, s)
			before := settlesAt(t, hold{1 << 20, 1 << 20})

			half := e.connects(connections, "POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Le")
			cut := e.connects(connections, "POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Type: application/activity+json\r\nContent-Length: 1000\r\n\r\n{")
			deaf := e.listens(connections)
			if now := holds(t); now.goroutines < before.goroutines+3*connections || now.files < before.files+3*connections {
				t.Fatalf("holds %+v with all of it open, %+v before: the test measures nothing", now, before)
			}
			for n := range 5 {
				s.Post(dora, port.ID, instance.ToPublic, fmt.Sprint("Bonjour ", n))
			}
			e.shower(many)
			for i, c := range append(cut, deaf...) {
				if i%2 == 0 {
					_ = c.(*net.TCPConn).SetLinger(0) // gone without a word
				}
				_ = c.Close()
			}
			for _, c := range half { // the server hangs up by itself
				_ = c.SetReadDeadline(time.Now().Add(15 * time.Second))
				if _, err := io.Copy(io.Discard, c); err != nil {
					t.Fatalf("a connection that says nothing stays open: %v", err)
				}
				_ = c.Close()
			}
			apptest.Settle(t, s)
			// One in a hundred would be a leak.
			settlesAt(t, hold{before.goroutines + many/100, before.files + many/100})
		})
	}
}

// settlesAt waits until the process holds no more than most, and no less than a
// moment ago, and returns what that is. It fails the test if that does not come.
func settlesAt(t *testing.T, most hold) hold {
	t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	end := time.After(20 * time.Second) // a socket that was just pinged waits 15 for the pong
	for last := holds(t); ; {
		select {
		case <-again.C:
		case <-end:
			all := make([]byte, 1<<20)
			t.Fatalf("still holds %+v, want at most %+v\n%s", last, most, all[:runtime.Stack(all, true)])
		}
		now := holds(t)
		if now.goroutines >= last.goroutines && now.goroutines <= most.goroutines && now.files <= most.files {
			return now
		}
		last = now
	}
}
