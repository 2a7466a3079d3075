// Package notifications tells people what concerns them: who named them,
// thanked them, shared what they said, or asks something of them.
package notifications

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Kind is what a notice is about.
type Kind string

const (
	Mention Kind = "mention"
	Reply   Kind = "reply"
	Waiting Kind = "reply-waits" // an answer from another server in a thread one began waits for one
	Like    Kind = "like"
	Boost   Kind = "boost"
	Follow  Kind = "follow"
	Request Kind = "request" // somebody asks to follow
	Granted Kind = "granted" // a request of one's own was granted
	Poll    Kind = "poll"    // a poll of one's own, or one voted in, has ended
	Status  Kind = "status"  // somebody posted of whom one wants to be told

	HomeProved  Kind = "home-proved"   // one is a verified resident of a place now
	HomeInDoubt Kind = "home-in-doubt" // one has to prove again where one lives
	HomeLost    Kind = "home-lost"     // one is a verified resident no longer
)

// What concerns those who propose something and those who take it.
const (
	Ask          Kind = "ask"           // somebody answers what one proposes
	Agreed       Kind = "agreed"        // what one asked for was agreed
	AskCancelled Kind = "ask-cancelled" // the other one took it back
	Matched      Kind = "ask-matched"   // somebody asks for what one offers
	Unanswered   Kind = "ask-unanswered"
	LoanDue      Kind = "loan-due"
	LoanLate     Kind = "loan-late"
	LoanOverdue  Kind = "loan-overdue"
	LoanStuck    Kind = "loan-stuck"
)

// Notice is one thing that concerns a person.
type Notice struct {
	ID   instance.ID
	Kind Kind
	From instance.Actor
	Post *instance.Post // nil where it is about no post, or none they may read
	Read bool
}

// Service writes and reads notices.
type Service struct {
	db    *store.DB
	ids   *instance.IDs
	now   func() time.Time
	posts Posts
	wary  Strangers

	written func(context.Context, store.Tx, Written) error
}

// Written is a notice as it is written.
type Written struct {
	ID    instance.ID
	Owner instance.ActorID
	Kind  Kind
	From  instance.ActorID
}

// Posts is how notices get at the posts they are about.
type Posts interface {
	// Load returns those of the posts that v may read, in this order.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	IDs   *instance.IDs
	Now   func() time.Time
	Posts Posts
	// Strangers bounds what people on servers we hardly know can cause; zero
	// bounds nothing.
	Strangers Strangers
	// Written hears of each notice inside the transaction that writes it. It may
	// be nil.
	Written func(context.Context, store.Tx, Written) error
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, posts: o.Posts, wary: o.Strangers, written: o.Written}
}

// Hear writes the notices that follow from a deed.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	var err error
	switch d.Kind {
	case instance.Posted:
		if err = s.posted(ctx, tx, d); err == nil {
			err = s.told(ctx, tx, d)
		}
	case instance.ReplyWaits:
		err = s.waits(ctx, tx, d)
	case instance.Liked:
		err = s.notify(ctx, tx, d.Target.ID, Like, d.Actor, d.Post.ID, instance.ID(d.Post.ID))
	case instance.Boosted:
		if d.Actor.Kind == instance.Group {
			err = s.told(ctx, tx, d)
		} else {
			err = s.notify(ctx, tx, d.Target.ID, Boost, d.Actor, d.Post.ID, instance.ID(d.Post.ID))
		}
	case instance.Followed:
		kind := Follow
		if d.Target.Locked {
			kind = Request
		}
		err = s.notify(ctx, tx, d.Target.ID, kind, d.Actor, 0, 0)
	case instance.FollowGranted:
		if !d.Actor.Local() || d.Actor.Locked {
			err = s.notify(ctx, tx, d.Target.ID, Granted, d.Actor, 0, 0)
		}
		if err == nil {
			err = settled(ctx, tx, d)
		}
	case instance.FollowRefused:
		err = settled(ctx, tx, d)
	case instance.HomeProved, instance.HomeInDoubt, instance.HomeLost:
		err = s.notify(ctx, tx, d.Target.ID, Kind(d.Kind), d.Actor, 0, d.ID)
	case instance.AskMade:
		err = s.notify(ctx, tx, d.Target.ID, Ask, d.Actor, d.Post.ID, d.Agreement.ID)
	case instance.AskAccepted:
		err = s.notify(ctx, tx, d.Target.ID, Agreed, d.Actor, d.Post.ID, d.Agreement.ID)
	case instance.AskMatched, instance.AskUnanswered, instance.LoanDue, instance.LoanLate, instance.LoanOverdue, instance.LoanStuck:
		err = s.notify(ctx, tx, d.Target.ID, Kind(d.Kind), d.Actor, d.Post.ID, d.ID)
	case instance.AskCancelled:
		if d.Agreement.State == instance.AgreementAccepted { // else they were still thinking about it
			err = s.notify(ctx, tx, d.Target.ID, AskCancelled, d.Actor, d.Post.ID, d.Agreement.ID)
		}
	case instance.PollEnded:
		err = s.pollEnded(ctx, tx, d)
	case instance.Unfollowed:
		_, err = tx.Exec(ctx, `
			DELETE FROM notifications
			 WHERE owner_id = $1 AND from_id = $2 AND kind IN ('follow', 'request')`, d.Target.ID, d.Actor.ID)
	}
	if err != nil {
		return fmt.Errorf("notices after %s: %w", d.Kind, err)
	}
	return nil
}

