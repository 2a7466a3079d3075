package organisations

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
	"palier/instance/store"
)

// Way is how one shows that a line of the registers is theirs.
type Way string

// The ways: a code in a letter to the seat, the council says so, or the web site
// that the register names.
const (
	ByLetter  Way = "letter"
	ByCouncil Way = "council"
	ByDomain  Way = "domain"
)

// Claim is that somebody says a line of the registers is theirs.
type Claim struct {
	ID      instance.ID
	Entry   Entry
	Person  instance.ActorID
	Name    string // of the person
	Place   instance.ActorID
	Way     Way
	Printed bool // the letter
}

const (
	// codeDays is how long a code counts, and a claim waits.
	codeDays = 30 * 24 * time.Hour
	// maxTries is how often one can type a wrong code.
	maxTries = 10
	// maxClaims is how many claims of one person can be open.
	maxClaims = 3
)

// Claim notes that somebody says a line of the registers is theirs, and under
// which name the page is to be. It returns [instance.ErrConflict] for what has a
// page already.
func (s *Service) Claim(ctx context.Context, person, place instance.ActorID, entry instance.ID, way Way, username string) error {
	if _, err := instance.ParseUsername(username); err != nil {
		return err
	}
	switch way {
	case ByLetter, ByCouncil:
	case ByDomain:
		e, err := s.Entry(ctx, entry)
		if err != nil {
			return err
		}
		if s.fetch == nil || e.Site() == "" {
			return &instance.Invalid{Field: "way", Code: "no-site"}
		}
	default:
		return &instance.Invalid{Field: "way", Code: "unknown"}
	}
	now := s.now()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		var taken bool
		var open int
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT 1 FROM organisations o WHERE o.entry_id = e.id),
			       (SELECT COUNT(*) FROM claims c WHERE c.person_id = $2 AND c.entry_id <> e.id AND c.state = 'open' AND c.expires_at > $3)
			  FROM register_entries e
			 WHERE e.id = $1 AND e.active`, entry, person, store.Millis(now)).Scan(&taken, &open)
		switch {
		case err != nil:
			return notFound(err)
		case taken:
			return instance.ErrConflict
		case open >= maxClaims:
			return &instance.Invalid{Field: "username", Code: "too-many", Limit: maxClaims}
		}
		// A second claim of the same line begins anew, but keeps the wrong tries.
		_, err = tx.Exec(ctx, `
			INSERT INTO claims (id, entry_id, person_id, place_id, way, username, expires_at, state)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')
			ON CONFLICT (entry_id, person_id) DO UPDATE
			   SET way = excluded.way, username = excluded.username, expires_at = excluded.expires_at, code = '', printed_at = NULL
			 WHERE claims.state = 'open'`, s.ids.Next(), entry, person, place, string(way), username, store.Millis(now.Add(codeDays)))
		return err
	})
	if err != nil {
		return fmt.Errorf("%s claims entry %s: %w", person, entry, err)
	}
	return nil
}

// Claims returns the claims that wait for the operator, who prints letters, or
// for a council, which knows who it is, the oldest first.
func (s *Service) Claims(ctx context.Context, way Way, place instance.ActorID, limit int) ([]Claim, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT c.id, c.person_id, p.name, p.username, c.place_id, c.printed_at IS NOT NULL, e.id, e.register, e.name, e.commune
		  FROM claims c
		  JOIN register_entries e ON e.id = c.entry_id
		  JOIN actors p ON p.id = c.person_id
		 WHERE c.state = 'open' AND c.way = $1 AND c.expires_at > $2 AND (CAST($3 AS BIGINT) = 0 OR c.place_id = $3)
		 ORDER BY c.id
		 LIMIT $4`, string(way), store.Millis(s.now()), place, limit)
	if err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	defer rows.Close()
	var list []Claim
	for rows.Next() {
		c := Claim{Way: way}
		var username string
		if err := rows.Scan(&c.ID, &c.Person, &c.Name, &username, &c.Place, &c.Printed, &c.Entry.ID, &c.Entry.Register, &c.Entry.Name, &c.Entry.Commune); err != nil {
			return nil, fmt.Errorf("claims: %w", err)
		}
		if c.Name == "" {
			c.Name = username
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// Letter is what is printed for a claim. Its code is known to nobody but who
// reads the letter: the database keeps a digest.
type Letter struct {
	Name  string
	Lines []string // of the seat
	Code  string
}

// letters without those that look like others.
const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// PrintLetter makes a new code for a claim and returns the letter; the code
// before counts no more. It is for the operator.
func (s *Service) PrintLetter(ctx context.Context, claim instance.ID) (Letter, error) {
	raw := make([]byte, 10)
	_, _ = rand.Read(raw) // never fails
	for i := range raw {
		raw[i] = letters[int(raw[i])%len(letters)]
	}
	l := Letter{Code: string(raw)}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		var street, postal, commune string
		now := s.now()
		err := tx.QueryRow(ctx, `
			UPDATE claims
			   SET code = $2, printed_at = $3, expires_at = $4
			 WHERE id = $1 AND state = 'open' AND way = 'letter' AND expires_at > $3
			RETURNING (SELECT e.name FROM register_entries e WHERE e.id = claims.entry_id),
			          (SELECT e.street FROM register_entries e WHERE e.id = claims.entry_id),
			          (SELECT e.postal_code FROM register_entries e WHERE e.id = claims.entry_id),
			          (SELECT e.commune FROM register_entries e WHERE e.id = claims.entry_id)`,
			claim, s.digest(claim, l.Code), store.Millis(now), store.Millis(now.Add(codeDays))).Scan(&l.Name, &street, &postal, &commune)
		if street != "" {
			l.Lines = append(l.Lines, street)
		}
		l.Lines = append(l.Lines, strings.TrimSpace(postal+" "+commune))
		return notFound(err)
	})
	if err != nil {
		return Letter{}, fmt.Errorf("letter for claim %s: %w", claim, err)
	}
	return l, nil
}

