package care

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// NoticeHandedOn is the kind of notice by which somebody who is looked after
// learns that another informant does so now. It is from themself.
const NoticeHandedOn = "care-handed-on"

// InviteInformant is [Service.Invite] of an informant of a place, by the person
// looked after, who agreed that who looks after the place reads that and hands it
// on to another of its informants when that one's time is over.
func (s *Service) InviteInformant(ctx context.Context, person instance.ActorID, circle instance.ID, who, place instance.ActorID) error {
	return s.invite(ctx, person, circle, who, "volunteer", &place)
}

// LookedAfter returns whom somebody looks after as an informant of a place, or was
// asked to. Whether the one who asks may know is asked before.
func (s *Service) LookedAfter(ctx context.Context, tx store.Tx, place, informant instance.ActorID) ([]instance.Actor, error) {
	all, err := actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM care_members m
		  JOIN care_circles c ON c.id = m.circle_id
		  JOIN actors a ON a.id = c.person_id
		 WHERE m.person_id = $1 AND m.informs_in = $2 AND a.deleted_at IS NULL
		 ORDER BY lower(a.name), a.id`, informant, place))
	if err != nil {
		return nil, fmt.Errorf("whom an informant looks after: %w", err)
	}
	return all, nil
}

// Informants returns who looks after somebody as an informant of a place.
func (s *Service) Informants(ctx context.Context, tx store.Tx, place instance.ActorID) ([]instance.ActorID, error) {
	all, err := ids[instance.ActorID](tx.Query(ctx, `
		SELECT DISTINCT m.person_id FROM care_members m WHERE m.informs_in = $1 ORDER BY m.person_id`, place))
	if err != nil {
		return nil, fmt.Errorf("who looks after others as an informant: %w", err)
	}
	return all, nil
}

// HandOnIn puts another informant of a place into the circles in which one is as
// an informant of it, with what they planned and whose turn it was, and takes the
// one out. The people looked after are told. It returns how many they are; whom
// the other is, or is apart from, stays as it is.
func (s *Service) HandOnIn(ctx context.Context, tx store.Tx, place, from, to instance.ActorID) (int, error) {
	n, err := s.handOn(ctx, tx, place, from, to)
	if err != nil {
		return 0, fmt.Errorf("hand on circles: %w", err)
	}
	return n, nil
}

func (s *Service) handOn(ctx context.Context, tx store.Tx, place, from, to instance.ActorID) (int, error) {
	const which = `
		  FROM care_members m JOIN care_circles c ON c.id = m.circle_id
		 WHERE m.person_id = $1 AND m.informs_in = $2 AND c.person_id <> $3
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = $3 AND x.target_id = c.person_id) OR (x.actor_id = c.person_id AND x.target_id = $3))
		 ORDER BY c.id`
	circles, err := ids[instance.ID](tx.Query(ctx, `SELECT c.id`+which, from, place, to))
	if err != nil || len(circles) == 0 {
		return 0, err
	}
	people, err := ids[instance.ActorID](tx.Query(ctx, `SELECT c.person_id`+which, from, place, to))
	if err != nil {
		return 0, err
	}
	args := []any{from, to}
	for _, id := range circles {
		args = append(args, id)
	}
	in := `(` + store.Placeholders(3, len(circles)) + `)`
	_, err = tx.Exec(ctx, `
		INSERT INTO care_members (circle_id, person_id, role, asked_at, agreed_at, informs_in)
		SELECT m.circle_id, CAST($2 AS BIGINT), m.role, `+now(&args, s)+`, `+now(&args, s)+`, m.informs_in
		  FROM care_members m
		 WHERE m.person_id = $1 AND m.circle_id IN `+in+`
		ON CONFLICT (circle_id, person_id) DO UPDATE
		   SET agreed_at = COALESCE(care_members.agreed_at, excluded.agreed_at), informs_in = excluded.informs_in`, args...)
	if err != nil {
		return 0, err
	}
	args = args[:2+len(circles)]
	for _, sql := range []string{
		`UPDATE care_entries SET by_id = $2 WHERE by_id = $1 AND done_at IS NULL AND circle_id IN ` + in,
		`UPDATE care_days SET caller_id = $2 WHERE caller_id = $1 AND state = 'open' AND circle_id IN ` + in,
		`DELETE FROM care_members WHERE person_id = $1 AND person_id <> $2 AND circle_id IN ` + in,
	} {
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return 0, err
		}
	}
	for _, person := range people {
		if err := s.tell(ctx, tx, NoticeHandedOn, person, []instance.ActorID{person}); err != nil {
			return 0, err
		}
	}
	return len(circles), nil
}

// now adds the time to the arguments and returns what stands for it.
func now(args *[]any, s *Service) string {
	*args = append(*args, store.Millis(s.now()))
	return `CAST(` + store.Placeholders(len(*args), 1) + ` AS BIGINT)`
}

// ids reads a list of ids.
func ids[K ~int64](rows store.Rows, err error) ([]K, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []K
	for rows.Next() {
		var id K
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}
