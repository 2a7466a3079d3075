package conformity_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"palier/specs"
	"palier/specs/conformity"
)

func TestDocumentsSayTheirKind(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(specs.Vectors, "vectors/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		kind := strings.Split(name, "/")[1]
		switch kind {
		case "proof", "ledger":
			continue
		case "directory-page": // one among the pages of collections
			kind = "collection-page"
		}
		doc, err := specs.Vectors.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := conformity.Kind(doc)
		if err != nil || got != kind {
			t.Errorf("%s: got kind %q, %v", name, got, err)
		}
		if err := conformity.Check(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoDocumentOfOurs(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]error{
		``:                         conformity.ErrInvalid,
		`[]`:                       conformity.ErrInvalid,
		`{"type":"Note"`:           conformity.ErrInvalid,
		`{"type":"Note"}`:          conformity.ErrInvalid,
		`{"type":"Note"} {}`:       conformity.ErrInvalid,
		`{}`:                       conformity.ErrKind,
		`{"Type":"Note"}`:          conformity.ErrKind,
		`{"type":["Note"]}`:        conformity.ErrKind,
		`{"type":"Video"}`:         conformity.ErrKind,
		`{"type":"Proposal"}`:      conformity.ErrKind,
		`{"subject":"acct:a@b"}`:   conformity.ErrInvalid,
		`{"links":[]}`:             conformity.ErrInvalid,
		`{"software":"palier"}`:    conformity.ErrInvalid,
		`{"type":7,"subject":"x"}`: conformity.ErrKind,
	} {
		if err := conformity.Check([]byte(doc)); !errors.Is(err, want) {
			t.Errorf("%s: got error %v, want %v", doc, err, want)
		}
	}
}

func TestKindsAreKnown(t *testing.T) {
	t.Parallel()
	kinds, err := conformity.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(kinds) || !slices.Contains(kinds, "note") || slices.Contains(kinds, "definitions") {
		t.Errorf("kinds are %v", kinds)
	}
	for _, kind := range []string{"", "definitions", "actor", "activity", "video"} {
		if err := conformity.Validate(kind, []byte(`{}`)); !errors.Is(err, conformity.ErrKind) {
			t.Errorf("kind %q: got error %v, want ErrKind", kind, err)
		}
	}
}

func TestPublishedIsAbsentWithoutNoise(t *testing.T) {
	t.Parallel()
	if b, err := conformity.Published("no/such/file"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %q, %v, want ErrNotExist", b, err)
	}
}
