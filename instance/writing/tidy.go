package writing

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tidier rewrites HTML in one pass. It writes only constants, escaped text
// and canonical addresses, so nothing of the source's own markup survives.
type tidier struct {
	own  bool // our own rendering: mentions and hashtags stay local links
	rich bool // lists, quotes or preformatted text were written

	out      []byte
	open     []element
	link     *openLink
	skip     atom.Atom // the element whose content is being left out
	skipping int       // how deep inside elements of that name
}

// element is one that was begun and not ended yet.
type element struct {
	name  atom.Atom
	at    int // where its start tag begins in the output
	inner int // where its content begins
}

// openLink is the link that is being written.
type openLink struct {
	target
	inner     int
	text      []byte // what it says
	flattened int    // blocks begun inside it, which only leave a space
	local     bool   // a mention or hashtag of our own
}

func (t *tidier) run(source string) string {
	t.out = make([]byte, 0, len(source)+len(source)/8+64)
	z := html.NewTokenizer(strings.NewReader(source))
	for len(t.out) < MaxHTML {
		switch z.Next() {
		case html.ErrorToken:
			t.closeTo(0)
			return string(t.out)
		case html.TextToken:
			if t.skipping == 0 {
				t.text(z.Text())
			}
		case html.StartTagToken:
			name, more := z.TagName()
			t.start(z, lookUp(name), more)
		case html.SelfClosingTagToken:
			// The slash means something only in foreign content, which is
			// left out; elsewhere browsers read an ordinary start tag.
			name, more := z.TagName()
			if a := lookUp(name); a != atom.Svg && a != atom.Math {
				t.start(z, a, more)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			t.end(lookUp(name))
		}
	}
	t.closeTo(0)
	return string(t.out)
}

func (t *tidier) start(z *html.Tokenizer, name atom.Atom, hasAttr bool) {
	if t.skipping > 0 {
		if name == t.skip {
			t.skipping++
		}
		return
	}
	switch kindOf(name) {
	case unseen:
		t.skip, t.skipping = name, 1
	case inline:
		t.begin(name, constTag(name))
	case link:
		t.startLink(z, hasAttr)
	case span:
		t.begin(name, spanTag(attr(z, hasAttr, "class")))
	case lineBreak:
		t.out = append(t.out, "<br>"...)
		t.linkSpace()
	case picture:
		if alt := attr(z, hasAttr, "alt"); alt != "" {
			t.text([]byte(alt))
		}
	case paragraph, heading, list, item, quote, preformatted:
		t.startBlock(name, listStart(z, name, hasAttr))
	}
}

func (t *tidier) end(name atom.Atom) {
	if t.skipping > 0 {
		if name == t.skip {
			t.skipping--
		}
		return
	}
	switch kindOf(name) {
	case inline, link, span:
		t.endInline(name)
	case paragraph, heading:
		if !t.endFlattened() {
			t.endInline(atom.P)
		}
	case list, item, quote, preformatted:
		if !t.endFlattened() {
			t.endBlock(name)
		}
	}
}

// begin opens an element with the given start tag, unless too many are open.
func (t *tidier) begin(name atom.Atom, tag string) bool {
	if len(t.open) >= maxDepth {
		return false
	}
	at := len(t.out)
	t.out = append(t.out, tag...)
	t.open = append(t.open, element{name: name, at: at, inner: len(t.out)})
	if isContainer(name) {
		t.rich = true
	}
	return true
}

// startBlock begins a block where one may stand. Inside a link it leaves a
// space, inside preformatted text a line, so that the words stay apart.
func (t *tidier) startBlock(name atom.Atom, tag string) {
	if t.link != nil {
		t.link.flattened++
		t.space()
		return
	}
	if n := len(t.open); t.inside(atom.Pre) {
		if len(t.out) > t.open[n-1].inner && t.out[len(t.out)-1] != '\n' {
			t.out = append(t.out, '\n')
		}
		return
	}
	t.closeTo(t.container())
	switch kindOf(name) {
	case item:
		depth := t.lastList()
		if depth < 0 {
			t.begin(atom.P, "<p>")
			return
		}
		t.closeTo(depth + 1)
		t.begin(atom.Li, "<li>")
	case heading:
		if t.begin(atom.P, "<p>") {
			t.begin(atom.Strong, "<strong>")
		}
	case paragraph:
		t.begin(atom.P, "<p>")
	default:
		t.begin(name, tag)
	}
}

// endFlattened ends a block that only left a space and reports whether there
// was one.
func (t *tidier) endFlattened() bool {
	if t.link == nil || t.link.flattened == 0 {
		return false
	}
	t.link.flattened--
	t.space()
	return true
}

// endInline ends the nearest name up to the block it stands in.
func (t *tidier) endInline(name atom.Atom) {
	for i := len(t.open) - 1; i >= 0; i-- {
		switch open := t.open[i].name; {
		case open == name:
			t.closeTo(i)
			return
		case open == atom.A, open == atom.P && name != atom.P, isContainer(open):
			if open != atom.A || name != atom.P {
				return
			}
		}
	}
}

// endBlock ends the nearest name; an item only within its list.
func (t *tidier) endBlock(name atom.Atom) {
	for i := len(t.open) - 1; i >= 0; i-- {
		open := t.open[i].name
		if open == name {
			t.closeTo(i)
			return
		}
		if name == atom.Li && (open == atom.Ul || open == atom.Ol) {
			return
		}
	}
}

// closeTo ends elements until only n are open.
func (t *tidier) closeTo(n int) {
	for len(t.open) > n {
		last := t.open[len(t.open)-1]
		t.open = t.open[:len(t.open)-1]
		if last.name == atom.A {
			t.finishLink()
		}
		switch {
		case len(t.out) == last.inner:
			t.out = t.out[:last.at]
		default:
			t.out = append(t.out, "</"...)
			t.out = append(t.out, last.name.String()...)
			t.out = append(t.out, '>')
		}
	}
}

// container returns how many elements are open up to and with the innermost
// one that holds blocks.
func (t *tidier) container() int {
	for i := len(t.open); i > 0; i-- {
		if isContainer(t.open[i-1].name) {
			return i
		}
	}
	return 0
}

// lastList returns the place of the innermost list among the open elements,
// or -1.
func (t *tidier) lastList() int {
	for i := len(t.open) - 1; i >= 0; i-- {
		if name := t.open[i].name; name == atom.Ul || name == atom.Ol {
			return i
		}
	}
	return -1
}

func (t *tidier) inside(name atom.Atom) bool {
	for _, e := range t.open {
		if e.name == name {
			return true
		}
	}
	return false
}

// startLink begins a link, or leaves it out where it leads nowhere safe.
func (t *tidier) startLink(z *html.Tokenizer, hasAttr bool) {
	t.endInline(atom.A)
	href, class := linkAttrs(z, hasAttr)
	to, ok := parseTarget(href)
	if !ok || len(t.open) >= maxDepth {
		return
	}
	class = keepClasses(class, "u-url", "mention", "hashtag")
	local := t.own && class != ""
	b := make([]byte, 0, 128+len(to.href))
	b = append(b, `<a href="`...)
	b = appendEscaped(b, to.href)
	b = append(b, '"')
	if class != "" {
		b = append(b, ` class="`...)
		b = append(b, class...)
		b = append(b, '"')
	}
	switch {
	case !local:
		b = append(b, ` rel="nofollow noopener noreferrer" target="_blank"`...)
	case strings.Contains(class, "hashtag"):
		b = append(b, ` rel="tag"`...)
	}
	t.begin(atom.A, string(append(b, '>')))
	t.link = &openLink{target: to, inner: len(t.out), local: local}
}

// finishLink makes the words of a link honest: an address is shown as the one
// it leads to, the name of another host is followed by the real one, and a
// link that says nothing is none.
func (t *tidier) finishLink() {
	l := t.link
	t.link = nil
	text := strings.TrimSpace(string(l.text))
	switch {
	case text == "":
		t.out = t.out[:l.inner]
	case l.local:
	case l.isAddressOf(text):
		t.out = l.appendShort(t.out[:l.inner])
	case l.passesForAnother(text) && !strings.HasSuffix(text, " ("+l.host+")"):
		t.out = append(t.out, " ("...)
		t.out = append(t.out, l.host...)
		t.out = append(t.out, ')')
	}
}

// text writes s, decoded, as words.
func (t *tidier) text(s []byte) {
	for _, r := range string(s) {
		if unprintable(r) || reorders(r) || t.link != nil && (isolates(r) || invisible(r)) {
			continue
		}
		if len(t.out) >= MaxHTML {
			return
		}
		t.out = appendRune(t.out, r)
		if t.link != nil {
			t.link.text = append(t.link.text, string(r)...)
		}
	}
}

// space keeps two words of a link apart.
func (t *tidier) space() {
	if n := len(t.out); n > t.link.inner && t.out[n-1] != ' ' {
		t.out = append(t.out, ' ')
		t.linkSpace()
	}
}

func (t *tidier) linkSpace() {
	if t.link != nil {
		t.link.text = append(t.link.text, ' ')
	}
}

// listStart returns the start tag of a block, with the number an ordered list
// begins at.
func listStart(z *html.Tokenizer, name atom.Atom, hasAttr bool) string {
	if name != atom.Ol {
		return constTag(name)
	}
	n, err := strconv.Atoi(attr(z, hasAttr, "start"))
	if err != nil || n < 2 || n > 9999 {
		return "<ol>"
	}
	return `<ol start="` + strconv.Itoa(n) + `">`
}
