package conform_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"palier/cmd/palier-conform/conform"
)

// edit changes an answer of a server that conforms.
type edit func(r *http.Request, a *said)

// said is an answer that is about to be given.
type said struct {
	status int
	header http.Header
	body   []byte
}

// broken lets every answer be edited.
func broken(e edit) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorded := httptest.NewRecorder()
			next.ServeHTTP(recorded, r)
			a := &said{recorded.Code, recorded.Header(), recorded.Body.Bytes()}
			e(r, a)
			for name, values := range a.header {
				w.Header()[name] = values
			}
			w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
			w.WriteHeader(a.status)
			w.Write(a.body)
		})
	}
}

// which tells which answers are edited.
type which func(r *http.Request, doc map[string]any) bool

func typ(name string) which {
	return func(_ *http.Request, doc map[string]any) bool { return doc["type"] == name }
}

func at(suffix string) which {
	return func(r *http.Request, _ map[string]any) bool { return strings.HasSuffix(r.URL.Path, suffix) }
}

func under(prefix string) which {
	return func(r *http.Request, _ map[string]any) bool { return strings.HasPrefix(r.URL.Path, prefix) }
}

func about(resource string) which {
	return func(r *http.Request, _ map[string]any) bool {
		return strings.HasPrefix(r.URL.Query().Get("resource"), resource) && !strings.HasSuffix(r.URL.Query().Get("resource"), "/")
	}
}

func both(a, b which) which {
	return func(r *http.Request, doc map[string]any) bool { return a(r, doc) && b(r, doc) }
}

// document changes JSON documents.
func document(w which, change func(doc map[string]any)) func(http.Handler) http.Handler {
	return broken(func(r *http.Request, a *said) {
		var doc map[string]any
		if json.Unmarshal(a.body, &doc) != nil || !w(r, doc) {
			return
		}
		change(doc)
		a.body, _ = json.Marshal(doc)
	})
}

func set(name string, v any) func(map[string]any) {
	return func(doc map[string]any) {
		if doc[name] = v; v == nil {
			delete(doc, name)
		}
	}
}

// head changes the head of answers.
func head(w which, status int, change func(http.Header)) func(http.Handler) http.Handler {
	return broken(func(r *http.Request, a *said) {
		var doc map[string]any
		if json.Unmarshal(a.body, &doc) != nil {
			doc = nil
		}
		if !w(r, doc) {
			return
		}
		if status != 0 {
			a.status = status
		}
		if change != nil {
			change(a.header)
		}
	})
}

func header(name, value string) func(http.Header) {
	return func(h http.Header) { h.Set(name, value) }
}

// taking answers every POST with a status and does nothing about it.
func taking(status int) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				w.WriteHeader(status)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// accepting answers a Follow with an Accept of its own making, unsigned.
func accepting(accept map[string]any) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				next.ServeHTTP(w, r)
				return
			}
			body, err := io.ReadAll(r.Body)
			var follow struct{ ID, Type, Actor, Object string }
			if err == nil && json.Unmarshal(body, &follow) == nil && follow.Type == "Follow" {
				doc := map[string]any{
					"@context": "https://www.w3.org/ns/activitystreams", "id": follow.Object + "/a", "type": "Accept",
					"actor": follow.Object, "object": follow.ID, "to": []string{follow.Actor},
				}
				for name, v := range accept {
					doc[name] = v
				}
				b, _ := json.Marshal(doc)
				resp, err := http.Post(follow.Actor+"/inbox", "application/activity+json", bytes.NewReader(b))
				if err == nil {
					resp.Body.Close()
				}
			}
			w.WriteHeader(http.StatusAccepted)
		})
	}
}

// links changes the links of a descriptor.
func links(keep func(link map[string]any) bool) func(map[string]any) {
	return func(doc map[string]any) {
		var kept []any
		for _, l := range doc["links"].([]any) {
			if keep(l.(map[string]any)) {
				kept = append(kept, l)
			}
		}
		doc["links"] = kept
	}
}

