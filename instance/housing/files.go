package housing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Minimum is what the two caseworkers of a placement have to tell one another,
// and no more. It exists encrypted, and on the screen of who reads it.
type Minimum struct {
	Contact   string `json:"contact"`   // of the caseworker
	Address   string `json:"address"`   // of the home, or of where to meet
	Household string `json:"household"` // who comes, or who lives there
	Needs     string `json:"needs"`     // for this placement
}

const maxMinimum = 2000

func (m Minimum) check() error {
	for field, text := range map[string]string{"contact": m.Contact, "address": m.Address, "household": m.Household, "needs": m.Needs} {
		if utf8.RuneCountInString(text) > maxMinimum {
			return &instance.Invalid{Field: field, Code: "too-long", Limit: maxMinimum}
		}
	}
	if m == (Minimum{}) {
		return &instance.Invalid{Field: "contact", Code: "missing"}
	}
	return nil
}

// Parcel is a file on its way: encrypted for one programme, about one hold.
type Parcel struct {
	ID     string `json:"id"`
	By     string `json:"by"`
	Home   string `json:"home"`
	Hold   int    `json:"hold"`
	Sealed string `json:"sealed"` // an age file in base64
}

// MostParcel is the most bytes of a parcel.
const MostParcel = 64 << 10

// Send tells the caseworker of the other association of a hold what has to be
// known, encrypted to the key that a person agreed to, and keeps the receipt.
// Those who keep homes may. It returns [instance.ErrConflict] for a hold that
// nobody holds or lives in any more, and [instance.ErrUnreachable] if no valid
// receipt came back: then it is to be sent again.
func (s *Service) Send(ctx context.Context, by instance.Account, programme instance.ActorID, home string, hold int, m Minimum) (ledger.Receipt, error) {
	var none ledger.Receipt
	if err := m.check(); err != nil {
		return none, err
	}
	d, err := s.asker(ctx, by, programme)
	if err != nil {
		return none, because(err, "send a file about %s", home)
	}
	other, err := s.otherOf(ctx, s.db.Read(), d, home, hold)
	if err != nil {
		return none, because(err, "send a file about %s", home)
	}
	sealed, err := seal(m, other.Recipient)
	if err != nil {
		return none, because(err, "encrypt a file about %s", home)
	}
	p := Parcel{ID: random(), By: d.Group.URI, Home: home, Hold: hold, Sealed: sealed}
	answer, err := s.wire.Send(ctx, d.Group, other.Group.URI, p)
	if err != nil {
		return none, because(err, "send a file about %s", home)
	}
	r, err := ledger.DecodeReceipt(answer)
	if err == nil {
		err = r.Verify(other.Seal)
	}
	if err == nil && (r.File != p.ID || r.Digest != digestOf(sealed) || r.Ledger != home || r.Hold != hold || r.By != other.Group.URI) {
		err = ledger.ErrForbidden
	}
	if err != nil {
		return none, fmt.Errorf("receipt of %s: %w: %w", other.Group.URI, instance.ErrUnreachable, err)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO housing_files (id, programme_id, partner_id, home, hold, way, sealed, digest, receipt, at, gone_at)
			VALUES ($1, $2, $3, $4, $5, 'sent', '', $6, $7, $8, $8)`,
			p.ID, programme, other.Group.ID, home, hold, r.Digest.String(), string(answer), store.Millis(s.now()))
		if err != nil {
			return err
		}
		return s.note(ctx, tx, programme, by.ID, LogSent, p.ID)
	})
	return r, because(err, "keep the receipt of a file about %s", home)
}

func digestOf(sealed string) ledger.Hash { return sha256.Sum256([]byte(sealed)) }

// seal encrypts for one recipient.
func seal(m Minimum, recipient string) (string, error) {
	to, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(plain); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// otherOf returns the other association of a hold that is live: who asked, to
// who keeps the home, and who keeps it, to who asked.
func (s *Service) otherOf(ctx context.Context, tx store.Tx, d desk, home string, hold int) (instance.Partner, error) {
	var p instance.Partner
	book, err := s.copyOf(ctx, tx, home)
	if err != nil {
		return p, err
	}
	h, ok := book.Hold(hold)
	var other string
	switch owner := book.Opened().Owner; {
	case !ok || owner != d.Group.URI && h.By != d.Group.URI:
		return p, instance.ErrNotFound
	case !h.Standing.Takes() || owner == h.By:
		return p, instance.ErrConflict
	case owner == d.Group.URI:
		other = h.By
	default:
		other = owner
	}
	var sealText string
	dest, done := actors.Fields(&p.Group)
	err = tx.QueryRow(ctx, `
		SELECT `+actors.Columns+`, x.seal, x.recipient
		  FROM housing_partners x JOIN actors a ON a.id = x.partner_id
		 WHERE x.programme_id = $1 AND a.uri = $2 AND (x.sees_ours = 'agreed' OR x.we_see = 'agreed')
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, d.Group.ID, other).Scan(append(dest, &sealText, &p.Recipient)...)
	if err != nil {
		return p, notFound(err)
	}
	p.Seal = ledger.Seal(sealText)
	return p, done()
}

