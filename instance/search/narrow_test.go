package search_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/clubs"
	"palier/instance/organisations"
	"palier/instance/search"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// market is a village with one of each sort of post in its centre, each named by
// its title.
type market struct {
	*village
	named map[instance.PostID]string
}

func newMarket(t *testing.T, db *store.DB) *market {
	t.Helper()
	m := &market{newVillage(t, db), map[instance.PostID]string{}}
	at := apptest.Start
	propose := func(name string, audience instance.Audience, kind string, q instance.Proposal) *instance.Post {
		q.Status = instance.ProposalOpen
		if q.Unit == "" {
			q.Unit, q.Quantity, q.Available = "one", instance.One, instance.One
		}
		return m.publish(name, instance.Draft{Kind: kind, Audience: audience, Proposal: &q})
	}
	propose("ask", instance.ToPublic, instance.KindService, instance.Proposal{Purpose: instance.Asking, Category: "garden-tools"})
	propose("ask inside", instance.ToNeighbourhood, instance.KindLending, instance.Proposal{Purpose: instance.Asking, Category: "tools"})
	propose("offer", instance.ToPublic, instance.KindGive, instance.Proposal{Purpose: instance.Offering, Category: "tools"})
	propose("loan past", instance.ToPublic, instance.KindLending, instance.Proposal{Purpose: instance.Offering, Category: "books", Starts: at.Add(-2 * time.Hour), Ends: at.Add(-time.Hour)})
	propose("purchase", instance.ToPublic, instance.KindPurchase, instance.Proposal{Purpose: instance.Offering})
	propose("ride", instance.ToPublic, instance.KindCarpool, instance.Proposal{Purpose: instance.Offering})
	propose("errand inside", instance.ToNeighbourhood, instance.KindErrand, instance.Proposal{Purpose: instance.Asking})
	event := func(name string, days int, repeats string) {
		m.publish(name, instance.Draft{Kind: instance.KindEvent, Audience: instance.ToPublic, Event: &instance.Event{
			Starts: at.AddDate(0, 0, days), Ends: at.AddDate(0, 0, days).Add(2 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed,
			Venue: instance.Venue{Name: "Place"}, JoinMode: "free", Repeats: repeats,
		}})
	}
	event("event soon", 3, "")
	event("event over", -3, "")
	event("event weekly", -30, "FREQ=WEEKLY")
	m.publish("talk", instance.Draft{Audience: instance.ToPublic})
	return m
}

func (m *market) publish(name string, d instance.Draft) *instance.Post {
	m.T.Helper()
	d.Title, d.Text, d.Group, d.Language = name, "brouette", m.centre.ID, "fr"
	p, err := m.Posts.Publish(m.T.Context(), m.Viewer(m.amina), d)
	if err != nil {
		m.T.Fatalf("%s: %v", name, err)
	}
	m.named[p.ID] = name
	return p
}

// narrows returns the titles that somebody finds, sorted, looking for words in
// pages of two: however it is paged, all come, and each once.
func (m *market) narrows(v instance.Viewer, words string, n search.Narrowed) []string {
	m.T.Helper()
	q, err := search.ParseQuery(words, time.UTC)
	if err != nil {
		m.T.Fatal(err)
	}
	q.Narrowed = n
	return m.all(v, q)
}

func (m *market) all(v instance.Viewer, q search.Query) []string {
	m.T.Helper()
	var titles []string
	for page := (search.Page{Limit: 2}); ; {
		found, err := m.Search.Find(m.T.Context(), v, q, page)
		if err != nil {
			m.T.Fatalf("%+v: %v", q, err)
		}
		for _, p := range found {
			titles = append(titles, m.named[p.ID])
			page.Before = p.ID
		}
		if len(found) < 2 {
			slices.Sort(titles)
			return titles
		}
	}
}

func TestASearchKeepsToASortOfPosts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db)
		bo, cem := m.Viewer(m.bo), m.Viewer(m.cem)
		shop, err := m.Organisations.Open(t.Context(), organisations.Plan{Username: "mairie", Title: "Mairie", Sort: instance.Council, Place: m.centre.ID, Agent: m.bo.ID})
		if err != nil {
			t.Fatal(err)
		}
		n, err := m.Organisations.Announce(t.Context(), m.bo, shop.ID, organisations.Announcement{Title: "notice", Text: "brouette", Until: m.Clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		m.named[n.ID] = "notice"
		for _, tt := range []struct {
			name string
			by   instance.Viewer
			n    search.Narrowed
			want string
		}{
			{"asks", bo, search.Narrowed{Sort: search.Asks}, "ask, ask inside"},
			{"asks from beside", cem, search.Narrowed{Sort: search.Asks}, "ask"},
			{"offers", bo, search.Narrowed{Sort: search.Offers}, "loan past, offer"},
			{"offers in the place", bo, search.Narrowed{Sort: search.Offers, Place: m.centre.ID}, "loan past, offer"},
			{"offers elsewhere", bo, search.Narrowed{Sort: search.Offers, Place: m.port.ID}, ""},
			{"offers that are open", bo, search.Narrowed{Sort: search.Offers, Open: true}, "offer"},
			{"loans", bo, search.Narrowed{Sort: search.Loans}, "ask inside, loan past"},
			{"loans from beside", cem, search.Narrowed{Sort: search.Loans}, "loan past"},
			{"purchases", bo, search.Narrowed{Sort: search.Purchases}, "purchase"},
			{"rides", bo, search.Narrowed{Sort: search.Rides}, "ride"},
			{"errands", bo, search.Narrowed{Sort: search.Errands}, "errand inside"},
			{"errands from beside", cem, search.Narrowed{Sort: search.Errands}, ""},
			{"events", bo, search.Narrowed{Sort: search.Events}, "event over, event soon, event weekly"},
			{"events that are not over", bo, search.Narrowed{Sort: search.Events, Open: true}, "event soon, event weekly"},
			{"notices", bo, search.Narrowed{Sort: search.Notices, Open: true}, "notice"},
			{"talk", bo, search.Narrowed{Sort: search.Talk}, "talk"},
			{"tools", bo, search.Narrowed{Category: "tools"}, "ask inside, offer"},
			{"garden tools", bo, search.Narrowed{Category: "garden-tools"}, "ask"},
			{"what is open", cem, search.Narrowed{Open: true}, "ask, event soon, event weekly, notice, offer, purchase, ride"},
			{"what is there", cem, search.Narrowed{Place: m.centre.ID}, "ask, event over, event soon, event weekly, loan past, notice, offer, purchase, ride, talk"},
		} {
			for _, words := range []string{"", "brouettes"} {
				if got := strings.Join(m.narrows(tt.by, words, tt.n), ", "); got != tt.want {
					t.Errorf("%s, looking for %q: %s, want %s", tt.name, words, got, tt.want)
				}
			}
		}
		m.Clock.Advance(2 * time.Hour)
		if got := m.narrows(bo, "", search.Narrowed{Sort: search.Notices, Open: true}); len(got) != 0 {
			t.Errorf("a notice that is over: %v", got)
		}
		day := func(n int) time.Time { return apptest.Start.AddDate(0, 0, n).Truncate(24 * time.Hour) }
		for name, q := range map[string]search.Query{
			"event over": {Since: day(-4), Until: day(-2), Narrowed: search.Narrowed{Sort: search.Events}},
			"event soon": {Since: day(3), Until: day(4), Narrowed: search.Narrowed{Sort: search.Events}},
		} {
			if got := m.all(bo, q); !slices.Contains(got, name) || len(got) != 2 { // and the weekly one
				t.Errorf("%s: %v", name, got)
			}
		}
	})
}

