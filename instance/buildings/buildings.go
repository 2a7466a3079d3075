// Package buildings holds the space of a house: its works, its general meeting,
// its papers, its polls and what is wrong with it. It is for verified residents.
// Who manages the house comes in too, and sees what is addressed to it and what
// it wrote itself: never what residents say among themselves.
package buildings

import (
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

// Service keeps the spaces of houses.
type Service struct {
	db       *store.DB
	ids      *instance.IDs
	now      func() time.Time
	posts    Posts
	safe     *media.Safe
	pictures Pictures
	tell     func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// Posts is how a space gets at its polls.
type Posts interface {
	// Load returns those of the posts that v may read, in the order asked for.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
}

// Pictures writes pictures anew, so that they tell nothing but what they show.
type Pictures interface {
	// Rewrite returns the picture and its media type, and a [*media.Refusal] for
	// what is none.
	Rewrite(ctx context.Context, r io.Reader) ([]byte, string, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB       *store.DB
	IDs      *instance.IDs
	Now      func() time.Time
	Posts    Posts
	Files    media.Store // where papers lie, sealed
	Pictures Pictures
	// Tell tells people of something that concerns them.
	Tell func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, posts: o.Posts, safe: media.NewSafe(o.Files), pictures: o.Pictures, tell: o.Tell}
}

// Reader is how somebody comes into the space of a house.
type Reader struct {
	Viewer   instance.Viewer
	Place    instance.ActorID
	Resident bool             // a verified one, who reads everything
	Manages  instance.ActorID // the organisation they act for; 0 for none
}

// As is whom what the reader writes is from: the organisation for whoever only
// acts for it.
func (r Reader) As() instance.ActorID {
	if r.Resident {
		return r.Viewer.ID
	}
	return r.Manages
}

// Enter returns how somebody comes into the space of a house: as a verified
// resident, or as who acts for its manager. To everybody else, also to those who
// look after the place or the server without living there, and where there is no
// house, it is [instance.ErrNotFound].
func (s *Service) Enter(ctx context.Context, v instance.Viewer, place instance.ActorID) (Reader, error) {
	return enter(ctx, s.db.Read(), v, place)
}

func enter(ctx context.Context, tx store.Tx, v instance.Viewer, place instance.ActorID) (Reader, error) {
	r := Reader{Viewer: v, Place: place}
	if v.ID == 0 {
		return r, fmt.Errorf("enter house %s: %w", place, instance.ErrNotFound)
	}
	var manages *instance.ActorID
	err := tx.QueryRow(ctx, `
		SELECT (SELECT MIN(g.organisation_id)
		          FROM organisation_agents g
		          JOIN organisations o ON o.actor_id = g.organisation_id
		         WHERE g.person_id = $2 AND `+managing+`)
		  FROM actors h
		 WHERE h.id = $1 AND h.host = '' AND h.level IN ('building', 'residence') AND h.deleted_at IS NULL`, place, v.ID).Scan(&manages)
	if err != nil {
		return r, fmt.Errorf("enter house %s: %w", place, notFound(err))
	}
	if manages != nil {
		r.Manages = *manages
	}
	if r.Resident = slices.Contains(v.Inner, place); !r.Resident && r.Manages == 0 {
		return r, fmt.Errorf("enter house %s: %w", place, instance.ErrNotFound)
	}
	return r, nil
}

// managing holds for organisations o that manage the house $1: the syndics and
// institutions that are at home in it, and those that were named.
const managing = `(o.place_id = $1 AND o.sort IN ('syndic', 'institution')
	OR EXISTS (SELECT 1 FROM building_managers b WHERE b.place_id = $1 AND b.organisation_id = o.actor_id))`

// Managers returns who manages a house, the longest first.
func (s *Service) Managers(ctx context.Context, place instance.ActorID) ([]instance.Actor, error) {
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM organisations o JOIN actors a ON a.id = o.actor_id
		 WHERE `+managing+` AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY a.id`, place))
	if err != nil {
		return nil, fmt.Errorf("who manages %s: %w", place, err)
	}
	return list, nil
}

// SetManager names an organisation that manages a house although it is at home
// elsewhere, or takes that back. It is for who looks after the house and for the
// operator; others get [instance.ErrNotFound], and so does an organisation that
// is no syndic, no institution and no council.
func (s *Service) SetManager(ctx context.Context, v instance.Viewer, admin bool, place, organisation instance.ActorID, manages bool) error {
	if !admin && !slices.Contains(v.Tends, place) {
		return fmt.Errorf("name who manages %s: %w", place, instance.ErrNotFound)
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if !manages {
			_, err := tx.Exec(ctx, `DELETE FROM building_managers WHERE place_id = $1 AND organisation_id = $2`, place, organisation)
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO building_managers (place_id, organisation_id, since)
			SELECT h.id, o.actor_id, CAST($3 AS BIGINT)
			  FROM actors h JOIN organisations o ON o.actor_id = $2 AND o.sort IN ('syndic', 'institution', 'council')
			 WHERE h.id = $1 AND h.host = '' AND h.level IN ('building', 'residence')
			ON CONFLICT (place_id, organisation_id) DO UPDATE SET since = building_managers.since`, place, organisation, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s manages %s (%t): %w", organisation, place, manages, err)
	}
	return nil
}

// Managed returns the houses that an organisation manages, by their names.
func (s *Service) Managed(ctx context.Context, organisation instance.ActorID) ([]instance.Actor, error) {
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM actors a
		 WHERE a.host = '' AND a.level IN ('building', 'residence') AND a.deleted_at IS NULL
		   AND a.id IN (SELECT o.place_id FROM organisations o WHERE o.actor_id = $1 AND o.sort IN ('syndic', 'institution')
		                UNION
		                SELECT b.place_id FROM building_managers b WHERE b.organisation_id = $1)
		 ORDER BY lower(a.name), a.id`, organisation))
	if err != nil {
		return nil, fmt.Errorf("houses that %s manages: %w", organisation, err)
	}
	return list, nil
}

// Telling is to whom something is written besides the residents.
type Telling struct {
	To   instance.ActorID // who manages the house; 0 for nobody
	Hall bool
}

// write lets a reader write something of a sort into the space and tells those
// whom it is for: insert gets whom it is from and to whom it goes besides
// residents, nil for nobody.
func (s *Service) write(ctx context.Context, v instance.Viewer, place instance.ActorID, sort string, t Telling, insert func(tx store.Tx, r Reader, id instance.ID, to *instance.ActorID) error) (instance.ID, error) {
	id := s.ids.Next()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		r, err := enter(ctx, tx, v, place)
		if err != nil {
			return err
		}
		var to *instance.ActorID
		if t.To != 0 && t.To != r.As() {
			var manages bool
			err := tx.QueryRow(ctx, `
				SELECT EXISTS (SELECT 1 FROM organisations o WHERE o.actor_id = $2 AND `+managing+`)`, place, t.To).Scan(&manages)
			if err != nil {
				return err
			}
			if !manages {
				return &instance.Invalid{Field: "to", Code: "unknown"}
			}
			to = &t.To
		}
		if err := insert(tx, r, id, to); err != nil {
			return err
		}
		return s.announce(ctx, tx, r, sort, to)
	})
	return id, err
}

// where returns a condition on a table x of the space for what a reader may read
// of it, and its arguments, the first of them $1.
func (r Reader) where() (string, []any) {
	if r.Resident {
		return `x.place_id = $1`, []any{r.Place}
	}
	return `x.place_id = $1 AND (x.author_id = $2 OR x.to_id = $2)`, []any{r.Place, r.Manages}
}

// Sorts are what stands in the space and can be taken out of it, by the words of
// addresses.
var Sorts = []string{"works", "meetings", "documents", "incidents"}

// tables are where the sorts lie.
var tables = map[string]string{"works": "building_works", "meetings": "building_meetings", "documents": "building_documents", "incidents": "building_incidents"}

// Withdraw takes something out of the space: its author may, and a resident who
// looks after the house. Of a document the file goes too. Whoever may not gets
// [instance.ErrNotFound].
func (s *Service) Withdraw(ctx context.Context, v instance.Viewer, place instance.ActorID, sort string, id instance.ID) error {
	table, ok := tables[sort]
	if !ok {
		return fmt.Errorf("withdraw %s %s: %w", sort, id, instance.ErrNotFound)
	}
	var file string
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		r, err := enter(ctx, tx, v, place)
		if err != nil {
			return err
		}
		if sort == "documents" {
			err := tx.QueryRow(ctx, `SELECT file FROM building_documents WHERE id = $1 AND place_id = $2`, id, place).Scan(&file)
			if err != nil {
				return notFound(err)
			}
		}
		n, err := tx.Exec(ctx, `
			DELETE FROM `+table+`
			 WHERE id = $1 AND place_id = $2 AND (author_id = $3 OR by_id = $4 OR $5)`,
			id, place, r.As(), v.ID, r.Resident && slices.Contains(v.Tends, place))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err == nil && file != "" {
		err = s.safe.Delete(ctx, file)
	}
	if err != nil {
		return fmt.Errorf("withdraw %s %s: %w", sort, id, err)
	}
	return nil
}

// MayWithdraw tells whether a reader may take something of an author out.
func (r Reader) MayWithdraw(a instance.Addressed) bool {
	return a.Author.ID == r.As() || r.Resident && slices.Contains(r.Viewer.Tends, r.Place)
}

// addressed is the columns of a table x that every sort has, and where they are
// scanned to.
const addressed = actors.Columns + `, x.id, x.place_id, x.to_id`

func fields(d *instance.Addressed) (dest []any, done func() error) {
	var to *instance.ActorID
	dest, read := actors.Fields(&d.Author)
	return append(dest, &d.ID, &d.Place, &to), func() error {
		if to != nil {
			d.To = *to
		}
		return read()
	}
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}
