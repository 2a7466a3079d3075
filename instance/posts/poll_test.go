package posts_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// ask lets somebody ask the neighbours of a place, for an hour.
func ask(v *apptest.Village, who instance.Account, place instance.Neighbourhood, audience instance.Audience, multiple bool, options ...string) *instance.Post {
	v.T.Helper()
	p, err := v.Posts.Publish(v.T.Context(), v.Viewer(who), instance.Draft{
		Text: "Quel jour ?", Audience: audience, Group: place.ID,
		Poll: &instance.PollDraft{Options: options, Multiple: multiple, Lasts: time.Hour},
	})
	if err != nil {
		v.T.Fatal(err)
	}
	return p
}

// stands returns the votes of each option and the number of voters, as v reads
// them.
func stands(t *testing.T, v *apptest.Village, who instance.Account, id instance.PostID) []int {
	t.Helper()
	p, err := v.Posts.ByID(t.Context(), v.Viewer(who), id)
	if err != nil {
		t.Fatal(err)
	}
	var n []int
	for _, o := range p.Poll.Options {
		n = append(n, o.Votes)
	}
	return append(n, p.Poll.Voters)
}

func invalid(field, code string) func(error) bool {
	return func(err error) bool {
		var i *instance.Invalid
		return errors.As(err, &i) && i.Field == field && i.Code == code
	}
}

func TestNeighboursVote(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina, bo, cem, away := v.Resident("amina", rue), v.Resident("bo", rue), v.Resident("cem", rue), v.Person("away")
		p := ask(v, amina, rue, instance.ToNeighbourhood, false, " Samedi ", "Dimanche")
		if p.Poll == nil || p.Poll.Options[0].Title != "Samedi" || !p.Poll.EndsAt.Equal(p.PublishedAt.Add(time.Hour)) {
			t.Fatalf("poll is %+v", p.Poll)
		}
		vote := func(who instance.Account, choices ...int) error {
			_, err := v.Posts.Vote(t.Context(), v.Viewer(who), p.ID, choices)
			return err
		}
		for _, c := range []struct {
			name    string
			who     instance.Account
			choices []int
			want    func(error) bool
		}{
			{"nothing", bo, nil, invalid("choices", "missing")},
			{"what is none", bo, []int{2}, invalid("choices", "unknown")},
			{"below nothing", bo, []int{-1}, invalid("choices", "unknown")},
			{"two of one", bo, []int{0, 1}, invalid("choices", "too-many")},
			{"one's own", amina, []int{0}, invalid("poll", "own")},
			{"not for them", away, []int{0}, func(err error) bool { return errors.Is(err, instance.ErrNotFound) }},
			{"once", bo, []int{1, 1}, func(err error) bool { return err == nil }},
			{"twice", bo, []int{0}, invalid("poll", "voted")},
		} {
			if err := vote(c.who, c.choices...); !c.want(err) {
				t.Errorf("%s: got %v", c.name, err)
			}
		}
		if diff := cmp.Diff([]int{0, 1, 1}, stands(t, v, cem, p.ID)); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		read, err := v.Posts.ByID(t.Context(), v.Viewer(bo), p.ID)
		if err != nil || !read.Poll.Voted || !slices.Equal(read.Poll.Chosen(), []int{1}) {
			t.Errorf("the voter sees %+v, %v", read.Poll, err)
		}
		if read, err := v.Posts.ByID(t.Context(), v.Viewer(cem), p.ID); err != nil || read.Poll.Voted || len(read.Poll.Chosen()) != 0 {
			t.Errorf("somebody else sees %+v, %v", read.Poll, err)
		}
		v.Clock.Advance(2 * time.Hour)
		if err := vote(cem, 0); !invalid("poll", "ended")(err) {
			t.Errorf("after the end: got %v", err)
		}
		plain := v.Post(amina, rue, instance.ToNeighbourhood, "Bonjour")
		if _, err := v.Posts.Vote(t.Context(), v.Viewer(bo), plain.ID, []int{0}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a vote on what asks nothing: got %v", err)
		}
		if err := v.Posts.Delete(t.Context(), amina.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		if err := vote(cem, 0); !errors.Is(err, instance.ErrGone) {
			t.Errorf("a vote on what is gone: got %v", err)
		}
	})
}

