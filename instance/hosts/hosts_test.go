package hosts_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/hosts"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestJ17_AHostIsLedFromAFirstWordToRest goes the whole way with nothing missing.
func TestJ17_AHostIsLedFromAFirstWordToRest(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, hand := w.approved()
		x, err := w.Own(ctx, hand, id)
		if err != nil || x.State != instance.HostApproved || !x.Fit(w.now()) || x.Limits != (instance.HostLimits{Places: 2, Nights: 90, Children: true}) {
			t.Fatalf("approved: %+v, %v", x.Host, err)
		}
		if x.ApprovedUntil.After(x.VisitUntil) {
			t.Errorf("approved until %s, and the visit holds until %s", x.ApprovedUntil, x.VisitUntil)
		}
		for _, r := range x.References {
			if r.Text != "" {
				t.Errorf("the host reads what %s wrote", r.Name)
			}
		}
		for _, c := range []struct {
			step string
			want instance.HostState
		}{{"pause", instance.HostPaused}, {"resume", instance.HostApproved}, {"rest", instance.HostResting}, {"again", instance.HostVetting}, {"end", instance.HostEnded}} {
			if err := w.Take(ctx, hand, id, c.step); err != nil || w.state(id) != c.want {
				t.Fatalf("%s: %v, %s", c.step, err, w.state(id))
			}
		}
		if len(w.changed) != 4 { // approved, paused, resumed, rested
			t.Errorf("homes were told anew %d times", len(w.changed))
		}
		if err := w.Take(ctx, hand, id, "resume"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// TestNobodyIsApprovedAsLongAsSomethingIsMissing takes one thing away at a time.
func TestNobodyIsApprovedAsLongAsSomethingIsMissing(t *testing.T) {
	t.Parallel()
	for want, without := range map[string]string{
		"wants-identity":   `UPDATE housing_hosts SET identity_at = NULL WHERE id = $1`,
		"wants-references": `UPDATE housing_host_references SET answered_at = NULL WHERE host_id = $1`,
		"wants-record":     `UPDATE housing_host_adults SET record_at = NULL WHERE host_id = $1`,
		"wants-heard":      `UPDATE housing_host_adults SET heard_at = NULL WHERE host_id = $1`,
		"wants-visit":      `UPDATE housing_hosts SET visit_until = 1 WHERE id = $1`,
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, storetest.Open(t, store.SQLite))
			id, _ := w.ready()
			w.exec(without, id)
			err := w.Propose(t.Context(), w.worker, id)
			if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != want {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("only the family wrote", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, storetest.Open(t, store.SQLite))
		id, _ := w.ready()
		w.exec(`UPDATE housing_host_references SET family = TRUE WHERE host_id = $1`, id)
		if err := w.Propose(t.Context(), w.worker, id); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("since it was proposed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, storetest.Open(t, store.SQLite))
		id, _ := w.ready()
		must(t, w.Propose(t.Context(), w.worker, id))
		w.exec(`UPDATE housing_host_adults SET heard_at = NULL WHERE host_id = $1`, id)
		if err := w.Approve(t.Context(), w.second, id, instance.HostLimits{Places: 1, Nights: 30}, w.now().AddDate(0, 6, 0)); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	})
}

func TestTwoPeopleApprove(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, _ := w.ready()
		must(t, w.Propose(ctx, w.worker, id))
		limits := instance.HostLimits{Places: 1, Nights: 30}
		for who, by := range map[string]instance.Account{"who proposed": w.worker, "a visitor": w.visitor, "a reader": w.reader} {
			if err := w.Approve(ctx, by, id, limits, w.now().AddDate(0, 6, 0)); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("%s approves: %v", who, err)
			}
		}
		if err := w.Approve(ctx, w.stranger, id, limits, w.now().AddDate(0, 6, 0)); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger approves: %v", err)
		}
		// Nor does the database let one approve alone.
		err := db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE housing_hosts SET state = 'approved', approved_by = proposed_by, approved_until = visit_until, most_places = 1 WHERE id = $1`, id)
			return err
		})
		if err == nil {
			t.Error("the database takes one person for two")
		}
		must(t, w.Approve(ctx, w.second, id, limits, w.now().AddDate(0, 6, 0)))
	})
}

// TestAHostTakesNoStepThatIsNone tries every change of state in the database, and
// holds the types against its table.
func TestAHostTakesNoStepThatIsNone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		known := map[[2]instance.HostState]bool{}
		for _, step := range instance.HostSteps {
			for _, from := range step.From() {
				known[[2]instance.HostState{from, step.To()}] = true
			}
		}
		for _, from := range instance.HostStates {
			for _, to := range instance.HostStates {
				in := w.count(`SELECT COUNT(*) FROM housing_host_steps WHERE before = $1 AND after = $2`, string(from), string(to)) == 1
				if in != known[[2]instance.HostState{from, to}] {
					t.Errorf("from %s to %s: the database %t, the types %t", from, to, in, !in)
				}
			}
		}
		id, _ := w.offers()
		for _, to := range instance.HostStates {
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE housing_hosts SET state = $2 WHERE id = $1`, id, string(to))
				if err == nil {
					err = errUndo
				}
				return err
			})
			want := to == instance.HostInterested || known[[2]instance.HostState{instance.HostInterested, to}]
			if got := errors.Is(err, errUndo); got != want {
				t.Errorf("the database takes a host from interested to %s: %t", to, got)
			}
		}
	})
}

