package federationtest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/go-fed/activity/pub"
	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// maxBody is the most that is read of a request.
const maxBody = 1 << 20

func (p *Peer) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /people/{name}/inbox", p.postInbox)
	mux.HandleFunc("GET /people/{name}/outbox", p.getOutbox)
	mux.HandleFunc("GET /people/{name}/{list}", p.getList)
	mux.HandleFunc("GET /people/{name}", p.getThing)
	mux.HandleFunc("GET /things/{id}", p.getThing)
	mux.HandleFunc("GET /.well-known/webfinger", p.getWebFinger)
	mux.HandleFunc("GET /.well-known/nodeinfo", p.getNodeInfoLinks)
	mux.HandleFunc("GET /nodeinfo/2.0", p.getNodeInfo)
	return mux
}

// status notes what is answered.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// postInbox gives a request to go-fed and notes what came of it.
func (p *Peer) postInbox(w http.ResponseWriter, r *http.Request) {
	if p.personAt(r.URL.Path) == nil {
		http.NotFound(w, r)
		return
	}
	entry := &Received{Path: r.URL.Path, Header: r.Header.Clone()}
	defer func() { p.add(*entry) }()
	answer := &status{w, http.StatusOK}
	defer func() { entry.Status = answer.code }()
	if entry.Body, entry.Err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); entry.Err != nil {
		http.Error(answer, entry.Err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	entry.read()
	r.Body = io.NopCloser(strings.NewReader(string(entry.Body)))
	ctx := context.WithValue(r.Context(), entryKey{}, entry)
	taken, err := p.actor.PostInboxScheme(ctx, answer, r, "http")
	switch {
	case err != nil:
		entry.Err = err
		http.Error(answer, err.Error(), http.StatusBadRequest)
	case !taken:
		http.Error(answer, "not an activity", http.StatusUnsupportedMediaType)
	}
}

func (p *Peer) getOutbox(w http.ResponseWriter, r *http.Request) {
	p.given(w, r, func(ctx context.Context) (bool, error) { return p.actor.GetOutbox(ctx, w, r) })
}

func (p *Peer) getThing(w http.ResponseWriter, r *http.Request) {
	serve := pub.NewActivityStreamsHandlerScheme(p.db, clock(p.now), "http")
	p.given(w, r, func(ctx context.Context) (bool, error) { return serve(ctx, w, r) })
}

// given has go-fed answer.
func (p *Peer) given(w http.ResponseWriter, r *http.Request, answer func(context.Context) (bool, error)) {
	taken, err := answer(r.Context())
	switch {
	case errors.Is(err, errNothing), errors.Is(err, pub.ErrNotFound):
		http.NotFound(w, r)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	case !taken:
		http.Error(w, "ActivityStreams only", http.StatusNotAcceptable)
	}
}

// getList answers for the followers and those followed.
func (p *Peer) getList(w http.ResponseWriter, r *http.Request) {
	list := r.PathValue("list")
	if p.personAt(r.URL.Path) == nil || list != "followers" && list != "following" {
		http.NotFound(w, r)
		return
	}
	m, err := streams.Serialize(p.db.collection(p.URL + r.URL.Path))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, "application/activity+json", m)
}

func (p *Peer) getWebFinger(w http.ResponseWriter, r *http.Request) {
	handle, _ := strings.CutPrefix(r.URL.Query().Get("resource"), "acct:")
	name, host, _ := strings.Cut(handle, "@")
	a := p.person(name)
	if a == nil || host != p.Name {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, "application/jrd+json", webFinger(a.Handle, a.ID))
}

func webFinger(handle, id string) map[string]any {
	return map[string]any{
		"subject": "acct:" + handle,
		"links":   []any{map[string]any{"rel": "self", "type": "application/activity+json", "href": id}},
	}
}

func (p *Peer) getNodeInfoLinks(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, "application/json", nodeInfoLinks(p.URL))
}

func (p *Peer) getNodeInfo(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, "application/json", nodeInfo("go-fed", "1.0.1"))
}

func nodeInfoLinks(base string) map[string]any {
	return map[string]any{"links": []any{
		map[string]any{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": base + "/nodeinfo/2.0"},
	}}
}

func nodeInfo(software, version string) map[string]any {
	return map[string]any{
		"version": "2.0", "software": map[string]any{"name": software, "version": version},
		"protocols": []any{"activitypub"}, "services": map[string]any{"inbound": []any{}, "outbound": []any{}},
		"openRegistrations": false, "usage": map[string]any{"users": map[string]any{}}, "metadata": map[string]any{},
	}
}

func writeJSON(w http.ResponseWriter, mediaType string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Write(b)
}

// AuthenticateGetInbox lets nobody read an inbox.
func (protocol) AuthenticateGetInbox(ctx context.Context, w http.ResponseWriter, _ *http.Request) (context.Context, bool, error) {
	w.WriteHeader(http.StatusForbidden)
	return ctx, false, nil
}

// AuthenticateGetOutbox lets everyone read an outbox.
func (protocol) AuthenticateGetOutbox(ctx context.Context, _ http.ResponseWriter, _ *http.Request) (context.Context, bool, error) {
	return ctx, true, nil
}

// GetOutbox returns what was sent from the outbox that a request asks for.
func (p protocol) GetOutbox(_ context.Context, r *http.Request) (vocab.ActivityStreamsOrderedCollectionPage, error) {
	return p.db.page(iri(p.URL + r.URL.Path)), nil
}

// GetInbox returns what came to an inbox.
func (p protocol) GetInbox(_ context.Context, r *http.Request) (vocab.ActivityStreamsOrderedCollectionPage, error) {
	return p.db.page(iri(p.URL + r.URL.Path)), nil
}
