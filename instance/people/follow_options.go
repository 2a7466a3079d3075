package people

import (
	"context"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// FollowOptions are what somebody asks of a follow. What is nil stays as it is;
// a new follow brings what is shared too, in all languages, and no notices.
type FollowOptions struct {
	Boosts *bool // also what they share
	Notify *bool // a notice of each post
	// Languages are those of the posts that come, as BCP 47 tags; none for all.
	Languages *[]string
}

// maxLanguages is how many languages one may choose of somebody.
const maxLanguages = 20

// check returns an [instance.Invalid] for a language that is none.
func (o FollowOptions) check() error {
	if o.Languages == nil {
		return nil
	}
	if len(*o.Languages) > maxLanguages {
		return &instance.Invalid{Field: "languages", Code: "too-many", Limit: maxLanguages}
	}
	for _, l := range *o.Languages {
		if l != "" && instance.LanguageCode(l) == "" {
			return &instance.Invalid{Field: "languages", Code: "unknown"}
		}
	}
	return nil
}

// languages is how the languages of o are kept: ',fr,en,', empty for all.
func (o FollowOptions) languages() *string {
	if o.Languages == nil {
		return nil
	}
	kept := ""
	for _, l := range *o.Languages {
		code := instance.LanguageCode(l)
		if code == "" || strings.Contains(kept, ","+code+",") {
			continue
		}
		if kept == "" {
			kept = ","
		}
		kept += code + ","
	}
	return &kept
}

// keptLanguages reads what [FollowOptions] keep; nil for all.
func keptLanguages(s string) []string {
	if s = strings.Trim(s, ","); s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// tune keeps what follower asks of a follow. What came only because followee
// shared it goes when it is not wanted any more.
func tune(ctx context.Context, tx store.Tx, follower, followee instance.ActorID, o FollowOptions) error {
	if o.Boosts == nil && o.Notify == nil && o.Languages == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `
		UPDATE follows
		   SET boosts = COALESCE($3, boosts), notify = COALESCE($4, notify), languages = COALESCE($5, languages)
		 WHERE follower_id = $1 AND followee_id = $2`, follower, followee, o.Boosts, o.Notify, o.languages())
	if err != nil || o.Boosts == nil || *o.Boosts {
		return err
	}
	// What its author brings as well stays where it is, as theirs.
	_, err = tx.Exec(ctx, `
		UPDATE home_entries
		   SET via_id = NULL
		 WHERE owner_id = $1 AND via_id = $2
		   AND post_id IN (SELECT p.id
		                     FROM posts p JOIN follows f ON f.followee_id = p.author_id
		                    WHERE f.follower_id = $1 AND f.state = 'accepted' AND p.reply_to_uri = '')`, follower, followee)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM home_entries
		 WHERE owner_id = $1 AND via_id = $2
		   AND post_id NOT IN (SELECT id FROM posts
		                        WHERE author_id = $1 OR group_id = $2 AND audience IN ('building', 'neighbourhood', 'around'))`,
		follower, followee)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM list_entries
		 WHERE list_id IN (SELECT id FROM lists WHERE owner_id = $1) AND via_id = $2
		   AND post_id NOT IN (SELECT id FROM posts
		                        WHERE group_id = $2 AND audience IN ('building', 'neighbourhood', 'around'))`,
		follower, followee)
	return err
}

// FollowWith is [Service.Follow] with what is asked of the follow; of one that
// stands already it changes that. It also returns an [instance.Invalid] for a
// language that is none.
func (s *Service) FollowWith(ctx context.Context, follower, followee instance.ActorID, o FollowOptions) (FollowState, error) {
	if err := o.check(); err != nil {
		return "", err
	}
	var state FollowState
	err := s.pair(ctx, follower, followee, "follow", func(tx store.Tx, from, to instance.Actor) error {
		var err error
		if state, err = s.FollowIn(ctx, tx, from, to, "", false); err != nil {
			return err
		}
		return tune(ctx, tx, from.ID, to.ID, o)
	})
	return state, err
}

// RemoveFollower ends a follow of one's own account, or refuses the request for
// it. Somebody who does not follow is no error.
func (s *Service) RemoveFollower(ctx context.Context, followee, follower instance.ActorID) error {
	err := s.Refuse(ctx, followee, follower)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove follower %s of %s: %w", follower, followee, err)
	}
	return nil
}
