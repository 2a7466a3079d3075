// Package hashtags holds what people do with hashtags besides writing them:
// follow them, show them on their profile, and look how often they are used.
package hashtags

import (
	"context"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

// Service does what people do with hashtags.
type Service struct {
	db   *store.DB
	ids  *instance.IDs
	now  func() time.Time
	tell func(context.Context, store.Tx, instance.Deed) error
}

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	IDs *instance.IDs
	Now func() time.Time
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, tell: o.Tell}
}

// Tag is a hashtag as one person sees it.
type Tag struct {
	Name      string
	Following bool
	// Days are the last seven in UTC, today first, by what was said in public.
	Days []Day
}

// Day is how often a hashtag was used on a day, and by how many.
type Day struct {
	At             time.Time // when it began
	Uses, Accounts int
}

const (
	shownDays  = 7
	dayOfIDs   = 24 * 60 * 60 * 1000 << 16 // ids count milliseconds from their 17th bit on
	mostTagged = 1000                      // hashtags that one person follows
)

// name is a hashtag as it is kept. It returns an [instance.Invalid] for what is
// none.
func name(typed string) (string, error) {
	tag := writing.NormalizeHashtag(strings.TrimSpace(strings.ToValidUTF8(typed, "")))
	if tag == "" {
		return "", &instance.Invalid{Field: "tag", Code: "malformed"}
	}
	return tag, nil
}

// Describe returns hashtags by their names, in the same order, as v sees them.
// It returns an [instance.Invalid] for what is no hashtag.
func (s *Service) Describe(ctx context.Context, v instance.Viewer, names ...string) ([]Tag, error) {
	if len(names) == 0 {
		return nil, nil
	}
	today := s.now().UTC().Truncate(24 * time.Hour)
	tags, args := make([]Tag, len(names)), make([]any, len(names))
	at := make(map[string]*Tag, len(names))
	for i, typed := range names {
		tag, err := name(typed)
		if err != nil {
			return nil, err
		}
		tags[i] = Tag{Name: tag, Days: make([]Day, shownDays)}
		for d := range tags[i].Days {
			tags[i].Days[d].At = today.AddDate(0, 0, -d)
		}
		args[i], at[tag] = tag, &tags[i]
	}
	if err := s.count(ctx, at, args, today); err != nil {
		return nil, fmt.Errorf("describe hashtags: %w", err)
	}
	if err := s.mark(ctx, v.ID, at, args); err != nil {
		return nil, fmt.Errorf("describe hashtags: %w", err)
	}
	return tags, nil
}

// count adds how often the hashtags were used in public.
func (s *Service) count(ctx context.Context, at map[string]*Tag, names []any, today time.Time) error {
	n := len(names)
	first := today.AddDate(0, 0, 1-shownDays)
	rows, err := s.db.Read().Query(ctx, `
		SELECT t.tag, t.post_id / `+fmt.Sprint(dayOfIDs)+`, COUNT(*), COUNT(DISTINCT p.author_id)
		  FROM post_tags t JOIN posts p ON p.id = t.post_id JOIN actors a ON a.id = p.author_id
		 WHERE t.tag IN (`+store.Placeholders(1, n)+`) AND t.post_id >= `+store.Placeholders(n+1, 1)+`
		   AND p.audience = 'public' AND p.waits_at IS NULL AND p.deleted_at IS NULL AND p.removed_at IS NULL
		   AND a.suspended_at IS NULL AND a.limited_at IS NULL
		 GROUP BY t.tag, t.post_id / `+fmt.Sprint(dayOfIDs), append(names[:n:n], first.UnixMilli()<<16)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var tag string
		var day int64
		var d Day
		if err := rows.Scan(&tag, &day, &d.Uses, &d.Accounts); err != nil {
			return err
		}
		d.At = time.Unix(day*24*60*60, 0).UTC()
		if ago := int(today.Sub(d.At) / (24 * time.Hour)); ago >= 0 && ago < shownDays {
			at[tag].Days[ago] = d
		}
	}
	return rows.Err()
}

// mark tells which of the hashtags somebody follows.
func (s *Service) mark(ctx context.Context, person instance.ActorID, at map[string]*Tag, names []any) error {
	if person == 0 {
		return nil
	}
	n := len(names)
	rows, err := s.db.Read().Query(ctx, `
		SELECT tag
		  FROM followed_tags
		 WHERE tag IN (`+store.Placeholders(1, n)+`) AND person_id = `+store.Placeholders(n+1, 1), append(names[:n:n], person)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var tag string
		if err := rows.Scan(&tag); err != nil {
			return err
		}
		at[tag].Following = true
	}
	return rows.Err()
}
