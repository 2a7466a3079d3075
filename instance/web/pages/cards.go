package pages

import (
	"bytes"
	"html/template"

	lru "github.com/hashicorp/golang-lru/v2"

	"palier/instance/web/view"
)

// Card is a post with what surrounds it on a page.
type Card struct {
	view.Post
	Frame Frame
	// Head and Body are the same for all readers; the time between them and
	// the deeds below are not.
	Head, Body template.HTML
	Alone      bool // it is what its page is about
}

// cards keeps what is the same for all readers of a post rendered: laying it
// out anew for each costs more than all the rest of a page.
type cards struct {
	head, body *template.Template
	kept       *lru.Cache[cardKey, drawn]
}

type cardKey struct {
	id      string
	version int64
	alone   bool
}

type drawn struct{ head, body template.HTML }

func newCards(base *template.Template, keep int) (*cards, error) {
	kept, err := lru.New[cardKey, drawn](keep)
	if err != nil {
		return nil, err
	}
	return &cards{head: base.Lookup("post-head"), body: base.Lookup("post-body"), kept: kept}, nil
}

func (in *speaking) card(f Frame, p view.Post) (*Card, error)  { return in.lay(f, p, false) }
func (in *speaking) alone(f Frame, p view.Post) (*Card, error) { return in.lay(f, p, true) }

func (in *speaking) lay(f Frame, p view.Post, alone bool) (*Card, error) {
	c := &Card{Post: p, Frame: f, Alone: alone}
	key := cardKey{id: p.ID, version: p.Version, alone: alone}
	if d, ok := in.cards.kept.Get(key); ok {
		c.Head, c.Body = d.head, d.body
		return c, nil
	}
	var err error
	if c.Head, err = draw(in.cards.head, c); err != nil {
		return nil, err
	}
	if c.Body, err = draw(in.cards.body, c); err != nil {
		return nil, err
	}
	in.cards.kept.Add(key, drawn{c.Head, c.Body})
	return c, nil
}

func draw(t *template.Template, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil //nolint:gosec // html/template wrote it
}
