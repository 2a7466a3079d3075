package jrd

import (
	"fmt"
	"net/url"
	"strings"

	"palier/protocol/origin"
)

// Resource is what WebFinger is asked about: a handle or a web address, never
// both.
type Resource struct {
	Handle Handle
	URL    string
}

// ParseResource reads the resource of a query: anything that [ParseHandle]
// takes, or an http or https address. It returns [ErrResource] otherwise.
func ParseResource(s string) (Resource, error) {
	if len(s) <= MaxString && isWeb(s) {
		return Resource{URL: s}, nil
	}
	h, err := ParseHandle(s)
	if err != nil {
		return Resource{}, fmt.Errorf("%w: %w", ErrResource, err)
	}
	return Resource{Handle: h}, nil
}

// Server returns the origin, such as https://lyon.example, if the resource is a
// server as a whole: an address without path, query or fragment.
//
// Source: FEP-d556.
func (r Resource) Server() (string, bool) {
	o, ok := origin.Of(r.URL)
	if !ok {
		return "", false
	}
	u, err := url.Parse(r.URL)
	if err != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	return o, true
}

// String returns the resource as it is asked for: an acct: URI or an address.
func (r Resource) String() string {
	if r.URL != "" {
		return r.URL
	}
	return r.Handle.URI()
}

// WellKnown returns where the server at base, such as https://lyon.example, is
// asked about r unless its host-meta says otherwise.
//
// Source: RFC 7033 §4.1.
func WellKnown(base string, r Resource) string { return Expand(Template(base), r.String()) }

// Template returns the template of WebFinger queries at base, which host-meta
// tells; see [EncodeHostMeta].
func Template(base string) string {
	return strings.TrimSuffix(base, "/") + "/.well-known/webfinger?resource={uri}"
}
