package media

import (
	"errors"
	"fmt"
	"net/http"
	"path"
)

// Readers are who may see a picture that is served.
type Readers int

const (
	Anyone Readers = iota
	// Reader is the one who asks and maybe nobody else, so that no cache keeps
	// the picture and no page of another server can show it.
	Reader
	// Holder is who holds a pass, in whatever page or program they use it.
	Holder
)

// Serve answers with the picture called name. The caller has decided that the
// person who asks may see it, as one of readers.
//
// The type comes from the name, which only this package makes, and is always
// that of a picture: a document of any other kind, ActivityStreams included,
// can be neither kept nor served. Serve returns [ErrNotFound], before writing
// anything, for every name that is not there.
func (p *Pictures) Serve(w http.ResponseWriter, r *http.Request, name string, readers Readers) error {
	return p.serve(w, r, name, readers, "public, max-age=31536000, immutable")
}

// ServeCopy is [Pictures.Serve] for a copy of what lies elsewhere, which caches
// keep for an hour only: it may have to be forgotten.
func (p *Pictures) ServeCopy(w http.ResponseWriter, r *http.Request, name string, readers Readers) error {
	return p.serve(w, r, name, readers, "public, max-age=3600")
}

func (p *Pictures) serve(w http.ResponseWriter, r *http.Request, name string, readers Readers, open string) (err error) {
	if !isName(name) {
		return ErrNotFound
	}
	file, err := p.store.Open(r.Context(), name)
	if err != nil {
		return fmt.Errorf("serve picture: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()

	base := path.Base(name)
	h := w.Header()
	Harmless(h, typeOf(base))
	h.Set("Content-Disposition", `inline; filename="`+base+`"`)
	switch readers {
	case Reader:
		h.Set("Cache-Control", "private, no-store")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
	case Holder:
		h.Set("Cache-Control", "private, max-age=3600")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Access-Control-Allow-Origin", "*")
	default:
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", open)
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("ETag", `"`+base+`"`)
	}
	http.ServeContent(w, r, "", file.Modified, file)
	return nil
}

// Harmless sets the headers under which no browser takes an answer for anything
// but the kind of picture it is.
func Harmless(h http.Header, kind string) {
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	// Programs that run in a browser draw with it; no cookie ever goes with that.
	h.Set("Access-Control-Allow-Origin", "*")
}
