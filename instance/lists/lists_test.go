package lists_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/lists"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/timelines"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// street is a village whose amina reads bo and cem, who do not know each other.
type street struct {
	*apptest.Village
	centre         instance.Neighbourhood
	amina, bo, cem instance.Account
}

func newStreet(t *testing.T, db *store.DB) *street {
	v := apptest.NewVillage(t, db)
	s := &street{Village: v, centre: v.Place("centre", "neighbourhood")}
	s.amina, s.bo, s.cem = v.Person("amina"), v.Person("bo"), v.Person("cem")
	s.follow(s.amina, s.bo.Actor)
	s.follow(s.amina, s.cem.Actor)
	return s
}

func (s *street) follow(a instance.Account, b instance.Actor) {
	s.T.Helper()
	state, err := s.People.Follow(s.T.Context(), a.ID, b.ID)
	if err == nil && state == people.Requested {
		err = s.People.Grant(s.T.Context(), b.ID, a.ID)
	}
	if err != nil {
		s.T.Fatal(err)
	}
}

func (s *street) list(plan instance.ListPlan, members ...instance.ActorID) instance.List {
	s.T.Helper()
	l, err := s.Lists.Create(s.T.Context(), s.amina.ID, plan)
	if err != nil {
		s.T.Fatal(err)
	}
	if err := s.Lists.Add(s.T.Context(), s.amina.ID, l.ID, members); err != nil {
		s.T.Fatal(err)
	}
	return l
}

func (s *street) say(a instance.Account, d instance.Draft) *instance.Post {
	s.T.Helper()
	if d.Audience == "" {
		d.Audience = instance.ToPublic
	}
	p, err := s.Posts.Publish(s.T.Context(), s.Viewer(a), d)
	if err != nil {
		s.T.Fatal(err)
	}
	return p
}

func (s *street) stands(l instance.List) []string {
	s.T.Helper()
	entries, _, err := s.Timelines.List(s.T.Context(), s.Viewer(s.amina), l.ID, timelines.Page{})
	if err != nil {
		s.T.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Post.Source)
	}
	return list
}

func (s *street) reads(when string, l instance.List, want ...string) {
	s.T.Helper()
	if diff := cmp.Diff(want, s.stands(l)); diff != "" {
		s.T.Errorf("%s, the list (-want +got):\n%s", when, diff)
	}
}

func (s *street) home(when string, want ...string) {
	s.T.Helper()
	if diff := cmp.Diff(want, s.Home(s.amina)); diff != "" {
		s.T.Errorf("%s, home (-want +got):\n%s", when, diff)
	}
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAListHoldsWhatItsMembersSay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		ctx := t.Context()
		s.say(s.bo, instance.Draft{Text: "avant"})
		s.say(s.cem, instance.Draft{Text: "de cem"})
		l := s.list(instance.ListPlan{Title: "Amis"}, s.bo.ID)
		s.reads("with a member", l, "avant")
		s.say(s.bo, instance.Draft{Text: "après"})
		s.say(s.amina, instance.Draft{Text: "de moi"})
		cem := s.say(s.cem, instance.Draft{Text: "encore de cem"})
		do(t, s.Posts.Boost(ctx, s.Viewer(s.bo), cem.ID))
		s.reads("once they spoke", l, "encore de cem", "après", "avant")
		s.say(s.bo, instance.Draft{Text: "@amina entre nous", Audience: instance.ToMentioned})
		s.reads("after a private message", l, "encore de cem", "après", "avant")

		do(t, s.Lists.Add(ctx, s.amina.ID, l.ID, []instance.ActorID{s.cem.ID, s.amina.ID}))
		s.reads("with all", l, "encore de cem", "de moi", "après", "de cem", "avant")
		do(t, s.Lists.Remove(ctx, s.amina.ID, l.ID, []instance.ActorID{s.bo.ID, s.bo.ID}))
		s.reads("without bo", l, "encore de cem", "de moi", "de cem")
		do(t, s.Posts.Delete(ctx, s.cem.ID, cem.ID))
		s.reads("after one was deleted", l, "de moi", "de cem")
		do(t, s.People.Unfollow(ctx, s.amina.ID, s.cem.ID))
		s.reads("without following cem", l, "de moi")
		members, err := s.Lists.Members(ctx, s.amina.ID, l.ID, lists.Page{})
		if err != nil || len(members) != 1 || members[0].ID != s.amina.ID {
			t.Errorf("members then: %v, %v", members, err)
		}
		do(t, s.Lists.Delete(ctx, s.amina.ID, l.ID))
		if _, err := s.Lists.ByID(ctx, s.amina.ID, l.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a list that was deleted: %v", err)
		}
	})
}

