package writing

import (
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// Options say where the people and hashtags of a text are found.
type Options struct {
	// Mention returns where the person or group with this handle is found and
	// the name to show without "@". The handle is lower-case: name, name@host
	// or name@host:port. Whoever is not ok stays text, as does everybody if
	// Mention is nil.
	Mention func(handle string) (href, shown string, ok bool)
	// Tag returns the page of a normalised hashtag. Hashtags stay text if Tag
	// is nil or returns "".
	Tag func(tag string) (href string)
}

// Rendered is a text ready to show and to send.
type Rendered struct {
	// HTML is safe to place in a page as it is.
	HTML string
	// Mentions are the handles that became links, in order, each once.
	Mentions []string
	// Hashtags are the normalised tags that became links, in order, each once.
	Hashtags []string
	// Links are the web addresses that the text leads to, in order, each once.
	Links []string
}

// Render turns what a neighbour wrote into HTML. Line breaks are kept,
// headings become bold, pictures become links to them. Only the first
// [MaxSource] bytes are read.
func Render(source string, o Options) Rendered {
	doc, read := parse(source)
	w := renderer{source: read, Options: o}
	w.children(doc)
	w.HTML = tidyHTML(string(w.out), true)
	return w.Rendered
}

// Mentions returns the handles that source mentions, lower-case, in order,
// each once and at most [MaxMentions]: those [Render] will ask for.
func Mentions(source string) []string {
	var found []string
	readInline(source, func(n ast.Node) {
		if m, ok := n.(*mention); ok {
			found = appendOnce(found, m.handle, MaxMentions)
		}
	})
	return found
}

// Hashtags returns the normalised hashtags of source, in order, each once and
// at most [MaxHashtags]: those [Render] will ask for.
func Hashtags(source string) []string {
	var found []string
	readInline(source, func(n ast.Node) {
		if h, ok := n.(*hashtag); ok {
			found = appendOnce(found, h.tag, MaxHashtags)
		}
	})
	return found
}

// readInline visits what stands in the text of source, outside of links.
func readInline(source string, visit func(ast.Node)) {
	if !strings.ContainsAny(source, "@#") {
		return
	}
	doc, _ := parse(source)
	// The visitor below returns no error, and so does Walk.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if n.Kind() == ast.KindLink || n.Kind() == ast.KindImage {
			return ast.WalkSkipChildren, nil
		}
		visit(n)
		return ast.WalkContinue, nil
	})
}

// appendOnce adds s unless it is there already or most are.
func appendOnce(list []string, s string, most int) []string {
	if len(list) >= most || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// renderer writes the document as HTML, still to be tidied.
type renderer struct {
	Options
	Rendered
	source []byte
	out    []byte
	inLink bool
}

func (w *renderer) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.node(c)
	}
}

func (w *renderer) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Paragraph:
		w.wrapped("p", n)
	case *ast.Heading:
		w.out = append(w.out, "<p>"...)
		w.wrapped("strong", n)
		w.out = append(w.out, "</p>"...)
	case *ast.Blockquote:
		w.wrapped("blockquote", n)
	case *ast.List:
		w.list(n)
	case *ast.ListItem:
		w.wrapped("li", n)
	case *ast.FencedCodeBlock:
		w.out = append(w.out, "<pre><code>"...)
		w.lines(n)
		w.out = append(w.out, "</code></pre>"...)
	default:
		w.inline(n)
	}
}

func (w *renderer) inline(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.text(n)
	case *ast.CodeSpan:
		w.out = append(w.out, "<code>"...)
		w.code(n)
		w.out = append(w.out, "</code>"...)
	case *ast.Emphasis:
		if n.Level == 2 {
			w.wrapped("strong", n)
			return
		}
		w.wrapped("em", n)
	case *ast.Link:
		w.link(string(util.UnescapePunctuations(n.Destination)), func() { w.children(n) })
	case *ast.Image:
		w.link(string(util.UnescapePunctuations(n.Destination)), func() { w.children(n) })
	case *ast.AutoLink:
		href := string(n.URL(w.source))
		w.link(href, func() { w.out = appendEscaped(w.out, href) })
	case *address:
		w.link(n.href, func() { w.out = appendEscaped(w.out, n.href) })
	case *mention:
		w.mention(n)
	case *hashtag:
		w.hashtag(n)
	default:
		w.children(n)
	}
}

