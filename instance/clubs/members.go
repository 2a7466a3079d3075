package clubs

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Membership is one person of a club, or one who asks to come in.
type Membership struct {
	Person    instance.Actor
	Part      instance.Part
	Moderates bool
	Since     time.Time
}

// Enter lets somebody in: at once into an open club of a place where they are at
// home, else a moderator of the club is asked. Whoever takes part already stays
// as they are. It returns how they stand now.
func (s *Service) Enter(ctx context.Context, club, person instance.ActorID) (part instance.Part, err error) {
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		part, err = s.enter(ctx, tx, club, person)
		return err
	})
	if err != nil {
		return instance.NoPart, fmt.Errorf("%s enters club %s: %w", person, club, err)
	}
	return part, nil
}

func (s *Service) enter(ctx context.Context, tx store.Tx, club, person instance.ActorID) (instance.Part, error) {
	var place instance.ActorID
	var entry string
	err := tx.QueryRow(ctx, `
		SELECT k.place_id, k.entry
		  FROM clubs k JOIN actors a ON a.id = k.actor_id
		 WHERE k.actor_id = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, club).Scan(&place, &entry)
	if err != nil {
		return instance.NoPart, notFound(err)
	}
	home, err := s.places.MayPost(ctx, tx, place, person)
	if err != nil {
		return instance.NoPart, err
	}
	part := instance.Asked
	if home && instance.Entry(entry) == instance.EntryOpen {
		part = instance.Member
	}
	// Who asked before the club was opened comes in now.
	var state string
	err = tx.QueryRow(ctx, `
		INSERT INTO club_members (club_id, person_id, state, since)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (club_id, person_id) DO UPDATE
		   SET state = CASE WHEN excluded.state = 'member' THEN 'member' ELSE club_members.state END
		RETURNING state`, club, person, string(part), store.Millis(s.now())).Scan(&state)
	return instance.Part(state), err
}

// Part returns how somebody stands to a club.
func (s *Service) Part(ctx context.Context, club, person instance.ActorID) (instance.Part, error) {
	var state string
	err := s.db.Read().QueryRow(ctx, `
		SELECT COALESCE((SELECT state FROM club_members WHERE club_id = $1 AND person_id = $2), '')`, club, person).Scan(&state)
	if err != nil {
		return instance.NoPart, fmt.Errorf("part of %s in club %s: %w", person, club, err)
	}
	return instance.Part(state), nil
}

// Quit ends somebody's part in a club. It returns [instance.ErrConflict] for the
// last one who looks after it while others take part: somebody has to.
func (s *Service) Quit(ctx context.Context, club, person instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error { return s.drop(ctx, tx, club, person) })
	if err != nil {
		return fmt.Errorf("%s quits club %s: %w", person, club, err)
	}
	return nil
}

// drop takes somebody out, with what of the inside stands in their feed.
func (s *Service) drop(ctx context.Context, tx store.Tx, club, person instance.ActorID) error {
	var tends bool
	var tending, others int
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM moderators WHERE group_id = k.actor_id AND actor_id = $2),
		       (SELECT COUNT(*) FROM moderators WHERE group_id = k.actor_id AND actor_id <> $2),
		       (SELECT COUNT(*) FROM club_members WHERE club_id = k.actor_id AND person_id <> $2 AND state = 'member')
		  FROM clubs k
		 WHERE k.actor_id = $1`, club, person).Scan(&tends, &tending, &others)
	if err != nil {
		return notFound(err)
	}
	if tends && tending == 0 && others > 0 {
		return instance.ErrConflict
	}
	if _, err := tx.Exec(ctx, `DELETE FROM club_members WHERE club_id = $1 AND person_id = $2`, club, person); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM home_entries
		 WHERE owner_id = $1
		   AND post_id IN (SELECT id FROM posts WHERE group_id = $2 AND author_id <> $1 AND audience = 'neighbourhood')`, person, club)
	if err != nil || !tends {
		return err
	}
	return s.setModerator(ctx, tx, club, person, false)
}

func (s *Service) setModerator(ctx context.Context, tx store.Tx, club, person instance.ActorID, moderates bool) error {
	both, err := actors.ByIDs(ctx, tx, []instance.ActorID{club, person})
	if err != nil {
		return err
	}
	if both[club].ID == 0 || both[person].ID == 0 {
		return instance.ErrNotFound
	}
	return s.places.SetModeratorIn(ctx, tx, both[club], both[person], moderates, false)
}

// Answer is what somebody who looks after a club decides about a person.
type Answer string

// The answers.
const (
	Accept    Answer = "accept"  // who asked comes in
	Remove    Answer = "remove"  // out, or not in
	Promote   Answer = "promote" // a member looks after it too
	Step      Answer = "step"    // and no longer
	noAnswers        = "unknown" // code of an answer that is none
)

// Settle carries out what by decided about a person of a club. It returns
// [instance.ErrForbidden] if by does not look after it, and
// [instance.ErrNotFound] if the person neither asked nor takes part.
func (s *Service) Settle(ctx context.Context, by instance.Account, club, person instance.ActorID, a Answer) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := tended(ctx, tx, by, club); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE club_members
			   SET state = CASE WHEN $3 THEN 'member' ELSE state END
			 WHERE club_id = $1 AND person_id = $2 AND ($3 OR $4 OR state = 'member')`, club, person, a == Accept, a == Remove)
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrNotFound
		}
		switch a {
		case Accept:
			return nil
		case Remove:
			return s.drop(ctx, tx, club, person)
		case Promote, Step:
			return s.appoint(ctx, tx, club, person, a == Promote)
		default:
			return &instance.Invalid{Field: "answer", Code: noAnswers}
		}
	})
	if err != nil {
		return fmt.Errorf("%s about %s in club %s: %w", a, person, club, err)
	}
	return nil
}

// appoint makes a member look after a club, or no longer unless nobody else does.
func (s *Service) appoint(ctx context.Context, tx store.Tx, club, person instance.ActorID, moderates bool) error {
	if !moderates {
		var others int
		err := tx.QueryRow(ctx, `
			SELECT COUNT(*) FROM moderators WHERE group_id = $1 AND actor_id <> $2`, club, person).Scan(&others)
		if err != nil {
			return err
		}
		if others == 0 {
			return instance.ErrConflict
		}
	}
	return s.setModerator(ctx, tx, club, person, moderates)
}

// Members returns a page of those who take part in a club or ask to, by id, from
// after an id.
func (s *Service) Members(ctx context.Context, club, after instance.ActorID, part instance.Part, limit int) ([]Membership, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, m.state, m.since,
		       EXISTS (SELECT 1 FROM moderators t WHERE t.group_id = m.club_id AND t.actor_id = m.person_id)
		  FROM club_members m JOIN actors a ON a.id = m.person_id
		 WHERE m.club_id = $1 AND m.person_id > $2 AND m.state = $3 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY m.person_id
		 LIMIT $4`, club, after, string(part), limit)
	if err != nil {
		return nil, fmt.Errorf("members of club %s: %w", club, err)
	}
	defer rows.Close()
	var list []Membership
	for rows.Next() {
		var m Membership
		var state string
		var since int64
		dest, done := actors.Fields(&m.Person)
		if err := rows.Scan(append(dest, &state, &since, &m.Moderates)...); err != nil {
			return nil, fmt.Errorf("members of club %s: %w", club, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		m.Part, m.Since = instance.Part(state), store.Time(since)
		list = append(list, m)
	}
	return list, rows.Err()
}
