package writing

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// FirstLink returns the address of the first link in sanitised HTML that is
// neither a mention nor a hashtag and that skip does not skip; empty if there is
// none.
func FirstLink(clean string, skip func(href string) bool) string {
	z := html.NewTokenizer(strings.NewReader(clean))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			token := z.Token()
			if token.DataAtom != atom.A {
				continue
			}
			if href := linkOf(token); href != "" && !skip(href) {
				return href
			}
		}
	}
}

// linkOf is where a link leads, empty for a mention or a hashtag.
func linkOf(token html.Token) string {
	href := ""
	for _, a := range token.Attr {
		words := strings.Fields(a.Val)
		switch {
		case a.Key == "class" && (slices.Contains(words, "mention") || slices.Contains(words, "hashtag")):
			return ""
		case a.Key == "rel" && slices.Contains(words, "tag"):
			return ""
		case a.Key == "href":
			href = a.Val
		}
	}
	if t, ok := parseTarget(href); ok {
		return t.href
	}
	return ""
}
