package mastodon

import (
	"net/http"
	"net/url"
	"strings"

	"palier/instance"
	"palier/instance/timelines"
)

// page reads max_id, since_id, min_id and limit. A limit over the most is cut,
// not refused; ids compare, so that those of deleted posts keep working.
func (c *call) page(usual, most int) (timelines.Page, error) {
	p := timelines.Page{Limit: c.limit(usual, most)}
	for name, id := range map[string]*instance.ID{"max_id": &p.Before, "since_id": &p.Since, "min_id": &p.After} {
		var err error
		if *id, err = c.ID(name); err != nil {
			return p, &instance.Invalid{Field: name, Code: "malformed"}
		}
	}
	return p, nil
}

// limit is how much of a list is asked for.
func (c *call) limit(usual, most int) int {
	n := c.Number("limit", usual)
	if n <= 0 {
		n = usual
	}
	return min(n, most)
}

// link tells where a list goes on: older than last, if it does at all, and newer
// than first. A list with nothing in it goes nowhere.
func (s *Server) link(w http.ResponseWriter, r *http.Request, first, last instance.ID, more bool) {
	if first == 0 {
		return
	}
	var links []string
	if more {
		links = append(links, `<`+s.pageAddress(r, "max_id", last)+`>; rel="next"`)
	}
	links = append(links, `<`+s.pageAddress(r, "min_id", first)+`>; rel="prev"`)
	w.Header().Set("Link", strings.Join(links, ", "))
}

// pageAddress is the address that was asked for, at another page.
func (s *Server) pageAddress(r *http.Request, name string, id instance.ID) string {
	q := r.URL.Query()
	for _, old := range []string{"max_id", "since_id", "min_id", "access_token"} {
		q.Del(old)
	}
	q.Set(name, id.String())
	// Programs compare these with what they asked for: brackets stay brackets.
	return s.Site.Base() + r.URL.EscapedPath() + "?" + brackets.Replace(q.Encode())
}

var brackets = strings.NewReplacer("%5B", "[", "%5D", "]")

// pathID reads the id in the path.
func pathID(r *http.Request) (instance.ID, error) {
	return instance.ParseID(param(r, "id"))
}

// param is a part of the path, as it was meant.
func param(r *http.Request, name string) string {
	text := r.PathValue(name)
	if plain, err := url.PathUnescape(text); err == nil && r.URL.RawPath != "" {
		return plain
	}
	return text
}
