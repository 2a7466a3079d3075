package places

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"palier/instance"
	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/writing"
)

// Boundary is an outline that was imported and can be laid on a place.
type Boundary struct {
	ID     instance.ID
	Kind   string // commune, iris, qpv, own
	Key    string // by which its source knows it
	Name   string
	INSEE  string // of the commune it is in; empty where that is not said
	Source string
	Shape  orb.MultiPolygon // only of one alone
}

const (
	noName      = "the outline has no name and no code"
	longestName = 100
)

var inseeShape = regexp.MustCompile(`^[0-9][0-9AB][0-9]{3}$`)

// readBoundary tells what an outline is from the properties that offices give
// theirs.
func readBoundary(o *sheets.Outlines) (b Boundary, reason string) {
	b.INSEE = strings.ToUpper(o.Get("insee_com", "code_insee", "depcom", "insee"))
	switch iris, qpv := o.Get("code_iris", "dcomiris"), o.Get("code_qp"); {
	case iris != "":
		b.Kind, b.Key, b.Name = "iris", iris, o.Get("nom_iris", "lib_iris", "libiris")
		if b.INSEE == "" && len(iris) == 9 {
			b.INSEE = iris[:5]
		}
	case qpv != "":
		b.Kind, b.Key, b.Name = "qpv", qpv, o.Get("lib_qp", "nom_qp")
	default:
		b.Kind, b.Key, b.Name = "own", o.Get("code", "id", "ref", "gid", "key", "insee_com"), o.Get("nom", "name", "libelle", "label", "lib", "title", "nom_com")
		if code := strings.ToUpper(b.Key); inseeShape.MatchString(code) && (b.INSEE == "" || b.INSEE == code) {
			b.Kind, b.Key, b.INSEE = "commune", code, code
		}
	}
	if b.Name = writing.CleanLine(b.Name, longestName); b.Name == "" {
		b.Name = writing.CleanLine(b.Key, longestName)
	}
	if b.Key = writing.CleanLine(b.Key, longestName); b.Key == "" {
		b.Key = b.Name
	}
	if !inseeShape.MatchString(b.INSEE) {
		b.INSEE = ""
	}
	if b.Key == "" {
		return b, noName
	}
	return b, ""
}

// ImportBoundaries takes outlines over, to be laid on places. One that is known
// already, by the key its source has for it, is brought up to date; places it
// was laid on keep theirs. Whole communes that are places here and have no
// outline yet get theirs at once.
func (s *Service) ImportBoundaries(ctx context.Context, o *sheets.Outlines, source string, report *sheets.Report) error {
	for o.Next() {
		b, reason := readBoundary(o)
		if reason != "" {
			o.Refuse(reason)
			continue
		}
		b.Source, b.Shape = source, o.Shape
		if err := s.keepBoundary(ctx, b); err != nil {
			return fmt.Errorf("import %s at outline %d: %w", report.File, o.Number, err)
		}
		report.Good++
	}
	if err := o.Err(); err != nil {
		return err
	}
	return s.layCommunes(ctx, report)
}

func (s *Service) keepBoundary(ctx context.Context, b Boundary) error {
	shape, err := wkb.Marshal(b.Shape)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO boundaries (id, kind, key, name, folded, insee, source, shape, imported_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (kind, key) DO UPDATE
			   SET name = excluded.name, folded = excluded.folded, insee = excluded.insee, source = excluded.source,
			       shape = excluded.shape, imported_at = excluded.imported_at`,
			int64(s.ids.Next()), b.Kind, b.Key, b.Name, strings.Join(writing.Terms(b.Name), " "), b.INSEE, b.Source, shape, store.Millis(s.now()))
		return err
	})
}

// layCommunes gives the communes that are places here their outlines.
func (s *Service) layCommunes(ctx context.Context, report *sheets.Report) error {
	rows, err := s.db.Read().Query(ctx, `
		SELECT n.actor_id, b.id
		  FROM neighbourhoods n
		  JOIN actors a ON a.id = n.actor_id
		  JOIN boundaries b ON b.kind = 'commune' AND a.territory = 'FR:COG:' || b.key
		  LEFT JOIN outlines o ON o.group_id = n.actor_id
		 WHERE n.kind = 'commune' AND n.closed_at IS NULL AND o.group_id IS NULL`)
	if err != nil {
		return fmt.Errorf("communes without outline: %w", err)
	}
	defer rows.Close()
	var lay [][2]int64
	for rows.Next() {
		var pair [2]int64
		if err := rows.Scan(&pair[0], &pair[1]); err != nil {
			return fmt.Errorf("communes without outline: %w", err)
		}
		lay = append(lay, pair)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("communes without outline: %w", err)
	}
	for _, pair := range lay {
		if err := s.Lay(ctx, instance.ActorID(pair[0]), instance.ID(pair[1])); err != nil {
			return err
		}
		report.Note("a commune that is a place here got its outline")
	}
	return nil
}

// Lay gives a place the outline of a boundary. It returns [instance.ErrNotFound]
// if either is not there.
func (s *Service) Lay(ctx context.Context, place instance.ActorID, boundary instance.ID) error {
	b, err := s.Boundary(ctx, boundary)
	if err != nil {
		return err
	}
	return s.SetOutline(ctx, place, Outline{Shape: b.Shape, Source: b.Source})
}

const boundaryColumns = `b.id, b.kind, b.key, b.name, b.insee, b.source`

func scanBoundary(row store.Row, more ...any) (Boundary, error) {
	var b Boundary
	err := row.Scan(append([]any{&b.ID, &b.Kind, &b.Key, &b.Name, &b.INSEE, &b.Source}, more...)...)
	return b, err
}

// Boundary returns a boundary with its shape.
func (s *Service) Boundary(ctx context.Context, id instance.ID) (Boundary, error) {
	var shape []byte
	b, err := scanBoundary(s.db.Read().QueryRow(ctx, `
		SELECT `+boundaryColumns+`, b.shape
		  FROM boundaries b
		 WHERE b.id = $1`, id), &shape)
	if err == nil {
		b.Shape, err = readShape(shape)
	}
	if err != nil {
		return b, fmt.Errorf("boundary %s: %w", id, notFound(err))
	}
	return b, nil
}

// Boundaries returns the boundaries whose name begins with what was typed, or whose key
// or commune it is, by name, without their shapes.
func (s *Service) Boundaries(ctx context.Context, typed string, limit int) ([]Boundary, error) {
	folded := strings.Join(writing.Terms(typed), " ")
	if folded == "" {
		return nil, nil
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+boundaryColumns+`
		  FROM boundaries b
		 WHERE b.folded LIKE $1 OR b.key = $2 OR b.insee = $2
		 ORDER BY b.folded, b.id
		 LIMIT $3`, folded+"%", strings.ToUpper(strings.TrimSpace(typed)), limit)
	if err != nil {
		return nil, fmt.Errorf("boundaries: %w", err)
	}
	defer rows.Close()
	var list []Boundary
	for rows.Next() {
		b, err := scanBoundary(rows)
		if err != nil {
			return nil, fmt.Errorf("boundaries: %w", err)
		}
		list = append(list, b)
	}
	return list, rows.Err()
}
