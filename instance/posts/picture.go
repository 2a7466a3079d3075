package posts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/media"
	"palier/instance/readable"
	"palier/instance/store"
)

// AddPicture keeps what the media store took in for owner, for a post to come.
// It returns an [instance.Invalid] for a description that is too long.
func (s *Service) AddPicture(ctx context.Context, owner instance.ActorID, m instance.Picture, bytes int64) (instance.Picture, error) {
	m.Description = strings.TrimSpace(m.Description)
	if utf8.RuneCountInString(m.Description) > instance.MaxDescription {
		return m, &instance.Invalid{Field: "description", Code: "too-long", Limit: instance.MaxDescription}
	}
	m.ID = s.ids.Next()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO media (id, owner_id, media_type, file, thumb, width, height, blurhash, description, focus_x, focus_y, bytes, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			m.ID, owner, m.Type, m.File, m.Thumb, m.Width, m.Height, m.Blurhash, m.Description, m.FocusX, m.FocusY, bytes, store.Millis(s.now()))
		return err
	})
	if err != nil {
		return m, fmt.Errorf("keep picture of %s: %w", owner, err)
	}
	return m, nil
}

// PictureNote is what somebody says of a picture of theirs; nil leaves it as it
// is.
type PictureNote struct {
	Description *string
	Focus       *media.Focus
}

// check returns an [instance.Invalid] for a description that is too long.
func (n *PictureNote) check() error {
	if n.Description == nil {
		return nil
	}
	text := strings.TrimSpace(*n.Description)
	n.Description = &text
	if utf8.RuneCountInString(text) > instance.MaxDescription {
		return &instance.Invalid{Field: "description", Code: "too-long", Limit: instance.MaxDescription}
	}
	return nil
}

// Upload takes in a picture for a post to come. It returns a [*media.Refusal]
// for what is not taken, [media.ErrFull] if there is no room left, and an
// [instance.Invalid] for what is said of it; nothing is kept then.
func (s *Service) Upload(ctx context.Context, owner instance.ActorID, r io.Reader, note PictureNote) (instance.Picture, error) {
	if err := note.check(); err != nil {
		return instance.Picture{}, err
	}
	kept, err := s.pictures.Add(ctx, r)
	if err != nil {
		return instance.Picture{}, err
	}
	m := instance.Picture{Type: kept.Type, File: kept.File, Thumb: kept.Thumb, Width: kept.Width, Height: kept.Height, Blurhash: kept.Blurhash}
	if note.Description != nil {
		m.Description = *note.Description
	}
	if note.Focus != nil {
		m.FocusX, m.FocusY = note.Focus.X, note.Focus.Y
	}
	m, err = s.AddPicture(ctx, owner, m, kept.Bytes)
	if err != nil {
		// A row that is missing is worth more than a file that nobody finds.
		err = errors.Join(err, s.pictures.Delete(context.WithoutCancel(ctx), kept.File, kept.Thumb))
	}
	return m, err
}

// loose is the condition for pictures of an owner ($2) that wait to become part
// of a post: only those are still changed.
const loose = `owner_id = $2 AND post_id IS NULL AND scheduled_id IS NULL`

// Picture returns one of the owner's pictures that waits to become part of a
// post. It returns [instance.ErrNotFound] for any other.
func (s *Service) Picture(ctx context.Context, owner instance.ActorID, id instance.ID) (instance.Picture, error) {
	found, err := s.Uploaded(ctx, owner, []instance.ID{id})
	if err == nil && len(found) == 0 {
		err = instance.ErrNotFound
	}
	if err != nil {
		return instance.Picture{}, fmt.Errorf("picture %s: %w", id, err)
	}
	return found[0], nil
}

