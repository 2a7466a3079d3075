// Package help lets somebody who needs it call neighbours with one press: those
// they asked before and who said yes. It is no emergency service and says so.
package help

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

const (
	// MaxNeighbours is how many somebody can have on their list.
	MaxNeighbours = 10
	// Lasts is how long a call stands that nobody ends.
	Lasts = 2 * time.Hour
	// keeps is how long a call that is over is known.
	keeps = 7 * 24 * time.Hour

	perHour, perDay = 3, 10
	maxPhone        = 20 // characters
)

// The kinds of notices.
const (
	NoticeAsk    = "help-ask"    // somebody asks to be allowed to call one
	NoticeYes    = "help-yes"    // a neighbour says yes to that
	NoticeCall   = "help-call"   // somebody calls for help, now
	NoticeOver   = "help-over"   // they need it no longer
	NoticeComing = "help-coming" // a neighbour comes
)

// Service keeps lists of neighbours and calls for help.
type Service struct {
	db   *store.DB
	ids  *instance.IDs
	now  func() time.Time
	tell func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	IDs *instance.IDs
	Now func() time.Time
	// Tell tells people of something that concerns them.
	Tell func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, tell: o.Tell}
}

// Neighbour is somebody on a list, or whose list one is on.
type Neighbour struct {
	instance.Actor
	Phone  string // what the one on the list gave for this; empty for nothing
	Agreed bool
}

// List returns whom a person may call, and whom they asked, the first asked
// first.
func (s *Service) List(ctx context.Context, person instance.ActorID) ([]Neighbour, error) {
	list, err := s.read(ctx, `n.neighbour_id`, `n.person_id`, person)
	if err != nil {
		return nil, fmt.Errorf("neighbours to call of %s: %w", person, err)
	}
	return list, nil
}

// Of returns who may call a neighbour, or asks to be allowed to.
func (s *Service) Of(ctx context.Context, neighbour instance.ActorID) ([]Neighbour, error) {
	list, err := s.read(ctx, `n.person_id`, `n.neighbour_id`, neighbour)
	if err != nil {
		return nil, fmt.Errorf("who may call %s: %w", neighbour, err)
	}
	return list, nil
}

func (s *Service) read(ctx context.Context, shown, by string, id instance.ActorID) ([]Neighbour, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, n.phone, n.agreed_at IS NOT NULL
		  FROM help_neighbours n JOIN actors a ON a.id = `+shown+`
		 WHERE `+by+` = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY n.asked_at, a.id`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Neighbour
	for rows.Next() {
		var n Neighbour
		dest, done := actors.Fields(&n.Actor)
		if err := rows.Scan(append(dest, &n.Phone, &n.Agreed)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// Ask asks a neighbour to be allowed to call them. Asking again changes nothing.
// It returns an [instance.Invalid] of the field who for oneself, and for one more
// than [MaxNeighbours].
func (s *Service) Ask(ctx context.Context, person, neighbour instance.ActorID) error {
	if person == neighbour {
		return &instance.Invalid{Field: "who", Code: "oneself"}
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO help_neighbours (person_id, neighbour_id, asked_at)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT)
			 WHERE (SELECT COUNT(*) FROM help_neighbours WHERE person_id = $1) < $4
			ON CONFLICT DO NOTHING`, person, neighbour, store.Millis(s.now()), MaxNeighbours)
		if err != nil {
			return err
		}
		if n == 0 {
			return s.full(ctx, tx, person, neighbour)
		}
		return s.tell(ctx, tx, NoticeAsk, person, []instance.ActorID{neighbour})
	})
	if err != nil {
		return fmt.Errorf("%s asks to call %s: %w", person, neighbour, err)
	}
	return nil
}

// full tells why somebody was not added: they are there, or too many are.
func (s *Service) full(ctx context.Context, tx store.Tx, person, neighbour instance.ActorID) error {
	var there bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM help_neighbours WHERE person_id = $1 AND neighbour_id = $2)`, person, neighbour).Scan(&there)
	if err == nil && !there {
		err = &instance.Invalid{Field: "who", Code: "too-many", Limit: MaxNeighbours}
	}
	return err
}

// Agree says yes to a person who asked, with a number to call if the neighbour
// gives one. It returns an [instance.Invalid] of the field phone for what is
// none, and [instance.ErrNotFound] if nobody asked.
func (s *Service) Agree(ctx context.Context, neighbour, person instance.ActorID, phone string) error {
	phone, err := ParsePhone(phone)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		var agreed bool
		err := tx.QueryRow(ctx, `
			SELECT agreed_at IS NOT NULL FROM help_neighbours WHERE person_id = $1 AND neighbour_id = $2`, person, neighbour).Scan(&agreed)
		if errors.Is(err, store.ErrNoRows) {
			return instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE help_neighbours
			   SET phone = $3, agreed_at = COALESCE(agreed_at, $4)
			 WHERE person_id = $1 AND neighbour_id = $2`, person, neighbour, phone, store.Millis(s.now()))
		if err != nil || agreed {
			return err
		}
		return s.tell(ctx, tx, NoticeYes, neighbour, []instance.ActorID{person})
	})
	if err != nil {
		return fmt.Errorf("%s lets %s call: %w", neighbour, person, err)
	}
	return nil
}

// Part takes a neighbour off a person's list; either of the two may, without a
// word.
func (s *Service) Part(ctx context.Context, person, neighbour instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM help_neighbours WHERE person_id = $1 AND neighbour_id = $2`, person, neighbour)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("take %s off the list of %s: %w", neighbour, person, err)
	}
	return nil
}

// ParsePhone returns a telephone number as it is dialled, with its leading +.
// Nothing stays nothing. It returns an [instance.Invalid] of the field phone.
func ParsePhone(typed string) (string, error) {
	number := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r == '+':
			return r
		case r == ' ' || r == '\u00a0' || r == '\u202f' || r == '.' || r == '-' || r == '(' || r == ')' || r == '/':
			return -1
		}
		return 'x'
	}, strings.TrimSpace(typed))
	bare := strings.TrimPrefix(number, "+")
	switch {
	case number == "":
		return "", nil
	case strings.ContainsAny(bare, "x+") || len(bare) < 4 || utf8.RuneCountInString(number) > maxPhone:
		return "", &instance.Invalid{Field: "phone", Code: "malformed"}
	}
	return number, nil
}
