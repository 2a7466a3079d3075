package as2_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/as2"
)

func TestObjectKeepsTheBytesThatCame(t *testing.T) {
	t.Parallel()
	inner := `{ "id" : "https://a.example/2",  "x":1.0 }`
	doc := "\n {\"id\":\"https://a.example/1\",\n\t\"object\": [" + inner + "] , \"\\u0079\":\"é\\u00e9\"} \n"
	b := []byte(doc)
	o := parse(t, doc)
	if got := string(o.Raw()); got != strings.TrimSpace(doc) {
		t.Errorf("Raw = %q", got)
	}
	e, ok := o.Object("object")
	if !ok || string(e.Raw()) != inner {
		t.Errorf("Raw of the embedded object = %q", e.Raw())
	}
	if diff := cmp.Diff([]string{"id", "object", "y"}, o.Keys()); diff != "" {
		t.Errorf("Keys (-want +got):\n%s", diff)
	}
	if got := string(o.Value("y")); got != `"é\u00e9"` || o.Text("y") != "éé" {
		t.Errorf("Value = %s, Text = %q", got, o.Text("y"))
	}
	if got := string(e.Value("x")); got != "1.0" {
		t.Errorf("Value of a number = %s", got)
	}
	p, err := as2.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	clear(b)
	if !bytes.Equal(p.Raw(), o.Raw()) {
		t.Error("the object changes with the bytes of its caller")
	}
}

func TestObjectWithoutAnything(t *testing.T) {
	t.Parallel()
	for _, o := range []*as2.Object{nil, {}, parse(t, "{}")} {
		if o.ID() != "" || o.Type() != "" || len(o.Types()) != 0 || o.Has("x") || o.Value("x") != nil || o.Text("x") != "" || o.IRI("x") != "" ||
			len(o.Keys()) != 0 || o.Count("x") != 0 || !o.Time("x").IsZero() || o.Context() != nil || !o.Item("x").None() || o.URL("x") != "" {
			t.Errorf("%s holds something", o.Raw())
		}
	}
}

