package organisations

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// mostAlerts is how many alerts of one organisation can wait.
const mostAlerts = 5

// PrepareAlert writes an alert of a council or an institution down, for somebody
// else who acts for it to publish. Only those who act for it may; others get
// [instance.ErrNotFound]. It returns an [instance.Invalid] for what cannot be
// taken, and where nobody else acts for it.
func (s *Service) PrepareAlert(ctx context.Context, by instance.Account, id instance.ActorID, a Announcement) error {
	a.Level = instance.LevelAlert
	if _, err := s.mayAnnounce(ctx, by, id, a); err != nil {
		return fmt.Errorf("alert of %s: %w", id, err)
	}
	draft := instance.Draft{Title: a.Title, Text: a.Text, Once: a.Once}
	if err := draft.Check(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		var others, waiting int
		err := tx.QueryRow(ctx, `
			SELECT (SELECT COUNT(*) FROM organisation_agents WHERE organisation_id = $1 AND person_id <> $2),
			       (SELECT COUNT(*) FROM alert_drafts WHERE organisation_id = $1)`, id, by.ID).Scan(&others, &waiting)
		switch {
		case err != nil:
			return err
		case others == 0:
			return &instance.Invalid{Field: "level", Code: "nobody"}
		case waiting >= mostAlerts:
			return &instance.Invalid{Field: "level", Code: "too-many", Limit: mostAlerts}
		}
		var once *string
		if a.Once != "" {
			once = &a.Once
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO alert_drafts (id, organisation_id, author_id, title, text, language, until, once)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (author_id, once) DO NOTHING`, s.ids.Next(), id, by.ID, draft.Title, draft.Text, a.Language, store.Millis(a.Until), once)
		return err
	})
	if err != nil {
		return fmt.Errorf("alert of %s: %w", id, err)
	}
	return nil
}

// Alert is an alert that waits.
type Alert struct {
	ID     instance.ID
	Author instance.Actor
	Announcement
}

// Alerts returns the alerts of an organisation that wait, the oldest first, for
// those who act for it; others get [instance.ErrNotFound].
func (s *Service) Alerts(ctx context.Context, by instance.Account, id instance.ActorID) ([]Alert, error) {
	if err := actsFor(ctx, s.db.Read(), by, id); err != nil {
		return nil, fmt.Errorf("alerts of %s: %w", id, err)
	}
	return alerts(s.db.Read().Query(ctx, `
		SELECT d.id, d.title, d.text, d.language, d.until, `+actors.Columns+`
		  FROM alert_drafts d JOIN actors a ON a.id = d.author_id
		 WHERE d.organisation_id = $1
		 ORDER BY d.id
		 LIMIT 50`, id))
}

func alerts(rows store.Rows, err error) (all []Alert, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var a Alert
		var until int64
		dest, done := actors.Fields(&a.Author)
		if err := rows.Scan(append([]any{&a.ID, &a.Title, &a.Text, &a.Language, &until}, dest...)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		a.Until, a.Level = store.Time(until), instance.LevelAlert
		all = append(all, a)
	}
	return all, rows.Err()
}

// PublishAlert publishes an alert that waits, as somebody else who acts for the
// organisation says. Who wrote it gets [instance.ErrForbidden], others who do not
// act for it [instance.ErrNotFound].
func (s *Service) PublishAlert(ctx context.Context, by instance.Account, id instance.ActorID, alert instance.ID) (*instance.Post, error) {
	waiting, err := s.Alerts(ctx, by, id)
	if err != nil {
		return nil, err
	}
	for _, a := range waiting {
		if a.ID != alert {
			continue
		}
		if a.Author.ID == by.ID {
			return nil, fmt.Errorf("publish alert %s: %w", alert, instance.ErrForbidden)
		}
		a.Once = "alert-" + alert.String()
		return s.publish(ctx, by, id, a.Announcement, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM alert_drafts WHERE id = $1`, alert)
			return err
		})
	}
	return nil, fmt.Errorf("publish alert %s: %w", alert, instance.ErrNotFound)
}

// DropAlert throws an alert away that waits. That it is gone already is no error.
func (s *Service) DropAlert(ctx context.Context, by instance.Account, id instance.ActorID, alert instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := actsFor(ctx, tx, by, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM alert_drafts WHERE id = $1 AND organisation_id = $2`, alert, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop alert %s: %w", alert, err)
	}
	return nil
}

// End takes a notice back before its time: it holds no more, and stays readable as
// what was said. Only those who act for whose it is may; others get
// [instance.ErrNotFound].
func (s *Service) End(ctx context.Context, by instance.Account, id instance.ActorID, post instance.PostID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := actsFor(ctx, tx, by, id); err != nil {
			return err
		}
		now := store.Millis(s.now())
		n, err := tx.Exec(ctx, `
			UPDATE notices
			   SET until = CASE WHEN until > $3 THEN $3 ELSE until END
			 WHERE post_id = $1 AND author_id = $2`, post, id, now)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("end notice %s: %w", post, err)
	}
	return nil
}

// AlertsAt returns the notices beyond info that hold now in the places or in what
// they lie within, alerts first, the newest first.
func (s *Service) AlertsAt(ctx context.Context, places ...instance.ActorID) ([]*instance.Post, error) {
	if len(places) == 0 {
		return nil, nil
	}
	args := []any{store.Millis(s.now())}
	for _, id := range places {
		args = append(args, id)
	}
	rows, err := s.db.Read().Query(ctx, `
		WITH RECURSIVE up (id) AS (
			SELECT a.id FROM actors a WHERE a.id IN (`+store.Placeholders(2, len(places))+`)
			UNION
			SELECT p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		SELECT n.post_id
		  FROM notices n JOIN posts p ON p.id = n.post_id
		 WHERE n.place_id IN (SELECT id FROM up) AND n.until > $1 AND n.level <> 'info'
		   AND p.deleted_at IS NULL AND p.removed_at IS NULL
		 ORDER BY n.level, n.post_id DESC
		 LIMIT 5`, args...)
	if err != nil {
		return nil, fmt.Errorf("alerts in places: %w", err)
	}
	ids, err := postIDs(rows)
	if err != nil {
		return nil, fmt.Errorf("alerts in places: %w", err)
	}
	return s.posts.Load(ctx, instance.Anyone, ids)
}

func postIDs(rows store.Rows) (ids []instance.PostID, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
