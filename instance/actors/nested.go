package actors

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Nested returns a place, what lies within it on this server, and what of this
// server it lies within.
func Nested(ctx context.Context, tx store.Tx, place instance.ActorID) ([]instance.ActorID, error) {
	rows, err := tx.Query(ctx, `
		WITH RECURSIVE down (id) AS (
			SELECT CAST($1 AS BIGINT)
			UNION
			SELECT w.child_id
			  FROM down
			  JOIN actors p ON p.id = down.id
			  JOIN nestings w ON w.parent_uri = p.uri
			  JOIN actors c ON c.id = w.child_id AND c.host = ''
		), up (id) AS (
			SELECT CAST($1 AS BIGINT)
			UNION
			SELECT p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		SELECT id FROM down
		UNION
		SELECT id FROM up`, place)
	if err != nil {
		return nil, fmt.Errorf("places around %s: %w", place, err)
	}
	defer rows.Close()
	var ids []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("places around %s: %w", place, err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
