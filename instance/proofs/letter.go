package proofs

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

const (
	// LetterFor is how long the code in a letter counts.
	LetterFor = 30 * 24 * time.Hour
	// LetterEvery is how often somebody can ask for one.
	LetterEvery = 7 * 24 * time.Hour
	// waitsFor is how long a letter waits to be printed.
	waitsFor = 60 * 24 * time.Hour
	// perAddress is how many letters go to one address within LetterFor, whoever
	// asks: the others are not printed, and nobody learns of it.
	perAddress = 3
	// BatchSize is how many letters are printed at once.
	BatchSize = 100

	maxName    = 100
	maxAddress = 200
	maxLines   = 6
)

// Envelope is what stands in the window of an envelope.
type Envelope struct {
	Name    string
	Address string // a line each
}

// clean returns e as it is printed, or an [instance.Invalid].
func (e Envelope) clean() (Envelope, error) {
	e.Name = writing.CleanName(e.Name)
	switch {
	case e.Name == "":
		return e, &instance.Invalid{Field: "name", Code: "missing"}
	case utf8.RuneCountInString(e.Name) > maxName:
		return e, &instance.Invalid{Field: "name", Code: "too-long", Limit: maxName}
	case utf8.RuneCountInString(e.Address) > maxAddress:
		return e, &instance.Invalid{Field: "address", Code: "too-long", Limit: maxAddress}
	}
	var lines []string
	for line := range strings.Lines(e.Address) {
		if line = writing.CleanName(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return e, &instance.Invalid{Field: "address", Code: "missing"}
	}
	if len(lines) > maxLines {
		return e, &instance.Invalid{Field: "address", Code: "too-many", Limit: maxLines}
	}
	e.Address = strings.Join(lines, "\n")
	return e, nil
}

// AskLetter has a letter with a code sent to a resident. It returns an
// [instance.Invalid] for an address that cannot be printed, or if they asked
// less than [LetterEvery] ago, and [instance.ErrNotFound] for somebody who does
// not say that they live there. Who else lives at the address changes nothing of
// the answer (security.md G03).
func (s *Service) AskLetter(ctx context.Context, place, person instance.ActorID, to Envelope) error {
	to, err := to.clean()
	if err != nil {
		return err
	}
	now := s.now()
	key := s.sealed("address", folded(to.Address))
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := hold(ctx, tx, place, person); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO code_letters (id, person_id, place_id, name, address, address_key, asked_at, expires_at, dropped_at)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT),
			       CAST($7 AS BIGINT), CAST($8 AS BIGINT),
			       CASE WHEN (SELECT COUNT(*) FROM code_letters WHERE address_key = $6 AND asked_at > $9) >= $10 THEN CAST($7 AS BIGINT) END
			 WHERE NOT EXISTS (SELECT 1 FROM code_letters WHERE person_id = $2 AND place_id = $3 AND asked_at > $11)
			   AND (SELECT COUNT(*) FROM code_letters WHERE person_id = $2 AND asked_at > $11) < 3`,
			s.ids.Next(), person, place, to.Name, to.Address, key,
			store.Millis(now), store.Millis(now.Add(waitsFor)), store.Millis(now.Add(-LetterFor)), perAddress, store.Millis(now.Add(-LetterEvery)))
		if err == nil && n == 0 {
			err = &instance.Invalid{Field: "address", Code: "too-soon"}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("ask letter for %s: %w", person, err)
	}
	return nil
}

// AskedLetter returns when somebody last asked for a letter to a place, zero if
// they never did or it is over.
func (s *Service) AskedLetter(ctx context.Context, place, person instance.ActorID) (time.Time, error) {
	var asked int64
	err := s.db.Read().QueryRow(ctx, `
		SELECT COALESCE(MAX(asked_at), 0) FROM code_letters WHERE person_id = $1 AND place_id = $2 AND used_at IS NULL`, person, place).Scan(&asked)
	if err != nil {
		return time.Time{}, fmt.Errorf("letter asked by %s: %w", person, err)
	}
	return store.Time(asked), nil
}

// Waiting is a letter that is not in the post yet.
type Waiting struct {
	ID instance.ID
	Envelope
	Person, Place instance.ActorID
	AskedAt       time.Time
	PrintedAt     time.Time // zero while it is not printed
}

const waitingLetters = `sent_at IS NULL AND dropped_at IS NULL AND expires_at > $1`

// WaitingLetters returns the letters of the next batch, the oldest first.
func (s *Service) WaitingLetters(ctx context.Context) ([]Waiting, error) {
	list, err := readWaiting(s.db.Read().Query(ctx, `
		SELECT id, name, address, person_id, place_id, asked_at, printed_at
		  FROM code_letters
		 WHERE `+waitingLetters+`
		 ORDER BY id
		 LIMIT $2`, store.Millis(s.now()), BatchSize))
	if err != nil {
		return nil, fmt.Errorf("letters that wait: %w", err)
	}
	return list, nil
}

func readWaiting(rows store.Rows, err error) (list []Waiting, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var w Waiting
		var asked int64
		var printed *int64
		if err := rows.Scan(&w.ID, &w.Name, &w.Address, &w.Person, &w.Place, &asked, &printed); err != nil {
			return nil, err
		}
		w.AskedAt, w.PrintedAt = store.Time(asked), store.TimeOrNever(printed)
		list = append(list, w)
	}
	return list, rows.Err()
}

// Sheet is one letter with its code, to be printed now: the code is shown once
// and known to nobody afterwards.
type Sheet struct {
	Waiting
	Code string
}

// PrintLetters gives every letter of the next batch a code, in the place of one
// it may have had, and returns what is to be printed.
func (s *Service) PrintLetters(ctx context.Context) (sheets []Sheet, err error) {
	now := s.now().UTC()
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		sheets = nil
		list, err := readWaiting(tx.Query(ctx, `
			SELECT id, name, address, person_id, place_id, asked_at, printed_at
			  FROM code_letters
			 WHERE `+waitingLetters+`
			 ORDER BY id
			 LIMIT $2`, store.Millis(now), BatchSize))
		if err != nil || len(list) == 0 {
			return err
		}
		args := []any{store.Millis(now), store.Millis(now.Add(LetterFor))}
		var values []string
		for _, w := range list {
			w.PrintedAt = now
			sheet := Sheet{Waiting: w, Code: newCode()}
			n := len(args)
			values = append(values, `(CAST($`+strconv.Itoa(n+1)+` AS BIGINT), CAST($`+strconv.Itoa(n+2)+` AS TEXT))`)
			args = append(args, w.ID, s.letterHash(w.Person, w.Place, sheet.Code))
			sheets = append(sheets, sheet)
		}
		_, err = tx.Exec(ctx, `
			WITH v (id, hash) AS (VALUES `+strings.Join(values, ", ")+`)
			UPDATE code_letters
			   SET code_hash = v.hash, printed_at = $1, expires_at = $2
			  FROM v
			 WHERE code_letters.id = v.id`, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("print letters: %w", err)
	}
	return sheets, nil
}

// SendLetters notes that the letters that were printed are in the post, and
// forgets the addresses. It returns how many they are.
func (s *Service) SendLetters(ctx context.Context) (n int64, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		n, err = tx.Exec(ctx, `
			UPDATE code_letters
			   SET sent_at = $1, expires_at = $2, name = '', address = ''
			 WHERE sent_at IS NULL AND dropped_at IS NULL AND printed_at IS NOT NULL`, store.Millis(now), store.Millis(now.Add(LetterFor)))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("send letters: %w", err)
	}
	return n, nil
}

// DropLetter takes a letter out of the batch: its address is not one of the
// place. Whoever asked learns nothing of it.
func (s *Service) DropLetter(ctx context.Context, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE code_letters
			   SET dropped_at = COALESCE(dropped_at, $2), name = '', address = '', code_hash = ''
			 WHERE id = $1 AND sent_at IS NULL`, id, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("drop letter %s: %w", id, err)
	}
	return nil
}

