package organisations

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Announcement is what an organisation wants everyone to know.
type Announcement struct {
	Title, Text string
	Language    string
	Until       time.Time            // it holds
	Level       instance.NoticeLevel // empty for info
	Once        string
}

// longest is how far ahead a notice can hold.
const longest = 366 * 24 * time.Hour

// Announce posts a notice as an organisation, in the place where it is at home.
// Only those who act for it may; others get [instance.ErrNotFound]. It returns an
// [instance.Invalid] for what cannot be taken: too many in a month, a shop where
// shops have none, a council while people vote, more than info of who is not
// official, an alert, which somebody else publishes ([Service.PublishAlert]).
func (s *Service) Announce(ctx context.Context, by instance.Account, id instance.ActorID, a Announcement) (*instance.Post, error) {
	if a.Level == instance.LevelAlert {
		return nil, &instance.Invalid{Field: "level", Code: "second"}
	}
	return s.publish(ctx, by, id, a, func(context.Context, store.Tx) error { return nil })
}

// publish posts a notice and does with in the same transaction.
func (s *Service) publish(ctx context.Context, by instance.Account, id instance.ActorID, a Announcement, with func(context.Context, store.Tx) error) (*instance.Post, error) {
	o, err := s.mayAnnounce(ctx, by, id, a)
	if err != nil {
		return nil, fmt.Errorf("notice of %s: %w", id, err)
	}
	r, err := s.rules.Now(ctx)
	if err != nil {
		return nil, err
	}
	most := r.NoticesAMonth
	if a.Level == instance.LevelAlert {
		most = 0 // what keeps people safe is never one too many
	}
	p, err := s.posts.PublishWith(ctx, instance.Viewer{ID: id}, instance.Draft{
		Title: a.Title, Text: a.Text, Language: a.Language, Audience: instance.ToPublic, Group: o.Place.ID,
		Kind: instance.KindNotice, Once: a.Once,
	}, func(ctx context.Context, tx store.Tx, p *instance.Post) error {
		if err := s.count(ctx, tx, p, instance.Notice{Until: a.Until, Sort: o.Sort, Level: cmp.Or(a.Level, instance.LevelInfo)}, most); err != nil {
			return err
		}
		return with(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("notice of %s: %w", id, err)
	}
	return p, nil
}

// mayAnnounce returns the organisation if by can let everyone know a as it. An
// alert is no propaganda: councils have them while people vote too.
func (s *Service) mayAnnounce(ctx context.Context, by instance.Account, id instance.ActorID, a Announcement) (instance.Organisation, error) {
	if err := actsFor(ctx, s.db.Read(), by, id); err != nil {
		return instance.Organisation{}, err
	}
	o, err := s.ByID(ctx, id)
	if err != nil {
		return o, err
	}
	now := s.now()
	r, err := s.rules.Now(ctx)
	level := cmp.Or(a.Level, instance.LevelInfo)
	switch {
	case err != nil:
		return o, err
	case !a.Until.After(now) || a.Until.After(now.Add(longest)):
		return o, &instance.Invalid{Field: "until", Code: "malformed"}
	case !slices.Contains(instance.NoticeLevels, level):
		return o, &instance.Invalid{Field: "level", Code: "unknown"}
	case level != instance.LevelInfo && !o.Sort.Official():
		return o, &instance.Invalid{Field: "level", Code: "not-official"}
	case o.Sort == instance.Shop && !r.ShopNotices:
		return o, &instance.Invalid{Field: "text", Code: "no-shops"}
	case o.Sort == instance.Council && r.Election(now) && level != instance.LevelAlert:
		return o, &instance.Invalid{Field: "text", Code: "election"}
	}
	return o, nil
}

// count keeps until when a notice holds, unless it is one too many in 30 days.
// The row of its author is held by whoever posts, so that two come one after the
// other.
func (s *Service) count(ctx context.Context, tx store.Tx, p *instance.Post, n instance.Notice, most int) error {
	p.Notice = &n
	_, err := tx.Exec(ctx, `
		INSERT INTO notices (post_id, author_id, place_id, until, level)
		VALUES ($1, $2, $3, $4, $5)`, p.ID, p.Author.ID, p.Group.ID, store.Millis(n.Until), string(n.Level))
	if err != nil || most == 0 {
		return err
	}
	var lately int
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM notices WHERE author_id = $1 AND post_id > $2 AND level <> 'alert'`,
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
	ids, err := postIDs(rows)
	if err != nil {
		return nil, fmt.Errorf("notices of %s: %w", of, err)
	}
	return s.posts.Load(ctx, instance.Anyone, ids)
}
