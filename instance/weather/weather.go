// Package weather holds warnings of the weather for departments, from files that
// whoever runs the server imports. Nothing is asked of any other server. A warning
// begins nothing by itself: those who can plan a campaign and those who can check
// it are told, and find a form that is filled in.
package weather

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/sheets"
	"palier/instance/store"
)

// NoticeWarning is the kind of notice by which those who look after a place, act
// for its council or are its informants learn of a warning; it is from the commune.
const NoticeWarning = "weather-warning"

// Service keeps warnings.
type Service struct{ Options }

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	Now func() time.Time
	// Tell tells people of something that concerns them.
	Tell func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// New returns a service on o.
func New(o Options) *Service { return &Service{o} }

// Import takes over a file of warnings in JSON, of at most [MaxFile] bytes. Source
// says whose word it is. A file that is older than what is known of a department
// changes nothing of it.
func (s *Service) Import(ctx context.Context, r io.Reader, source string, report *sheets.Report) error {
	b, err := Read(r)
	if err != nil {
		return fmt.Errorf("import warnings: %w", err)
	}
	return s.take(ctx, b, source, report)
}

// ImportSheet takes over a table of warnings; see [Service.Import].
func (s *Service) ImportSheet(ctx context.Context, t *sheets.Sheet, source string, report *sheets.Report) error {
	b, err := ReadSheet(t)
	if err != nil {
		return fmt.Errorf("import warnings: %w", err)
	}
	return s.take(ctx, b, source, report)
}

func (s *Service) take(ctx context.Context, b Bulletin, source string, report *sheets.Report) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		fresh, err := freshen(ctx, tx, b)
		if err != nil {
			return err
		}
		if old := len(b.Departments) - len(fresh); old > 0 {
			report.Note("of %d departments something newer is known already", old)
		}
		before, err := s.held(ctx, tx)
		if err != nil {
			return err
		}
		var taken []instance.Warning
		raised := map[string]bool{}
		for _, w := range b.Warnings {
			if !slices.Contains(fresh, w.Department) || !w.Ends.After(s.Now()) {
				continue
			}
			taken = append(taken, w)
			if w.Level >= instance.WarningOrange && before[key{w.Department, w.Phenomenon}] < w.Level {
				raised[w.Department] = true
			}
		}
		if err := replace(ctx, tx, fresh, taken, source); err != nil {
			return err
		}
		report.Good += len(taken)
		return s.tellOf(ctx, tx, raised)
	})
	if err != nil {
		return fmt.Errorf("import warnings: %w", err)
	}
	return nil
}

type key struct{ department, phenomenon string }

