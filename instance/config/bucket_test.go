package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"palier/instance/config"
)

func TestMediaBucket(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("from the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ situation, toml, refused string }{
		{"none", ``, ""},
		{"whole", "endpoint = 's3.example:9000'\nbucket = 'pictures'\naccess_key = 'key'\nsecret_key = 'secret'\nregion = 'eu'\nhost_style = true", ""},
		{"its secret in a file", "endpoint = 's3.example'\nbucket = 'pictures'\naccess_key = 'key'\nsecret_key_file = '" + secret + "'", ""},
		{"an address", "endpoint = 'https://s3.example'\nbucket = 'pictures'\naccess_key = 'key'\nsecret_key = 'secret'", "host:port"},
		{"without a store", "bucket = 'pictures'", "endpoint"},
		{"without a name", "endpoint = 's3.example'\naccess_key = 'key'\nsecret_key = 'secret'", "name"},
		{"without keys", "endpoint = 's3.example'\nbucket = 'pictures'", "secret key"},
		{"two secrets", "endpoint = 's3.example'\nbucket = 'pictures'\naccess_key = 'key'\nsecret_key = 'secret'\nsecret_key_file = '" + secret + "'", "two places"},
		{"a file that is not there", "endpoint = 's3.example'\nbucket = 'pictures'\naccess_key = 'key'\nsecret_key_file = '" + dir + "/none'", "no such file"},
	} {
		path := filepath.Join(t.TempDir(), "palier.toml")
		if err := os.WriteFile(path, []byte("[media_bucket]\n"+tt.toml+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c := config.Default()
		if err := c.ReadFile(path); err != nil {
			t.Fatalf("%s: %v", tt.situation, err)
		}
		err := c.Check()
		if (err == nil) != (tt.refused == "") || err != nil && !strings.Contains(err.Error(), tt.refused) {
			t.Errorf("%s: %v", tt.situation, err)
		}
		if tt.situation == "its secret in a file" {
			if got, err := c.MediaBucket.Secret(); got != "from the file" || err != nil {
				t.Errorf("secret %q, %v", got, err)
			}
		}
		if err != nil && strings.Contains(err.Error(), "from the file") {
			t.Errorf("%s tells the secret: %v", tt.situation, err)
		}
	}
}
