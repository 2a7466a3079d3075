package posts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// PublishScheduled is the job that posts a draft when its time has come.
type PublishScheduled struct {
	ID instance.ID `json:"id"`
}

// Kind names the job.
func (PublishScheduled) Kind() string { return "publish_scheduled" }

// Schedule has a draft posted later. What [Service.Publish] would refuse now is
// refused now, and looked at again when the time has come. It returns an
// [instance.Invalid] of scheduled_at for a time that is too near and for more
// than may wait. A draft that was sent before returns what it became then.
func (s *Service) Schedule(ctx context.Context, v instance.Viewer, d instance.Draft, at time.Time) (*instance.Scheduled, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	if err := s.ahead(at); err != nil {
		return nil, err
	}
	asked := d
	parent, err := s.parent(ctx, v, &asked)
	if err != nil {
		return nil, err
	}
	var kept *instance.Scheduled
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		author, err := actors.ByID(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if kept, err = scheduledOnce(ctx, tx, v.ID, d.Once); err != nil || kept != nil {
			return err
		}
		if err := s.room(ctx, tx, v.ID, 0, at); err != nil {
			return err
		}
		if _, err := s.compose(ctx, tx, author, asked, parent, nil); err != nil {
			return err
		}
		kept = &instance.Scheduled{ID: s.ids.Next(), At: at.UTC().Truncate(time.Millisecond), Draft: d}
		return s.keepScheduled(ctx, tx, v.ID, kept)
	})
	if err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	return s.ScheduledByID(ctx, v.ID, kept.ID)
}

// ahead refuses a time that is too near.
func (s *Service) ahead(at time.Time) error {
	if at.Before(s.now().Add(instance.MinAhead)) {
		return &instance.Invalid{Field: "scheduled_at", Code: "too-soon", Limit: int(instance.MinAhead / time.Minute)}
	}
	return nil
}

// room refuses one draft more than may wait, besides the one called but. It
// keeps others of the same person waiting until the transaction ends.
func (s *Service) room(ctx context.Context, tx store.Tx, by instance.ActorID, but instance.ID, at time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE people SET locale = locale WHERE actor_id = $1`, by); err != nil {
		return err
	}
	day := at.UTC().Truncate(24 * time.Hour)
	var all, thatDay int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*), COUNT(*) FILTER (WHERE at >= $3 AND at < $4)
		  FROM scheduled_posts
		 WHERE person_id = $1 AND id <> $2`, by, but, store.Millis(day), store.Millis(day.Add(24*time.Hour))).Scan(&all, &thatDay)
	switch {
	case err != nil:
		return err
	case all >= instance.MaxScheduled:
		return &instance.Invalid{Field: "scheduled_at", Code: "too-many", Limit: instance.MaxScheduled}
	case thatDay >= instance.MaxScheduledPerDay:
		return &instance.Invalid{Field: "scheduled_at", Code: "too-many-that-day", Limit: instance.MaxScheduledPerDay}
	}
	return nil
}

