package people

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// FollowState is how far a follow has come.
type FollowState string

const (
	NotFollowing FollowState = ""
	Requested    FollowState = "requested"
	Following    FollowState = "accepted"
)

// Follow lets follower hear what followee says, or asks for it: an actor
// elsewhere, a person who wants to be asked, and any group that asks for a
// group wait for a yes. Following twice is following once. It returns
// [instance.ErrNotFound] for someone who is gone or who blocks the follower.
func (s *Service) Follow(ctx context.Context, follower, followee instance.ActorID) (FollowState, error) {
	return s.FollowWith(ctx, follower, followee, FollowOptions{})
}

// FollowIn is [Service.Follow] inside a transaction. remote tells that another
// server asks, under its own uri.
func (s *Service) FollowIn(ctx context.Context, tx store.Tx, from, to instance.Actor, uri string, remote bool) (FollowState, error) {
	if from.ID == to.ID {
		return "", &instance.Invalid{Field: "follow", Code: "self"}
	}
	if from.Gone() || to.Gone() {
		return "", instance.ErrNotFound
	}
	barred, err := s.Barred(ctx, tx, from.ID, to.ID)
	if err != nil {
		return "", err
	}
	if barred {
		return "", instance.ErrNotFound
	}
	if err := unheard(ctx, tx, from, to); err != nil {
		return "", err
	}
	f, err := followOf(ctx, tx, from.ID, to.ID)
	switch {
	case errors.Is(err, instance.ErrNotFound):
		return s.newFollow(ctx, tx, from, to, uri, remote)
	case err != nil:
		return "", err
	}
	if remote && uri != f.URI {
		// Asked again under a new id: the answer has to name that one.
		if _, err := tx.Exec(ctx, `UPDATE follows SET uri = $2 WHERE id = $1`, f.ID, uri); err != nil {
			return "", err
		}
		f.URI = uri
	}
	if remote && f.State == Following {
		return f.State, s.tell(ctx, tx, instance.Deed{Kind: instance.FollowGranted, Actor: to, Target: &from, ID: f.ID, URI: f.URI})
	}
	return f.State, nil
}

// unheard returns an error where one of two wants to hear nothing of the
// other's server: [instance.ErrForbidden] for who asks against their own word,
// [instance.ErrNotFound] for who is not heard.
func unheard(ctx context.Context, tx store.Tx, from, to instance.Actor) error {
	own, err := blocksDomain(ctx, tx, from.ID, to.Host)
	if err != nil {
		return err
	}
	if own {
		return instance.ErrForbidden
	}
	theirs, err := blocksDomain(ctx, tx, to.ID, from.Host)
	if err == nil && theirs {
		err = instance.ErrNotFound
	}
	return err
}

