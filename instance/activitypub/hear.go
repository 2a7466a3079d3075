package activitypub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// Hear turns a deed into what other servers hear of it: the activity is written
// and its delivery queued in the transaction that did the deed. So nothing that
// was done goes unannounced, and nothing that was rolled back is announced.
//
// A post for neighbours of this server has no activity at all.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if err := s.announce(ctx, tx, d); err != nil {
		return fmt.Errorf("announce that %s %s: %w", d.Actor.URI, d.Kind, err)
	}
	return nil
}

func (s *Service) announce(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Post != nil && !d.Post.Leaves() {
		return nil
	}
	if d.Kind == instance.Deleted {
		if err := s.forget(ctx, tx, d.Post.ID); err != nil {
			return err
		}
	}
	if d.Remote {
		return s.passOn(ctx, tx, d)
	}
	switch d.Kind {
	case instance.Posted, instance.Edited, instance.Deleted, instance.Settled:
		return s.announcePost(ctx, tx, d)
	case instance.AskMade, instance.AskAccepted, instance.AskDeclined, instance.AskCancelled:
		return s.announceAgreement(ctx, tx, d)
	case instance.Counted, instance.PollEnded:
		return s.announceCounts(ctx, tx, d)
	case instance.Voted:
		return s.sendVote(ctx, tx, d)
	case instance.Liked:
		return s.toAuthor(ctx, tx, d, act(as2.TypeLike, d.URI, d.Actor, d.Post.URI))
	case instance.Unliked:
		return s.toAuthor(ctx, tx, d, s.undo(d.Actor, act(as2.TypeLike, d.URI, d.Actor, d.Post.URI)))
	case instance.Boosted, instance.Unboosted:
		return s.announceShare(ctx, tx, d)
	case instance.Followed:
		return s.toTarget(ctx, tx, d, follow(d.URI, d.Actor, *d.Target))
	case instance.Unfollowed:
		return s.toTarget(ctx, tx, d, s.undo(d.Actor, follow(d.URI, d.Actor, *d.Target)))
	case instance.FollowGranted:
		return s.answer(ctx, tx, d, as2.TypeAccept)
	case instance.FollowRefused:
		return s.answer(ctx, tx, d, as2.TypeReject)
	case instance.Blocked:
		return s.toTarget(ctx, tx, d, act(as2.TypeBlock, d.URI, d.Actor, d.Target.URI))
	case instance.Unblocked:
		return s.toTarget(ctx, tx, d, s.undo(d.Actor, act(as2.TypeBlock, d.URI, d.Actor, d.Target.URI)))
	case instance.Reported:
		return s.forwardReport(ctx, tx, d)
	case instance.ProfileEdited:
		return s.announceProfile(ctx, tx, d)
	case instance.Left:
		return s.announceLeft(ctx, tx, d)
	case instance.Moved:
		return s.announceMove(ctx, tx, d)
	case instance.ModeratorIn, instance.ModeratorOut:
		return s.announceModerator(ctx, tx, d)
	case instance.Pinned, instance.Unpinned:
		return s.announcePin(ctx, tx, d)
	case instance.Coming:
		return s.toAuthor(ctx, tx, d, joinOf(d.URI, d.Actor, d.Post, d.Text))
	case instance.NotComing:
		return s.toAuthor(ctx, tx, d, act(as2.TypeLeave, s.site.ActivityURI(s.ids.Next()), d.Actor, d.Post.URI))
	case instance.ComingGranted:
		return s.answerJoin(ctx, tx, d, as2.TypeAccept)
	case instance.ComingRefused:
		return s.answerJoin(ctx, tx, d, as2.TypeReject)
	default:
		return nil
	}
}

// act returns an activity about one object, addressed to nobody yet.
func act(typ, id string, actor instance.Actor, object string) as2.Activity {
	return as2.Activity{Context: vocab.PlainContext(), ID: id, Type: typ, Actor: actor.URI, Objects: []as2.Item{as2.IRI(object)}}
}

func follow(id string, from, to instance.Actor) as2.Activity {
	a := act(as2.TypeFollow, id, from, to.URI)
	a.To = []string{to.URI}
	return a
}

