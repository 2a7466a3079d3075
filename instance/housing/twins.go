package housing

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/protocol/twins"
)

// Whereabouts knows the addresses of homes, which this room does not.
type Whereabouts interface {
	// Address returns that of a home, as somebody typed it, and notes that by read
	// it. It returns [instance.ErrNotFound] for a home of which nobody wrote any.
	Address(ctx context.Context, tx store.Tx, by instance.Account, home instance.ListingID) (string, error)
}

// Twins is what a programme shows its partners: the tags of its homes, and the key
// that answers about them are checked with.
type Twins struct {
	Public string
	Tags   []twins.Tag
}

// mostTags is how many homes are compared at a time, the newest.
const mostTags = 5000

// Questions that one partner may ask one programme in a day: a little more than
// the homes it could vet. Each could be one address that somebody tries.
const (
	mostQuestions = 20
	questionsIn   = 24 * time.Hour
)

// kindOfTwins is what the key of a programme's tags is in the vault.
const kindOfTwins = "twins-key"

// MarkKey returns the key under which a programme compares its files (see package
// alike): from that of its homes, and of no use to answer for it. It is in the vault.
func (s *Service) MarkKey(ctx context.Context, tx store.Tx, programme instance.ActorID) ([]byte, error) {
	key, err := s.twinsKey(ctx, tx, programme)
	if err != nil {
		return nil, because(err, "key of programme %s", programme)
	}
	b, err := key.Bytes()
	if err != nil {
		return nil, because(err, "key of programme %s", programme)
	}
	h := hmac.New(sha256.New, b)
	h.Write([]byte("palier marks 1"))
	return h.Sum(nil), nil
}

// twinsKey returns the key that makes the tags of a programme, which is made when
// it is first needed.
func (s *Service) twinsKey(ctx context.Context, tx store.Tx, programme instance.ActorID) (twins.Key, error) {
	var sealed []byte
	// The row is held, so that two do not make two keys.
	err := tx.QueryRow(ctx, `
		UPDATE housing_programmes SET twins_key = twins_key WHERE group_id = $1 RETURNING twins_key`, programme).Scan(&sealed)
	if err != nil {
		return twins.Key{}, notFound(err)
	}
	keys, err := s.vault.Keys(ctx, tx, programme)
	if err != nil {
		return twins.Key{}, err
	}
	if len(sealed) > 0 {
		b, err := keys.Open(kindOfTwins, instance.ID(programme), sealed)
		if err != nil {
			return twins.Key{}, err
		}
		return twins.ParseKey(b)
	}
	key, err := twins.NewKey()
	if err != nil {
		return twins.Key{}, err
	}
	b, err := key.Bytes()
	if err != nil {
		return twins.Key{}, err
	}
	if sealed, err = keys.Seal(kindOfTwins, instance.ID(programme), b); err != nil {
		return twins.Key{}, err
	}
	_, err = tx.Exec(ctx, `UPDATE housing_programmes SET twins_key = $2 WHERE group_id = $1`, programme, sealed)
	return key, err
}

// tagged gives a home its tag as it is vetted, looks for it among the others of
// its programme, and has it looked for among those of partners whose homes are
// seen. It returns an [instance.Invalid] of the field address if that names no
// street and no place.
func (s *Service) tagged(ctx context.Context, tx store.Tx, by instance.Account, l instance.Listing) error {
	where, err := s.placeOf(ctx, tx, by, l)
	if err != nil {
		return err
	}
	key, err := s.twinsKey(ctx, tx, l.Programme)
	if err != nil {
		return err
	}
	tag, err := key.Tag(where)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_tags (listing_id, programme_id, tag)
		VALUES ($1, $2, $3)
		ON CONFLICT (listing_id) DO UPDATE SET tag = excluded.tag`, l.ID, l.Programme, tag.String())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM housing_twins WHERE listing_id = $1`, l.ID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_twins (listing_id, partner_id, found, at)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), EXISTS (
		           SELECT 1 FROM housing_tags t JOIN housing_listings o ON o.id = t.listing_id
		            WHERE t.programme_id = $2 AND t.tag = $3 AND o.id <> $1 AND o.state NOT IN ('draft', 'submitted', 'closed')),
		       CAST($4 AS BIGINT)`, l.ID, l.Programme, tag.String(), store.Millis(s.now()))
	if err != nil {
		return err
	}
	partners, err := seen(ctx, tx, l.Programme)
	for _, p := range partners {
		if err == nil {
			err = s.jobs.Enqueue(ctx, tx, Compare{l.ID, p.ID, by.ID})
		}
	}
	return err
}

func (s *Service) placeOf(ctx context.Context, tx store.Tx, by instance.Account, l instance.Listing) (twins.Place, error) {
	address, err := s.where.Address(ctx, tx, by, l.ID)
	if err != nil && !errors.Is(err, instance.ErrNotFound) {
		return twins.Place{}, err
	}
	where, ok := twins.NewPlace(address, l.Commune)
	if !ok {
		return where, &instance.Invalid{Field: "address", Code: "no-street"}
	}
	return where, nil
}

// seen returns the Groups whose homes a programme sees.
func seen(ctx context.Context, tx store.Tx, programme instance.ActorID) ([]instance.Actor, error) {
	return actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM housing_partners x JOIN actors a ON a.id = x.partner_id
		 WHERE x.programme_id = $1 AND x.we_see = 'agreed' AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY a.id`, programme))
}