func TestPollsThatCannotBe(t *testing.T) {
	t.Parallel()
	good := instance.PollDraft{Options: []string{"oui", "non"}, Lasts: time.Hour}
	for code, spoil := range map[string]func(*instance.Draft){
		"too-few":         func(d *instance.Draft) { d.Poll.Options = []string{"oui"} },
		"too-many":        func(d *instance.Draft) { d.Poll.Options = []string{"a", "b", "c", "d", "e"} },
		"option-missing":  func(d *instance.Draft) { d.Poll.Options[1] = " \n" },
		"option-too-long": func(d *instance.Draft) { d.Poll.Options[1] = strings.Repeat("é", 51) },
		"option-twice":    func(d *instance.Draft) { d.Poll.Options[1] = " oui" },
		"malformed":       func(d *instance.Draft) { d.Poll.Options[1] = "n\x00n" },
		"too-short":       func(d *instance.Draft) { d.Poll.Lasts = time.Minute },
		"lasts-too-long":  func(d *instance.Draft) { d.Poll.Lasts = instance.MaxPollTime + time.Second },
		"with-pictures":   func(d *instance.Draft) { d.Pictures = []instance.ID{1} },
	} {
		poll := good
		poll.Options = slices.Clone(good.Options)
		d := instance.Draft{Text: "?", Poll: &poll}
		spoil(&d)
		if err := d.Check(); !invalid("poll", code)(err) {
			t.Errorf("%s: got %v", code, err)
		}
	}
	if _, err := (&instance.PollDraft{Options: good.Options}).Open(apptest.Start); !invalid("poll", "no-end")(err) {
		t.Errorf("a poll without an end: got %v", err)
	}
}

// However many press at once, one voter counts once.
func TestManyVotesAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina := v.Resident("amina", rue)
		p := ask(v, amina, rue, instance.ToPublic, false, "a", "b")
		var voters []instance.Viewer
		for _, name := range []string{"bo", "cem", "dora"} {
			voters = append(voters, v.Viewer(v.Resident(name, rue)))
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		counted := 0
		for i := range 12 {
			wg.Go(func() {
				_, err := v.Posts.Vote(t.Context(), voters[i%3], p.ID, []int{i % 2})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					counted++
				} else if !invalid("poll", "voted")(err) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n := stands(t, v, amina, p.ID)
		if counted != 3 || n[0]+n[1] != 3 || n[2] != 3 {
			t.Errorf("%d votes counted, the poll says %v", counted, n)
		}
	})
}

