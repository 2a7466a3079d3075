package activitypub_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// peer is another server: it takes what is delivered, or has trouble, and tells
// what it is.
type peer struct {
	*httptest.Server
	down  atomic.Bool
	taken atomic.Int32
}

func newPeer(t *testing.T) *peer {
	t.Helper()
	p := &peer{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case p.down.Load():
			w.WriteHeader(http.StatusBadGateway)
		case r.Method == http.MethodPost:
			p.taken.Add(1)
			w.WriteHeader(http.StatusAccepted)
		case r.URL.Path == "/.well-known/nodeinfo":
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"`+p.URL+`/nodeinfo"}]}`)
		case r.URL.Path == "/nodeinfo":
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"version":"2.1","software":{"name":"mastodon","version":"4.7.1"},"protocols":["activitypub"],"services":{"inbound":[],"outbound":[]},"openRegistrations":false,"usage":{"users":{}},"metadata":{}}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *peer) host() string { return strings.TrimPrefix(p.URL, "http://") }

// follows lets somebody on p follow a group of s.
func (p *peer) follows(t *testing.T, s *apptest.Server, group instance.ActorID) {
	t.Helper()
	uri := p.URL + "/u/lena"
	lena := instance.Actor{
		ID: 77, URI: uri, Kind: instance.Person, Username: "lena", Host: p.host(), Inbox: uri + "/inbox", SharedInbox: p.URL + "/inbox",
		CreatedAt: time.Now(), UpdatedAt: time.Now(),
	}
	if err := s.DB.InTx(t.Context(), func(tx store.Tx) error { return actors.Save(t.Context(), tx, lena, "") }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.People.Follow(t.Context(), lena.ID, group); err != nil {
		t.Fatal(err)
	}
	apptest.Settle(t, s)
}

// patient is a server that lets a host rest for an hour after a failure.
func patient(c *config.Config) { c.FirstRetry = time.Hour }

func each(t *testing.T, test func(t *testing.T, engine store.Engine)) {
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, engine)
		})
	}
}

func TestAnotherProcessHasAHostTriedNow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		ctx := t.Context()
		url := storetest.URL(t, engine)
		s, p := apptest.OpenOn(t, url, patient), newPeer(t)
		centre := s.Place("centre", "neighbourhood")
		amina := s.Resident("amina", centre)
		p.follows(t, s, centre.ID)
		taken := p.taken.Load()

		p.down.Store(true)
		s.Post(amina, centre.ID, instance.ToPublic, "Bonjour")
		apptest.Settle(t, s)
		held, err := s.Federation.Held(ctx, p.host(), 0, 10)
		if err != nil || len(held) == 0 || held[0].LastError == "" || !held[0].NextAt.After(time.Now().Add(50*time.Minute)) {
			t.Fatalf("held: %+v, %v", held, err)
		}
		o, err := s.Federation.Server(ctx, p.host())
		if err != nil || o.State != "failing" || o.Pending != len(held) || o.People != 1 || o.LastError == "" {
			t.Fatalf("the server: %+v, %v", o, err)
		}

		p.down.Store(false)
		shell, err := app.Open(ctx, s.Config, app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		if err := shell.Federation.RetryHost(ctx, p.host()); err != nil {
			t.Error(err)
		}
		if err := shell.Close(); err != nil {
			t.Error(err)
		}
		apptest.Settle(t, s)
		if got := p.taken.Load() - taken; int(got) != len(held) {
			t.Errorf("%d deliveries came, want %d", got, len(held))
		}
		if o, err = s.Federation.Server(ctx, p.host()); err != nil || o.State != "healthy" || o.Pending != 0 {
			t.Errorf("the server afterwards: %+v, %v", o, err)
		}
		if err := s.Federation.RetryHost(ctx, "nowhere.example"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a host we never met: %v", err)
		}
	})
}

func TestAServerIsAskedWhatItIs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		ctx := t.Context()
		s, p := apptest.Open(t, engine, patient), newPeer(t)
		centre := s.Place("centre", "neighbourhood")
		amina := s.Resident("amina", centre)
		if err := s.Federation.Probe(ctx, p.host()); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("probe of a stranger: %v", err)
		}
		p.down.Store(true)
		p.follows(t, s, centre.ID) // the answer to it fails
		s.Post(amina, centre.ID, instance.ToPublic, "Bonjour")
		apptest.Settle(t, s)
		if err := s.Federation.Probe(ctx, p.host()); !errors.Is(err, instance.ErrUnreachable) {
			t.Errorf("probe of a host that is down: %v", err)
		}
		p.down.Store(false)
		if err := s.Federation.Probe(ctx, p.host()); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, s)
		o, err := s.Federation.Server(ctx, p.host())
		if err != nil || o.Software != "mastodon 4.7.1" || o.Pending != 0 || o.State != "healthy" {
			t.Errorf("the server once it was asked: %+v, %v", o, err)
		}
	})
}

func TestTheNetworkIsCounted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		ctx := t.Context()
		s := apptest.Open(t, engine, nil)
		now := time.Now()
		err := s.DB.InTx(ctx, func(tx store.Tx) error {
			for name, failures := range map[string]int{"well.example": 0, "failing.example": 2, "silent.example": 9, "dead.example": 30} {
				var since *int64
				if failures > 0 {
					at := store.Millis(now.Add(-time.Duration(failures) * 8 * time.Hour))
					since = &at
				}
				_, err := tx.Exec(ctx, `
					INSERT INTO hosts (name, first_seen_at, failures, failing_since)
					VALUES ($1, $2, $3, $4)`, name, store.Millis(now), failures, since)
				if err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `
				INSERT INTO deliveries (id, host, inbox, activity_id, signer, body, next_at, expires_at)
				VALUES (1, 'silent.example', 'https://silent.example/inbox', 'https://here.example/a/1', '', '', $1, $2)`,
				store.Millis(now.Add(time.Hour)), store.Millis(now.Add(time.Hour)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Federation.Tally(ctx)
		if diff := cmp.Diff(instance.NetworkTally{Servers: 4, Silent: 2, Pending: 1}, got); err != nil || diff != "" {
			t.Errorf("%v; (-want +got):\n%s", err, diff)
		}
		page, err := s.Federation.Servers(ctx, "dead.example", 2)
		if err != nil || len(page) != 2 || page[0].Name != "failing.example" || page[1].Name != "silent.example" || page[1].State != "paused" || page[1].Pending != 1 {
			t.Errorf("a page of servers: %+v, %v", page, err)
		}
	})
}
