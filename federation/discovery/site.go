package discovery

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"palier/federation/limits"
	"palier/protocol/as2"
	"palier/protocol/jrd"
	"palier/protocol/nodeinfo"
	"palier/protocol/origin"
)

// Subjects knows the actors of this server.
type Subjects interface {
	// ByName returns the actor with that user name, without regard to case, and
	// false if there is none that may be found.
	ByName(ctx context.Context, name string) (Subject, bool, error)
	// ByURL returns the actor with that id or page, and false likewise.
	ByURL(ctx context.Context, url string) (Subject, bool, error)
}

// Subject is an actor of ours as WebFinger tells it.
type Subject struct {
	Handle jrd.Handle
	ID     string
	Page   string // empty if it has none
}

// About is what this server tells about itself.
type About interface {
	// NodeInfo returns our NodeInfo document.
	NodeInfo(ctx context.Context) (nodeinfo.Document, error)
	// Application returns our own actor's document. It is served to everyone,
	// also unsigned: a server that wants our signature verified has to be able to
	// read the key first (B14).
	Application(ctx context.Context) ([]byte, error)
}

// SiteOptions configures a [Site]. Zero fields take the defaults named.
type SiteOptions struct {
	Base     string   // our public address, such as https://lyon.example; required
	Actor    string   // id of our own actor; required
	Hosts    []string // hosts of our handles besides that of Base
	Subjects Subjects // required
	About    About    // required
	// Subscribe is the template of the page where people follow somebody
	// elsewhere, with {uri}; empty if there is none.
	Subscribe string
	Now       func() time.Time // required

	// PerAddress is how many questions a second one address may ask, Burst how
	// many at once. Defaults 50 and 1,000.
	PerAddress rate.Limit
	Burst      int
	// Address tells where a request comes from; nil means r.RemoteAddr.
	Address func(r *http.Request) string
}

// Site answers questions about this server.
type Site struct {
	o      SiteOptions
	name   string // of our own actor: our host without its port
	hosts  map[string]bool
	askers *limits.Buckets
}

// maxAskers is how many addresses are counted at a time.
const maxAskers = 10_000

// NewSite returns a site. It panics if a required option is missing or Base is
// no address, which is a mistake of the program and not of its surroundings.
func NewSite(o SiteOptions) *Site {
	base, ok := origin.Of(o.Base)
	if !ok || o.Actor == "" || o.Subjects == nil || o.About == nil || o.Now == nil {
		panic("discovery: SiteOptions needs Base, Actor, Subjects, About and Now")
	}
	o.Base = base
	if o.PerAddress <= 0 {
		o.PerAddress = 50
	}
	if o.Burst <= 0 {
		o.Burst = 1000
	}
	if o.Address == nil {
		o.Address = remoteHost
	}
	_, host, _ := strings.Cut(base, "://")
	name, _, _ := strings.Cut(host, ":")
	s := &Site{o: o, name: name, hosts: map[string]bool{host: true}, askers: limits.New(o.PerAddress, o.Burst, maxAskers)}
	for _, h := range o.Hosts {
		s.hosts[h] = true
	}
	return s
}

func remoteHost(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// Mount gives every path of the site to handle, which is the Handle method of a
// router.
func (s *Site) Mount(handle func(pattern string, h http.Handler)) {
	handle("/.well-known/webfinger", s.open(s.webfinger))
	handle("/.well-known/host-meta", s.open(s.hostMeta))
	handle(nodeinfo.WellKnown, s.open(s.nodeInfoLinks))
	handle(nodeinfo.Path(nodeinfo.Version21), s.open(s.nodeInfo(nodeinfo.Version21)))
	handle(nodeinfo.Path(nodeinfo.Version20), s.open(s.nodeInfo(nodeinfo.Version20)))
	if at, ok := origin.Of(s.o.Actor); ok {
		if path := strings.TrimPrefix(s.o.Actor, at); strings.HasPrefix(path, "/") {
			handle(path, s.open(s.application))
		}
	}
}

// reply is an answer that is about to be written.
type reply struct {
	mediaType string
	body      []byte
}

// refusal is an answer of another kind.
type refusal struct {
	status int
	code   string
}

func (r *refusal) Error() string { return r.code }

// errNobody is the one answer for what is not here and for what may not be found.
var errNobody = &refusal{http.StatusNotFound, "not_found"}

// open wraps a question that everyone may ask, from any page on the web too.
func (s *Site) open(answer func(r *http.Request) (reply, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("X-Content-Type-Options", "nosniff")
		switch r.Method {
		case http.MethodGet, http.MethodHead:
		case http.MethodOptions:
			h.Set("Access-Control-Allow-Methods", "GET, HEAD")
			h.Set("Access-Control-Allow-Headers", "Accept")
			w.WriteHeader(http.StatusNoContent)
			return
		default:
			h.Set("Allow", "GET, HEAD, OPTIONS")
			refuse(w, &refusal{http.StatusMethodNotAllowed, "method_not_allowed"})
			return
		}
		if wait, ok := s.askers.Take(s.o.Address(r), s.o.Now()); !ok {
			h.Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
			refuse(w, &refusal{http.StatusTooManyRequests, "too_many_requests"})
			return
		}
		a, err := answer(r)
		if err != nil {
			refuse(w, err)
			return
		}
		h.Set("Content-Type", a.mediaType)
		h.Set("Cache-Control", "public, max-age=600")
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(a.body) // who asked has gone if this fails
		}
	})
}

