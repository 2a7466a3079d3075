package households

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
)

// File is what is known of the people of a case. It exists sealed, and on the
// screen of who reads it.
type File struct {
	Household instance.Household `json:"household"`
	Names     []string           `json:"names,omitempty"` // in the order of the household's members
	Reach     string             `json:"reach,omitempty"` // how to reach them: telephone, where they stay
	Referrer  string             `json:"referrer,omitempty"`
	Needs     string             `json:"needs,omitempty"` // only what living together takes
	Plan      string             `json:"plan,omitempty"`  // where to, afterwards
	Notes     string             `json:"notes,omitempty"`
}

const (
	maxText = 4000
	maxName = 100
)

func (f File) check() error {
	if err := f.Household.Check(); err != nil {
		return err
	}
	for _, x := range []struct{ field, text string }{
		{"reach", f.Reach}, {"referrer", f.Referrer}, {"needs", f.Needs}, {"plan", f.Plan}, {"notes", f.Notes},
	} {
		if utf8.RuneCountInString(x.text) > maxText {
			return &instance.Invalid{Field: x.field, Code: "too-long", Limit: maxText}
		}
	}
	if len(f.Names) > len(f.Household.Members) {
		return &instance.Invalid{Field: "names", Code: "too-many", Limit: len(f.Household.Members)}
	}
	for _, n := range f.Names {
		if utf8.RuneCountInString(n) > maxName {
			return &instance.Invalid{Field: "names", Code: "too-long", Limit: maxName}
		}
	}
	return nil
}

// kindCase is what a file is in the vault.
const kindCase = "case"

// Open begins a case in a programme, by somebody of its team who keeps cases. A
// household that has nobody of age is taken down as it is: [instance.ReferCase] is
// the only way it goes on.
func (s *Service) Open(ctx context.Context, by instance.Account, programme instance.ActorID, came instance.CaseOrigin, f File) (instance.Case, error) {
	if came != instance.ByReferrer && came != instance.ByCaseworker {
		return instance.Case{}, because(&instance.Invalid{Field: "came", Code: "unknown"}, "open a case")
	}
	if came == instance.ByReferrer && strings.TrimSpace(f.Referrer) == "" {
		return instance.Case{}, because(&instance.Invalid{Field: "referrer", Code: "missing"}, "open a case")
	}
	c, err := s.open(ctx, programme, came, f, by.ID, 0, func(tx store.Tx) error { return keeps(ctx, tx, programme, by.ID) })
	return c, because(err, "open a case in programme %s", programme)
}

// OpenSelf begins a case by the form that a household fills in itself: it opens
// one, and nothing else. A second one of the same account in the programme, before
// the first is closed, is an [instance.ErrConflict], and a programme that does not
// run is [instance.ErrNotFound].
func (s *Service) OpenSelf(ctx context.Context, person instance.Account, programme instance.ActorID, f File) (instance.Case, error) {
	f.Referrer, f.Notes = "", ""
	c, err := s.open(ctx, programme, instance.BySelf, f, 0, person.ID, func(tx store.Tx) error {
		var runs, has bool
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT 1 FROM housing_programmes p JOIN housing_mandates m ON m.organisation_id = p.organisation_id
			                WHERE p.group_id = $1 AND p.frozen_at IS NULL AND m.ended_at IS NULL),
			       EXISTS (SELECT 1 FROM housing_cases WHERE programme_id = $1 AND person_id = $2 AND stage NOT IN ('closed', 'referred'))`,
			programme, person.ID).Scan(&runs, &has)
		switch {
		case err == nil && !runs:
			return instance.ErrNotFound
		case err == nil && has:
			return instance.ErrConflict
		}
		return err
	})
	return c, because(err, "open a case in programme %s", programme)
}

func (s *Service) open(ctx context.Context, programme instance.ActorID, came instance.CaseOrigin, f File, keeper, person instance.ActorID, may func(store.Tx) error) (instance.Case, error) {
	if err := f.check(); err != nil {
		return instance.Case{}, err
	}
	now := s.Now().UTC()
	c := instance.Case{ID: s.IDs.Next(), Programme: programme, Stage: instance.CaseIntake, Origin: came, Keeper: keeper, Person: person, OpenedAt: now, StageSince: now}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if err := may(tx); err != nil {
			return err
		}
		if err := s.takesIn(ctx, tx, programme, f.Household.Area); err != nil {
			return err
		}
		sealed, err := s.seal(ctx, tx, programme, kindCase, c.ID, f)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_cases (id, programme_id, came, keeper_id, person_id, file, opened_at, stage_since, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7)`, c.ID, programme, string(came), orNull(keeper), orNull(person), sealed, store.Millis(now))
		if err != nil {
			return err
		}
		return s.compare(ctx, tx, c, f)
	})
	if err != nil {
		return instance.Case{}, err
	}
	return c, nil
}

