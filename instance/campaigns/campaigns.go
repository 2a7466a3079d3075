// Package campaigns holds what neighbours do together for a while: who drafts a
// campaign and who checks it, how it begins and ends by itself, what is posted
// for it, and what came of it.
package campaigns

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Service keeps campaigns.
type Service struct {
	db    *store.DB
	site  instance.Site
	ids   *instance.IDs
	now   func() time.Time
	posts Posts
	jobs  *jobs.Queue
	tell  func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// Posts is how campaigns get at what is posted for them.
type Posts interface {
	// Load returns those of the posts that v may read, in this order.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
	// Publish posts a draft. One that was sent before returns the post it became.
	Publish(ctx context.Context, v instance.Viewer, d instance.Draft) (*instance.Post, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Site  instance.Site
	IDs   *instance.IDs
	Now   func() time.Time
	Posts Posts
	Jobs  *jobs.Queue
	// Tell tells people of something that concerns them.
	Tell func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{db: o.DB, site: o.Site, ids: o.IDs, now: o.Now, posts: o.Posts, jobs: o.Jobs, tell: o.Tell}
	jobs.Handle(o.Jobs, s.beginInTime, jobs.HandleOptions{})
	jobs.Handle(o.Jobs, s.endInTime, jobs.HandleOptions{})
	jobs.Handle(o.Jobs, s.announce, jobs.HandleOptions{})
	return s
}

// The kinds of notices, all from a place of the campaign.
const (
	NoticeCheck    = "campaign-check"    // one waits to be checked
	NoticeApproved = "campaign-approved" // one's own was
	NoticeReturned = "campaign-returned" // one's own came back with a remark
)

// columns lists what [scan] reads of a campaign c.
const columns = `c.id, c.template, c.name, c.text, c.language, c.tag, c.starts_at, c.ends_at, c.tables, c.discreet, c.rules, c.own_rule, c.contacts,
	c.state, c.author_id, COALESCE(c.checker_id, 0), c.remark, c.ended_at, c.asks, c.offers, c.gatherings, c.done`

func scan(r store.Row) (*instance.Campaign, error) {
	var c instance.Campaign
	var starts, ends int64
	var ended *int64
	var rules, contacts string
	err := r.Scan(&c.ID, &c.Template, &c.Name, &c.Text, &c.Language, &c.Tag, &starts, &ends, &c.Tables, &c.Discreet, &rules, &c.OwnRule, &contacts,
		&c.State, &c.Author, &c.Checker, &c.Remark, &ended, &c.Counts.Asks, &c.Counts.Offers, &c.Counts.Gatherings, &c.Counts.Done)
	if errors.Is(err, store.ErrNoRows) {
		return nil, instance.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	c.Starts, c.Ends, c.EndedAt = store.Time(starts), store.Time(ends), store.TimeOrNever(ended)
	if err := json.Unmarshal([]byte(rules), &c.Rules); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	if err := json.Unmarshal([]byte(contacts), &c.Contacts); err != nil {
		return nil, fmt.Errorf("contacts: %w", err)
	}
	return &c, nil
}

// list reads campaigns, and then where they are.
func list(ctx context.Context, tx store.Tx, rows store.Rows, err error) (all []*instance.Campaign, _ error) {
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		c, err := scan(rows)
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, c)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(all) == 0 {
		return nil, err
	}
	return all, addPlaces(ctx, tx, all)
}

// addPlaces fills in where the campaigns are.
func addPlaces(ctx context.Context, tx store.Tx, all []*instance.Campaign) error {
	byID, args := make(map[instance.ID]*instance.Campaign, len(all)), make([]any, len(all))
	for i, c := range all {
		byID[c.ID], args[i] = c, c.ID
	}
	rows, err := tx.Query(ctx, `
		SELECT l.campaign_id, `+actors.Columns+`
		  FROM campaign_places l JOIN actors a ON a.id = l.place_id
		 WHERE l.campaign_id IN (`+store.Placeholders(1, len(args))+`)
		 ORDER BY a.name, a.id`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ID
		var a instance.Actor
		dest, done := actors.Fields(&a)
		if err := rows.Scan(append([]any{&id}, dest...)...); err != nil {
			return err
		}
		if err := done(); err != nil {
			return err
		}
		c := byID[id]
		c.At, c.Places = append(c.At, a), append(c.Places, a.ID)
	}
	return rows.Err()
}

// find returns a campaign whoever may know of it.
func find(ctx context.Context, tx store.Tx, id instance.ID) (*instance.Campaign, error) {
	c, err := scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM campaigns c WHERE c.id = $1`, id))
	if err != nil {
		return nil, err
	}
	return c, addPlaces(ctx, tx, []*instance.Campaign{c})
}

// upwards are the places of $1 and what they lie within on this server: a common
// table called up.
const upwards = `
	WITH RECURSIVE up (id) AS (
		SELECT CAST($1 AS BIGINT)
		UNION
		SELECT p.id
		  FROM up
		  JOIN nestings w ON w.child_id = up.id
		  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
	)`
