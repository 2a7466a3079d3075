package apptest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/config"
	"palier/instance/mail"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/vocab"
)

// Server is a whole instance that runs on loopback until its test ends.
type Server struct {
	*app.App
	T   testing.TB
	URL string

	witness witness
}

// Loopback are the addresses that servers of tests may have.
var Loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// Open runs an instance on a fresh database of engine. adjust may change its
// settings before; it may be nil.
func Open(t testing.TB, engine store.Engine, adjust func(*config.Config)) *Server {
	t.Helper()
	return OpenOn(t, storetest.URL(t, engine), adjust)
}

// OpenOn is [Open] on the database at url.
func OpenOn(t testing.TB, url string, adjust func(*config.Config)) *Server {
	t.Helper()
	return OpenAt(t, url, time.Now, adjust)
}

// OpenHeard is [Open] of an instance that logs all it can to log, and counts what it
// does.
func OpenHeard(t testing.TB, engine store.Engine, log io.Writer) *Server {
	t.Helper()
	return OpenHeardAt(t, engine, time.Now, log)
}

// OpenHeardAt is [OpenHeard] with a clock that the test sets; jobs that wait go by
// the real one.
func OpenHeardAt(t testing.TB, engine store.Engine, now func() time.Time, log io.Writer) *Server {
	t.Helper()
	counts := func(c *config.Config) { c.Metrics = ":0" }
	return open(t, storetest.URL(t, engine), now, counts, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

// OpenAt is [OpenOn] with a clock that the test sets; jobs that wait go by the
// real one.
func OpenAt(t testing.TB, url string, now func() time.Time, adjust func(*config.Config)) *Server {
	t.Helper()
	return open(t, url, now, adjust, quiet(t))
}

func open(t testing.TB, url string, now func() time.Time, adjust func(*config.Config), log *slog.Logger) *Server {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Database, c.URL, c.Listen = url, "http://"+l.Addr().String(), l.Addr().String()
	c.MediaDir = filepath.Join(t.TempDir(), "media")
	c.VaultDir = filepath.Join(t.TempDir(), "keys")
	c.PeersAllow, c.FirstRetry = Loopback, 50*time.Millisecond
	c.CardDelay = 0
	c.Limits = config.Limits{}
	if adjust != nil {
		adjust(&c)
	}
	a, err := app.Open(t.Context(), c, app.Options{
		Log: log, Now: now, Version: "test", NewKey: NewKeys().New, PasswordCost: Cheap,
	})
	if err != nil {
		t.Fatal(errors.Join(err, l.Close()))
	}
	s := &Server{App: a, T: t, URL: c.URL}
	s.serve(l)
	return s
}

// quiet logs warnings and worse to the test.
func quiet(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(string(b))
	return len(b), nil
}

func (s *Server) serve(l net.Listener) {
	s.T.Helper()
	if err := s.Start(s.T.Context()); err != nil {
		s.T.Fatal(err)
	}
	server := &http.Server{Handler: s.witness.watch(s.Handler()), ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	server.RegisterOnShutdown(s.Live.HangUp)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	s.T.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		err := errors.Join(server.Shutdown(ctx), s.Stop(ctx), s.Close())
		if e := <-served; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
		if err != nil {
			s.T.Errorf("stop %s: %v", s.URL, err)
		}
		// A parallel test is remembered, with whatever its cleanups hold, until the
		// last test of its package ends.
		server, s.App = nil, nil
	})
}

// Resident returns a new account of somebody who is a verified resident and a
// follower of places here.
func (s *Server) Resident(name string, in ...instance.Neighbourhood) instance.Account {
	s.T.Helper()
	ctx := s.T.Context()
	a, err := s.People.Create(ctx, people.Newcomer{Username: name, Name: name, Email: name + "@people.example", Password: Password})
	if err != nil {
		s.T.Fatal(err)
	}
	for _, n := range in {
		if err := s.Places.SetStanding(ctx, n.ID, a.ID, 0, instance.Verified); err != nil {
			s.T.Fatal(err)
		}
		if _, err := s.People.Follow(ctx, a.ID, n.ID); err != nil {
			s.T.Fatal(err)
		}
	}
	return a
}

// Place returns a new neighbourhood here, within places anywhere.
func (s *Server) Place(name string, kind instance.Level, within ...string) instance.Neighbourhood {
	s.T.Helper()
	n, err := s.Places.Create(s.T.Context(), places.Plan{Username: name, Title: name, Kind: kind, Within: within})
	if err != nil {
		s.T.Fatal(err)
	}
	return n
}

// Letters returns the letters that wait for an address, the oldest first.
func (s *Server) Letters(to string) []mail.Stored {
	s.T.Helper()
	list, err := s.Mail.Letters(s.T.Context(), to, 0, 1000)
	if err != nil {
		s.T.Fatal(err)
	}
	return list
}

// Viewer returns somebody as a reader.
func (s *Server) Viewer(a instance.Account) instance.Viewer {
	s.T.Helper()
	v, err := s.Places.Viewer(s.T.Context(), a.ID)
	if err != nil {
		s.T.Fatal(err)
	}
	return v
}

// Post lets somebody post in a place.
func (s *Server) Post(a instance.Account, in instance.ActorID, audience instance.Audience, text string) *instance.Post {
	s.T.Helper()
	p, err := s.Posts.Publish(s.T.Context(), s.Viewer(a), instance.Draft{Text: text, Audience: audience, Group: in, Language: "fr", Reach: vocab.ReachIntercommunal})
	if err != nil {
		s.T.Fatal(err)
	}
	return p
}

// Find returns an actor of another server.
func (s *Server) Find(handle string) instance.Actor {
	s.T.Helper()
	a, err := s.Federation.Find(s.T.Context(), handle)
	if err != nil {
		s.T.Fatal(err)
	}
	return a
}

// Handle is the full handle of a name here.
func (s *Server) Handle(name string) string { return name + "@" + s.Site.Host() }

// Collect lets a group of s follow and relay a group of from, whose moderators
// say yes.
func (s *Server) Collect(group instance.ActorID, from *Server, source string) {
	s.T.Helper()
	ctx := s.T.Context()
	far := s.Find(from.Handle(source))
	if err := s.Groups.SetRule(ctx, group, far.ID, false, vocab.ReachNeighbourhood, 1000); err != nil {
		s.T.Fatal(err)
	}
	if _, err := s.People.Follow(ctx, group, far.ID); err != nil {
		s.T.Fatal(err)
	}
	Settle(s.T, s, from)
	there, err := from.Places.Named(ctx, source)
	if err != nil {
		s.T.Fatal(err)
	}
	requests, err := from.People.Requests(ctx, there.ID, 0, 10)
	if err != nil {
		s.T.Fatal(err)
	}
	for _, r := range requests {
		if err := from.People.Grant(ctx, there.ID, r.From.ID); err != nil {
			s.T.Fatal(err)
		}
	}
	Settle(s.T, s, from)
}

// Settle returns once nothing is left to be sent or worked on any of servers.
func Settle(t testing.TB, servers ...*Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// One quiet round is not enough: the last may have sent to the first.
	for quiet := 0; quiet < 2; quiet++ {
		for _, s := range servers {
			worked, err := s.Settle(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if worked {
				quiet = -1
			}
		}
	}
}

// Get returns what the server answers to a GET with an Accept header.
func (s *Server) Get(path, accept string) (int, string) {
	s.T.Helper()
	req, err := http.NewRequestWithContext(s.T.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		s.T.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.T.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err != nil {
		s.T.Fatal(err)
	}
	return res.StatusCode, string(body)
}