// twice lists the first item of a collection again.
func twice(doc map[string]any) {
	list, _ := doc["orderedItems"].([]any)
	if len(list) == 0 {
		list = []any{"http://127.0.0.1:1/x"}
	}
	doc["orderedItems"] = append(list, list[0])
}

// fewer leaves the last item of a collection out.
func fewer(doc map[string]any) {
	if list, _ := doc["orderedItems"].([]any); len(list) > 0 {
		doc["orderedItems"] = list[:len(list)-1]
	}
}

func page(suffix string) which { return both(at(suffix), typ("OrderedCollectionPage")) }

// sabotages has for every check what makes it fail: something that a server
// which does not conform might well do.
var sabotages = map[string]func(http.Handler) http.Handler{
	"webfinger-handle": document(about("acct:rue@"), links(func(l map[string]any) bool {
		l["href"] = "http://127.0.0.1:1/g/rue"
		return true
	})),
	"webfinger-address": head(about("http"), 404, nil),
	"webfinger-server":  document(at("/webfinger"), links(func(l map[string]any) bool { return !strings.HasSuffix(l["rel"].(string), "#Service") })),
	"webfinger-nobody":  head(at("/webfinger"), 200, nil),
	"webfinger-open":    head(at("/webfinger"), 0, func(h http.Header) { h.Del("Access-Control-Allow-Origin") }),
	"host-meta":         head(at("/host-meta"), 404, nil),
	"nodeinfo-links": document(at("/.well-known/nodeinfo"), links(func(l map[string]any) bool {
		return !strings.HasSuffix(l["rel"].(string), "/2.0")
	})),
	"nodeinfo":        document(at("/nodeinfo/2.1"), set("openRegistrations", "yes")),
	"nodeinfo-people": document(at("/nodeinfo/2.1"), set("usage", map[string]any{"users": map[string]any{"total": 7}})),
	"handle":          document(about("acct:rue@"), set("subject", "acct:rues@127.0.0.1")),
	"context":         head(at("/ns/v1.jsonld"), 404, nil),

	"server-actor":    document(typ("Application"), set("implements", nil)),
	"actor-type":      document(typ("Person"), set("type", "Service")),
	"actor-name":      document(typ("Person"), set("preferredUsername", "Amina du Port")),
	"actor-keys":      document(typ("Group"), set("assertionMethod", nil)),
	"actor-addresses": document(typ("Group"), set("featured", "http://127.0.0.1:1/g/rue/featured")),
	"actor-generator": document(typ("Group"), set("generator", nil)),

	"documents-served":     head(at("/featured"), 404, nil),
	"documents-media-type": head(typ("Note"), 0, header("Content-Type", "application/json")),
	"documents-schemas":    document(typ("Note"), set("name", "Annonce")),
	"documents-typed":      document(typ("Note"), set("@context", nil)),
	"documents-context":    document(typ("Note"), set("@context", []string{"https://w3id.org/security/v1", "https://www.w3.org/ns/activitystreams"})),
	"documents-writing":    document(typ("Note"), set("bto", []string{"http://127.0.0.1:1/u/7"})),
	"documents-discreet":   document(typ("Group"), set("location", map[string]any{"type": "Place", "latitude": 48.45613, "longitude": -2.04})),
	"posts":                document(typ("Note"), set("content", nil)),

	"outbox":            document(page("/outbox"), fewer),
	"outbox-public":     document(typ("Announce"), func(doc map[string]any) { doc["to"], doc["cc"] = []string{}, []string{} }),
	"followers":         document(at("/followers"), twice),
	"followers-unnamed": nil, // made by the test: it has to name somebody
	"following":         document(at("/following"), twice),
	"featured":          document(at("/featured"), set("totalItems", 7)),
	"moderators":        document(at("/moderators"), set("type", "Collection")),
	"replies":           document(page("/replies"), twice),
	"thread":            document(both(under("/t/"), typ("OrderedCollectionPage")), set("orderedItems", []any{})),

	"proofs": document(typ("Create"), func(doc map[string]any) {
		doc["object"].(map[string]any)["content"] = "<p>Autre chose</p>"
	}),
	"proofs-absent": document(typ("Group"), set("proof", map[string]any{"type": "DataIntegrityProof"})),

	"accept": func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept") == `application/ld+json; profile="https://www.w3.org/ns/activitystreams"` {
				w.WriteHeader(http.StatusNotAcceptable)
				return
			}
			next.ServeHTTP(w, r)
		})
	},
	"page": broken(func(_ *http.Request, a *said) {
		if a.status == http.StatusSeeOther {
			a.header.Set("Location", "https://elsewhere.example/")
		}
	}),
	"vary":    head(typ("Note"), 0, func(h http.Header) { h.Del("Vary") }),
	"absent":  head(at("/65536000"), 410, nil),
	"private": nil, // made by the test: it has to know what is private
	"errors": broken(func(_ *http.Request, a *said) {
		if a.status >= 400 {
			a.body = []byte("no")
		}
	}),
	"methods": broken(func(r *http.Request, a *said) {
		if r.Method == http.MethodPut {
			a.status = http.StatusOK
		}
	}),
	"signed-get": func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Signature-Input") != "" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	},

	"inbox-unsigned": taking(202), "inbox-digest": taking(202), "inbox-uncovered": taking(202), "inbox-old": taking(202),
	"inbox-early": taking(202), "inbox-elsewhere": taking(202), "inbox-forged": taking(202), "inbox-foreign-id": taking(202),
	"inbox-no-id": taking(202), "inbox-two-actors": taking(202), "inbox-ours": taking(202), "inbox-malformed": taking(202),
	"inbox-type": taking(400), "inbox-large": taking(400), "inbox-unknown-type": taking(400), "inbox-rfc9421": taking(401),
	"inbox-ed25519": taking(401), "inbox-twice": taking(409),

	"follow":            taking(202),
	"delivery-signed":   accepting(nil),
	"delivery-document": accepting(map[string]any{"bto": []string{"http://127.0.0.1:1/u/7"}}),
}

