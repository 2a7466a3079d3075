package registers_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/registers"
	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const rna = "id;titre;titre_court;objet;objet_social1;adrs_numvoie;adrs_repetition;adrs_typevoie;adrs_libvoie;adrs_codeinsee;adrs_codepostal;adrs_libcommune;adrg_libvoie;adrg_codepostal;siteweb;position;date_disso\n" +
	"W221000001;LES AMIS DU JERZUAL;AJ;\"faire vivre\nle quartier\";006100;12;bis;RUE;DU JERZUAL;22050;22100;Dinan;CHEZ MME SECRET;22100;jerzual.example/accueil;A;\n" +
	"W221000002;DISSOUTE;;x;1;;;;;22050;22100;Dinan;;;;D;2020-01-01\n" +
	"W221000003;;;x;1;;;;;22050;22100;Dinan;;;;A;\n" +
	";SANS NUM\xc9RO;;x;1;;;;;22050;22100;Dinan;;;;A;\n" +
	"W221000004;\xc9COLE <script>;;x;1;;;;;22050;22100;Dinan;;;javascript:alert(1);A;0001-01-01\n"

const sirene = "siret,statutDiffusionEtablissement,numeroVoieEtablissement,typeVoieEtablissement,libelleVoieEtablissement,codePostalEtablissement,libelleCommuneEtablissement,codeCommuneEtablissement,etatAdministratifEtablissement,enseigne1Etablissement,denominationUsuelleEtablissement,activitePrincipaleEtablissement,coordonneeLambertAbscisseEtablissement,coordonneeLambertOrdonneeEtablissement\n" +
	"11111111100001,O,3,RUE,DU FOUR,22100,DINAN,22050,A,BOULANGERIE DU FOUR,,10.71C,363406.06,6791854.24\n" +
	"11111111100002,P,4,RUE,CACHEE,22100,DINAN,22050,A,SECRET,,10.71C,,\n" +
	"11111111100003,O,5,RUE,FERMEE,22100,DINAN,22050,F,FERME,,10.71C,,\n" +
	"11111111100004,O,6,RUE,DU DOMICILE,22100,DINAN,22050,A,[ND],,10.71C,,\n" +
	"11111111100005,O,7,RUE,LOIN,06000,NICE,06088,A,LOIN,,10.71C,,\n" +
	"12,O,7,RUE,LOIN,22100,DINAN,22050,A,COURT,,10.71C,,\n"

func load(t *testing.T, db *store.DB, text string, in ...string) *sheets.Report {
	t.Helper()
	report := sheets.NewReport("register.csv", nil)
	sheet, err := sheets.Open(strings.NewReader(text), report)
	if err != nil || !registers.Reads(sheet) {
		t.Fatalf("not a register: %v", err)
	}
	s := registers.New(registers.Options{DB: db, IDs: instance.NewIDs(time.Now, 0), Now: time.Now})
	if err := s.Import(t.Context(), sheet, in, report); err != nil {
		t.Fatal(err)
	}
	return report
}

// kept is the active entries as somebody reads them.
func kept(ctx context.Context, t *testing.T, db *store.DB) (lines []string) {
	t.Helper()
	rows, err := db.Read().Query(ctx, `
		SELECT register || '|' || key || '|' || name || '|' || folded || '|' || street || '|' || postal_code || '|' || insee || '|' || website || '|' || purpose
		  FROM register_entries
		 WHERE active
		 ORDER BY key`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return lines
}

func TestAssociationsAndEstablishments(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if r := load(t, db, rna); r.Good != 2 || r.Skipped != 1 || r.Bad != 2 {
			t.Errorf("RNA: %s", r)
		}
		if r := load(t, db, sirene, "22"); r.Good != 1 || r.Skipped != 4 || r.Bad != 1 {
			t.Errorf("SIRENE: %s", r)
		}
		want := []string{
			"sirene|11111111100001|BOULANGERIE DU FOUR|boulangerie du four|3 RUE DU FOUR|22100|22050||",
			"rna|W221000001|LES AMIS DU JERZUAL|les amis du jerzual|12 bis RUE DU JERZUAL|22100|22050|https://jerzual.example/accueil|faire vivre le quartier",
			"rna|W221000004|ÉCOLE <script>|ecole script||22100|22050||x",
		}
		if diff := cmp.Diff(want, kept(t.Context(), t, db)); diff != "" {
			t.Errorf("kept (-want +got):\n%s", diff)
		}
		// The baker closes: the entry is over, and its address gone.
		closed := strings.Replace(sirene, "22050,A,BOULANGERIE", "22050,F,BOULANGERIE", 1)
		load(t, db, closed, "22050")
		load(t, db, rna)
		if diff := cmp.Diff(want[1:], kept(t.Context(), t, db)); diff != "" {
			t.Errorf("after it closed (-want +got):\n%s", diff)
		}
		var n int
		var street string
		err := db.Read().QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM register_entries), street FROM register_entries WHERE key = '11111111100001'`).Scan(&n, &street)
		if err != nil || n != 3 || street != "" {
			t.Errorf("%d entries, %q, %v", n, street, err)
		}
	})
}
