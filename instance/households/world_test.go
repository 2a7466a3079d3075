package households_test

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/countries"
	"palier/instance/households"
	"palier/instance/media"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/vault"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var start = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// office is a programme with its team, and the homes that it is offered.
type office struct {
	tb   testing.TB
	db   *store.DB
	keys string
	*households.Service
	mu                                   sync.Mutex
	at                                   time.Time
	programme                            instance.ActorID
	lead, worker, other, visitor, reader instance.Account
	family, stranger                     instance.Account
	homes                                []households.Home
	taken                                ledger.Stay // in which every home is somebody else's
	full                                 map[string]int
	left                                 map[instance.ID]ledger.Night
	gate                                 households.Gate
	files                                string
	ids                                  *instance.IDs
	opened                               []instance.ActorID // doors, by whom
}

func (o *office) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.at = o.at.Add(time.Millisecond)
	return o.at
}

func (o *office) later(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.at = o.at.Add(d)
}

func (o *office) tonight() ledger.Night { return ledger.NightOf(o.now()) }

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func newOffice(tb testing.TB, db *store.DB) *office {
	tb.Helper()
	o := &office{tb: tb, db: db, at: start, keys: tb.TempDir()}
	site, err := instance.NewSite("https://asso.example")
	must(tb, err)
	o.ids = instance.NewIDs(o.now, 1)
	person := func(name string) instance.Account {
		id := instance.ActorID(o.ids.Next())
		return instance.Account{Actor: instance.Actor{ID: id, URI: site.PersonURI(id), Kind: instance.Person, Username: name, Name: name, CreatedAt: start, UpdatedAt: start}}
	}
	o.lead, o.worker, o.other, o.visitor, o.reader = person("lea"), person("casimir"), person("colette"), person("victor"), person("rita")
	o.family, o.stranger = person("oksana"), person("ivo")
	asso, group := person("asso"), person("toit")
	o.programme = group.ID
	v := vault.New(o.keys, o.now)
	must(tb, db.InTx(tb.Context(), func(tx store.Tx) error {
		ctx := tb.Context()
		for _, a := range []instance.Account{o.lead, o.worker, o.other, o.visitor, o.reader, o.family, o.stranger, asso, group} {
			if err := actors.Save(ctx, tx, a.Actor, ""); err != nil {
				return err
			}
		}
		for sql, args := range map[string][]any{
			`INSERT INTO organisations (actor_id, place_id, sort, created_at) VALUES ($1, $2, 'association', 1)`: {asso.ID, group.ID},
		} {
			if _, err := tx.Exec(ctx, sql, args...); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO housing_mandates (organisation_id, given_at) VALUES ($1, 1)`, asso.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO housing_programmes (group_id, organisation_id, seal, seal_key, recipient, recipient_key, opened_at)
			VALUES ($1, $2, 'seal', $3, 'age', '', 1)`, o.programme, asso.ID, []byte("x"))
		if err != nil {
			return err
		}
		for who, as := range map[instance.ActorID]instance.TeamRole{
			o.lead.ID: instance.Lead, o.worker.ID: instance.Caseworker, o.other.ID: instance.Caseworker, o.visitor.ID: instance.Visitor, o.reader.ID: instance.TeamReader,
		} {
			_, err := tx.Exec(ctx, `INSERT INTO housing_team (programme_id, person_id, role, since) VALUES ($1, $2, $3, 1)`, o.programme, who, string(as))
			if err != nil {
				return err
			}
		}
		return v.Mint(ctx, tx, o.programme)
	}))
	pack, err := countries.Of("FR")
	must(tb, err)
	o.files = tb.TempDir()
	folder, err := media.OpenFolder(o.files)
	must(tb, err)
	tb.Cleanup(func() { _ = folder.Close() })
	o.gate = households.Gate{Now: o.now, Site: site}
	o.Service, err = households.New(tb.Context(), households.Options{
		DB: db, Site: site, IDs: o.ids, Now: o.now, Zone: time.UTC, Vault: v, Homes: ledgers{o}, Hosts: doors{o}, Pack: pack, Pictures: darkroom{}, Files: folder,
	})
	must(tb, err)
	return o
}

