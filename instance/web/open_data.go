package web

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/opendata"
	"palier/instance/web/pages"
)

// openCaching is how long others may keep a file of open data.
const openCaching = "public, max-age=600"

// getOpenData is the page on which the tables are told that anyone may use again.
func (s *Server) getOpenData(w http.ResponseWriter, r *http.Request) error {
	if !s.OpenLicence.Given() {
		return instance.ErrNotFound
	}
	p := pages.OpenData{Licence: s.OpenLicence}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Canonical = s.open.Page()
	return s.HTML(w, r, http.StatusOK, p)
}

// getOpenFile answers with a table in one of its formats.
func (s *Server) getOpenFile(w http.ResponseWriter, r *http.Request) error {
	set, format, err := opendata.Named(chi.URLParam(r, "file"))
	if err != nil {
		return err
	}
	if !s.OpenLicence.Given() {
		return instance.ErrNotFound
	}
	f, err := s.open.File(r.Context(), set, format)
	if err != nil {
		return err
	}
	h := w.Header()
	openHeaders(h, f.MediaType)
	h.Set("Last-Modified", f.At.UTC().Format(http.TimeFormat))
	h.Set("Content-Disposition", `inline; filename="`+set.Name+"."+string(format)+`"`)
	h.Add("Vary", "Accept-Encoding")
	h.Set("ETag", f.Tag)
	if holds(r, f.Tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(f.Packed())))
		_, _ = w.Write(f.Packed()) // the reader may have gone
		return nil
	}
	_, _ = f.WriteTo(w)
	return nil
}

// getOpenCatalog answers portals that gather such with all tables, in DCAT-AP.
func (s *Server) getOpenCatalog(w http.ResponseWriter, r *http.Request) error {
	if !s.OpenLicence.Given() {
		return instance.ErrNotFound
	}
	body, err := s.open.Catalog(s.Title, func(key string) opendata.Text {
		said := opendata.Text{}
		for _, l := range s.set.Languages().All() {
			said[l.Tag] = l.Say(key)
		}
		return said
	})
	if err != nil {
		return err
	}
	openHeaders(w.Header(), opendata.CatalogType)
	send(w, r, http.StatusOK, body)
	return nil
}

// openHeaders are those of what any page and any program may read.
func openHeaders(h http.Header, mediaType string) {
	Secure(h)
	h.Set("Content-Type", mediaType+"; charset=utf-8")
	h.Set("Cache-Control", openCaching)
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
}
