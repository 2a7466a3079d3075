package search

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Who is which actors are looked for.
type Who string

// People, the places where they live, groups around what they like to do, and
// associations, shops, councils.
const (
	People        Who = "people"
	Places        Who = "places"
	Clubs         Who = "clubs"
	Organisations Who = "organisations"
)

// Whos are all there are.
var Whos = []Who{People, Places, Clubs, Organisations}

// ActorQuery says who is looked for.
type ActorQuery struct {
	Typed string // beginnings of words; empty for anybody in Place
	Who   Who
	Place instance.ActorID // who lives there, or what is at home there; 0 for anywhere
	After string           // where the page before ended, as it was told; empty for the first
	Limit int
}

// Actors returns a page of those v may find, in the order of [Service.Accounts],
// and for each what a page behind it begins after. Who lives in a place is found by those at home there, and
// nobody else. It returns an [instance.Invalid] for words that are too many.
func (s *Service) Actors(ctx context.Context, v instance.Viewer, q ActorQuery) (found []instance.Actor, ends []string, err error) {
	if utf8.RuneCountInString(q.Typed) > MaxQuery {
		return nil, nil, &instance.Invalid{Field: "q", Code: "too-long", Limit: MaxQuery}
	}
	typed := strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(q.Typed, ""), "\x00", ""))
	name, host := s.handle(typed)
	if strings.HasPrefix(s.site.Host(), host) {
		host = ""
	}
	sought := beginnings(name + " " + host)
	home := slices.Contains(v.Inner, q.Place) || slices.Contains(v.Tends, q.Place)
	if len(sought.All) == 0 && (q.Place == 0 || typed != "") || q.Who == People && q.Place != 0 && !home {
		return nil, nil, nil
	}
	args := []any{Page{Limit: q.Limit}.limit(), v.ID, name, host}
	where := s.mayFind(v, &args)
	arg := func(a any) string {
		args = append(args, a)
		return store.Placeholders(len(args), 1)
	}
	from := `actors a`
	if len(sought.All) > 0 {
		m := actors.Words.Match(s.db.Engine(), sought, store.Placeholders(len(args)+1, 1))
		args = append(args, m.Arg)
		from, where = m.Table+` CROSS JOIN actors a`, m.Where+` AND a.id = `+m.Key+` AND `+where
	}
	where += ` AND ` + whoIs(q.Who)
	if q.Place != 0 {
		where += ` AND ` + livesAt(q.Who, arg(q.Place))
	}
	if after, ok := parseEnd(q.After); ok {
		where += ` AND (` + rank + `) > (` + arg(after[0]) + `, ` + arg(after[1]) + `, ` + arg(after[2]) + `)`
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, `+rank+`
		  FROM `+from+`
		  LEFT JOIN follows f ON f.follower_id = $2 AND f.followee_id = a.id AND f.state = 'accepted'
		 WHERE `+where+` AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY `+rank+`
		 LIMIT $1`, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("search %s: %w", q.Who, err)
	}
	defer rows.Close()
	for rows.Next() {
		var a instance.Actor
		var last [3]int64
		dest, done := actors.Fields(&a)
		if err := rows.Scan(append(dest, &last[0], &last[1], &last[2])...); err != nil {
			return nil, nil, fmt.Errorf("search %s: %w", q.Who, err)
		}
		if err := done(); err != nil {
			return nil, nil, fmt.Errorf("search %s: %w", q.Who, err)
		}
		found, ends = append(found, a), append(ends, fmt.Sprintf("%d.%d.%d", last[0], last[1], last[2]))
	}
	return found, ends, rows.Err()
}

// rank is the order in which actors are found: who has that very handle, whom
// the viewer follows, those of this server; then by how many follow them.
const rank = `CASE WHEN ` + exactly + ` THEN 0 ELSE 4 END + CASE WHEN f.id IS NULL THEN 2 ELSE 0 END + CASE WHEN a.host = '' THEN 0 ELSE 1 END,
		       -a.followers_count, -a.id`

// parseEnd reads where a page ended; what is none asks for the first page.
func parseEnd(typed string) (end [3]int64, ok bool) {
	parts := strings.Split(typed, ".")
	if len(parts) != len(end) {
		return end, false
	}
	for i, part := range parts {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return end, false
		}
		end[i] = n
	}
	return end, true
}

func whoIs(w Who) string {
	switch w {
	case Places:
		return `a.kind = 'Group' AND (a.host <> '' OR a.level <> '') AND NOT EXISTS (SELECT 1 FROM clubs k WHERE k.actor_id = a.id)`
	case Clubs:
		return `EXISTS (SELECT 1 FROM clubs k WHERE k.actor_id = a.id)`
	case Organisations:
		return `a.kind = 'Organization'`
	}
	return `a.kind = 'Person'`
}

func livesAt(w Who, place string) string {
	switch w {
	case Places:
		return `EXISTS (SELECT 1 FROM nestings n JOIN actors o ON o.uri = n.parent_uri WHERE n.child_id = a.id AND o.id = ` + place + `)`
	case Clubs:
		return `a.id IN (SELECT k.actor_id FROM clubs k WHERE k.place_id = ` + place + `)`
	case Organisations:
		return `a.id IN (SELECT o.actor_id FROM organisations o WHERE o.place_id = ` + place + `)`
	}
	return `a.id IN (SELECT n.person_id FROM memberships n WHERE n.standing = 'verified' AND n.group_id = ` + place + `)`
}
