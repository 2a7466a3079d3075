package moderation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/moderation"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// with gives an account a role of the whole server.
func with(role instance.Role, a instance.Account) instance.Account {
	a.Role = role
	return a
}

// elsewhere keeps somebody of another server.
func elsewhere(t *testing.T, v *apptest.Village, id instance.ActorID, kind instance.ActorKind, name, host string) instance.Actor {
	t.Helper()
	uri := "https://" + host + "/u/" + name
	a := instance.Actor{ID: id, URI: uri, Kind: kind, Username: name, Host: host, Inbox: uri + "/inbox", CreatedAt: apptest.Start, UpdatedAt: apptest.Start}
	err := v.DB.InTx(t.Context(), func(tx store.Tx) error { return actors.Save(t.Context(), tx, a, "") })
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func wantInvalid(t *testing.T, err error, field, code string) {
	t.Helper()
	invalid, ok := errors.AsType[*instance.Invalid](err)
	if !ok || invalid.Field != field || invalid.Code != code {
		t.Errorf("error %v, want %s %s", err, field, code)
	}
}

func TestReportsAreReadAndDecidedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		yann, odette := v.Resident("yann", centre), v.Resident("odette", centre)
		claire := with(instance.Moderator, v.Person("claire"))
		first := v.Post(yann, centre, instance.ToNeighbourhood, "achetez")
		other := v.Post(odette, centre, instance.ToNeighbourhood, "bonjour")
		for range 2 {
			err := v.Moderation.Report(ctx, odette.ID, moderation.Complaint{
				Target: yann.ID, Category: moderation.Spam, Comment: "encore", Posts: []instance.PostID{first.ID, other.ID}, Forward: true,
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		open, err := v.Moderation.Reports(ctx, claire.ID, true, 0, 10)
		if err != nil || len(open) != 2 {
			t.Fatalf("open reports: %d, %v", len(open), err)
		}
		r, err := v.Moderation.ReportByID(ctx, claire.ID, open[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		want := moderation.Report{
			ID: open[0].ID, Reporter: odette.Actor, Target: yann.Actor, Category: moderation.Spam, Comment: "encore", State: "open",
			Posts: []instance.PostID{first.ID}, // the other is not by whom the report is about
		}
		if diff := cmp.Diff(want, r, cmpopts.IgnoreFields(moderation.Report{}, "URI"), cmp.Comparer(func(a, b instance.Actor) bool { return a.ID == b.ID })); diff != "" {
			t.Errorf("report (-want +got):\n%s", diff)
		}
		if n, err := v.Moderation.CountEarlier(ctx, r); err != nil || n != 1 {
			t.Errorf("reports before: %d, %v", n, err)
		}

		wantInvalid(t, v.Moderation.Decide(ctx, claire, r.ID, "", "oui"), "decision", "missing")
		wantInvalid(t, v.Moderation.Decide(ctx, claire, r.ID, "burn", "oui"), "decision", "unknown")
		wantInvalid(t, v.Moderation.Decide(ctx, claire, r.ID, moderation.Delete, " "), "reason", "missing")
		wantInvalid(t, v.Moderation.Decide(ctx, claire, r.ID, moderation.Delete, strings.Repeat("é", 2001)), "reason", "too-long")
		if err := v.Moderation.Decide(ctx, odette, r.ID, moderation.Dismiss, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a resident decides: %v", err)
		}
		if err := v.Moderation.Decide(ctx, with(instance.Moderator, yann), r.ID, moderation.Dismiss, ""); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a moderator decides about themself: %v", err)
		}
		// Nor do they learn that there is a report, and by whom (I05).
		if list, err := v.Moderation.Reports(ctx, yann.ID, true, 0, 10); err != nil || len(list) != 0 {
			t.Errorf("reports about oneself: %+v, %v", list, err)
		}
		if n, err := v.Moderation.CountOpen(ctx, yann.ID); err != nil || n != 0 {
			t.Errorf("reports about oneself are counted: %d, %v", n, err)
		}
		if x, err := v.Moderation.Subject(ctx, yann.ID); err != nil || x.Username != "yann" || x.Reports != 2 {
			t.Errorf("subject: %+v, %v", x, err)
		}
		if err := v.Moderation.Decide(ctx, claire, r.ID, moderation.Delete, "publicité"); err != nil {
			t.Fatal(err)
		}
		if err := v.Moderation.Decide(ctx, claire, r.ID, moderation.Dismiss, ""); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("decided twice: %v", err)
		}
		gone, err := v.Posts.Held(ctx, db.Read(), first.ID)
		if err != nil || gone.DeletedAt.IsZero() {
			t.Errorf("the post after the decision: %+v, %v", gone, err)
		}
		closed, err := v.Moderation.Reports(ctx, claire.ID, false, 0, 10)
		if err != nil || len(closed) != 1 || closed[0].Decision != moderation.Delete || closed[0].Reason != "publicité" || closed[0].State != "resolved" {
			t.Errorf("closed reports: %+v, %v", closed, err)
		}
		if n, err := v.Moderation.CountOpen(ctx, claire.ID); err != nil || n != 1 {
			t.Errorf("still open: %d, %v", n, err)
		}
	})
}

func TestReportsNeedACategory(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		yann, odette := v.Person("yann"), v.Person("odette")
		complain := func(c moderation.Complaint) error {
			c.Target = yann.ID
			return v.Moderation.Report(t.Context(), odette.ID, c)
		}
		wantInvalid(t, complain(moderation.Complaint{}), "category", "missing")
		wantInvalid(t, complain(moderation.Complaint{Category: "bof"}), "category", "unknown")
		wantInvalid(t, complain(moderation.Complaint{Category: moderation.Other, Comment: strings.Repeat("x", 2001)}), "comment", "too-long")
	})
}