// keepScheduled writes a draft, lays its pictures aside and has it looked at
// when its time has come.
func (s *Service) keepScheduled(ctx context.Context, tx store.Tx, by instance.ActorID, k *instance.Scheduled) error {
	described := k.Draft.Descriptions
	k.Draft.Descriptions = nil // from here on they stand with the pictures
	draft, err := json.Marshal(k.Draft)
	if err != nil {
		return err
	}
	var once *string
	if k.Draft.Once != "" {
		once = &k.Draft.Once
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO scheduled_posts (id, person_id, at, draft, once)
		VALUES ($1, $2, $3, $4, $5)`, k.ID, by, store.Millis(k.At), string(draft), once)
	if err != nil {
		return err
	}
	for i, id := range k.Draft.Pictures {
		n, err := tx.Exec(ctx, `
			UPDATE media
			   SET scheduled_id = $3, position = $4, description = COALESCE($5, description)
			 WHERE id = $1 AND owner_id = $2 AND post_id IS NULL AND scheduled_id IS NULL`, id, by, k.ID, i, description(described, i))
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("picture %s: %w", id, instance.ErrNotFound)
		}
	}
	return s.jobs.Enqueue(ctx, tx, PublishScheduled{k.ID}, jobs.At(k.At))
}

// scheduledOnce returns what a draft became that was sent before, nil for none.
func scheduledOnce(ctx context.Context, tx store.Tx, by instance.ActorID, once string) (*instance.Scheduled, error) {
	if once == "" {
		return nil, nil
	}
	found, err := scheduled(tx.Query(ctx, `
		SELECT id, at, draft, refused FROM scheduled_posts WHERE person_id = $1 AND once = $2`, by, once))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func scheduled(rows store.Rows, err error) ([]instance.Scheduled, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []instance.Scheduled
	for rows.Next() {
		var k instance.Scheduled
		var at int64
		var draft string
		if err := rows.Scan(&k.ID, &at, &draft, &k.Refused); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(draft), &k.Draft); err != nil {
			return nil, fmt.Errorf("draft %s: %w", k.ID, err)
		}
		k.At = store.Time(at)
		list = append(list, k)
	}
	return list, rows.Err()
}

// Scheduled returns what somebody has posted later, the latest written first:
// at most [instance.MaxScheduled].
func (s *Service) Scheduled(ctx context.Context, by instance.ActorID) ([]instance.Scheduled, error) {
	list, err := scheduled(s.db.Read().Query(ctx, `
		SELECT id, at, draft, refused
		  FROM scheduled_posts
		 WHERE person_id = $1
		 ORDER BY id DESC`, by))
	if err == nil {
		err = s.addScheduledPictures(ctx, by, list)
	}
	if err != nil {
		return nil, fmt.Errorf("scheduled by %s: %w", by, err)
	}
	return list, nil
}

// ScheduledByID returns one draft of somebody's that waits. It returns
// [instance.ErrNotFound] if there is none.
func (s *Service) ScheduledByID(ctx context.Context, by instance.ActorID, id instance.ID) (*instance.Scheduled, error) {
	list, err := scheduled(s.db.Read().Query(ctx, `
		SELECT id, at, draft, refused FROM scheduled_posts WHERE person_id = $1 AND id = $2`, by, id))
	if err == nil && len(list) == 0 {
		err = instance.ErrNotFound
	}
	if err == nil {
		err = s.addScheduledPictures(ctx, by, list)
	}
	if err != nil {
		return nil, fmt.Errorf("scheduled post %s: %w", id, err)
	}
	return &list[0], nil
}

// addScheduledPictures fills in the pictures of drafts, as they were described
// last.
func (s *Service) addScheduledPictures(ctx context.Context, by instance.ActorID, list []instance.Scheduled) error {
	args := []any{by}
	at := make(map[instance.ID]int, len(list))
	for i, k := range list {
		at[k.ID] = i
		args = append(args, k.ID)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT scheduled_id, id, media_type, file, thumb, width, height, blurhash, description, focus_x, focus_y
		  FROM media
		 WHERE owner_id = $1 AND scheduled_id IN (`+store.Placeholders(2, len(list))+`)
		 ORDER BY scheduled_id, position`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ID
		var m instance.Picture
		if err := rows.Scan(&id, &m.ID, &m.Type, &m.File, &m.Thumb, &m.Width, &m.Height, &m.Blurhash, &m.Description, &m.FocusX, &m.FocusY); err != nil {
			return err
		}
		list[at[id]].Pictures = append(list[at[id]].Pictures, m)
	}
	return rows.Err()
}

