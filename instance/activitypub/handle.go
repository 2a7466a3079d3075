package activitypub

import (
	"context"
	"errors"
	"fmt"

	"palier/federation/inbox"
	"palier/federation/signature"
	"palier/instance"
	"palier/instance/actors"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// refusal tells whether an error of a use-case is about what was sent, so that
// sending it again would not help.
func refusal(err error) bool {
	for _, meaning := range []error{
		instance.ErrNotFound, instance.ErrForbidden, instance.ErrGone, instance.ErrConflict, instance.ErrInvalid,
		instance.ErrTooMany, as2.ErrRefused, errActor, store.ErrText,
	} {
		if errors.Is(err, meaning) {
			return true
		}
	}
	return false
}

func (s *Service) newHandlers() inbox.Handlers[store.Tx] {
	return inbox.Handlers[store.Tx]{
		Meet: func(ctx context.Context, tx store.Tx, o *as2.Object) error {
			_, err := s.keepActor(ctx, tx, o)
			return err
		},
		Create: s.onCreate, Update: s.onUpdate, Profile: s.onProfile, Delete: s.onDelete,
		Follow: s.onFollow, Accept: s.onAccept, Reject: s.onReject, Undo: s.onUndo,
		Join: s.onJoin, Leave: s.onLeave, Like: s.onLike, Announce: s.onAnnounce, Add: s.onAdd, Remove: s.onRemove,
		Block: s.onBlock, Flag: s.onFlag, Move: s.onMove, Offer: s.onOffer,
	}
}

// actor returns the actor behind a deed, who has to be known and not shut out.
func (s *Service) actor(ctx context.Context, tx store.Tx, uri string) (instance.Actor, error) {
	a, err := actors.ByURI(ctx, tx, uri)
	if err != nil {
		return a, err
	}
	if a.Gone() {
		return a, fmt.Errorf("actor %s: %w", uri, instance.ErrForbidden)
	}
	return a, nil
}

// pair returns the actor behind a deed and the one it is done to.
func (s *Service) pair(ctx context.Context, tx store.Tx, by, to string) (from, target instance.Actor, err error) {
	known, err := actors.ByURIs(ctx, tx, []string{by, to})
	if err != nil {
		return from, target, err
	}
	from, target = known[by], known[to]
	if from.ID == 0 || target.ID == 0 {
		return from, target, fmt.Errorf("%s or %s: %w", by, to, instance.ErrNotFound)
	}
	if from.Gone() {
		return from, target, fmt.Errorf("actor %s: %w", by, instance.ErrForbidden)
	}
	return from, target, nil
}

// heardFrom is where a deed was done.
func heardFrom(b inbox.By) instance.Origin {
	return instance.Origin{Remote: true, Activity: string(b.Activity.Raw)}
}

func (s *Service) onCreate(ctx context.Context, tx store.Tx, d inbox.Create) error {
	if vocab.IsHome(d.Object) {
		return s.onHome(ctx, tx, d.By, d.Object)
	}
	if !as2.IsPost(d.Object.Type()) {
		return nil
	}
	author, err := s.actor(ctx, tx, writer(d.Object, d.Actor))
	if err != nil {
		return err
	}
	if votes := votesIn(d); len(votes) > 0 || len(d.More) > 0 {
		return s.onVotes(ctx, tx, author, d, votes)
	}
	p, err := s.readPost(ctx, tx, author, d.Object)
	if err != nil {
		return err
	}
	concerns, err := s.concerns(ctx, tx, p, d.Group)
	if err != nil || !concerns {
		return err
	}
	if err := s.nouns.Posts.ReceiveIn(ctx, tx, p, string(d.Activity.Raw)); err != nil {
		return err
	}
	if d.Group == "" {
		return nil
	}
	return s.groupShared(ctx, tx, d.By, p.URI)
}

// concerns tells whether somebody here has a reason to hold a post: they follow
// its author or the group that announced it, it is for them, or it answers what
// we hold. Everything else would be storing strangers' talk for nobody.
func (s *Service) concerns(ctx context.Context, tx store.Tx, p *instance.Post, group string) (bool, error) {
	if p.Group != nil && p.Group.Local() {
		return true, nil
	}
	for _, a := range p.Mentions {
		if a.Local() {
			return true, nil
		}
	}
	var yes bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM follows f JOIN actors a ON a.id = f.followee_id
		                WHERE f.state = 'accepted' AND a.uri IN ($1, $2)
		                  AND f.follower_id IN (SELECT id FROM actors WHERE host = ''))
		    OR EXISTS (SELECT 1 FROM posts WHERE uri = $3 AND audience IN ('public', 'unlisted'))`,
		p.Author.URI, group, p.ReplyToURI).Scan(&yes)
	return yes, err
}

// groupShared notes that a group announced a post that begins a thread, as its
// share.
func (s *Service) groupShared(ctx context.Context, tx store.Tx, by inbox.By, uri string) error {
	p, err := posts.ByURI(ctx, tx, uri)
	if errors.Is(err, instance.ErrNotFound) {
		return nil // it was deleted before we heard of it
	}
	if err != nil {
		return err
	}
	if p.Gone() || p.ReplyToURI != "" || !p.Audience.Open() {
		return nil
	}
	group, err := s.actor(ctx, tx, by.Group)
	if err != nil {
		return err
	}
	host, _ := hostOf(group.URI)
	if err := s.hosts.Speaks1b12(ctx, tx, host); err != nil {
		return err
	}
	return s.nouns.Posts.BoostIn(ctx, tx, group, p, posts.Share{URI: by.Announce, Via: by.Via, From: instance.Origin{Remote: true}})
}

func (s *Service) onUpdate(ctx context.Context, tx store.Tx, d inbox.Update) error {
	if vocab.IsHome(d.Object) {
		return s.onHome(ctx, tx, d.By, d.Object)
	}
	held, err := posts.ByURI(ctx, tx, d.Object.ID())
	if errors.Is(err, instance.ErrNotFound) {
		// It may have overtaken its Create: then it is one.
		return s.onCreate(ctx, tx, inbox.Create{By: d.By, Object: d.Object})
	}
	if err != nil {
		return err
	}
	if held.Author.URI != writer(d.Object, d.Actor) || held.Local || held.Author.Gone() {
		return fmt.Errorf("update %s by %s: %w", held.URI, d.Actor, instance.ErrForbidden)
	}
	now, err := s.readPost(ctx, tx, held.Author, d.Object)
	if err != nil {
		return err
	}
	if now.EditedAt.IsZero() && now.Poll == nil { // a poll that says nothing of an edit says what it counts
		now.EditedAt = d.ReceivedAt
	}
	return s.nouns.Posts.ReviseIn(ctx, tx, held, now, string(d.Activity.Raw))
}

func (s *Service) onProfile(ctx context.Context, tx store.Tx, d inbox.Profile) error {
	_, err := s.keepActor(ctx, tx, d.Object)
	return err
}

func (s *Service) onDelete(ctx context.Context, tx store.Tx, d inbox.Delete) error {
	if d.Object == d.Actor {
		return s.actorLeft(ctx, tx, d.Actor)
	}
	p, err := posts.ByURI(ctx, tx, d.Object)
	if errors.Is(err, instance.ErrNotFound) {
		return s.takenBack(ctx, tx, d)
	}
	if err != nil {
		return err
	}
	if d.Moderator {
		group, err := s.actor(ctx, tx, d.Group)
		if err != nil {
			return err
		}
		return s.nouns.Posts.UnboostIn(ctx, tx, group, p, heardFrom(d.By))
	}
	if p.Author.URI != d.Actor || p.Local {
		return fmt.Errorf("delete %s by %s: %w", p.URI, d.Actor, instance.ErrForbidden)
	}
	if err := s.nouns.Posts.DeleteIn(ctx, tx, p, heardFrom(d.By)); err != nil {
		return err
	}
	return s.bury(ctx, tx, d.Object, d.Actor)
}

// takenBack forgets a home that is taken back, or notes that what was never
// heard of is gone.
func (s *Service) takenBack(ctx context.Context, tx store.Tx, d inbox.Delete) error {
	from, err := s.actor(ctx, tx, d.Actor)
	if err != nil {
		return err
	}
	if was, err := s.nouns.Housing.TakenBackIn(ctx, tx, from, d.Object); err != nil || was {
		return err
	}
	return s.bury(ctx, tx, d.Object, d.Actor)
}

// bury notes that something is gone, so that it does not come after its end
// (R09).
func (s *Service) bury(ctx context.Context, tx store.Tx, uri, actor string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO tombstones (uri, actor_uri, deleted_at)
		VALUES ($1, $2, $3)
		ON CONFLICT DO NOTHING`, uri, actor, store.Millis(s.now()))
	return err
}

