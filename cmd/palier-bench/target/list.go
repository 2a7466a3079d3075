package target

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Total asks how many things a page says there are: totalItems of a collection,
// or the first group of pattern in whatever the page is.
func (s *Server) Total(ctx context.Context, address string, pattern *regexp.Regexp) (int, error) {
	body, _, err := s.page(ctx, address)
	if err != nil {
		return 0, err
	}
	if pattern == nil {
		var c struct {
			TotalItems *int `json:"totalItems"`
		}
		if err := json.Unmarshal(body, &c); err != nil || c.TotalItems == nil {
			return 0, fmt.Errorf("count at %s: no totalItems; name a pattern for another kind of page", address)
		}
		return *c.TotalItems, nil
	}
	found := pattern.FindSubmatch(body)
	if len(found) < 2 {
		return 0, fmt.Errorf("count at %s: nothing there that %s finds with a group", address, pattern)
	}
	digits := strings.NewReplacer(",", "", ".", "", " ", "", "\u00a0", "", "\u202f", "").Replace(string(found[1]))
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0, fmt.Errorf("count at %s: %w", address, err)
	}
	return n, nil
}

// maxPages is how many pages of one list are read at most.
const maxPages = 20_000

// Marks reads a list to its end, page after page, and returns everything in it
// that pattern finds. The next page is what a collection's first and next, a
// Link header, or a link with rel=next in HTML lead to.
func (s *Server) Marks(ctx context.Context, address string, pattern *regexp.Regexp) (map[string]bool, error) {
	marks := make(map[string]bool)
	seen := make(map[string]bool)
	for address != "" && !seen[address] {
		if len(seen) == maxPages {
			return nil, fmt.Errorf("list %s: more than %d pages", address, maxPages)
		}
		seen[address] = true
		body, header, err := s.page(ctx, address)
		if err != nil {
			return nil, err
		}
		for _, mark := range pattern.FindAll(body, -1) {
			marks[string(mark)] = true
		}
		if address, err = next(address, header, body); err != nil {
			return nil, err
		}
	}
	return marks, nil
}

var (
	linkNext = regexp.MustCompile(`<([^<>]+)>\s*;[^,]*rel="?next"?`)
	htmlLink = regexp.MustCompile(`<(?:a|link)\s[^<>]*>`)
	relNext  = regexp.MustCompile(`\brel="[^"]*\bnext\b[^"]*"`)
	href     = regexp.MustCompile(`\bhref="([^"]+)"`)
)

// next returns the address of the page after this one, empty if it is the last.
func next(address string, header http.Header, body []byte) (string, error) {
	var ref string
	if found := linkNext.FindStringSubmatch(strings.Join(header.Values("Link"), ", ")); found != nil {
		ref = found[1]
	} else if strings.Contains(header.Get("Content-Type"), "json") {
		ref = nextInJSON(body)
	} else {
		ref = nextInHTML(body)
	}
	if ref == "" {
		return "", nil
	}
	base, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	u, err := base.Parse(ref)
	if err != nil {
		return "", fmt.Errorf("page after %s: %w", address, err)
	}
	return u.String(), nil
}

func nextInJSON(body []byte) string {
	var c struct{ First, Next reference }
	if json.Unmarshal(body, &c) != nil {
		return "" // a list by itself
	}
	switch {
	case c.Next.id != "":
		return c.Next.id
	case c.First.next != "":
		return c.First.next // the first page came with the collection
	case c.First.whole:
		return ""
	}
	return c.First.id
}

// reference is a page by its id, or the page itself.
type reference struct {
	id, next string
	whole    bool
}

// UnmarshalJSON takes both forms.
func (r *reference) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &r.id) == nil {
		return nil
	}
	var page struct{ ID, Next string }
	if err := json.Unmarshal(b, &page); err != nil {
		return err
	}
	r.id, r.next, r.whole = page.ID, page.Next, true
	return nil
}

func nextInHTML(body []byte) string {
	for _, link := range htmlLink.FindAll(body, -1) {
		if found := href.FindSubmatch(link); found != nil && relNext.Match(link) {
			return html.UnescapeString(string(found[1]))
		}
	}
	return ""
}