// Reschedule moves a draft of somebody's to another time, by the rules of
// [Service.Schedule]. It returns [instance.ErrNotFound] if there is none.
func (s *Service) Reschedule(ctx context.Context, by instance.ActorID, id instance.ID, at time.Time) (*instance.Scheduled, error) {
	if err := s.ahead(at); err != nil {
		return nil, err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := s.room(ctx, tx, by, id, at); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE scheduled_posts
			   SET at = $3, refused = ''
			 WHERE id = $1 AND person_id = $2`, id, by, store.Millis(at))
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrNotFound
		}
		return s.jobs.Enqueue(ctx, tx, PublishScheduled{id}, jobs.At(at))
	})
	if err != nil {
		return nil, fmt.Errorf("reschedule post %s: %w", id, err)
	}
	return s.ScheduledByID(ctx, by, id)
}

// Unschedule lets a draft of somebody's go. It returns [instance.ErrNotFound]
// if there is none.
func (s *Service) Unschedule(ctx context.Context, by instance.ActorID, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM scheduled_posts WHERE id = $1 AND person_id = $2`, id, by)
		if err == nil && n == 0 {
			return instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("unschedule post %s: %w", id, err)
	}
	return nil
}

// publishScheduled does the job.
func (s *Service) publishScheduled(ctx context.Context, j PublishScheduled) error {
	left, err := s.PublishDue(ctx, j.ID)
	if err == nil && left > 0 {
		return jobs.Snooze(left)
	}
	return err
}

// PublishDue posts a draft whose time has come, once however often it is
// called. It returns how long that is to come if it is. What may not be posted
// any more stays as a draft that says why.
func (s *Service) PublishDue(ctx context.Context, id instance.ID) (left time.Duration, err error) {
	k, by, err := s.due(ctx, id)
	if err != nil || k == nil {
		return 0, err
	}
	if left := k.At.Sub(s.now()); left > 0 {
		return left, nil
	}
	err = s.publishDraft(ctx, by, k)
	if code := refusal(err); code != "" {
		err = s.refuseScheduled(ctx, k, code)
	}
	if err != nil {
		return 0, fmt.Errorf("publish scheduled post %s: %w", id, err)
	}
	return 0, nil
}

// due returns a draft that waits and whose it is, nil if there is none any
// more.
func (s *Service) due(ctx context.Context, id instance.ID) (*instance.Scheduled, instance.ActorID, error) {
	var by instance.ActorID
	err := s.db.Read().QueryRow(ctx, `SELECT person_id FROM scheduled_posts WHERE id = $1 AND refused = ''`, id).Scan(&by)
	if errors.Is(err, store.ErrNoRows) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("scheduled post %s: %w", id, err)
	}
	k, err := s.ScheduledByID(ctx, by, id)
	if isNotFound(err) {
		return nil, 0, nil
	}
	return k, by, err
}

// publishDraft is [Service.Publish] for a draft that waited: that it waits no
// more and that it is posted become true together.
func (s *Service) publishDraft(ctx context.Context, by instance.ActorID, k *instance.Scheduled) error {
	v, err := s.places.Viewer(ctx, by)
	if err != nil {
		return err
	}
	d := k.Draft
	parent, err := s.parent(ctx, v, &d)
	if err != nil {
		return err
	}
	named, err := s.mentioned(ctx, d.Text)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM scheduled_posts WHERE id = $1 AND at = $2`, k.ID, store.Millis(k.At))
		if err != nil || n == 0 {
			return err // posted, moved or let go meanwhile
		}
		var active bool
		err = tx.QueryRow(ctx, `SELECT disabled_at IS NULL FROM people WHERE actor_id = $1`, by).Scan(&active)
		if err != nil {
			return notFound(err)
		}
		if !active {
			return instance.ErrForbidden
		}
		_, err = s.publishIn(ctx, tx, by, d, parent, named, nil)
		return err
	})
}

// refusal is the code of why a draft can never be posted as it is, empty for
// an error that another try may not meet.
func refusal(err error) string {
	var invalid *instance.Invalid
	switch {
	case errors.As(err, &invalid):
		return invalid.Field + " " + invalid.Code
	case errors.Is(err, instance.ErrForbidden):
		return "forbidden"
	case errors.Is(err, instance.ErrNotFound), errors.Is(err, instance.ErrGone):
		return "not-found"
	}
	return ""
}

func (s *Service) refuseScheduled(ctx context.Context, k *instance.Scheduled, code string) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE scheduled_posts SET refused = $3 WHERE id = $1 AND at = $2`, k.ID, store.Millis(k.At), code)
		return err
	})
}
