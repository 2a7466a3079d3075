package mastodon

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/mastodon/entity"
	"palier/instance/posts"
	"palier/instance/writing"
)

// statusDeedRoutes are what somebody does with a post for themself, and the
// lists that come of it.
func (s *Server) statusDeedRoutes(r chi.Router) {
	for deed, d := range map[string]struct {
		scope string
		do    func(context.Context, instance.Viewer, instance.PostID) error
	}{
		"bookmark":   {"write:bookmarks", s.Posts.Bookmark},
		"unbookmark": {"write:bookmarks", s.Posts.Unbookmark},
		"mute":       {"write:mutes", s.Posts.MuteThread},
		"unmute":     {"write:mutes", s.Posts.UnmuteThread},
		"pin":        {"write:accounts", s.pin},
		"unpin":      {"write:accounts", s.unpin},
	} {
		s.person(r, http.MethodPost, "/v1/statuses/{id}/"+deed, d.scope, s.reactWith(d.do))
	}
	s.person(r, http.MethodGet, "/v1/bookmarks", "read:bookmarks", s.keptBy(s.Posts.Bookmarks))
	s.person(r, http.MethodGet, "/v1/favourites", "read:favourites", s.keptBy(s.Posts.Likes))
	s.open(r, "/v1/statuses/{id}/favourited_by", "read:accounts", s.reactedBy(s.Posts.LikedBy))
	s.open(r, "/v1/statuses/{id}/reblogged_by", "read:accounts", s.reactedBy(s.Posts.SharedBy))
	s.open(r, "/v1/statuses/{id}/history", "read:statuses", s.getHistory)
	s.person(r, http.MethodGet, "/v1/statuses/{id}/source", "read:statuses", s.getSource)
}

// pin shows one of one's own posts first. What cannot be pinned is told in a
// sentence.
func (s *Server) pin(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	err := s.Posts.Pin(ctx, v, id)
	if errors.Is(err, instance.ErrForbidden) {
		return &instance.Invalid{Field: "pin", Code: "audience"}
	}
	return err
}

// unpin puts a post back; what was never pinned is back.
func (s *Server) unpin(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	err := s.Posts.Unpin(ctx, v, id)
	if errors.Is(err, instance.ErrForbidden) {
		return nil
	}
	return err
}

// keptBy answers with a list of posts that the caller keeps.
func (s *Server) keptBy(list func(context.Context, instance.Viewer, instance.Page) ([]posts.Kept, error)) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		page, err := c.linePage(20, 40)
		if err != nil {
			return err
		}
		lines, err := list(r.Context(), c.viewer, page)
		if err != nil {
			return err
		}
		found := make([]*instance.Post, len(lines))
		for i, l := range lines {
			found[i] = l.Post
		}
		shown, err := s.posts(r.Context(), c, found)
		if err != nil {
			return err
		}
		if n := len(lines); n > 0 {
			s.linkLines(w, r, page, n, lines[0].ID, lines[n-1].ID)
		}
		return reply(w, shown)
	}
}

// reactedBy answers with those who did something with a post.
func (s *Server) reactedBy(list func(context.Context, instance.Viewer, instance.PostID, instance.Page) ([]posts.Reaction, error)) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		one, err := s.find(r, c)
		if err != nil {
			return err
		}
		page, err := c.linePage(40, 80)
		if err != nil {
			return err
		}
		lines, err := list(r.Context(), c.viewer, one.ID, page)
		if err != nil {
			return err
		}
		shown := make([]*entity.Account, len(lines))
		for i, l := range lines {
			shown[i] = s.account(l.By)
		}
		if n := len(lines); n > 0 {
			s.linkLines(w, r, page, n, lines[0].ID, lines[n-1].ID)
		}
		return reply(w, shown)
	}
}

// getHistory is how a post stood from its beginning until now. Pictures are kept
// of how it stands now alone.
func (s *Server) getHistory(w http.ResponseWriter, r *http.Request, c *call) error {
	one, err := s.find(r, c)
	if err != nil {
		return err
	}
	edits, err := s.Posts.Edits(r.Context(), c.viewer, one.ID)
	if err != nil {
		return err
	}
	author := s.account(one.Author)
	shown := make([]entity.StatusEdit, 0, len(edits)+1)
	for _, e := range edits {
		shown = append(shown, entity.StatusEdit{
			Content: writing.WithTitle(e.Title, e.Content), SpoilerText: e.Warning, Sensitive: e.Sensitive, CreatedAt: entity.Time(e.At),
			Account: author, MediaAttachments: []entity.MediaAttachment{}, Emojis: []entity.Emoji{},
		})
	}
	now, err := s.post(r.Context(), c, one.Post)
	if err != nil {
		return err
	}
	at := one.PublishedAt
	if !one.EditedAt.IsZero() {
		at = one.EditedAt
	}
	return reply(w, append(shown, entity.StatusEdit{
		Content: now.Content, SpoilerText: now.SpoilerText, Sensitive: now.Sensitive, CreatedAt: entity.Time(at),
		Account: author, MediaAttachments: now.MediaAttachments, Emojis: now.Emojis,
	}))
}

// plainLength bounds what stands for the source of a post from elsewhere.
const plainLength = 20_000

// getSource is a post as it was typed, for its author to edit it; of what others
// wrote it is the words.
func (s *Server) getSource(w http.ResponseWriter, r *http.Request, c *call) error {
	one, err := s.find(r, c)
	if err != nil {
		return err
	}
	text := one.Source
	if one.Author.ID != c.me() {
		text = writing.Plain(one.Content, plainLength)
	}
	return reply(w, entity.StatusSource{ID: entity.ID(one.ID), Text: text, SpoilerText: one.Warning})
}