func orNull(id instance.ActorID) *instance.ActorID {
	if id == 0 {
		return nil
	}
	return &id
}

func (s *Service) seal(ctx context.Context, tx store.Tx, programme instance.ActorID, kind string, id instance.ID, value any) ([]byte, error) {
	keys, err := s.Vault.Keys(ctx, tx, programme)
	if err != nil {
		return nil, err
	}
	return keys.SealJSON(kind, id, value)
}

func (s *Service) unseal(ctx context.Context, tx store.Tx, programme instance.ActorID, kind string, id instance.ID, sealed []byte, value any) error {
	keys, err := s.Vault.Keys(ctx, tx, programme)
	if err != nil {
		return err
	}
	return keys.OpenJSON(kind, id, sealed, value)
}

// Case returns what is known of a case without its file, to those who keep cases.
func (s *Service) Case(ctx context.Context, by instance.Account, id instance.CaseID) (instance.Case, error) {
	c, err := caseOf(ctx, s.DB.Read(), id)
	if err == nil {
		err = keeps(ctx, s.DB.Read(), c.Programme, by.ID)
	}
	if err != nil {
		return instance.Case{}, because(err, "case %s", id)
	}
	return c, nil
}

// Read opens the file of a case, and notes who did. It returns
// [instance.ErrSealed] if the key is lost, and [instance.ErrGone] once the file was
// erased.
func (s *Service) Read(ctx context.Context, by instance.Account, id instance.CaseID, what string) (instance.Case, File, error) {
	var c instance.Case
	var f File
	err := s.DB.InTx(ctx, func(tx store.Tx) (err error) {
		c, f, err = s.read(ctx, tx, by.ID, id, what)
		return err
	})
	return c, f, because(err, "read case %s", id)
}

func (s *Service) read(ctx context.Context, tx store.Tx, by instance.ActorID, id instance.CaseID, what string) (c instance.Case, f File, err error) {
	var sealed []byte
	var erased *int64
	c, err = scanCase(tx.QueryRow(ctx, `SELECT `+caseColumns+`, c.file, c.erased_at FROM housing_cases c WHERE c.id = $1`, id), &sealed, &erased)
	if err == nil {
		err = keeps(ctx, tx, c.Programme, by)
	}
	switch {
	case err != nil:
		return instance.Case{}, f, err
	case erased != nil:
		return c, f, instance.ErrGone
	}
	if err := s.noted(ctx, tx, id, by, what); err != nil {
		return c, f, err
	}
	return c, f, s.unseal(ctx, tx, c.Programme, kindCase, id, sealed, &f)
}

