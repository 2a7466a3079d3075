package conversations

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// mostShown is how many of those who take part a conversation names at most. It
// is told from others by all of them.
const mostShown = 50

// Hear brings private messages into the conversations of those who live here,
// and takes out what was deleted.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	var err error
	switch {
	case d.Kind == instance.Posted && d.Post.Audience == instance.ToMentioned && !d.Post.Discreet():
		err = s.posted(ctx, tx, d.Post)
	case d.Kind == instance.Deleted && d.Post.Audience == instance.ToMentioned:
		err = deleted(ctx, tx, d.Post.ID)
	case d.Kind == instance.Blocked:
		_, err = tx.Exec(ctx, `
			DELETE FROM conversations
			 WHERE owner_id = $1 AND people LIKE '%,' || CAST($2 AS TEXT) || ',%'`, d.Actor.ID, d.Target.ID.String())
	}
	if err != nil {
		return fmt.Errorf("conversations after %s: %w", d.Kind, err)
	}
	return nil
}

// posted writes a message into the conversation of each of those it is for, but
// not of those who block or mute its author.
func (s *Service) posted(ctx context.Context, tx store.Tx, p *instance.Post) error {
	people := []instance.ActorID{p.Author.ID}
	for _, a := range p.Mentions {
		people = append(people, a.ID)
	}
	slices.Sort(people)
	people = slices.Compact(people)
	args := []any{p.Thread, shown(people), key(people), p.ID, p.Author.ID, store.Millis(s.now())}
	var rows []string
	for _, id := range people {
		rows = append(rows, "(CAST($"+strconv.Itoa(len(args)+1)+" AS BIGINT), CAST($"+strconv.Itoa(len(args)+2)+" AS BIGINT))")
		args = append(args, s.ids.Next(), id)
	}
	written, err := pairs(tx.Query(ctx, `
		INSERT INTO conversations (id, owner_id, thread_id, people, people_key, last_post_id, unread)
		SELECT v.column1, a.actor_id, CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), a.actor_id <> $5
		  FROM (VALUES `+strings.Join(rows, ", ")+`) AS v JOIN people a ON a.actor_id = v.column2
		 WHERE NOT EXISTS (SELECT 1 FROM mutes x WHERE x.actor_id = a.actor_id AND x.target_id = $5
		                      AND (x.until IS NULL OR x.until > $6))
		   AND NOT EXISTS (SELECT 1 FROM blocked_domains x JOIN actors h ON h.host = x.domain
		                    WHERE x.actor_id = a.actor_id AND h.id = $5)
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = a.actor_id AND x.target_id = $5) OR (x.actor_id = $5 AND x.target_id = a.actor_id))
		ON CONFLICT (owner_id, thread_id, people_key) DO UPDATE
		   SET last_post_id = CASE WHEN excluded.last_post_id > conversations.last_post_id
		                           THEN excluded.last_post_id ELSE conversations.last_post_id END,
		       unread = excluded.unread
		RETURNING id, owner_id`, args...))
	if err != nil || len(written) == 0 {
		return err
	}
	args, rows = []any{p.ID}, nil
	for _, w := range written {
		rows = append(rows, "($"+strconv.Itoa(len(args)+1)+", $1, $"+strconv.Itoa(len(args)+2)+")")
		args = append(args, w.owner, w.id)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO conversation_posts (owner_id, post_id, conversation_id)
		VALUES `+strings.Join(rows, ", ")+`
		ON CONFLICT DO NOTHING`, args...)
	return err
}

// pair is a conversation and whose it is.
type pair struct {
	id    instance.ConversationID
	owner instance.ActorID
}

func pairs(rows store.Rows, err error) ([]pair, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []pair
	for rows.Next() {
		var p pair
		if err := rows.Scan(&p.id, &p.owner); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// deleted takes a message out of every conversation; one that holds nothing else
// goes with it.
func deleted(ctx context.Context, tx store.Tx, id instance.PostID) error {
	for _, sql := range []string{
		`UPDATE conversations
		    SET last_post_id = COALESCE((SELECT MAX(o.post_id) FROM conversation_posts o
		                                  WHERE o.conversation_id = conversations.id AND o.post_id <> $1), 0)
		  WHERE id IN (SELECT conversation_id FROM conversation_posts WHERE post_id = $1)`,
		`DELETE FROM conversations
		  WHERE last_post_id = 0 AND id IN (SELECT conversation_id FROM conversation_posts WHERE post_id = $1)`,
		`DELETE FROM conversation_posts WHERE post_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, id); err != nil {
			return err
		}
	}
	return nil
}

// shown writes the first of people as ',12,34,'.
func shown(people []instance.ActorID) string {
	return "," + joined(people[:min(len(people), mostShown)]) + ","
}

// key stands for all of people, however many.
func key(people []instance.ActorID) string {
	sum := sha256.Sum256([]byte(joined(people)))
	return hex.EncodeToString(sum[:16])
}

func joined(people []instance.ActorID) string {
	texts := make([]string, len(people))
	for i, id := range people {
		texts[i] = id.String()
	}
	return strings.Join(texts, ",")
}
