package errands

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/media"
	"palier/instance/store"
)

// waits is how long what is to be printed waits for its helper.
const waits = 48 * time.Hour

// sealed is a printout as it is kept.
type sealed struct {
	media.Sealed
	kind, name string
}

// printable are the kinds of files that can be printed, by how they begin.
var printable = []struct{ begins, kind string }{
	{"%PDF-", "application/pdf"}, {"\xff\xd8\xff", "image/jpeg"}, {"\x89PNG\r\n\x1a\n", "image/png"},
}

// seal keeps a printout under a key of its own, which stands in the database and
// not beside it. It returns nil for a mode without one, and an [instance.Invalid]
// of the field file for what cannot be printed.
func (s *Service) seal(ctx context.Context, mode string, p *instance.Printout) (*sealed, error) {
	if mode != "print" {
		return nil, nil
	}
	if p == nil || len(p.Content) == 0 {
		return nil, &instance.Invalid{Field: "file", Code: "missing"}
	}
	if len(p.Content) > instance.MaxPrintout {
		return nil, &instance.Invalid{Field: "file", Code: "too-big", Limit: instance.MaxPrintout >> 20}
	}
	kept := &sealed{name: p.Name}
	for _, k := range printable {
		if bytes.HasPrefix(p.Content, []byte(k.begins)) {
			kept.kind = k.kind
		}
	}
	if kept.kind == "" {
		return nil, &instance.Invalid{Field: "file", Code: "unprintable"}
	}
	var err error
	if kept.Sealed, err = s.files.Put(ctx, "prints", p.Content); err != nil {
		return nil, fmt.Errorf("keep a printout: %w", err)
	}
	return kept, nil
}

// DropPrintout is the job that throws out what was to be printed.
type DropPrintout struct {
	Post instance.PostID `json:"post"`
}

// Kind names the job.
func (DropPrintout) Kind() string { return "drop_printout" }

func (s *Service) keep(ctx context.Context, tx store.Tx, id instance.PostID, k *sealed) error {
	expires := s.now().Add(waits)
	_, err := tx.Exec(ctx, `
		INSERT INTO errand_files (post_id, file, kind, name, key, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, id, k.File, k.kind, k.name, k.Key, store.Millis(expires))
	if err != nil {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, DropPrintout{id}, jobs.At(expires.Add(time.Second)))
}

// dropSoon has nobody see what was to be printed from now on, and its bytes
// thrown out.
func (s *Service) dropSoon(ctx context.Context, tx store.Tx, id instance.PostID) error {
	n, err := tx.Exec(ctx, `UPDATE errand_files SET expires_at = $2 WHERE post_id = $1 AND expires_at > $2`, id, store.Millis(s.now()))
	if err != nil || n == 0 {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, DropPrintout{id})
}

func (s *Service) dropInTime(ctx context.Context, j DropPrintout) error {
	expires, err := s.DropPrintout(ctx, j.Post)
	if err == nil && !expires.IsZero() {
		return jobs.Snooze(max(expires.Sub(s.now()), time.Second))
	}
	return err
}

// DropPrintout throws out what was to be printed once its time has come: the
// bytes first, then the key. It returns when that will be, zero if nothing is
// kept any more.
func (s *Service) DropPrintout(ctx context.Context, id instance.PostID) (expires time.Time, err error) {
	var file string
	var at int64
	err = s.db.Read().QueryRow(ctx, `SELECT file, expires_at FROM errand_files WHERE post_id = $1`, id).Scan(&file, &at)
	if errors.Is(err, store.ErrNoRows) {
		return time.Time{}, nil
	}
	if err == nil && store.Time(at).After(s.now()) {
		return store.Time(at), nil
	}
	if err == nil {
		err = s.files.Delete(ctx, file)
	}
	if err == nil {
		err = s.db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM errand_files WHERE post_id = $1 AND file = $2`, id, file)
			return err
		})
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("throw out the printout of %s: %w", id, err)
	}
	return time.Time{}, nil
}

// Printout returns what is to be printed, for the one who asks and the one who
// helps. It returns [instance.ErrNotFound] for everybody else, and once it was
// handed over or its time has passed.
func (s *Service) Printout(ctx context.Context, v instance.Viewer, id instance.PostID) (*instance.Printout, error) {
	e, err := s.ByID(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if e.File == "" {
		return nil, fmt.Errorf("printout of %s: %w", id, instance.ErrNotFound)
	}
	k := sealed{}
	err = s.db.Read().QueryRow(ctx, `SELECT file, kind, name, key FROM errand_files WHERE post_id = $1`, id).Scan(&k.File, &k.kind, &k.name, &k.Key)
	if err != nil {
		return nil, fmt.Errorf("printout of %s: %w", id, notFound(err))
	}
	content, err := s.files.Open(ctx, k.Sealed, instance.MaxPrintout)
	if err != nil {
		return nil, fmt.Errorf("printout of %s: %w", id, err)
	}
	return &instance.Printout{Name: k.name, Kind: k.kind, Content: content}, nil
}

// Hear throws out what was to be printed when its post goes, and lets go what
// somebody took on who leaves.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	var err error
	switch d.Kind {
	case instance.Deleted:
		if d.Post != nil && d.Post.Kind == instance.KindErrand {
			err = s.dropSoon(ctx, tx, d.Post.ID)
		}
	case instance.Left:
		_, err = tx.Exec(ctx, `
			UPDATE proposals
			   SET available = available + $2
			 WHERE status = 'open' AND post_id IN (SELECT t.post_id FROM errand_parts t WHERE t.actor_id = $1 AND t.state = 'agreed' AND t.handed_at IS NULL)`,
			d.Actor.ID, int64(instance.One))
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM errand_parts WHERE actor_id = $1 AND handed_at IS NULL`, d.Actor.ID)
		}
	}
	if err != nil {
		return fmt.Errorf("errands after %s: %w", d.Kind, err)
	}
	return nil
}
