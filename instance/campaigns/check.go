package campaigns

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// keepers are those who can check a campaign, and stop it: who looks after one of
// its places or what that lies within, who acts for their council, and who
// moderates this server.
const keepers = `
	WITH RECURSIVE up (id) AS (
		SELECT place_id FROM campaign_places WHERE campaign_id = $1
		UNION
		SELECT p.id
		  FROM up
		  JOIN nestings w ON w.child_id = up.id
		  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
	)
	SELECT h.id
	  FROM (SELECT m.actor_id AS id FROM moderators m WHERE m.group_id IN (SELECT id FROM up)
	        UNION
	        SELECT g.person_id
	          FROM organisations o JOIN organisation_agents g ON g.organisation_id = o.actor_id
	         WHERE o.sort = 'council' AND o.place_id IN (SELECT id FROM up)
	        UNION
	        SELECT actor_id FROM people WHERE role IN ('moderator', 'admin')) AS h
	  JOIN people n ON n.actor_id = h.id
	  JOIN actors a ON a.id = h.id
	 WHERE a.deleted_at IS NULL AND a.suspended_at IS NULL
	 ORDER BY h.id`

func keep(ctx context.Context, tx store.Tx, id instance.ID) ([]instance.ActorID, error) {
	rows, err := tx.Query(ctx, keepers, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []instance.ActorID
	for rows.Next() {
		var who instance.ActorID
		if err := rows.Scan(&who); err != nil {
			return nil, err
		}
		all = append(all, who)
	}
	return all, rows.Err()
}

// AskCheck asks for somebody else to check a campaign of one's own, and tells those
// who can. It returns an
// [instance.Invalid] where there is nobody else who could, or its time has passed.
func (s *Service) AskCheck(ctx context.Context, by instance.Account, id instance.ID) error {
	return s.own(ctx, by, id, "ask to check", func(tx store.Tx, c *instance.Campaign) error {
		if c.State != instance.CampaignDraft {
			return nil // it was asked for already
		}
		if err := c.Check(s.now()); err != nil {
			return err
		}
		all, err := keep(ctx, tx, id)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(who instance.ActorID) bool { return who == by.ID })
		if len(all) == 0 {
			return &instance.Invalid{Field: "check", Code: "nobody"}
		}
		if _, err := tx.Exec(ctx, `UPDATE campaigns SET state = 'waiting', remark = '' WHERE id = $1`, id); err != nil {
			return err
		}
		return s.tell(ctx, tx, NoticeCheck, c.Places[0], all)
	})
}

