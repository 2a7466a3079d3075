package households

import (
	"context"
	"errors"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// NoticeEscort tells somebody that something waits for them as one who goes with people
// to the door, and neither who nor where.
const NoticeEscort = "escort-waits"

// MostEscorts is how many of them a programme has at most.
const MostEscorts = 200

// Escort is a volunteer who goes with people to the door. They are of no team: of a
// programme they see what they are asked for, and nothing else.
type Escort struct {
	instance.Actor
	NamedAt  time.Time
	AgreedAt time.Time // zero as long as they did not
}

// NameEscort lets a lead name somebody who may be asked to go with people, or take them
// off; they are one once they agreed. It returns an [instance.Invalid] for who has no
// account here, or where there are [MostEscorts].
func (s *Service) NameEscort(ctx context.Context, by instance.Account, programme, person instance.ActorID, named bool) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if err := leads(ctx, tx, programme, by.ID); err != nil {
			return err
		}
		if !named {
			return s.noEscort(ctx, tx, programme, person)
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO housing_escorts (programme_id, person_id, named_by, named_at)
			SELECT CAST($1 AS BIGINT), p.actor_id, CAST($3 AS BIGINT), CAST($4 AS BIGINT)
			  FROM people p
			 WHERE p.actor_id = $2 AND p.disabled_at IS NULL
			   AND (SELECT COUNT(*) FROM housing_escorts e WHERE e.programme_id = $1) < $5
			ON CONFLICT (programme_id, person_id) DO UPDATE SET named_by = excluded.named_by`, programme, person, by.ID, store.Millis(s.Now()), MostEscorts)
		if err := only(n, err, &instance.Invalid{Field: "escort", Code: "unknown"}); err != nil {
			return err
		}
		return s.tellEscort(ctx, tx, programme, person)
	})
	return because(err, "name an escort of programme %s", programme)
}

func (s *Service) tellEscort(ctx context.Context, tx store.Tx, programme, person instance.ActorID) error {
	if s.Tell == nil || person == 0 {
		return nil
	}
	return s.Tell(ctx, tx, NoticeEscort, programme, []instance.ActorID{person})
}

// Escorting keeps whether somebody who was named agrees to go with people; whoever does
// not any more is taken off, and who asked them for tonight is told. It returns
// [instance.ErrNotFound] for who was not named.
func (s *Service) Escorting(ctx context.Context, person instance.Account, programme instance.ActorID, agrees bool) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE housing_escorts SET agreed_at = COALESCE(agreed_at, CAST($3 AS BIGINT)) WHERE programme_id = $1 AND person_id = $2`,
			programme, person.ID, store.Millis(s.Now()))
		if err := only(n, err, instance.ErrNotFound); err != nil || agrees {
			return err
		}
		return s.noEscort(ctx, tx, programme, person.ID)
	})
	return because(err, "escort of programme %s", programme)
}

// Forget takes somebody off everywhere who closes their account, and tells who counted
// on them tonight.
func (s *Service) Forget(ctx context.Context, tx store.Tx, person instance.ActorID) error {
	return because(s.noEscort(ctx, tx, 0, person), "forget escort %s", person)
}

