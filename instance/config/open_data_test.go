package config_test

import (
	"strings"
	"testing"

	"palier/instance/config"
	"palier/instance/opendata"
)

func TestUnderWhichLicenceDataIsGivenAway(t *testing.T) {
	t.Parallel()
	if c := config.Default(); c.OpenData != opendata.DefaultLicence || c.Check() != nil {
		t.Errorf("by itself it is %q", c.OpenData)
	}
	for licence, ok := range map[opendata.Licence]bool{"etalab-2.0": true, "ODbL-1.0": true, "off": true, "": false, "none": false} {
		c := config.Default()
		c.OpenData = licence
		if err := c.Check(); (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "open_data") {
			t.Errorf("%q: %v", licence, err)
		}
	}
}
