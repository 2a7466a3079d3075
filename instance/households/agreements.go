package households

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// PartyAssociation is the third who signs an agreement.
const PartyAssociation Party = "association"

// Parties are the three, in the order in which they sign.
var Parties = []Party{PartyGuest, PartyHost, PartyAssociation}

// Terms are what three agree to: the text of the country in each of its languages,
// the dates, and the rules of the house as the host wrote them. Nobody is named in
// them but the programme.
type Terms struct {
	Programme string                         `json:"programme"`
	From      string                         `json:"from"` // dates
	Until     string                         `json:"until"`
	Places    int                            `json:"places"`
	Texts     map[string]countries.Agreement `json:"texts"`
	Rules     string                         `json:"rules,omitempty"`
	Country   string                         `json:"country,omitempty"` // whose text it is
}

// Agreement is one version of what household, host and association agree to about a
// stay.
type Agreement struct {
	ID      instance.ID
	Case    instance.CaseID
	Hold    instance.ID
	Host    instance.HostID // 0: the home is a partner's
	Version int
	Until   ledger.Night
	// Hash is of the terms, the stay and the version, SHA-256 in hexadecimal digits.
	Hash   string
	MadeAt time.Time
	Terms  Terms
	Signed map[Party]PartySignature
}

// PartySignature is that one of the three signed a version.
type PartySignature struct {
	By       instance.ActorID // from whose account; 0 for a link
	At       time.Time
	Paper    bool   // on a sheet, as By wrote down
	Language string // in which it was read
}

// Binds tells whether all three have signed.
func (a Agreement) Binds() bool { return len(a.Signed) == len(Parties) }

const kindAgreement = "agreement"

// hashed is the hash of a version.
func hashed(hold instance.ID, version int, t Terms) (string, error) {
	b, err := json.Marshal(struct {
		Hold    instance.ID
		Version int
		Terms   Terms
	}{hold, version, t})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// DraftAgreement writes the agreement of the stay for which beds are agreed to or
// that runs, or one more version of it, from the text of the country and the rules
// of the house as they are now. The version before holds no more, nor do its
// signatures. Where a stay is to go on (see [Service.Renew]), it is until then. It
// returns [instance.ErrConflict] where there is no such stay.
func (s *Service) DraftAgreement(ctx context.Context, by instance.Account, id instance.CaseID) (instance.ID, error) {
	made := s.IDs.Next()
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		x, err := s.stayOf(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.draft(ctx, tx, c, x, Agreement{ID: made, Case: id, Hold: x.ID}, by.ID)
	})
	return made, because(err, "agreement of case %s", id)
}

// stayOf is the hold for which beds are agreed to or in which people of a case live,
// and an [instance.ErrConflict] without one.
func (s *Service) stayOf(ctx context.Context, tx store.Tx, id instance.CaseID) (CaseHold, error) {
	x, err := scanCaseHold(tx.QueryRow(ctx, `
		SELECT `+caseHoldColumns+`
		  FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id
		 WHERE x.case_id = $1 AND h.state IN ('agreed', 'placed')
		 ORDER BY h.state DESC, x.hold_id DESC
		 LIMIT 1`, id))
	if errors.Is(notFound(err), instance.ErrNotFound) {
		err = instance.ErrConflict
	}
	return x, err
}

