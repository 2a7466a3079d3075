package places

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Membership is one resident of one place.
type Membership struct {
	Person   instance.Actor
	Group    instance.ActorID
	Standing instance.Standing
	Since    time.Time
}

// Join declares that a person lives in a place. Whoever is a resident already
// stays as they are. One whom the operator has verified for the whole server is
// a verified resident at once, but not of a house: who lives behind one door is
// not for the person alone to say.
func (s *Service) Join(ctx context.Context, group, person instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := byID(ctx, tx, group)
		if err != nil {
			return err
		}
		if n.MovedTo != "" {
			return instance.ErrGone
		}
		now := store.Millis(s.now())
		joined, err := tx.Exec(ctx, `
			INSERT INTO memberships (group_id, person_id, standing, joined_at, verified_at)
			SELECT CAST($1 AS BIGINT), p.actor_id,
			       CASE WHEN p.verified_at IS NOT NULL AND NOT $3 THEN 'verified' ELSE 'declared' END,
			       CAST($4 AS BIGINT),
			       CASE WHEN NOT $3 THEN p.verified_at END
			  FROM people p
			 WHERE p.actor_id = $2
			ON CONFLICT DO NOTHING`, group, person, n.Level.House(), now)
		if err != nil || joined == 0 {
			return err
		}
		return s.noteWord(ctx, tx, group, person)
	})
	if err != nil {
		return fmt.Errorf("%s joins %s: %w", person, group, err)
	}
	return nil
}

// Leave ends a person's residence in a place.
func (s *Service) Leave(ctx context.Context, group, person instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error { return s.leave(ctx, tx, group, person) })
	if err != nil {
		return fmt.Errorf("%s leaves %s: %w", person, group, err)
	}
	return nil
}

func (s *Service) leave(ctx context.Context, tx store.Tx, group, person instance.ActorID) error {
	_, err := tx.Exec(ctx, `DELETE FROM memberships WHERE group_id = $1 AND person_id = $2`, group, person)
	if err != nil {
		return err
	}
	if err := s.forgetProofs(ctx, tx, group, person, "left"); err != nil {
		return err
	}
	// What only residents read is not theirs to read any more.
	_, err = tx.Exec(ctx, `
		DELETE FROM home_entries
		 WHERE owner_id = $1
		   AND post_id IN (SELECT id FROM posts
		                    WHERE group_id = $2 AND author_id <> $1 AND audience IN ('building', 'neighbourhood', 'around'))`, person, group)
	return err
}

// LeaveIn ends inside a transaction a person's residence in a place and in
// everything of ours that it lies within, but for what others of their places
// lie within too.
func (s *Service) LeaveIn(ctx context.Context, tx store.Tx, place, person instance.ActorID, others []instance.ActorID) error {
	left, err := s.chain(ctx, tx, place)
	if err != nil {
		return fmt.Errorf("%s leaves %s: %w", person, place, err)
	}
	stays := map[instance.ActorID]bool{}
	for _, o := range others { // a handful
		kept, err := s.chain(ctx, tx, o)
		if err != nil {
			return fmt.Errorf("%s leaves %s: %w", person, place, err)
		}
		for _, a := range kept {
			stays[a.ID] = true
		}
	}
	for _, a := range left { // three or four
		if stays[a.ID] {
			continue
		}
		if err := s.leave(ctx, tx, a.ID, person); err != nil {
			return fmt.Errorf("%s leaves %s: %w", person, place, err)
		}
	}
	return nil
}

// Chain returns a place and everything of ours that it lies within, the narrowest
// first.
func (s *Service) Chain(ctx context.Context, place instance.ActorID) ([]instance.Actor, error) {
	list, err := s.chain(ctx, s.db.Read(), place)
	if err != nil {
		return nil, fmt.Errorf("what %s lies within: %w", place, err)
	}
	return list, nil
}

