package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/store"
)

const columns = `id, recipient, subject, body, kind, stop, attached, refused, html`

func scan(r store.Row) (Stored, error) {
	var l Stored
	var attached string
	err := r.Scan(&l.ID, &l.To, &l.Subject, &l.Text, &l.Kind, &l.Stop, &attached, &l.Refused, &l.HTML)
	if errors.Is(err, store.ErrNoRows) {
		return l, instance.ErrNotFound
	}
	if err != nil {
		return l, err
	}
	return l, json.Unmarshal([]byte(attached), &l.Attached)
}

// Letters returns letters that no mail server has taken, the oldest first, from
// after an id (0 for the first): those to one address, or all of them for an
// empty one.
func (s *Service) Letters(ctx context.Context, to string, after instance.ID, limit int) ([]Stored, error) {
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM letters
		 WHERE id > $1 AND ($2 = '' OR lower(recipient) = $2)
		 ORDER BY id
		 LIMIT $3`, after, strings.ToLower(to), limit)
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	defer rows.Close()
	var list []Stored
	for rows.Next() {
		l, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list letters: %w", err)
		}
		list = append(list, l)
	}
	return list, rows.Err()
}

// ByID returns a letter that no mail server has taken. It returns
// [instance.ErrNotFound] for any other.
func (s *Service) ByID(ctx context.Context, id instance.ID) (Stored, error) {
	l, err := scan(s.o.DB.Read().QueryRow(ctx, `SELECT `+columns+` FROM letters WHERE id = $1`, id))
	if err != nil {
		return l, fmt.Errorf("letter %s: %w", id, err)
	}
	return l, nil
}

// Waiting is how many letters wait, and how many are refused for good.
type Waiting struct {
	Letters, Refused int
	Since            time.Time // the oldest that waits; zero for none
}

// Waiting counts the letters that no mail server has taken.
func (s *Service) Waiting(ctx context.Context) (Waiting, error) {
	var w Waiting
	var oldest *int64
	err := s.o.DB.Read().QueryRow(ctx, `
		SELECT COUNT(*) FILTER (WHERE refused = ''), COUNT(*) FILTER (WHERE refused <> ''), MIN(id) FILTER (WHERE refused = '')
		  FROM letters`).Scan(&w.Letters, &w.Refused, &oldest)
	if err != nil {
		return w, fmt.Errorf("count letters: %w", err)
	}
	if oldest != nil {
		w.Since = instance.ID(*oldest).Time()
	}
	return w, nil
}

// Sweep throws away what is older than [Keep].
func (s *Service) Sweep(ctx context.Context, tx store.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM letters WHERE id < $1`, instance.ID(store.Millis(s.o.Now().Add(-Keep))<<16))
	return err
}
