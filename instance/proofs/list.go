package proofs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/store"
)

const (
	// ListFor is how long a list of residents counts.
	ListFor = 90 * 24 * time.Hour
	// MaxListed is how many lines one list has at most.
	MaxListed = 2000
)

// ReadList keeps who lives in a house, from lines with a name, a sign between and
// a door, in the place of the list before. Only keyed hashes are kept. It returns
// how many lines it took, and an [instance.Invalid] with the number of a line
// that has no name or no door.
func (s *Service) ReadList(ctx context.Context, place, by instance.ActorID, text string) (int, error) {
	hashes, err := s.listHashes(place, text)
	if err != nil {
		return 0, err
	}
	now, id := s.now(), s.ids.Next()
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM resident_lists WHERE place_id = $1`, place); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO resident_lists (id, place_id, made_by, made_at, expires_at)
			SELECT CAST($1 AS BIGINT), a.id, CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)
			  FROM actors a
			 WHERE a.id = $2 AND a.level IN ('building', 'residence')`, id, place, by, store.Millis(now), store.Millis(now.Add(ListFor)))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return insertLines(ctx, tx, id, hashes)
	})
	if err != nil {
		return 0, fmt.Errorf("list of %s: %w", place, err)
	}
	return len(hashes), nil
}

// listHashes reads the lines of a list.
func (s *Service) listHashes(place instance.ActorID, text string) ([]string, error) {
	var hashes []string
	seen := map[string]bool{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		cut := strings.LastIndexAny(line, ";\t")
		if cut < 0 {
			cut = strings.LastIndexByte(line, ',')
		}
		if cut < 0 || folded(line[:cut]) == "" || foldedDoor(line[cut+1:]) == "" {
			return nil, &instance.Invalid{Field: "list", Code: "malformed", Limit: number}
		}
		if hash := s.listHash(place, line[:cut], line[cut+1:]); !seen[hash] {
			seen[hash] = true
			hashes = append(hashes, hash)
		}
	}
	switch {
	case len(hashes) == 0:
		return nil, &instance.Invalid{Field: "list", Code: "missing"}
	case len(hashes) > MaxListed:
		return nil, &instance.Invalid{Field: "list", Code: "too-many", Limit: MaxListed}
	}
	return hashes, nil
}

func (s *Service) listHash(place instance.ActorID, name, door string) string {
	return s.sealed("list", place.String(), folded(name), foldedDoor(door))
}

func insertLines(ctx context.Context, tx store.Tx, id instance.ID, hashes []string) error {
	const chunk = 500
	for len(hashes) > 0 {
		n := min(chunk, len(hashes))
		args, values := []any{id}, make([]string, n)
		for i, h := range hashes[:n] {
			args = append(args, h)
			values[i] = `($1, $` + strconv.Itoa(i+2) + `)`
		}
		_, err := tx.Exec(ctx, `INSERT INTO resident_list_lines (list_id, hash) VALUES `+strings.Join(values, ", "), args...)
		if err != nil {
			return err
		}
		hashes = hashes[n:]
	}
	return nil
}

// Listed is a list of residents as those see it who look after a house.
type Listed struct {
	Lines, Claimed int
	MadeAt         time.Time
	ExpiresAt      time.Time
}

// Listed returns the list of a house, zero if there is none.
func (s *Service) Listed(ctx context.Context, place instance.ActorID) (Listed, error) {
	var l Listed
	var made, expires int64
	err := s.db.Read().QueryRow(ctx, `
		SELECT r.made_at, r.expires_at,
		       (SELECT COUNT(*) FROM resident_list_lines x WHERE x.list_id = r.id),
		       (SELECT COUNT(*) FROM resident_list_lines x WHERE x.list_id = r.id AND x.claimed_by IS NOT NULL)
		  FROM resident_lists r
		 WHERE r.place_id = $1 AND r.expires_at > $2`, place, store.Millis(s.now())).Scan(&made, &expires, &l.Lines, &l.Claimed)
	if errors.Is(err, store.ErrNoRows) {
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("list of %s: %w", place, err)
	}
	l.MadeAt, l.ExpiresAt = store.Time(made), store.Time(expires)
	return l, nil
}

// ForgetList throws the list of a house away.
func (s *Service) ForgetList(ctx context.Context, place instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM resident_lists WHERE place_id = $1`, place)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget list of %s: %w", place, err)
	}
	return nil
}

// UseList proves where somebody lives by their name and door on the list of the
// house. What is not on it, what somebody else has claimed, and a house without a
// list are one and the same [instance.Invalid]; tries count as for
// [Service.UseLetter].
func (s *Service) UseList(ctx context.Context, place, person instance.ActorID, name, door string) (p Proof, err error) {
	hash := s.listHash(place, cut(name), cut(door))
	err = s.attempt(ctx, person, "person", func(tx store.Tx) (bool, error) {
		if _, err := hold(ctx, tx, place, person); err != nil {
			return false, err
		}
		n, err := tx.Exec(ctx, `
			UPDATE resident_list_lines
			   SET claimed_by = $1
			 WHERE hash = $2 AND (claimed_by IS NULL OR claimed_by = $1)
			   AND list_id IN (SELECT id FROM resident_lists WHERE place_id = $3 AND expires_at > $4)`,
			person, hash, place, store.Millis(s.now()))
		if err != nil || n == 0 {
			return false, err
		}
		p, err = s.seen(ctx, tx, Proof{Person: person, Place: place, Route: List})
		return err == nil, err
	})
	if err != nil {
		return Proof{}, fmt.Errorf("listed %s: %w", person, err)
	}
	return p, nil
}

// cut bounds what somebody typed.
func cut(text string) string { return text[:min(len(text), 4*maxName)] }
