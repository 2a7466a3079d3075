package filters

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// AddKeyword puts a keyword into a filter of owner's.
func (s *Service) AddKeyword(ctx context.Context, owner instance.ActorID, filter instance.FilterID, k instance.Keyword) (instance.Keyword, error) {
	added := []instance.Keyword{k}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := hold(ctx, tx, owner, filter); err != nil {
			return err
		}
		if err := s.addKeywords(ctx, tx, owner, filter, added); err != nil {
			return err
		}
		return s.changed(ctx, tx, owner)
	})
	if err != nil {
		return instance.Keyword{}, fmt.Errorf("add keyword to filter %s of %s: %w", filter, owner, err)
	}
	return added[0], nil
}

// Keyword returns a keyword in a filter of owner's, and which filter that is.
func (s *Service) Keyword(ctx context.Context, owner instance.ActorID, id instance.ID) (instance.Keyword, instance.FilterID, error) {
	k := instance.Keyword{ID: id}
	var filter instance.FilterID
	err := s.db.Read().QueryRow(ctx, `
		SELECT k.filter_id, k.keyword, k.whole_word
		  FROM filter_keywords k JOIN filters f ON f.id = k.filter_id
		 WHERE k.id = $1 AND f.owner_id = $2`, id, owner).Scan(&filter, &k.Text, &k.WholeWord)
	if err != nil {
		return k, 0, fmt.Errorf("keyword %s of %s: %w", id, owner, notFound(err))
	}
	return k, filter, nil
}

// EditKeyword changes the keyword with k's id in a filter of owner's.
func (s *Service) EditKeyword(ctx context.Context, owner instance.ActorID, k instance.Keyword) (instance.Keyword, error) {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := editKeyword(ctx, tx, owner, &k); err != nil {
			return err
		}
		return s.changed(ctx, tx, owner)
	})
	if err != nil {
		return k, fmt.Errorf("edit keyword %s of %s: %w", k.ID, owner, err)
	}
	return k, nil
}

// DeleteKeyword takes a keyword out of a filter of owner's.
func (s *Service) DeleteKeyword(ctx context.Context, owner instance.ActorID, id instance.ID) error {
	return s.drop(ctx, owner, id, "keyword", `
		DELETE FROM filter_keywords
		 WHERE id = $1 AND filter_id IN (SELECT id FROM filters WHERE owner_id = $2)`)
}

