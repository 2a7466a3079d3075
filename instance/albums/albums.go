// Package albums keeps photographs of events. None is shown before everybody one
// can recognise on it agreed; whoever sees one can take it down at once, without
// a reason. They are sealed files of their own and no part of a post, so that
// nothing of them leaves the server.
package albums

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/media"
	"palier/instance/store"
)

// Service keeps photographs of events.
type Service struct {
	Options

	safe *media.Safe
}

// Options are what a [Service] stands on.
type Options struct {
	DB       *store.DB
	IDs      *instance.IDs
	Now      func() time.Time
	Posts    Posts
	Events   Events
	Files    media.Store // where photographs lie, sealed
	Pictures Pictures
	// Asked tells people that somebody would show a photograph with them.
	Asked func(ctx context.Context, tx store.Tx, from instance.ActorID, event instance.PostID, whom []instance.ActorID) error
}

// Posts is how an album gets at its event.
type Posts interface {
	// ByID returns a post if v may read it, else [instance.ErrNotFound].
	ByID(ctx context.Context, v instance.Viewer, id instance.PostID) (*instance.Post, error)
}

// Events says who gave an event and who came.
type Events interface {
	// Hosts tells whether somebody is a host of an event.
	Hosts(ctx context.Context, by instance.ActorID, p *instance.Post) (bool, error)
	// Mine returns what somebody answered to it.
	Mine(ctx context.Context, who instance.ActorID, id instance.PostID) (instance.RSVP, error)
	// Coming returns who comes to it.
	Coming(ctx context.Context, id instance.PostID) ([]instance.Actor, error)
}

// Pictures writes pictures anew, so that they tell nothing but what they show.
type Pictures interface {
	// Rewrite returns the picture and its media type, and a [*media.Refusal] for
	// what is none.
	Rewrite(ctx context.Context, r io.Reader) ([]byte, string, error)
}

// New returns a service on o.
func New(o Options) *Service { return &Service{Options: o, safe: media.NewSafe(o.Files)} }

// Album is the photographs of an event as somebody sees them.
type Album struct {
	Event  *instance.Post
	Photos []instance.EventPhoto // those that wait for the one who reads first
	MayAdd bool
	Came   []instance.Actor // whom one can name, for who may add
	reader instance.PhotoReader
}

// Of returns the album of an event of ours for somebody who is signed in and may
// read it; to others it returns [instance.ErrNotFound]. What was for everyone is
// an album of those who came.
func (s *Service) Of(ctx context.Context, v instance.Viewer, event instance.PostID) (Album, error) {
	a, err := s.open(ctx, v, event)
	if err != nil {
		return a, fmt.Errorf("photographs of event %s: %w", event, err)
	}
	all, err := s.photos(ctx, `e.post_id = $2`, v.ID, event)
	if err != nil {
		return a, fmt.Errorf("photographs of event %s: %w", event, err)
	}
	for _, p := range all {
		if p.ShownTo(a.reader) {
			a.Photos = append(a.Photos, p.EventPhoto)
		}
	}
	slices.SortStableFunc(a.Photos, func(x, y instance.EventPhoto) int {
		switch {
		case (x.On && !x.Said) == (y.On && !y.Said):
			return 0
		case x.On && !x.Said:
			return -1
		}
		return 1
	})
	return a, nil
}

func (s *Service) open(ctx context.Context, v instance.Viewer, event instance.PostID) (Album, error) {
	var a Album
	if v.ID == 0 {
		return a, instance.ErrNotFound
	}
	p, err := s.Posts.ByID(ctx, v, event)
	if err != nil {
		return a, err
	}
	if p.Event == nil || !p.Local || p.Gone() {
		return a, instance.ErrNotFound
	}
	host, err := s.Events.Hosts(ctx, v.ID, p)
	if err != nil {
		return a, err
	}
	mine, err := s.Events.Mine(ctx, v.ID, event)
	if err != nil {
		return a, err
	}
	came := host || mine.State == instance.Comes
	a.Event, a.reader = p, instance.PhotoReader{ID: v.ID, Host: host, Circle: came || !p.Audience.Open()}
	if a.MayAdd = came && !p.Event.Starts.After(s.Now()); a.MayAdd {
		a.Came, err = s.came(ctx, p)
	}
	return a, err
}

