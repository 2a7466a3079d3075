package peers

import (
	"net/http"

	"palier/protocol/as2"
	"palier/protocol/jrd"
	"palier/protocol/nodeinfo"
	"palier/protocol/vocab"
)

func (t *Town) routes() http.Handler {
	mux := http.NewServeMux()
	get := func(path string, answer func(h *Host, r *http.Request) (mediaType string, body []byte)) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			t.count(path)
			mediaType, body := answer(r.Context().Value(hostKey{}).(*Host), r)
			if body == nil {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", mediaType)
			_, _ = w.Write(body) // whoever asked may have gone
		})
	}
	get("/actor", func(h *Host, _ *http.Request) (string, []byte) { return as2.MediaType, h.own.document })
	get("/users/{name}", (*Host).person)
	get("/users/{name}/{collection}", (*Host).collection)
	get("/notes/", t.note)
	get("/.well-known/webfinger", (*Host).webfinger)
	get(nodeinfo.WellKnown, (*Host).nodeinfoLinks)
	get(nodeinfo.Path(nodeinfo.Version21), (*Host).nodeinfo)
	mux.HandleFunc("POST /inbox", t.take)
	mux.HandleFunc("POST /users/{name}/inbox", t.take)
	return mux
}

func (t *Town) count(path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked[path]++
}

func (h *Host) named(r *http.Request) *Actor {
	for _, a := range h.actors {
		if a.Name == r.PathValue("name") {
			return a
		}
	}
	return nil
}

func (h *Host) person(r *http.Request) (string, []byte) {
	if a := h.named(r); a != nil {
		return as2.MediaType, a.document
	}
	return "", nil
}

// collection answers for those of an actor, in which there is nothing.
func (h *Host) collection(r *http.Request) (string, []byte) {
	name := r.PathValue("collection")
	a := h.named(r)
	if a == nil || name != "outbox" && name != "followers" && name != "following" && name != "featured" {
		return "", nil
	}
	none := 0
	body, err := as2.Encode(as2.Collection{
		Context: vocab.PlainContext(), ID: a.ID + "/" + name, Type: as2.TypeOrderedCollection, Total: &none,
	})
	if err != nil {
		return "", nil
	}
	return as2.MediaType, body
}

func (t *Town) note(h *Host, r *http.Request) (string, []byte) {
	t.mu.Lock()
	document := t.document
	t.mu.Unlock()
	if document == nil {
		return "", nil
	}
	if body, ok := document(h.Base + r.URL.Path); ok {
		return as2.MediaType, body
	}
	return "", nil
}

func (h *Host) webfinger(r *http.Request) (string, []byte) {
	a := h.find(r.URL.Query().Get("resource"))
	if a == nil {
		return "", nil
	}
	body, err := jrd.ForActor(jrd.Handle{Name: a.Name, Host: h.name()}, a.ID, a.ID, "").Encode()
	if err != nil {
		return "", nil
	}
	return jrd.MediaType, body
}

func (h *Host) nodeinfoLinks(*http.Request) (string, []byte) {
	body, err := nodeinfo.Links(h.Base, h.own.ID).Encode()
	if err != nil {
		return "", nil
	}
	return jrd.MediaType, body
}

func (h *Host) nodeinfo(*http.Request) (string, []byte) {
	body, err := nodeinfo.Document{
		Software: nodeinfo.Software{Name: "palier-bench", Version: "0.1.0"}, Protocols: []string{"activitypub"},
	}.Encode(nodeinfo.Version21)
	if err != nil {
		return "", nil
	}
	return nodeinfo.MediaType(nodeinfo.Version21), body
}
