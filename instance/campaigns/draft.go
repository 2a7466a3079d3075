package campaigns

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

// tidy makes the lines of a plan safe to stand beside other text, and writes each
// place and rule once.
func tidy(p *instance.CampaignPlan) {
	p.Name, p.OwnRule = writing.CleanLine(p.Name, instance.MaxCampaignName+1), writing.CleanLine(p.OwnRule, instance.MaxCampaignRule+1)
	p.Tag = strings.TrimPrefix(strings.TrimSpace(p.Tag), "#")
	if key := writing.NormalizeHashtag(p.Tag); !strings.EqualFold(p.Tag, key) {
		p.Tag = key // what cannot stand in a hashtag falls away
	}
	var contacts []instance.CampaignContact
	for _, c := range p.Contacts {
		c.Name, c.Phone = writing.CleanLine(c.Name, instance.MaxContactName+1), writing.CleanLine(c.Phone, instance.MaxContactPhone+1)
		if c.Name != "" || c.Phone != "" {
			contacts = append(contacts, c)
		}
	}
	p.Contacts = contacts
	slices.Sort(p.Places)
	p.Places = slices.Compact(p.Places)
	var rules []string
	for _, r := range p.Rules {
		if !slices.Contains(rules, r) {
			rules = append(rules, r)
		}
	}
	p.Rules = rules
}

// Draft writes a campaign down that somebody plans, for somebody else to check.
// once names this very press of the button. They have to be at home in all its
// places, look after them, or act for their council: else it returns
// [instance.ErrForbidden]. It returns an [instance.Invalid] for what cannot be,
// and for one more than somebody can have planned.
func (s *Service) Draft(ctx context.Context, by instance.Account, v instance.Viewer, p instance.CampaignPlan, once string) (instance.ID, error) {
	tidy(&p)
	if err := p.Check(s.now()); err != nil {
		return 0, err
	}
	id := s.ids.Next()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		before, err := sent(ctx, tx, by.ID, once)
		if err != nil || before != 0 {
			id = before
			return err
		}
		if err := s.mayPlan(ctx, tx, by, v, p.Places); err != nil {
			return err
		}
		return s.insert(ctx, tx, id, by.ID, p, once)
	})
	if err != nil {
		return 0, fmt.Errorf("draft a campaign: %w", err)
	}
	return id, nil
}

// sent returns the campaign that was drafted with this press before, 0 for none.
func sent(ctx context.Context, tx store.Tx, by instance.ActorID, once string) (id instance.ID, err error) {
	if once == "" {
		return 0, nil
	}
	err = tx.QueryRow(ctx, `SELECT id FROM campaigns WHERE author_id = $1 AND once = $2`, by, once).Scan(&id)
	if errors.Is(err, store.ErrNoRows) {
		err = nil
	}
	return id, err
}

