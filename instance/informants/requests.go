package informants

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

const (
	// mostRequests is how many requests a list shows, and mostWords how many
	// things can be said about one.
	mostRequests = 50
	mostWords    = 200
	// first is how much of a request stands in a list, in characters.
	first = 140
)

func checkWords(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", &instance.Invalid{Field: "text", Code: "missing"}
	case utf8.RuneCountInString(text) > instance.MaxInformantRequest:
		return "", &instance.Invalid{Field: "text", Code: "too-long", Limit: instance.MaxInformantRequest}
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", &instance.Invalid{Field: "text", Code: "malformed"}
	}
	return text, nil
}

// inOffice returns who are informants of a place now, but whom somebody blocks or
// is blocked by, and themself.
func (s *Service) inOffice(ctx context.Context, tx store.Tx, place, but instance.ActorID) ([]instance.ActorID, error) {
	return people(tx.Query(ctx, `
		SELECT i.person_id
		  FROM informants i JOIN actors a ON a.id = i.person_id
		 WHERE i.place_id = $1 AND i.until > $2 AND i.person_id <> $3 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = i.person_id AND x.target_id = $3) OR (x.actor_id = $3 AND x.target_id = i.person_id))
		 ORDER BY i.person_id`, place, store.Millis(s.now()), but))
}

// Ask writes to the informants of a place, for a verified resident. once makes a
// second press do nothing more. It returns [instance.ErrForbidden] to others, and
// an [instance.Invalid] for what cannot be taken, where there is no informant, and
// for more than [instance.MaxOpenRequests] that are open.
func (s *Service) Ask(ctx context.Context, v instance.Viewer, place instance.ActorID, text, once string) (instance.ID, error) {
	if !slices.Contains(v.Inner, place) {
		return 0, fmt.Errorf("ask the informants of %s: %w", place, instance.ErrForbidden)
	}
	text, err := checkWords(text)
	if err != nil {
		return 0, err
	}
	id := s.ids.Next()
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		// Whoever presses twice is counted one press after the other.
		if _, err := tx.Exec(ctx, `UPDATE people SET actor_id = actor_id WHERE actor_id = $1`, v.ID); err != nil {
			return err
		}
		before, err := sent(ctx, tx, `informant_requests WHERE asker_id = $1`, v.ID, once)
		if err != nil || before != 0 {
			id = before
			return err
		}
		whom, err := s.inOffice(ctx, tx, place, v.ID)
		if err != nil {
			return err
		}
		if len(whom) == 0 {
			return &instance.Invalid{Field: "text", Code: "no-informant"}
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO informant_requests (id, place_id, asker_id, once)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT)
			 WHERE (SELECT COUNT(*) FROM informant_requests WHERE asker_id = $3 AND place_id = $2 AND closed_at IS NULL) < $5`,
			id, place, v.ID, key(once), instance.MaxOpenRequests)
		if err != nil {
			return err
		}
		if n == 0 {
			return &instance.Invalid{Field: "text", Code: "too-many-requests", Limit: instance.MaxOpenRequests}
		}
		if err := s.write(ctx, tx, id, v.ID, text, ""); err != nil {
			return err
		}
		return s.tell(ctx, tx, NoticeAsked, v.ID, 0, whom)
	})
	if err != nil {
		return 0, fmt.Errorf("ask the informants of %s: %w", place, err)
	}
	return id, nil
}

func key(once string) *string {
	if once == "" {
		return nil
	}
	return &once
}

// sent returns what this press wrote before, 0 for nothing.
func sent(ctx context.Context, tx store.Tx, where string, by instance.ActorID, once string) (id instance.ID, err error) {
	if once == "" {
		return 0, nil
	}
	err = tx.QueryRow(ctx, `SELECT id FROM `+where+` AND once = $2`, by, once).Scan(&id)
	if errors.Is(err, store.ErrNoRows) {
		err = nil
	}
	return id, err
}

func (s *Service) write(ctx context.Context, tx store.Tx, request instance.ID, by instance.ActorID, text, once string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO informant_words (id, request_id, by_id, text, once)
		VALUES ($1, $2, $3, $4, $5)`, s.ids.Next(), request, by, text, key(once))
	return err
}

