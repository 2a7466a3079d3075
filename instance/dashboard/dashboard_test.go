package dashboard_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/dashboard"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// beside is the places that the feed of a place takes in.
type beside map[instance.ActorID][]instance.ActorID

func (b beside) Near(_ context.Context, place instance.ActorID) ([]instance.ActorID, error) {
	return b[place], nil
}

// publish lets somebody propose something or invite to something.
func publish(v *apptest.Village, who instance.Account, place instance.Neighbourhood, d instance.Draft) *instance.Post {
	v.T.Helper()
	d.Text, d.Group = d.Title, place.ID
	if d.Audience == "" {
		d.Audience = instance.ToNeighbourhood
	}
	p, err := v.Posts.Publish(v.T.Context(), v.Viewer(who), d)
	if err != nil {
		v.T.Fatal(err)
	}
	return p
}

func proposal(purpose instance.Purpose, kind, title string) instance.Draft {
	return instance.Draft{Title: title, Kind: kind, Proposal: &instance.Proposal{Purpose: purpose, Status: instance.ProposalOpen, Unit: "one", Quantity: instance.One, Available: instance.One}}
}

func event(title string, at time.Time) instance.Draft {
	return instance.Draft{Title: title, Kind: instance.KindEvent, Event: &instance.Event{Starts: at, Zone: "Europe/Paris", Status: instance.EventConfirmed, JoinMode: "free"}}
}

func titles(list []*instance.Post) []string {
	var all []string
	for _, p := range list {
		all = append(all, p.Title)
	}
	return all
}

func TestADashboardShowsEachReaderWhatIsTheirs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		dinan := v.Place("dinan", "commune")
		centre, port := v.Place("centre", "neighbourhood", dinan), v.Place("port", "neighbourhood", dinan)
		house := v.Place("house", "building", centre)
		amina, bo, cem := v.Resident("amina", centre), v.Resident("bo", house), v.Resident("cem", port)
		now := apptest.Start

		first := proposal(instance.Asking, instance.KindService, "Une échelle")
		urgent := proposal(instance.Asking, instance.KindErrand, "La pharmacie")
		urgent.Proposal.Priority = true
		over := proposal(instance.Asking, instance.KindService, "Hier")
		over.Proposal.Ends = now.Add(-time.Hour)
		gone := proposal(instance.Offering, instance.KindGive, "Donné")
		gone.Proposal.Available = 0
		wood := proposal(instance.Asking, instance.KindPurchase, "Du bois")
		wood.Proposal.Ends = now.Add(48 * time.Hour)
		everyone := proposal(instance.Asking, instance.KindService, "Pour tous")
		everyone.Audience = instance.ToPublic
		inside := proposal(instance.Offering, instance.KindLending, "Dans la maison")
		inside.Audience = instance.ToBuilding
		around := proposal(instance.Offering, instance.KindLending, "Au port")
		around.Audience = instance.ToAround
		publish(v, amina, centre, first)
		publish(v, amina, centre, urgent)
		publish(v, amina, centre, over)
		publish(v, amina, centre, gone)
		publish(v, amina, centre, wood)
		publish(v, amina, centre, everyone)
		publish(v, bo, house, inside)
		publish(v, cem, port, around)
		publish(v, amina, centre, event("Dans dix jours", now.Add(10*24*time.Hour)))
		publish(v, amina, centre, event("Demain", now.Add(24*time.Hour)))
		publish(v, amina, centre, event("Tout à l’heure", now.Add(-time.Hour)))
		publish(v, amina, centre, event("Avant-hier", now.Add(-48*time.Hour)))
		removed := publish(v, amina, centre, proposal(instance.Offering, instance.KindGive, "Retiré"))
		if err := v.Posts.Delete(t.Context(), amina.ID, removed.ID); err != nil {
			t.Fatal(err)
		}
		s := dashboard.New(dashboard.Options{DB: db, Now: v.Clock.Now, Posts: v.Posts, Feeds: beside{centre.ID: {port.ID}}})

		said, past := v.Post(amina, centre, instance.ToPublic, "Coupure d’eau"), v.Post(amina, centre, instance.ToPublic, "Passé")
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `
				INSERT INTO notices (post_id, author_id, place_id, until)
				VALUES ($1, $2, $3, $4), ($5, $2, $3, $6)`,
				said.ID, amina.ID, centre.ID, store.Millis(now.Add(time.Hour)), past.ID, store.Millis(now.Add(-time.Hour)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		type sections struct{ Needs, Week, Offers, Closing []string }
		for _, c := range []struct {
			name   string
			viewer instance.Viewer
			place  instance.ActorID
			want   sections
		}{
			{"a stranger", instance.Anyone, centre.ID, sections{Needs: []string{"Pour tous"}}},
			{"a neighbour", v.Viewer(amina), centre.ID, sections{
				Needs: []string{"La pharmacie", "Une échelle", "Pour tous"}, Week: []string{"Tout à l’heure", "Demain"},
				Offers: []string{"Au port"}, Closing: []string{"Du bois"},
			}},
			{"who lives in the house", v.Viewer(bo), centre.ID, sections{
				Needs: []string{"La pharmacie", "Une échelle", "Pour tous"}, Week: []string{"Tout à l’heure", "Demain"},
				Offers: []string{"Au port", "Dans la maison"}, Closing: []string{"Du bois"},
			}},
			{"a neighbour beside it", v.Viewer(cem), centre.ID, sections{Needs: []string{"Pour tous"}, Offers: []string{"Au port"}}},
			{"beside it", v.Viewer(amina), port.ID, sections{Offers: []string{"Au port"}}},
			{"the whole commune", v.Viewer(cem), dinan.ID, sections{Needs: []string{"Pour tous"}, Offers: []string{"Au port"}}},
		} {
			d, err := s.Of(t.Context(), c.viewer, c.place)
			if err != nil {
				t.Fatal(err)
			}
			got := sections{titles(d.Needs), titles(d.Week), titles(d.Offers), titles(d.Closing)}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}
		d, err := s.Of(t.Context(), instance.Anyone, centre.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Notices) != 1 || d.Notices[0].ID != said.ID {
			t.Errorf("notices are %q, want the one that still holds", titles(d.Notices))
		}
		if d.Month.Meetings != 2 || d.Month.Newcomers != 3 {
			t.Errorf("the month is %+v, want 2 meetings and 3 newcomers", d.Month)
		}
	})
}

