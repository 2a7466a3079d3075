// Package nodeinfo reads and writes what a server tells about itself to those
// who count and compare servers: the links at /.well-known/nodeinfo and the
// NodeInfo document they lead to.
//
// NodeInfo is for people and statistics. What a server can do is never to be
// read from it (FEP-0151); that stands in its actor's implements (FEP-844e).
//
// Sources: NodeInfo 2.0 and 2.1, FEP-f1d5, FEP-0151, FEP-2677.
package nodeinfo

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"palier/protocol/as2"
)

// The versions that are written. Others of 1.x and 2.x are read.
const (
	Version20 = "2.0"
	Version21 = "2.1"
)

// The bounds of a document that is read. [Parse] refuses what is longer than
// MaxBytes and cuts what passes the others.
const (
	MaxBytes = 256 << 10
	MaxList  = 100 // entries of any list
)

var (
	// ErrMalformed is returned for bytes that are not a NodeInfo document.
	ErrMalformed = errors.New("malformed NodeInfo")
	// ErrTooLarge is returned for a document of more than [MaxBytes].
	ErrTooLarge = errors.New("NodeInfo too large")
	// ErrVersion is returned for a version that is not written.
	ErrVersion = errors.New("unknown version of NodeInfo")
	// ErrNoDocument is returned when the links lead to no document.
	ErrNoDocument = errors.New("no NodeInfo document")
)

// Document is what a server tells about itself.
type Document struct {
	Version           string   `json:"version"`
	Software          Software `json:"software"`
	Protocols         []string `json:"protocols"` // activitypub, …
	Services          Services `json:"services"`
	OpenRegistrations bool     `json:"openRegistrations"`
	Usage             Usage    `json:"usage"`
	Metadata          Metadata `json:"metadata"`
}

// Software names the program. Repository and Homepage came with version 2.1.
type Software struct {
	Name       string `json:"name"` // lower-case letters, digits and hyphens
	Version    string `json:"version"`
	Repository string `json:"repository,omitempty"`
	Homepage   string `json:"homepage,omitempty"`
}

// Services are the foreign sites that messages come from and go to.
type Services struct {
	Inbound  []string `json:"inbound"`
	Outbound []string `json:"outbound"`
}

// Usage counts people and posts. What is nil is not told.
type Usage struct {
	Users         Users  `json:"users"`
	LocalPosts    *int64 `json:"localPosts,omitempty"`
	LocalComments *int64 `json:"localComments,omitempty"`
}

// Users counts people. A server of ours tells none of it: in a small place the
// number alone says who is away.
type Users struct {
	Total          *int64 `json:"total,omitempty"`
	ActiveHalfyear *int64 `json:"activeHalfyear,omitempty"` // 180 days
	ActiveMonth    *int64 `json:"activeMonth,omitempty"`    // 30 days
}

// Metadata is what servers add freely, as far as it is known here.
type Metadata struct {
	NodeName        string         `json:"nodeName,omitempty"`
	NodeDescription string         `json:"nodeDescription,omitempty"`
	StaffAccounts   []string       `json:"staffAccounts,omitempty"` // ids of actors
	Federation      *Federation    `json:"federation,omitzero"`
	Neighbourhood   *Neighbourhood `json:"neighbourhood,omitzero"`
	Upstream        *Upstream      `json:"upstream,omitzero"`
}

// Upstream names the program whose client API the server speaks. Client programs
// that do not know a server by its own name look here.
type Upstream struct {
	Name string `json:"name"`
}

// Federation tells whether the server talks to others at all.
type Federation struct {
	Enabled bool `json:"enabled"`
}

// Neighbourhood is what Palier servers add: ids of their public Groups, the
// official codes of the areas they are about, the address of their directory.
type Neighbourhood struct {
	Groups      []string `json:"groups,omitempty"`
	Territories []string `json:"territories,omitempty"`
	Directory   string   `json:"directory,omitempty"`
}

