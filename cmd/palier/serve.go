package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"runtime/debug"
	"time"

	"palier/cmd/palier/demo"
	"palier/instance/app"
	"palier/instance/config"
	"palier/instance/opendata"
)

// server says which server a command is about. Flags go before environment
// variables, and those before the file.
type server struct {
	Config   string `help:"File with settings (TOML)." type:"existingfile"`
	Database string `help:"sqlite:PATH or postgres://…" placeholder:"ADDRESS"`
	URL      string `name:"url" help:"Public address, https://name." placeholder:"URL"`
	Media    string `help:"Folder for pictures." placeholder:"DIR"`
	Vault    string `help:"Folder for the keys to what is sealed: apart from the database, and from its backups." placeholder:"DIR"`
	Bucket   bucket `embed:"" prefix:"media-bucket-"`
}

// bucket is an S3-compatible store for pictures, instead of a folder. The secret
// key is better in a file or in the environment than in a command.
type bucket struct {
	Endpoint      string `help:"Keep pictures in an S3-compatible store: host or host:port." placeholder:"HOST"`
	Name          string `help:"Name of the bucket."`
	Region        string `help:"Its region."`
	AccessKey     string `help:"Its access key."`
	SecretKey     string `help:"Its secret key." hidden:""`
	SecretKeyFile string `help:"File with its secret key." type:"existingfile" placeholder:"FILE"`
	Prefix        string `help:"What comes before every name."`
	Insecure      bool   `help:"Speak http, to a store on the same machine."`
	HostStyle     bool   `help:"The bucket's name is in the host, not in the path."`
}

func (b bucket) set(to *config.Bucket) {
	set(&to.Endpoint, b.Endpoint)
	set(&to.Name, b.Name)
	set(&to.Region, b.Region)
	set(&to.AccessKey, b.AccessKey)
	set(&to.SecretKey, b.SecretKey)
	set(&to.SecretKeyFile, b.SecretKeyFile)
	set(&to.Prefix, b.Prefix)
	to.Insecure = to.Insecure || b.Insecure
	to.HostStyle = to.HostStyle || b.HostStyle
}

// settings returns the configuration that results.
func (s server) settings() (config.Config, error) {
	c := config.Default()
	if s.Config != "" {
		if err := c.ReadFile(s.Config); err != nil {
			return c, err
		}
	}
	set(&c.Database, s.Database)
	set(&c.URL, s.URL)
	set(&c.MediaDir, s.Media)
	set(&c.VaultDir, s.Vault)
	s.Bucket.set(&c.MediaBucket)
	return c, nil
}

func set(to *string, value string) {
	if value != "" {
		*to = value
	}
}

type serve struct {
	server
	Title          string         `help:"What the server calls itself."`
	Listen         string         `help:"Where to take connections, host:port." placeholder:"ADDRESS"`
	Roles          []string       `help:"What this process does: web, worker." placeholder:"ROLE"`
	TrustedProxies []netip.Prefix `help:"Whose X-Forwarded-For counts." placeholder:"CIDR"`
	PeersAllow     []netip.Prefix `help:"Addresses other servers may have although they are not public." placeholder:"CIDR"`
	Metrics        string         `help:"Where to show numbers of what it does, for Prometheus, host:port; a port alone, as :9464, is on this machine only." placeholder:"ADDRESS"`
	OpenData       string         `help:"Licence of the tables at /data: etalab-2.0, ODbL-1.0, CC-BY-4.0, CC0-1.0; off gives nothing away." placeholder:"LICENCE"`
	TLSCert        string         `name:"tls-cert" help:"Certificate to serve https with." type:"existingfile" placeholder:"FILE"`
	TLSKey         string         `name:"tls-key" help:"Its key." type:"existingfile" placeholder:"FILE"`
	FirstRetry     time.Duration  `help:"How long a delivery that failed waits first." placeholder:"DURATION"`
	LongestRetry   time.Duration  `help:"How long it waits at most between two tries." placeholder:"DURATION"`
	Lane           int            `help:"Tells processes on one database apart, 0 to 15." default:"-1"`
}

// Run serves until it is told to stop.
func (s serve) Run(ctx context.Context, console demo.Console) error {
	c, err := s.settings()
	if err != nil {
		return err
	}
	set(&c.Listen, s.Listen)
	set(&c.Title, s.Title)
	set(&c.Metrics, s.Metrics)
	if s.OpenData != "" {
		c.OpenData = opendata.Licence(s.OpenData)
	}
	set(&c.TLSCert, s.TLSCert)
	set(&c.TLSKey, s.TLSKey)
	if len(s.Roles) > 0 {
		c.Roles = s.Roles
	}
	if len(s.TrustedProxies) > 0 {
		c.TrustedProxies = s.TrustedProxies
	}
	if len(s.PeersAllow) > 0 {
		c.PeersAllow = s.PeersAllow
	}
	if s.FirstRetry > 0 {
		c.FirstRetry = s.FirstRetry
	}
	if s.LongestRetry > 0 {
		c.LongestRetry = s.LongestRetry
	}
	if s.Lane >= 0 {
		c.Lane = s.Lane
	}
	a, err := app.Open(ctx, c, app.Options{Log: console.Log, Now: time.Now, Version: console.Version})
	if err != nil {
		return err
	}
	err = a.Run(ctx, func(addr net.Addr) {
		if addr != nil {
			fmt.Fprintf(console.Out, "%s is there: %s (listening on %s)\n", c.Title, c.URL, addr)
		}
		// Pages, catalogues and migrations were read once; a small machine gets back
		// now what that took, and not some time later.
		debug.FreeOSMemory()
	})
	if closeErr := a.Close(); err == nil {
		err = closeErr
	}
	return err
}