// NotePicture changes what somebody says of a picture that waits to become part
// of a post, and returns it. It returns [instance.ErrNotFound] for any other.
func (s *Service) NotePicture(ctx context.Context, owner instance.ActorID, id instance.ID, note PictureNote) (instance.Picture, error) {
	if err := note.check(); err != nil {
		return instance.Picture{}, err
	}
	var x, y *float64
	if note.Focus != nil {
		x, y = &note.Focus.X, &note.Focus.Y
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE media
			   SET description = COALESCE($3, description), focus_x = COALESCE($4, focus_x), focus_y = COALESCE($5, focus_y)
			 WHERE id = $1 AND `+loose, id, owner, note.Description, x, y)
		if err == nil && n == 0 {
			return instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return instance.Picture{}, fmt.Errorf("describe picture %s: %w", id, err)
	}
	return s.Picture(ctx, owner, id)
}

// DropPicture throws away a picture that waits to become part of a post. It
// returns [instance.ErrNotFound] if it is none of the owner's, and
// [instance.ErrConflict] once it is part of one.
func (s *Service) DropPicture(ctx context.Context, owner instance.ActorID, id instance.ID) error {
	var file, thumb string
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		err := tx.QueryRow(ctx, `DELETE FROM media WHERE id = $1 AND `+loose+` RETURNING file, thumb`, id, owner).Scan(&file, &thumb)
		if !errors.Is(err, store.ErrNoRows) {
			return err
		}
		var taken bool
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM media WHERE id = $1 AND owner_id = $2)`, id, owner).Scan(&taken)
		switch {
		case err != nil:
			return err
		case taken:
			return instance.ErrConflict
		}
		return instance.ErrNotFound
	})
	if err == nil {
		err = s.pictures.Delete(ctx, file, thumb)
	}
	if err != nil {
		return fmt.Errorf("drop picture %s: %w", id, err)
	}
	return nil
}

// Uploaded returns those of the pictures that are the owner's and of no post
// yet, in the order asked for.
func (s *Service) Uploaded(ctx context.Context, owner instance.ActorID, ids []instance.ID) ([]instance.Picture, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := []any{owner}
	for _, id := range ids {
		args = append(args, id)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, media_type, file, thumb, width, height, blurhash, description, focus_x, focus_y
		  FROM media
		 WHERE owner_id = $1 AND post_id IS NULL AND scheduled_id IS NULL AND id IN (`+store.Placeholders(2, len(ids))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("pictures of %s: %w", owner, err)
	}
	defer rows.Close()
	var found []instance.Picture
	for rows.Next() {
		var m instance.Picture
		if err := rows.Scan(&m.ID, &m.Type, &m.File, &m.Thumb, &m.Width, &m.Height, &m.Blurhash, &m.Description, &m.FocusX, &m.FocusY); err != nil {
			return nil, fmt.Errorf("pictures of %s: %w", owner, err)
		}
		found = append(found, m)
	}
	slices.SortFunc(found, func(a, b instance.Picture) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return found, rows.Err()
}

// MaySee tells whether v may see a file of the media store, and whether others
// may not: the picture of a post v may read, somebody's portrait, or one's own.
// It returns [instance.ErrNotFound] if not.
func (s *Service) MaySee(ctx context.Context, v instance.Viewer, file string) (restricted bool, err error) {
	where, args := readable.Where(v, []any{file, v.ID})
	var open bool
	err = s.db.Read().QueryRow(ctx, `
		SELECT COALESCE(p.audience IN ('public', 'unlisted'), FALSE)
		  FROM media m LEFT JOIN posts p ON p.id = m.post_id
		 WHERE (m.file = $1 OR m.thumb = $1)
		   AND (m.post_id IS NULL AND m.owner_id = $2
		        OR p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`)`, args...).Scan(&open)
	if errors.Is(err, store.ErrNoRows) {
		return false, s.portrait(ctx, file)
	}
	if err != nil {
		return true, fmt.Errorf("picture %s: %w", file, err)
	}
	return !open, nil
}

// PartOf returns the post that a file is a picture of, 0 for one that is of none
// yet. It returns [instance.ErrNotFound] for a file of no picture, or of a post
// that does not stand any more.
func (s *Service) PartOf(ctx context.Context, file string) (instance.PostID, error) {
	var id instance.PostID
	err := s.db.Read().QueryRow(ctx, `
		SELECT COALESCE(m.post_id, 0)
		  FROM media m LEFT JOIN posts p ON p.id = m.post_id
		 WHERE (m.file = $1 OR m.thumb = $1)
		   AND (m.post_id IS NULL OR p.deleted_at IS NULL AND p.removed_at IS NULL)`, file).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("picture %s: %w", file, notFound(err))
	}
	return id, nil
}

// portrait returns [instance.ErrNotFound] unless a file is the portrait of one
// of ours or the wide picture above it, which everyone may see.
func (s *Service) portrait(ctx context.Context, file string) error {
	var id instance.ActorID
	err := s.db.Read().QueryRow(ctx, `
		SELECT id FROM actors
		 WHERE icon = $1 AND icon <> '' AND host = '' AND deleted_at IS NULL AND suspended_at IS NULL
		UNION ALL
		SELECT id FROM actors
		 WHERE image = $1 AND image <> '' AND host = '' AND deleted_at IS NULL AND suspended_at IS NULL
		 LIMIT 1`, file).Scan(&id)
	if err != nil {
		return fmt.Errorf("picture %s: %w", file, notFound(err))
	}
	return nil
}
