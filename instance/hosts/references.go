package hosts

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/vault"
)

// Reference is what somebody says who knows a host, or was asked to.
type Reference struct {
	ID         instance.ID
	Name       string
	Family     bool
	AskedAt    time.Time
	Reminded   int
	AnsweredAt time.Time
	Text       string // only for the team
}

type referenceFile struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Known string `json:"known,omitzero"` // since when and from where
	Text  string `json:"text,omitzero"`
}

const (
	// LeastAsked is how many have to be asked, LeastWritten how many have to have
	// written who are not of the family.
	LeastAsked   = 2
	LeastWritten = 1

	mostReferences = 6
	mostReminders  = 2
	remindEvery    = 7 * 24 * time.Hour
	leastReference = 40
	mostReference  = 3000
)

// AskReference has somebody asked by letter what they know of a host. They need no
// account. It returns an [instance.Invalid] for one's own address, since nobody
// speaks for themself.
func (s *Service) AskReference(ctx context.Context, hand Hand, id instance.HostID, name, email string, family bool) error {
	name = cleaned(name, maxName)
	if err := within("reference", name, 2, maxName); err != nil {
		return err
	}
	address, key, err := instance.ParseEmail(email)
	if err != nil {
		return err
	}
	return s.own(ctx, hand, id, "name a reference", func(tx store.Tx, h row) error {
		f, err := s.open(ctx, tx, h)
		if err != nil {
			return err
		}
		if _, own, err := instance.ParseEmail(f.Email); err == nil && own == key {
			return &instance.Invalid{Field: "email", Code: "own"}
		}
		return s.askReference(ctx, tx, h, referenceFile{Name: name, Email: address}, family)
	})
}

func (s *Service) askReference(ctx context.Context, tx store.Tx, h row, f referenceFile, family bool) error {
	keys, err := s.o.Vault.Keys(ctx, tx, h.Programme)
	if err != nil {
		return err
	}
	all, err := s.references(ctx, tx, h, keys)
	if err != nil {
		return err
	}
	if len(all) >= mostReferences {
		return &instance.Invalid{Field: "reference", Code: "too-many", Limit: mostReferences}
	}
	for _, r := range all {
		if strings.EqualFold(r.file.Email, f.Email) {
			return &instance.Invalid{Field: "email", Code: "taken"}
		}
	}
	id, token, now := s.o.IDs.Next(), rand.Text(), s.now()
	sealed, err := keys.SealJSON(kindReference, id, f)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_host_references (id, host_id, file, family, secret_hash, asked_at, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, h.ID, sealed, family, hashed(token), store.Millis(now), store.Millis(now.Add(remindEvery)))
	if err != nil {
		return err
	}
	return s.letter(ctx, tx, h.Language, f.Email, "host-reference", s.referenceLink(token))
}

func (s *Service) referenceLink(token string) string { return s.o.Site.Base() + "/references/" + token }

// openedReference is one whose file was opened.
type openedReference struct {
	Reference
	file referenceFile
}

