package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"palier/cmd/palier-bench/figures"
	"palier/cmd/palier-bench/load"
	"palier/cmd/palier-bench/target"
)

// reads asks for one thing again and again.
type reads struct {
	targetFlags `embed:""`
	peerFlags   `embed:""`
	Path        string        `help:"What is asked for: a path or an address of the server." required:"" placeholder:"PATH"`
	Accept      string        `help:"As which kind: html, json, activity, or a media type." default:"activity" placeholder:"TYPE"`
	Clients     int           `short:"c" help:"How many at a time." default:"8"`
	For         time.Duration `short:"d" help:"For how long." default:"5s"`
	Signed      bool          `help:"Sign as an actor of a peer; one signature serves all."`
	What        string        `help:"What that is, for the title." placeholder:"TEXT"`
}

// Run measures and reports.
func (r reads) Run(ctx context.Context, c console) (err error) {
	if err := within("-c", r.Clients, 1, maxClients); err != nil {
		return err
	}
	if r.For <= 0 || r.For > 4*time.Minute {
		return fmt.Errorf("-d %s: more than nothing, at most four minutes", r.For)
	}
	s, err := r.open(ctx, r.peerFlags, 1, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	row, err := r.measure(ctx, c, s)
	if err != nil {
		return err
	}
	return c.report(s.rows(row)...)
}

func (r reads) title() string {
	title := fmt.Sprintf("%s (%s), %d at a time", cmp.Or(r.What, "GET "+r.Path), r.Accept, r.Clients)
	if r.Signed {
		title = "signed " + title
	}
	return title
}

// mediaType returns what the Accept header says.
func (r reads) mediaType() string {
	switch r.Accept {
	case "html":
		return "text/html"
	case "json":
		return "application/json"
	case "activity":
		return target.Accept
	}
	return r.Accept
}

func (r reads) measure(ctx context.Context, c console, s *subject) (figures.Row, error) {
	raw, err := r.prepare(ctx, s)
	if err != nil {
		return figures.Row{}, err
	}
	first := load.Send(ctx, s.wire, []load.Request{raw}, load.Plan{Clients: 1})
	if ctx.Err() != nil {
		return figures.Row{}, context.Cause(ctx)
	}
	if first.Answers[http.StatusOK] != 1 {
		return figures.Row{}, fmt.Errorf("%s is not to be had: %s", r.Path, first.Trouble())
	}
	meter, err := s.begin(ctx)
	if err != nil {
		return figures.Row{}, err
	}
	c.say("reading %s for %s, %d at a time", r.Path, r.For, r.Clients)
	result := load.Repeat(ctx, s.wire, raw, r.For, load.Plan{Clients: r.Clients})
	spent, err := meter.now()
	if err != nil {
		return figures.Row{}, err
	}
	if ctx.Err() != nil {
		return figures.Row{}, context.Cause(ctx)
	}
	if result.OK() == 0 {
		return figures.Row{}, fmt.Errorf("%s is not answered: %s", r.Path, result.Trouble())
	}
	rate := figures.Rate("answered", result.PerSecond())
	if s.limits.Gets > 0 {
		rate = rate.Against("%.0f %% of bare GETs", 100*result.PerSecond()/s.limits.Gets)
	}
	row := figures.Row{Name: "reads", Title: r.title(), Figures: []figures.Figure{
		rate,
		figures.Millis("answer p50", result.Percentile(50)),
		figures.Millis("answer p99", result.Percentile(99)),
		{Name: "size of an answer", Value: float64(result.Bytes) / float64(result.OK()), Unit: "bytes"},
		figures.Count("other answers, or none", result.Others()).Against("%s", result.Trouble()),
	}}
	row.Figures = append(row.Figures, spent.figures(result.OK(), "answer", "of the server")...)
	return row, nil
}

// prepare returns the request; it is always for the address the server is
// measured at.
func (r reads) prepare(ctx context.Context, s *subject) (load.Request, error) {
	address, err := s.server.Resolve(r.Path)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if r.Signed {
		if request, err = s.pen.Get(ctx, s.town.Actors()[0], address, r.mediaType(), time.Now()); err != nil {
			return nil, err
		}
	}
	request.Header.Set("Accept", r.mediaType())
	for name, values := range s.header {
		request.Header[name] = values
	}
	return load.Prepare(request)
}
