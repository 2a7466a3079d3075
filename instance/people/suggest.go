package people

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/readable"
	"palier/instance/store"
)

// Familiar are those whom a person follows and who follow somebody.
type Familiar struct {
	Of        instance.ActorID
	Followers []instance.Actor
}

// maxFamiliar bounds how many are named for each.
const maxFamiliar = 40

// FamiliarFollowers returns, for each of the others in their order, whom of
// those that v follows follow them too, as far as both ends show whom they are
// bound to.
func (s *Service) FamiliarFollowers(ctx context.Context, v instance.Viewer, others []instance.ActorID) (list []Familiar, err error) {
	at := make(map[instance.ActorID]int, len(others))
	for _, id := range others {
		if _, twice := at[id]; !twice {
			at[id] = len(list)
			list = append(list, Familiar{Of: id})
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	args := []any{v.ID}
	for _, f := range list {
		args = append(args, f.Of)
	}
	apart, args := readable.Actors(v, store.Millis(s.now()), false, args)
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, f.followee_id
		  FROM follows mine
		  JOIN follows f ON f.follower_id = mine.followee_id AND f.state = 'accepted'
		  JOIN actors a ON a.id = f.follower_id
		  JOIN actors t ON t.id = f.followee_id
		 WHERE mine.follower_id = $1 AND mine.state = 'accepted' AND f.followee_id IN (`+store.Placeholders(2, len(list))+`)
		   AND NOT a.hide_collections AND NOT t.hide_collections
		   AND (t.kind <> 'Group' OR a.kind = 'Group' OR a.host = '')
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL AND `+apart+`
		 ORDER BY f.followee_id, f.id DESC`, args...)
	if err != nil {
		return nil, fmt.Errorf("familiar followers for %s: %w", v.ID, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var a instance.Actor
		var of instance.ActorID
		dest, done := actors.Fields(&a)
		if err := rows.Scan(append(dest, &of)...); err != nil {
			return nil, fmt.Errorf("familiar followers for %s: %w", v.ID, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		if f := &list[at[of]]; len(f.Followers) < maxFamiliar {
			f.Followers = append(f.Followers, a)
		}
	}
	return list, rows.Err()
}

// Suggestions returns whom v may want to follow and does not yet: the
// neighbourhoods of this server, then the moderators and verified neighbours of
// the places v lives in. Only who wants to be found is among them, and nobody
// whom v put apart or dismissed.
func (s *Service) Suggestions(ctx context.Context, v instance.Viewer, limit int) ([]instance.Actor, error) {
	args := []any{v.ID, instance.Page{Limit: limit}.Most(usualLines, mostLines)}
	from := len(args) + 1
	for _, place := range v.Inner {
		args = append(args, place)
	}
	places := store.Placeholders(from, len(v.Inner))
	apart, args := readable.Actors(v, store.Millis(s.now()), false, args)
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM actors a
		 WHERE (a.id IN (SELECT n.actor_id FROM neighbourhoods n WHERE n.closed_at IS NULL)
		        OR a.id IN (SELECT m.actor_id FROM moderators m WHERE m.group_id IN (`+places+`))
		        OR a.id IN (SELECT m.person_id FROM memberships m WHERE m.standing = 'verified' AND m.group_id IN (`+places+`)))
		   AND a.discoverable AND a.id <> $1 AND a.moved_to = ''
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL AND a.limited_at IS NULL
		   AND NOT EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $1 AND f.followee_id = a.id)
		   AND NOT EXISTS (SELECT 1 FROM dismissed_suggestions d WHERE d.actor_id = $1 AND d.target_id = a.id)
		   AND `+apart+`
		 ORDER BY a.kind <> 'Group', a.id
		 LIMIT $2`, args...))
	if err != nil {
		return nil, fmt.Errorf("suggestions for %s: %w", v.ID, err)
	}
	return list, nil
}

// DismissSuggestion takes somebody out of what is suggested to a person, for
// good.
func (s *Service) DismissSuggestion(ctx context.Context, by, target instance.ActorID) error {
	return s.pair(ctx, by, target, "dismiss", func(tx store.Tx, from, to instance.Actor) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO dismissed_suggestions (actor_id, target_id)
			VALUES ($1, $2)
			ON CONFLICT DO NOTHING`, from.ID, to.ID)
		return err
	})
}
