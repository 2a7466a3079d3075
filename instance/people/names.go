package people

import (
	"context"
	"fmt"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// Names are what somebody is called, and by whom.
type Names struct {
	Full string // by those who share the neighbourhood
	// Outer is what everybody else sees: first name and initial, or what the
	// person chose. It is an alias where Protected.
	Outer     string
	Protected bool // nobody but the desk sees Full
}

// Rename changes what somebody is called. An empty outer name is made of the
// full one. It returns an [instance.Invalid] for what cannot be taken: of
// somebody protected the alias may not hold the real name.
func (s *Service) Rename(ctx context.Context, id instance.ActorID, n Names) error {
	n.Full, n.Outer = writing.CleanName(n.Full), writing.CleanName(n.Outer)
	switch {
	case n.Full == "":
		return &instance.Invalid{Field: "full-name", Code: "missing"}
	case utf8.RuneCountInString(n.Full) > maxName:
		return &instance.Invalid{Field: "full-name", Code: "too-long", Limit: maxName}
	case n.Protected && n.Outer == "":
		return &instance.Invalid{Field: "name", Code: "missing"}
	case utf8.RuneCountInString(n.Outer) > maxName:
		return &instance.Invalid{Field: "name", Code: "too-long", Limit: maxName}
	case n.Protected && instance.Tells(n.Outer, n.Full):
		return &instance.Invalid{Field: "name", Code: "tells"}
	case n.Outer == "":
		n.Outer = instance.OuterName(n.Full)
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		a, err := actors.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE people SET full_name = $2, protected = $3 WHERE actor_id = $1`, id, n.Full, n.Protected)
		if err != nil {
			return err
		}
		if a.Name == n.Outer {
			return nil
		}
		a.Name, a.UpdatedAt = n.Outer, s.now().UTC()
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.ProfileEdited, Actor: a})
	})
	if err != nil {
		return fmt.Errorf("rename %s: %w", id, err)
	}
	return nil
}

// hidden returns an [instance.Invalid] for an outer name that gives away the
// real one of somebody protected.
func hidden(ctx context.Context, tx store.Tx, id instance.ActorID, outer string) error {
	var full string
	var protected bool
	err := tx.QueryRow(ctx, `SELECT full_name, protected FROM people WHERE actor_id = $1`, id).Scan(&full, &protected)
	if err != nil {
		return notFound(err)
	}
	if protected && instance.Tells(outer, full) {
		return &instance.Invalid{Field: "name", Code: "tells"}
	}
	return nil
}

// FullNames returns, of people here, the full names that a reader may see:
// those of the people with whom they share a neighbourhood, which a commune is
// only where it has none within it. Nobody sees that of somebody protected.
func (s *Service) FullNames(ctx context.Context, reader instance.Viewer, ids []instance.ActorID) (map[instance.ActorID]string, error) {
	if len(ids) == 0 || reader.ID == 0 {
		return nil, nil
	}
	names := make(map[instance.ActorID]string)
	shared := append(append([]instance.ActorID{}, reader.Inner...), reader.Tends...)
	args := []any{reader.ID}
	for _, id := range ids {
		args = append(args, id)
	}
	people := store.Placeholders(2, len(ids))
	where := ``
	if len(shared) > 0 {
		where = ` OR p.actor_id IN (
		    SELECT up.person
		      FROM up
		      JOIN neighbourhoods n ON n.actor_id = up.id
		      JOIN actors g ON g.id = up.id
		     WHERE up.id IN (` + store.Placeholders(2+len(ids), len(shared)) + `)
		       AND (n.kind NOT IN ('commune', 'wider')
		            OR n.kind = 'commune' AND NOT EXISTS (
		               SELECT 1 FROM nestings w JOIN neighbourhoods c ON c.actor_id = w.child_id
		                WHERE w.parent_uri = g.uri AND c.kind = 'neighbourhood')))`
		for _, id := range shared {
			args = append(args, id)
		}
	}
	rows, err := s.db.Read().Query(ctx, `
		WITH RECURSIVE up (person, id) AS (
			SELECT m.person_id, m.group_id FROM memberships m WHERE m.person_id IN (`+people+`)
			UNION
			SELECT up.person, p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		SELECT p.actor_id, p.full_name
		  FROM people p
		 WHERE p.actor_id IN (`+people+`) AND p.full_name <> '' AND NOT p.protected
		   AND (p.actor_id = $1`+where+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("full names for %s: %w", reader.ID, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ActorID
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("full names for %s: %w", reader.ID, err)
		}
		names[id] = name
	}
	return names, rows.Err()
}