func (s *Service) newFollow(ctx context.Context, tx store.Tx, from, to instance.Actor, uri string, remote bool) (FollowState, error) {
	id := s.ids.Next()
	if uri == "" {
		uri = s.site.ActivityURI(id)
	}
	state := Following
	if !to.Local() || to.Locked || (from.Kind == instance.Group && to.Kind == instance.Group) {
		state = Requested
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO follows (id, uri, follower_id, followee_id, state, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		id, uri, from.ID, to.ID, string(state), store.Millis(s.now()))
	if err != nil {
		return "", err
	}
	d := instance.Deed{Kind: instance.Followed, Actor: from, Target: &to, ID: id, URI: uri, Origin: instance.Origin{Remote: remote}}
	if err := s.tell(ctx, tx, d); err != nil {
		return "", err
	}
	if state == Requested {
		return state, nil
	}
	return state, s.granted(ctx, tx, from, to, id, uri, false)
}

// Grant says yes to a follow that waits.
func (s *Service) Grant(ctx context.Context, followee, follower instance.ActorID) error {
	return s.decide(ctx, followee, follower, "grant", func(tx store.Tx, f follow) error {
		return s.GrantIn(ctx, tx, f.From, f.To, "", false)
	})
}

// GrantIn is [Service.Grant] inside a transaction; remote tells that the
// followee's server says so. A yes to a follow that nobody asked for is
// [instance.ErrNotFound] (C08).
func (s *Service) GrantIn(ctx context.Context, tx store.Tx, from, to instance.Actor, uri string, remote bool) error {
	f, err := followOf(ctx, tx, from.ID, to.ID)
	if err != nil {
		return err
	}
	if uri != "" && uri != f.URI {
		return instance.ErrNotFound
	}
	if f.State == Following {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE follows SET state = 'accepted' WHERE id = $1`, f.ID); err != nil {
		return err
	}
	return s.granted(ctx, tx, from, to, f.ID, f.URI, remote)
}

func (s *Service) granted(ctx context.Context, tx store.Tx, from, to instance.Actor, id instance.ID, uri string, remote bool) error {
	if err := count(ctx, tx, from.ID, to.ID, 1); err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.FollowGranted, Actor: to, Target: &from, ID: id, URI: uri, Origin: instance.Origin{Remote: remote}})
}

// Refuse says no to a follow that waits, or ends one that was granted.
func (s *Service) Refuse(ctx context.Context, followee, follower instance.ActorID) error {
	return s.decide(ctx, followee, follower, "refuse", func(tx store.Tx, f follow) error {
		return s.RefuseIn(ctx, tx, f.From, f.To, false)
	})
}

// RefuseIn is [Service.Refuse] inside a transaction.
func (s *Service) RefuseIn(ctx context.Context, tx store.Tx, from, to instance.Actor, remote bool) error {
	f, err := s.end(ctx, tx, from, to)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.FollowRefused, Actor: to, Target: &from, ID: f.ID, URI: f.URI, Origin: instance.Origin{Remote: remote}})
}

// Unfollow ends a follow or takes the request back. What was not followed is
// no error.
func (s *Service) Unfollow(ctx context.Context, follower, followee instance.ActorID) error {
	err := s.decide(ctx, followee, follower, "unfollow", func(tx store.Tx, f follow) error {
		return s.UnfollowIn(ctx, tx, f.From, f.To, false)
	})
	if errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	return err
}

// UnfollowIn is [Service.Unfollow] inside a transaction.
func (s *Service) UnfollowIn(ctx context.Context, tx store.Tx, from, to instance.Actor, remote bool) error {
	f, err := s.end(ctx, tx, from, to)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.Unfollowed, Actor: from, Target: &to, ID: f.ID, URI: f.URI, Origin: instance.Origin{Remote: remote}})
}

// end removes a follow and counts it out.
func (s *Service) end(ctx context.Context, tx store.Tx, from, to instance.Actor) (follow, error) {
	f, err := followOf(ctx, tx, from.ID, to.ID)
	if err != nil {
		return f, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM follows WHERE id = $1`, f.ID); err != nil {
		return f, err
	}
	if f.State != Following {
		return f, nil
	}
	return f, count(ctx, tx, from.ID, to.ID, -1)
}

// decide runs what is done about the follow between two in one transaction.
func (s *Service) decide(ctx context.Context, followee, follower instance.ActorID, deed string, do func(store.Tx, follow) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		both, err := actors.ByIDs(ctx, tx, []instance.ActorID{follower, followee})
		if err != nil {
			return err
		}
		f, err := followOf(ctx, tx, follower, followee)
		if err != nil {
			return err
		}
		f.From, f.To = both[follower], both[followee]
		return do(tx, f)
	})
	if err != nil {
		return fmt.Errorf("%s follow of %s by %s: %w", deed, followee, follower, err)
	}
	return nil
}

// follow is one line of who follows whom.
type follow struct {
	ID       instance.ID
	URI      string
	State    FollowState
	From, To instance.Actor
}

func followOf(ctx context.Context, tx store.Tx, from, to instance.ActorID) (follow, error) {
	var f follow
	var state string
	err := tx.QueryRow(ctx, `
		SELECT id, uri, state
		  FROM follows
		 WHERE follower_id = $1 AND followee_id = $2`, from, to).Scan(&f.ID, &f.URI, &state)
	if errors.Is(err, store.ErrNoRows) {
		return f, instance.ErrNotFound
	}
	f.State = FollowState(state)
	return f, err
}

// count keeps the two numbers of followers and followed.
func count(ctx context.Context, tx store.Tx, from, to instance.ActorID, by int) error {
	if _, err := tx.Exec(ctx, `UPDATE actors SET following_count = following_count + $2 WHERE id = $1`, from, by); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE actors SET followers_count = followers_count + $2 WHERE id = $1`, to, by)
	return err
}
