package people_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// elsewhere returns somebody on another server, as far as they are known here.
func elsewhere(t *testing.T, v *apptest.Village, id instance.ActorID, name, host string) instance.Actor {
	t.Helper()
	a := instance.Actor{
		ID: id, URI: "https://" + host + "/u/" + name, Kind: instance.Person, Username: name, Host: host,
		CreatedAt: apptest.Start, UpdatedAt: apptest.Start,
	}
	err := v.DB.InTx(t.Context(), func(tx store.Tx) error { return actors.Save(t.Context(), tx, a, "{}") })
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// open lets everybody follow somebody at once, and shows whom they are bound to.
func open(t *testing.T, v *apptest.Village, a instance.Account, collections bool) instance.Actor {
	t.Helper()
	actor := a.Actor
	actor.Locked, actor.HideCollections, actor.Discoverable = false, !collections, true
	err := v.DB.InTx(t.Context(), func(tx store.Tx) error { return actors.Save(t.Context(), tx, actor, "") })
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

func follow(t *testing.T, v *apptest.Village, from, to instance.ActorID) {
	t.Helper()
	if _, err := v.People.Follow(t.Context(), from, to); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// notices are the kinds of a person's notices and whom they are from.
func notices(t *testing.T, v *apptest.Village, of instance.Account) []string {
	t.Helper()
	list, err := v.Notifications.List(t.Context(), v.Viewer(of), notifications.Query{Limit: 100})
	must(t, err)
	var found []string
	for _, n := range list {
		found = append(found, string(n.Kind)+" "+n.From.Username)
	}
	return found
}

// say posts something anyone may read, in a language.
func say(t *testing.T, v *apptest.Village, a instance.Account, text, language string) *instance.Post {
	t.Helper()
	p, err := v.Posts.Publish(t.Context(), v.Viewer(a), instance.Draft{Text: text, Audience: instance.ToPublic, Language: language})
	must(t, err)
	return p
}

func ptr[T any](x T) *T { return &x }

func TestAFollowBringsWhatIsAskedOfIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo, cem := v.Person("amina"), v.Person("bo"), v.Person("cem")
		open(t, v, bo, true)
		open(t, v, cem, true)
		state, err := v.People.FollowWith(t.Context(), amina.ID, bo.ID, people.FollowOptions{Notify: ptr(true), Languages: ptr([]string{"fr-CH", "br", "fr"})})
		if err != nil || state != people.Following {
			t.Fatalf("follow: %q, %v", state, err)
		}
		say(t, v, bo, "bonjour", "fr-FR")
		say(t, v, bo, "hello", "en")
		say(t, v, bo, "demat", "br")
		said := say(t, v, cem, "de Cem", "fr")
		must(t, v.Posts.Boost(t.Context(), v.Viewer(bo), said.ID))
		if diff := cmp.Diff([]string{"de Cem", "demat", "bonjour"}, v.Home(amina)); diff != "" {
			t.Errorf("home (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"status bo", "status bo"}, notices(t, v, amina)); diff != "" {
			t.Errorf("notices (-want +got):\n%s", diff)
		}

		// What is not asked again stays as it is; what was shared goes.
		_, err = v.People.FollowWith(t.Context(), amina.ID, bo.ID, people.FollowOptions{Boosts: ptr(false)})
		must(t, err)
		if diff := cmp.Diff([]string{"demat", "bonjour"}, v.Home(amina)); diff != "" {
			t.Errorf("home without what is shared (-want +got):\n%s", diff)
		}
		rel, err := v.People.Relationships(t.Context(), amina.ID, []instance.ActorID{bo.ID})
		must(t, err)
		want := people.Relationship{Follows: people.Following, Notify: true, Languages: []string{"fr", "br"}}
		if diff := cmp.Diff(want, rel[bo.ID]); diff != "" {
			t.Errorf("relationship (-want +got):\n%s", diff)
		}
		_, err = v.People.FollowWith(t.Context(), amina.ID, bo.ID, people.FollowOptions{Notify: ptr(false), Languages: ptr([]string{})})
		must(t, err)
		say(t, v, bo, "again", "en")
		if got := v.Home(amina); len(got) != 3 || got[0] != "again" {
			t.Errorf("home in all languages: %q", got)
		}
		if got := notices(t, v, amina); len(got) != 2 {
			t.Errorf("notices nobody asked for: %q", got)
		}
		_, err = v.People.FollowWith(t.Context(), amina.ID, bo.ID, people.FollowOptions{Languages: ptr([]string{"%"})})
		complains(t, "no language", err, "languages", "unknown")
		_, err = v.People.FollowWith(t.Context(), amina.ID, bo.ID, people.FollowOptions{Languages: ptr(slices.Repeat([]string{"fr"}, 21))})
		complains(t, "all languages there are", err, "languages", "too-many")
	})
}

func TestWhatIsSharedAndFollowedStaysWithItsAuthor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo, cem := v.Person("amina"), v.Person("bo"), v.Person("cem")
		open(t, v, bo, true)
		open(t, v, cem, true)
		said := say(t, v, cem, "de Cem", "fr")
		follow(t, v, amina.ID, bo.ID)
		must(t, v.Posts.Boost(t.Context(), v.Viewer(bo), said.ID))
		follow(t, v, amina.ID, cem.ID)
		_, err := v.People.FollowWith(t.Context(), amina.ID, bo.ID, people.FollowOptions{Boosts: ptr(false)})
		must(t, err)
		if diff := cmp.Diff([]string{"de Cem"}, v.Home(amina)); diff != "" {
			t.Errorf("home (-want +got):\n%s", diff)
		}
	})
}

