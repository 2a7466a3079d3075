// Package care holds circles of care: the neighbours and professionals who look
// after one person, with that person's consent. Each sees that another called or
// came, and what is planned. There is no text to write, so nothing can be noted
// of what somebody suffers from. Nothing of a circle is told to other rooms: it
// is in no feed, no search, no letter and no line of the log. Who is invited is
// told that there is an invitation, and neither by whom nor to what.
package care

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Kinds of what is written in a circle. How is how a call or a visit was found:
// all well, would like company, call again, nobody there.
var (
	Whats = []string{"call", "visit", "errand", "outing", "meal", "papers"}
	Hows  = []string{"well", "company", "again", "absent"}
	Roles = []string{"volunteer", "professional"}
)

const (
	// MaxMembers is how many can look after one person.
	MaxMembers = 20
	// keeps is how long what was done stands in a circle.
	keeps = 90 * 24 * time.Hour
	// shown is how many entries are shown.
	shown = 100
	// ahead is how far one can plan.
	ahead = 366 * 24 * time.Hour
)

// Service keeps circles.
type Service struct {
	db   *store.DB
	ids  *instance.IDs
	now  func() time.Time
	zone *time.Location
	jobs *jobs.Queue
	tell func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	IDs *instance.IDs
	Now func() time.Time
	// Zone is where the hours of calls are those of the clock.
	Zone *time.Location
	Jobs *jobs.Queue
	// Tell tells people of something that concerns them.
	Tell func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{db: o.DB, ids: o.IDs, now: o.Now, zone: o.Zone, jobs: o.Jobs, tell: o.Tell}
	jobs.Handle(o.Jobs, s.tend, jobs.HandleOptions{})
	return s
}

// NoticeInvited is the kind of notice by which somebody learns of an invitation.
// It is from themself, so that it shows nobody else.
const NoticeInvited = "care-invited"

// Circle is a circle of care as somebody in it sees it.
type Circle struct {
	ID      instance.ID
	Person  instance.Actor  // who is looked after
	Consent string          // self or paper
	Seen    *instance.Actor // who saw the paper, nil for nobody any more
	Since   time.Time
	Members []Member
	Planned []Entry // the next first
	Done    []Entry // the latest first
}

// Member is somebody who looks after the person, or was asked to.
type Member struct {
	instance.Actor
	Role   string
	Agreed bool
}

// Entry is something that was done or is planned.
type Entry struct {
	ID   instance.ID
	By   instance.Actor
	What string
	At   time.Time
	How  string // empty for what is planned, or where nothing was said
}

// Open begins the circle of a person who asks for it themself. It returns an
// [instance.ErrConflict] if they have one.
func (s *Service) Open(ctx context.Context, person instance.ActorID) (instance.ID, error) {
	return s.open(ctx, person, "self", 0)
}

// OpenOnPaper begins the circle of a person whose signed paper somebody saw; the
// paper stays with the person. Whether by may do so is asked before.
func (s *Service) OpenOnPaper(ctx context.Context, person, by instance.ActorID) (instance.ID, error) {
	return s.open(ctx, person, "paper", by)
}

func (s *Service) open(ctx context.Context, person instance.ActorID, consent string, by instance.ActorID) (instance.ID, error) {
	id := s.ids.Next()
	var seen *instance.ActorID
	if by != 0 {
		seen = &by
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO care_circles (id, person_id, consent, seen_by, agreed_at)
			VALUES ($1, $2, $3, $4, $5)`, id, person, consent, seen, store.Millis(s.now()))
		if store.IsUnique(err) {
			return instance.ErrConflict
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("open circle: %w", err)
	}
	return id, nil
}

// Withdraw takes back the person's consent: the circle is erased at once, with
// all that stands in it.
func (s *Service) Withdraw(ctx context.Context, person instance.ActorID) error {
	return s.write(ctx, "withdraw", func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM care_circles WHERE person_id = $1`, person)
		return err
	})
}

// write does something in one transaction. What is said of a failure names
// nobody.
func (s *Service) write(ctx context.Context, deed string, do func(store.Tx) error) error {
	if err := s.db.InTx(ctx, do); err != nil {
		return fmt.Errorf("%s in a circle: %w", deed, err)
	}
	return nil
}

