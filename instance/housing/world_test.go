package housing_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/housing"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/vault"
	"palier/protocol/as2"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var start = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// world is the time that all servers have, each with a clock that may be off,
// and the network between them.
type world struct {
	mu    sync.Mutex
	at    time.Time
	sides map[string]*side // by host

	// What happens to the next thing that is said.
	loseSaying, loseAnswer, twice bool
	cut                           bool // nothing gets through
	parcels                       []housing.Parcel
	heard                         [][3]string // who said what about which home, to be said again
}

// side is one server with one programme.
type side struct {
	tb        testing.TB
	w         *world
	host      string
	db        *store.DB
	site      instance.Site
	skew      time.Duration
	housing   *housing.Service
	lead      instance.Account
	worker    instance.Account
	programme instance.Programme
	words     []housing.Word
	notices   []notice
	vault     *vault.Vault
	keys      string // the folder of the vault
	kept      func() error

	addresses map[instance.ListingID]string // of homes that stand elsewhere than any other
}

// Address is that of a home: each stands in a street of its own, on whichever
// server, unless a test says otherwise.
func (s *side) Address(_ context.Context, _ store.Tx, _ instance.Account, id instance.ListingID) (string, error) {
	if a, ok := s.addresses[id]; ok {
		return a, nil
	}
	return "1 rue " + id.String() + " " + s.host, nil
}

// notice is what people of a team were told.
type notice struct {
	kind string
	whom []instance.ActorID
}

func (s *side) notify(_ context.Context, tx store.Tx, kind string, _ instance.ActorID, whom []instance.ActorID) error {
	store.AfterCommit(tx, func() { s.notices = append(s.notices, notice{kind, whom}) })
	return nil
}

// noKeys keeps none for actors; what comes last in a transaction is as a test says.
type noKeys struct{ s *side }

func (x noKeys) Mint() (func(context.Context, store.Tx, instance.Actor) error, error) {
	return func(context.Context, store.Tx, instance.Actor) error {
		if x.s.kept != nil {
			return x.s.kept()
		}
		return nil
	}, nil
}

func (s *side) now() time.Time {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.w.at = s.w.at.Add(time.Millisecond)
	return s.w.at.Add(s.skew)
}

// restart is what a server has after it was killed: its database.
func (s *side) restart() {
	s.housing = housing.New(housing.Options{
		DB: s.db, Site: s.site, IDs: instance.NewIDs(s.now, 0), Now: s.now, Zone: time.UTC, Keys: noKeys{s}, Jobs: jobs.New(s.db, jobs.Options{}),
		Wire: wire{s}, Cases: housing.AnyCase{}, Log: slog.New(slog.DiscardHandler), Vault: s.vault, Where: s, Notify: s.notify,
	})
}

func newWorld() *world { return &world{at: start, sides: map[string]*side{}} }

