package auth_test

import (
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/auth"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// BenchmarkAccess is what every request of a client program begins with, among
// 20,000 tokens.
func BenchmarkAccess(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			v := apptest.NewVillage(b, storetest.Open(b, engine))
			ada := v.Person("ada")
			app, _, err := v.Apps.Register(b.Context(), auth.App{Name: "x", RedirectURIs: []string{callback}, Scopes: auth.Scopes{"read"}})
			if err != nil {
				b.Fatal(err)
			}
			err = v.DB.InTx(b.Context(), func(tx store.Tx) error {
				for i := range 20_000 {
					_, err := tx.Exec(b.Context(), `
						INSERT INTO access_tokens (id, hash, app_id, person_id, scopes, created_at, used_at)
						VALUES ($1, $2, $3, $4, 'read', 0, 0)`, instance.ID(i+1), []byte{byte(i), byte(i >> 8)}, app.ID, ada.ID)
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			token, err := v.Apps.Issue(b.Context(), app, ada.ID, auth.Scopes{"read"})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := v.Apps.Access(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
