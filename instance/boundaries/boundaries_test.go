package boundaries_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/boundaries"
	"palier/instance/jobs"
	"palier/instance/places"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// founder makes places in a village.
type founder struct{ v *apptest.Village }

func (f founder) Found(ctx context.Context, like instance.ActorID, username, title string) (instance.ActorID, error) {
	n, err := f.v.Places.ByID(ctx, like)
	if err != nil {
		return 0, err
	}
	made, err := f.v.Places.Create(ctx, places.Plan{Username: username, Title: title, Kind: n.Level, Within: n.Within})
	return made.ID, err
}

// hamlet is a village that can change its borders.
type hamlet struct {
	*apptest.Village
	borders *boundaries.Service
	told    []instance.Deed
	next    int
}

func newHamlet(t *testing.T, db *store.DB) *hamlet {
	h := &hamlet{Village: apptest.NewVillage(t, db), next: 1}
	h.borders = boundaries.New(boundaries.Options{
		DB: db, IDs: instance.NewIDs(h.Clock.Now, 1), Now: h.Clock.Now, Jobs: jobs.New(db, jobs.Options{}), Founder: founder{h.Village}, Readers: places.Readers,
		Tell: func(_ context.Context, _ store.Tx, d instance.Deed) error {
			h.told = append(h.told, d)
			return nil
		},
	})
	return h
}

// settle lets households move into a place, each one person behind a door of its
// own, verified there; house is where they live if it is not the place itself.
func (h *hamlet) settle(place, house instance.ActorID, homes ...boundaries.Position) {
	h.T.Helper()
	if house == 0 {
		house = place
	}
	for part := range slices.Chunk(homes, 200) {
		var actors, streets, addresses, lives, members []string
		for _, p := range part {
			i := h.next
			h.next++
			id := 1_000_000 + i
			streets = append(streets, fmt.Sprintf(`(%d, 's%d', 'rue %d', 'rue %d', '22050', 'Dinan')`, i, i, i, i))
			addresses = append(addresses, fmt.Sprintf(`(%d, 'a%d', %d, %d, %f, %f, 'test', 0)`, i, i, i, i, p.Latitude, p.Longitude))
			actors = append(actors, fmt.Sprintf(`(%d, 'https://dinan.example/u/%d', 'Person', 'p%d', 'p%d', 0, 0)`, id, id, id, id))
			lives = append(lives, fmt.Sprintf(`(%d, %d, 'home', %d, %d, 0)`, id, id, house, i))
			members = append(members, fmt.Sprintf(`(%d, %d, 'verified', 0)`, place, id))
			if house != place {
				members = append(members, fmt.Sprintf(`(%d, %d, 'verified', 0)`, house, id))
			}
		}
		err := h.DB.InTx(h.T.Context(), func(tx store.Tx) error {
			for _, q := range []string{
				`INSERT INTO streets (id, key, name, folded, insee, commune) VALUES ` + strings.Join(streets, ", "),
				`INSERT INTO addresses (id, key, street_id, number, lat, lon, source, imported_at) VALUES ` + strings.Join(addresses, ", "),
				`INSERT INTO actors (id, uri, kind, username, username_key, created_at, updated_at) VALUES ` + strings.Join(actors, ", "),
				`INSERT INTO homes (id, person_id, kind, place_id, address_id, since) VALUES ` + strings.Join(lives, ", "),
				`INSERT INTO memberships (group_id, person_id, standing, joined_at) VALUES ` + strings.Join(members, ", "),
			} {
				if _, err := tx.Exec(h.T.Context(), q); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			h.T.Fatal(err)
		}
	}
}

func (h *hamlet) count() {
	h.T.Helper()
	if err := h.borders.CountAll(h.T.Context()); err != nil {
		h.T.Fatal(err)
	}
}

// number asks the database for one number.
func (h *hamlet) number(query string, args ...any) int {
	h.T.Helper()
	var n int
	if err := h.DB.Read().QueryRow(h.T.Context(), query, args...).Scan(&n); err != nil {
		h.T.Fatal(err)
	}
	return n
}

// at moves a place to a position that anyone may know.
func (h *hamlet) at(n instance.Neighbourhood, p boundaries.Position) {
	h.T.Helper()
	err := h.Places.Edit(h.T.Context(), n.ID, places.Plan{Title: n.Name, Latitude: p.Latitude, Longitude: p.Longitude, Within: n.Within})
	if err != nil {
		h.T.Fatal(err)
	}
}

func TestAFeedWidensUntilItLivesAndNarrowsAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHamlet(t, db)
		dinan := h.Place("dinan", "commune")
		few, near, far, house := h.Place("few", "neighbourhood", dinan), h.Place("near", "neighbourhood", dinan), h.Place("far", "neighbourhood", dinan), h.Place("house", "building")
		empty := h.Place("empty", "neighbourhood", dinan)
		h.at(few, boundaries.Position{Latitude: 48.45, Longitude: -2.05})
		h.at(empty, boundaries.Position{Latitude: 48.451, Longitude: -2.05})
		h.at(near, boundaries.Position{Latitude: 48.46, Longitude: -2.05})
		h.at(far, boundaries.Position{Latitude: 48.48, Longitude: -2.05})
		h.at(house, boundaries.Position{Latitude: 48.45, Longitude: -2.05})
		h.settle(few.ID, 0, town(10, 1)...)
		h.settle(near.ID, 0, town(40, 2)...)
		h.settle(far.ID, 0, town(120, 3)...)
		h.count()
		feed := func(n instance.Neighbourhood) boundaries.Feed {
			t.Helper()
			f, err := h.borders.Feed(t.Context(), n.ID)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		if got, want := feed(few), []instance.ActorID{near.ID, far.ID}; got.Households != 10 || !slices.Equal(got.Near, want) {
			t.Errorf("ten households meet with %+v, want %v", got, want)
		}
		if got := feed(far); got.Households != 120 || got.Near != nil {
			t.Errorf("120 households meet with %+v, want nobody else", got)
		}
		h.settle(near.ID, 0, town(60, 4)...)
		h.count()
		if got, want := feed(few).Near, []instance.ActorID{near.ID}; !slices.Equal(got, want) {
			t.Errorf("once there are more beside them they meet with %v, want %v", got, want)
		}
		h.settle(few.ID, 0, town(90, 5)...)
		h.count()
		if got := feed(few); got.Households != boundaries.Living || got.Near != nil {
			t.Errorf("a hundred households meet with %+v, want nobody else", got)
		}
	})
}