// refuse writes an error as JSON. Trouble of our own is told as that and not
// more; whoever implements the interfaces logs it.
func refuse(w http.ResponseWriter, err error) {
	no, ok := errors.AsType[*refusal](err)
	if !ok {
		w.Header().Set("Retry-After", "30")
		no = &refusal{http.StatusServiceUnavailable, "unavailable"}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(no.status)
	_, _ = w.Write([]byte(`{"error":"` + no.code + `"}` + "\n"))
}

func (s *Site) webfinger(r *http.Request) (reply, error) {
	asked := r.URL.Query()["resource"]
	if len(asked) != 1 || asked[0] == "" {
		return reply{}, &refusal{http.StatusBadRequest, "resource_missing"}
	}
	what, err := jrd.ParseResource(asked[0])
	if err != nil {
		return reply{}, &refusal{http.StatusBadRequest, "resource_malformed"}
	}
	d, err := s.describe(r.Context(), what)
	if err != nil {
		return reply{}, err
	}
	d.Links = wanted(d.Links, r.URL.Query()["rel"])
	body, err := d.Encode()
	return reply{jrd.MediaType, body}, err
}

// describe finds what a WebFinger question is about.
func (s *Site) describe(ctx context.Context, what jrd.Resource) (*jrd.Document, error) {
	var (
		subject Subject
		found   bool
		err     error
	)
	switch base, server := what.Server(); {
	case server && base == s.o.Base, what.URL == s.o.Actor:
		return jrd.ForServer(s.o.Base, s.o.Actor), nil
	case what.URL != "" && origin.Same(what.URL, s.o.Base):
		subject, found, err = s.o.Subjects.ByURL(ctx, what.URL)
	case what.URL == "" && s.hosts[what.Handle.Host]:
		if what.Handle.Name == s.name { // acct:lyon.example@lyon.example is our own actor
			return jrd.ForActor(what.Handle, s.o.Actor, "", ""), nil
		}
		subject, found, err = s.o.Subjects.ByName(ctx, what.Handle.Name)
	}
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errNobody
	}
	return jrd.ForActor(subject.Handle, subject.ID, subject.Page, s.o.Subscribe), nil
}

// wanted keeps the links of the relations asked for, all if none is (RFC 7033 §4.3).
func wanted(links []jrd.Link, rels []string) []jrd.Link {
	if len(rels) == 0 {
		return links
	}
	var kept []jrd.Link
	for _, l := range links {
		for _, rel := range rels {
			if l.Rel == rel {
				kept = append(kept, l)
				break
			}
		}
	}
	return kept
}

func (s *Site) hostMeta(*http.Request) (reply, error) {
	body, err := jrd.EncodeHostMeta(jrd.Template(s.o.Base))
	return reply{jrd.HostMetaType + "; charset=utf-8", body}, err
}

func (s *Site) nodeInfoLinks(*http.Request) (reply, error) {
	body, err := nodeinfo.Links(s.o.Base, s.o.Actor).Encode()
	return reply{"application/json", body}, err
}

func (s *Site) nodeInfo(version string) func(*http.Request) (reply, error) {
	return func(r *http.Request) (reply, error) {
		d, err := s.o.About.NodeInfo(r.Context())
		if err != nil {
			return reply{}, err
		}
		body, err := d.Encode(version)
		return reply{nodeinfo.MediaType(version), body}, err
	}
}

func (s *Site) application(r *http.Request) (reply, error) {
	body, err := s.o.About.Application(r.Context())
	return reply{as2.MediaType, body}, err
}
