package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"palier/cmd/palier-bench/figures"
	"palier/cmd/palier-bench/loopback"
	"palier/cmd/palier-bench/peers"
	"palier/cmd/palier-bench/process"
)

// fanout lets many actors on many hosts follow somebody, has something posted
// and watches it arrive.
type fanout struct {
	targetFlags `embed:""`
	peerFlags   `embed:""`
	Group       string        `help:"Who is followed: a handle or an address." required:"" placeholder:"HANDLE"`
	Followers   int           `help:"How many actors follow." default:"1000"`
	Hosts       int           `help:"On how many hosts they are, each with a shared inbox." default:"200"`
	Clients     int           `short:"c" help:"How many Follows at a time." default:"16"`
	Delay       time.Duration `help:"How long each host takes for its answer."`
	Hang        int           `help:"How many of the hosts never answer."`
	PostCmd     string        `help:"Posts, so that it goes to the followers." placeholder:"COMMAND"`
	PostURL     string        `help:"Or: a POST to this address does." placeholder:"URL"`
	PostBody    string        `help:"With this body, and the headers of --header." placeholder:"TEXT"`
	Within      time.Duration `help:"Give up on deliveries after so long." default:"90s"`
	Settle      time.Duration `help:"Give up when no Accept came for so long." default:"20s"`
	Samples     int           `help:"How many deliveries' signatures are verified." default:"20"`
}

// Run measures and reports.
func (f fanout) Run(ctx context.Context, c console) (err error) {
	if err := f.check(ctx); err != nil {
		return err
	}
	s, err := f.open(ctx, f.peerFlags, f.Hosts, f.Followers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := f.gather(ctx, c, s); err != nil {
		return err
	}
	row, err := f.measure(ctx, c, s, f.trigger(s))
	if err != nil {
		return err
	}
	return c.report(s.rows(row)...)
}

func (f fanout) check(ctx context.Context) error {
	err := errors.Join(
		within("--followers", f.Followers, 1, peers.MaxActors), within("--hosts", f.Hosts, 1, min(f.Followers, peers.MaxHosts)),
		within("-c", f.Clients, 1, maxClients), within("--hang", f.Hang, 0, f.Hosts-1), within("--samples", f.Samples, 0, 1000))
	if (f.PostCmd == "") == (f.PostURL == "") {
		err = errors.Join(err, errors.New("one of --post-cmd and --post-url has to say how something is posted"))
	}
	if f.PostURL != "" {
		_, elsewhere := loopback.Check(ctx, f.PostURL)
		err = errors.Join(err, elsewhere)
	}
	return err
}

// gather lets every actor follow.
func (f fanout) gather(ctx context.Context, c console, s *subject) error {
	to, err := s.server.Actor(ctx, f.Group)
	if err != nil {
		return err
	}
	all := s.follow(to, newRun(), f.Clients, f.Settle)
	if err := all.sign(ctx, c); err != nil {
		return err
	}
	_, err = all.do(ctx, c)
	return err
}

// trigger returns what posts.
func (f fanout) trigger(s *subject) func(context.Context) error {
	if f.PostCmd != "" {
		return func(ctx context.Context) error {
			_, err := process.Run(ctx, process.Shell(f.PostCmd))
			return err
		}
	}
	return func(ctx context.Context) error { return s.server.Post(ctx, f.PostURL, f.PostBody) }
}

// measure has something posted and watches it arrive.
func (f fanout) measure(ctx context.Context, c console, s *subject, post func(context.Context) error) (figures.Row, error) {
	meter, err := s.begin(ctx)
	if err != nil {
		return figures.Row{}, err
	}
	w := newWatch(s.town.Hosts(), f.Hang, f.Delay, f.Samples)
	s.town.Receive(w)
	defer s.town.Receive(nil)
	c.say("posting; %d hosts wait for it, %d of them will not answer", f.Hosts, f.Hang)
	start := time.Now()
	if err := post(ctx); err != nil {
		return figures.Row{}, fmt.Errorf("post: %w", err)
	}
	if err := w.wait(ctx, f.Within); err != nil {
		return figures.Row{}, err
	}
	spent, err := meter.now()
	if err != nil {
		return figures.Row{}, err
	}
	if spent, err = meter.until(ctx, spent); err != nil {
		return figures.Row{}, err
	}
	if err := linger(ctx); err != nil {
		return figures.Row{}, err
	}
	seen := w.result()
	verified, why := s.verify(ctx, seen.samples)
	return f.row(s, start, seen, spent, verified, why), nil
}

// late is how long one waits for deliveries that should not come.
const late = time.Second

func linger(ctx context.Context) error {
	timer := time.NewTimer(late)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (f fanout) row(s *subject, start time.Time, seen seen, spent spent, verified int, why error) figures.Row {
	how := "every host answers at once"
	if f.Delay > 0 {
		how = fmt.Sprintf("every host answers after %s", f.Delay)
	}
	if f.Hang > 0 {
		how += fmt.Sprintf(", %d hosts hang", f.Hang)
	}
	signed := figures.Count("signatures verified", verified).Against("of %d looked at", len(seen.samples))
	if why != nil {
		signed = signed.Against("of %d looked at: %v", len(seen.samples), why)
	}
	healthy := f.Hosts - f.Hang
	row := figures.Row{Name: "fanout", Title: fmt.Sprintf("one post, %d followers on %d hosts, %s", f.Followers, f.Hosts, how), Figures: []figures.Figure{
		figures.Count("healthy hosts reached", seen.reached).Against("of %d%s", healthy, cmp.Or(seen.missing, "")),
		figures.Seconds("first to last healthy delivery", seen.last.Sub(seen.first)).Against("from the first arrival until the last answer"),
		figures.Seconds("post to first arrival", seen.first.Sub(start)).Against("the command that posts included"),
		figures.Count("POSTs", seen.posts).Against("%d hosts got exactly one, the others up to %d", seen.once, seen.most),
		figures.Count("hosts with more than one POST", seen.more),
		signed,
	}}
	if !spent.known {
		return row
	}
	row.Figures = append(row.Figures, figures.Millis("processor time", spent.server).Against("of the server, from the post until it is quiet again"))
	if cost := s.limits.RSASign.CPU; cost > 0 {
		row.Figures = append(row.Figures, figures.Share("of it in RSA signatures", float64(cost)*float64(seen.posts), float64(spent.server)).
			Against("%d signatures at %s, as measured before", seen.posts, cost))
	}
	row.Figures = append(row.Figures, spent.disturbance().Against("neither server nor load program, but the command that posts among them"))
	return row
}
