package mastodon

import (
	"context"
	"fmt"
	"math"

	"palier/instance"
	"palier/instance/mastodon/entity"
	"palier/instance/timelines"
)

// visibility is an audience in the words programs know. What is for a circle of
// neighbours is private to them: they must never offer to share it.
func visibility(a instance.Audience) string {
	switch a {
	case instance.ToPublic:
		return "public"
	case instance.ToUnlisted:
		return "unlisted"
	case instance.ToMentioned:
		return "direct"
	default:
		return "private"
	}
}

// entries shows lines of a timeline as the caller sees them. What was passed on
// is shown as by whoever brought it, or by passer where that is given.
func (s *Server) entries(ctx context.Context, c *call, list []timelines.Entry, passer *instance.Actor) ([]entity.Status, error) {
	posts := make([]*instance.Post, len(list))
	for i, e := range list {
		posts[i] = e.Post
	}
	f := s.faces()
	shown, err := s.show(ctx, c, posts, f)
	if err != nil {
		return nil, err
	}
	for i, e := range list {
		by := e.Via
		if passer != nil {
			by = passer
		}
		if by == nil || e.ID == instance.ID(e.Post.ID) {
			continue
		}
		shown[i] = s.share(e.ID, *by, shown[i], f)
	}
	return shown, nil
}

// posts shows posts as the caller sees them, in the order given.
func (s *Server) posts(ctx context.Context, c *call, list []*instance.Post) ([]entity.Status, error) {
	return s.show(ctx, c, list, s.faces())
}

// post shows one post as the caller sees it.
func (s *Server) post(ctx context.Context, c *call, p *instance.Post) (*entity.Status, error) {
	shown, err := s.posts(ctx, c, []*instance.Post{p})
	if err != nil {
		return nil, err
	}
	return &shown[0], nil
}

func (s *Server) show(ctx context.Context, c *call, list []*instance.Post, f *faces) ([]entity.Status, error) {
	shown := make([]entity.Status, len(list))
	for i, p := range list {
		shown[i] = s.status(p, f)
		if c.me() != 0 {
			shown[i].Bonds, shown[i].Poll = bonds(c.me(), p), s.myPoll(c.me(), p)
		}
	}
	return shown, s.filtered(ctx, c, list, shown)
}

// status shows a post as everyone who may read it sees it.
func (s *Server) status(p *instance.Post, f *faces) entity.Status {
	shown := entity.Status{
		ID: entity.ID(p.ID), CreatedAt: entity.Time(p.PublishedAt), Sensitive: p.Sensitive, SpoilerText: p.Warning,
		Visibility: visibility(p.Audience), URI: p.URI, URL: p.URL,
		RepliesCount: max(0, p.Replies), ReblogsCount: max(0, p.Boosts), FavouritesCount: max(0, p.Likes),
		EditedAt: entity.Time(p.EditedAt), Content: content(p), Account: f.of(p.Author),
		MediaAttachments: make([]entity.MediaAttachment, len(p.Pictures)), Mentions: make([]entity.Mention, len(p.Mentions)),
		Tags: make([]entity.StatusTag, len(p.Tags)), Emojis: []entity.Emoji{}, Poll: s.poll(p),
	}
	if shown.URL == "" {
		shown.URL = p.URI
	}
	if p.Language != "" {
		shown.Language = &p.Language
	}
	if p.ReplyTo != 0 {
		id := entity.ID(p.ReplyTo)
		shown.InReplyToID = &id
	}
	if p.Answered != nil {
		id := entity.ID(p.Answered.ID)
		shown.InReplyToAccountID = &id
	}
	for i, m := range p.Pictures {
		shown.MediaAttachments[i] = s.picture(m, p)
	}
	if p.Card != nil {
		shown.Card = s.card(p.Card)
	}
	for i, a := range p.Mentions {
		shown.Mentions[i] = entity.Mention{ID: entity.ID(a.ID), Username: a.Username, Acct: a.Acct(), URL: pageOf(a)}
	}
	for i, tag := range p.Tags {
		shown.Tags[i] = entity.StatusTag{Name: tag, URL: s.Site.TagPage(tag)}
	}
	return shown
}