var errUndo = errors.New("undo")

// TestNoHistoryLeadsPastTwoPeopleAndAVisit walks at random, and holds what must
// always be against the database.
func TestNoHistoryLeadsPastTwoPeopleAndAVisit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, store.SQLite))
	ctx := t.Context()
	rapid.Check(t, func(r *rapid.T) {
		w.exec(`UPDATE housing_hosts SET person_id = NULL WHERE person_id IS NOT NULL`) // the one before is somebody else
		w.exec(`DELETE FROM letters`)
		id, hand := w.ready()
		people := []instance.Account{w.lead, w.worker, w.second}
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			by := people[rapid.IntRange(0, 2).Draw(r, "by")]
			var err error
			switch rapid.IntRange(0, 8).Draw(r, "deed") {
			case 0:
				err = w.Propose(ctx, by, id)
			case 1:
				err = w.Approve(ctx, by, id, instance.HostLimits{Places: 1, Nights: 30}, w.now().AddDate(0, rapid.IntRange(1, 14).Draw(r, "months"), 0))
			case 2:
				err = w.Lead(ctx, by, id, rapid.SampledFrom([]string{"return", "pause", "lapse"}).Draw(r, "lead"))
			case 3:
				err = w.Take(ctx, hand, id, rapid.SampledFrom([]string{"pause", "resume", "rest", "again"}).Draw(r, "take"))
			case 4:
				err = w.Visited(ctx, w.visitor, id, good)
			case 5:
				bad := good
				bad.Lock = false
				err = w.Visited(ctx, w.visitor, id, bad)
			case 6:
				w.later(time.Duration(rapid.IntRange(1, 200).Draw(r, "days")) * 24 * time.Hour)
				err = w.SweepNow(ctx)
			case 7:
				err = w.Resume(ctx, by, id)
			case 8:
				err = w.LivesHere(ctx, hand, id, "Cunégonde")
			}
			if err != nil && !errors.Is(err, instance.ErrConflict) && !errors.Is(err, instance.ErrForbidden) && !errors.Is(err, instance.ErrInvalid) {
				r.Fatal(err)
			}
			must(t, w.SweepNow(ctx))
			if n := w.count(`
				SELECT COUNT(*) FROM housing_hosts h
				 WHERE h.state = 'approved' AND (h.approved_by = h.proposed_by OR h.visit_until <= $1 OR h.approved_until <= $1 OR h.approved_until > h.visit_until
				    OR NOT EXISTS (SELECT 1 FROM housing_host_visits v WHERE v.host_id = h.id AND v.passed AND v.ended_at IS NULL AND v.until > $1)
				    OR EXISTS (SELECT 1 FROM housing_host_adults a WHERE a.host_id = h.id AND a.heard_at IS NULL))`, store.Millis(w.now())); n != 0 {
				r.Fatalf("%d are approved who must not be", n)
			}
		}
	})
}

