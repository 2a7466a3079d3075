package organisations

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Announcement is what an organisation wants everyone to know.
type Announcement struct {
	Title, Text string
	Language    string
	Until       time.Time // it holds
	Once        string
}

// longest is how far ahead a notice can hold.
const longest = 366 * 24 * time.Hour

// Announce posts a notice as an organisation, in the place where it is at home.
// Only those who act for it may; others get [instance.ErrNotFound]. It returns an
// [instance.Invalid] for what cannot be taken: too many in a month, a shop where
// shops have none, a council while people vote.
func (s *Service) Announce(ctx context.Context, by instance.Account, id instance.ActorID, a Announcement) (*instance.Post, error) {
	if err := actsFor(ctx, s.db.Read(), by, id); err != nil {
		return nil, fmt.Errorf("notice of %s: %w", id, err)
	}
	o, err := s.ByID(ctx, id)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if !a.Until.After(now) || a.Until.After(now.Add(longest)) {
		return nil, &instance.Invalid{Field: "until", Code: "malformed"}
	}
	r, err := s.rules.Now(ctx)
	switch {
	case err != nil:
		return nil, err
	case o.Sort == instance.Shop && !r.ShopNotices:
		return nil, &instance.Invalid{Field: "text", Code: "no-shops"}
	case o.Sort == instance.Council && r.Election(now):
		return nil, &instance.Invalid{Field: "text", Code: "election"}
	}
	p, err := s.posts.PublishWith(ctx, instance.Viewer{ID: id}, instance.Draft{
		Title: a.Title, Text: a.Text, Language: a.Language, Audience: instance.ToPublic, Group: o.Place.ID,
		Kind: instance.KindNotice, Once: a.Once,
	}, func(ctx context.Context, tx store.Tx, p *instance.Post) error {
		return s.count(ctx, tx, p, instance.Notice{Until: a.Until, Sort: o.Sort}, r.NoticesAMonth)
	})
	if err != nil {
		return nil, fmt.Errorf("notice of %s: %w", id, err)
	}
	return p, nil
}

// count keeps until when a notice holds, unless it is one too many in 30 days.
// The row of its author is held by whoever posts, so that two come one after the
// other.
func (s *Service) count(ctx context.Context, tx store.Tx, p *instance.Post, n instance.Notice, most int) error {
	p.Notice = &n
	_, err := tx.Exec(ctx, `
		INSERT INTO notices (post_id, author_id, place_id, until)
		VALUES ($1, $2, $3, $4)`, p.ID, p.Author.ID, p.Group.ID, store.Millis(n.Until))
	if err != nil || most == 0 {
		return err
	}
	var lately int
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM notices WHERE author_id = $1 AND post_id > $2`,
		p.Author.ID, s.now().Add(-month).UnixMilli()<<16).Scan(&lately)
	if err == nil && lately > most {
		err = &instance.Invalid{Field: "text", Code: "too-many-notices", Limit: most}
	}
	return err
}

const month = 30 * 24 * time.Hour

// Notices returns the notices of an organisation that hold now, the newest
// first, at most limit.
func (s *Service) Notices(ctx context.Context, id instance.ActorID, limit int) ([]*instance.Post, error) {
	return s.notices(ctx, `n.author_id = $1`, id, limit)
}

// NoticesAt returns the notices that hold now in a place, the newest first, at
// most limit.
func (s *Service) NoticesAt(ctx context.Context, place instance.ActorID, limit int) ([]*instance.Post, error) {
	return s.notices(ctx, `n.place_id = $1`, place, limit)
}

func (s *Service) notices(ctx context.Context, where string, of instance.ActorID, limit int) ([]*instance.Post, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT n.post_id
		  FROM notices n JOIN posts p ON p.id = n.post_id
		 WHERE `+where+` AND n.until > $2 AND p.deleted_at IS NULL AND p.removed_at IS NULL
		 ORDER BY n.post_id DESC
		 LIMIT $3`, of, store.Millis(s.now()), limit)
	if err != nil {
		return nil, fmt.Errorf("notices of %s: %w", of, err)
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("notices of %s: %w", of, err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("notices of %s: %w", of, err)
	}
	return s.posts.Load(ctx, instance.Anyone, ids)
}