// Received keeps a file that another association sent to a programme of ours,
// and signs for it. signer is who signed the request. The same file again gets
// another receipt. It returns [instance.ErrNotFound] to everyone who has nothing
// to do with the hold.
func (s *Service) Received(ctx context.Context, signer, group string, p Parcel) ([]byte, error) {
	if p.By != signer || len(p.Sealed) == 0 || len(p.Sealed) > MostParcel {
		return nil, fmt.Errorf("a file of %s: %w", signer, instance.ErrNotFound)
	}
	var answer []byte
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		d, err := s.deskOf(ctx, tx, `a.uri = $1`, group)
		if err != nil {
			return err
		}
		from, err := s.otherOf(ctx, tx, d, p.Home, p.Hold)
		if err == nil && from.Group.URI != signer || errors.Is(err, instance.ErrConflict) {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		r, err := ledger.SignReceipt(d.key, ledger.Receipt{
			File: p.ID, Digest: digestOf(p.Sealed), Ledger: p.Home, Hold: p.Hold, By: d.Group.URI, At: s.now(),
		})
		if err != nil {
			return fmt.Errorf("%w: %w", &instance.Invalid{Field: "file", Code: "malformed"}, err)
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO housing_files (id, programme_id, partner_id, home, hold, way, sealed, digest, at)
			VALUES ($1, $2, $3, $4, $5, 'received', $6, $7, $8)
			ON CONFLICT (programme_id, id) DO UPDATE SET digest = excluded.digest
			 WHERE housing_files.digest = excluded.digest AND housing_files.partner_id = excluded.partner_id`,
			p.ID, d.Group.ID, from.Group.ID, p.Home, p.Hold, p.Sealed, r.Digest.String(), store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrNotFound // another file under its id
		}
		if err != nil {
			return err
		}
		answer, err = r.Encode()
		return err
	})
	return answer, because(err, "a file of %s", signer)
}

// Read opens a file that was received, and notes who read it. Those who keep
// homes may. It returns [instance.ErrGone] for one that was deleted.
func (s *Service) Read(ctx context.Context, by instance.Account, programme instance.ActorID, id string) (Minimum, error) {
	var m Minimum
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := keeps(ctx, tx, programme, by); err != nil {
			return err
		}
		var sealed, recipient string
		err := tx.QueryRow(ctx, `
			SELECT f.sealed, p.recipient
			  FROM housing_files f JOIN housing_programmes p ON p.group_id = f.programme_id
			 WHERE f.programme_id = $1 AND f.id = $2 AND f.way = 'received'`, programme, id).Scan(&sealed, &recipient)
		if err != nil {
			return notFound(err)
		}
		if sealed == "" {
			return instance.ErrGone
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO housing_file_reads (programme_id, file_id, person_id, at)
			VALUES ($1, $2, $3, $4)`, programme, id, by.ID, store.Millis(s.now())); err != nil {
			return err
		}
		if err := s.note(ctx, tx, programme, by.ID, LogRead, id); err != nil {
			return err
		}
		m, err = s.open(sealed, recipient)
		return err
	})
	return m, because(err, "read file %s", id)
}

