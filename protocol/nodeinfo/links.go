package nodeinfo

import (
	"fmt"
	"strings"

	"palier/protocol/as2"
	"palier/protocol/jrd"
	"palier/protocol/origin"
)

// WellKnown is the path of the links, which are a document of package jrd.
const WellKnown = "/.well-known/nodeinfo"

// schema starts the relation of a link to a document of some version.
const schema = "http://nodeinfo.diaspora.software/ns/schema/"

// RelApplication is the relation of a link to the server's own actor.
//
// Source: FEP-2677.
const RelApplication = as2.Namespace + "#Application"

// Path returns the path of our document of a version.
func Path(version string) string { return "/nodeinfo/" + version }

// Links returns the links of the server at base, such as https://lyon.example,
// whose own actor has the id application.
func Links(base, application string) *jrd.Document {
	base = strings.TrimSuffix(base, "/")
	return &jrd.Document{Links: []jrd.Link{
		{Rel: schema + Version21, Href: base + Path(Version21)},
		{Rel: schema + Version20, Href: base + Path(Version20)},
		{Rel: RelApplication, Href: application},
	}}
}

// Newest returns the address of the document with the highest version of 2.x or
// 1.x that links lead to. It returns [ErrNoDocument] if there is none.
func Newest(links *jrd.Document) (href string, err error) {
	newest := ""
	for _, l := range links.Links {
		version, ok := strings.CutPrefix(l.Rel, schema)
		if ok && isVersion(version) && version > newest && isWeb(l.Href) {
			newest, href = version, l.Href
		}
	}
	if href == "" {
		return "", fmt.Errorf("%w among %d links", ErrNoDocument, len(links.Links))
	}
	return href, nil
}

// Application returns the id of the server's own actor, and false if the links
// name none. Whether it lives on that server is for the caller to check.
//
// Source: FEP-2677.
func Application(links *jrd.Document) (id string, ok bool) {
	for _, l := range links.Links {
		if l.Rel == RelApplication && isWeb(l.Href) {
			return l.Href, true
		}
	}
	return "", false
}

// isVersion tells whether s is 1.x or 2.x with one digit.
func isVersion(s string) bool {
	return len(s) == 3 && (s[0] == '1' || s[0] == '2') && s[1] == '.' && s[2] >= '0' && s[2] <= '9'
}

func isWeb(s string) bool {
	_, ok := origin.Of(s)
	return ok
}