// Compare is the job that asks a partner whether it lists a home of ours too. By
// is who vetted it.
type Compare struct {
	Listing instance.ListingID `json:"listing"`
	Partner instance.ActorID   `json:"partner"`
	By      instance.ActorID   `json:"by"`
}

// Kind names the job.
func (Compare) Kind() string { return "housing_compare" }

func (s *Service) compare(ctx context.Context, j Compare) error {
	var l instance.Listing
	var from, to instance.Actor
	var where twins.Place
	err := s.db.InTx(ctx, func(tx store.Tx) (err error) {
		if l, err = listing(ctx, tx, j.Listing); err != nil {
			return err
		}
		both, err := actors.ByIDs(ctx, tx, []instance.ActorID{l.Programme, j.Partner})
		if err != nil {
			return err
		}
		from, to = both[l.Programme], both[j.Partner]
		where, err = s.placeOf(ctx, tx, instance.Account{Actor: instance.Actor{ID: j.By}}, l)
		return err
	})
	if err == nil && (l.State == instance.ListingClosed || to.ID == 0 || to.Gone()) {
		return nil
	}
	var found bool
	if err == nil {
		found, err = s.isTwin(ctx, from, to, where)
	}
	switch {
	case errors.Is(err, instance.ErrInvalid), errors.Is(err, instance.ErrSealed):
		return jobs.Cancel(fmt.Errorf("compare home %s: %w", j.Listing, err))
	case errors.Is(err, instance.ErrNotFound):
		return nil // it does not compare, or we do not see its homes any more
	case err != nil:
		return because(err, "compare home %s with those of %s", j.Listing, to.URI)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO housing_twins (listing_id, partner_id, found, at)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (listing_id, partner_id) DO UPDATE SET found = excluded.found, at = excluded.at, settled_by = NULL, settled_at = NULL`,
			j.Listing, j.Partner, found, store.Millis(s.now()))
		return err
	})
	return because(err, "compare home %s with those of %s", j.Listing, to.URI)
}

// isTwin asks a partner, without telling it where the home is.
func (s *Service) isTwin(ctx context.Context, from, to instance.Actor, where twins.Place) (bool, error) {
	theirs, err := s.wire.Twins(ctx, from, to.URI)
	if err != nil || len(theirs.Tags) == 0 {
		return false, err
	}
	q, err := twins.Ask(theirs.Public, where)
	if err != nil {
		return false, fmt.Errorf("%w: %w", instance.ErrUnreachable, err)
	}
	answer, err := s.wire.Question(ctx, from, to.URI, q.Body())
	if err != nil {
		return false, err
	}
	tag, err := q.Tag(answer)
	if err != nil {
		return false, fmt.Errorf("%w: %w", instance.ErrUnreachable, err)
	}
	return tag.Among(theirs.Tags), nil
}

// Twin is a home of ours that an association seems to list too.
type Twin struct {
	Partner instance.Actor // the programme itself for another of its own homes
	At      time.Time
}

// TwinsOf returns who seems to list a home of ours too and has not been looked
// into, to those of its programme.
func (s *Service) TwinsOf(ctx context.Context, by instance.Account, id instance.ListingID) ([]Twin, error) {
	if _, err := s.Listing(ctx, by, id); err != nil {
		return nil, err
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, x.at
		  FROM housing_twins x JOIN actors a ON a.id = x.partner_id
		 WHERE x.listing_id = $1 AND x.found AND x.settled_at IS NULL
		 ORDER BY a.id`, id)
	if err != nil {
		return nil, because(err, "twins of home %s", id)
	}
	defer rows.Close()
	var list []Twin
	for rows.Next() {
		var t Twin
		var at int64
		dest, done := actors.Fields(&t.Partner)
		if err := rows.Scan(append(dest, &at)...); err != nil {
			return nil, because(err, "twins of home %s", id)
		}
		if err := done(); err != nil {
			return nil, err
		}
		t.At = store.Time(at)
		list = append(list, t)
	}
	return list, because(rows.Err(), "twins of home %s", id)
}

