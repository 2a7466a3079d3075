// Package alike sees that files of one programme have a telephone, a mailbox or an
// address in common: somebody with many accounts, or one who writes for hosts and
// households alike. It counts, and judges nobody: a person looks, and then another.
//
// What is compared are tags under a key that each programme has in its vault. Nothing
// is asked of anybody for it that they did not say already, and nothing of the devices
// from which people write is kept or compared.
package alike

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/twins"
)

// Kind is what two files have in common.
type Kind string

// What two files can have in common.
const (
	Phone   Kind = "phone"
	Mailbox Kind = "mailbox" // the same but for figures, dots and what follows a plus
	Address Kind = "address" // street and number, in the same commune
)

// Kinds are what two files can have in common.
var Kinds = []Kind{Phone, Mailbox, Address}

// Contact is what a file says of how to reach somebody and where they live, as it was
// written.
type Contact struct {
	Text    string // telephones and mailboxes are found in it
	Address string
}

// Who is whose file it is: a host or a case, and the other 0.
type Who struct {
	Host instance.HostID
	Case instance.CaseID
}

// Match is that another file has something in common with one.
type Match struct {
	Kind Kind
	Who
}

// Service keeps tags and compares them.
type Service struct {
	// Key returns the key of a programme, which is not in the database.
	Key func(ctx context.Context, tx store.Tx, programme instance.ActorID) ([]byte, error)
}

// Note keeps the tags of a file instead of those before, and returns what it has in
// common with others of the same programme, and whether anything of that is new.
func (s *Service) Note(ctx context.Context, tx store.Tx, programme instance.ActorID, who Who, c Contact) (matches []Match, fresh bool, err error) {
	key, err := s.Key(ctx, tx, programme)
	if err != nil {
		return nil, false, fmt.Errorf("key of marks of programme %s: %w", programme, err)
	}
	before, err := matching(ctx, tx, who)
	if err != nil {
		return nil, false, fmt.Errorf("marks of programme %s: %w", programme, err)
	}
	column, id := who.column()
	if _, err := tx.Exec(ctx, `DELETE FROM housing_marks WHERE `+column+` = $1`, id); err != nil {
		return nil, false, fmt.Errorf("marks of programme %s: %w", programme, err)
	}
	rows := store.Many{Into: "housing_marks (programme_id, kind, tag, " + column + ")"}
	for _, m := range marks(c) {
		if err := rows.Add(ctx, tx, programme, string(m.kind), tag(key, m), id); err != nil {
			return nil, false, fmt.Errorf("marks of programme %s: %w", programme, err)
		}
	}
	if err := rows.End(ctx, tx); err != nil {
		return nil, false, fmt.Errorf("marks of programme %s: %w", programme, err)
	}
	if matches, err = matching(ctx, tx, who); err != nil {
		return nil, false, fmt.Errorf("marks of programme %s: %w", programme, err)
	}
	fresh = slices.ContainsFunc(matches, func(m Match) bool { return !slices.Contains(before, m) })
	return matches, fresh, nil
}

// Of returns what a file has in common with others of its programme. Who may ask is
// for the caller to say.
func (s *Service) Of(ctx context.Context, tx store.Tx, who Who) ([]Match, error) {
	return matching(ctx, tx, who)
}

// Weight is how often a file has something in common: each kind once, each file beyond the
// first, and once more where a host and a household have it. Two who live together
// have one.
func Weight(of Who, list []Match) int {
	if len(list) == 0 {
		return 0
	}
	kinds, files, across := map[Kind]bool{}, map[Who]bool{}, 0
	for _, m := range list {
		kinds[m.Kind], files[m.Who] = true, true
		if (m.Host != 0) != (of.Host != 0) {
			across = 1
		}
	}
	return len(kinds) + len(files) - 1 + across
}

func (w Who) column() (string, instance.ID) {
	if w.Host != 0 {
		return "host_id", w.Host
	}
	return "case_id", w.Case
}

// mostMatches is how many are named; a file with more needs no more to be looked at.
const mostMatches = 50

func matching(ctx context.Context, tx store.Tx, who Who) ([]Match, error) {
	column, id := who.column()
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT o.kind, COALESCE(o.host_id, 0), COALESCE(o.case_id, 0)
		  FROM housing_marks m
		  JOIN housing_marks o ON o.programme_id = m.programme_id AND o.kind = m.kind AND o.tag = m.tag
		 WHERE m.`+column+` = $1 AND COALESCE(o.`+column+`, 0) <> $1
		 ORDER BY 1, 2, 3
		 LIMIT $2`, id, mostMatches)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Match
	for rows.Next() {
		var m Match
		var kind string
		if err := rows.Scan(&kind, &m.Host, &m.Case); err != nil {
			return nil, err
		}
		m.Kind = Kind(kind)
		list = append(list, m)
	}
	return list, rows.Err()
}

// mark is something of a file in the one form in which it is compared.
type mark struct {
	kind  Kind
	value string
}

func tag(key []byte, m mark) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(string(m.kind) + "\n" + m.value))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

var (
	mailboxes = regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN.-]+\.\pL{2,}`)
	phones    = regexp.MustCompile(`\+?\d(?:[ .()/-]*\d){7,14}`)
	notDigits = regexp.MustCompile(`\D`)
	postcode  = regexp.MustCompile(`(?:^|\D)(\d{5})(?:\D|$)`)
)

// ending is how many figures at the end of a telephone number are compared: what comes
// before is written in many ways.
const ending = 9

func marks(c Contact) []mark {
	var list []mark
	add := func(m mark) {
		if m.value != "" && !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	for _, found := range mailboxes.FindAllString(c.Text, -1) {
		add(mark{Mailbox, mailbox(found)})
	}
	for _, found := range phones.FindAllString(mailboxes.ReplaceAllString(c.Text, " "), -1) {
		if digits := notDigits.ReplaceAllString(found, ""); len(digits) >= ending {
			add(mark{Phone, digits[len(digits)-ending:]})
		}
	}
	code := ""
	if m := postcode.FindStringSubmatch(c.Address); m != nil {
		code = m[1]
	}
	if place, ok := twins.NewPlace(c.Address, code); ok && code != "" {
		add(mark{Address, string(place.Canonical())})
	}
	return list
}

// mailbox is an address of a mailbox without what one person varies to have many: the
// figures and dots before the sign, and what follows a plus.
func mailbox(address string) string {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	local, _, _ = strings.Cut(local, "+")
	plain := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, local)
	if len(plain) < 3 { // nothing but figures: they are the name
		plain = local
	}
	return plain + "@" + domain
}