// settled takes the notice of a request away, which nobody waits for any more.
func settled(ctx context.Context, tx store.Tx, d instance.Deed) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM notifications
		 WHERE owner_id = $1 AND from_id = $2 AND kind = 'request'`, d.Actor.ID, d.Target.ID)
	return err
}

// posted tells those whom a post names, as far as they may read it.
func (s *Service) posted(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.LetBy != 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM notifications WHERE post_id = $1 AND kind = 'reply-waits'`, d.Post.ID); err != nil {
			return err
		}
	}
	if len(d.Post.Mentions) == 0 {
		return nil
	}
	var answered instance.ActorID
	if d.Post.ReplyTo != 0 {
		err := tx.QueryRow(ctx, `SELECT author_id FROM posts WHERE id = $1`, d.Post.ReplyTo).Scan(&answered)
		if err != nil {
			return err
		}
	}
	for _, a := range d.Post.Mentions {
		if !a.Local() || a.Kind == instance.Group || a.ID == d.LetBy {
			continue // who let it through has read it
		}
		kind := Mention
		if a.ID == answered {
			kind = Reply
		}
		if err := s.notify(ctx, tx, a.ID, kind, d.Actor, d.Post.ID, instance.ID(d.Post.ID)); err != nil {
			return err
		}
	}
	return nil
}

// waits tells who began a thread that an answer in it waits. Whom it names hears
// of it once it is let through.
func (s *Service) waits(ctx context.Context, tx store.Tx, d instance.Deed) error {
	var began instance.ActorID
	if err := tx.QueryRow(ctx, `SELECT author_id FROM posts WHERE id = $1`, d.Post.Thread).Scan(&began); err != nil {
		return err
	}
	return s.notify(ctx, tx, began, Waiting, d.Actor, d.Post.ID, instance.ID(d.Post.ID))
}

// notify writes one notice for somebody with an account here, unless it is
// from themself, from somebody they block or mute, from a server of which they
// want to hear nothing, from one stranger too many, or about a thread they have
// had enough of. The same thing twice is one notice.
func (s *Service) notify(ctx context.Context, tx store.Tx, owner instance.ActorID, kind Kind, from instance.Actor, post instance.PostID, about instance.ID) error {
	if owner == from.ID {
		return nil
	}
	if tell, err := s.disturbs(ctx, tx, owner, kind, from, about); err != nil || !tell {
		return err
	}
	var postID *instance.PostID
	if post != 0 {
		postID = &post
	}
	id := s.ids.Next()
	n, err := tx.Exec(ctx, `
		INSERT INTO notifications (id, owner_id, kind, from_id, post_id, about_id)
		SELECT CAST($1 AS BIGINT), p.actor_id, CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT)
		  FROM people p
		 WHERE p.actor_id = $2
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = $2 AND x.target_id = $4) OR (x.actor_id = $4 AND x.target_id = $2))
		   AND NOT EXISTS (SELECT 1 FROM mutes x
		                    WHERE x.actor_id = $2 AND x.target_id = $4 AND x.notices AND (x.until IS NULL OR x.until > $7))
		   AND NOT EXISTS (SELECT 1 FROM blocked_domains x JOIN actors a ON a.host = x.domain
		                    WHERE x.actor_id = $2 AND a.id = $4)
		   AND NOT EXISTS (SELECT 1 FROM muted_threads x JOIN posts q ON q.thread_id = x.thread_id
		                    WHERE x.actor_id = $2 AND q.id = $5)
		ON CONFLICT DO NOTHING`, id, owner, string(kind), from.ID, postID, about, store.Millis(s.now()))
	if err != nil || n == 0 || s.written == nil {
		return err
	}
	return s.written(ctx, tx, Written{ID: id, Owner: owner, Kind: kind, From: from.ID})
}

// Unread returns how many notices a person has not read.
func (s *Service) Unread(ctx context.Context, owner instance.ActorID) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*) FROM notifications WHERE owner_id = $1 AND read_at IS NULL`, owner).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("unread notices of %s: %w", owner, err)
	}
	return n, nil
}

// MarkRead notes that a person has seen everything up to an id.
func (s *Service) MarkRead(ctx context.Context, owner instance.ActorID, upTo instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE notifications
			   SET read_at = $3
			 WHERE owner_id = $1 AND id <= $2 AND read_at IS NULL`, owner, upTo, store.Millis(s.now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("mark notices of %s read: %w", owner, err)
	}
	return nil
}