func TestWhatChangesInAHomeIsSeenAgain(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*world, hosts.Hand, instance.HostID) error{
		"somebody comes to live there": func(w *world, hand hosts.Hand, id instance.HostID) error {
			return w.LivesHere(w.t.Context(), hand, id, "Cunégonde")
		},
		"they move": func(w *world, hand hosts.Hand, id instance.HostID) error {
			return w.Change(w.t.Context(), hand, id, "", "3 place du Marché", "")
		},
		"a visitor finds no lock": func(w *world, _ hosts.Hand, id instance.HostID) error {
			bad := good
			bad.Lock = false
			return w.Visited(w.t.Context(), w.visitor, id, bad)
		},
		"a year is over": func(w *world, _ hosts.Hand, _ instance.HostID) error {
			w.later(366 * 24 * time.Hour)
			return w.SweepNow(w.t.Context())
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, storetest.Open(t, store.SQLite))
			id, hand := w.approved()
			must(t, change(w, hand, id))
			if got := w.state(id); got != instance.HostVetting {
				t.Errorf("is %s", got)
			}
			if n := len(w.changed); n != 2 {
				t.Errorf("homes were told anew %d times", n)
			}
			if err := w.Propose(t.Context(), w.worker, id); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("proposed without another visit: %v", err)
			}
		})
	}
}

// TestHomesAreToldOfEveryOtherAddress: also of one that was left empty in between, and
// of none where it stays.
func TestHomesAreToldOfEveryOtherAddress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		id, hand := w.approved()
		own, err := w.Own(t.Context(), hand, id)
		must(t, err)
		was := own.File.Address
		for _, address := range []string{was, "", "3 place du Marché", "5 place du Marché"} {
			must(t, w.Change(t.Context(), hand, id, "0611", address, ""))
		}
		want := [][3]string{{id.String(), was, ""}, {id.String(), "3 place du Marché", "5 place du Marché"}}
		if !slices.Equal(w.moved, want) {
			t.Errorf("told %q, want %q", w.moved, want)
		}
	})
}

// TestEachSeesTheirSlice has everybody look at a host and do what is not theirs.
func TestEachSeesTheirSlice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, hand := w.ready()
		for who, c := range map[string]struct {
			by   instance.Account
			want error
		}{"a stranger": {w.stranger, instance.ErrNotFound}, "the host": {w.resident, instance.ErrNotFound}, "a reader": {w.reader, instance.ErrForbidden}} {
			if _, err := w.Open(ctx, c.by, id); !errors.Is(err, c.want) {
				t.Errorf("%s opens the file: %v", who, err)
			}
		}
		x, err := w.Open(ctx, w.visitor, id)
		if err != nil || x.File.Address == "" {
			t.Errorf("a visitor: %+v, %v", x.File, err)
		}
		for _, r := range x.References {
			if r.Text != "" {
				t.Errorf("a visitor reads what %s wrote", r.Name)
			}
		}
		if x, err = w.Open(ctx, w.worker, id); err != nil || !slices.ContainsFunc(x.References, func(r hosts.Reference) bool { return r.Text != "" }) {
			t.Errorf("a caseworker: %+v, %v", x.References, err)
		}
		if _, err := w.Own(ctx, hosts.Hand{Person: w.stranger.ID}, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger sees the page of the host: %v", err)
		}
		if err := w.Take(ctx, hosts.Hand{Person: w.stranger.ID}, id, "end"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger ends it: %v", err)
		}
		names, err := w.List(ctx, w.reader, w.programme, 0, 10)
		if err != nil || len(names) != 1 || names[0].Name != "" {
			t.Errorf("a reader lists %+v, %v", names, err)
		}
		if names, err = w.List(ctx, w.worker, w.programme, 0, 10); err != nil || names[0].Name != zenobie.Name {
			t.Errorf("a caseworker lists %+v, %v", names, err)
		}
		if _, err := w.Reads(ctx, w.worker, w.programme, 10); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a caseworker reads who read: %v", err)
		}
		reads, err := w.Reads(ctx, w.lead, w.programme, 10)
		if err != nil || len(reads) != 3 || reads[0].What != "names" || reads[1].By != w.worker.ID || reads[2].By != w.visitor.ID || reads[2].Host != id {
			t.Errorf("who read: %+v, %v", reads, err)
		}
		if err := w.Visited(ctx, w.reader, id, good); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a reader visits: %v", err)
		}
		_ = hand
	})
}

