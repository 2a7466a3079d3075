// Package tally counts what neighbours of a place did for one another and
// together. It knows counts of all, and nothing of anybody: there is no score of
// a person, and where few take part nothing is told.
package tally

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service counts.
type Service struct{ Options }

// Options are what a [Service] stands on.
type Options struct {
	DB   *store.DB
	Now  func() time.Time
	Zone *time.Location // in which a day begins
}

// New returns a service on o.
func New(o Options) *Service { return &Service{o} }

// Few is how many there must be at least for a count to be told: of fewer
// somebody could say who it was.
const Few = 5

// Year is what came of the last twelve months in a place and what lies within it.
// A count below [Few] is 0.
type Year struct {
	People   int // who gave or took part
	Helps    int // hands lent
	Loans    int // things lent that came back
	Reused   int // things that were given or swapped instead of thrown away
	Bought   int // orders of what was bought together
	Rides    int // seats shared
	Meetings int // events that took place
	Came     int // people at them, as their hosts counted
	Small    int // small deeds
}

// Empty tells whether there is nothing to tell.
func (y Year) Empty() bool { return y == Year{} }

// Of counts the last twelve months of a place. Where fewer than [Few] took part
// it tells nothing at all.
func (s *Service) Of(ctx context.Context, place instance.ActorID) (Year, error) {
	years, err := s.OfAll(ctx, []instance.ActorID{place})
	return years[place], err
}

// OfAll is [Service.Of] for some places in one question. A place of which nothing
// is told is not among them.
func (s *Service) OfAll(ctx context.Context, places []instance.ActorID) (map[instance.ActorID]Year, error) {
	years := map[instance.ActorID]Year{}
	if len(places) == 0 {
		return years, nil
	}
	now := s.Now()
	from := now.AddDate(-1, 0, 0)
	args := []any{store.Millis(from), store.Millis(now), monthOf(from)}
	for _, id := range places {
		args = append(args, id)
	}
	rows, err := s.DB.Read().Query(ctx, `
		WITH RECURSIVE down (root, id) AS (
			SELECT a.id, a.id FROM actors a WHERE a.id IN (`+store.Placeholders(4, len(places))+`)
			UNION
			SELECT down.root, w.child_id
			  FROM down
			  JOIN actors p ON p.id = down.id
			  JOIN nestings w ON w.parent_uri = p.uri
			  JOIN actors c ON c.id = w.child_id AND c.host = ''
		),
		made (root, id, kind, author_id) AS (
			SELECT d.root, p.id, p.kind, p.author_id
			  FROM down d JOIN posts p ON p.group_id = d.id
			 WHERE p.kind <> 'post' AND p.deleted_at IS NULL AND p.removed_at IS NULL
		),
		deals (root, kind, author_id, taker_id) AS (
			SELECT m.root, m.kind, m.author_id, g.taker_id
			  FROM agreements g JOIN made m ON m.id = g.post_id
			 WHERE g.state IN ('returned', 'done') AND g.closed_at >= $1
		),
		meetings (root, id, came) AS (
			SELECT m.root, m.id, COALESCE(n.came, 0)
			  FROM made m
			  JOIN events e ON e.post_id = m.id AND e.status = 'confirmed' AND e.starts_at BETWEEN $1 AND $2
			  LEFT JOIN event_plans n ON n.post_id = m.id
		),
		took (root, who) AS (
			SELECT root, author_id FROM deals
			UNION SELECT root, taker_id FROM deals
			UNION SELECT t.root, r.actor_id FROM rsvps r JOIN meetings t ON t.id = r.post_id WHERE r.state = 'coming' AND r.actor_id IS NOT NULL
			UNION SELECT m.root, o.actor_id FROM purchase_orders o JOIN made m ON m.id = o.post_id WHERE o.allotted > 0
		)
		SELECT root, 'people', COUNT(*) FROM took GROUP BY root
		UNION ALL
		SELECT root, kind, COUNT(*) FROM deals GROUP BY root, kind
		UNION ALL
		SELECT m.root, 'bought', COUNT(*)
		  FROM purchase_orders o JOIN made m ON m.id = o.post_id JOIN proposals q ON q.post_id = m.id AND q.closed_at >= $1
		 WHERE o.allotted > 0
		 GROUP BY m.root
		UNION ALL
		SELECT m.root, 'rides', COUNT(*)
		  FROM ride_seats r JOIN made m ON m.id = r.post_id JOIN proposals q ON q.post_id = m.id
		 WHERE r.state = 'agreed' AND q.starts_at BETWEEN $1 AND $2
		 GROUP BY m.root
		UNION ALL
		SELECT root, 'meetings', COUNT(*) FROM meetings GROUP BY root
		UNION ALL
		SELECT root, 'came', CAST(SUM(came) AS BIGINT) FROM meetings GROUP BY root
		UNION ALL
		SELECT d.root, 'small', CAST(SUM(t.times) AS BIGINT)
		  FROM down d JOIN small_deeds t ON t.place_id = d.id
		 WHERE t.month > $3
		 GROUP BY d.root`, args...)
	if err != nil {
		return nil, fmt.Errorf("tally of %d places: %w", len(places), err)
	}
	defer rows.Close()
	for rows.Next() {
		var place instance.ActorID
		var what string
		var n int
		if err := rows.Scan(&place, &what, &n); err != nil {
			return nil, fmt.Errorf("tally of %d places: %w", len(places), err)
		}
		y := years[place]
		y.add(what, n)
		years[place] = y
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("tally of %d places: %w", len(places), err)
	}
	for place, y := range years {
		if y = y.told(); y.Empty() {
			delete(years, place)
			continue
		}
		years[place] = y
	}
	return years, nil
}

