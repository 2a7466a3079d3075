package posts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/readable"
	"palier/instance/store"
)

// countsAfter is how long votes gather until other servers are told how a poll
// of ours stands.
const countsAfter = 2 * time.Minute

// CountsOfPoll is the job that tells how a poll stands.
type CountsOfPoll struct {
	Post instance.PostID `json:"post"`
}

// Kind names the job.
func (CountsOfPoll) Kind() string { return "counts_of_poll" }

// Vote votes in the poll of a post, for good. It returns [instance.ErrNotFound]
// for a post that v may not read or that asks nothing, and an
// [instance.Invalid] where one cannot vote so: the poll has ended, is one's
// own, or one has voted already.
func (s *Service) Vote(ctx context.Context, v instance.Viewer, id instance.PostID, choices []int) (*instance.Post, error) {
	var p *instance.Post
	err := s.react(ctx, v, id, "vote on", func(tx store.Tx, by instance.Actor, read *instance.Post) (err error) {
		p, err = s.cast(ctx, tx, by, read.ID, instance.Origin{}, func(q *instance.Poll) ([]int, error) {
			if q.Voted {
				return nil, &instance.Invalid{Field: "poll", Code: "voted"}
			}
			return q.Check(choices, s.now())
		})
		return err
	})
	return p, err
}

// VoteIn counts a vote from elsewhere in a poll of ours, for the option of that
// name. In a poll for several each choice comes by itself. What does not count
// changes nothing: a poll that has ended or that the voter may not read, an
// option that is none, a choice for the second time.
func (s *Service) VoteIn(ctx context.Context, tx store.Tx, by instance.Actor, p *instance.Post, name string, from instance.Origin) error {
	if !p.Local || p.Gone() {
		return nil
	}
	may, err := s.reads(ctx, tx, by, p)
	if err != nil || !may {
		return err
	}
	_, err = s.cast(ctx, tx, by, p.ID, from, func(q *instance.Poll) ([]int, error) {
		i := slices.IndexFunc(q.Options, func(o instance.PollOption) bool { return o.Name == name })
		switch {
		case i < 0:
			return nil, &instance.Invalid{Field: "choices", Code: "unknown"}
		case q.Voted && !q.Multiple, q.Options[i].Chosen:
			return nil, &instance.Invalid{Field: "poll", Code: "voted"}
		}
		return q.Check([]int{i}, s.now())
	})
	if errors.Is(err, instance.ErrInvalid) || errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	return err
}

// reads tells whether an actor, also one from elsewhere, may read a post.
func (s *Service) reads(ctx context.Context, tx store.Tx, who instance.Actor, p *instance.Post) (bool, error) {
	where, args := readable.Where(instance.Viewer{ID: who.ID}, []any{p.ID})
	var may bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM posts p WHERE p.id = $1 AND `+where+`)`, args...).Scan(&may)
	return may, err
}

// cast writes somebody's vote, once choose has said what for: it is shown how
// the poll stands for the voter, while nobody else votes in it.
func (s *Service) cast(ctx context.Context, tx store.Tx, by instance.Actor, id instance.PostID, from instance.Origin, choose func(*instance.Poll) ([]int, error)) (*instance.Post, error) {
	// One vote after the other: this line is held until the transaction ends.
	n, err := tx.Exec(ctx, `UPDATE polls SET voters_count = voters_count WHERE post_id = $1`, id)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, instance.ErrNotFound
	}
	p, err := one(ctx, tx, `p.id = $1`, id, by.ID)
	if err != nil {
		return nil, err
	}
	if p.Poll == nil {
		return nil, instance.ErrGone
	}
	if p.Author.ID == by.ID {
		return nil, &instance.Invalid{Field: "poll", Code: "own"}
	}
	choices, err := choose(p.Poll)
	if err != nil {
		return nil, err
	}
	if err := s.count(ctx, tx, by, p, choices); err != nil {
		return nil, err
	}
	err = s.tell(ctx, tx, instance.Deed{
		Kind: instance.Voted, Actor: by, Post: p, Target: &p.Author, ID: s.ids.Next(), Choices: choices, Origin: from,
	})
	if err != nil {
		return nil, err
	}
	return p, s.afterVote(ctx, tx, by, p)
}

// count writes the choices of a voter and what they change in p.
func (s *Service) count(ctx context.Context, tx store.Tx, by instance.Actor, p *instance.Post, choices []int) error {
	if !p.Poll.Voted {
		if _, err := tx.Exec(ctx, `INSERT INTO poll_voters (post_id, actor_id) VALUES ($1, $2)`, p.ID, by.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE polls SET voters_count = voters_count + 1 WHERE post_id = $1`, p.ID); err != nil {
			return err
		}
		p.Poll.Voted = true
		p.Poll.Voters++
	}
	args := []any{p.ID}
	for _, i := range choices {
		args = append(args, i)
		p.Poll.Options[i].Votes++
		p.Poll.Options[i].Chosen = true
	}
	in := store.Placeholders(2, len(choices))
	_, err := tx.Exec(ctx, `UPDATE poll_options SET votes_count = votes_count + 1 WHERE post_id = $1 AND position IN (`+in+`)`, args...)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO poll_votes (post_id, actor_id, position)
		SELECT o.post_id, CAST(`+store.Placeholders(len(args)+1, 1)+` AS BIGINT), o.position
		  FROM poll_options o
		 WHERE o.post_id = $1 AND o.position IN (`+in+`)`, append(args, by.ID)...)
	return err
}

// afterVote has other servers told of the counts of our polls, many votes at
// once, and our voters of the end of others' polls.
func (s *Service) afterVote(ctx context.Context, tx store.Tx, by instance.Actor, p *instance.Post) error {
	switch {
	case !p.Local && by.Local():
		return s.endLater(ctx, tx, p)
	case p.Local && p.Audience.Leaves():
		return s.jobs.Enqueue(ctx, tx, CountsOfPoll{p.ID}, jobs.At(s.now().Add(countsAfter)), jobs.Unique(p.ID.String()))
	}
	return nil
}

func (s *Service) countsOfPoll(ctx context.Context, j CountsOfPoll) error {
	return s.TellCounts(ctx, j.Post)
}

// TellCounts tells how a poll stands, as long as it is open: its end is told
// with the counts of then.
func (s *Service) TellCounts(ctx context.Context, id instance.PostID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := ByIDIn(ctx, tx, id)
		if errors.Is(err, instance.ErrNotFound) || err == nil && (p.Poll == nil || p.Poll.Over(s.now())) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.Counted, Actor: p.Author, Post: p, ID: s.ids.Next()})
	})
	if err != nil {
		return fmt.Errorf("tell counts of poll %s: %w", id, err)
	}
	return nil
}
