package mastodon

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/hashtags"
	"palier/instance/mastodon/entity"
	"palier/instance/timelines"
	"palier/instance/writing"
)

func (s *Server) tagRoutes(r chi.Router) {
	s.open(r, "/v1/timelines/tag/{tag}", "read:statuses", s.getTagTimeline)
	s.open(r, "/v1/tags/{tag}", "read:follows", s.getTag)
	s.person(r, http.MethodPost, "/v1/tags/{tag}/follow", "write:follows", s.tagDeed(s.Hashtags.Follow))
	s.person(r, http.MethodPost, "/v1/tags/{tag}/unfollow", "write:follows", s.tagDeed(s.Hashtags.Unfollow))
	s.person(r, http.MethodGet, "/v1/followed_tags", "read:follows", s.getFollowedTags)
	s.person(r, http.MethodGet, "/v1/featured_tags", "read:accounts", s.getOwnFeaturedTags)
	s.person(r, http.MethodPost, "/v1/featured_tags", "write:accounts", s.featureTag)
	s.person(r, http.MethodGet, "/v1/featured_tags/suggestions", "read:accounts", s.suggestTags)
	s.person(r, http.MethodDelete, "/v1/featured_tags/{id}", "write:accounts", s.unfeatureTag)
	s.open(r, "/v1/accounts/{id}/featured_tags", "read:accounts", s.getFeaturedTags)
}

// mostOfMode is how many hashtags each of any, all and none may name; programs
// let people choose no more.
const mostOfMode = 4

// getTagTimeline is what was posted with a hashtag.
func (s *Server) getTagTimeline(w http.ResponseWriter, r *http.Request, c *call) error {
	page, err := c.page(20, 40)
	if err != nil {
		return err
	}
	tag, err := tagIn(r)
	if err != nil {
		return err
	}
	n := timelines.Narrow{Local: c.Yes("local"), Remote: c.Yes("remote"), Media: c.Yes("only_media")}
	for name, list := range map[string]*[]string{"any": &n.AnyTag, "all": &n.AllTags, "none": &n.NoTag} {
		if *list, err = c.tags(name); err != nil {
			return err
		}
	}
	entries, next, err := s.Timelines.Tag(r.Context(), c.viewer, tag, n, page)
	if err != nil {
		return err
	}
	return s.replyEntries(w, r, c, entries, next, nil)
}

// tagIn is the hashtag in the path.
func tagIn(r *http.Request) (string, error) {
	tag := writing.NormalizeHashtag(param(r, "tag"))
	if tag == "" {
		return "", instance.ErrNotFound
	}
	return tag, nil
}

// tags are the hashtags under a name; what is none is left out.
func (c *call) tags(name string) ([]string, error) {
	var tags []string
	for _, text := range c.Texts(name) {
		if tag := writing.NormalizeHashtag(text); tag != "" {
			tags = append(tags, tag)
		}
	}
	if len(tags) > mostOfMode {
		return nil, &instance.Invalid{Field: name, Code: "too-many", Limit: mostOfMode}
	}
	return tags, nil
}

func (s *Server) getTag(w http.ResponseWriter, r *http.Request, c *call) error {
	tag, err := tagIn(r)
	if err != nil {
		return err
	}
	return s.replyTag(w, r, c, tag)
}

// tagDeed does something with a hashtag and shows how it is then.
func (s *Server) tagDeed(do func(context.Context, instance.ActorID, string) error) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		tag, err := tagIn(r)
		if err != nil {
			return err
		}
		if err := do(r.Context(), c.me(), tag); err != nil {
			return err
		}
		return s.replyTag(w, r, c, tag)
	}
}

func (s *Server) replyTag(w http.ResponseWriter, r *http.Request, c *call, tag string) error {
	shown, err := s.tags(r.Context(), c, tag)
	if err != nil {
		return err
	}
	return reply(w, shown[0])
}

// tags shows hashtags as the caller sees them.
func (s *Server) tags(ctx context.Context, c *call, names ...string) ([]entity.Tag, error) {
	list, err := s.Hashtags.Describe(ctx, c.viewer, names...)
	if err != nil {
		return nil, err
	}
	shown := make([]entity.Tag, len(list))
	for i, t := range list {
		shown[i] = entity.Tag{Name: t.Name, URL: s.Site.TagPage(t.Name), History: make([]entity.TagHistory, len(t.Days))}
		for n, d := range t.Days {
			shown[i].History[n] = entity.TagHistory{
				Day: strconv.FormatInt(d.At.Unix(), 10), Uses: strconv.Itoa(d.Uses), Accounts: strconv.Itoa(d.Accounts),
			}
		}
		if c.me() != 0 {
			shown[i].Following = &list[i].Following
		}
	}
	return shown, nil
}

// getFollowedTags is paged by when they were followed, which only Link knows.
func (s *Server) getFollowedTags(w http.ResponseWriter, r *http.Request, c *call) error {
	page, err := c.page(100, 200)
	if err != nil {
		return err
	}
	list, err := s.Hashtags.Followed(r.Context(), c.me(), hashtags.Page{Before: page.Before, Since: page.Since, After: page.After, Limit: page.Limit})
	if err != nil {
		return err
	}
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = f.Name
	}
	shown, err := s.tags(r.Context(), c, names...)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		s.link(w, r, list[0].ID, list[len(list)-1].ID, len(list) == page.Limit)
	}
	return reply(w, shown)
}

func (s *Server) getOwnFeaturedTags(w http.ResponseWriter, r *http.Request, c *call) error {
	return s.replyFeatured(w, r, c.account.Actor)
}

// getFeaturedTags is empty for people of other servers: what they show there
// does not come to us.
func (s *Server) getFeaturedTags(w http.ResponseWriter, r *http.Request, _ *call) error {
	a, err := s.actor(r)
	if err != nil {
		return err
	}
	return s.replyFeatured(w, r, a)
}

func (s *Server) replyFeatured(w http.ResponseWriter, r *http.Request, of instance.Actor) error {
	list, err := s.Hashtags.Featured(r.Context(), of.ID)
	if err != nil {
		return err
	}
	shown := make([]entity.FeaturedTag, len(list))
	for i, f := range list {
		shown[i] = s.featuredTag(f)
	}
	return reply(w, shown)
}

func (s *Server) featuredTag(f hashtags.Featured) entity.FeaturedTag {
	return entity.FeaturedTag{
		ID: entity.ID(f.ID), Name: f.Shown, URL: s.Site.TagPage(f.Name),
		StatusesCount: strconv.Itoa(f.Posts), LastStatusAt: entity.Day(f.LastAt),
	}
}

func (s *Server) featureTag(w http.ResponseWriter, r *http.Request, c *call) error {
	f, err := s.Hashtags.Feature(r.Context(), c.me(), c.Text("name"))
	var invalid *instance.Invalid
	if errors.As(err, &invalid) && c.Text("name") == "" {
		return &instance.Invalid{Field: "name", Code: "missing"}
	}
	if err != nil {
		return err
	}
	return reply(w, s.featuredTag(f))
}

func (s *Server) unfeatureTag(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := s.Hashtags.Unfeature(r.Context(), c.me(), id); err != nil {
		return err
	}
	return reply(w, nothingMore{})
}

func (s *Server) suggestTags(w http.ResponseWriter, r *http.Request, c *call) error {
	names, err := s.Hashtags.Suggestions(r.Context(), c.me())
	if err != nil {
		return err
	}
	shown, err := s.tags(r.Context(), c, names...)
	if err != nil {
		return err
	}
	return reply(w, shown)
}
