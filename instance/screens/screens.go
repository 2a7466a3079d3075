// Package screens lets devices hang in halls: how one is bound to a place, what
// it shows, and what whoever looks after the place tells it from afar. A device is
// known by a secret of its own and by nothing else; what it shows is what
// everybody may read in its place and what the people of the house put up in
// their hall.
package screens

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"palier/instance"
	"palier/instance/store"
)

// Service keeps screens.
type Service struct {
	db   *store.DB
	ids  *instance.IDs
	now  func() time.Time
	zone *time.Location
	key  []byte
	site instance.Site
	news News
	sign Sign
}

// Sign lets a place of ours sign a document with its own key.
type Sign func(ctx context.Context, place instance.Actor, doc []byte) ([]byte, error)

// Options are what a [Service] stands on.
type Options struct {
	DB   *store.DB
	IDs  *instance.IDs
	Now  func() time.Time
	Zone *time.Location
	Site instance.Site
	// Key makes codes and their hashes, which nobody makes without it.
	Key  []byte
	News News
	Sign Sign
}

// New returns a service on o.
func New(o Options) *Service {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, zone: o.Zone, key: o.Key, site: o.Site, news: o.News, sign: o.Sign}
}

const (
	// CodeStep is how long one code is shown; then the device shows another.
	CodeStep = 10 * time.Minute
	// CodeLength is how many signs it has: with [MaxTries] an hour nobody comes
	// near one of the 28^8 there are.
	CodeLength = 8
	// MaxTries is how many wrong codes one person can type in an hour.
	MaxTries = 5
	triesFor = time.Hour
	// mostPairings bounds how many devices can wait at the same time.
	mostPairings = 1000
	// mostScreens is how many screens one place can have.
	mostScreens = 50
)

// NewSecret returns what a device is to be known by.
func NewSecret() string { return rand.Text() + rand.Text()[:6] }

// wellFormed tells whether a secret can be one of [NewSecret].
func wellFormed(secret string) bool {
	return len(secret) == 32 && strings.Trim(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte("screen\n" + secret))
	return h[:]
}

// alphabet is the signs of a code: none is like another.
const alphabet = "23456789BCDFGHJKLMNPQRSTVWXZ"

func (s *Service) mac(use, of string) []byte {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte("screen " + use + "\n" + of))
	return m.Sum(nil)
}

// codeAt is the code that a device shows at a step of time.
func (s *Service) codeAt(secret string, step int64) string {
	of := secret + "\n" + strconv.FormatInt(step, 10)
	random := append(s.mac("code 1", of), s.mac("code 2", of)...)
	code := make([]byte, CodeLength)
	for i := range code {
		code[i] = alphabet[binary.BigEndian.Uint64(random[8*i:])%uint64(len(alphabet))]
	}
	return string(code)
}

// Code is what a device shows until it is bound.
type Code struct {
	Text  string
	Until time.Time
}

// Pair returns the code that a device shows now. It is [instance.ErrTooMany] if
// too many devices wait, and [instance.ErrInvalid] for what is no secret.
func (s *Service) Pair(ctx context.Context, secret string) (Code, error) {
	if !wellFormed(secret) {
		return Code{}, fmt.Errorf("pair a screen: %w", instance.ErrInvalid)
	}
	now := s.now()
	step := now.Unix() / int64(CodeStep/time.Second)
	c := Code{Text: s.codeAt(secret, step), Until: time.Unix((step+1)*int64(CodeStep/time.Second), 0).UTC()}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM screen_pairings WHERE expires_at <= $1`, store.Millis(now)); err != nil {
			return err
		}
		hash := hashOf(secret)
		n, err := tx.Exec(ctx, `UPDATE screen_pairings SET code_hash = $2, expires_at = $3 WHERE secret_hash = $1`, hash, s.mac("typed", c.Text), store.Millis(c.Until))
		if err != nil || n == 1 {
			return err
		}
		var waiting int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM screen_pairings`).Scan(&waiting); err != nil {
			return err
		}
		if waiting >= mostPairings {
			return instance.ErrTooMany
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO screen_pairings (secret_hash, code_hash, expires_at)
			VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`, hash, s.mac("typed", c.Text), store.Millis(c.Until))
		return err
	})
	if err != nil {
		return Code{}, fmt.Errorf("pair a screen: %w", err)
	}
	return c, nil
}

// Waits tells whether a device has shown a code lately.
func (s *Service) Waits(ctx context.Context, secret string) (bool, error) {
	var waits bool
	err := s.db.Read().QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM screen_pairings WHERE secret_hash = $1)`, hashOf(secret)).Scan(&waits)
	if err != nil {
		return false, fmt.Errorf("does a screen wait: %w", err)
	}
	return waits, nil
}

// Grouped writes a code as it is shown, in groups that one can keep in mind.
func Grouped(code string) string { return code[:len(code)/2] + " " + code[len(code)/2:] }

// typed reads a code as it was typed: with or without gaps, in small letters.
func typed(text string) string {
	if len(text) > 100 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strings.ToUpper(text))
}

