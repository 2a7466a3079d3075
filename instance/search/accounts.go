package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// Accounts returns a page of the people and places that v may find by the
// beginnings of words of their names and handles: who is called exactly that
// first, then whom v follows, then those of this server, then the others by how
// many follow them. following leaves out whom v does not follow.
//
// Whoever is called exactly that is always found, unless they are gone.
// Otherwise only those are who agreed to be (discoverable), and by neighbours
// and those who follow one another also the others, but nobody who blocks v or
// whom v blocks.
func (s *Service) Accounts(ctx context.Context, v instance.Viewer, typed string, following bool, page Page) ([]instance.Actor, error) {
	if utf8.RuneCountInString(typed) > MaxQuery {
		return nil, &instance.Invalid{Field: "q", Code: "too-long", Limit: MaxQuery}
	}
	typed = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(typed, ""), "\x00", ""))
	name, host := s.handle(typed)
	if strings.HasPrefix(s.site.Host(), host) {
		host = "" // ours, as far as it is typed
	}
	sought := beginnings(name + " " + host)
	if len(sought.All) == 0 || page.Offset > Deepest || page.Offset < 0 || following && v.ID == 0 {
		return nil, nil
	}
	m := actors.Words.Match(s.db.Engine(), sought, "$1")
	args := []any{m.Arg, v.ID, name, host, page.limit(), page.Offset}
	where := s.mayFind(v, &args)
	if following {
		where += ` AND (f.id IS NOT NULL OR a.id = $2)`
	}
	found, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM `+m.Table+` CROSS JOIN actors a
		  LEFT JOIN follows f ON f.follower_id = $2 AND f.followee_id = a.id AND f.state = 'accepted'
		 WHERE `+m.Where+` AND a.id = `+m.Key+`
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL AND a.kind <> 'Application'
		   AND `+where+`
		 ORDER BY CASE WHEN `+exactly+` THEN 0 ELSE 1 END,
		          CASE WHEN f.id IS NULL THEN 1 ELSE 0 END,
		          CASE WHEN a.host = '' THEN 0 ELSE 1 END,
		          a.followers_count DESC, a.id DESC
		 LIMIT $5 OFFSET $6`, args...))
	if err != nil {
		return nil, fmt.Errorf("search accounts: %w", err)
	}
	return found, nil
}

// exactly holds for who has the very handle that was typed.
const exactly = `(a.username_key = $3 AND a.host = $4)`

// mayFind holds for those that v, who is $2, may find.
func (s *Service) mayFind(v instance.Viewer, args *[]any) string {
	open := `(a.discoverable AND a.moved_to = '' AND ` + unlimited + `)`
	if v.ID == 0 {
		return `(` + exactly + ` OR ` + open + `)`
	}
	parts := []string{open, `a.id = $2`, `f.id IS NOT NULL`,
		`EXISTS (SELECT 1 FROM follows b WHERE b.follower_id = a.id AND b.followee_id = $2 AND b.state = 'accepted')`}
	if places := slices.Concat(v.Inner, v.Tends); len(places) > 0 {
		from := len(*args) + 1
		for _, id := range places {
			*args = append(*args, id)
		}
		parts = append(parts, `EXISTS (SELECT 1 FROM memberships n
		                WHERE n.person_id = a.id AND n.standing = 'verified' AND n.group_id IN (`+store.Placeholders(from, len(places))+`))`)
	}
	return `(` + exactly + ` OR (` + strings.Join(parts, `
		     OR `) + `)
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = $2 AND x.target_id = a.id) OR (x.actor_id = a.id AND x.target_id = $2)))`
}

// beginnings looks for words that begin as those of text.
func beginnings(text string) store.Sought {
	var sought store.Sought
	for _, term := range writing.Terms(text) {
		sought.All = append(sought.All, store.Phrase{Words: []string{term}, Open: true})
	}
	return sought
}

// Directory is which of the people and places who agreed to be shown one looks
// through.
type Directory struct {
	Local bool // only those of this server
	New   bool // the newest first, rather than those who posted last
}

// Directory returns a page of the people and places who agreed to be shown.
func (s *Service) Directory(ctx context.Context, v instance.Viewer, d Directory, page Page) ([]instance.Actor, error) {
	if page.Offset > Deepest || page.Offset < 0 {
		return nil, nil
	}
	where, order := ``, `COALESCE(a.last_posted_at, 0) DESC, a.id DESC`
	if d.Local {
		where = ` AND a.host = ''`
	}
	if d.New {
		order = `a.id DESC`
	}
	found, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM actors a
		 WHERE a.discoverable AND a.moved_to = '' AND a.kind <> 'Application'
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL AND `+unlimited+where+`
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = $1 AND x.target_id = a.id) OR (x.actor_id = a.id AND x.target_id = $1))
		   AND NOT EXISTS (SELECT 1 FROM blocked_domains x WHERE x.actor_id = $1 AND x.domain = a.host)
		 ORDER BY `+order+`
		 LIMIT $2 OFFSET $3`, v.ID, page.limit(), page.Offset))
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	return found, nil
}
