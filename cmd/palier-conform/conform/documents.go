package conform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-fed/activity/streams"

	"palier/protocol/as2"
	"palier/specs/conformity"
)

// documentRules are about what every document has to be (sections 2, 5 and 16).
var documentRules = []rule{
	{"documents-served", "2.7", "Every id that is named for all is served, with that id", documentsAreServed},
	{"documents-media-type", "2.7", "Documents are served as application/activity+json", eachDocument(documentMediaType)},
	{"documents-schemas", "21.1", "Every document is as its schema says", eachDocument(documentSchema)},
	{"documents-typed", "2.3", "Every document can be read in go-fed's typed vocabulary", eachDocument(documentTyped)},
	{"documents-context", "2.3", "The context of every document begins with ActivityStreams", eachDocument(documentContext)},
	{"documents-writing", "2.4", "One type, lists of recipients, no bto, bcc or LD signature, Public in full", eachDocument(documentWriting)},
	{"documents-discreet", "16", "No document tells an address, a number to call or a place to the house", eachDocument(documentDiscretion)},
	{"posts", "5.1", "There are posts, and each has an author, a content and a time", postsAreWhole},
}

// eachDocument holds every document that was seen to a rule.
func eachDocument(keeps func(*document) error) func(context.Context, *visit) error {
	return func(ctx context.Context, v *visit) error {
		if _, err := v.survey(ctx); err != nil {
			return err
		}
		var errs []error
		for _, d := range v.seen {
			if err := keeps(d); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", d.id, err))
			}
		}
		return errors.Join(errs...)
	}
}

func documentsAreServed(ctx context.Context, v *visit) error {
	s, err := v.survey(ctx)
	if err != nil {
		return err
	}
	errs := slices.Clone(s.missing)
	for _, d := range v.seen {
		if d.ID() != d.id {
			errs = append(errs, fmt.Errorf("%s says it is %q", d.id, d.ID()))
		}
	}
	return errors.Join(errs...)
}

func documentMediaType(d *document) error { return d.as2() }

func documentSchema(d *document) error { return conformity.Check(d.body) }

func documentTyped(d *document) error { return typed(d.body) }

// typed returns nil if go-fed has a type for a document.
func typed(doc []byte) error {
	var m map[string]any
	if err := json.Unmarshal(doc, &m); err != nil {
		return err
	}
	_, err := streams.ToType(context.Background(), m)
	return err
}

func documentContext(d *document) error {
	var first string
	var list []json.RawMessage
	if err := json.Unmarshal(d.Context(), &list); err == nil && len(list) > 0 {
		err = json.Unmarshal(list[0], &first)
		if err != nil {
			return fmt.Errorf("@context begins with %s", list[0])
		}
	} else if err := json.Unmarshal(d.Context(), &first); err != nil {
		return fmt.Errorf("@context is %s", d.Context())
	}
	if first != as2.Namespace {
		return fmt.Errorf("@context begins with %q", first)
	}
	return nil
}

// documentWriting holds a document and all that is embedded in it to 2.4.
func documentWriting(d *document) error {
	return d.each(func(path string, m map[string]any) error {
		var errs []error
		for _, name := range []string{"bto", "bcc", "signature"} {
			if m[name] != nil {
				errs = append(errs, fmt.Errorf("%s has %s", path, name))
			}
		}
		if _, one := m["type"].(string); m["type"] != nil && !one {
			errs = append(errs, fmt.Errorf("%s has the type %v", path, m["type"]))
		}
		for _, name := range []string{"to", "cc"} {
			list, is := m[name].([]any)
			if m[name] != nil && !is {
				errs = append(errs, fmt.Errorf("%s has %s not as a list", path, name))
			}
			for _, id := range list {
				if id == "as:Public" || id == "Public" {
					errs = append(errs, fmt.Errorf("%s writes %v", path, id))
				}
			}
		}
		return errors.Join(errs...)
	})
}

// telling are names that a document of people, places and posts never has.
var telling = []string{"streetAddress", "postalCode", "telephone", "email"}

func documentDiscretion(d *document) error {
	if d.Type() == as2.TypeEvent { // takes place somewhere, and says where
		return nil
	}
	return d.each(func(path string, m map[string]any) error {
		var errs []error
		for _, name := range telling {
			if m[name] != nil {
				errs = append(errs, fmt.Errorf("%s has %s", path, name))
			}
		}
		for _, name := range []string{"latitude", "longitude"} {
			if n, is := m[name].(float64); is && math.Abs(n*100-math.Round(n*100)) > 1e-6 {
				errs = append(errs, fmt.Errorf("%s has a %s of more than two decimals: %v", path, name, n))
			}
		}
		return errors.Join(errs...)
	})
}

// each calls look for every object in the document but its context.
func (d *document) each(look func(path string, m map[string]any) error) error {
	var root any
	if err := json.Unmarshal(d.body, &root); err != nil {
		return err
	}
	var errs []error
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for i, entry := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), entry)
			}
		case map[string]any:
			if err := look(path, v); err != nil {
				errs = append(errs, err)
			}
			for name, value := range v {
				if name != "@context" {
					walk(strings.TrimPrefix(path+"."+name, "."), value)
				}
			}
		}
	}
	walk("it", root)
	return errors.Join(errs...)
}

func postsAreWhole(ctx context.Context, v *visit) error {
	s, err := v.survey(ctx)
	if err != nil {
		return err
	}
	if len(s.posts) == 0 {
		return skipf("no outbox shows a post of this server")
	}
	var errs []error
	for _, p := range s.posts {
		if p.Type() == as2.TypeTombstone {
			continue
		}
		for _, name := range []string{"attributedTo", "content", "published", "to"} {
			if !p.Has(name) {
				errs = append(errs, fmt.Errorf("%s has no %s", p.id, name))
			}
		}
		if p.Type() == as2.TypeNote && p.Has("name") {
			errs = append(errs, fmt.Errorf("%s is a Note with a name, which others show as a warning", p.id))
		}
	}
	return errors.Join(errs...)
}