// Each check fails on a server that breaks its rule: none of them can only pass.
func TestEveryCheckCanFail(t *testing.T) {
	t.Parallel()
	p := newPalier(t)
	private, err := url.Parse(p.private)
	if err != nil {
		t.Fatal(err)
	}
	sabotages := maps.Clone(sabotages)
	sabotages["private"] = head(at(private.Path), http.StatusForbidden, nil)
	resident, err := p.People.Named(t.Context(), "bo")
	if err != nil {
		t.Fatal(err)
	}
	sabotages["followers-unnamed"] = document(at("/followers"), set("orderedItems", []string{resident.URI}))
	for _, rule := range conform.Rules() {
		sabotage := sabotages[rule.ID]
		if sabotage == nil {
			t.Errorf("nothing is known that makes %s fail", rule.ID)
			continue
		}
		p.mu.Lock()
		p.sabotage = sabotage
		p.mu.Unlock()
		r := p.check(conform.Options{Only: []string{rule.ID}, Patience: 300 * time.Millisecond})
		if len(r.Results) != 1 || r.Results[0].Verdict != conform.Fail {
			t.Errorf("%s on a server that breaks it: %+v", rule.ID, r.Results)
			continue
		}
		if len(r.Results[0].Reasons) == 0 || r.Results[0].Section != rule.Section {
			t.Errorf("%s failed without reason: %+v", rule.ID, r.Results[0])
		}
	}
	if len(sabotages) != len(conform.Rules()) {
		t.Errorf("there are %d sabotages of %d checks", len(sabotages), len(conform.Rules()))
	}
}