// Write changes the file of a case. Who lives together is what two people vetted:
// where that changes before they moved in, the case goes back to vetting.
func (s *Service) Write(ctx context.Context, by instance.Account, id instance.CaseID, f File) error {
	if err := f.check(); err != nil {
		return because(err, "write case %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		_, before, err := s.read(ctx, tx, by.ID, id, "write")
		if err != nil {
			return err
		}
		sealed, err := s.seal(ctx, tx, c.Programme, kindCase, id, f)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE housing_cases SET file = $2 WHERE id = $1`, id, sealed); err != nil {
			return err
		}
		if err := s.compare(ctx, tx, c, f); err != nil {
			return err
		}
		if sameMembers(before.Household, f.Household) {
			return nil
		}
		if slices.Contains(instance.LookAgainInto.From(), c.Stage) {
			return s.step(ctx, tx, c, instance.LookAgainInto, "")
		}
		_, err = tx.Exec(ctx, `
			UPDATE housing_cases SET vetted_by = NULL, vetted_at = NULL WHERE id = $1 AND stage = 'vetting'`, id)
		return err
	})
	return because(err, "write case %s", id)
}

func sameMembers(a, b instance.Household) bool {
	return slices.EqualFunc(a.Members, b.Members, func(x, y instance.Guest) bool {
		return x.Age == y.Age && x.Sex == y.Sex && x.Partner == y.Partner && slices.Equal(x.Parents, y.Parents)
	})
}

// Step takes a case one step on. Each step asks for what has to stand before it:
// two people who vetted, a home the household said yes to, beds that are held, an
// arrival, a talk at the end. It returns [instance.ErrConflict] where that is
// missing or the step is not taken from where the case is, and an [instance.Invalid] for
// an arrival that the three did not all sign for.
func (s *Service) Step(ctx context.Context, by instance.Account, id instance.CaseID, step instance.CaseStep, why instance.CaseEnd) error {
	if step.To() == instance.CaseClosed && !slices.Contains(instance.CaseEnds, why) {
		return because(&instance.Invalid{Field: "why", Code: "missing"}, "close case %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		return s.take(ctx, tx, c, step, why, by)
	})
	return because(err, "%s case %s", step.Name(), id)
}

// take is [Service.Step] for a case that nobody else changes meanwhile.
func (s *Service) take(ctx context.Context, tx store.Tx, c instance.Case, step instance.CaseStep, why instance.CaseEnd, by instance.Account) error {
	if !slices.Contains(step.From(), c.Stage) {
		return instance.ErrConflict
	}
	ready, err := s.before(ctx, tx, c, step, by.ID)
	if err != nil || !ready {
		return err
	}
	if step.To() != instance.CaseClosed {
		why = ""
	}
	if err := s.step(ctx, tx, c, step, why); err != nil {
		return err
	}
	return s.after(ctx, tx, c, step, by)
}

// before tells whether a step is taken now: a first signature is kept, and the
// step waits for the second.
func (s *Service) before(ctx context.Context, tx store.Tx, c instance.Case, step instance.CaseStep, by instance.ActorID) (bool, error) {
	there := func(sql string, args ...any) (bool, error) {
		var is bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (`+sql+`)`, args...).Scan(&is)
		if err == nil && !is {
			err = instance.ErrConflict
		}
		return is, err
	}
	switch step.Name() {
	case instance.VetCase.Name():
		return s.vet(ctx, tx, c, by)
	case instance.ReferCase.Name():
		return s.refers(ctx, tx, c, by)
	case instance.MeetCase.Name():
		return there(`SELECT 1 FROM housing_case_homes WHERE case_id = $1 AND state = 'interested'`, c.ID)
	case instance.SettleCase.Name():
		return there(heldFor+`('held', 'agreed', 'placed')`, c.ID)
	case instance.MoveIn.Name():
		if err := s.covered(ctx, tx, c); err != nil {
			return false, err
		}
		_, err := s.comes(ctx, tx, c)
		return err == nil, err
	case instance.RenewStay.Name():
		return there(renewedBy3, c.ID)
	case instance.CloseCase.Name():
		if c.Stage != instance.CaseEnding {
			return true, nil
		}
		return there(`SELECT 1 FROM housing_case_entries WHERE case_id = $1 AND kind = 'closing'`, c.ID)
	}
	return true, nil
}

const heldFor = `SELECT 1 FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id WHERE x.case_id = $1 AND h.state IN `

// vet signs that a household is vetted. It takes somebody of age, and two people: with
// the first, others are told that something waits.
func (s *Service) vet(ctx context.Context, tx store.Tx, c instance.Case, by instance.ActorID) (bool, error) {
	_, f, err := s.read(ctx, tx, by, c.ID, "vet")
	switch {
	case err != nil:
		return false, err
	case f.Household.Alone():
		return false, &instance.Invalid{Field: "members", Code: "minor-alone"}
	case strings.TrimSpace(f.Needs) == "":
		return false, &instance.Invalid{Field: "needs", Code: "missing"}
	case strings.TrimSpace(f.Plan) == "":
		return false, &instance.Invalid{Field: "plan", Code: "missing"}
	}
	column, both := "vetted", false
	switch {
	case c.Vetted[0].At.IsZero():
	case c.Vetted[0].By == by:
		return false, instance.ErrForbidden // a second person has to
	default:
		column, both = "second", true
	}
	_, err = tx.Exec(ctx, `UPDATE housing_cases SET `+column+`_by = $2, `+column+`_at = $3 WHERE id = $1`, c.ID, by, store.Millis(s.Now()))
	if err == nil && !both {
		err = s.tellSecond(ctx, tx, c, by)
	}
	return both, err
}

