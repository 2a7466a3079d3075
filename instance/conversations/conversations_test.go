package conversations_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

type letters struct {
	*apptest.Village
	amina, bo, cem instance.Account
}

func newLetters(t *testing.T, db *store.DB) *letters {
	v := apptest.NewVillage(t, db)
	return &letters{v, v.Person("amina"), v.Person("bo"), v.Person("cem")}
}

// write lets somebody write to those their text names.
func (l *letters) write(from instance.Account, text string, answers *instance.Post) *instance.Post {
	l.T.Helper()
	d := instance.Draft{Text: text, Audience: instance.ToMentioned}
	if answers != nil {
		d.ReplyTo = answers.ID
	}
	p, err := l.Posts.Publish(l.T.Context(), l.Viewer(from), d)
	if err != nil {
		l.T.Fatal(err)
	}
	return p
}

// has returns somebody's conversations as "others: last", unread ones with a
// star.
func (l *letters) has(a instance.Account) []string {
	l.T.Helper()
	var list []string
	for _, c := range l.all(a) {
		text := ""
		for _, o := range c.Others {
			text += o.Username + " "
		}
		if c.Last != nil {
			text += c.Last.Source
		}
		if c.Unread {
			text += " *"
		}
		list = append(list, text)
	}
	return list
}

func (l *letters) all(a instance.Account) []instance.Conversation {
	l.T.Helper()
	found, _, err := l.Conversations.List(l.T.Context(), l.Viewer(a), instance.Page{})
	if err != nil {
		l.T.Fatal(err)
	}
	return found
}

func (l *letters) expect(when string, a instance.Account, want ...string) {
	l.T.Helper()
	if diff := cmp.Diff(want, l.has(a)); diff != "" {
		l.T.Errorf("%s, %s has (-want +got):\n%s", when, a.Username, diff)
	}
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestMessagesOfAThreadAmongTheSamePeopleAreOneConversation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l := newLetters(t, db)
		ctx := t.Context()
		first := l.write(l.amina, "@bo bonjour", nil)
		l.expect("at first", l.amina, "bo @bo bonjour")
		l.expect("at first", l.bo, "amina @bo bonjour *")
		l.expect("at first", l.cem)
		answer := l.write(l.bo, "@amina oui ?", first)
		l.expect("answered", l.amina, "bo @amina oui ? *")
		l.expect("answered", l.bo, "amina @amina oui ?")
		wider := l.write(l.bo, "@amina @cem à trois", answer)
		l.expect("with another", l.amina, "bo cem @amina @cem à trois *", "bo @amina oui ? *")
		l.expect("with another", l.cem, "amina bo @amina @cem à trois *")
		l.write(l.amina, "note à moi", nil)
		l.expect("to oneself", l.amina, "amina note à moi", "bo cem @amina @cem à trois *", "bo @amina oui ? *")

		mine := l.all(l.amina)
		if n, err := l.Conversations.Unread(ctx, l.amina.ID); err != nil || n != 2 {
			t.Errorf("unread: %d, %v", n, err)
		}
		do(t, l.Conversations.MarkRead(ctx, l.amina.ID, mine[1].ID))
		do(t, l.Posts.Delete(ctx, l.bo.ID, answer.ID))
		l.expect("read and deleted", l.amina, "amina note à moi", "bo cem @amina @cem à trois", "bo @bo bonjour *")
		do(t, l.Posts.Delete(ctx, l.bo.ID, wider.ID))
		l.expect("nothing left of three", l.amina, "amina note à moi", "bo @bo bonjour *")
		l.expect("nothing left of three", l.cem)
		do(t, l.Conversations.Delete(ctx, l.amina.ID, mine[2].ID))
		l.expect("put away", l.amina, "amina note à moi")
		l.expect("put away by the other", l.bo, "amina @bo bonjour")
		l.write(l.bo, "@amina encore", first)
		l.expect("but not for ever", l.amina, "bo @amina encore *", "amina note à moi")
		l.write(l.amina, "@bo autre chose", nil)
		l.expect("another thread", l.bo, "amina @bo autre chose *", "amina @amina encore")
	})
}

func TestWhoIsNotHeardMakesNoConversation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l := newLetters(t, db)
		ctx := t.Context()
		l.write(l.bo, "@amina avant", nil)
		do(t, l.People.Mute(ctx, l.amina.ID, l.bo.ID))
		l.write(l.bo, "@amina dans le vide", nil)
		l.expect("muted", l.amina, "bo @amina avant *")
		do(t, l.People.Block(ctx, l.amina.ID, l.bo.ID))
		l.write(l.bo, "@amina @cem encore", nil)
		l.expect("blocked", l.amina)
		l.expect("not by cem", l.cem, "amina bo @amina @cem encore *")
		l.Post(l.cem, l.home(l.cem), instance.ToNeighbourhood, "@amina pas un message privé")
		l.expect("what is for neighbours", l.amina)
	})
}

