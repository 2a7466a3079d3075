package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// childDatabase names, in the environment of this very test program, the
// database it is to run an instance on instead of tests.
const childDatabase = "PALIER_TEST_CHILD"

// child runs an instance whose process the test can kill. Each line on standard
// input is a post to publish; its id is printed once it is committed.
func child(database string) error {
	ctx := context.Background()
	c := config.Default()
	c.Database, c.URL, c.Listen = database, "http://127.0.0.1:1", "127.0.0.1:0"
	c.MediaDir, c.PeersAllow, c.FirstRetry = os.Getenv("PALIER_TEST_MEDIA"), apptest.Loopback, 200*time.Millisecond
	c.LongestRetry, c.Limits = time.Second, config.Limits{}
	a, err := app.Open(ctx, c, app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Version: "test"})
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return err
	}
	author, err := a.People.Named(ctx, "amina")
	if err != nil {
		return err
	}
	v, err := a.Places.Viewer(ctx, author.ID)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	var writers sync.WaitGroup
	room := make(chan struct{}, 8)
	for lines.Scan() {
		text := lines.Text()
		room <- struct{}{}
		writers.Go(func() {
			defer func() { <-room }()
			p, err := a.Posts.Publish(ctx, v, instance.Draft{Text: text, Audience: instance.ToPublic, Language: "fr"})
			if err != nil {
				fmt.Println("failed", err)
				return
			}
			fmt.Println("posted", p.URI)
		})
	}
	writers.Wait()
	select {} // until it is killed
}

// process is a running child.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
}

func startChild(t *testing.T, database, media string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childDatabase+"="+database, "PALIER_TEST_MEDIA="+media)
	p := run(t, cmd)
	if line := p.next(); line != "ready" {
		t.Fatalf("child says %q", line)
	}
	return p
}

// run begins a child that is killed at the end at the latest.
func run(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: cmd, in: in, lines: make(chan string, 2000)}
	go func() {
		defer close(p.lines)
		s := bufio.NewScanner(out)
		for s.Scan() {
			p.lines <- s.Text()
		}
	}()
	t.Cleanup(func() { p.kill() })
	return p
}

func (p *process) next() string {
	p.t.Helper()
	select {
	case line := <-p.lines:
		return line
	case <-time.After(time.Minute):
		p.t.Fatal("child says nothing")
		return ""
	}
}

// kill ends the child as a power cut would.
func (p *process) kill() {
	if p.cmd.ProcessState != nil {
		return
	}
	err := p.cmd.Process.Kill()
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("kill: %v", err)
	}
	_ = p.cmd.Wait() // a killed process always ends with an error
}

// peer is another server: it notes which activities came.
type peer struct {
	address string
	slow    time.Duration
	server  *httptest.Server
	up      atomic.Bool

	mu   sync.Mutex
	seen map[string]int // times by object id
	came chan struct{}
}

func newPeer(t *testing.T, slow time.Duration, up bool) *peer {
	t.Helper()
	p := &peer{slow: slow, seen: map[string]int{}, came: make(chan struct{}, 1)}
	p.up.Store(up)
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	p.address = p.server.URL
	return p
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.up.Load() {
		panic(http.ErrAbortHandler) // the line goes dead
	}
	var a struct{ Object struct{ ID string } }
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil || r.Header.Get("Signature") == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if p.slow > 0 {
		wait := time.NewTimer(p.slow)
		defer wait.Stop()
		<-wait.C
	}
	p.mu.Lock()
	p.seen[a.Object.ID]++
	p.mu.Unlock()
	select {
	case p.came <- struct{}{}:
	default:
	}
	w.WriteHeader(http.StatusAccepted)
}

// missing returns how many of ids did not come.
func (p *peer) missing(ids []string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, id := range ids {
		if p.seen[id] == 0 {
			n++
		}
	}
	return n
}

