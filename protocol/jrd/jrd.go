// Package jrd knows how actors are found: handles such as @amina@lyon.example,
// the WebFinger documents that lead from a handle to an actor, and the
// host-meta document that says where WebFinger answers.
//
// A [Handle] is parsed by [ParseHandle], which takes every way people write
// one. What WebFinger is asked is a [Resource], what it answers a [Document].
// An answer says no more than what its server claims; [Confirm] and [Confirmed]
// hold the rule by which a handle is believed: the host in it must say so
// itself.
//
// Everything here is pure; asking is for package discovery.
//
// Sources: RFC 7033 (WebFinger), RFC 7565 (acct), RFC 6415 (host-meta), FEP-d556
// (servers), FEP-2c59 (handles of actors).
package jrd

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MediaType is what a [Document] is served as. Readers take application/json
// too.
const MediaType = "application/jrd+json"

// The bounds of a document. [Parse] refuses what is longer than MaxBytes and
// leaves out whatever passes one of the others.
const (
	MaxBytes  = 64 << 10
	MaxString = 2 << 10 // bytes of an address, a relation or a type
	MaxList   = 100     // aliases, and links
)

// Why something is refused.
var (
	// ErrMalformed is returned for bytes that are not one document.
	ErrMalformed = errors.New("malformed document")
	// ErrTooLarge is returned for a document of more than [MaxBytes].
	ErrTooLarge = errors.New("document too large")
	// ErrHandle is returned for what cannot be a handle.
	ErrHandle = errors.New("not a handle")
	// ErrNoHost is the [ErrHandle] of a name without host, which may be meant
	// for somebody here.
	ErrNoHost = fmt.Errorf("%w: no host", ErrHandle)
	// ErrResource is returned for what WebFinger cannot be asked.
	ErrResource = errors.New("neither a handle nor an address")
	// ErrNoActor is returned when a document names no actor.
	ErrNoActor = errors.New("no actor named")
	// ErrUnconfirmed is returned when a host does not confirm a handle.
	ErrUnconfirmed = errors.New("handle not confirmed by its host")
	// ErrNoTemplate is returned for a host-meta document that says nothing of
	// WebFinger.
	ErrNoTemplate = errors.New("no WebFinger template")
)

// Document is a JSON Resource Descriptor, the answer to a WebFinger query.
//
// Source: RFC 7033 §4.4.
type Document struct {
	Subject string   `json:"subject,omitempty"`
	Aliases []string `json:"aliases,omitempty"`
	Links   []Link   `json:"links,omitempty"`
}

// Link is one thing a document points to. It has an address or a template of
// one.
type Link struct {
	Rel      string `json:"rel,omitempty"`
	Type     string `json:"type,omitempty"` // media type
	Href     string `json:"href,omitempty"`
	Template string `json:"template,omitempty"` // holds {uri}; see [Expand]
}

// Parse reads an answer of somebody else's server. It is strict about JSON
// and forgiving about the rest: a member of another type than expected counts
// as absent, one alias may stand without its list, and what passes [MaxString]
// or [MaxList] or contains control characters is left out.
//
// It returns [ErrTooLarge] or [ErrMalformed].
func Parse(b []byte) (*Document, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("resource descriptor: %w: %d bytes", ErrTooLarge, len(b))
	}
	var w struct {
		Subject jsontext.Value `json:"subject"`
		Aliases jsontext.Value `json:"aliases"`
		Links   jsontext.Value `json:"links"`
	}
	if jsontext.Value(b).Kind() != '{' {
		return nil, fmt.Errorf("resource descriptor: %w: not an object", ErrMalformed)
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return nil, fmt.Errorf("resource descriptor: %w: %w", ErrMalformed, err)
	}
	d := &Document{Subject: text(w.Subject)}
	for _, v := range entries(w.Aliases) {
		if s := text(v); s != "" {
			d.Aliases = append(d.Aliases, s)
		}
	}
	for _, v := range entries(w.Links) {
		if l, ok := parseLink(v); ok {
			d.Links = append(d.Links, l)
		}
	}
	return d, nil
}

// Encode returns the document as JSON.
func (d *Document) Encode() ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encode resource descriptor: %w", err)
	}
	return b, nil
}

func parseLink(v jsontext.Value) (Link, bool) {
	if v.Kind() != '{' {
		return Link{}, false
	}
	var w struct {
		Rel      jsontext.Value `json:"rel"`
		Type     jsontext.Value `json:"type"`
		Href     jsontext.Value `json:"href"`
		Template jsontext.Value `json:"template"`
	}
	if err := json.Unmarshal(v, &w); err != nil {
		return Link{}, false
	}
	l := Link{Rel: text(w.Rel), Type: text(w.Type), Href: text(w.Href), Template: text(w.Template)}
	return l, l.Rel != ""
}

// entries returns up to [MaxList] entries of a list, and any other value as a
// list of one.
func entries(v jsontext.Value) []jsontext.Value {
	if v.Kind() != '[' {
		return []jsontext.Value{v}
	}
	var all []jsontext.Value
	if err := json.Unmarshal(v, &all); err != nil {
		return nil
	}
	return all[:min(len(all), MaxList)]
}

// text returns the string v holds, and the empty string for anything that is
// not one or not fit to be used.
func text(v jsontext.Value) string {
	if v.Kind() != '"' || len(v) > MaxString {
		return ""
	}
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil || strings.IndexFunc(string(b), unicode.IsControl) >= 0 {
		return ""
	}
	return string(b)
}