func (l *letters) home(a instance.Account) instance.Neighbourhood {
	n := l.Place("centre", "neighbourhood")
	l.Verify(a, n)
	return n
}

func TestConversationsPageByPage(t *testing.T) {
	t.Parallel()
	storetest.EachCounted(t, func(t *testing.T, db *store.DB, reads *storetest.Reads) {
		l := newLetters(t, db)
		viewer := l.Viewer(l.amina)
		var want []string
		var first *instance.Post
		for i := range 23 {
			p := l.write(l.bo, fmt.Sprintf("@amina n° %d", i), nil)
			if first == nil {
				first = p
			}
			want = append(want, p.Source)
		}
		slices.Reverse(want)
		var got []string
		page := instance.Page{Limit: 5}
		for {
			found, next, err := l.Conversations.List(t.Context(), viewer, page)
			do(t, err)
			for _, c := range found {
				got = append(got, c.Last.Source)
			}
			l.write(l.cem, "@amina pendant ce temps", nil)
			if next == 0 {
				break
			}
			page.Before = next
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("backwards (-want +got):\n%s", diff)
		}
		newer, _, err := l.Conversations.List(t.Context(), viewer, instance.Page{After: instance.ID(first.ID), Limit: 2})
		if err != nil || len(newer) != 2 || newer[1].Last.Source != want[21] || newer[0].Last.Source != want[20] {
			t.Errorf("the two after the first: %+v, %v", newer, err)
		}
		cost := func(limit int) int {
			return len(reads.During(func() {
				if found, _, err := l.Conversations.List(t.Context(), viewer, instance.Page{Limit: limit}); err != nil || len(found) != limit {
					t.Errorf("%d of %d, %v", len(found), limit, err)
				}
			}))
		}
		if short, long := cost(2), cost(20); short != long || short == 0 {
			t.Errorf("2 conversations cost %d queries, 20 cost %d", short, long)
		}
	})
}

func TestMessagesInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l := newLetters(t, db)
		ctx := t.Context()
		var last *instance.Post
		for i := range 7 {
			from, to := l.amina, "bo"
			if i%2 == 1 {
				from, to = l.bo, "amina"
			}
			last = l.write(from, fmt.Sprintf("@%s %d", to, i), last)
		}
		l.write(l.cem, "@amina autre chose", nil)
		c := l.all(l.bo)[0]
		var got []string
		for page := (instance.Page{Limit: 3}); ; {
			found, next, err := l.Conversations.Messages(ctx, l.Viewer(l.bo), c.ID, page)
			do(t, err)
			for _, p := range found {
				got = append(got, p.Source)
			}
			if next == 0 {
				break
			}
			page.Before = next
		}
		if diff := cmp.Diff([]string{"@bo 6", "@amina 5", "@bo 4", "@amina 3", "@bo 2", "@amina 1", "@bo 0"}, got); diff != "" {
			t.Errorf("messages (-want +got):\n%s", diff)
		}
		all, next, err := l.Conversations.Direct(ctx, l.Viewer(l.amina), instance.Page{Limit: 3})
		if err != nil || len(all) != 3 || all[0].Source != "@amina autre chose" || next == 0 {
			t.Errorf("all messages of amina: %d to %s, %v", len(all), next, err)
		}
		if others, _, err := l.Conversations.Direct(ctx, l.Viewer(l.cem), instance.Page{}); err != nil || len(others) != 1 {
			t.Errorf("cem reads %d, %v", len(others), err)
		}
	})
}

func TestConversationsAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l := newLetters(t, db)
		ctx := t.Context()
		l.write(l.amina, "@bo bonjour", nil)
		id := l.all(l.amina)[0].ID
		for _, other := range []instance.Account{l.bo, l.cem} {
			for deed, try := range map[string]func() error{
				"read":      func() error { _, err := l.Conversations.ByID(ctx, l.Viewer(other), id); return err },
				"mark read": func() error { return l.Conversations.MarkRead(ctx, other.ID, id) },
				"delete":    func() error { return l.Conversations.Delete(ctx, other.ID, id) },
				"messages": func() error {
					_, _, err := l.Conversations.Messages(ctx, l.Viewer(other), id, instance.Page{})
					return err
				},
			} {
				if err := try(); !errors.Is(err, instance.ErrNotFound) {
					t.Errorf("%s by %s: got %v, want not found", deed, other.Username, err)
				}
			}
		}
		l.expect("afterwards", l.amina, "bo @bo bonjour")
	})
}
