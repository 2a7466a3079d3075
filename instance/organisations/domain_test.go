package organisations_test

import (
	"errors"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/organisations"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// The web site that a register names shows whose a line is: by a text that only
// who claims it was given, at that very host.
func TestJ11_AWebSiteProvesAClaim(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		_, port := commune(v)
		listed(t, db, 1, "rna", "amicale", "chorale")
		err := db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE register_entries SET website = 'http://www.Amicale.example/accueil' WHERE id = 1`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		amina, bo := v.Resident("amina", port), v.Resident("bo", port)
		if err := v.Organisations.Claim(ctx, amina.ID, port.ID, 2, organisations.ByDomain, "chorale"); code(err) != "no-site" {
			t.Errorf("a line without a site: %v", err)
		}
		for _, a := range []instance.Account{amina, bo} {
			if err := v.Organisations.Claim(ctx, a.ID, port.ID, 1, organisations.ByDomain, "amicale"); err != nil {
				t.Fatal(err)
			}
		}
		hers, err := v.Organisations.DomainProof(ctx, amina.ID, 1)
		if err != nil || hers.URL != "https://www.amicale.example/.well-known/palier-claim.txt" {
			t.Fatalf("where to put it: %+v, %v", hers, err)
		}
		his, err := v.Organisations.DomainProof(ctx, bo.ID, 1)
		if err != nil || his.Text == hers.Text || len(his.Text) < 30 {
			t.Fatalf("what to put there: %+v and %+v, %v", hers, his, err)
		}
		if _, err := v.Organisations.Prove(ctx, amina.ID, 1, hers.Text); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("as if it were the code of a letter: %v", err)
		}
		for _, tt := range []struct {
			name  string
			sites apptest.Sites
			want  string
		}{
			{"nothing", apptest.Sites{}, "not-there"},
			{"down", apptest.Sites{Down: true}, "unreachable"},
			{"another's", apptest.Sites{Texts: map[string]string{hers.URL: his.Text}}, "wrong"},
			{"more than that", apptest.Sites{Texts: map[string]string{hers.URL: his.Text + "\n" + hers.Text}}, "wrong"},
			{"empty", apptest.Sites{Texts: map[string]string{hers.URL: ""}}, "wrong"},
			{"elsewhere", apptest.Sites{Leads: map[string]string{hers.URL: "https://pages.example/x"}, Texts: map[string]string{"https://pages.example/x": hers.Text}}, "elsewhere"},
		} {
			v.Sites = tt.sites
			if _, err := v.Organisations.ProveByDomain(ctx, amina.ID, 1); code(err) != tt.want {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
			}
		}
		v.Sites = apptest.Sites{Texts: map[string]string{hers.URL: " " + hers.Text + "\r\n"}}
		if _, err := v.Organisations.ProveByDomain(ctx, bo.ID, 1); code(err) != "wrong" {
			t.Errorf("bo by what amina put there: %v", err)
		}
		o, err := v.Organisations.ProveByDomain(ctx, amina.ID, 1)
		if err != nil || o.Username != "amicale" {
			t.Fatalf("proved: %+v, %v", o, err)
		}
		if _, err := v.Organisations.ProveByDomain(ctx, bo.ID, 1); !errors.Is(err, instance.ErrConflict) && code(err) != "wrong" {
			t.Errorf("twice: %v", err)
		}
	})
}

func TestTheSiteOfALine(t *testing.T) {
	t.Parallel()
	for website, want := range map[string]string{
		"": "", "amicale.example": "amicale.example", "HTTPS://Amicale.example/a?b": "amicale.example", "http://amicale.example:8080": "", "https://a:b@amicale.example": "",
		"localhost": "", "127.0.0.1": "", "https://[::1]/": "", "javascript:alert(1)": "", "nous n'en avons pas": "", "https://": "", strings.Repeat("a", 10) + ".": "",
	} {
		if got := (organisations.Entry{Website: website}).Site(); got != want {
			t.Errorf("%q: %q, want %q", website, got, want)
		}
	}
}