func TestTypeIsTheFirstThatIsKnown(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"type":"Note"}`:                        "Note",
		`{"type":["Note"]}`:                      "Note",
		`{"type":["vf:Proposal","Note"]}`:        "Note",
		`{"type":["vf:Proposal","om2:Measure"]}`: "vf:Proposal",
		`{"type":[7,null,"Person"]}`:             "Person",
		`{"type":{"id":"Note"}}`:                 "",
		`{"type":""}`:                            "",
		`{"type":[]}`:                            "",
		`{"@type":"Note"}`:                       "",
	} {
		o := parse(t, doc)
		if got := o.Type(); got != want {
			t.Errorf("Type of %s = %q, want %q", doc, got, want)
		}
		if want != "" && !o.Is("Nothing", want) {
			t.Errorf("%s is no %q", doc, want)
		}
		if o.Is("Nothing") {
			t.Errorf("%s is anything", doc)
		}
	}
	if diff := cmp.Diff([]string{"vf:Proposal", "Note"}, parse(t, `{"type":["vf:Proposal",1,"Note",""]}`).Types()); diff != "" {
		t.Errorf("Types (-want +got):\n%s", diff)
	}
}

func TestIRIsInEveryForm(t *testing.T) {
	t.Parallel()
	o := parse(t, `{"to":["https://a.example/1",{"id":"https://a.example/2"},{"type":"Link","href":"https://a.example/3"},
		{"type":"Mention","id":"","href":"https://a.example/4"},{"href":"https://a.example/no"},7,null,"","as:Public","https://a.example/1"],
		"cc":"https://a.example/5","audience":null}`)
	want := []string{"https://a.example/1", "https://a.example/2", "https://a.example/3", "https://a.example/4", "as:Public"}
	if diff := cmp.Diff(want, o.IRIs("to")); diff != "" {
		t.Errorf("IRIs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"https://a.example/5"}, o.IRIs("cc")); diff != "" {
		t.Errorf("IRIs of one (-want +got):\n%s", diff)
	}
	if got := o.FirstIRI("to"); got != want[0] {
		t.Errorf("FirstIRI = %q", got)
	}
	if got := o.IRIs("audience"); got != nil {
		t.Errorf("IRIs of null = %q", got)
	}
	if got := o.Count("to"); got != 9 {
		t.Errorf("Count = %d, want 9", got)
	}
	if got := len(o.Objects("to")); got != 4 {
		t.Errorf("Objects = %d, want 4", got)
	}
	if _, ok := o.Object("to"); ok {
		t.Error("one object out of several")
	}
}

func TestURLPrefersThePage(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`"https://a.example/1"`:                           "https://a.example/1",
		`["https://a.example/1","https://a.example/2"]`:   "https://a.example/1",
		`{"type":"Link","href":"https://a.example/1"}`:    "https://a.example/1",
		`{"type":"Image","url":"https://a.example/1"}`:    "https://a.example/1",
		`{"type":"Image","url":["https://a.example/1"]}`:  "https://a.example/1",
		`["magnet:?xt=1",{"href":"https://a.example/1"}]`: "https://a.example/1",
		`[{"mediaType":"video/mp4","href":"https://a.example/v"},{"mediaType":"text/html; charset=utf-8","href":"https://a.example/1"}]`: "https://a.example/1",
		`[{"mediaType":"video/mp4","href":"https://a.example/v"},"https://a.example/1"]`:                                                 "https://a.example/1",
		`{"mediaType":"video/mp4","href":"https://a.example/v"}`:                                                                         "https://a.example/v",
		`"javascript:alert(1)"`:          "",
		`"data:text/html,x"`:             "",
		`"HTTPS:x"`:                      "",
		`"https://"`:                     "",
		`"https:///x"`:                   "",
		`"/relative"`:                    "",
		`"https://a.example/\"onclick="`: "",
		`{"href":"file:///etc/passwd"}`:  "",
		`7`:                              "",
	} {
		if got := parse(t, `{"url":`+value+`}`).URL("url"); got != want {
			t.Errorf("URL of %s = %q, want %q", value, got, want)
		}
	}
}

func TestTextFallsBackToItsMap(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"content":"a","contentMap":{"fr":"b"}}`:                   "a",
		`{"content":null,"contentMap":{"fr":"b","br":"c"}}`:         "c",
		`{"contentMap":[{"fr":"b"}]}`:                               "b",
		`{"contentMap":{"fr":7}}`:                                   "",
		`{"contentMap":"b"}`:                                        "",
		`{"content":["a","b"]}`:                                     "a",
		`{"content":[{"x":1},"b"]}`:                                 "b",
		`{"content":""}`:                                            "",
		`{"content":{"fr":"a"}}`:                                    "",
		`{"contentMap":{"` + strings.Repeat("x", 65) + `":"long"}}`: "",
	} {
		if got := parse(t, doc).Text("content"); got != want {
			t.Errorf("Text of %s = %q, want %q", doc, got, want)
		}
	}
}

func TestD07_TimesOutOfBounds(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 3600)
	for value, want := range map[string]time.Time{
		`"2026-11-22T10:00:00Z"`:                    time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		`["2026-11-22T10:00:00Z"]`:                  time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		`"2026-11-22T10:00:00.123456789Z"`:          time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.UTC),
		`"2026-11-22T11:00:00.5+01:00"`:             time.Date(2026, 11, 22, 11, 0, 0, 5e8, zone),
		`"2026-11-22T11:00:00+0100"`:                time.Date(2026, 11, 22, 11, 0, 0, 0, zone),
		`"2026-11-22T10:00:00"`:                     time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		`"2026-11-22T10:00"`:                        time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		`" 2026-11-22T10:00Z "`:                     time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		`"2026-11-22 10:00:00Z"`:                    time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		`"1000-01-01T00:00:00Z"`:                    time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC),
		`"9999-12-31T23:59:59Z"`:                    {},
		`"0999-12-31T23:59:59Z"`:                    {},
		`"-0001-01-01T00:00:00Z"`:                   {},
		`"0000-00-00T00:00:00Z"`:                    {},
		`"10000-01-01T00:00:00Z"`:                   {},
		`"2026-02-30T10:00:00Z"`:                    {},
		`"2026-11-22T25:00:00Z"`:                    {},
		`"2026-11-22"`:                              {},
		`"tomorrow, more or less, I think"`:         {},
		`1764000000`:                                {},
		`["2026-11-22T10:00Z","2026-11-23T10:00Z"]`: {},
	} {
		if got := parse(t, `{"published":`+value+`}`).Time("published"); !got.Equal(want) || got.IsZero() != want.IsZero() {
			t.Errorf("Time of %s = %v, want %v", value, got, want)
		}
	}
}

