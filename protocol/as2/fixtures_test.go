package as2_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/as2"
)

// readAny reads a document as the kind it is. Documents that are none of the
// big kinds have no struct.
func readAny(o *as2.Object) (as2.Encodable, error) {
	switch typ := o.Type(); {
	case as2.IsActor(typ):
		return as2.ReadActor(o)
	case as2.IsActivity(typ):
		return as2.ReadActivity(o)
	case as2.IsCollection(typ):
		return as2.ReadCollection(o)
	case typ == as2.TypeTombstone:
		return as2.ReadTombstone(o)
	default:
		return as2.ReadNote(o)
	}
}

// keepsEverything fails unless b can be read, and written again with every
// property as it came, however deep.
func keepsEverything(t *testing.T, b []byte) {
	t.Helper()
	o, err := as2.Parse(b)
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	if !bytes.Equal(o.Raw(), bytes.TrimSpace(b)) {
		t.Error("Raw differs from what was received")
	}
	v, err := readAny(o)
	if errors.Is(err, as2.ErrNoType) {
		return
	}
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	out, err := as2.Encode(v)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	if diff := cmp.Diff(generic(t, b), generic(t, out)); diff != "" {
		t.Errorf("read and written again (-came +went):\n%s", diff)
	}
	again, err := as2.Parse(out)
	if err != nil {
		t.Fatalf("parse what was encoded: %v", err)
	}
	v, err = readAny(again)
	if err != nil {
		t.Fatalf("read what was encoded: %v", err)
	}
	twice, err := as2.Encode(v)
	if err != nil {
		t.Fatalf("encode again: %v", err)
	}
	if !bytes.Equal(out, twice) {
		t.Errorf("written twice:\n%s\n%s", out, twice)
	}
}

// generic reads b without us, and evens out what we write in one form only:
// one type, lists as recipients.
func generic(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	m := v.(map[string]any)
	for _, name := range []string{"to", "cc", "bto", "bcc"} {
		if s, ok := m[name].(string); ok {
			m[name] = []any{s}
		}
	}
	return m
}

// The documents under testdata are invented, in the shape each software sends.
func TestDocumentsOfOtherSoftwareKeepEverything(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join("testdata", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 40 {
		t.Fatalf("found %d fixtures, want at least 40", len(paths))
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimPrefix(path, "testdata/"), func(t *testing.T) {
			t.Parallel()
			keepsEverything(t, b)
		})
	}
}
