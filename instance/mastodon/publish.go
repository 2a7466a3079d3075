package mastodon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/writing"
)

// publishStatus posts what somebody wrote, at once or later. The same key twice
// is the same post.
func (s *Server) publishStatus(w http.ResponseWriter, r *http.Request, c *call) error {
	d, err := s.draft(r.Context(), c)
	if err != nil {
		return err
	}
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		sum := sha256.Sum256([]byte(key))
		d.Once = "api " + hex.EncodeToString(sum[:16])
	}
	at, err := s.scheduledAt(c)
	if err != nil {
		return err
	}
	if !at.IsZero() {
		return s.schedule(w, r, c, d, at)
	}
	p, err := s.Posts.Publish(r.Context(), c.viewer, d)
	if err != nil {
		return err
	}
	return s.again(w, r, c, p.ID)
}

// draft reads what is to be posted, and for whom.
func (s *Server) draft(ctx context.Context, c *call) (instance.Draft, error) {
	d := instance.Draft{
		Text: c.Text("status"), Warning: c.Text("spoiler_text"), Sensitive: c.sensitive(), Language: c.language(),
		Pictures: c.IDs("media_ids"), Poll: c.pollDraft(),
	}
	replyTo, err := c.ID("in_reply_to_id")
	if err != nil {
		return d, err
	}
	if d.ReplyTo, err = s.answered(ctx, c, replyTo); err != nil {
		return d, err
	}
	if len(c.Texts("media_ids")) != len(d.Pictures) {
		return d, &instance.Invalid{Field: "pictures", Code: "unknown"}
	}
	return d, s.address(ctx, c, &d)
}

// answered is the post that an id names, which may be that of a share.
func (s *Server) answered(ctx context.Context, c *call, id instance.ID) (instance.PostID, error) {
	if id == 0 {
		return 0, nil
	}
	found, err := s.findAll(ctx, c, []instance.ID{id})
	if err == nil && len(found) == 0 {
		err = instance.ErrNotFound
	}
	if err != nil {
		return 0, err
	}
	return found[0].ID, nil
}

// sensitive tells whether a post is to be veiled: as it says, else as its writer
// usually does.
func (c *call) sensitive() bool {
	if yes, said := c.Bool("sensitive"); said {
		return yes
	}
	return c.account.App.Sensitive
}

// language is the one a post is in: as it says, else the writer's own.
func (c *call) language() string {
	lang := strings.ToLower(c.Text("language"))
	if len(lang) < 2 || len(lang) > 12 {
		return postingLanguage(c.account)
	}
	return lang
}

// address decides where a draft is posted and who reads it. A program knows four
// words for that; what they mean never reaches further than the person, the
// place and the post that is answered allow:
//
//   - a neighbourhood that is mentioned is the place;
//   - private is the circle of the place, else that of one's home where one
//     writes to neighbours by default, else one's followers;
//   - direct is those mentioned;
//   - an answer goes at most to those who read what it answers.
func (s *Server) address(ctx context.Context, c *call, d *instance.Draft) error {
	word := c.Text("visibility")
	if word == "" {
		word = privacy(c.account)
	}
	place, err := s.mentionedPlace(ctx, d.Text)
	if err != nil {
		return err
	}
	switch word {
	case "public":
		d.Audience = instance.ToPublic
	case "unlisted":
		d.Audience = instance.ToUnlisted
	case "direct":
		d.Audience = instance.ToMentioned
		return nil
	case "private":
		return s.addressPrivately(ctx, c, d, place)
	default:
		return &instance.Invalid{Field: "audience", Code: "unknown"}
	}
	if place != nil && d.ReplyTo == 0 && (!place.Local() || at(c, place.ID)) {
		d.Group = place.ID
	}
	if d.ReplyTo != 0 {
		return s.addressAnswer(ctx, c, d)
	}
	return nil
}

// at tells whether the caller is at home in a place, or tends it.
func at(c *call, place instance.ActorID) bool {
	return slices.Contains(c.viewer.Inner, place) || slices.Contains(c.viewer.Tends, place)
}

