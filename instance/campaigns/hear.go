package campaigns

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Hear takes in what is posted for a campaign: with it in mind, or with its
// hashtag in one of its places; and throws away what somebody planned who leaves. It returns an [instance.Invalid] for what cannot
// be posted for it.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	var err error
	switch {
	case d.Kind == instance.Left:
		if _, err := tx.Exec(ctx, `DELETE FROM campaigns WHERE author_id = $1 AND state IN ('draft', 'waiting')`, d.Actor.ID); err != nil {
			return fmt.Errorf("campaigns that %s planned: %w", d.Actor.ID, err)
		}
		return nil
	case d.Kind != instance.Posted || d.Post.Group == nil || d.Post.ReplyTo != 0 || d.Post.ReplyToURI != "":
		return nil
	case d.Post.Campaign != nil:
		err = s.posted(ctx, tx, d.Post)
	case len(d.Post.Tags) > 0 && d.Post.Audience != instance.ToMentioned:
		err = tagged(ctx, tx, d.Post)
	}
	if err != nil {
		return fmt.Errorf("post %s in a campaign: %w", d.Post.ID, err)
	}
	return nil
}

// covers holds where a campaign c is in the place $1 or what that lies within.
const covers = `EXISTS (SELECT 1 FROM campaign_places l WHERE l.campaign_id = c.id AND l.place_id IN (SELECT id FROM up))`

// posted keeps what a post is to the campaign it was made for.
func (s *Service) posted(ctx context.Context, tx store.Tx, p *instance.Post) error {
	part := p.Campaign
	var discreet, tables bool
	var ends int64
	err := tx.QueryRow(ctx, upwards+`
		SELECT c.name, c.tag, c.tables, c.discreet, c.ends_at
		  FROM campaigns c
		 WHERE c.id = $2 AND c.state = 'running' AND `+covers, p.Group.ID, part.Campaign).Scan(&part.Name, &part.Tag, &tables, &discreet, &ends)
	switch {
	case errors.Is(err, store.ErrNoRows), err == nil && !store.Time(ends).After(s.now()):
		return &instance.Invalid{Field: "campaign", Code: "closed"}
	case err != nil:
		return err
	case part.Side != instance.NoSide && !tables, part.Discreet && (!discreet || part.Side != instance.Joins), !fits(p):
		return &instance.Invalid{Field: "campaign", Code: "unknown"}
	}
	if part.Side != instance.NoSide {
		if err := few(ctx, tx, p); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO campaign_posts (post_id, campaign_id, author_id, side, discreet, rules)
		VALUES ($1, $2, $3, $4, $5, $6)`, p.ID, part.Campaign, p.Author.ID, string(part.Side), part.Discreet, part.Rules)
	return err
}

// fits tells whether a post is what its side says: an invitation is offered, a
// wish to come is asked for, and one gathers at an event.
func fits(p *instance.Post) bool {
	switch p.Campaign.Side {
	case instance.Invites:
		return p.Proposal != nil && p.Proposal.Purpose == instance.Offering
	case instance.Joins:
		return p.Proposal != nil && p.Proposal.Purpose == instance.Asking
	case instance.Gathers:
		return p.Event != nil
	}
	return true
}

// few refuses more of one side than somebody can have open in a campaign.
func few(ctx context.Context, tx store.Tx, p *instance.Post) error {
	var n int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*)
		  FROM campaign_posts l
		  JOIN posts o ON o.id = l.post_id AND o.deleted_at IS NULL
		  LEFT JOIN proposals q ON q.post_id = l.post_id
		 WHERE l.campaign_id = $1 AND l.author_id = $2 AND l.side = $3 AND (q.status IS NULL OR q.status = 'open')`,
		p.Campaign.Campaign, p.Author.ID, string(p.Campaign.Side)).Scan(&n)
	if err == nil && n >= instance.MaxSidePosts {
		err = &instance.Invalid{Field: "title", Code: "too-many-open", Limit: instance.MaxSidePosts}
	}
	return err
}

// tagged takes in a post with the hashtag of a campaign that runs where it was
// posted.
func tagged(ctx context.Context, tx store.Tx, p *instance.Post) error {
	args := []any{p.Group.ID, p.ID, p.Author.ID}
	for _, tag := range p.Tags {
		args = append(args, tag)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO campaign_posts (post_id, campaign_id, author_id)`+upwards+`
		SELECT CAST($2 AS BIGINT), c.id, CAST($3 AS BIGINT)
		  FROM campaigns c
		 WHERE c.state = 'running' AND c.tag_key IN (`+store.Placeholders(4, len(p.Tags))+`) AND `+covers+`
		 ORDER BY c.ends_at, c.id
		 LIMIT 1
		ON CONFLICT (post_id) DO NOTHING`, args...)
	return err
}
