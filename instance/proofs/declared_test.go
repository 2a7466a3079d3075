package proofs_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// Whoever only says that they live somewhere reads what everyone may read, and
// posts nothing there, until something was seen.
func TestDeclaredPeopleReadWhatIsPublic(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, eve := v.Resident("amina", centre), newcomer(v, "eve", centre)
		v.Post(amina, centre, instance.ToPublic, "Pour tous")
		v.Post(amina, centre, instance.ToNeighbourhood, "Entre nous")
		v.Post(amina, centre, instance.ToAround, "Alentour")
		if diff := cmp.Diff([]string{"Pour tous"}, v.Shown(centre, v.Viewer(eve))); diff != "" {
			t.Errorf("she reads (-want +got):\n%s", diff)
		}
		for _, audience := range []instance.Audience{instance.ToPublic, instance.ToNeighbourhood, instance.ToAround} {
			_, err := v.Posts.Publish(ctx, v.Viewer(eve), instance.Draft{Text: "Bonjour", Audience: audience, Group: centre.ID, Language: "fr"})
			if !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("she posts to %s: %v", audience, err)
			}
		}
		if may, err := v.Places.MayPost(ctx, db.Read(), centre.ID, eve.ID); err != nil || may {
			t.Errorf("she may post: %t, %v", may, err)
		}
		_, err := v.Proofs.UseLetter(ctx, eve.ID, letter(v, centre, eve))
		must(t, err)
		if diff := cmp.Diff([]string{"Alentour", "Entre nous", "Pour tous"}, v.Shown(centre, v.Viewer(eve))); diff != "" {
			t.Errorf("once it was seen she reads (-want +got):\n%s", diff)
		}
		v.Post(eve, centre, instance.ToNeighbourhood, "Bonjour, je suis Ève")
	})
}
