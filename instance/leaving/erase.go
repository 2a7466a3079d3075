package leaving

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Reference is a column of the schema that refers to actors or accounts.
type Reference struct {
	Table, Column string
	// OnDelete is what the schema says becomes of it: cascade, null or nothing.
	OnDelete string
}

// References reads from the schema of this database what refers to people, so
// that no table can be forgotten.
func References(ctx context.Context, db *store.DB, tx store.Tx) (all []Reference, err error) {
	sql := `
		SELECT m.name, f."from", f.on_delete
		  FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
		 WHERE m.type = 'table' AND f."table" IN ('actors', 'people')
		 ORDER BY 1, 2`
	if db.Engine() == store.Postgres {
		sql = `
		SELECT c.relname, a.attname, k.confdeltype::text
		  FROM pg_constraint k
		  JOIN pg_class c ON c.oid = k.conrelid
		  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
		 WHERE k.contype = 'f' AND k.confrelid IN ('actors'::regclass, 'people'::regclass)
		 ORDER BY 1, 2`
	}
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r Reference
		if err := rows.Scan(&r.Table, &r.Column, &r.OnDelete); err != nil {
			return nil, err
		}
		switch r.OnDelete {
		case "CASCADE", "c":
			r.OnDelete = "cascade"
		case "SET NULL", "n":
			r.OnDelete = "null"
		default:
			r.OnDelete = "nothing"
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// Stays are the references that are not touched, each with the reason.
var Stays = map[string]string{
	"actor_keys.actor_id": "the Delete is signed with them until every server has it; then they go",
	"activities.actor_id": "the Deletes themselves, until every server has them; then they go",
	"closings.person_id":  "goes last",
	"people.actor_id":     "goes last",
	"reports.target_id":   "what was decided about somebody stays, about an actor without a name",
}

// unruled is what becomes of references of which the schema says nothing, where
// that is not to stand under the actor of those who left: the statement that
// deals with them. $1 is the person.
var unruled = map[string]string{
	"boosts.source_id":            `UPDATE boosts SET source_id = NULL WHERE source_id = $1`,
	"domain_rules.created_by":     `UPDATE domain_rules SET created_by = NULL WHERE created_by = $1`,
	"held_relays.source_id":       `UPDATE held_relays SET source_id = NULL WHERE source_id = $1`,
	"home_entries.via_id":         `DELETE FROM home_entries WHERE via_id = $1`,
	"list_entries.via_id":         `DELETE FROM list_entries WHERE via_id = $1`,
	"memberships.verified_by":     `UPDATE memberships SET verified_by = NULL WHERE verified_by = $1`,
	"moderation_log.moderator_id": `UPDATE moderation_log SET moderator_id = NULL WHERE moderator_id = $1`,
	"post_mentions.actor_id":      `DELETE FROM post_mentions WHERE actor_id = $1`,
	"removals.removed_by":         `UPDATE removals SET removed_by = NULL WHERE removed_by = $1`,
	"reports.decided_by":          `UPDATE reports SET decided_by = NULL WHERE decided_by = $1`,
}

// counts put right what is counted of somebody elsewhere.
var counts = []string{
	`UPDATE actors SET followers_count = followers_count - 1
	  WHERE id IN (SELECT followee_id FROM follows WHERE follower_id = $1 AND state = 'accepted')`,
	`UPDATE actors SET following_count = following_count - 1
	  WHERE id IN (SELECT follower_id FROM follows WHERE followee_id = $1 AND state = 'accepted')`,
	`UPDATE posts SET likes_count = likes_count - 1 WHERE id IN (SELECT post_id FROM likes WHERE actor_id = $1)`,
	`UPDATE posts SET boosts_count = boosts_count - 1 WHERE id IN (SELECT post_id FROM boosts WHERE actor_id = $1)`,
}

// loose is what refers to a person without the schema knowing.
var loose = []string{
	// Activities before the queue, into which one that is under way comes only while it is kept.
	`DELETE FROM activities WHERE actor_id = $1 AND kind <> 'Delete'`,
	`DELETE FROM deliveries
	  WHERE signer = (SELECT uri FROM actors WHERE id = $1)
	    AND activity_id NOT IN (SELECT uri FROM activities WHERE actor_id = $1 AND kind = 'Delete')`,
	`DELETE FROM letters WHERE recipient = (SELECT email FROM people WHERE actor_id = $1)`,
	`DELETE FROM links WHERE email_key = (SELECT email_key FROM people WHERE actor_id = $1)`,
	`DELETE FROM sessions WHERE person_id = $1`,
	`UPDATE people SET invited_by = NULL WHERE invited_by = $1`,
	`DELETE FROM list_members WHERE owner_id = $1`,
	`DELETE FROM conversation_posts WHERE owner_id = $1`,
}

// erase removes every row that is somebody's and every mark of them in the rows
// of others, then the account, and empties the actor.
func (s *Service) erase(ctx context.Context, person instance.ActorID) error {
	former, err := s.o.Former(ctx)
	if err != nil {
		return err
	}
	return s.o.DB.InTx(ctx, func(tx store.Tx) error {
		refers, err := References(ctx, s.o.DB, tx)
		if err != nil {
			return err
		}
		a, err := actors.ByID(ctx, tx, person)
		if err != nil {
			return err
		}
		for _, sql := range append(append([]string{}, counts...), loose...) {
			if _, err := tx.Exec(ctx, sql, person); err != nil {
				return err
			}
		}
		for _, room := range s.o.Rooms {
			if err := room.Forget(ctx, tx, person); err != nil {
				return err
			}
		}
		if err := unnotice(ctx, tx, person, former.ID); err != nil {
			return err
		}
		for _, r := range refers {
			if err := settle(ctx, tx, r, person, former.ID); err != nil {
				return fmt.Errorf("%s.%s: %w", r.Table, r.Column, err)
			}
		}
		return s.last(ctx, tx, a)
	})
}

// unnotice leaves to others what they were told of the end of something, and
// takes the person out of the names of conversations.
func unnotice(ctx context.Context, tx store.Tx, person, former instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		UPDATE notifications
		   SET from_id = $2
		 WHERE from_id = $1 AND post_id IS NOT NULL
		   AND kind IN ('ask-cancelled', 'purchase-cancelled', 'ride-cancelled', 'ride-left', 'errand-cancelled', 'event-cancelled')`, person, former)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE conversations
		   SET people = REPLACE(people, $1, $2)
		 WHERE people LIKE $3`, ","+person.String()+",", ","+former.String()+",", "%,"+person.String()+",%")
	return err
}

// settle deals with one reference as the schema says, or as is said here.
func settle(ctx context.Context, tx store.Tx, r Reference, person, former instance.ActorID) error {
	name := r.Table + "." + r.Column
	if _, stays := Stays[name]; stays {
		return nil
	}
	sql, said := unruled[name]
	switch {
	case said:
	case r.OnDelete == "cascade":
		sql = `DELETE FROM ` + r.Table + ` WHERE ` + r.Column + ` = $1`
	case r.OnDelete == "null":
		sql = `UPDATE ` + r.Table + ` SET ` + r.Column + ` = NULL WHERE ` + r.Column + ` = $1`
	default: // what others need stands under nobody's name
		sql = `UPDATE ` + r.Table + ` SET ` + r.Column + ` = $2 WHERE ` + r.Column + ` = $1`
	}
	args := []any{person}
	if strings.Contains(sql, "$2") {
		args = append(args, former)
	}
	_, err := tx.Exec(ctx, sql, args...)
	return err
}

// last closes the account and empties the actor, whose name nobody takes again.
func (s *Service) last(ctx context.Context, tx store.Tx, a instance.Actor) error {
	_, err := tx.Exec(ctx, `INSERT INTO names_left (name_hash) VALUES ($1) ON CONFLICT DO NOTHING`, s.hash(strings.ToLower(a.Username)))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM people WHERE actor_id = $1`, a.ID); err != nil {
		return err
	}
	now := store.Millis(s.o.Now())
	if err := actors.MarkDeleted(ctx, tx, a.ID, now); err != nil {
		return err
	}
	nobody := "parti_" + strconv.FormatInt(int64(a.ID), 36)
	_, err = tx.Exec(ctx, `
		UPDATE actors
		   SET username = $2, username_key = $2, url = '', latitude = NULL, longitude = NULL, also_known_as = '[]', moved_to = '',
		       last_posted_at = NULL, posts_count = 0, followers_count = 0, following_count = 0, created_at = $3, updated_at = $3
		 WHERE id = $1`, a.ID, nobody, now)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM closings WHERE person_id = $1`, a.ID); err != nil {
		return err
	}
	return s.o.Jobs.Enqueue(ctx, tx, DropKeys{a.ID}, jobs.At(s.o.Now().Add(keysFor)))
}
