package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"palier/cmd/palier-bench/figures"
	"palier/cmd/palier-bench/load"
	"palier/cmd/palier-bench/peers"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// inbox sends signed notes to somebody on the server. Each mentions them, so
// that no server has a reason not to keep it, and comes from an actor whose key
// the server knows by then.
type inbox struct {
	targetFlags `embed:""`
	peerFlags   `embed:""`
	Of          string        `name:"inbox-of" help:"Who is written to: a handle or an address." required:"" placeholder:"HANDLE"`
	Notes       int           `short:"n" help:"How many notes." default:"2000"`
	Clients     int           `short:"c" help:"How many at a time." default:"32"`
	Hosts       int           `help:"From how many hosts." default:"8"`
	Actors      int           `help:"By how many actors." default:"16"`
	Personal    bool          `help:"Use the actor's own inbox where the server offers a shared one."`
	ReplyTo     string        `help:"A post there that the notes answer; its replies can be counted then." placeholder:"URL"`
	CountURL    string        `help:"Where the server tells how many notes it shows: a collection, or a page. {run} becomes the hashtag of this run." placeholder:"URL"`
	CountRegexp string        `help:"Finds the number there, as its first group; needed unless it is totalItems." placeholder:"PATTERN"`
	ListURL     string        `help:"Where the server lists the notes, page after page; each is looked for. {run} as above." placeholder:"URL"`
	Settle      time.Duration `help:"Give up waiting for notes to show when none came for so long." default:"15s"`
	KillAfter   int           `help:"End the server with SIGKILL after so many notes were accepted, and look which are missing after the restart." placeholder:"N"`
	Restart     string        `help:"Starts the server again; without it you do." placeholder:"COMMAND"`
	Ready       string        `help:"Answers 200 when the server is there again." placeholder:"URL"`
}

// The bounds of a run.
const (
	maxNotes   = 50_000
	maxClients = 512
)

// Run measures and reports.
func (i inbox) Run(ctx context.Context, c console) (err error) {
	if err := i.check(); err != nil {
		return err
	}
	s, err := i.open(ctx, i.peerFlags, i.Hosts, i.Actors)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	row, err := i.measure(ctx, c, s, i.reviver(c))
	if err != nil {
		return err
	}
	return c.report(s.rows(row)...)
}

func (i inbox) check() error {
	err := errors.Join(
		within("-n", i.Notes, 1, maxNotes), within("-c", i.Clients, 1, maxClients),
		within("--hosts", i.Hosts, 1, peers.MaxHosts), within("--actors", i.Actors, i.Hosts, peers.MaxActors))
	if i.KillAfter == 0 {
		return err
	}
	if i.ListURL == "" {
		err = errors.Join(err, errors.New("--kill-after needs --list-url, to see which notes are missing"))
	}
	if len(i.PID) == 0 {
		err = errors.Join(err, errors.New("--kill-after needs --pid"))
	}
	if i.Ready == "" {
		err = errors.Join(err, errors.New("--kill-after needs --ready, to know when the server is there again"))
	}
	return errors.Join(err, within("--kill-after", i.KillAfter, 1, i.Notes))
}

// rows adds what the machine can do, if that was measured, to a row.
func (s *subject) rows(r figures.Row) []figures.Row {
	if s.limits.SQLite == 0 {
		return []figures.Row{r}
	}
	return []figures.Row{s.limits.Row(), r}
}

// measure sends the notes and finds out what became of them.
func (i inbox) measure(ctx context.Context, c console, s *subject, life reviver) (figures.Row, error) {
	to, err := s.server.Actor(ctx, i.Of)
	if err != nil {
		return figures.Row{}, err
	}
	m := &mail{inbox: i, subject: s, letters: letters{newRun(), to, hostOf(to, s.base), i.ReplyTo}, began: time.Now().UTC(), box: to.Inbox}
	if to.SharedInbox != "" && !i.Personal {
		m.box = to.SharedInbox
	}
	if err := m.sameServer(); err != nil {
		return figures.Row{}, err
	}
	if i.CountRegexp != "" {
		if m.pattern, err = regexp.Compile(i.CountRegexp); err != nil {
			return figures.Row{}, fmt.Errorf("--count-regexp: %w", err)
		}
	}
	if count := m.counter(); count != nil {
		// What cannot be counted yet, such as a hashtag nobody used, is none.
		m.before, _ = count(ctx)
	}
	s.town.Publish(m.document)
	c.say("one note from each of %d actors on %d hosts, so that the server knows their keys", len(s.town.Actors()), len(s.town.Hosts()))
	if err := m.warm(ctx); err != nil {
		return figures.Row{}, err
	}
	c.say("signing %d notes", i.Notes)
	if m.requests, err = sign(ctx, len(s.town.Actors()), i.Notes, m.prepare); err != nil {
		return figures.Row{}, err
	}
	if i.KillAfter > 0 {
		return m.crash(ctx, c, life)
	}
	return m.send(ctx, c)
}

