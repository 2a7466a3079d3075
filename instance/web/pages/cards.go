package pages

import (
	"crypto/rand"
	"fmt"
	"html/template"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"palier/instance/web/view"
)

// Card is a post as its template sees it.
type Card struct {
	view.Post
	SignedIn bool
	Alone    bool // it is what its page is about

	// Over tells that its poll has ended, and Ends when that was or will be.
	Over bool
	Ends string

	// Until is when one can take part no more in what its author does together
	// with others; empty for never or nothing.
	Until string
	Clock string // of the day, for what is every week

	// Past tells that the time of what it proposes is over, and Span when it is.
	Past bool
	Span string

	// Exact is when it was published, in words and in the zone of the place.
	Exact string
	// When is the same as people say it now; it and Back differ on every page,
	// so marks stand for them in a card that is kept.
	When, Back string
}

// cards keeps posts laid out. Going through a template for each of the twenty
// posts of a page costs more than all the rest of it.
type cards struct {
	layout     *template.Template
	kept       *lru.Cache[cardKey, [3]string]
	when, back string // the marks, which nobody can know and write into a post
}

// cardKey is everything that a card depends on but the time and the way back.
type cardKey struct {
	id                     string
	version, published     int64
	zone                   int // seconds east of Greenwich
	replies                int
	author, picture        string
	in, answers            string
	sharedBy, sharedByPath string
	signedIn, alone        bool
	gone                   view.Gone
	liked, shared, pinned  bool
	kept                   bool
	may                    view.Deeds
	over, past             bool
	chosen                 uint64 // a bit for each option
}

func newCards(base *template.Template, keep int) (*cards, error) {
	kept, err := lru.New[cardKey, [3]string](keep)
	if err != nil {
		return nil, err
	}
	return &cards{layout: base.Lookup("post"), kept: kept, when: rand.Text(), back: rand.Text()}, nil
}

func key(f Frame, p view.Post, alone bool) cardKey {
	k := cardKey{
		id: p.ID, version: p.Version, replies: p.Replies, author: p.Author.Name, picture: p.Author.Picture,
		signedIn: f.Viewer != nil, alone: alone, gone: p.Gone, liked: p.Liked, shared: p.Shared, pinned: p.Pinned, kept: p.Kept,
		may: p.May, published: p.Published.Unix(),
	}
	_, k.zone = p.Published.In(f.Now.Location()).Zone()
	if p.Poll != nil {
		k.over = p.Poll.Over(f.Now)
		for i, o := range p.Poll.Options {
			if o.Chosen {
				k.chosen |= 1 << i
			}
		}
	}
	if p.Purchase != nil {
		k.over = p.Purchase.Ended(f.Now)
	}
	k.past = p.Proposal != nil && p.Proposal.Over(f.Now)
	if p.Ride != nil {
		k.over = p.Ride.Ended(f.Now)
	}
	if p.Errand != nil {
		k.over = p.Errand.Ended(f.Now)
	}
	if p.ReplyTo != nil {
		k.answers = p.ReplyTo.To
	}
	if p.In != nil {
		k.in = p.In.Name
	}
	if p.SharedBy != nil {
		k.sharedBy, k.sharedByPath = p.SharedBy.Name, p.SharedBy.Path
	}
	return k
}

// posts lays out a list of posts.
func (in *speaking) posts(f Frame, list []view.Post) (template.HTML, error) {
	var b strings.Builder
	b.Grow(3500 * len(list))
	b.WriteString(`<ul class="posts">`)
	for _, p := range list {
		b.WriteString(`<li>`)
		if err := in.write(&b, f, p, false); err != nil {
			return "", err
		}
		b.WriteString(`</li>`)
	}
	b.WriteString(`</ul>`)
	return template.HTML(b.String()), nil //nolint:gosec // html/template wrote the cards
}

// card lays out one post of several.
func (in *speaking) card(f Frame, p view.Post) (template.HTML, error) { return in.lay(f, p, false) }

// alone lays out the post that a page is about.
func (in *speaking) alone(f Frame, p view.Post) (template.HTML, error) { return in.lay(f, p, true) }