// inside is a condition on circles c that holds for those whom $2 is in.
const inside = `(c.person_id = $2 OR EXISTS (SELECT 1 FROM care_members m WHERE m.circle_id = c.id AND m.person_id = $2 AND m.agreed_at IS NOT NULL))`

// held returns who is looked after in a circle in which somebody is. It returns
// [instance.ErrNotFound] for any other circle.
func held(ctx context.Context, tx store.Tx, circle instance.ID, who instance.ActorID) (person instance.ActorID, err error) {
	err = tx.QueryRow(ctx, `SELECT c.person_id FROM care_circles c WHERE c.id = $1 AND `+inside, circle, who).Scan(&person)
	if errors.Is(err, store.ErrNoRows) {
		err = instance.ErrNotFound
	}
	return person, err
}

// Invite asks somebody into the circle of a person, by anybody who is in it. It
// returns an [instance.Invalid] of the field who for the person themself and for
// one too many. Who blocks either of the two is not told.
func (s *Service) Invite(ctx context.Context, by instance.ActorID, circle instance.ID, who instance.ActorID, role string) error {
	return s.invite(ctx, by, circle, who, role, nil)
}

func (s *Service) invite(ctx context.Context, by instance.ActorID, circle instance.ID, who instance.ActorID, role string, informs *instance.ActorID) error {
	if role != "volunteer" && role != "professional" {
		return &instance.Invalid{Field: "role", Code: "unknown"}
	}
	return s.write(ctx, "invite", func(tx store.Tx) error {
		person, err := held(ctx, tx, circle, by)
		if err != nil {
			return err
		}
		if person == who {
			return &instance.Invalid{Field: "who", Code: "oneself"}
		}
		var before bool
		err = tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT 1 FROM care_members WHERE circle_id = $1 AND person_id = $2)
			    OR EXISTS (SELECT 1 FROM blocks WHERE actor_id = $2 AND target_id IN ($3, $4))`, circle, who, by, person).Scan(&before)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO care_members (circle_id, person_id, role, asked_at, informs_in)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($6 AS BIGINT)
			 WHERE (SELECT COUNT(*) FROM care_members WHERE circle_id = $1) < $5
			    OR EXISTS (SELECT 1 FROM care_members WHERE circle_id = $1 AND person_id = $2)
			ON CONFLICT (circle_id, person_id) DO UPDATE
			   SET role = excluded.role, informs_in = COALESCE(excluded.informs_in, care_members.informs_in)`,
			circle, who, role, store.Millis(s.now()), MaxMembers, informs)
		if err == nil && n == 0 {
			err = &instance.Invalid{Field: "who", Code: "too-many", Limit: MaxMembers}
		}
		if err != nil || before {
			return err
		}
		return s.tell(ctx, tx, NoticeInvited, who, []instance.ActorID{who})
	})
}

// Enter says yes to an invitation. It returns [instance.ErrNotFound] without one.
func (s *Service) Enter(ctx context.Context, who instance.ActorID, circle instance.ID) error {
	return s.write(ctx, "enter", func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE care_members
			   SET agreed_at = COALESCE(agreed_at, $3)
			 WHERE circle_id = $1 AND person_id = $2`, circle, who, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
}

// Part takes somebody out of a circle: themself, or another if the person looked
// after wants so. What they did stays, so that the others know.
func (s *Service) Part(ctx context.Context, by instance.ActorID, circle instance.ID, who instance.ActorID) error {
	return s.write(ctx, "part", func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			DELETE FROM care_members
			 WHERE circle_id = $1 AND person_id = $3
			   AND ($3 = $2 OR EXISTS (SELECT 1 FROM care_circles c WHERE c.id = $1 AND c.person_id = $2))`, circle, by, who)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
}

// Plan notes what somebody in a circle is going to do, and when. It returns an
// [instance.Invalid] for what is no kind, and for a time that is past or too far.
func (s *Service) Plan(ctx context.Context, by instance.ActorID, circle instance.ID, what string, at time.Time) error {
	now := s.now()
	switch {
	case at.Before(now.Add(-time.Hour)):
		return &instance.Invalid{Field: "at", Code: "past"}
	case at.After(now.Add(ahead)):
		return &instance.Invalid{Field: "at", Code: "too-late"}
	}
	return s.note(ctx, by, circle, what, at, nil, "")
}

// Did notes what somebody in a circle did just now, and how it was.
func (s *Service) Did(ctx context.Context, by instance.ActorID, circle instance.ID, what, how string) error {
	now := s.now()
	return s.note(ctx, by, circle, what, now, &now, how)
}