// await returns once all of ids came.
func (p *peer) await(t *testing.T, ids []string, within time.Duration) {
	t.Helper()
	late := time.After(within)
	for {
		n := p.missing(ids)
		if n == 0 {
			return
		}
		select {
		case <-p.came:
		case <-late:
			t.Errorf("%s misses %d of %d posts", p.address, n, len(ids))
			return
		}
	}
}

// followedBy gives the database an author whom every peer follows.
func followedBy(t *testing.T, database, media string, peers []*peer) {
	t.Helper()
	ctx := t.Context()
	c := config.Default()
	c.Database, c.URL, c.MediaDir, c.PeersAllow = database, "http://127.0.0.1:1", media, apptest.Loopback
	a, err := app.Open(ctx, c, app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	author, err := a.People.Create(ctx, people.Newcomer{Username: "amina", Name: "Amina", Email: "amina@people.example", Password: apptest.Password})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range peers {
		_, port, err := net.SplitHostPort(strings.TrimPrefix(p.address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		far := instance.Actor{
			ID: instance.ActorID(1000 + i), URI: p.address + "/u/1", Kind: instance.Person, Username: "p" + port,
			Host: strings.TrimPrefix(p.address, "http://"), Inbox: p.address + "/u/1/inbox", SharedInbox: p.address + "/inbox",
			CreatedAt: time.Now(), UpdatedAt: time.Now(), FetchedAt: time.Now(),
		}
		err = a.DB.InTx(ctx, func(tx store.Tx) error {
			if err := actors.Save(ctx, tx, far, "{}"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `
				INSERT INTO follows (id, uri, follower_id, followee_id, state, created_at)
				VALUES ($1, $2, $3, $4, 'accepted', 1)`, i+1, p.address+"/f/1", far.ID, author.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestR06_KilledInTheMiddleNothingIsLost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		const hosts, down, slow, posts = 50, 10, 5, 500
		var peers []*peer
		for i := range hosts {
			wait := time.Duration(0)
			if i >= down && i < down+slow {
				wait = 100 * time.Millisecond
			}
			peers = append(peers, newPeer(t, wait, i >= down))
		}
		database, media := storetest.URL(t, engine), filepath.Join(t.TempDir(), "media")
		followedBy(t, database, media, peers)

		first := startChild(t, database, media)
		go func() {
			for i := range posts {
				if _, err := io.WriteString(first.in, "Message "+strconv.Itoa(i)+"\n"); err != nil {
					return // it was killed
				}
			}
		}()
		var acknowledged []string
		for len(acknowledged) < posts/4 {
			line := first.next()
			uri, ok := strings.CutPrefix(line, "posted ")
			if !ok {
				t.Fatalf("a post was not taken: %s", line)
			}
			acknowledged = append(acknowledged, uri)
		}
		first.kill()
		for line := range first.lines { // what it still said before it died counts too
			if uri, ok := strings.CutPrefix(line, "posted "); ok {
				acknowledged = append(acknowledged, uri)
			}
		}
		t.Logf("killed after %d of %d posts", len(acknowledged), posts)

		second := startChild(t, database, media)
		for _, p := range peers[down:] {
			p.await(t, acknowledged, 3*time.Minute)
		}
		// One that was dead comes back, and gets all of it.
		peers[0].up.Store(true)
		peers[0].await(t, acknowledged, 3*time.Minute)
		second.kill()

		db := storetest.OpenURL(t, database)
		var waiting, tried int
		err := db.Read().QueryRow(t.Context(), `
			SELECT COUNT(DISTINCT host), COUNT(CASE WHEN next_at > 0 AND expires_at > next_at THEN 1 END) FROM deliveries`).Scan(&waiting, &tried)
		if err != nil || waiting < down-1 || tried < (down-1)*len(acknowledged) {
			t.Errorf("held for %d hosts, %d deliveries on schedule, want %d hosts with %d each (%v)", waiting, tried, down-1, len(acknowledged), err)
		}
	})
}
