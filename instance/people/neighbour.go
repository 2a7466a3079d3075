package people

import (
	"context"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Neighbour returns the verified neighbour whom somebody names as people do: by
// full name, by the name everybody sees or by handle. Only those count who share
// a place with the viewer. It returns an [instance.Invalid] of the field who for
// nobody, and for several of that name.
func (s *Service) Neighbour(ctx context.Context, v instance.Viewer, typed string) (instance.Actor, error) {
	typed = strings.TrimPrefix(strings.Join(strings.Fields(typed), " "), "@")
	if typed == "" {
		return instance.Actor{}, &instance.Invalid{Field: "who", Code: "missing"}
	}
	if len(v.Inner) == 0 {
		return instance.Actor{}, &instance.Invalid{Field: "who", Code: "unknown"}
	}
	args := []any{typed, strings.ToLower(typed), v.ID}
	for _, id := range v.Inner {
		args = append(args, id)
	}
	list, err := actors.List(s.db.Read().Query(ctx, `
		WITH RECURSIVE named (id) AS (
			SELECT p.actor_id
			  FROM people p JOIN actors a ON a.id = p.actor_id
			 WHERE (a.username_key = $2 OR lower(a.name) = lower($1) OR NOT p.protected AND lower(p.full_name) = lower($1))
			   AND p.actor_id <> $3 AND p.disabled_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL
			 LIMIT 100
		), up (person, id) AS (
			SELECT m.person_id, m.group_id FROM memberships m JOIN named ON named.id = m.person_id WHERE m.standing = 'verified'
			UNION
			SELECT up.person, p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		SELECT `+actors.Columns+`
		  FROM actors a
		 WHERE a.id IN (SELECT up.person FROM up WHERE up.id IN (`+store.Placeholders(4, len(v.Inner))+`))
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = a.id AND x.target_id = $3) OR (x.actor_id = $3 AND x.target_id = a.id))
		 ORDER BY a.username_key = $2 DESC, a.id
		 LIMIT 2`, args...))
	switch {
	case err != nil:
		return instance.Actor{}, fmt.Errorf("neighbour of %s: %w", v.ID, err)
	case len(list) == 0:
		return instance.Actor{}, &instance.Invalid{Field: "who", Code: "unknown"}
	case len(list) == 1 || strings.EqualFold(list[0].Username, typed):
		return list[0], nil
	}
	return instance.Actor{}, &instance.Invalid{Field: "who", Code: "several"}
}
