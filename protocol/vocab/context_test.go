package vocab_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// definition is what a context says of one term, with its prefixes resolved.
type definition struct{ id, kind, container string }

// definitions reads the inline part of a context. Terms of a nested context
// stand beside the others, as they do in ours.
func definitions(t *testing.T, raw []byte) map[string]definition {
	t.Helper()
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		parts = []json.RawMessage{raw}
	}
	all := make(map[string]definition)
	for _, part := range parts {
		var terms map[string]json.RawMessage
		if err := json.Unmarshal(part, &terms); err == nil {
			collect(t, terms, all)
		}
	}
	for name, d := range all {
		d.id = resolve(d.id, all)
		all[name] = d
	}
	return all
}

func collect(t *testing.T, terms map[string]json.RawMessage, all map[string]definition) {
	t.Helper()
	for name, raw := range terms {
		var d struct {
			ID        string                     `json:"@id"`
			Type      string                     `json:"@type"`
			Container string                     `json:"@container"`
			Context   map[string]json.RawMessage `json:"@context"`
		}
		if name == "@version" {
			continue
		}
		if err := json.Unmarshal(raw, &d.ID); err != nil {
			if err := json.Unmarshal(raw, &d); err != nil {
				t.Fatalf("term %s: %v", name, err)
			}
		}
		all[name] = definition{d.ID, d.Type, d.Container}
		collect(t, d.Context, all)
	}
}

func resolve(id string, all map[string]definition) string {
	prefix, rest, ok := strings.Cut(id, ":")
	if prefix == "as" {
		return as2.Namespace + "#" + rest
	}
	if d, known := all[prefix]; ok && known && !strings.HasPrefix(rest, "//") {
		return resolve(d.id, all) + rest
	}
	return id
}

func TestTermsMeanWhatTheSpecificationSays(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "specs", "context.jsonld"))
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]json.RawMessage
	if err := json.Unmarshal(b, &document); err != nil {
		t.Fatal(err)
	}
	whole := definitions(t, document["@context"])
	for kind, context := range map[string]json.RawMessage{"actor": vocab.ActorContext(), "post": vocab.PostContext(), "question": vocab.QuestionContext(), "event": vocab.EventContext(), "join": vocab.JoinContext(), "relay": vocab.RelayContext()} {
		for term, got := range definitions(t, context) {
			if term == "schema" || term == "value" { // PropertyValue has its own schema, without a slash
				continue
			}
			if want, ok := whole[term]; !ok || got != want {
				t.Errorf("%s context: %s is %+v, the specification says %+v", kind, term, got, want)
			}
		}
	}
	for _, term := range []string{
		vocab.TermLevel, vocab.TermTerritory, vocab.TermWithin, vocab.TermDirectory, vocab.TermReach, vocab.TermKind, vocab.TermTitle, vocab.TermStatus,
		vocab.TermVia, vocab.TermProfile,
	} {
		if got, want := whole[term].id, vocab.Namespace+term; got != want {
			t.Errorf("the specification says %s is %q, want %q", term, got, want)
		}
	}
}

func TestContextsAreSmallAndFirstOfAllActivityStreams(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		context json.RawMessage
		most    int
	}{"plain": {vocab.PlainContext(), 50}, "actor": {vocab.ActorContext(), 1300}, "post": {vocab.PostContext(), 600}, "question": {vocab.QuestionContext(), 640}, "event": {vocab.EventContext(), 1800}, "join": {vocab.JoinContext(), 160}, "relay": {vocab.RelayContext(), 130}} {
		if len(c.context) > c.most || !json.Valid(c.context) {
			t.Errorf("%s context has %d bytes, want at most %d: %s", kind, len(c.context), c.most, c.context)
		}
		if first := strings.TrimPrefix(string(c.context), "["); !strings.HasPrefix(first, `"`+as2.Namespace+`"`) {
			t.Errorf("%s context begins %.60s", kind, first)
		}
	}
	vocab.PostContext()[1] = 'x'
	if !json.Valid(vocab.PostContext()) {
		t.Error("a caller can change the context of everybody")
	}
}

// A relayed activity may come with any edition of these contexts.
func TestARelayDefinesNoProtectedTerms(t *testing.T) {
	t.Parallel()
	for _, remote := range []string{"security", "/cid/"} {
		if strings.Contains(string(vocab.RelayContext()), remote) {
			t.Errorf("the context names %q: %s", remote, vocab.RelayContext())
		}
	}
}

// What the remote contexts define that our documents use.
const defined = ` @context id type
	actor object target to cc audience published updated name summary content contentMap attributedTo inReplyTo context url mediaType href tag attachment
	replies icon image location latitude longitude radius units generator inbox outbox followers following endpoints sharedInbox preferredUsername rel
	totalItems first last next prev partOf orderedItems items width height formerType deleted startTime endTime source oneOf anyOf closed
	Create Update Delete Announce Like Undo Follow Accept Reject Add Remove Block Flag Move Note Document Image Mention Link Place Tombstone Question Person Group
	Organization Application OrderedCollection OrderedCollectionPage Collection CollectionPage
	publicKey owner publicKeyPem assertionMethod Multikey controller publicKeyMultibase
	proof DataIntegrityProof cryptosuite verificationMethod proofPurpose proofValue created `

func TestEveryNameInADocumentOfOursIsDefined(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]as2.Encodable{"group": group(), "server": server(), "note": note(t), "question": question(t), "announce": announce(t)} {
		b, err := as2.Encode(doc)
		if err != nil {
			t.Fatal(err)
		}
		o, err := as2.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		undefined(t, name, o, definitions(t, o.Context()))
	}
}

func undefined(t *testing.T, where string, o *as2.Object, terms map[string]definition) {
	t.Helper()
	is := func(name string) bool {
		_, ours := terms[name]
		return ours || strings.Contains(strings.ReplaceAll(strings.ReplaceAll(defined, "\n", " "), "\t", " "), " "+name+" ")
	}
	for _, typ := range o.Types() {
		if !is(typ) {
			t.Errorf("%s: no context defines the type %s", where, typ)
		}
	}
	for _, name := range o.Keys() {
		if !is(name) {
			t.Errorf("%s: no context defines %s", where, name)
		}
		if name == "contentMap" || name == "@context" {
			continue
		}
		for _, e := range o.Objects(name) {
			undefined(t, where+"."+name, e, terms)
		}
	}
}
