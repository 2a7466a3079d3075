package hosts_test

import (
	"cmp"
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/countries"
	"palier/instance/hosts"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/vault"
	"palier/protocol/vocab"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var start = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// world is a server with one programme and its team.
type world struct {
	*hosts.Service
	t         testing.TB
	db        *store.DB
	mu        sync.Mutex
	at        time.Time
	mail      *mail.Service
	ids       *instance.IDs
	programme instance.ActorID
	moved     [][3]string        // who wrote which other address
	changed   []instance.HostID  // whose homes were told anew
	told      []instance.ActorID // of a notice
	paused    error              // nobody is taken in
	off       []string           // areas in which nobody comes into a home

	lead, worker, second, visitor, reader, stranger, resident instance.Account
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(time.Second)
	return w.at
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// HostChangedIn stands for the homes of hosts.
func (w *world) HostChangedIn(_ context.Context, tx store.Tx, host instance.HostID) error {
	store.AfterCommit(tx, func() { w.changed = append(w.changed, host) })
	return nil
}

// AddressIn stands for them too.
func (w *world) AddressIn(_ context.Context, tx store.Tx, host instance.HostID, before, after string) error {
	store.AfterCommit(tx, func() { w.moved = append(w.moved, [3]string{host.String(), before, after}) })
	return nil
}

func newWorld(t testing.TB, db *store.DB) *world {
	t.Helper()
	site, err := instance.NewSite("https://rhone.example")
	must(t, err)
	w := &world{t: t, db: db, at: start}
	w.ids = instance.NewIDs(w.now, 1)
	pack, err := countries.Of("FR")
	must(t, err)
	queue := jobs.New(db, jobs.Options{})
	log := slog.New(slog.DiscardHandler)
	w.mail = mail.New(mail.Options{DB: db, Site: site, IDs: w.ids, Now: w.now, Log: log, Jobs: queue, Title: "Palier"})
	keys := vault.New(filepath.Join(t.TempDir(), "keys"), w.now)
	w.Service = hosts.New(hosts.Options{
		DB: db, Site: site, IDs: w.ids, Now: w.now, Jobs: queue, Mail: w.mail, Vault: keys, Homes: w, Pack: pack, Title: "Palier", Say: say,
		Zone: time.UTC, Key: []byte("links"),
		Off: func(context.Context, store.Tx, instance.ActorID) (func(string, vocab.HomeCategory) bool, error) {
			return func(area string, _ vocab.HomeCategory) bool { return slices.Contains(w.off, area) }, nil
		},
		Paused: func(context.Context, store.Tx, instance.ActorID, string, bool) error { return w.paused },
		Tell: func(_ context.Context, tx store.Tx, _ string, _ instance.ActorID, whom []instance.ActorID) error {
			store.AfterCommit(tx, func() { w.told = append(w.told, whom...) })
			return nil
		},
	})
	actor := func(name string, kind instance.ActorKind) instance.Actor {
		id := instance.ActorID(w.ids.Next())
		return instance.Actor{ID: id, URI: "https://rhone.example/" + name, Kind: kind, Username: name, CreatedAt: start, UpdatedAt: start}
	}
	group, asso, place := actor("toit", instance.Group), actor("asso", instance.Group), actor("centre", instance.Group)
	w.programme = group.ID
	must(t, db.InTx(t.Context(), func(tx store.Tx) error {
		for _, a := range []instance.Actor{group, asso, place} {
			if err := actors.Save(t.Context(), tx, a, ""); err != nil {
				return err
			}
		}
		return keys.Mint(t.Context(), tx, group.ID)
	}))
	w.exec(`INSERT INTO organisations (actor_id, place_id, sort, created_at) VALUES ($1, $2, 'association', 1)`, asso.ID, place.ID)
	w.exec(`INSERT INTO housing_mandates (organisation_id, given_at) VALUES ($1, 1)`, asso.ID)
	w.exec(`INSERT INTO housing_programmes (group_id, organisation_id, seal, seal_key, recipient, recipient_key, opened_at) VALUES ($1, $2, 'x', $3, 'x', '', 1)`, group.ID, asso.ID, []byte{1})
	for name, to := range map[string]*instance.Account{
		"lead": &w.lead, "worker": &w.worker, "second": &w.second, "visitor": &w.visitor, "reader": &w.reader, "stranger": &w.stranger, "resident": &w.resident,
	} {
		a := actor(name, instance.Person)
		must(t, db.InTx(t.Context(), func(tx store.Tx) error { return actors.Save(t.Context(), tx, a, "") }))
		*to = instance.Account{Actor: a, Email: name + "@people.example"}
		role := map[string]string{"lead": "lead", "worker": "caseworker", "second": "caseworker", "visitor": "visitor", "reader": "reader"}[name]
		if role != "" {
			w.exec(`INSERT INTO housing_team (programme_id, person_id, role, since) VALUES ($1, $2, $3, 1)`, group.ID, a.ID, role)
		}
	}
	return w
}

// say is what letters say, with the link alone.
func say(_, key string, args ...any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == "Link" && strings.HasSuffix(key, ".text") {
			link, _ := args[i+1].(string)
			return key + " " + link
		}
	}
	return key
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	must(w.t, w.db.InTx(w.t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(w.t.Context(), sql, args...)
		return err
	}))
}

