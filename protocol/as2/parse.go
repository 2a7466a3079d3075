package as2

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Parse reads one document of a stranger. It copies b, checks all of it once,
// and leaves the reading of properties to the accessors.
//
// It returns [ErrMalformed], [ErrTooLarge], [ErrTooDeep] or
// [ErrForbiddenKeyword], all of which wrap [ErrRefused]. It never refuses a
// document for what a property holds: that is for the reader of the property.
func Parse(b []byte) (*Object, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	d, err := index(bytes.Clone(b))
	if err != nil {
		return nil, err
	}
	return &Object{doc: d}, nil
}

// document is the received bytes and where every value of them stands.
type document struct {
	raw   []byte
	nodes []node // in reading order: a value, then those within it
}

// node is one value of a document.
type node struct {
	name       []byte // unescaped; nil in lists and at the root
	start, end int32  // where it stands in raw
	next       int32  // the node behind it and all within it
	kind       byte   // { [ " 0 t f n
	escaped    bool   // a string with a backslash
}

// frame is an object or list that [indexer] is within.
type frame struct {
	at      int32 // its node
	count   int32 // its values so far
	limit   int32 // of them
	object  bool
	context bool // it is an @context, or stands within one
}

type indexer struct {
	dec   *jsontext.Decoder
	doc   *document
	stack []frame
}

// index checks raw against everything [Parse] promises and notes where each
// value stands. It keeps raw.
func index(raw []byte) (*document, error) {
	x := &indexer{
		dec:   jsontext.NewDecoder(bytes.NewBuffer(raw)),
		doc:   &document{raw: raw, nodes: make([]node, 0, 16+len(raw)/24)},
		stack: make([]frame, 0, 8),
	}
	if x.dec.PeekKind() != '{' {
		return nil, x.notAnObject()
	}
	for done := false; !done; {
		if err := x.step(); err != nil {
			return nil, err
		}
		done = len(x.stack) == 0
	}
	if _, err := x.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: bytes behind the end", ErrMalformed)
	}
	return x.doc, nil
}

func (x *indexer) notAnObject() error {
	if _, err := x.dec.ReadToken(); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return fmt.Errorf("%w: not an object", ErrMalformed)
}

// step reads the name and value, the list entry or the closing bracket that
// comes next.
func (x *indexer) step() error {
	k := x.dec.PeekKind()
	if k == '}' || k == ']' {
		return x.close()
	}
	n := node{}
	within := frame{limit: 1}
	if len(x.stack) > 0 {
		within = x.stack[len(x.stack)-1]
	}
	if within.object {
		if err := x.readName(&n, within.context); err != nil {
			return err
		}
		k = x.dec.PeekKind()
	}
	if err := x.count(); err != nil {
		return err
	}
	if k == '{' || k == '[' {
		return x.open(n, k, within.context || string(n.name) == "@context")
	}
	return x.scalar(n, within.context)
}

// count adds one value to the object or list it stands in.
func (x *indexer) count() error {
	if len(x.doc.nodes) >= MaxValues {
		return fmt.Errorf("%w: more than %d values", ErrTooLarge, MaxValues)
	}
	if len(x.stack) == 0 {
		return nil
	}
	f := &x.stack[len(x.stack)-1]
	f.count++
	if f.count > f.limit {
		return fmt.Errorf("%w: %s has more than %d entries", ErrTooLarge, x.doc.nodes[f.at].name, f.limit)
	}
	return nil
}

func (x *indexer) readName(n *node, inContext bool) error {
	v, err := x.dec.ReadValue()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(v) > MaxID {
		return fmt.Errorf("%w: name of %d bytes", ErrTooLarge, len(v))
	}
	end := int(x.dec.InputOffset())
	n.name = x.doc.raw[end-len(v)+1 : end-1 : end-1]
	if bytes.IndexByte(n.name, '\\') >= 0 {
		if n.name, err = jsontext.AppendUnquote(nil, []byte(v)); err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
	}
	if !inContext && forbidden(n.name) {
		return fmt.Errorf("%w: %s", ErrForbiddenKeyword, n.name)
	}
	return nil
}

func (x *indexer) open(n node, k jsontext.Kind, inContext bool) error {
	if len(x.stack) == MaxDepth {
		return fmt.Errorf("%w: more than %d levels", ErrTooDeep, MaxDepth)
	}
	if _, err := x.dec.ReadToken(); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	n.kind = byte(k)
	n.start = int32(x.dec.InputOffset()) - 1
	f := frame{at: int32(len(x.doc.nodes)), limit: MaxProperties, object: k == '{', context: inContext}
	if k == '[' {
		f.limit = int32(listLimit(n.name))
	}
	x.doc.nodes = append(x.doc.nodes, n)
	x.stack = append(x.stack, f)
	return nil
}

func (x *indexer) close() error {
	if _, err := x.dec.ReadToken(); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	n := &x.doc.nodes[x.stack[len(x.stack)-1].at]
	n.end = int32(x.dec.InputOffset())
	n.next = int32(len(x.doc.nodes))
	x.stack = x.stack[:len(x.stack)-1]
	return nil
}

func (x *indexer) scalar(n node, inContext bool) error {
	v, err := x.dec.ReadValue()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(v) > MaxString {
		return fmt.Errorf("%w: string of %d bytes", ErrTooLarge, len(v))
	}
	if !inContext && len(v) > MaxID+len(`""`) && string(n.name) == "id" {
		return fmt.Errorf("%w: id of %d bytes", ErrTooLarge, len(v))
	}
	n.kind = byte(v.Kind())
	n.end = int32(x.dec.InputOffset())
	n.start = n.end - int32(len(v))
	n.next = int32(len(x.doc.nodes)) + 1
	n.escaped = n.kind == '"' && bytes.IndexByte(v, '\\') >= 0
	x.doc.nodes = append(x.doc.nodes, n)
	return nil
}
