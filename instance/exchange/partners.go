package exchange

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// mostPartners is how many people are told of one ask who act for organisations.
const mostPartners = 20

// tellPartners tells those who act for organisations that agreed to hear of such
// asks, in the place or in what it lies within, of one that nobody answered. Only
// who may read it is told: word of an ask is not carried past its circle.
func (s *Service) tellPartners(ctx context.Context, id instance.PostID) error {
	p, err := s.posts.Held(ctx, s.db.Read(), id)
	if err != nil || p.Gone() || p.Group == nil {
		return err
	}
	agents, err := s.partners(ctx, p)
	if err != nil {
		return err
	}
	var told []instance.ActorID
	for _, who := range agents {
		v, err := s.readers.Viewer(ctx, who)
		if err != nil {
			return err
		}
		switch _, err := s.posts.ByID(ctx, v, p.ID); {
		case err == nil:
			told = append(told, who)
		case !errors.Is(err, instance.ErrNotFound):
			return err
		}
	}
	if len(told) == 0 {
		return nil
	}
	return s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE asks SET partner_at = $2 WHERE post_id = $1 AND partner_at IS NULL`, p.ID, store.Millis(s.now()))
		if err != nil || n == 0 {
			return err
		}
		for _, who := range told {
			err := s.tell(ctx, tx, instance.Deed{Kind: instance.AskUnanswered, Actor: p.Author, Target: &instance.Actor{ID: who}, Post: p, ID: instance.ID(p.ID)})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// partners are the people who act for organisations that agreed to hear of asks
// like p.
func (s *Service) partners(ctx context.Context, p *instance.Post) ([]instance.ActorID, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT DISTINCT g.person_id
		  FROM organisation_asks k
		  JOIN organisations o ON o.actor_id = k.organisation_id
		  JOIN organisation_agents g ON g.organisation_id = o.actor_id
		 WHERE k.category = $1 AND g.person_id <> $3
		   AND (o.place_id = $2
		        OR o.place_id IN (SELECT a.id FROM nestings w JOIN actors a ON a.uri = w.parent_uri WHERE w.child_id = $2 AND a.host = ''))
		 ORDER BY g.person_id
		 LIMIT $4`, p.Proposal.Category, p.Group.ID, p.Author.ID, mostPartners)
	if err != nil {
		return nil, fmt.Errorf("partners for %s: %w", p.ID, err)
	}
	defer rows.Close()
	var who []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		who = append(who, id)
	}
	return who, rows.Err()
}
