package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/cmd/palier-bench/figures"
	"palier/cmd/palier-bench/load"
	"palier/cmd/palier-bench/peers"
)

// follows lets actors follow somebody on the server of whom it knows nothing:
// it has to fetch the key and the actor of each, and to send each an Accept.
type follows struct {
	targetFlags `embed:""`
	peerFlags   `embed:""`
	Of          string        `help:"Who is followed: a handle or an address." required:"" placeholder:"HANDLE"`
	Actors      int           `short:"n" help:"How many actors follow." default:"500"`
	Clients     int           `short:"c" help:"How many at a time." default:"32"`
	Hosts       int           `help:"On how many hosts they are." default:"50"`
	Settle      time.Duration `help:"Give up when no Accept came for so long." default:"20s"`
}

// Run measures and reports.
func (f follows) Run(ctx context.Context, c console) (err error) {
	if err := errors.Join(within("-n", f.Actors, 1, peers.MaxActors), within("-c", f.Clients, 1, maxClients), within("--hosts", f.Hosts, 1, min(f.Actors, peers.MaxHosts))); err != nil {
		return err
	}
	s, err := f.open(ctx, f.peerFlags, f.Hosts, f.Actors)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	row, err := f.measure(ctx, c, s)
	if err != nil {
		return err
	}
	return c.report(s.rows(row)...)
}

func (f follows) measure(ctx context.Context, c console, s *subject) (figures.Row, error) {
	to, err := s.server.Actor(ctx, f.Of)
	if err != nil {
		return figures.Row{}, err
	}
	done := s.follow(to, newRun(), f.Clients, f.Settle)
	if err := done.sign(ctx, c); err != nil {
		return figures.Row{}, err
	}
	meter, err := s.begin(ctx)
	if err != nil {
		return figures.Row{}, err
	}
	result, err := done.do(ctx, c)
	if err != nil {
		return figures.Row{}, err
	}
	spent, err := meter.now()
	if err != nil {
		return figures.Row{}, err
	}
	if spent, err = meter.until(ctx, spent); err != nil {
		return figures.Row{}, err
	}
	each, all := done.took()
	n := len(each)
	row := figures.Row{Name: "follows", Title: fmt.Sprintf("Follow from actors nobody knew, %d at a time", f.Clients), Figures: []figures.Figure{
		figures.Count("follows accepted", n).Against("from %d hosts", f.Hosts),
		figures.Rate("accepted", float64(n)/all.Seconds()).Against("from the first Follow sent to the last Accept received"),
		figures.Millis("answer p99", result.Percentile(99)),
		figures.Millis("Accept p50", load.Percentile(each, 50)).Against("from sending the Follow"),
		figures.Millis("Accept p99", load.Percentile(each, 99)),
		{Name: "GETs per follow", Value: float64(s.asked()) / float64(n), Unit: "GET"},
	}}
	note := "of the server"
	if s.limits.SQLite > 0 {
		note += fmt.Sprintf("; one RSA signature takes %s", s.limits.RSASign.CPU)
	}
	row.Figures = append(row.Figures, spent.figures(n, "follow", note)...)
	return row, nil
}

// asked returns how many things were asked of the peers.
func (s *subject) asked() int {
	sum := 0
	for _, n := range s.town.Asked() {
		sum += n
	}
	return sum
}
