package federationtest_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"palier/federation/federationtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func hostname(t *testing.T, h *federationtest.Host) string {
	t.Helper()
	name, _, err := net.SplitHostPort(h.Name)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// get returns what a host answers, status 0 if nothing.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(b)
}

func TestEachHostHasAnAddressOfItsOwn(t *testing.T) {
	t.Parallel()
	n := federationtest.NewNetwork(t, nil)
	one, two := n.Host(), n.Host()
	if hostname(t, one) == hostname(t, two) {
		t.Errorf("both are %s", hostname(t, one))
	}
}

func TestHostBeforeItServes(t *testing.T) {
	t.Parallel()
	h := federationtest.NewNetwork(t, nil).Host()
	if code, _ := get(t, h.URL); code != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", code)
	}
}

func TestHostGoesDownAndComesBack(t *testing.T) {
	t.Parallel()
	h := federationtest.NewNetwork(t, nil).Host()
	h.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "bonjour") }))
	h.Down()
	if code, _ := get(t, h.URL); code != 0 {
		t.Fatalf("a host that is down answered %d", code)
	}
	h.Up()
	if _, body := get(t, h.URL); body != "bonjour" {
		t.Errorf("got %q after it came back", body)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c := federationtest.NewClock(noon)
	c.Advance(time.Hour)
	if got := c.Now(); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("after an hour it is %s", got)
	}
	c.Set(noon)
	if got := c.Now(); !got.Equal(noon) {
		t.Errorf("set to noon it is %s", got)
	}
}

// secret has what the escapes of JSON, HTML and URLs change.
const secret = `clé de Zoé & "Léa" <3>`

func TestTapFindsWhatTheServerAnswers(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(http.ResponseWriter){
		"as it is": func(w http.ResponseWriter) { fmt.Fprint(w, "la "+secret+"!") },
		"in JSON": func(w http.ResponseWriter) {
			fmt.Fprint(w, `{"a":"cl\u00e9 de Zo\u00e9 \u0026 \"L\u00e9a\" \u003c3\u003e"}`)
		},
		"in HTML": func(w http.ResponseWriter) { fmt.Fprint(w, `<p>clé de Zoé &amp; &#34;Léa&#34; &lt;3&gt;</p>`) },
		"in a header": func(w http.ResponseWriter) {
			w.Header().Set("Location", "/?q=cl%C3%A9+de+Zo%C3%A9+%26+%22L%C3%A9a%22+%3C3%3E")
			w.WriteHeader(http.StatusSeeOther)
		},
		"in base64": func(w http.ResponseWriter) { fmt.Fprint(w, "eHjDqSBjbMOpIGRlIFpvw6kgJiAiTMOpYSIgPDM+IQ==") },
		"in chunks": func(w http.ResponseWriter) {
			for i := range len(secret) {
				fmt.Fprint(w, secret[i:i+1])
				w.(http.Flusher).Flush()
			}
		},
		"compressed": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			zw := gzip.NewWriter(w)
			if _, err := zw.Write([]byte(strings.Repeat("la ", 100) + secret)); err != nil {
				panic(err)
			}
			zw.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := federationtest.NewNetwork(t, nil)
			h := n.Host()
			tap := n.Tap(h)
			h.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/secret" {
					answer(w)
				}
			}))
			if code, _ := get(t, h.URL+"/other"); code != http.StatusOK {
				t.Fatalf("answered %d", code)
			}
			if tap.Contains(secret) {
				t.Error("it was found before it was told")
			}
			if tap.Len() == 0 {
				t.Error("nothing was kept")
			}
			// A redirect leads where there is nothing to tell.
			if code, _ := get(t, h.URL+"/secret"); code != http.StatusOK {
				t.Fatalf("answered %d", code)
			}
			if !tap.Contains(secret) {
				t.Error("it was told and not found")
			}
		})
	}
}

func TestTapFindsWhatReachesOthers(t *testing.T) {
	t.Parallel()
	n := federationtest.NewNetwork(t, nil)
	ours, other := n.Host(), n.Host()
	tap := n.Tap(ours)
	other.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "what others answer is theirs") }))
	if _, body := get(t, other.URL+"/?q=the+secret"); !strings.Contains(body, "theirs") {
		t.Fatalf("answered %q", body)
	}
	if !tap.Contains("the secret") {
		t.Error("what was sent was not found")
	}
	if tap.Contains("theirs") {
		t.Error("what others answered counts as sent")
	}
}

func TestTapOfAClient(t *testing.T) {
	t.Parallel()
	h := federationtest.NewNetwork(t, nil).Host()
	tap := &federationtest.Tap{}
	transport := &http.Transport{DisableKeepAlives: true}
	client := &http.Client{Transport: tap.RoundTripper(transport)}
	resp, err := client.Post(h.URL, "text/plain", strings.NewReader("the secret"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if !tap.Contains("the secret") || tap.Contains("another") {
		t.Error("it does not hold what was sent and that only")
	}
}

func TestTapOfAListener(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tap := &federationtest.Tap{}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the secret") })}
	done := make(chan error, 1)
	go func() { done <- s.Serve(tap.Listener(l)) }()
	if _, body := get(t, "http://"+l.Addr().String()); body != "the secret" {
		t.Fatalf("answered %q", body)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
	if !tap.Contains("the secret") {
		t.Error("what was answered was not found")
	}
}