// chain returns a place and everything of ours that it lies within, the
// narrowest first.
func (s *Service) chain(ctx context.Context, tx store.Tx, place instance.ActorID) ([]instance.Actor, error) {
	return actors.List(tx.Query(ctx, `
		WITH RECURSIVE up (id) AS (
			SELECT n.actor_id FROM neighbourhoods n WHERE n.actor_id = $1 AND n.closed_at IS NULL
			UNION
			SELECT p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		SELECT `+actors.Columns+`
		  FROM actors a
		 WHERE a.id IN (SELECT id FROM up) AND a.kind = 'Group' AND a.deleted_at IS NULL
		 ORDER BY `+narrowest, place))
}

// SetStanding notes how sure the operator is that a person lives in a place, and
// who says so; the person becomes a resident if they were not. Declared takes
// back whatever was seen of them before.
func (s *Service) SetStanding(ctx context.Context, group, person, by instance.ActorID, standing instance.Standing) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := s.Settle(ctx, tx, group, person, by, standing); err != nil {
			return err
		}
		if standing == instance.Verified {
			return s.noteWord(ctx, tx, group, person)
		}
		return s.forgetProofs(ctx, tx, group, person, "operator")
	})
	if err != nil {
		return fmt.Errorf("mark %s %s in %s: %w", person, standing, group, err)
	}
	return nil
}

// Settle changes how a person stands to a place, by says who for: it is the one
// way in which that changes, for whoever has seen a proof or takes one back. The
// person becomes a resident if they were not.
func (s *Service) Settle(ctx context.Context, tx store.Tx, group, person, by instance.ActorID, standing instance.Standing) error {
	if standing != instance.Declared && standing != instance.Verified {
		return &instance.Invalid{Field: "standing", Code: "unknown"}
	}
	if _, err := byID(ctx, tx, group); err != nil {
		return err
	}
	// Only people live somewhere: an organisation that did would read what is for
	// neighbours.
	a, err := actors.ByID(ctx, tx, person)
	if err != nil {
		return err
	}
	if a.Kind == instance.Organization {
		return &instance.Invalid{Field: "person", Code: "elsewhere"}
	}
	now := store.Millis(s.now())
	var verifiedAt *int64
	var verifiedBy *instance.ActorID
	if standing == instance.Verified {
		verifiedAt = &now
		if by != 0 {
			verifiedBy = &by
		}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO memberships (group_id, person_id, standing, joined_at, verified_at, verified_by)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (group_id, person_id) DO UPDATE
		   SET standing = excluded.standing, verified_at = excluded.verified_at, verified_by = excluded.verified_by`,
		group, person, string(standing), now, verifiedAt, verifiedBy)
	return err
}

// noteWord keeps that the operator says somebody is a verified resident.
func (s *Service) noteWord(ctx context.Context, tx store.Tx, group, person instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO proofs (id, person_id, place_id, route, seen_at, seen_by)
		SELECT CAST($1 AS BIGINT), m.person_id, m.group_id, 'operator', m.verified_at, m.verified_by
		  FROM memberships m
		 WHERE m.group_id = $2 AND m.person_id = $3 AND m.standing = 'verified'
		   AND NOT EXISTS (SELECT 1 FROM proofs f
		                    WHERE f.person_id = $3 AND f.place_id = $2 AND f.route = 'operator' AND f.revoked_at IS NULL)`,
		s.ids.Next(), group, person)
	return err
}