// references are those of a host, in the order in which they were asked.
func (s *Service) references(ctx context.Context, tx store.Tx, h row, keys vault.Keys) ([]openedReference, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, file, family, asked_at, reminded, answered_at FROM housing_host_references WHERE host_id = $1 ORDER BY id`, h.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []openedReference
	for rows.Next() {
		var r openedReference
		var file []byte
		var asked int64
		var answered *int64
		if err := rows.Scan(&r.ID, &file, &r.Family, &asked, &r.Reminded, &answered); err != nil {
			return nil, err
		}
		if err := keys.OpenJSON(kindReference, r.ID, file, &r.file); err != nil {
			return nil, err
		}
		r.Name, r.Text, r.AskedAt, r.AnsweredAt = r.file.Name, r.file.Text, store.Time(asked), store.TimeOrNever(answered)
		list = append(list, r)
	}
	return list, rows.Err()
}

// Asked is what somebody reads who follows the link in a letter: whom it is about.
type Asked struct {
	About     string // the name of the host
	Programme instance.ActorID
	Name      string // theirs
	Answered  bool
}

// AskedBy returns what the link in a letter to a reference is about. It returns
// [instance.ErrNotFound] for a link that leads nowhere, or nowhere any more.
func (s *Service) AskedBy(ctx context.Context, link string) (Asked, error) {
	var a Asked
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		h, r, _, err := s.byLink(ctx, tx, link)
		if err != nil {
			return err
		}
		f, err := s.open(ctx, tx, h)
		a = Asked{About: f.Name, Programme: h.Programme, Name: r.Name, Answered: !r.AnsweredAt.IsZero()}
		return err
	})
	return a, because(err, "a reference")
}

func (s *Service) byLink(ctx context.Context, tx store.Tx, link string) (row, openedReference, vault.Keys, error) {
	var r openedReference
	var keys vault.Keys
	h, err := one(ctx, tx, `h.state NOT IN ('refused', 'ended') AND h.id = (SELECT host_id FROM housing_host_references WHERE secret_hash = $1)`, hashed(link))
	if err != nil {
		return h, r, keys, err
	}
	if keys, err = s.o.Vault.Keys(ctx, tx, h.Programme); err != nil {
		return h, r, keys, err
	}
	var file []byte
	var answered *int64
	err = tx.QueryRow(ctx, `
		SELECT id, file, family, answered_at FROM housing_host_references WHERE secret_hash = $1`, hashed(link)).Scan(&r.ID, &file, &r.Family, &answered)
	if err != nil {
		return h, r, keys, notFound(err)
	}
	err = keys.OpenJSON(kindReference, r.ID, file, &r.file)
	r.Name, r.AnsweredAt = r.file.Name, store.TimeOrNever(answered)
	return h, r, keys, err
}

// Vouch takes what somebody writes who knows a host. Whether they are of the family
// is theirs to say, whatever the host said. The link leads nowhere after. The host
// reads that it came, and not what it says.
func (s *Service) Vouch(ctx context.Context, link, known, text string, family bool) error {
	known, text = cleaned(known, 200), strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < leastReference {
		return because(&instance.Invalid{Field: "text", Code: "short", Limit: leastReference}, "a reference")
	}
	for _, err := range []error{within("known", known, 2, 200), within("text", text, 0, mostReference)} {
		if err != nil {
			return err
		}
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		h, r, keys, err := s.byLink(ctx, tx, link)
		if err != nil {
			return err
		}
		r.file.Known, r.file.Text = known, text
		sealed, err := keys.SealJSON(kindReference, r.ID, r.file)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_host_references
			   SET file = $2, family = family OR $3, answered_at = $4, next_at = NULL, secret_hash = NULL
			 WHERE id = $1 AND answered_at IS NULL AND host_id = $5`, r.ID, sealed, family, store.Millis(s.now()), h.ID)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	return because(err, "a reference")
}

// Declines takes that somebody would rather say nothing. Nobody is told why, and
// nobody asks again.
func (s *Service) Declines(ctx context.Context, link string) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE housing_host_references SET next_at = NULL, secret_hash = NULL WHERE secret_hash = $1 AND answered_at IS NULL`, hashed(link))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	return because(err, "a reference")
}

// remind writes again to those who did not answer for a week, twice at most, with a
// new link.
func (s *Service) remind(ctx context.Context, tx store.Tx) error {
	const atOnce = 50
	rows, err := tx.Query(ctx, `
		SELECT r.id, r.host_id
		  FROM housing_host_references r JOIN housing_hosts h ON h.id = r.host_id
		 WHERE r.next_at <= $1 AND h.state NOT IN ('refused', 'ended')
		 ORDER BY r.next_at
		 LIMIT $2`, store.Millis(s.now()), atOnce)
	if err != nil {
		return err
	}
	due := map[instance.ID]instance.HostID{}
	for rows.Next() {
		var id, host instance.ID
		if err := rows.Scan(&id, &host); err != nil {
			rows.Close()
			return err
		}
		due[id] = host
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	for id, host := range due {
		if err := s.remindOne(ctx, tx, id, host); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) remindOne(ctx context.Context, tx store.Tx, id instance.ID, host instance.HostID) error {
	h, err := one(ctx, tx, `h.id = $1`, host)
	if err != nil {
		return err
	}
	keys, err := s.o.Vault.Keys(ctx, tx, h.Programme)
	if err != nil {
		return err
	}
	var file []byte
	var reminded int
	if err := tx.QueryRow(ctx, `SELECT file, reminded FROM housing_host_references WHERE id = $1`, id).Scan(&file, &reminded); err != nil {
		return err
	}
	var f referenceFile
	if err := keys.OpenJSON(kindReference, id, file, &f); err != nil {
		return err
	}
	var next *int64
	if reminded+1 < mostReminders {
		next = store.MillisOrNull(s.now().Add(remindEvery))
	}
	token := rand.Text()
	_, err = tx.Exec(ctx, `
		UPDATE housing_host_references SET reminded = reminded + 1, next_at = $2, secret_hash = $3 WHERE id = $1`, id, next, hashed(token))
	if err != nil {
		return err
	}
	return s.letter(ctx, tx, h.Language, f.Email, "host-reference", s.referenceLink(token))
}
