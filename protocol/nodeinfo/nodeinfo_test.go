package nodeinfo_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"palier/protocol/jrd"
	"palier/protocol/nodeinfo"
	"palier/specs"
	"palier/specs/conformity"
)

func number(n int64) *int64 { return &n }

// lyon is the server of the vectors.
func lyon() nodeinfo.Document {
	return nodeinfo.Document{
		Software:          nodeinfo.Software{Name: "palier", Version: "0.1.0", Repository: "https://code.example/palier"},
		Protocols:         []string{"activitypub"},
		Services:          nodeinfo.Services{Outbound: []string{"atom1.0"}},
		OpenRegistrations: true,
		Usage:             nodeinfo.Usage{LocalPosts: number(1204)},
		Metadata: nodeinfo.Metadata{
			NodeName: "Lyon", NodeDescription: "Voisins de Lyon",
			StaffAccounts: []string{"https://lyon.example/u/01JD00"},
			Federation:    &nodeinfo.Federation{Enabled: true},
			Neighbourhood: &nodeinfo.Neighbourhood{
				Groups:      []string{"https://lyon.example/g/croix_rousse"},
				Territories: []string{"FR:COG:69123"},
				Directory:   "https://lyon.example/directory",
			},
		},
	}
}

func TestEncodeIsTheVector(t *testing.T) {
	t.Parallel()
	for _, version := range []string{nodeinfo.Version20, nodeinfo.Version21} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			got, err := lyon().Encode(version)
			if err != nil {
				t.Fatal(err)
			}
			if err := conformity.Validate("nodeinfo", got); err != nil {
				t.Error(err)
			}
			want, err := specs.Vectors.ReadFile("vectors/nodeinfo/" + version + ".json")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decoded(t, want), decoded(t, got)); diff != "" {
				t.Errorf("document differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVectorReadsBack(t *testing.T) {
	t.Parallel()
	b, err := specs.Vectors.ReadFile("vectors/nodeinfo/2.1.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := nodeinfo.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	want := lyon()
	want.Version = nodeinfo.Version21
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("document differs (-want +got):\n%s", diff)
	}
	if !got.Speaks("activitypub") || got.Speaks("diaspora") {
		t.Errorf("protocols are %v", got.Protocols)
	}
}

func TestEmptyDocumentHasAllThatIsRequired(t *testing.T) {
	t.Parallel()
	b, err := nodeinfo.Document{}.Encode(nodeinfo.Version21)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":"2.1","software":{"name":"","version":""},"protocols":[],"services":{"inbound":[],"outbound":[]},` +
		`"openRegistrations":false,"usage":{"users":{}},"metadata":{}}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}

func TestEncodeKnowsTwoVersions(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"", "1.0", "2.2", "2"} {
		if b, err := lyon().Encode(version); !errors.Is(err, nodeinfo.ErrVersion) {
			t.Errorf("version %q: got %s, %v, want ErrVersion", version, b, err)
		}
	}
}

func TestMediaType(t *testing.T) {
	t.Parallel()
	want := `application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"`
	if got := nodeinfo.MediaType(nodeinfo.Version21); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The schema that NodeInfo publishes is read where it lies beside the checkout;
// without it our own says the same of our documents.
func TestPublishedSchema(t *testing.T) {
	t.Parallel()
	b, err := conformity.Published("vectors/nodeinfo-2.1.schema.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the published schema does not lie beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	const url = "http://nodeinfo.diaspora.software/ns/schema/2.1"
	c := jsonschema.NewCompiler()
	if err := c.AddResource(url, schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := lyon().Encode(nodeinfo.Version21)
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(decoded(t, doc)); err != nil {
		t.Error(err)
	}
	if err := compiled.Validate(map[string]any{"version": "2.1"}); err == nil {
		t.Error("the schema takes half a document")
	}
}

func TestParseTakesWhatOthersSend(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in string
		want     nodeinfo.Document
	}{
		{"only a name", `{"software":{"name":"Lemmy"}}`, nodeinfo.Document{Software: nodeinfo.Software{Name: "lemmy"}}},
		{"members of other types", `{"software":{"name":"x","version":7},"protocols":7,"services":[],"usage":"many","openRegistrations":"yes","metadata":[]}`,
			nodeinfo.Document{Software: nodeinfo.Software{Name: "x"}}},
		{"version 1", `{"version":"1.0","software":{"name":"x","version":"1"},"protocols":{"inbound":["diaspora","zot"],"outbound":["zot","activitypub"]}}`,
			nodeinfo.Document{Version: "1.0", Software: nodeinfo.Software{Name: "x", Version: "1"}, Protocols: []string{"diaspora", "zot", "activitypub"}}},
		{"counts that are none", `{"software":{"name":"x"},"usage":{"users":{"total":-1,"activeMonth":12,"activeHalfyear":null},"localPosts":1.5}}`,
			nodeinfo.Document{Software: nodeinfo.Software{Name: "x"}, Usage: nodeinfo.Usage{Users: nodeinfo.Users{ActiveMonth: number(12)}}}},
		{"an address that is none", `{"software":{"name":"x","homepage":"javascript:alert(1)"}}`, nodeinfo.Document{Software: nodeinfo.Software{Name: "x"}}},
		{"control characters", `{"software":{"name":"x\u0000y","version":"1\n2"},"metadata":{"nodeName":"a\u202eb"}}`,
			nodeinfo.Document{Software: nodeinfo.Software{Name: "xy", Version: "1 2"}, Metadata: nodeinfo.Metadata{NodeName: "ab"}}},
		{"federation not told", `{"software":{"name":"x"},"metadata":{"federation":{}}}`, nodeinfo.Document{Software: nodeinfo.Software{Name: "x"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := nodeinfo.Parse([]byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("document differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseCutsLongLists(t *testing.T) {
	t.Parallel()
	in := `{"software":{"name":"x"},"protocols":[` + strings.Repeat(`"p",`, 500) + `"q"]}`
	d, err := nodeinfo.Parse([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Protocols) != nodeinfo.MaxList {
		t.Errorf("got %d protocols, want %d", len(d.Protocols), nodeinfo.MaxList)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   string
		want error
	}{
		"nothing":           {``, nodeinfo.ErrMalformed},
		"a page":            {`<html>`, nodeinfo.ErrMalformed},
		"a list":            {`[]`, nodeinfo.ErrMalformed},
		"a name twice":      {`{"software":{"name":"x","name":"y"}}`, nodeinfo.ErrMalformed},
		"no software":       {`{"version":"2.1"}`, nodeinfo.ErrMalformed},
		"half a mebibyte":   {`{"software":{"name":"x"},"a":"` + strings.Repeat("a", 512<<10) + `"}`, nodeinfo.ErrTooLarge},
		"a thousand levels": {strings.Repeat(`{"a":`, 1000), nodeinfo.ErrMalformed},
	} {
		if d, err := nodeinfo.Parse([]byte(tc.in)); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, %v, want %v", name, d, err, tc.want)
		}
	}
}

func TestLinksAreTheVector(t *testing.T) {
	t.Parallel()
	links := nodeinfo.Links("https://lyon.example/", "https://lyon.example/actor")
	got, err := links.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := conformity.Validate("nodeinfo-links", got); err != nil {
		t.Error(err)
	}
	want, err := specs.Vectors.ReadFile("vectors/nodeinfo-links/links.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decoded(t, want), decoded(t, got)); diff != "" {
		t.Errorf("links differ (-want +got):\n%s", diff)
	}
	if href, err := nodeinfo.Newest(links); err != nil || href != "https://lyon.example/nodeinfo/2.1" {
		t.Errorf("Newest = %q, %v", href, err)
	}
	if id, ok := nodeinfo.Application(links); !ok || id != "https://lyon.example/actor" {
		t.Errorf("Application = %q, %v", id, ok)
	}
}

func TestNewest(t *testing.T) {
	t.Parallel()
	const rel = "http://nodeinfo.diaspora.software/ns/schema/"
	for _, tc := range []struct {
		name  string
		links []jrd.Link
		want  string
	}{
		{"only the old one", []jrd.Link{{Rel: rel + "1.0", Href: "https://a.example/1"}}, "https://a.example/1"},
		{"the newest, in any order", []jrd.Link{{Rel: rel + "2.1", Href: "https://a.example/2"}, {Rel: rel + "2.0", Href: "https://a.example/1"}}, "https://a.example/2"},
		{"a newest that is no address", []jrd.Link{{Rel: rel + "2.1", Href: "file:///2"}, {Rel: rel + "2.0", Href: "https://a.example/1"}}, "https://a.example/1"},
		{"a version nobody knows", []jrd.Link{{Rel: rel + "3.0", Href: "https://a.example/3"}}, ""},
		{"no version", []jrd.Link{{Rel: rel, Href: "https://a.example/3"}}, ""},
		{"another relation", []jrd.Link{{Rel: "self", Href: "https://a.example/3"}}, ""},
		{"nothing", nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := nodeinfo.Newest(&jrd.Document{Links: tc.links})
			if got != tc.want || (tc.want == "") != errors.Is(err, nodeinfo.ErrNoDocument) {
				t.Errorf("got %q, %v, want %q", got, err, tc.want)
			}
		})
	}
	if id, ok := nodeinfo.Application(&jrd.Document{Links: []jrd.Link{{Rel: nodeinfo.RelApplication, Href: "/actor"}}}); ok {
		t.Errorf("Application = %q", id)
	}
}

// FuzzParse holds that what is read can be written, and reads the same.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"2.0", "2.1"} {
		b, err := specs.Vectors.ReadFile("vectors/nodeinfo/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"software":{"name":"X"},"protocols":{"inbound":["a"]},"usage":{"users":{"total":1e3}},"metadata":{"neighbourhood":{}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := nodeinfo.Parse(b)
		if err != nil {
			return
		}
		written, err := d.Encode(nodeinfo.Version21)
		if err != nil {
			t.Fatalf("%s cannot be written: %v", b, err)
		}
		back, err := nodeinfo.Parse(written)
		if err != nil {
			t.Fatalf("%s does not read again: %v", written, err)
		}
		d.Version = nodeinfo.Version21
		if diff := cmp.Diff(d, back); diff != "" {
			t.Fatalf("reads differently (-first +second):\n%s", diff)
		}
	})
}

func decoded(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