// AddPost names a post in a filter of the viewer's. It returns
// [instance.ErrNotFound] for a post they may not read, and an
// [instance.Invalid] for one that is in the filter.
func (s *Service) AddPost(ctx context.Context, v instance.Viewer, filter instance.FilterID, post instance.PostID) (instance.FilteredPost, error) {
	p, err := s.posts.ByID(ctx, v, post)
	if err == nil && p.Gone() {
		err = instance.ErrNotFound
	}
	if err != nil {
		return instance.FilteredPost{}, err
	}
	named := instance.FilteredPost{ID: s.ids.Next(), Post: post}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if err := hold(ctx, tx, v.ID, filter); err != nil {
			return err
		}
		var all int
		err := tx.QueryRow(ctx, `
			SELECT COUNT(*) FROM filter_posts n JOIN filters f ON f.id = n.filter_id WHERE f.owner_id = $1`, v.ID).Scan(&all)
		if err != nil {
			return err
		}
		if all >= instance.MaxFilteredPosts {
			return &instance.Invalid{Field: "posts", Code: "too-many", Limit: instance.MaxFilteredPosts}
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO filter_posts (id, filter_id, post_id)
			VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`, named.ID, filter, post)
		if err != nil {
			return err
		}
		if n == 0 {
			return &instance.Invalid{Field: "status", Code: "taken"}
		}
		return s.changed(ctx, tx, v.ID)
	})
	if err != nil {
		return instance.FilteredPost{}, fmt.Errorf("name post %s in filter %s: %w", post, filter, err)
	}
	return named, nil
}

// Post returns a post that a filter of owner's names.
func (s *Service) Post(ctx context.Context, owner instance.ActorID, id instance.ID) (instance.FilteredPost, error) {
	p := instance.FilteredPost{ID: id}
	err := s.db.Read().QueryRow(ctx, `
		SELECT n.post_id
		  FROM filter_posts n JOIN filters f ON f.id = n.filter_id
		 WHERE n.id = $1 AND f.owner_id = $2`, id, owner).Scan(&p.Post)
	if err != nil {
		return p, fmt.Errorf("filtered post %s of %s: %w", id, owner, notFound(err))
	}
	return p, nil
}

// DeletePost lets a filter of owner's name a post no more.
func (s *Service) DeletePost(ctx context.Context, owner instance.ActorID, id instance.ID) error {
	return s.drop(ctx, owner, id, "filtered post", `
		DELETE FROM filter_posts
		 WHERE id = $1 AND filter_id IN (SELECT id FROM filters WHERE owner_id = $2)`)
}

// hold keeps a filter of owner's as it is until the transaction ends.
func hold(ctx context.Context, tx store.Tx, owner instance.ActorID, id instance.FilterID) error {
	n, err := tx.Exec(ctx, `UPDATE filters SET title = title WHERE id = $1 AND owner_id = $2`, id, owner)
	if err == nil && n == 0 {
		return instance.ErrNotFound
	}
	return err
}

func (s *Service) changeKeywords(ctx context.Context, tx store.Tx, owner instance.ActorID, id instance.FilterID, c Changes) error {
	for _, gone := range c.Drop {
		n, err := tx.Exec(ctx, `DELETE FROM filter_keywords WHERE id = $1 AND filter_id = $2`, gone, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("keyword %s: %w", gone, instance.ErrNotFound)
		}
	}
	var added []instance.Keyword
	for _, k := range c.Keywords {
		if k.ID == 0 {
			added = append(added, k)
			continue
		}
		if err := editKeyword(ctx, tx, owner, &k); err != nil {
			return err
		}
	}
	return s.addKeywords(ctx, tx, owner, id, added)
}

// addKeywords gives each keyword its id and writes it, unless they are too many.
func (s *Service) addKeywords(ctx context.Context, tx store.Tx, owner instance.ActorID, id instance.FilterID, keywords []instance.Keyword) error {
	if len(keywords) == 0 {
		return nil
	}
	var all int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM filter_keywords k JOIN filters f ON f.id = k.filter_id WHERE f.owner_id = $1`, owner).Scan(&all)
	if err != nil {
		return err
	}
	if all+len(keywords) > instance.MaxKeywords {
		return &instance.Invalid{Field: "keywords", Code: "too-many", Limit: instance.MaxKeywords}
	}
	for i := range keywords {
		k := &keywords[i]
		if err := check(k); err != nil {
			return err
		}
		k.ID = s.ids.Next()
		_, err := tx.Exec(ctx, `
			INSERT INTO filter_keywords (id, filter_id, keyword, whole_word)
			VALUES ($1, $2, $3, $4)`, k.ID, id, k.Text, k.WholeWord)
		if err != nil {
			return err
		}
	}
	return nil
}

func editKeyword(ctx context.Context, tx store.Tx, owner instance.ActorID, k *instance.Keyword) error {
	if err := check(k); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		UPDATE filter_keywords
		   SET keyword = $3, whole_word = $4
		 WHERE id = $1 AND filter_id IN (SELECT id FROM filters WHERE owner_id = $2)`, k.ID, owner, k.Text, k.WholeWord)
	if err == nil && n == 0 {
		return fmt.Errorf("keyword %s: %w", k.ID, instance.ErrNotFound)
	}
	return err
}

// check also refuses what would be found in every text.
func check(k *instance.Keyword) error {
	if err := k.Check(); err != nil {
		return err
	}
	if fold(k.Text) == "" {
		return &instance.Invalid{Field: "keyword", Code: "missing"}
	}
	return nil
}
