package addresses_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/addresses"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		file := banHeader + ban(1, 12, "", "Avenue René Cassin") + ban(1, 12, "bis", "Avenue René Cassin") + ban(2, 3, "", "Rue du 8 Mai 1945") +
			ban(3, 12, "", "Place du Général de Gaulle") + ban(4, 7, "ter", "Rue Saint-Malo") + ban(5, 12, "", "Impasse de la République") + ban(6, 1, "", "Boulevard Simone Veil")
		file += "22352_0001_00005;;5;;Rue Saint-Malo;22100;22352;Taden;;;;;-2.02;48.47;entrance;;;TADEN;;;;1;\n"
		load(t, s, file)
		for typed, want := range map[string]string{
			"12 avenue rené cassin 22100 dinan": "12 Avenue René Cassin, 22100 Dinan",
			"12 av rene cassin":                 "12 Avenue René Cassin, 22100 Dinan",
			"12 Av. CASSIN, Dinan":              "12 Avenue René Cassin, 22100 Dinan",
			"12bis av r. cassin":                "12 bis Avenue René Cassin, 22100 Dinan",
			"12 b cassin":                       "12 bis Avenue René Cassin, 22100 Dinan",
			"avenue rene cassin 12":             "12 Avenue René Cassin, 22100 Dinan",
			"22100 dinan 12 cassin":             "12 Avenue René Cassin, 22100 Dinan",
			"12 rue rene cassin":                "12 Avenue René Cassin, 22100 Dinan",
			"12 rene casin":                     "12 Avenue René Cassin, 22100 Dinan",
			"12 rene cassni":                    "12 Avenue René Cassin, 22100 Dinan",
			"3 rue du 8 mai 1945":               "3 Rue du 8 Mai 1945, 22100 Dinan",
			"8 mai 1945":                        "Rue du 8 Mai 1945, 22100 Dinan",
			"pl du gal de gaulle 12":            "12 Place du Général de Gaulle, 22100 Dinan",
			"12 pl gen de gaulle":               "12 Place du Général de Gaulle, 22100 Dinan",
			"7 ter r st malo":                   "7 ter Rue Saint-Malo, 22100 Dinan",
			"5 st malo taden":                   "5 Rue Saint-Malo, 22100 Taden",
			"imp republique":                    "Impasse de la République, 22100 Dinan",
			"imp. de la républiqe":              "Impasse de la République, 22100 Dinan",
			"bd sim":                            "Boulevard Simone Veil, 22100 Dinan",
			"veil simone":                       "Boulevard Simone Veil, 22100 Dinan",
			"99 bd simone veil":                 "Boulevard Simone Veil, 22100 Dinan",
		} {
			if got := names(t, s, typed, 1); !cmp.Equal(got, []string{want}) {
				t.Errorf("%q: found %q, want %q", typed, got, want)
			}
		}
		for typed, want := range map[string][]string{
			"plouër-sur":         {"Plouër-sur-Rance, 22490"},
			"22490":              {"Pleslin-Trigavou, 22490", "Plouër-sur-Rance, 22490", "Langrolay-sur-Rance, 22490", "Tréméreuc, 22490"},
			"12 rue ici 22490":   {"Pleslin-Trigavou, 22490", "Plouër-sur-Rance, 22490", "Langrolay-sur-Rance, 22490", "Tréméreuc, 22490"},
			"rue inconnue evran": {"Évran, 22630"},
			"%_'\"*()":           nil,
			"x":                  nil,
			"":                   nil,
		} {
			if got := names(t, s, typed, 5); !cmp.Equal(got, want) {
				t.Errorf("%q: found %q, want %q", typed, got, want)
			}
		}
		var invalid *instance.Invalid
		if _, err := s.Suggest(t.Context(), strings.Repeat("a ", 101), nil, 5); !errors.As(err, &invalid) || invalid.Limit != addresses.MaxTyped {
			t.Errorf("too long: %v", err)
		}
		near, err := s.Suggest(t.Context(), "rue saint malo", &instance.Point{Latitude: 48.47, Longitude: -2.02}, 1)
		if err != nil || len(near) != 1 || near[0].Town != "22100 Taden" {
			t.Errorf("near Taden: %+v, %v", near, err)
		}
	})
}