func TestABlockOrAMuteEmptiesLists(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		ctx := t.Context()
		l := s.list(instance.ListPlan{Title: "Amis"}, s.bo.ID, s.cem.ID)
		s.say(s.bo, instance.Draft{Text: "bo"})
		cem := s.say(s.cem, instance.Draft{Text: "cem"})
		do(t, s.People.Mute(ctx, s.amina.ID, s.cem.ID))
		s.reads("with cem muted", l, "bo")
		do(t, s.Posts.Boost(ctx, s.Viewer(s.bo), cem.ID))
		s.say(s.cem, instance.Draft{Text: "cem encore"})
		s.reads("whatever cem says then", l, "bo")
		do(t, s.People.Block(ctx, s.bo.ID, s.amina.ID))
		s.reads("shut out by bo", l)
		if in, err := s.Lists.With(ctx, s.amina.ID, s.bo.ID); err != nil || len(in) != 0 {
			t.Errorf("bo is still in %v, %v", in, err)
		}
	})
}

func TestAListHoldsNoMoreThanItsOwnerWantsToHear(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		ctx := t.Context()
		l := s.list(instance.ListPlan{Title: "Amis"}, s.bo.ID, s.cem.ID)
		no, french := false, []string{"fr"}
		_, err := s.People.FollowWith(ctx, s.amina.ID, s.bo.ID, people.FollowOptions{Boosts: &no, Languages: &french})
		do(t, err)
		do(t, s.People.MuteWith(ctx, s.amina.ID, s.cem.ID, people.MuteOptions{For: time.Hour}))
		s.say(s.bo, instance.Draft{Text: "bonjour", Language: "fr-FR"})
		s.say(s.bo, instance.Draft{Text: "hello", Language: "en"})
		s.say(s.bo, instance.Draft{Text: "?"})
		do(t, s.Posts.Boost(ctx, s.Viewer(s.bo), s.say(s.Person("dora"), instance.Draft{Text: "dora"}).ID))
		s.say(s.cem, instance.Draft{Text: "tu"})
		s.reads("in French, of bo alone", l, "?", "bonjour")
		s.Clock.Advance(2 * time.Hour)
		s.say(s.cem, instance.Draft{Text: "je"})
		s.reads("once the mute ended", l, "je", "?", "bonjour")
	})
}

func TestWhichRepliesAListShows(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		dora := s.Person("dora")
		own := s.say(s.amina, instance.Draft{Text: "amina"})
		bo, cem, far := s.say(s.bo, instance.Draft{Text: "bo"}), s.say(s.cem, instance.Draft{Text: "cem"}), s.say(dora, instance.Draft{Text: "dora"})
		later := map[instance.ListReplies]instance.List{}
		for _, r := range []instance.ListReplies{instance.RepliesToMembers, instance.RepliesToFollowed, instance.NoReplies} {
			later[r] = s.list(instance.ListPlan{Title: string(r), Replies: r}, s.bo.ID)
		}
		for _, to := range []*instance.Post{own, bo, cem, far} {
			s.say(s.bo, instance.Draft{Text: "à " + to.Source, ReplyTo: to.ID})
		}
		s.reads("members", later[instance.RepliesToMembers], "à bo", "à amina", "bo")
		s.reads("followed", later[instance.RepliesToFollowed], "à cem", "à bo", "à amina", "bo")
		s.reads("none", later[instance.NoReplies], "à bo", "à amina", "bo")
		do(t, s.Lists.Add(t.Context(), s.amina.ID, later[instance.RepliesToMembers].ID, []instance.ActorID{s.cem.ID}))
		s.reads("with who was answered", later[instance.RepliesToMembers], "à cem", "à bo", "à amina", "cem", "bo")
	})
}

