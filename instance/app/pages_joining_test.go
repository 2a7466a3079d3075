package app_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/joining"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

var linkInLetter = regexp.MustCompile(`https?://\S+`)

// linkIn returns the path of the link in the latest letter to an address.
func linkIn(t *testing.T, s *apptest.Server, to string) string {
	t.Helper()
	apptest.Settle(t, s)
	letters := s.Letters(to)
	if len(letters) == 0 {
		t.Fatalf("no letter to %s", to)
	}
	link := linkInLetter.FindString(letters[len(letters)-1].Text)
	path, ours := strings.CutPrefix(link, s.URL)
	if !ours {
		t.Fatalf("the letter links to %q", link)
	}
	return path
}

// askToJoin goes through the first two steps of joining.
func askToJoin(b *apptest.Browser, place, name, email string) *apptest.Page {
	b.T.Helper()
	p := b.Press(b.Open("/join?place="+place), "form[action='/join'] button", apptest.Fields{"name": {name}})
	if p.Path != "/join/email" {
		b.T.Fatalf("after the name: %d at %s", p.Status, p.Path)
	}
	return b.Press(p, "form[action='/join/email'] button", apptest.Fields{"email": {email}})
}

// joined is askToJoin with the letter opened and a password chosen.
func joined(t *testing.T, s *apptest.Server, place, name, email string) (*apptest.Browser, instance.Account) {
	t.Helper()
	b := s.Browser()
	askToJoin(b, place, name, email)
	p := b.Press(b.Open(linkIn(t, s, email)), "main form button", nil)
	if p.Path != "/join/way" {
		t.Fatalf("after the letter: %d at %s", p.Status, p.Path)
	}
	if p = b.Press(p, "form:has(#password) button", apptest.Fields{"password": {apptest.Password}}); p.Path != "/join/circles" {
		t.Fatalf("after the password: %d at %s", p.Status, p.Path)
	}
	list, err := s.People.Accounts(t.Context(), email, 0, 1)
	if err != nil || len(list) != 1 {
		t.Fatalf("account of %s: %+v, %v", email, list, err)
	}
	return b, list[0]
}

// TestJ1_JoinWithoutScript goes from the front door to the page on which one
// proves where one lives, one question a page.
func TestJ1_JoinWithoutScript(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		dinan := s.Place("dinan", "commune")
		centre := s.Place("centre", "neighbourhood", dinan.URI)
		tilleuls := s.Place("tilleuls", "residence", centre.URI)
		b := s.Browser()
		p := b.Open("/")
		if !p.Has("a[href='/join']") {
			t.Error("the front door leads to no page to join")
		}
		if p = b.Open("/join"); !p.Has("form input[value=tilleuls]") {
			t.Fatalf("places to choose: %s", p.Words("main"))
		}
		if p = b.Open("/join?place=" + tilleuls.ID.String()); !strings.Contains(p.Words("h1"), "tilleuls") {
			t.Errorf("a place by its id: %q", p.Words("h1"))
		}
		p = b.Press(p, "form[action='/join'] button", apptest.Fields{"name": {"  "}})
		if p.Status != http.StatusUnprocessableEntity || !p.Has("#name-problem") {
			t.Errorf("no name: %d", p.Status)
		}
		p = b.Press(p, "form[action='/join'] button", apptest.Fields{"name": {"Marie Le Goff"}})
		p = b.Press(p, "form[action='/join/email'] button", apptest.Fields{"email": {"marie"}})
		if p.Status != http.StatusUnprocessableEntity || !p.Has("#email-problem") {
			t.Errorf("no address: %d", p.Status)
		}
		p = b.Press(p, "form[action='/join/email'] button", apptest.Fields{"email": {"Marie@exemple.fr"}})
		if p.Path != "/join/sent" || !strings.Contains(p.Words("main"), "Marie@exemple.fr") {
			t.Fatalf("after the address: %s: %s", p.Path, p.Words("main"))
		}
		link := linkIn(t, s, "marie@exemple.fr")
		// The letter may be read on another device; looking at the link is not
		// pressing the button there.
		phone := s.Browser()
		for range 2 {
			p = phone.Open(link)
		}
		if !strings.Contains(p.Words("main"), "Marie Le Goff") || !strings.Contains(p.Words("main"), "tilleuls") {
			t.Errorf("behind the link: %s", p.Words("main"))
		}
		if p = phone.Press(p, "main form button", nil); p.Path != "/join/way" {
			t.Fatalf("after the button: %d at %s", p.Status, p.Path)
		}
		p = phone.Press(p, "form:has(#password) button", apptest.Fields{"password": {"court"}})
		if p.Status != http.StatusUnprocessableEntity || !p.Has("#password-problem") {
			t.Errorf("a short password: %d", p.Status)
		}
		p = phone.Press(p, "form:has(#password) button", apptest.Fields{"password": {apptest.Password}})
		if got := p.Words("main"); p.Path != "/join/circles" || !strings.Contains(got, "Marie Le Goff") || !strings.Contains(got, "Marie L.") {
			t.Errorf("what others see: %s: %s", p.Path, got)
		}
		if !p.Has("a[href^='/prove']") {
			t.Error("no way to prove where one lives")
		}
		if again := s.Browser().Open(link); again.Status != http.StatusGone {
			t.Errorf("the link a second time: %d", again.Status)
		}
		marie, err := s.People.Named(t.Context(), "marie_l")
		if err != nil || marie.Name != "Marie L." || marie.FullName != "Marie Le Goff" || !marie.FirstDay {
			t.Fatalf("account: %+v, %v", marie, err)
		}
		for _, n := range []instance.Neighbourhood{tilleuls, centre, dinan} {
			standing, err := s.Places.Standing(t.Context(), n.ID, marie.ID)
			if err != nil || standing != instance.Declared {
				t.Errorf("standing in %s: %q, %v", n.Username, standing, err)
			}
		}
		homes, err := s.Homes.Of(t.Context(), marie.ID)
		if err != nil || len(homes) != 1 || homes[0].Group != tilleuls.ID {
			t.Errorf("homes: %+v, %v", homes, err)
		}
		if p := attempt(s.Browser(), "marie@exemple.fr", apptest.Password, "/home"); p.Path != "/home" {
			t.Errorf("sign in with the password: %d at %s", p.Status, p.Path)
		}
	})
}

