package addresses

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/sheets"
	"palier/instance/store"
)

const (
	// batch is how many addresses are written in one transaction.
	batch = 2000
	// mostKept is how many streets, and words, an import remembers; files go
	// street by street.
	mostKept = 50_000
)

// importing is an import under way.
type importing struct {
	*Service
	report  *sheets.Report
	source  string
	streets map[string]int64 // by key
	spelt   map[string]bool  // words whose spellings are kept
}

// Import takes addresses over from a table that [Reads] knows. An address that is
// known already, by the key that files share, is brought up to date and keeps
// its id. Rows that cannot be taken are told to report; others stay although the
// import ends early. source says where the file is from.
func (s *Service) Import(ctx context.Context, t *sheets.Sheet, source string, report *sheets.Report) error {
	g, err := s.gazetteer(ctx)
	if err != nil {
		return err
	}
	im := &importing{Service: s, report: report, source: source, streets: map[string]int64{}, spelt: map[string]bool{}}
	rows := make([]row, 0, batch)
	for t.Next() {
		r, reason := g.read(t)
		if reason != "" {
			t.Refuse(reason)
			continue
		}
		if rows = append(rows, r); len(rows) == batch {
			if err := im.keep(ctx, rows); err != nil {
				return fmt.Errorf("import %s before line %d: %w", report.File, t.Line(), err)
			}
			rows = rows[:0]
		}
	}
	if err := im.keep(ctx, rows); err != nil {
		return fmt.Errorf("import %s: %w", report.File, err)
	}
	if err := t.Err(); err != nil {
		return err
	}
	if err := s.sweep(ctx); err != nil {
		return fmt.Errorf("import %s: %w", report.File, err)
	}
	return nil
}

// sweep forgets streets whose doors all have moved to another name.
func (s *Service) sweep(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		empty, err := emptyStreets(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range empty {
			if err := Words.Drop(ctx, tx, id); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `DELETE FROM streets WHERE `+doorless)
		return err
	})
}

// doorless holds for a street that no address is in.
const doorless = `NOT EXISTS (SELECT 1 FROM addresses a WHERE a.street_id = streets.id)`

func emptyStreets(ctx context.Context, tx store.Tx) (list []int64, err error) {
	rows, err := tx.Query(ctx, `SELECT id FROM streets WHERE `+doorless)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}

// keep writes some addresses in one transaction.
func (im *importing) keep(ctx context.Context, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	if len(im.streets) > mostKept {
		clear(im.streets)
	}
	if len(im.spelt) > mostKept {
		clear(im.spelt)
	}
	var found map[string]int64
	var spelt []string
	err := im.db.InTx(ctx, func(tx store.Tx) error {
		var fresh []row
		var err error
		if found, fresh, err = im.known(ctx, tx, rows); err != nil {
			return err
		}
		if spelt, err = im.addStreets(ctx, tx, fresh, found); err != nil {
			return err
		}
		return im.addDoors(ctx, tx, rows, found)
	})
	if err != nil {
		return err
	}
	for key, id := range found {
		im.streets[key] = id
	}
	for _, word := range spelt {
		im.spelt[word] = true
	}
	im.report.Good += len(rows)
	return nil
}

// known returns the streets of some addresses that are there, by their keys, and
// one address in each of the others.
func (im *importing) known(ctx context.Context, tx store.Tx, rows []row) (found map[string]int64, fresh []row, err error) {
	found = map[string]int64{}
	asked := map[string]row{}
	var keys []any
	for _, r := range rows {
		if id, ok := im.streets[r.streetKey]; ok {
			found[r.streetKey] = id
		} else if _, ok := asked[r.streetKey]; !ok {
			asked[r.streetKey] = r
			keys = append(keys, r.streetKey)
		}
	}
	if len(keys) == 0 {
		return found, nil, nil
	}
	list, err := tx.Query(ctx, `SELECT key, id FROM streets WHERE key IN (`+store.Placeholders(1, len(keys))+`)`, keys...)
	if err != nil {
		return nil, nil, err
	}
	defer list.Close()
	for list.Next() {
		var key string
		var id int64
		if err := list.Scan(&key, &id); err != nil {
			return nil, nil, err
		}
		found[key] = id
	}
	for _, key := range keys {
		if _, ok := found[key.(string)]; !ok {
			fresh = append(fresh, asked[key.(string)])
		}
	}
	return found, fresh, list.Err()
}

// addStreets writes new streets, adds them to found, and returns the words whose
// spellings were written.
func (im *importing) addStreets(ctx context.Context, tx store.Tx, fresh []row, found map[string]int64) (spelt []string, err error) {
	streets, spelling := store.Many{Into: `streets (id, key, name, folded, insee, commune, postal_code, lat, lon)`},
		store.Many{Into: `street_spellings (spelling, word)`, After: `ON CONFLICT DO NOTHING`}
	seen := map[string]bool{}
	for _, r := range fresh {
		id := int64(im.ids.Next())
		found[r.streetKey] = id
		lat, lon := coordinates(r.point)
		if err := streets.Add(ctx, tx, id, r.streetKey, r.street, r.folded, r.insee, r.commune, r.postal, lat, lon); err != nil {
			return nil, err
		}
		for _, word := range streetWords(r) {
			if im.spelt[word] || seen[word] {
				continue
			}
			seen[word] = true
			spelt = append(spelt, word)
			for _, s := range spellings(word) {
				if err := spelling.Add(ctx, tx, s, word); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := streets.End(ctx, tx); err != nil {
		return nil, err
	}
	for _, r := range fresh { // after the streets, which the index refers to
		if err := Words.Put(ctx, tx, found[r.streetKey], streetWords(r)); err != nil {
			return nil, err
		}
	}
	return spelt, spelling.End(ctx, tx)
}

// streetWords are the words a street is found by.
func streetWords(r row) []string {
	words := telling(fold(r.street))
	words = append(words, telling(fold(r.commune))...)
	words = append(words, foldSuffix(r.insee))
	if r.postal != "" {
		words = append(words, r.postal)
	}
	return words
}

// addDoors writes addresses in streets that are there. Of two with one key the
// later counts.
func (im *importing) addDoors(ctx context.Context, tx store.Tx, rows []row, streets map[string]int64) error {
	last := make(map[string]int, len(rows))
	for i, r := range rows {
		last[r.key] = i
	}
	now := store.Millis(im.now())
	doors := store.Many{Into: `addresses (id, key, street_id, number, suffix, lat, lon, source, imported_at)`, After: `
		ON CONFLICT (key) DO UPDATE
		   SET street_id = excluded.street_id, number = excluded.number, suffix = excluded.suffix,
		       lat = excluded.lat, lon = excluded.lon, source = excluded.source, imported_at = excluded.imported_at`}
	for i, r := range rows {
		if last[r.key] != i {
			continue
		}
		lat, lon := coordinates(r.point)
		if err := doors.Add(ctx, tx, int64(im.ids.Next()), r.key, streets[r.streetKey], int64(r.number), r.suffix, lat, lon, im.source, now); err != nil {
			return err
		}
	}
	return doors.End(ctx, tx)
}

func coordinates(p *instance.Point) (lat, lon any) {
	if p == nil {
		return nil, nil
	}
	return p.Latitude, p.Longitude
}
