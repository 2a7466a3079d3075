package digest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// reader is one for whom things are gathered.
type reader struct {
	id     instance.ActorID
	email  string
	locale string
	name   string
	since  instance.ID // in their home feed: nothing from before it
	often  Often
}

const (
	// mostRead is how many things of a home feed are looked at for one letter, and
	// mostTold how many of each sort it tells of a place. It is read to the end.
	mostRead, mostTold = 60, 8
	// ahead is how far the events lie that a letter tells again.
	ahead = 7 * 24 * time.Hour
	// titled and told are how much of a post stands in a letter, in characters.
	titled, told = 90, 220
)

// line is one thing that came to a person's home feed, or to a place.
type line struct {
	of    instance.ActorID // the person or the place
	at    instance.ID      // when it came
	post  instance.PostID
	place instance.ActorID // whose it is, or who brought it; 0 for neither
}

// gather returns what there is to tell each of the readers, who are few enough
// for one query, at a cost that does not grow with how many they are. Letters
// tell nothing twice; a page shows all of the week.
func (s *Service) gather(ctx context.Context, all []reader, letters bool) (map[instance.ActorID]Digest, error) {
	ids := make([]instance.ActorID, len(all))
	for i, r := range all {
		ids[i] = r.id
	}
	viewers, err := s.o.Circles.Viewers(ctx, ids)
	if err != nil {
		return nil, err
	}
	homes, err := s.homes(ctx, ids, viewers)
	if err != nil {
		return nil, err
	}
	lines, err := s.lines(ctx, all, homes)
	if err != nil {
		return nil, err
	}
	things, err := s.things(ctx, lines)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx, lines, things)
	if err != nil {
		return nil, err
	}
	apart, err := s.apart(ctx, ids)
	if err != nil {
		return nil, err
	}
	hides, err := s.o.Filters.Hides(ctx, ids)
	if err != nil {
		return nil, err
	}
	spaces, err := s.spaces(ctx, all, viewers)
	if err != nil {
		return nil, err
	}
	came := make(map[instance.ActorID][]line, len(all))
	for _, l := range lines {
		came[l.of] = append(came[l.of], l)
	}
	digests := make(map[instance.ActorID]Digest, len(all))
	for _, r := range all {
		a := arrangement{
			now: s.o.Now(), since: r.since, things: things, names: names, viewer: viewers[r.id], apart: apart[r.id], hides: hides[r.id],
			letter: letters, homes: homes[r.id],
		}
		mine := came[r.id]
		for _, place := range homes[r.id] {
			mine = append(mine, came[place]...)
		}
		digests[r.id] = Digest{Since: r.since.Time(), Places: a.withSpaces(a.arrange(mine), spaces)}
	}
	return digests, nil
}

// homes returns the places each of some people live in, confirmed or not, and
// what those they live in for sure lie within.
func (s *Service) homes(ctx context.Context, ids []instance.ActorID, viewers map[instance.ActorID]instance.Viewer) (map[instance.ActorID][]instance.ActorID, error) {
	args := make([]any, len(ids))
	homes := make(map[instance.ActorID][]instance.ActorID, len(ids))
	for i, id := range ids {
		args[i] = id
		homes[id] = slices.Clone(viewers[id].Inner)
	}
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT person_id, group_id
		  FROM memberships
		 WHERE standing = 'declared' AND person_id IN (`+store.Placeholders(1, len(args))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("where people live: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var person, place instance.ActorID
		if err := rows.Scan(&person, &place); err != nil {
			return nil, fmt.Errorf("where people live: %w", err)
		}
		homes[person] = append(homes[person], place)
	}
	return homes, rows.Err()
}

// lines returns what came to the home feeds of the readers, and for everyone to
// the places they live in, since they were last written to, and what of before
// still takes place this week: no replies, nothing said to someone alone.
func (s *Service) lines(ctx context.Context, all []reader, homes map[instance.ActorID][]instance.ActorID) ([]line, error) {
	now := s.o.Now()
	args := []any{store.Millis(now), store.Millis(now.Add(ahead)), mostRead}
	people := make([]string, len(all))
	since := all[0].since
	places := make(map[instance.ActorID]bool)
	for i, r := range all {
		n := len(args) + 1
		people[i] = `(CAST(` + store.Placeholders(n, 1) + ` AS BIGINT), CAST(` + store.Placeholders(n+1, 1) + ` AS BIGINT))`
		args = append(args, r.id, r.since)
		since = min(since, r.since)
		for _, place := range homes[r.id] {
			places[place] = true
		}
	}
	args = append(args, since)
	least := store.Placeholders(len(args), 1)
	in := store.Placeholders(len(args)+1, len(places))
	for place := range places {
		args = append(args, place)
	}
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT came.of_id, came.at, came.post_id, came.place
		  FROM (SELECT c.of_id, c.at, c.post_id, COALESCE(p.group_id, c.via_id, 0) AS place,
		               ROW_NUMBER() OVER (PARTITION BY c.of_id ORDER BY c.at DESC) AS n
		          FROM (SELECT h.owner_id AS of_id, h.id AS at, h.post_id, h.via_id, r.column2 AS since
		                  FROM (VALUES `+strings.Join(people, ", ")+`) AS r
		                  JOIN home_entries h ON h.owner_id = r.column1
		                UNION ALL
		                SELECT q.group_id, q.id, q.id, q.group_id, `+least+`
		                  FROM posts q
		                 WHERE q.group_id IN (`+in+`) AND q.audience = 'public'
		                UNION ALL
		                SELECT b.actor_id, b.id, b.post_id, b.actor_id, `+least+`
		                  FROM boosts b
		                 WHERE b.actor_id IN (`+in+`)) AS c
		          JOIN posts p ON p.id = c.post_id
		          JOIN actors a ON a.id = p.author_id
		         WHERE (c.at > c.since OR EXISTS (SELECT 1 FROM events e WHERE e.post_id = p.id AND e.starts_at BETWEEN $1 AND $2))
		           AND p.reply_to_uri = '' AND p.audience <> 'direct'
		           AND p.deleted_at IS NULL AND p.removed_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		           AND (p.audience <> 'followers'
		                OR EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = c.of_id AND f.followee_id = a.id AND f.state = 'accepted'))
		       ) AS came
		 WHERE came.n <= $3
		 ORDER BY came.of_id, came.n`, args...)
	if err != nil {
		return nil, fmt.Errorf("what came near people: %w", err)
	}
	defer rows.Close()
	var list []line
	for rows.Next() {
		var l line
		if err := rows.Scan(&l.of, &l.at, &l.post, &l.place); err != nil {
			return nil, fmt.Errorf("what came near people: %w", err)
		}
		list = append(list, l)
	}
	return list, rows.Err()
}