func TestAnExclusiveListKeepsItsPostsOutOfHome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		ctx := t.Context()
		s.say(s.bo, instance.Draft{Text: "bo 1"})
		s.say(s.cem, instance.Draft{Text: "cem 1"})
		l := s.list(instance.ListPlan{Title: "À part", Exclusive: true}, s.bo.ID, s.amina.ID)
		s.home("once bo is apart", "cem 1")
		s.say(s.bo, instance.Draft{Text: "bo 2"})
		s.say(s.amina, instance.Draft{Text: "moi"})
		s.say(s.bo, instance.Draft{Text: "@amina privé", Audience: instance.ToMentioned})
		s.home("after all spoke", "@amina privé", "moi", "cem 1")
		s.reads("after all spoke", l, "moi", "bo 2", "bo 1")

		other := s.list(instance.ListPlan{Title: "Tous"}, s.bo.ID)
		s.reads("another list gets what home lacks", other, "bo 2", "bo 1")

		plan := l.ListPlan
		plan.Exclusive = false
		_, err := s.Lists.Edit(ctx, s.amina.ID, l.ID, plan)
		do(t, err)
		s.home("with a list like others", "@amina privé", "moi", "bo 2", "cem 1", "bo 1")
		plan.Exclusive = true
		_, err = s.Lists.Edit(ctx, s.amina.ID, l.ID, plan)
		do(t, err)
		s.home("apart again", "@amina privé", "moi", "cem 1")
		do(t, s.Lists.Remove(ctx, s.amina.ID, l.ID, []instance.ActorID{s.bo.ID}))
		s.home("without bo in it", "@amina privé", "moi", "bo 2", "cem 1", "bo 1")
		do(t, s.Lists.Add(ctx, s.amina.ID, l.ID, []instance.ActorID{s.bo.ID}))
		do(t, s.Lists.Delete(ctx, s.amina.ID, l.ID))
		s.home("without the list", "@amina privé", "moi", "bo 2", "cem 1", "bo 1")
	})
}

func TestAListWithAPlaceIsItsTimeline(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		s.Verify(s.amina, s.centre)
		s.follow(s.amina, s.centre.Actor)
		dora := s.Resident("dora", s.centre)
		s.Post(dora, s.centre, instance.ToPublic, "avant, pour tous")
		s.Post(dora, s.centre, instance.ToNeighbourhood, "avant, entre nous")
		l := s.list(instance.ListPlan{Title: "Centre"}, s.centre.ID)
		s.Post(dora, s.centre, instance.ToPublic, "pour tous")
		between := s.Post(dora, s.centre, instance.ToNeighbourhood, "entre nous")
		s.Reply(dora, between, "une réponse")
		want := s.Shown(s.centre, s.Viewer(s.amina))
		s.reads("as the place shows", l, want...)
		if diff := cmp.Diff([]string{"entre nous", "pour tous", "avant, entre nous", "avant, pour tous"}, want); diff != "" {
			t.Errorf("the place (-want +got):\n%s", diff)
		}
		do(t, s.Places.Leave(t.Context(), s.centre.ID, s.amina.ID))
		s.reads("as a stranger", l, "pour tous", "avant, pour tous")
		s.Post(dora, s.centre, instance.ToNeighbourhood, "sans amina")
		s.reads("as a stranger later", l, "pour tous", "avant, pour tous")
	})
}

func TestWalkingAListMissesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		ctx := t.Context()
		l := s.list(instance.ListPlan{Title: "Amis"}, s.bo.ID, s.cem.ID)
		var want []string
		say := func(i int) string {
			from := s.bo
			if i%2 == 0 {
				from = s.cem
			}
			p := s.say(from, instance.Draft{Text: fmt.Sprintf("n° %d", i)})
			if i%3 == 0 {
				do(t, s.Posts.Boost(ctx, s.Viewer(s.bo), p.ID))
			}
			return p.Source
		}
		for i := range 60 {
			want = append([]string{say(i)}, want...)
		}
		viewer := s.Viewer(s.amina)
		var got, newer []string
		top := instance.ID(0)
		for before := instance.ID(0); ; {
			entries, next, err := s.Timelines.List(ctx, viewer, l.ID, timelines.Page{Before: before, Limit: 7})
			do(t, err)
			for _, e := range entries {
				top = max(top, e.ID)
				got = append(got, e.Post.Source)
			}
			newer = append(newer, say(1000+len(newer))) // while it is read
			if next == 0 {
				break
			}
			before = next
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("backwards (-want +got):\n%s", diff)
		}
		var since []string
		for after := top; ; {
			entries, _, err := s.Timelines.List(ctx, viewer, l.ID, timelines.Page{After: after, Limit: 3})
			do(t, err)
			if len(entries) == 0 {
				break
			}
			for i := len(entries) - 1; i >= 0; i-- {
				since = append(since, entries[i].Post.Source)
			}
			after = entries[0].ID
		}
		if diff := cmp.Diff(newer, since); diff != "" {
			t.Errorf("forwards (-want +got):\n%s", diff)
		}
	})
}

func TestALongPageCostsAsManyQueriesAsAShortOne(t *testing.T) {
	t.Parallel()
	storetest.EachCounted(t, func(t *testing.T, db *store.DB, reads *storetest.Reads) {
		s := newStreet(t, db)
		l := s.list(instance.ListPlan{Title: "Amis"}, s.bo.ID, s.cem.ID)
		for i := range 40 {
			p := s.say(s.cem, instance.Draft{Text: fmt.Sprintf("n° %d #velo", i)})
			s.say(s.bo, instance.Draft{Text: "@amina oui", ReplyTo: p.ID})
		}
		viewer := s.Viewer(s.amina)
		cost := func(limit int) int {
			return len(reads.During(func() {
				entries, _, err := s.Timelines.List(t.Context(), viewer, l.ID, timelines.Page{Limit: limit})
				if err != nil || len(entries) != limit {
					t.Fatalf("%d entries, %v", len(entries), err)
				}
			}))
		}
		short, long := cost(2), cost(40)
		if short != long || short == 0 || short > 12 {
			t.Errorf("2 posts cost %d queries, 40 cost %d", short, long)
		}
	})
}

func TestListsAndMembersHaveLimits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		ctx := t.Context()
		for name, plan := range map[string]instance.ListPlan{
			"title missing":   {Title: " \n"},
			"title too-long":  {Title: strings.Repeat("é", instance.MaxListTitle+1)},
			"title malformed": {Title: "a\x00b"},
			"replies unknown": {Title: "x", Replies: "all"},
		} {
			field, code, _ := strings.Cut(name, " ")
			_, err := s.Lists.Create(ctx, s.amina.ID, plan)
			complains(t, name, err, field, code)
		}
		l := s.list(instance.ListPlan{Title: "1"})
		stranger := s.Person("dora")
		if err := s.Lists.Add(ctx, s.amina.ID, l.ID, []instance.ActorID{s.bo.ID, stranger.ID}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody not followed: %v", err)
		}
		if members, err := s.Lists.Members(ctx, s.amina.ID, l.ID, lists.Page{}); err != nil || len(members) != 0 {
			t.Errorf("half of an addition stayed: %v, %v", members, err)
		}
		do(t, s.Lists.Add(ctx, s.amina.ID, l.ID, []instance.ActorID{s.bo.ID}))
		complains(t, "twice", s.Lists.Add(ctx, s.amina.ID, l.ID, []instance.ActorID{s.bo.ID, s.cem.ID}), "members", "taken")
		complains(t, "many", s.Lists.Add(ctx, s.amina.ID, l.ID, make5000()), "members", "too-many")
		for i := 1; i < instance.MaxLists; i++ {
			s.list(instance.ListPlan{Title: "x"})
		}
		_, err := s.Lists.Create(ctx, s.amina.ID, instance.ListPlan{Title: "trop"})
		complains(t, "one list more", err, "lists", "too-many")
		if _, err := s.Lists.Create(ctx, s.bo.ID, instance.ListPlan{Title: "à bo"}); err != nil {
			t.Errorf("somebody else's first: %v", err)
		}
	})
}

