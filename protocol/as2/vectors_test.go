package as2_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/as2"
)

// The golden documents of the specification are what we send ourselves. They
// are read without loss, and written from the fields alone.
func TestDocumentsOfTheSpecification(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join("..", "..", "specs", "vectors", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		kind := filepath.Base(filepath.Dir(path))
		if strings.HasPrefix(kind, "nodeinfo") || kind == "webfinger" || kind == "proof" || kind == "ledger" {
			continue
		}
		read++
		t.Run(kind+"/"+filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			keepsEverything(t, b)
			writtenFromFields(t, b)
		})
	}
	if read < 40 {
		t.Errorf("found %d documents, want at least 40", read)
	}
}

// writtenFromFields fails unless the fields of a struct and its unknown
// properties say all that the document did.
func writtenFromFields(t *testing.T, b []byte) {
	t.Helper()
	v, err := readAny(parse(t, string(b)))
	if err != nil {
		t.Fatal(err)
	}
	switch d := v.(type) {
	case as2.Actor:
		d.Raw, v = nil, d
	case as2.Activity:
		d.Raw, v = nil, d
	case as2.Collection:
		d.Raw, v = nil, d
	case as2.Note:
		d.Raw, v = nil, d
	case as2.Tombstone:
		d.Raw, v = nil, d
	}
	want, got := generic(t, b).(map[string]any), generic(t, []byte(encode(t, v))).(map[string]any)
	for _, m := range []map[string]any{want, got} {
		for name, value := range m {
			if list, ok := value.([]any); value == false || ok && len(list) == 0 && name != "orderedItems" {
				delete(m, name) // what an absent property says anyway
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("written from its fields (-want +got):\n%s", diff)
	}
}