func TestADashboardCostsAsManyQueriesHoweverMuchThereIs(t *testing.T) {
	t.Parallel()
	storetest.EachCounted(t, func(t *testing.T, db *store.DB, reads *storetest.Reads) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina := v.Resident("amina", centre)
		cost := func() int {
			t.Helper()
			viewer := v.Viewer(amina)
			s := dashboard.New(dashboard.Options{DB: db, Now: v.Clock.Now, Posts: v.Posts, Feeds: beside{}}) // one that kept no counts yet
			return len(reads.During(func() {
				if _, err := s.Of(t.Context(), viewer, centre.ID); err != nil {
					t.Error(err)
				}
			}))
		}
		publish(v, amina, centre, proposal(instance.Offering, instance.KindGive, "Un"))
		publish(v, amina, centre, event("Un", apptest.Start.Add(time.Hour)))
		few := cost()
		for range 8 {
			publish(v, amina, centre, proposal(instance.Offering, instance.KindGive, "Encore"))
			publish(v, amina, centre, proposal(instance.Asking, instance.KindService, "Encore"))
			publish(v, amina, centre, event("Encore", apptest.Start.Add(2*time.Hour)))
		}
		if many := cost(); many != few {
			t.Errorf("%d queries for few, %d for many", few, many)
		}
	})
}

// The counts of the month are said again for a minute, and then counted anew.
func TestCountsOfTheMonthAreKeptForAMinute(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina := v.Resident("amina", centre)
		s := dashboard.New(dashboard.Options{DB: db, Now: v.Clock.Now, Posts: v.Posts, Feeds: beside{}})
		newcomers := func() int {
			t.Helper()
			d, err := s.Of(t.Context(), v.Viewer(amina), centre.ID)
			if err != nil {
				t.Fatal(err)
			}
			return d.Month.Newcomers
		}
		before := newcomers()
		v.Resident("bo", centre)
		if n := newcomers(); n != before {
			t.Errorf("counted anew at once: %d, then %d", before, n)
		}
		v.Clock.Advance(time.Minute)
		if n := newcomers(); n != before+1 {
			t.Errorf("a minute later %d, want %d", n, before+1)
		}
	})
}
