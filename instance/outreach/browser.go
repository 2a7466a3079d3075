package outreach

import (
	"context"
	"crypto/ecdh"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// PushBrowser is the job of telling one browser of one notice.
type PushBrowser struct {
	Subscription instance.ID `json:"subscription"`
	Notice       instance.ID `json:"notice"`
}

// Kind names the job.
func (PushBrowser) Kind() string { return "push_browser" }

// mostBrowsers is how many browsers of one person are told: the newest.
const mostBrowsers = 10

// SubscribeBrowser has a browser of somebody's told of what concerns them alone,
// whoever was told at that address before. It returns an [instance.Invalid] for
// an address that cannot be.
func (s *Service) SubscribeBrowser(ctx context.Context, person instance.ActorID, a Address) error {
	point, auth, err := s.check(a)
	if err != nil {
		return err
	}
	err = s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO browser_subscriptions (id, person_id, endpoint, p256dh, auth, created_at)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (endpoint) DO UPDATE
			   SET person_id = excluded.person_id, p256dh = excluded.p256dh, auth = excluded.auth, created_at = excluded.created_at`,
			s.o.IDs.Next(), person, a.Endpoint, point, auth, store.Millis(s.o.Now()))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			DELETE FROM browser_subscriptions
			 WHERE person_id = $1
			   AND id NOT IN (SELECT id FROM browser_subscriptions WHERE person_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)`, person, mostBrowsers)
		return err
	})
	if err != nil {
		return fmt.Errorf("tell a browser of %s: %w", person, err)
	}
	return nil
}

// UnsubscribeBrowser has a browser of somebody's told nothing any more.
func (s *Service) UnsubscribeBrowser(ctx context.Context, person instance.ActorID, endpoint string) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM browser_subscriptions WHERE person_id = $1 AND endpoint = $2`, person, endpoint)
		return err
	})
	if err != nil {
		return fmt.Errorf("tell a browser of %s nothing: %w", person, err)
	}
	return nil
}

// browsers adds to all a job for each browser of a notice's owner, if it is of
// what concerns them alone.
func (s *Service) browsers(ctx context.Context, tx store.Tx, all []jobs.Args, owner instance.ActorID, alert string, notice instance.ID) ([]jobs.Args, error) {
	if alert != "mention" {
		return all, nil
	}
	rows, err := tx.Query(ctx, `SELECT id FROM browser_subscriptions WHERE person_id = $1`, owner)
	if err != nil {
		return all, err
	}
	defer rows.Close()
	for rows.Next() {
		p := PushBrowser{Notice: notice}
		if err := rows.Scan(&p.Subscription); err != nil {
			return all, err
		}
		all = append(all, p)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// pushBrowser tells a browser of a notice, unless one of the two is gone, or its
// person has changed their password since.
func (s *Service) pushBrowser(ctx context.Context, p PushBrowser) error {
	if s.o.Now().Sub(p.Notice.Time()) > staleAfter {
		return nil
	}
	to := recipient{standard: true}
	var point []byte
	err := s.o.DB.Read().QueryRow(ctx, `
		SELECT x.person_id, x.endpoint, x.p256dh, x.auth
		  FROM browser_subscriptions x
		  JOIN people p ON p.actor_id = x.person_id
		  JOIN actors a ON a.id = x.person_id
		 WHERE x.id = $1 AND p.disabled_at IS NULL AND p.credentials_at <= x.created_at AND a.deleted_at IS NULL AND a.suspended_at IS NULL`,
		p.Subscription).Scan(&to.person, &to.endpoint, &point, &to.auth)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err == nil {
		to.to, err = ecdh.P256().NewPublicKey(point)
	}
	if err != nil {
		return fmt.Errorf("browser subscription %s: %w", p.Subscription, err)
	}
	gone, err := s.reach(ctx, to, p.Notice)
	if err != nil || !gone {
		return err
	}
	return s.UnsubscribeBrowser(ctx, to.person, to.endpoint)
}
