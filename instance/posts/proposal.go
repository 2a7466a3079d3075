package posts

import (
	"context"

	"palier/instance"
	"palier/instance/store"
)

// insertProposal keeps what a new post offers or asks for.
func insertProposal(ctx context.Context, tx store.Tx, p *instance.Post) error {
	q := p.Proposal
	if q == nil {
		return nil
	}
	back := instance.Return{}
	if q.Return != nil {
		back = *q.Return
	}
	fromName, fromLat, fromLon := spot(q.From)
	toName, toLat, toLon := spot(q.To)
	_, err := tx.Exec(ctx, `
		INSERT INTO proposals (post_id, purpose, category, status, starts_at, ends_at, repeats, action, resource,
			unit, quantity, available, step, minimum, threshold, return_what, return_resource, return_unit, return_quantity,
			from_name, from_lat, from_lon, to_name, to_lat, to_lon, priority, closed_at, told_at, group_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28,
			(SELECT group_id FROM posts WHERE id = $1))`,
		p.ID, string(q.Purpose), q.Category, string(q.Status), store.MillisOrNull(q.Starts), store.MillisOrNull(q.Ends), q.Repeats, q.Action, q.Resource,
		q.Unit, int64(q.Quantity), int64(q.Available), int64(q.Step), int64(q.Minimum), int64(q.Threshold),
		back.What, back.Resource, back.Unit, int64(back.Quantity),
		fromName, fromLat, fromLon, toName, toLat, toLon, q.Priority, store.MillisOrNull(q.ClosedAt), store.MillisOrNull(q.ToldAt))
	return err
}

// reviseProposal makes what a post offers or asks for that which it does now.
func reviseProposal(ctx context.Context, tx store.Tx, p *instance.Post, now *instance.Proposal) error {
	if p.Proposal == nil && now == nil {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM proposals WHERE post_id = $1`, p.ID); err != nil {
		return err
	}
	p.Proposal = now
	return insertProposal(ctx, tx, p)
}

func spot(s *instance.Spot) (name string, lat, lon *float64) {
	if s == nil {
		return "", nil, nil
	}
	return s.Name, &s.Latitude, &s.Longitude
}

// addProposals loads what posts offer or ask for.
func addProposals(ctx context.Context, tx store.Tx, byID map[instance.PostID]*instance.Post, ids []instance.PostID) error {
	rows, err := tx.Query(ctx, `
		SELECT post_id, purpose, category, status, starts_at, ends_at, repeats, action, resource,
		       unit, quantity, available, step, minimum, threshold, return_what, return_resource, return_unit, return_quantity,
		       from_name, from_lat, from_lon, to_name, to_lat, to_lon, priority, closed_at, told_at
		  FROM proposals
		 WHERE post_id IN (`+store.Placeholders(1, len(ids))+`)`, idArgs(ids)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var post instance.PostID
		var q instance.Proposal
		var back instance.Return
		var from, to instance.Spot
		var fromLat, fromLon, toLat, toLon *float64
		var starts, ends, closed, told *int64
		if err := rows.Scan(&post, &q.Purpose, &q.Category, &q.Status, &starts, &ends, &q.Repeats, &q.Action, &q.Resource,
			&q.Unit, &q.Quantity, &q.Available, &q.Step, &q.Minimum, &q.Threshold, &back.What, &back.Resource, &back.Unit, &back.Quantity,
			&from.Name, &fromLat, &fromLon, &to.Name, &toLat, &toLon, &q.Priority, &closed, &told); err != nil {
			return err
		}
		q.Starts, q.Ends, q.ClosedAt, q.ToldAt = store.TimeOrNever(starts), store.TimeOrNever(ends), store.TimeOrNever(closed), store.TimeOrNever(told)
		if back != (instance.Return{}) {
			q.Return = &back
		}
		q.From, q.To = located(from, fromLat, fromLon), located(to, toLat, toLon)
		if p := byID[post]; !p.Gone() {
			p.Proposal = &q
		}
	}
	return rows.Err()
}

func located(s instance.Spot, lat, lon *float64) *instance.Spot {
	if s.Name == "" && lat == nil {
		return nil
	}
	if lat != nil && lon != nil {
		s.Latitude, s.Longitude = *lat, *lon
	}
	return &s
}