func (s *Service) draft(ctx context.Context, tx store.Tx, c instance.Case, x CaseHold, a Agreement, by instance.ActorID) error {
	programme, err := one(ctx, tx, c.Programme)
	if err != nil {
		return err
	}
	rules, err := countries.In(x.Area)
	if err != nil {
		return err
	}
	a.Until = max(x.Stay.Until, x.Until)
	a.Terms = Terms{Programme: programme.Shown(), From: x.Stay.From.String(), Until: a.Until.String(), Places: x.Places, Texts: rules.Agreement, Country: rules.Code}
	if a.Host, err = s.lender(ctx, tx, c.Programme, x.Home); err != nil {
		return err
	}
	if a.Host != 0 {
		home, err := s.Hosts.Threshold(ctx, tx, by, a.Host)
		if err != nil {
			return err
		}
		a.Terms.Rules = home.Rules
	}
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(version), 0) + 1 FROM housing_agreements WHERE hold_id = $1`, x.ID).Scan(&a.Version)
	if err != nil {
		return err
	}
	if a.Hash, err = hashed(x.ID, a.Version, a.Terms); err != nil {
		return err
	}
	body, err := s.seal(ctx, tx, c.Programme, kindAgreement, a.ID, a.Terms)
	if err != nil {
		return err
	}
	now := store.Millis(s.Now())
	if _, err := tx.Exec(ctx, `UPDATE housing_agreements SET replaced_at = $2 WHERE hold_id = $1 AND replaced_at IS NULL`, x.ID, now); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_agreements (id, case_id, hold_id, host_id, version, until_night, body, hash, made_by, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		a.ID, c.ID, x.ID, orNull(instance.ActorID(a.Host)), a.Version, int64(a.Until), body, a.Hash, by, now)
	return err
}

// lender is the host of a home of a programme, 0 where it is a partner's.
func (s *Service) lender(ctx context.Context, tx store.Tx, programme instance.ActorID, home string) (instance.HostID, error) {
	var host instance.HostID
	err := tx.QueryRow(ctx, `
		SELECT COALESCE((SELECT host_id FROM housing_listings WHERE uri = $1 AND programme_id = $2), 0)`, home, programme).Scan(&host)
	return host, err
}

// agreement reads the version that holds of the stay of a case, the latest stay
// first; with a host, of a stay with that one.
func (s *Service) agreement(ctx context.Context, tx store.Tx, c instance.Case, host instance.HostID) (Agreement, error) {
	a := Agreement{Case: c.ID, Signed: map[Party]PartySignature{}}
	var body []byte
	var until, made int64
	err := tx.QueryRow(ctx, `
		SELECT id, hold_id, COALESCE(host_id, 0), version, until_night, body, hash, made_at
		  FROM housing_agreements
		 WHERE case_id = $1 AND replaced_at IS NULL AND (CAST($2 AS BIGINT) = 0 OR host_id = $2)
		 ORDER BY id DESC
		 LIMIT 1`, c.ID, host).Scan(&a.ID, &a.Hold, &a.Host, &a.Version, &until, &body, &a.Hash, &made)
	if err != nil {
		return a, notFound(err)
	}
	a.Until, a.MadeAt = ledger.Night(until), store.Time(made)
	if err := s.unseal(ctx, tx, c.Programme, kindAgreement, a.ID, body, &a.Terms); err != nil {
		return a, err
	}
	a.Signed, err = partySignatures(ctx, tx, `housing_agreement_signatures WHERE agreement_id = $1`, a.ID)
	return a, err
}

// partySignatures are those under one document, found from what stands behind FROM.
func partySignatures(ctx context.Context, tx store.Tx, from string, id instance.ID) (map[Party]PartySignature, error) {
	rows, err := tx.Query(ctx, `
		SELECT party, paper, language, COALESCE(by_id, 0), at FROM `+from, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	signed := map[Party]PartySignature{}
	for rows.Next() {
		var party string
		var x PartySignature
		var at int64
		if err := rows.Scan(&party, &x.Paper, &x.Language, &x.By, &at); err != nil {
			return nil, err
		}
		x.At = store.Time(at)
		signed[Party(party)] = x
	}
	return signed, rows.Err()
}

// hasAgreement tells whether one holds for a case; with a host, for a stay with them.
func (s *Service) hasAgreement(ctx context.Context, tx store.Tx, id instance.CaseID, host instance.HostID) (is bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_agreements
		                WHERE case_id = $1 AND replaced_at IS NULL AND (CAST($2 AS BIGINT) = 0 OR host_id = $2))`, id, host).Scan(&is)
	return is, err
}

// Agreement returns the version that holds for a case, to those who keep cases, and
// notes that it was opened. It returns [instance.ErrNotFound] before one is written.
func (s *Service) Agreement(ctx context.Context, by instance.Account, id instance.CaseID) (Agreement, error) {
	var a Agreement
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err == nil {
			err = keeps(ctx, tx, c.Programme, by.ID)
		}
		if err == nil {
			err = s.noted(ctx, tx, id, by.ID, "agreement")
		}
		if err != nil {
			return err
		}
		a, err = s.agreement(ctx, tx, c, 0)
		return err
	})
	return a, because(err, "agreement of case %s", id)
}

// OwnAgreement is [Service.Agreement] for the household.
func (s *Service) OwnAgreement(ctx context.Context, person instance.Account, id instance.CaseID) (Agreement, error) {
	tx := s.DB.Read()
	c, err := caseOf(ctx, tx, id)
	if err == nil && (c.Person != person.ID || person.ID == 0) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return Agreement{}, because(err, "own agreement of case %s", id)
	}
	a, err := s.agreement(ctx, tx, c, 0)
	return a, because(err, "own agreement of case %s", id)
}

// HostAgreement is [Service.Agreement] for the host of the home in which the case
// lives or is to.
func (s *Service) HostAgreement(ctx context.Context, hand HostHand, id instance.CaseID) (Agreement, error) {
	tx := s.DB.Read()
	a, err := s.hostAgreement(ctx, tx, hand, id)
	return a, because(err, "agreement of case %s for its host", id)
}

