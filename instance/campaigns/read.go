package campaigns

import (
	"context"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
)

// Sight is a campaign as somebody sees it.
type Sight struct {
	*instance.Campaign
	Own    bool // the viewer drafted it
	Keeps  bool // the viewer can stop it, and check it unless it is their own
	Nobody bool // nobody but who drafted it could check it
}

// ByID returns a campaign as somebody sees it, with how it stands now. by is nil
// for nobody in particular. One that is not checked is there for who drafted it
// and for who can check it: others get [instance.ErrNotFound].
func (s *Service) ByID(ctx context.Context, by *instance.Account, id instance.ID) (*Sight, error) {
	tx := s.db.Read()
	c, err := find(ctx, tx, id)
	if err != nil {
		return nil, fmt.Errorf("campaign %s: %w", id, err)
	}
	sight := &Sight{Campaign: c}
	if by != nil {
		all, err := keep(ctx, tx, id)
		if err != nil {
			return nil, fmt.Errorf("keepers of campaign %s: %w", id, err)
		}
		sight.Own, sight.Keeps = c.Author == by.ID, slices.Contains(all, by.ID)
		sight.Nobody = !slices.ContainsFunc(all, func(who instance.ActorID) bool { return who != c.Author })
	}
	if !c.State.Shown() && !sight.Own && (!sight.Keeps || c.State == instance.CampaignDraft) {
		return nil, fmt.Errorf("campaign %s: %w", id, instance.ErrNotFound)
	}
	if c.State == instance.CampaignRunning {
		if c.Counts, err = count(ctx, tx, id); err != nil {
			return nil, fmt.Errorf("count for campaign %s: %w", id, err)
		}
	}
	return sight, nil
}