// TestG03_JoiningSaysNothingOfWhoHasAnAccount compares what the server does and
// answers, not how long it takes: the same pages, and the same work enqueued.
func TestG03_JoiningSaysNothingOfWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		s.Place("centre", "neighbourhood")
		known := s.Resident("marc")
		closed := s.Resident("closed")
		if err := s.People.SetDisabled(t.Context(), closed.ID, true); err != nil {
			t.Fatal(err)
		}
		work := func() (jobs int) {
			err := s.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM river_job WHERE kind = 'write_link'`).Scan(&jobs)
			if err != nil {
				t.Fatal(err)
			}
			return jobs
		}
		var seen []string
		for _, email := range []string{known.Email, "nobody@people.example", closed.Email} {
			var all strings.Builder
			before := work()
			b := s.Browser()
			all.WriteString(askToJoin(b, "centre", "Marie Le Goff", email).Body)
			for _, form := range []string{"/signin/link", "/reset"} {
				all.WriteString(b.Press(b.Open(form), "main form button", apptest.Fields{"email": {email}}).Body)
			}
			fmt.Fprintf(&all, "%d jobs", work()-before)
			seen = append(seen, strings.ReplaceAll(all.String(), email, "EMAIL"))
		}
		if seen[0] != seen[1] || seen[1] != seen[2] || !strings.HasSuffix(seen[0], "3 jobs") {
			t.Errorf("answers differ:\n%s\n%s\n%s", seen[0], seen[1], seen[2])
		}
		apptest.Settle(t, s)
		kinds := func(to string) (list []string) {
			for _, l := range s.Letters(to) {
				list = append(list, l.Subject)
			}
			return list
		}
		if got := kinds(known.Email); len(got) != 3 || !strings.Contains(got[0]+got[1]+got[2], "déjà un compte") {
			t.Errorf("letters to who is known: %q", got)
		}
		if got := kinds("nobody@people.example"); len(got) != 1 {
			t.Errorf("letters to who is not: %q", got)
		}
	})
}

// TestG04_NothingIsAddedToAnAccountByItsAddress opens links in every order: an
// address is the key to its own account and to no other.
func TestG04_NothingIsAddedToAnAccountByItsAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		s.Place("centre", "neighbourhood")
		one, two := s.Browser(), s.Browser()
		askToJoin(one, "centre", "Marie Le Goff", "marie@exemple.fr")
		first := linkIn(t, s, "marie@exemple.fr")
		askToJoin(two, "centre", "Quelqu’un d’autre", "MARIE@exemple.fr")
		second := linkIn(t, s, "marie@exemple.fr")
		if first == second {
			t.Fatal("one link twice")
		}
		one.Press(one.Open(first), "main form button", nil)
		if p := two.Do(two.Request(http.MethodPost, second, "application/x-www-form-urlencoded", nil)); p.Status != http.StatusGone {
			t.Errorf("a second account for one address: %d", p.Status)
		}
		list, err := s.People.Accounts(t.Context(), "marie@exemple.fr", 0, 10)
		if err != nil || len(list) != 1 || list[0].FullName != "Marie Le Goff" {
			t.Fatalf("accounts: %+v, %v", list, err)
		}
		// A link to sign in is good as long as its address is the account's.
		three := s.Browser()
		three.Press(three.Open("/signin/link"), "main form button", apptest.Fields{"email": {"marie@exemple.fr"}})
		link := linkIn(t, s, "marie@exemple.fr")
		err = s.DB.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE people SET email = 'm@exemple.fr', email_key = 'm@exemple.fr' WHERE actor_id = $1`, list[0].ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if p := three.Open(link); p.Status != http.StatusGone {
			t.Errorf("a link to an address that is no longer theirs: %d", p.Status)
		}
	})
}

func TestSignInByLinkAndNewPassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		var later atomic.Int64
		s := apptest.OpenAt(t, storetest.URL(t, engine), func() time.Time { return time.Now().Add(time.Duration(later.Load())) }, nil)
		marc := s.Resident("marc")
		b := s.Browser()
		b.Press(b.Open("/signin/link?back=/notifications"), "main form button", apptest.Fields{"email": {marc.Email}})
		link := linkIn(t, s, marc.Email)
		if p := b.Press(b.Open(link), "main form button", nil); p.Path != "/notifications" {
			t.Errorf("signed in by a link: %d at %s", p.Status, p.Path)
		}
		if p := b.Open(link); p.Status != http.StatusGone {
			t.Errorf("a link twice: %d", p.Status)
		}
		other := s.Browser()
		other.Press(other.Open("/signin/link"), "main form button", apptest.Fields{"email": {marc.Email}})
		link = linkIn(t, s, marc.Email)
		later.Add(int64(joining.Lasts + time.Minute))
		if p := other.Open(link); p.Status != http.StatusGone {
			t.Errorf("a link after half an hour: %d", p.Status)
		}

		other.Press(other.Open("/reset"), "main form button", apptest.Fields{"email": {marc.Email}})
		link = linkIn(t, s, marc.Email)
		p := other.Press(other.Open(link), "main form button", apptest.Fields{"password": {"court"}})
		if p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a short password: %d", p.Status)
		}
		if p = other.Press(p, "main form button", apptest.Fields{"password": {"un tout autre mot"}}); p.Path != "/home" {
			t.Errorf("a new password: %d at %s", p.Status, p.Path)
		}
		if p := b.Open("/home"); p.Path == "/home" {
			t.Error("still signed in elsewhere after a new password (G08)")
		}
		if p := attempt(s.Browser(), marc.Email, "un tout autre mot", "/home"); p.Path != "/home" {
			t.Errorf("sign in with it: %d at %s", p.Status, p.Path)
		}
		if p := attempt(s.Browser(), marc.Email, apptest.Password, "/home"); p.Path == "/home" {
			t.Error("the old password still opens")
		}
	})
}

// TestG02_LettersAreCounted asks for more letters than anybody needs.
func TestG02_LettersAreCounted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, func(c *config.Config) { c.Limits.Letters = config.Default().Limits.Letters })
		s.Place("centre", "neighbourhood")
		b := s.Browser()
		for i := range 2 * config.Default().Limits.Letters.Burst {
			form := []string{"/signin/link", "/reset"}[i%2]
			want := http.StatusOK
			if i >= config.Default().Limits.Letters.Burst {
				want = http.StatusTooManyRequests
			}
			if p := b.Press(b.Open(form), "main form button", apptest.Fields{"email": {"x@exemple.fr"}}); p.Status != want {
				t.Errorf("letter %d: %d, want %d", i+1, p.Status, want)
			}
		}
		if p := askToJoin(b, "centre", "Marie Le Goff", "X@exemple.fr"); p.Status != http.StatusTooManyRequests {
			t.Errorf("joining with the same address: %d", p.Status)
		}
	})
}

