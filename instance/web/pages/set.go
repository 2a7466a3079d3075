// Package pages lays out what people see: one struct for each page, with its
// template and style sheet beside it. It knows how things look and nothing of
// how they come about.
//
// Every language has its own copy of the templates, into which the words are
// folded when a page is first shown, so that a page in French costs no look-up,
// and one that nobody looks at costs no memory.
package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"palier/instance/web/assets"
	"palier/instance/web/words"
)

//go:embed *.tmpl *.css part/*.tmpl
var files embed.FS

// Page is one of the structs of this package.
type Page interface {
	frame() Frame
	// Template is the name of its template.
	Template() string
}

// Set is every page in every language, ready to render.
type Set struct {
	languages *words.Languages
	assets    *assets.Bundle
	byTag     map[string]func() (*speaking, error) // made at the first call
	skylines  *lru.Cache[string, template.HTML]
}

// speaking is the set in one language.
type speaking struct {
	*words.Language
	pages map[string]func() (*template.Template, error) // made at the first call
	cards *cards
	bands map[string]template.HTML
	set   *Set
}

// Options are what a [Set] is made of.
type Options struct {
	// Cards is how many posts are kept rendered in each language; 4096 if zero.
	Cards int
}

// bundle is what every set refers to.
var bundle = sync.OnceValues(func() (*assets.Bundle, error) { return assets.New(files) })

// New reads the catalogues and joins the style sheets. What all pages of a language
// share is parsed when somebody first reads one: it fails then if it says something
// no catalogue knows, as tests of every language would have.
func New(o Options) (*Set, error) {
	languages, err := words.Load()
	if err != nil {
		return nil, err
	}
	bundle, err := bundle()
	if err != nil {
		return nil, err
	}
	if o.Cards == 0 {
		o.Cards = 4096
	}
	skylines, err := lru.New[string, template.HTML](keepSkylines)
	if err != nil {
		return nil, err
	}
	s := &Set{languages: languages, assets: bundle, byTag: make(map[string]func() (*speaking, error)), skylines: skylines}
	for _, l := range languages.All() {
		s.byTag[l.Tag] = sync.OnceValues(func() (*speaking, error) { return s.speak(l, o.Cards) })
	}
	return s, nil
}

// Languages returns the languages the pages speak.
func (s *Set) Languages() *words.Languages { return s.languages }

// Assets serves what the pages refer to.
func (s *Set) Assets() *assets.Bundle { return s.assets }

func (s *Set) speak(l *words.Language, keep int) (*speaking, error) {
	in := &speaking{Language: l, pages: make(map[string]func() (*template.Template, error)), set: s}
	in.bands = in.drawBands()
	shared, err := fs.Glob(files, "part/*.tmpl")
	if err != nil {
		return nil, err
	}
	base := template.New("").Funcs(in.funcs())
	for _, name := range shared {
		if err := include(base, name); err != nil {
			return nil, err
		}
	}
	if err := in.fold(base, nil); err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.tmpl")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		in.pages[strings.TrimSuffix(path.Base(name), ".tmpl")] = sync.OnceValues(func() (*template.Template, error) {
			return in.page(base, name)
		})
	}
	// What has shown something cannot be copied any more, so the cards get a copy.
	cards, err := base.Clone()
	if err != nil {
		return nil, err
	}
	in.cards, err = newCards(cards, keep)
	return in, err
}

// page makes the template of a page from what all share and what is its own.
func (in *speaking) page(base *template.Template, name string) (*template.Template, error) {
	page, err := base.Clone()
	if err != nil {
		return nil, err
	}
	shared := trees(page)
	if err := include(page, name); err != nil {
		return nil, err
	}
	if err := in.fold(page, shared); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return page.Lookup("layout"), nil
}

func include(t *template.Template, name string) error {
	b, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	if _, err := t.New(name).Parse(string(b)); err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	return nil
}

// Render appends p to b. On an error b holds a part of a page and is not to be
// shown.
func (s *Set) Render(b *bytes.Buffer, p Page) error {
	f := p.frame()
	speak, ok := s.byTag[f.Language.Tag]
	if !ok {
		return fmt.Errorf("render %s: no language %q", p.Template(), f.Language.Tag)
	}
	in, err := speak()
	if err != nil {
		return fmt.Errorf("pages in %s: %w", f.Language.Tag, err)
	}
	made, ok := in.pages[p.Template()]
	if !ok {
		return fmt.Errorf("render %s: no such template", p.Template())
	}
	t, err := made()
	if err != nil {
		return fmt.Errorf("render %s: %w", p.Template(), err)
	}
	if err := t.Execute(b, p); err != nil {
		return fmt.Errorf("render %s: %w", p.Template(), err)
	}
	return nil
}