// part is how somebody reads a request: as who wrote it, or as an informant of
// its place. For everybody else it is [instance.ErrNotFound]. Who is no resident
// any more, and whom the one who wrote blocks, is no informant for it.
func (s *Service) part(ctx context.Context, tx store.Tx, v instance.Viewer, id instance.ID) (*instance.Request, bool, error) {
	var r instance.Request
	var informs bool
	err := tx.QueryRow(ctx, `
		SELECT r.id, r.place_id, r.asker_id, COALESCE(r.taken_by, 0), r.closed_at IS NOT NULL,
		       EXISTS (SELECT 1 FROM informants i WHERE i.place_id = r.place_id AND i.person_id = $2 AND i.until > $3)
		       AND NOT EXISTS (SELECT 1 FROM blocks x
		                        WHERE (x.actor_id = $2 AND x.target_id = r.asker_id) OR (x.actor_id = r.asker_id AND x.target_id = $2))
		  FROM informant_requests r
		 WHERE r.id = $1`, id, v.ID, store.Millis(s.now())).Scan(&r.ID, &r.Place.ID, &r.Asker.ID, &r.Taken.ID, &r.Closed, &informs)
	if errors.Is(err, store.ErrNoRows) {
		return nil, false, instance.ErrNotFound
	}
	if err != nil {
		return nil, false, err
	}
	informs = informs && slices.Contains(v.Inner, r.Place.ID) && r.Asker.ID != v.ID
	if !informs && r.Asker.ID != v.ID || v.Helped {
		return nil, false, instance.ErrNotFound
	}
	return &r, informs, nil
}

// in does something in one transaction about a request that somebody reads. What
// is said of a failure says nothing of it.
func (s *Service) in(ctx context.Context, deed string, v instance.Viewer, id instance.ID, do func(tx store.Tx, r *instance.Request, informs bool) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		r, informs, err := s.part(ctx, tx, v, id)
		if err != nil {
			return err
		}
		return do(tx, r, informs)
	})
	if err != nil {
		return fmt.Errorf("%s a request to informants: %w", deed, err)
	}
	return nil
}

