package events_test

import (
	"fmt"
	"testing"
	"time"

	"palier/instance/apptest"
	"palier/instance/events"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// BenchmarkUpcoming shows the week of a place, and of all, among 10,000 events
// over two years, every twentieth of which comes again.
func BenchmarkUpcoming(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		db := storetest.Open(b, engine)
		v := apptest.NewVillage(b, db)
		rue := v.Place("rue", "neighbourhood")
		bo := v.Resident("bo", rue)
		err := db.InTx(b.Context(), func(tx store.Tx) error {
			posts := store.Many{Into: `posts (id, uri, author_id, group_id, kind, title, content, audience, thread_id, local, published_at)`}
			meet := store.Many{Into: `events (post_id, starts_at, ends_at, repeats, status)`}
			id := func(i int) int64 { return (apptest.Start.UnixMilli() - int64(i)*1000) << 16 }
			for i := range 10_000 {
				err := posts.Add(b.Context(), tx, id(i), fmt.Sprint("https://rue.example/", i), bo.ID, rue.ID, "event", fmt.Sprint("Repas ", i), "<p>x</p>", "public", id(i), true, apptest.Start.UnixMilli())
				if err != nil {
					return err
				}
			}
			if err := posts.End(b.Context(), tx); err != nil {
				return err
			}
			for i := range 10_000 {
				at, repeats := apptest.Start.Add(time.Duration(i-5000)*105*time.Minute), ""
				if i%20 == 0 {
					repeats = "FREQ=WEEKLY;COUNT=10"
				}
				if err := meet.Add(b.Context(), tx, id(i), store.Millis(at), store.Millis(at.Add(time.Hour)), repeats, "confirmed"); err != nil {
					return err
				}
			}
			if err := meet.End(b.Context(), tx); err != nil {
				return err
			}
			_, err := tx.Exec(b.Context(), `ANALYZE`)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		for name, q := range map[string]events.Query{"place": {Place: rue.ID}, "all": {}, "guest": {Guest: bo.ID}} {
			b.Run(name+"/"+string(engine), func(b *testing.B) {
				q.From, q.To = apptest.Start, apptest.Start.AddDate(0, 0, 7)
				viewer := v.Viewer(bo)
				for b.Loop() {
					found, err := v.Events.Upcoming(b.Context(), viewer, q)
					if err != nil || len(found) == 0 {
						b.Fatal(len(found), err)
					}
				}
			})
		}
	}
}