// actorLeft forgets an actor that is gone, and takes what it said out of sight.
func (s *Service) actorLeft(ctx context.Context, tx store.Tx, uri string) error {
	a, err := actors.ByURI(ctx, tx, uri)
	if errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	if err != nil || a.Local() {
		return err
	}
	if err := s.nouns.Exchange.LeftIn(ctx, tx, a.ID); err != nil {
		return err
	}
	for _, sql := range []string{
		`UPDATE actors SET followers_count = followers_count - 1
		  WHERE id IN (SELECT followee_id FROM follows WHERE follower_id = $1 AND state = 'accepted')`,
		`UPDATE actors SET following_count = following_count - 1
		  WHERE id IN (SELECT follower_id FROM follows WHERE followee_id = $1 AND state = 'accepted')`,
		`UPDATE posts SET likes_count = likes_count - 1 WHERE id IN (SELECT post_id FROM likes WHERE actor_id = $1)`,
		`UPDATE posts SET boosts_count = boosts_count - 1 WHERE id IN (SELECT post_id FROM boosts WHERE actor_id = $1)`,
		`DELETE FROM follows WHERE follower_id = $1 OR followee_id = $1`,
		`DELETE FROM home_entries WHERE via_id = $1 OR post_id IN (SELECT id FROM posts WHERE author_id = $1)`,
		`DELETE FROM list_members WHERE actor_id = $1`,
		`DELETE FROM list_entries WHERE via_id = $1 OR post_id IN (SELECT id FROM posts WHERE author_id = $1)`,
		`DELETE FROM notifications WHERE from_id = $1`,
		`DELETE FROM boosts WHERE actor_id = $1 OR post_id IN (SELECT id FROM posts WHERE author_id = $1)`,
		`DELETE FROM likes WHERE actor_id = $1`,
		`DELETE FROM held_relays WHERE post_id IN (SELECT id FROM posts WHERE author_id = $1)`,
		`DELETE FROM polls WHERE post_id IN (SELECT id FROM posts WHERE author_id = $1)`,
		`UPDATE posts SET deleted_at = published_at, title = '', content = '', warning = '', document = '' WHERE author_id = $1 AND deleted_at IS NULL`,
		`DELETE FROM media WHERE owner_id = $1`,
		`DELETE FROM post_tags WHERE post_id IN (SELECT id FROM posts WHERE author_id = $1)`,
	} {
		if _, err := tx.Exec(ctx, sql, a.ID); err != nil {
			return fmt.Errorf("forget %s: %w", uri, err)
		}
	}
	return actors.MarkDeleted(ctx, tx, a.ID, store.Millis(s.now()))
}

