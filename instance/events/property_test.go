package events_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/events"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// evening is an event a week after the clock of a village starts.
func evening(place instance.Neighbourhood, capacity int) instance.Draft {
	starts := apptest.Start.AddDate(0, 0, 7)
	return instance.Draft{
		Title: "Apéro", Text: "Venez nombreux", Audience: instance.ToNeighbourhood, Group: place.ID, Language: "fr",
		Event: &instance.Event{Starts: starts, Ends: starts.Add(2 * time.Hour), Capacity: capacity, Venue: instance.Venue{Name: "La cour"}},
	}
}

// hall is what an event should look like: who sits, and who waits in which order.
type hall struct {
	capacity int
	seats    map[int]int
	queue    []int
	waits    map[int]int
}

func (h *hall) taken() (n int) {
	for _, seats := range h.seats {
		n += seats
	}
	return n
}

func (h *hall) promote() {
	for len(h.queue) > 0 && (h.capacity == 0 || h.taken()+h.waits[h.queue[0]] <= h.capacity) {
		first := h.queue[0]
		h.seats[first] = h.waits[first]
		delete(h.waits, first)
		h.queue = h.queue[1:]
	}
}

func (h *hall) come(who, seats int) error {
	if h.capacity > 0 && seats > h.capacity {
		return instance.ErrInvalid
	}
	if had, sits := h.seats[who]; sits {
		if seats > had && (len(h.queue) > 0 || h.capacity > 0 && h.taken()-had+seats > h.capacity) {
			return instance.ErrInvalid
		}
		h.seats[who] = seats
		h.promote()
		return nil
	}
	if _, waits := h.waits[who]; !waits {
		h.queue = append(h.queue, who)
	}
	h.waits[who] = seats
	h.promote()
	return nil
}

func (h *hall) leave(who int) {
	delete(h.seats, who)
	delete(h.waits, who)
	for i, w := range h.queue {
		if w == who {
			h.queue = append(h.queue[:i:i], h.queue[i+1:]...)
			break
		}
	}
	h.promote()
}

// However people come, bring others, change their minds and leave: never more
// have a place than there are, and those who wait get theirs in turn.
func TestNobodySitsWhereThereIsNoPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		var people []instance.Account
		for i := range 5 {
			people = append(people, v.Resident(fmt.Sprintf("voisin%d", i), rue))
		}
		rapid.Check(t, func(rt *rapid.T) {
			capacity := rapid.IntRange(0, 6).Draw(rt, "capacity")
			p, err := v.Events.Invite(t.Context(), v.Viewer(people[0]), evening(rue, capacity), false)
			if err != nil {
				rt.Fatal(err)
			}
			model := hall{capacity: capacity, seats: map[int]int{}, waits: map[int]int{}}
			for range rapid.IntRange(1, 12).Draw(rt, "deeds") {
				who := rapid.IntRange(0, len(people)-1).Draw(rt, "who")
				if rapid.IntRange(0, 2).Draw(rt, "leaves") == 0 {
					model.leave(who)
					if err := v.Events.Leave(t.Context(), v.Viewer(people[who]), p.ID); err != nil {
						rt.Fatal(err)
					}
				} else {
					seats := rapid.IntRange(1, 4).Draw(rt, "seats")
					want := model.come(who, seats)
					_, err := v.Events.Come(t.Context(), v.Viewer(people[who]), p.ID, events.Answer{Seats: seats})
					if !errors.Is(err, want) || want == nil && err != nil {
						rt.Fatalf("voisin%d comes with %d: %v, want %v", who, seats, err, want)
					}
				}
				same(rt, v, people, p.ID, &model)
			}
		})
	})
}

func same(rt *rapid.T, v *apptest.Village, people []instance.Account, id instance.PostID, model *hall) {
	p, err := v.Posts.ByID(v.T.Context(), v.Viewer(people[0]), id)
	if err != nil {
		rt.Fatal(err)
	}
	if p.Event.Taken != model.taken() || p.Event.Waiting != len(model.queue) || model.capacity > 0 && p.Event.Taken > model.capacity {
		rt.Fatalf("%d taken and %d waiting of %d, want %d and %d", p.Event.Taken, p.Event.Waiting, model.capacity, model.taken(), len(model.queue))
	}
	guests, err := v.Events.Guests(v.T.Context(), people[0].ID, p)
	if err != nil {
		rt.Fatal(err)
	}
	var row []instance.ActorID
	for _, g := range guests {
		if g.State == instance.Waits {
			row = append(row, g.Who.ID)
		}
	}
	for i, who := range model.queue {
		if len(row) != len(model.queue) || row[i] != people[who].ID {
			rt.Fatalf("in the row are %v, want %v", row, model.queue)
		}
	}
}
