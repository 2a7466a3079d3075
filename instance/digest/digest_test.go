package digest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/digest"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/notifications"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/web/words"
)

// desk is a village whose digests are written.
type desk struct {
	*apptest.Village
	*digest.Service
	mail *mail.Service
	jobs *jobs.Queue
}

func open(t *testing.T, db *store.DB) *desk {
	t.Helper()
	v := apptest.NewVillage(t, db)
	languages, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{Village: v, jobs: jobs.New(db, jobs.Options{Work: true})}
	d.mail = mail.New(mail.Options{DB: db, Site: v.Site, IDs: instance.NewIDs(v.Clock.Now, 1), Now: v.Clock.Now, Jobs: d.jobs, Title: "Mairie de Dinan"})
	d.Service, err = digest.New(t.Context(), digest.Options{
		DB: db, Site: v.Site, Title: "Mairie de Dinan", Now: v.Clock.Now, Zone: time.UTC, Jobs: d.jobs, Mail: d.mail, Circles: v.Places, Filters: v.Filters,
		Words:   func(locale string) digest.Words { return languages.Match(locale, "") },
		Dir:     words.Direction,
		Notices: d.notice,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.jobs.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	d.settle()
	return d
}

func (d *desk) notice(ctx context.Context, owner instance.ActorID, id instance.ID) (digest.Notice, error) {
	viewer, err := d.Places.Viewer(ctx, owner)
	if err != nil {
		return digest.Notice{}, err
	}
	n, err := d.Notifications.ByID(ctx, viewer, id)
	return digest.Notice{Kind: string(n.Kind), From: n.From, Post: n.Post}, err
}

func (d *desk) settle() {
	d.T.Helper()
	if err := d.jobs.Idle(d.T.Context()); err != nil {
		d.T.Fatal(err)
	}
}

// send has the digests written that are due.
func (d *desk) send() {
	d.T.Helper()
	err := d.DB.InTx(d.T.Context(), func(tx store.Tx) error { return d.jobs.Enqueue(d.T.Context(), tx, digest.Send{}) })
	if err != nil {
		d.T.Fatal(err)
	}
	d.settle()
}

// letters returns what waits for somebody.
func (d *desk) letters(name string) []mail.Stored {
	d.T.Helper()
	list, err := d.mail.Letters(d.T.Context(), name+"@dinan.example", 0, 1000)
	if err != nil {
		d.T.Fatal(err)
	}
	return list
}

func (d *desk) publish(a instance.Account, draft instance.Draft) *instance.Post {
	d.T.Helper()
	draft.Language = "fr"
	p, err := d.Posts.Publish(d.T.Context(), d.Viewer(a), draft)
	if err != nil {
		d.T.Fatal(err)
	}
	return p
}

func (d *desk) wish(a instance.Account, change func(*digest.Wish)) {
	d.T.Helper()
	w, err := d.Wish(d.T.Context(), a.ID)
	if err != nil {
		d.T.Fatal(err)
	}
	change(&w)
	if err := d.SetWish(d.T.Context(), a.ID, w); err != nil {
		d.T.Fatal(err)
	}
}

func TestADigestTellsNeedsFirstAndOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := open(t, db)
		centre := d.Place("centre", "neighbourhood")
		amina, bo := d.Resident("amina", centre), d.Resident("bo", centre)
		stranger := d.Person("zoe")
		d.Post(amina, centre, instance.ToNeighbourhood, "Le chat est revenu.")
		to := instance.Draft{Audience: instance.ToNeighbourhood, Group: centre.ID}
		lends, asks, meets := to, to, to
		lends.Text, lends.Kind, lends.Proposal = "Une remorque à prêter", instance.KindLending, &instance.Proposal{Purpose: instance.Offering, Status: instance.ProposalOpen, Action: "use", Unit: "one"}
		asks.Text, asks.Kind, asks.Proposal = "Qui garde mon chien samedi ?", instance.KindService, &instance.Proposal{Purpose: instance.Asking, Status: instance.ProposalOpen, Action: "deliverService", Unit: "one"}
		meets.Text, meets.Kind, meets.Event = "Apéro dans la cour", instance.KindEvent, &instance.Event{Starts: d.Clock.Now().Add(48 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: instance.Venue{Name: "La cour"}}
		for _, draft := range []instance.Draft{lends, asks, meets} {
			d.publish(amina, draft)
		}
		d.Reply(bo, d.Post(amina, centre, instance.ToNeighbourhood, "Bonne semaine à tous"), "À vous aussi")
		d.Clock.Advance(time.Hour)
		d.send()
		letters := d.letters("bo")
		if len(letters) != 1 {
			t.Fatalf("letters to Bo: %+v", letters)
		}
		l := letters[0]
		last := -1
		for _, part := range []string{"Bonjour bo,", "== centre ==", "On demande", "Qui garde mon chien", "Rendez-vous de la semaine", "Apéro dans la cour", "La cour", "On propose", "Une remorque", "Nouvelles", "Le chat est revenu", "Vous êtes à jour", "parce que vous y avez un compte", "/stop/digest/"} {
			at := strings.Index(l.Text, part)
			if at < last || at < 0 {
				t.Fatalf("%q stands at %d, after %d, in:\n%s", part, at, last, l.Text)
			}
			last = at
		}
		if strings.Contains(l.Text, "À vous aussi") || l.Kind != digest.KindDigest || !strings.HasPrefix(l.Stop, "https://dinan.example/stop/digest/") || !strings.Contains(l.HTML, "<h2") || !strings.Contains(l.Subject, "5\u00a0nouvelles") && !strings.Contains(l.Subject, "5 nouvelles") {
			t.Errorf("letter: %+v", l)
		}
		if got := d.letters("zoe"); len(got) != 0 {
			t.Errorf("a letter with nothing in it to %s: %+v", stranger.Username, got)
		}
		d.send()
		if got := d.letters("bo"); len(got) != 1 {
			t.Errorf("%d letters on one day", len(got))
		}
		d.Clock.Advance(24 * time.Hour)
		d.send()
		if got := d.letters("bo"); len(got) != 1 {
			t.Errorf("what was told is told again: %+v", got[1:])
		}
		// What is far away is told when it is new, and once more in its week.
		far := meets
		far.Text, far.Event = "Vide-grenier du printemps", &instance.Event{Starts: d.Clock.Now().Add(10 * 24 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: instance.Venue{Name: "La place"}}
		d.publish(amina, far)
		told := 0
		for range 10 {
			d.Clock.Advance(24 * time.Hour)
			d.send()
		}
		for _, l := range d.letters("bo")[1:] {
			if strings.Contains(l.Text, "chien") || strings.Contains(l.Text, "Apéro") {
				t.Errorf("what was told is told again:\n%s", l.Text)
			}
			if strings.Contains(l.Text, "Vide-grenier") {
				told++
			}
		}
		if told != 2 {
			t.Errorf("what is far away is told %d times", told)
		}
	})
}

func TestADigestTellsNothingThatIsNotTheReaders(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := open(t, db)
		centre := d.Place("centre", "neighbourhood")
		amina, bo := d.Resident("amina", centre), d.Resident("bo", centre)
		cora, dan, eve := d.Resident("cora", centre), d.Resident("dan", centre), d.Resident("eve", centre)
		gone := d.Post(amina, centre, instance.ToNeighbourhood, "Retiré aussitôt")
		if err := d.Posts.Delete(t.Context(), amina.ID, gone.ID); err != nil {
			t.Fatal(err)
		}
		d.Post(amina, centre, instance.ToNeighbourhood, "Le code du portail a changé")
		if err := d.Places.Leave(t.Context(), centre.ID, bo.ID); err != nil {
			t.Fatal(err)
		}
		if err := d.People.Block(t.Context(), cora.ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Filters.Create(t.Context(), dan.ID, instance.FilterPlan{Title: "p", Contexts: []instance.FilterContext{instance.InHome}, Action: instance.Hide}, []instance.Keyword{{Text: "portail"}}); err != nil {
			t.Fatal(err)
		}
		d.wish(eve, func(w *digest.Wish) { w.Often = digest.Never })
		d.Clock.Advance(time.Hour)
		d.send()
		for name, why := range map[string]string{"amina": "wrote it", "bo": "moved away", "cora": "blocks the author", "dan": "filters it", "eve": "wants no digest"} {
			if got := d.letters(name); len(got) != 0 {
				t.Errorf("%s, who %s, got %s", name, why, got[0].Text)
			}
		}
	})
}

