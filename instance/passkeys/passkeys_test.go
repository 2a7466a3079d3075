package passkeys_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/passkeys"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// What a device answers rightly is in the browser suite; here are answers that
// open nothing.
func TestG08_AnswersThatOpenNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		s, err := passkeys.New(passkeys.Options{DB: db, Site: v.Site, IDs: instance.NewIDs(v.Clock.Now, 0), Now: v.Clock.Now, Title: "Dinan"})
		if err != nil {
			t.Fatal(err)
		}
		odette, marc := v.Person("odette"), v.Person("marc")
		options, kept, err := s.Begin(ctx, odette)
		if err != nil {
			t.Fatal(err)
		}
		var asked struct {
			PublicKey struct {
				RP   struct{ ID string }
				User struct{ DisplayName string }
			}
		}
		if err := json.Unmarshal(options, &asked); err != nil || asked.PublicKey.RP.ID != "dinan.example" || asked.PublicKey.User.DisplayName != "odette" {
			t.Errorf("what a device is asked: %s, %v", options, err)
		}
		for name, answer := range map[string]string{"nothing": "", "no answer": "{}", "no key": `{"id":"x","rawId":"eA","type":"public-key","response":{}}`} {
			if err := s.Add(ctx, odette, kept, []byte(answer), "x"); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("add %s: %v", name, err)
			}
			_, kept, err := s.Ask()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.SignIn(ctx, kept, []byte(answer)); !errors.Is(err, instance.ErrUnauthenticated) {
				t.Errorf("sign in with %s: %v", name, err)
			}
		}
		if _, err := s.SignIn(ctx, nil, []byte("{}")); !errors.Is(err, instance.ErrUnauthenticated) {
			t.Errorf("what was not asked: %v", err)
		}
		err = db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO passkeys (id, person_id, credential_id, credential, label, created_at)
				VALUES (7, $1, 'x', '{}', $2, 0)`, odette.ID, strings.Repeat("x", 9))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Drop(ctx, marc.ID, 7); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else's: %v", err)
		}
		if keys, err := s.Keys(ctx, odette.ID); err != nil || len(keys) != 1 {
			t.Errorf("keys: %+v, %v", keys, err)
		}
		if err := s.Drop(ctx, odette.ID, 7); err != nil {
			t.Error(err)
		}
	})
}
