package feeds

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html/charset"

	"palier/instance"
	"palier/instance/writing"
)

// Limits of a feed.
const (
	// MaxBytes is how long one is.
	MaxBytes = 1 << 20
	// MaxEntries is how many entries are looked at of one, the newest.
	MaxEntries = 100

	maxTags    = 50_000 // of any kind in it
	maxDepth   = 48     // of tags within tags
	maxSummary = 300    // characters
	maxLink    = 1000   // bytes
	// old is when an entry is no news any more.
	old = 30 * 24 * time.Hour
)

// Item is one entry of a feed.
type Item struct {
	GUID     string // a digest of the name that the feed knows it by
	Link     string
	Title    string
	Summary  string // plain text, cut
	Language string
	At       time.Time // when it was written, never later than now
}

// Read is what a feed holds.
type Read struct {
	Name  string
	Items []Item // the oldest first, at most [MaxEntries]
}

// Parse reads a feed: RSS 0.9x to 2.0 or Atom (RFC 4287). What is older than 30
// days at now, and what leads nowhere, is left out. It returns an
// [instance.Invalid] where nothing can be read: too-large, no-feed.
func Parse(b []byte, now time.Time) (Read, error) {
	if len(b) > MaxBytes {
		return Read{}, &instance.Invalid{Field: "feed", Code: "too-large"}
	}
	none := &instance.Invalid{Field: "feed", Code: "no-feed"}
	if !harmless(b) {
		return Read{}, none
	}
	if sort := gofeed.DetectFeedType(bytes.NewReader(b)); sort != gofeed.FeedTypeAtom && sort != gofeed.FeedTypeRSS {
		return Read{}, none
	}
	f, err := gofeed.NewParser().Parse(bytes.NewReader(b))
	if err != nil {
		return Read{}, errors.Join(none, err)
	}
	read := Read{Name: writing.CleanName(writing.Plain(f.Title, 100))}
	seen := map[string]bool{}
	for _, i := range f.Items {
		it, ok := item(i, now)
		if !ok || seen[it.GUID] || seen[it.Link] {
			continue
		}
		it.Language = languageOf(f.Language)
		seen[it.GUID], seen[it.Link] = true, true
		read.Items = append(read.Items, it)
	}
	slices.SortStableFunc(read.Items, func(a, b Item) int { return a.At.Compare(b.At) })
	read.Items = read.Items[max(0, len(read.Items)-MaxEntries):]
	return read, nil
}

// harmless tells whether b can be read without asking for more than it is worth:
// no entities of its own, not too many tags, not too deep. The parser behind it
// goes down into tags by calling itself.
func harmless(b []byte) bool {
	if bytes.Count(b, []byte("<")) > maxTags {
		return false
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict, d.CharsetReader = false, charset.NewReaderLabel
	depth := 0
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			return false
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.Directive:
			if bytes.Contains(bytes.ToUpper(t), []byte("ENTITY")) {
				return false
			}
		}
		if depth > maxDepth {
			return false
		}
	}
}

// item is an entry as it is shown, unless it leads nowhere or is too old.
func item(i *gofeed.Item, now time.Time) (Item, bool) {
	link, ok := linkOf(i.Link)
	if !ok {
		return Item{}, false
	}
	it := Item{Link: link, Title: writing.CleanLine(writing.Plain(i.Title, instance.MaxTitle), instance.MaxTitle), At: now}
	summary := i.Description
	if summary == "" {
		summary = i.Content
	}
	it.Summary = writing.Plain(summary, maxSummary)
	if it.Title == "" {
		it.Title = writing.CleanLine(writing.Plain(summary, 80), instance.MaxTitle)
	}
	at := i.PublishedParsed
	if at == nil {
		at = i.UpdatedParsed
	}
	if at != nil && at.Before(now) {
		it.At = *at
	}
	guid := i.GUID
	if guid == "" {
		guid = link
	}
	sum := sha256.Sum256([]byte(guid))
	it.GUID = hex.EncodeToString(sum[:16])
	return it, it.Title != "" && it.At.After(now.Add(-old))
}

// linkOf is where an entry leads: to a page of the web and nowhere else.
func linkOf(typed string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(typed))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	s := u.String()
	return s, len(s) <= maxLink && s == writing.CleanLine(s, maxLink)
}

// languageOf is the language a feed says it is in, or none.
func languageOf(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	for _, r := range tag {
		if r < 'a' || r > 'z' {
			return ""
		}
	}
	if len(tag) < 2 || len(tag) > 3 {
		return ""
	}
	return tag
}