// apart is of whom, and of which servers, somebody wants to hear nothing, or who
// wants nothing of them.
type apart struct {
	actors  map[instance.ActorID]bool
	servers map[string]bool
}

// apart returns whom each of some people have put apart.
func (s *Service) apart(ctx context.Context, ids []instance.ActorID) (map[instance.ActorID]apart, error) {
	args := []any{store.Millis(s.o.Now())}
	found := make(map[instance.ActorID]apart, len(ids))
	for _, id := range ids {
		args = append(args, id)
		found[id] = apart{actors: make(map[instance.ActorID]bool), servers: make(map[string]bool)}
	}
	in := store.Placeholders(2, len(ids))
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT actor_id, target_id, '' FROM blocks WHERE actor_id IN (`+in+`)
		UNION ALL
		SELECT target_id, actor_id, '' FROM blocks WHERE target_id IN (`+in+`)
		UNION ALL
		SELECT actor_id, target_id, '' FROM mutes WHERE actor_id IN (`+in+`) AND (until IS NULL OR until > $1)
		UNION ALL
		SELECT actor_id, 0, domain FROM blocked_domains WHERE actor_id IN (`+in+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("whom people have put apart: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var owner, other instance.ActorID
		var server string
		if err := rows.Scan(&owner, &other, &server); err != nil {
			return nil, fmt.Errorf("whom people have put apart: %w", err)
		}
		found[owner].actors[other] = true
		found[owner].servers[server] = server != ""
	}
	return found, rows.Err()
}

// thing is a post as far as a letter tells it.
type thing struct {
	Item
	author   instance.ActorID
	group    instance.ActorID
	audience instance.Audience
	kind     string
	purpose  instance.Purpose
	open     bool
	ends     time.Time
	text     string // all of it, for filters
}

// things returns the posts of the lines.
func (s *Service) things(ctx context.Context, lines []line) (map[instance.PostID]*thing, error) {
	found := make(map[instance.PostID]*thing)
	var ids []any
	for _, l := range lines {
		if found[l.post] == nil {
			found[l.post] = &thing{}
			ids = append(ids, l.post)
		}
	}
	for some := range slices.Chunk(ids, 2000) {
		if err := s.read(ctx, found, some); err != nil {
			return nil, fmt.Errorf("what posts say: %w", err)
		}
	}
	return found, nil
}

func (s *Service) read(ctx context.Context, into map[instance.PostID]*thing, ids []any) error {
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT p.id, p.author_id, COALESCE(p.group_id, 0), p.audience, p.kind, p.title, p.content, p.warning, p.language,
		       COALESCE(x.purpose, ''), COALESCE(x.status = 'open', FALSE), x.ends_at,
		       e.starts_at, COALESCE(e.status, ''), COALESCE(e.venue_name, '')
		  FROM posts p
		  LEFT JOIN proposals x ON x.post_id = p.id
		  LEFT JOIN events e ON e.post_id = p.id
		 WHERE p.id IN (`+store.Placeholders(1, len(ids))+`)`, ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var t thing
		var title, content, warning, takesPlace string
		var ends, starts *int64
		err := rows.Scan(&t.Post, &t.author, &t.group, &t.audience, &t.kind, &title, &content, &warning, &t.Language,
			&t.purpose, &t.open, &ends, &starts, &takesPlace, &t.Venue)
		if err != nil {
			return err
		}
		if ends != nil {
			t.ends = time.UnixMilli(*ends)
		}
		if starts != nil && takesPlace != string(instance.EventCancelled) {
			t.Starts = time.UnixMilli(*starts)
		}
		t.text = title + "\n" + warning + "\n" + writing.Paragraphs(content)
		t.Title, t.Text = short(title, content, warning)
		into[t.Post] = &t
	}
	return rows.Err()
}

// short is what a letter says of a post: what warns of it, else its title and
// how it begins.
func short(title, content, warning string) (first, rest string) {
	switch {
	case warning != "":
		return writing.CleanLine(warning, titled), ""
	case title != "":
		return title, writing.Plain(content, told)
	}
	return writing.Plain(content, told), ""
}

// names returns the authors of the things, and the places of the lines.
func (s *Service) names(ctx context.Context, lines []line, things map[instance.PostID]*thing) (map[instance.ActorID]instance.Actor, error) {
	seen := make(map[instance.ActorID]bool)
	for _, l := range lines {
		seen[l.place] = true
	}
	for _, t := range things {
		seen[t.author] = true
	}
	delete(seen, 0)
	ids := make([]instance.ActorID, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	return actors.ByIDs(ctx, s.o.DB.Read(), ids)
}