func (s *Service) note(ctx context.Context, by instance.ActorID, circle instance.ID, what string, at time.Time, done *time.Time, how string) error {
	if !among(Whats, what) {
		return &instance.Invalid{Field: "what", Code: "missing"}
	}
	if how != "" && !among(Hows, how) {
		return &instance.Invalid{Field: "how", Code: "unknown"}
	}
	var doneAt *int64
	if done != nil {
		ms := store.Millis(*done)
		doneAt = &ms
	}
	return s.write(ctx, "note", func(tx store.Tx) error {
		if _, err := held(ctx, tx, circle, by); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO care_entries (id, circle_id, by_id, what, at, done_at, how)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, s.ids.Next(), circle, by, what, store.Millis(at), doneAt, how)
		if err != nil || done == nil || what != "call" && what != "visit" {
			return err
		}
		return s.heard(ctx, tx, by, circle, how)
	})
}

func among(list []string, one string) bool {
	for _, v := range list {
		if v == one {
			return true
		}
	}
	return false
}

// Finish notes that what was planned was done, by anybody in the circle.
func (s *Service) Finish(ctx context.Context, by instance.ActorID, circle, entry instance.ID, how string) error {
	if how != "" && !among(Hows, how) {
		return &instance.Invalid{Field: "how", Code: "unknown"}
	}
	return s.write(ctx, "finish", func(tx store.Tx) error {
		if _, err := held(ctx, tx, circle, by); err != nil {
			return err
		}
		var what string
		err := tx.QueryRow(ctx, `
			UPDATE care_entries
			   SET done_at = $4, at = $4, by_id = $3, how = $5
			 WHERE id = $1 AND circle_id = $2 AND done_at IS NULL
			RETURNING what`, entry, circle, by, store.Millis(s.now()), how).Scan(&what)
		if errors.Is(err, store.ErrNoRows) {
			err = instance.ErrNotFound
		}
		if err != nil || what != "call" && what != "visit" {
			return err
		}
		return s.heard(ctx, tx, by, circle, how)
	})
}

// Drop takes back what one noted or planned oneself; the person looked after can
// take back anything.
func (s *Service) Drop(ctx context.Context, by instance.ActorID, circle, entry instance.ID) error {
	return s.write(ctx, "drop", func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			DELETE FROM care_entries
			 WHERE id = $1 AND circle_id = $2
			   AND (by_id = $3 OR EXISTS (SELECT 1 FROM care_circles c WHERE c.id = $2 AND c.person_id = $3))`, entry, circle, by)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
}

// Sweep forgets what was done long ago, and plans nobody kept.
func (s *Service) Sweep(ctx context.Context, tx store.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM care_entries WHERE at < $1`, store.Millis(s.now().Add(-keeps))); err != nil {
		return fmt.Errorf("sweep circles: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM care_days WHERE day < $1`, dayOf(s.now().Add(-keeps))); err != nil {
		return fmt.Errorf("sweep circles: %w", err)
	}
	return nil
}

// Brief is a circle on somebody's list.
type Brief struct {
	ID     instance.ID
	Person instance.Actor
	Own    bool // it is around the one who reads
	Asked  bool // they were asked into it and have not answered
}

// Of returns the circles somebody is in or was asked into.
func (s *Service) Of(ctx context.Context, who instance.ActorID) ([]Brief, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, c.id, c.person_id = $1,
		       EXISTS (SELECT 1 FROM care_members m WHERE m.circle_id = c.id AND m.person_id = $1 AND m.agreed_at IS NULL)
		  FROM care_circles c JOIN actors a ON a.id = c.person_id
		 WHERE (c.person_id = $1 OR c.id IN (SELECT m.circle_id FROM care_members m WHERE m.person_id = $1)) AND a.deleted_at IS NULL
		 ORDER BY c.person_id = $1 DESC, c.id`, who)
	if err != nil {
		return nil, fmt.Errorf("circles of somebody: %w", err)
	}
	defer rows.Close()
	var list []Brief
	for rows.Next() {
		var b Brief
		dest, done := actors.Fields(&b.Person)
		if err := rows.Scan(append(dest, &b.ID, &b.Own, &b.Asked)...); err != nil {
			return nil, fmt.Errorf("circles of somebody: %w", err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list, rows.Err()
}
