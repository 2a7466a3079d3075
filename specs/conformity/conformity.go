// Package conformity tells whether a document is one that a Palier server may
// serve or send. It reads the schemas and vectors of package specs.
//
// It is for tests and for palier-conform. The server itself does not import it:
// what comes from others is taken far more forgivingly than what it sends.
package conformity

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"palier/specs"
)

// base is where the schemas say they live.
const base = "https://w3id.org/palier/schemas/"

var (
	// ErrKind is returned for a kind of document that there is no schema for.
	ErrKind = errors.New("no such kind of document")
	// ErrInvalid is returned for a document that its schema refuses. The text
	// of the error says where and why.
	ErrInvalid = errors.New("document does not conform")
)

// Validate returns nil if doc is a document of the kind, such as "note" or
// "collection-page"; see [Kinds]. It returns [ErrKind] or [ErrInvalid].
func Validate(kind string, doc []byte) error {
	all, err := schemas()
	if err != nil {
		return err
	}
	s, ok := all[kind]
	if !ok {
		return fmt.Errorf("%w: %q", ErrKind, kind)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return fmt.Errorf("%s: %w: %w", kind, ErrInvalid, err)
	}
	if err := s.Validate(v); err != nil {
		return fmt.Errorf("%s: %w: %w", kind, ErrInvalid, err)
	}
	return nil
}

// Kinds returns the kinds of documents there are schemas for, in order.
func Kinds() ([]string, error) {
	all, err := schemas()
	if err != nil {
		return nil, err
	}
	var kinds []string
	for kind := range all {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds, nil
}

// shared are the schemas that only others refer to.
var shared = []string{"activity", "actor", "definitions"}

// schemas compiles the embedded schemas once: they never change, and compiling
// takes longer than most tests.
var schemas = sync.OnceValues(compile)

func compile() (map[string]*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	names, err := fs.Glob(specs.Schemas, "schemas/*.schema.json")
	if err != nil {
		return nil, fmt.Errorf("list schemas: %w", err)
	}
	var kinds []string
	for _, name := range names {
		kind := strings.TrimSuffix(path.Base(name), ".schema.json")
		if err := add(c, name, base+kind); err != nil {
			return nil, err
		}
		if !slices.Contains(shared, kind) {
			kinds = append(kinds, kind)
		}
	}
	all := make(map[string]*jsonschema.Schema, len(kinds))
	for _, kind := range kinds {
		if all[kind], err = c.Compile(base + kind); err != nil {
			return nil, fmt.Errorf("compile schema of %s: %w", kind, err)
		}
	}
	return all, nil
}

func add(c *jsonschema.Compiler, name, url string) error {
	b, err := specs.Schemas.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read schema %s: %w", name, err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("read schema %s: %w", name, err)
	}
	if err := c.AddResource(url, doc); err != nil {
		return fmt.Errorf("add schema %s: %w", name, err)
	}
	return nil
}
