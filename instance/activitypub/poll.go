package activitypub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"palier/federation/discovery"
	"palier/federation/inbox"
	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/writing"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// Limits of what is kept of a stranger's poll.
const (
	maxOption = 300     // runes
	maxCount  = 1 << 30 // votes for one option, and voters
)

// postType is the type a post of ours has on the wire.
func postType(p *instance.Post) string {
	if p.Poll != nil {
		return as2.TypeQuestion
	}
	if p.Kind == instance.KindEvent {
		return as2.TypeEvent
	}
	return as2.TypeNote
}

func postContext(p *instance.Post) json.RawMessage {
	switch {
	case p.Poll != nil:
		return vocab.QuestionContext()
	case p.Proposal != nil:
		return vocab.ProposalContext()
	case p.Kind == instance.KindEvent:
		return vocab.EventContext()
	default:
		return vocab.PostContext()
	}
}

// ask writes what a post asks into its document, with the counts as far as
// they may be seen.
func (s *Service) ask(doc *as2.Note, q *instance.Poll) {
	now := s.now().UTC()
	doc.EndTime = q.EndsAt
	doc.Poll = &as2.Poll{Multiple: q.Multiple, Voters: q.Voters}
	if q.Over(now) {
		doc.Poll.Closed = q.EndsAt
	}
	for _, o := range q.Options {
		c := as2.Choice{Name: o.Name, Hidden: true}
		if q.ShowsTotals(now) {
			c = as2.Choice{Name: o.Name, Votes: o.Votes}
		}
		doc.Poll.Choices = append(doc.Poll.Choices, c)
	}
}

// asked reads what a post from elsewhere asks, nil if it asks nothing.
func asked(doc as2.Note) *instance.Poll {
	if doc.Poll == nil {
		return nil
	}
	q := &instance.Poll{Multiple: doc.Poll.Multiple, Voters: min(doc.Poll.Voters, maxCount), EndsAt: end(doc)}
	for _, c := range doc.Poll.Choices {
		title := writing.CleanLine(c.Name, maxOption)
		again := slices.ContainsFunc(q.Options, func(o instance.PollOption) bool { return o.Name == c.Name })
		if title == "" || again {
			continue
		}
		q.Options = append(q.Options, instance.PollOption{Title: title, Name: c.Name, Votes: min(c.Votes, maxCount)})
	}
	if len(q.Options) == 0 {
		return nil
	}
	return q
}

// end is when a poll ends or has ended, the zero time if that is not said.
func end(doc as2.Note) time.Time {
	at := doc.EndTime
	if closed := doc.Poll.Closed; !closed.IsZero() && (at.IsZero() || closed.Before(at)) {
		at = closed
	}
	if at.Year() < 1970 || at.Year() > 9999 {
		return time.Time{}
	}
	return at.UTC().Truncate(time.Millisecond)
}

// announceCounts tells how a poll of ours stands, or that it has ended.
func (s *Service) announceCounts(ctx context.Context, tx store.Tx, d instance.Deed) error {
	switch {
	case d.Post.Gone():
		return nil
	case d.Post.Local:
		return s.announcePost(ctx, tx, d)
	case d.Kind == instance.PollEnded && d.Post.Audience.Open():
		return s.jobs.Enqueue(ctx, tx, RefreshPoll{d.Post.ID})
	}
	return nil
}

// RefreshPoll is the job that asks the server of a poll how it has ended: not
// everyone tells those who voted.
type RefreshPoll struct {
	Post instance.PostID `json:"post"`
}

// Kind names the job.
func (RefreshPoll) Kind() string { return "refresh_poll" }

