package activitypub

import (
	"context"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
	"palier/protocol/address"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// Limits of what is kept of a stranger's post.
const (
	maxRemoteText     = 100_000 // bytes of HTML
	maxRemoteMentions = 50
	maxRemoteTags     = 30
	maxRemoteTitle    = 300 // runes
)

// readPost turns a document of author's that came from its own origin into a
// post. Whom and what it names is resolved among actors we know.
func (s *Service) readPost(ctx context.Context, tx store.Tx, author instance.Actor, o *as2.Object) (*instance.Post, error) {
	doc, err := as2.ReadNote(o)
	if err != nil {
		return nil, err
	}
	ours := vocab.ReadPost(o)
	p := &instance.Post{
		URI: doc.ID, URL: web(doc.URL, doc.ID), Author: author, Kind: instance.KindPost,
		Title: cut(writing.CleanName(ours.Title), maxRemoteTitle), Warning: cut(writing.Plain(doc.Summary, instance.MaxWarning), instance.MaxWarning),
		Sensitive: doc.Sensitive, Language: language(doc.Language()), Reach: ours.Reach,
		ReplyToURI: doc.InReplyTo, Context: own(doc.Conversation, doc.Conversation),
		PublishedAt: doc.Published.UTC(), EditedAt: doc.Updated.UTC(),
	}
	now := s.now().UTC()
	if p.PublishedAt.IsZero() || p.PublishedAt.Year() < 1970 || p.PublishedAt.After(now) {
		p.PublishedAt = now
	}
	if !p.EditedAt.After(p.PublishedAt) || p.EditedAt.After(now) {
		p.EditedAt = doc.Updated
		if p.EditedAt.After(now) {
			p.EditedAt = now
		}
	}
	if doc.Type != as2.TypeNote && doc.Type != as2.TypeQuestion {
		p.Warning = "" // a summary there is an abstract, not a warning
	}
	if p.Event = s.invited(o, doc); p.Event != nil {
		p.Kind = instance.KindEvent
		doc.Content = withoutFacts(doc.Content, doc)
		if p.Language == "" {
			p.Language = language(o.Line("inLanguage"))
		}
	}
	p.Content = content(doc, p)
	p.Audience = address.Read(address.Of(o), author.Followers)
	p.Pictures = attached(doc)
	p.Poll = asked(doc)
	if p.Event == nil {
		if p.Proposal = proposed(o, doc, ours); p.Proposal != nil {
			p.Kind = kindOf(p.Proposal, ours.Kind)
		}
	}
	p.Tags = hashtags(doc)
	if err := s.resolveNamed(ctx, tx, doc, p); err != nil {
		return nil, fmt.Errorf("read post %s: %w", doc.ID, err)
	}
	return p, nil
}

// content is the safe HTML of a post; the title, if it has one of ours, is
// taken out of it, since pages show it themselves.
func content(doc as2.Note, p *instance.Post) string {
	html := doc.Content
	if len(html) > maxRemoteText {
		html = html[:strings.LastIndexByte(html[:maxRemoteText], '<')+1]
		html = strings.TrimSuffix(html, "<")
	}
	if doc.MediaType == "text/plain" {
		html = writing.Render(html, writing.Options{}).HTML
	}
	safe := writing.Clean(html)
	if rest, ok := unstruck(safe, p.Title); ok {
		return rest
	}
	if title, rest := writing.SplitTitle(safe); title != "" && title == p.Title {
		return rest
	}
	return safe
}

// attached are the pictures, videos and sounds that come with a post, at most as
// many as one of ours has.
func attached(doc as2.Note) []instance.Picture {
	var list []instance.Picture
	for _, m := range doc.Attachments {
		address, kind := web(m.URL, ""), attachmentType(m)
		if address == "" || kind == "" || len(list) == instance.MaxPictures {
			continue
		}
		p := instance.Picture{
			Type: kind, RemoteURL: address, Width: measure(m.Width), Height: measure(m.Height), Blurhash: cut(m.Blurhash, 100),
			Description: cut(writing.Plain(m.Name, instance.MaxDescription), instance.MaxDescription),
		}
		if len(m.FocalPoint) == 2 {
			p.FocusX, p.FocusY = clamp(m.FocalPoint[0]), clamp(m.FocalPoint[1])
		}
		list = append(list, p)
	}
	return list
}

// attachmentType is the media type of an attachment, or its family if it says no
// more; empty for what is neither picture, video nor sound.
func attachmentType(m as2.Media) string {
	kind, _, _ := strings.Cut(strings.ToLower(m.MediaType), ";")
	kind = strings.TrimSpace(kind)
	family, rest, ok := strings.Cut(kind, "/")
	if ok && rest != "" && len(kind) <= 100 && (family == "image" || family == "video" || family == "audio") {
		return kind
	}
	switch {
	case kind != "":
		return ""
	case m.Type == as2.TypeImage:
		return "image"
	case m.Type == as2.TypeVideo:
		return "video"
	case m.Type == as2.TypeAudio:
		return "audio"
	}
	return ""
}

// measure keeps a number of pixels if it can be one.
func measure(pixels int) int {
	const most = 1 << 16
	if pixels < 0 || pixels > most {
		return 0
	}
	return pixels
}

func clamp(f float64) float64 { return max(-1, min(1, f)) }

func hashtags(doc as2.Note) []string {
	var list []string
	for _, t := range doc.Tags {
		if t.Type != as2.TypeHashtag || len(list) == maxRemoteTags {
			continue
		}
		list = append(list, writing.Hashtags("#"+strings.TrimPrefix(t.Name, "#"))...)
	}
	return list
}

// resolveNamed fills in the actors a post mentions and the group it is posted
// in, as far as we know them. The group is the one its audience names, else the
// first group it mentions.
func (s *Service) resolveNamed(ctx context.Context, tx store.Tx, doc as2.Note, p *instance.Post) error {
	var uris []string
	for _, t := range doc.Tags {
		if t.Type == as2.TypeMention && t.Href != "" && len(uris) < maxRemoteMentions {
			uris = append(uris, t.Href)
		}
	}
	groups := append([]string{}, doc.Audience...)
	for _, uri := range append(append([]string{}, doc.To...), doc.CC...) {
		if s.site.Owns(uri) && len(groups) < maxRemoteMentions {
			groups = append(groups, uri)
		}
	}
	known, err := actors.ByURIs(ctx, tx, append(append([]string{}, uris...), groups...))
	if err != nil {
		return err
	}
	for _, uri := range groups {
		if g, ok := known[uri]; ok && g.Kind == instance.Group && p.Group == nil {
			p.Group = &g
		}
	}
	for _, uri := range uris {
		a, ok := known[uri]
		switch {
		case !ok:
		case a.Kind == instance.Group && p.Group == nil:
			p.Group = &a
		case a.Kind != instance.Group || a.ID != p.Group.ID:
			p.Mentions = append(p.Mentions, a)
		}
	}
	// A direct message names whom it is for in its addressing alone.
	if p.Audience == instance.ToMentioned {
		for _, uri := range doc.To {
			if a, ok := known[uri]; ok && a.Local() && (a.Kind == instance.Person || a.Kind == instance.Service) && !mentions(p, a.ID) {
				p.Mentions = append(p.Mentions, a)
			}
		}
	}
	return nil
}

func mentions(p *instance.Post, id instance.ActorID) bool {
	for _, a := range p.Mentions {
		if a.ID == id {
			return true
		}
	}
	return false
}

// language keeps a language tag if it looks like one.
func language(tag string) string {
	if len(tag) < 2 || len(tag) > 35 || strings.ContainsFunc(tag, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return ""
	}
	return tag
}