// Encode returns the document as JSON of the given version, whatever d.Version
// says, without what that version does not have. It returns [ErrVersion] for a
// version other than [Version20] and [Version21].
func (d Document) Encode(version string) ([]byte, error) {
	switch version {
	case Version20:
		d.Software.Repository, d.Software.Homepage = "", ""
	case Version21:
	default:
		return nil, fmt.Errorf("encode NodeInfo: %w: %.20q", ErrVersion, version)
	}
	d.Version = version
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encode NodeInfo: %w", err)
	}
	return b, nil
}

// MediaType returns what a document of a version is served as.
func MediaType(version string) string {
	return `application/json; profile="` + schema + version + `#"`
}

// Parse reads the document of somebody else's server. Whatever is missing or
// of another type than expected is left empty; the name of the software is made
// lower-case; negative counts are not told. The protocols may stand in the form
// of version 1.
//
// It returns [ErrTooLarge], and [ErrMalformed] for bytes that are no JSON
// object or that name no software.
func Parse(b []byte) (Document, error) {
	if len(b) > MaxBytes {
		return Document{}, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	o, err := as2.Parse(b)
	if err != nil {
		return Document{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	software := object(o, "software")
	d := Document{
		Version: o.Line("version"),
		Software: Software{
			Name:       strings.ToLower(software.Line("name")),
			Version:    software.Line("version"),
			Repository: software.URL("repository"),
			Homepage:   software.URL("homepage"),
		},
		Protocols:         protocols(o),
		OpenRegistrations: o.True("openRegistrations"),
		Usage:             usage(object(o, "usage")),
		Metadata:          metadata(object(o, "metadata")),
	}
	services := object(o, "services")
	d.Services = Services{Inbound: list(services, "inbound"), Outbound: list(services, "outbound")}
	if d.Software.Name == "" {
		return Document{}, fmt.Errorf("%w: no software named", ErrMalformed)
	}
	return d, nil
}

// Speaks tells whether the server says that it speaks a protocol.
func (d Document) Speaks(protocol string) bool { return slices.Contains(d.Protocols, protocol) }

// protocols reads the list of version 2, or inbound and outbound of version 1.
func protocols(o *as2.Object) []string {
	sides, ok := o.Object("protocols")
	if !ok {
		return list(o, "protocols")
	}
	all := list(sides, "inbound")
	for _, p := range list(sides, "outbound") {
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

func usage(o *as2.Object) Usage {
	users := object(o, "users")
	return Usage{
		Users: Users{
			Total:          count(users, "total"),
			ActiveHalfyear: count(users, "activeHalfyear"),
			ActiveMonth:    count(users, "activeMonth"),
		},
		LocalPosts:    count(o, "localPosts"),
		LocalComments: count(o, "localComments"),
	}
}

func metadata(o *as2.Object) Metadata {
	m := Metadata{
		NodeName:        o.Line("nodeName"),
		NodeDescription: o.Line("nodeDescription"),
		StaffAccounts:   ids(o, "staffAccounts"),
	}
	if f, ok := o.Object("federation"); ok && f.Has("enabled") {
		m.Federation = &Federation{Enabled: f.True("enabled")}
	}
	if n, ok := o.Object("neighbourhood"); ok {
		m.Neighbourhood = &Neighbourhood{
			Groups:      ids(n, "groups"),
			Territories: list(n, "territories"),
			Directory:   n.URL("directory"),
		}
	}
	return m
}

// object returns an embedded object, an empty one if there is none.
func object(o *as2.Object, name string) *as2.Object {
	e, ok := o.Object(name)
	if !ok {
		return &as2.Object{}
	}
	return e
}

func list(o *as2.Object, name string) []string {
	all := o.Strings(name)
	return all[:min(len(all), MaxList)]
}

func ids(o *as2.Object, name string) []string {
	all := o.IRIs(name)
	return all[:min(len(all), MaxList)]
}

func count(o *as2.Object, name string) *int64 {
	n, ok := o.Int(name)
	if !ok || n < 0 {
		return nil
	}
	return &n
}