func TestACrowdedPlaceIsSharedInTwoByVote(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHamlet(t, db)
		dinan := h.Place("dinan", "commune")
		centre := h.Place("centre", "neighbourhood", dinan)
		house := h.Place("house", "building", centre)
		homes := town(600, 9)
		h.settle(centre.ID, 0, homes...)
		line, near, far, ok := boundaries.Cut(homes)
		if !ok {
			t.Fatal("no cut")
		}
		goes := far <= near // beyond the line is what becomes new
		var there boundaries.Position
		for _, p := range homes {
			if line.Beyond(p) == goes {
				there = p
				break
			}
		}
		h.settle(centre.ID, house.ID, there, there, there)
		amina := h.Resident("amina", centre)
		h.count()

		away := h.Person("away")
		if _, err := h.borders.ProposeSplit(t.Context(), centre.ID, away.ID, "Nord", "nord"); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a stranger proposes: %v", err)
		}
		if _, err := h.borders.ProposeSplit(t.Context(), centre.ID, amina.ID, "Nord", "dinan"); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a name that is taken: %v", err)
		}
		if _, err := h.borders.ProposeSplit(t.Context(), dinan.ID, amina.ID, "Nord", "nord"); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a place without homes of its own: %v", err)
		}
		p, err := h.borders.ProposeSplit(t.Context(), centre.ID, amina.ID, "Nord", "nord")
		if err != nil {
			t.Fatal(err)
		}
		if p.Staying+p.Going < 600 || p.Staying < p.Going || p.Line.Direction != line.Direction {
			t.Errorf("proposal is %+v, the cut %v %d %d", p, line, near, far)
		}
		if _, err := h.borders.ProposeSplit(t.Context(), centre.ID, amina.ID, "Sud", "sud"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("a second one meanwhile: %v", err)
		}
		if err := h.borders.Vote(t.Context(), p.ID, away.ID, true); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a stranger votes: %v", err)
		}
		for i := 1; i <= 70; i++ {
			if err := h.borders.Vote(t.Context(), p.ID, instance.ActorID(1_000_000+i), i != 70); err != nil {
				t.Fatal(err)
			}
		}
		if left, err := h.borders.Close(t.Context(), p.ID); err != nil || left <= 0 {
			t.Errorf("too early it closes: %v left, %v", left, err)
		}
		h.Clock.Advance(boundaries.VoteLasts)
		for range 2 { // whatever was interrupted is done again
			if _, err := h.borders.Close(t.Context(), p.ID); err != nil {
				t.Fatal(err)
			}
		}
		history, err := h.borders.History(t.Context(), centre.ID)
		if err != nil || len(history) != 1 || history[0].State != boundaries.Done || history[0].Yes != 69 || history[0].No != 1 {
			t.Fatalf("history is %+v, %v", history, err)
		}
		made, err := h.Places.Named(t.Context(), "nord")
		if err != nil {
			t.Fatal(err)
		}
		if n := h.number(`SELECT COUNT(*) FROM boundary_votes`); n != 0 {
			t.Errorf("%d voices are still there once they are counted", n)
		}
		wrong := h.number(`
			SELECT COUNT(*) FROM homes h
			 WHERE NOT EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = h.person_id AND m.standing = 'verified' AND m.group_id IN ($1, $2))
			    OR (SELECT COUNT(*) FROM memberships m WHERE m.person_id = h.person_id AND m.group_id IN ($1, $2)) <> 1`, centre.ID, made.ID)
		if wrong != 0 {
			t.Errorf("%d people live in none of the two, or in both", wrong)
		}
		if n := h.number(`SELECT COUNT(*) FROM memberships WHERE group_id = $1`, made.ID); n < boundaries.Least {
			t.Errorf("%d live in the new place", n)
		}
		if n := h.number(`SELECT COUNT(*) FROM nestings WHERE child_id = $1 AND parent_uri = $2`, house.ID, made.URI); n != 1 {
			t.Errorf("the house of the new part lies in it %d times", n)
		}
		region, ok, err := h.borders.Region(t.Context(), made.ID)
		if err != nil || !ok || !region.Holds(there) {
			t.Errorf("the new place covers %v %t %v, want it to hold the house", region, ok, err)
		}
		if where, err := h.borders.Located(t.Context(), there); err != nil || where != made.ID {
			t.Errorf("who moves to the house lives in %s, %v; want %s", where, err, made.ID)
		}
		if _, err := h.borders.ProposeSplit(t.Context(), centre.ID, amina.ID, "Sud", "sud"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("at once another one: %v", err)
		}
	})
}

