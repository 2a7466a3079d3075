package france_test

import (
	"testing"

	"palier/instance/france"
)

func TestEveryCommuneIsThere(t *testing.T) {
	t.Parallel()
	list, err := france.Communes()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(list), 35_014; got != want {
		t.Errorf("communes: got %d, want %d", got, want)
	}
	c, ok := france.ByCode(list, "22050")
	if !ok || c.Name != "Dinan" || c.Population != 14764 || len(c.PostalCodes) != 1 || c.PostalCodes[0] != "22100" {
		t.Errorf("Dinan: got %+v", c)
	}
	if c.Territory() != "FR:COG:22050" || c.Latitude < 48 || c.Longitude > -2 {
		t.Errorf("Dinan lies at %s %f %f", c.Territory(), c.Latitude, c.Longitude)
	}
	if _, ok := france.ByCode(list, "00000"); ok {
		t.Error("a commune that does not exist was found")
	}
}
