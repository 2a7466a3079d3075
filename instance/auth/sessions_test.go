package auth_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// clock is a clock that a test sets. It begins now: the library that keeps the
// sessions reads the real one for their end.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// house is a server that signs people in and out and says who they are.
type house struct {
	t        *testing.T
	db       *store.DB
	sessions *auth.Sessions
	handler  http.Handler
	cookie   *http.Cookie
}

func newHouse(t *testing.T, db *store.DB, c *clock) *house {
	t.Helper()
	site, err := instance.NewSite("https://dinan.example")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, db: db, sessions: auth.NewSessions(db, site, c.now)}
	mux := http.NewServeMux()
	mux.HandleFunc("/in", func(_ http.ResponseWriter, r *http.Request) {
		if err := h.sessions.SignIn(r.Context(), 7); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/out", func(_ http.ResponseWriter, r *http.Request) {
		if err := h.sessions.SignOut(r.Context()); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		id, since := h.sessions.Person(r.Context())
		if id == 0 {
			_, _ = fmt.Fprint(w, "nobody")
			return
		}
		_, _ = fmt.Fprint(w, id, " ", since.Unix())
	})
	h.handler = h.sessions.Load(mux)
	return h
}

// get asks for a path as the browser does that got the last cookie.
func (h *house) get(path string) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, path, nil)
	if h.cookie != nil {
		r.AddCookie(h.cookie)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		h.cookie = c
	}
	return w
}

func (h *house) person() string {
	h.t.Helper()
	return h.get("/").Body.String()
}

// rows returns how many sessions there are, and what one of them holds.
func (h *house) rows() (n int, data string) {
	h.t.Helper()
	var b []byte
	err := h.db.Read().QueryRow(h.t.Context(), `
		SELECT data, (SELECT COUNT(*) FROM sessions) FROM sessions LIMIT 1`).Scan(&b, &n)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		h.t.Fatal(err)
	}
	return n, string(b)
}

func TestG08_SigningInTakesANewToken(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := &clock{at: time.Now()}
		h := newHouse(t, db, c)
		began := c.now().Unix()
		h.cookie = &http.Cookie{Name: "__Host-palier-session", Value: "chosen-by-somebody-else"}
		h.get("/in")
		if h.cookie.Value == "chosen-by-somebody-else" || !h.cookie.HttpOnly || !h.cookie.Secure || h.cookie.SameSite != http.SameSiteLaxMode || h.cookie.Path != "/" || h.cookie.Domain != "" {
			t.Errorf("cookie after signing in: %v", h.cookie)
		}
		first := *h.cookie
		if got, want := h.person(), fmt.Sprint("7 ", began); got != want {
			t.Errorf("signed in: got %q, want %q", got, want)
		}
		c.advance(time.Minute)
		h.get("/in")
		if h.cookie.Value == first.Value {
			t.Error("signing in again kept the token")
		}
		second := *h.cookie
		h.cookie = &first
		if got := h.person(); got != "nobody" {
			t.Errorf("the token before is %q", got)
		}
		h.cookie = &second
		if got, want := h.person(), fmt.Sprint("7 ", began+60); got != want {
			t.Errorf("signed in again: got %q, want %q", got, want)
		}
		h.get("/out")
		h.cookie = &second
		if got := h.person(); got != "nobody" {
			t.Errorf("after signing out: %q", got)
		}
	})
}

func TestReadingPagesWritesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := &clock{at: time.Now()}
		h := newHouse(t, db, c)
		if h.person(); h.cookie != nil {
			t.Errorf("somebody who only reads got the cookie %v", h.cookie)
		}
		if n, _ := h.rows(); n != 0 {
			t.Errorf("%d sessions of people who only read", n)
		}
		h.get("/in")
		n, before := h.rows()
		if n != 1 {
			t.Fatalf("%d sessions, want 1", n)
		}
		c.advance(23 * time.Hour)
		if w := h.get("/"); w.Header().Get("Set-Cookie") != "" {
			t.Errorf("reading a page set %q", w.Header().Get("Set-Cookie"))
		}
		if _, after := h.rows(); after != before {
			t.Error("reading a page wrote the session")
		}
		c.advance(2 * time.Hour)
		h.person()
		if _, after := h.rows(); after == before {
			t.Error("a day later it was not noted that somebody came by")
		}
	})
}

func TestG06_WhoStaysAwayIsSignedOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := &clock{at: time.Now()}
		h := newHouse(t, db, c)
		h.get("/in")
		for range 3 {
			c.advance(29 * 24 * time.Hour)
			if got := h.person(); got == "nobody" {
				t.Fatal("signed out although they came by")
			}
		}
		c.advance(31 * 24 * time.Hour)
		for range 2 {
			if got := h.person(); got != "nobody" {
				t.Errorf("after 31 days: %q", got)
			}
		}
	})
}

func TestR12_SessionsThatCannotBeReadAreToldOf(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := &clock{at: time.Now()}
		h := newHouse(t, db, c)
		h.get("/in")
		var told error
		h.sessions.OnError(func(w http.ResponseWriter, _ *http.Request, err error) {
			told = err
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `DROP TABLE sessions`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if w := h.get("/"); w.Code != http.StatusServiceUnavailable || told == nil || errors.Is(told, store.ErrNoRows) {
			t.Errorf("without the table: %d, %v", w.Code, told)
		}
	})
}
