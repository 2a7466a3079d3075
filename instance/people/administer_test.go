package people_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestG11_RolesAreGivenByThoseWhoRunTheServer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		claire, marc, yann := v.Person("claire"), v.Person("marc"), v.Person("yann")
		claire.Role, marc.Role = instance.Admin, instance.Moderator
		if err := v.People.SetRole(ctx, marc, yann.ID, instance.Moderator); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a moderator gives a role: %v", err)
		}
		if err := v.People.SetRole(ctx, claire, claire.ID, instance.Resident); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("the last one gives up: %v", err)
		}
		if err := v.People.SetRole(ctx, claire, yann.ID, "king"); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a role that is none: %v", err)
		}
		if err := v.People.SetRole(ctx, claire, 12345, instance.Moderator); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		err := db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO sessions (token, person_id, data, expires_at) VALUES ('t', $1, $2, 1)`, yann.ID, []byte("x"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.People.SetRole(ctx, claire, yann.ID, instance.Moderator); err != nil {
			t.Fatal(err)
		}
		if a, err := v.People.ByID(ctx, yann.ID); err != nil || a.Role != instance.Moderator {
			t.Errorf("role after it was given: %q, %v", a.Role, err)
		}
		var sessions int
		if err := db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM sessions`).Scan(&sessions); err != nil || sessions != 0 {
			t.Errorf("sessions after a new role (G08): %d, %v", sessions, err)
		}
	})
}

func TestClosedAccountsAreSeenByThoseWhoRunTheServer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		v.Person("marc")
		v.Clock.Advance(30 * 24 * time.Hour)
		since := v.Clock.Now()
		yann, centre := v.Person("yann"), v.Place("centre", "neighbourhood")
		v.Person("odette")
		if err := v.People.SetDisabled(ctx, yann.ID, true); err != nil {
			t.Fatal(err)
		}
		if a, err := v.People.ByID(ctx, yann.ID); err != nil || a.DisabledAt.IsZero() {
			t.Errorf("closed account: %+v, %v", a, err)
		}
		if _, err := v.People.ByID(ctx, centre.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("account of a place: %v", err)
		}
		tally, err := v.People.Tally(ctx, since)
		if diff := cmp.Diff(people.Tally{Accounts: 2, Newcomers: 1}, tally); err != nil || diff != "" {
			t.Errorf("tally: %v (-want +got):\n%s", err, diff)
		}
	})
}

func TestLinksBetweenGroups(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan, centre := v.Place("dinan", "commune"), v.Place("centre", "neighbourhood")
		far := instance.Actor{
			ID: 77, URI: "https://loin.example/g/loin", Kind: instance.Group, Username: "loin", Host: "loin.example",
			Inbox: "https://loin.example/inbox", CreatedAt: apptest.Start, UpdatedAt: apptest.Start,
		}
		if err := db.InTx(ctx, func(tx store.Tx) error { return actors.Save(ctx, tx, far, "") }); err != nil {
			t.Fatal(err)
		}
		yann := v.Person("yann")
		if _, err := v.People.Follow(ctx, yann.ID, dinan.ID); err != nil {
			t.Fatal(err)
		}

		// One that is ours joins at once, one elsewhere is asked.
		if state, err := v.People.Join(ctx, dinan.ID, centre.ID); err != nil || state != people.Following {
			t.Errorf("ours: %q, %v", state, err)
		}
		if state, err := v.People.Join(ctx, dinan.ID, far.ID); err != nil || state != people.Requested {
			t.Errorf("elsewhere: %q, %v", state, err)
		}
		if _, err := v.People.Join(ctx, dinan.ID, yann.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a person is joined: %v", err)
		}
		if _, err := v.People.Join(ctx, far.ID, dinan.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a group elsewhere is made to join: %v", err)
		}
		// Elsewhere asks us in turn.
		if _, err := v.People.Follow(ctx, far.ID, dinan.ID); err != nil {
			t.Fatal(err)
		}

		type line struct{ From, To, State, Back string }
		lines := func(list []people.Link, err error) (lines []line) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range list {
				lines = append(lines, line{l.From.Username, l.To.Username, string(l.State), string(l.Back)})
			}
			return lines
		}
		want := []line{{"loin", "dinan", "requested", "requested"}}
		if diff := cmp.Diff(want, lines(v.People.LinksTo(ctx, people.Requested, 0, 10))); diff != "" {
			t.Errorf("asked of us (-want +got):\n%s", diff)
		}
		want = []line{{"dinan", "centre", "accepted", ""}}
		if diff := cmp.Diff(want, lines(v.People.LinksTo(ctx, people.Following, 0, 10))); diff != "" {
			t.Errorf("established (-want +got):\n%s", diff)
		}
		want = []line{{"dinan", "loin", "requested", "requested"}}
		if diff := cmp.Diff(want, lines(v.People.LinksAsked(ctx, 0, 10))); diff != "" {
			t.Errorf("asked by us (-want +got):\n%s", diff)
		}
		if n, err := v.People.CountLinkRequests(ctx); err != nil || n != 1 {
			t.Errorf("requests: %d, %v", n, err)
		}
		asked, err := v.People.LinksTo(ctx, people.Requested, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if l, err := v.People.LinkByID(ctx, asked[0].ID); err != nil || l.From.ID != far.ID {
			t.Errorf("by id: %+v, %v", l, err)
		}
		if _, err := v.People.LinkByID(ctx, 4711); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("no such link: %v", err)
		}
	})
}