func TestADigestComesAtItsHourAndOnItsDay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := open(t, db) // a Monday, 9 o'clock
		centre := d.Place("centre", "neighbourhood")
		amina, bo, cora := d.Resident("amina", centre), d.Resident("bo", centre), d.Resident("cora", centre)
		d.wish(bo, func(w *digest.Wish) { w.Hour = 18 })
		d.wish(cora, func(w *digest.Wish) { w.Often, w.Weekday, w.Hour = digest.Weekly, time.Wednesday, 8 })
		d.Post(amina, centre, instance.ToPublic, "Bonjour à tous")
		check := func(when string, bos, coras int) {
			t.Helper()
			d.send()
			if b, c := len(d.letters("bo")), len(d.letters("cora")); b != bos || c != coras {
				t.Errorf("%s: %d and %d letters, want %d and %d", when, b, c, bos, coras)
			}
		}
		check("before the hour", 0, 0)
		d.Clock.Advance(10 * time.Hour)
		check("after it", 1, 0)
		d.Post(amina, centre, instance.ToPublic, "Bonsoir à tous")
		d.Clock.Advance(24 * time.Hour)
		check("on Tuesday", 2, 0)
		d.Clock.Advance(24 * time.Hour)
		check("on Wednesday", 2, 1)
	})
}

