package organisations

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

// Entry is a line of the public registers: what is known of an association or a
// shop by anyone. Where an association has its seat is often somebody's home, so
// that no more than the commune is told of it.
type Entry struct {
	ID       instance.ID
	Register string // rna or sirene
	Name     string
	Purpose  string
	Street   string // of a shop
	Commune  string
	Website  string
	Page     string // username of the page it was claimed by; empty for none
}

// Wanted is which lines of a directory are asked for.
type Wanted struct {
	Words    string // of the name
	Register string // rna, sirene; empty for both
	After    instance.ID
	Limit    int
}

// territory is a query for the code of the narrowest commune that the place $1
// is, or lies within here; empty where no place says.
const territory = `
	WITH RECURSIVE up (id, steps) AS (
		SELECT a.id, 0 FROM actors a WHERE a.id = $1
		UNION
		SELECT p.id, up.steps + 1
		  FROM up JOIN nestings w ON w.child_id = up.id JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		 WHERE up.steps < 8
	)
	SELECT COALESCE((SELECT a.territory FROM up JOIN actors a ON a.id = up.id
	                  WHERE a.territory LIKE 'FR:COG:_____'
	                  ORDER BY up.steps, a.id LIMIT 1), '')`

// Directory returns a page of what the registers list in the commune of a place,
// by name. Where no place says which commune that is there is nothing.
func (s *Service) Directory(ctx context.Context, place instance.ActorID, w Wanted) ([]Entry, error) {
	var code string
	err := s.db.Read().QueryRow(ctx, territory, place).Scan(&code)
	if err != nil {
		return nil, fmt.Errorf("directory of %s: %w", place, err)
	}
	if code == "" {
		return nil, nil
	}
	where, args := w.where([]any{strings.TrimPrefix(code, "FR:COG:"), w.Limit})
	rows, err := s.db.Read().Query(ctx, entryColumns+`
		 WHERE e.insee = $1 AND e.active`+where+`
		 ORDER BY e.folded, e.id
		 LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("directory of %s: %w", place, err)
	}
	defer rows.Close()
	var list []Entry
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, fmt.Errorf("directory of %s: %w", place, err)
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

func (w Wanted) where(args []any) (sql string, _ []any) {
	next := func(v any) string {
		args = append(args, v)
		return `$` + strconv.Itoa(len(args))
	}
	if w.Register != "" {
		sql += ` AND e.register = ` + next(w.Register)
	}
	for _, term := range writing.Terms(w.Words) { // letters and digits alone
		sql += ` AND e.folded LIKE ` + next("%"+writing.Stem(term)+"%")
	}
	if w.After != 0 {
		sql += ` AND (e.folded, e.id) > (SELECT x.folded, x.id FROM register_entries x WHERE x.id = ` + next(w.After) + `)`
	}
	return sql, args
}

const entryColumns = `
	SELECT e.id, e.register, e.name, e.purpose, CASE WHEN e.register = 'sirene' THEN e.street ELSE '' END, e.commune, e.website, COALESCE(a.username, '')
	  FROM register_entries e
	  LEFT JOIN organisations o ON o.entry_id = e.id
	  LEFT JOIN actors a ON a.id = o.actor_id AND a.deleted_at IS NULL AND a.suspended_at IS NULL`

func scanEntry(r store.Row) (Entry, error) {
	var e Entry
	err := r.Scan(&e.ID, &e.Register, &e.Name, &e.Purpose, &e.Street, &e.Commune, &e.Website, &e.Page)
	return e, notFound(err)
}

// Entry returns a line of the registers.
func (s *Service) Entry(ctx context.Context, id instance.ID) (Entry, error) {
	e, err := scanEntry(s.db.Read().QueryRow(ctx, entryColumns+` WHERE e.id = $1 AND e.active`, id))
	if err != nil {
		return e, fmt.Errorf("register entry %s: %w", id, err)
	}
	return e, nil
}
