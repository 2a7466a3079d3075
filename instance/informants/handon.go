package informants

import (
	"context"
	"fmt"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// The kinds of notices about what one leaves to another.
const (
	NoticeLeft      = "informant-left"      // an informant's time is over and left something open, for who accepts them
	NoticeEntrusted = "informant-entrusted" // what another had is one's own now
	NoticeHandedOn  = "informant-handed-on" // another sees to what one wrote
)

// Circles is what informants need of circles of care: whom they look after there
// as informants of a place.
type Circles interface {
	// LookedAfter returns whom an informant of a place looks after.
	LookedAfter(ctx context.Context, tx store.Tx, place, informant instance.ActorID) ([]instance.Actor, error)
	// Informants returns who looks after somebody as an informant of a place.
	Informants(ctx context.Context, tx store.Tx, place instance.ActorID) ([]instance.ActorID, error)
	// HandOnIn puts another informant in the place of one, and returns of how many.
	HandOnIn(ctx context.Context, tx store.Tx, place, from, to instance.ActorID) (int, error)
}

// Left is what an informant of a place leaves, or would leave.
type Left struct {
	Person   instance.Actor
	Until    time.Time        // of their term; zero for who is no informant any more
	Called   []instance.Actor // whom they look after
	Requests int              // that they saw to and are open; what is in them is not told
	Others   []instance.Actor // who can take it over
}

// Handover is that what one had was handed on.
type Handover struct {
	From, To, By     instance.Actor
	Called, Requests int
	At               time.Time
}

// most is how many handovers are shown.
const most = 20

// mine holds for requests r of the place $1 that are open and that $2 sees to, or
// saw to last.
const mine = `r.place_id = $1 AND r.closed_at IS NULL AND (r.taken_by = $2 OR r.taken_by IS NULL AND r.left_by = $2)`

// keeping returns [instance.ErrNotFound] unless somebody accepts the informants of
// a place.
func keeping(ctx context.Context, tx store.Tx, by, place instance.ActorID) error {
	all, err := keepersOf(ctx, tx, place)
	if err == nil && !slices.Contains(all, by) {
		err = instance.ErrNotFound
	}
	return err
}

// Leaves returns what somebody leaves as an informant of a place, to who accepts
// its informants. For others, and of who is none and left nothing, it returns
// [instance.ErrNotFound].
func (s *Service) Leaves(ctx context.Context, by, place, person instance.ActorID) (l Left, err error) {
	tx := s.db.Read()
	if err = keeping(ctx, tx, by, place); err == nil {
		l, err = s.left(ctx, tx, place, person)
	}
	if err == nil && l.Until.IsZero() && len(l.Called) == 0 && l.Requests == 0 {
		err = instance.ErrNotFound
	}
	if err == nil {
		l.Others, err = s.others(ctx, tx, place, person)
	}
	if err != nil {
		return Left{}, fmt.Errorf("what an informant of %s leaves: %w", place, err)
	}
	return l, nil
}

func (s *Service) left(ctx context.Context, tx store.Tx, place, person instance.ActorID) (l Left, err error) {
	if l.Person, err = actors.ByID(ctx, tx, person); err != nil {
		return l, err
	}
	var until int64
	err = tx.QueryRow(ctx, `
		SELECT COALESCE((SELECT i.until FROM informants i WHERE i.place_id = $1 AND i.person_id = $2 AND i.until > $3), 0),
		       (SELECT COUNT(*) FROM informant_requests r WHERE `+mine+`)`, place, person, store.Millis(s.now())).Scan(&until, &l.Requests)
	if err != nil {
		return l, err
	}
	l.Until = timeOrNever(until)
	l.Called, err = s.circles.LookedAfter(ctx, tx, place, person)
	return l, err
}

// others returns the informants of a place but one.
func (s *Service) others(ctx context.Context, tx store.Tx, place, but instance.ActorID) ([]instance.Actor, error) {
	return actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM informants i JOIN actors a ON a.id = i.person_id
		 WHERE i.place_id = $1 AND i.until > $2 AND i.person_id <> $3 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY lower(a.name), a.id`, place, store.Millis(s.now()), but))
}

// LeftOpen returns who is no informant of a place any more and left something, to
// who accepts its informants; nothing to others.
func (s *Service) LeftOpen(ctx context.Context, by, place instance.ActorID) ([]instance.Actor, error) {
	keeps, err := s.Keeps(ctx, by, place)
	if err != nil || !keeps {
		return nil, err
	}
	tx := s.db.Read()
	looking, err := s.circles.Informants(ctx, tx, place)
	if err != nil {
		return nil, fmt.Errorf("what is left in %s: %w", place, err)
	}
	args := []any{place, store.Millis(s.now())}
	for _, id := range looking {
		args = append(args, id)
	}
	all, err := actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM actors a
		 WHERE (a.id IN (`+store.Placeholders(3, len(looking))+`)
		        OR a.id IN (SELECT r.left_by FROM informant_requests r WHERE r.place_id = $1 AND r.closed_at IS NULL AND r.taken_by IS NULL))
		   AND NOT EXISTS (SELECT 1 FROM informants i WHERE i.place_id = $1 AND i.person_id = a.id AND i.until > $2)
		 ORDER BY lower(a.name), a.id`, args...))
	if err != nil {
		return nil, fmt.Errorf("what is left in %s: %w", place, err)
	}
	return all, nil
}

