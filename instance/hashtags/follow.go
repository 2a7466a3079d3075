package hashtags

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Follow has what is posted with a hashtag from now on come to a person's home
// feed, as far as they may read it and it may stand in lists. It returns an
// [instance.Invalid] for what is no hashtag, and for one too many.
func (s *Service) Follow(ctx context.Context, by instance.ActorID, typed string) error {
	tag, err := name(typed)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		var followed int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM followed_tags WHERE person_id = $1`, by).Scan(&followed); err != nil {
			return err
		}
		if followed >= mostTagged {
			return &instance.Invalid{Field: "tag", Code: "too-many", Limit: mostTagged}
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO followed_tags (id, person_id, tag)
			VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`, s.ids.Next(), by, tag)
		return err
	})
	if err != nil {
		return fmt.Errorf("follow #%s: %w", tag, err)
	}
	return nil
}

// Unfollow ends that; what came to the home feed only by it leaves it again.
// It returns an [instance.Invalid] for what is no hashtag.
func (s *Service) Unfollow(ctx context.Context, by instance.ActorID, typed string) error {
	tag, err := name(typed)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM followed_tags WHERE person_id = $1 AND tag = $2`, by, tag)
		if err != nil || n == 0 {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.TagUnfollowed, Actor: instance.Actor{ID: by}, Text: tag})
	})
	if err != nil {
		return fmt.Errorf("unfollow #%s: %w", tag, err)
	}
	return nil
}

// Followed is a hashtag somebody follows.
type Followed struct {
	ID   instance.ID // to page by
	Name string
}

// Page asks for part of a list by ids. Zero values ask for its newest part.
type Page struct {
	Before instance.ID // strictly older than this
	Since  instance.ID // strictly newer than this, the newest ones first
	After  instance.ID // strictly newer than this, the nearest ones first
	Limit  int
}

// Followed returns a page of the hashtags somebody follows, the latest first.
func (s *Service) Followed(ctx context.Context, by instance.ActorID, page Page) ([]Followed, error) {
	before, order := page.Before, "DESC"
	if before == 0 {
		before = 1<<63 - 1
	}
	if page.After != 0 {
		order = "ASC"
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, tag
		  FROM followed_tags
		 WHERE person_id = $1 AND id < $2 AND id > $3
		 ORDER BY id `+order+`
		 LIMIT $4`, by, before, max(page.Since, page.After), page.Limit)
	if err != nil {
		return nil, fmt.Errorf("hashtags of %s: %w", by, err)
	}
	defer rows.Close()
	var list []Followed
	for rows.Next() {
		var f Followed
		if err := rows.Scan(&f.ID, &f.Name); err != nil {
			return nil, fmt.Errorf("hashtags of %s: %w", by, err)
		}
		list = append(list, f)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("hashtags of %s: %w", by, err)
	}
	if page.After != 0 {
		for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
			list[i], list[j] = list[j], list[i]
		}
	}
	return list, nil
}
