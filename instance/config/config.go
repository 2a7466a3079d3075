// Package config is what an operator can set, in one typed place.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/joining"
	"palier/instance/live"
	"palier/instance/notifications"
	"palier/instance/opendata"
)

// Config is everything an operator can set for one server.
type Config struct {
	// Database is sqlite:PATH or postgres://….
	Database string `toml:"database"`
	// URL is the public address, https://name.
	URL string `toml:"url"`
	// Listen is where connections are taken, host:port.
	Listen string `toml:"listen"`
	// Metrics is where the numbers of the process are shown, as host:port with the
	// path /metrics; a port alone is on this machine only, as :9464. Empty is nowhere.
	Metrics string `toml:"metrics"`
	// Title is what the server calls itself.
	Title string `toml:"title"`
	// Zone is the time zone of the place, as Europe/Paris.
	Zone string `toml:"zone"`
	// Country is the place's, by its ISO 3166 code: whose emergency numbers hold.
	Country string `toml:"country"`
	// MediaDir holds pictures; empty: beside the database.
	MediaDir string `toml:"media_dir"`
	// VaultDir holds the keys to what is sealed, which never belong into a backup
	// together with the database; empty: the folder keys beside the database.
	VaultDir string `toml:"vault_dir"`
	// MediaBucket keeps pictures in an object store instead of a folder.
	MediaBucket Bucket `toml:"media_bucket"`
	// MediaCacheMB is how many megabytes of pictures of other servers are kept.
	MediaCacheMB int64 `toml:"media_cache_mb"`
	// CardDelay is how long after a post the page it links to is asked for, at
	// most: a random while, since other servers ask too.
	CardDelay time.Duration `toml:"card_delay"`
	// Registrations are who may join by themself: open for everybody, invited for
	// whom a neighbour invites, closed for whom the operator lets in.
	Registrations joining.Registrations `toml:"registrations"`
	// OpenData is under which licence what everyone may read of places is given away
	// as tables for programs (/data): etalab-2.0, ODbL-1.0, CC-BY-4.0, CC0-1.0, or off.
	OpenData opendata.Licence `toml:"open_data"`
	// Mail is the mail server that takes letters; without one they stay in the
	// database, where palier admin mail shows them.
	Mail Mail `toml:"mail"`
	// OIDC is the council whose accounts prove where somebody lives.
	OIDC OIDC `toml:"oidc"`
	// Roles are what this process does: web, worker.
	Roles []string `toml:"roles"`
	// TrustedProxies are whose X-Forwarded-For counts.
	TrustedProxies []netip.Prefix `toml:"trusted_proxies"`
	// PeersAllow are addresses that others may have although they are not
	// public; none in the open.
	PeersAllow []netip.Prefix `toml:"peers_allow"`
	// TLSCert and TLSKey are files to serve https with, without a proxy.
	TLSCert string `toml:"tls_cert"`
	TLSKey  string `toml:"tls_key"`
	// FirstRetry is how long a delivery that failed waits first.
	FirstRetry time.Duration `toml:"first_retry"`
	// LongestRetry is how long it waits at most between two tries.
	LongestRetry time.Duration `toml:"longest_retry"`
	// Limits bound how often one and the same may try.
	Limits Limits `toml:"limits"`
	// Lane tells processes on one database apart, 0 to 15.
	Lane int `toml:"lane"`
}

