package digest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// mostSpace is how much is looked at of what is new in the houses of some readers.
const mostSpace = 500

// space is what is new in the space of a house, as its residents read it.
type space struct {
	Item
	id        instance.ID
	house     instance.ActorID
	by, from  instance.ActorID // who wrote it, and as whom
	name, way string           // of the house
}

// spaces returns what is new in the houses that some readers live in for sure, the
// oldest first. It is for residents: who only looks after a house is no reader.
func (s *Service) spaces(ctx context.Context, all []reader, viewers map[instance.ActorID]instance.Viewer) ([]space, error) {
	since, homes := all[0].since, make(map[instance.ActorID]bool)
	for _, r := range all {
		since = min(since, r.since)
		for _, place := range viewers[r.id].Inner {
			homes[place] = true
		}
	}
	if len(homes) == 0 {
		return nil, nil
	}
	args := []any{since, mostSpace}
	for place := range homes {
		args = append(args, place)
	}
	in := store.Placeholders(3, len(homes))
	var parts []string
	for _, of := range []struct{ sort, table, title, at, where string }{
		{"works", "building_works", "x.what", "x.starts_at", "''"},
		{"meetings", "building_meetings", "''", "x.starts_at", "x.venue"},
		{"documents", "building_documents", "x.title", "NULL", "''"},
	} {
		parts = append(parts, `SELECT x.id, x.place_id, x.author_id, x.by_id, '`+of.sort+`' AS sort, `+of.title+` AS title, CAST(`+of.at+` AS BIGINT) AS starts_at, `+of.where+` AS venue
		  FROM `+of.table+` x
		 WHERE x.place_id IN (`+in+`) AND x.id > $1`)
	}
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT n.id, n.place_id, n.author_id, n.by_id, n.sort, n.title, n.starts_at, n.venue,
		       CASE WHEN h.name <> '' THEN h.name ELSE h.username END, h.username, CASE WHEN w.name <> '' THEN w.name ELSE w.username END
		  FROM (`+strings.Join(parts, " UNION ALL ")+`
		         ORDER BY 1 DESC
		         LIMIT $2) AS n
		  JOIN actors h ON h.id = n.place_id
		  JOIN actors w ON w.id = n.author_id
		 ORDER BY n.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("what is new in houses: %w", err)
	}
	defer rows.Close()
	var list []space
	for rows.Next() {
		var x space
		var starts *int64
		if err := rows.Scan(&x.id, &x.house, &x.from, &x.by, &x.House, &x.Title, &starts, &x.Venue, &x.name, &x.way, &x.Author); err != nil {
			return nil, fmt.Errorf("what is new in houses: %w", err)
		}
		x.Path = "/g/" + x.way + "/space#" + x.House
		x.Starts = store.TimeOrNever(starts)
		list = append(list, x)
	}
	return list, rows.Err()
}

// withSpaces adds to what is told of places what is new in the houses of the
// reader, written by somebody else of whom they want to hear.
func (a *arrangement) withSpaces(places []Place, all []space) []Place {
	for _, x := range all {
		if x.id <= a.since || !slices.Contains(a.viewer.Inner, x.house) || x.by == a.viewer.ID || a.apart.actors[x.from] || a.apart.actors[x.by] ||
			x.House == "meetings" && x.Starts.Before(a.now) {
			continue
		}
		path := "/@" + x.way
		i := slices.IndexFunc(places, func(p Place) bool { return p.Path == path })
		if i < 0 {
			i = 0
			places = slices.Insert(places, i, Place{Name: x.name, Path: path})
		}
		if len(places[i].Notices) == mostTold {
			places[i].More++
			continue
		}
		places[i].Notices = append(places[i].Notices, x.Item)
	}
	return places
}
