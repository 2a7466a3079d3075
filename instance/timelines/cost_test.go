package timelines_test

import (
	"fmt"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/timelines"
)

// aHandful is the most questions a page of any timeline asks the database.
const aHandful = 12

func TestALongPageOfAnyTimelineCostsAsManyQueriesAsAShortOne(t *testing.T) {
	t.Parallel()
	storetest.EachCounted(t, func(t *testing.T, db *store.DB, reads *storetest.Reads) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		for i := range 18 {
			p := v.Post(amina, centre, instance.ToPublic, fmt.Sprintf("n° %d #velo @bo", i))
			v.Reply(bo, p, "oui")
			if err := v.Posts.Like(t.Context(), v.Viewer(bo), p.ID); err != nil {
				t.Fatal(err)
			}
		}
		viewer := v.Viewer(bo)
		type read func(page timelines.Page) ([]timelines.Entry, instance.ID, error)
		for name, read := range map[string]read{
			"home": func(p timelines.Page) ([]timelines.Entry, instance.ID, error) {
				return v.Timelines.Home(t.Context(), viewer, p)
			},
			"public": func(p timelines.Page) ([]timelines.Entry, instance.ID, error) {
				return v.Timelines.Public(t.Context(), viewer, timelines.Narrow{}, p)
			},
			"place": func(p timelines.Page) ([]timelines.Entry, instance.ID, error) {
				return v.Timelines.Place(t.Context(), viewer, centre.ID, timelines.Narrow{}, p)
			},
			"person": func(p timelines.Page) ([]timelines.Entry, instance.ID, error) {
				return v.Timelines.Person(t.Context(), viewer, amina.ID, timelines.Narrow{}, p)
			},
			"tag": func(p timelines.Page) ([]timelines.Entry, instance.ID, error) {
				return v.Timelines.Tag(t.Context(), viewer, "velo", timelines.Narrow{}, p)
			},
		} {
			cost := func(limit int) int {
				return len(reads.During(func() {
					entries, _, err := read(timelines.Page{Limit: limit})
					if err != nil || len(entries) != limit {
						t.Fatalf("%s: %d entries of %d, %v", name, len(entries), limit, err)
					}
				}))
			}
			if short, long := cost(2), cost(18); short != long || short == 0 || short > aHandful {
				t.Errorf("%s: 2 posts cost %d queries, 18 cost %d", name, short, long)
			}
		}
	})
}
