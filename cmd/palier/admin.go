package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"palier/cmd/palier/demo"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/moderation"
	"palier/instance/people"
	"palier/instance/places"
)

// admin is what an operator does from a shell. Every command prints the id of
// what it made or changed, alone on its line.
type admin struct {
	server
	Person        adminPerson        `cmd:"" help:"People with an account here."`
	Neighbourhood adminNeighbourhood `cmd:"" help:"Neighbourhoods of this server."`
	Moderator     adminModerator     `cmd:"" help:"Who looks after a neighbourhood."`
	Post          adminPost          `cmd:"" help:"Post as somebody."`
	Follow        adminFollow        `cmd:"" help:"Let a neighbourhood follow another, here or elsewhere."`
	Grant         adminGrant         `cmd:"" help:"Let a group that asked follow a neighbourhood."`
	Block         adminBlock         `cmd:"" help:"Limit or suspend another server."`
	ImportBlocks  adminImportBlocks  `cmd:"" help:"Take over a block list (CSV)."`
	Token         adminToken         `cmd:"" help:"Print a token with which a client program speaks for somebody."`
	Queue         adminQueue         `cmd:"" help:"Show deliveries that wait, or try them again."`
	Mail          adminMail          `cmd:"" help:"Letters that no mail server has taken."`
	Media         adminMedia         `cmd:"" help:"Pictures of other servers that are kept here."`
}

// adminLanes are the ids' lanes of short-lived processes.
const adminLanes = 8

// with opens the server for one command. It works no jobs: the server that runs
// does, or the next one that is started.
func (s server) with(ctx context.Context, console demo.Console, do func(*app.App) error) error {
	c, err := s.settings()
	if err != nil {
		return err
	}
	c.Roles = []string{"web"}
	c.Lane = adminLanes + rand.N(adminLanes)
	a, err := app.Open(ctx, c, app.Options{Log: console.Log, Now: time.Now, Version: console.Version})
	if err != nil {
		return err
	}
	return errors.Join(do(a), a.Close())
}

type adminPerson struct {
	Create  personCreate  `cmd:"" help:"Open an account."`
	List    personList    `cmd:"" help:"List accounts."`
	Verify  personVerify  `cmd:"" help:"Mark somebody a verified resident."`
	Disable personDisable `cmd:"" help:"Close an account to its owner."`
	Enable  personEnable  `cmd:"" help:"Open a closed account again."`
}

type personCreate struct {
	Name     string   `arg:"" help:"Name in the public address; its case is kept."`
	Email    string   `arg:""`
	Password string   `help:"Password; asked for on standard input if it is missing."`
	Display  string   `help:"Name that is shown." placeholder:"NAME"`
	Role     string   `help:"resident, moderator or admin." enum:"resident,moderator,admin" default:"resident"`
	Locale   string   `help:"Language of the pages: fr, en, uk, ar." enum:"fr,en,uk,ar" default:"fr"`
	Verified bool     `help:"You have seen that the person belongs to this server's area."`
	In       []string `help:"Neighbourhoods the person lives in." placeholder:"NEIGHBOURHOOD"`
}

func (c personCreate) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		if c.Password == "" {
			line, err := io.ReadAll(io.LimitReader(os.Stdin, 4096))
			if err != nil {
				return err
			}
			c.Password = strings.TrimRight(string(line), "\r\n")
		}
		p, err := a.People.Create(ctx, people.Newcomer{
			Username: c.Name, Name: orDefault(c.Display, c.Name), Email: c.Email, Password: c.Password,
			Role: instance.Role(c.Role), Locale: c.Locale, Verified: c.Verified,
		})
		if err != nil {
			return err
		}
		for _, name := range c.In {
			n, err := a.Places.Named(ctx, name)
			if err != nil {
				return err
			}
			if err := settle(ctx, a, n, p.ID, c.Verified); err != nil {
				return err
			}
		}
		return say(console, p.ID)
	})
}

// settle makes a person a resident of a place, and its follower.
func settle(ctx context.Context, a *app.App, n instance.Neighbourhood, person instance.ActorID, verified bool) error {
	standing := instance.Declared
	if verified {
		standing = instance.Verified
	}
	if err := a.Places.SetStanding(ctx, n.ID, person, 0, standing); err != nil {
		return err
	}
	_, err := a.People.Follow(ctx, person, n.ID)
	return err
}

type personList struct {
	Query string `arg:"" optional:"" help:"Beginning of a name or an address."`
}

func (c personList) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		var before instance.ActorID
		for {
			list, err := a.People.Accounts(ctx, c.Query, before, 100)
			if err != nil || len(list) == 0 {
				return err
			}
			for _, p := range list {
				state := string(p.Role)
				if !p.DisabledAt.IsZero() {
					state += ", disabled"
				}
				if err := say(console, p.ID, p.Username, p.Email, state); err != nil {
					return err
				}
			}
			before = list[len(list)-1].ID
		}
	})
}

