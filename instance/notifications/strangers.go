package notifications

import (
	"context"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/origin"
)

// Strangers bounds the notices that people can cause whom their receiver does
// not know, on servers that we met only lately (security.md I01): waves of
// mentions come from many abandoned servers at once, each of them new to us. The
// zero Strangers bounds nothing.
//
// What is one too many is kept all the same and stands where it was said; it
// only calls nobody. Whom the receiver follows or ever named, and everyone on a
// server known for longer, is never counted.
type Strangers struct {
	New      time.Duration `toml:"new"`      // how long a server is new
	PerSite  int           `toml:"per_site"` // an hour, from all servers of one registered domain
	Together int           `toml:"together"` // an hour, from all new servers
}

// disturbs tells whether a notice is to be written, and counts it if it is a
// stranger's.
func (s *Service) disturbs(ctx context.Context, tx store.Tx, owner instance.ActorID, kind Kind, from instance.Actor, about instance.ID) (bool, error) {
	if from.Local() || s.wary == (Strangers{}) {
		return true, nil
	}
	host := hostOf(from)
	stranger, err := s.stranger(ctx, tx, owner, kind, from, host, about)
	if err != nil || !stranger {
		return err == nil, err
	}
	site := origin.Site(host)
	var here, all int
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FILTER (WHERE site = $1), COUNT(*)
		  FROM first_contacts
		 WHERE told AND id > $2`, site, s.ago(time.Hour)).Scan(&here, &all)
	if err != nil {
		return false, err
	}
	tell := here < s.wary.PerSite && all < s.wary.Together
	_, err = tx.Exec(ctx, `
		INSERT INTO first_contacts (id, owner_id, site, told)
		VALUES ($1, $2, $3, $4)`, s.ids.Next(), owner, site, tell)
	return tell, err
}

// stranger tells whether from is somebody whom owner does not know, on a server
// that is new here, and whether this would be a notice at all.
func (s *Service) stranger(ctx context.Context, tx store.Tx, owner instance.ActorID, kind Kind, from instance.Actor, host string, about instance.ID) (bool, error) {
	var yes bool
	err := tx.QueryRow(ctx, `
		SELECT NOT EXISTS (SELECT 1 FROM hosts WHERE name = $1 AND first_seen_at <= $2)
		   AND EXISTS (SELECT 1 FROM people WHERE actor_id = $3)
		   AND NOT EXISTS (SELECT 1 FROM follows WHERE follower_id = $3 AND followee_id = $4)
		   AND NOT EXISTS (SELECT 1 FROM post_mentions m JOIN posts p ON p.id = m.post_id
		                    WHERE m.actor_id = $4 AND p.author_id = $3)
		   AND NOT EXISTS (SELECT 1 FROM notifications
		                    WHERE owner_id = $3 AND from_id = $4 AND kind = $5 AND about_id = $6)`,
		host, store.Millis(s.now().Add(-s.wary.New)), owner, from.ID, string(kind), about).Scan(&yes)
	return yes, err
}

// hostOf is the host an actor lives on, as hosts are kept; its handle may name
// another.
func hostOf(a instance.Actor) string {
	o, ok := origin.Of(a.URI)
	if !ok {
		return a.Host
	}
	_, host, _ := strings.Cut(o, "://")
	return host
}

// ago is the smallest id of the last while.
func (s *Service) ago(d time.Duration) instance.ID {
	return instance.ID(s.now().Add(-d).UnixMilli() << 16)
}

// CountQuiet returns how many notices from strangers were not written since a
// time because there were too many.
func (s *Service) CountQuiet(ctx context.Context, since time.Time) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*) FROM first_contacts WHERE NOT told AND id >= $1`, store.Millis(since)<<16).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count quiet notices: %w", err)
	}
	return n, nil
}

// SweepStrangers forgets what strangers caused before a time.
func SweepStrangers(ctx context.Context, tx store.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM first_contacts WHERE id < $1`, store.Millis(before)<<16)
	return err
}