func TestD07_NumbersOutOfBounds(t *testing.T) {
	t.Parallel()
	const none = "none"
	for _, c := range []struct{ value, whole, float, decimal string }{
		{`12`, "12", "12", "12"},
		{`"12"`, "12", "12", "12"},
		{`[12]`, "12", "12", "12"},
		{`-3`, "-3", "-3", "-3"},
		{`1.50`, none, "1.5", "1.50"},
		{`"1.50"`, none, "1.5", "1.50"},
		{`2.0`, "2", "2", "2.0"},
		{`1e2`, "100", "100", none},
		{`1e999`, none, none, none},
		{`"1e999"`, none, none, none},
		{`-1e999`, none, none, none},
		{`1e-999`, "0", "0", none},
		{`9223372036854775807`, "9223372036854775807", "9.223372036854776e+18", "9223372036854775807"},
		{`9223372036854775808`, none, "9.223372036854776e+18", "9223372036854775808"},
		{`123456789012345678901234567890.123456789`, none, "1.2345678901234568e+29", "123456789012345678901234567890.123456789"},
		{`"NaN"`, none, none, none},
		{`"Infinity"`, none, none, none},
		{`"0x10"`, none, none, none},
		{`"1_000"`, none, none, none},
		{`"1,5"`, none, none, none},
		{`".5"`, none, "0.5", none},
		{`"5."`, "5", "5", none},
		{`"--5"`, none, none, none},
		{`""`, none, none, none},
		{`true`, none, none, none},
		{`null`, none, none, none},
		{`{}`, none, none, none},
		{`[1,2]`, none, none, none},
		{`"` + strings.Repeat("1", 41) + `"`, none, "1.111111111111111e+40", none},
	} {
		o := parse(t, `{"n":`+c.value+`}`)
		n, okInt := o.Int("n")
		f, okFloat := o.Float("n")
		d, okDecimal := o.Decimal("n")
		got := []string{said(okInt, n), said(okFloat, f), said(okDecimal, d)}
		if diff := cmp.Diff([]string{c.whole, c.float, c.decimal}, got); diff != "" {
			t.Errorf("%s as whole number, float, decimal (-want +got):\n%s", c.value, diff)
		}
	}
}

func TestBoolIsAlsoAWord(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][2]bool{
		`true`: {true, true}, `"true"`: {true, true}, `[true]`: {true, true},
		`false`: {false, true}, `"false"`: {false, true},
		`1`: {}, `"yes"`: {}, `null`: {}, `[]`: {}, `{}`: {}, `"TRUE"`: {},
	} {
		o := parse(t, `{"b":`+value+`}`)
		b, ok := o.Bool("b")
		if got := [2]bool{b, ok}; got != want || o.True("b") != want[0] {
			t.Errorf("Bool of %s = %v, want %v", value, got, want)
		}
	}
}

func TestPublicHasThreeSpellings(t *testing.T) {
	t.Parallel()
	for iri, want := range map[string]bool{as2.Public: true, "as:Public": true, "Public": true, "public": false, "": false, "https://www.w3.org/ns/activitystreams": false} {
		if got := as2.IsPublic(iri); got != want {
			t.Errorf("IsPublic(%q) = %v", iri, got)
		}
	}
}

func said(ok bool, v any) string {
	if !ok {
		return "none"
	}
	return fmt.Sprint(v)
}