func (s *Service) letterHash(person, place instance.ActorID, code string) string {
	return s.sealed("letter", person.String(), place.String(), code)
}

// UseLetter proves with the code of a letter that its reader lives where they
// say. A code that is wrong, used, too old or somebody else's is an
// [instance.Invalid], each the same; the sixth wrong one within an hour is
// [instance.ErrTooMany].
func (s *Service) UseLetter(ctx context.Context, person instance.ActorID, typed string) (p Proof, err error) {
	code := plain(typed)
	err = s.attempt(ctx, person, "code", func(tx store.Tx) (bool, error) {
		id, place, err := s.letterOf(ctx, tx, person, code)
		if err != nil || id == 0 {
			return false, err
		}
		n, err := tx.Exec(ctx, `UPDATE code_letters SET used_at = $2, code_hash = '' WHERE id = $1 AND used_at IS NULL`, id, store.Millis(s.now()))
		if err != nil || n == 0 {
			return false, err
		}
		p, err = s.seen(ctx, tx, Proof{Person: person, Place: place, Route: Letter})
		return err == nil, err
	})
	if err != nil {
		return Proof{}, fmt.Errorf("code of %s: %w", person, err)
	}
	return p, nil
}

// letterOf finds the letter to a person that holds a code, 0 if there is none.
func (s *Service) letterOf(ctx context.Context, tx store.Tx, person instance.ActorID, code string) (id instance.ID, place instance.ActorID, err error) {
	rows, err := tx.Query(ctx, `
		SELECT l.id, l.place_id, l.code_hash
		  FROM code_letters l JOIN memberships m ON m.group_id = l.place_id AND m.person_id = l.person_id
		 WHERE l.person_id = $1 AND l.used_at IS NULL AND l.dropped_at IS NULL AND l.code_hash <> '' AND l.expires_at > $2
		 ORDER BY l.id`, person, store.Millis(s.now()))
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one instance.ID
		var at instance.ActorID
		var hash string
		if err := rows.Scan(&one, &at, &hash); err != nil {
			return 0, 0, err
		}
		if hmac.Equal([]byte(hash), []byte(s.letterHash(person, at, code))) {
			id, place = one, at
		}
	}
	return id, place, rows.Err()
}
