package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"palier/cmd/palier-bench/figures"
	"palier/cmd/palier-bench/machine"
)

// village is a palier with somebody who lives in it, and what is measured of it.
type village struct {
	all
	console
	palier
	dir    string
	person string // id of the resident
	limits machine.Limits
}

// Who is there.
const (
	resident = "Benjamine"
	street   = "rue_du_banc"  // where posts are read and written
	square   = "place_du_ban" // whom many follow
)

// perPage is how many posts a page shows.
const perPage = 20

// live starts the server, gives it a little life and measures each row that is
// wanted.
func (v *village) live(ctx context.Context) (rows []figures.Row, err error) {
	if err := v.palier.start(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.stop()) }()
	v.say("somebody moves in and posts")
	if v.person, err = v.admin(ctx, "person", "create", resident, "benjamine@bench.example", "--password", "correct-horse-battery-staple", "--verified"); err != nil {
		return nil, err
	}
	for _, name := range []string{street, square} {
		if _, err := v.admin(ctx, "neighbourhood", "create", name, "--title", "Banc d'essai"); err != nil {
			return nil, err
		}
	}
	var post string
	for n := range perPage {
		if post, err = v.post(ctx, street, n); err != nil {
			return nil, err
		}
	}
	for _, m := range []struct {
		row     string
		measure func(context.Context, string) ([]figures.Row, error)
	}{
		{"reads", v.reading}, {"inbox", v.receiving}, {"follows", v.followed}, {"fanout", v.spreading}, {"crash", v.crashing},
	} {
		if !v.wants(m.row) {
			continue
		}
		found, err := m.measure(ctx, post)
		rows = append(rows, found...)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", m.row, err)
		}
	}
	return rows, nil
}

func (v *village) post(ctx context.Context, in string, n int) (string, error) {
	text := fmt.Sprintf("Message %d. %s", n+1, words)
	return v.admin(ctx, "post", "--as", resident, "--in", in, "--text", text, "--public")
}

// target returns flags for the running server. Its limits are measured already.
func (v *village) target() (targetFlags, peerFlags) {
	return targetFlags{Target: v.url(), Timeout: 30 * time.Second}, peerFlags{Scheme: "cavage-12", Key: "rsa"}
}

// with lets peers listen for one measurement.
func (v *village) with(ctx context.Context, hosts, actors int, measure func(*subject) error) (err error) {
	t, p := v.target()
	s, err := t.open(ctx, p, hosts, actors)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	s.limits, s.pids = v.limits, v.pids
	return measure(s)
}

// page is something that is read often, and how fast that is to be.
type page struct {
	reads
	goals map[string]goal
}

// pages are those of the issue that set the goals.
func (v *village) pages(ctx context.Context, s *subject) ([]page, error) {
	person, err := s.server.Actor(ctx, resident)
	if err != nil {
		return nil, err
	}
	group, err := s.server.Actor(ctx, street)
	if err != nil {
		return nil, err
	}
	api := func(what, path string) page {
		return page{reads{What: what, Path: "/api/v1/" + path, Accept: "json"}, map[string]goal{"answered": least(4000)}}
	}
	pages := []page{
		{reads{What: "actor", Path: person.ID, Accept: "activity", Signed: true}, map[string]goal{"answered": least(10_000)}},
		{
			reads{What: fmt.Sprintf("page of a neighbourhood with %d posts", perPage), Path: cmp.Or(group.URL, group.ID), Accept: "html"},
			map[string]goal{"answered": least(2500), "answer p99": most(20)},
		},
		api("account statuses", "accounts/"+v.person+"/statuses?limit=20"),
		api("home timeline", "timelines/home?limit=20"),
		api("public timeline", "timelines/public?limit=20"),
	}
	return pages, nil
}

