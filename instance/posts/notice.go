package posts

import (
	"context"

	"palier/instance"
	"palier/instance/store"
)

// addNotices loads until when the notices of our organisations hold.
func addNotices(ctx context.Context, tx store.Tx, byID map[instance.PostID]*instance.Post, ids []instance.PostID) error {
	rows, err := tx.Query(ctx, `
		SELECT n.post_id, n.until, n.level, o.sort
		  FROM notices n JOIN organisations o ON o.actor_id = n.author_id
		 WHERE n.post_id IN (`+store.Placeholders(1, len(ids))+`)`, idArgs(ids)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.PostID
		var until int64
		var sort, level string
		if err := rows.Scan(&id, &until, &level, &sort); err != nil {
			return err
		}
		if p := byID[id]; !p.Gone() {
			p.Notice = &instance.Notice{Until: store.Time(until), Sort: instance.OrganisationSort(sort), Level: instance.NoticeLevel(level)}
		}
	}
	return rows.Err()
}

// unanswerable tells whether nobody answers a post in the open: what an
// organisation of ours lets everyone know, it is asked about alone.
func unanswerable(p *instance.Post) bool {
	return p.Local && p.Kind == instance.KindNotice && p.Author.Kind == instance.Organization
}
