package households

import (
	"context"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Programme returns a programme and what somebody does in it, to those of its
// team.
func (s *Service) Programme(ctx context.Context, by instance.Account, programme instance.ActorID) (instance.Actor, instance.TeamRole, error) {
	r, err := role(ctx, s.DB.Read(), programme, by.ID)
	if err != nil {
		return instance.Actor{}, "", because(err, "programme %s", programme)
	}
	a, err := one(ctx, s.DB.Read(), programme)
	return a, r, because(err, "programme %s", programme)
}

// Running returns a programme that takes requests now, to anybody.
func (s *Service) Running(ctx context.Context, programme instance.ActorID) (instance.Actor, error) {
	var runs bool
	err := s.DB.Read().QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_programmes p JOIN housing_mandates m ON m.organisation_id = p.organisation_id
		                WHERE p.group_id = $1 AND p.frozen_at IS NULL AND m.ended_at IS NULL)`, programme).Scan(&runs)
	if err == nil && !runs {
		err = instance.ErrNotFound
	}
	if err != nil {
		return instance.Actor{}, because(err, "programme %s", programme)
	}
	a, err := one(ctx, s.DB.Read(), programme)
	return a, because(err, "programme %s", programme)
}

func one(ctx context.Context, tx store.Tx, id instance.ActorID) (instance.Actor, error) {
	found, err := actors.ByIDs(ctx, tx, []instance.ActorID{id})
	if err != nil {
		return instance.Actor{}, err
	}
	a, ok := found[id]
	if !ok {
		return instance.Actor{}, instance.ErrNotFound
	}
	return a, nil
}

// Team returns those of a programme who keep cases, by name, to one another.
func (s *Service) Team(ctx context.Context, by instance.Account, programme instance.ActorID) ([]instance.Actor, error) {
	if err := keeps(ctx, s.DB.Read(), programme, by.ID); err != nil {
		return nil, because(err, "team of programme %s", programme)
	}
	rows, err := s.DB.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM housing_team t JOIN actors a ON a.id = t.person_id
		 WHERE t.programme_id = $1 AND t.role IN ('lead', 'caseworker') AND a.deleted_at IS NULL
		 ORDER BY lower(a.name), a.id`, programme)
	if err != nil {
		return nil, because(err, "team of programme %s", programme)
	}
	defer rows.Close()
	var list []instance.Actor
	for rows.Next() {
		var a instance.Actor
		dest, done := actors.Fields(&a)
		if err := rows.Scan(dest...); err != nil {
			return nil, because(err, "team of programme %s", programme)
		}
		if err := done(); err != nil {
			return nil, because(err, "team of programme %s", programme)
		}
		list = append(list, a)
	}
	return list, because(rows.Err(), "team of programme %s", programme)
}