// reading measures what is read most. What this palier does not have is skipped.
func (v *village) reading(ctx context.Context, _ string) (rows []figures.Row, err error) {
	measure := func(s *subject) error {
		pages, err := v.pages(ctx, s)
		if err != nil {
			return err
		}
		token, tokenErr := v.admin(ctx, "token", resident)
		for _, p := range pages {
			if s.header.Del("Authorization"); p.Accept == "json" && tokenErr == nil {
				s.header.Set("Authorization", "Bearer "+token)
			}
			p.Clients, p.For = 8, v.For
			row, err := p.measure(ctx, v.console, s)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err != nil {
				row = figures.Row{Name: "reads", Title: p.title(), Skipped: err.Error()}
			}
			rows = append(rows, aim(row, p.goals))
		}
		return nil
	}
	err = v.with(ctx, 1, 1, measure)
	return rows, err
}

// notes returns the flags of rows about notes that answer a post.
func (v *village) notes(post string) inbox {
	address := v.url() + "/o/" + post
	i := inbox{
		Of: "@" + resident, Notes: v.Notes, Clients: 32, Hosts: 8, Actors: 16, Settle: 30 * time.Second,
		ReplyTo: address, CountURL: address + "/replies", ListURL: address + "/replies",
	}
	i.Target = v.url()
	return i
}

// engine tells which database is measured.
func (v *village) engine() string {
	if strings.HasPrefix(v.palier.database, "postgres") {
		return "PostgreSQL"
	}
	return "SQLite"
}

func (v *village) receiving(ctx context.Context, post string) (rows []figures.Row, err error) {
	i := v.notes(post)
	err = v.with(ctx, i.Hosts, i.Actors, func(s *subject) error {
		row, err := i.measure(ctx, v.console, s, nil)
		row.Title += ", " + v.engine()
		rows = []figures.Row{aim(row, map[string]goal{
			"accepted": least(1500), "answer p99": most(60), "processor time per note": most(1), "accepted, not shown": most(0),
		})}
		return err
	})
	return rows, err
}

func (v *village) crashing(ctx context.Context, post string) (rows []figures.Row, err error) {
	i := v.notes(post)
	i.KillAfter = max(1, i.Notes/2)
	err = v.with(ctx, i.Hosts, i.Actors, func(s *subject) error {
		row, err := i.measure(ctx, v.console, s, &v.palier)
		row.Title += ", " + v.engine()
		rows = []figures.Row{row}
		return err
	})
	return rows, err
}

func (v *village) followed(ctx context.Context, _ string) (rows []figures.Row, err error) {
	f := follows{Of: "@" + street, Actors: v.Follows, Clients: 32, Hosts: max(1, v.Follows/10), Settle: 30 * time.Second}
	err = v.with(ctx, f.Hosts, f.Actors, func(s *subject) error {
		row, err := f.measure(ctx, v.console, s)
		rows = []figures.Row{aim(row, map[string]goal{"accepted": least(400)})}
		return err
	})
	return rows, err
}

// spreading measures one post three times: to hosts that answer at once, to
// slow ones, and to ones of which some hang.
func (v *village) spreading(ctx context.Context, _ string) (rows []figures.Row, err error) {
	f := fanout{
		Group: "@" + square, Followers: v.Followers, Hosts: v.Hosts, Clients: 16, Within: 90 * time.Second, Settle: 30 * time.Second, Samples: 20,
	}
	err = v.with(ctx, f.Hosts, f.Followers, func(s *subject) error {
		if err := f.gather(ctx, v.console, s); err != nil {
			return err
		}
		for _, m := range []struct {
			delay time.Duration
			hang  int
			time  float64 // at most
			share float64 // of RSA, at least; zero for none
		}{
			{0, 0, 0.2, 85}, {300 * time.Millisecond, 0, 1, 0}, {0, max(1, v.Hosts/20), 1, 0},
		} {
			f.Delay, f.Hang = m.delay, min(m.hang, f.Hosts-1)
			row, err := f.measure(ctx, v.console, s, func(ctx context.Context) error {
				_, err := v.post(ctx, square, 0)
				return err
			})
			if err != nil {
				return err
			}
			goals := map[string]goal{
				"first to last healthy delivery": most(m.time), "hosts with more than one POST": most(0),
				"healthy hosts reached": least(float64(f.Hosts - f.Hang)),
			}
			if m.share > 0 {
				goals["of it in RSA signatures"] = least(m.share)
			}
			rows = append(rows, aim(row, goals))
		}
		return nil
	})
	return rows, err
}