// Limits are the rates of tries by class.
type Limits struct {
	Peers     auth.Limit `toml:"peers"`     // per other server: what it sends
	Login     auth.Limit `toml:"login"`     // per address, and per account
	Letters   auth.Limit `toml:"letters"`   // per mail address: what anybody can have written to it; four times as many per address they come from
	Pages     auth.Limit `toml:"pages"`     // per address: whatever changes something
	Lookup    auth.Limit `toml:"lookup"`    // per person: looking others up elsewhere
	Programs  auth.Limit `toml:"programs"`  // per address: what client programs change
	Apps      auth.Limit `toml:"apps"`      // per address: client programs that register, ask, and trade codes
	Codes     auth.Limit `toml:"codes"`     // per address: codes that prove where somebody lives
	Addresses auth.Limit `toml:"addresses"` // per address of whoever asks: finding a street and a number
	// Deliveries is per registered domain: what goes there, so that nobody can
	// use us to press a server.
	Deliveries auth.Limit `toml:"deliveries"`
	// Follows is per actor elsewhere, SiteFollows per registered domain: follows
	// that come, and ends of them.
	Follows     auth.Limit `toml:"follows"`
	SiteFollows auth.Limit `toml:"site_follows"`
	// Strangers bounds whom people who write from a server for the first time
	// can disturb.
	Strangers notifications.Strangers `toml:"strangers"`
	// Notices is how many an organisation can have in a month, 0 for any number,
	// until an administrator sets it on a page.
	Notices int `toml:"notices"`
	// PlacePosts is how many messages one person can begin in one place in a day,
	// likewise.
	PlacePosts int `toml:"place_posts"`
	// Lines bounds how many apps and pages are told at once what happens.
	Lines live.Limits `toml:"lines"`
}

// Default is a server on this machine, for nobody else.
func Default() Config {
	return Config{
		Database: "sqlite:palier.db", URL: "http://localhost:8080", Listen: "127.0.0.1:8080",
		Title: "Palier", Zone: "Europe/Paris", Country: "FR", Roles: []string{"web", "worker"}, FirstRetry: 30 * time.Second, LongestRetry: 4 * time.Hour,
		MediaCacheMB: 2048, CardDelay: time.Minute, Registrations: joining.Open, OpenData: opendata.DefaultLicence,
		Limits: Limits{
			Peers:     auth.Limit{Burst: 2000, Every: 20 * time.Millisecond},
			Login:     auth.Limit{Burst: 10, Every: time.Minute},
			Letters:   auth.Limit{Burst: 4, Every: 10 * time.Minute},
			Pages:     auth.Limit{Burst: 120, Every: time.Second},
			Lookup:    auth.Limit{Burst: 30, Every: 10 * time.Second},
			Programs:  auth.Limit{Burst: 1000, Every: 200 * time.Millisecond},
			Apps:      auth.Limit{Burst: 60, Every: 10 * time.Second},
			Codes:     auth.Limit{Burst: 20, Every: 3 * time.Minute},
			Addresses: auth.Limit{Burst: 120, Every: time.Second},

			Deliveries:  auth.Limit{Burst: 2000, Every: 10 * time.Millisecond},
			Follows:     auth.Limit{Burst: 20, Every: time.Minute},
			SiteFollows: auth.Limit{Burst: 300, Every: 6 * time.Second},
			Strangers:   notifications.Strangers{New: 7 * 24 * time.Hour, PerSite: 20, Together: 60},
			Notices:     4,
			PlacePosts:  5,
			Lines:       live.Limits{PerPerson: 64, PerAddress: 256},
		},
	}
}