// forgetProofs ends what was seen of a person in a place.
func (s *Service) forgetProofs(ctx context.Context, tx store.Tx, group, person instance.ActorID, reason string) error {
	_, err := tx.Exec(ctx, `
		UPDATE proofs
		   SET revoked_at = $3, reason = $4
		 WHERE place_id = $1 AND person_id = $2 AND revoked_at IS NULL`, group, person, store.Millis(s.now()), reason)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM proof_terms WHERE place_id = $1 AND person_id = $2`, group, person)
	return err
}

// Standing returns how a person stands to a place: directly, not through what
// lies within it.
func (s *Service) Standing(ctx context.Context, group, person instance.ActorID) (instance.Standing, error) {
	var standing string
	err := s.db.Read().QueryRow(ctx, `
		SELECT standing FROM memberships WHERE group_id = $1 AND person_id = $2`, group, person).Scan(&standing)
	if err = notFound(err); isNotFound(err) {
		return instance.Stranger, nil
	}
	if err != nil {
		return "", fmt.Errorf("standing of %s in %s: %w", person, group, err)
	}
	return instance.Standing(standing), nil
}

// Members returns a page of the residents of a place by id, from after an id.
func (s *Service) Members(ctx context.Context, group, after instance.ActorID, limit int) ([]Membership, error) {
	return s.memberships(ctx, `m.group_id = $1 AND m.person_id > $2`, `m.person_id`, group, after, limit)
}

func (s *Service) memberships(ctx context.Context, where, order string, args ...any) ([]Membership, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, m.group_id, m.standing, m.joined_at
		  FROM memberships m JOIN actors a ON a.id = m.person_id
		 WHERE `+where+`
		 ORDER BY `+order+`
		 LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("list residents: %w", err)
	}
	defer rows.Close()
	var list []Membership
	for rows.Next() {
		var m Membership
		var standing string
		var since int64
		dest, done := actors.Fields(&m.Person)
		if err := rows.Scan(append(dest, &m.Group, &standing, &since)...); err != nil {
			return nil, fmt.Errorf("list residents: %w", err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		m.Standing, m.Since = instance.Standing(standing), store.Time(since)
		list = append(list, m)
	}
	return list, rows.Err()
}

// Residence is a place a person lives in.
type Residence struct {
	Place    instance.Actor
	Standing instance.Standing
}

// Residences returns the places a person lives in, the narrowest first.
func (s *Service) Residences(ctx context.Context, person instance.ActorID) ([]Residence, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, m.standing
		  FROM memberships m JOIN actors a ON a.id = m.group_id
		 WHERE m.person_id = $1 AND a.deleted_at IS NULL
		 ORDER BY `+narrowest, person)
	if err != nil {
		return nil, fmt.Errorf("residences of %s: %w", person, err)
	}
	defer rows.Close()
	var list []Residence
	for rows.Next() {
		var r Residence
		var standing string
		dest, done := actors.Fields(&r.Place)
		if err := rows.Scan(append(dest, &standing)...); err != nil {
			return nil, fmt.Errorf("residences of %s: %w", person, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		r.Standing = instance.Standing(standing)
		list = append(list, r)
	}
	return list, rows.Err()
}

// DeclareIn notes inside a transaction that a person says they live in a place,
// and so in everything of ours that it lies within. It returns all of these, the
// narrowest first. Whoever is a resident already stays as they are.
func (s *Service) DeclareIn(ctx context.Context, tx store.Tx, place, person instance.ActorID) ([]instance.Actor, error) {
	chain, err := s.chain(ctx, tx, place)
	if err != nil {
		return nil, fmt.Errorf("%s declares to live in %s: %w", person, place, err)
	}
	if len(chain) == 0 {
		return nil, fmt.Errorf("%s declares to live in %s: %w", person, place, instance.ErrNotFound)
	}
	_, err = tx.Exec(ctx, `
		WITH RECURSIVE up (id) AS (
			SELECT CAST($1 AS BIGINT)
			UNION
			SELECT p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		INSERT INTO memberships (group_id, person_id, standing, joined_at)
		SELECT n.actor_id, CAST($2 AS BIGINT), 'declared', CAST($3 AS BIGINT)
		  FROM neighbourhoods n
		 WHERE n.actor_id IN (SELECT id FROM up)
		ON CONFLICT DO NOTHING`, place, person, store.Millis(s.now()))
	if err != nil {
		return nil, fmt.Errorf("%s declares to live in %s: %w", person, place, err)
	}
	return chain, nil
}