// count counts what was posted for a campaign and what came of it.
func count(ctx context.Context, tx store.Tx, id instance.ID) (n instance.CampaignCounts, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FILTER (WHERE q.purpose = 'request'),
		       COUNT(*) FILTER (WHERE q.purpose = 'offer'),
		       COUNT(*) FILTER (WHERE p.kind = 'event'),
		       COUNT(*) FILTER (WHERE p.kind IN ('errand', 'carpool', 'purchase') AND q.status = 'done')
		       + (SELECT COUNT(*)
		            FROM campaign_posts d JOIN agreements g ON g.post_id = d.post_id
		           WHERE d.campaign_id = $1 AND g.state IN ('returned', 'done'))
		  FROM campaign_posts l
		  JOIN posts p ON p.id = l.post_id AND p.deleted_at IS NULL AND p.removed_at IS NULL
		  LEFT JOIN proposals q ON q.post_id = l.post_id
		 WHERE l.campaign_id = $1`, id).Scan(&n.Asks, &n.Offers, &n.Gatherings, &n.Done)
	return n, err
}

// Running returns the campaigns that run in one of the places or in what they lie
// within, those that end first coming first.
func (s *Service) Running(ctx context.Context, places ...instance.ActorID) ([]*instance.Campaign, error) {
	if len(places) == 0 {
		return nil, nil
	}
	args := make([]any, len(places))
	for i, id := range places {
		args[i] = id
	}
	tx := s.db.Read()
	rows, err := tx.Query(ctx, `
		WITH RECURSIVE up (id) AS (
			SELECT a.id FROM actors a WHERE a.id IN (`+store.Placeholders(1, len(args))+`)
			UNION
			SELECT p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		SELECT `+columns+`
		  FROM campaigns c
		 WHERE c.state = 'running'
		   AND EXISTS (SELECT 1 FROM campaign_places l WHERE l.campaign_id = c.id AND l.place_id IN (SELECT id FROM up))
		 ORDER BY c.ends_at, c.id
		 LIMIT 10`, args...)
	all, err := list(ctx, tx, rows, err)
	if err != nil {
		return nil, fmt.Errorf("running campaigns: %w", err)
	}
	return all, nil
}

// Of returns a page of the campaigns of a place and of what it lies within that
// everyone may know of, the newest first, from before an id.
func (s *Service) Of(ctx context.Context, place instance.ActorID, before instance.ID, limit int) ([]*instance.Campaign, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	tx := s.db.Read()
	rows, err := tx.Query(ctx, upwards+`
		SELECT `+columns+`
		  FROM campaigns c
		 WHERE c.id < $2 AND c.state IN ('ready', 'running', 'ended')
		   AND EXISTS (SELECT 1 FROM campaign_places l WHERE l.campaign_id = c.id AND l.place_id IN (SELECT id FROM up))
		 ORDER BY c.id DESC
		 LIMIT $3`, place, before, limit)
	all, err := list(ctx, tx, rows, err)
	if err != nil {
		return nil, fmt.Errorf("campaigns of %s: %w", place, err)
	}
	return all, nil
}

// Page returns a page of all campaigns of this server that everyone may know of,
// the newest first, from before an id (0 for the first page).
func (s *Service) Page(ctx context.Context, before instance.ID, limit int) ([]*instance.Campaign, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	tx := s.db.Read()
	rows, err := tx.Query(ctx, `
		SELECT `+columns+`
		  FROM campaigns c
		 WHERE c.id < $1 AND c.state IN ('ready', 'running', 'ended')
		 ORDER BY c.id DESC
		 LIMIT $2`, before, limit)
	all, err := list(ctx, tx, rows, err)
	if err != nil {
		return nil, fmt.Errorf("campaigns: %w", err)
	}
	return all, nil
}

// mostPlanned is how many campaigns stand on the list of what is planned.
const mostPlanned = 50

// Planned returns what somebody drafted, and what waits in a place for them to
// check.
func (s *Service) Planned(ctx context.Context, by instance.Account, place instance.ActorID) ([]*instance.Campaign, error) {
	tx := s.db.Read()
	rows, err := tx.Query(ctx, upwards+`
		SELECT `+columns+`
		  FROM campaigns c
		 WHERE c.author_id = $2 AND c.state IN ('draft', 'waiting')
		    OR c.state = 'waiting'
		   AND EXISTS (SELECT 1 FROM campaign_places l WHERE l.campaign_id = c.id AND l.place_id = $1)
		   AND ($3 OR EXISTS (SELECT 1 FROM moderators m WHERE m.actor_id = $2 AND m.group_id IN (SELECT id FROM up))
		        OR EXISTS (SELECT 1
		                     FROM organisations o JOIN organisation_agents g ON g.organisation_id = o.actor_id
		                    WHERE g.person_id = $2 AND o.sort = 'council' AND o.place_id IN (SELECT id FROM up)))
		 ORDER BY c.id DESC
		 LIMIT $4`, place, by.ID, by.Moderates(), mostPlanned)
	all, err := list(ctx, tx, rows, err)
	if err != nil {
		return nil, fmt.Errorf("planned campaigns of %s: %w", by.ID, err)
	}
	return all, nil
}

// Wanted narrows what was posted for a campaign: asks, offers, events, or one of
// its sides. The zero value narrows nothing.
type Wanted string

// wanted are what each word narrows to, for posts p, their part l and what they
// propose q.
var wanted = map[Wanted]string{
	"asks": `q.purpose = 'request'`, "offers": `q.purpose = 'offer'`, "events": `p.kind = 'event'`,
	"invite": `l.side = 'invite'`, "join": `l.side = 'join'`, "gather": `l.side = 'gather'`,
}

// Narrows are the words that narrow what was posted for a campaign.
var Narrows = []Wanted{"asks", "offers", "events", "invite", "join", "gather"}

// Posts returns a page of what was posted for a campaign and v may read, the
// newest first, from before an id. What is agreed or closed is left out while it
// runs.
func (s *Service) Posts(ctx context.Context, v instance.Viewer, c *instance.Campaign, w Wanted, before instance.PostID, limit int) ([]*instance.Post, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	narrow := ``
	if sql, ok := wanted[w]; ok {
		narrow = ` AND ` + sql
	}
	if c.State == instance.CampaignRunning {
		narrow += ` AND (q.status IS NULL OR q.status = 'open')`
	}
	where, args := readable.Where(v, []any{c.ID, before, limit})
	rows, err := s.db.Read().Query(ctx, `
		SELECT p.id
		  FROM campaign_posts l
		  JOIN posts p ON p.id = l.post_id
		  LEFT JOIN proposals q ON q.post_id = l.post_id
		 WHERE l.campaign_id = $1 AND l.post_id < $2 AND p.deleted_at IS NULL AND p.removed_at IS NULL`+narrow+` AND `+where+`
		 ORDER BY l.post_id DESC
		 LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("posts of campaign %s: %w", c.ID, err)
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("posts of campaign %s: %w", c.ID, err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("posts of campaign %s: %w", c.ID, err)
	}
	return s.posts.Load(ctx, v, ids)
}

// Readers counts who would read something discreet in a campaign now: those who
// invite in it, and those who look after a place.
func (s *Service) Readers(ctx context.Context, id instance.ID, place instance.ActorID) (inviting, tending int, err error) {
	err = s.db.Read().QueryRow(ctx, `
		SELECT (SELECT COUNT(DISTINCT l.author_id)
		          FROM campaign_posts l
		          JOIN posts p ON p.id = l.post_id AND p.deleted_at IS NULL AND p.removed_at IS NULL
		          JOIN proposals q ON q.post_id = l.post_id AND q.status = 'open'
		         WHERE l.campaign_id = $1 AND l.side = 'invite'),
		       (SELECT COUNT(*) FROM moderators m WHERE m.group_id = $2)`, id, place).Scan(&inviting, &tending)
	if err != nil {
		return 0, 0, fmt.Errorf("readers in campaign %s: %w", id, err)
	}
	return inviting, tending, nil
}