func TestAPlaceWhereFewLiveJoinsTheOneBesideIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHamlet(t, db)
		dinan := h.Place("dinan", "commune")
		few, big := h.Place("few", "neighbourhood", dinan), h.Place("big", "neighbourhood", dinan)
		h.settle(few.ID, 0, town(8, 1)...)
		h.settle(big.ID, 0, town(150, 2)...)
		bo := h.Resident("bo", few)
		post := h.Post(bo, few, instance.ToNeighbourhood, "Bonjour")
		h.count()
		if _, err := h.borders.ProposeMerge(t.Context(), few.ID, dinan.ID, bo.ID); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("into what is no neighbour: %v", err)
		}
		p, err := h.borders.ProposeMerge(t.Context(), few.ID, big.ID, bo.ID)
		if err != nil {
			t.Fatal(err)
		}
		if p.Going != 9 || p.Staying != 150 {
			t.Errorf("proposal is %+v", p)
		}
		for i := 1; i <= boundaries.QuorumLeast; i++ {
			if err := h.borders.Vote(t.Context(), p.ID, instance.ActorID(1_000_000+i), true); err != nil {
				t.Fatal(err)
			}
		}
		h.Clock.Advance(boundaries.VoteLasts + time.Minute)
		if err := h.borders.Vote(t.Context(), p.ID, bo.ID, false); !errors.Is(err, instance.ErrGone) {
			t.Errorf("after the end somebody votes: %v", err)
		}
		for range 2 {
			if _, err := h.borders.Close(t.Context(), p.ID); err != nil {
				t.Fatal(err)
			}
		}
		if n := h.number(`SELECT COUNT(*) FROM memberships WHERE group_id = $1`, big.ID); n != 159 {
			t.Errorf("%d live in the one that stays, want 159", n)
		}
		if n := h.number(`SELECT COUNT(*) FROM memberships WHERE group_id = $1`, few.ID); n != 0 {
			t.Errorf("%d are left behind", n)
		}
		if len(h.told) != 1 || h.told[0].Kind != instance.Moved || h.told[0].Actor.ID != few.ID || h.told[0].Target.ID != big.ID {
			t.Errorf("told are %+v, want once that few moved to big", h.told)
		}
		if _, err := h.Posts.ByID(t.Context(), h.Viewer(bo), post.ID); err != nil {
			t.Errorf("what was said before: %v", err)
		}
	})
}

func TestARefusedBorderChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHamlet(t, db)
		dinan := h.Place("dinan", "commune")
		few, big := h.Place("few", "neighbourhood", dinan), h.Place("big", "neighbourhood", dinan)
		h.settle(few.ID, 0, town(8, 1)...)
		h.settle(big.ID, 0, town(150, 2)...)
		h.count()
		p, err := h.borders.ProposeMerge(t.Context(), few.ID, big.ID, 1_000_001)
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < boundaries.QuorumLeast; i++ { // one voice short
			for _, yes := range []bool{false, true} { // and one can change one's mind
				if err := h.borders.Vote(t.Context(), p.ID, instance.ActorID(1_000_000+i), yes); err != nil {
					t.Fatal(err)
				}
			}
		}
		h.Clock.Advance(boundaries.VoteLasts)
		if _, err := h.borders.Close(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		history, err := h.borders.History(t.Context(), few.ID)
		if err != nil || len(history) != 1 || history[0].State != boundaries.Refused || history[0].Yes != boundaries.QuorumLeast-1 {
			t.Fatalf("history is %+v, %v", history, err)
		}
		if n := h.number(`SELECT COUNT(*) FROM memberships WHERE group_id = $1`, few.ID); n != 8 || len(h.told) != 0 {
			t.Errorf("%d live there, %d deeds told", n, len(h.told))
		}
	})
}
