package places_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/addresses"
	"palier/instance/apptest"
	"palier/instance/places"
	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// square is a GeoJSON outline around a point, with its properties.
func square(lon, lat, half float64, properties string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{%s},"geometry":{"type":"Polygon","coordinates":[[[%g,%g],[%g,%g],[%g,%g],[%g,%g],[%g,%g]]]}}`,
		properties, lon-half, lat-half, lon+half, lat-half, lon+half, lat+half, lon-half, lat+half, lon-half, lat-half)
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","name":"x","features":[` + strings.Join(features, ",") + `]}`
}

func importOutlines(t *testing.T, v *apptest.Village, file string) *sheets.Report {
	t.Helper()
	report := sheets.NewReport("x.geojson", nil)
	o, err := sheets.OpenOutlines(strings.NewReader(file), report)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Places.ImportBoundaries(t.Context(), o, "IGN", report); err != nil {
		t.Fatal(err)
	}
	return report
}

// found are the places of a door or a point by their names.
func found(f places.Found) []string { return usernames(f.All()) }

func TestFromADoorToItsPlaces(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan, err := v.Places.Create(ctx, places.Plan{Username: "dinan", Title: "Dinan", Kind: "commune", Territory: "FR:COG:22050"})
		if err != nil {
			t.Fatal(err)
		}
		centre, port := v.Place("centre", "neighbourhood", dinan), v.Place("port", "neighbourhood", dinan)
		tower := v.Place("tour", "building", port)
		report := importOutlines(t, v, collection(
			square(-2.05, 48.45, 0.05, `"code":"22050","nom":"Dinan"`),
			square(-2.05, 48.45, 0.01, `"CODE_IRIS":"220500101","NOM_IRIS":"Centre <b>","INSEE_COM":"22050"`),
			square(-2.03, 48.45, 0.01, `"code_qp":"QN02201M","lib_qp":"Le Port","insee_com":["22050"]`),
			`{"type":"Feature","properties":{"nom":"un point"},"geometry":{"type":"Point","coordinates":[1,2]}}`,
			`{"type":"Feature","properties":null,"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}`))
		if report.Good != 3 || report.Bad != 2 || len(report.Notes) != 1 {
			t.Errorf("report: %s", report)
		}
		all, err := v.Places.Boundaries(ctx, "22050", 10)
		if err != nil || len(all) != 3 {
			t.Fatalf("boundaries of the commune: %+v, %v", all, err)
		}
		for _, b := range all {
			switch b.Kind {
			case "iris":
				err = v.Places.Lay(ctx, centre.ID, b.ID)
			case "qpv":
				err = v.Places.Lay(ctx, port.ID, b.ID)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for situation, tt := range map[string]struct {
			lat, lon float64
			want     []string
		}{
			"in the centre": {48.45, -2.05, []string{"centre", "dinan"}},
			"in the port":   {48.45, -2.03, []string{"port", "dinan"}},
			"outside both":  {48.48, -2.05, []string{"dinan"}},
			"far away":      {43.7, 7.2, nil},
		} {
			f, err := v.Places.Locate(ctx, tt.lat, tt.lon)
			if got := found(f); err != nil || !cmp.Equal(got, tt.want) {
				t.Errorf("%s: %q, %v, want %q", situation, got, err, tt.want)
			}
		}
		doors := twoDoors(t, db)
		if err := v.Places.SetDoors(ctx, tower.ID, doors[:1]); err != nil {
			t.Fatal(err)
		}
		for i, want := range [][]string{{"tour", "port", "dinan"}, {"dinan"}} { // the second has no position
			f, err := v.Places.At(ctx, doors[i])
			if got := found(f); err != nil || !cmp.Equal(got, want) {
				t.Errorf("door %d: %q, %v, want %q", i, got, err, want)
			}
		}
		if err := v.Places.SetDoors(ctx, centre.ID, doors); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("doors of a neighbourhood: %v", err)
		}
		if err := v.Places.SetDoors(ctx, tower.ID, []instance.AddressID{1}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a door nobody knows: %v", err)
		}
		if _, err := v.Places.At(ctx, 1); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("places of a door nobody knows: %v", err)
		}
	})
}

// twoDoors imports two doors: one in the port, and one of which nobody says where
// it lies.
func twoDoors(t *testing.T, db *store.DB) []instance.AddressID {
	t.Helper()
	s, err := addresses.New(t.Context(), addresses.Options{DB: db, IDs: instance.NewIDs(time.Now, 3), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	report := sheets.NewReport("x", nil)
	sheet, err := sheets.Open(strings.NewReader("numero;nom_voie;code_insee;code_postal;lon;lat\n1;Quai de la Rance;22050;22100;-2.03;48.45\n2;Rue du Four;22050;22100;;\n"), report)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Import(t.Context(), sheet, "BAN", report); err != nil {
		t.Fatal(err)
	}
	var doors []instance.AddressID
	for _, typed := range []string{"1 quai rance", "2 four"} {
		found, err := s.Suggest(t.Context(), typed, nil, 1)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %+v, %v", typed, found, err)
		}
		doors = append(doors, found[0].Address)
	}
	return doors
}

func TestAPointAndARadius(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		hamlet := v.Place("hameau", "neighbourhood")
		o := places.Outline{Center: instance.Point{Latitude: 48.5, Longitude: -2}, RadiusM: 500, Source: "la mairie"}
		if err := v.Places.SetOutline(ctx, hamlet.ID, o); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			lat, lon float64
			want     int
		}{{48.504, -2, 1}, {48.505, -2, 0}, {48.5, -2.0066, 1}, {48.5, -2.0069, 0}} {
			if f, err := v.Places.Locate(ctx, tt.lat, tt.lon); err != nil || len(f.All()) != tt.want {
				t.Errorf("%f %f: %q, %v", tt.lat, tt.lon, found(f), err)
			}
		}
		kept, ok, err := v.Places.OutlineOf(ctx, hamlet.ID)
		if diff := cmp.Diff(o, kept); !ok || err != nil || diff != "" {
			t.Errorf("%t, %v (-want +got):\n%s", ok, err, diff)
		}
		for _, wrong := range []places.Outline{{}, {RadiusM: -1}, {RadiusM: 60_000}, {RadiusM: 100, Center: instance.Point{Latitude: 91}}} {
			if err := v.Places.SetOutline(ctx, hamlet.ID, wrong); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%+v: %v", wrong, err)
			}
		}
		if err := v.Places.RemoveOutline(ctx, hamlet.ID); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := v.Places.OutlineOf(ctx, hamlet.ID); ok || err != nil {
			t.Errorf("after it was removed: %t, %v", ok, err)
		}
	})
}