func (s *Server) addressPrivately(ctx context.Context, c *call, d *instance.Draft, place *instance.Actor) error {
	d.Audience = instance.ToFollowers
	if d.ReplyTo != 0 {
		return s.addressAnswer(ctx, c, d)
	}
	if place != nil && place.Local() && at(c, place.ID) {
		d.Group, d.Audience = place.ID, circle(*place)
		return nil
	}
	if !c.account.DefaultAudience.Local() {
		return nil
	}
	homes, err := s.Places.Residences(ctx, c.me())
	if err != nil {
		return err
	}
	for _, h := range homes {
		if h.Standing == instance.Verified {
			d.Group, d.Audience = h.Place.ID, circle(h.Place)
			return nil
		}
	}
	return nil
}

// circle is the circle of a place itself.
func circle(place instance.Actor) instance.Audience {
	if place.Level.House() {
		return instance.ToBuilding
	}
	return instance.ToNeighbourhood
}

// addressAnswer lets an answer go to those who read what it answers, where a
// program could not say so itself.
func (s *Server) addressAnswer(ctx context.Context, c *call, d *instance.Draft) error {
	parent, err := s.Posts.ByID(ctx, c.viewer, d.ReplyTo)
	if err != nil {
		return err
	}
	if parent.Audience.Local() {
		d.Audience = parent.Audience
	}
	return nil
}

// mentionedPlace returns the first neighbourhood that a text mentions, as far as
// we know it; nil for none.
func (s *Server) mentionedPlace(ctx context.Context, text string) (*instance.Actor, error) {
	for _, handle := range writing.Mentions(text) {
		a, err := s.People.Known(ctx, s.handle(handle))
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if a.Kind == instance.Group {
			return &a, nil
		}
	}
	return nil, nil
}

// editStatus changes the words and pictures of one's own post. Who reads it
// stays as it is, and so does a title that programs know nothing of.
func (s *Server) editStatus(w http.ResponseWriter, r *http.Request, c *call) error {
	one, err := s.find(r, c)
	if err != nil {
		return err
	}
	if one.Author.ID != c.me() {
		return instance.ErrNotFound
	}
	d := instance.Draft{Title: one.Title, Text: one.Source, Warning: one.Warning, Sensitive: one.Sensitive, Language: one.Language}
	if c.Has("status") {
		d.Text = c.Text("status")
	}
	if c.Has("spoiler_text") {
		d.Warning = c.Text("spoiler_text")
	}
	if yes, said := c.Bool("sensitive"); said {
		d.Sensitive = yes
	}
	if c.Has("language") {
		d.Language = c.language()
	}
	for _, m := range one.Pictures {
		d.Pictures = append(d.Pictures, m.ID)
	}
	if c.Has("media_ids") {
		d.Pictures = c.IDs("media_ids")
	}
	d.Descriptions = described(c, d.Pictures, one.Pictures)
	if d.Poll = c.pollDraft(); d.Poll == nil && one.Poll != nil && !c.Has("status") {
		d.Poll = one.Poll.Draft() // an edit that says everything but a poll takes it out
	}
	if _, err := s.Posts.Edit(r.Context(), c.me(), one.ID, d); err != nil {
		return err
	}
	return s.again(w, r, c, one.ID)
}

// described are the descriptions of pictures from now on, where an edit changes
// some of them; nil where it does not.
func described(c *call, pictures []instance.ID, known []instance.Picture) []string {
	changes := map[string]string{}
	for _, m := range c.Each("media_attributes") {
		if m.Has("description") {
			changes[m.Text("id")] = m.Text("description")
		}
	}
	if len(changes) == 0 {
		return nil
	}
	list := make([]string, len(pictures))
	for i, id := range pictures {
		for _, m := range known {
			if m.ID == id {
				list[i] = m.Description
			}
		}
		if text, ok := changes[id.String()]; ok {
			list[i] = text
		}
	}
	return list
}