func TestRegistrationsAreOpenInvitedOrClosed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		for _, reg := range []joining.Registrations{joining.Open, joining.Invited, joining.Closed} {
			s := apptest.Open(t, engine, func(c *config.Config) { c.Registrations = reg })
			centre := s.Place("centre", "neighbourhood")
			marc := s.Resident("marc", centre)
			invitation, err := s.Joining.Invite(t.Context(), marc.ID, centre.ID)
			if err != nil {
				t.Fatal(err)
			}
			open := reg == joining.Open
			if got := s.Browser().Open("/join?place=centre").Has("#name"); got != open {
				t.Errorf("%s: a form %t", reg, got)
			}
			p := s.Browser().Open("/join?invitation=" + invitation.Code)
			if got := p.Has("#name"); got != (reg != joining.Closed) {
				t.Errorf("%s: a form with an invitation %t", reg, got)
			}
			if reg != joining.Closed && !strings.Contains(p.Words("main"), "marc vous invite") {
				t.Errorf("%s: who invites: %s", reg, p.Words("main"))
			}
			_, body := s.Get("/nodeinfo/2.1", "application/json")
			if got := strings.Contains(body, `"openRegistrations":true`); got != open {
				t.Errorf("%s: NodeInfo says %t", reg, got)
			}
			if got := s.Nobody().Get("/api/v1/instance").Object()["registrations"]; got != open {
				t.Errorf("%s: programs are told %v", reg, got)
			}
			b := s.Browser()
			err = s.Joining.Ask(t.Context(), joining.Plan{FullName: "Marie", Email: "m@exemple.fr", Locale: "fr", Place: centre.ID})
			if (err == nil) != open {
				t.Errorf("%s: asked without a page: %v", reg, err)
			}
			if p := b.Post("/join", apptest.Fields{"place": {"centre"}, "name": {"Marie"}}); (p.Path == "/join/email") != open {
				t.Errorf("%s: posted without a page: %s", reg, p.Path)
			}
		}
	})
}

