// Package informants holds the residents who volunteer to be asked in a place:
// how they come and go, what is written to them, what they pass on of what
// officials say, and which asks nobody answered. What is written to informants is
// for them and who wrote it: it is in no feed, no search, no letter and no line
// of the log, and leaves the server by no way.
package informants

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/writing"
)

// The kinds of notices.
const (
	NoticeVolunteer = "informant-volunteer" // somebody volunteers, for who accepts them
	NoticeAccepted  = "informant-accepted"  // one is an informant now, or goes on
	NoticeDeclined  = "informant-declined"  // one is not
	NoticeEnding    = "informant-ending"    // one's time is over soon
	NoticeEnded     = "informant-ended"     // it is over
	NoticeAsked     = "informant-asked"     // a resident wrote to the informants
	NoticeAnswer    = "informant-answer"    // somebody answered there
	NoticeOfficial  = "informant-official"  // officials let the place know something that matters
)

// Service keeps informants.
type Service struct {
	db      *store.DB
	ids     *instance.IDs
	now     func() time.Time
	posts   Posts
	readers Readers
	circles Circles
	tell    func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error
}

// Posts is what informants need of posts: what is passed on is one.
type Posts interface {
	// PublishWith posts what a person drafted and does with in its transaction.
	PublishWith(ctx context.Context, v instance.Viewer, d instance.Draft, with func(context.Context, store.Tx, *instance.Post) error) (*instance.Post, error)
	// Load returns those of the posts that v may read, in the order of ids.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
}

