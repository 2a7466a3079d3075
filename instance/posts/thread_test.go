package posts_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestAThreadTellsWhoIsAnswered(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo, cem := v.Resident("amina", centre), v.Resident("bo", centre), v.Resident("cem", centre)
		first := v.Post(amina, centre, instance.ToPublic, "un")
		second := v.Reply(bo, first, "deux")
		v.Reply(cem, second, "trois")
		v.Reply(amina, second, "quatre")
		told := func() []string {
			t.Helper()
			thread, err := v.Posts.Thread(t.Context(), instance.Anyone, first.ID, 0)
			if err != nil {
				t.Fatal(err)
			}
			var list []string
			for _, p := range thread {
				line := p.Source
				if p.Answered != nil {
					line += " to " + p.Answered.Username
				}
				if p.Gone() {
					line = "gone"
				}
				list = append(list, line)
			}
			return list
		}
		if diff := cmp.Diff([]string{"un", "deux to amina", "trois to bo", "quatre to bo"}, told()); diff != "" {
			t.Errorf("thread (-want +got):\n%s", diff)
		}
		if err := v.Posts.Delete(t.Context(), bo.ID, second.ID); err != nil {
			t.Fatal(err)
		}
		moderator := v.Person("mod")
		moderator.Role = instance.Moderator
		if err := v.Moderation.SetSuspended(t.Context(), moderator, cem.ID, true, "publicité"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"un", "gone", "quatre to bo"}, told()); diff != "" {
			t.Errorf("thread after a deletion and a suspension (-want +got):\n%s", diff)
		}
	})
}
