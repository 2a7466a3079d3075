package as2_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"palier/protocol/as2"
)

const public = `"https://www.w3.org/ns/activitystreams#Public"`

func parse(t *testing.T, doc string) *as2.Object {
	t.Helper()
	o, err := as2.Parse([]byte(doc))
	if err != nil {
		t.Fatalf("Parse(%.200s): %v", doc, err)
	}
	return o
}

func refused(t *testing.T, doc string, want error) {
	t.Helper()
	_, err := as2.Parse([]byte(doc))
	if !errors.Is(err, want) || !errors.Is(err, as2.ErrRefused) {
		t.Errorf("Parse(%.120q) = %v, want %v", doc, err, want)
	}
}

func list(entry string, n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(entry+",", n), ",") + "]"
}

func nested(n int) string {
	return `{"a":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + "}"
}

func TestD01_GraphIncludedReverse(t *testing.T) {
	t.Parallel()
	for _, keyword := range []string{"@graph", "@included", "@reverse"} {
		refused(t, `{"id":"https://a.example/1","`+keyword+`":[]}`, as2.ErrForbiddenKeyword)
		refused(t, `{"object":{"`+keyword+`":{}}}`, as2.ErrForbiddenKeyword)
		refused(t, `{"\u0040`+keyword[1:]+`":1}`, as2.ErrForbiddenKeyword)
	}
	o := parse(t, `{"@context":{"children":{"@reverse":"as:inReplyTo"}},"id":"https://a.example/1"}`)
	if o.ID() != "https://a.example/1" {
		t.Error("a context may define a reverse property")
	}
}

func TestD02_ContextChangesNoName(t *testing.T) {
	t.Parallel()
	o := parse(t, `{"@context":["https://www.w3.org/ns/activitystreams",{"performer":"as:actor","kind":"@type","actor":"x:nothing","@vocab":"x:"}],
		"@id":"https://evil.example/1","@type":"Delete","kind":"Create","performer":"https://victim.example/u","actor":"https://a.example/u","id":"https://a.example/1","type":"Like"}`)
	if got := o.ID() + " " + o.Type() + " " + o.IRI("actor"); got != "https://a.example/1 Like https://a.example/u" {
		t.Errorf("read %q", got)
	}
	if !bytes.Contains(o.Context(), []byte("performer")) {
		t.Error("the context is not kept")
	}
}

func TestD03_DuplicateAndMiscasedNames(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		`{"actor":"https://a.example/u","actor":"https://b.example/u"}`,
		`{"actor":"https://a.example/u","\u0061ctor":"https://b.example/u"}`,
		`{"object":{"id":"https://a.example/1","id":"https://a.example/2"}}`,
		`{"x":[{"y":{"z":1,"z":1}}]}`,
	} {
		refused(t, doc, as2.ErrMalformed)
	}
	o := parse(t, `{"Actor":"https://b.example/u","ACTOR":"https://c.example/u","actor":"https://a.example/u","Id":"https://b.example/1"}`)
	if got := o.IRI("actor"); got != "https://a.example/u" {
		t.Errorf("actor = %q", got)
	}
	if o.ID() != "" {
		t.Errorf("id = %q, want none: Id is another property", o.ID())
	}
}

func TestD03_NotOneJSONObject(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		"", " ", "null", "true", `"x"`, "1", "[]", `[{"id":"x"}]`, "{", `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1}{}`, `{"a":1} x`,
		"{'a':1}", `{"a":01}`, `{"a":NaN}`, `{"a":+1}`, "\ufeff{}", `{"a":"` + "\n" + `"}`, `{"a":"` + "\x00" + `"}`, `{"a":1]`, `{"a":tru}`, "{\"a\":1}\x00",
	} {
		refused(t, doc, as2.ErrMalformed)
	}
}

func TestD04_ListsWhereOneIsExpected(t *testing.T) {
	t.Parallel()
	for actor, want := range map[string]string{
		`"https://a.example/u"`:                          "https://a.example/u",
		`["https://a.example/u"]`:                        "https://a.example/u",
		`[null,"https://a.example/u"]`:                   "https://a.example/u",
		`{"id":"https://a.example/u","type":"Person"}`:   "https://a.example/u",
		`[{"id":"https://a.example/u","type":"Person"}]`: "https://a.example/u",
		`["https://a.example/u","https://b.example/u"]`:  "",
		`["https://a.example/u","https://a.example/u"]`:  "",
		`[["https://a.example/u"]]`:                      "",
		`{"id":["https://a.example/u"]}`:                 "https://a.example/u",
		`{"id":{"id":"https://a.example/u"}}`:            "",
		`{"type":"Person"}`:                              "",
		`[]`:                                             "",
		`null`:                                           "",
		`7`:                                              "",
		`true`:                                           "",
		`""`:                                             "",
		`"https://a.example/u u"`:                        "",
		`"https://a.example/\u0000"`:                     "",
		`"https://a.example/\u202eu"`:                    "",
		`"https://a.example/` + strings.Repeat("u", 2100) + `"`: "",
	} {
		o := parse(t, `{"type":"Like","actor":`+actor+`}`)
		if got := o.IRI("actor"); got != want {
			t.Errorf("actor %.60s = %q, want %q", actor, got, want)
		}
		a, err := as2.ReadActivity(o)
		if want == "" && !errors.Is(err, as2.ErrNotOne) {
			t.Errorf("ReadActivity with actor %.60s: %v, want ErrNotOne", actor, err)
		}
		if want != "" && (err != nil || a.Actor != want) {
			t.Errorf("ReadActivity with actor %.60s = %q, %v", actor, a.Actor, err)
		}
	}
}

func TestD04_SeveralAuthors(t *testing.T) {
	t.Parallel()
	for by, want := range map[string]string{
		`"https://a.example/u"`:   "https://a.example/u",
		`["https://a.example/u"]`: "https://a.example/u",
		`[{"type":"Person","id":"https://a.example/u"},{"type":"Group","id":"https://a.example/g"}]`:  "https://a.example/u",
		`[{"type":"Person","id":"https://a.example/u"},{"type":"Person","id":"https://a.example/v"}]`: "",
		`["https://a.example/u","https://a.example/v"]`:                                               "",
		`[]`: "",
	} {
		n, err := as2.ReadNote(parse(t, `{"id":"https://a.example/1","type":"Note","attributedTo":`+by+`}`))
		if err != nil {
			t.Fatal(err)
		}
		got, err := n.Author()
		if got != want || (want == "") != errors.Is(err, as2.ErrNotOne) {
			t.Errorf("Author of %s = %q, %v, want %q", by, got, err, want)
		}
	}
}

func TestD05_TooMuch(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		doc  string
		want error
	}{
		"depth":              {nested(as2.MaxDepth + 1), as2.ErrTooDeep},
		"depth 100 000":      {nested(100_000), as2.ErrTooDeep},
		"depth of context":   {`{"@context":` + nested(as2.MaxDepth) + `}`, as2.ErrTooDeep},
		"body":               {`{"a":"` + long(as2.MaxBytes) + `"}`, as2.ErrTooLarge},
		"string":             {`{"a":"` + long(as2.MaxString) + `"}`, as2.ErrTooLarge},
		"number":             {`{"a":` + strings.Repeat("1", as2.MaxString+1) + `}`, as2.ErrTooLarge},
		"name":               {`{"` + long(as2.MaxID) + `":1}`, as2.ErrTooLarge},
		"id":                 {`{"id":"` + long(as2.MaxID+1) + `"}`, as2.ErrTooLarge},
		"embedded id":        {`{"object":{"id":"` + long(100_000) + `"}}`, as2.ErrTooLarge},
		"values":             {`{"a":` + list("1", as2.MaxValues) + `}`, as2.ErrTooLarge},
		"properties":         {"{" + strings.Join(numbered(as2.MaxProperties+1), ",") + "}", as2.ErrTooLarge},
		"recipients":         {`{"to":` + list(public, as2.MaxRecipients+1) + `}`, as2.ErrTooLarge},
		"10 000 recipients":  {`{"cc":` + list(`"x:y"`, 10_000) + `}`, as2.ErrTooLarge},
		"their recipients":   {`{"object":{"bcc":` + list(`"x:y"`, as2.MaxRecipients+1) + `}}`, as2.ErrTooLarge},
		"attachments":        {`{"attachment":` + list("{}", as2.MaxAttachments+1) + `}`, as2.ErrTooLarge},
		"5 000 attachments":  {`{"object":{"attachment":` + list("{}", 5_000) + `}}`, as2.ErrTooLarge},
		"tags":               {`{"tag":` + list("{}", as2.MaxTags+1) + `}`, as2.ErrTooLarge},
		"escaped attachment": {`{"\u0061ttachment":` + list("{}", as2.MaxAttachments+1) + `}`, as2.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, c.doc, c.want)
		})
	}
}

func numbered(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`"p%d":1`, i)
	}
	return all
}

func TestD05_JustEnough(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"depth":       nested(as2.MaxDepth),
		"string":      `{"a":"` + strings.Repeat("x", as2.MaxString-2) + `"}`,
		"id":          `{"id":"` + strings.Repeat("x", as2.MaxID) + `"}`,
		"recipients":  `{"to":` + list(`"x:y"`, as2.MaxRecipients) + `,"cc":` + list(`"x:y"`, as2.MaxRecipients) + `}`,
		"properties":  "{" + strings.Join(numbered(as2.MaxProperties), ",") + "}",
		"attachments": `{"attachment":` + list("{}", as2.MaxAttachments) + `}`,
		"tags":        `{"tag":` + list("{}", as2.MaxTags) + `}`,
		"values":      `{"a":` + list("1", as2.MaxValues-2) + `}`,
		"body":        `{` + strings.Repeat(" ", as2.MaxBytes-2) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parse(t, doc)
		})
	}
}

func TestD05_LongNamesAreCut(t *testing.T) {
	t.Parallel()
	o := parse(t, `{"name":"`+strings.Repeat("é", as2.MaxLine)+`"}`)
	if got := o.Line("name"); len(got) != as2.MaxLine || strings.Trim(got, "é") != "" {
		t.Errorf("name has %d bytes, want %d of whole characters", len(got), as2.MaxLine)
	}
}

func TestD06_CharactersNoStoreTakes(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		`{"a":"\ud800"}`, `{"a":"\udc00"}`, `{"a":"\ud800\u0041"}`, `{"\ud800":1}`,
		"{\"a\":\"\xff\"}", "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"\xff\":1}",
	} {
		refused(t, doc, as2.ErrMalformed)
	}
	for _, c := range []struct{ sent, text, line string }{
		{`a\u0000b`, "ab", "ab"},
		{`\u0001\u001b[31mred\u007f\u0085`, "[31mred", "[31mred"},
		{`a\tb\nc`, "a\tb\nc", "a b c"},
		{`a\r\nb\rc`, "a\nb\nc", "a b c"},
		{`\u202eevil\u202c`, "evil\u202c", "evil"},
		{`\u2067שלום\u2069`, "\u2067שלום\u2069", "שלום"},
		{`\u200fشارع`, "\u200fشارع", "\u200fشارع"},
		{`\ufffe\uffffx\ufdd0`, "x", "x"},
		{`\ud83d\udc4b`, "👋", "👋"},
		{`  a   b  `, "  a   b  ", "a b"},
	} {
		o := parse(t, `{"name":"`+c.sent+`","nameMap":{"fr":"`+c.sent+`"}}`)
		if got := o.Text("name"); got != c.text {
			t.Errorf("Text of %s = %q, want %q", c.sent, got, c.text)
		}
		if got := o.Line("name"); got != c.line {
			t.Errorf("Line of %s = %q, want %q", c.sent, got, c.line)
		}
		if got := o.Map("nameMap")["fr"]; got != c.text {
			t.Errorf("Map of %s = %q, want %q", c.sent, got, c.text)
		}
		if got := o.Strings("name"); len(got) != 1 || got[0] != c.text {
			t.Errorf("Strings of %s = %q, want %q", c.sent, got, c.text)
		}
	}
}

func TestD08_WrongTypesAreEmptyNotErrors(t *testing.T) {
	t.Parallel()
	values := []string{`null`, `true`, `7`, `"x"`, `[]`, `{}`, `[[]]`, `[{}]`, `[1,2]`, `{"type":[]}`, `{"id":7,"type":{}}`, `{"type":"Image"}`, `""`}
	names := []string{
		"to", "cc", "attachment", "tag", "name", "summary", "content", "contentMap", "source", "url", "published", "location", "replies", "likes",
		"inReplyTo", "context", "sensitive", "image", "icon", "publicKey", "assertionMethod", "endpoints", "generator", "oneOf", "anyOf", "closed",
		"object", "target", "attributedTo", "audience", "totalItems", "items", "orderedItems", "first", "alsoKnownAs", "implements", "votersCount",
	}
	kinds := []string{
		"Note", "Question", "Event", "Person", "Group", "Create", "Flag", "Weave", "Collection", "OrderedCollectionPage", "Tombstone", "vf:Proposal",
	}
	for _, kind := range kinds {
		for _, value := range values {
			doc := `{"id":"https://a.example/1","type":"` + kind + `","actor":"https://a.example/u"`
			for _, name := range names {
				doc += `,"` + name + `":` + value
			}
			keepsEverything(t, []byte(doc+"}"))
		}
	}
}

func TestD08_KindsThatWereNotAskedFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		doc                                        string
		actor, note, activity, collection, deleted error
	}{
		{`{}`, as2.ErrWrongType, as2.ErrNoType, as2.ErrNoType, as2.ErrWrongType, as2.ErrWrongType},
		{`{"type":"Note"}`, as2.ErrWrongType, as2.ErrNoID, as2.ErrWrongType, as2.ErrWrongType, as2.ErrWrongType},
		{`{"type":"Person"}`, as2.ErrNoID, as2.ErrWrongType, as2.ErrWrongType, as2.ErrWrongType, as2.ErrWrongType},
		{`{"type":"Like"}`, as2.ErrWrongType, as2.ErrWrongType, as2.ErrNotOne, as2.ErrWrongType, as2.ErrWrongType},
		{`{"type":"Weave"}`, as2.ErrWrongType, as2.ErrNoID, as2.ErrNotOne, as2.ErrWrongType, as2.ErrWrongType},
		{`{"type":"Collection"}`, as2.ErrWrongType, as2.ErrWrongType, as2.ErrWrongType, nil, as2.ErrWrongType},
		{`{"type":"Tombstone"}`, as2.ErrWrongType, as2.ErrWrongType, as2.ErrWrongType, as2.ErrWrongType, as2.ErrNoID},
	} {
		o := parse(t, c.doc)
		_, actor := as2.ReadActor(o)
		_, note := as2.ReadNote(o)
		_, activity := as2.ReadActivity(o)
		_, collection := as2.ReadCollection(o)
		_, deleted := as2.ReadTombstone(o)
		for _, e := range []struct {
			kind      string
			got, want error
		}{{"actor", actor, c.actor}, {"note", note, c.note}, {"activity", activity, c.activity}, {"collection", collection, c.collection}, {"tombstone", deleted, c.deleted}} {
			if !errors.Is(e.got, e.want) || e.want != nil && !errors.Is(e.got, as2.ErrRefused) {
				t.Errorf("%s read as %s: %v, want %v", c.doc, e.kind, e.got, e.want)
			}
		}
	}
}
