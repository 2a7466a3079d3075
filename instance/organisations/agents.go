package organisations

import (
	"context"
	"fmt"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// actsFor returns [instance.ErrNotFound] unless by acts for an organisation. An
// administrator does not: what is asked of it is not theirs to read.
func actsFor(ctx context.Context, tx store.Tx, by instance.Account, id instance.ActorID) error {
	var acts bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM organisation_agents WHERE organisation_id = $1 AND person_id = $2)`, id, by.ID).Scan(&acts)
	if err == nil && !acts {
		err = instance.ErrNotFound
	}
	return err
}

// ActsFor tells whether somebody acts for an organisation.
func (s *Service) ActsFor(ctx context.Context, person, id instance.ActorID) (bool, error) {
	var acts bool
	err := s.db.Read().QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM organisation_agents WHERE organisation_id = $1 AND person_id = $2)`, id, person).Scan(&acts)
	if err != nil {
		return false, fmt.Errorf("does %s act for %s: %w", person, id, err)
	}
	return acts, nil
}

// SetAgent lets a person act for an organisation, or no longer. Those who act for
// it may, and an administrator, who has to name the first; others get
// [instance.ErrNotFound]. It returns [instance.ErrConflict] for the last of them.
func (s *Service) SetAgent(ctx context.Context, by instance.Account, id, person instance.ActorID, acts bool) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if by.Role != instance.Admin {
			if err := actsFor(ctx, tx, by, id); err != nil {
				return err
			}
		}
		if acts {
			return s.appoint(ctx, tx, id, person)
		}
		n, err := tx.Exec(ctx, `
			DELETE FROM organisation_agents
			 WHERE organisation_id = $1 AND person_id = $2
			   AND (SELECT COUNT(*) FROM organisation_agents x WHERE x.organisation_id = $1) > 1`, id, person)
		if err == nil && n == 0 {
			err = instance.ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s acts for %s (%t): %w", person, id, acts, err)
	}
	return nil
}

// appoint lets a person with an account here act for an organisation.
func (s *Service) appoint(ctx context.Context, tx store.Tx, id, person instance.ActorID) error {
	n, err := tx.Exec(ctx, `
		INSERT INTO organisation_agents (organisation_id, person_id, since)
		SELECT o.actor_id, p.actor_id, CAST($3 AS BIGINT)
		  FROM organisations o JOIN people p ON p.actor_id = $2
		 WHERE o.actor_id = $1
		ON CONFLICT (organisation_id, person_id) DO UPDATE SET since = organisation_agents.since`, id, person, store.Millis(s.now()))
	if err == nil && n == 0 {
		err = instance.ErrNotFound
	}
	return err
}

// Agents returns who acts for an organisation.
func (s *Service) Agents(ctx context.Context, id instance.ActorID) ([]instance.Actor, error) {
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM organisation_agents g JOIN actors a ON a.id = g.person_id
		 WHERE g.organisation_id = $1 AND a.deleted_at IS NULL
		 ORDER BY g.since, a.id`, id))
	if err != nil {
		return nil, fmt.Errorf("who acts for %s: %w", id, err)
	}
	return list, nil
}

const maxOffice = 100

// Elect notes that a council says to what a person was elected; an empty title
// takes that back. Only those who act for a council may; others get
// [instance.ErrNotFound].
func (s *Service) Elect(ctx context.Context, by instance.Account, council, person instance.ActorID, title string) error {
	title = writing.CleanName(title)
	if utf8.RuneCountInString(title) > maxOffice {
		return &instance.Invalid{Field: "office", Code: "too-long", Limit: maxOffice}
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := actsFor(ctx, tx, by, council); err != nil {
			return err
		}
		if title == "" {
			_, err := tx.Exec(ctx, `DELETE FROM elected WHERE council_id = $1 AND person_id = $2`, council, person)
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO elected (council_id, person_id, office, since)
			SELECT o.actor_id, p.actor_id, CAST($3 AS TEXT), CAST($4 AS BIGINT)
			  FROM organisations o JOIN people p ON p.actor_id = $2
			 WHERE o.actor_id = $1 AND o.sort = 'council'
			ON CONFLICT (council_id, person_id) DO UPDATE SET office = excluded.office`, council, person, title, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("council %s elects %s: %w", council, person, err)
	}
	return nil
}

// Elected returns whom a council says was elected, with their titles.
func (s *Service) Elected(ctx context.Context, council instance.ActorID) ([]instance.Actor, []string, error) {
	list, titles, err := s.offices(ctx, `
		SELECT `+actors.Columns+`, e.office
		  FROM elected e JOIN actors a ON a.id = e.person_id
		 WHERE e.council_id = $1 AND a.deleted_at IS NULL
		 ORDER BY e.since, a.id`, council)
	if err != nil {
		return nil, nil, fmt.Errorf("elected in %s: %w", council, err)
	}
	return list, titles, nil
}

// Offices returns to what somebody was elected, as councils here say.
func (s *Service) Offices(ctx context.Context, person instance.ActorID) ([]instance.Office, error) {
	councils, titles, err := s.offices(ctx, `
		SELECT `+actors.Columns+`, e.office
		  FROM elected e JOIN actors a ON a.id = e.council_id
		 WHERE e.person_id = $1 AND a.deleted_at IS NULL
		 ORDER BY e.since, a.id`, person)
	if err != nil {
		return nil, fmt.Errorf("offices of %s: %w", person, err)
	}
	var list []instance.Office
	for i, c := range councils {
		list = append(list, instance.Office{Council: c, Title: titles[i]})
	}
	return list, nil
}

// offices reads actors, each with a title.
func (s *Service) offices(ctx context.Context, query string, of instance.ActorID) (list []instance.Actor, titles []string, err error) {
	rows, err := s.db.Read().Query(ctx, query, of)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var a instance.Actor
		var title string
		dest, done := actors.Fields(&a)
		if err := rows.Scan(append(dest, &title)...); err != nil {
			return nil, nil, err
		}
		if err := done(); err != nil {
			return nil, nil, err
		}
		list, titles = append(list, a), append(titles, title)
	}
	return list, titles, rows.Err()
}
