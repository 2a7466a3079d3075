package instance

import (
	"fmt"
	"net/url"
	"strings"
)

// Site is where this server stands: its public base URL, from which every id
// and page address is made.
type Site struct {
	base   string
	host   string
	secret string // see [Site.Sealed]
}

// NewSite reads the public base URL: scheme and host, nothing more.
func NewSite(base string) (Site, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return Site{}, fmt.Errorf("public address %q is not like https://name", base)
	}
	host := strings.ToLower(u.Host)
	return Site{base: u.Scheme + "://" + host, host: host}, nil
}

// Base is the public base URL, without a slash at the end.
func (s Site) Base() string { return s.base }

// Host is host[:port] as it stands in handles.
func (s Site) Host() string { return s.host }

// Name is the host without its port: what the server's own actor is called.
func (s Site) Name() string {
	name, _, _ := strings.Cut(s.host, ":")
	return name
}

// Secure tells whether the public address is https.
func (s Site) Secure() bool { return strings.HasPrefix(s.base, "https://") }

// Owns tells whether uri is one of ours.
func (s Site) Owns(uri string) bool {
	return strings.HasPrefix(uri, s.base+"/") || uri == s.base
}

// ServerActor is the id of the server's own actor.
func (s Site) ServerActor() string { return s.base + "/actor" }

// Inbox is the inbox all our actors share.
func (s Site) Inbox() string { return s.base + "/inbox" }

// PersonURI is the id of a person; opaque, so that names can change.
func (s Site) PersonURI(id ActorID) string { return s.base + "/u/" + id.String() }

// GroupURI is the id of a group.
func (s Site) GroupURI(key string) string { return s.base + "/g/" + key }

// Page is the address of an actor's page.
func (s Site) Page(username string) string { return s.base + "/@" + username }

// PostURI is the id of a post.
func (s Site) PostURI(id PostID) string { return s.base + "/o/" + id.String() }

// PostPage is the address of a post's page; its number stands last.
func (s Site) PostPage(username string, id PostID) string {
	return s.base + "/@" + username + "/" + id.String()
}

// EventPage is the address of the page of a meeting.
func (s Site) EventPage(id PostID) string { return s.base + "/e/" + id.String() }

// ThreadURI is the id of the collection of a thread's posts.
func (s Site) ThreadURI(id PostID) string { return s.base + "/t/" + id.String() }

// ActivityURI is the id of an activity of ours.
func (s Site) ActivityURI(id ID) string { return s.base + "/a/" + id.String() }

// AgreementURI is the id of an agreement that somebody here made; its page is for
// the two alone.
func (s Site) AgreementURI(id ID) string { return s.base + "/agreements/" + id.String() }

// HomeURI is the id of a home of a housing programme; only partners may read what
// is there.
func (s Site) HomeURI(id ListingID) string { return s.base + "/h/" + id.String() }

// TagPage is the address of a hashtag's page.
func (s Site) TagPage(tag string) string { return s.base + "/tags/" + url.PathEscape(tag) }

// MediaURL is the address of a file in the media store.
func (s Site) MediaURL(file string) string {
	if file == "" {
		return ""
	}
	return s.base + "/media/" + file
}
