package buildings

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/media"
	"palier/instance/store"
)

// pdf is how the one kind of paper that is no picture begins.
const pdf = "%PDF-"

// Add puts a document into a house, for its residents and whom it is addressed
// to. A picture is written anew first, so that it tells nothing but what it
// shows. It returns an [instance.Invalid] for what cannot be.
func (s *Service) Add(ctx context.Context, v instance.Viewer, place instance.ActorID, to instance.ActorID, p instance.DocumentPlan) (instance.ID, error) {
	if err := p.Check(); err != nil {
		return 0, err
	}
	// Nobody gets bytes onto the disk who may not come in.
	if _, err := s.Enter(ctx, v, place); err != nil {
		return 0, err
	}
	content, kind, err := s.paper(ctx, p.Content)
	if err != nil {
		return 0, err
	}
	kept, err := s.safe.Put(ctx, "documents", content)
	if err != nil {
		return 0, fmt.Errorf("add a document to %s: %w", place, err)
	}
	id, err := s.write(ctx, v, place, "documents", Telling{To: to}, func(tx store.Tx, r Reader, id instance.ID, to *instance.ActorID) error {
		var at *instance.ID
		if p.Assembly != 0 {
			at = &p.Assembly
			where, args := r.where()
			var there bool
			err := tx.QueryRow(ctx, `
				SELECT EXISTS (SELECT 1 FROM building_meetings x WHERE `+where+` AND x.id = `+store.Placeholders(len(args)+1, 1)+`)`, append(args, p.Assembly)...).Scan(&there)
			if err != nil {
				return err
			}
			if !there {
				return &instance.Invalid{Field: "meeting", Code: "unknown"}
			}
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO building_documents (id, place_id, author_id, by_id, to_id, meeting_id, title, file, kind, size, key)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			id, place, r.As(), v.ID, to, at, p.Title, kept.File, kind, len(content), kept.Key)
		if err != nil {
			return err
		}
		var all int
		err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM building_documents WHERE place_id = $1`, place).Scan(&all)
		if err == nil && all > instance.MaxDocuments {
			err = &instance.Invalid{Field: "file", Code: "too-many", Limit: instance.MaxDocuments}
		}
		return err
	})
	if err != nil {
		return 0, errors.Join(fmt.Errorf("add a document to %s: %w", place, err), s.safe.Delete(ctx, kept.File))
	}
	return id, nil
}

// paper returns what is kept of a file, and its media type.
func (s *Service) paper(ctx context.Context, content []byte) ([]byte, string, error) {
	if bytes.HasPrefix(content, []byte(pdf)) {
		return content, "application/pdf", nil
	}
	made, kind, err := s.pictures.Rewrite(ctx, bytes.NewReader(content))
	if _, refused := errors.AsType[*media.Refusal](err); refused {
		return nil, "", &instance.Invalid{Field: "file", Code: "no-document"}
	}
	return made, kind, err
}

// Documents returns a page of the papers of a house that belong to no meeting,
// the newest first, from before an id, as far as a reader may open them.
func (s *Service) Documents(ctx context.Context, r Reader, before instance.ID, limit int) ([]instance.Document, error) {
	where, args := r.where()
	return s.documents(ctx, where+` AND x.meeting_id IS NULL`, args, before, limit)
}

func (s *Service) documents(ctx context.Context, where string, args []any, before instance.ID, limit int) ([]instance.Document, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	n := len(args) + 1
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+addressed+`, x.title, x.kind, x.size, x.meeting_id
		  FROM building_documents x JOIN actors a ON a.id = x.author_id
		 WHERE `+where+` AND x.id < `+store.Placeholders(n, 1)+`
		 ORDER BY x.id DESC
		 LIMIT `+store.Placeholders(n+1, 1), append(args, before, limit)...)
	if err != nil {
		return nil, fmt.Errorf("documents: %w", err)
	}
	defer rows.Close()
	var list []instance.Document
	for rows.Next() {
		var d instance.Document
		var at *instance.ID
		dest, done := fields(&d.Addressed)
		if err := rows.Scan(append(dest, &d.Title, &d.Kind, &d.Size, &at)...); err != nil {
			return nil, fmt.Errorf("documents: %w", err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		if at != nil {
			d.Assembly = *at
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// Document returns a paper and what stands in it, to a reader who may open it;
// [instance.ErrNotFound] to every other.
func (s *Service) Document(ctx context.Context, r Reader, id instance.ID) (d instance.Document, content []byte, err error) {
	where, args := r.where()
	var kept media.Sealed
	n := len(args) + 1
	err = s.db.Read().QueryRow(ctx, `
		SELECT x.id, x.title, x.kind, x.size, x.file, x.key
		  FROM building_documents x
		 WHERE `+where+` AND x.id = `+store.Placeholders(n, 1), append(args, id)...).Scan(&d.ID, &d.Title, &d.Kind, &d.Size, &kept.File, &kept.Key)
	if err != nil {
		return d, nil, fmt.Errorf("document %s: %w", id, notFound(err))
	}
	if content, err = s.safe.Open(ctx, kept, int(d.Size)); err != nil {
		return d, nil, fmt.Errorf("document %s: %w", id, err)
	}
	return d, content, nil
}