// may returns [instance.ErrNotFound] unless somebody may decide about the screens
// of a place: who runs the server, and who looks after the place.
func may(v instance.Viewer, admin bool, place instance.ActorID) error {
	if v.ID == 0 || !admin && !slices.Contains(v.Tends, place) {
		return fmt.Errorf("screens of %s: %w", place, instance.ErrNotFound)
	}
	return nil
}

// Bind hangs the device that shows a code into the hall of a place. A wrong code
// is an [instance.Invalid] of the field code and counts, also where several are
// tried at once: after five in an hour all are [instance.ErrTooMany].
func (s *Service) Bind(ctx context.Context, v instance.Viewer, admin bool, place instance.ActorID, code string, p instance.ScreenPlan) (instance.ScreenID, error) {
	if err := may(v, admin, place); err != nil {
		return 0, err
	}
	if err := p.Check(); err != nil {
		return 0, err
	}
	playlist, err := json.Marshal(p.Playlist)
	if err != nil {
		return 0, err
	}
	id, now, found := s.ids.Next(), s.now(), false
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if err := s.try(ctx, tx, v.ID, now); err != nil {
			return err
		}
		var hash []byte
		err := tx.QueryRow(ctx, `
			DELETE FROM screen_pairings
			 WHERE code_hash = $1 AND expires_at > $2
			RETURNING secret_hash`, s.mac("typed", typed(code)), store.Millis(now)).Scan(&hash)
		if errors.Is(err, store.ErrNoRows) {
			return nil // the try stays counted
		}
		if err != nil {
			return err
		}
		found = true
		if _, err := tx.Exec(ctx, `DELETE FROM screen_tries WHERE person_id = $1`, v.ID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO screens (id, place_id, secret_hash, name, playlist, tag, language, easy, bound_by, bound_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			id, place, hash, p.Name, string(playlist), p.Tag, p.Language, p.Easy, v.ID, store.Millis(now))
		if err != nil {
			return err
		}
		var all int
		err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM screens WHERE place_id = $1`, place).Scan(&all)
		if err == nil && all > mostScreens {
			err = &instance.Invalid{Field: "code", Code: "too-many", Limit: mostScreens}
		}
		return err
	})
	if err == nil && !found {
		err = &instance.Invalid{Field: "code", Code: "no-screen"}
	}
	if err != nil {
		return 0, fmt.Errorf("bind a screen to %s: %w", place, err)
	}
	return id, nil
}

// try counts one code that somebody typed, right or wrong.
func (s *Service) try(ctx context.Context, tx store.Tx, person instance.ActorID, now time.Time) error {
	n, err := tx.Exec(ctx, `
		INSERT INTO screen_tries (person_id, since, tries)
		VALUES ($1, $2, 1)
		ON CONFLICT (person_id) DO UPDATE
		   SET tries = CASE WHEN screen_tries.since <= $3 THEN 1 ELSE screen_tries.tries + 1 END,
		       since = CASE WHEN screen_tries.since <= $3 THEN excluded.since ELSE screen_tries.since END
		 WHERE screen_tries.tries < $4 OR screen_tries.since <= $3`,
		person, store.Millis(now), store.Millis(now.Add(-triesFor)), MaxTries)
	if err == nil && n == 0 {
		err = instance.ErrTooMany
	}
	return err
}

const columns = `id, place_id, name, playlist, tag, language, easy, bound_at, seen_at, blank, restart`

func read(r store.Row) (instance.Screen, error) {
	var x instance.Screen
	var playlist string
	var bound int64
	var seen *int64
	err := r.Scan(&x.ID, &x.Place, &x.Name, &playlist, &x.Tag, &x.Language, &x.Easy, &bound, &seen, &x.Blank, &x.Restart)
	if errors.Is(err, store.ErrNoRows) {
		return x, instance.ErrNotFound
	}
	if err != nil {
		return x, err
	}
	x.BoundAt, x.SeenAt = store.Time(bound), store.TimeOrNever(seen)
	if err := json.Unmarshal([]byte(playlist), &x.Playlist); err != nil {
		return x, fmt.Errorf("playlist of screen %s: %w", x.ID, err)
	}
	return x, nil
}

// seenEvery is how exactly it is kept when a screen last asked.
const seenEvery = time.Minute

// Device returns the screen that a device is, and notes that it asks. A device
// that was never bound, or is no longer, is [instance.ErrNotFound].
func (s *Service) Device(ctx context.Context, secret string) (instance.Screen, error) {
	if !wellFormed(secret) {
		return instance.Screen{}, fmt.Errorf("screen: %w", instance.ErrNotFound)
	}
	x, err := read(s.db.Read().QueryRow(ctx, `SELECT `+columns+` FROM screens WHERE secret_hash = $1`, hashOf(secret)))
	if err != nil {
		return x, fmt.Errorf("screen: %w", err)
	}
	now := s.now()
	if now.Sub(x.SeenAt) < seenEvery {
		return x, nil
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE screens SET seen_at = $2 WHERE id = $1`, x.ID, store.Millis(now))
		return err
	})
	if err != nil {
		return x, fmt.Errorf("screen %s asks: %w", x.ID, err)
	}
	return x, nil
}