// came is who can be asked whether they agree: those with an account here who
// came, and who invited.
func (s *Service) came(ctx context.Context, p *instance.Post) ([]instance.Actor, error) {
	all, err := s.Events.Coming(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all, func(a instance.Actor) bool { return a.ID == p.Author.ID }) {
		all = append(all, p.Author)
	}
	return slices.DeleteFunc(all, func(a instance.Actor) bool { return !a.Local() || a.Kind != instance.Person || a.Gone() }), nil
}

// Add adds a photograph as somebody who came, once it has begun. Who is on it is
// asked; who adds it agrees by that. It returns an [instance.Invalid] for what
// cannot be, and [instance.ErrNotFound] for who did not come.
func (s *Service) Add(ctx context.Context, v instance.Viewer, event instance.PostID, plan instance.PhotoPlan) error {
	a, err := s.open(ctx, v, event)
	if err == nil && !a.MayAdd {
		err = instance.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("add a photograph to event %s: %w", event, err)
	}
	if err := plan.Check(); err != nil {
		return err
	}
	slices.Sort(plan.People)
	plan.People = slices.Compact(plan.People)
	for _, id := range plan.People {
		if !slices.ContainsFunc(a.Came, func(who instance.Actor) bool { return who.ID == id }) {
			return &instance.Invalid{Field: "people", Code: "unknown"}
		}
	}
	content, kind, err := s.Pictures.Rewrite(ctx, bytes.NewReader(plan.Content))
	if _, refused := errors.AsType[*media.Refusal](err); refused {
		return &instance.Invalid{Field: "photo", Code: "no-picture"}
	}
	if err != nil {
		return fmt.Errorf("add a photograph to event %s: %w", event, err)
	}
	kept, err := s.safe.Put(ctx, "albums", content)
	if err != nil {
		return fmt.Errorf("add a photograph to event %s: %w", event, err)
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error { return s.insert(ctx, tx, v.ID, event, plan, kept, kind, len(content)) })
	if err != nil {
		return errors.Join(fmt.Errorf("add a photograph to event %s: %w", event, err), s.safe.Delete(ctx, kept.File))
	}
	return nil
}

func (s *Service) insert(ctx context.Context, tx store.Tx, by instance.ActorID, event instance.PostID, plan instance.PhotoPlan, kept media.Sealed, kind string, size int) error {
	id := s.IDs.Next()
	// The row of who adds is held, so that two presses come one after the other.
	if _, err := tx.Exec(ctx, `UPDATE actors SET updated_at = updated_at WHERE id = $1`, by); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO event_photos (id, post_id, adder_id, alt, language, people, nobody, others, kind, size, file, key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		id, event, by, plan.Alt, plan.Language, len(plan.People), plan.Nobody, plan.Others, kind, size, kept.File, kept.Key)
	if err != nil {
		return err
	}
	var all, mine int
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*), COUNT(*) FILTER (WHERE adder_id = $2)
		  FROM event_photos
		 WHERE post_id = $1`, event, by).Scan(&all, &mine)
	switch {
	case err != nil:
		return err
	case all > instance.MaxPhotos:
		return &instance.Invalid{Field: "photo", Code: "too-many", Limit: instance.MaxPhotos}
	case mine > instance.MaxPhotosOfOne:
		return &instance.Invalid{Field: "photo", Code: "too-many", Limit: instance.MaxPhotosOfOne}
	}
	m := store.Many{Into: `event_photo_people (photo_id, person_id, agreed)`}
	var asked []instance.ActorID
	for _, who := range plan.People {
		if who != by {
			asked = append(asked, who)
		}
		if err := m.Add(ctx, tx, id, who, who == by); err != nil {
			return err
		}
	}
	if err := m.End(ctx, tx); err != nil || len(asked) == 0 {
		return err
	}
	return s.Asked(ctx, tx, by, event, asked)
}

// Agree says that somebody agrees to be shown on a photograph. It returns
// [instance.ErrNotFound] for one they are not on.
func (s *Service) Agree(ctx context.Context, v instance.Viewer, event instance.PostID, id instance.ID) error {
	_, err := s.photo(ctx, v, event, id)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE event_photo_people SET agreed = TRUE WHERE photo_id = $1 AND person_id = $2`, id, v.ID)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("agree to photograph %s: %w", id, err)
	}
	return nil
}

