package store_test

import (
	"testing"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestPing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
