package assisted

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Deeds are what is done for people.
var Deeds = []string{"ask", "offer", "come", "order", "answer", "other"}

// Note notes what a helper did for a person; post is what it was about, 0 for
// nothing.
func (s *Service) Note(ctx context.Context, person, helper instance.ActorID, deed string, post instance.PostID) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO assisted_acts (id, person_id, helper_id, deed, post_id, at)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT),
			       (SELECT p.id FROM posts p WHERE p.id = $5), CAST($6 AS BIGINT)`,
			s.o.IDs.Next(), person, helper, deed, post, store.Millis(s.o.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("note what was done for somebody: %w", err)
	}
	return nil
}

// Act is something that was done for a person.
type Act struct {
	By   *instance.Actor // nil for somebody who left
	Deed string
	Post instance.PostID // 0 for none
	Name string          // of what it was about, as its title says or as it begins
	At   time.Time
}

// shownActs is how many acts are shown.
const shownActs = 50

// Acts returns what was done for a person, the latest first.
func (s *Service) Acts(ctx context.Context, person instance.ActorID) ([]Act, error) {
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT x.deed, COALESCE(x.post_id, 0), COALESCE(p.title, ''), x.at, COALESCE(x.helper_id, 0)
		  FROM assisted_acts x
		  LEFT JOIN posts p ON p.id = x.post_id AND p.deleted_at IS NULL AND p.audience <> 'direct'
		 WHERE x.person_id = $1
		 ORDER BY x.id DESC
		 LIMIT $2`, person, shownActs)
	if err != nil {
		return nil, fmt.Errorf("acts for %s: %w", person, err)
	}
	defer rows.Close()
	var list []Act
	var who []instance.ActorID
	for rows.Next() {
		var a Act
		var at int64
		var by instance.ActorID
		if err := rows.Scan(&a.Deed, &a.Post, &a.Name, &at, &by); err != nil {
			return nil, fmt.Errorf("acts for %s: %w", person, err)
		}
		a.At = store.Time(at)
		list, who = append(list, a), append(who, by)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("acts for %s: %w", person, err)
	}
	known, err := actors.ByIDs(ctx, s.o.DB.Read(), who)
	for i, id := range who {
		if a, ok := known[id]; ok && id != 0 {
			list[i].By = &a
		}
	}
	return list, err
}

// Answered is what somebody answered to what was done for a person.
type Answered struct {
	From    instance.Actor
	To      string // the title of what it answers
	Content string // sanitised HTML
	At      time.Time
}

// Answers returns what others answered to what helpers did for a person, the
// latest first: in the threads that began so and in the talks about what was
// agreed. What the person writes themself is not in it, nor any other message.
func (s *Service) Answers(ctx context.Context, person instance.ActorID) ([]Answered, error) {
	rows, err := s.o.DB.Read().Query(ctx, `
		WITH acted (post_id, thread_id, title) AS (
			SELECT p.id, p.thread_id, p.title
			  FROM posts p
			 WHERE p.deleted_at IS NULL AND p.id IN (SELECT x.post_id FROM assisted_acts x WHERE x.person_id = $1)
		), threads (id, title) AS (
			SELECT thread_id, title FROM acted
			UNION
			SELECT g.thread_id, t.title
			  FROM agreements g
			  JOIN acted t ON t.post_id = g.post_id
			  JOIN posts q ON q.id = g.post_id
			 WHERE g.thread_id IS NOT NULL AND (g.taker_id = $1 OR q.author_id = $1)
		)
		SELECT `+actors.Columns+`, t.title, p.content, p.published_at
		  FROM threads t
		  JOIN posts p ON p.thread_id = t.id
		  JOIN actors a ON a.id = p.author_id
		 WHERE p.author_id <> $1 AND p.waits_at IS NULL AND p.deleted_at IS NULL AND p.removed_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND EXISTS (SELECT 1 FROM post_mentions m WHERE m.post_id = p.id AND m.actor_id = $1)
		 ORDER BY p.id DESC
		 LIMIT $2`, person, shownActs)
	if err != nil {
		return nil, fmt.Errorf("answers to %s: %w", person, err)
	}
	defer rows.Close()
	var list []Answered
	for rows.Next() {
		var a Answered
		var at int64
		dest, done := actors.Fields(&a.From)
		if err := rows.Scan(append(dest, &a.To, &a.Content, &at)...); err != nil {
			return nil, fmt.Errorf("answers to %s: %w", person, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		a.At = store.Time(at)
		list = append(list, a)
	}
	return list, rows.Err()
}

// ByWhom returns, of those for whom something was done about a post, who did it
// last.
func (s *Service) ByWhom(ctx context.Context, post instance.PostID) (map[instance.ActorID]instance.Actor, error) {
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT `+actors.Columns+`, x.person_id
		  FROM assisted_acts x JOIN actors a ON a.id = x.helper_id
		 WHERE x.post_id = $1
		 ORDER BY x.id`, post)
	if err != nil {
		return nil, fmt.Errorf("by whom about %s: %w", post, err)
	}
	defer rows.Close()
	by := map[instance.ActorID]instance.Actor{}
	for rows.Next() {
		var helper instance.Actor
		var person instance.ActorID
		dest, done := actors.Fields(&helper)
		if err := rows.Scan(append(dest, &person)...); err != nil {
			return nil, fmt.Errorf("by whom about %s: %w", post, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		by[person] = helper
	}
	return by, rows.Err()
}