// ledgers are the homes of an office, each of which grants what is asked, through
// the gate that stands before the real ones.
type ledgers struct{ o *office }

func (l ledgers) Offered(context.Context, instance.Account, instance.ActorID, ledger.Stay) ([]households.Home, error) {
	return append([]households.Home(nil), l.o.homes...), nil
}

func (l ledgers) Ask(ctx context.Context, by instance.Account, programme instance.ActorID, home string, a ledger.Ask, id instance.CaseID) (instance.Hold, error) {
	h := instance.Hold{ID: l.o.ids.Next(), Programme: programme, Home: home, Stay: a.Stay, Places: a.Places, State: instance.HoldHeld}
	if l.o.taken.Meets(a.Stay) {
		h.State, h.Why, h.Free = instance.HoldRefused, ledger.Taken, l.o.taken.Until.Date()
	}
	return h, l.o.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO housing_holds (id, programme_id, home, from_night, until_night, places, state, statement, number, asked_by, asked_at)
			VALUES ($1, $2, $3, $4, $5, $6, $9, $7, 2, $8, 1)`,
			h.ID, programme, home, int64(a.Stay.From), int64(a.Stay.Until), a.Places, h.ID.String(), by.ID, string(h.State))
		if err != nil {
			return err
		}
		return l.o.gate.MayHold(ctx, tx, programme, h, id)
	})
}

func (l ledgers) ArrivedIn(ctx context.Context, tx store.Tx, _ instance.Account, _ instance.ActorID, id instance.ID) error {
	n, err := tx.Exec(ctx, `UPDATE housing_holds SET arrived_at = 1 WHERE id = $1 AND arrived_at IS NULL`, id)
	if err == nil && n == 0 {
		err = instance.ErrConflict
	}
	return err
}

func (l ledgers) Agree(ctx context.Context, by instance.Account, id instance.ID) (instance.Hold, error) {
	err := l.o.db.InTx(ctx, func(tx store.Tx) error {
		if err := l.o.gate.MayAgree(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE housing_holds SET state = 'agreed' WHERE id = $1`, id)
		return err
	})
	return instance.Hold{ID: id, State: instance.HoldAgreed}, err
}

func (l ledgers) Leave(ctx context.Context, _ instance.Account, id instance.ID, leaving ledger.Night, _ ledger.Reason) (instance.Hold, error) {
	if l.o.left == nil {
		l.o.left = map[instance.ID]ledger.Night{}
	}
	l.o.left[id] = leaving
	return instance.Hold{ID: id}, l.o.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE housing_holds SET state = 'ended' WHERE id = $1`, id)
		return err
	})
}

func (l ledgers) Withdraw(ctx context.Context, by instance.Account, id instance.ID) (instance.Hold, error) {
	if by.ID != l.o.worker.ID {
		return instance.Hold{}, instance.ErrForbidden
	}
	return instance.Hold{ID: id}, l.o.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE housing_holds SET state = 'withdrawn' WHERE id = $1`, id)
		return err
	})
}

func (l ledgers) Free(context.Context, instance.Account, instance.ActorID, ledger.Stay) (map[string]int, error) {
	free := map[string]int{}
	for _, h := range l.o.homes {
		free[h.URI] = h.Free - l.o.full[h.URI]
	}
	return free, nil
}

func (l ledgers) Hold(context.Context, instance.Account, instance.ID) (instance.Hold, error) {
	return instance.Hold{}, instance.ErrNotFound
}

// darkroom takes everything for a picture that says so.
type darkroom struct{}

func (darkroom) Rewrite(_ context.Context, r io.Reader) ([]byte, string, error) {
	b, err := io.ReadAll(r)
	if err == nil && !bytes.HasPrefix(b, []byte("picture")) {
		err = &media.Refusal{}
	}
	return b, "image/webp", err
}

// agree has all three sign the agreement of a case, on paper and by two of the team.
func (o *office) agree(id instance.CaseID) {
	o.tb.Helper()
	ctx := o.tb.Context()
	_, err := o.DraftAgreement(ctx, o.worker, id)
	must(o.tb, err)
	a, err := o.Agreement(ctx, o.worker, id)
	must(o.tb, err)
	must(o.tb, o.TeamSigns(ctx, o.worker, id, households.PartyGuest, a.Hash, "fr"))
	must(o.tb, o.TeamSigns(ctx, o.worker, id, households.PartyHost, a.Hash, "fr"))
	must(o.tb, o.TeamSigns(ctx, o.other, id, households.PartyAssociation, a.Hash, "fr"))
}

