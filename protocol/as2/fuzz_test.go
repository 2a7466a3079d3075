package as2_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"os"

	"palier/protocol/as2"
)

// FuzzParse feeds strangers' bytes to the door and to every accessor and
// reader behind it. Nothing may panic, what is refused is refused with a
// meaning, what is read stays within the limits, and what is written reads the
// same again.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*", "*.json"))
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds: ", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, s := range []string{
		`{"type":["a","Note"],"id":["x:1"],"to":[],"url":[{"href":[]}],"published":"9999-01-01T00:00:00Z","n":1e999}`,
		`{"\u0069d":"x:1","type":"Question","oneOf":[{"name":{}}],"closed":"true"}`, `{"@context":{"@reverse":[]},"type":"Weave","actor":["x:1"]}`,
		nested(70), `{"a":"\ud800"}`, "{\"a\":\"\xff\"}", `{"a":1,"a":2}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := as2.Parse(b)
		if err != nil {
			if !errors.Is(err, as2.ErrRefused) {
				t.Fatalf("refused without a meaning: %v", err)
			}
			return
		}
		if len(b) > as2.MaxBytes {
			t.Fatal("a document over the limit was taken")
		}
		askEverything(t, o, 0)
		for _, read := range []func(*as2.Object) (as2.Encodable, error){
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadActor(o) },
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadActivity(o) },
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadCollection(o) },
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadNote(o) },
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadTombstone(o) },
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadMedia(o) },
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadTag(o) },
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadPlace(o) },
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadLink(o) },
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadPublicKey(o) },
			func(o *as2.Object) (as2.Encodable, error) { return as2.ReadMultikey(o) },
		} {
			stable(t, o, read)
		}
	})
}

// stable fails unless what is read and written reads and writes the same again.
func stable(t *testing.T, o *as2.Object, read func(*as2.Object) (as2.Encodable, error)) {
	v, err := read(o)
	if err != nil {
		if !errors.Is(err, as2.ErrRefused) {
			t.Fatalf("refused without a meaning: %v", err)
		}
		return
	}
	once, err := as2.Encode(v)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	p, err := as2.Parse(once)
	if err != nil {
		t.Fatalf("parse what was encoded: %v\n%s", err, once)
	}
	for _, name := range o.Keys() {
		if p.Value(name) == nil {
			t.Fatalf("%T lost %q:\n%s\n%s", v, name, o.Raw(), once)
		}
	}
	w, err := read(p)
	if err != nil {
		t.Fatalf("read what was encoded: %v\n%s", err, once)
	}
	twice, err := as2.Encode(w)
	if err != nil {
		t.Fatalf("encode again: %v", err)
	}
	if !bytes.Equal(once, twice) {
		t.Fatalf("written twice:\n%s\n%s", once, twice)
	}
}

// askEverything asks for every property in every form.
func askEverything(t *testing.T, o *as2.Object, depth int) {
	if depth > as2.MaxDepth {
		t.Fatal("deeper than the limit")
	}
	if len(o.ID()) > as2.MaxID || !utf8.Valid(o.Raw()) {
		t.Fatal("an id or bytes beyond the limits")
	}
	for _, name := range o.Keys() {
		if s := o.IRI(name); len(s) > as2.MaxID || bytes.ContainsAny([]byte(s), " \x00\n") {
			t.Fatalf("IRI %q", s)
		}
		if s := o.Text(name); bytes.ContainsAny([]byte(s), "\x00\x1b\r") || !utf8.ValidString(s) {
			t.Fatalf("Text %q", s)
		}
		if s := o.Line(name); len(s) > as2.MaxLine || bytes.ContainsAny([]byte(s), "\n\t") || !utf8.ValidString(s) {
			t.Fatalf("Line %q", s)
		}
		if d, ok := o.Decimal(name); ok && !as2.IsDecimal(d) {
			t.Fatalf("Decimal %q", d)
		}
		if at := o.Time(name); !at.IsZero() && (at.Year() < 1000 || at.Year() > 2999) {
			t.Fatalf("Time %v", at)
		}
		if n := len(o.IRIs(name)); name == "to" && n > as2.MaxRecipients || name == "attachment" && n > as2.MaxAttachments {
			t.Fatalf("%d entries in %s", n, name)
		}
		o.Int(name)
		o.Float(name)
		o.Bool(name)
		o.URL(name)
		o.Map(name)
		o.Item(name)
		for _, e := range o.Objects(name) {
			askEverything(t, e, depth+1)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	f.Add("2026-11-22T10:00:00.5+01:00")
	f.Add("2026-11-22T10:00")
	f.Add("-0001-01-01T00:00:00Z")
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := as2.ParseTime(s)
		if !ok {
			if !at.IsZero() {
				t.Fatalf("ParseTime(%q) = %v, refused", s, at)
			}
			return
		}
		again, ok := as2.ParseTime(as2.FormatTime(at))
		if !ok || !again.Equal(at) {
			t.Fatalf("ParseTime(%q) = %v, written %q, read %v", s, at, as2.FormatTime(at), again)
		}
	})
}
