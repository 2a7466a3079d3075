package store_test

import (
	"testing"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestR19_WhoIsAtWork lets processes come and go on one database.
func TestR19_WhoIsAtWork(t *testing.T) {
	t.Parallel()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			url := storetest.URL(t, engine)
			attend := func(want bool) (leave func()) {
				t.Helper()
				first, leaving, err := storetest.OpenURL(t, url).Attend(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if first != want {
					t.Errorf("first is %v, want %v", first, want)
				}
				return func() {
					t.Helper()
					if err := leaving(); err != nil {
						t.Error(err)
					}
				}
			}
			leaveOne := attend(true)
			leaveTwo := attend(false)
			leaveOne()
			leaveThree := attend(false)
			leaveTwo()
			leaveThree()
			attend(true)()
		})
	}
}
