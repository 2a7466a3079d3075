package conform_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"palier/cmd/palier-conform/conform"
)

func TestWhatCannotBeTried(t *testing.T) {
	t.Parallel()
	for target, isAddress := range map[string]bool{
		"":                            false,
		"lyon.example":                false,
		"ftp://lyon.example":          false,
		"https://lyon.example/g/rue":  false,
		"https://lyon.example/?x=1":   false,
		"https://a:b@lyon.example":    false,
		"http://127.0.0.1:1":          true, // where nobody answers
		"http://lyon.example.invalid": true,
	} {
		_, err := conform.Check(t.Context(), target, conform.Options{Now: time.Now, Timeout: 5 * time.Second})
		if err == nil || errors.Is(err, conform.ErrTarget) == isAddress {
			t.Errorf("%q: got %v", target, err)
		}
	}
	_, err := conform.Check(t.Context(), "https://lyon.example", conform.Options{Now: time.Now, Only: []string{"colour"}})
	if !errors.Is(err, conform.ErrUnknown) {
		t.Errorf("a check that there is none of: %v", err)
	}
}

// A server that answers everything with the same page breaks nearly every rule,
// and is not asked more often than was said.
func TestAServerOfAnotherKind(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("<h1>It works!</h1>"))
	}))
	t.Cleanup(s.Close)
	r, err := conform.Check(t.Context(), s.URL, conform.Options{Now: time.Now, Requests: 10})
	if err != nil {
		t.Fatal(err)
	}
	if r.Count(conform.Pass) != 0 || r.Count(conform.Fail) == 0 {
		t.Errorf("%d checks passed: %+v", r.Count(conform.Pass), r.Results)
	}
	if asked.Load() > 10 || r.Requests != int(asked.Load()) {
		t.Errorf("it was asked %d times, and the report says %d", asked.Load(), r.Requests)
	}
}

// An answer without end costs the checker a bounded amount.
func TestAnAnswerWithoutEnd(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	if r, err := conform.Check(t.Context(), s.URL, conform.Options{Now: time.Now, Only: []string{"nodeinfo-links"}}); err == nil {
		t.Errorf("it was read: %+v", r)
	}
}

func TestEveryRuleSaysWhatItIs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range conform.Rules() {
		if r.ID == "" || r.Section == "" || r.Says == "" || seen[r.ID] {
			t.Errorf("rule %+v", r)
		}
		seen[r.ID] = true
	}
	if len(seen) < 50 {
		t.Errorf("there are only %d", len(seen))
	}
}