// HandOn gives everything that an informant of a place has, or left, to another of
// it: whom they look after there, with what is planned, and the requests they see
// to. With over it ends the one's time too. It is noted by counts, and told to the
// people looked after, to who wrote, and to the other. It returns
// [instance.ErrNotFound] to who does not accept the informants of the place and
// where there is nothing to hand on, and an [instance.Invalid] for another who is
// no informant of it.
func (s *Service) HandOn(ctx context.Context, by, place, from, to instance.ActorID, over bool) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := keeping(ctx, tx, by, place); err != nil {
			return err
		}
		others, err := s.others(ctx, tx, place, from)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(others, func(a instance.Actor) bool { return a.ID == to }) {
			return &instance.Invalid{Field: "to", Code: "unknown"}
		}
		wrote, err := people(tx.Query(ctx, `
			UPDATE informant_requests AS r
			   SET taken_by = $3, left_by = NULL
			 WHERE `+mine+` AND r.asker_id <> $3
			   AND NOT EXISTS (SELECT 1 FROM blocks x
			                    WHERE (x.actor_id = $3 AND x.target_id = r.asker_id) OR (x.actor_id = r.asker_id AND x.target_id = $3))
			RETURNING asker_id`, place, from, to))
		if err != nil {
			return err
		}
		called, err := s.circles.HandOnIn(ctx, tx, place, from, to)
		if err != nil {
			return err
		}
		if over {
			n, err := end(ctx, tx, place, from)
			if err != nil {
				return err
			}
			if over = n > 0; over {
				if err := s.tell(ctx, tx, NoticeEnded, place, 0, []instance.ActorID{from}); err != nil {
					return err
				}
			}
		}
		if called == 0 && len(wrote) == 0 {
			if over {
				return nil
			}
			return instance.ErrNotFound
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO informant_handovers (id, place_id, from_id, to_id, by_id, called, requests)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, s.ids.Next(), place, from, to, by, called, len(wrote))
		if err != nil {
			return err
		}
		slices.Sort(wrote)
		if wrote = slices.Compact(wrote); len(wrote) > 0 {
			if err := s.tell(ctx, tx, NoticeHandedOn, place, 0, wrote); err != nil {
				return err
			}
		}
		return s.tell(ctx, tx, NoticeEntrusted, place, 0, []instance.ActorID{to})
	})
	if err != nil {
		return fmt.Errorf("hand on what an informant of %s has: %w", place, err)
	}
	return nil
}

// tellLeft tells who accepts the informants of a place that one of them left
// something open, if they did.
func (s *Service) tellLeft(ctx context.Context, tx store.Tx, place, person instance.ActorID) error {
	l, err := s.left(ctx, tx, place, person)
	if err != nil || len(l.Called) == 0 && l.Requests == 0 {
		return err
	}
	all, err := keepersOf(ctx, tx, place)
	if err != nil || len(all) == 0 {
		return err
	}
	return s.tell(ctx, tx, NoticeLeft, place, 0, all)
}

// Handovers returns what was handed on in a place, the latest first, to who
// accepts its informants; nothing to others.
func (s *Service) Handovers(ctx context.Context, by, place instance.ActorID) ([]Handover, error) {
	keeps, err := s.Keeps(ctx, by, place)
	if err != nil || !keeps {
		return nil, err
	}
	list, err := s.handovers(ctx, place)
	if err != nil {
		return nil, fmt.Errorf("what was handed on in %s: %w", place, err)
	}
	return list, nil
}

func (s *Service) handovers(ctx context.Context, place instance.ActorID) ([]Handover, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, COALESCE(from_id, 0), COALESCE(to_id, 0), COALESCE(by_id, 0), called, requests
		  FROM informant_handovers
		 WHERE place_id = $1
		 ORDER BY id DESC
		 LIMIT $2`, place, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Handover
	var who []instance.ActorID
	for rows.Next() {
		var h Handover
		var id instance.ID
		if err := rows.Scan(&id, &h.From.ID, &h.To.ID, &h.By.ID, &h.Called, &h.Requests); err != nil {
			return nil, err
		}
		h.At = id.Time()
		list, who = append(list, h), append(who, h.From.ID, h.To.ID, h.By.ID)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	known, err := actors.ByIDs(ctx, s.db.Read(), who)
	for i, h := range list {
		list[i].From, list[i].To, list[i].By = known[h.From.ID], known[h.To.ID], known[h.By.ID]
	}
	return list, err
}
