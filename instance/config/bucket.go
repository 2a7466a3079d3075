package config

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Bucket is where pictures are kept in an S3-compatible store.
type Bucket struct {
	// Endpoint is host or host:port, without a scheme; empty keeps pictures in a
	// folder.
	Endpoint string `toml:"endpoint"`
	// Name is that of the bucket. Nobody else needs to be let in: pictures are
	// served by us.
	Name string `toml:"bucket"`
	// Region is where it is; many stores take us-east-1.
	Region string `toml:"region"`
	// AccessKey and SecretKey open it; the secret may stand in a file of its own.
	AccessKey     string `toml:"access_key"`
	SecretKey     string `toml:"secret_key"`
	SecretKeyFile string `toml:"secret_key_file"`
	// Prefix comes before every name, such as palier/.
	Prefix string `toml:"prefix"`
	// Insecure speaks http, to a store on the same machine.
	Insecure bool `toml:"insecure"`
	// HostStyle puts the bucket's name into the host instead of the path.
	HostStyle bool `toml:"host_style"`
}

// Used tells whether pictures are kept there.
func (b *Bucket) Used() bool { return b.Endpoint != "" }

// Secret is the secret key, from its file if it stands in one.
func (b *Bucket) Secret() (string, error) {
	if b.SecretKeyFile == "" {
		return b.SecretKey, nil
	}
	text, err := os.ReadFile(b.SecretKeyFile)
	if err != nil {
		return "", fmt.Errorf("secret key of the media bucket: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// check returns every reason why pictures cannot be kept there.
func (b *Bucket) check() error {
	if !b.Used() {
		if b.Name != "" || b.AccessKey != "" {
			return errors.New("a media bucket needs the endpoint of its store")
		}
		return nil
	}
	var errs []error
	if strings.Contains(b.Endpoint, "/") {
		errs = append(errs, fmt.Errorf("endpoint %q of the media bucket is not host or host:port", b.Endpoint))
	}
	for name, value := range map[string]string{"a name": b.Name, "an access key": b.AccessKey} {
		if value == "" {
			errs = append(errs, fmt.Errorf("the media bucket has not %s", name))
		}
	}
	if b.SecretKey != "" && b.SecretKeyFile != "" {
		errs = append(errs, errors.New("the secret key of the media bucket stands in two places"))
	}
	switch secret, err := b.Secret(); {
	case err != nil:
		errs = append(errs, err)
	case secret == "":
		errs = append(errs, errors.New("the media bucket has no secret key"))
	}
	return errors.Join(errs...)
}