// TestV7_FullNamesStayInTheNeighbourhood follows the full name of one neighbour
// through everything the server says.
func TestV7_FullNamesStayInTheNeighbourhood(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s, far := apptest.Open(t, engine, nil), apptest.Open(t, engine, nil)
		dinan := s.Place("dinan", "commune")
		centre, port := s.Place("centre", "neighbourhood", dinan.URI), s.Place("port", "neighbourhood", dinan.URI)
		const canary = "Kerzhadenn"
		ctx := t.Context()
		marie, err := s.People.Create(ctx, people.Newcomer{FullName: "Marie " + canary, Email: "marie@people.example", Password: apptest.Password})
		if err != nil {
			t.Fatal(err)
		}
		hidden, err := s.People.Create(ctx, people.Newcomer{FullName: "Odette " + canary, Name: "Une voisine", Protected: true, Email: "odette@people.example", Password: apptest.Password})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []instance.Account{marie, hidden} {
			if err := s.Places.SetStanding(ctx, centre.ID, a.ID, 0, instance.Verified); err != nil {
				t.Fatal(err)
			}
		}
		neighbour, outsider := s.Resident("yann", centre), s.Resident("paul", port)
		fan := far.Resident("anna", far.Place("loin", "neighbourhood"))
		if _, err := far.People.Follow(ctx, fan.ID, far.Find(s.Handle(marie.Username)).ID); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, s, far)
		if requests, err := s.People.Requests(ctx, marie.ID, 0, 10); err != nil || len(requests) != 1 {
			t.Fatalf("requests: %+v, %v", requests, err)
		} else if err := s.People.Grant(ctx, marie.ID, requests[0].From.ID); err != nil {
			t.Fatal(err)
		}
		post := s.Post(marie, centre.ID, instance.ToPublic, "La fête est dimanche.")
		s.Post(hidden, centre.ID, instance.ToNeighbourhood, "Qui a vu mon chat ?")
		s.SignedIn(marie).Open("/home")
		apptest.Settle(t, s, far)

		profile := "/@" + marie.Username
		outside := []string{profile, profile + ".atom", "/", "/@centre", "/@centre.atom", "/@dinan", profile + "/" + post.ID.String(), "/search?q=Marie"}
		for _, path := range outside {
			for who, b := range map[string]*apptest.Browser{"nobody": s.Browser(), "an outsider": s.SignedIn(outsider)} {
				if p := b.Open(path); p.Status != http.StatusOK || strings.Contains(p.Body, canary) {
					t.Errorf("%s sees the full name at %s (%d)", who, path, p.Status)
				}
			}
		}
		for _, program := range []*apptest.Program{s.Nobody(), s.Program(outsider), s.Program(neighbour), s.Program(marie)} {
			for _, path := range []string{
				"/api/v1/accounts/" + marie.ID.String(), "/api/v1/accounts/" + marie.ID.String() + "/statuses", "/api/v1/statuses/" + post.ID.String(),
				"/api/v1/timelines/public", "/api/v1/accounts/lookup?acct=" + marie.Username, "/api/v2/search?q=Marie", "/api/v2/instance",
			} {
				if a := program.Get(path); strings.Contains(string(a.Body), canary) {
					t.Errorf("a program is told the full name at %s", path)
				}
			}
		}
		for _, path := range []string{"/u/" + marie.ID.String(), "/u/" + marie.ID.String() + "/outbox", "/o/" + post.ID.String(), "/.well-known/webfinger?resource=acct:" + s.Handle(marie.Username)} {
			if _, body := s.Get(path, "application/activity+json"); strings.Contains(body, canary) {
				t.Errorf("another server is told the full name at %s", path)
			}
		}
		if far.Came(canary) {
			t.Error("the full name went to another server")
		}
		for _, path := range []string{profile, "/@centre", profile + "/" + post.ID.String(), "/@centre/members"} {
			p := s.SignedIn(neighbour).Open(path)
			if !strings.Contains(p.Body, "Marie "+canary) {
				t.Errorf("a neighbour does not see the full name at %s: %s", path, p.Words("main"))
			}
			if strings.Contains(p.Body, "Odette") {
				t.Errorf("a neighbour sees who is protected at %s", path)
			}
		}
		if p := s.SignedIn(marie).Open("/settings/seen"); !strings.Contains(p.Body, canary) || !strings.Contains(p.Body, "Marie K.") {
			t.Errorf("what others see of Marie: %s", p.Words("main"))
		}
		b := s.SignedIn(hidden)
		p := b.Press(b.Open("/settings/name"), "main form button", apptest.Fields{"name": {"Odette la voisine"}})
		if p.Status != http.StatusUnprocessableEntity || !p.Has("#name-problem") {
			t.Errorf("an alias that tells: %d", p.Status)
		}
		p = b.Press(b.Open("/settings/profile"), "main form[action='/settings/profile'] button", apptest.Fields{"name": {"Odette"}})
		if p.Status != http.StatusUnprocessableEntity {
			t.Errorf("an alias that tells, in the profile: %d", p.Status)
		}
	})
}

// V8: many who are called alike come in at the same moment, and each gets an
// account and a name of their own.
func TestV8_ManyWhoAreCalledAlikeComeInAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		s.Place("centre", "neighbourhood")
		const many = 24
		links := make([]string, many)
		for i := range many {
			askToJoin(s.Browser(), "centre", "Marie Le Goff", fmt.Sprintf("marie%d@people.example", i))
		}
		apptest.Settle(t, s)
		for i := range many {
			links[i] = linkIn(t, s, fmt.Sprintf("marie%d@people.example", i))
		}
		var came atomic.Int64
		var wg sync.WaitGroup
		for _, link := range links {
			wg.Go(func() {
				b := s.Browser()
				if p := b.Press(b.Open(link), "main form button", nil); p.Path == "/join/way" {
					came.Add(1)
				} else {
					t.Errorf("%d at %s: %s", p.Status, p.Path, p.Words("main"))
				}
			})
		}
		wg.Wait()
		var names int
		err := s.DB.Read().QueryRow(t.Context(), `SELECT COUNT(DISTINCT username_key) FROM actors WHERE username_key LIKE 'marie%'`).Scan(&names)
		if err != nil || came.Load() != many || names != many {
			t.Errorf("%d came in, under %d names, %v", came.Load(), names, err)
		}
	})
}
