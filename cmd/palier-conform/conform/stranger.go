package conform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"time"

	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/jrd"
	"palier/protocol/proof"
)

// errUnreachable is why what needs an actor of our own is skipped: the server
// has to be able to ask for our key.
var errUnreachable error = skip{"the server cannot reach the checker: it has to be on a loopback address"}

// stranger is an actor of our own, on a server of our own, for as long as the
// visit lasts. Nobody the server has ever heard of.
type stranger struct {
	base, id string
	rsa, ed  *signature.PrivateKey
	now      func() time.Time
	patience time.Duration
	server   *http.Server
	done     chan struct{}

	mu      sync.Mutex
	last    int
	came    []delivered
	changed chan struct{}
}

// delivered is something that the server sent to us.
type delivered struct {
	request *http.Request
	body    []byte
	object  *as2.Object // nil if the body is no document
}

// stranger returns the actor that we are there. The first time it is stood up,
// if the server is on loopback as we are.
func (v *visit) stranger(ctx context.Context) (*stranger, error) {
	if v.self != nil {
		return v.self, nil
	}
	u, err := url.Parse(v.base)
	if err != nil {
		return nil, err
	}
	if addr, err := netip.ParseAddr(u.Hostname()); u.Hostname() != "localhost" && (err != nil || !addr.IsLoopback()) {
		return nil, errUnreachable
	}
	v.self, err = settle(ctx, v.o)
	return v.self, err
}

// leave takes the stranger down, if there is one.
func (v *visit) leave() {
	if v.self == nil {
		return
	}
	_ = v.self.server.Close() // whoever still asks is cut off
	<-v.self.done
}

// settle stands a stranger up on loopback.
func settle(ctx context.Context, o Options) (*stranger, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("stand up an actor of our own: %w", err)
	}
	s := &stranger{base: "http://" + l.Addr().String(), now: o.Now, patience: o.Patience, done: make(chan struct{}), changed: make(chan struct{})}
	s.id = s.base + "/u/stranger"
	if s.rsa, err = signature.Generate(signature.RSA, s.id+"#main-key", s.id); err == nil {
		s.ed, err = signature.Generate(signature.Ed25519, s.id+"#ed25519", s.id)
	}
	var doc []byte
	if err == nil {
		doc, err = s.document()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("stand up an actor of our own: %w", err), l.Close())
	}
	s.server = &http.Server{Handler: s.routes(doc), ReadHeaderTimeout: o.Timeout}
	go func() {
		defer close(s.done)
		_ = s.server.Serve(l) // it ends when it is closed
	}()
	return s, nil
}

// document is the stranger's actor.
func (s *stranger) document() ([]byte, error) {
	pem, err := s.rsa.Public().MarshalPEM()
	if err != nil {
		return nil, err
	}
	multibase, err := proof.EncodeKey(s.ed.Public().Key)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"@context": []string{as2.Namespace, "https://www.w3.org/ns/cid/v1", "https://w3id.org/security/v1"},
		"id":       s.id, "type": "Person", "preferredUsername": "stranger", "name": "Conformance checker",
		"inbox": s.id + "/inbox", "outbox": s.id + "/outbox", "followers": s.id + "/followers", "following": s.id + "/following",
		"manuallyApprovesFollowers": false, "discoverable": false, "indexable": false,
		"publicKey":       map[string]string{"id": s.rsa.ID, "owner": s.id, "publicKeyPem": pem},
		"assertionMethod": []any{map[string]string{"id": s.ed.ID, "type": "Multikey", "controller": s.id, "publicKeyMultibase": multibase}},
	})
}

func (s *stranger) routes(actor []byte) http.Handler {
	mux := http.NewServeMux()
	give := func(mediaType string, body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			_, _ = w.Write(body) // who asked has gone if this fails
		}
	}
	mux.HandleFunc("GET /u/stranger", give(as2.MediaType, actor))
	for _, list := range []string{"outbox", "followers", "following"} {
		id := s.id + "/" + list
		mux.HandleFunc("GET /u/stranger/"+list, give(as2.MediaType,
			[]byte(`{"@context":"`+as2.Namespace+`","id":"`+id+`","type":"OrderedCollection","totalItems":0,"orderedItems":[]}`)))
	}
	mux.HandleFunc("GET /.well-known/webfinger", func(w http.ResponseWriter, r *http.Request) {
		h := jrd.Handle{Name: "stranger", Host: s.base[len("http://"):]}
		body, err := jrd.ForActor(h, s.id, "", "").Encode()
		if err != nil || r.URL.Query().Get("resource") != h.URI() {
			http.NotFound(w, r)
			return
		}
		give(jrd.MediaType, body)(w, r)
	})
	mux.HandleFunc("POST /u/stranger/inbox", s.inbox)
	return mux
}

// inbox keeps what comes.
func (s *stranger) inbox(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, as2.MaxBytes))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	d := delivered{request: r.Clone(context.WithoutCancel(r.Context())), body: body}
	if o, err := as2.Parse(body); err == nil {
		d.object = o
	}
	s.mu.Lock()
	s.came = append(s.came, d)
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

// await returns the first delivery that matches, once it came.
func (s *stranger) await(ctx context.Context, matches func(*as2.Object) bool) (delivered, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	for {
		s.mu.Lock()
		came, changed := s.came, s.changed
		s.mu.Unlock()
		for _, d := range came {
			if d.object != nil && matches(d.object) {
				return d, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return delivered{}, fmt.Errorf("no answer came within %s", s.patience)
		}
	}
}

// newID returns an id for an activity of the stranger's.
func (s *stranger) newID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	return s.base + "/activities/" + strconv.Itoa(s.last)
}

// activity returns an activity by the stranger, changed as told.
func (s *stranger) activity(kind string, object any, change map[string]any) ([]byte, error) {
	doc := map[string]any{"@context": as2.Namespace, "id": s.newID(), "type": kind, "actor": s.id, "object": object}
	for name, v := range change {
		doc[name] = v
	}
	return json.Marshal(doc)
}

// signs returns how the stranger signs under a scheme, with the RSA key.
func (s *stranger) signs(scheme signature.Scheme) sign {
	return s.signsWith(s.rsa, scheme, 0)
}

// signsWith signs with one of the stranger's keys, as if it were later by that
// much.
func (s *stranger) signsWith(key *signature.PrivateKey, scheme signature.Scheme, later time.Duration) sign {
	return func(r *http.Request, body []byte) error {
		var d signature.Digest
		if body != nil {
			d = signature.DigestOf(body)
		}
		return signature.Sign(r, key, scheme, d, s.now().Add(later))
	}
}