// refers tells whether a case is somebody else's to help: where nobody is of age,
// or where two people said so for another reason.
func (s *Service) refers(ctx context.Context, tx store.Tx, c instance.Case, by instance.ActorID) (bool, error) {
	_, f, err := s.read(ctx, tx, by, c.ID, "refer")
	if err != nil {
		return false, err
	}
	if !f.Household.Alone() {
		return false, instance.ErrConflict
	}
	return true, nil
}

func (s *Service) step(ctx context.Context, tx store.Tx, c instance.Case, step instance.CaseStep, why instance.CaseEnd) error {
	again := ""
	if step.To() == instance.CaseVetting {
		again = `, vetted_by = NULL, vetted_at = NULL, second_by = NULL, second_at = NULL`
	}
	n, err := tx.Exec(ctx, `
		UPDATE housing_cases
		   SET stage = $3, stage_since = $4, why = $5`+again+`
		 WHERE id = $1 AND stage = $2`, c.ID, string(c.Stage), string(step.To()), store.Millis(s.Now()), string(why))
	return only(n, err, instance.ErrConflict)
}

// after does what follows on a step.
func (s *Service) after(ctx context.Context, tx store.Tx, c instance.Case, step instance.CaseStep, by instance.Account) error {
	switch step.Name() {
	case instance.TakeCase.Name():
		_, err := tx.Exec(ctx, `UPDATE housing_cases SET keeper_id = COALESCE(keeper_id, CAST($2 AS BIGINT)) WHERE id = $1`, c.ID, by.ID)
		return err
	case instance.MoveIn.Name():
		if err := s.arrives(ctx, tx, c, by); err != nil {
			return err
		}
		return s.beginFollowUps(ctx, tx, c)
	case instance.RenewStay.Name():
		return s.goOn(ctx, tx, c)
	}
	return nil
}

// HandOver gives a case to another of the team who keeps cases.
func (s *Service) HandOver(ctx context.Context, by instance.Account, id instance.CaseID, to instance.ActorID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		if err := keeps(ctx, tx, c.Programme, to); err != nil {
			return &instance.Invalid{Field: "keeper", Code: "unknown"}
		}
		var mediates bool
		err = tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT 1 FROM housing_mediations WHERE case_id = $1 AND state = 'running' AND mediator_id = $2)`, id, to).Scan(&mediates)
		if err == nil && mediates {
			err = &instance.Invalid{Field: "keeper", Code: "mediates"}
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE housing_cases SET keeper_id = $2 WHERE id = $1`, id, to)
		return err
	})
	return because(err, "hand case %s over", id)
}

// Freeze stops a case at once: nothing is asked or agreed to for it. Everyone who
// keeps cases may; a lead lifts it.
func (s *Service) Freeze(ctx context.Context, by instance.Account, id instance.CaseID, freeze bool) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		if freeze {
			_, err = tx.Exec(ctx, `UPDATE housing_cases SET frozen_at = COALESCE(frozen_at, CAST($2 AS BIGINT)) WHERE id = $1`, id, store.Millis(s.Now()))
			return err
		}
		if err := leads(ctx, tx, c.Programme, by.ID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE housing_cases SET frozen_at = NULL WHERE id = $1`, id)
		return err
	})
	return because(err, "freeze case %s", id)
}

// Telling is somebody whom a household may agree to be told of it.
type Telling string

// To whom something may be told, each agreed to by itself.
const (
	TellPartner     Telling = "partner"     // the association whose home it is
	TellHost        Telling = "host"        // what living together takes
	TellAuthority   Telling = "authority"   // that there is a case, by its reference
	TellInterpreter Telling = "interpreter" // what is said
)

// Tellings are those to whom something may be told.
var Tellings = []Telling{TellPartner, TellHost, TellAuthority, TellInterpreter}

// Consent is what a household agreed to.
type Consent struct {
	To    Telling
	Given time.Time
	Ended time.Time // zero: it stands
}

// SetConsent notes that a household agreed to that somebody be told of it, or that
// it does no longer.
func (s *Service) SetConsent(ctx context.Context, by instance.Account, id instance.CaseID, to Telling, given bool) error {
	if !slices.Contains(Tellings, to) {
		return because(&instance.Invalid{Field: "consent", Code: "unknown"}, "consent of case %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.kept(ctx, tx, by.ID, id); err != nil {
			return err
		}
		return s.consent(ctx, tx, id, to, by.ID, given)
	})
	return because(err, "consent of case %s", id)
}

func (s *Service) consent(ctx context.Context, tx store.Tx, id instance.CaseID, to Telling, heard instance.ActorID, given bool) error {
	now := store.Millis(s.Now())
	if !given {
		_, err := tx.Exec(ctx, `
			UPDATE housing_case_consents SET ended_at = $3 WHERE case_id = $1 AND what = $2 AND ended_at IS NULL`, id, string(to), now)
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO housing_case_consents (id, case_id, what, given_at, heard_by)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)
		 WHERE NOT EXISTS (SELECT 1 FROM housing_case_consents WHERE case_id = $2 AND what = $3 AND ended_at IS NULL)`,
		s.IDs.Next(), id, string(to), now, heard)
	return err
}