// undo returns the activity that takes another one back. That one stands in it
// whole, since not everyone keeps ids of what can be undone.
func (s *Service) undo(actor instance.Actor, what as2.Activity) as2.Activity {
	to, cc := what.To, what.CC
	what.Context = nil
	item, err := as2.Embed(what)
	if err != nil {
		item = as2.IRI(what.ID) // ours always encode; the id says as much
	}
	return as2.Activity{
		Context: vocab.PlainContext(), ID: s.site.ActivityURI(s.ids.Next()), Type: as2.TypeUndo, Actor: actor.URI,
		Objects: []as2.Item{item}, To: to, CC: cc,
	}
}

// toTarget sends an activity to the actor the deed is about, if that lives
// elsewhere.
func (s *Service) toTarget(ctx context.Context, tx store.Tx, d instance.Deed, a as2.Activity) error {
	return s.toOne(ctx, tx, d.Actor, *d.Target, a)
}

// toAuthor sends an activity to the author of the post the deed is about.
func (s *Service) toAuthor(ctx context.Context, tx store.Tx, d instance.Deed, a as2.Activity) error {
	return s.toOne(ctx, tx, d.Actor, d.Post.Author, a)
}

func (s *Service) toOne(ctx context.Context, tx store.Tx, from, to instance.Actor, a as2.Activity) error {
	if to.Local() {
		return nil
	}
	a.To = []string{to.URI}
	out, err := s.write(ctx, tx, from, a, draft{})
	if err != nil {
		return err
	}
	return s.send(ctx, tx, FanOut{Sender: from.ID, Plain: out.id, Actors: []instance.ActorID{to.ID}})
}

// answer says yes or no to a follow from elsewhere. The follow stands in it
// whole, under the id its sender gave it.
func (s *Service) answer(ctx context.Context, tx store.Tx, d instance.Deed, typ string) error {
	if d.Target.Local() {
		return nil
	}
	asked := follow(d.URI, *d.Target, d.Actor)
	asked.Context = nil
	item, err := as2.Embed(asked)
	if err != nil {
		return err
	}
	return s.toTarget(ctx, tx, d, as2.Activity{
		Context: vocab.PlainContext(), ID: s.site.ActivityURI(s.ids.Next()), Type: typ, Actor: d.Actor.URI, Objects: []as2.Item{item},
	})
}