// Say adds words to a request, which opens it again if it was closed. An informant
// who is the first to answer sees to it from then on. The others in it are told:
// who wrote it, or the informant who sees to it, or all of them. It returns
// [instance.ErrNotFound] for who does not read it.
func (s *Service) Say(ctx context.Context, v instance.Viewer, id instance.ID, text, once string) error {
	text, err := checkWords(text)
	if err != nil {
		return err
	}
	return s.in(ctx, "answer", v, id, func(tx store.Tx, r *instance.Request, informs bool) error {
		before, err := sent(ctx, tx, `informant_words WHERE by_id = $1`, v.ID, once)
		if err != nil || before != 0 {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM informant_words WHERE request_id = $1`, id).Scan(&n); err != nil {
			return err
		}
		if n >= mostWords {
			return &instance.Invalid{Field: "text", Code: "too-many", Limit: mostWords}
		}
		if err := s.write(ctx, tx, id, v.ID, text, once); err != nil {
			return err
		}
		whom := []instance.ActorID{r.Asker.ID}
		if informs {
			_, err = tx.Exec(ctx, `UPDATE informant_requests SET closed_at = NULL, taken_by = COALESCE(taken_by, $2), left_by = NULL WHERE id = $1`, id, v.ID)
		} else {
			_, err = tx.Exec(ctx, `UPDATE informant_requests SET closed_at = NULL WHERE id = $1`, id)
			whom = []instance.ActorID{r.Taken.ID}
		}
		if err == nil && whom[0] == 0 {
			whom, err = s.inOffice(ctx, tx, r.Place.ID, v.ID)
		}
		if err != nil || len(whom) == 0 {
			return err
		}
		return s.tell(ctx, tx, NoticeAnswer, v.ID, 0, whom)
	})
}

// Take has an informant see to a request, so that the others know. It returns
// [instance.ErrNotFound] for who is no informant for it, and
// [instance.ErrConflict] if another does already.
func (s *Service) Take(ctx context.Context, v instance.Viewer, id instance.ID) error {
	return s.in(ctx, "take", v, id, func(tx store.Tx, r *instance.Request, informs bool) error {
		if !informs {
			return instance.ErrNotFound
		}
		n, err := tx.Exec(ctx, `UPDATE informant_requests SET taken_by = $2, left_by = NULL WHERE id = $1 AND (taken_by IS NULL OR taken_by = $2)`, id, v.ID)
		if err == nil && n == 0 {
			err = instance.ErrConflict
		}
		return err
	})
}

// Close says that a request is settled; who wrote it may, and an informant.
func (s *Service) Close(ctx context.Context, v instance.Viewer, id instance.ID) error {
	return s.in(ctx, "close", v, id, func(tx store.Tx, r *instance.Request, informs bool) error {
		_, err := tx.Exec(ctx, `UPDATE informant_requests SET closed_at = COALESCE(closed_at, $2) WHERE id = $1`, id, store.Millis(s.now()))
		return err
	})
}

// ByID returns a request with all that was said, and whether v reads it as an
// informant. For everybody but them and who wrote it, it is
// [instance.ErrNotFound].
func (s *Service) ByID(ctx context.Context, v instance.Viewer, id instance.ID) (r *instance.Request, informs bool, err error) {
	tx := s.db.Read()
	if r, informs, err = s.part(ctx, tx, v, id); err == nil {
		err = s.addWords(ctx, tx, r)
	}
	if err != nil {
		return nil, false, fmt.Errorf("read a request to informants: %w", err)
	}
	return r, informs, nil
}

func (s *Service) addWords(ctx context.Context, tx store.Tx, r *instance.Request) error {
	known, err := actors.ByIDs(ctx, tx, []instance.ActorID{r.Place.ID, r.Asker.ID, r.Taken.ID})
	if err != nil {
		return err
	}
	r.Place, r.Asker, r.Taken = known[r.Place.ID], known[r.Asker.ID], known[r.Taken.ID]
	rows, err := tx.Query(ctx, `
		SELECT `+actors.Columns+`, w.id, w.text
		  FROM informant_words w JOIN actors a ON a.id = w.by_id
		 WHERE w.request_id = $1
		 ORDER BY w.id`, r.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var w instance.RequestWord
		dest, done := actors.Fields(&w.By)
		if err := rows.Scan(append(dest, &w.ID, &w.Text)...); err != nil {
			return err
		}
		if err := done(); err != nil {
			return err
		}
		r.Words = append(r.Words, w)
	}
	return rows.Err()
}

// Open returns what is open that v reads as an informant, who waits the longest
// first.
func (s *Service) Open(ctx context.Context, v instance.Viewer) ([]instance.Request, error) {
	if v.Helped || len(v.Inner) == 0 {
		return nil, nil
	}
	args := []any{v.ID, store.Millis(s.now()), mostRequests}
	for _, id := range v.Inner {
		args = append(args, id)
	}
	return s.requests(ctx, `r.closed_at IS NULL AND r.asker_id <> $1 AND r.place_id IN (`+store.Placeholders(4, len(v.Inner))+`)
		   AND EXISTS (SELECT 1 FROM informants i WHERE i.place_id = r.place_id AND i.person_id = $1 AND i.until > $2)
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = $1 AND x.target_id = r.asker_id) OR (x.actor_id = r.asker_id AND x.target_id = $1))
		 ORDER BY r.id`, args...)
}

// Asked returns what somebody wrote to informants, the latest first.
func (s *Service) Asked(ctx context.Context, v instance.Viewer) ([]instance.Request, error) {
	if v.Helped {
		return nil, nil
	}
	return s.requests(ctx, `r.asker_id = $1 AND CAST($2 AS BIGINT) > 0 ORDER BY r.id DESC`, v.ID, store.Millis(s.now()), mostRequests)
}

// requests reads a list of them; where begins with a condition and $3 is how many.
func (s *Service) requests(ctx context.Context, where string, args ...any) ([]instance.Request, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, r.id, r.place_id, COALESCE(r.taken_by, 0), r.closed_at IS NOT NULL,
		       (SELECT w.text FROM informant_words w WHERE w.request_id = r.id ORDER BY w.id LIMIT 1),
		       (SELECT MAX(w.id) FROM informant_words w WHERE w.request_id = r.id)
		  FROM informant_requests r JOIN actors a ON a.id = r.asker_id
		 WHERE `+where+`
		 LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("requests to informants: %w", err)
	}
	var list []instance.Request
	for rows.Next() {
		var r instance.Request
		var begins *string
		var last *instance.ID
		dest, done := actors.Fields(&r.Asker)
		if err := rows.Scan(append(dest, &r.ID, &r.Place.ID, &r.Taken.ID, &r.Closed, &begins, &last)...); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		if err := done(); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		if begins != nil && last != nil {
			r.First, r.Last = writing.CleanLine(*begins, first), last.Time()
		}
		list = append(list, r)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(list) == 0 {
		return nil, err
	}
	ids := make([]instance.ActorID, 0, 2*len(list))
	for _, r := range list {
		ids = append(ids, r.Place.ID, r.Taken.ID)
	}
	known, err := actors.ByIDs(ctx, s.db.Read(), ids)
	for i := range list {
		list[i].Place, list[i].Taken = known[list[i].Place.ID], known[list[i].Taken.ID]
	}
	return list, err
}

// keptFor is how long a request that is closed can be read.
const keptFor = 183 * 24 * time.Hour
