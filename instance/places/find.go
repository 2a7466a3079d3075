package places

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// columns are a neighbourhood's own, after the actor's.
const columns = `n.hold_new, n.keeps, n.house, n.summary,
	(SELECT COUNT(*) FROM memberships m WHERE m.group_id = n.actor_id AND m.standing = 'verified'),
	(SELECT COUNT(*) FROM memberships m WHERE m.group_id = n.actor_id AND m.standing = 'declared')`

func scan(r store.Row) (instance.Neighbourhood, error) {
	var n instance.Neighbourhood
	dest, done := actors.Fields(&n.Actor)
	if err := r.Scan(append(dest, &n.HoldNew, &n.Keeps, &n.House, &n.Source, &n.Verified, &n.Declared)...); err != nil {
		return n, notFound(err)
	}
	err := done()
	if n.Level.House() && n.House == "" {
		n.House = instance.Homes // it was made before there were other kinds
	}
	return n, err
}

// ByID returns one of our neighbourhoods, with what it lies within.
func (s *Service) ByID(ctx context.Context, id instance.ActorID) (instance.Neighbourhood, error) {
	n, err := byID(ctx, s.db.Read(), id)
	if err != nil {
		return n, fmt.Errorf("neighbourhood %s: %w", id, err)
	}
	return n, nil
}

// Named returns the neighbourhood called username.
func (s *Service) Named(ctx context.Context, username string) (instance.Neighbourhood, error) {
	n, err := scan(s.db.Read().QueryRow(ctx, `
		SELECT `+actors.Columns+`, `+columns+`
		  FROM neighbourhoods n JOIN actors a ON a.id = n.actor_id
		 WHERE a.username_key = $1 AND a.host = ''`, strings.ToLower(username)))
	if err == nil {
		n.Within, err = within(ctx, s.db.Read(), n.ID)
	}
	if err != nil {
		return n, fmt.Errorf("neighbourhood %s: %w", username, err)
	}
	return n, nil
}

// ByIDs returns actors by their ids; who is not there is left out.
func (s *Service) ByIDs(ctx context.Context, ids []instance.ActorID) (map[instance.ActorID]instance.Actor, error) {
	found, err := actors.ByIDs(ctx, s.db.Read(), ids)
	if err != nil {
		return nil, fmt.Errorf("places by id: %w", err)
	}
	return found, nil
}

func byID(ctx context.Context, tx store.Tx, id instance.ActorID) (instance.Neighbourhood, error) {
	n, err := scan(tx.QueryRow(ctx, `
		SELECT `+actors.Columns+`, `+columns+`
		  FROM neighbourhoods n JOIN actors a ON a.id = n.actor_id
		 WHERE n.actor_id = $1`, id))
	if err != nil {
		return n, err
	}
	n.Within, err = within(ctx, tx, id)
	return n, err
}

// within returns the URIs of what a place says it lies within.
func within(ctx context.Context, tx store.Tx, id instance.ActorID) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT parent_uri FROM nestings WHERE child_id = $1 ORDER BY parent_uri`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var uris []string
	for rows.Next() {
		var uri string
		if err := rows.Scan(&uri); err != nil {
			return nil, err
		}
		uris = append(uris, uri)
	}
	return uris, rows.Err()
}

// All returns every neighbourhood of this server by its title, without what it
// lies within.
func (s *Service) All(ctx context.Context) ([]instance.Neighbourhood, error) {
	return s.list(ctx, ``, mostPlaces)
}

// mostPlaces is more than one server ever has.
const mostPlaces = 100_000

// Beside returns which places share a direct parent with id, without id and
// without buildings: those that a map of it shows too.
func (s *Service) Beside(ctx context.Context, id instance.ActorID) ([]instance.ActorID, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT DISTINCT sibling.child_id
		  FROM nestings mine
		  JOIN nestings sibling ON sibling.parent_uri = mine.parent_uri AND sibling.child_id <> mine.child_id
		  JOIN neighbourhoods n ON n.actor_id = sibling.child_id AND n.closed_at IS NULL
		  JOIN actors a ON a.id = n.actor_id AND a.level <> 'building'
		 WHERE mine.child_id = $1
		 ORDER BY sibling.child_id
		 LIMIT $2`, id, mostPlaces)
	if err != nil {
		return nil, fmt.Errorf("places beside %s: %w", id, err)
	}
	defer rows.Close()
	var list []instance.ActorID
	for rows.Next() {
		var other instance.ActorID
		if err := rows.Scan(&other); err != nil {
			return nil, fmt.Errorf("places beside %s: %w", id, err)
		}
		list = append(list, other)
	}
	return list, rows.Err()
}

// list returns at most limit places; args of where begin at $2.
func (s *Service) list(ctx context.Context, where string, limit int, args ...any) ([]instance.Neighbourhood, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, `+columns+`
		  FROM neighbourhoods n JOIN actors a ON a.id = n.actor_id
		 WHERE n.closed_at IS NULL `+where+`
		 ORDER BY lower(a.name), a.id
		 LIMIT $1`, append([]any{limit}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list neighbourhoods: %w", err)
	}
	defer rows.Close()
	var list []instance.Neighbourhood
	for rows.Next() {
		n, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list neighbourhoods: %w", err)
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// Nesting is what a place lies within and what lies within it, here or
// elsewhere, as far as we know the actors. A place elsewhere counts only once
// our own place follows it or is followed by it.
type Nesting struct {
	Parents, Children []instance.Actor
}

// Nesting returns what id lies within and what lies within it.
func (s *Service) Nesting(ctx context.Context, id instance.ActorID) (Nesting, error) {
	tx := s.db.Read()
	parents, err := actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM nestings w JOIN actors a ON a.uri = w.parent_uri
		 WHERE w.child_id = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY lower(a.name)`, id))
	if err != nil {
		return Nesting{}, fmt.Errorf("parents of %s: %w", id, err)
	}
	children, err := actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM nestings w
		  JOIN actors p ON p.uri = w.parent_uri
		  JOIN actors a ON a.id = w.child_id
		 WHERE p.id = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND (a.host = '' OR EXISTS (SELECT 1 FROM follows f
		                                WHERE f.follower_id = p.id AND f.followee_id = a.id AND f.state = 'accepted'))
		 ORDER BY lower(a.name)`, id))
	if err != nil {
		return Nesting{}, fmt.Errorf("children of %s: %w", id, err)
	}
	return Nesting{Parents: parents, Children: children}, nil
}

// isNotFound tells a missing row from a fault.
func isNotFound(err error) bool { return errors.Is(err, instance.ErrNotFound) }
