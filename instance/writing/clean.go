package writing

import (
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// Clean makes strangers' HTML safe to show and to store.
//
// Only p br span a del pre code em strong b i u ul ol li and blockquote
// remain, balanced and without empty ones; the words of other elements stay,
// those of scripts, styles, pictures and forms go. Headings become bold
// paragraphs, pictures their description. A link must be http or https with a
// host; it opens elsewhere, tells the other side nothing, and names its host
// where its words name another one. Classes are kept only where they mark a
// mention or a hashtag. Control characters and direction overrides are taken
// out, Arabic and Hebrew read as they were written.
//
// Clean takes any bytes, never fails, and cleaning twice is cleaning once.
// Longer texts than [MaxHTML] are cut.
func Clean(source string) string {
	return tidyHTML(source, false)
}

// tidyHTML cleans source. What it writes is right by construction; lists,
// quotes and preformatted text, which nest, pass the gate as well. Most notes
// have none, and the gate takes longer than the rest. The fuzz tests hold that
// it changes neither kind.
func tidyHTML(source string, own bool) string {
	t := tidier{own: own}
	out := strings.TrimSpace(t.run(cutBytes(source, maxMarkup)))
	if !t.rich {
		return out
	}
	return gate().Sanitize(out)
}

// gate is the second, independent opinion on what may leave this package.
var gate = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "span", "del", "pre", "code", "em", "strong", "b", "i", "u", "ul", "ol", "li", "blockquote")
	p.AllowNoAttrs().OnElements("span", "a")
	p.RequireParseableURLs(true)
	p.AllowURLSchemes("http", "https")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(?:(?:mention|hashtag|u-url)(?: |$))+$`)).OnElements("a")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(?:h-card|invisible|ellipsis)$`)).OnElements("span")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^(?:tag|nofollow noopener noreferrer)$`)).OnElements("a")
	p.AllowAttrs("target").Matching(regexp.MustCompile(`^_blank$`)).OnElements("a")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[1-9][0-9]{0,3}$`)).OnElements("ol")
	return p
})
