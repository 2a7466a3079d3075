package activitypub

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"palier/federation/delivery"
	"palier/instance"
	"palier/instance/store"
)

// Ledger holds deliveries that did not go through at once. It is a
// [delivery.Ledger].
type Ledger struct {
	db  *store.DB
	ids *instance.IDs
}

// holdAtOnce is how many deliveries one statement stores.
const holdAtOnce = 50

// Hold stores deliveries, in order, but for those of activities that were thrown
// away while they were under way: what is deleted waits in no queue.
func (l *Ledger) Hold(ctx context.Context, held []delivery.Held) error {
	err := l.db.Joined(ctx, func(tx store.Tx) error {
		held, err := stillKept(ctx, tx, held)
		if err != nil {
			return err
		}
		// In one order, so that two who hold for the same hosts do not wait for
		// each other.
		held = slices.SortedStableFunc(slices.Values(held), func(a, b delivery.Held) int { return strings.Compare(a.Inbox, b.Inbox) })
		for part := range slices.Chunk(held, holdAtOnce) {
			if err := l.hold(ctx, tx, part); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("hold %d deliveries: %w", len(held), err)
	}
	return nil
}

// stillKept is those deliveries whose activity is there still, of which none can
// go before tx ends: whoever throws activities away writes them before the queue.
func stillKept(ctx context.Context, tx store.Tx, held []delivery.Held) ([]delivery.Held, error) {
	var uris []any
	for _, h := range held {
		if !slices.Contains(uris, any(h.ActivityID)) { // one or two, whoever they are for
			uris = append(uris, h.ActivityID)
		}
	}
	if len(uris) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `
		UPDATE activities SET kind = kind WHERE uri IN (`+store.Placeholders(1, len(uris))+`) RETURNING uri`, uris...)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	if err := readNames(rows, there); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(held), func(h delivery.Held) bool { return !there[h.ActivityID] }), nil
}

func (l *Ledger) hold(ctx context.Context, tx store.Tx, held []delivery.Held) error {
	const columns = 10
	args := make([]any, 0, columns*len(held))
	rows := make([]string, 0, len(held))
	for _, h := range held {
		rows = append(rows, "("+store.Placeholders(len(args)+1, columns)+")")
		args = append(args, l.ids.Next(), h.Host, h.Inbox, h.ActivityID, h.Sender, string(h.Body), h.Attempts,
			store.Millis(h.NextAt), store.Millis(h.ExpiresAt), h.LastError)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO deliveries (id, host, inbox, activity_id, signer, body, attempts, next_at, expires_at, last_error)
		VALUES `+strings.Join(rows, ", ")+`
		ON CONFLICT DO NOTHING`, args...)
	return err
}

// Due returns what is to be tried for a host, in the order it was held.
func (l *Ledger) Due(ctx context.Context, host string, before time.Time, after int64, limit int) ([]delivery.Held, error) {
	rows, err := l.db.Read().Query(ctx, `
		SELECT id, host, inbox, activity_id, signer, body, attempts, next_at, expires_at, last_error
		  FROM deliveries
		 WHERE host = $1 AND next_at <= $2 AND id > $3
		 ORDER BY id
		 LIMIT $4`, host, store.Millis(before), after, limit)
	if err != nil {
		return nil, fmt.Errorf("deliveries due for %s: %w", host, err)
	}
	defer rows.Close()
	var list []delivery.Held
	for rows.Next() {
		var h delivery.Held
		var body string
		var next, expires int64
		if err := rows.Scan(&h.ID, &h.Host, &h.Inbox, &h.ActivityID, &h.Sender, &body, &h.Attempts, &next, &expires, &h.LastError); err != nil {
			return nil, fmt.Errorf("deliveries due for %s: %w", host, err)
		}
		h.Body, h.NextAt, h.ExpiresAt = []byte(body), store.Time(next), store.Time(expires)
		list = append(list, h)
	}
	return list, rows.Err()
}

// Settle writes down how a round of tries ended.
func (l *Ledger) Settle(ctx context.Context, done delivery.Settlement) error {
	err := l.db.InTx(ctx, func(tx store.Tx) error {
		if err := deleteIn(ctx, tx, `DELETE FROM deliveries WHERE id IN (`, done.Done); err != nil {
			return err
		}
		for _, p := range done.Postponed {
			_, err := tx.Exec(ctx, `
				UPDATE deliveries
				   SET attempts = $2, next_at = $3, last_error = $4
				 WHERE id = $1`, p.ID, p.Attempts, store.Millis(p.NextAt), p.LastError)
			if err != nil {
				return err
			}
		}
		for _, w := range done.Waiting {
			_, err := tx.Exec(ctx, `
				UPDATE deliveries SET next_at = $2 WHERE host = $1 AND next_at < $2`, w.Host, store.Millis(w.At))
			if err != nil {
				return err
			}
		}
		if err := deleteIn(ctx, tx, `DELETE FROM deliveries WHERE inbox IN (`, done.Ended); err != nil {
			return err
		}
		return deleteIn(ctx, tx, `DELETE FROM deliveries WHERE host IN (`, done.Dead)
	})
	if err != nil {
		return fmt.Errorf("settle deliveries: %w", err)
	}
	return nil
}

// deleteIn completes a DELETE … IN ( for a list, which may be empty.
func deleteIn[T any](ctx context.Context, tx store.Tx, sql string, list []T) error {
	if len(list) == 0 {
		return nil
	}
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	_, err := tx.Exec(ctx, sql+store.Placeholders(1, len(list))+`)`, args...)
	return err
}
