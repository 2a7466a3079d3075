package activitypub

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/moderation"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// announcePost tells of a post of ours: that it is there, how it reads now, or
// that it is gone.
func (s *Service) announcePost(ctx context.Context, tx store.Tx, d instance.Deed) error {
	p := d.Post
	a, err := s.postActivity(d)
	if err != nil {
		return err
	}
	open := p.Audience.Open()
	out, err := s.write(ctx, tx, p.Author, a, draft{
		public: open, proven: open, listed: open && d.Kind == instance.Posted, post: p.ID,
	})
	if err != nil {
		return err
	}
	if d.Kind == instance.Posted && ofGroup(p) {
		return nil // it goes with the group's share of it
	}
	to := FanOut{Sender: p.Author.ID, Plain: out.id}
	if open || p.Audience == instance.ToFollowers {
		to.FollowersOf = append(to.FollowersOf, p.Author.ID)
	}
	for _, m := range p.Mentions {
		if !m.Local() {
			to.Actors = append(to.Actors, m.ID)
		}
	}
	if p.Group != nil && !p.Group.Local() && open {
		to.Actors = append(to.Actors, p.Group.ID)
	}
	if p.Poll != nil && d.Kind != instance.Posted {
		if err := s.toVoters(ctx, tx, d, &to); err != nil {
			return err
		}
	}
	if p.Proposal != nil && d.Kind != instance.Posted {
		if err := s.toTakers(ctx, tx, d, &to); err != nil {
			return err
		}
	}
	limited, err := s.limited(ctx, tx, p.Author)
	if err != nil {
		return err
	}
	heard := d.Kind == instance.Deleted || !limited
	if d.Kind != instance.Posted && heard {
		// Those who have it through a group of ours hear from its author too.
		groups, err := s.sharedBy(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		for _, g := range groups {
			to.FollowersOf = append(to.FollowersOf, g.actor.ID)
		}
	}
	if err := s.send(ctx, tx, to); err != nil {
		return err
	}
	if p.ReplyToURI == "" || !open || !heard {
		return nil
	}
	return s.passReplyOn(ctx, tx, d, out.body)
}

// ofGroup tells whether a group of ours says a post itself, for everyone. Hosts
// that speak FEP-1b12 get it in the group's Announce, others as it is, and
// nobody an Announce of its id (protocol.md §8.4).
func ofGroup(p *instance.Post) bool {
	return p.Author.Kind == instance.Group && p.Author.Local() && p.Audience == instance.ToPublic && p.ReplyToURI == ""
}

// limited tells whether moderators limited or suspended an author, or where
// they are from: our groups lend them no voice.
func (s *Service) limited(ctx context.Context, tx store.Tx, author instance.Actor) (bool, error) {
	if !author.LimitedAt.IsZero() || !author.SuspendedAt.IsZero() {
		return true, nil
	}
	if author.Local() {
		return false, nil
	}
	severity, err := s.nouns.Moderation.Severity(ctx, tx, author.Host)
	return severity != moderation.Open, err
}

// passReplyOn lets the groups of ours that hold a thread pass on what was done
// with a reply in it: that it is there, how it reads now, that it is gone.
func (s *Service) passReplyOn(ctx context.Context, tx store.Tx, d instance.Deed, activity string) error {
	groups, err := s.sharedBy(ctx, tx, d.Post.Thread)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if err := s.wrapAndSend(ctx, tx, g.actor, activity, wordsOf(d)); err != nil {
			return err
		}
	}
	return nil
}

// wordsOf is the post whose words an activity about a deed holds, 0 for none.
func wordsOf(d instance.Deed) instance.PostID {
	if d.Kind == instance.Deleted {
		return 0
	}
	return d.Post.ID
}