// refreshPoll does the job.
func (s *Service) refreshPoll(ctx context.Context, j RefreshPoll) error {
	p, err := posts.ByIDIn(ctx, s.db.Read(), j.Post)
	if errors.Is(err, instance.ErrNotFound) || err == nil && (p.Gone() || p.Local || p.Author.Gone()) {
		return nil
	}
	if err != nil {
		return err
	}
	suspended, err := s.suspensions(ctx)(p.Author.Host)
	if err != nil || suspended {
		return err
	}
	o, err := s.discovery.RefreshObject(ctx, p.URI)
	if err != nil {
		if discovery.Temporary(err) {
			return err
		}
		return jobs.Cancel(err)
	}
	doc, err := as2.ReadNote(o)
	if err != nil {
		return jobs.Cancel(err)
	}
	if by, err := doc.Author(); err != nil || by != p.Author.URI || doc.ID != p.URI {
		return jobs.Cancel(fmt.Errorf("%s is now %s by %q: %w", p.URI, doc.ID, by, instance.ErrForbidden))
	}
	return s.db.InTx(ctx, func(tx store.Tx) error {
		held, err := posts.ByIDIn(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		return s.nouns.Posts.RecountIn(ctx, tx, held, asked(doc), "")
	})
}

// toVoters has those who voted hear of what becomes of a poll. Of its end for
// good they are named, one for each inbox: nobody remembers them by the time it
// is sent.
func (s *Service) toVoters(ctx context.Context, tx store.Tx, d instance.Deed, to *FanOut) error {
	if d.Kind != instance.Deleted {
		to.VotersOf = d.Post.ID
		return nil
	}
	rows, err := tx.Query(ctx, `
		SELECT MIN(a.id)
		  FROM poll_voters v JOIN actors a ON a.id = v.actor_id
		 WHERE v.post_id = $1 AND a.host <> ''
		 GROUP BY CASE WHEN a.shared_inbox <> '' THEN a.shared_inbox ELSE a.inbox END`, d.Post.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		to.Actors = append(to.Actors, id)
	}
	return rows.Err()
}

// sendVote brings a vote to the server of the poll, which alone counts it, and
// to nobody else: each choice as a Note with the option's name.
func (s *Service) sendVote(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Post.Author.Local() {
		return nil
	}
	for _, i := range d.Choices {
		item, err := as2.Embed(as2.Note{
			ID: fmt.Sprintf("%s#votes/%s", d.Actor.URI, s.ids.Next()), Type: as2.TypeNote, AttributedTo: []as2.Item{as2.IRI(d.Actor.URI)},
			Name: d.Post.Poll.Options[i].Name, InReplyTo: d.Post.URI, To: []string{d.Post.Author.URI},
		})
		if err != nil {
			return err
		}
		err = s.toAuthor(ctx, tx, d, as2.Activity{
			Context: vocab.PlainContext(), ID: s.site.ActivityURI(s.ids.Next()), Type: as2.TypeCreate, Actor: d.Actor.URI,
			Published: s.now().UTC(), Objects: []as2.Item{item},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// vote is a choice in a poll, as it comes.
type vote struct{ poll, name string }

// votesIn returns the votes that a Create brings: Notes that have a name and
// answer something, but say nothing.
func votesIn(d inbox.Create) []vote {
	var votes []vote
	for _, o := range append([]*as2.Object{d.Object}, d.More...) {
		poll, name := o.IRI("inReplyTo"), o.Line("name")
		if !o.Is(as2.TypeNote) || poll == "" || name == "" || o.Has("content") && o.Text("content") != "" || o.Has("attachment") {
			continue
		}
		votes = append(votes, vote{poll, name})
	}
	return votes
}

// onVotes counts votes in polls of ours. A vote is never a post: one that does
// not count is dropped.
func (s *Service) onVotes(ctx context.Context, tx store.Tx, by instance.Actor, d inbox.Create, votes []vote) error {
	if d.Group != "" {
		return nil // a vote is between its voter and us
	}
	for _, v := range votes {
		p, err := posts.ByURI(ctx, tx, v.poll)
		if errors.Is(err, instance.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if !p.Leaves() {
			continue
		}
		if err := s.nouns.Posts.VoteIn(ctx, tx, by, p, v.name, heardFrom(d.By)); err != nil {
			return err
		}
	}
	return nil
}
