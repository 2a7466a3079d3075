package councils_test

import (
	"errors"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/councils"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestP7_AnAccountIsTiedToOnePerson(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v, ctx := apptest.NewVillage(t, db), t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		s := councils.New(councils.Options{DB: db, Now: v.Clock.Now, Key: []byte("a key of tests")})
		const account, other = "https://mairie.example 1", "https://mairie.example 2"
		if _, err := s.Person(ctx, account); !errors.Is(err, instance.ErrUnauthenticated) {
			t.Errorf("whose nobody tied: %v", err)
		}
		for range 2 { // pressing twice does nothing more
			if err := s.Tie(ctx, amina.ID, account); err != nil {
				t.Fatal(err)
			}
		}
		invalid, ok := errors.AsType[*instance.Invalid](s.Tie(ctx, bo.ID, account))
		if !ok || invalid.Code != "in-use" {
			t.Errorf("somebody else ties it: %v", invalid)
		}
		if who, err := s.Person(ctx, account); err != nil || who != amina.ID {
			t.Errorf("it is %s's, %v", who, err)
		}
		var kept string
		if err := db.Read().QueryRow(ctx, `SELECT account FROM council_accounts`).Scan(&kept); err != nil || strings.Contains(kept, "mairie") {
			t.Errorf("kept is %q, %v", kept, err)
		}
		if err := s.Tie(ctx, amina.ID, other); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Person(ctx, account); !errors.Is(err, instance.ErrUnauthenticated) {
			t.Errorf("the former one still: %v", err)
		}
		if err := s.Untie(ctx, amina.ID); err != nil {
			t.Fatal(err)
		}
		if at, err := s.Tied(ctx, amina.ID); err != nil || !at.IsZero() {
			t.Errorf("still tied at %s, %v", at, err)
		}
	})
}
