package organisations_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/organisations"
	"palier/instance/places"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// listed fills the registers with lines of a commune, one a name.
func listed(t testing.TB, db *store.DB, first int, register string, names ...string) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx store.Tx) error {
		for i, name := range names {
			_, err := tx.Exec(t.Context(), `
				INSERT INTO register_entries (id, register, key, name, folded, street, postal_code, insee, commune, imported_at)
				VALUES ($1, $2, $3, $4, $5, '3 rue Haute', '22100', '22050', 'Dinan', 1)`, first+i, register, fmt.Sprint(register, first+i), name, name)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// commune is a place that says which commune it is, with a neighbourhood in it.
func commune(v *apptest.Village) (dinan, port instance.Neighbourhood) {
	v.T.Helper()
	dinan = v.Place("dinan", "commune")
	if err := v.Places.Edit(v.T.Context(), dinan.ID, places.Plan{Title: "Dinan", Territory: "FR:COG:22050"}); err != nil {
		v.T.Fatal(err)
	}
	return dinan, v.Place("port", "neighbourhood", dinan)
}

func TestTheDirectoryOfAPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		_, port := commune(v)
		listed(t, db, 1, "rna", "comite fete", "amicale", "comite fete")
		listed(t, db, 11, "sirene", "boulangerie fete")
		names := func(w organisations.Wanted) (list []string, last instance.ID) {
			t.Helper()
			w.Limit = 2
			for {
				page, err := v.Organisations.Directory(ctx, port.ID, w)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range page {
					list, w.After = append(list, e.Name), e.ID
					if (e.Register == "rna") != (e.Street == "") {
						t.Errorf("%s %s tells of %q", e.Register, e.Name, e.Street)
					}
				}
				if len(page) < w.Limit {
					return list, w.After
				}
			}
		}
		if got, _ := names(organisations.Wanted{}); !slices.Equal(got, []string{"amicale", "boulangerie fete", "comite fete", "comite fete"}) {
			t.Errorf("all of the commune, from a neighbourhood in it: %q", got)
		}
		if got, _ := names(organisations.Wanted{Words: "Fêtes", Register: "rna"}); !slices.Equal(got, []string{"comite fete", "comite fete"}) {
			t.Errorf("associations by a word: %q", got)
		}
		if got, _ := names(organisations.Wanted{Words: "%"}); len(got) != 4 {
			t.Errorf("by a sign: %q", got)
		}
		alone := v.Place("alone", "neighbourhood")
		if got, err := v.Organisations.Directory(ctx, alone.ID, organisations.Wanted{Limit: 5}); err != nil || len(got) != 0 {
			t.Errorf("of no commune: %v, %v", got, err)
		}
	})
}

