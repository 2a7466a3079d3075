package specs_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/specs"
	"palier/specs/conformity"
)

// terms are ours, as protocol.md lists them in its annex.
var terms = strings.Fields(`
	directory kind level maxAdults maxChildren profile reach smoking status territory threshold title via within`)

// The names that the contexts of others define and our documents use.
var foreign = map[string][]string{
	"https://www.w3.org/ns/activitystreams": strings.Fields(`
		id type anyOf oneOf closed Question Accept Add Announce Application Block Collection CollectionPage Create Delete Document Event Flag Follow Group Image
		Join Leave Like Link Mention Move Note Offer OrderedCollection OrderedCollectionPage Organization Person Place Reject Remove
		Tombstone Undo Update actor attachment attributedTo audience bcc bto cc content contentMap context deleted endTime endpoints
		first followers following formerType generator height href icon image inReplyTo inbox items last latitude location longitude
		mediaType name next object orderedItems outbox partOf preferredUsername prev published radius replies result sharedInbox
		source startTime summary tag target to totalItems units updated url width`),
	"https://www.w3.org/ns/cid/v1":                strings.Fields(`assertionMethod Multikey`),
	"https://w3id.org/security/v1":                strings.Fields(`owner publicKey publicKeyPem`),
	"https://w3id.org/security/data-integrity/v2": strings.Fields(`proof DataIntegrityProof`),
}

// scoped are the names that a type of another's context brings along.
var scoped = map[string][]string{
	"Multikey":           {"controller", "publicKeyMultibase"},
	"DataIntegrityProof": {"cryptosuite", "verificationMethod", "proofPurpose", "created", "proofValue"},
}

// context is a JSON-LD context: the definitions of terms, written out.
type context map[string]definition

type definition struct {
	ID        string `json:"@id"`
	Type      string `json:"@type"`
	Container string `json:"@container"`
	Context   struct {
		Value string `json:"value"`
	} `json:"@context"`
}

// parseContext reads the terms of a context and writes out the prefixes in
// them. A context with anything but terms in it is refused.
func parseContext(t *testing.T, raw []byte) context {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		t.Fatal(err)
	}
	c := context{}
	for name, value := range members {
		if strings.HasPrefix(name, "@") {
			continue
		}
		var d definition
		if err := json.Unmarshal(value, &d); err != nil {
			if err := json.Unmarshal(value, &d.ID); err != nil {
				t.Fatalf("term %s: %v", name, err)
			}
		}
		c[name] = d
	}
	whole := context{}
	for name, d := range c {
		d.ID = c.expand(t, d.ID)
		d.Context.Value = c.expand(t, d.Context.Value)
		whole[name] = d
	}
	return whole
}

// expand writes out the prefix of an IRI. ActivityStreams' own context defines
// the prefix as.
func (c context) expand(t *testing.T, iri string) string {
	t.Helper()
	prefix, rest, found := strings.Cut(iri, ":")
	switch {
	case !found || strings.HasPrefix(rest, "//"):
		return iri
	case prefix == "as":
		return "https://www.w3.org/ns/activitystreams#" + rest
	case c[prefix].ID == "":
		t.Errorf("prefix of %s is not defined", iri)
	}
	return c[prefix].ID + rest
}

func ours(t *testing.T) context {
	t.Helper()
	var file struct {
		Context json.RawMessage `json:"@context"`
	}
	if err := json.Unmarshal(specs.Context, &file); err != nil {
		t.Fatal(err)
	}
	return parseContext(t, file.Context)
}

func TestContextDefinesWholeAddresses(t *testing.T) {
	t.Parallel()
	c := ours(t)
	for name, d := range c {
		if !strings.HasPrefix(d.ID, "https://") && !strings.HasPrefix(d.ID, "http://") {
			t.Errorf("term %s is %q", name, d.ID)
		}
		for _, names := range foreign {
			if slices.Contains(names, name) {
				t.Errorf("term %s is somebody else's", name)
			}
		}
	}
	for _, name := range terms {
		if got, want := c[name].ID, "https://w3id.org/palier/ns#"+name; got != want {
			t.Errorf("term %s is %q, want %q", name, got, want)
		}
	}
}

// TestContextsAgree holds that a term means the same in the contexts that
// documents carry as in ours.
func TestContextsAgree(t *testing.T) {
	t.Parallel()
	c := ours(t)
	for _, name := range golden(t) {
		for _, raw := range contexts(t, read(t, name)) {
			agrees(t, c, name, raw)
		}
	}
}