// TestSomebodyWithoutAnAccountComesByALink confirms, is led on, and finds the link of
// the letter before dead.
func TestSomebodyWithoutAnAccountComesByALink(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, err := w.Offer(ctx, nil, w.programme, zenobie)
		must(t, err)
		if _, all, err := w.Queue(ctx, w.worker, w.programme, 10); err != nil || all != 0 {
			t.Errorf("%d wait before anybody followed a link: %v", all, err)
		}
		link := w.link(zenobie.Email, "host-confirm")
		must(t, w.Confirm(ctx, link))
		if _, all, err := w.Queue(ctx, w.worker, w.programme, 10); err != nil || all != 1 {
			t.Errorf("%d wait after: %v", all, err)
		}
		x, err := w.Own(ctx, hosts.Hand{Link: link}, 0)
		if err != nil || x.ID != id || x.File.Name != zenobie.Name {
			t.Errorf("own page: %+v, %v", x, err)
		}
		meeting, err := w.Plan(ctx, w.worker, w.programme, hosts.Meeting{At: w.now().AddDate(0, 0, 7), Venue: "Salle des fêtes", Places: 30})
		must(t, err)
		n, err := w.Invite(ctx, w.worker, meeting, 30)
		if err != nil || n != 1 {
			t.Fatalf("invited %d: %v", n, err)
		}
		must(t, w.LettersNow(ctx, hosts.Letters{Meeting: meeting}))
		newer := w.link(zenobie.Email, "host-invited")
		if _, err := w.Own(ctx, hosts.Hand{Link: link}, 0); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("the link before: %v", err)
		}
		x, err = w.Own(ctx, hosts.Hand{Link: newer}, 0)
		if err != nil || x.Meeting == nil || x.Meeting.Venue != "Salle des fêtes" {
			t.Errorf("own page: %+v, %v", x, err)
		}
		w.later(31 * 24 * time.Hour)
		if _, err := w.Own(ctx, hosts.Hand{Link: newer}, 0); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a month later: %v", err)
		}
	})
}

func TestWhoeverIsNoHostIsToldWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, store.SQLite))
	for field, spoil := range map[string]func(*hosts.Interest){
		"name":   func(i *hosts.Interest) { i.Name = " " },
		"email":  func(i *hosts.Interest) { i.Email = "nobody" },
		"born":   func(i *hosts.Interest) { i.Born = 2010 },
		"places": func(i *hosts.Interest) { i.Places = 0 },
		"nights": func(i *hosts.Interest) { i.Nights = 5000 },
		"from":   func(i *hosts.Interest) { i.From = "soon" },
	} {
		i := zenobie
		spoil(&i)
		_, err := w.Offer(t.Context(), nil, w.programme, i)
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	w.offers()
	if _, err := w.Offer(t.Context(), &w.resident, w.programme, zenobie); !errors.Is(err, instance.ErrConflict) {
		t.Errorf("twice: %v", err)
	}
	w.exec(`UPDATE housing_programmes SET frozen_at = 1`)
	if _, err := w.Offer(t.Context(), nil, w.programme, zenobie); !errors.Is(err, instance.ErrNotFound) {
		t.Errorf("while it is frozen: %v", err)
	}
}

