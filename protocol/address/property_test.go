package address_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"palier/protocol/address"
	"palier/protocol/as2"
)

// Generators are made anew for each test: rapid writes a generator's name down
// when it is first used, without a lock, so that tests that run beside one
// another may not share one.

func audiences() *rapid.Generator[address.Audience] {
	return rapid.SampledFrom(append(address.Audiences(), "", "galaxy"))
}

func ids() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		author, followers, group, bo, cem, as2.Public, "as:Public", "Public", "", "https://dinan.example/u/2", "https://asso.example/g/1/followers", "acct:x@y",
	})
}

func parties() *rapid.Generator[address.Parties] {
	return rapid.Custom(func(t *rapid.T) address.Parties {
		return address.Parties{
			Followers: rapid.SampledFrom([]string{followers, ""}).Draw(t, "followers"),
			Group:     ids().Draw(t, "group"),
			Named:     rapid.SliceOfN(ids(), 0, 6).Draw(t, "named"),
		}
	})
}

func viewer() *rapid.Generator[address.Viewer] {
	return rapid.Custom(func(t *rapid.T) address.Viewer {
		return address.Viewer{
			ID: ids().Draw(t, "id"), Follows: rapid.Bool().Draw(t, "follows"), Blocked: rapid.Bool().Draw(t, "blocked"),
			Circle: audiences().Draw(t, "circle"), Member: rapid.SliceOfN(ids(), 0, 3).Draw(t, "member"),
		}
	})
}

func TestWhatIsWrittenReadsNoWider(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, p := audiences().Draw(t, "audience"), parties().Draw(t, "parties")
		to, cc, leaves := address.Write(a, p)
		if !leaves {
			if len(to)+len(cc) > 0 {
				t.Fatalf("%q does not leave but names %v %v", a, to, cc)
			}
			return
		}
		got := address.Read(address.Recipients{To: to, CC: cc}, p.Followers)
		if !got.Within(a) {
			t.Fatalf("written for %q, read as %q", a, got)
		}
		if p.Followers != "" && got != a {
			t.Fatalf("written for %q, read as %q although everybody is known", a, got)
		}
		if slices.Contains(to, "") || slices.Contains(cc, "") {
			t.Fatalf("somebody without an id is named: %q %q", to, cc)
		}
	})
}

func TestLocalPostsHaveNoDestination(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, p := audiences().Draw(t, "audience"), parties().Draw(t, "parties")
		to, cc, leaves := address.Write(a, p)
		if (a.Local() || !slices.Contains(address.Audiences(), a)) && (leaves || len(to)+len(cc) > 0) {
			t.Fatalf("%q leaves to %v %v", a, to, cc)
		}
		r := address.Recipients{To: p.Named, CC: []string{p.Group, p.Followers}}
		if hosts := address.Destinations(a, r, "dinan.example"); !a.Leaves() && len(hosts) > 0 {
			t.Fatalf("%q goes to %v", a, hosts)
		}
		for _, h := range address.Destinations(a, r, "dinan.example") {
			if h == "dinan.example" || h == "" || strings.ToLower(h) != h {
				t.Fatalf("%q goes to %q", a, h)
			}
		}
	})
}

func TestAnswersAndEditsNeverWiden(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parent, asked := audiences().Draw(t, "parent"), audiences().Draw(t, "asked")
		got, err := address.Answer(parent, asked)
		if err == nil && (!got.Within(parent) || asked != "" && !got.Within(asked)) {
			t.Fatalf("Answer(%q, %q) = %q", parent, asked, got)
		}
		if err != nil && got != "" {
			t.Fatalf("Answer(%q, %q) = %q and %v", parent, asked, got, err)
		}
		if got := address.Edit(parent, asked); !got.Within(parent) {
			t.Fatalf("Edit(%q, %q) = %q", parent, asked, got)
		}
		n := address.Narrower(parent, asked)
		if !n.Within(parent) || !n.Within(asked) || n != address.Narrower(asked, parent) {
			t.Fatalf("Narrower(%q, %q) = %q", parent, asked, n)
		}
		c := audiences().Draw(t, "third")
		if parent.Within(asked) && asked.Within(c) && !parent.Within(c) {
			t.Fatalf("%q within %q within %q, but not within the last", parent, asked, c)
		}
	})
}