func (s *Service) digest(claim instance.ID, code string) string {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte("claim:" + claim.String() + ":" + code))
	return hex.EncodeToString(m.Sum(nil))
}

var errWrongCode = &instance.Invalid{Field: "code", Code: "wrong"}

// Prove gives somebody the page they claimed, if code is that of the letter. It
// returns an [instance.Invalid] for a wrong one, and for any after ten of them.
func (s *Service) Prove(ctx context.Context, person instance.ActorID, entry instance.ID, code string) (instance.Organisation, error) {
	code = strings.ToUpper(strings.Join(strings.Fields(code), ""))
	var none instance.Organisation
	c, username, digest, err := s.openClaim(ctx, person, entry, ByLetter)
	if err != nil {
		return none, err
	}
	// The try counts before it is looked at, so that many at once count too.
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE claims SET tries = tries + 1 WHERE id = $1 AND state = 'open' AND tries < $2`, c.ID, maxTries)
		if err == nil && n == 0 {
			err = &instance.Invalid{Field: "code", Code: "too-many", Limit: maxTries}
		}
		return err
	})
	if err != nil {
		return none, fmt.Errorf("prove claim %s: %w", c.ID, err)
	}
	if digest == "" || !hmac.Equal([]byte(digest), []byte(s.digest(c.ID, code))) {
		return none, errWrongCode
	}
	return s.hand(ctx, c, username)
}

func (s *Service) openClaim(ctx context.Context, person instance.ActorID, entry instance.ID, way Way) (c Claim, username, digest string, err error) {
	var id instance.ID
	err = s.db.Read().QueryRow(ctx, `
		SELECT c.id, c.place_id, c.username, c.code
		  FROM claims c
		 WHERE c.entry_id = $1 AND c.person_id = $2 AND c.state = 'open' AND c.way = $4 AND c.expires_at > $3`,
		entry, person, store.Millis(s.now()), string(way)).Scan(&id, &c.Place, &username, &digest)
	if err != nil {
		return c, "", "", fmt.Errorf("claim of entry %s: %w", entry, notFound(err))
	}
	c.ID, c.Person = id, person
	c.Entry, err = s.Entry(ctx, entry)
	return c, username, digest, err
}

// Attest decides about a claim as a council that knows who it is. Only those who
// act for a council of the claim's own place may; others get
// [instance.ErrNotFound].
func (s *Service) Attest(ctx context.Context, by instance.Account, council instance.ActorID, claim instance.ID, yes bool) error {
	if err := actsFor(ctx, s.db.Read(), by, council); err != nil {
		return fmt.Errorf("attest claim %s: %w", claim, err)
	}
	var c Claim
	var username string
	err := s.db.Read().QueryRow(ctx, `
		SELECT c.id, c.person_id, c.place_id, c.username, c.entry_id
		  FROM claims c JOIN organisations o ON o.actor_id = $2 AND o.sort = 'council' AND o.place_id = c.place_id
		 WHERE c.id = $1 AND c.state = 'open' AND c.way = 'council' AND c.expires_at > $3`,
		claim, council, store.Millis(s.now())).Scan(&c.ID, &c.Person, &c.Place, &username, &c.Entry.ID)
	if err != nil {
		return fmt.Errorf("attest claim %s: %w", claim, notFound(err))
	}
	if !yes {
		return s.db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE claims SET state = 'refused' WHERE id = $1 AND state = 'open'`, claim)
			return err
		})
	}
	if c.Entry, err = s.Entry(ctx, c.Entry.ID); err != nil {
		return err
	}
	_, err = s.hand(ctx, c, username)
	return err
}

