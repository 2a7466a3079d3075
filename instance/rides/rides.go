// Package rides lets neighbours go together: by car, by bicycle, on foot. Where
// a way begins and ends is known no finer than a commune and a public place in
// it, and nobody is followed on it.
package rides

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/france"
	"palier/instance/jobs"
	"palier/instance/readable"
	"palier/instance/store"
)

// Service keeps rides.
type Service struct {
	db       *store.DB
	ids      *instance.IDs
	now      func() time.Time
	zone     *time.Location
	posts    Posts
	communes Communes
	jobs     *jobs.Queue
	concern  Concern
	afar     Afar
}

// Posts is how rides get at their posts.
type Posts interface {
	// ByID returns one post if v may read it, else [instance.ErrNotFound].
	ByID(ctx context.Context, v instance.Viewer, id instance.PostID) (*instance.Post, error)
	// Load returns those of the posts that v may read, in this order.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
	// PublishWith posts a draft and does with in the same transaction.
	PublishWith(ctx context.Context, v instance.Viewer, d instance.Draft, with func(context.Context, store.Tx, *instance.Post) error) (*instance.Post, error)
}

// Communes knows communes by what people call them.
type Communes interface {
	// Called returns the communes that somebody means by what they typed.
	Called(ctx context.Context, typed string) ([]france.Commune, error)
}

// Concern tells people of something that concerns them about a post.
type Concern func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error

// Options are what a [Service] stands on.
type Options struct {
	DB       *store.DB
	IDs      *instance.IDs
	Now      func() time.Time
	Zone     *time.Location // in which days and times are
	Posts    Posts
	Communes Communes
	Jobs     *jobs.Queue
	Concern  Concern
	// Afar tells other servers; nil where there are none.
	Afar Afar
}

// Afar tells other servers what becomes of what their people asked for.
type Afar interface {
	// AnswerAfar says yes or no to who asked from another server, and nothing to
	// anybody here; reason is why not.
	AnswerAfar(ctx context.Context, tx store.Tx, post instance.PostID, who instance.ActorID, yes bool, reason string) error
	// Settled tells readers how a proposal stands now.
	Settled(ctx context.Context, tx store.Tx, post instance.PostID) error
}

// nobodyAfar is [Afar] where no other server is.
type nobodyAfar struct{}

func (nobodyAfar) AnswerAfar(context.Context, store.Tx, instance.PostID, instance.ActorID, bool, string) error {
	return nil
}
func (nobodyAfar) Settled(context.Context, store.Tx, instance.PostID) error { return nil }

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{db: o.DB, ids: o.IDs, now: o.Now, zone: o.Zone, posts: o.Posts, communes: o.Communes, jobs: o.Jobs, concern: o.Concern, afar: o.Afar}
	if s.afar == nil {
		s.afar = nobodyAfar{}
	}
	jobs.Handle(o.Jobs, s.forgetTrips, jobs.HandleOptions{})
	return s
}

// Stop is where somebody means by the name of a public place, which may be
// empty, and of its commune. It returns an [instance.Invalid] of the field for
// what is finer, is no commune, or could be several.
func (s *Service) Stop(ctx context.Context, field, place, commune string) (instance.Stop, error) {
	if err := instance.CheckStop(field+"-place", place); err != nil {
		return instance.Stop{}, err
	}
	if commune == "" {
		return instance.Stop{}, &instance.Invalid{Field: field, Code: "missing"}
	}
	found, err := s.communes.Called(ctx, commune)
	switch {
	case err != nil:
		return instance.Stop{}, fmt.Errorf("commune %q: %w", commune, err)
	case len(found) == 0:
		return instance.Stop{}, &instance.Invalid{Field: field, Code: "no-commune"}
	case len(found) > 1:
		return instance.Stop{}, &instance.Invalid{Field: field, Code: "several"}
	}
	c := found[0]
	return instance.Stop{Place: place, INSEE: c.Code, Commune: c.Name, Latitude: c.Latitude, Longitude: c.Longitude}, nil
}