// Whoever may read a narrower post may read a wider one of the same author,
// place and recipients.
func TestReadersOfANarrowerPostReadTheWider(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := viewer().Draw(t, "viewer")
		a, b := audiences().Draw(t, "narrow"), audiences().Draw(t, "wide")
		to := rapid.SliceOfN(ids(), 0, 4).Draw(t, "recipients")
		narrow := address.Post{Author: author, Audience: a, Recipients: to}
		wide := address.Post{Author: author, Audience: b, Recipients: to}
		if a.Within(b) && address.MayRead(v, narrow) && !address.MayRead(v, wide) {
			t.Fatalf("%+v reads %q but not %q", v, a, b)
		}
	})
}

// The posts of one server's people say nothing to others of it: take a reader's
// own facts away, and only what is open stays.
func TestC09_AnotherOnTheSameServerReadsOnlyWhatIsOpen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := address.Post{Author: author, Audience: audiences().Draw(t, "audience"), Recipients: rapid.SliceOfN(ids(), 0, 4).Draw(t, "recipients")}
		other := address.Viewer{ID: "https://slough.example/users/deb"}
		if got := address.MayRead(other, p); got != p.Audience.Open() {
			t.Fatalf("reads %+v: %v", p, got)
		}
	})
}

func TestStrippedDocumentsNameNobodyInSecret(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := document(t, 3)
		o, err := as2.Parse([]byte(doc))
		if err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		out := address.Strip(o)
		p, err := as2.Parse(out)
		if err != nil {
			t.Fatalf("%s stripped to %s: %v", doc, out, err)
		}
		if strings.Contains(string(out), `"bto"`) || strings.Contains(string(out), `"bcc"`) {
			t.Fatalf("%s stripped to %s", doc, out)
		}
		if p.Has("to") != o.Has("to") || p.Has("object") != o.Has("object") {
			t.Fatalf("%s lost more: %s", doc, out)
		}
	})
}

// document draws an object with some of the properties that address, nested.
func document(t *rapid.T, depth int) string {
	var props []string
	for _, name := range []string{"to", "bto", "bcc", "object", "tag"} {
		if !rapid.Bool().Draw(t, name) {
			continue
		}
		value := `"x:1"`
		if depth > 0 && rapid.Bool().Draw(t, "nested") {
			value = document(t, depth-1)
		}
		if rapid.Bool().Draw(t, "list") {
			value = "[" + value + ", 1]"
		}
		props = append(props, `"`+name+`" : `+value)
	}
	return "{" + strings.Join(props, ",") + "}"
}

func FuzzHost(f *testing.F) {
	for _, s := range []string{bo, "https://[::1]:80/", "http://a.example:80", "https://plouër.example", "https://a@b", "https://a.example\\b", "http://0..", "https://a.example。"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, id string) {
		h, ok := address.Host(id)
		if !ok {
			if h != "" {
				t.Fatalf("Host(%q) = %q, refused", id, h)
			}
			return
		}
		if h == "" || h != strings.ToLower(h) || strings.ContainsAny(h, "/@?# \\") {
			t.Fatalf("Host(%q) = %q", id, h)
		}
		if again, ok := address.Host("https://" + h + "/"); !ok || again != strings.TrimSuffix(h, ":443") {
			t.Fatalf("Host(%q) = %q, asked again %q, %v", id, h, again, ok)
		}
	})
}

func FuzzRecipients(f *testing.F) {
	f.Add([]byte(`{"to":["` + as2.Public + `"],"cc":[{"id":"x:1"}],"bto":[["x"]],"audience":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := as2.Parse(b)
		if err != nil {
			return
		}
		r := address.Of(o)
		a := address.Read(r, followers)
		if a.Local() || !slices.Contains(address.Audiences(), a) {
			t.Fatalf("a stranger's document is for %q", a)
		}
		if len(r.All()) > 5*as2.MaxRecipients || slices.ContainsFunc(r.All(), as2.IsPublic) {
			t.Fatalf("recipients %v", r.All())
		}
		stripped, err := as2.Parse(address.Strip(o))
		if err != nil {
			t.Fatalf("stripped: %v", err)
		}
		if stripped.Has("bto") || stripped.Has("bcc") {
			t.Fatalf("stripped to %s", stripped.Raw())
		}
		if got := address.Read(address.Of(stripped), followers); got != a {
			t.Fatalf("stripping changes the audience from %q to %q", a, got)
		}
	})
}