// hand opens the page of a claim for who made it. A page is opened once.
func (s *Service) hand(ctx context.Context, c Claim, username string) (instance.Organisation, error) {
	sort := instance.Association
	if c.Entry.Register == "sirene" {
		sort = instance.Shop
	}
	plan := Plan{Username: username, Title: c.Entry.Name, Sort: sort, Place: c.Place, Agent: c.Person, About: About{Summary: c.Entry.Purpose}}
	if runes := []rune(plan.Title); len(runes) > maxTitle {
		plan.Title = string(runes[:maxTitle])
	}
	if runes := []rune(plan.Summary); len(runes) > maxSummary {
		plan.Summary = string(runes[:maxSummary])
	}
	o, err := s.open(ctx, plan, func(ctx context.Context, tx store.Tx, o instance.Organisation) error {
		n, err := tx.Exec(ctx, `
			UPDATE organisations SET entry_id = $2
			 WHERE actor_id = $1 AND NOT EXISTS (SELECT 1 FROM organisations x WHERE x.entry_id = $2)`, o.ID, c.Entry.ID)
		if err == nil && n == 0 || store.IsUnique(err) {
			return instance.ErrConflict
		}
		if err != nil {
			return err
		}
		n, err = tx.Exec(ctx, `UPDATE claims SET state = 'done', code = '' WHERE id = $1 AND state = 'open'`, c.ID)
		if err == nil && n == 0 {
			err = instance.ErrConflict
		}
		return err
	})
	if err != nil && !errors.Is(err, instance.ErrInvalid) {
		err = fmt.Errorf("hand over entry %s: %w", c.Entry.ID, err)
	}
	return o, err
}

// Standing returns the way in which somebody claims a line of the registers;
// empty if they do not, or no more.
func (s *Service) Standing(ctx context.Context, person instance.ActorID, entry instance.ID) (Way, error) {
	var way string
	err := s.db.Read().QueryRow(ctx, `
		SELECT COALESCE((SELECT c.way FROM claims c
		                  WHERE c.entry_id = $1 AND c.person_id = $2 AND c.state = 'open' AND c.expires_at > $3), '')`,
		entry, person, store.Millis(s.now())).Scan(&way)
	if err != nil {
		return "", fmt.Errorf("claim of entry %s: %w", entry, err)
	}
	return Way(way), nil
}