func TestAPlaceTellsOnlyThoseWhoMayRead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo, stranger := v.Resident("amina", centre), v.Resident("bo", centre), v.Person("stranger")
		for _, a := range []instance.Account{amina, stranger} {
			_, err := v.People.FollowWith(t.Context(), a.ID, centre.ID, people.FollowOptions{Notify: ptr(true)})
			must(t, err)
		}
		v.Post(bo, centre, instance.ToNeighbourhood, "entre nous")
		if diff := cmp.Diff([]string{"status centre"}, notices(t, v, amina)); diff != "" {
			t.Errorf("a neighbour (-want +got):\n%s", diff)
		}
		if got := notices(t, v, stranger); got != nil {
			t.Errorf("a stranger is told of what is not for them: %q", got)
		}
		v.Post(bo, centre, instance.ToPublic, "pour tous")
		if diff := cmp.Diff([]string{"status centre"}, notices(t, v, stranger)); diff != "" {
			t.Errorf("a stranger, of what is for all (-want +got):\n%s", diff)
		}
	})
}

func TestAMuteEndsByTheClock(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo := v.Person("amina"), v.Person("bo")
		open(t, v, bo, true)
		follow(t, v, amina.ID, bo.ID)
		said := say(t, v, amina, "dit", "fr")
		muted := func() (names []string, until time.Time) {
			t.Helper()
			lines, err := v.People.Mutes(t.Context(), amina.ID, instance.Page{})
			must(t, err)
			for _, l := range lines {
				names, until = append(names, l.Actor.Username), l.Until
			}
			return names, until
		}
		complains(t, "before now", v.People.MuteWith(t.Context(), amina.ID, bo.ID, people.MuteOptions{For: -time.Second}), "duration", "malformed")

		must(t, v.People.MuteWith(t.Context(), amina.ID, bo.ID, people.MuteOptions{For: time.Hour}))
		say(t, v, bo, "pendant", "fr")
		must(t, v.Posts.Like(t.Context(), v.Viewer(bo), said.ID))
		if got := v.Home(amina); slices.Contains(got, "pendant") {
			t.Errorf("home while muted: %q", got)
		}
		if got := notices(t, v, amina); got != nil {
			t.Errorf("notices while muted: %q", got)
		}
		if names, until := muted(); !cmp.Equal(names, []string{"bo"}) || until.Before(apptest.Start.Add(time.Hour)) {
			t.Errorf("muted: %q until %v", names, until)
		}
		if list, err := v.People.Muted(t.Context(), amina.ID); err != nil || len(list) != 1 {
			t.Errorf("muted on the page: %d, %v", len(list), err)
		}

		v.Clock.Advance(time.Hour)
		say(t, v, bo, "après", "fr")
		if got := v.Home(amina); !slices.Contains(got, "après") {
			t.Errorf("home after: %q", got)
		}
		if names, _ := muted(); names != nil {
			t.Errorf("muted after: %q", names)
		}
		if list, err := v.People.Muted(t.Context(), amina.ID); err != nil || len(list) != 0 {
			t.Errorf("muted on the page after: %d, %v", len(list), err)
		}
		rel, err := v.People.Relationships(t.Context(), amina.ID, []instance.ActorID{bo.ID})
		if err != nil || rel[bo.ID].Mutes {
			t.Errorf("still muted: %+v, %v", rel[bo.ID], err)
		}
		must(t, v.DB.InTx(t.Context(), func(tx store.Tx) error { return people.SweepMutes(t.Context(), tx, v.Clock.Now()) }))
		var left int
		if err := db.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM mutes`).Scan(&left); err != nil || left != 0 {
			t.Errorf("mutes left: %d, %v", left, err)
		}

		// Again for good, but with notices.
		must(t, v.People.Mute(t.Context(), amina.ID, bo.ID))
		must(t, v.People.MuteWith(t.Context(), amina.ID, bo.ID, people.MuteOptions{KeepNotices: true}))
		must(t, v.Posts.Like(t.Context(), v.Viewer(bo), say(t, v, amina, "encore", "fr").ID))
		if diff := cmp.Diff([]string{"like bo"}, notices(t, v, amina)); diff != "" {
			t.Errorf("notices of a mute that leaves them (-want +got):\n%s", diff)
		}
		must(t, v.DB.InTx(t.Context(), func(tx store.Tx) error { return people.SweepMutes(t.Context(), tx, v.Clock.Now()) }))
		if names, until := muted(); !cmp.Equal(names, []string{"bo"}) || !until.IsZero() {
			t.Errorf("muted for good: %q until %v", names, until)
		}
	})
}

func TestNothingComesFromADomainOneBlocks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo := v.Person("amina"), v.Person("bo")
		open(t, v, amina, true)
		lena, karl := elsewhere(t, v, 77, "lena", "loin.example"), elsewhere(t, v, 78, "karl", "xn--l-coa.example")
		in := func(do func(store.Tx) error) {
			t.Helper()
			must(t, db.InTx(t.Context(), do))
		}
		asked := func(from, to instance.Actor) error {
			return db.InTx(t.Context(), func(tx store.Tx) error {
				_, err := v.People.FollowIn(t.Context(), tx, from, to, fmt.Sprintf("https://%s/f/%d", from.Host, v.Clock.Now().UnixNano()), true)
				return err
			})
		}
		receive := func(uri string) {
			t.Helper()
			in(func(tx store.Tx) error {
				return v.Posts.ReceiveIn(t.Context(), tx, &instance.Post{
					URI: uri, Author: lena, Kind: "post", Content: "<p>" + uri + "</p>", Audience: instance.ToPublic,
					Mentions: []instance.Actor{amina.Actor}, PublishedAt: apptest.Start,
				}, "")
			})
		}
		follow(t, v, amina.ID, lena.ID)
		in(func(tx store.Tx) error { return v.People.GrantIn(t.Context(), tx, amina.Actor, lena, "", true) })
		must(t, asked(lena, amina.Actor))
		receive("https://loin.example/o/1")
		if home, told := v.Home(amina), notices(t, v, amina); len(home) != 1 || len(told) == 0 {
			t.Fatalf("before: home %q, notices %q", home, told)
		}
		v.Deeds()

		must(t, v.People.BlockDomain(t.Context(), amina.ID, " LOIN.example. "))
		must(t, v.People.BlockDomain(t.Context(), amina.ID, "loin.example"))
		var told []instance.DeedKind
		for _, d := range v.Deeds() {
			told = append(told, d.Kind)
		}
		if diff := cmp.Diff([]instance.DeedKind{instance.Unfollowed, instance.FollowRefused}, told); diff != "" {
			t.Errorf("deeds (-want +got):\n%s", diff)
		}
		receive("https://loin.example/o/2")
		if home, told := v.Home(amina), notices(t, v, amina); home != nil || told != nil {
			t.Errorf("after: home %q, notices %q", home, told)
		}
		seen := func(a instance.Account) int {
			t.Helper()
			var ids []instance.PostID
			rows, err := db.Read().Query(t.Context(), `SELECT id FROM posts`)
			must(t, err)
			defer rows.Close()
			for rows.Next() {
				var id instance.PostID
				must(t, rows.Scan(&id))
				ids = append(ids, id)
			}
			must(t, rows.Err())
			found, err := v.Posts.Load(t.Context(), v.Viewer(a), ids)
			must(t, err)
			return len(found)
		}
		if mine, others := seen(amina), seen(bo); mine != 0 || others != 2 {
			t.Errorf("posts: %d of hers to read, %d of his; want 0 and 2", mine, others)
		}
		if err := asked(lena, amina.Actor); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a follow from there: got %v, want %v", err, instance.ErrNotFound)
		}
		if _, err := v.People.Follow(t.Context(), amina.ID, lena.ID); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a follow to there: got %v, want %v", err, instance.ErrForbidden)
		}
		must(t, asked(karl, amina.Actor))
		must(t, v.People.BlockDomain(t.Context(), amina.ID, "lé.example"))
		domains, err := v.People.BlockedDomains(t.Context(), amina.ID, instance.Page{})
		if err != nil || len(domains) != 2 || domains[0].Domain != "xn--l-bga.example" {
			t.Errorf("domains: %+v, %v", domains, err)
		}

		must(t, v.People.UnblockDomain(t.Context(), amina.ID, "loin.example"))
		if n := seen(amina); n != 2 {
			t.Errorf("posts after it ended: %d", n)
		}
		for text, code := range map[string]string{
			"": "malformed", "pas un nom": "malformed", "dinan.example": "ourselves", "@loin.example": "malformed",
			"https://loin.example": "malformed", strings.Repeat("a", 300) + ".example": "malformed",
		} {
			complains(t, text, v.People.BlockDomain(t.Context(), amina.ID, text), "domain", code)
		}
	})
}

func TestARelationshipSaysEverything(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo, cem, dan := v.Person("amina"), v.Person("bo"), v.Person("cem"), v.Person("dan")
		lena := elsewhere(t, v, 77, "lena", "loin.example")
		open(t, v, bo, true)
		follow(t, v, amina.ID, bo.ID)
		follow(t, v, bo.ID, amina.ID)
		must(t, v.People.Note(t.Context(), amina.ID, bo.ID, "  a une échelle "))
		must(t, v.People.Mute(t.Context(), amina.ID, bo.ID))
		must(t, v.People.Block(t.Context(), cem.ID, amina.ID))
		must(t, v.People.Block(t.Context(), amina.ID, dan.ID))
		must(t, v.People.BlockDomain(t.Context(), amina.ID, "loin.example"))
		got, err := v.People.Relationships(t.Context(), amina.ID, []instance.ActorID{bo.ID, cem.ID, dan.ID, lena.ID})
		must(t, err)
		want := map[instance.ActorID]people.Relationship{
			bo.ID: {
				Follows: people.Following, Boosts: true, FollowedBy: people.Requested, Mutes: true, MutesNotices: true,
				Note: "a une échelle",
			},
			cem.ID:  {BlockedBy: true},
			dan.ID:  {Blocks: true},
			lena.ID: {BlocksDomain: true},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("relationships (-want +got):\n%s", diff)
		}
		// A note is its writer's alone, and ends when it is emptied.
		back, err := v.People.Relationships(t.Context(), bo.ID, []instance.ActorID{amina.ID})
		if err != nil || back[amina.ID].Note != "" || back[amina.ID].Mutes {
			t.Errorf("what bo sees: %+v, %v", back[amina.ID], err)
		}
		complains(t, "a long note", v.People.Note(t.Context(), amina.ID, bo.ID, strings.Repeat("é", 2001)), "note", "too-long")
		must(t, v.People.Note(t.Context(), amina.ID, bo.ID, " "))
		got, err = v.People.Relationships(t.Context(), amina.ID, []instance.ActorID{bo.ID})
		if err != nil || got[bo.ID].Note != "" {
			t.Errorf("an emptied note: %+v, %v", got[bo.ID], err)
		}
		if err := v.People.Note(t.Context(), amina.ID, 12345, "x"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a note on nobody: %v", err)
		}
	})
}

func TestAFollowerIsSentAway(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo := v.Person("amina"), v.Person("bo")
		open(t, v, amina, true)
		follow(t, v, bo.ID, amina.ID)
		must(t, v.People.RemoveFollower(t.Context(), amina.ID, bo.ID))
		must(t, v.People.RemoveFollower(t.Context(), amina.ID, bo.ID))
		deeds := v.Deeds()
		if last := deeds[len(deeds)-1]; last.Kind != instance.FollowRefused || last.Target.ID != bo.ID {
			t.Errorf("told: %s of %s", last.Kind, last.Target.Username)
		}
		rel, err := v.People.Relationships(t.Context(), amina.ID, []instance.ActorID{bo.ID})
		if err != nil || rel[bo.ID].FollowedBy != people.NotFollowing {
			t.Errorf("still followed: %+v, %v", rel[bo.ID], err)
		}
		if _, err := v.People.Follow(t.Context(), bo.ID, amina.ID); err != nil {
			t.Errorf("to be sent away is not to be shut out: %v", err)
		}
	})
}