// forwardReport tells the moderators of another server. It comes from the
// server's own actor, so that nobody learns who reports (security.md I05).
func (s *Service) forwardReport(ctx context.Context, tx store.Tx, d instance.Deed) error {
	server, err := s.server(ctx)
	if err != nil {
		return err
	}
	objects := []as2.Item{as2.IRI(d.Target.URI)}
	rows, err := tx.Query(ctx, `
		SELECT p.uri
		  FROM report_posts r JOIN posts p ON p.id = r.post_id
		 WHERE r.report_id = $1
		 ORDER BY p.id`, d.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var uri string
		if err := rows.Scan(&uri); err != nil {
			return err
		}
		objects = append(objects, as2.IRI(uri))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return s.toOne(ctx, tx, server, *d.Target, as2.Activity{
		Context: vocab.PlainContext(), ID: d.URI, Type: as2.TypeFlag, Actor: server.URI, Objects: objects, Content: d.Text,
	})
}

// announceProfile tells followers how an actor's document reads now.
func (s *Service) announceProfile(ctx context.Context, tx store.Tx, d instance.Deed) error {
	s.documents.Remove(strings.TrimPrefix(d.Actor.URI, s.site.Base()))
	doc, err := s.actorDocument(ctx, tx, d.Actor)
	if err != nil {
		return err
	}
	item, err := as2.Whole(doc)
	if err != nil {
		return err
	}
	out, err := s.write(ctx, tx, d.Actor, as2.Activity{
		Context: vocab.ActorContext(), ID: s.site.ActivityURI(s.ids.Next()), Type: as2.TypeUpdate, Actor: d.Actor.URI,
		Objects: []as2.Item{item}, To: []string{as2.Public}, CC: []string{d.Actor.Followers},
	}, draft{public: true})
	if err != nil {
		return err
	}
	return s.send(ctx, tx, FanOut{Sender: d.Actor.ID, Plain: out.id, FollowersOf: []instance.ActorID{d.Actor.ID}})
}

// announceModerator tells those that speak FEP-1b12 who looks after a group.
func (s *Service) announceModerator(ctx context.Context, tx store.Tx, d instance.Deed) error {
	typ := as2.TypeAdd
	if d.Kind == instance.ModeratorOut {
		typ = as2.TypeRemove
	}
	a := act(typ, s.site.ActivityURI(s.ids.Next()), d.Actor, d.Target.URI)
	a.Target = as2.IRI(d.Actor.Moderators)
	a.To, a.CC, a.Audience = []string{as2.Public}, []string{d.Actor.URI}, []string{d.Actor.URI}
	out, err := s.write(ctx, tx, d.Actor, a, draft{public: true})
	if err != nil {
		return err
	}
	return s.wrapAndSend(ctx, tx, d.Actor, out.body, 0)
}

// announcePin tells followers what an actor shows first.
func (s *Service) announcePin(ctx context.Context, tx store.Tx, d instance.Deed) error {
	typ := as2.TypeAdd
	if d.Kind == instance.Unpinned {
		typ = as2.TypeRemove
	}
	a := act(typ, s.site.ActivityURI(s.ids.Next()), d.Actor, d.Post.URI)
	a.Target = as2.IRI(d.Actor.Featured)
	a.To, a.CC = []string{as2.Public}, []string{d.Actor.Followers}
	out, err := s.write(ctx, tx, d.Actor, a, draft{public: true})
	if err != nil {
		return err
	}
	return s.send(ctx, tx, FanOut{Sender: d.Actor.ID, Plain: out.id, FollowersOf: []instance.ActorID{d.Actor.ID}})
}

// toAtOnce is how many actors one job names.
const toAtOnce = 1000

// announceLeft tells every server that may have something of an actor of ours
// that is gone: those of followers, of whom it followed, of whom it named, and
// of those who follow the groups it posted in. It is written before the rows go
// that say so.
func (s *Service) announceLeft(ctx context.Context, tx store.Tx, d instance.Deed) error {
	s.documents.Remove(strings.TrimPrefix(d.Actor.URI, s.site.Base()))
	a := act(as2.TypeDelete, s.site.ActivityURI(s.ids.Next()), d.Actor, d.Actor.URI)
	a.To = []string{as2.Public}
	out, err := s.write(ctx, tx, d.Actor, a, draft{public: true})
	if err != nil {
		return err
	}
	others, err := readActorIDs(tx.Query(ctx, `
		SELECT a.id
		  FROM actors a
		 WHERE a.host <> '' AND a.deleted_at IS NULL
		   AND (a.id IN (SELECT follower_id FROM follows WHERE followee_id = $1)
		        OR a.id IN (SELECT followee_id FROM follows WHERE follower_id = $1)
		        OR a.id IN (SELECT m.actor_id FROM post_mentions m JOIN posts p ON p.id = m.post_id WHERE p.author_id = $1))
		 ORDER BY a.id`, d.Actor.ID))
	if err != nil {
		return err
	}
	groups, err := readActorIDs(tx.Query(ctx, `
		SELECT DISTINCT b.actor_id
		  FROM boosts b JOIN posts p ON p.id = b.post_id JOIN actors g ON g.id = b.actor_id AND g.host = '' AND g.kind = 'Group'
		 WHERE p.author_id = $1
		 ORDER BY b.actor_id`, d.Actor.ID))
	if err != nil {
		return err
	}
	for some := range slices.Chunk(others, toAtOnce) {
		if err := s.send(ctx, tx, FanOut{Sender: d.Actor.ID, Plain: out.id, Actors: some}); err != nil {
			return err
		}
	}
	return s.send(ctx, tx, FanOut{Sender: d.Actor.ID, Plain: out.id, FollowersOf: groups})
}

func readActorIDs(rows store.Rows, err error) (ids []instance.ActorID, _ error) {
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
