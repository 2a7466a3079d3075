package ledger

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDocument is the most bytes of one statement or entry.
const maxDocument = 8 << 10

// write returns v in the form of RFC 8785. Members of our structs stand in its
// order, all strings are ASCII that needs no escape, and all numbers are whole
// and small: so no second pass is needed; a test holds this to a canonicaliser.
func write(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return b, nil
}

// read reads one document into v, and refuses names that it does not know.
func read(b []byte, v any) error {
	if len(b) > maxDocument {
		return fmt.Errorf("%w: %d bytes", ErrMalformed, len(b))
	}
	if err := json.Unmarshal(b, v, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return nil
}

// same refuses what does not come out as it went in.
func same(in []byte, encode func() ([]byte, error)) error {
	out, err := encode()
	if err != nil {
		return err
	}
	if !bytes.Equal(in, out) {
		return fmt.Errorf("%w: not in its one form", ErrMalformed)
	}
	return nil
}

// pageJSON is a part of a ledger, or a whole one, as it travels.
type pageJSON struct {
	Entries []jsontext.Value `json:"entries"`
}

// EncodePage returns entries as they travel and are kept in files.
func EncodePage(entries []Entry) ([]byte, error) {
	page := pageJSON{Entries: make([]jsontext.Value, len(entries))}
	for i, e := range entries {
		b, err := e.Encode()
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", e.Number, err)
		}
		page.Entries[i] = b
	}
	return write(page)
}

// MostInPage is how many entries a page holds at most.
const MostInPage = 500

// DecodePage reads what [EncodePage] writes. It returns a [*Fault] that names
// the first entry that cannot be read, and those before it.
func DecodePage(b []byte) ([]Entry, error) {
	var page pageJSON
	if err := json.Unmarshal(b, &page, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	entries := make([]Entry, 0, len(page.Entries))
	for i, raw := range page.Entries {
		e, err := DecodeEntry(raw)
		if err != nil {
			return entries, &Fault{Number: i + 1, Err: err}
		}
		entries = append(entries, e)
	}
	return entries, nil
}
