package filters

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"palier/instance"
	"palier/instance/writing"
)

// Match says why a filter is about a post.
type Match struct {
	Filter   *instance.Filter // for reading only
	Keywords []string         // those found, as they were typed
	Named    bool             // the filter names the post itself
}

// Apply returns for each of the posts which of the viewer's filters that count
// in a context are about it; in "" all of them do. Whoever shows the posts
// leaves out those that a filter hides.
func (s *Service) Apply(ctx context.Context, v instance.Viewer, in instance.FilterContext, posts []*instance.Post) ([][]Match, error) {
	matches := make([][]Match, len(posts))
	if v.ID == 0 || len(posts) == 0 {
		return matches, nil
	}
	all, err := s.compiled(ctx, v.ID)
	if err != nil {
		return nil, fmt.Errorf("apply filters of %s: %w", v.ID, err)
	}
	var counting []*compiled
	now := s.now()
	for _, c := range all {
		if c.filter.Counts(in, now) {
			counting = append(counting, c)
		}
	}
	if len(counting) == 0 {
		return matches, nil
	}
	for i, p := range posts {
		text := textOf(p)
		for _, c := range counting {
			if m, ok := c.match(p.ID, text); ok {
				matches[i] = append(matches[i], m)
			}
		}
	}
	return matches, nil
}

// Hidden tells whether one of the matches leaves the post out.
func Hidden(matches []Match) bool {
	for _, m := range matches {
		if m.Filter.Action == instance.Hide {
			return true
		}
	}
	return false
}

// textOf is everything of a post that can be read, folded.
func textOf(p *instance.Post) string {
	var b strings.Builder
	for _, s := range []string{p.Title, p.Warning, writing.Paragraphs(p.Content)} {
		b.WriteString(s)
		b.WriteByte('\n')
	}
	for _, m := range p.Pictures {
		b.WriteString(m.Description)
		b.WriteByte('\n')
	}
	if p.Poll != nil {
		for _, o := range p.Poll.Options {
			b.WriteString(o.Title)
			b.WriteByte('\n')
		}
	}
	return fold(b.String())
}

// compiled is a filter ready to be held against many posts.
type compiled struct {
	filter *instance.Filter
	words  []word
	posts  map[instance.PostID]bool
}

// word is a keyword, folded, and on which sides a longer word must not go on.
type word struct {
	text         string
	typed        string
	begins, ends bool
}

func compile(f *instance.Filter) *compiled {
	c := &compiled{filter: f, posts: make(map[instance.PostID]bool, len(f.Posts))}
	for _, p := range f.Posts {
		c.posts[p.Post] = true
	}
	for _, k := range f.Keywords {
		w := word{text: fold(k.Text), typed: k.Text}
		if k.WholeWord {
			first, _ := utf8.DecodeRuneInString(w.text)
			last, _ := utf8.DecodeLastRuneInString(w.text)
			w.begins, w.ends = inWord(first), inWord(last)
		}
		c.words = append(c.words, w)
	}
	return c
}

func (c *compiled) match(id instance.PostID, text string) (Match, bool) {
	m := Match{Filter: c.filter, Named: c.posts[id]}
	for _, w := range c.words {
		if w.in(text) {
			m.Keywords = append(m.Keywords, w.typed)
		}
	}
	return m, m.Named || len(m.Keywords) > 0
}

// in tells whether a folded text holds the word. A keyword is no pattern: what
// it costs to look for one grows with the text alone, whatever was typed.
func (w word) in(text string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], w.text)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(w.text):])
		if (!w.begins || !inWord(before)) && (!w.ends || !inWord(after)) {
			return true
		}
		_, n := utf8.DecodeRuneInString(text[at:])
		from = at + n
	}
}

// inWord tells whether r is part of a word in any script. utf8.RuneError, which
// stands for the end of a text, is not.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || unicode.Is(unicode.Pc, r)
}

// fold makes texts equal that read alike: in case, in width and in how their
// letters are composed, whatever invisible signs and spaces are among them.
func fold(s string) string {
	if isASCII(s) {
		return strings.Join(strings.Fields(strings.ToLower(s)), " ")
	}
	s = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
	s = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector) || r < ' ' && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] < ' ' && s[i] != '\n' && s[i] != '\t' && s[i] != '\r' {
			return false
		}
	}
	return true
}
