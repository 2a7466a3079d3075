package specs_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"palier/specs"
	"palier/specs/conformity"
)

// kindOf is the folder a vector lies in. Those of proofs, ledgers and host-meta
// have no schema, and are read by the tests of packages proof, ledger and jrd.
func kindOf(name string) (kind string, ok bool) {
	kind, _, _ = strings.Cut(strings.TrimPrefix(name, "vectors/"), "/")
	return kind, kind != "proof" && kind != "ledger" && kind != "host-meta"
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := fs.Glob(specs.Vectors, pattern)
	if err != nil {
		t.Fatal(err)
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		_, ok := kindOf(name)
		return !ok
	})
	if len(names) < 50 {
		t.Fatalf("only %d vectors for %s", len(names), pattern)
	}
	return names
}

func golden(t *testing.T) []string { return files(t, "vectors/*/*.json") }
func broken(t *testing.T) []string { return files(t, "vectors/*/broken/*.json") }

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := specs.Vectors.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVectorsConform(t *testing.T) {
	t.Parallel()
	for _, name := range golden(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, _ := kindOf(name)
			if err := conformity.Validate(kind, read(t, name)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestBrokenVectorsAreRefused holds that each is refused for what it says is
// wrong with it, and that it would do otherwise.
func TestBrokenVectorsAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range broken(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var v struct {
				Why      string          `json:"why"`
				At       string          `json:"at"`
				Document json.RawMessage `json:"document"`
			}
			if err := json.Unmarshal(read(t, name), &v); err != nil {
				t.Fatal(err)
			}
			if v.Why == "" || len(v.Document) == 0 {
				t.Fatal("says nothing")
			}
			kind, _ := kindOf(name)
			err := conformity.Validate(kind, v.Document)
			if !errors.Is(err, conformity.ErrInvalid) {
				t.Fatalf("%s: got error %v, want ErrInvalid", v.Why, err)
			}
			var refusal *jsonschema.ValidationError
			if !errors.As(err, &refusal) {
				t.Fatalf("%v does not say where", err)
			}
			if at := places(refusal); !slices.Contains(at, v.At) {
				t.Errorf("%s: refused at %q, not at %q", v.Why, at, v.At)
			}
		})
	}
}

// places returns where in a document a schema found fault.
func places(e *jsonschema.ValidationError) []string {
	if len(e.Causes) == 0 {
		at := ""
		for _, name := range e.InstanceLocation {
			at += "/" + name
		}
		return []string{at}
	}
	var all []string
	for _, cause := range e.Causes {
		all = append(all, places(cause)...)
	}
	return all
}

func TestEveryKindHasVectors(t *testing.T) {
	t.Parallel()
	kinds, err := conformity.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	good, bad := map[string]int{}, map[string]int{}
	for _, name := range golden(t) {
		kind, _ := kindOf(name)
		good[kind]++
	}
	for _, name := range broken(t) {
		kind, _ := kindOf(name)
		bad[kind]++
	}
	for _, kind := range kinds {
		if good[kind] == 0 || bad[kind] == 0 {
			t.Errorf("%s has %d vectors and %d broken ones", kind, good[kind], bad[kind])
		}
	}
	for kind := range good {
		if !slices.Contains(kinds, kind) {
			t.Errorf("vectors of %s have no schema", kind)
		}
	}
}

// TestVectorsAreInvented holds that no vector names a host somebody might have.
func TestVectorsAreInvented(t *testing.T) {
	t.Parallel()
	vocabularies := []string{
		"www.w3.org", "w3id.org", "schema.org", "join-lemmy.org", "joinmastodon.org", "joinmobilizon.org", "joinpeertube.org",
		"purl.archive.org", "www.wikidata.org", "datatracker.ietf.org", "nodeinfo.diaspora.software", "ostatus.org", "webfinger.net",
		"www.ontology-of-units-of-measure.org", "docs.oasis-open.org",
	}
	for _, name := range append(golden(t), broken(t)...) {
		for rest := string(read(t, name)); ; {
			_, after, found := strings.Cut(rest, "://")
			if !found {
				break
			}
			host := after[:strings.IndexAny(after, "/\"#\\")]
			if !strings.HasSuffix(host, ".example") && !slices.Contains(vocabularies, host) {
				t.Errorf("%s names %s", name, host)
			}
			rest = after
		}
	}
}
