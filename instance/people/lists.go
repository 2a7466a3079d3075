package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/readable"
	"palier/instance/store"
)

// How many lines a page of a list holds.
const (
	usualLines   = 40
	mostLines    = 80
	usualDomains = 100
	mostDomains  = 200
)

// Line is somebody in a list, with the id of the line to page by.
type Line struct {
	ID    instance.ID
	Actor instance.Actor
	Until time.Time // of a mute: when it ends; zero if it does not
}

// Blocks returns a page of whom a person blocks, the latest first.
func (s *Service) Blocks(ctx context.Context, id instance.ActorID, page instance.Page) ([]Line, error) {
	return s.lines(ctx, page, `blocks x JOIN actors a ON a.id = x.target_id`, noEnd, `x.actor_id = $1`, id)
}

// Mutes returns a page of whom a person mutes now, the latest first.
func (s *Service) Mutes(ctx context.Context, id instance.ActorID, page instance.Page) ([]Line, error) {
	return s.lines(ctx, page, `mutes x JOIN actors a ON a.id = x.target_id`, `x.until`,
		`x.actor_id = $1 AND (x.until IS NULL OR x.until > $2)`, id, store.Millis(s.now()))
}

// Requesters returns a page of those who wait for a yes from id.
func (s *Service) Requesters(ctx context.Context, id instance.ActorID, page instance.Page) ([]Line, error) {
	return s.lines(ctx, page, `follows x JOIN actors a ON a.id = x.follower_id`, noEnd,
		`x.followee_id = $1 AND x.state = 'requested'`, id)
}

// FollowersShown returns a page of those who follow an actor, as far as v may
// see them; see [shown].
func (s *Service) FollowersShown(ctx context.Context, v instance.Viewer, of instance.Actor, page instance.Page) ([]Line, error) {
	return s.bonds(ctx, v, of, page, `follower_id`, `followee_id`)
}

// FollowedShown returns a page of those whom an actor follows, as far as v may
// see them; see [shown].
func (s *Service) FollowedShown(ctx context.Context, v instance.Viewer, of instance.Actor, page instance.Page) ([]Line, error) {
	return s.bonds(ctx, v, of, page, `followee_id`, `follower_id`)
}

func (s *Service) bonds(ctx context.Context, v instance.Viewer, of instance.Actor, page instance.Page, listed, owner string) ([]Line, error) {
	if v.ID != 0 && v.ID != of.ID {
		barred, err := s.Barred(ctx, s.db.Read(), v.ID, of.ID)
		if err != nil {
			return nil, fmt.Errorf("follows of %s: %w", of.ID, err)
		}
		if barred {
			return nil, nil
		}
	}
	where := `x.` + owner + ` = $1 AND x.state = 'accepted'`
	args := []any{of.ID}
	if v.ID != of.ID && !slices.Contains(v.Tends, of.ID) {
		seen, more := shown(v, of, listed, args)
		apart, more := readable.Actors(v, store.Millis(s.now()), false, more)
		where, args = where+` AND `+seen+` AND `+apart, more
	}
	return s.lines(ctx, page, `follows x JOIN actors a ON a.id = x.`+listed, noEnd, where, args...)
}

// shown returns a condition that holds for the follows of one actor that v may
// see: those of which v is an end; and where the actor shows such lists, those
// whose other end, a, does so too. People elsewhere who follow a place of ours
// told that to it and not to the world.
func shown(v instance.Viewer, of instance.Actor, listed string, args []any) (string, []any) {
	args = append(args, v.ID)
	own := `x.` + listed + ` = ` + store.Placeholders(len(args), 1)
	switch {
	case of.HideCollections:
		return own, args
	case of.Kind == instance.Group && listed == `follower_id`:
		return `(` + own + ` OR NOT a.hide_collections AND (a.kind = 'Group' OR a.host = ''))`, args
	}
	return `(` + own + ` OR NOT a.hide_collections)`, args
}

// noEnd stands where a list has no column for when a line ends.
const noEnd = `CAST(NULL AS BIGINT)`

// order is the order in which the rows of a page are read.
func order(page instance.Page) string {
	if page.Upwards() {
		return `ASC`
	}
	return `DESC`
}

// turn puts what was read upwards the newest first.
func turn[T any](page instance.Page, list []T) {
	if page.Upwards() {
		slices.Reverse(list)
	}
}

// lines reads a page of actors a that rows x name.
func (s *Service) lines(ctx context.Context, page instance.Page, from, until, where string, args ...any) (list []Line, err error) {
	before, after := page.Window()
	n := len(args)
	args = append(args, before, after, page.Most(usualLines, mostLines))
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, x.id, `+until+`
		  FROM `+from+`
		 WHERE `+where+` AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND x.id < $`+strconv.Itoa(n+1)+` AND x.id > $`+strconv.Itoa(n+2)+`
		 ORDER BY x.id `+order(page)+`
		 LIMIT $`+strconv.Itoa(n+3), args...)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var l Line
		var ends *int64
		dest, done := actors.Fields(&l.Actor)
		if err := rows.Scan(append(dest, &l.ID, &ends)...); err != nil {
			return nil, fmt.Errorf("list people: %w", err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		l.Until = store.TimeOrNever(ends)
		list = append(list, l)
	}
	turn(page, list)
	return list, rows.Err()
}