// TestATextOfAHostTellsNothingElse tries what would lead past the association.
func TestATextOfAHostTellsNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, store.SQLite))
	id, hand := w.informed()
	for text, code := range map[string]string{
		"Appelez-moi au 06 12 34 56 78":           "tells-phone",
		"écrivez à zenobie@people.example":        "tells-email",
		"voir https://photos.example/chez-moi":    "tells-link",
		"au 12 rue des Lilas, deuxième étage":     "tells-street",
		"un petit loyer de 100 euros par mois":    "tells-rent",
		"en échange de quelques heures de ménage": "tells-exchange",
		"plus code 8FQ9Q8V6+2X, vous trouverez":   "tells-place",
	} {
		err := w.Change(t.Context(), hand, id, "", "12 rue du Canari", text)
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Field != "about" || invalid.Code != code {
			t.Errorf("%q: %v", text, err)
		}
	}
	must(t, w.Change(t.Context(), hand, id, "", "12 rue du Canari", "Une chambre calme sur cour, un chat, un petit-déjeuner le dimanche."))
}

// TestH7_ASurgeIsInvitedInOrder has hundreds come in one day.
func TestH7_ASurgeIsInvitedInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		const many = 120
		var last instance.HostID
		for n := range many {
			i := zenobie
			i.Email = strings.Repeat("x", n%7+1) + string(rune('a'+n%26)) + "@people.example"
			i.Places, i.Whole = 1+n%6, n%3 == 0
			id, err := w.Offer(ctx, nil, w.programme, i)
			must(t, err)
			last = id
		}
		w.exec(`UPDATE housing_hosts SET confirmed_at = 1`)
		x, err := w.Own(ctx, hosts.Hand{Link: w.link(strings.Repeat("x", (many-1)%7+1)+string(rune('a'+(many-1)%26))+"@people.example", "host-confirm")}, last)
		if err != nil || x.Waiting.Ahead < 1 || x.Waiting.Ahead >= many || x.Waiting.Weeks() != 0 {
			t.Errorf("before anybody was invited: %+v, %v", x.Waiting, err)
		}
		meeting, err := w.Plan(ctx, w.worker, w.programme, hosts.Meeting{At: w.now().AddDate(0, 0, 7), Venue: "Par téléphone", Places: 80})
		must(t, err)
		n, err := w.Invite(ctx, w.worker, meeting, 100)
		if err != nil || n != 80 {
			t.Fatalf("invited %d: %v", n, err)
		}
		if _, err := w.Invite(ctx, w.worker, meeting, 1); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("one more than there is room for: %v", err)
		}
		low := w.count(`SELECT MIN(score) FROM housing_hosts WHERE state = 'invited'`)
		high := w.count(`SELECT MAX(score) FROM housing_hosts WHERE state = 'interested'`)
		if high > low {
			t.Errorf("somebody with %d waits, somebody with %d was invited", high, low)
		}
		must(t, w.LettersNow(ctx, hosts.Letters{Meeting: meeting}))
		if got := w.count(`SELECT COUNT(*) FROM letters WHERE kind = 'host'`); got != many+50 {
			t.Errorf("%d letters, of %d and the first fifty of those invited", got, many)
		}
	})
}

func TestReferencesAreRemindedTwiceAndNoMore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, hand := w.informed()
		must(t, w.AskReference(ctx, hand, id, "Bertille", "bertille@people.example", false))
		first := w.link("bertille@people.example", "host-reference")
		if err := w.AskReference(ctx, hand, id, "Moi", w.resident.Email, false); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("for oneself: %v", err)
		}
		if err := w.AskReference(ctx, hand, id, "Bertille", "Bertille@people.example", false); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("the same one twice: %v", err)
		}
		for range 5 {
			w.later(8 * 24 * time.Hour)
			must(t, w.SweepNow(ctx))
		}
		letters, err := w.mail.Letters(ctx, "bertille@people.example", 0, 50)
		if err != nil || len(letters) != 3 {
			t.Errorf("%d letters, %v", len(letters), err)
		}
		for _, l := range letters {
			if strings.Contains(l.Subject+l.Text, "Zénobie") || strings.Contains(l.Subject+l.Text, "Canari") {
				t.Errorf("a letter says who it is: %+v", l)
			}
		}
		if _, err := w.AskedBy(ctx, first); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("the link of the first letter: %v", err)
		}
		link := w.link("bertille@people.example", "host-reference")
		if a, err := w.AskedBy(ctx, link); err != nil || a.About != zenobie.Name || a.Answered {
			t.Errorf("asked: %+v, %v", a, err)
		}
		if err := w.Vouch(ctx, link, "voisine", "Bien.", false); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("one word: %v", err)
		}
		must(t, w.Vouch(ctx, link, "voisine", strings.Repeat("Je la connais bien. ", 5), true))
		if err := w.Vouch(ctx, link, "voisine", strings.Repeat("Je la connais bien. ", 5), false); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("twice: %v", err)
		}
		if w.count(`SELECT COUNT(*) FROM housing_host_references WHERE family`) != 1 {
			t.Error("who says they are of the family is not")
		}
	})
}