// However a search is narrowed, nobody learns of what is not theirs to read: what
// they find, and where their pages end, is the same whether it is there or not.
func TestAStrangerNeverFindsWhatIsLimited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db)
		m.open(m.amina.ID, true, true)
		sorts := append([]search.Sort{search.Anything}, search.Sorts...)
		readers := map[string]instance.Viewer{"nobody": instance.Anyone, "from elsewhere": m.Viewer(m.dana), "from beside": m.Viewer(m.cem)}
		seen := func() map[string][]string {
			found := map[string][]string{}
			for who, v := range readers {
				for _, sort := range sorts {
					for _, n := range []search.Narrowed{{Sort: sort}, {Sort: sort, Place: m.centre.ID}, {Sort: sort, Open: true}, {Sort: sort, Category: "tools"}} {
						for _, words := range []string{"", "brouette", "brou", "-rien"} {
							found[who+" "+string(sort)+" "+words] = append(found[who+" "+string(sort)+" "+words], m.narrows(v, words, n)...)
						}
					}
				}
			}
			return found
		}
		before := seen()
		for _, kind := range []string{instance.KindService, instance.KindLending, instance.KindPurchase, instance.KindCarpool, instance.KindErrand} {
			for _, purpose := range []instance.Purpose{instance.Asking, instance.Offering} {
				m.publish("hidden", instance.Draft{Kind: kind, Audience: instance.ToNeighbourhood, Proposal: &instance.Proposal{Purpose: purpose, Category: "tools", Status: instance.ProposalOpen, Unit: "one", Quantity: instance.One, Available: instance.One}})
			}
		}
		m.publish("hidden", instance.Draft{Kind: instance.KindEvent, Audience: instance.ToNeighbourhood, Event: &instance.Event{
			Starts: apptest.Start.AddDate(0, 0, 1), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: instance.Venue{Name: "Place"}, JoinMode: "free",
		}})
		m.publish("hidden", instance.Draft{Audience: instance.ToNeighbourhood})
		if diff := cmp.Diff(before, seen()); diff != "" {
			t.Errorf("what was limited shows (-before +after):\n%s", diff)
		}
		if got := m.narrows(m.Viewer(m.bo), "", search.Narrowed{Sort: search.Errands}); !slices.Contains(got, "hidden") {
			t.Errorf("a neighbour does not find it: %v", got)
		}
	})
}