// add counts n of something: a deal by its kind, or another count by its name.
func (y *Year) add(what string, n int) {
	switch what {
	case "people":
		y.People += n
	case instance.KindService:
		y.Helps += n
	case instance.KindLending, instance.KindRent:
		y.Loans += n
	case instance.KindGive, instance.KindSwap:
		y.Reused += n
	case "bought":
		y.Bought += n
	case "rides":
		y.Rides += n
	case "meetings":
		y.Meetings += n
	case "came":
		y.Came += n
	case "small":
		y.Small += n
	}
}

// told is what of y is told, by [Few].
func (y Year) told() Year {
	if y.People < Few {
		y = Year{Small: y.Small}
	}
	for _, n := range []*int{&y.Helps, &y.Loans, &y.Reused, &y.Bought, &y.Rides, &y.Meetings, &y.Came, &y.Small} {
		if *n < Few {
			*n = 0
		}
	}
	return y
}

// monthOf numbers months.
func monthOf(t time.Time) int { return t.Year()*12 + int(t.Month()) - 1 }

// SmallDeeds are the small things that one can say one did.
var SmallDeeds = []string{"hello", "door", "carry", "litter", "plants", "listen", "share", "other"}

// Tell counts a small deed of somebody in a place of theirs, one a day: a second
// one that day counts no more, and nobody is told so. It returns an
// [instance.Invalid] for a deed there is not, and [instance.ErrForbidden] where
// they do not live.
func (s *Service) Tell(ctx context.Context, v instance.Viewer, place instance.ActorID, kind string) error {
	if !instance.Known(SmallDeeds, kind) {
		return &instance.Invalid{Field: "kind", Code: "unknown"}
	}
	if v.ID == 0 || !v.Reads(instance.ToNeighbourhood, place) {
		return fmt.Errorf("small deed in %s: %w", place, instance.ErrForbidden)
	}
	now := s.Now().In(s.Zone)
	day := now.Year()*1000 + now.YearDay()
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO small_deeds_told (person_id, day) VALUES ($1, $2) ON CONFLICT DO NOTHING`, v.ID, day)
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO small_deeds (place_id, month, kind, times)
			VALUES ($1, $2, $3, 1)
			ON CONFLICT (place_id, month, kind) DO UPDATE SET times = small_deeds.times + 1`, place, monthOf(now), kind)
		return err
	})
	if err != nil {
		return fmt.Errorf("small deed in %s: %w", place, err)
	}
	return nil
}

// Sweep forgets who told of something on a day before.
func (s *Service) Sweep(ctx context.Context, tx store.Tx) error {
	now := s.Now().In(s.Zone)
	_, err := tx.Exec(ctx, `DELETE FROM small_deeds_told WHERE day < $1`, now.Year()*1000+now.YearDay())
	if err != nil {
		return fmt.Errorf("forget who told of small deeds: %w", err)
	}
	return nil
}