// replace puts warnings in the place of those that were known of some departments.
func replace(ctx context.Context, tx store.Tx, departments []string, warnings []instance.Warning, source string) error {
	if len(departments) == 0 {
		return nil
	}
	args := make([]any, len(departments))
	for i, department := range departments {
		args[i] = department
	}
	_, err := tx.Exec(ctx, `DELETE FROM weather_warnings WHERE department IN (`+store.Placeholders(1, len(args))+`)`, args...)
	if err != nil || len(warnings) == 0 {
		return err
	}
	args, values := []any{source}, make([]string, len(warnings))
	for i, w := range warnings {
		values[i] = `(` + store.Placeholders(len(args)+1, 5) + `, $1)`
		args = append(args, w.Department, w.Phenomenon, int(w.Level), store.Millis(w.Starts), store.Millis(w.Ends))
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO weather_warnings (department, phenomenon, level, starts_at, ends_at, source)
		VALUES `+strings.Join(values, ", "), args...)
	return err
}

// freshen notes how old what is known of the departments of a bulletin is now, and
// returns those of which nothing newer was known.
func freshen(ctx context.Context, tx store.Tx, b Bulletin) (fresh []string, err error) {
	args, values := []any{store.Millis(b.Updated)}, ``
	for i, department := range b.Departments {
		if i > 0 {
			values += `, `
		}
		args = append(args, department)
		values += `(` + store.Placeholders(len(args), 1) + `, $1)`
	}
	rows, err := tx.Query(ctx, `
		INSERT INTO weather_departments (department, updated_at)
		VALUES `+values+`
		ON CONFLICT (department) DO UPDATE SET updated_at = excluded.updated_at
		 WHERE weather_departments.updated_at <= excluded.updated_at
		RETURNING department`, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var department string
		if err := rows.Scan(&department); err != nil {
			return nil, err
		}
		fresh = append(fresh, department)
	}
	return fresh, rows.Err()
}

// held returns the levels of the warnings that hold now.
func (s *Service) held(ctx context.Context, tx store.Tx) (_ map[key]instance.WarningLevel, err error) {
	rows, err := tx.Query(ctx, `SELECT department, phenomenon, level FROM weather_warnings WHERE ends_at > $1`, store.Millis(s.Now()))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	levels := make(map[key]instance.WarningLevel)
	for rows.Next() {
		var k key
		var level int
		if err := rows.Scan(&k.department, &k.phenomenon, &level); err != nil {
			return nil, err
		}
		levels[k] = instance.WarningLevel(level)
	}
	return levels, rows.Err()
}

// tellOf tells those who look after the communes of some departments, act for
// their councils or are informants there, that a warning is new or worse.
func (s *Service) tellOf(ctx context.Context, tx store.Tx, raised map[string]bool) error {
	if len(raised) == 0 {
		return nil
	}
	var args []any
	var like string
	for department := range raised {
		if like != `` {
			like += ` OR `
		}
		args = append(args, "FR:COG:"+department+strings.Repeat("_", 5-len(department)))
		like += `c.territory LIKE ` + store.Placeholders(len(args), 1)
	}
	args = append(args, store.Millis(s.Now()))
	rows, err := tx.Query(ctx, `
		WITH RECURSIVE down (commune, id) AS (
			SELECT c.id, c.id FROM actors c WHERE c.host = '' AND c.kind = 'Group' AND c.deleted_at IS NULL AND (`+like+`)
			UNION
			SELECT down.commune, x.id
			  FROM down
			  JOIN actors p ON p.id = down.id
			  JOIN nestings w ON w.parent_uri = p.uri
			  JOIN actors x ON x.id = w.child_id AND x.host = ''
		)
		SELECT down.commune, m.actor_id FROM down JOIN moderators m ON m.group_id = down.id JOIN people p ON p.actor_id = m.actor_id
		UNION
		SELECT down.commune, g.person_id
		  FROM down
		  JOIN organisations o ON o.place_id = down.id AND o.sort = 'council'
		  JOIN organisation_agents g ON g.organisation_id = o.actor_id
		UNION
		SELECT down.commune, i.person_id FROM down JOIN informants i ON i.place_id = down.id WHERE i.until > `+store.Placeholders(len(args), 1)+`
		 ORDER BY 1, 2`, args...)
	if err != nil {
		return err
	}
	whom := make(map[instance.ActorID][]instance.ActorID)
	var communes []instance.ActorID
	for rows.Next() {
		var commune, who instance.ActorID
		if err := rows.Scan(&commune, &who); err != nil {
			return errors.Join(err, rows.Close())
		}
		if whom[commune] == nil {
			communes = append(communes, commune)
		}
		whom[commune] = append(whom[commune], who)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, commune := range communes {
		if err := s.Tell(ctx, tx, NoticeWarning, commune, whom[commune]); err != nil {
			return err
		}
	}
	return nil
}

// At returns the warnings from orange on that hold now or soon where a place lies,
// the worst first.
func (s *Service) At(ctx context.Context, place instance.ActorID) ([]instance.Warning, error) {
	list, err := s.at(ctx, place)
	if err != nil {
		return nil, fmt.Errorf("warnings at %s: %w", place, err)
	}
	return list, nil
}

func (s *Service) at(ctx context.Context, place instance.ActorID) (list []instance.Warning, err error) {
	rows, err := s.DB.Read().Query(ctx, `
		WITH RECURSIVE up (id) AS (
			SELECT CAST($1 AS BIGINT)
			UNION
			SELECT p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		SELECT x.department, x.phenomenon, x.level, x.starts_at, x.ends_at, x.source
		  FROM weather_warnings x
		 WHERE x.level >= $2 AND x.ends_at > $3
		   AND EXISTS (SELECT 1 FROM up JOIN actors a ON a.id = up.id
		                WHERE a.territory LIKE 'FR:COG:_____' AND substr(a.territory, 8, length(x.department)) = x.department)
		 ORDER BY x.level DESC, x.starts_at, x.phenomenon`, place, int(instance.WarningOrange), store.Millis(s.Now()))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var w instance.Warning
		var level int
		var starts, ends int64
		if err := rows.Scan(&w.Department, &w.Phenomenon, &level, &starts, &ends, &w.Source); err != nil {
			return nil, err
		}
		w.Level, w.Starts, w.Ends = instance.WarningLevel(level), store.Time(starts), store.Time(ends)
		list = append(list, w)
	}
	return list, rows.Err()
}