// What was there before the index said what it is gets its signs by the backlog.
func TestOldPostsAreFoundByTheirSort(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db)
		for id := range m.named {
			m.exec(`UPDATE posts SET title = title WHERE id = $1`, id)
			err := db.InTx(t.Context(), func(tx store.Tx) error { return store.Words("post_words").Drop(t.Context(), tx, int64(id)) })
			if err != nil {
				t.Fatal(err)
			}
		}
		m.exec(`INSERT INTO word_backlog (noun, below) VALUES ('posts', 9223372036854775807)`)
		if err := m.Search.Index(t.Context(), search.Backlog{}); err != nil {
			t.Fatal(err)
		}
		for sort, want := range map[search.Sort]string{search.Asks: "ask, ask inside", search.Events: "event over, event soon, event weekly", search.Rides: "ride"} {
			if got := strings.Join(m.narrows(m.Viewer(m.bo), "brouette", search.Narrowed{Sort: sort, Place: m.centre.ID}), ", "); got != want {
				t.Errorf("%s: %s, want %s", sort, got, want)
			}
		}
	})
}

func TestWhoIsFoundWhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		ctx := t.Context()
		if _, err := v.Clubs.Found(ctx, v.amina.ID, clubs.Plan{Username: "echecs", Title: "Échecs du centre", Topic: "games", Entry: instance.EntryOpen, Place: v.centre.ID}); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Organisations.Open(ctx, organisations.Plan{Username: "epicerie", Title: "Épicerie du centre", Sort: instance.Shop, Place: v.centre.ID, Agent: v.amina.ID}); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name string
			by   *instance.Account
			q    search.ActorQuery
			want []string
		}{
			{"clubs of a place", nil, search.ActorQuery{Who: search.Clubs, Place: v.centre.ID}, []string{"echecs"}},
			{"clubs by a word", nil, search.ActorQuery{Who: search.Clubs, Typed: "centr"}, []string{"echecs"}},
			{"clubs elsewhere", nil, search.ActorQuery{Who: search.Clubs, Typed: "centr", Place: v.port.ID}, nil},
			{"shops of a place", nil, search.ActorQuery{Who: search.Organisations, Place: v.centre.ID}, []string{"epicerie"}},
			{"shops by a word", nil, search.ActorQuery{Who: search.Organisations, Typed: "epic"}, []string{"epicerie"}},
			{"places by a word", nil, search.ActorQuery{Who: search.Places, Typed: "centr"}, []string{"centre"}},
			{"who lives there, for a neighbour", &v.bo, search.ActorQuery{Who: search.People, Place: v.centre.ID}, []string{"amina", "bo"}},
			{"who lives there, from beside", &v.cem, search.ActorQuery{Who: search.People, Place: v.centre.ID}, nil},
			{"who lives there, for nobody", nil, search.ActorQuery{Who: search.People, Place: v.centre.ID}, nil},
			{"who lives there by name, from beside", &v.cem, search.ActorQuery{Who: search.People, Typed: "amina", Place: v.centre.ID}, nil},
			{"everybody", &v.bo, search.ActorQuery{Who: search.People}, nil},
			{"no words at all", &v.bo, search.ActorQuery{Who: search.People, Typed: "…", Place: v.centre.ID}, nil},
		} {
			viewer := instance.Anyone
			if tt.by != nil {
				viewer = v.Viewer(*tt.by)
			}
			var got []string
			for tt.q.Limit = 1; ; {
				found, ends, err := v.Search.Actors(ctx, viewer, tt.q)
				if err != nil {
					t.Fatalf("%s: %v", tt.name, err)
				}
				if len(found) == 0 {
					break
				}
				got, tt.q.After = append(got, found[0].Username), ends[0]
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		}
		if found, _, err := v.Search.Actors(ctx, v.Viewer(v.bo), search.ActorQuery{Who: search.People, Place: v.centre.ID, After: "nonsense"}); err != nil || len(found) != 2 {
			t.Errorf("after nonsense: %v, %v", found, err)
		}
	})
}