// What a poll says is what a tally by hand says, whatever is voted from here and
// from elsewhere, in any order.
func TestCountsAreThoseOfTheVotes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina := v.Resident("amina", rue)
		var voters []instance.Account
		for _, name := range []string{"bo", "cem", "dora", "emil"} {
			voters = append(voters, v.Resident(name, rue))
		}
		names := []string{"a", "b", "c"}
		rapid.Check(t, func(r *rapid.T) {
			multiple := rapid.Bool().Draw(r, "multiple")
			p := ask(v, amina, rue, instance.ToPublic, multiple, names...)
			ballots := map[instance.ActorID]map[int]bool{}
			for range rapid.IntRange(0, 8).Draw(r, "votes") {
				who := rapid.SampledFrom(voters).Draw(r, "who")
				choices := rapid.SliceOfN(rapid.IntRange(-1, 3), 0, 3).Draw(r, "choices")
				had := ballots[who.ID]
				distinct := map[int]bool{}
				fits := len(choices) > 0
				for _, c := range choices {
					distinct[c] = true
					fits = fits && c >= 0 && c < len(names)
				}
				if rapid.Bool().Draw(r, "far") { // one choice at a time, by its name
					name := rapid.SampledFrom(append(names, "?")).Draw(r, "name")
					err := db.InTx(t.Context(), func(tx store.Tx) error {
						return v.Posts.VoteIn(t.Context(), tx, who.Actor, p, name, instance.Origin{Remote: true})
					})
					if err != nil {
						r.Fatal(err)
					}
					i := slices.Index(names, name)
					if i >= 0 && (had == nil || multiple) {
						if had == nil {
							ballots[who.ID] = map[int]bool{}
						}
						ballots[who.ID][i] = true
					}
					continue
				}
				_, err := v.Posts.Vote(t.Context(), v.Viewer(who), p.ID, choices)
				fits = fits && had == nil && (multiple || len(distinct) == 1)
				if fits != (err == nil) {
					r.Fatalf("vote for %v after %v, multiple %t: %v", choices, had, multiple, err)
				}
				if fits {
					ballots[who.ID] = distinct
				}
			}
			want := make([]int, len(names)+1)
			for _, b := range ballots {
				want[len(names)]++
				for i := range b {
					want[i]++
				}
			}
			if diff := cmp.Diff(want, stands(t, v, amina, p.ID)); diff != "" {
				r.Fatalf("counts (-want +got):\n%s", diff)
			}
		})
	})
}

func TestTotalsThatAreHiddenShowAtTheEnd(t *testing.T) {
	t.Parallel()
	q := instance.Poll{HideTotals: true, EndsAt: apptest.Start}
	if q.ShowsTotals(apptest.Start.Add(-time.Second)) || !q.ShowsTotals(apptest.Start) {
		t.Error("totals show at the wrong time")
	}
	endless := instance.Poll{}
	if endless.Over(apptest.Start.AddDate(100, 0, 0)) {
		t.Error("a poll without an end is over")
	}
}

func TestEditingWhatIsAskedBeginsAnew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina, bo := v.Resident("amina", rue), v.Resident("bo", rue)
		p := ask(v, amina, rue, instance.ToPublic, false, "a", "b")
		edit := func(d *instance.PollDraft) *instance.Post {
			t.Helper()
			p, err := v.Posts.Edit(t.Context(), amina.ID, p.ID, instance.Draft{Text: "Alors ?", Poll: d})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		vote := func() {
			t.Helper()
			if _, err := v.Posts.Vote(t.Context(), v.Viewer(bo), p.ID, []int{1}); err != nil {
				t.Fatal(err)
			}
		}
		vote()
		kept := edit(p.Poll.Draft())
		if !kept.Poll.EndsAt.Equal(p.Poll.EndsAt) {
			t.Errorf("the end moved from %v to %v", p.Poll.EndsAt, kept.Poll.EndsAt)
		}
		if diff := cmp.Diff([]int{0, 1, 1}, stands(t, v, amina, p.ID)); diff != "" {
			t.Errorf("other words (-want +got):\n%s", diff)
		}
		edit(&instance.PollDraft{Options: []string{"a", "c"}})
		if diff := cmp.Diff([]int{0, 0, 0}, stands(t, v, amina, p.ID)); diff != "" {
			t.Errorf("other options (-want +got):\n%s", diff)
		}
		vote()
		edit(&instance.PollDraft{Options: []string{"a", "c"}, Multiple: true})
		if diff := cmp.Diff([]int{0, 0, 0}, stands(t, v, amina, p.ID)); diff != "" {
			t.Errorf("several instead of one (-want +got):\n%s", diff)
		}
		if gone := edit(nil); gone.Poll != nil {
			t.Errorf("a poll that was taken out is %+v", gone.Poll)
		}
	})
}

