package digest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/mail"
	"palier/instance/store"
)

// Send is the job of writing the digests that are due.
type Send struct{}

// Kind names the job.
func (Send) Kind() string { return "digests" }

// perBatch is for how many people digests are gathered and written at once.
const perBatch = 300

// sendAll writes every digest that is due, some people at a time: each batch is
// one transaction, so a program that dies writes none twice and forgets none.
func (s *Service) sendAll(ctx context.Context, _ Send) error {
	for {
		due, err := s.due(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		digests, err := s.gather(ctx, due, true)
		if err != nil {
			return fmt.Errorf("gather digests: %w", err)
		}
		if err := s.write(ctx, due, digests); err != nil {
			return fmt.Errorf("write digests: %w", err)
		}
	}
}

// due returns some of those whose digest of today is not settled yet, although
// its hour has come.
func (s *Service) due(ctx context.Context) ([]reader, error) {
	now := s.o.Now().In(s.o.Zone)
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT p.actor_id, p.email, p.locale, CASE WHEN a.name <> '' THEN a.name ELSE a.username END, COALESCE(w.often, $5),
		       COALESCE((SELECT MAX(d.upto) FROM digests d WHERE d.person_id = p.actor_id), 0)
		  FROM people p
		  JOIN actors a ON a.id = p.actor_id
		  LEFT JOIN digest_wishes w ON w.person_id = p.actor_id
		 WHERE p.disabled_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND COALESCE(w.hour, $4) <= $2
		   AND (COALESCE(w.often, $5) = 'daily' OR w.often = 'weekly' AND w.weekday = $3)
		   AND NOT EXISTS (SELECT 1 FROM digests d WHERE d.person_id = p.actor_id AND d.day = $1)
		 ORDER BY p.actor_id
		 LIMIT $6`, s.day(now), now.Hour(), int(now.Weekday()), usual.Hour, string(usual.Often), perBatch)
	if err != nil {
		return nil, fmt.Errorf("whose digest is due: %w", err)
	}
	defer rows.Close()
	var list []reader
	for rows.Next() {
		var r reader
		var upto instance.ID
		if err := rows.Scan(&r.id, &r.email, &r.locale, &r.name, &r.often, &upto); err != nil {
			return nil, fmt.Errorf("whose digest is due: %w", err)
		}
		if r.since = s.from(now, r.often); upto != 0 {
			r.since = max(upto, instance.ID(store.Millis(now.Add(-mail.Keep))<<16))
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// from is the first entry of a home feed that a digest tells of.
func (s *Service) from(now time.Time, often Often) instance.ID {
	days := 1
	if often == Weekly {
		days = 7
	}
	return instance.ID(store.Millis(now.AddDate(0, 0, -days)) << 16)
}

// write settles the day for each of the readers, and sends a letter to those of
// whom there is something to tell.
func (s *Service) write(ctx context.Context, due []reader, digests map[instance.ActorID]Digest) error {
	letters := make(map[instance.ActorID]mail.Letter, len(due))
	for _, r := range due {
		if d := digests[r.id]; d.Items() > 0 {
			letters[r.id] = s.letter(r, d)
		}
	}
	return s.o.DB.InTx(ctx, func(tx store.Tx) error {
		settled, err := s.settle(ctx, tx, due, digests)
		if err != nil {
			return err
		}
		var send []mail.Letter
		for _, id := range settled {
			if l, ok := letters[id]; ok {
				send = append(send, l)
			}
		}
		return s.o.Mail.SendAll(ctx, tx, send)
	})
}

// settle returns whose day was not settled before.
func (s *Service) settle(ctx context.Context, tx store.Tx, due []reader, digests map[instance.ActorID]Digest) ([]instance.ActorID, error) {
	now := s.o.Now()
	args := []any{s.day(now), instance.ID(store.Millis(now) << 16)}
	values := make([]string, len(due))
	for i, r := range due {
		n := len(args) + 1
		values[i] = `(` + store.Placeholders(n, 1) + `, $1, $2, ` + store.Placeholders(n+1, 1) + `)`
		args = append(args, r.id, digests[r.id].Items())
	}
	rows, err := tx.Query(ctx, `
		INSERT INTO digests (person_id, day, upto, items)
		VALUES `+strings.Join(values, ", ")+`
		ON CONFLICT DO NOTHING
		RETURNING person_id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var settled []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		settled = append(settled, id)
	}
	return settled, rows.Err()
}

// For returns what there is to tell somebody now: of the last day, or of the last
// week for those who want the digest weekly.
func (s *Service) For(ctx context.Context, person instance.ActorID) (Digest, error) {
	w, err := s.Wish(ctx, person)
	if err != nil {
		return Digest{}, err
	}
	found, err := s.gather(ctx, []reader{{id: person, since: s.from(s.o.Now(), w.Often)}}, false)
	if err != nil {
		return Digest{}, fmt.Errorf("digest of %s: %w", person, err)
	}
	return found[person], nil
}

// Sweep forgets the days before a time: nobody is written to for them any more.
// The last of each person stays, since it says up to where they know.
func Sweep(ctx context.Context, tx store.Tx, before time.Time) error {
	day := before.Unix() / (24 * 60 * 60)
	_, err := tx.Exec(ctx, `
		DELETE FROM digests
		 WHERE day < $1 AND EXISTS (SELECT 1 FROM digests d WHERE d.person_id = digests.person_id AND d.day > digests.day)`, day)
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM letters_at_once WHERE day < $1`, day)
	}
	return err
}
