package proofs

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
	"unicode"

	"palier/instance"
	"palier/instance/store"
)

// Wrong codes are counted for each person, whichever page they are typed on.
const (
	MaxTries = 5
	triesFor = time.Hour
)

// try counts one try of somebody, within a transaction that is to be kept also
// if it goes wrong. It returns [instance.ErrTooMany] for one too many.
func (s *Service) try(ctx context.Context, tx store.Tx, person instance.ActorID) error {
	now := s.now()
	n, err := tx.Exec(ctx, `
		INSERT INTO proof_tries (person_id, since, tries)
		VALUES ($1, $2, 1)
		ON CONFLICT (person_id) DO UPDATE
		   SET tries = CASE WHEN proof_tries.since <= $3 THEN 1 ELSE proof_tries.tries + 1 END,
		       since = CASE WHEN proof_tries.since <= $3 THEN excluded.since ELSE proof_tries.since END
		 WHERE proof_tries.tries < $4 OR proof_tries.since <= $3`,
		person, store.Millis(now), store.Millis(now.Add(-triesFor)), MaxTries)
	if err == nil && n == 0 {
		err = instance.ErrTooMany
	}
	return err
}

// right forgets the tries of somebody who found it.
func right(ctx context.Context, tx store.Tx, person instance.ActorID) error {
	_, err := tx.Exec(ctx, `DELETE FROM proof_tries WHERE person_id = $1`, person)
	return err
}

// attempt lets somebody try once, counted whatever comes of it: found is called
// with the transaction and says whether it was right. A wrong one is an
// [instance.Invalid] of field.
func (s *Service) attempt(ctx context.Context, person instance.ActorID, field string, found func(tx store.Tx) (bool, error)) error {
	ok := false
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		err := s.try(ctx, tx, person)
		if err != nil {
			return err
		}
		if ok, err = found(tx); err != nil || !ok {
			return err
		}
		return right(ctx, tx, person)
	})
	if err == nil && !ok {
		err = &instance.Invalid{Field: field, Code: "wrong"}
	}
	return err
}

// mac hashes parts under the key of this server, for one use.
func (s *Service) mac(use string, parts ...string) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(use))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// sealed is [Service.mac] as a text to keep.
func (s *Service) sealed(use string, parts ...string) string {
	return base64.RawURLEncoding.EncodeToString(s.mac(use, parts...))
}

// alphabet is the signs of a code: none is like another, on paper or on a
// screen, and no three of them make a word.
const alphabet = "23456789BCDFGHJKLMNPQRSTVWXZ"

// CodeLength is how many signs the code in a letter has.
const CodeLength = 10

// newCode returns a code nobody can guess.
func newCode() string {
	b := make([]byte, 8*CodeLength)
	_, _ = rand.Read(b) // never fails
	return spell(b, CodeLength)
}

// spell writes random bytes as n signs, eight of them for a sign so that none is
// likelier than another.
func spell(random []byte, n int) string {
	code := make([]byte, n)
	for i := range code {
		code[i] = alphabet[binary.BigEndian.Uint64(random[8*i:])%uint64(len(alphabet))]
	}
	return string(code)
}

// Grouped writes a code as it is printed, in groups that one can keep in mind.
func Grouped(code string) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && (len(code) != 6 && i%4 == 0 || len(code) == 6 && i == 3) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plain reads a code as it was typed: with or without gaps, in small letters.
func plain(typed string) string {
	if len(typed) > 100 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strings.ToUpper(typed))
}