type personVerify struct {
	Name string `arg:""`
	In   string `required:"" help:"Neighbourhood." placeholder:"NEIGHBOURHOOD"`
}

func (c personVerify) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		p, err := a.People.Named(ctx, c.Name)
		if err != nil {
			return err
		}
		n, err := a.Places.Named(ctx, c.In)
		if err != nil {
			return err
		}
		if err := settle(ctx, a, n, p.ID, true); err != nil {
			return err
		}
		return say(console, p.ID)
	})
}

type personDisable struct {
	Name string `arg:""`
}

func (c personDisable) Run(ctx context.Context, console demo.Console, root *commands) error {
	return setDisabled(ctx, console, root, c.Name, true)
}

type personEnable struct {
	Name string `arg:""`
}

func (c personEnable) Run(ctx context.Context, console demo.Console, root *commands) error {
	return setDisabled(ctx, console, root, c.Name, false)
}

func setDisabled(ctx context.Context, console demo.Console, root *commands, name string, disabled bool) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		p, err := a.People.Named(ctx, name)
		if err != nil {
			return err
		}
		if err := a.People.SetDisabled(ctx, p.ID, disabled); err != nil {
			return err
		}
		return say(console, p.ID)
	})
}

type adminNeighbourhood struct {
	Create neighbourhoodCreate `cmd:"" help:"Make a neighbourhood."`
	Area   neighbourhoodArea   `cmd:"" help:"Say where a neighbourhood lies: an imported outline, or a point and a radius."`
	Make   neighbourhoodsMake  `cmd:"" help:"Make a neighbourhood of each imported outline in a commune."`
	List   neighbourhoodList   `cmd:"" help:"List neighbourhoods."`
}

type neighbourhoodCreate struct {
	Name      string   `arg:"" help:"Name in the public address."`
	Title     string   `required:""`
	Summary   string   `help:"What it is (Markdown)."`
	Kind      string   `enum:"building,residence,neighbourhood,commune,wider" default:"neighbourhood"`
	Within    []string `help:"What it lies within: a name here, or a handle or address elsewhere." placeholder:"GROUP"`
	Territory string   `help:"Official code, as FR:COG:22050." placeholder:"CODE"`
	HoldNew   bool     `help:"A moderator reads what newcomers post first."`
	Keeps     bool     `help:"What is posted there stays there."`
}

func (c neighbourhoodCreate) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		var within []string
		for _, w := range c.Within {
			parent, err := a.Federation.Find(ctx, w)
			if err != nil {
				return err
			}
			within = append(within, parent.URI)
		}
		n, err := a.Places.Create(ctx, places.Plan{
			Username: c.Name, Title: c.Title, Summary: c.Summary, Kind: instance.Level(c.Kind), Within: within,
			Territory: c.Territory, HoldNew: c.HoldNew, Keeps: c.Keeps,
		})
		if err != nil {
			return err
		}
		return say(console, n.ID)
	})
}

type neighbourhoodList struct{}

func (neighbourhoodList) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		list, err := a.Places.All(ctx)
		if err != nil {
			return err
		}
		for _, n := range list {
			if err := say(console, n.ID, n.Username, string(n.Level), n.Name, n.URI); err != nil {
				return err
			}
		}
		return nil
	})
}

type adminModerator struct {
	Add    moderatorAdd    `cmd:"" help:"Let somebody look after a neighbourhood."`
	Remove moderatorRemove `cmd:"" help:"No longer."`
}

type moderatorAdd struct {
	Neighbourhood string `arg:""`
	Handle        string `arg:"" help:"Name here, or handle elsewhere."`
}

func (c moderatorAdd) Run(ctx context.Context, console demo.Console, root *commands) error {
	return setModerator(ctx, console, root, c.Neighbourhood, c.Handle, true)
}

type moderatorRemove struct {
	Neighbourhood string `arg:""`
	Handle        string `arg:""`
}

func (c moderatorRemove) Run(ctx context.Context, console demo.Console, root *commands) error {
	return setModerator(ctx, console, root, c.Neighbourhood, c.Handle, false)
}

func setModerator(ctx context.Context, console demo.Console, root *commands, place, handle string, moderates bool) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		n, err := a.Places.Named(ctx, place)
		if err != nil {
			return err
		}
		who, err := a.Federation.Find(ctx, handle)
		if err != nil {
			return err
		}
		if err := a.Places.SetModerator(ctx, n.ID, who.ID, moderates); err != nil {
			return err
		}
		return say(console, who.ID)
	})
}