func (s *Service) hostAgreement(ctx context.Context, tx store.Tx, hand HostHand, id instance.CaseID) (Agreement, error) {
	x, err := s.hosted(ctx, tx, hand, id)
	if err != nil {
		return Agreement{}, err
	}
	c, err := caseOf(ctx, tx, id)
	if err != nil {
		return Agreement{}, err
	}
	return s.agreement(ctx, tx, c, x.Host)
}

// GuestSigns keeps that a household signs, from its own account, the version whose
// hash it was shown, read in a language. It returns [instance.ErrConflict] if
// another holds by now, or it has signed.
func (s *Service) GuestSigns(ctx context.Context, person instance.Account, id instance.CaseID, hash, language string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.ownCase(ctx, tx, person, id)
		if err != nil {
			return err
		}
		a, err := s.agreement(ctx, tx, c, 0)
		if err != nil {
			return err
		}
		return s.signs(ctx, tx, a, PartyGuest, hash, PartySignature{By: person.ID, Language: language})
	})
	return because(err, "sign the agreement of case %s", id)
}

// HostSigns is [Service.GuestSigns] for the host.
func (s *Service) HostSigns(ctx context.Context, hand HostHand, id instance.CaseID, hash, language string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		a, err := s.hostAgreement(ctx, tx, hand, id)
		if err != nil {
			return err
		}
		return s.signs(ctx, tx, a, PartyHost, hash, PartySignature{By: hand.Person, Language: language})
	})
	return because(err, "sign the agreement of case %s as its host", id)
}

// TeamSigns keeps that somebody of the team signs for the association, or writes
// down that household or host signed a sheet. Who wrote one of these down does not
// sign for the association: that is [instance.ErrForbidden].
func (s *Service) TeamSigns(ctx context.Context, by instance.Account, id instance.CaseID, party Party, hash, language string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		a, err := s.agreement(ctx, tx, c, 0)
		if err != nil {
			return err
		}
		sign := PartySignature{By: by.ID, Language: language, Paper: party != PartyAssociation}
		for _, x := range a.Signed {
			if x.By == by.ID && x.Paper != sign.Paper {
				return instance.ErrForbidden
			}
		}
		return s.signs(ctx, tx, a, party, hash, sign)
	})
	return because(err, "sign the agreement of case %s for %s", id, party)
}

// signs keeps a signature under the version that holds. Who signs one for longer
// than the stay wants it to go on.
func (s *Service) signs(ctx context.Context, tx store.Tx, a Agreement, party Party, hash string, x PartySignature) error {
	column, ok := map[Party]string{PartyGuest: "guest_at", PartyHost: "host_at", PartyAssociation: ""}[party]
	switch {
	case !ok:
		return &instance.Invalid{Field: "party", Code: "unknown"}
	case hash != a.Hash:
		return instance.ErrConflict
	}
	if _, ok := a.Terms.Texts[x.Language]; !ok {
		return &instance.Invalid{Field: "language", Code: "unknown"}
	}
	if _, done := a.Signed[party]; done {
		return instance.ErrConflict
	}
	now := store.Millis(s.Now())
	_, err := tx.Exec(ctx, `
		INSERT INTO housing_agreement_signatures (agreement_id, party, paper, language, hash, by_id, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, a.ID, string(party), x.Paper, x.Language, a.Hash, orNull(x.By), now)
	if store.IsUnique(err) {
		return instance.ErrConflict
	}
	if err != nil || column == "" {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE housing_case_holds SET `+column+` = COALESCE(`+column+`, CAST($3 AS BIGINT)) WHERE hold_id = $1 AND until = $2`, a.Hold, int64(a.Until), now)
	return err
}

// bound is the condition on an agreement a that all three signed it.
const bound = `a.replaced_at IS NULL
	AND (SELECT COUNT(*) FROM housing_agreement_signatures g WHERE g.agreement_id = a.id AND g.hash = a.hash) = 3`

// agreedBy3 finds the agreement by which the household of a case moves in, and
// renewedBy3 that by which it stays on: until the night that both sides named, for
// nights that the keeper of the home granted and placed.
var (
	agreedBy3 = fmt.Sprintf(`
		SELECT 1 FROM housing_agreements a JOIN housing_holds h ON h.id = a.hold_id AND h.state = 'placed'
		 WHERE a.case_id = $1 AND %s`, bound)
	renewedBy3 = fmt.Sprintf(`
		SELECT 1
		  FROM (%s) AS n JOIN housing_case_holds y ON y.hold_id = n.hold_id JOIN housing_case_holds x ON x.hold_id = y.renews
		  JOIN housing_agreements a ON a.hold_id IN (x.hold_id, y.hold_id) AND a.until_night = x.until
		 WHERE %s`, placedOn, bound)
)