// Begun notes that a screen begins anew, as it was told to.
func (s *Service) Begun(ctx context.Context, id instance.ScreenID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE screens SET restart = FALSE WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("screen %s begins anew: %w", id, err)
	}
	return nil
}

// In returns the screens of a place, the oldest first.
func (s *Service) In(ctx context.Context, place instance.ActorID) ([]instance.Screen, error) {
	rows, err := s.db.Read().Query(ctx, `SELECT `+columns+` FROM screens WHERE place_id = $1 ORDER BY id LIMIT $2`, place, mostScreens)
	if err != nil {
		return nil, fmt.Errorf("screens of %s: %w", place, err)
	}
	defer rows.Close()
	var list []instance.Screen
	for rows.Next() {
		x, err := read(rows)
		if err != nil {
			return nil, fmt.Errorf("screens of %s: %w", place, err)
		}
		list = append(list, x)
	}
	return list, rows.Err()
}

// Arrange changes what a screen shows.
func (s *Service) Arrange(ctx context.Context, v instance.Viewer, admin bool, place instance.ActorID, id instance.ScreenID, p instance.ScreenPlan) error {
	if err := p.Check(); err != nil {
		return err
	}
	playlist, err := json.Marshal(p.Playlist)
	if err != nil {
		return err
	}
	return s.tell(ctx, v, admin, place, id, `
		UPDATE screens
		   SET name = $3, playlist = $4, tag = $5, language = $6, easy = $7
		 WHERE id = $1 AND place_id = $2`, p.Name, string(playlist), p.Tag, p.Language, p.Easy)
}

// Blank has a screen show nothing, or go on.
func (s *Service) Blank(ctx context.Context, v instance.Viewer, admin bool, place instance.ActorID, id instance.ScreenID, blank bool) error {
	return s.tell(ctx, v, admin, place, id, `UPDATE screens SET blank = $3 WHERE id = $1 AND place_id = $2`, blank)
}

// Restart has a screen forget what it keeps and begin anew.
func (s *Service) Restart(ctx context.Context, v instance.Viewer, admin bool, place instance.ActorID, id instance.ScreenID) error {
	return s.tell(ctx, v, admin, place, id, `UPDATE screens SET restart = TRUE WHERE id = $1 AND place_id = $2`)
}

// Unbind takes a screen down: from now on the device gets nothing.
func (s *Service) Unbind(ctx context.Context, v instance.Viewer, admin bool, place instance.ActorID, id instance.ScreenID) error {
	return s.tell(ctx, v, admin, place, id, `DELETE FROM screens WHERE id = $1 AND place_id = $2`)
}

// Readdress gives a screen another secret and returns it: for a device that
// forgets what it holds and is to begin at an address of its own. What knew the
// secret before gets nothing any more.
func (s *Service) Readdress(ctx context.Context, v instance.Viewer, admin bool, place instance.ActorID, id instance.ScreenID) (secret string, err error) {
	secret = NewSecret()
	return secret, s.tell(ctx, v, admin, place, id, `UPDATE screens SET secret_hash = $3 WHERE id = $1 AND place_id = $2`, hashOf(secret))
}

// tell changes a screen of a place, for who may. There being none is
// [instance.ErrNotFound].
func (s *Service) tell(ctx context.Context, v instance.Viewer, admin bool, place instance.ActorID, id instance.ScreenID, sql string, args ...any) error {
	if err := may(v, admin, place); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, sql, append([]any{id, place}, args...)...)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("tell screen %s: %w", id, err)
	}
	return nil
}

// Agree notes whether somebody agrees that their first name stands on screens.
func (s *Service) Agree(ctx context.Context, person instance.ActorID, yes bool) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if !yes {
			_, err := tx.Exec(ctx, `DELETE FROM screen_names WHERE person_id = $1`, person)
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO screen_names (person_id, since) VALUES ($1, $2) ON CONFLICT DO NOTHING`, person, store.Millis(s.now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("name of %s on screens: %w", person, err)
	}
	return nil
}

// Agrees tells whether somebody agreed to that.
func (s *Service) Agrees(ctx context.Context, person instance.ActorID) (bool, error) {
	found, err := s.agreed(ctx, []instance.ActorID{person})
	return found[person], err
}

// agreed returns who of some people agreed to that.
func (s *Service) agreed(ctx context.Context, people []instance.ActorID) (map[instance.ActorID]bool, error) {
	found := make(map[instance.ActorID]bool)
	if len(people) == 0 {
		return found, nil
	}
	args := make([]any, len(people))
	for i, p := range people {
		args[i] = p
	}
	rows, err := s.db.Read().Query(ctx, `SELECT person_id FROM screen_names WHERE person_id IN (`+store.Placeholders(1, len(args))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("names on screens: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var p instance.ActorID
		if err := rows.Scan(&p); err != nil {
			return nil, fmt.Errorf("names on screens: %w", err)
		}
		found[p] = true
	}
	return found, rows.Err()
}