type adminPost struct {
	As     string `required:"" placeholder:"NAME"`
	In     string `required:"" placeholder:"NEIGHBOURHOOD"`
	Title  string
	Text   string `required:""`
	Public bool   `help:"For everyone, here and elsewhere; else for the neighbours only."`
}

func (c adminPost) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		p, err := a.People.Named(ctx, c.As)
		if err != nil {
			return err
		}
		n, err := a.Places.Named(ctx, c.In)
		if err != nil {
			return err
		}
		// Whoever has the server's shell may say who lives where.
		standing, err := a.Places.Standing(ctx, n.ID, p.ID)
		if err != nil {
			return err
		}
		if standing != instance.Verified {
			if err := settle(ctx, a, n, p.ID, true); err != nil {
				return err
			}
		}
		viewer, err := a.Places.Viewer(ctx, p.ID)
		if err != nil {
			return err
		}
		d := instance.Draft{Title: c.Title, Text: c.Text, Language: p.Locale, Group: n.ID, Audience: instance.ToNeighbourhood}
		if c.Public {
			d.Audience = instance.ToPublic
		}
		post, err := a.Posts.Publish(ctx, viewer, d)
		if err != nil {
			return err
		}
		return say(console, post.ID, post.URL)
	})
}

type adminFollow struct {
	Neighbourhood string `arg:""`
	Group         string `arg:"" help:"Name here, or handle or address elsewhere."`
	Moderated     bool   `help:"A moderator reads what comes from there first."`
	MinReach      string `enum:"neighbourhood,commune,intercommunal,departmental,national" default:"neighbourhood"`
	MaxPerDay     int    `default:"50"`
}

func (c adminFollow) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		n, err := a.Places.Named(ctx, c.Neighbourhood)
		if err != nil {
			return err
		}
		source, err := a.Federation.Find(ctx, c.Group)
		if err != nil {
			return err
		}
		if source.Kind != instance.Group {
			return fmt.Errorf("%s is no group", c.Group)
		}
		if err := demo.Relay(ctx, a, n.ID, source.ID, c.Moderated, c.MinReach, c.MaxPerDay); err != nil {
			return err
		}
		return say(console, source.ID)
	})
}

type adminGrant struct {
	Neighbourhood string `arg:""`
	Group         string `arg:"" help:"Who asked."`
	Refuse        bool   `help:"Say no instead."`
}

func (c adminGrant) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		n, err := a.Places.Named(ctx, c.Neighbourhood)
		if err != nil {
			return err
		}
		who, err := a.Federation.Find(ctx, c.Group)
		if err != nil {
			return err
		}
		if c.Refuse {
			err = a.People.Refuse(ctx, n.ID, who.ID)
		} else {
			err = a.People.Grant(ctx, n.ID, who.ID)
		}
		if err != nil {
			return err
		}
		return say(console, who.ID)
	})
}

type adminBlock struct {
	Domain   string `arg:""`
	Severity string `enum:"limit,suspend,none" default:"suspend" help:"limit, suspend, or none to take a rule back."`
	Reason   string
}

func (c adminBlock) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		severity := moderation.Severity(c.Severity)
		if c.Severity == "none" {
			severity = moderation.Open
		}
		if err := a.Moderation.SetDomain(ctx, 0, moderation.DomainRule{Domain: c.Domain, Severity: severity, Reason: c.Reason}); err != nil {
			return err
		}
		return say(console, c.Domain)
	})
}

type adminImportBlocks struct {
	File string `arg:"" type:"existingfile"`
}

func (c adminImportBlocks) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		done, err := a.Moderation.ImportDomains(ctx, 0, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		for _, r := range done.Refused {
			console.Log.Warn("line not taken", "line", r.Line, "text", r.Text, "reason", r.Reason)
		}
		return say(console, done.Taken)
	})
}

type adminQueue struct {
	Retry string `help:"Try now what waits for this host." placeholder:"HOST"`
}

func (c adminQueue) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		if c.Retry != "" {
			return a.Federation.RetryHost(ctx, c.Retry)
		}
		for after := ""; ; {
			hosts, err := a.Federation.Servers(ctx, after, 100)
			if err != nil || len(hosts) == 0 {
				return err
			}
			for _, h := range hosts {
				if err := say(console, h.Name, h.State, h.Pending, h.LastError); err != nil {
					return err
				}
			}
			after = hosts[len(hosts)-1].Name
		}
	})
}

// say prints one line of a result.
func say(console demo.Console, fields ...any) error {
	words := make([]string, len(fields))
	for i, f := range fields {
		words[i] = fmt.Sprint(f)
	}
	_, err := fmt.Fprintln(console.Out, strings.TrimRight(strings.Join(words, "\t"), "\t"))
	return err
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
