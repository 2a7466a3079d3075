package buildings

import (
	"context"

	"palier/instance"
	"palier/instance/store"
)

// announce tells who lives in a house for sure, but whoever wrote it, of what is
// new in its space, and whoever acts for the organisation it is addressed to. The
// notice is from the house. What is wrong with the house is told only to whom it
// is addressed: residents see it on the page.
func (s *Service) announce(ctx context.Context, tx store.Tx, r Reader, sort string, to *instance.ActorID) error {
	whom, err := people(tx.Query(ctx, `
		WITH RECURSIVE down (id) AS (
			SELECT CAST($1 AS BIGINT)
			UNION
			SELECT w.child_id
			  FROM down
			  JOIN actors p ON p.id = down.id
			  JOIN nestings w ON w.parent_uri = p.uri
			  JOIN actors c ON c.id = w.child_id AND c.host = ''
		)
		SELECT m.person_id
		  FROM memberships m
		 WHERE m.group_id IN (SELECT id FROM down) AND m.standing = 'verified' AND m.person_id <> $2 AND $3
		UNION
		SELECT g.person_id
		  FROM organisation_agents g
		 WHERE g.organisation_id = $4 AND g.person_id <> $2
		 ORDER BY 1`, r.Place, r.Viewer.ID, sort != "incidents", to))
	if err != nil || len(whom) == 0 {
		return err
	}
	return s.tell(ctx, tx, "space-"+sort, r.Place, whom)
}

// people reads a list of people.
func people(rows store.Rows, err error) ([]instance.ActorID, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}
