package addresses_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/addresses"
	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func service(t testing.TB, db *store.DB) *addresses.Service {
	t.Helper()
	s, err := addresses.New(t.Context(), addresses.Options{DB: db, IDs: instance.NewIDs(time.Now, 0), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// load imports a file that is given as text.
func load(t testing.TB, s *addresses.Service, text string) *sheets.Report {
	t.Helper()
	report := sheets.NewReport("test.csv", nil)
	r, err := sheets.Unpack(strings.NewReader(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := sheets.Open(r, report)
	if err != nil {
		t.Fatal(err)
	}
	if !addresses.Reads(sheet) {
		t.Fatalf("these are no addresses: %q", sheet.Columns())
	}
	if err := s.Import(t.Context(), sheet, "BAN", report); err != nil {
		t.Fatal(err)
	}
	return report
}

// names are suggestions as a reader sees them.
func names(t testing.TB, s *addresses.Service, typed string, limit int) []string {
	t.Helper()
	found, err := s.Suggest(t.Context(), typed, nil, limit)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range found {
		list = append(list, f.Name+", "+f.Town)
	}
	return list
}

func TestGoodRowsStayAndBadOnesAreNamed(t *testing.T) {
	t.Parallel()
	dirty, err := os.ReadFile("testdata/bal-dirty.csv")
	if err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		report := load(t, s, string(dirty))
		want := []sheets.Fault{
			{Line: 2, Reason: "the key cle_interop is malformed, and nothing else names the commune"},
			{Line: 3, Reason: "the commune is not named by a code that exists"},
			{Line: 12, Reason: "the key cle_interop is malformed, and nothing else names the commune"},
			{Line: 15, Reason: "what follows the number is neither bis, ter nor a letter"},
			{Line: 16, Reason: "the number is not a whole number"},
		}
		if diff := cmp.Diff(want, report.Shown); diff != "" {
			t.Errorf("refused (-want +got):\n%s", diff)
		}
		// Two of the ten others are one door written twice.
		if n, err := s.Count(t.Context()); report.Good != 10 || n != 9 || err != nil {
			t.Errorf("%d rows taken, %d doors, %v", report.Good, n, err)
		}
		if got, want := names(t, s, "8 bis rosslauf", 3), []string{"8 bis Rue du Rosslauf, Strasbourg", "8 Rue du Rosslauf, Strasbourg"}; !cmp.Equal(got, want) {
			t.Errorf("found %q, want %q", got, want)
		}
	})
}

const banHeader = "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;source_nom_voie;certification_commune;cad_parcelles\n"

// ban is a line of a BAN file of Dinan.
func ban(street int, number int, rep, name string) string {
	id := fmt.Sprintf("22050_%04d_%05d", street, number)
	if rep != "" {
		id += "_" + rep
	}
	return fmt.Sprintf("%s;;%d;%s;%s;22100;22050;Dinan;;;329000.5;6825000.1;-2.04%d;48.45%d;entrance;;;DINAN;;commune;commune;1;\n", id, number, rep, name, street, number%10)
}

func TestASecondFileBringsDoorsUpToDate(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		load(t, s, "\ufeff"+strings.ReplaceAll(banHeader+ban(10, 12, "bis", "Rue de la Lainerie")+ban(10, 14, "", "Rue de la Lainerie"), "\n", "\r\n"))
		first, err := s.Suggest(t.Context(), "12bis lainerie", nil, 5)
		if err != nil || len(first) != 1 || first[0].Kind != addresses.Door {
			t.Fatalf("found %+v, %v", first, err)
		}
		// The commune's own file: the street got another name, the door stays the same one.
		load(t, s, "uid_adresse;cle_interop;commune_insee;commune_nom;voie_nom;numero;suffixe;x;y;unheard_of\n"+
			";22050_0010_00012_bis;22050;Dinan;Rue Haute-Voie;12;bis;329000;6825000;1\n;22050_0010_00016;22050;Dinan;Le Port;99999;;;;1\n")
		a, err := s.ByID(t.Context(), first[0].Address)
		if err != nil || a.Line() != "12 bis Rue Haute-Voie" || a.Town() != "22100 Dinan" || a.INSEE != "22050" {
			t.Errorf("the door is now %+v, %v", a, err)
		}
		if a.Point == nil || a.Point.Latitude < 48.4 || a.Point.Latitude > 48.6 || a.Point.Longitude > -1.9 || a.Point.Longitude < -2.2 {
			t.Errorf("it lies at %+v", a.Point)
		}
		load(t, s, banHeader+ban(10, 14, "", "Rue Haute-Voie")) // the last door of the old name moves too
		if got := names(t, s, "lainerie", 5); len(got) != 0 {
			t.Errorf("a street without doors is found: %q", got)
		}
		if n, err := s.Count(t.Context()); n != 3 || err != nil {
			t.Errorf("%d doors, %v", n, err)
		}
		word := s.Seal(a.ID)
		if id, err := s.Open(word); id != a.ID || err != nil || strings.Contains(word, a.ID.String()) {
			t.Errorf("%s opens to %s, %v", word, id, err)
		}
		for _, forged := range []string{"", "x", word[:len(word)-2] + "AA", strings.Repeat("A", 5000)} {
			if _, err := s.Open(forged); err == nil {
				t.Errorf("%.20s opens", forged)
			}
		}
	})
}

func TestDirtyFiles(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(banHeader + ban(1, 1, "", "Place Duclos")))
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for situation, tt := range map[string]struct {
			file, sought string
			good, bad    int
			want         []string
		}{
			"packed":  {packed.String(), "1 duclos", 1, 0, []string{"1 Place Duclos, 22100 Dinan"}},
			"Latin-1": {"numero;nom_voie;code_postal;code_insee;nom_commune\n2;Rue de l'\xc9cole;22100;22050;Dinan\n", "2 ecole", 1, 0, []string{"2 Rue de l'École, 22100 Dinan"}},
			"quotes and commas": {"numero,nom_voie,code_insee,code_postal\r\n\"3\",\"Rue \"\"du Marchix\"\", dite Haute\",22050,22100\r\n,,,\r\n\"4\",\"Rue sans fin,22050,22100\r\n5,Rue du Four,22050,22100\r\n",
				"5 four", 2, 2, []string{"5 Rue du Four, 22100 Dinan"}},
			"script": {"numero;nom_voie;code_insee;code_postal\n6;<script>alert(1)</script> Rue;22050;22100\n", "6 script", 1, 0, []string{"6 <script>alert(1)</script> Rue, 22100 Dinan"}},
			"too long": {"numero;nom_voie;code_insee;code_postal\n7;" + strings.Repeat("x", 10<<20) + ";22050;22100\n8;Rue du Jerzual;22050;22100\n9;" + strings.Repeat("y", 300) + ";22050;22100\n",
				"8 jerzual", 1, 2, []string{"8 Rue du Jerzual, 22100 Dinan"}},
			"no position on earth": {"numero;nom_voie;code_insee;lon;lat\n1;Rue Nulle;22050;-1234;48\n", "rue nulle", 0, 1, nil},
		} {
			s := service(t, db)
			report := load(t, s, tt.file)
			if report.Good != tt.good || report.Bad != tt.bad {
				t.Errorf("%s: %s", situation, report)
			}
			if got := names(t, s, tt.sought, 5); !cmp.Equal(got, tt.want) {
				t.Errorf("%s: found %q, want %q", situation, got, tt.want)
			}
		}
	})
}
