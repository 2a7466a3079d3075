package organisations

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Ask is what a neighbour asks an organisation.
type Ask struct {
	To     instance.ActorID
	Place  instance.ActorID // the house it is about; 0 for none
	Text   string
	Shared bool // the residents of the house may read it with its answer
	Once   string
}

// Limits of the question boxes.
const (
	// MaxOpen is how many questions one person can have waiting at one
	// organisation.
	MaxOpen = 5

	maxQuestion = 2000
)

// The kinds of notices, both from the organisation.
const (
	NoticeAsked    = "question-asked"    // it was asked something, for who acts for it
	NoticeAnswered = "question-answered" // it answered, for who asked
)

func checkWords(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", &instance.Invalid{Field: field, Code: "missing"}
	case utf8.RuneCountInString(text) > maxQuestion:
		return "", &instance.Invalid{Field: field, Code: "too-long", Limit: maxQuestion}
	case !utf8.ValidString(text):
		return "", &instance.Invalid{Field: field, Code: "malformed"}
	}
	return text, nil
}

// Ask puts a question into the box of an organisation, for those who act for it
// and nobody else, who are told that there is one. A question that is sent twice stands once.
func (s *Service) Ask(ctx context.Context, by instance.ActorID, a Ask) error {
	text, err := checkWords("text", a.Text)
	if err != nil {
		return err
	}
	var place, once any
	if a.Place != 0 {
		place = a.Place
	}
	if a.Once != "" {
		once = a.Once
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		var waiting int
		var sent bool
		err := tx.QueryRow(ctx, `
			SELECT (SELECT COUNT(*) FROM questions q WHERE q.to_id = o.actor_id AND q.asker_id = $2 AND q.answered_at IS NULL),
			       EXISTS (SELECT 1 FROM questions q WHERE q.asker_id = $2 AND q.once = $3)
			  FROM organisations o JOIN actors a ON a.id = o.actor_id
			 WHERE o.actor_id = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, a.To, by, a.Once).Scan(&waiting, &sent)
		if err != nil {
			return notFound(err)
		}
		if sent {
			return nil
		}
		if waiting >= MaxOpen {
			return &instance.Invalid{Field: "text", Code: "too-many-questions", Limit: MaxOpen}
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO questions (id, to_id, place_id, asker_id, text, shared, once)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT DO NOTHING`, s.ids.Next(), a.To, place, by, text, a.Shared && a.Place != 0, once)
		if err != nil || n == 0 {
			return err
		}
		return s.tellAgents(ctx, tx, a.To, by)
	})
	if err != nil {
		return fmt.Errorf("ask %s: %w", a.To, err)
	}
	return nil
}

// tellAgents tells those who act for an organisation, but who asks, that it was
// asked something.
func (s *Service) tellAgents(ctx context.Context, tx store.Tx, id, asker instance.ActorID) error {
	rows, err := tx.Query(ctx, `SELECT person_id FROM organisation_agents WHERE organisation_id = $1 AND person_id <> $2 ORDER BY person_id`, id, asker)
	if err != nil {
		return err
	}
	defer rows.Close()
	var whom []instance.ActorID
	for rows.Next() {
		var who instance.ActorID
		if err := rows.Scan(&who); err != nil {
			return err
		}
		whom = append(whom, who)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(whom) == 0 {
		return err
	}
	return s.notify(ctx, tx, NoticeAsked, id, whom)
}

// Answer answers a question as the organisation it was put to, and tells who asked
// the first time. Only those who act
// for that may; others get [instance.ErrNotFound].
func (s *Service) Answer(ctx context.Context, by instance.Account, id instance.QuestionID, text string) error {
	text, err := checkWords("answer", text)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		var to, asker instance.ActorID
		var before bool
		err := tx.QueryRow(ctx, `
			SELECT to_id, asker_id, answered_at IS NOT NULL
			  FROM questions
			 WHERE id = $1
			   AND to_id IN (SELECT organisation_id FROM organisation_agents WHERE person_id = $2)`, id, by.ID).Scan(&to, &asker, &before)
		if err != nil {
			return notFound(err)
		}
		_, err = tx.Exec(ctx, `
			UPDATE questions
			   SET answer = $3, answered_by = $2, answered_at = $4
			 WHERE id = $1`, id, by.ID, text, store.Millis(s.now()))
		if err != nil || before || asker == by.ID {
			return err
		}
		return s.notify(ctx, tx, NoticeAnswered, to, []instance.ActorID{asker})
	})
	if err != nil {
		return fmt.Errorf("answer question %s: %w", id, err)
	}
	return nil
}

// Box returns a page of what an organisation was asked, the newest first, from
// before an id, for those who act for it; others get [instance.ErrNotFound].
func (s *Service) Box(ctx context.Context, by instance.Account, to instance.ActorID, before instance.ID, limit int) ([]instance.Question, error) {
	if err := actsFor(ctx, s.db.Read(), by, to); err != nil {
		return nil, fmt.Errorf("questions to %s: %w", to, err)
	}
	return s.questions(ctx, `q.to_id = $1 AND q.asker_id <> 0`, to, before, limit)
}

// Asked returns what somebody asked an organisation.
func (s *Service) Asked(ctx context.Context, by, to instance.ActorID, before instance.ID, limit int) ([]instance.Question, error) {
	return s.questions(ctx, `q.asker_id = $1 AND q.to_id = $4`, by, before, limit, to)
}

// AskedIn returns what was asked about a house, as somebody who lives in it reads
// it: what they asked themself, and what is answered of those who agreed.
func (s *Service) AskedIn(ctx context.Context, reader, house instance.ActorID, before instance.ID, limit int) ([]instance.Question, error) {
	return s.questions(ctx, `q.place_id = $1 AND (q.asker_id = $4 OR q.shared AND q.answered_at IS NOT NULL)`, house, before, limit, reader)
}

// questions reads a page of questions; where begins with whose they are as $1.
func (s *Service) questions(ctx context.Context, where string, of instance.ActorID, before instance.ID, limit int, args ...any) ([]instance.Question, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, q.id, q.to_id, q.place_id, q.text, q.shared, q.answer, q.answered_at
		  FROM questions q JOIN actors a ON a.id = q.asker_id
		 WHERE `+where+` AND q.id < $2
		 ORDER BY q.id DESC
		 LIMIT $3`, append([]any{of, before, limit}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("questions of %s: %w", of, err)
	}
	defer rows.Close()
	var list []instance.Question
	for rows.Next() {
		var q instance.Question
		var place *instance.ActorID
		var answered *int64
		dest, done := actors.Fields(&q.Asker)
		if err := rows.Scan(append(dest, &q.ID, &q.To, &place, &q.Text, &q.Shared, &q.Answer, &answered)...); err != nil {
			return nil, fmt.Errorf("questions of %s: %w", of, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		if place != nil {
			q.Place = *place
		}
		q.AskedAt, q.AnsweredAt = q.ID.Time(), store.TimeOrNever(answered)
		list = append(list, q)
	}
	return list, rows.Err()
}
