package campaigns

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// BeginCampaign is the job that begins a campaign in its time.
type BeginCampaign struct {
	ID instance.ID `json:"id"`
}

// Kind names the job.
func (BeginCampaign) Kind() string { return "begin_campaign" }

// EndCampaign is the job that ends a campaign in its time.
type EndCampaign struct {
	ID instance.ID `json:"id"`
}

// Kind names the job.
func (EndCampaign) Kind() string { return "end_campaign" }

// AnnounceCampaign is the job by which a place tells of a campaign that begins.
type AnnounceCampaign struct {
	ID    instance.ID      `json:"id"`
	Place instance.ActorID `json:"place"`
}

// Kind names the job.
func (AnnounceCampaign) Kind() string { return "announce_campaign" }

func (s *Service) beginInTime(ctx context.Context, j BeginCampaign) error {
	at, err := s.Begin(ctx, j.ID)
	if err == nil && !at.IsZero() {
		return jobs.Snooze(max(at.Sub(s.now()), time.Second))
	}
	return err
}

// Begin begins a campaign that is ready, once its time has come, and returns when
// that is if it has not. What is not ready any more stays as it is.
func (s *Service) Begin(ctx context.Context, id instance.ID) (at time.Time, err error) {
	err = s.with(ctx, id, "begin", func(tx store.Tx, c *instance.Campaign) error {
		at = time.Time{}
		switch {
		case c.State != instance.CampaignReady:
			return nil
		case c.Starts.After(s.now()):
			at = c.Starts
			return nil
		}
		return s.begin(ctx, tx, c)
	})
	return at, gone(err)
}

func (s *Service) begin(ctx context.Context, tx store.Tx, c *instance.Campaign) error {
	if _, err := tx.Exec(ctx, `UPDATE campaigns SET state = 'running' WHERE id = $1`, c.ID); err != nil {
		return err
	}
	all := make([]jobs.Args, 0, len(c.Places))
	for _, place := range c.Places {
		all = append(all, AnnounceCampaign{c.ID, place})
	}
	if err := s.jobs.EnqueueAll(ctx, tx, all); err != nil {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, EndCampaign{c.ID}, jobs.At(c.Ends))
}

// announce posts word of a campaign as one of its places, to everyone, once.
func (s *Service) announce(ctx context.Context, j AnnounceCampaign) error {
	c, err := find(ctx, s.db.Read(), j.ID)
	if errors.Is(err, instance.ErrNotFound) || err == nil && c.State != instance.CampaignRunning {
		return nil
	}
	if err != nil {
		return fmt.Errorf("announce campaign %s: %w", j.ID, err)
	}
	text := s.site.Base() + "/campaigns/" + c.ID.String() + "\n\n#" + c.Tag
	if c.Text != "" {
		text = c.Text + "\n\n" + text
	}
	_, err = s.posts.Publish(ctx, instance.Viewer{ID: j.Place}, instance.Draft{
		Title: c.Name, Text: text, Language: c.Language, Audience: instance.ToPublic, Group: j.Place,
		Once: "campaign-" + c.ID.String() + "-" + j.Place.String(),
	})
	if err != nil {
		return fmt.Errorf("announce campaign %s at %s: %w", j.ID, j.Place, err)
	}
	return nil
}

func (s *Service) endInTime(ctx context.Context, j EndCampaign) error {
	at, err := s.End(ctx, j.ID)
	if err == nil && !at.IsZero() {
		return jobs.Snooze(max(at.Sub(s.now()), time.Second))
	}
	return err
}

// End ends a running campaign whose time has passed, and returns when that is if
// it has not. One that does not run stays as it is.
func (s *Service) End(ctx context.Context, id instance.ID) (at time.Time, err error) {
	err = s.with(ctx, id, "end", func(tx store.Tx, c *instance.Campaign) error {
		at = time.Time{}
		switch {
		case c.State != instance.CampaignRunning:
			return nil
		case c.Ends.After(s.now()):
			at = c.Ends
			return nil
		}
		return s.end(ctx, tx, c)
	})
	return at, gone(err)
}

// end writes down what came of a campaign and archives it. What was discreet is
// closed: nobody finds it any more but the two who agreed.
func (s *Service) end(ctx context.Context, tx store.Tx, c *instance.Campaign) error {
	n, err := count(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	now := store.Millis(s.now())
	for _, sql := range []string{`
		UPDATE agreements
		   SET state = 'declined', reason = 'gone', answered_at = $2
		 WHERE state = 'asked' AND post_id IN (SELECT l.post_id FROM campaign_posts l WHERE l.campaign_id = $1 AND l.discreet)`, `
		UPDATE proposals
		   SET status = 'closed', closed_at = $2
		 WHERE status = 'open' AND post_id IN (SELECT l.post_id FROM campaign_posts l WHERE l.campaign_id = $1 AND l.discreet)`,
	} {
		if _, err := tx.Exec(ctx, sql, c.ID, now); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		UPDATE campaigns
		   SET state = 'ended', ended_at = $2, asks = $3, offers = $4, gatherings = $5, done = $6
		 WHERE id = $1`, c.ID, now, n.Asks, n.Offers, n.Gatherings, n.Done)
	return err
}

// gone makes nothing of a campaign that is no more.
func gone(err error) error {
	if errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	return err
}
