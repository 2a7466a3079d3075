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
	return s.tellReaders(ctx, p, agents, "partner_at")
}

// tellReaders tells those of some people who may read an ask that nobody answered,
// once: a column of asks notes when.
func (s *Service) tellReaders(ctx context.Context, p *instance.Post, whom []instance.ActorID, column string) error {
	var told []instance.ActorID
	for _, who := range whom {
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
		n, err := tx.Exec(ctx, `UPDATE asks SET `+column+` = $2 WHERE post_id = $1 AND `+column+` IS NULL`, p.ID, store.Millis(s.now()))
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

// tellInformants tells the informants of a place, and of what it lies within, of an
// ask there that nobody answered, as far as they may read it as residents.
func (s *Service) tellInformants(ctx context.Context, id instance.PostID) error {
	p, err := s.posts.Held(ctx, s.db.Read(), id)
	if err != nil || p.Gone() || p.Group == nil || !p.Group.Local() {
		return err
	}
	whom, err := people(s.db.Read().Query(ctx, `
		WITH RECURSIVE up (id) AS (
			SELECT CAST($1 AS BIGINT)
			UNION
			SELECT g.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors g ON g.uri = w.parent_uri AND g.host = ''
		)
		SELECT DISTINCT i.person_id
		  FROM informants i
		 WHERE i.until > $2 AND i.person_id <> $3 AND i.place_id IN (SELECT id FROM up)
		 ORDER BY i.person_id
		 LIMIT 50`, p.Group.ID, store.Millis(s.now()), p.Author.ID))
	if err != nil {
		return fmt.Errorf("informants for %s: %w", p.ID, err)
	}
	return s.tellReaders(ctx, p, whom, "informant_at")
}

// partners are the people who act for organisations that agreed to hear of asks
// like p.
func (s *Service) partners(ctx context.Context, p *instance.Post) ([]instance.ActorID, error) {
	who, err := people(s.db.Read().Query(ctx, `
		SELECT DISTINCT g.person_id
		  FROM organisation_asks k
		  JOIN organisations o ON o.actor_id = k.organisation_id
		  JOIN organisation_agents g ON g.organisation_id = o.actor_id
		 WHERE k.category = $1 AND g.person_id <> $3
		   AND (o.place_id = $2
		        OR o.place_id IN (SELECT a.id FROM nestings w JOIN actors a ON a.uri = w.parent_uri WHERE w.child_id = $2 AND a.host = ''))
		 ORDER BY g.person_id
		 LIMIT $4`, p.Proposal.Category, p.Group.ID, p.Author.ID, mostPartners))
	if err != nil {
		return nil, fmt.Errorf("partners for %s: %w", p.ID, err)
	}
	return who, nil
}

// people reads a list of people.
func people(rows store.Rows, err error) ([]instance.ActorID, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}
