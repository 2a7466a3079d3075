package activitypub

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"palier/federation/delivery"
	"palier/federation/signature"
	"palier/instance/store"
)

// Hosts is what we know of other servers. It is a [delivery.Registry] and keeps
// for the signatures what each host understood.
type Hosts struct {
	db  *store.DB
	now func() time.Time
}

var (
	_ delivery.Registry     = (*Hosts)(nil)
	_ signature.SchemeStore = (*Hosts)(nil)
)

// Load returns how hosts fare.
func (h *Hosts) Load(ctx context.Context, hosts []string) (map[string]delivery.Health, error) {
	found := make(map[string]delivery.Health, len(hosts))
	for part := range chunks(hosts, 500) {
		rows, err := h.db.Read().Query(ctx, `
			SELECT name, failures, failing_since, last_success_at, last_failure_at, last_error, resume_at, skew_ms
			  FROM hosts
			 WHERE name IN (`+store.Placeholders(1, len(part))+`)`, part...)
		if err != nil {
			return nil, fmt.Errorf("load hosts: %w", err)
		}
		if err := readHealth(rows, found); err != nil {
			return nil, fmt.Errorf("load hosts: %w", err)
		}
	}
	return found, nil
}

func readHealth(rows store.Rows, found map[string]delivery.Health) error {
	defer rows.Close()
	for rows.Next() {
		var name string
		var h delivery.Health
		var since, success, failure, resume *int64
		var skew int64
		if err := rows.Scan(&name, &h.Failures, &since, &success, &failure, &h.LastError, &resume, &skew); err != nil {
			return err
		}
		h.FailingSince, h.LastSuccess = store.TimeOrNever(since), store.TimeOrNever(success)
		h.LastFailure, h.ResumeAt = store.TimeOrNever(failure), store.TimeOrNever(resume)
		h.Skew = time.Duration(skew) * time.Millisecond
		found[name] = h
	}
	return rows.Err()
}

// Save stores how hosts fare.
func (h *Hosts) Save(ctx context.Context, health map[string]delivery.Health) error {
	err := h.db.Joined(ctx, func(tx store.Tx) error {
		// In one order, so that two who save the same hosts do not wait for each
		// other.
		for _, name := range slices.Sorted(maps.Keys(health)) {
			x := health[name]
			_, err := tx.Exec(ctx, `
				INSERT INTO hosts (name, first_seen_at, failures, failing_since, last_success_at, last_failure_at, last_error, resume_at, skew_ms)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
				ON CONFLICT (name) DO UPDATE
				   SET failures = excluded.failures, failing_since = excluded.failing_since,
				       last_success_at = excluded.last_success_at, last_failure_at = excluded.last_failure_at,
				       last_error = excluded.last_error, resume_at = excluded.resume_at, skew_ms = excluded.skew_ms`,
				name, store.Millis(h.now()), x.Failures, store.MillisOrNull(x.FailingSince), store.MillisOrNull(x.LastSuccess),
				store.MillisOrNull(x.LastFailure), x.LastError, store.MillisOrNull(x.ResumeAt), x.Skew.Milliseconds())
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save hosts: %w", err)
	}
	return nil
}

// Meet notes that a host is there. It is cheap for one that is known.
func (h *Hosts) Meet(ctx context.Context, tx store.Tx, name string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO hosts (name, first_seen_at)
		VALUES ($1, $2)
		ON CONFLICT DO NOTHING`, name, store.Millis(h.now()))
	return err
}

// Speaks1b12 notes that a host takes whole activities from groups.
func (h *Hosts) Speaks1b12(ctx context.Context, tx store.Tx, name string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO hosts (name, first_seen_at, speaks_1b12)
		VALUES ($1, $2, TRUE)
		ON CONFLICT (name) DO UPDATE SET speaks_1b12 = TRUE`, name, store.Millis(h.now()))
	return err
}

// speaking returns which of the recipients' hosts take whole activities from
// groups.
func (h *Hosts) speaking(ctx context.Context, recipients []delivery.Recipient) (map[string]bool, error) {
	var names []string
	seen := map[string]bool{}
	for _, r := range recipients {
		if host, ok := hostOf(r.Inbox); ok && !seen[host] {
			seen[host] = true
			names = append(names, host)
		}
	}
	speaks := map[string]bool{}
	for part := range chunks(names, 500) {
		rows, err := h.db.Read().Query(ctx, `
			SELECT name FROM hosts WHERE speaks_1b12 AND name IN (`+store.Placeholders(1, len(part))+`)`, part...)
		if err != nil {
			return nil, fmt.Errorf("hosts that speak FEP-1b12: %w", err)
		}
		if err := readNames(rows, speaks); err != nil {
			return nil, fmt.Errorf("hosts that speak FEP-1b12: %w", err)
		}
	}
	return speaks, nil
}

func readNames(rows store.Rows, names map[string]bool) error {
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		names[name] = true
	}
	return rows.Err()
}

// LoadScheme returns which signature a host understood, and when that was
// learned, or [signature.ErrNoScheme].
func (h *Hosts) LoadScheme(ctx context.Context, host string) (signature.Scheme, time.Time, error) {
	var scheme string
	var at *int64
	err := h.db.Read().QueryRow(ctx, `SELECT scheme, scheme_at FROM hosts WHERE name = $1`, host).Scan(&scheme, &at)
	if errors.Is(err, store.ErrNoRows) || err == nil && scheme == "" {
		return "", time.Time{}, signature.ErrNoScheme
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("signature scheme of %s: %w", host, err)
	}
	return signature.Scheme(scheme), store.TimeOrNever(at), nil
}

// SaveScheme notes which signature a host understood.
func (h *Hosts) SaveScheme(ctx context.Context, host string, scheme signature.Scheme, at time.Time) error {
	err := h.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO hosts (name, first_seen_at, scheme, scheme_at)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET scheme = excluded.scheme, scheme_at = excluded.scheme_at`,
			host, store.Millis(h.now()), string(scheme), store.Millis(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("signature scheme of %s: %w", host, err)
	}
	return nil
}

// chunks yields list in parts of at most n, as arguments of a query.
func chunks[T any](list []T, n int) func(yield func([]any) bool) {
	return func(yield func([]any) bool) {
		for len(list) > 0 {
			part := list[:min(n, len(list))]
			list = list[len(part):]
			args := make([]any, len(part))
			for i, v := range part {
				args[i] = v
			}
			if !yield(args) {
				return
			}
		}
	}
}
