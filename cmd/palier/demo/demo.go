// Package demo runs four servers that talk to one another on this machine: a town
// hall, a block of flats and two associations, with invented people who already
// have something to say.
package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"palier/federation/signature"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/config"
	"palier/instance/live"
	"palier/instance/people"
)

// Console is what a command writes to.
type Console struct {
	Out, Err io.Writer
	Log      *slog.Logger
	Version  string
	// NewKey makes the keys of actors; see [app.Options].
	NewKey func(kind signature.Kind, id, owner string) (*signature.PrivateKey, error)
}

// Command is palier demo.
type Command struct {
	Dir   string `help:"Folder that holds the four servers." placeholder:"DIR"`
	Port  int    `help:"Port of the first server; the others take the next three." default:"8080"`
	Fresh bool   `help:"Forget what was there."`
	JSON  bool   `name:"json" help:"Print one line of JSON when ready."`
}

// Run runs the demo until ctx ends.
func (c Command) Run(ctx context.Context, console Console) error {
	dir, err := c.folder()
	if err != nil {
		return err
	}
	// What four healthy servers do all day is no news; trouble is.
	console.Log = slog.New(slog.NewTextHandler(console.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	clock := &clock{}
	if _, err := os.Stat(filepath.Join(dir, towns[0].key, "palier.db")); errors.Is(err, os.ErrNotExist) {
		clock.standBack(began)
	}
	servers, err := c.open(ctx, dir, clock, console)
	if err != nil {
		return err
	}
	err = c.serve(ctx, servers, clock, console)
	for _, s := range servers {
		err = errors.Join(err, s.app.Close())
	}
	return err
}

// folder is where the demo lives. It is emptied first if that is wished.
func (c Command) folder() (string, error) {
	dir := c.Dir
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find a folder for the demo: %w; name one with --dir", err)
		}
		dir = filepath.Join(cache, "palier-demo")
	}
	if c.Fresh {
		for _, t := range towns {
			if err := os.RemoveAll(filepath.Join(dir, t.key)); err != nil {
				return "", err
			}
		}
	}
	return dir, nil
}

// server is one of the four.
type server struct {
	town   town
	app    *app.App
	url    string
	folder string
}

// told is what the passwords of the demo cost to guess: they are on the screen.
var told = people.Cost{Memory: 64, Passes: 1}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// open puts the four servers together.
func (c Command) open(ctx context.Context, dir string, clock *clock, console Console) ([]*server, error) {
	var servers []*server
	for i, t := range towns {
		folder := filepath.Join(dir, t.key)
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return nil, err
		}
		port := strconv.Itoa(c.Port + i)
		settings := config.Default()
		settings.Database = "sqlite:" + filepath.Join(folder, "palier.db")
		settings.URL = "http://localhost:" + port
		settings.Listen = net.JoinHostPort("127.0.0.1", port)
		settings.Title = t.name
		settings.PeersAllow = loopback
		settings.FirstRetry = 2 * time.Second
		settings.Limits.Lines = live.Limits{} // whoever measures listens a thousand times
		a, err := app.Open(ctx, settings, app.Options{
			Log: console.Log.With("server", t.key), Now: clock.Now, Version: console.Version,
			NewKey: console.NewKey, PasswordCost: told,
		})
		if err != nil {
			for _, s := range servers {
				err = errors.Join(err, s.app.Close())
			}
			return nil, err
		}
		servers = append(servers, &server{town: t, app: a, url: settings.URL, folder: folder})
	}
	return servers, nil
}

// serve runs the servers until ctx ends, fills them if they are new, and says
// when they are ready.
func (c Command) serve(ctx context.Context, servers []*server, clock *clock, console Console) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	up := make(chan struct{}, len(servers))
	var mu sync.Mutex
	var failed error
	for _, s := range servers {
		running.Add(1)
		go func() {
			defer running.Done()
			if err := s.app.Run(ctx, func(net.Addr) { up <- struct{}{} }); err != nil {
				mu.Lock()
				failed = errors.Join(failed, err)
				mu.Unlock()
				cancel(err)
			}
		}()
	}
	err := c.begin(ctx, servers, clock, up, console)
	if err == nil {
		<-ctx.Done()
	}
	cancel(nil)
	running.Wait()
	if errors.Is(err, context.Canceled) && failed != nil {
		return failed
	}
	return errors.Join(err, failed)
}

// begin waits for the servers, fills them, and prints that they are ready.
func (c Command) begin(ctx context.Context, servers []*server, clock *clock, up <-chan struct{}, console Console) error {
	for range servers {
		select {
		case <-up:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if err := fill(ctx, servers, clock); err != nil {
		return err
	}
	places, err := describe(ctx, servers)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(console.Out, places)
	}
	return printText(console.Out, places)
}

// account is one account of the demo, as it is printed.
type account struct {
	Handle   string `json:"handle"`
	Email    string `json:"email"`
	Password string `json:"password"`
	Role     string `json:"role"`
	Token    string `json:"token"` // for a client program, with every scope
}

// place is one server of the demo, as it is printed.
type place struct {
	Name   string    `json:"name"`
	URL    string    `json:"url"`
	Groups []string  `json:"groups"`
	People []account `json:"people"`
	// Screens are where a browser becomes a screen in a hall.
	Screens []string `json:"screens,omitempty"`
}

func describe(ctx context.Context, servers []*server) ([]place, error) {
	var list []place
	for _, s := range servers {
		tokens, err := s.tokens(ctx)
		if err != nil {
			return nil, fmt.Errorf("tokens of %s: %w", s.town.name, err)
		}
		host := "@" + s.app.Site.Host()
		p := place{Name: s.town.name, URL: s.url}
		for _, g := range s.town.groups {
			p.Groups = append(p.Groups, "@"+g.username+host)
		}
		for _, one := range s.town.people {
			p.People = append(p.People, account{
				Handle: "@" + one.username + host, Email: email(one), Password: password, Role: string(orResident(one.role)), Token: tokens[one.username],
			})
		}
		if p.Screens, err = s.screens(ctx); err != nil {
			return nil, fmt.Errorf("screens of %s: %w", s.town.name, err)
		}
		list = append(list, p)
	}
	return list, nil
}

func orResident(r instance.Role) instance.Role {
	if r == "" {
		return instance.Resident
	}
	return r
}

func email(p person) string { return p.username + "@demo.example" }

func printJSON(out io.Writer, places []place) error {
	return json.NewEncoder(out).Encode(struct {
		Ready     bool    `json:"ready"`
		Instances []place `json:"instances"`
	}{true, places})
}

func printText(out io.Writer, places []place) error {
	text := "\n"
	for _, p := range places {
		text += fmt.Sprintf("%s\n  %s\n", p.Name, p.URL)
		for _, g := range p.Groups {
			text += "  " + g + "\n"
		}
		for _, a := range p.People {
			text += fmt.Sprintf("    %-28s %-9s %-32s %s\n", a.Email, a.Role, a.Handle, a.Token)
		}
		for _, address := range p.Screens {
			text += "    screen in the hall: " + address + "\n"
		}
		text += "\n"
	}
	text += "Everyone's password: " + password + ". Last on each line: a token for apps.\nReady. Stop with Ctrl+C.\n"
	_, err := io.WriteString(out, text)
	return err
}