// Readers tells where people are at home.
type Readers interface {
	// Viewers returns people as readers, with the places they belong to.
	Viewers(ctx context.Context, ids []instance.ActorID) (map[instance.ActorID]instance.Viewer, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB      *store.DB
	IDs     *instance.IDs
	Now     func() time.Time
	Posts   Posts
	Readers Readers
	Circles Circles
	Jobs    *jobs.Queue
	// Tell tells people of something that concerns them, about a post or none.
	Tell func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error
}

// New returns a service on o. It has to be made before the job queue starts.
func New(o Options) *Service {
	s := &Service{db: o.DB, ids: o.IDs, now: o.Now, posts: o.Posts, readers: o.Readers, circles: o.Circles, tell: o.Tell}
	jobs.Handle(o.Jobs, s.tend, jobs.HandleOptions{})
	return s
}

// upwards is the place $1 and what it lies within on this server: a common table
// called up.
const upwards = `
	WITH RECURSIVE up (id) AS (
		SELECT CAST($1 AS BIGINT)
		UNION
		SELECT p.id
		  FROM up
		  JOIN nestings w ON w.child_id = up.id
		  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
	)`

// keepers are those who accept informants of what up holds: who looks after it,
// who acts for its council, and who moderates this server.
const keepers = `
	SELECT h.id
	  FROM (SELECT m.actor_id AS id FROM moderators m WHERE m.group_id IN (SELECT id FROM up)
	        UNION
	        SELECT g.person_id
	          FROM organisations o JOIN organisation_agents g ON g.organisation_id = o.actor_id
	         WHERE o.sort = 'council' AND o.place_id IN (SELECT id FROM up)
	        UNION
	        SELECT actor_id FROM people WHERE role IN ('moderator', 'admin')) AS h
	  JOIN people n ON n.actor_id = h.id
	  JOIN actors a ON a.id = h.id
	 WHERE a.deleted_at IS NULL AND a.suspended_at IS NULL`

func keepersOf(ctx context.Context, tx store.Tx, place instance.ActorID) ([]instance.ActorID, error) {
	return people(tx.Query(ctx, upwards+keepers+` ORDER BY h.id`, place))
}

// people reads a list of people.
func people(rows store.Rows, err error) ([]instance.ActorID, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}

// Keeps tells whether somebody accepts the informants of a place: its moderators
// and those of what it lies within, who acts for their council, and the
// moderators of the server.
func (s *Service) Keeps(ctx context.Context, by, place instance.ActorID) (bool, error) {
	var keeps bool
	err := s.db.Read().QueryRow(ctx, upwards+`SELECT EXISTS (`+keepers+` AND h.id = $2)`, place, by).Scan(&keeps)
	if err != nil {
		return false, fmt.Errorf("keeps informants of %s: %w", place, err)
	}
	return keeps, nil
}

// Volunteer notes that a verified resident wants to be an informant of a place, or
// to go on being one in the last [instance.InformantRenewal], and tells those who
// accept them. It returns [instance.ErrForbidden] to others, an [instance.Invalid]
// for what cannot be, and where there is nobody else who could accept them.
func (s *Service) Volunteer(ctx context.Context, v instance.Viewer, place instance.ActorID, p instance.Pledge) error {
	if !slices.Contains(v.Inner, place) {
		return fmt.Errorf("volunteer in %s: %w", place, instance.ErrForbidden)
	}
	p.Hours = writing.CleanLine(p.Hours, instance.MaxInformantHours+1)
	if utf8.RuneCountInString(p.Hours) > instance.MaxInformantHours {
		return &instance.Invalid{Field: "hours", Code: "too-long", Limit: instance.MaxInformantHours}
	}
	now := s.now()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		all, err := keepersOf(ctx, tx, place)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(id instance.ActorID) bool { return id == v.ID })
		if len(all) == 0 {
			return &instance.Invalid{Field: "volunteer", Code: "nobody"}
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO informants (place_id, person_id, hours, phone, asked_at)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (place_id, person_id) DO UPDATE
			   SET hours = excluded.hours, phone = excluded.phone, asked_at = excluded.asked_at
			 WHERE informants.asked_at IS NULL AND informants.until < $6`,
			place, v.ID, p.Hours, p.Phone, store.Millis(now), store.Millis(now.Add(instance.InformantRenewal)))
		if err != nil || n == 0 {
			return err // they wait already, or are one for long yet
		}
		return s.tell(ctx, tx, NoticeVolunteer, v.ID, 0, all)
	})
	if err != nil {
		return fmt.Errorf("%s volunteers in %s: %w", v.ID, place, err)
	}
	return nil
}

// SetPledge changes when an informant can be reached and at which number.
func (s *Service) SetPledge(ctx context.Context, person, place instance.ActorID, p instance.Pledge) error {
	p.Hours = writing.CleanLine(p.Hours, instance.MaxInformantHours+1)
	if utf8.RuneCountInString(p.Hours) > instance.MaxInformantHours {
		return &instance.Invalid{Field: "hours", Code: "too-long", Limit: instance.MaxInformantHours}
	}
	return s.change(ctx, "pledge", place, func(tx store.Tx) (int64, error) {
		return tx.Exec(ctx, `UPDATE informants SET hours = $3, phone = $4 WHERE place_id = $1 AND person_id = $2`, place, person, p.Hours, p.Phone)
	})
}

// GiveBack ends one's own time as an informant, or takes back that one volunteers.
// What one saw to waits for the others again.
func (s *Service) GiveBack(ctx context.Context, person, place instance.ActorID) error {
	return s.change(ctx, "give back", place, func(tx store.Tx) (int64, error) {
		n, err := end(ctx, tx, place, person)
		if err == nil && n > 0 {
			err = s.tellLeft(ctx, tx, place, person)
		}
		return n, err
	})
}

// end takes an informant out of a place and returns whether there was one.
func end(ctx context.Context, tx store.Tx, place, person instance.ActorID) (int64, error) {
	if err := leave(ctx, tx, place, person); err != nil {
		return 0, err
	}
	return tx.Exec(ctx, `DELETE FROM informants WHERE place_id = $1 AND person_id = $2`, place, person)
}

// leave has what an informant saw to wait for the others.
func leave(ctx context.Context, tx store.Tx, place, person instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		UPDATE informant_requests SET taken_by = NULL, left_by = $2 WHERE place_id = $1 AND taken_by = $2 AND closed_at IS NULL`, place, person)
	return err
}

