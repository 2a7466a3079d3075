// Package assisted keeps accounts of people without internet: with their consent
// on paper, others act for them, every act says so, and they can end it at any
// time by telephone with the code on their slip.
package assisted

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// MaxHelped is for how many people somebody can act who has no desk.
const MaxHelped = 3

// codeLength is how many signs a code has.
const codeLength = 10

// Service keeps who acts for whom.
type Service struct {
	o   Options
	key []byte
}

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	IDs *instance.IDs
	Now func() time.Time
	// Prepare does what of opening an account takes long, and returns how to open
	// it in a transaction.
	Prepare func(context.Context, instance.Newcomer) (func(context.Context, store.Tx) (instance.Account, error), error)
	// Declare notes that a person says they live in a place.
	Declare func(ctx context.Context, tx store.Tx, place, person instance.ActorID) ([]instance.Actor, error)
}

// New returns a service on o.
func New(ctx context.Context, o Options) (*Service, error) {
	key, err := o.DB.Secret(ctx, "paper codes")
	if err != nil {
		return nil, err
	}
	return &Service{o: o, key: key}, nil
}

// Plan is an account that is to be kept for somebody.
type Plan struct {
	Name, Locale, Phone string
	Place               instance.ActorID
	Consent             bool // by saw the sheet that the person signed
	By                  instance.ActorID
	Desk                bool // by acts for a desk of the place
	// Helper is who acts for the person, if not By.
	Helper instance.ActorID
}

// Opened is an account that was opened, with the code that is printed once.
type Opened struct {
	instance.Account
	Code string
}

// Open opens an account for somebody without internet. Who opened it acts for
// them at once; another is asked. It returns an [instance.Invalid] for what
// cannot be, of the field consent where no sheet was seen.
func (s *Service) Open(ctx context.Context, p Plan) (Opened, error) {
	if !p.Consent {
		return Opened{}, &instance.Invalid{Field: "consent", Code: "unticked"}
	}
	if strings.TrimSpace(p.Name) == "" {
		return Opened{}, &instance.Invalid{Field: "name", Code: "missing"}
	}
	enrol, err := s.o.Prepare(ctx, instance.Newcomer{FullName: p.Name, Locale: p.Locale, Paper: true})
	if err != nil {
		return Opened{}, err
	}
	opened := Opened{Code: newCode()}
	now := store.Millis(s.o.Now())
	err = s.o.DB.InTx(ctx, func(tx store.Tx) error {
		if !p.Desk {
			if err := s.room(ctx, tx, p.By); err != nil {
				return err
			}
		}
		if opened.Account, err = enrol(ctx, tx); err != nil {
			return err
		}
		if _, err := s.o.Declare(ctx, tx, p.Place, opened.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO assisted_people (person_id, place_id, code_hash, phone, consent_at, seen_by)
			VALUES ($1, $2, $3, $4, $5, $6)`, opened.ID, p.Place, s.hash(opened.Code), p.Phone, now, p.By)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE people SET easy = TRUE, text_size = 'large' WHERE actor_id = $1`, opened.ID); err != nil {
			return err
		}
		if err := s.add(ctx, tx, opened.ID, p.By, p.By, true); err != nil || p.Helper == 0 || p.Helper == p.By {
			return err
		}
		return s.add(ctx, tx, opened.ID, p.Helper, p.By, false)
	})
	if err != nil {
		return Opened{}, fmt.Errorf("open an account for somebody: %w", err)
	}
	return opened, nil
}

