package conform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/cmd/palier-conform/conform"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// palier is a running server of ours, with neighbours who have talked, which a
// test may sabotage.
type palier struct {
	*app.App
	t   *testing.T
	url string
	// private is the id of a post that nobody outside may read.
	private string

	mu       sync.Mutex
	sabotage func(next http.Handler) http.Handler
}

func newPalier(t *testing.T) *palier {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Database, c.URL, c.Listen, c.MediaDir = storetest.URL(t, store.SQLite), "http://"+l.Addr().String(), l.Addr().String(), t.TempDir()
	c.PeersAllow, c.FirstRetry, c.Limits = apptest.Loopback, 50*time.Millisecond, config.Limits{}
	a, err := app.Open(t.Context(), c, app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Version: "test"})
	if err != nil {
		t.Fatal(errors.Join(err, l.Close()))
	}
	p := &palier{App: a, t: t, url: c.URL}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: p, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		err := errors.Join(server.Shutdown(ctx), a.Stop(ctx), a.Close())
		if e := <-served; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
		if err != nil {
			t.Error(err)
		}
	})
	p.live()
	return p
}

func (p *palier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	sabotage := p.sabotage
	p.mu.Unlock()
	next := p.Handler()
	if sabotage != nil {
		next = sabotage(next)
	}
	next.ServeHTTP(w, r)
}

// live lets neighbours talk, so that there is something to look at: more posts
// than fit on a page, a reply, an edit, something deleted, something pinned and
// something private.
func (p *palier) live() {
	p.t.Helper()
	ctx := p.t.Context()
	must := func(err error) {
		p.t.Helper()
		if err != nil {
			p.t.Fatal(err)
		}
	}
	dinan, err := p.Places.Create(ctx, places.Plan{Username: "dinan", Title: "Dinan", Kind: "commune", Territory: "FR:COG:22050", Latitude: 48.4561, Longitude: -2.0493, RadiusKM: 3})
	must(err)
	rue, err := p.Places.Create(ctx, places.Plan{Username: "rue", Title: "Rue du Port", Kind: "neighbourhood", Within: []string{dinan.URI}})
	must(err)
	var neighbours []instance.Viewer
	for _, name := range []string{"amina", "bo"} {
		a, err := p.People.Create(ctx, people.Newcomer{Username: name, Name: name, Email: name + "@people.example", Password: apptest.Password})
		must(err)
		for _, place := range []instance.ActorID{rue.ID, dinan.ID} {
			must(p.Places.SetStanding(ctx, place, a.ID, 0, instance.Verified))
			_, err = p.People.Follow(ctx, a.ID, place)
			must(err)
		}
		v, err := p.Places.Viewer(ctx, a.ID)
		must(err)
		neighbours = append(neighbours, v)
	}
	must(p.Places.SetModerator(ctx, rue.ID, neighbours[0].ID, true))
	var posts []*instance.Post
	for i := range 19 {
		for _, in := range []instance.ActorID{rue.ID, dinan.ID} {
			post, err := p.Posts.Publish(ctx, neighbours[i%2], instance.Draft{
				Title: fmt.Sprintf("Annonce %d", i), Text: "Bonjour les voisins #port", Audience: instance.ToPublic, Group: in, Language: "fr",
			})
			must(err)
			posts = append(posts, post)
		}
	}
	for range 3 {
		_, err = p.Posts.Publish(ctx, neighbours[1], instance.Draft{Text: "Merci !", ReplyTo: posts[len(posts)-2].ID, Language: "fr"})
		must(err)
	}
	_, err = p.Posts.Edit(ctx, neighbours[0].ID, posts[len(posts)-2].ID, instance.Draft{Title: "Annonce", Text: "Bonjour à tous", Language: "fr"})
	must(err)
	must(p.Posts.Delete(ctx, neighbours[0].ID, posts[0].ID))
	secret, err := p.Posts.Publish(ctx, neighbours[0], instance.Draft{Text: "Le code est 1234", Audience: instance.ToNeighbourhood, Group: rue.ID, Language: "fr"})
	must(err)
	p.private = secret.URI
}

func (p *palier) check(o conform.Options) conform.Report {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	defer cancel()
	o.Now, o.Handle, o.Private = time.Now, "@rue@"+strings.TrimPrefix(p.url, "http://"), []string{p.private}
	r, err := conform.Check(ctx, p.url, o)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

func TestPalierConforms(t *testing.T) {
	t.Parallel()
	r := newPalier(t).check(conform.Options{})
	for _, result := range r.Results {
		if result.Verdict != conform.Pass {
			t.Errorf("%s %s (%s): %s", result.Verdict, result.ID, result.Section, strings.Join(result.Reasons, "\n    "))
		}
	}
	if r.Requests < 100 || r.Count(conform.Pass) < len(conform.Rules())/2 {
		t.Errorf("%d checks passed with %d requests", r.Count(conform.Pass), r.Requests)
	}
	var text, program bytes.Buffer
	if err := errors.Join(r.Text(&text), r.JSON(&program)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "PASS  10.1") {
		t.Errorf("the report for people is\n%s", &text)
	}
	var back conform.Report
	if err := json.Unmarshal(program.Bytes(), &back); err != nil || len(back.Results) != len(r.Results) {
		t.Errorf("the report for programs is %s (%v)", &program, err)
	}
}
