package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"palier/cmd/palier/demo"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/places"
	"palier/instance/writing"
)

type neighbourhoodArea struct {
	Neighbourhood string  `arg:""`
	Outline       string  `help:"Code or name of an imported outline." placeholder:"CODE"`
	Center        string  `help:"Point in degrees: latitude,longitude." placeholder:"LAT,LON"`
	Radius        float64 `help:"All within so many metres of it." default:"300"`
	Forget        bool    `help:"Forget where it lies."`
}

var errArea = errors.New("one of --outline, --center and --forget is needed")

// Run says where a place lies.
func (c neighbourhoodArea) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		n, err := a.Places.Named(ctx, c.Neighbourhood)
		if err != nil {
			return err
		}
		switch {
		case c.Forget:
			err = a.Places.RemoveOutline(ctx, n.ID)
		case c.Outline != "":
			var b places.Boundary
			if b, err = boundaryCalled(ctx, a, c.Outline); err == nil {
				err = a.Places.Lay(ctx, n.ID, b.ID)
			}
		case c.Center != "":
			o := places.Outline{RadiusM: c.Radius}
			if _, err := fmt.Sscanf(strings.ReplaceAll(c.Center, " ", ""), "%f,%f", &o.Center.Latitude, &o.Center.Longitude); err != nil {
				return fmt.Errorf("--center %q is no latitude,longitude", c.Center)
			}
			err = a.Places.SetOutline(ctx, n.ID, o)
		default:
			err = errArea
		}
		if err != nil {
			return err
		}
		return say(console, n.ID)
	})
}

// boundaryCalled is the one imported outline with a code or a name.
func boundaryCalled(ctx context.Context, a *app.App, called string) (places.Boundary, error) {
	list, err := a.Places.Boundaries(ctx, called, 20)
	if err != nil {
		return places.Boundary{}, err
	}
	var names []string
	for _, b := range list {
		if len(list) == 1 || strings.EqualFold(b.Key, called) {
			return b, nil
		}
		names = append(names, b.Key+" "+b.Name)
	}
	if len(names) == 0 {
		return places.Boundary{}, fmt.Errorf("no outline was imported that is called %q", called)
	}
	return places.Boundary{}, fmt.Errorf("several outlines are called %q: %s", called, strings.Join(names, ", "))
}

type neighbourhoodsMake struct {
	Commune string   `arg:"" help:"INSEE code of the commune."`
	Outline string   `help:"Which outlines: iris, qpv or own." enum:"iris,qpv,own" default:"iris"`
	Within  []string `help:"What they lie within: a name here, or a handle or address elsewhere." placeholder:"GROUP"`
	HoldNew bool     `help:"A moderator reads what newcomers post first."`
}

// Run makes a place of each outline and prints its id and name. Those whose name
// is in use are left alone.
func (c neighbourhoodsMake) Run(ctx context.Context, console demo.Console, root *commands) error {
	return root.Admin.with(ctx, console, func(a *app.App) error {
		list, err := a.Places.Boundaries(ctx, c.Commune, 1000)
		if err != nil {
			return err
		}
		var within []string
		for _, w := range c.Within {
			parent, err := a.Federation.Find(ctx, w)
			if err != nil {
				return err
			}
			within = append(within, parent.URI)
		}
		for _, b := range list {
			if b.Kind != c.Outline || b.INSEE != c.Commune {
				continue
			}
			if err := c.one(ctx, console, a, b, within); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c neighbourhoodsMake) one(ctx context.Context, console demo.Console, a *app.App, b places.Boundary, within []string) error {
	name := usernameOf(b.Name)
	n, err := a.Places.Create(ctx, places.Plan{Username: name, Title: b.Name, Kind: "neighbourhood", Within: within, HoldNew: c.HoldNew})
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok && invalid.Code == "taken" {
		return say(console, "taken", name)
	}
	if err != nil {
		return err
	}
	if err := a.Places.Lay(ctx, n.ID, b.ID); err != nil {
		return err
	}
	return say(console, n.ID, n.Username, n.Name)
}

// usernameOf makes a name for a public address of the title of a place.
func usernameOf(title string) string {
	const longest = 30
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return -1
	}, strings.Join(writing.Terms(title), "_"))
	return strings.Trim(name[:min(len(name), longest)], "_")
}
