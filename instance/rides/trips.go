package rides

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// lingers is how long a trip can be looked at after it was to arrive.
const lingers = 6 * time.Hour

// longest is how long a way takes at most.
const longest = 24 * time.Hour

// Trip is one time that somebody goes, as whom they trust sees it: nothing of
// where they are by then.
type Trip struct {
	Who, Driver     instance.Actor
	From, To        string
	Mode            string
	Leaves, Arrives time.Time // by the clock of the place
}

// ForgetTrips is the job that forgets trips whose time has passed.
type ForgetTrips struct{}

// Kind names the job.
func (ForgetTrips) Kind() string { return "forget_trips" }

func (s *Service) forgetTrips(ctx context.Context, _ ForgetTrips) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM ride_trips WHERE expires_at <= $1`, store.Millis(s.now()))
		return err
	})
}

// Share makes an address for one trip of a ride that somebody goes on, and
// returns the secret word in it, which is not kept. It returns an
// [instance.Invalid] for times that cannot be, and [instance.ErrNotFound] for who
// does not go.
func (s *Service) Share(ctx context.Context, v instance.Viewer, id instance.PostID, leaves, arrives time.Time) (word string, err error) {
	g, err := s.ByID(ctx, v, id)
	if err != nil {
		return "", err
	}
	switch {
	case !g.Goes():
		return "", fmt.Errorf("share a trip of ride %s: %w", id, instance.ErrNotFound)
	case leaves.IsZero() || leaves.Add(longest).Before(s.now()):
		return "", &instance.Invalid{Field: "leaves", Code: "past"}
	case !arrives.After(leaves) || arrives.After(leaves.Add(longest)):
		return "", &instance.Invalid{Field: "arrives", Code: "before-start"}
	}
	word = rand.Text()
	expires := arrives.Add(lingers)
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO ride_trips (hash, post_id, actor_id, leaves_at, arrives_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, hash(word), id, v.ID, store.Millis(leaves), store.Millis(arrives), store.Millis(expires))
		if err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, ForgetTrips{}, jobs.At(expires.Add(time.Second)))
	})
	if err != nil {
		return "", fmt.Errorf("share a trip of ride %s: %w", id, err)
	}
	return word, nil
}

func hash(word string) []byte {
	sum := sha256.Sum256([]byte(word))
	return sum[:]
}

// Trip returns the trip behind a secret word. It returns [instance.ErrNotFound]
// for any other word, and six hours after the trip was to arrive.
func (s *Service) Trip(ctx context.Context, word string) (*Trip, error) {
	var t Trip
	var leaves, arrives int64
	var who, driver instance.ActorID
	err := s.db.Read().QueryRow(ctx, `
		SELECT t.actor_id, p.author_id, q.from_name, q.to_name, r.mode, t.leaves_at, t.arrives_at
		  FROM ride_trips t
		  JOIN rides r ON r.post_id = t.post_id
		  JOIN proposals q ON q.post_id = t.post_id
		  JOIN posts p ON p.id = t.post_id
		 WHERE t.hash = $1 AND t.expires_at > $2`, hash(word), store.Millis(s.now())).
		Scan(&who, &driver, &t.From, &t.To, &t.Mode, &leaves, &arrives)
	if err != nil {
		return nil, fmt.Errorf("trip: %w", notFound(err))
	}
	known, err := actors.ByIDs(ctx, s.db.Read(), []instance.ActorID{who, driver})
	if err != nil {
		return nil, fmt.Errorf("trip: %w", err)
	}
	t.Who, t.Driver = known[who], known[driver]
	t.Leaves, t.Arrives = store.Time(leaves).In(s.zone), store.Time(arrives).In(s.zone)
	return &t, nil
}