// contexts returns every @context within a document.
func contexts(t *testing.T, doc []byte) []json.RawMessage {
	t.Helper()
	var all []json.RawMessage
	walk(t, doc, func(members map[string]json.RawMessage) {
		if raw, ok := members["@context"]; ok {
			all = append(all, raw)
		}
	})
	return all
}

// agrees compares the terms in one @context with ours.
func agrees(t *testing.T, ours context, where string, raw json.RawMessage) {
	t.Helper()
	for _, own := range own(t, raw) {
		for name, got := range own {
			want, ok := ours[name]
			switch {
			case ok && name != "schema":
				want.Context.Value = ""
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: term %s differs (-ours +there):\n%s", where, name, diff)
				}
			case name == "schema":
				// Fediverse profiles use another spelling of schema.org than
				// the rest of the web; what is defined with it is compared.
			case name == "value":
				for _, d := range []string{"PropertyValue", "LocationFeatureSpecification"} {
					ok = ok || ours[d].Context.Value == got.ID
				}
				if !ok {
					t.Errorf("%s: term value is %s", where, got.ID)
				}
			default:
				t.Errorf("%s: term %s is not in ours", where, name)
			}
		}
	}
}

// own returns the contexts written out within an @context.
func own(t *testing.T, raw json.RawMessage) []context {
	t.Helper()
	var entries []json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		entries = []json.RawMessage{raw}
	}
	var all []context
	for _, e := range entries {
		if e[0] == '{' {
			all = append(all, parseContext(t, e))
		}
	}
	return all
}

// walk calls visit with every object within doc, outer ones first.
func walk(t *testing.T, doc []byte, visit func(map[string]json.RawMessage)) {
	t.Helper()
	switch doc[0] {
	case '{':
		var members map[string]json.RawMessage
		if err := json.Unmarshal(doc, &members); err != nil {
			t.Fatal(err)
		}
		visit(members)
		for name, value := range members {
			if name != "@context" && name != "contentMap" {
				walk(t, value, visit)
			}
		}
	case '[':
		var entries []json.RawMessage
		if err := json.Unmarshal(doc, &entries); err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			walk(t, e, visit)
		}
	}
}

// TestVectorsUseDefinedTerms holds that every name and type in a vector is
// defined by a context that the vector names or carries.
func TestVectorsUseDefinedTerms(t *testing.T) {
	t.Parallel()
	for _, name := range golden(t) {
		kind, _ := kindOf(name)
		if slices.Contains([]string{"webfinger", "nodeinfo", "nodeinfo-links"}, kind) {
			continue
		}
		doc := read(t, name)
		known := map[string]bool{"@context": true}
		for _, raw := range contexts(t, doc) {
			learn(t, known, raw)
		}
		walk(t, doc, func(members map[string]json.RawMessage) {
			for term := range members {
				prefix, _, _ := strings.Cut(term, ":")
				if !known[prefix] && !slices.Contains(scoped[typeOf(members)], term) {
					t.Errorf("%s: name %s is not defined", name, term)
				}
			}
			if typ := typeOf(members); typ != "" && !known[typ] {
				t.Errorf("%s: type %s is not defined", name, typ)
			}
		})
	}
}

// learn adds the names that an @context defines to known.
func learn(t *testing.T, known map[string]bool, raw json.RawMessage) {
	t.Helper()
	for url, names := range foreign {
		if !strings.Contains(string(raw), `"`+url+`"`) {
			continue
		}
		for _, name := range names {
			known[name] = true
		}
	}
	for _, c := range own(t, raw) {
		for name := range c {
			known[name] = true
		}
	}
}

func typeOf(members map[string]json.RawMessage) string {
	var typ string
	if err := json.Unmarshal(members["type"], &typ); err != nil {
		return ""
	}
	return typ
}

// The contexts that FEPs publish are read where they lie beside the checkout.
// Events follow another vocabulary in the terms that both have, see
// protocol.md.
func TestPublishedContextOfProposals(t *testing.T) {
	t.Parallel()
	b, err := conformity.Published("vectors/fep-0837.jsonld")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the published context does not lie beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Context json.RawMessage `json:"@context"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	c := ours(t)
	for name, d := range parseContext(t, file.Context) {
		if c[name].ID != d.ID {
			t.Errorf("term %s is %q, published as %q", name, c[name].ID, d.ID)
		}
	}
}
