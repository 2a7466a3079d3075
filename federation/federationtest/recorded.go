package federationtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Recorded is a server that looks like some [Software] and does what a test
// says. What was sent from it can be fetched from it, too.
type Recorded struct {
	*Host
	journal

	Software Software

	t   testing.TB
	now func() time.Time
	web *http.Client

	mu      sync.Mutex
	handles map[string]*Actor
	keys    map[string]*Actor // by the key's id
	things  map[string]thing  // by path and query
	answer  func(Received) int
	last    int
}

// thing is what a GET is answered with.
type thing struct {
	status int
	body   []byte
}

// Recorded returns a new server of a kind on the network, without actors.
func (n *Network) Recorded(s Software) *Recorded {
	n.t.Helper()
	r := &Recorded{
		Host: n.Host(), Software: s, t: n.t, now: n.now, handles: map[string]*Actor{}, keys: map[string]*Actor{}, things: map[string]thing{},
		web: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}, CheckRedirect: noRedirect},
	}
	r.Serve(http.HandlerFunc(r.serve))
	n.t.Cleanup(r.web.CloseIdleConnections)
	return r
}

// noRedirect hands redirects to the test: an ActivityPub server that is sent
// elsewhere by an inbox does not go there.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Answer decides how what comes to an inbox is answered from now on, after its
// signature was found good; nil is the software's own way.
func (r *Recorded) Answer(how func(Received) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = how
}

// Publish answers for a document at its id from now on, and for the object in
// it at that one's.
func (r *Recorded) Publish(d Document) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, body := range map[string][]byte{d.ID: d.Body, d.ObjectID: d.object} {
		at, ok := r.path(id)
		if _, part := r.things[at]; part && strings.Contains(id, "#") {
			continue // the whole stands there already
		}
		if ok && body != nil {
			r.things[at] = thing{http.StatusOK, body}
		}
	}
}

// Withdraw answers for an id with a status from now on, such as 410.
func (r *Recorded) Withdraw(id string, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.path(id); ok {
		r.things[at] = thing{status: status}
	}
}

// path is where on this server an id is asked for.
func (r *Recorded) path(id string) (string, bool) {
	at, _, _ := strings.Cut(id, "#")
	return strings.CutPrefix(at, r.URL)
}

// newID returns an id for something of some kind.
func (r *Recorded) newID(kind string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	return r.URL + "/" + kind + "/" + strconv.Itoa(r.last)
}

func (r *Recorded) serve(w http.ResponseWriter, q *http.Request) {
	switch path := q.URL.Path; {
	case q.Method == http.MethodPost:
		r.post(w, q)
	case path == "/.well-known/webfinger":
		r.webFinger(w, q)
	case path == "/.well-known/nodeinfo":
		writeJSON(w, "application/json", nodeInfoLinks(r.URL))
	case path == "/nodeinfo/2.0":
		writeJSON(w, "application/json", nodeInfo(r.Software.Name, r.Software.Version))
	default:
		r.get(w, q)
	}
}

func (r *Recorded) webFinger(w http.ResponseWriter, q *http.Request) {
	asked := strings.TrimPrefix(q.URL.Query().Get("resource"), "acct:")
	r.mu.Lock()
	a := r.handles[asked]
	r.mu.Unlock()
	if a == nil {
		http.NotFound(w, q)
		return
	}
	writeJSON(w, "application/jrd+json", webFinger(a.Handle, a.ID))
}

func (r *Recorded) get(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	found, ok := r.things[q.URL.RequestURI()]
	r.mu.Unlock()
	switch {
	case !ok:
		http.NotFound(w, q)
	case found.status != http.StatusOK:
		w.WriteHeader(found.status)
	default:
		if r.Software.private {
			if _, _, err := r.verify(q, nil); err != nil {
				http.Error(w, err.Error(), http.StatusUnauthorized)
				return
			}
		}
		w.Header().Set("Content-Type", "application/activity+json; charset=utf-8")
		w.Write(found.body)
	}
}

// post takes what comes to an inbox.
func (r *Recorded) post(w http.ResponseWriter, q *http.Request) {
	entry := Received{Path: q.URL.Path, Header: q.Header.Clone()}
	defer func() { r.add(entry) }()
	entry.Body, entry.Err = io.ReadAll(http.MaxBytesReader(w, q.Body, maxBody))
	entry.read()
	entry.Signer, entry.Scheme, entry.SignErr = r.verify(q, entry.Body)
	r.mu.Lock()
	how := r.answer
	r.mu.Unlock()
	switch {
	case entry.Err != nil:
		entry.Status = http.StatusBadRequest
	case entry.SignErr != nil:
		entry.Signer, entry.Scheme, entry.Status = "", "", http.StatusUnauthorized
	case how != nil:
		entry.Status = how(entry)
	default:
		entry.Status = r.Software.answer
	}
	w.WriteHeader(entry.Status)
}

// verify returns who signed a request, if in a form that the software takes.
func (r *Recorded) verify(q *http.Request, body []byte) (signer, scheme string, err error) {
	signer, scheme, err = verify(q, body, r.findKey, r.now())
	if err == nil && !slices.Contains(r.Software.takes, scheme) {
		err = fmt.Errorf("%s does not take %s", r.Software.Name, scheme)
	}
	return signer, scheme, err
}

// findKey returns a key from the document of the actor that publishes it.
func (r *Recorded) findKey(ctx context.Context, keyID string) (publicKey, error) {
	r.mu.Lock()
	ours := r.keys[keyID]
	r.mu.Unlock()
	if ours != nil {
		return publicKey{owner: ours.ID, key: &ours.key.PublicKey}, nil
	}
	owner, _, _ := strings.Cut(keyID, "#")
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, owner, nil)
	if err != nil {
		return publicKey{}, err
	}
	q.Header.Set("Accept", "application/activity+json")
	resp, err := r.web.Do(q)
	if err != nil {
		return publicKey{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return publicKey{}, &Refused{URL: owner, Status: resp.StatusCode}
	}
	var actor struct {
		ID        string
		PublicKey struct{ ID, Owner, PublicKeyPem string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&actor); err != nil {
		return publicKey{}, err
	}
	if actor.ID != owner || actor.PublicKey.ID != keyID || actor.PublicKey.Owner != owner {
		return publicKey{}, fmt.Errorf("%s: %w", keyID, errNoKey)
	}
	key, err := parseKey(actor.PublicKey.PublicKeyPem)
	return publicKey{owner: owner, key: key}, err
}
