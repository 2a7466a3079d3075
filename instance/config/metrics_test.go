package config_test

import (
	"testing"

	"palier/instance/config"
)

func TestWhereNumbersAreShown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		set, at string
		ok      bool
	}{
		{"", "", true},
		{":9464", "127.0.0.1:9464", true},
		{"[::1]:9464", "[::1]:9464", true},
		{"0.0.0.0:9464", "0.0.0.0:9464", true},
		{"9464", "9464", false},
		{"localhost", "localhost", false},
		{":8080", "127.0.0.1:8080", false},
		{"127.0.0.1:8080", "127.0.0.1:8080", false},
	} {
		c := config.Default() // listens at 127.0.0.1:8080
		c.Metrics = tt.set
		if got, err := c.MetricsListen(), c.Check(); got != tt.at || (err == nil) != tt.ok {
			t.Errorf("%q: %q, %v", tt.set, got, err)
		}
	}
}