// NoTwin notes that a lead spoke to the other association and it is another home
// after all.
func (s *Service) NoTwin(ctx context.Context, by instance.Account, id instance.ListingID, partner instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		l, err := s.held(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := leads(ctx, tx, l.Programme, by); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_twins SET settled_by = $3, settled_at = $4
			 WHERE listing_id = $1 AND partner_id = $2 AND found AND settled_at IS NULL`, id, partner, by.ID, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrConflict
		}
		if err != nil {
			return err
		}
		return s.note(ctx, tx, l.Programme, by.ID, LogSingle, id.String())
	})
	return because(err, "home %s is no twin of one of %s", id, partner)
}

// errTwin says that somebody else seems to list a home.
var errTwin = fmt.Errorf("%w: %w", instance.ErrConflict, &instance.Invalid{Field: "home", Code: "twin"})

// single returns an error that is both an [instance.ErrConflict] and an
// [instance.Invalid] of the field home while somebody else seems to list a home.
func single(ctx context.Context, tx store.Tx, id instance.ListingID) error {
	var double bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_twins WHERE listing_id = $1 AND found AND settled_at IS NULL)`, id).Scan(&double)
	if err == nil && double {
		err = errTwin
	}
	return err
}

// partnerOf returns which Group on another server signs, if it may see the homes of
// a programme of ours; [instance.ErrNotFound] for everyone else.
func partnerOf(ctx context.Context, tx store.Tx, signer, group string) (programme, partner instance.ActorID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT x.programme_id, x.partner_id
		  FROM housing_partners x
		  JOIN actors a ON a.id = x.partner_id AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		  JOIN actors g ON g.id = x.programme_id AND g.deleted_at IS NULL AND g.suspended_at IS NULL
		 WHERE a.uri = $1 AND g.uri = $2 AND x.sees_ours = 'agreed'`, signer, group).Scan(&programme, &partner)
	return programme, partner, notFound(err)
}

// TwinsFor returns the tags of the homes of a programme of ours to a Group that
// may see them. It returns [instance.ErrNotFound] to everyone else.
func (s *Service) TwinsFor(ctx context.Context, signer, group string) (Twins, error) {
	var t Twins
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		t = Twins{}
		programme, _, err := partnerOf(ctx, tx, signer, group)
		if err != nil {
			return err
		}
		key, err := s.twinsKey(ctx, tx, programme)
		if err != nil {
			return err
		}
		if t.Public, err = key.Public(); err != nil {
			return err
		}
		// By their tags, which say nothing: not in the order in which they came.
		rows, err := tx.Query(ctx, `
			SELECT DISTINCT t.tag
			  FROM housing_tags t JOIN housing_listings l ON l.id = t.listing_id
			 WHERE t.programme_id = $1 AND l.state NOT IN ('draft', 'submitted', 'closed')
			 ORDER BY t.tag
			 LIMIT $2`, programme, mostTags)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var word string
			if err := rows.Scan(&word); err != nil {
				return err
			}
			tag, err := twins.ParseTag(word)
			if err != nil {
				return err
			}
			t.Tags = append(t.Tags, tag)
		}
		return rows.Err()
	})
	return t, because(err, "tags of %s for %s", group, signer)
}

// AnswerTwin answers a question of a Group that may see the homes of a programme
// of ours. It returns [instance.ErrNotFound] to everyone else,
// [instance.ErrTooMany] when one asked more than [mostQuestions] times in a day, and
// [instance.ErrInvalid] for what is no question.
func (s *Service) AnswerTwin(ctx context.Context, signer, group string, question []byte) ([]byte, error) {
	var answer []byte
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		programme, partner, err := partnerOf(ctx, tx, signer, group)
		if err != nil {
			return err
		}
		key, err := s.twinsKey(ctx, tx, programme) // which holds the programme's row: questions are counted one by one
		if err != nil {
			return err
		}
		var asked int
		err = tx.QueryRow(ctx, `
			SELECT COUNT(*) FROM housing_twin_questions WHERE programme_id = $1 AND partner_id = $2 AND at > $3`,
			programme, partner, store.Millis(s.now().Add(-questionsIn))).Scan(&asked)
		if err == nil && asked >= mostQuestions {
			err = instance.ErrTooMany
		}
		if err != nil {
			return err
		}
		if answer, err = key.Answer(question); err != nil {
			return fmt.Errorf("%w: %w", &instance.Invalid{Field: "question", Code: "malformed"}, err)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_twin_questions (id, programme_id, partner_id, at)
			VALUES ($1, $2, $3, $4)`, s.ids.Next(), programme, partner, store.Millis(s.now()))
		return err
	})
	return answer, because(err, "answer %s about homes of %s", signer, group)
}

// forgetQuestions removes what is not counted any more.
func (s *Service) forgetQuestions(ctx context.Context) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM housing_twin_questions WHERE at <= $1`, store.Millis(s.now().Add(-questionsIn)))
		return err
	})
	return because(err, "questions about twins")
}
