package feeds_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/feeds"
)

// rss is a feed of items.
func rss(items ...string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Mairie de Dinan</title><link>https://mairie.example/</link><language>fr-FR</language>` +
		strings.Join(items, "") + `</channel></rss>`)
}

// entry is an item of a feed, written some hours before the tests begin.
func entry(id, title string, hours int, more ...string) string {
	at := apptest.Start.Add(-time.Duration(hours) * time.Hour).UTC().Format(time.RFC1123Z)
	return `<item><guid isPermaLink="false">` + id + `</guid><link>https://mairie.example/` + id + `</link><title>` + title + `</title><pubDate>` + at + `</pubDate>` + strings.Join(more, "") + `</item>`
}

func TestFeedsAreReadAsPlainWords(t *testing.T) {
	t.Parallel()
	r, err := feeds.Parse(rss(
		entry("2", "Travaux &amp;amp; d&#233;tours", 2, `<description><![CDATA[<p>La rue <b>ferme</b>.</p><script>alert(1)</script><img src="https://x.example/p.gif">]]></description>`),
		entry("1", "&lt;b&gt;Conseil&lt;/b&gt;", 5, "<description>"+strings.Repeat("mot ", 300)+"</description>"),
		entry("2", "Le même", 1),
		entry("old", "Il y a longtemps", 31*24),
		`<item><title>Nulle part</title></item>`,
		`<item><title>Script</title><link>javascript:alert(1)</link></item>`,
	), apptest.Start)
	if err != nil || len(r.Items) != 2 {
		t.Fatalf("read %+v, %v", r.Items, err)
	}
	if r.Name != "Mairie de Dinan" || r.Items[0].Language != "fr" {
		t.Errorf("named %q, in %q", r.Name, r.Items[0].Language)
	}
	first, second := r.Items[0], r.Items[1]
	if first.Title != "Conseil" || !strings.HasSuffix(first.Summary, "…") || utf8.RuneCountInString(first.Summary) > 300 {
		t.Errorf("the first: %+v", first)
	}
	if second.Summary != "La rue ferme." || second.Link != "https://mairie.example/2" || !second.At.Equal(apptest.Start.Add(-2*time.Hour).Truncate(time.Second)) {
		t.Errorf("the second: %+v", second)
	}
}

func TestAtomAndOlderFeedsAreRead(t *testing.T) {
	t.Parallel()
	atom := `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="br"><title type="html">Kevre&lt;i&gt;digezh&lt;/i&gt;</title><id>urn:x</id>
		<entry><id>urn:1</id><title>Fest-noz</title><link rel="alternate" href="https://asso.example/1"/><updated>` + apptest.Start.Add(-time.Hour).Format(time.RFC3339) + `</updated><summary type="html">&lt;p&gt;Sadorn&lt;/p&gt;</summary></entry></feed>`
	r, err := feeds.Parse([]byte(atom), apptest.Start)
	if err != nil || r.Name != "Kevredigezh" || len(r.Items) != 1 || r.Items[0].Title != "Fest-noz" || r.Items[0].Summary != "Sadorn" || r.Items[0].Link != "https://asso.example/1" {
		t.Errorf("Atom: %+v, %v", r, err)
	}
	latin := []byte("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss version=\"0.91\"><channel><title>F\xeate</title><item><title>\xc9t\xe9</title><link>http://asso.example/2</link></item></channel></rss>")
	if r, err = feeds.Parse(latin, apptest.Start); err != nil || r.Name != "Fête" || len(r.Items) != 1 || r.Items[0].Title != "Été" || !r.Items[0].At.Equal(apptest.Start) {
		t.Errorf("RSS 0.91: %+v, %v", r, err)
	}
}

func TestWhatIsNoFeedOrTooMuch(t *testing.T) {
	t.Parallel()
	lol := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rss version="2.0"><channel><title>&b;</title></channel></rss>`
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"nothing":           {nil, "no-feed"},
		"a page":            {[]byte("<!DOCTYPE html><html><body>Bonjour</body></html>"), "no-feed"},
		"JSON":              {[]byte(`{"version": "https://jsonfeed.org/version/1.1", "items": []}`), "no-feed"},
		"two megabytes":     {append(rss(), make([]byte, 2<<20)...), "too-large"},
		"entities of it":    {[]byte(lol), "no-feed"},
		"a tower":           {rss("<item>" + strings.Repeat("<a>", 10_000) + strings.Repeat("</a>", 10_000) + "</item>"), "no-feed"},
		"a forest":          {rss(strings.Repeat("<a/>", 60_000)), "no-feed"},
		"a wall of the dot": {bytes.Repeat([]byte{'<'}, 1<<20), "no-feed"},
	} {
		_, err := feeds.Parse(c.body, apptest.Start)
		invalid, ok := errors.AsType[*instance.Invalid](err)
		if !ok || invalid.Code != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	var many []string
	for i := range 900 {
		many = append(many, entry(fmt.Sprint(i), fmt.Sprint("N", i), i/2))
	}
	r, err := feeds.Parse(rss(many...), apptest.Start)
	if err != nil || len(r.Items) != feeds.MaxEntries || r.Items[len(r.Items)-1].Title != "N1" {
		t.Errorf("of many: %d, %v", len(r.Items), err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(rss(entry("1", "Un", 1, "<description>x</description>")))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/"><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></title><entry><id>1</id><link href="b"/><content type="html">&lt;p&gt;</content></entry></feed>`))
	f.Add([]byte(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item><link>http://a.example</link><title>x</title></item></rdf:RDF>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := feeds.Parse(b, apptest.Start)
		if err != nil {
			return
		}
		if len(r.Items) > feeds.MaxEntries {
			t.Errorf("%d entries", len(r.Items))
		}
		for _, it := range r.Items {
			if !strings.HasPrefix(it.Link, "http://") && !strings.HasPrefix(it.Link, "https://") {
				t.Errorf("it leads to %q", it.Link)
			}
			if it.Title == "" || strings.ContainsAny(it.Title+it.Link+it.Summary, "\r\n\x00") || !utf8.ValidString(it.Title+it.Summary+it.Link) {
				t.Errorf("a line goes on: %q %q", it.Title, it.Summary)
			}
			if it.At.After(apptest.Start) {
				t.Errorf("written at %s", it.At)
			}
		}
	})
}