// noEscort takes somebody off in a programme, or in all for 0, and tells who counted on
// them tonight.
func (s *Service) noEscort(ctx context.Context, tx store.Tx, programme, person instance.ActorID) error {
	const of = `person_id = $2 AND (CAST($1 AS BIGINT) = 0 OR `
	if _, err := tx.Exec(ctx, `DELETE FROM housing_escorts WHERE `+of+`programme_id = $1)`, programme, person); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		UPDATE housing_walks
		   SET state = 'declined', said_at = $3
		 WHERE `+of+`case_id IN (SELECT c.id FROM housing_cases c WHERE c.programme_id = $1)) AND state IN ('asked', 'coming') AND night >= $4
		RETURNING id, 0, (SELECT c.programme_id FROM housing_cases c WHERE c.id = case_id), COALESCE(asked_by, 0)`,
		programme, person, store.Millis(s.Now()), int64(s.thisNight()))
	list, err := dues(rows, err)(AboutEscort)
	if err != nil || s.Tell == nil {
		return err
	}
	return s.tellDue(ctx, tx, list)
}

// Escorts returns who may be asked to go with people in a programme, and who was named
// and did not agree yet, to those who keep cases, by name.
func (s *Service) Escorts(ctx context.Context, by instance.Account, programme instance.ActorID) ([]Escort, error) {
	tx := s.DB.Read()
	err := keeps(ctx, tx, programme, by.ID)
	if err != nil {
		return nil, because(err, "escorts of programme %s", programme)
	}
	rows, err := tx.Query(ctx, `
		SELECT e.person_id, e.named_at, e.agreed_at
		  FROM housing_escorts e JOIN actors a ON a.id = e.person_id
		 WHERE e.programme_id = $1
		 ORDER BY a.username
		 LIMIT $2`, programme, MostEscorts)
	if err != nil {
		return nil, because(err, "escorts of programme %s", programme)
	}
	defer rows.Close()
	var list []Escort
	var ids []instance.ActorID
	for rows.Next() {
		var e Escort
		var named int64
		var agreed *int64
		if err := rows.Scan(&e.ID, &named, &agreed); err != nil {
			return nil, because(err, "escorts of programme %s", programme)
		}
		e.NamedAt, e.AgreedAt = store.Time(named), store.TimeOrNever(agreed)
		list, ids = append(list, e), append(ids, e.ID)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, because(err, "escorts of programme %s", programme)
	}
	known, err := actors.ByIDs(ctx, tx, ids)
	for i := range list {
		list[i].Actor = known[list[i].ID]
	}
	return list, because(err, "escorts of programme %s", programme)
}

// Escorted is a programme for which somebody goes with people, or was named.
type Escorted struct {
	Programme instance.Actor
	AgreedAt  time.Time // zero as long as they did not
}

// OwnEscorting returns for which programmes somebody goes with people, and what they are
// asked for tonight, without who and where; what was called off, or is stopped for now as
// they were told, is off and leads nowhere.
func (s *Service) OwnEscorting(ctx context.Context, person instance.Account) ([]Escorted, []Walk, error) {
	tx := s.DB.Read()
	rows, err := tx.Query(ctx, `
		SELECT programme_id, agreed_at FROM housing_escorts WHERE person_id = $1 ORDER BY named_at, programme_id LIMIT 50`, person.ID)
	if err != nil {
		return nil, nil, because(err, "what somebody is an escort of")
	}
	defer rows.Close()
	var list []Escorted
	var ids []instance.ActorID
	for rows.Next() {
		var e Escorted
		var agreed *int64
		if err := rows.Scan(&e.Programme.ID, &agreed); err != nil {
			return nil, nil, because(err, "what somebody is an escort of")
		}
		e.AgreedAt = store.TimeOrNever(agreed)
		list, ids = append(list, e), append(ids, e.Programme.ID)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, nil, because(err, "what somebody is an escort of")
	}
	known, err := actors.ByIDs(ctx, tx, ids)
	if err != nil {
		return nil, nil, because(err, "what somebody is an escort of")
	}
	for i := range list {
		list[i].Programme = known[list[i].Programme.ID]
	}
	walks, err := scanWalks(tx.Query(ctx, `
		SELECT `+walkColumns+` FROM `+escortable+` AND w.person_id = $1 AND w.night = $2 ORDER BY w.meet_at, w.id LIMIT 20`, person.ID, int64(s.thisNight())))
	if err != nil {
		return nil, nil, because(err, "what somebody is an escort of")
	}
	off, err := scanWalks(tx.Query(ctx, `
		SELECT `+walkColumns+`
		  FROM `+walksOf+`
		 WHERE w.person_id = $1 AND w.night = $2 AND (w.state = 'off' OR w.state IN ('asked', 'coming', 'there') AND w.gone_at IS NOT NULL)
		   AND EXISTS (SELECT 1 FROM housing_escorts e WHERE e.programme_id = c.programme_id AND e.person_id = w.person_id AND e.agreed_at IS NOT NULL)
		 ORDER BY w.meet_at, w.id
		 LIMIT 20`, person.ID, int64(s.thisNight())))
	for _, w := range off {
		if !slices.ContainsFunc(walks, func(x Walk) bool { return x.ID == w.ID }) { // else it was lifted just now
			walks = append(walks, Walk{State: WalkOff, MeetAt: w.MeetAt})
		}
	}
	for i := range walks {
		walks[i].sealed = nil
	}
	return list, walks, because(err, "what somebody is an escort of")
}