func TestG11_ModeratorsDoNotShutOutWhoRunsTheServer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		claire, marc, yann := v.Person("claire"), with(instance.Moderator, v.Person("marc")), v.Person("yann")
		if err := db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE people SET role = 'admin' WHERE actor_id = $1`, claire.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		claire.Role = instance.Admin
		for _, deed := range []func(instance.Account, instance.ActorID, bool, string) error{
			func(by instance.Account, a instance.ActorID, on bool, why string) error {
				return v.Moderation.SetLimited(ctx, by, a, on, why)
			},
			func(by instance.Account, a instance.ActorID, on bool, why string) error {
				return v.Moderation.SetSuspended(ctx, by, a, on, why)
			},
		} {
			if err := deed(marc, claire.ID, true, "coup d'état"); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("a moderator against who runs the server: %v", err)
			}
			if err := deed(marc, marc.ID, true, "moi"); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("against oneself: %v", err)
			}
			if err := deed(yann, marc.ID, true, "non"); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("a resident: %v", err)
			}
			wantInvalid(t, deed(marc, yann.ID, true, ""), "reason", "missing")
			if err := deed(marc, yann.ID, true, "spam"); err != nil {
				t.Error(err)
			}
			if err := deed(claire, yann.ID, false, ""); err != nil {
				t.Error(err)
			}
		}
		a, err := actors.ByID(ctx, db.Read(), yann.ID)
		if err != nil || !a.LimitedAt.IsZero() || !a.SuspendedAt.IsZero() {
			t.Errorf("after all was taken back: %+v, %v", a, err)
		}
	})
}

func TestI04_RulesCoverPortsAndSubdomains(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		for _, r := range []moderation.DomainRule{
			{Domain: "https://WWW.Spam.example:8443", Severity: moderation.Suspended},
			{Domain: "bruyant.spam.example", Severity: moderation.Limited},
			{Domain: "Bücher.example.", Severity: moderation.Limited},
			{Domain: "localhost:8081", Severity: moderation.Suspended},
			{Domain: "127.0.0.1", Severity: moderation.Limited},
		} {
			if err := v.Moderation.SetDomain(ctx, 0, r); err != nil {
				t.Fatalf("%s: %v", r.Domain, err)
			}
		}
		want := map[string]moderation.Severity{
			"spam.example": moderation.Suspended, "spam.example:444": moderation.Suspended, "a.b.spam.example": moderation.Suspended,
			"bruyant.spam.example": moderation.Suspended, "xn--bcher-kva.example": moderation.Limited,
			"localhost:8081": moderation.Suspended, "127.0.0.1:4000": moderation.Limited, "127.0.0.1": moderation.Limited,
		}
		hosts := []string{"notspam.example", "example", "localhost", "localhost:8082", "not a host"}
		for h := range want {
			hosts = append(hosts, h)
		}
		got, err := v.Moderation.Severities(ctx, hosts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("severities (-want +got):\n%s", diff)
		}
		for _, h := range hosts {
			if is, err := v.Moderation.Severity(ctx, db.Read(), h); err != nil || is != want[h] {
				t.Errorf("%s: %q, %v, want %q", h, is, err, want[h])
			}
		}
	})
}

func TestSuspendingADomainEndsWhatConnectsIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		bad := elsewhere(t, v, 77, instance.Person, "bad", "spam.example:8443")
		below := elsewhere(t, v, 78, instance.Person, "below", "x.spam.example")
		good := elsewhere(t, v, 79, instance.Person, "good", "notspam.example")
		for _, a := range []instance.Actor{bad, below, good} {
			if _, err := v.People.Follow(ctx, a.ID, centre.ID); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := v.Moderation.Ties(ctx, "spam.example"); err != nil || n != 2 {
			t.Errorf("ties: %d, %v, want 2", n, err)
		}
		if err := v.Moderation.SetDomain(ctx, 0, moderation.DomainRule{Domain: "spam.example", Severity: moderation.Suspended, Reason: "publicité"}); err != nil {
			t.Fatal(err)
		}
		left, err := v.People.Followers(ctx, centre.ID, 0, 10)
		if err != nil || len(left) != 1 || left[0].From.ID != good.ID {
			t.Errorf("followers left: %+v, %v", left, err)
		}
		if n, err := v.Places.ByID(ctx, centre.ID); err != nil || n.FollowersCount != 1 {
			t.Errorf("followers counted: %d, %v", n.FollowersCount, err)
		}
		r, err := v.Moderation.Domain(ctx, "spam.example")
		if err != nil || r.Severity != moderation.Suspended || r.Reason != "publicité" || r.At.Before(apptest.Start) {
			t.Errorf("rule: %+v, %v", r, err)
		}
		if err := v.Moderation.SetDomain(ctx, 0, moderation.DomainRule{Domain: "spam.example"}); err != nil {
			t.Fatal(err)
		}
		if r, err = v.Moderation.Domain(ctx, "spam.example"); err != nil || r.Severity != moderation.Open {
			t.Errorf("rule after it was lifted: %+v, %v", r, err)
		}
	})
}

func TestRulesThatCannotBe(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		set := func(domain, severity, reason string) error {
			return v.Moderation.SetDomain(t.Context(), 0, moderation.DomainRule{Domain: domain, Severity: moderation.Severity(severity), Reason: reason})
		}
		for _, domain := range []string{"", "pas un domaine", "a/b", "x@y.example", strings.Repeat("a", 300)} {
			wantInvalid(t, set(domain, "suspend", ""), "domain", "malformed")
		}
		wantInvalid(t, set("dinan.example", "limit", ""), "domain", "ourselves")
		wantInvalid(t, set("spam.example", "burn", ""), "severity", "unknown")
		wantInvalid(t, set("spam.example", "limit", strings.Repeat("x", 2001)), "reason", "too-long")
		if list, err := v.Moderation.Domains(t.Context(), "", 10); err != nil || len(list) != 0 {
			t.Errorf("rules kept: %+v, %v", list, err)
		}
	})
}

func TestBlockListsAreTakenAndTheRestNamed(t *testing.T) {
	t.Parallel()
	const list = "\ufeff#severity,#domain,#public_comment\n" +
		"suspend,spam.example,Publicité\n\n" +
		"silence,bruyant.example,\n" +
		"suspend,pas un domaine,\n" +
		"reject_media,photos.example,\n" +
		"suspend,dinan.example,\n" +
		"noop,calme.example,\n"
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		bad := elsewhere(t, v, 77, instance.Person, "bad", "x.spam.example")
		if _, err := v.People.Follow(ctx, bad.ID, centre.ID); err != nil {
			t.Fatal(err)
		}
		got, err := v.Moderation.ImportDomains(ctx, 0, strings.NewReader(list))
		if err != nil {
			t.Fatal(err)
		}
		want := moderation.Imported{Taken: 2, Refused: []moderation.RefusedLine{
			{Line: 5, Text: "suspend,pas un domaine,", Reason: "malformed"},
			{Line: 6, Text: "reject_media,photos.example,", Reason: "unknown-severity"},
			{Line: 7, Text: "suspend,dinan.example,", Reason: "ourselves"},
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("imported (-want +got):\n%s", diff)
		}
		rules, err := v.Moderation.Domains(ctx, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		diff := cmp.Diff([]moderation.DomainRule{
			{Domain: "bruyant.example", Severity: moderation.Limited},
			{Domain: "spam.example", Severity: moderation.Suspended, Reason: "Publicité"},
		}, rules, cmpopts.IgnoreFields(moderation.DomainRule{}, "At"))
		if diff != "" {
			t.Errorf("rules (-want +got):\n%s", diff)
		}
		if page, err := v.Moderation.Domains(ctx, "bruyant.example", 1); err != nil || len(page) != 1 || page[0].Domain != "spam.example" {
			t.Errorf("second page: %+v, %v", page, err)
		}
		if left, err := v.People.Followers(ctx, centre.ID, 0, 10); err != nil || len(left) != 0 {
			t.Errorf("followers from there: %+v, %v", left, err)
		}
	})
}

func TestBlockListsThatAreNone(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.SQLite)
	v := apptest.NewVillage(t, db)
	for name, list := range map[string]string{
		"a picture": "\x89PNG\r\n\x1a\n\x00\x00",
		"not UTF-8": "spam.example,suspend\n\xff\xfe.example,suspend\n",
		"a NUL":     "spam\x00.example,suspend\n",
	} {
		_, err := v.Moderation.ImportDomains(t.Context(), 0, strings.NewReader(list))
		if err == nil {
			t.Errorf("%s was taken", name)
			continue
		}
		wantInvalid(t, err, "list", "unreadable")
	}
	long, err := v.Moderation.ImportDomains(t.Context(), 0, strings.NewReader(strings.Repeat("pas un domaine\n", 250)))
	if err != nil || len(long.Refused) != 200 || long.Unnamed != 50 {
		t.Errorf("refused %d and %d more, %v", len(long.Refused), long.Unnamed, err)
	}
}