// mayPlan returns [instance.ErrForbidden] unless somebody may plan something in
// all the places, which are places of this server.
func (s *Service) mayPlan(ctx context.Context, tx store.Tx, by instance.Account, v instance.Viewer, places []instance.ActorID) error {
	args := []any{by.ID}
	for _, id := range places {
		args = append(args, id)
	}
	in := store.Placeholders(2, len(places))
	rows, err := tx.Query(ctx, `
		SELECT n.actor_id, EXISTS (SELECT 1
		                             FROM organisations o JOIN organisation_agents g ON g.organisation_id = o.actor_id
		                            WHERE o.place_id = n.actor_id AND o.sort = 'council' AND g.person_id = $1)
		  FROM neighbourhoods n JOIN actors a ON a.id = n.actor_id
		 WHERE n.actor_id IN (`+in+`) AND a.host = '' AND a.deleted_at IS NULL`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	found := 0
	for rows.Next() {
		var id instance.ActorID
		var acts bool
		if err := rows.Scan(&id, &acts); err != nil {
			return err
		}
		if !acts && !by.Moderates() && !slices.Contains(v.Inner, id) && !slices.Contains(v.Tends, id) {
			return instance.ErrForbidden
		}
		found++
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if found != len(places) {
		return &instance.Invalid{Field: "places", Code: "unknown"}
	}
	return nil
}

func (s *Service) insert(ctx context.Context, tx store.Tx, id instance.ID, by instance.ActorID, p instance.CampaignPlan, once string) error {
	// The row of who plans it is held, so that two drafts come one after the other.
	if _, err := tx.Exec(ctx, `UPDATE people SET role = role WHERE actor_id = $1`, by); err != nil {
		return err
	}
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM campaigns WHERE author_id = $1 AND state IN ('draft', 'waiting')`, by).Scan(&n)
	if err != nil {
		return err
	}
	if n >= instance.MaxCampaignDrafts {
		return &instance.Invalid{Field: "name", Code: "too-many-drafts", Limit: instance.MaxCampaignDrafts}
	}
	var press *string
	if once != "" {
		press = &once
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO campaigns (id, template, name, tag, tag_key, starts_at, ends_at, state, author_id, once)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'draft', $8, $9)`,
		id, p.Template, p.Name, p.Tag, writing.NormalizeHashtag(p.Tag), store.Millis(p.Starts), store.Millis(p.Ends), by, press)
	if err != nil {
		return err
	}
	return s.write(ctx, tx, id, p)
}

// write makes a campaign what its plan says.
func (s *Service) write(ctx context.Context, tx store.Tx, id instance.ID, p instance.CampaignPlan) error {
	rules, err := json.Marshal(append([]string{}, p.Rules...))
	if err != nil {
		return err
	}
	contacts, err := json.Marshal(append([]instance.CampaignContact{}, p.Contacts...))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE campaigns
		   SET template = $2, name = $3, text = $4, language = $5, tag = $6, tag_key = $7, starts_at = $8, ends_at = $9,
		       tables = $10, discreet = $11, rules = $12, own_rule = $13, contacts = $14
		 WHERE id = $1`,
		id, p.Template, p.Name, p.Text, p.Language, p.Tag, writing.NormalizeHashtag(p.Tag), store.Millis(p.Starts), store.Millis(p.Ends),
		p.Tables, p.Discreet, string(rules), p.OwnRule, string(contacts))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM campaign_places WHERE campaign_id = $1`, id); err != nil {
		return err
	}
	args, values := []any{id}, make([]string, len(p.Places))
	for i, place := range p.Places {
		args = append(args, place)
		values[i] = `($1, ` + store.Placeholders(len(args), 1) + `)`
	}
	_, err = tx.Exec(ctx, `INSERT INTO campaign_places (campaign_id, place_id) VALUES `+strings.Join(values, ", "), args...)
	return err
}

// Redraft changes a campaign that has not begun; what was checked has to be
// checked again. Only who drafted it may: others get [instance.ErrNotFound]. It
// returns [instance.ErrConflict] once it runs, and what [Service.Draft] does.
func (s *Service) Redraft(ctx context.Context, by instance.Account, v instance.Viewer, id instance.ID, p instance.CampaignPlan) error {
	tidy(&p)
	if err := p.Check(s.now()); err != nil {
		return err
	}
	return s.own(ctx, by, id, "redraft", func(tx store.Tx, c *instance.Campaign) error {
		if c.State == instance.CampaignRunning || c.State == instance.CampaignEnded {
			return instance.ErrConflict
		}
		if err := s.mayPlan(ctx, tx, by, v, p.Places); err != nil {
			return err
		}
		if err := s.write(ctx, tx, id, p); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE campaigns
			   SET state = 'draft', checker_id = NULL, checked_at = NULL
			 WHERE id = $1`, id)
		return err
	})
}

// Drop throws a campaign of one's own away that has not begun. One that has is an
// [instance.ErrConflict].
func (s *Service) Drop(ctx context.Context, by instance.Account, id instance.ID) error {
	return s.own(ctx, by, id, "drop", func(tx store.Tx, _ *instance.Campaign) error {
		n, err := tx.Exec(ctx, `DELETE FROM campaigns WHERE id = $1 AND state IN ('draft', 'waiting', 'ready')`, id)
		if err == nil && n == 0 {
			err = instance.ErrConflict
		}
		return err
	})
}

// own does what only who drafted a campaign may do, with nobody between.
func (s *Service) own(ctx context.Context, by instance.Account, id instance.ID, deed string, do func(store.Tx, *instance.Campaign) error) error {
	return s.with(ctx, id, deed, func(tx store.Tx, c *instance.Campaign) error {
		if c.Author != by.ID {
			return instance.ErrNotFound
		}
		return do(tx, c)
	})
}

// with does something with a campaign, with nobody between.
func (s *Service) with(ctx context.Context, id instance.ID, deed string, do func(store.Tx, *instance.Campaign) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE campaigns SET state = state WHERE id = $1`, id); err != nil {
			return err
		}
		c, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(tx, c)
	})
	if err != nil {
		return fmt.Errorf("%s campaign %s: %w", deed, id, err)
	}
	return nil
}
