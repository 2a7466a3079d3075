package people_test

import (
	"errors"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestG09_PasswordsAreHashedSlowlyAndBounded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		a := v.Person("amina")
		// As production hashes, which is what no cost asks for.
		slow := people.New(people.Options{DB: db, Site: v.Site, Now: v.Clock.Now, SignOut: v.Apps.SignOutEverywhere})
		password := "un nid de martinets"
		if err := slow.ChangePassword(t.Context(), a.ID, apptest.Password, password); err != nil {
			t.Fatal(err)
		}
		var hash string
		if err := db.Read().QueryRow(t.Context(), `SELECT password_hash FROM people WHERE actor_id = $1`, a.ID).Scan(&hash); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(hash, password) {
			t.Errorf("kept as %q", hash)
		}
		for password, code := range map[string]string{
			strings.Repeat("a", instance.MaxPassword+1): "too-long", strings.Repeat("a", instance.MinPassword-1): "too-short",
		} {
			_, err := v.People.Create(t.Context(), people.Newcomer{Username: "bo", Name: "Bo", Email: "bo@people.example", Password: password})
			var invalid *instance.Invalid
			if !errors.As(err, &invalid) || invalid.Field != "password" || invalid.Code != code {
				t.Errorf("a password of %d: %v", len(password), err)
			}
		}
		// A password of a megabyte is refused without being hashed whole.
		if _, err := v.People.SignIn(t.Context(), a.Email, strings.Repeat("a", 1<<20)); !errors.Is(err, instance.ErrUnauthenticated) {
			t.Errorf("signed in with a megabyte: %v", err)
		}
		if _, err := v.People.SignIn(t.Context(), strings.ToUpper(a.Email), password); err != nil {
			t.Errorf("signed in with the address in capitals: %v", err)
		}
	})
}
