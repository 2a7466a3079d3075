package writing

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Plain returns the words of HTML on one line of at most limit characters,
// for titles, notifications and feeds. Longer text is cut at a word and ends
// in "…".
func Plain(source string, limit int) string {
	return shorten(strings.Join(strings.Fields(words(source)), " "), limit)
}

// Paragraphs returns the words of HTML with a line for each line and an empty
// line between paragraphs, for mail and for search.
func Paragraphs(source string) string {
	var b strings.Builder
	empty := 0
	for line := range strings.Lines(words(source)) {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" {
			empty++
			continue
		}
		switch {
		case b.Len() > 0 && empty > 0:
			b.WriteString("\n\n")
		case b.Len() > 0:
			b.WriteByte('\n')
		}
		b.WriteString(line)
		empty = 0
	}
	return b.String()
}

// Excerpt returns the beginning of HTML as [Plain] does, without the title
// that [WithTitle] put before it.
func Excerpt(source string, limit int) string {
	_, body := SplitTitle(source)
	return Plain(body, limit)
}

// words returns the text of HTML with newlines where blocks and lines end.
func words(source string) string {
	source = cutBytes(source, maxMarkup)
	b := make([]byte, 0, len(source))
	z := html.NewTokenizer(strings.NewReader(source))
	skip, skipping := atom.Atom(0), 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return string(b)
		case html.TextToken:
			if skipping == 0 {
				b = appendLegible(b, z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			raw, _ := z.TagName()
			name := lookUp(raw)
			if k := kindOf(name); skipping == 0 {
				b = append(b, breakFor(k)...)
				if k == unseen {
					skip, skipping = name, 1
				}
			} else if name == skip {
				skipping++
			}
		case html.EndTagToken:
			raw, _ := z.TagName()
			name := lookUp(raw)
			if skipping > 0 {
				if name == skip {
					skipping--
				}
				continue
			}
			if k := kindOf(name); k != lineBreak && k != item {
				b = append(b, breakFor(k)...)
			}
		}
	}
}

// breakFor returns what separates the words around a tag.
func breakFor(k kind) string {
	switch k {
	case lineBreak, item:
		return "\n"
	case paragraph, heading, list, quote, preformatted:
		return "\n\n"
	}
	return ""
}

func appendLegible(b, s []byte) []byte {
	for _, r := range string(s) {
		if !unprintable(r) && !reorders(r) {
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// shorten cuts text to limit characters, at a word where one ends in the last
// third, and marks the cut.
func shorten(text string, limit int) string {
	if limit <= 0 {
		return ""
	}
	end, count := 0, 0
	for i := range text {
		if count == limit-1 {
			end = i
		}
		if count == limit {
			break
		}
		count++
	}
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut := text[:end]
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)*2/3 {
		cut = cut[:space]
	}
	return strings.TrimRightFunc(cut, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:-–—(«", r)
	}) + "…"
}
