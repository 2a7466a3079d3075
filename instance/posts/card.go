package posts

import (
	"context"

	"palier/instance"
	"palier/instance/store"
)

// addCards loads what the pages that posts link to say of themselves, as far as
// they were asked.
func addCards(ctx context.Context, tx store.Tx, byID map[instance.PostID]*instance.Post, ids []instance.PostID) error {
	rows, err := tx.Query(ctx, `
		SELECT pc.post_id, c.id, c.url, c.title, c.description, c.provider, c.author, c.language, c.image, c.image_alt, c.fetched_at,
		       COALESCE(r.width, 0), COALESCE(r.height, 0), COALESCE(r.blurhash, '')
		  FROM post_cards pc
		  JOIN cards c ON c.id = pc.card_id
		  LEFT JOIN remote_pictures r ON r.url = c.image
		 WHERE c.state = 'shown' AND pc.post_id IN (`+store.Placeholders(1, len(ids))+`)`, idArgs(ids)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var post instance.PostID
		var c instance.Card
		var fetched int64
		if err := rows.Scan(&post, &c.ID, &c.URL, &c.Title, &c.Description, &c.Provider, &c.Author, &c.Language, &c.Image, &c.ImageAlt, &fetched,
			&c.Width, &c.Height, &c.Blurhash); err != nil {
			return err
		}
		c.FetchedAt = store.Time(fetched)
		// A post may have become one for fewer people.
		if p := byID[post]; !p.Gone() && p.Audience.Open() {
			p.Card = &c
		}
	}
	return rows.Err()
}
