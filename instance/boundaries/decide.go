package boundaries

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Decide is the job that counts the voices when a vote ends, and carries out
// what was accepted.
type Decide struct {
	Proposal instance.ID `json:"proposal"`
}

// Kind names the job.
func (Decide) Kind() string { return "decide_border" }

func (s *Service) decide(ctx context.Context, j Decide) error {
	left, err := s.Close(ctx, j.Proposal)
	if err == nil && left > 0 {
		return jobs.Snooze(left)
	}
	return err
}

// Close ends a vote whose time is over, and carries out what was accepted. It
// returns how long residents can still vote if they can. Doing it again goes on
// where it was interrupted.
func (s *Service) Close(ctx context.Context, id instance.ID) (left time.Duration, err error) {
	var p Proposal
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if p, err = scanProposal(tx.QueryRow(ctx, `SELECT `+proposalColumns+` FROM boundary_proposals WHERE id = $1`, id)); err != nil {
			return err
		}
		left = p.Closes.Sub(s.now())
		if p.State != Open || left > 0 {
			return nil
		}
		left = 0
		if p.State, err = s.verdict(ctx, tx, p); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE boundary_proposals
			   SET state = $2, decided_at = $3
			 WHERE id = $1 AND state = 'open'`, id, string(p.State), store.Millis(s.now()))
		if err != nil {
			return err
		}
		// Who said what has served its purpose.
		_, err = tx.Exec(ctx, `DELETE FROM boundary_votes WHERE proposal_id = $1`, id)
		return err
	})
	if err == nil && p.State == Accepted {
		left, err = 0, s.carryOut(ctx, p)
	}
	if errors.Is(err, instance.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("decide border %s: %w", id, err)
	}
	if p.State != Open {
		left = 0
	}
	return left, nil
}

// verdict is what the voices say: more yes than no, and enough yes.
func (s *Service) verdict(ctx context.Context, tx store.Tx, p Proposal) (State, error) {
	var residents int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (`+s.readers(instance.ToNeighbourhood, "$1")+`) AS n`, p.Place).Scan(&residents)
	if err != nil {
		return "", err
	}
	if p.Yes > p.No && p.Yes >= max(QuorumLeast, (residents*Quorum+99)/100) {
		return Accepted, nil
	}
	return Refused, nil
}

func (s *Service) carryOut(ctx context.Context, p Proposal) error {
	if p.Kind == Merge {
		return s.merge(ctx, p)
	}
	return s.split(ctx, p)
}

