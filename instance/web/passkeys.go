package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// passkeyKey is where a session keeps what was asked of a device.
const passkeyKey = "passkey"

// maxAnswer bounds what a device answers, in bytes.
const maxAnswer = 64 << 10

// getPasskeys lists the keys of the one who reads.
func (s *Server) getPasskeys(w http.ResponseWriter, r *http.Request) error {
	keys, err := s.Passkeys.Keys(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	p := pages.Passkeys{Possible: s.Passkeys.Possible()}
	for _, k := range keys {
		p.Keys = append(p.Keys, view.Passkey{Path: "/settings/passkeys/" + k.ID.String(), Label: k.Label, Created: k.Created, Used: k.Used})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// beginPasskey says how the browser asks the device for a new key.
func (s *Server) beginPasskey(w http.ResponseWriter, r *http.Request) error {
	options, kept, err := s.Passkeys.Begin(r.Context(), *me(r))
	if err != nil {
		return err
	}
	return s.askDevice(w, r, options, kept)
}

func (s *Server) askDevice(w http.ResponseWriter, r *http.Request, options, kept []byte) error {
	s.Sessions.Put(r.Context(), passkeyKey, string(kept))
	Secure(w.Header())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(options) // who asked may have gone
	return nil
}

// answered reads what a device answered, and what it was asked.
func (s *Server) answered(r *http.Request) (kept, answer []byte, err error) {
	answer, err = io.ReadAll(io.LimitReader(r.Body, maxAnswer))
	return []byte(s.Sessions.Pop(r.Context(), passkeyKey)), answer, err
}

// goTo tells a script where to go.
func goTo(w http.ResponseWriter, path string) error {
	Secure(w.Header())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(map[string]string{"to": path}) // who asked may have gone
	return nil
}

// addPasskey keeps a new key of the one who asks.
func (s *Server) addPasskey(w http.ResponseWriter, r *http.Request) error {
	kept, answer, err := s.answered(r)
	if err != nil {
		return malformed(err)
	}
	if err := s.Passkeys.Add(r.Context(), *me(r), kept, answer, device(r.UserAgent())); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "passkey.added"})
	return goTo(w, Local(r.URL.Query().Get("to"), "/settings/passkeys"))
}

// deletePasskey takes a key away.
func (s *Server) deletePasskey(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := s.Passkeys.Drop(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "passkey.deleted"})
	SeeOther(w, r, "/settings/passkeys")
	return nil
}

// askPasskey says how the browser asks devices for a key they hold for us.
func (s *Server) askPasskey(w http.ResponseWriter, r *http.Request) error {
	options, kept, err := s.Passkeys.Ask()
	if err != nil {
		return err
	}
	return s.askDevice(w, r, options, kept)
}

// signInByPasskey signs in whose key answered. Tries are counted like passwords
// (security.md G02).
func (s *Server) signInByPasskey(w http.ResponseWriter, r *http.Request) error {
	if wait, ok := s.logins.Allow("from " + auth.From(r)); !ok {
		return &auth.TooFast{Wait: wait}
	}
	kept, answer, err := s.answered(r)
	if err != nil {
		return malformed(err)
	}
	id, err := s.Passkeys.SignIn(r.Context(), kept, answer)
	if errors.Is(err, instance.ErrUnauthenticated) {
		return instance.ErrForbidden // asking to sign in leads nowhere from here
	}
	if err != nil {
		return err
	}
	if err := s.Sessions.SignIn(r.Context(), id); err != nil {
		return err
	}
	return goTo(w, afterSignIn(r.URL.Query().Get("to")))
}