// forget throws away what we kept of a post's words in activities, ours and
// those we passed on, and does not send what still waits of it: what is deleted
// is in no outbox, at no address and in no queue any more (security.md H09).
func (s *Service) forget(ctx context.Context, tx store.Tx, p instance.PostID) error {
	// A listed Announce holds no more than an id, by which it can be taken back.
	const words = ` FROM activities WHERE post_id = $1 AND (kind IN ('Create', 'Update') OR kind = 'Announce' AND NOT listed)`
	// First of all, so that nothing of them is put into the queue meanwhile.
	if _, err := tx.Exec(ctx, `UPDATE activities SET kind = kind WHERE id IN (SELECT id`+words+`)`, p); err != nil {
		return fmt.Errorf("lock the words of %s: %w", p, err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM deliveries WHERE activity_id IN (SELECT uri`+words+`)`, p); err != nil {
		return fmt.Errorf("forget what waits of %s: %w", p, err)
	}
	if _, err := tx.Exec(ctx, `DELETE`+words, p); err != nil {
		return fmt.Errorf("forget the words of %s: %w", p, err)
	}
	return nil
}

// postActivity returns the Create, Update or Delete of a post of ours.
func (s *Service) postActivity(d instance.Deed) (as2.Activity, error) {
	p := d.Post
	to, cc := addressees(p)
	a := as2.Activity{
		Context: postContext(p), ID: s.site.ActivityURI(s.ids.Next()), Actor: p.Author.URI, Published: p.PublishedAt, To: to, CC: cc,
	}
	if p.Group != nil && p.Audience.Open() {
		a.Audience = []string{p.Group.URI}
	}
	if d.Kind == instance.Deleted {
		a.Type, a.Published = as2.TypeDelete, s.now().UTC()
		item, err := as2.Embed(as2.Tombstone{ID: p.URI, Type: as2.TypeTombstone, FormerType: postType(p), Deleted: s.now().UTC()})
		a.Objects = []as2.Item{item}
		return a, err
	}
	doc := s.note(p)
	doc.Context = nil
	item, err := as2.Embed(doc)
	if err != nil {
		return a, err
	}
	a.Objects = []as2.Item{item}
	a.Type = as2.TypeCreate
	if d.Kind != instance.Posted {
		a.Type, a.Published, a.Updated = as2.TypeUpdate, s.now().UTC(), doc.Updated
	}
	return a, nil
}

// announceShare tells of a boost, or that it is taken back. A group has two
// forms of it: the whole activity for hosts that speak FEP-1b12, the post's id
// for everyone else; no host ever gets both (protocol.md §1).
func (s *Service) announceShare(ctx context.Context, tx store.Tx, d instance.Deed) error {
	p := d.Post
	share := act(as2.TypeAnnounce, d.URI, d.Actor, p.URI)
	share.To = []string{as2.Public}
	share.CC = []string{d.Actor.Followers, p.Author.URI}
	share.Published = d.ID.Time()
	to := FanOut{Sender: d.Actor.ID, FollowersOf: []instance.ActorID{d.Actor.ID}}
	if !p.Author.Local() {
		to.Actors = []instance.ActorID{p.Author.ID}
	}
	whole, err := s.wholeShare(ctx, tx, d, share)
	if err != nil {
		return err
	}
	plain := share
	if d.Kind == instance.Unboosted {
		plain = s.undo(d.Actor, share)
	}
	out, err := s.write(ctx, tx, d.Actor, plain, draft{public: true, listed: d.Kind == instance.Boosted, post: p.ID})
	if err != nil {
		return err
	}
	to.Plain = out.id
	if d.Actor.ID == p.Author.ID && ofGroup(p) {
		if to.Plain, err = s.createID(ctx, tx, d); err != nil {
			return err
		}
	}
	if whole != nil {
		if d.Kind == instance.Unboosted {
			whole.Context, whole.Objects = share.Context, share.Objects // its words are not said again
			*whole = s.undo(d.Actor, *whole)
		}
		out, err := s.write(ctx, tx, d.Actor, *whole, draft{public: true, post: p.ID})
		if err != nil {
			return err
		}
		to.Wrapped = out.id
	}
	return s.send(ctx, tx, to)
}

// wholeShare returns a group's Announce of the Create of a post, nil where
// there is no Create to announce.
func (s *Service) wholeShare(ctx context.Context, tx store.Tx, d instance.Deed, share as2.Activity) (*as2.Activity, error) {
	if d.Actor.Kind != instance.Group {
		return nil, nil
	}
	create, err := s.createOf(ctx, tx, d.Post)
	if err != nil || create == "" {
		return nil, err
	}
	item, err := as2.Whole([]byte(create))
	if err != nil {
		return nil, err
	}
	share.Context, share.ID = vocab.RelayContext(), wholeURI(share.ID)
	share.Objects = []as2.Item{item}
	share.CC = share.CC[:1:1]
	vocab.PutVia(&share, d.Via)
	return &share, nil
}

// createID returns under which id the Create of what a group said itself and
// shares now is kept, 0 where it takes its share back.
func (s *Service) createID(ctx context.Context, tx store.Tx, d instance.Deed) (id instance.ID, err error) {
	if d.Kind == instance.Unboosted {
		return 0, nil
	}
	err = tx.QueryRow(ctx, `SELECT id FROM activities WHERE post_id = $1 AND kind = 'Create'`, d.Post.ID).Scan(&id)
	return id, err
}

// wholeURI is the id of the form of an Announce that holds the whole activity.
func wholeURI(uri string) string { return uri + "/whole" }

// createOf returns the Create of a post as it was sent: ours, or as its
// author's server sent it; empty if it came in none.
func (s *Service) createOf(ctx context.Context, tx store.Tx, p *instance.Post) (string, error) {
	query := `SELECT document FROM posts WHERE id = $1 AND deleted_at IS NULL`
	if p.Local {
		query = `SELECT body FROM activities WHERE post_id = $1 AND kind = 'Create'`
	}
	var body string
	err := tx.QueryRow(ctx, query, p.ID).Scan(&body)
	if errors.Is(err, store.ErrNoRows) || err == nil && !strings.Contains(body, `"Create"`) {
		return "", nil
	}
	return body, err
}

// sharer is a group of ours that shared a post.
type sharer struct {
	actor instance.Actor
	uri   string // of its Announce
	id    instance.ID
}

// sharedBy returns the groups of ours that shared a post.
func (s *Service) sharedBy(ctx context.Context, tx store.Tx, p instance.PostID) ([]sharer, error) {
	rows, err := tx.Query(ctx, `
		SELECT a.id, a.uri, a.followers, b.uri, b.id
		  FROM boosts b JOIN actors a ON a.id = b.actor_id
		 WHERE b.post_id = $1 AND a.host = '' AND a.kind = 'Group'`, p)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []sharer
	for rows.Next() {
		g := sharer{actor: instance.Actor{Kind: instance.Group}}
		if err := rows.Scan(&g.actor.ID, &g.actor.URI, &g.actor.Followers, &g.uri, &g.id); err != nil {
			return nil, err
		}
		list = append(list, g)
	}
	return list, rows.Err()
}

// passOn lets our groups pass on what other servers did with a post in them:
// a reply, an edit, a count or a deletion goes on as it came to hosts that speak
// FEP-1b12; a deletion takes our share back at all others. Of somebody who was
// limited, only deletions go on (security.md I04).
func (s *Service) passOn(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Post == nil || !d.Post.Audience.Open() || d.Post.Waits() && d.Kind != instance.Deleted {
		return nil
	}
	if d.Kind != instance.Deleted {
		if limited, err := s.limited(ctx, tx, d.Post.Author); err != nil || limited {
			return err
		}
	}
	isPost := d.Kind == instance.Posted || d.Kind == instance.Edited || d.Kind == instance.Counted || d.Kind == instance.Deleted
	switch {
	case isPost && d.Post.ReplyToURI != "":
		if d.Activity == "" {
			return nil
		}
		return s.passReplyOn(ctx, tx, d, d.Activity)
	case (d.Kind == instance.Edited || d.Kind == instance.Counted) && d.Activity != "", d.Kind == instance.Deleted:
		groups, err := s.sharedBy(ctx, tx, d.Post.ID)
		if err != nil {
			return err
		}
		for _, g := range groups {
			if err := s.passOnFor(ctx, tx, g, d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) passOnFor(ctx context.Context, tx store.Tx, g sharer, d instance.Deed) error {
	to := FanOut{Sender: g.actor.ID, FollowersOf: []instance.ActorID{g.actor.ID}}
	if d.Activity != "" {
		out, err := s.wrap(ctx, tx, g.actor, d.Activity, wordsOf(d))
		if err != nil {
			return err
		}
		to.Wrapped = out.id
	}
	if d.Kind == instance.Deleted {
		share := act(as2.TypeAnnounce, g.uri, g.actor, d.Post.URI)
		share.To, share.CC = []string{as2.Public}, []string{g.actor.Followers}
		out, err := s.write(ctx, tx, g.actor, s.undo(g.actor, share), draft{public: true})
		if err != nil {
			return err
		}
		to.Plain = out.id
	}
	return s.send(ctx, tx, to)
}

// wrapAndSend lets a group announce a whole activity to hosts that speak
// FEP-1b12, and to no others: what is not the beginning of a thread would be
// shown there as if somebody shared it.
func (s *Service) wrapAndSend(ctx context.Context, tx store.Tx, group instance.Actor, activity string, words instance.PostID) error {
	out, err := s.wrap(ctx, tx, group, activity, words)
	if err != nil {
		return err
	}
	return s.send(ctx, tx, FanOut{Sender: group.ID, Wrapped: out.id, FollowersOf: []instance.ActorID{group.ID}})
}

// wrap writes a group's Announce of a whole activity, which holds the words of
// a post, if it is not 0.
func (s *Service) wrap(ctx context.Context, tx store.Tx, group instance.Actor, activity string, words instance.PostID) (written, error) {
	item, err := as2.Whole([]byte(activity))
	if err != nil {
		return written{}, err
	}
	return s.write(ctx, tx, group, as2.Activity{
		Context: vocab.RelayContext(), ID: s.site.ActivityURI(s.ids.Next()), Type: as2.TypeAnnounce, Actor: group.URI,
		Published: s.now().UTC(), Objects: []as2.Item{item}, To: []string{as2.Public}, CC: []string{group.Followers},
	}, draft{public: true, post: words})
}