// split makes the new place and brings over who lives in it. The old place
// keeps its address, its posts and everybody who follows it.
func (s *Service) split(ctx context.Context, p Proposal) error {
	made, err := s.founder.Found(ctx, p.Place, p.Username, p.Name)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE boundary_proposals SET state = 'done', other_id = $2 WHERE id = $1 AND state = 'accepted'`, p.ID, made)
		if err != nil || n == 0 {
			return err
		}
		whole, _, err := regionOf(ctx, tx, p.Place)
		if err != nil {
			return err
		}
		if err := setRegion(ctx, tx, p.Place, append(whole[:len(whole):len(whole)], Half{p.Line, !p.Beyond})); err != nil {
			return err
		}
		if err := setRegion(ctx, tx, made, append(whole[:len(whole):len(whole)], Half{p.Line, p.Beyond})); err != nil {
			return err
		}
		people, houses, err := beyond(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := moveHouses(ctx, tx, p.Place, made, houses); err != nil {
			return err
		}
		return moveResidents(ctx, tx, p.Place, made, people)
	})
}

// beyond returns who of a place lives in its new part, and which houses lie
// there: those where most doors do.
func beyond(ctx context.Context, tx store.Tx, p Proposal) (people, houses []instance.ActorID, err error) {
	rows, err := tx.Query(ctx, `
		SELECT m.person_id, h.place_id, a.lat, a.lon
		  FROM memberships m
		  JOIN homes h ON h.person_id = m.person_id AND h.kind = 'home' AND h.former_at IS NULL
		  JOIN addresses a ON a.id = h.address_id
		 WHERE m.group_id = $1 AND a.lat IS NOT NULL AND a.lon IS NOT NULL
		 ORDER BY m.person_id`, p.Place)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	type resident struct {
		id, house instance.ActorID
		there     bool
	}
	var all []resident
	balance := map[instance.ActorID]int{}
	for rows.Next() {
		var r resident
		var at Position
		if err := rows.Scan(&r.id, &r.house, &at.Latitude, &at.Longitude); err != nil {
			return nil, nil, err
		}
		if r.house == p.Place {
			r.house = 0
		}
		r.there = p.Line.Beyond(at) == p.Beyond
		if r.there {
			balance[r.house]++
		} else {
			balance[r.house]--
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	seen := map[instance.ActorID]bool{0: true}
	for _, r := range all {
		there := r.there
		if r.house != 0 {
			there = balance[r.house] > 0
		}
		if !there {
			continue
		}
		people = append(people, r.id)
		if !seen[r.house] {
			seen[r.house] = true
			houses = append(houses, r.house)
		}
	}
	return people, houses, nil
}

// moveHouses nests houses that lay within one place in another.
func moveHouses(ctx context.Context, tx store.Tx, from, to instance.ActorID, houses []instance.ActorID) error {
	if len(houses) == 0 {
		return nil
	}
	args := []any{from, to}
	for _, id := range houses {
		args = append(args, id)
	}
	_, err := tx.Exec(ctx, `
		UPDATE nestings
		   SET parent_uri = (SELECT uri FROM actors WHERE id = $2)
		 WHERE parent_uri = (SELECT uri FROM actors WHERE id = $1) AND child_id IN (`+store.Placeholders(3, len(houses))+`)`, args...)
	return err
}

// moveResidents makes residents of one place residents of another, as surely as
// they were.
func moveResidents(ctx context.Context, tx store.Tx, from, to instance.ActorID, people []instance.ActorID) error {
	const atOnce = 500
	for part := range slices.Chunk(people, atOnce) {
		var args []any
		for _, id := range part {
			args = append(args, id)
		}
		where := func(first int) string { return `person_id IN (` + store.Placeholders(first, len(part)) + `)` }
		if err := moveWhere(ctx, tx, from, to, where, args); err != nil {
			return err
		}
	}
	return nil
}

// moveWhere moves memberships and homes from one place to another; where says
// which, with args from a placeholder on.
func moveWhere(ctx context.Context, tx store.Tx, from, to instance.ActorID, where func(first int) string, args []any) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO memberships (group_id, person_id, standing, joined_at, verified_at, verified_by)
		SELECT CAST($2 AS BIGINT), person_id, standing, joined_at, verified_at, verified_by
		  FROM memberships
		 WHERE group_id = $1 AND `+where(3)+`
		ON CONFLICT DO NOTHING`, append([]any{from, to}, args...)...)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM memberships WHERE group_id = $1 AND `+where(2), append([]any{from}, args...)...); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE homes SET place_id = $2 WHERE place_id = $1 AND `+where(3), append([]any{from, to}, args...)...)
	return err
}

// everyone is a condition that leaves nobody out.
func everyone(int) string { return `person_id > 0` }

// merge makes a place part of another: its residents and houses go there, its
// followers are told to follow that one, and its posts stay where they are.
func (s *Service) merge(ctx context.Context, p Proposal) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE boundary_proposals SET state = 'done' WHERE id = $1 AND state = 'accepted'`, p.ID)
		if err != nil || n == 0 {
			return err
		}
		from, err := actors.ByID(ctx, tx, p.Place)
		if err != nil {
			return err
		}
		to, err := actors.ByID(ctx, tx, p.Other)
		if err != nil {
			return err
		}
		if err := s.mergeRegions(ctx, tx, p); err != nil {
			return err
		}
		if err := moveWhere(ctx, tx, p.Place, p.Other, everyone, nil); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE nestings SET parent_uri = $2 WHERE parent_uri = $1`, from.URI, to.URI)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE neighbourhoods SET closed_at = $2 WHERE actor_id = $1 AND closed_at IS NULL`, p.Place, store.Millis(s.now()))
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.Moved, Actor: from, Target: &to, ID: s.ids.Next()})
	})
}

// mergeRegions lets the place that stays cover what both did: the border
// between two that were cut from one another is gone; of any others the region
// is what those who live there say.
func (s *Service) mergeRegions(ctx context.Context, tx store.Tx, p Proposal) error {
	gone, _, err := regionOf(ctx, tx, p.Place)
	if err != nil {
		return err
	}
	stays, has, err := regionOf(ctx, tx, p.Other)
	if err != nil || !has {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM place_regions WHERE place_id = $1`, p.Place); err != nil {
		return err
	}
	if n := len(stays); n > 0 && n == len(gone) && stays[n-1].Line == gone[n-1].Line && stays[n-1].Beyond != gone[n-1].Beyond {
		return setRegion(ctx, tx, p.Other, stays[:n-1])
	}
	_, err = tx.Exec(ctx, `DELETE FROM place_regions WHERE place_id = $1`, p.Other)
	return err
}