func (w *renderer) wrapped(tag string, n ast.Node) {
	w.out = append(w.out, "<"+tag+">"...)
	w.children(n)
	w.out = append(w.out, "</"+tag+">"...)
}

func (w *renderer) list(n *ast.List) {
	if !n.IsOrdered() {
		w.wrapped("ul", n)
		return
	}
	w.out = append(w.out, `<ol start="`...)
	w.out = strconv.AppendInt(w.out, int64(n.Start), 10)
	w.out = append(w.out, `">`...)
	w.children(n)
	w.out = append(w.out, "</ol>"...)
}

func (w *renderer) text(n *ast.Text) {
	w.out = appendEscaped(w.out, string(util.UnescapePunctuations(n.Segment.Value(w.source))))
	if n.SoftLineBreak() || n.HardLineBreak() {
		w.out = append(w.out, "<br>"...)
	}
}

// code writes the raw text of a code span, its line breaks as spaces.
func (w *renderer) code(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			w.out = appendEscaped(w.out, strings.ReplaceAll(string(t.Segment.Value(w.source)), "\n", " "))
		}
	}
}

func (w *renderer) lines(n ast.Node) {
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		w.out = appendEscaped(w.out, string(line.Value(w.source)))
	}
}

// link writes a link around what words writes. A link inside a link is words,
// and so is one that leads nowhere.
func (w *renderer) link(href string, words func()) {
	to, ok := parseTarget(href)
	if !ok || w.inLink {
		outer := w.inLink
		w.inLink = true
		words()
		w.inLink = outer
		return
	}
	w.Links = appendOnce(w.Links, to.href, maxAddresses)
	w.anchor(to.href, "", words)
}

func (w *renderer) anchor(href, class string, words func()) {
	w.out = append(w.out, `<a href="`...)
	w.out = appendEscaped(w.out, href)
	w.out = append(w.out, `" class="`+class+`">`...)
	w.inLink = true
	words()
	w.inLink = false
	w.out = append(w.out, "</a>"...)
}

func (w *renderer) mention(n *mention) {
	if w.Mention == nil || w.inLink {
		w.out = appendEscaped(w.out, n.shown)
		return
	}
	found := appendOnce(w.Mentions, n.handle, MaxMentions)
	href, shown, ok := w.Mention(n.handle)
	if !ok || !slices.Contains(found, n.handle) {
		w.out = appendEscaped(w.out, n.shown)
		return
	}
	w.Mentions = found
	w.out = append(w.out, `<span class="h-card">`...)
	w.anchor(href, "u-url mention", func() { w.sigil('@', shown) })
	w.out = append(w.out, "</span>"...)
}

func (w *renderer) hashtag(n *hashtag) {
	found := appendOnce(w.Hashtags, n.tag, MaxHashtags)
	href := ""
	if w.Tag != nil && !w.inLink && slices.Contains(found, n.tag) {
		href = w.Tag(n.tag)
	}
	if href == "" {
		w.out = appendEscaped(w.out, n.shown)
		return
	}
	w.Hashtags = found
	w.anchor(href, "mention hashtag", func() { w.sigil('#', n.shown[1:]) })
}

// sigil writes a name with the sign before it, as other servers expect it.
func (w *renderer) sigil(sign byte, name string) {
	w.out = append(w.out, sign)
	w.out = append(w.out, "<span>"...)
	w.out = appendEscaped(w.out, name)
	w.out = append(w.out, "</span>"...)
}
