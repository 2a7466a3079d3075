package apptest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/auth"
)

// Program is a client program that speaks for somebody, or for nobody.
type Program struct {
	T     testing.TB
	URL   string // of the server
	Token string // empty for nobody
}

// Program returns a program that speaks for somebody, with leave for scopes:
// everything that is somebody's own to do where none are given.
func (s *Server) Program(a instance.Account, scopes ...string) *Program {
	s.T.Helper()
	if len(scopes) == 0 {
		scopes = []string{"read", "write", "follow", "push"}
	}
	app, _, err := s.Apps.Register(s.T.Context(), auth.App{Name: "Essai", RedirectURIs: []string{"urn:ietf:wg:oauth:2.0:oob"}, Scopes: scopes})
	if err != nil {
		s.T.Fatal(err)
	}
	token, err := s.Apps.Issue(s.T.Context(), app, a.ID, scopes)
	if err != nil {
		s.T.Fatal(err)
	}
	return &Program{T: s.T, URL: s.URL, Token: token}
}

// Nobody returns a program without a token.
func (s *Server) Nobody() *Program { return &Program{T: s.T, URL: s.URL} }

// Answer is what a program was answered.
type Answer struct {
	T      testing.TB
	Asked  string
	Status int
	Header http.Header
	Body   []byte
}

// Get asks for a path.
func (p *Program) Get(path string) *Answer { return p.Do(http.MethodGet, path, "", nil) }

// Post sends a form, given as name, value, name, value….
func (p *Program) Post(path string, form ...string) *Answer {
	return p.Form(http.MethodPost, path, form...)
}

// Form sends a form by any method.
func (p *Program) Form(method, path string, form ...string) *Answer {
	p.T.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	return p.Do(method, path, "application/x-www-form-urlencoded", []byte(values.Encode()))
}

// JSON sends a value as JSON.
func (p *Program) JSON(method, path string, v any) *Answer {
	p.T.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		p.T.Fatal(err)
	}
	return p.Do(method, path, "application/json", b)
}

// Do sends a request. Path may be a whole address, as a Link gives it. Headers
// are name, value, name, value….
func (p *Program) Do(method, path, kind string, body []byte, headers ...string) *Answer {
	p.T.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = p.URL + path
	}
	r, err := http.NewRequestWithContext(p.T.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		p.T.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if p.Token != "" {
		r.Header.Set("Authorization", "Bearer "+p.Token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		p.T.Fatal(err)
	}
	defer res.Body.Close()
	a := &Answer{T: p.T, Asked: method + " " + path, Status: res.StatusCode, Header: res.Header}
	if a.Body, err = io.ReadAll(io.LimitReader(res.Body, 8<<20)); err != nil {
		p.T.Fatal(err)
	}
	return a
}

// Is fails the test unless the answer has a status.
func (a *Answer) Is(status int) *Answer {
	a.T.Helper()
	if a.Status != status {
		a.T.Fatalf("%s: %d, want %d: %.500s", a.Asked, a.Status, status, a.Body)
	}
	return a
}

// Into reads an answer of status 200.
func (a *Answer) Into(v any) *Answer {
	a.T.Helper()
	a.Is(http.StatusOK)
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.T.Fatalf("%s: %v: %.500s", a.Asked, err, a.Body)
	}
	return a
}

// Object reads an answer of status 200 that is one thing.
func (a *Answer) Object() map[string]any {
	a.T.Helper()
	var v map[string]any
	a.Into(&v)
	return v
}

// List reads an answer of status 200 that is a list of things.
func (a *Answer) List() []map[string]any {
	a.T.Helper()
	var v []map[string]any
	a.Into(&v)
	return v
}

// Sentence returns the sentence of an answer that is none.
func (a *Answer) Sentence() string {
	a.T.Helper()
	var v struct{ Error string }
	if err := json.Unmarshal(a.Body, &v); err != nil || v.Error == "" {
		a.T.Fatalf("%s: %d without a sentence: %.500s", a.Asked, a.Status, a.Body)
	}
	return v.Error
}

// Linked returns the address of the next or previous page, "" if there is none.
func (a *Answer) Linked(rel string) string {
	for part := range strings.SplitSeq(a.Header.Get("Link"), ",") {
		address, what, ok := strings.Cut(part, ">;")
		if ok && strings.Contains(what, `rel="`+rel+`"`) {
			return strings.TrimPrefix(strings.TrimSpace(address), "<")
		}
	}
	return ""
}
