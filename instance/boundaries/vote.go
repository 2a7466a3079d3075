package boundaries

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

const proposalColumns = `id, kind, place_id, COALESCE(other_id, 0), name, username, line, beyond, staying, going, reach, opened_at, closes_at, state, yes, no, decided_at`

func scanProposal(r store.Row) (Proposal, error) {
	var p Proposal
	var line string
	var opened, closes int64
	var decided *int64
	err := r.Scan(&p.ID, &p.Kind, &p.Place, &p.Other, &p.Name, &p.Username, &line, &p.Beyond, &p.Staying, &p.Going, &p.Reach, &opened, &closes, &p.State, &p.Yes, &p.No, &decided)
	if errors.Is(err, store.ErrNoRows) {
		return p, instance.ErrNotFound
	}
	if err != nil {
		return p, err
	}
	p.Opened, p.Closes, p.Decided = store.Time(opened), store.Time(closes), store.TimeOrNever(decided)
	return p, json.Unmarshal([]byte(line), &p.Line)
}

// History returns what was proposed about the borders of a place and what came
// of it, the newest first, at most a page of it.
func (s *Service) History(ctx context.Context, place instance.ActorID) ([]Proposal, error) {
	const page = 50
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+proposalColumns+`
		  FROM boundary_proposals
		 WHERE place_id = $1 OR other_id = $1
		 ORDER BY id DESC
		 LIMIT $2`, place, page)
	if err != nil {
		return nil, fmt.Errorf("borders of %s: %w", place, err)
	}
	defer rows.Close()
	var list []Proposal
	for rows.Next() {
		p, err := scanProposal(rows)
		if err != nil {
			return nil, fmt.Errorf("borders of %s: %w", place, err)
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// Voice is what somebody said to a proposal.
type Voice string

// The voices.
const (
	Silent Voice = ""
	Yes    Voice = "yes"
	No     Voice = "no"
)

// VoiceOf returns what a person said to a proposal.
func (s *Service) VoiceOf(ctx context.Context, id instance.ID, person instance.ActorID) (Voice, error) {
	var yes bool
	err := s.db.Read().QueryRow(ctx, `SELECT yes FROM boundary_votes WHERE proposal_id = $1 AND person_id = $2`, id, person).Scan(&yes)
	switch {
	case errors.Is(err, store.ErrNoRows):
		return Silent, nil
	case err != nil:
		return Silent, fmt.Errorf("voice of %s on %s: %w", person, id, err)
	case yes:
		return Yes, nil
	}
	return No, nil
}

// Vote gives a resident's voice to a proposal, or another one than before. For
// a merge those of either place vote. It returns [instance.ErrForbidden] for
// anybody else, [instance.ErrNotFound] for a proposal that is none, and
// [instance.ErrGone] once it was decided.
func (s *Service) Vote(ctx context.Context, id instance.ID, person instance.ActorID, yes bool) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := scanProposal(tx.QueryRow(ctx, `SELECT `+proposalColumns+` FROM boundary_proposals WHERE id = $1`, id))
		if err != nil {
			return err
		}
		if p.State != Open || !s.now().Before(p.Closes) {
			return instance.ErrGone
		}
		if err := s.mayVote(ctx, tx, p, person); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO boundary_votes (proposal_id, person_id, yes)
			VALUES ($1, $2, $3)
			ON CONFLICT (proposal_id, person_id) DO UPDATE SET yes = excluded.yes`, id, person, yes)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE boundary_proposals
			   SET yes = (SELECT COUNT(*) FROM boundary_votes v WHERE v.proposal_id = $1 AND v.yes),
			       no = (SELECT COUNT(*) FROM boundary_votes v WHERE v.proposal_id = $1 AND NOT v.yes)
			 WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("vote on border %s: %w", id, err)
	}
	return nil
}

func (s *Service) mayVote(ctx context.Context, tx store.Tx, p Proposal, person instance.ActorID) error {
	err := s.mustLive(ctx, tx, p.Place, person)
	if p.Kind == Merge && errors.Is(err, instance.ErrForbidden) {
		return s.mustLive(ctx, tx, p.Other, person)
	}
	return err
}
