package activitypub

import (
	"palier/instance"
	"palier/protocol/address"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// note returns the document of one of our own posts. It is an allow-list: what
// is not named here does not leave. A post that stays on this server has none.
func (s *Service) note(p *instance.Post) as2.Note {
	to, cc := addressees(p)
	content := titled(p)
	doc := as2.Note{
		Context: postContext(p), ID: p.URI, Type: postType(p), AttributedTo: []as2.Item{as2.IRI(p.Author.URI)},
		InReplyTo: p.ReplyToURI, Summary: p.Warning, Content: content, URL: p.URL,
		Published: p.PublishedAt, Updated: p.EditedAt, To: to, CC: cc, Conversation: p.Context, Sensitive: p.Sensitive,
		Replies: as2.IRI(p.URI + "/replies"),
	}
	if p.Language != "" {
		doc.ContentMap = map[string]string{p.Language: content}
	}
	if p.Group != nil && p.Audience.Open() {
		doc.Audience = []string{p.Group.URI}
		doc.Tags = append(doc.Tags, mention(*p.Group, s.site))
	}
	for _, a := range p.Mentions {
		doc.Tags = append(doc.Tags, mention(a, s.site))
	}
	for _, tag := range p.Tags {
		doc.Tags = append(doc.Tags, as2.Tag{Type: as2.TypeHashtag, Href: s.site.TagPage(tag), Name: "#" + tag})
	}
	for _, m := range p.Pictures {
		doc.Attachments = append(doc.Attachments, s.attachment(m))
	}
	if p.Poll != nil {
		s.ask(&doc, p.Poll)
	}
	more := vocab.Post{Title: p.Title, Kind: vocab.Kind(p.Kind), Reach: p.Reach}
	if p.Proposal != nil {
		more.Purpose, more.Status = vocab.Purpose(p.Proposal.Purpose), string(p.Proposal.Status)
		if err := propose(&doc, p); err != nil {
			s.log.Error("say what a post proposes", "post", p.ID, "error", err) // ours always encode
		}
	}
	vocab.PutPost(&doc, more)
	if p.Event != nil {
		s.invite(&doc, p)
	}
	return doc
}

func mention(a instance.Actor, site instance.Site) as2.Tag {
	host := a.Host
	if host == "" {
		host = site.Host()
	}
	return as2.Tag{Type: as2.TypeMention, Href: a.URI, Name: "@" + a.Username + "@" + host}
}

func (s *Service) attachment(m instance.Picture) as2.Media {
	doc := as2.Media{
		Type: as2.TypeDocument, MediaType: m.Type, URL: s.site.MediaURL(m.File), Name: m.Description,
		Width: m.Width, Height: m.Height, Blurhash: m.Blurhash,
	}
	if m.FocusX != 0 || m.FocusY != 0 {
		doc.FocalPoint = []float64{m.FocusX, m.FocusY}
	}
	return doc
}

// addressees returns whom a post is addressed to. For a post that stays here
// there is nobody.
func addressees(p *instance.Post) (to, cc []string) {
	parties := address.Parties{Followers: p.Author.Followers}
	if p.Group != nil && p.Group.ID != p.Author.ID {
		parties.Group = p.Group.URI
	}
	for _, a := range p.Mentions {
		parties.Named = append(parties.Named, a.URI)
	}
	to, cc, _ = address.Write(p.Audience, parties)
	return to, cc
}
