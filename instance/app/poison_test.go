package app_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// spoil makes the database refuse every post that says something, until it is
// mended.
func (o *others) spoil(engine store.Engine, text string) (mend func()) {
	o.t.Helper()
	spoil, mends := []string{`
		CREATE TRIGGER spoiled BEFORE INSERT ON posts WHEN NEW.content LIKE '%` + text + `%'
		BEGIN SELECT RAISE(ABORT, 'this page of the disk cannot be written'); END`}, []string{`DROP TRIGGER spoiled`}
	if engine == store.Postgres {
		spoil = []string{`
			CREATE FUNCTION spoiled() RETURNS trigger LANGUAGE plpgsql AS
			'BEGIN RAISE EXCEPTION ''this page of the disk cannot be written''; END'`, `
			CREATE TRIGGER spoiled BEFORE INSERT ON posts FOR EACH ROW WHEN (NEW.content LIKE '%` + text + `%')
			EXECUTE FUNCTION spoiled()`}
		mends = []string{`DROP TRIGGER spoiled ON posts`}
	}
	run := func(statements []string) {
		o.t.Helper()
		o.must(o.ours.DB.InTx(o.ctx, func(tx store.Tx) error {
			for _, sql := range statements {
				if _, err := tx.Exec(o.ctx, sql); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	run(spoil)
	return func() { run(mends) }
}

// What cannot be worked, however often it is tried, is put aside where an
// administrator sees it. What others send goes on meanwhile, and so does what
// its own sender does.
func TestR11_PoisonKeepsNothingWaiting(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		var ahead atomic.Int64
		now := func() time.Time { return time.Now().Round(0).Add(time.Duration(ahead.Load())) }
		o := newOthersAt(t, apptest.OpenAt(t, storetest.URL(t, engine), now, nil))
		o.Network = federationtest.NewNetwork(t, now)
		server := o.Recorded(federationtest.GoToSocial)
		gus, gil := server.Person("gus"), server.Person("gil")
		first := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Qui vient ?")
		says := func(who *federationtest.Actor, text string) federationtest.Document {
			return o.send(who, o.rue.Inbox, "create_note", federationtest.With{
				"Target": first.URI, "ReplyTo": first.URI, "Group": o.rue.URI, "Author": o.amina.URI, "Content": "<p>" + text + "</p>",
			})
		}
		mend := o.spoil(engine, "poison")
		poison := says(gus, "du poison")
		item := func() (state, body string, attempts int) {
			t.Helper()
			o.must(o.ours.DB.Read().QueryRow(o.ctx, `SELECT state, body, attempts FROM inbox_items WHERE activity_id = $1`, poison.ID).Scan(&state, &body, &attempts))
			return state, body, attempts
		}
		const tries = 8
		for n := 1; n <= tries+1; n++ {
			for _, who := range []*federationtest.Actor{gus, gil} {
				says(who, "Moi, "+who.Handle+strings.Repeat("!", n))
			}
			o.settle()
			if n == 1 {
				o.hear() // from then on they are heard
			}
			if thread := o.thread(first.ID); len(thread) != 1+2*n {
				t.Fatalf("at try %d the thread has %d posts: %v", n, len(thread), thread)
			}
			state, _, attempts := item()
			if want := map[bool]string{true: "new", false: "failed"}[n < tries]; state != want || attempts != min(n, tries) {
				t.Fatalf("after %d rounds it is %q, tried %d times, want %q", n, state, attempts, want)
			}
			if stuck := got(o.ours.Federation.Stuck(o.ctx, 0, 10))(o); (len(stuck) == 1) != (n >= tries) {
				t.Errorf("at try %d put aside: %+v", n, stuck)
			}
			ahead.Add(int64(time.Hour))
		}

		claire := (&hall{Server: o.ours}).account("claire", instance.Admin)
		b := o.ours.SignedIn(claire)
		p := b.Open("/admin/failures")
		if got := p.List(".rows li"); len(got) != 1 || !strings.Contains(got[0], poison.ID) || !strings.Contains(got[0], "cannot be written") {
			t.Fatalf("an administrator sees %q", got)
		}
		mend()
		wantFlash(t, b.Press(p, "form[action*='/items/'] button", nil), "Nouvel essai en cours")
		o.settle()
		if o.thread(first.ID)["du poison"] == nil {
			t.Error("once the fault was mended it still could not be worked")
		}
		if state, body, _ := item(); state != "done" || body != "" {
			t.Errorf("afterwards it is %q and holds %q", state, body)
		}
	})
}