// TestC10_ASurgeMakesNoMoreLetters has nine times as much said and counts what
// that costs: the same questions to the database, and one letter each (product
// C10).
func TestC10_ASurgeMakesNoMoreLetters(t *testing.T) {
	t.Parallel()
	const people, usually = 40, 6
	storetest.EachCounted(t, func(t *testing.T, db *store.DB, reads *storetest.Reads) {
		d := open(t, db)
		centre := d.Place("centre", "neighbourhood")
		amina := d.Resident("amina", centre)
		for i := range people {
			d.Resident(fmt.Sprintf("n%d", i), centre)
		}
		count := func(posts int) (asked, letters int) {
			for i := range posts {
				d.Post(amina, centre, instance.ToNeighbourhood, fmt.Sprintf("n° %d", i))
			}
			d.Clock.Advance(23 * time.Hour)
			waiting := d.waiting()
			for _, sql := range reads.During(d.send) {
				if !strings.Contains(sql, "river") {
					asked++
				}
			}
			return asked, d.waiting() - waiting
		}
		asked, letters := count(usually)
		more, again := count(9 * usually)
		if letters != people || again != people {
			t.Errorf("%d and %d letters to %d people", letters, again, people)
		}
		if more > asked {
			t.Errorf("%d questions of nine times as many posts, %d before", more, asked)
		}
		t.Logf("%d people: %d posts cost %d reads, %d posts cost %d", people, usually, asked, 9*usually, more)
	})
}

func (d *desk) waiting() int {
	d.T.Helper()
	w, err := d.mail.Waiting(d.T.Context())
	if err != nil {
		d.T.Fatal(err)
	}
	return w.Letters
}

