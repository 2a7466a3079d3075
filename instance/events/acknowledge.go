package events

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/writing"
)

// Acknowledge is the job that tells somebody elsewhere that their reply was taken
// for an answer, in a letter to them alone: else nobody there would know.
type Acknowledge struct {
	Reply instance.PostID `json:"reply"`
}

// Kind names the job.
func (Acknowledge) Kind() string { return "acknowledge_reply" }

// acknowledge has it told, once the answer is kept.
func (s *Service) acknowledge(ctx context.Context, tx store.Tx, reply instance.PostID) error {
	if s.jobs == nil || s.say == nil {
		return nil
	}
	return s.jobs.Enqueue(ctx, tx, Acknowledge{Reply: reply}, jobs.Unique(reply.String()))
}

// sayCounted writes how it stands now: in the name of the place where the event
// is, else of who invites. Who took their reply back is told nothing.
func (s *Service) sayCounted(ctx context.Context, a Acknowledge) error {
	reply, err := s.post(ctx, s.db.Read(), a.Reply)
	if errors.Is(err, instance.ErrNotFound) || err == nil && (reply.Gone() || reply.ReplyTo == 0 || reply.Author.Local()) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("acknowledge reply %s: %w", a.Reply, err)
	}
	p, err := s.post(ctx, s.db.Read(), reply.ReplyTo)
	if err != nil || p.Gone() || p.Event == nil {
		return err
	}
	r, err := answerOf(ctx, s.db.Read(), p.ID, guest{who: &reply.Author})
	if err != nil {
		return fmt.Errorf("acknowledge reply %s: %w", a.Reply, err)
	}
	as := instance.Viewer{ID: p.Author.ID}
	if p.Group != nil && p.Group.Local() && !p.Group.Gone() {
		as = instance.Viewer{ID: p.Group.ID, Tends: []instance.ActorID{p.Group.ID}} // the reply may wait
	}
	language := reply.Language
	if language == "" {
		language = p.Language
	}
	text := s.say(language, "letter.event-reply."+string(r.State), "Title", oneLine(p.Title), "When", writing.Occasion(p.Event, language), "Link", p.URL)
	_, err = s.posts.Publish(ctx, as, instance.Draft{
		Text: "@" + reply.Author.Acct() + " " + text, Audience: instance.ToMentioned, ReplyTo: reply.ID, Language: language, Once: "reply-" + reply.ID.String(),
	})
	if err != nil {
		return fmt.Errorf("acknowledge reply %s: %w", a.Reply, err)
	}
	return nil
}
