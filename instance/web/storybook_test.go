package web_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"palier/instance/web/pages"
	"palier/instance/web/stories"
)

func newSet(t testing.TB) *pages.Set {
	t.Helper()
	set, err := pages.New(pages.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// rendered calls look with every story in every language.
func rendered(t *testing.T, look func(t *testing.T, page string)) {
	t.Helper()
	set := newSet(t)
	for _, l := range set.Languages().All() {
		for _, story := range stories.All() {
			t.Run(story.Name+"/"+l.Tag, func(t *testing.T) {
				t.Parallel()
				f := stories.Frame()
				f.Language = l
				var b bytes.Buffer
				if err := set.Render(&b, story.Tell(f)); err != nil {
					t.Fatal(err)
				}
				look(t, b.String())
			})
		}
	}
}

func TestStoriesHaveOneHeadingAndUniqueIDs(t *testing.T) {
	t.Parallel()
	rendered(t, func(t *testing.T, page string) {
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		headings, ids, fors := 0, map[string]bool{}, []string{}
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "h1" {
				headings++
			}
			if n.Data == "title" && n.FirstChild != nil && strings.Contains(n.FirstChild.Data, "<") {
				t.Errorf("a title holds no elements: %q", n.FirstChild.Data)
			}
			for _, a := range n.Attr {
				switch {
				case a.Key == "id" && ids[a.Val]:
					t.Errorf("id %q twice", a.Val)
				case a.Key == "id":
					ids[a.Val] = true
				case a.Key == "for", a.Key == "aria-describedby":
					fors = append(fors, a.Val)
				case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
					t.Errorf("<%s %s>: inline style or script", n.Data, a.Key)
				case strings.Contains(a.Val, "ZgotmplZ"):
					t.Errorf("<%s %s=%q>: a value was refused", n.Data, a.Key, a.Val)
				}
			}
		}
		if headings != 1 {
			t.Errorf("%d h1, want 1", headings)
		}
		for _, id := range fors {
			if !ids[id] {
				t.Errorf("something points to #%s, which is not there", id)
			}
		}
	})
}

// A key that has no words is shown as the key.
func TestStoriesShowNoKeys(t *testing.T) {
	t.Parallel()
	set := newSet(t)
	prefixes := map[string]bool{}
	for _, key := range set.Languages().All()[0].Keys() {
		before, _, _ := strings.Cut(key, ".")
		prefixes[before+"."] = true
	}
	rendered(t, func(t *testing.T, page string) {
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Type != html.TextNode {
				continue
			}
			text := strings.TrimSpace(n.Data)
			for prefix := range prefixes {
				if strings.HasPrefix(text, prefix) && !strings.Contains(text, " ") && len(text) > len(prefix) {
					t.Errorf("%q looks like a key", text)
				}
			}
		}
	})
}