func TestWhatConcernsOneAloneIsWrittenAtOnceAndNotWithoutEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := open(t, db)
		centre := d.Place("centre", "neighbourhood")
		amina, bo := d.Resident("amina", centre), d.Resident("bo", centre)
		d.wish(amina, func(w *digest.Wish) { w.Most = 2 })
		tell := func(p *instance.Post) {
			t.Helper()
			list := d.notices(amina)
			err := db.InTx(t.Context(), func(tx store.Tx) error { return d.Written(t.Context(), tx, amina.ID, list[0].kind, list[0].id) })
			if err != nil {
				t.Fatal(err)
			}
			d.settle()
		}
		asked := d.Post(amina, centre, instance.ToNeighbourhood, "Qui a une échelle ?")
		tell(d.Reply(bo, asked, "@amina moi, venez la prendre"))
		tell(d.publish(bo, instance.Draft{Text: "@amina mon code est 1234", Audience: instance.ToMentioned}))
		tell(d.Reply(bo, asked, "@amina et une autre"))
		letters := d.letters("amina")
		if len(letters) != 2 {
			t.Fatalf("letters: %+v", letters)
		}
		if l := letters[0]; !strings.Contains(l.Text, "venez la prendre") || !strings.Contains(l.Subject, "bo") || l.Kind != digest.KindAtOnce {
			t.Errorf("of a reply: %+v", l)
		}
		if l := letters[1]; strings.Contains(l.Text, "1234") || !strings.Contains(l.Text, "le reste attend") {
			t.Errorf("of a private message, the last of the day: %+v", l)
		}
		d.Clock.Advance(24 * time.Hour)
		d.wish(amina, func(w *digest.Wish) { w.AtOnce = []string{digest.Direct} })
		tell(d.Reply(bo, asked, "@amina alors ?"))
		if got := len(d.letters("amina")); got != 2 {
			t.Errorf("%d letters although replies are not wanted", got)
		}
	})
}

type noticed struct {
	kind string
	id   instance.ID
}

func (d *desk) notices(a instance.Account) []noticed {
	d.T.Helper()
	list, err := d.Notifications.List(d.T.Context(), d.Viewer(a), notifications.Query{Limit: 10})
	if err != nil {
		d.T.Fatal(err)
	}
	var all []noticed
	for _, n := range list {
		all = append(all, noticed{string(n.Kind), n.ID})
	}
	return all
}

func TestAStopLinkStops(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := open(t, db)
		centre := d.Place("centre", "neighbourhood")
		amina, bo := d.Resident("amina", centre), d.Resident("bo", centre)
		d.Post(amina, centre, instance.ToPublic, "Bonjour")
		d.send()
		letters := d.letters("bo")
		if len(letters) != 1 {
			t.Fatalf("letters: %+v", letters)
		}
		parts := strings.Split(letters[0].Stop, "/")
		seal := parts[len(parts)-1]
		if err := d.Stop(t.Context(), digest.KindDigest, amina.ID, seal); err == nil {
			t.Error("a link stops somebody else's letters")
		}
		if err := d.Stop(t.Context(), digest.KindAtOnce, bo.ID, seal); err == nil {
			t.Error("a link stops letters of another kind")
		}
		if err := d.Stop(t.Context(), digest.KindDigest, bo.ID, seal); err != nil {
			t.Fatal(err)
		}
		if got := d.letters("bo"); len(got) != 0 {
			t.Errorf("still on their way: %+v", got)
		}
		d.Post(amina, centre, instance.ToPublic, "Encore")
		d.Clock.Advance(24 * time.Hour)
		d.send()
		if got := d.letters("bo"); len(got) != 0 {
			t.Errorf("sent although stopped: %+v", got)
		}
		w, err := d.Wish(t.Context(), bo.ID)
		if err != nil || w.Often != digest.Never || len(w.AtOnce) != 3 {
			t.Errorf("what Bo wants: %+v, %v", w, err)
		}
	})
}

func TestAWishThatCannotBe(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := open(t, db)
		a := d.Person("amina")
		for field, w := range map[string]digest.Wish{
			"often": {Often: "hourly"}, "hour": {Often: digest.Daily, Hour: 24}, "weekday": {Often: digest.Daily, Weekday: 7},
			"most": {Often: digest.Daily, Most: 21}, "at-once": {Often: digest.Daily, AtOnce: []string{"ads"}},
		} {
			err := d.SetWish(t.Context(), a.ID, w)
			var invalid *instance.Invalid
			if !errors.As(err, &invalid) || invalid.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}
