package timelines_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/timelines"
)

func TestATagListsWhatMayStandInLists(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		v.Post(amina, centre, instance.ToPublic, "ouvert #vélo")
		v.Post(amina, centre, instance.ToNeighbourhood, "entre nous #vélo")
		if _, err := v.Posts.Publish(t.Context(), v.Viewer(amina), instance.Draft{Text: "discret #vélo", Audience: instance.ToUnlisted}); err != nil {
			t.Fatal(err)
		}
		for name, test := range map[string]struct {
			viewer instance.Viewer
			want   []string
		}{
			"a neighbour": {v.Viewer(bo), []string{"entre nous #vélo", "ouvert #vélo"}},
			"anyone":      {instance.Anyone, []string{"ouvert #vélo"}},
		} {
			entries, _, err := v.Timelines.Tag(t.Context(), test.viewer, "vélo", timelines.Narrow{}, timelines.Page{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range entries {
				got = append(got, e.Post.Source)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s reads (-want +got):\n%s", name, diff)
			}
		}
	})
}
