package posts

import (
	"context"
	"encoding/json"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// insertEvent keeps when and where those meet whom a new post invites.
func insertEvent(ctx context.Context, tx store.Tx, p *instance.Post) error {
	e := p.Event
	if e == nil {
		return nil
	}
	v := e.Venue
	_, err := tx.Exec(ctx, `
		INSERT INTO events (post_id, template, starts_at, ends_at, zone, repeats, status, venue_name, street, postal, locality, country,
			latitude, longitude, online, join_mode, join_url, capacity, taken, waiting, category, access, organiser)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
		p.ID, e.Template, store.Millis(e.Starts), store.MillisOrNull(e.Ends), e.Zone, e.Repeats, string(e.Status),
		v.Name, v.Street, v.PostalCode, v.Locality, v.Country, v.Latitude, v.Longitude, e.Online, e.JoinMode, e.JoinURL,
		e.Capacity, e.Taken, e.Waiting, e.Category, textList(e.Access), e.Organiser)
	return err
}

// reviseEvent makes the meeting of a post that which it is now. Of an event of
// ours the places taken stand here and are kept.
func reviseEvent(ctx context.Context, tx store.Tx, p *instance.Post, now *instance.Event) error {
	if p.Event == nil && now == nil {
		return nil
	}
	if p.Local && p.Event != nil && now != nil {
		now.Taken, now.Waiting = p.Event.Taken, p.Event.Waiting
	}
	if _, err := tx.Exec(ctx, `DELETE FROM events WHERE post_id = $1`, p.ID); err != nil {
		return err
	}
	p.Event = now
	return insertEvent(ctx, tx, p)
}

// addEvents loads when and where those meet whom posts invite.
func addEvents(ctx context.Context, tx store.Tx, byID map[instance.PostID]*instance.Post, ids []instance.PostID) error {
	rows, err := tx.Query(ctx, `
		SELECT post_id, template, starts_at, ends_at, zone, repeats, status, venue_name, street, postal, locality, country,
		       latitude, longitude, online, join_mode, join_url, capacity, taken, waiting, category, access, organiser
		  FROM events
		 WHERE post_id IN (`+store.Placeholders(1, len(ids))+`)`, idArgs(ids)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var post instance.PostID
		var e instance.Event
		var starts int64
		var ends *int64
		var access string
		v := &e.Venue
		if err := rows.Scan(&post, &e.Template, &starts, &ends, &e.Zone, &e.Repeats, &e.Status, &v.Name, &v.Street, &v.PostalCode, &v.Locality, &v.Country,
			&v.Latitude, &v.Longitude, &e.Online, &e.JoinMode, &e.JoinURL, &e.Capacity, &e.Taken, &e.Waiting, &e.Category, &access, &e.Organiser); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(access), &e.Access); err != nil {
			return fmt.Errorf("event %s: %w", post, err)
		}
		if len(e.Access) == 0 {
			e.Access = nil
		}
		e.Starts, e.Ends = store.Time(starts), store.TimeOrNever(ends)
		if p := byID[post]; !p.Gone() {
			p.Event = &e
		}
	}
	return rows.Err()
}
