package jrd

import (
	"net/url"
	"strings"

	"palier/protocol/as2"
	"palier/protocol/origin"
)

// Relations that links of a document have.
const (
	RelSelf      = "self"
	RelProfile   = "http://webfinger.net/rel/profile-page"
	RelSubscribe = "http://ostatus.org/schema/1.0/subscribe"
	RelService   = as2.Namespace + "#Service" // a server's own actor, FEP-d556
	relLRDD      = "lrdd"
)

// ForActor returns the answer for an actor of ours: its handle, its id, the
// address of its page, and a template under which people sign in here to follow
// somebody elsewhere. The latter two may be empty.
func ForActor(h Handle, id, page, subscribe string) *Document {
	d := &Document{
		Subject: h.URI(),
		Aliases: []string{id},
		Links:   []Link{{Rel: RelSelf, Type: as2.MediaType, Href: id}},
	}
	if page != "" {
		if page != id {
			d.Aliases = append(d.Aliases, page)
		}
		d.Links = append(d.Links, Link{Rel: RelProfile, Type: "text/html", Href: page})
	}
	if subscribe != "" {
		d.Links = append(d.Links, Link{Rel: RelSubscribe, Template: subscribe})
	}
	return d
}

// ForServer returns the answer for the server at base, such as
// https://lyon.example, whose own actor has the id actor.
//
// Source: FEP-d556.
func ForServer(base, actor string) *Document {
	return &Document{
		Subject: strings.TrimSuffix(base, "/") + "/",
		Aliases: []string{actor},
		Links: []Link{
			{Rel: RelService, Type: as2.MediaType, Href: actor},
			{Rel: RelSelf, Type: as2.MediaType, Href: actor},
		},
	}
}

// Self returns the id of the actor that a document leads to. It returns
// [ErrNoActor] unless there is a self link to an ActivityStreams document at an
// http or https address.
func (d *Document) Self() (string, error) { return d.actor(RelSelf) }

// Server returns the id of a server's own actor, from the answer for
// https://host/. It returns [ErrNoActor] if there is none.
//
// Source: FEP-d556.
func (d *Document) Server() (string, error) {
	if id, err := d.actor(RelService); err == nil {
		return id, nil
	}
	return d.actor(RelSelf)
}

func (d *Document) actor(rel string) (string, error) {
	for _, l := range d.Links {
		if l.Rel == rel && isActivity(l.Type) && isWeb(l.Href) {
			return l.Href, nil
		}
	}
	return "", ErrNoActor
}

// Subscribe returns the template of the page where somebody of this document's
// server can follow an actor elsewhere, and false if it offers none. See
// [Expand].
func (d *Document) Subscribe() (template string, ok bool) {
	for _, l := range d.Links {
		if l.Rel == RelSubscribe && isTemplate(l.Template) {
			return l.Template, true
		}
	}
	return "", false
}

// Expand returns template with uri, escaped for a query, in place of {uri}.
func Expand(template, uri string) string {
	return strings.ReplaceAll(template, "{uri}", url.QueryEscape(uri))
}

// isTemplate tells whether s is a web address that has a place for a URI, and
// whose host does not depend on it.
func isTemplate(s string) bool {
	one, ok := origin.Of(Expand(s, "x"))
	other, _ := origin.Of(Expand(s, "y"))
	return ok && one == other && strings.Contains(s, "{uri}")
}

func isWeb(s string) bool {
	_, ok := origin.Of(s)
	return ok
}

// isActivity tells whether a media type is one of the two of ActivityStreams.
func isActivity(mediaType string) bool {
	kind, parameters, _ := strings.Cut(mediaType, ";")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case as2.MediaType:
		return true
	case "application/ld+json":
		return hasProfile(parameters)
	default:
		return false
	}
}

// hasProfile tells whether the parameters of a media type name ActivityStreams
// as its profile, or as one of several.
func hasProfile(parameters string) bool {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(p, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "profile") {
			continue
		}
		for profile := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(value), `"`)) {
			if profile == as2.Namespace {
				return true
			}
		}
	}
	return false
}