// TestNothingOfAHostStandsInTheDatabase reads every table after everything was done.
func TestNothingOfAHostStandsInTheDatabase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		id, hand := w.approved()
		must(t, w.LivesHere(t.Context(), hand, id, "Cunégonde Pomponnet"))
		for table, column := range map[string]string{
			"housing_hosts": "file", "housing_host_adults": "file", "housing_host_references": "file", "housing_host_visits": "file",
		} {
			for _, canary := range []string{"Tournemire", "Canari", "Pomponnet", "Bertille", "0612345678", "06 12 34", "confiance", "un chat"} {
				for _, b := range w.bytes(`SELECT ` + column + ` FROM ` + table) {
					if strings.Contains(string(b), canary) {
						t.Errorf("%s is in %s", canary, table)
					}
				}
			}
		}
	})
}

func (w *world) bytes(sql string) (all [][]byte) {
	w.t.Helper()
	rows, err := w.db.Read().Query(w.t.Context(), sql)
	must(w.t, err)
	defer rows.Close()
	for rows.Next() {
		var b []byte
		must(w.t, rows.Scan(&b))
		all = append(all, b)
	}
	must(w.t, rows.Err())
	return all
}

// TestFilesAreErasedWhenTheirTimeIsOver ends one host early and one late.
func TestFilesAreErasedWhenTheirTimeIsOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, hand := w.approved()
		must(t, w.Take(ctx, hand, id, "end"))
		never, err := w.Offer(ctx, nil, w.programme, zenobie)
		must(t, err)
		must(t, w.Confirm(ctx, w.link(zenobie.Email, "host-confirm")))
		must(t, w.Refuse(ctx, w.worker, never))
		w.later(31 * 24 * time.Hour)
		must(t, w.SweepNow(ctx))
		kept := func(id instance.HostID) bool {
			return w.count(`SELECT COUNT(*) FROM housing_hosts WHERE id = $1 AND erased_at IS NULL`, id) == 1
		}
		if kept(never) || !kept(id) {
			t.Errorf("after a month: never approved is kept %t, once approved %t", kept(never), kept(id))
		}
		w.later(2 * 366 * 24 * time.Hour)
		must(t, w.SweepNow(ctx))
		if kept(id) || w.count(`SELECT COUNT(*) FROM housing_host_references`) != 0 {
			t.Error("after two years it is kept")
		}
		if _, err := w.Open(ctx, w.worker, id); !errors.Is(err, instance.ErrGone) {
			t.Errorf("opened: %v", err)
		}
	})
}

// TestARefusalHasNoMotive: there is nowhere to write one.
func TestARefusalHasNoMotive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, store.SQLite))
	ctx := t.Context()
	id, _ := w.approved()
	must(t, w.Lead(ctx, w.worker, id, "lapse"))
	if err := w.Refuse(ctx, w.worker, id); !errors.Is(err, instance.ErrForbidden) {
		t.Errorf("one person takes back and refuses: %v", err)
	}
	must(t, w.Refuse(ctx, w.second, id))
	for _, column := range []string{"reason", "motive", "why", "result", "record_result", "document"} {
		if err := w.db.Read().QueryRow(ctx, `SELECT `+column+` FROM housing_hosts`).Scan(new(string)); err == nil {
			t.Errorf("there is a column %s", column)
		}
	}
}