// Offer posts a draft that offers seats on a way; with no days it is gone once.
// It returns an [instance.Invalid] for what cannot be.
func (s *Service) Offer(ctx context.Context, v instance.Viewer, d instance.Draft, r instance.Ride, seats int) (*instance.Post, error) {
	if err := r.Check(seats, s.now()); err != nil {
		return nil, err
	}
	at := r.At.In(s.zone)
	q := instance.Proposal{
		Purpose: instance.Offering, Category: r.Mode, Status: instance.ProposalOpen, Starts: r.At, Action: "deliverService", Unit: "one",
		Quantity: instance.Whole(seats), Available: instance.Whole(seats), From: r.From.Spot(), To: r.To.Spot(),
	}
	if r.Days == 0 {
		r.Days, q.Ends = instance.On(at), r.At
	} else {
		at = r.Days.Next(at, at)
		q.Starts, q.Repeats = at.UTC(), r.Days.Rule()
	}
	d.Kind, d.Proposal = instance.KindCarpool, &q
	return s.posts.PublishWith(ctx, v, d, func(ctx context.Context, tx store.Tx, p *instance.Post) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO rides (post_id, mode, from_insee, to_insee, minute, days)
			VALUES ($1, $2, $3, $4, $5, $6)`, p.ID, r.Mode, r.From.INSEE, r.To.INSEE, minute(at), int(r.Days))
		return err
	})
}

// minute is the minute of the day of a time, by its own clock.
func minute(t time.Time) int { return t.Hour()*60 + t.Minute() }

// Way is what somebody looks for: from one commune to another, on one of some
// days, within half an hour of a time of the day.
type Way struct {
	From, To string // INSEE
	Minute   int
	Days     instance.Weekdays
}

const (
	around    = 30 // minutes
	mostFound = 50
)

// Matches returns the open rides on a way that v may read and that have a seat
// left, the nearest in time first, but those of v.
func (s *Service) Matches(ctx context.Context, v instance.Viewer, w Way) ([]*instance.Post, error) {
	where, args := readable.Where(v, []any{w.From, w.To, w.Minute - around, w.Minute + around, int(w.Days), store.Millis(s.now()), v.ID, mostFound, w.Minute})
	ids, err := posts(s.db.Read().Query(ctx, `
		SELECT r.post_id
		  FROM rides r
		  JOIN proposals q ON q.post_id = r.post_id
		  JOIN posts p ON p.id = r.post_id
		 WHERE r.from_insee = $1 AND r.to_insee = $2 AND r.minute BETWEEN $3 AND $4 AND (r.days & $5) <> 0
		   AND q.status = 'open' AND q.available > 0 AND (q.ends_at IS NULL OR q.ends_at > $6)
		   AND p.author_id <> $7 AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`
		 ORDER BY ABS(r.minute - CAST($9 AS INTEGER)), r.post_id
		 LIMIT $8`, args...))
	if err != nil {
		return nil, fmt.Errorf("rides from %s to %s: %w", w.From, w.To, err)
	}
	return s.posts.Load(ctx, v, ids)
}

func posts(rows store.Rows, err error) (ids []instance.PostID, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Going is a ride as somebody sees it.
type Going struct {
	instance.Ride
	Way    Way
	Drives bool           // it is the viewer's own
	Mine   *instance.Seat // nil for none
	Next   time.Time      // when it is the next time, by the clock of the place
}

// Goes tells whether the viewer goes on it.
func (g *Going) Goes() bool { return g.Drives || g.Mine != nil && g.Mine.State == instance.SeatAgreed }

// ByID returns a ride as v sees it: with those who asked for the one who offers
// it, with those who go for who goes. It returns [instance.ErrNotFound] where
// there is none that v may read.
func (s *Service) ByID(ctx context.Context, v instance.Viewer, id instance.PostID) (*Going, error) {
	post, err := s.posts.ByID(ctx, v, id)
	if err == nil && (post.Gone() || post.Proposal == nil) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("ride %s: %w", id, err)
	}
	g := &Going{Ride: instance.Ride{Post: post, At: post.Proposal.Starts.In(s.zone)}, Drives: post.Author.ID == v.ID}
	if err := s.load(ctx, g, v.ID); err != nil {
		return nil, fmt.Errorf("ride %s: %w", id, err)
	}
	g.Next = g.At
	if post.Proposal.Repeats != "" {
		g.Next = g.Days.Next(g.At, s.now().In(s.zone))
	}
	return g, nil
}

func (s *Service) load(ctx context.Context, g *Going, me instance.ActorID) error {
	err := s.db.Read().QueryRow(ctx, `
		SELECT mode, from_insee, to_insee, minute, days FROM rides WHERE post_id = $1`, g.Post.ID).
		Scan(&g.Mode, &g.Way.From, &g.Way.To, &g.Way.Minute, &g.Days)
	if err != nil {
		return notFound(err)
	}
	g.Way.Days = g.Days
	seats, err := seatsOf(ctx, s.db.Read(), g.Post.ID)
	if err != nil {
		return err
	}
	for i := range seats {
		if seats[i].Actor.ID == me && me != 0 {
			g.Mine = &seats[i]
		}
	}
	for _, seat := range seats {
		if g.Drives && seat.State != instance.SeatDeclined || g.Goes() && seat.State == instance.SeatAgreed {
			g.Seats = append(g.Seats, seat)
		}
	}
	return nil
}

func seatsOf(ctx context.Context, tx store.Tx, id instance.PostID) ([]instance.Seat, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+actors.Columns+`, t.id, t.state
		  FROM ride_seats t JOIN actors a ON a.id = t.actor_id
		 WHERE t.post_id = $1
		 ORDER BY t.id`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var seats []instance.Seat
	for rows.Next() {
		var seat instance.Seat
		dest, done := actors.Fields(&seat.Actor)
		if err := rows.Scan(append(dest, &seat.ID, &seat.State)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		seats = append(seats, seat)
	}
	return seats, rows.Err()
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}
