package mastodon

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/mastodon/entity"
	"palier/instance/moderation"
)

func (s *Server) reportRoutes(r chi.Router) {
	s.person(r, http.MethodPost, "/v1/reports", "write:reports", s.report)
}

// complaints are the words programs know for what is wrong.
var complaints = map[string]moderation.Category{
	"spam": moderation.Spam, "legal": moderation.Legal, "violation": moderation.Violation, "other": moderation.Other,
}

// report brings somebody before the moderators, with what they posted. A post
// that the caller may not read, or of somebody else, is not there to be
// reported.
func (s *Server) report(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := c.ID("account_id")
	if err != nil {
		return err
	}
	target, err := s.People.KnownByID(r.Context(), instance.ActorID(id))
	if err != nil {
		return err
	}
	word := c.Text("category")
	if word == "" {
		word = "other"
		if len(c.Texts("rule_ids")) > 0 {
			word = "violation"
		}
	}
	category, known := complaints[word]
	if !known {
		return &instance.Invalid{Field: "category", Code: "unknown"}
	}
	about, err := s.reportedPosts(r, c, target)
	if err != nil {
		return err
	}
	complaint := moderation.Complaint{Target: target.ID, Posts: about, Category: category, Comment: c.Text("comment"), Forward: c.Yes("forward")}
	reported, err := s.Moderation.File(r.Context(), c.me(), complaint)
	if err != nil {
		return err
	}
	shown := entity.Report{
		ID: entity.ID(reported), Category: word, Comment: complaint.Comment, Forwarded: complaint.Forward && !target.Local(),
		CreatedAt: entity.Time(reported.Time()), StatusIDs: make([]entity.ID, len(about)), RuleIDs: []entity.ID{},
		TargetAccount: s.account(target),
	}
	for i, post := range about {
		shown.StatusIDs[i] = entity.ID(post)
	}
	return reply(w, shown)
}

// reportedPosts are the posts a report names, each of the target's and readable.
func (s *Server) reportedPosts(r *http.Request, c *call, target instance.Actor) ([]instance.PostID, error) {
	ids := c.IDs("status_ids")
	if len(ids) > moderation.MaxPosts {
		return nil, &instance.Invalid{Field: "posts", Code: "too-many", Limit: moderation.MaxPosts}
	}
	found, err := s.findAll(r.Context(), c, ids)
	if err != nil {
		return nil, err
	}
	if len(found) != len(c.Texts("status_ids")) {
		return nil, fmt.Errorf("reported posts: %w", instance.ErrNotFound)
	}
	about := make([]instance.PostID, len(found))
	for i, one := range found {
		if one.Author.ID != target.ID {
			return nil, fmt.Errorf("reported post %s: %w", one.ID, instance.ErrNotFound)
		}
		about[i] = one.ID
	}
	return about, nil
}
