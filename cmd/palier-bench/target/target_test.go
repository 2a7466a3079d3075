package target_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/cmd/palier-bench/loopback"
	"palier/cmd/palier-bench/target"
)

// pages serves fixed answers: the path and query, the media type, the text.
func pages(t *testing.T, answers map[string][2]string) *target.Server {
	t.Helper()
	mux := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := answers[r.URL.RequestURI()]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", a[0])
		if next := r.URL.Query().Get("link"); next != "" {
			w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="next", </x>; rel="prev"`, next))
		}
		_, _ = fmt.Fprintf(w, a[1], "http://"+r.Host)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	server := target.New(base, target.Options{})
	t.Cleanup(server.Close)
	return server
}

const (
	activity = "application/activity+json"
	page     = "text/html; charset=utf-8"
)

func at(t *testing.T, s *target.Server, path string) string {
	t.Helper()
	address, err := s.Resolve(path)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func TestListsAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		answers   map[string][2]string
	}{
		{"collection of pages", map[string][2]string{
			"/list":        {activity, `{"type":"OrderedCollection","first":"%s/list?page=1"}`},
			"/list?page=1": {activity, `{"orderedItems":["%[1]s/n/mark-1","%[1]s/n/mark-2"],"next":"%[1]s/list?page=2"}`},
			"/list?page=2": {activity, `{"orderedItems":["%s/n/mark-3"]}`},
		}},
		{"first page within the collection", map[string][2]string{
			"/list":        {activity, `{"first":{"id":"%[1]s/list?page=1","items":["mark-1","mark-2"],"next":"%[1]s/list?page=2"}}`},
			"/list?page=2": {activity, `{"items":["mark-3"],"next":"%s/list?page=2"}`},
		}},
		{"whole collection within its first page", map[string][2]string{
			"/list": {activity, `{"first":{"id":"%s/list?page=1","items":["mark-1","mark-2","mark-3"]}}`},
		}},
		{"pages for people", map[string][2]string{
			"/list":             {page, `<link rel="stylesheet" href="/x"><p>mark-1 mark-2</p><a class="more" href="?a=1&amp;b=2" rel="next">%.0s`},
			"/list?a=1&b=2":     {page, `mark-3%.0s <a href="/list" rel="prev">`},
			"/list?unreachable": {page, `mark-4%.0s`},
		}},
	} {
		s := pages(t, c.answers)
		marks, err := s.Marks(t.Context(), at(t, s, "/list"), regexp.MustCompile(`mark-\d`))
		if err != nil {
			t.Errorf("%s: %v", c.situation, err)
			continue
		}
		want := []string{"mark-1", "mark-2", "mark-3"}
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(marks))); diff != "" {
			t.Errorf("%s: %s", c.situation, diff)
		}
	}
}

func TestListWithLinkHeaderGoesOn(t *testing.T) {
	t.Parallel()
	s := pages(t, map[string][2]string{
		"/list?link=/list%3Fb=2": {"application/json", `["mark-1"]%.0s`},
		"/list?b=2":              {"application/json", `["mark-2"]%.0s`},
	})
	marks, err := s.Marks(t.Context(), at(t, s, "/list?link=/list%3Fb=2"), regexp.MustCompile(`mark-\d`))
	if err != nil || len(marks) != 2 {
		t.Errorf("Marks = %v, %v", marks, err)
	}
}

func TestTotal(t *testing.T) {
	t.Parallel()
	s := pages(t, map[string][2]string{
		"/replies": {activity, `{"totalItems":2001,"first":"%s/x"}`},
		"/page":    {page, "<b>2\u202f001 réponses</b>%.0s"},
		"/nothing": {activity, `{"type":"Note"}%.0s`},
	})
	replies := regexp.MustCompile(`<b>([\d\s` + "\u202f" + `]+) réponses`)
	for _, c := range []struct {
		path    string
		pattern *regexp.Regexp
		want    int
	}{{"/replies", nil, 2001}, {"/page", replies, 2001}} {
		if got, err := s.Total(t.Context(), at(t, s, c.path), c.pattern); err != nil || got != c.want {
			t.Errorf("Total(%s) = %d, %v", c.path, got, err)
		}
	}
	for path, pattern := range map[string]*regexp.Regexp{"/nothing": nil, "/missing": nil, "/replies": replies} {
		if got, err := s.Total(t.Context(), at(t, s, path), pattern); err == nil {
			t.Errorf("Total(%s) = %d without error", path, got)
		}
	}
}

func TestActorIsFoundByHandleAndAddress(t *testing.T) {
	t.Parallel()
	s := pages(t, map[string][2]string{
		"/anna":  {activity, `{"id":"%[1]s/anna","type":"Person","inbox":"%[1]s/anna/inbox"}`},
		"/plain": {page, `<p>%s`},
		"/note":  {activity, `{"id":"%s/note","type":"Note"}`},
	})
	a, err := s.Actor(t.Context(), at(t, s, "/anna"))
	if err != nil || a.Inbox != at(t, s, "/anna/inbox") {
		t.Errorf("Actor = %+v, %v", a, err)
	}
	for _, path := range []string{"/plain", "/note", "/missing"} {
		if a, err := s.Actor(t.Context(), at(t, s, path)); err == nil {
			t.Errorf("Actor(%s) = %+v without error", path, a)
		}
	}
	if _, err := s.Actor(t.Context(), "http://192.0.2.1/anna"); !errors.Is(err, loopback.ErrElsewhere) {
		t.Errorf("actor on another machine: %v", err)
	}
}