func (s *Service) onFollow(ctx context.Context, tx store.Tx, d inbox.Follow) error {
	from, to, err := s.pair(ctx, tx, d.Actor, d.Object)
	if err != nil {
		return err
	}
	if !to.Local() || to.Kind == instance.Application {
		return fmt.Errorf("follow %s: %w", d.Object, instance.ErrNotFound)
	}
	if asked, err := s.nouns.Housing.FollowedIn(ctx, tx, from, to, d.Activity.ID); err != nil || asked {
		return err
	}
	if _, err = s.nouns.People.FollowIn(ctx, tx, from, to, d.Activity.ID, true); err != nil || to.Kind != instance.Group {
		return err
	}
	return s.acquaintLater(ctx, tx, from.URI)
}

// onAccept: a yes counts only for a follow of ours, asked of the one who says
// yes (C08).
func (s *Service) onAccept(ctx context.Context, tx store.Tx, d inbox.Answer) error {
	if done, err := s.answersAsk(ctx, tx, d, true); err != nil || done {
		return err
	}
	if done, err := s.answersEvent(ctx, tx, d, true); err != nil || done {
		return err
	}
	if done, err := s.answered(ctx, tx, d, true); err != nil || done {
		return err
	}
	from, to, uri, err := s.asked(ctx, tx, d)
	if err != nil {
		return err
	}
	return s.nouns.People.GrantIn(ctx, tx, from, to, uri, true)
}

func (s *Service) onReject(ctx context.Context, tx store.Tx, d inbox.Answer) error {
	if done, err := s.answersAsk(ctx, tx, d, false); err != nil || done {
		return err
	}
	if done, err := s.answersEvent(ctx, tx, d, false); err != nil || done {
		return err
	}
	if done, err := s.answered(ctx, tx, d, false); err != nil || done {
		return err
	}
	from, to, _, err := s.asked(ctx, tx, d)
	if err != nil {
		return err
	}
	return s.nouns.People.RefuseIn(ctx, tx, from, to, true)
}