// change does something with one informant; without one it is
// [instance.ErrNotFound].
func (s *Service) change(ctx context.Context, deed string, place instance.ActorID, do func(store.Tx) (int64, error)) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := do(tx)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s as informant of %s: %w", deed, place, err)
	}
	return nil
}

// Accept makes somebody who volunteers an informant of a place for
// [instance.InformantTerm], from the end of the term they have, if any. It returns
// [instance.ErrNotFound] for who cannot and for who did not volunteer,
// [instance.ErrForbidden] for oneself, and an [instance.Invalid] for one more than
// [instance.MaxInformants].
func (s *Service) Accept(ctx context.Context, by, place, person instance.ActorID) error {
	now := s.now()
	return s.kept(ctx, "accept", by, place, person, func(tx store.Tx) (string, int64, error) {
		var others int
		err := tx.QueryRow(ctx, `
			SELECT COUNT(*) FROM informants WHERE place_id = $1 AND person_id <> $2 AND until > $3`, place, person, store.Millis(now)).Scan(&others)
		if err == nil && others >= instance.MaxInformants {
			err = &instance.Invalid{Field: "volunteer", Code: "too-many", Limit: instance.MaxInformants}
		}
		if err != nil {
			return "", 0, err
		}
		n, err := tx.Exec(ctx, `
			UPDATE informants
			   SET asked_at = NULL, since = COALESCE(since, $3), accepted_by = $4, reminded = FALSE,
			       until = CAST($5 AS BIGINT) + CASE WHEN until > $3 THEN until ELSE CAST($3 AS BIGINT) END
			 WHERE place_id = $1 AND person_id = $2 AND asked_at IS NOT NULL`,
			place, person, store.Millis(now), by, instance.InformantTerm.Milliseconds())
		return NoticeAccepted, n, err
	})
}