func TestMembersPageByPage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		ctx := t.Context()
		ids := []instance.ActorID{s.bo.ID, s.cem.ID}
		for i := range 9 {
			a := s.Person(fmt.Sprintf("n%d", i))
			s.follow(s.amina, a.Actor)
			ids = append(ids, a.ID)
		}
		l := s.list(instance.ListPlan{Title: "Tous"}, ids...)
		var got []instance.ActorID
		for page := (lists.Page{Limit: 4}); ; {
			members, err := s.Lists.Members(ctx, s.amina.ID, l.ID, page)
			do(t, err)
			if len(members) == 0 {
				break
			}
			for _, m := range members {
				got = append([]instance.ActorID{m.ID}, got...)
				page.Before = m.ID
			}
		}
		if diff := cmp.Diff(ids, got); diff != "" {
			t.Errorf("backwards (-want +got):\n%s", diff)
		}
		next, err := s.Lists.Members(ctx, s.amina.ID, l.ID, lists.Page{After: ids[1], Limit: 3})
		if err != nil || len(next) != 3 || next[0].ID != ids[4] || next[2].ID != ids[2] {
			t.Errorf("the next three: %v, %v", next, err)
		}
	})
}

func TestListsAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		ctx := t.Context()
		l := s.list(instance.ListPlan{Title: "Amis"}, s.bo.ID)
		s.say(s.bo, instance.Draft{Text: "bonjour"})
		for deed, try := range map[string]func() error{
			"read": func() error { _, err := s.Lists.ByID(ctx, s.cem.ID, l.ID); return err },
			"edit": func() error {
				_, err := s.Lists.Edit(ctx, s.cem.ID, l.ID, instance.ListPlan{Title: "à moi"})
				return err
			},
			"delete": func() error { return s.Lists.Delete(ctx, s.cem.ID, l.ID) },
			"members": func() error {
				_, err := s.Lists.Members(ctx, s.cem.ID, l.ID, lists.Page{})
				return err
			},
			"add":    func() error { return s.Lists.Add(ctx, s.cem.ID, l.ID, []instance.ActorID{s.cem.ID}) },
			"remove": func() error { return s.Lists.Remove(ctx, s.cem.ID, l.ID, []instance.ActorID{s.bo.ID}) },
		} {
			if err := try(); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s: got %v, want not found", deed, err)
			}
		}
		entries, next, err := s.Timelines.List(ctx, s.Viewer(s.cem), l.ID, timelines.Page{})
		if err != nil || len(entries) != 0 || next != 0 {
			t.Errorf("somebody else's list holds %d entries (%v)", len(entries), err)
		}
		if all, err := s.Lists.All(ctx, s.cem.ID); err != nil || len(all) != 0 {
			t.Errorf("cem has %v, %v", all, err)
		}
		s.reads("afterwards", l, "bonjour")
	})
}

func make5000() []instance.ActorID {
	ids := make([]instance.ActorID, 5000)
	for i := range ids {
		ids[i] = instance.ActorID(i + 1)
	}
	return ids
}

// complains fails unless err names a field and why.
func complains(t *testing.T, when string, err error, field, code string) {
	t.Helper()
	var invalid *instance.Invalid
	if !errors.As(err, &invalid) || invalid.Field != field || invalid.Code != code {
		t.Errorf("%s: got %v, want %s %s", when, err, field, code)
	}
}