func (s *Service) open(sealed, recipient string) (m Minimum, err error) {
	malformed := &instance.Invalid{Field: "file", Code: "malformed"}
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return m, fmt.Errorf("%w: %w", malformed, err)
	}
	plain, err := s.vault.Unwrap(recipient, b, MostParcel)
	if err != nil {
		return m, err
	}
	if json.Unmarshal(plain, &m) != nil {
		return m, malformed // the decoder's error may repeat what it read
	}
	return m, nil
}

// File is what is known of a file without opening it.
type File struct {
	ID        string
	Home      string
	Hold      int
	At        time.Time
	DeletedAt time.Time // zero as long as it can be read

	area string // of the home
}

// Files returns the files that a programme received about a home, the newest
// first, to those who keep homes.
func (s *Service) Files(ctx context.Context, by instance.Account, programme instance.ActorID, home string) ([]File, error) {
	if err := keeps(ctx, s.db.Read(), programme, by); err != nil {
		return nil, because(err, "files about %s", home)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, home, hold, at, gone_at
		  FROM housing_files
		 WHERE programme_id = $1 AND home = $2 AND way = 'received'
		 ORDER BY at DESC, id
		 LIMIT 100`, programme, home)
	if err != nil {
		return nil, because(err, "files about %s", home)
	}
	defer rows.Close()
	var list []File
	for rows.Next() {
		var f File
		var at int64
		var gone *int64
		if err := rows.Scan(&f.ID, &f.Home, &f.Hold, &at, &gone); err != nil {
			return nil, because(err, "files about %s", home)
		}
		f.At, f.DeletedAt = store.Time(at), store.TimeOrNever(gone)
		list = append(list, f)
	}
	return list, because(rows.Err(), "files about %s", home)
}

// afterwards is for how many days after a stay what was told about it is kept.
const afterwards = 7

// forget deletes what was received about holds that are over.
func (s *Service) forget(ctx context.Context) error {
	if err := s.forgetQuestions(ctx); err != nil {
		return err
	}
	kept, err := s.keptFiles(ctx)
	if err != nil {
		return because(err, "files that were received")
	}
	var homes []string
	for _, f := range kept {
		homes = append(homes, f.Home)
	}
	slices.Sort(homes)
	books, err := s.copiesOf(ctx, s.db.Read(), slices.Compact(homes))
	if err != nil {
		return because(err, "files that were received")
	}
	over := slices.DeleteFunc(kept, func(f File) bool { return books[f.Home] != nil && needed(books[f.Home], f.Hold, s.tonight(f.area)) })
	if len(over) == 0 {
		return nil
	}
	args := []any{store.Millis(s.now())}
	for _, f := range over {
		args = append(args, f.ID)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE housing_files SET sealed = '', gone_at = $1 WHERE gone_at IS NULL AND id IN (`+store.Placeholders(2, len(over))+`)`, args...)
		return err
	})
	return because(err, "forget files")
}

// needed tells whether what was told about a hold is needed still.
func needed(b *ledger.Book, hold int, tonight ledger.Night) bool {
	h, ok := b.Hold(hold)
	switch {
	case !ok:
		return false
	case h.Standing == ledger.Living, h.Standing == ledger.HasEnded:
		return h.Stay.Until+afterwards > tonight
	}
	return h.Standing.Takes()
}

// keptFiles returns the oldest files that can be read.
func (s *Service) keptFiles(ctx context.Context) ([]File, error) {
	const most = 500
	rows, err := s.db.Read().Query(ctx, `
		SELECT f.id, f.home, f.hold, COALESCE((SELECT l.commune FROM housing_listings l WHERE l.uri = f.home),
		       (SELECT h.area FROM housing_holds h WHERE h.home = f.home ORDER BY h.id LIMIT 1), '')
		  FROM housing_files f
		 WHERE f.gone_at IS NULL
		 ORDER BY f.at
		 LIMIT $1`, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []File
	for rows.Next() {
		var f File
		if err := rows.Scan(&f.ID, &f.Home, &f.Hold, &f.area); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, rows.Err()
}