// room sees to it that somebody does not act for too many.
func (s *Service) room(ctx context.Context, tx store.Tx, helper instance.ActorID) error {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM assistances WHERE helper_id = $1`, helper).Scan(&n)
	if err == nil && n >= MaxHelped {
		err = &instance.Invalid{Field: "name", Code: "too-many-helped", Limit: MaxHelped}
	}
	return err
}

func (s *Service) add(ctx context.Context, tx store.Tx, person, helper, seen instance.ActorID, agreed bool) error {
	now := store.Millis(s.o.Now())
	var at *int64
	if agreed {
		at = &now
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO assistances (person_id, helper_id, consent_at, seen_by, agreed_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, person, helper, now, seen, at)
	return err
}

// newCode is what stands on a slip: signs that none takes for another.
func newCode() string {
	return strings.NewReplacer("O", "8", "I", "9", "L", "4").Replace(rand.Text()[:codeLength])
}

// Grouped is a code as it is printed.
func Grouped(code string) string { return code[:codeLength/2] + " " + code[codeLength/2:] }

func (s *Service) hash(code string) string {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(code))))
	return hex.EncodeToString(h.Sum(nil))
}

// Helped is somebody for whom another acts, as that one sees them.
type Helped struct {
	instance.Actor
	Phone  string
	Agreed bool // the helper said yes
	May    bool // the helper may act now
}

// standing is a condition under which a helper x may act for the person z.
const standing = `x.agreed_at IS NOT NULL AND (z.own_access_at IS NULL OR x.confirmed_at >= z.own_access_at)`

// HelpedBy returns for whom somebody acts, or is asked to.
func (s *Service) HelpedBy(ctx context.Context, helper instance.ActorID) ([]Helped, error) {
	list, err := s.helped(ctx, `x.helper_id = $1`, helper)
	if err != nil {
		return nil, fmt.Errorf("helped by %s: %w", helper, err)
	}
	return list, nil
}

func (s *Service) helped(ctx context.Context, where string, args ...any) ([]Helped, error) {
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT `+actors.Columns+`, z.phone, x.agreed_at IS NOT NULL, `+standing+`
		  FROM assistances x
		  JOIN assisted_people z ON z.person_id = x.person_id
		  JOIN actors a ON a.id = x.person_id
		 WHERE `+where+` AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY lower(a.name), a.id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Helped
	for rows.Next() {
		var h Helped
		var may *bool
		dest, done := actors.Fields(&h.Actor)
		if err := rows.Scan(append(dest, &h.Phone, &h.Agreed, &may)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		h.May = may != nil && *may
		list = append(list, h)
	}
	return list, rows.Err()
}

// ByHelper returns a person to somebody who acts for them, or is asked to. For
// everybody else they are [instance.ErrNotFound].
func (s *Service) ByHelper(ctx context.Context, helper, person instance.ActorID) (Helped, error) {
	list, err := s.helped(ctx, `x.helper_id = $1 AND x.person_id = $2`, helper, person)
	if err == nil && len(list) == 0 {
		err = instance.ErrNotFound
	}
	if err != nil {
		return Helped{}, fmt.Errorf("%s helped by %s: %w", person, helper, err)
	}
	return list[0], nil
}

// Helper is somebody who acts for a person, as that person or a desk sees them.
type Helper struct {
	instance.Actor
	Since     time.Time
	Agreed    bool
	Confirmed bool // the person confirmed them since they have access of their own
}

// Helpers returns who acts for a person.
func (s *Service) Helpers(ctx context.Context, person instance.ActorID) ([]Helper, error) {
	rows, err := s.o.DB.Read().Query(ctx, `
		SELECT `+actors.Columns+`, x.consent_at, x.agreed_at IS NOT NULL, (`+standing+`)
		  FROM assistances x
		  JOIN assisted_people z ON z.person_id = x.person_id
		  JOIN actors a ON a.id = x.helper_id
		 WHERE x.person_id = $1 AND a.deleted_at IS NULL
		 ORDER BY x.consent_at, a.id`, person)
	if err != nil {
		return nil, fmt.Errorf("helpers of %s: %w", person, err)
	}
	defer rows.Close()
	var list []Helper
	for rows.Next() {
		var h Helper
		var since int64
		var may *bool
		dest, done := actors.Fields(&h.Actor)
		if err := rows.Scan(append(dest, &since, &h.Agreed, &may)...); err != nil {
			return nil, fmt.Errorf("helpers of %s: %w", person, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		h.Since, h.Confirmed = store.Time(since), may != nil && *may
		list = append(list, h)
	}
	return list, rows.Err()
}

// Answer says whether somebody who is asked acts for a person.
func (s *Service) Answer(ctx context.Context, helper, person instance.ActorID, yes bool) error {
	if !yes {
		return s.End(ctx, person, helper)
	}
	return s.change(ctx, "agree", `
		UPDATE assistances
		   SET agreed_at = COALESCE(agreed_at, $3)
		 WHERE person_id = $1 AND helper_id = $2`, person, helper, store.Millis(s.o.Now()))
}

// Confirm says that a helper may go on now that the person has access of their
// own.
func (s *Service) Confirm(ctx context.Context, person, helper instance.ActorID) error {
	return s.change(ctx, "confirm", `UPDATE assistances SET confirmed_at = $3 WHERE person_id = $1 AND helper_id = $2`, person, helper, store.Millis(s.o.Now()))
}

// End has somebody act for a person no longer.
func (s *Service) End(ctx context.Context, person, helper instance.ActorID) error {
	return s.change(ctx, "end", `DELETE FROM assistances WHERE person_id = $1 AND helper_id = $2`, person, helper)
}

func (s *Service) change(ctx context.Context, deed, sql string, args ...any) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, sql, args...)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s to act for somebody: %w", deed, err)
	}
	return nil
}

// HandOn asks another to act for a person, by who does so and saw the new sheet.
// Who was asked acts only once they said yes.
func (s *Service) HandOn(ctx context.Context, by, person, to instance.ActorID, consent bool) error {
	if !consent {
		return &instance.Invalid{Field: "consent", Code: "unticked"}
	}
	if to == person || to == by {
		return &instance.Invalid{Field: "who", Code: "oneself"}
	}
	h, err := s.ByHelper(ctx, by, person)
	if err != nil {
		return err
	}
	if !h.May {
		return instance.ErrForbidden
	}
	err = s.o.DB.InTx(ctx, func(tx store.Tx) error { return s.add(ctx, tx, person, to, by, false) })
	if err != nil {
		return fmt.Errorf("hand on: %w", err)
	}
	return nil
}

// ByCode returns who has the slip with a code, to an agent of a desk of their
// place or of what it lies within. Any other code is an [instance.Invalid].
func (s *Service) ByCode(ctx context.Context, agent instance.ActorID, code string) (person instance.Actor, err error) {
	person, err = actors.Scan(s.o.DB.Read().QueryRow(ctx, `
		WITH RECURSIVE up (id) AS (
			SELECT z.place_id FROM assisted_people z WHERE z.code_hash = $1
			UNION
			SELECT p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		SELECT `+actors.Columns+`
		  FROM assisted_people z JOIN actors a ON a.id = z.person_id
		 WHERE z.code_hash = $1 AND EXISTS (SELECT 1 FROM up JOIN desk_agents d ON d.place_id = up.id WHERE d.person_id = $2)`, s.hash(code), agent))
	if errors.Is(err, instance.ErrNotFound) {
		err = &instance.Invalid{Field: "code", Code: "no-slip"}
	}
	if err != nil {
		return person, fmt.Errorf("person with a slip: %w", err)
	}
	return person, nil
}

// EndAll has nobody act for a person any more.
func (s *Service) EndAll(ctx context.Context, person instance.ActorID) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM assistances WHERE person_id = $1`, person)
		return err
	})
	if err != nil {
		return fmt.Errorf("end all help: %w", err)
	}
	return nil
}

// GiveAccess gives a person access of their own by the address that they tell the
// desk. From now on nobody acts for them whom they have not confirmed.
func (s *Service) GiveAccess(ctx context.Context, person instance.ActorID, email string) error {
	address, key, err := instance.ParseEmail(email)
	if err != nil {
		return err
	}
	err = s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE people SET email = $2, email_key = $3 WHERE actor_id = $1`, person, address, key)
		if store.IsUnique(err) {
			return &instance.Invalid{Field: "email", Code: "taken"}
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE assisted_people SET own_access_at = COALESCE(own_access_at, $2) WHERE person_id = $1`, person, store.Millis(s.o.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("give somebody access of their own: %w", err)
	}
	return nil
}

// Is tells whether others act, or acted, for a person.
func (s *Service) Is(ctx context.Context, person instance.ActorID) (is bool, err error) {
	err = s.o.DB.Read().QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM assisted_people WHERE person_id = $1)`, person).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("helped %s: %w", person, err)
	}
	return is, nil
}