func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	must(w.t, w.db.Read().QueryRow(w.t.Context(), sql, args...).Scan(&n))
	return n
}

// link is the one in the newest letter to an address.
func (w *world) link(to, kind string) string {
	w.t.Helper()
	letters, err := w.mail.Letters(w.t.Context(), to, 0, 50)
	must(w.t, err)
	slices.SortFunc(letters, func(a, b mail.Stored) int { return cmp.Compare(b.ID, a.ID) })
	for _, l := range letters {
		if at, ok := strings.CutPrefix(l.Text, "letter."+kind+".text https://rhone.example"); ok {
			return at[strings.LastIndexByte(at, '/')+1:]
		}
	}
	w.t.Fatalf("no letter %s to %s among %+v", kind, to, letters)
	return ""
}

var zenobie = hosts.Interest{Name: "Zénobie Tournemire", Email: "zenobie@people.example", Phone: "06 12 34 56 78", Born: 1970, Places: 3, Whole: true, From: "2026-12-01", Nights: 120, Language: "fr"}

// offers has the resident say a first word.
func (w *world) offers() (instance.HostID, hosts.Hand) {
	w.t.Helper()
	id, err := w.Offer(w.t.Context(), &w.resident, w.programme, zenobie)
	must(w.t, err)
	return id, hosts.Hand{Person: w.resident.ID}
}

// informed leads the resident to the self-check.
func (w *world) informed() (instance.HostID, hosts.Hand) {
	w.t.Helper()
	id, hand := w.offers()
	must(w.t, w.Lead(w.t.Context(), w.worker, id, "inform"))
	must(w.t, w.Change(w.t.Context(), hand, id, "06 12 34 56 78", "12 rue du Canari, 69100 Villeurbanne", "Une chambre calme."))
	return id, hand
}

var good = hosts.Checklist{Smoke: true, Heating: true, Damp: true, Room: 12, Private: true, Lock: true, Exits: true, Water: true, Animals: "un chat", People: "elle seule"}

// ready leads the resident to where everything is there.
func (w *world) ready() (instance.HostID, hosts.Hand) {
	w.t.Helper()
	ctx := w.t.Context()
	id, hand := w.informed()
	must(w.t, w.Answer(ctx, hand, id, hosts.Questions))
	must(w.t, w.SeenIdentity(ctx, w.worker, id, true))
	must(w.t, w.AskReference(ctx, hand, id, "Bertille", "bertille@people.example", false))
	must(w.t, w.AskReference(ctx, hand, id, "Ma sœur", "soeur@people.example", true))
	must(w.t, w.Vouch(ctx, w.link("bertille@people.example", "host-reference"), "dix ans, ma voisine", strings.Repeat("Une personne de confiance. ", 3), false))
	x, err := w.Own(ctx, hand, id)
	must(w.t, err)
	for _, a := range x.Adults {
		must(w.t, w.Heard(ctx, w.visitor, id, a.ID))
		must(w.t, w.Checked(ctx, w.worker, id, a.ID))
	}
	must(w.t, w.Visited(ctx, w.visitor, id, good))
	return id, hand
}

// approved leads the resident to the end.
func (w *world) approved() (instance.HostID, hosts.Hand) {
	w.t.Helper()
	id, hand := w.ready()
	must(w.t, w.Propose(w.t.Context(), w.worker, id))
	must(w.t, w.Approve(w.t.Context(), w.second, id, instance.HostLimits{Places: 2, Nights: 90, Children: true}, w.now().AddDate(1, 0, 0)))
	return id, hand
}

func (w *world) state(id instance.HostID) instance.HostState {
	w.t.Helper()
	var s string
	must(w.t, w.db.Read().QueryRow(w.t.Context(), `SELECT state FROM housing_hosts WHERE id = $1`, id).Scan(&s))
	return instance.HostState(s)
}
