package proofs

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"strconv"
	"time"

	"palier/instance"
	"palier/instance/store"
)

const (
	// HallStep is how long one code is on the screen; the one before still
	// counts.
	HallStep = 10 * time.Minute
	// hallSigns and paperSigns are how long the codes are.
	hallSigns, paperSigns = 6, 8
	// paperOver is how long last month's code counts, until somebody has changed
	// the paper.
	paperOver = 7 * 24 * time.Hour
)

// NewHallCodes makes codes for the hall of a house, for whoever looks after it;
// the codes before end. A place that is no house is [instance.ErrNotFound].
func (s *Service) NewHallCodes(ctx context.Context, place, by instance.ActorID) error {
	return s.makeHallCodes(ctx, place, by, `hall_screens.version + 1`)
}

// KeepHallCodes makes codes for the hall of a house if there are none, as a screen
// that is hung there needs them. A place that is no house is
// [instance.ErrNotFound].
func (s *Service) KeepHallCodes(ctx context.Context, place, by instance.ActorID) error {
	return s.makeHallCodes(ctx, place, by, `hall_screens.version`)
}

func (s *Service) makeHallCodes(ctx context.Context, place, by instance.ActorID, version string) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO hall_screens (place_id, version, made_by, made_at)
			SELECT a.id, 1, CAST($2 AS BIGINT), CAST($3 AS BIGINT)
			  FROM actors a
			 WHERE a.id = $1 AND a.level IN ('building', 'residence')
			ON CONFLICT (place_id) DO UPDATE
			   SET version = `+version+`, made_by = excluded.made_by, made_at = excluded.made_at`,
			place, by, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("codes for the hall of %s: %w", place, err)
	}
	return nil
}

// screen returns the version of a hall's codes, 0 if there are none.
func screen(ctx context.Context, tx store.Tx, place instance.ActorID) (int, error) {
	var v int
	err := tx.QueryRow(ctx, `SELECT version FROM hall_screens WHERE place_id = $1`, place).Scan(&v)
	if errors.Is(err, store.ErrNoRows) {
		return 0, nil
	}
	return v, err
}

// HallCode is what a screen or a sheet of paper in a hall shows.
type HallCode struct {
	Code  string
	Until time.Time // when another one follows
}

// HallCodes returns the code for the screen now, and the one for this month's
// paper. That who asks hangs in the hall or looks after it is for the caller to
// know. Where none were made it is [instance.ErrNotFound].
func (s *Service) HallCodes(ctx context.Context, place instance.ActorID) (now, paper HallCode, err error) {
	v, err := screen(ctx, s.db.Read(), place)
	if err == nil && v == 0 {
		err = instance.ErrNotFound
	}
	if err != nil {
		return now, paper, fmt.Errorf("codes for the hall of %s: %w", place, err)
	}
	t := s.now()
	step, month := stepOf(t), monthOf(t.In(s.zone))
	return HallCode{s.hallCode(place, v, step), time.Unix((step+1)*int64(HallStep/time.Second), 0).UTC()},
		HallCode{s.paperCode(place, v, month), month.AddDate(0, 1, 0)}, nil
}

func stepOf(t time.Time) int64 { return t.Unix() / int64(HallStep/time.Second) }

func monthOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
}

func (s *Service) hallCode(place instance.ActorID, version int, step int64) string {
	return s.derived("hall", hallSigns, place.String(), strconv.Itoa(version), strconv.FormatInt(step, 10))
}

func (s *Service) paperCode(place instance.ActorID, version int, month time.Time) string {
	return s.derived("paper", paperSigns, place.String(), strconv.Itoa(version), month.Format("2006-01"))
}

// derived is a code of n signs, at most eight, that follows from parts and the
// key.
func (s *Service) derived(use string, n int, parts ...string) string {
	return spell(append(s.mac(use+" 1", parts...), s.mac(use+" 2", parts...)...), n)
}

// UseHall notes that somebody read the code in the hall of their house: half of
// what is needed. A wrong one, also where there is no screen, is an
// [instance.Invalid]; tries count as for [Service.UseLetter].
func (s *Service) UseHall(ctx context.Context, place, person instance.ActorID, typed string) (p Proof, err error) {
	code := plain(typed)
	err = s.attempt(ctx, person, "code", func(tx store.Tx) (bool, error) {
		if _, err := hold(ctx, tx, place, person); err != nil {
			return false, err
		}
		v, err := screen(ctx, tx, place)
		if err != nil {
			return false, err
		}
		if !s.inHall(place, v, code) || v == 0 {
			return false, nil
		}
		p, err = s.seen(ctx, tx, Proof{Person: person, Place: place, Route: Hall})
		return err == nil, err
	})
	if err != nil {
		return Proof{}, fmt.Errorf("hall code of %s: %w", person, err)
	}
	return p, nil
}

// inHall tells whether a code hangs in a hall now, or did just before.
func (s *Service) inHall(place instance.ActorID, version int, code string) bool {
	t := s.now()
	step, month := stepOf(t), monthOf(t.In(s.zone))
	known := []string{s.hallCode(place, version, step), s.hallCode(place, version, step-1), s.paperCode(place, version, month)}
	if t.Before(month.Add(paperOver)) {
		known = append(known, s.paperCode(place, version, month.AddDate(0, -1, 0)))
	}
	found := false
	for _, k := range known {
		if hmac.Equal([]byte(k), []byte(code)) {
			found = true
		}
	}
	return found
}
