package hashtags

import (
	"context"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// MaxFeatured is how many hashtags a profile shows.
const MaxFeatured = 10

// Featured is a hashtag somebody shows on their profile.
type Featured struct {
	ID    instance.ID
	Name  string
	Shown string // as they write it
	// Posts are those of theirs with it that anyone may read; LastAt is when
	// they wrote the latest, the zero time if there is none.
	Posts  int
	LastAt time.Time
}

// Feature shows a hashtag on a profile. One that is shown already stays. It
// returns an [instance.Invalid] for what is no hashtag, and for one too many.
func (s *Service) Feature(ctx context.Context, by instance.ActorID, typed string) (Featured, error) {
	shown := strings.TrimPrefix(strings.TrimSpace(strings.ToValidUTF8(typed, "")), "#")
	tag, err := name(shown)
	if err != nil {
		return Featured{}, err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		var others int
		err := tx.QueryRow(ctx, `
			SELECT COUNT(*) FROM featured_tags WHERE person_id = $1 AND tag <> $2`, by, tag).Scan(&others)
		if err != nil {
			return err
		}
		if others >= MaxFeatured {
			return &instance.Invalid{Field: "tag", Code: "too-many", Limit: MaxFeatured}
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO featured_tags (id, person_id, tag, shown)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (person_id, tag) DO NOTHING`, s.ids.Next(), by, tag, shown)
		return err
	})
	if err != nil {
		return Featured{}, fmt.Errorf("feature #%s: %w", tag, err)
	}
	list, err := s.Featured(ctx, by)
	if err != nil {
		return Featured{}, err
	}
	for _, f := range list {
		if f.Name == tag {
			return f, nil
		}
	}
	return Featured{}, fmt.Errorf("feature #%s: %w", tag, instance.ErrNotFound) // taken off meanwhile
}

// Unfeature takes a hashtag off a profile. It returns [instance.ErrNotFound] for
// one that is not by's.
func (s *Service) Unfeature(ctx context.Context, by instance.ActorID, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM featured_tags WHERE id = $1 AND person_id = $2`, id, by)
		if err == nil && n == 0 {
			return instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("unfeature hashtag %s: %w", id, err)
	}
	return nil
}

// open are the posts, under the alias p, that anyone may read on a profile.
const open = `p.audience IN ('public', 'unlisted') AND p.deleted_at IS NULL AND p.removed_at IS NULL`

// Featured returns the hashtags on somebody's profile, the most used first.
func (s *Service) Featured(ctx context.Context, of instance.ActorID) ([]Featured, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT f.id, f.tag, f.shown, COUNT(p.id), COALESCE(MAX(p.published_at), 0)
		  FROM featured_tags f
		  LEFT JOIN post_tags t ON t.tag = f.tag
		  LEFT JOIN posts p ON p.id = t.post_id AND p.author_id = f.person_id AND `+open+`
		 WHERE f.person_id = $1
		 GROUP BY f.id, f.tag, f.shown
		 ORDER BY 4 DESC, f.id`, of)
	if err != nil {
		return nil, fmt.Errorf("featured hashtags of %s: %w", of, err)
	}
	defer rows.Close()
	var list []Featured
	for rows.Next() {
		var f Featured
		var last int64
		if err := rows.Scan(&f.ID, &f.Name, &f.Shown, &f.Posts, &last); err != nil {
			return nil, fmt.Errorf("featured hashtags of %s: %w", of, err)
		}
		f.LastAt = store.Time(last)
		list = append(list, f)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("featured hashtags of %s: %w", of, err)
	}
	return list, nil
}

// Suggestions returns the hashtags somebody uses most in public and does not
// show on their profile.
func (s *Service) Suggestions(ctx context.Context, of instance.ActorID) ([]string, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT t.tag
		  FROM posts p JOIN post_tags t ON t.post_id = p.id
		 WHERE p.author_id = $1 AND `+open+`
		   AND NOT EXISTS (SELECT 1 FROM featured_tags f WHERE f.person_id = $1 AND f.tag = t.tag)
		 GROUP BY t.tag
		 ORDER BY COUNT(*) DESC, MAX(p.id) DESC
		 LIMIT $2`, of, MaxFeatured)
	if err != nil {
		return nil, fmt.Errorf("suggest hashtags to %s: %w", of, err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var tag string
		if err := rows.Scan(&tag); err != nil {
			return nil, fmt.Errorf("suggest hashtags to %s: %w", of, err)
		}
		list = append(list, tag)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("suggest hashtags to %s: %w", of, err)
	}
	return list, nil
}