// Approve has a campaign begin in its time, as somebody else than who drafted it
// says. It returns [instance.ErrNotFound] for who cannot check it,
// [instance.ErrForbidden] for who drafted it, [instance.ErrConflict] for what does
// not wait, and an [instance.Invalid] for one too many in a place.
func (s *Service) Approve(ctx context.Context, by instance.Account, id instance.ID) error {
	return s.kept(ctx, by, id, "approve", func(tx store.Tx, c *instance.Campaign) error {
		switch {
		case c.Author == by.ID:
			return instance.ErrForbidden
		case c.State != instance.CampaignWaiting:
			return instance.ErrConflict
		}
		if err := c.Check(s.now()); err != nil {
			return err
		}
		if err := room(ctx, tx, c); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE campaigns
			   SET state = 'ready', checker_id = $2, checked_at = $3, remark = ''
			 WHERE id = $1`, id, by.ID, store.Millis(s.now()))
		if err == nil {
			err = s.tell(ctx, tx, NoticeApproved, c.Places[0], []instance.ActorID{c.Author})
		}
		if err != nil {
			return err
		}
		if !c.Starts.After(s.now()) {
			return s.begin(ctx, tx, c)
		}
		return s.jobs.Enqueue(ctx, tx, BeginCampaign{id}, jobs.At(c.Starts))
	})
}

// room refuses a campaign more than a place can have.
func room(ctx context.Context, tx store.Tx, c *instance.Campaign) error {
	var most int
	err := tx.QueryRow(ctx, `
		SELECT COALESCE(MAX(n), 0)
		  FROM (SELECT COUNT(*) AS n
		          FROM campaign_places mine
		          JOIN campaign_places l ON l.place_id = mine.place_id AND l.campaign_id <> mine.campaign_id
		          JOIN campaigns o ON o.id = l.campaign_id AND o.state IN ('ready', 'running')
		         WHERE mine.campaign_id = $1
		         GROUP BY mine.place_id) AS counted`, c.ID).Scan(&most)
	if err == nil && most >= instance.MaxCampaignsAt {
		err = &instance.Invalid{Field: "check", Code: "too-many", Limit: instance.MaxCampaignsAt}
	}
	return err
}

// SendBack gives a campaign back to who drafted it, with a word why. Errors are
// those of [Service.Approve].
func (s *Service) SendBack(ctx context.Context, by instance.Account, id instance.ID, remark string) error {
	remark = strings.TrimSpace(remark)
	switch {
	case remark == "":
		return &instance.Invalid{Field: "remark", Code: "missing"}
	case utf8.RuneCountInString(remark) > instance.MaxCampaignRemark:
		return &instance.Invalid{Field: "remark", Code: "too-long", Limit: instance.MaxCampaignRemark}
	case !utf8.ValidString(remark):
		return &instance.Invalid{Field: "remark", Code: "malformed"}
	}
	return s.kept(ctx, by, id, "send back", func(tx store.Tx, c *instance.Campaign) error {
		if c.State != instance.CampaignWaiting {
			return instance.ErrConflict
		}
		if _, err := tx.Exec(ctx, `UPDATE campaigns SET state = 'draft', remark = $2 WHERE id = $1`, id, remark); err != nil {
			return err
		}
		return s.tell(ctx, tx, NoticeReturned, c.Places[0], []instance.ActorID{c.Author})
	})
}

// Stop ends a running campaign before its time, and calls one off that has not
// begun. Who drafted it may, and who could check it; others get
// [instance.ErrNotFound].
func (s *Service) Stop(ctx context.Context, by instance.Account, id instance.ID) error {
	return s.with(ctx, id, "stop", func(tx store.Tx, c *instance.Campaign) error {
		if err := mayStop(ctx, tx, by, c); err != nil {
			return err
		}
		switch c.State {
		case instance.CampaignEnded:
			return nil
		case instance.CampaignRunning:
			return s.end(ctx, tx, c)
		}
		_, err := tx.Exec(ctx, `
			UPDATE campaigns
			   SET state = 'draft', checker_id = NULL, checked_at = NULL
			 WHERE id = $1`, id)
		return err
	})
}

// Extend puts the end of a running campaign off. Who drafted it may, and who could
// check it; others get [instance.ErrNotFound]. It returns an [instance.Invalid] for
// an end that cannot be, and [instance.ErrConflict] for what does not run.
func (s *Service) Extend(ctx context.Context, by instance.Account, id instance.ID, ends time.Time) error {
	return s.with(ctx, id, "extend", func(tx store.Tx, c *instance.Campaign) error {
		if err := mayStop(ctx, tx, by, c); err != nil {
			return err
		}
		if c.State != instance.CampaignRunning {
			return instance.ErrConflict
		}
		if !ends.After(c.Ends) {
			return &instance.Invalid{Field: "ends", Code: "not-later"}
		}
		c.Ends = ends
		if err := c.Check(s.now()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE campaigns SET ends_at = $2 WHERE id = $1`, id, store.Millis(ends))
		return err
	})
}

func mayStop(ctx context.Context, tx store.Tx, by instance.Account, c *instance.Campaign) error {
	if c.Author == by.ID {
		return nil
	}
	all, err := keep(ctx, tx, c.ID)
	if err == nil && !slices.Contains(all, by.ID) {
		err = instance.ErrNotFound
	}
	return err
}

// kept does what only those may do who keep a campaign, with nobody between.
func (s *Service) kept(ctx context.Context, by instance.Account, id instance.ID, deed string, do func(store.Tx, *instance.Campaign) error) error {
	return s.with(ctx, id, deed, func(tx store.Tx, c *instance.Campaign) error {
		all, err := keep(ctx, tx, id)
		if err == nil && !slices.Contains(all, by.ID) {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return do(tx, c)
	})
}
