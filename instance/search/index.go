package search

import (
	"strings"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

// words is the index of the words of posts.
const words store.Words = "post_words"

// Signs stand in the index beside the words of a post and say what it is. No
// text becomes one: "&" is not part of a word.
const (
	anyPost   = "&post" // every post, for a query that only leaves out
	boundary  = "&"     // between texts, so that no phrase runs from one into the next
	withMedia = "&media"
	withPoll  = "&poll"
	withLink  = "&link"
	isReply   = "&reply"
	hidden    = "&sensitive"
	speaks    = "&in"    // followed by a language
	wrote     = "&by"    // followed by the id of the author
	isKind    = "&kind"  // followed by the kind of the post
	isFor     = "&is"    // followed by offer or request
	about     = "&about" // followed by the category of what is proposed
	isAt      = "&at"    // followed by the id of the place
)

// termsOf are the words by which a post is found: those of its title, warning,
// text, the alternative texts of its pictures and what can be chosen in its
// poll, its hashtags, and the signs of what it is.
func termsOf(p *instance.Post) []string {
	var list []string
	add := func(text string) {
		for _, term := range writing.Terms(text) {
			list = append(list, writing.Stem(term))
		}
		list = append(list, boundary)
	}
	add(p.Title)
	add(p.Warning)
	for _, m := range p.Pictures {
		add(m.Description)
	}
	if p.Poll != nil {
		for _, o := range p.Poll.Options {
			add(o.Title)
		}
	}
	// The signs come before the text: a text can be longer than what is kept.
	list = append(list, signsOf(p)...)
	for _, tag := range p.Tags {
		if term := tagTerm(tag); term != "" {
			list = append(list, term)
		}
	}
	add(writing.Paragraphs(p.Content))
	return list
}

func signsOf(p *instance.Post) []string {
	signs := []string{anyPost, authorSign(p.Author.ID)}
	if p.Kind != "" && p.Kind != instance.KindPost {
		signs = append(signs, kindSign(p.Kind))
	}
	if p.Group != nil {
		signs = append(signs, placeSign(p.Group.ID))
	}
	if q := p.Proposal; q != nil {
		signs = append(signs, purposeSign(q.Purpose))
		if q.Category != "" {
			signs = append(signs, categorySign(q.Category))
		}
	}
	for _, s := range []struct {
		sign string
		on   bool
	}{
		{withMedia, len(p.Pictures) > 0},
		{withPoll, p.Poll != nil},
		{withLink, writing.LinksOut(p.Content)},
		{isReply, p.ReplyToURI != ""},
		{hidden, p.Sensitive || p.Warning != ""},
		{languageSign(p.Language), p.Language != ""},
	} {
		if s.on {
			signs = append(signs, s.sign)
		}
	}
	return signs
}

// authorSign is the sign of who wrote it: so the index knows which of the posts
// with a common word are by somebody.
func authorSign(id instance.ActorID) string { return wrote + id.String() }

// kindSign is the sign of a kind of posts, as the others below that of where
// they are and of what they propose.
func kindSign(kind string) string { return isKind + strings.Join(writing.Terms(kind), "") }

func placeSign(id instance.ActorID) string { return isAt + id.String() }

func purposeSign(p instance.Purpose) string {
	return isFor + strings.Join(writing.Terms(string(p)), "")
}

func categorySign(category string) string { return about + strings.Join(writing.Terms(category), "") }

// languageSign is the sign of a language, whatever its region.
func languageSign(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return speaks + strings.Join(writing.Terms(base), "")
}

// tagTerm is a hashtag in the index, without its accents.
func tagTerm(tag string) string {
	folded := foldTag(tag)
	if folded == "" {
		return ""
	}
	return "#" + folded
}