func (in *speaking) lay(f Frame, p view.Post, alone bool) (template.HTML, error) {
	var b strings.Builder
	err := in.write(&b, f, p, alone)
	return template.HTML(b.String()), err //nolint:gosec // html/template wrote the card
}

// write lays a post out, behind the title of what folds it. The fold is the
// reader's own: it stands around a card that others share.
func (in *speaking) write(b *strings.Builder, f Frame, p view.Post, alone bool) error {
	if p.Folded == "" {
		return in.writeCard(b, f, p, alone)
	}
	b.WriteString(`<details class="post-veil post-folded"><summary>` + string(in.icon("quiet")) + `<span dir="auto">` +
		string(in.SayHTML("post.folded", "Title", p.Folded)) + `</span><span class="linkish-word">` +
		template.HTMLEscapeString(in.Say("post.unveil")) + `</span></summary>`)
	err := in.writeCard(b, f, p, alone)
	b.WriteString(`</details>`)
	return err
}

func (in *speaking) writeCard(b *strings.Builder, f Frame, p view.Post, alone bool) error {
	c := in.cards
	k := key(f, p, alone)
	drawn, ok := c.kept.Get(k)
	if !ok {
		var err error
		card := Card{Post: p, SignedIn: k.signedIn, Alone: alone, Exact: in.Exact(p.Published.In(f.Now.Location())), When: c.when, Back: c.back, Over: k.over}
		if p.Poll != nil && !p.Poll.Ends.IsZero() {
			card.Ends = in.Exact(p.Poll.Ends.In(f.Now.Location()))
		}
		if p.Purchase != nil {
			card.Until = in.Exact(p.Purchase.Deadline.In(f.Now.Location()))
		}
		if p.Proposal != nil {
			card.Past, card.Span = k.past, in.span(f.Now, p.Proposal)
		}
		if p.Ride != nil {
			starts := p.Ride.Starts.In(f.Now.Location())
			card.Until, card.Clock = in.Exact(starts), in.Clock(starts)
		}
		if p.Errand != nil && !p.Errand.Starts.IsZero() {
			card.Until = in.Exact(p.Errand.Starts.In(f.Now.Location()))
		}
		if drawn, err = c.draw(card); err != nil {
			return fmt.Errorf("post %s: %w", p.ID, err)
		}
		c.kept.Add(k, drawn)
	}
	b.WriteString(drawn[0])
	if p.Gone == view.Here {
		b.WriteString(template.HTMLEscapeString(in.When(f.Now, p.Published)))
	}
	b.WriteString(drawn[1])
	if k.signedIn && p.Gone == view.Here {
		template.HTMLEscape(writer{b}, []byte(f.Back()))
	}
	b.WriteString(drawn[2])
	return nil
}

// span says from when until when something is proposed.
func (in *speaking) span(now time.Time, q *view.Proposal) string {
	from, to := in.Date(now, q.Starts.In(now.Location())), in.Date(now, q.Ends.In(now.Location()))
	switch {
	case q.Starts.IsZero() && q.Ends.IsZero():
		return ""
	case q.Ends.IsZero():
		return in.Say("proposal.from", "From", from)
	case q.Starts.IsZero():
		return in.Say("proposal.until", "Until", to)
	default:
		return in.Say("proposal.span", "From", from, "Until", to)
	}
}

// draw lays a card out and cuts it at the marks.
func (c *cards) draw(card Card) ([3]string, error) {
	var b strings.Builder
	if err := c.layout.Execute(&b, card); err != nil {
		return [3]string{}, err
	}
	head, rest, _ := strings.Cut(b.String(), c.when)
	body, deeds, _ := strings.Cut(rest, c.back)
	return [3]string{head, body, deeds}, nil
}

// writer keeps [template.HTMLEscape] from needing a buffer of its own.
type writer struct{ *strings.Builder }

// when is t as people say it, exact for those who point at it and for programs.
func (in *speaking) when(now, t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + //nolint:gosec // escaped here
		`" title="` + template.HTMLEscapeString(in.Exact(t.In(now.Location()))) +
		`">` + template.HTMLEscapeString(in.When(now, t)) + `</time>`)
}