// place is what the one who keeps the home does: it signs the placement too.
func (o *office) place(hold instance.ID) {
	o.tb.Helper()
	o.exec(`UPDATE housing_holds SET state = 'placed' WHERE id = $1`, hold)
}

func (o *office) exec(sql string, args ...any) {
	o.tb.Helper()
	must(o.tb, o.db.InTx(o.tb.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(o.tb.Context(), sql, args...)
		return err
	}))
}

func (o *office) one(sql string, args ...any) (n int64) {
	o.tb.Helper()
	must(o.tb, o.db.Read().QueryRow(o.tb.Context(), sql, args...).Scan(&n))
	return n
}

// flat is a whole home for four in the time of the office.
func (o *office) flat(n string) households.Home {
	return households.Home{
		URI: "https://asso.example/h/" + n, Stay: ledger.Stay{From: o.tonight(), Until: o.tonight() + 400}, Category: vocab.EntirePlace, Bedrooms: 2,
		Places: 4, Free: 4, Adults: 4, Children: 3, Smoking: vocab.SmokingNo, Languages: []string{"fr"}, Features: []vocab.HomeFeature{"lock"}, Area: "69",
		Residents: instance.Residents{Known: true},
	}
}

// Words that stand in files, and nowhere else.
const (
	secretName  = "Oksana Zvirobiy"
	secretPhone = "0698765432"
	secretNeed  = "insuline-au-frais"
	secretPlan  = "chez-la-tante-lilia"
)

func (o *office) file(words ...string) households.File {
	h := people(o.tb, words...)
	h.Stay = ledger.Stay{From: o.tonight() + 1, Until: o.tonight() + 91}
	return households.File{Household: h, Names: []string{secretName}, Reach: secretPhone, Referrer: "Croix verte", Needs: secretNeed, Plan: secretPlan}
}

// vetted opens a case and has two people see to it.
func (o *office) vetted(words ...string) instance.CaseID {
	o.tb.Helper()
	ctx := o.tb.Context()
	c, err := o.Open(ctx, o.worker, o.programme, instance.ByReferrer, o.file(words...))
	must(o.tb, err)
	must(o.tb, o.Step(ctx, o.worker, c.ID, instance.TakeCase, ""))
	must(o.tb, o.Step(ctx, o.worker, c.ID, instance.VetCase, ""))
	must(o.tb, o.Step(ctx, o.other, c.ID, instance.VetCase, ""))
	return c.ID
}

// living has the people of a case live in the first home.
func (o *office) living(words ...string) (id instance.CaseID, hold instance.ID) {
	o.tb.Helper()
	ctx := o.tb.Context()
	id = o.vetted(words...)
	o.homes = []households.Home{o.flat("1")}
	must(o.tb, o.Show(ctx, o.worker, id, o.homes[0].URI))
	shown, err := o.Proposals(ctx, o.worker, id)
	must(o.tb, err)
	must(o.tb, o.Answer(ctx, o.worker, id, shown[0].ID, true))
	must(o.tb, o.Step(ctx, o.worker, id, instance.MeetCase, ""))
	h, err := o.Hold(ctx, o.worker, id, o.homes[0].URI)
	must(o.tb, err)
	must(o.tb, o.Step(ctx, o.worker, id, instance.SettleCase, ""))
	_, err = o.Sign(ctx, o.worker, h.ID)
	must(o.tb, err)
	_, err = o.Sign(ctx, o.other, h.ID)
	must(o.tb, err)
	o.place(h.ID)
	o.agree(id)
	must(o.tb, o.Step(ctx, o.worker, id, instance.MoveIn, ""))
	return id, h.ID
}

func (o *office) stage(id instance.CaseID) instance.CaseStage {
	o.tb.Helper()
	c, err := o.Case(o.tb.Context(), o.worker, id)
	must(o.tb, err)
	return c.Stage
}