// hostOf returns what follows the @ in the handle of an actor.
func hostOf(a as2.Actor, base *url.URL) string {
	_, host, _ := strings.Cut(a.WebFinger, "@")
	return cmp.Or(host, base.Host)
}

// mail is the notes of one run on their way.
type mail struct {
	inbox
	*subject
	letters
	box      string // where they go
	began    time.Time
	pattern  *regexp.Regexp
	before   int // notes that showed before the run
	requests []load.Request
}

// sameServer returns an error if the inbox is not where the load goes.
func (m *mail) sameServer() error {
	u, err := url.Parse(m.box)
	if err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	if load.To(u, 0) != load.To(m.base, 0) {
		return fmt.Errorf("the inbox %s is not at %s", m.box, m.base)
	}
	return nil
}

// author returns whose the note with that number is.
func (m *mail) author(n int) *peers.Actor {
	all := m.town.Actors()
	return all[n%len(all)]
}

func (m *mail) prepare(ctx context.Context, n int, now time.Time) (load.Request, error) {
	by := m.author(n)
	body, err := m.create(by, m.mark(n), m.began)
	if err != nil {
		return nil, err
	}
	return m.post(ctx, by, m.box, body, now)
}

// document returns a note to a server that fetches it though it was sent.
func (m *mail) document(id string) ([]byte, bool) {
	mark := id[strings.LastIndexByte(id, '/')+1:]
	digits, ok := strings.CutPrefix(mark, m.run+"-")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 0 {
		return nil, false
	}
	note := m.note(m.author(n), mark, m.began)
	note.Context = vocab.PostContext()
	body, err := as2.Encode(note)
	return body, err == nil && note.ID == id
}

// warm sends one note of each actor, which makes the server fetch every key.
func (m *mail) warm(ctx context.Context) error {
	all := len(m.town.Actors())
	requests, err := sign(ctx, 0, all, m.prepare)
	if err != nil {
		return err
	}
	result := load.Send(ctx, m.wire, requests, load.Plan{Clients: min(4, m.Clients)})
	if result.OK() < all {
		return fmt.Errorf("the server takes only %d of the first %d notes: %s", result.OK(), all, result.Trouble())
	}
	_, err = m.awaitCount(ctx, all)
	return err
}

// send sends all notes and tells how fast they were taken and became readable.
func (m *mail) send(ctx context.Context, c console) (figures.Row, error) {
	meter, err := m.begin(ctx)
	if err != nil {
		return figures.Row{}, err
	}
	c.say("sending %d notes, %d at a time", m.Notes, m.Clients)
	start := time.Now()
	result := load.Send(ctx, m.wire, m.requests, load.Plan{Clients: m.Clients})
	spent, err := meter.now()
	if err != nil {
		return figures.Row{}, err
	}
	if result.OK() == 0 {
		return figures.Row{}, fmt.Errorf("the server takes none of the notes: %s", result.Trouble())
	}
	shown, err := m.awaitShown(ctx, c, len(m.town.Actors())+result.OK(), start)
	if err != nil {
		return figures.Row{}, err
	}
	if spent, err = meter.until(ctx, spent); err != nil {
		return figures.Row{}, err
	}
	return m.row(result, shown, spent), nil
}

func (m *mail) row(result load.Result, shown *shown, spent spent) figures.Row {
	rate := figures.Rate("accepted", result.PerSecond())
	note := "of the server, until it is quiet again"
	if m.limits.SQLite > 0 {
		rate = rate.Against("%.0f %% of RSA verifications, %.0f %% of bare POSTs; row by row the database commits %.0f/s",
			100*result.PerSecond()/m.limits.RSAVerify.PerSecond, 100*result.PerSecond()/m.limits.Posts, m.limits.Commits())
		note += fmt.Sprintf("; one RSA verification takes %s", m.limits.RSAVerify.CPU)
	}
	row := figures.Row{Name: "inbox", Title: fmt.Sprintf("signed Create{Note}, %s, key known, %d at a time", m.pen.Kind, m.Clients), Figures: []figures.Figure{
		figures.Count("notes sent", m.Notes),
		figures.Count("notes accepted", result.OK()).Against("%s", cmp.Or(result.Trouble(), "every answer 2xx")),
		rate,
		figures.Millis("answer p50", result.Percentile(50)),
		figures.Millis("answer p95", result.Percentile(95)),
		figures.Millis("answer p99", result.Percentile(99)),
	}}
	if shown != nil {
		row.Figures = append(row.Figures,
			figures.Rate("readable", float64(shown.n)/shown.took.Seconds()).Against("from the first note sent until the last is shown"),
			figures.Count("accepted, not shown", result.OK()-shown.n).Against("counted at %s", shown.at))
	}
	row.Figures = append(row.Figures, spent.figures(result.OK(), "note", note)...)
	return row
}