// asked finds the follow of ours that an answer is about: by its id, or, where
// an answer forgot that, by the two it is between.
func (s *Service) asked(ctx context.Context, tx store.Tx, d inbox.Answer) (from, to instance.Actor, uri string, err error) {
	var follower, followee instance.ActorID
	err = tx.QueryRow(ctx, `
		SELECT f.follower_id, f.followee_id, f.uri
		  FROM follows f
		  JOIN actors follower ON follower.id = f.follower_id AND follower.host = ''
		  JOIN actors followee ON followee.id = f.followee_id AND followee.uri = $1
		 WHERE f.uri = $2 OR follower.uri = $3
		 ORDER BY f.uri = $2 DESC
		 LIMIT 1`, d.Actor, d.Of.ID, d.Of.Actor).Scan(&follower, &followee, &uri)
	if errors.Is(err, store.ErrNoRows) {
		return from, to, "", fmt.Errorf("answer to %s: %w", d.Of.ID, instance.ErrNotFound)
	}
	if err != nil {
		return from, to, "", err
	}
	both, err := actors.ByIDs(ctx, tx, []instance.ActorID{follower, followee})
	return both[follower], both[followee], uri, err
}

func (s *Service) onLike(ctx context.Context, tx store.Tx, d inbox.Like) error {
	by, err := s.actor(ctx, tx, d.Actor)
	if err != nil {
		return err
	}
	p, err := posts.ByURI(ctx, tx, d.Object)
	if err != nil {
		return err
	}
	if gone, err := s.buried(ctx, tx, d.Activity.ID); err != nil || gone {
		return err
	}
	may, err := s.mayReact(ctx, tx, by, p)
	if err != nil || !may {
		return err
	}
	return s.nouns.Posts.LikeIn(ctx, tx, by, p, d.Activity.ID, heardFrom(d.By))
}

