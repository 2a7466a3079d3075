package mastodon

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"palier/instance"
	"palier/instance/auth"
)

// call is one request: who makes it, with what leave, and what it asks.
type call struct {
	access  *auth.Access      // nil without a token
	account *instance.Account // nil where nobody in particular asks
	viewer  instance.Viewer
	state   string // of the database, from before anything was read; empty if unknown
	Parameters
}

// handler answers a request or says why not.
type handler func(w http.ResponseWriter, r *http.Request, c *call) error

// caller is who may make a request.
type caller int

const (
	anyone caller = iota
	anyProgram
	somebody
)

// scopeError says which permission a token lacks.
type scopeError struct{ scope string }

func (e *scopeError) Error() string { return "outside of the authorized scopes: " + e.scope }

func (e *scopeError) Is(target error) bool { return target == instance.ErrForbidden }

var (
	// errNobody says that a token is needed that speaks for somebody.
	errNobody = fmt.Errorf("token of nobody: %w", instance.ErrUnauthenticated)
	// errToken says that a token is none, or none any more.
	errToken = fmt.Errorf("token: %w", instance.ErrUnauthenticated)
)

// answering makes a handler of h: it finds out who asks, reads what they ask,
// and turns what went wrong into an answer.
func (s *Server) answering(scope string, who caller, h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{}
		err := s.recognise(r, c, scope, who)
		if err == nil {
			err = s.slow(r)
		}
		if err == nil {
			c.Parameters, err = readParameters(w, r)
		}
		if err == nil {
			err = h(w, r, c)
		}
		c.discard()
		if err != nil {
			s.fail(w, r, c, err)
		}
	}
}

// recognise finds out who asks and whether their token goes that far.
func (s *Server) recognise(r *http.Request, c *call, scope string, who caller) error {
	var err error
	if r.Method == http.MethodGet {
		if c.state, err = s.DB.State(r.Context()); err != nil {
			return err
		}
	}
	token := bearer(r)
	if token == "" {
		if who == anyone {
			return nil
		}
		return errToken
	}
	if known, ok := s.identities.Get(token); ok && c.state != "" && known.state == c.state {
		*c = known.call
	} else {
		if err := s.identify(r, c, token); err != nil {
			return err
		}
		if c.state != "" {
			s.identities.Add(token, &identity{state: c.state, call: *c})
		}
	}
	if c.access.Person == 0 && who == somebody {
		return errNobody
	}
	return allowed(*c.access, scope)
}

// identify finds out for whom a token speaks.
func (s *Server) identify(r *http.Request, c *call, token string) error {
	access, err := s.Apps.Access(r.Context(), token)
	if errors.Is(err, instance.ErrUnauthenticated) {
		return errToken
	}
	if err != nil {
		return err
	}
	c.access = &access
	if access.Person == 0 {
		return nil
	}
	account, err := s.People.Account(r.Context(), access.Person)
	if errors.Is(err, instance.ErrNotFound) {
		return errToken
	}
	if err != nil {
		return err
	}
	c.account = &account
	c.viewer, err = s.Places.Viewer(r.Context(), access.Person)
	return err
}

func allowed(a auth.Access, scope string) error {
	if scope != "" && !a.Scopes.Allows(scope) {
		return &scopeError{scope}
	}
	return nil
}

// bearer is the token a request carries (RFC 6750 §2.1 and §2.3; the second
// form is the only one some programs can send).
func bearer(r *http.Request) string {
	kind, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if ok && strings.EqualFold(kind, "Bearer") {
		return strings.TrimSpace(token)
	}
	return r.URL.Query().Get("access_token")
}

// slow turns away whoever changes things too fast.
func (s *Server) slow(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if wait, ok := s.deeds.Allow(auth.From(r)); !ok {
		return &auth.TooFast{Wait: wait}
	}
	return nil
}

// me is who the program speaks for; 0 for nobody.
func (c *call) me() instance.ActorID { return c.viewer.ID }