// The end is told once, to who asked and who voted.
func TestTheEndOfAPollIsTold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina, bo, cem, dora := v.Resident("amina", rue), v.Resident("bo", rue), v.Resident("cem", rue), v.Resident("dora", rue)
		p := ask(v, amina, rue, instance.ToNeighbourhood, false, "a", "b")
		for _, who := range []instance.Account{bo, dora} {
			if _, err := v.Posts.Vote(t.Context(), v.Viewer(who), p.ID, []int{1}); err != nil {
				t.Fatal(err)
			}
		}
		if err := v.People.Mute(t.Context(), dora.ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		if left, err := v.Posts.EndPoll(t.Context(), p.ID); err != nil || left <= 50*time.Minute {
			t.Errorf("an hour early: got %v, %v", left, err)
		}
		v.Clock.Advance(time.Hour)
		v.Deeds()
		for range 2 {
			if left, err := v.Posts.EndPoll(t.Context(), p.ID); err != nil || left > 0 {
				t.Fatalf("got %v, %v", left, err)
			}
		}
		told := 0
		for _, d := range v.Deeds() {
			if d.Kind == instance.PollEnded {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the end was told %d times", told)
		}
		for who, want := range map[*instance.Account]int{&amina: 1, &bo: 1, &cem: 0, &dora: 0} {
			notices, err := v.Notifications.List(t.Context(), v.Viewer(*who), notifications.Query{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, notice := range notices {
				if notice.Kind == notifications.Poll && notice.Post != nil && notice.Post.ID == p.ID && notice.From.ID == amina.ID {
					n++
				}
			}
			if n != want {
				t.Errorf("%s has %d notices, want %d", who.Username, n, want)
			}
		}
		if left, err := v.Posts.EndPoll(t.Context(), 42); err != nil || left > 0 {
			t.Errorf("the end of nothing: got %v, %v", left, err)
		}
	})
}

// What another server counts is taken over, unless it counts something else.
func TestOthersCounts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina, bo := v.Resident("amina", rue), v.Resident("bo", rue)
		far := &instance.Post{
			URI: "https://far.example/q", Author: amina.Actor, Kind: "post", Audience: instance.ToPublic, Reach: instance.DefaultReach, PublishedAt: v.Clock.Now(),
			Poll: &instance.Poll{Options: []instance.PollOption{{Title: "a", Name: " a", Votes: 3}, {Title: "b", Name: "b", Votes: 4}}, Voters: 7},
		}
		recount := func(q instance.Poll) {
			t.Helper()
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				held, err := posts.ByURI(t.Context(), tx, far.URI)
				if err != nil {
					return err
				}
				return v.Posts.RecountIn(t.Context(), tx, held, &q, "")
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := db.InTx(t.Context(), func(tx store.Tx) error { return v.Posts.ReceiveIn(t.Context(), tx, far, "") }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{3, 4, 7}, stands(t, v, bo, far.ID)); diff != "" {
			t.Errorf("as it came (-want +got):\n%s", diff)
		}
		if _, err := v.Posts.Vote(t.Context(), v.Viewer(bo), far.ID, []int{0}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{4, 4, 8}, stands(t, v, bo, far.ID)); diff != "" {
			t.Errorf("after a vote from here (-want +got):\n%s", diff)
		}
		end := v.Clock.Now().Add(time.Hour).Truncate(time.Millisecond)
		recount(instance.Poll{Options: []instance.PollOption{{Name: " a", Votes: 10}, {Name: "b", Votes: 5}}, Voters: 15, EndsAt: end})
		recount(instance.Poll{Options: []instance.PollOption{{Name: "z", Votes: 10}, {Name: "b", Votes: 9}}, Voters: 99})
		recount(instance.Poll{Options: []instance.PollOption{{Name: " a", Votes: 11}, {Name: "b", Votes: 9}}, Voters: 99, Multiple: true})
		read, err := v.Posts.ByID(t.Context(), v.Viewer(bo), far.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{10, 5, 15}, stands(t, v, bo, far.ID)); diff != "" || !read.Poll.EndsAt.Equal(end) || !read.Poll.Voted {
			t.Errorf("after a recount %+v (-want +got):\n%s", read.Poll, diff)
		}
	})
}
