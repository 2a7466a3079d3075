package addresses_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/addresses"
	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestCommunesThatAreNew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		for file, want := range map[string]*sheets.Report{
			"TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT\nCOM,22050,53,22,22D,222,0,DINAN,Dinan,Dinan,2205,\n" +
				"COM,22999,53,22,22D,222,0,X,X,Rance-Nouvelle,2205,\nCOMD,22998,53,22,22D,222,0,X,X,Vieille-Rance,2205,22999\nCOM,2299,53,22,,,,,,Trop Court,,\n": {Good: 3, Bad: 1},
			"#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libell\xe9_d_acheminement;Ligne_5\n22999;RANCE NOUVELLE;22999;RANCE NOUVELLE;\n22050;DINAN;22100;DINAN;\n22050;DINAN;2210;DINAN;\n": {Good: 2, Bad: 1},
		} {
			report := sheets.NewReport("communes.csv", nil)
			sheet, err := sheets.Open(strings.NewReader(file), report)
			if err != nil || !addresses.ReadsCommunes(sheet) {
				t.Fatalf("no communes: %v %q", err, sheet.Columns())
			}
			if err := s.ImportCommunes(t.Context(), sheet, report); err != nil || report.Good != want.Good || report.Bad != want.Bad {
				t.Errorf("%v: %s", err, report)
			}
		}
		got := names(t, s, "rance nouvelle", 3)
		if len(got) != 1 || !strings.EqualFold(got[0], "Rance-Nouvelle, 22999") && !strings.EqualFold(got[0], "Rance Nouvelle, 22999") {
			t.Errorf("found %q", got)
		}
		if got, want := names(t, s, "dinan", 1), []string{"Dinan, 22100"}; !cmp.Equal(got, want) {
			t.Errorf("found %q, want %q", got, want)
		}
		var n int
		if err := db.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM communes`).Scan(&n); err != nil || n != 2 {
			t.Errorf("%d communes kept, %v", n, err)
		}
		load(t, s, "numero;nom_voie;code_insee\n1;Rue Neuve;22999\n")
		if got := names(t, s, "1 rue neuve 22999", 1); len(got) != 1 || !strings.HasPrefix(got[0], "1 Rue Neuve") {
			t.Errorf("an address in a new commune: %q", got)
		}
	})
}