// buried tells whether something was taken back before it came.
func (s *Service) buried(ctx context.Context, tx store.Tx, uri string) (bool, error) {
	var yes bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM tombstones WHERE uri = $1)`, uri).Scan(&yes)
	return yes, err
}

// mayReact tells whether somebody from elsewhere can have read a post.
func (s *Service) mayReact(ctx context.Context, tx store.Tx, by instance.Actor, p *instance.Post) (bool, error) {
	if p.Gone() || !p.Leaves() {
		return false, nil
	}
	barred, err := s.nouns.People.Barred(ctx, tx, by.ID, p.Author.ID)
	return !barred, err
}

func (s *Service) onAnnounce(ctx context.Context, tx store.Tx, d inbox.Announce) error {
	by, err := s.actor(ctx, tx, d.Actor)
	if err != nil {
		return err
	}
	if gone, err := s.buried(ctx, tx, d.Activity.ID); err != nil || gone {
		return err
	}
	p, err := posts.ByURI(ctx, tx, d.Object)
	if errors.Is(err, instance.ErrNotFound) && d.Document != nil {
		p, err = s.announced(ctx, tx, d)
	}
	if err != nil || p == nil {
		return err
	}
	may, err := s.mayReact(ctx, tx, by, p)
	if err != nil || !may {
		return err
	}
	return s.nouns.Posts.BoostIn(ctx, tx, by, p, posts.Share{URI: d.Activity.ID, Via: d.Via, From: heardFrom(d.By)})
}

// announced keeps a post that somebody shares, as its own server serves it, if
// anybody here follows who shares it.
func (s *Service) announced(ctx context.Context, tx store.Tx, d inbox.Announce) (*instance.Post, error) {
	if !as2.IsPost(d.Document.Type()) || vocab.IsHome(d.Document) {
		return nil, nil
	}
	author, err := s.actor(ctx, tx, d.Author)
	if err != nil {
		return nil, err
	}
	p, err := s.readPost(ctx, tx, author, d.Document)
	if err != nil {
		return nil, err
	}
	if !p.Audience.Open() {
		return nil, nil
	}
	concerns, err := s.concerns(ctx, tx, p, d.Actor)
	if err != nil || !concerns {
		return nil, err
	}
	if err := s.nouns.Posts.ReceiveIn(ctx, tx, p, string(d.Document.Raw())); err != nil {
		return nil, err
	}
	return posts.ByURI(ctx, tx, p.URI)
}

// onAdd takes a group's word for its moderators, and anyone's for what they
// pin.
func (s *Service) onAdd(ctx context.Context, tx store.Tx, d inbox.Collect) error {
	return s.collect(ctx, tx, d, true)
}

func (s *Service) onRemove(ctx context.Context, tx store.Tx, d inbox.Collect) error {
	return s.collect(ctx, tx, d, false)
}

func (s *Service) collect(ctx context.Context, tx store.Tx, d inbox.Collect, add bool) error {
	owner := d.Actor
	if d.Group != "" {
		owner = d.Group
	}
	by, err := s.actor(ctx, tx, owner)
	if err != nil {
		return err
	}
	switch d.Target {
	case "":
		return nil
	case by.Moderators:
		a, err := s.actor(ctx, tx, d.Object)
		if err != nil {
			return err
		}
		return s.nouns.Places.SetModeratorIn(ctx, tx, by, a, add, true)
	case by.Featured:
		return s.nouns.Posts.PinIn(ctx, tx, by, d.Object, add, heardFrom(d.By))
	default:
		return nil
	}
}

func (s *Service) onBlock(ctx context.Context, tx store.Tx, d inbox.Block) error {
	if d.Moderator {
		return nil // what a group elsewhere thinks of somebody binds nobody here
	}
	from, to, err := s.pair(ctx, tx, d.Actor, d.Object)
	if err != nil {
		return err
	}
	return s.nouns.People.BlockIn(ctx, tx, from, to, d.Activity.ID, true)
}

// onFlag brings a report from elsewhere before our moderators: about one of
// our people or groups, with what they posted.
func (s *Service) onFlag(ctx context.Context, tx store.Tx, d inbox.Flag) error {
	by, err := s.actor(ctx, tx, d.Actor)
	if err != nil {
		return err
	}
	known, err := actors.ByURIs(ctx, tx, d.Objects)
	if err != nil {
		return err
	}
	var target instance.Actor
	var about []instance.PostID
	for _, uri := range d.Objects {
		if a, ok := known[uri]; ok {
			if a.Local() && target.ID == 0 {
				target = a
			}
			continue
		}
		p, err := posts.ByURI(ctx, tx, uri)
		if errors.Is(err, instance.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if p.Local {
			about = append(about, p.ID)
			if target.ID == 0 {
				target = p.Author
			}
		}
	}
	if target.ID == 0 {
		return nil
	}
	return s.nouns.Moderation.ReportIn(ctx, tx, by, target, about, cut(d.Content, 2000), d.Activity.ID)
}

// onMove lets those here who followed an actor follow it to where it lives now.
func (s *Service) onMove(ctx context.Context, tx store.Tx, d inbox.Move) error {
	from, to, err := s.pair(ctx, tx, d.Actor, d.Target)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE actors SET moved_to = $2 WHERE id = $1`, from.ID, to.URI); err != nil {
		return err
	}
	return s.followOn(ctx, tx, from, to)
}

// followOn lets those here who follow an actor follow another one instead.
func (s *Service) followOn(ctx context.Context, tx store.Tx, from, to instance.Actor) error {
	followers, err := actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM follows f JOIN actors a ON a.id = f.follower_id AND a.host = ''
		 WHERE f.followee_id = $1 AND f.state = 'accepted'`, from.ID))
	if err != nil {
		return err
	}
	for _, f := range followers {
		if f.ID == to.ID {
			continue
		}
		if _, err := s.nouns.People.FollowIn(ctx, tx, f, to, "", false); err != nil && !refusal(err) {
			return err
		}
		if err := s.nouns.People.UnfollowIn(ctx, tx, f, from, false); err != nil && !refusal(err) {
			return err
		}
	}
	return nil
}

// heard notes how a host signed, since it will understand that, and has a host
// that was in trouble tried again.
func (s *Service) heard(ctx context.Context, host string, scheme signature.Scheme) {
	err := s.memory.Heard(ctx, host, scheme)
	var try bool
	if err == nil {
		try, err = s.courier.Heard(ctx, host)
	}
	if err == nil && try {
		err = s.db.Joined(ctx, func(tx store.Tx) error { return s.jobs.Enqueue(ctx, tx, Drain{Host: host}) })
	}
	if err != nil {
		s.log.Warn("note that a host was heard", "host", host, "error", err)
	}
}