// Decline says no to somebody who volunteers; an informant stays one until their
// time is over. Errors are those of [Service.Accept].
func (s *Service) Decline(ctx context.Context, by, place, person instance.ActorID) error {
	return s.kept(ctx, "decline", by, place, person, func(tx store.Tx) (string, int64, error) {
		n, err := tx.Exec(ctx, `UPDATE informants SET asked_at = NULL WHERE place_id = $1 AND person_id = $2 AND asked_at IS NOT NULL`, place, person)
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM informants WHERE place_id = $1 AND person_id = $2 AND until IS NULL`, place, person)
		}
		return NoticeDeclined, n, err
	})
}

// End ends the time of an informant at once. Errors are those of [Service.Accept].
func (s *Service) End(ctx context.Context, by, place, person instance.ActorID) error {
	return s.kept(ctx, "end", by, place, person, func(tx store.Tx) (string, int64, error) {
		n, err := end(ctx, tx, place, person)
		return NoticeEnded, n, err
	})
}

// kept does what only those may do who accept informants, and tells whom it is
// about; the notice is from the place.
func (s *Service) kept(ctx context.Context, deed string, by, place, person instance.ActorID, do func(store.Tx) (notice string, n int64, err error)) error {
	return s.change(ctx, deed, place, func(tx store.Tx) (int64, error) {
		all, err := keepersOf(ctx, tx, place)
		switch {
		case err != nil || !slices.Contains(all, by):
			return 0, err
		case by == person:
			return 0, instance.ErrForbidden
		}
		notice, n, err := do(tx)
		if err != nil || n == 0 {
			return n, err
		}
		return n, s.tell(ctx, tx, notice, place, 0, []instance.ActorID{person})
	})
}

// informantColumns are what [scan] reads of an informant i at the place g: the
// person a comes first.
const informantColumns = `i.hours, i.phone, COALESCE(i.asked_at, 0), COALESCE(i.since, 0), COALESCE(i.until, 0), i.place_id`

func (s *Service) list(ctx context.Context, tx store.Tx, rows store.Rows, err error) ([]instance.Informant, error) {
	if err != nil {
		return nil, err
	}
	var all []instance.Informant
	for rows.Next() {
		var i instance.Informant
		var asked, since, until int64
		dest, done := actors.Fields(&i.Person)
		if err := rows.Scan(append(dest, &i.Hours, &i.Phone, &asked, &since, &until, &i.Place.ID)...); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		if err := done(); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		i.Asked, i.Since, i.Until = timeOrNever(asked), timeOrNever(since), timeOrNever(until)
		all = append(all, i)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(all) == 0 {
		return nil, err
	}
	ids := make([]instance.ActorID, len(all))
	for n, i := range all {
		ids[n] = i.Place.ID
	}
	known, err := actors.ByIDs(ctx, tx, ids)
	for n := range all {
		all[n].Place = known[all[n].Place.ID]
	}
	return all, err
}

func timeOrNever(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return store.Time(ms)
}

// InOffice returns the informants of a place and of what it lies within, of the
// nearest place first, to its verified residents and those who look after it;
// nobody to others.
func (s *Service) InOffice(ctx context.Context, v instance.Viewer, place instance.ActorID) ([]instance.Informant, error) {
	if !v.Reads(instance.ToNeighbourhood, place) {
		return nil, nil
	}
	rows, err := s.db.Read().Query(ctx, upwards+`
		SELECT `+actors.Columns+`, `+informantColumns+`
		  FROM informants i JOIN actors a ON a.id = i.person_id
		 WHERE i.place_id IN (SELECT id FROM up) AND i.until > $2 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY CASE WHEN i.place_id = $1 THEN 0 ELSE 1 END, i.since, a.id
		 LIMIT $3`, place, store.Millis(s.now()), 2*instance.MaxInformants)
	all, err := s.list(ctx, s.db.Read(), rows, err)
	if err != nil {
		return nil, fmt.Errorf("informants of %s: %w", place, err)
	}
	return all, nil
}

// Of returns where somebody is an informant or volunteers to be.
func (s *Service) Of(ctx context.Context, person instance.ActorID) ([]instance.Informant, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, `+informantColumns+`
		  FROM informants i JOIN actors a ON a.id = i.person_id
		 WHERE i.person_id = $1 AND (i.until > $2 OR i.asked_at IS NOT NULL)
		 ORDER BY i.place_id`, person, store.Millis(s.now()))
	all, err := s.list(ctx, s.db.Read(), rows, err)
	if err != nil {
		return nil, fmt.Errorf("where %s is an informant: %w", person, err)
	}
	return all, nil
}

// Waiting returns who waits to be accepted by somebody, who waits the longest
// first, at most a hundred.
func (s *Service) Waiting(ctx context.Context, by instance.ActorID) ([]instance.Informant, error) {
	rows, err := s.db.Read().Query(ctx, `
		WITH RECURSIVE up (place, id) AS (
			SELECT i.place_id, i.place_id FROM informants i WHERE i.asked_at IS NOT NULL
			UNION
			SELECT up.place, p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		SELECT `+actors.Columns+`, `+informantColumns+`
		  FROM informants i JOIN actors a ON a.id = i.person_id
		 WHERE i.asked_at IS NOT NULL AND i.person_id <> $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND (EXISTS (SELECT 1 FROM people p WHERE p.actor_id = $1 AND p.role IN ('moderator', 'admin'))
		        OR i.place_id IN (SELECT up.place FROM up JOIN moderators m ON m.group_id = up.id WHERE m.actor_id = $1)
		        OR i.place_id IN (SELECT up.place
		                            FROM up
		                            JOIN organisations o ON o.place_id = up.id AND o.sort = 'council'
		                            JOIN organisation_agents g ON g.organisation_id = o.actor_id
		                           WHERE g.person_id = $1))
		 ORDER BY i.asked_at, i.person_id
		 LIMIT 100`, by)
	all, err := s.list(ctx, s.db.Read(), rows, err)
	if err != nil {
		return nil, fmt.Errorf("who waits to be an informant: %w", err)
	}
	return all, nil
}