func TestALetterProvesAClaim(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		_, port := commune(v)
		listed(t, db, 1, "rna", "amicale")
		amina, bo := v.Resident("amina", port), v.Resident("bo", port)
		for _, a := range []instance.Account{amina, bo} {
			if err := v.Organisations.Claim(ctx, a.ID, port.ID, 1, organisations.ByLetter, "amicale"); err != nil {
				t.Fatal(err)
			}
		}
		waiting, err := v.Organisations.Claims(ctx, organisations.ByLetter, 0, 10)
		if err != nil || len(waiting) != 2 || waiting[0].Printed {
			t.Fatalf("letters to print: %+v, %v", waiting, err)
		}
		if _, err := v.Organisations.Prove(ctx, amina.ID, 1, ""); code(err) != "wrong" {
			t.Errorf("before there is a letter: %v", err)
		}
		letter, err := v.Organisations.PrintLetter(ctx, waiting[0].ID)
		if err != nil || len(letter.Code) != 10 || letter.Name != "amicale" {
			t.Fatalf("letter: %+v, %v", letter, err)
		}
		var kept int
		err = db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM claims WHERE code LIKE '%' || $1 || '%'`, letter.Code).Scan(&kept)
		if err != nil || kept != 0 {
			t.Errorf("the code stands in %d rows, %v", kept, err)
		}
		if _, err := v.Organisations.Prove(ctx, bo.ID, 1, letter.Code); code(err) != "wrong" {
			t.Errorf("somebody else's code: %v", err)
		}
		o, err := v.Organisations.Prove(ctx, amina.ID, 1, " "+letter.Code[:5]+" "+letter.Code[5:])
		if err != nil || o.Sort != instance.Association || o.Name != "amicale" {
			t.Fatalf("the page: %+v, %v", o, err)
		}
		if acts, err := v.Organisations.ActsFor(ctx, amina.ID, o.ID); err != nil || !acts {
			t.Errorf("amina acts for it: %t, %v", acts, err)
		}
		if err := v.Organisations.Claim(ctx, bo.ID, port.ID, 1, organisations.ByCouncil, "autre"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("claimed again: %v", err)
		}
		e, err := v.Organisations.Entry(ctx, 1)
		if err != nil || e.Page != "amicale" {
			t.Errorf("in the directory: %+v, %v", e, err)
		}
	})
}

func TestACodeCountsForThirtyDaysAndTenTries(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		_, port := commune(v)
		listed(t, db, 1, "sirene", "boulangerie", "boucherie")
		amina := v.Resident("amina", port)
		claimed := func(entry instance.ID, name string) organisations.Letter {
			t.Helper()
			if err := v.Organisations.Claim(ctx, amina.ID, port.ID, entry, organisations.ByLetter, name); err != nil {
				t.Fatal(err)
			}
			waiting, err := v.Organisations.Claims(ctx, organisations.ByLetter, 0, 10)
			if err != nil || len(waiting) == 0 {
				t.Fatalf("letters: %v, %v", waiting, err)
			}
			letter, err := v.Organisations.PrintLetter(ctx, waiting[len(waiting)-1].ID)
			if err != nil {
				t.Fatal(err)
			}
			return letter
		}
		letter := claimed(1, "boulangerie")
		for i := range 11 {
			want := "wrong"
			if i == 10 {
				want = "too-many"
			}
			if _, err := v.Organisations.Prove(ctx, amina.ID, 1, "AAAAAAAAAA"); code(err) != want {
				t.Errorf("try %d: %v", i+1, err)
			}
		}
		if _, err := v.Organisations.Prove(ctx, amina.ID, 1, letter.Code); code(err) != "too-many" {
			t.Errorf("the code after ten tries: %v", err)
		}
		letter = claimed(2, "boucherie")
		v.Clock.Advance(31 * 24 * time.Hour)
		if _, err := v.Organisations.Prove(ctx, amina.ID, 2, letter.Code); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a month later: %v", err)
		}
	})
}

func TestACouncilConfirmsAClaimInItsOwnPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan, port := commune(v)
		listed(t, db, 1, "rna", "amicale")
		amina, clerk := v.Resident("amina", port), v.Person("clerk")
		council, other := opened(v, port, clerk, "mairie", instance.Council), opened(v, dinan, clerk, "autre", instance.Council)
		if err := v.Organisations.Claim(ctx, amina.ID, port.ID, 1, organisations.ByCouncil, "amicale"); err != nil {
			t.Fatal(err)
		}
		waiting, err := v.Organisations.Claims(ctx, organisations.ByCouncil, port.ID, 10)
		if err != nil || len(waiting) != 1 {
			t.Fatalf("to confirm: %+v, %v", waiting, err)
		}
		for who, err := range map[string]error{
			"amina":           v.Organisations.Attest(ctx, amina, council.ID, waiting[0].ID, true),
			"another council": v.Organisations.Attest(ctx, clerk, other.ID, waiting[0].ID, true),
		} {
			if !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s confirms it: %v", who, err)
			}
		}
		if err := v.Organisations.Attest(ctx, clerk, council.ID, waiting[0].ID, true); err != nil {
			t.Fatal(err)
		}
		if e, err := v.Organisations.Entry(ctx, 1); err != nil || e.Page != "amicale" {
			t.Errorf("in the directory: %+v, %v", e, err)
		}
	})
}

// A directory of ten thousand lines, searched by a word that few have.
func BenchmarkDirectory(b *testing.B) {
	for _, engine := range storetest.Engines() {
		b.Run(string(engine), func(b *testing.B) {
			db := storetest.Open(b, engine)
			v := apptest.NewVillage(b, db)
			_, port := commune(v)
			names := make([]string, 10_000)
			for i := range names {
				names[i] = fmt.Sprintf("association %05d du port", i)
			}
			listed(b, db, 1, "rna", names...)
			for what, w := range map[string]organisations.Wanted{"first": {Limit: 20}, "deep": {Limit: 20, After: 9000}, "search": {Limit: 20, Words: "09999"}} {
				b.Run(what, func(b *testing.B) {
					for b.Loop() {
						if list, err := v.Organisations.Directory(b.Context(), port.ID, w); err != nil || len(list) == 0 {
							b.Fatal(len(list), err)
						}
					}
				})
			}
		})
	}
}