// side opens a server with a programme that has a mandate.
func (w *world) side(tb testing.TB, name string, db *store.DB) *side {
	tb.Helper()
	site, err := instance.NewSite("https://" + name + ".example")
	if err != nil {
		tb.Fatal(err)
	}
	s := &side{tb: tb, w: w, host: name + ".example", db: db, site: site, keys: tb.TempDir(), addresses: map[instance.ListingID]string{}}
	s.vault = vault.New(s.keys, s.now)
	s.restart()
	w.sides[s.host] = s
	ids := instance.NewIDs(s.now, 1)
	person := func(name string) instance.Account {
		id := instance.ActorID(ids.Next())
		return instance.Account{Actor: instance.Actor{ID: id, URI: site.PersonURI(id), Kind: instance.Person, Username: name, CreatedAt: start, UpdatedAt: start}}
	}
	s.lead, s.worker = person("lea"), person("casimir")
	admin := person("ada")
	admin.Role = instance.Admin
	asso, place := person("asso"), person("centre")
	err = db.InTx(tb.Context(), func(tx store.Tx) error {
		for _, a := range []instance.Account{s.lead, s.worker, admin, asso, place} {
			if err := actors.Save(tb.Context(), tx, a.Actor, ""); err != nil {
				return err
			}
		}
		_, err := tx.Exec(tb.Context(), `INSERT INTO organisations (actor_id, place_id, sort, created_at) VALUES ($1, $2, 'association', 1)`, asso.ID, place.ID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(tb.Context(), `INSERT INTO organisation_agents (organisation_id, person_id, since) VALUES ($1, $2, 1)`, asso.ID, s.lead.ID)
		return err
	})
	must(tb, err)
	must(tb, s.housing.GiveMandate(tb.Context(), admin, asso.ID))
	s.programme, err = s.housing.Open(tb.Context(), s.lead, asso.ID, housing.Plan{Username: "toit", Title: "Toit"})
	must(tb, err)
	s.exec(`INSERT INTO housing_team (programme_id, person_id, role, since) VALUES ($1, $2, 'caseworker', 1)`, s.programme.Group.ID, s.worker.ID)
	return s
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func (s *side) exec(sql string, args ...any) {
	s.tb.Helper()
	must(s.tb, s.db.InTx(s.tb.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(s.tb.Context(), sql, args...)
		return err
	}))
}

func (s *side) one(sql string, args ...any) (n int64) {
	s.tb.Helper()
	must(s.tb, s.db.Read().QueryRow(s.tb.Context(), sql, args...).Scan(&n))
	return n
}

// knows returns the actor by which s knows the programme of another.
func (s *side) knows(other *side) instance.Actor {
	s.tb.Helper()
	a := other.programme.Group
	known, err := actors.ByURIs(s.tb.Context(), s.db.Read(), []string{a.URI})
	must(s.tb, err)
	if k, ok := known[a.URI]; ok {
		return k
	}
	a.ID, a.Host, a.FetchedAt = instance.ActorID(instance.NewIDs(s.now, 2).Next()), other.host, start
	must(s.tb, s.db.InTx(s.tb.Context(), func(tx store.Tx) error { return actors.Save(s.tb.Context(), tx, a, "") }))
	return a
}

// sees has s ask to see the homes of other, whose lead agrees.
func (s *side) sees(other *side) {
	s.tb.Helper()
	ctx := s.tb.Context()
	far, near := s.knows(other), other.knows(s)
	must(s.tb, s.housing.AskToSee(ctx, s.lead, s.programme.Group.ID, far.ID))
	must(s.tb, s.housing.MeetNow(ctx, housing.Meet{Programme: s.programme.Group.ID, Partner: far.ID}))
	s.w.deliver()
	must(s.tb, other.housing.MeetNow(ctx, housing.Meet{Programme: other.programme.Group.ID, Partner: near.ID}))
	must(s.tb, other.housing.Accredit(ctx, other.lead, other.programme.Group.ID, near.ID, s.programme.Seal))
	must(s.tb, other.housing.ShareAllNow(ctx, housing.ShareAll{Programme: other.programme.Group.ID, Partner: near.ID}))
	s.w.deliver()
}

// offer has a home vetted and offered, from tomorrow on.
func (s *side) offer(places int) instance.Listing {
	s.tb.Helper()
	ctx := s.tb.Context()
	first := ledger.NightOf(s.now()) + 1
	l, err := s.housing.Draft(ctx, s.worker, s.programme.Group.ID, facts(first, places))
	must(s.tb, err)
	must(s.tb, s.housing.Assign(ctx, s.worker, l.ID, s.approved()))
	must(s.tb, s.housing.Step(ctx, s.worker, l.ID, instance.SubmitListing, ""))
	must(s.tb, s.housing.Step(ctx, s.lead, l.ID, instance.VetListing, ""))
	must(s.tb, s.housing.Step(ctx, s.lead, l.ID, instance.OfferListing, ""))
	must(s.tb, s.housing.ShareNow(ctx, housing.Share{Listing: l.ID}))
	s.w.deliver()
	return l
}

// approved is a host who was approved, after a visit, for years.
func (s *side) approved() instance.HostID {
	s.tb.Helper()
	id := instance.NewIDs(s.now, 3).Next()
	at, until := store.Millis(s.now()), store.Millis(s.now().AddDate(5, 0, 0))
	s.exec(`INSERT INTO housing_hosts (id, programme_id, language, file, places, score, state_since, came_at, changed_at) VALUES ($1, $2, 'fr', $3, 4, 0, $4, $4, $4)`,
		id, s.programme.Group.ID, []byte{}, at)
	for _, set := range []string{
		`state = 'informed'`, `state = 'vetting', checked_at = changed_at, identity_at = changed_at, identity_by = 1`, `state = 'proposed', proposed_by = 1`,
		`state = 'approved', approved_by = 2, most_places = 50, most_nights = 60, children = TRUE, visit_until = approved_until`,
	} {
		s.exec(`UPDATE housing_hosts SET approved_until = $2, `+strings.ReplaceAll(set, "= approved_until", "= $2")+` WHERE id = $1`, id, until)
	}
	return id
}

func facts(first ledger.Night, places int) instance.ListingFacts {
	return instance.ListingFacts{
		Commune: "69266", Stay: ledger.Stay{From: first, Until: first + 60}, Category: vocab.PrivateRoom, Bedrooms: 1, Places: places, Adults: places,
		Smoking: vocab.SmokingNo, Languages: []string{"fr"},
	}
}

// entries are those of the ledger of a home of s, as anybody may verify them.
func (s *side) entries(id instance.ListingID) []ledger.Entry {
	s.tb.Helper()
	page, err := s.housing.Export(s.tb.Context(), s.lead, id)
	must(s.tb, err)
	list, err := ledger.DecodePage(page)
	must(s.tb, err)
	return list
}

func (s *side) state(id instance.ListingID) instance.ListingState {
	s.tb.Helper()
	l, err := s.housing.Listing(s.tb.Context(), s.lead, id)
	must(s.tb, err)
	return l.State
}

func (s *side) hold(id instance.ID) instance.Hold {
	s.tb.Helper()
	h, err := s.housing.Hold(s.tb.Context(), s.lead, id)
	must(s.tb, err)
	return h
}

// deliver brings what was told to whom it was told.
func (w *world) deliver() {
	for again := true; again; {
		again = false
		for _, s := range w.sides {
			words := s.words
			s.words = nil
			for _, word := range words {
				again = true
				if to := w.sides[hostOf(word.To.URI)]; to != nil {
					to.hear(s, word)
				}
			}
		}
	}
}

func hostOf(uri string) string {
	host, _, _ := strings.Cut(strings.TrimPrefix(uri, "https://"), "/")
	return host
}

func (s *side) hear(from *side, w housing.Word) {
	s.tb.Helper()
	far := s.knows(from)
	err := s.db.InTx(s.tb.Context(), func(tx store.Tx) (err error) {
		ctx := s.tb.Context()
		switch w.Kind {
		case housing.AsksToSee:
			_, err = s.housing.FollowedIn(ctx, tx, far, s.programme.Group, w.URI)
		case housing.MaySee, housing.MayNotSee:
			_, err = s.housing.AnsweredIn(ctx, tx, far, w.URI, s.programme.Group.URI, w.Kind == housing.MaySee)
		case housing.Offered, housing.Changed:
			var b []byte
			if b, err = vocab.EncodeHome(*w.Home); err != nil {
				return err
			}
			o, err := as2.Parse(b)
			if err != nil {
				return err
			}
			return s.housing.ToldIn(ctx, tx, far, o)
		case housing.TakenBack:
			_, err = s.housing.TakenBackIn(ctx, tx, far, w.URI)
		}
		return err
	})
	if err != nil && !errors.Is(err, instance.ErrForbidden) {
		s.tb.Fatal(err)
	}
}

// wire is the network as one server has it.
type wire struct{ s *side }

func (x wire) Desk(ctx context.Context, group string) (housing.Desk, error) {
	to := x.s.w.sides[hostOf(group)]
	if to == nil || x.s.w.cut {
		return housing.Desk{}, instance.ErrUnreachable
	}
	return to.housing.DeskOf(ctx, group)
}

func (x wire) Say(ctx context.Context, as instance.Actor, home string, statement []byte) (housing.Answer, error) {
	w := x.s.w
	to := w.sides[hostOf(home)]
	loseSaying, loseAnswer, twice := w.loseSaying, w.loseAnswer, w.twice
	w.loseSaying, w.loseAnswer, w.twice = false, false, false
	if to == nil || w.cut || loseSaying {
		return housing.Answer{}, instance.ErrUnreachable
	}
	w.heard = append(w.heard, [3]string{as.URI, home, string(statement)})
	if twice {
		if _, err := to.housing.Hear(ctx, as.URI, home, statement); err != nil {
			return housing.Answer{}, err
		}
	}
	a, err := to.housing.Hear(ctx, as.URI, home, statement)
	if loseAnswer {
		return housing.Answer{}, instance.ErrUnreachable
	}
	return a, err
}

func (x wire) Entries(ctx context.Context, as instance.Actor, home string, after int) ([]byte, error) {
	to := x.s.w.sides[hostOf(home)]
	if to == nil || x.s.w.cut {
		return nil, instance.ErrUnreachable
	}
	return to.housing.Ledger(ctx, as.URI, home, after)
}

func (x wire) Visited(ctx context.Context, as instance.Actor, home string) ([]byte, error) {
	to := x.s.w.sides[hostOf(home)]
	if to == nil || x.s.w.cut {
		return nil, instance.ErrUnreachable
	}
	return to.housing.Visited(ctx, as.URI, home)
}

func (x wire) Pictures(ctx context.Context, as instance.Actor, home string, id instance.ID, piece int) ([]byte, error) {
	to := x.s.w.sides[hostOf(home)]
	if to == nil || x.s.w.cut {
		return nil, instance.ErrUnreachable
	}
	return to.housing.Pictures(ctx, as.URI, home, id, piece)
}

func (x wire) Send(ctx context.Context, as instance.Actor, group string, p housing.Parcel) ([]byte, error) {
	to := x.s.w.sides[hostOf(group)]
	if to == nil || x.s.w.cut {
		return nil, instance.ErrUnreachable
	}
	x.s.w.parcels = append(x.s.w.parcels, p)
	return to.housing.Received(ctx, as.URI, group, p)
}

func (x wire) Twins(ctx context.Context, as instance.Actor, group string) (housing.Twins, error) {
	to := x.s.w.sides[hostOf(group)]
	if to == nil || x.s.w.cut {
		return housing.Twins{}, instance.ErrUnreachable
	}
	return to.housing.TwinsFor(ctx, as.URI, group)
}

func (x wire) Question(ctx context.Context, as instance.Actor, group string, question []byte) ([]byte, error) {
	to := x.s.w.sides[hostOf(group)]
	if to == nil || x.s.w.cut {
		return nil, instance.ErrUnreachable
	}
	return to.housing.AnswerTwin(ctx, as.URI, group, question)
}

func (x wire) Tell(_ context.Context, tx store.Tx, w housing.Word) error {
	store.AfterCommit(tx, func() { x.s.words = append(x.s.words, w) })
	return nil
}

// key is what the programme of a side signs with.
func (s *side) key() ed25519.PrivateKey {
	s.tb.Helper()
	var sealed []byte
	must(s.tb, s.db.Read().QueryRow(s.tb.Context(), `SELECT seal_key FROM housing_programmes WHERE group_id = $1`, s.programme.Group.ID).Scan(&sealed))
	keys, err := s.vault.Keys(s.tb.Context(), s.db.Read(), s.programme.Group.ID)
	must(s.tb, err)
	seed, err := keys.Open("seal-key", instance.ID(s.programme.Group.ID), sealed)
	must(s.tb, err)
	return ed25519.NewKeyFromSeed(seed)
}
