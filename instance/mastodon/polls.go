package mastodon

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/mastodon/entity"
)

func (s *Server) pollRoutes(r chi.Router) {
	s.open(r, "/v1/polls/{id}", "read:statuses", s.getPoll)
	s.person(r, http.MethodPost, "/v1/polls/{id}/votes", "write:statuses", s.vote)
}

// getPoll is a poll by itself. Its id is that of its post.
func (s *Server) getPoll(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	p, err := s.Posts.ByID(r.Context(), c.viewer, instance.PostID(id))
	if err == nil && p.Poll == nil {
		err = fmt.Errorf("poll %s: %w", id, instance.ErrNotFound)
	}
	if err != nil {
		return err
	}
	return reply(w, s.myPoll(c.me(), p))
}

// vote votes in a poll, for good.
func (s *Server) vote(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var choices []int
	for _, text := range c.Texts("choices") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return &instance.Invalid{Field: "choices", Code: "malformed"}
		}
		choices = append(choices, n)
	}
	p, err := s.Posts.Vote(r.Context(), c.viewer, instance.PostID(id), choices)
	if err != nil {
		return err
	}
	return reply(w, s.myPoll(c.me(), p))
}

// poll shows a poll as everyone who may read its post sees it, nil for none.
func (s *Server) poll(p *instance.Post) *entity.Poll {
	q := p.Poll
	if q == nil {
		return nil
	}
	now := s.Now()
	shown := &entity.Poll{
		ID: entity.ID(p.ID), ExpiresAt: entity.Time(q.EndsAt), Expired: q.Over(now), Multiple: q.Multiple, VotesCount: q.Votes(),
		Options: make([]entity.PollOption, len(q.Options)), Emojis: []entity.Emoji{},
	}
	if q.Voters > 0 || shown.VotesCount == 0 { // not every server says how many voted
		shown.VotersCount = &q.Voters
	}
	for i, o := range q.Options {
		shown.Options[i].Title = o.Title
		if q.ShowsTotals(now) {
			shown.Options[i].VotesCount = &o.Votes
		}
	}
	return shown
}

// myPoll shows a poll as me sees it. Who asks counts as having voted: there is
// nothing left for them to choose.
func (s *Server) myPoll(me instance.ActorID, p *instance.Post) *entity.Poll {
	shown := s.poll(p)
	if shown != nil && me != 0 {
		voted, chosen := p.Poll.Voted || p.Author.ID == me, p.Poll.Chosen()
		shown.Voted, shown.OwnVotes = &voted, &chosen
	}
	return shown
}

// longest is more seconds than any poll may last, and few enough to reckon with.
const longest = 1 << 31

// pollDraft reads the poll of a post, nil for none.
func (c *call) pollDraft() *instance.PollDraft {
	in := c.Within("poll")
	if len(in.values) == 0 {
		return nil
	}
	seconds := max(0, min(in.Number("expires_in", 0), longest))
	return &instance.PollDraft{
		Options: in.Texts("options"), Multiple: in.Yes("multiple"), HideTotals: in.Yes("hide_totals"), Lasts: time.Duration(seconds) * time.Second,
	}
}
