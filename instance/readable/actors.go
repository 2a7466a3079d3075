package readable

import (
	"palier/instance"
	"palier/instance/store"
)

// Actors returns a condition that holds for the actors, under their table's
// alias a, whom v has not put apart, and the arguments it adds to args: neither
// blocks the other, and v wants to hear of the server they live on. now is in
// Unix milliseconds; with muted, those whom v mutes hold as well.
func Actors(v instance.Viewer, now int64, muted bool, args []any) (string, []any) {
	if v.ID == 0 {
		return `a.id > 0`, args
	}
	args = append(args, v.ID)
	me := store.Placeholders(len(args), 1)
	sql := `NOT EXISTS (SELECT 1 FROM blocks ab
		                 WHERE (ab.actor_id = ` + me + ` AND ab.target_id = a.id)
		                    OR (ab.actor_id = a.id AND ab.target_id = ` + me + `))
		AND NOT EXISTS (SELECT 1 FROM blocked_domains ad WHERE ad.actor_id = ` + me + ` AND ad.domain = a.host)`
	if muted {
		return sql, args
	}
	args = append(args, now)
	return sql + `
		AND NOT EXISTS (SELECT 1 FROM mutes am
		                 WHERE am.actor_id = ` + me + ` AND am.target_id = a.id
		                   AND (am.until IS NULL OR am.until > ` + store.Placeholders(len(args), 1) + `))`, args
}
