package search

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
	"palier/instance/writing"
)

// Tags returns a page of the hashtags that begin with what was typed, with or
// without accents: the very one first, then those used most lately. Only those
// are found that stand on a post v may read; so nobody learns what neighbours
// elsewhere talk about.
func (s *Service) Tags(ctx context.Context, v instance.Viewer, typed string, page Page) ([]string, error) {
	if utf8.RuneCountInString(typed) > MaxQuery {
		return nil, &instance.Invalid{Field: "q", Code: "too-long", Limit: MaxQuery}
	}
	tag := writing.NormalizeHashtag(strings.TrimPrefix(strings.TrimSpace(strings.ToValidUTF8(typed, "")), "#"))
	folded := foldTag(tag)
	if folded == "" || strings.ContainsAny(strings.TrimSpace(typed), " \t\n") || page.Offset > Deepest || page.Offset < 0 {
		return nil, nil
	}
	where, args := readable.Where(v, []any{folded, folded + "\U0010ffff", tag, page.limit(), page.Offset})
	rows, err := s.db.Read().Query(ctx, `
		SELECT t.name
		  FROM tags t
		 WHERE t.folded >= $1 AND t.folded < $2
		   AND EXISTS (SELECT 1
		                 FROM post_tags pt JOIN posts p ON p.id = pt.post_id JOIN actors a ON a.id = p.author_id
		                WHERE pt.tag = t.name AND p.audience <> 'unlisted'
		                  AND p.deleted_at IS NULL AND p.removed_at IS NULL AND a.suspended_at IS NULL AND `+where+`)
		 ORDER BY CASE WHEN t.name = $3 THEN 0 ELSE 1 END, t.used_at DESC, t.folded, t.name
		 LIMIT $4 OFFSET $5`, args...)
	if err != nil {
		return nil, fmt.Errorf("search hashtags: %w", err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("search hashtags: %w", err)
		}
		found = append(found, name)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("search hashtags: %w", err)
	}
	return found, nil
}

// foldTag is a hashtag as people type it without accents.
func foldTag(tag string) string { return strings.Join(writing.Terms(tag), "") }

// keepTags notes the hashtags of a post, and when they were used in public.
func keepTags(ctx context.Context, tx store.Tx, p *instance.Post) error {
	used := int64(0)
	if p.Audience == instance.ToPublic {
		used = int64(p.ID) >> 16
	}
	for _, tag := range p.Tags {
		folded := foldTag(tag)
		if folded == "" {
			continue // of signs alone that no search can be for
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO tags (name, folded, used_at)
			VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE
			   SET used_at = excluded.used_at
			 WHERE tags.used_at < excluded.used_at`, tag, folded, used)
		if err != nil {
			return err
		}
	}
	return nil
}
