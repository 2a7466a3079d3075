package organisations

import (
	"context"
	"encoding/json"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

const columns = `o.sort, o.summary, o.hours, o.holidays, o.needs, o.place_id,
	(SELECT COUNT(*) FROM questions q WHERE q.to_id = o.actor_id AND q.answered_at IS NULL)`

func scan(r store.Row) (instance.Organisation, error) {
	var o instance.Organisation
	var sort, hours, needs string
	dest, done := actors.Fields(&o.Actor)
	if err := r.Scan(append(dest, &sort, &o.Source, &hours, &o.Holidays, &needs, &o.Place.ID, &o.Waiting)...); err != nil {
		return o, notFound(err)
	}
	o.Sort = instance.OrganisationSort(sort)
	if err := json.Unmarshal([]byte(hours), &o.Hours); err != nil {
		return o, err
	}
	if err := json.Unmarshal([]byte(needs), &o.Needs); err != nil {
		return o, err
	}
	return o, done()
}

// ByID returns an organisation. It returns [instance.ErrNotFound] for what is
// none of ours.
func (s *Service) ByID(ctx context.Context, id instance.ActorID) (instance.Organisation, error) {
	o, err := scan(s.db.Read().QueryRow(ctx, `
		SELECT `+actors.Columns+`, `+columns+`
		  FROM organisations o JOIN actors a ON a.id = o.actor_id
		 WHERE o.actor_id = $1`, id))
	if err == nil {
		o.Place, err = actors.ByID(ctx, s.db.Read(), o.Place.ID)
	}
	if err != nil {
		return o, fmt.Errorf("organisation %s: %w", id, err)
	}
	return o, nil
}

// At returns a page of the organisations at home in a place, the oldest first,
// from after an id.
func (s *Service) At(ctx context.Context, place, after instance.ActorID, limit int) ([]instance.Organisation, error) {
	return s.list(ctx, `o.place_id = $1 AND o.actor_id > $2`, place, after, limit)
}

// Page returns a page of all organisations of this server, the oldest first, from
// after an id.
func (s *Service) Page(ctx context.Context, after instance.ActorID, limit int) ([]instance.Organisation, error) {
	return s.list(ctx, `o.actor_id > $1`, after, limit)
}

// For returns the organisations somebody acts for.
func (s *Service) For(ctx context.Context, person instance.ActorID) ([]instance.Organisation, error) {
	return s.list(ctx, `o.actor_id IN (SELECT g.organisation_id FROM organisation_agents g WHERE g.person_id = $1)`, person, 100)
}

// list returns organisations by age; the last of args is how many at most.
func (s *Service) list(ctx context.Context, where string, args ...any) ([]instance.Organisation, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, `+columns+`
		  FROM organisations o JOIN actors a ON a.id = o.actor_id
		 WHERE `+where+` AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY o.actor_id
		 LIMIT `+store.Placeholders(len(args), 1), args...)
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	defer rows.Close()
	var list []instance.Organisation
	for rows.Next() {
		o, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list organisations: %w", err)
		}
		list = append(list, o)
	}
	return list, rows.Err()
}