// ReadFile lays a TOML file over c. Names it does not know are an error, since
// a setting that is not heard is worse than none.
func (c *Config) ReadFile(path string) error {
	meta, err := toml.DecodeFile(path, c)
	if err != nil {
		return fmt.Errorf("read settings %s: %w", path, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return fmt.Errorf("read settings %s: unknown setting %s", path, unknown[0])
	}
	return nil
}

// leastCacheMB is less than which a page of pictures would not fit into.
const leastCacheMB = 64

// Check returns every reason why a server cannot run with c.
func (c *Config) Check() error {
	var errs []error
	if _, err := instance.NewSite(c.URL); err != nil {
		errs = append(errs, err)
	}
	if !strings.HasPrefix(c.Database, "sqlite:") && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		errs = append(errs, fmt.Errorf("database %q is neither sqlite:PATH nor postgres://…", redacted(c.Database)))
	}
	for _, r := range c.Roles {
		if r != "web" && r != "worker" {
			errs = append(errs, fmt.Errorf("role %q is neither web nor worker", r))
		}
	}
	if len(c.Roles) == 0 {
		errs = append(errs, errors.New("no role: a server that does nothing"))
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		errs = append(errs, errors.New("a certificate and its key come together"))
	}
	for _, f := range []string{c.TLSCert, c.TLSKey} {
		if f == "" {
			continue
		}
		if _, err := os.Stat(f); err != nil {
			errs = append(errs, err)
		}
	}
	if err := c.OIDC.check(); err != nil {
		errs = append(errs, err)
	}
	if err := c.MediaBucket.check(); err != nil {
		errs = append(errs, err)
	}
	switch c.Registrations {
	case joining.Open, joining.Invited, joining.Closed:
	default:
		errs = append(errs, fmt.Errorf("registrations %q are neither open, invited nor closed", c.Registrations))
	}
	if !c.OpenData.Known() {
		errs = append(errs, fmt.Errorf("open_data %q is no licence that we know: etalab-2.0, ODbL-1.0, CC-BY-4.0, CC0-1.0, or off", c.OpenData))
	}
	if err := c.Mail.Server().Check(); err != nil {
		errs = append(errs, err)
	}
	if c.MediaCacheMB < leastCacheMB {
		errs = append(errs, fmt.Errorf("media_cache_mb %d leaves no room for pictures of other servers: at least %d", c.MediaCacheMB, leastCacheMB))
	}
	if c.CardDelay < 0 || c.CardDelay > time.Hour {
		errs = append(errs, fmt.Errorf("card_delay %s is not between none and an hour", c.CardDelay))
	}
	if c.FirstRetry <= 0 || c.LongestRetry < c.FirstRetry {
		errs = append(errs, errors.New("retries have to wait a while, the longest at least as long as the first"))
	}
	if c.Metrics != "" {
		if host, port, err := net.SplitHostPort(c.Metrics); err != nil || port == "" {
			errs = append(errs, fmt.Errorf("metrics %q is not host:port", c.Metrics))
		} else if c.Metrics == c.Listen || c.MetricsListen() == c.Listen || host == "" && ":"+port == c.Listen {
			errs = append(errs, fmt.Errorf("metrics %q is where everybody asks: numbers have an address of their own", c.Metrics))
		}
	}
	if c.Lane < 0 || c.Lane > 15 {
		errs = append(errs, fmt.Errorf("lane %d is not between 0 and 15", c.Lane))
	}
	return errors.Join(errs...)
}

// Pictures is the folder in which pictures are kept, unless a bucket is set: the
// one that is set, else media beside the database.
func (c *Config) Pictures() string { return c.folder(c.MediaDir, "media") }

// Keys is the folder with the keys to what is sealed: the one that is set, else
// keys beside the database.
func (c *Config) Keys() string { return c.folder(c.VaultDir, "keys") }

func (c *Config) folder(set, name string) string {
	if set != "" {
		return set
	}
	if path, ok := strings.CutPrefix(c.Database, "sqlite:"); ok {
		return filepath.Join(filepath.Dir(path), name)
	}
	return name
}

// MetricsListen is where the numbers are shown, with a host.
func (c *Config) MetricsListen() string {
	if strings.HasPrefix(c.Metrics, ":") {
		return "127.0.0.1" + c.Metrics
	}
	return c.Metrics
}

// Does tells whether this process has a role.
func (c *Config) Does(role string) bool { return slices.Contains(c.Roles, role) }

// redacted is a database address without its password.
func redacted(database string) string {
	scheme, rest, ok := strings.Cut(database, "://")
	if !ok {
		return database
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = "…" + rest[at:]
	}
	return scheme + "://" + rest
}