// TakeDown throws a photograph out at once, as anybody who can see it. No reason
// is asked, and nobody is told who it was.
func (s *Service) TakeDown(ctx context.Context, v instance.Viewer, event instance.PostID, id instance.ID) error {
	p, err := s.photo(ctx, v, event, id)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM event_photos WHERE id = $1`, id)
		return err
	})
	if err == nil {
		err = s.safe.Delete(ctx, p.sealed.File)
	}
	if err != nil {
		return fmt.Errorf("take down photograph %s: %w", id, err)
	}
	return nil
}

// Open returns what a photograph shows, and its media type, to who may see it;
// [instance.ErrNotFound] to every other.
func (s *Service) Open(ctx context.Context, v instance.Viewer, event instance.PostID, id instance.ID) (content []byte, kind string, err error) {
	p, err := s.photo(ctx, v, event, id)
	if err != nil {
		return nil, "", err
	}
	if content, err = s.safe.Open(ctx, p.sealed, p.size); err != nil {
		return nil, "", fmt.Errorf("photograph %s: %w", id, err)
	}
	return content, p.kind, nil
}

// kept is a photograph with where it lies.
type kept struct {
	instance.EventPhoto

	sealed media.Sealed
	kind   string
	size   int
}

// photo returns a photograph of an event if v may see it.
func (s *Service) photo(ctx context.Context, v instance.Viewer, event instance.PostID, id instance.ID) (kept, error) {
	a, err := s.open(ctx, v, event)
	if err != nil {
		return kept{}, fmt.Errorf("photograph %s: %w", id, err)
	}
	found, err := s.photos(ctx, `e.post_id = $2 AND e.id = $3`, v.ID, event, id)
	if err == nil && (len(found) == 0 || !found[0].ShownTo(a.reader)) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return kept{}, fmt.Errorf("photograph %s: %w", id, err)
	}
	return found[0], nil
}

// photos returns those that where says, which begins at $2, the oldest first, as
// reader stands to them. One whose adder left belongs to nobody.
func (s *Service) photos(ctx context.Context, where string, reader instance.ActorID, args ...any) ([]kept, error) {
	rows, err := s.DB.Read().Query(ctx, `
		SELECT e.id, e.alt, e.language, e.nobody, e.others, e.people, e.kind, e.size, e.file, e.key,
		       (SELECT COUNT(*) FROM event_photo_people q WHERE q.photo_id = e.id AND q.agreed),
		       m.agreed, `+actors.Columns+`
		  FROM event_photos e
		  JOIN actors a ON a.id = e.adder_id
		  LEFT JOIN event_photo_people m ON m.photo_id = e.id AND m.person_id = $1
		 WHERE `+where+` AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY e.id`, append([]any{reader}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []kept
	for rows.Next() {
		var p kept
		var said *bool
		dest, done := actors.Fields(&p.Adder)
		if err := rows.Scan(append([]any{&p.ID, &p.Alt, &p.Language, &p.Nobody, &p.Others, &p.People, &p.kind, &p.size, &p.sealed.File, &p.sealed.Key, &p.Agreed, &said}, dest...)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		p.On, p.Said = said != nil, said != nil && *said
		list = append(list, p)
	}
	return list, rows.Err()
}

// mostSwept is how many photographs are thrown out in one go.
const mostSwept = 500

// Sweep throws out photographs whose event or adder is gone, and those of people
// who are no longer here.
func (s *Service) Sweep(ctx context.Context) error {
	var files []string
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		files = nil
		rows, err := tx.Query(ctx, `
			DELETE FROM event_photos
			 WHERE id IN (
				SELECT e.id
				  FROM event_photos e
				  LEFT JOIN posts p ON p.id = e.post_id
				  LEFT JOIN actors a ON a.id = e.adder_id
				 WHERE p.id IS NULL OR p.deleted_at IS NOT NULL OR p.removed_at IS NOT NULL
				    OR a.id IS NULL OR a.deleted_at IS NOT NULL
				    OR (SELECT COUNT(*) FROM event_photo_people q JOIN actors w ON w.id = q.person_id
				         WHERE q.photo_id = e.id AND w.deleted_at IS NULL) < e.people
				 LIMIT $1)
			RETURNING file`, mostSwept)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var file string
			if err := rows.Scan(&file); err != nil {
				return err
			}
			files = append(files, file)
		}
		return rows.Err()
	})
	// Rows go first: a file without a row is waste, a row without a file a fault.
	for _, file := range files {
		err = errors.Join(err, s.safe.Delete(ctx, file))
	}
	if err != nil {
		return fmt.Errorf("sweep photographs of events: %w", err)
	}
	return nil
}