// bonds are what somebody did with a post.
func bonds(me instance.ActorID, p *instance.Post) *entity.Bonds {
	b := &entity.Bonds{Favourited: p.Liked, Reblogged: p.Boosted, Bookmarked: p.Bookmarked, Muted: p.ThreadMuted, Filtered: []entity.FilterResult{}}
	if p.Author.ID == me {
		pinned := p.Pinned
		b.Pinned = &pinned
	}
	return b
}

// share shows that by passed a post on.
func (s *Server) share(id instance.ID, by instance.Actor, of entity.Status, f *faces) entity.Status {
	outer := of
	outer.ID, outer.CreatedAt, outer.Account, outer.Reblog = entity.ID(id), entity.Time(id.Time()), f.of(by), &of
	outer.URI = s.Site.ActivityURI(id)
	outer.InReplyToID, outer.InReplyToAccountID, outer.EditedAt, outer.Card, outer.Poll = nil, nil, entity.Time{}, nil, nil
	outer.MediaAttachments = []entity.MediaAttachment{}
	return outer
}

// picture shows a picture of a post, or of none yet where of is nil. One that not
// everyone may see comes with a pass, since programs fetch pictures without
// saying for whom.
func (s *Server) picture(m instance.Picture, of *instance.Post) entity.MediaAttachment {
	shown := entity.MediaAttachment{ID: entity.ID(m.ID), Type: "image", Meta: meta(m)}
	if m.Description != "" {
		shown.Description = &m.Description
	}
	if m.Blurhash != "" {
		shown.Blurhash = &m.Blurhash
	}
	if m.RemoteURL != "" {
		shown.RemoteURL = &m.RemoteURL
	}
	if !m.Shown() {
		shown.Type = "unknown" // what it is can be seen where it lies
		return shown
	}
	full, small := s.pictureURLs(m, of)
	shown.URL, shown.PreviewURL = &full, &small
	return shown
}

// pictureURLs are where a picture is to be had, and its smaller copy: always with
// us, wherever it lies.
func (s *Server) pictureURLs(m instance.Picture, of *instance.Post) (full, small string) {
	pass := func(string) string { return "" }
	switch {
	case of == nil:
		pass = func(name string) string { return s.Passes.For(name, 0, s.Now()) }
	case !of.Audience.Open():
		pass = func(name string) string { return s.Passes.For(name, int64(of.ID), s.Now()) }
	}
	if m.File == "" {
		full = s.Site.OthersPicture(instance.OfAttachment, m.ID, m.RemoteURL)
		name := pass(string(instance.OfAttachment) + "/" + m.ID.String())
		return full + name, full + "/small" + name
	}
	full = s.Site.MediaURL(m.File) + pass(m.File)
	if m.Thumb == "" {
		return full, full
	}
	return full, s.Site.MediaURL(m.Thumb) + pass(m.Thumb)
}

// card shows what a page that a post links to says of itself. It is always a
// link, without any HTML: what plays or moves is for the page itself.
func (s *Server) card(c *instance.Card) *entity.Card {
	shown := &entity.Card{
		URL: c.URL, Title: c.Title, Description: c.Description, Type: "link", AuthorName: c.Author, ProviderName: c.Provider, Width: c.Width, Height: c.Height,
	}
	if c.Image != "" {
		image := s.Site.CardImage(c)
		shown.Image = &image
	}
	if c.Blurhash != "" {
		shown.Blurhash = &c.Blurhash
	}
	if c.Language != "" {
		shown.Language = &c.Language
	}
	return shown
}

// thumbSide is the longer side of a thumbnail.
const thumbSide = 640

func meta(m instance.Picture) entity.MediaMeta {
	shown := entity.MediaMeta{Focus: &entity.MediaFocus{X: m.FocusX, Y: m.FocusY}}
	if m.Width == 0 || m.Height == 0 {
		return shown
	}
	shown.Original = size(m.Width, m.Height)
	w, h := m.Width, m.Height
	if long := max(w, h); long > thumbSide {
		w, h = max(1, w*thumbSide/long), max(1, h*thumbSide/long)
	}
	shown.Small = size(w, h)
	return shown
}

func size(w, h int) *entity.MediaSize {
	aspect := math.Round(float64(w)/float64(h)*10_000) / 10_000
	return &entity.MediaSize{Width: w, Height: h, Size: fmt.Sprintf("%dx%d", w, h), Aspect: aspect}
}
