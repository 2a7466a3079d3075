package jrd

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// HostMetaType is what host-meta is served as.
const HostMetaType = "application/xrd+xml"

// xrd is the namespace of host-meta documents.
const xrd = "http://docs.oasis-open.org/ns/xri/xrd-1.0"

// maxElements bounds the XML of a host-meta document.
const maxElements = 500

// EncodeHostMeta returns the host-meta document that says where WebFinger is
// asked; see [Template].
//
// Source: RFC 6415 §3, RFC 7033 §10.
func EncodeHostMeta(template string) ([]byte, error) {
	type link struct {
		Rel      string `xml:"rel,attr"`
		Type     string `xml:"type,attr"`
		Template string `xml:"template,attr"`
	}
	b, err := xml.Marshal(struct {
		XMLName xml.Name `xml:"http://docs.oasis-open.org/ns/xri/xrd-1.0 XRD"`
		Link    link     `xml:"Link"`
	}{Link: link{Rel: relLRDD, Type: MediaType, Template: template}})
	if err != nil {
		return nil, fmt.Errorf("encode host-meta: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}

// ParseHostMeta returns the template of WebFinger queries that a host-meta
// document tells, in XML or in JSON. A template for JSON answers is preferred
// to one that does not say. Documents that declare a document type or an
// encoding other than UTF-8 are refused.
//
// It returns [ErrTooLarge], [ErrMalformed] or [ErrNoTemplate].
func ParseHostMeta(b []byte) (template string, err error) {
	if len(b) > MaxBytes {
		return "", fmt.Errorf("host-meta: %w: %d bytes", ErrTooLarge, len(b))
	}
	links, err := hostMetaLinks(b)
	if err != nil {
		return "", fmt.Errorf("host-meta: %w", err)
	}
	for _, l := range links {
		if l.Rel != relLRDD || len(l.Template) > MaxString || !isTemplate(l.Template) {
			continue
		}
		if strings.Contains(l.Type, "json") {
			return l.Template, nil
		}
		if template == "" && !strings.Contains(l.Type, "xrd") {
			template = l.Template
		}
	}
	if template == "" {
		return "", fmt.Errorf("host-meta: %w", ErrNoTemplate)
	}
	return template, nil
}

func hostMetaLinks(b []byte) ([]Link, error) {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		d, err := Parse(bytes.TrimSpace(b))
		if err != nil {
			return nil, err
		}
		return d.Links, nil
	}
	dec := xml.NewDecoder(bytes.NewReader(b))
	var links []Link
	depth := 0
	for range maxElements {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return links, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return nil, fmt.Errorf("%w: document type", ErrMalformed)
		case xml.StartElement:
			depth++
			switch {
			case depth == 1 && (t.Name.Space != xrd || t.Name.Local != "XRD"):
				return nil, fmt.Errorf("%w: root %.40q", ErrMalformed, t.Name.Local)
			case depth == 2 && t.Name.Space == xrd && t.Name.Local == "Link":
				links = append(links, xmlLink(t.Attr))
			}
		case xml.EndElement:
			depth--
		}
	}
	return nil, fmt.Errorf("%w: more than %d pieces", ErrMalformed, maxElements)
}

func xmlLink(attributes []xml.Attr) Link {
	var l Link
	for _, a := range attributes {
		switch a.Name.Local {
		case "rel":
			l.Rel = a.Value
		case "type":
			l.Type = a.Value
		case "template":
			l.Template = a.Value
		}
	}
	return l
}
