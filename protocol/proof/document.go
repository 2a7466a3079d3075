package proof

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// The bounds of a document that is signed or verified.
const (
	maxBytes = 1 << 20
	maxDepth = 64
)

// maxExact is the first whole number that some other whole number is rounded
// to. Canonical form knows only binary64 (RFC 8785 §3.2.2.3), so from here on
// two different documents would share one signature.
const maxExact = 1 << 53

// document is a JSON object with its members where they stand.
type document struct {
	raw     []byte
	members []member
}

// member is one name and value of an object; value is the raw JSON.
type member struct {
	name  string
	value []byte
}

// read splits a JSON object into its members and checks all of it: one value,
// no name twice, valid UTF-8, no deeper than [maxDepth], no number that would
// be rounded.
func read(raw []byte) (*document, error) {
	if len(raw) > maxBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrMalformed, len(raw))
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw))
	tok, err := dec.ReadToken()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if tok.Kind() != '{' {
		return nil, fmt.Errorf("%w: not an object", ErrMalformed)
	}
	d := &document{raw: raw}
	for dec.PeekKind() != '}' {
		m, err := readMember(dec, raw)
		if err != nil {
			return nil, err
		}
		d.members = append(d.members, m)
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: bytes behind the end", ErrMalformed)
	}
	return d, nil
}

func readMember(dec *jsontext.Decoder, raw []byte) (member, error) {
	tok, err := dec.ReadToken()
	if err != nil {
		return member{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	m := member{name: tok.String()}
	switch m.name {
	case "@graph", "@included", "@reverse":
		// A JSON-LD reader would see another document than the one signed.
		return member{}, fmt.Errorf("%w: %s", ErrMalformed, m.name)
	}
	start := dec.InputOffset()
	if err := checkValue(dec); err != nil {
		return member{}, err
	}
	m.value = bytes.TrimLeft(raw[start:dec.InputOffset()], ": \t\r\n")
	return m, nil
}

// checkValue reads one whole value.
func checkValue(dec *jsontext.Decoder) error {
	outside := dec.StackDepth()
	for {
		tok, err := dec.ReadToken()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		switch {
		case tok.Kind() == '0':
			if err := checkNumber(tok.String()); err != nil {
				return err
			}
		case dec.StackDepth() > maxDepth:
			return fmt.Errorf("%w: more than %d levels", ErrMalformed, maxDepth)
		}
		if dec.StackDepth() == outside {
			return nil
		}
	}
}

func checkNumber(s string) error {
	const surelyExact = 15 // digits
	if len(s) <= surelyExact && !strings.ContainsAny(s, "eE") {
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(f) >= maxExact {
		return ErrInexact
	}
	return nil
}

// member returns the raw value of a member.
func (d *document) member(name string) ([]byte, bool) {
	for _, m := range d.members {
		if m.name == name {
			return m.value, true
		}
	}
	return nil, false
}

// unsecured returns the document without its proof and without the older
// signature that is made after it (FEP-8b32, "Backward compatibility"). A
// context that is not nil takes the place of the document's own.
func (d *document) unsecured(context []byte) []byte {
	return d.without(context, "proof", "signature")
}

// without returns the document's JSON lacking the members named.
func (d *document) without(context []byte, names ...string) []byte {
	b := make([]byte, 1, len(d.raw))
	b[0] = '{'
members:
	for _, m := range d.members {
		for _, name := range names {
			if m.name == name {
				continue members
			}
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		// The decoder has seen that the name is valid UTF-8.
		b, _ = jsontext.AppendQuote(b, m.name)
		b = append(b, ':')
		if m.name == "@context" && context != nil {
			b = append(b, context...)
			continue
		}
		b = append(b, m.value...)
	}
	return append(b, '}')
}

// with returns the document with a proof of config and value behind its last
// member.
func (d *document) with(config []byte, value string) []byte {
	end := bytes.LastIndexByte(d.raw, '}')
	head := bytes.TrimRight(d.raw[:end], " \t\r\n")
	b := make([]byte, 0, len(d.raw)+len(config)+len(value)+32)
	b = append(b, head...)
	if len(d.members) > 0 {
		b = append(b, ',')
	}
	b = append(b, `"proof":`...)
	b = append(b, config[:len(config)-1]...)
	b = append(b, `,"proofValue":"`...)
	b = append(b, value...)
	b = append(b, `"}`...)
	return append(b, d.raw[end:]...)
}
