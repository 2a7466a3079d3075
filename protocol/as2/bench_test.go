package as2_test

import (
	"os"
	"path/filepath"
	"testing"

	"palier/protocol/as2"
)

func fixture(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// A post as one server sends it to another, 1.5 KB.
func BenchmarkParseCreateNote(b *testing.B) {
	raw := fixture(b, "palier/create_note.json")
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := as2.Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// Everything an inbox reads of it: the activity, its note and who may read it.
func BenchmarkReadCreateNote(b *testing.B) {
	raw := fixture(b, "palier/create_note.json")
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		o, err := as2.Parse(raw)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := as2.ReadActivity(o); err != nil {
			b.Fatal(err)
		}
		inner, ok := o.Object("object")
		if !ok {
			b.Fatal("no object")
		}
		if _, err := as2.ReadNote(inner); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeNote(b *testing.B) {
	o, err := as2.Parse(fixture(b, "palier/note.json"))
	if err != nil {
		b.Fatal(err)
	}
	n, err := as2.ReadNote(o)
	if err != nil {
		b.Fatal(err)
	}
	n.Raw = nil
	b.ReportAllocs()
	for b.Loop() {
		if _, err := as2.Encode(n); err != nil {
			b.Fatal(err)
		}
	}
}
