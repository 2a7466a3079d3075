package posts_test

import (
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestR10_AnOldUpdateChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina := v.Person("amina")
		state := func(text string, edited time.Time) *instance.Post {
			return &instance.Post{
				URI: "https://loin.example/o/1", Author: amina.Actor, Kind: "post", Content: text, Audience: instance.ToPublic,
				PublishedAt: apptest.Start, EditedAt: edited,
			}
		}
		in := func(do func(tx store.Tx) error) {
			t.Helper()
			if err := db.InTx(t.Context(), do); err != nil {
				t.Fatal(err)
			}
		}
		in(func(tx store.Tx) error { return v.Posts.ReceiveIn(t.Context(), tx, state("un", time.Time{}), "{}") })
		for _, update := range []*instance.Post{
			state("trois", apptest.Start.Add(3*time.Minute)), state("deux", apptest.Start.Add(2*time.Minute)),
			state("trois encore", apptest.Start.Add(3*time.Minute)), state("zéro", apptest.Start.Add(-time.Minute)),
		} {
			in(func(tx store.Tx) error {
				held, err := posts.ByURI(t.Context(), tx, update.URI)
				if err != nil {
					return err
				}
				return v.Posts.ReviseIn(t.Context(), tx, held, update, "{}")
			})
		}
		got, err := posts.ByURI(t.Context(), db.Read(), "https://loin.example/o/1")
		if err != nil || got.Content != "trois" || !got.EditedAt.Equal(apptest.Start.Add(3*time.Minute)) {
			t.Errorf("reads %q, edited %s (%v)", got.Content, got.EditedAt, err)
		}
	})
}