// agreed returns an [instance.Invalid] where a household did not agree that
// somebody be told of it.
func agreed(ctx context.Context, tx store.Tx, id instance.CaseID, to Telling) error {
	var is bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_case_consents WHERE case_id = $1 AND what = $2 AND ended_at IS NULL)`, id, string(to)).Scan(&is)
	if err == nil && !is {
		err = &instance.Invalid{Field: "consent", Code: string(to)}
	}
	return err
}

// Consents returns what a household agreed to and ended, the latest first.
func (s *Service) Consents(ctx context.Context, by instance.Account, id instance.CaseID) ([]Consent, error) {
	if _, err := s.Case(ctx, by, id); err != nil {
		return nil, err
	}
	rows, err := s.DB.Read().Query(ctx, `
		SELECT what, given_at, ended_at FROM housing_case_consents WHERE case_id = $1 ORDER BY id DESC LIMIT 100`, id)
	if err != nil {
		return nil, because(err, "consents of case %s", id)
	}
	defer rows.Close()
	var list []Consent
	for rows.Next() {
		var c Consent
		var to string
		var given int64
		var ended *int64
		if err := rows.Scan(&to, &given, &ended); err != nil {
			return nil, because(err, "consents of case %s", id)
		}
		c.To, c.Given, c.Ended = Telling(to), store.Time(given), store.TimeOrNever(ended)
		list = append(list, c)
	}
	return list, because(rows.Err(), "consents of case %s", id)
}

// Reference returns what an authority may be told of a case, once the household
// agreed to that: a word that says nothing of them. It is made when it is first
// asked for.
func (s *Service) Reference(ctx context.Context, by instance.Account, id instance.CaseID) (string, error) {
	var reference string
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.kept(ctx, tx, by.ID, id); err != nil {
			return err
		}
		if err := agreed(ctx, tx, id, TellAuthority); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE housing_cases SET reference = $2 WHERE id = $1 AND reference IS NULL`, id, newCode())
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT reference FROM housing_cases WHERE id = $1`, id).Scan(&reference)
	})
	return reference, because(err, "reference of case %s", id)
}

const codeLength = 10

// newCode is signs of which none is taken for another.
func newCode() string {
	return strings.NewReplacer("O", "8", "I", "9", "L", "4").Replace(rand.Text()[:codeLength])
}

// Grouped is a code as it is read out.
func Grouped(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:codeLength/2] + " " + code[codeLength/2:]
}

// codeLasts is for how long a household can join its case by a code.
const codeLasts = 7 * 24 * time.Hour

// NewCode returns a code by which the household joins its case from an account of
// its own, once, within a week. One made before is void.
func (s *Service) NewCode(ctx context.Context, by instance.Account, id instance.CaseID) (string, error) {
	code := newCode()
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.kept(ctx, tx, by.ID, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE housing_cases SET code_hash = $2, code_until = $3 WHERE id = $1`, id, s.hash(code), store.Millis(s.Now().Add(codeLasts)))
		return err
	})
	return code, because(err, "code of case %s", id)
}

func (s *Service) hash(code string) string {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(code))))
	return hex.EncodeToString(h.Sum(nil))
}

// Join joins an account to the case of a code. Any other code, and one that is
// over, is an [instance.Invalid].
func (s *Service) Join(ctx context.Context, person instance.Account, code string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE housing_cases
			   SET person_id = $2, code_hash = NULL, code_until = NULL
			 WHERE code_hash = $1 AND code_until > $3 AND stage NOT IN ('closed', 'referred')`, s.hash(code), person.ID, store.Millis(s.Now()))
		return only(n, err, &instance.Invalid{Field: "code", Code: "no-case"})
	})
	return because(err, "join a case")
}
