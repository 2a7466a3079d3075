package discovery_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/federation/client"
	"palier/federation/discovery"
	"palier/protocol/as2"
)

func TestActorFromItsOrigin(t *testing.T) {
	t.Parallel()
	r, h := newResolver(t, nil), newHost(t)
	id := h.actor("/u/1", "amina", "")
	o, err := r.Actor(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if o.ID() != id || o.Type() != "Person" {
		t.Errorf("got a %s with id %q", o.Type(), o.ID())
	}
}

func TestB04_DocumentOfSomebodyElse(t *testing.T) {
	t.Parallel()
	r, victim, evil := newResolver(t, nil), newHost(t), newHost(t)
	id := victim.actor("/u/1", "amina", "")
	evil.serve("/u/1", as2JSON, `{"id":"`+id+`","type":"Person","preferredUsername":"amina","inbox":"`+evil.URL+`/inbox"}`)
	o, err := r.Actor(t.Context(), evil.URL+"/u/1")
	if err != nil {
		t.Fatal(err)
	}
	if got := o.IRI("inbox"); got != id+"/inbox" {
		t.Errorf("inbox %q: the attacker's copy was believed", got)
	}
	// Without anything at the origin there is nothing to believe.
	evil.serve("/u/2", as2JSON, `{"id":"`+victim.URL+`/u/2","type":"Person","inbox":"`+victim.URL+`/inbox"}`)
	if _, err := r.Actor(t.Context(), evil.URL+"/u/2"); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("error %v, want that of the origin", err)
	}
	if n := victim.count("/u/2"); n != 1 {
		t.Errorf("the origin was asked %d times, want once", n)
	}
}

func TestB05_OpenRedirectOfTheVictim(t *testing.T) {
	t.Parallel()
	r, victim, evil := newResolver(t, nil), newHost(t), newHost(t)
	evil.serve("/copy", as2JSON, `{"id":"`+victim.URL+`/go","type":"Person","preferredUsername":"amina","inbox":"`+victim.URL+`/inbox"}`)
	victim.put("/go", page{to: evil.URL + "/copy"})
	if _, err := r.Actor(t.Context(), victim.URL+"/go"); !errors.Is(err, discovery.ErrForged) {
		t.Errorf("error %v, want ErrForged", err)
	}
}

func TestRedirectWithinTheOrigin(t *testing.T) {
	t.Parallel()
	r, h := newResolver(t, nil), newHost(t)
	id := h.actor("/u/1", "amina", "")
	h.put("/@amina", page{to: "/u/1"})
	o, err := r.Actor(t.Context(), h.URL+"/@amina")
	if err != nil || o.ID() != id {
		t.Errorf("got %v, %v; want %s", o, err, id)
	}
	if n := h.count("/u/1"); n != 1 {
		t.Errorf("fetched %d times, want once: it was where its id is", n)
	}
}

func TestE06_DocumentsThatPointAtOneAnother(t *testing.T) {
	t.Parallel()
	r, a, b := newResolver(t, nil), newHost(t), newHost(t)
	a.serve("/x", as2JSON, `{"id":"`+b.URL+`/x","type":"Person","inbox":"`+b.URL+`/i"}`)
	b.serve("/x", as2JSON, `{"id":"`+a.URL+`/x","type":"Person","inbox":"`+a.URL+`/i"}`)
	if _, err := r.Actor(t.Context(), a.URL+"/x"); !errors.Is(err, discovery.ErrForged) {
		t.Errorf("error %v, want ErrForged", err)
	}
	if n := len(a.requests()) + len(b.requests()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestE06_PagesThatPointAtOneAnother(t *testing.T) {
	t.Parallel()
	r, h := newResolver(t, nil), newHost(t)
	link := func(to string) string {
		return `<html><head><link rel="alternate" type="application/activity+json" href="` + to + `"></head>`
	}
	h.serve("/a", "text/html", link("/b"))
	h.serve("/b", "text/html", link("/a"))
	if _, err := r.Find(t.Context(), h.URL+"/a"); err == nil {
		t.Fatal("found something")
	}
	if n := len(h.requests()); n > 4 {
		t.Errorf("%d requests, want a few: %q", n, h.requests())
	}
}

func TestE06_OneBudgetForTheWholeJob(t *testing.T) {
	t.Parallel()
	r, h := newResolver(t, nil), newHost(t)
	ctx := client.WithBudget(t.Context(), client.NewBudget(client.Limits{Fetches: 3}))
	for i, path := range []string{"/1", "/2", "/3", "/4"} {
		_, err := r.Actor(ctx, h.actor(path, "amina", ""))
		if got, want := errors.Is(err, client.ErrBudget), i == 3; got != want {
			t.Errorf("fetch %d: %v", i+1, err)
		}
	}
	// The next job has its own budget, and is not told of that one's.
	if _, err := r.Actor(t.Context(), h.URL+"/4"); err != nil {
		t.Errorf("a spent budget is remembered: %v", err)
	}
}

func TestE15_InboxOnAnotherHost(t *testing.T) {
	t.Parallel()
	r, h := newResolver(t, nil), newHost(t)
	for path, doc := range map[string]string{
		"/elsewhere": `{"id":"$BASE/elsewhere","type":"Person","inbox":"https://victim.example/inbox"}`,
		"/none":      `{"id":"$BASE/none","type":"Person"}`,
		"/note":      `{"id":"$BASE/note","type":"Note","inbox":"$BASE/inbox"}`,
	} {
		h.serve(path, as2JSON, doc)
		if _, err := r.Actor(t.Context(), h.URL+path); !errors.Is(err, discovery.ErrNotActor) {
			t.Errorf("%s: error %v, want ErrNotActor", path, err)
		}
	}
}

func TestB06_UploadedFileIsNoActor(t *testing.T) {
	t.Parallel()
	r, h := newResolver(t, nil), newHost(t)
	for _, typ := range []string{"application/json", "text/plain", "application/octet-stream", "application/ld+json"} {
		h.serve("/m/1.json", typ, `{"id":"$BASE/m/1.json","type":"Person","inbox":"$BASE/inbox"}`)
		if _, err := newResolver(t, nil).Actor(t.Context(), h.URL+"/m/1.json"); !errors.Is(err, client.ErrContentType) {
			t.Errorf("%s: error %v, want ErrContentType", typ, err)
		}
	}
	if _, err := r.Find(t.Context(), h.URL+"/m/1.json"); err == nil {
		t.Error("found by its address")
	}
}

func TestB09_OurOwnAreNeverFetched(t *testing.T) {
	t.Parallel()
	r := newResolver(t, nil)
	if _, err := r.Actor(t.Context(), "https://ours.example/u/1"); !errors.Is(err, discovery.ErrLocal) {
		t.Errorf("Actor: %v, want ErrLocal", err)
	}
	if _, err := r.Object(t.Context(), "https://ours.example/o/1"); !errors.Is(err, discovery.ErrLocal) {
		t.Errorf("Object: %v, want ErrLocal", err)
	}
	if _, err := r.Find(t.Context(), "https://ours.example/@amina"); !errors.Is(err, discovery.ErrLocal) {
		t.Errorf("Find: %v, want ErrLocal", err)
	}
	// Nor when a stranger's document leads there.
	h := newHost(t)
	h.serve("/u/1", as2JSON, `{"id":"https://ours.example/u/1","type":"Person","inbox":"https://ours.example/inbox"}`)
	if _, err := r.Actor(t.Context(), h.URL+"/u/1"); !errors.Is(err, discovery.ErrLocal) {
		t.Errorf("led home: %v, want ErrLocal", err)
	}
}

func TestE09_WhatIsKnownIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	r, h := newResolver(t, nil), newHost(t)
	id := h.actor("/u/1", "amina", "")
	for range 3 {
		if _, err := r.Actor(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.count("/u/1"); n != 1 {
		t.Errorf("fetched %d times, want once", n)
	}
	r.clock.pass(11 * time.Minute)
	if _, err := r.Actor(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if n := h.count("/u/1"); n != 2 {
		t.Errorf("fetched %d times after its time was over, want twice", n)
	}
	if _, err := r.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if n := h.count("/u/1"); n != 3 {
		t.Errorf("fetched %d times after Refresh, want three times", n)
	}
}

func TestE09_FailuresAreRememberedForAWhile(t *testing.T) {
	t.Parallel()
	r, h := newResolver(t, nil), newHost(t)
	h.put("/busy", page{status: http.StatusServiceUnavailable, header: http.Header{"Retry-After": {"3600"}}})
	for _, path := range []string{"/busy", "/nothing"} {
		for range 3 {
			if _, err := r.Actor(t.Context(), h.URL+path); err == nil {
				t.Fatalf("%s: found", path)
			}
		}
		if n := h.count(path); n != 1 {
			t.Errorf("%s: asked %d times, want once", path, n)
		}
	}
	r.clock.pass(6 * time.Minute)
	for _, path := range []string{"/busy", "/nothing"} {
		if _, err := r.Actor(t.Context(), h.URL+path); err == nil {
			t.Fatalf("%s: found", path)
		}
	}
	if n := h.count("/nothing"); n != 2 {
		t.Errorf("asked %d times after five minutes, want twice", n)
	}
	if n := h.count("/busy"); n != 1 {
		t.Errorf("asked %d times within the hour that the host asked for, want once", n)
	}
}

// gate is a way out on which fetches wait until they are let through.
type gate struct {
	discovery.Fetcher
	arrived chan string
	let     chan struct{}
}

func (g gate) Document(ctx context.Context, url string) (client.Fetched, error) {
	g.arrived <- url
	select {
	case <-g.let:
	case <-ctx.Done():
		return client.Fetched{}, context.Cause(ctx)
	}
	return g.Fetcher.Document(ctx, url)
}

func TestE09_ManyWhoWantOneThingWaitForOneFetch(t *testing.T) {
	t.Parallel()
	g := gate{arrived: make(chan string, 100), let: make(chan struct{})}
	r := newResolver(t, func(o *discovery.Options) { g.Fetcher = o.Client; o.Client = g })
	h := newHost(t)
	id := h.actor("/u/1", "amina", "")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := r.Actor(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
	<-g.arrived
	close(g.let)
	all.Wait()
	if n := h.count("/u/1"); n != 1 {
		t.Errorf("fetched %d times for 20 who wanted it at once", n)
	}
}

func TestOneWhoLeavesDoesNotSpoilItForOthers(t *testing.T) {
	t.Parallel()
	g := gate{arrived: make(chan string, 100), let: make(chan struct{})}
	r := newResolver(t, func(o *discovery.Options) { g.Fetcher = o.Client; o.Client = g })
	h := newHost(t)
	id := h.actor("/u/1", "amina", "")
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := r.Actor(ctx, id); !errors.Is(err, context.Canceled) {
			t.Errorf("the one who left got %v", err)
		}
	})
	<-g.arrived
	all.Go(func() {
		if _, err := r.Actor(t.Context(), id); err != nil {
			t.Errorf("the one who stayed got %v", err)
		}
	})
	leave()
	<-g.arrived // the one who stayed asks for itself
	close(g.let)
	all.Wait()
}

func TestE09_ObjectsAreFetchedAfterARandomWait(t *testing.T) {
	t.Parallel()
	var waited []time.Duration
	r := newResolver(t, func(o *discovery.Options) {
		o.Spread = 30 * time.Minute
		o.Jitter = func() float64 { return 0.5 }
		o.Wait = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	})
	h := newHost(t)
	h.serve("/o/1", as2JSON, `{"id":"$BASE/o/1","type":"Note"}`)
	for range 2 {
		if _, err := r.Object(t.Context(), h.URL+"/o/1"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Actor(t.Context(), h.actor("/u/1", "amina", "")); err != nil {
		t.Fatal(err)
	}
	if len(waited) != 1 || waited[0] != 15*time.Minute {
		t.Errorf("waited %v, want 15m once: not for what is known, nor for actors", waited)
	}
}

func TestE11_WhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	r := newResolver(t, func(o *discovery.Options) { o.Size = 10 })
	h := newHost(t)
	first := h.actor("/u/0", "amina", "")
	for i := range 20 {
		if _, err := r.Actor(t.Context(), h.actor("/u/"+strings.Repeat("x", i), "amina", "")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Actor(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Actor(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if n := h.count("/u/0"); n != 1 {
		t.Errorf("fetched %d times", n)
	}
	if _, err := r.Actor(t.Context(), h.URL+"/u/x"); err != nil {
		t.Fatal(err)
	}
	if n := h.count("/u/x"); n != 2 {
		t.Errorf("what was pushed out was fetched %d times, want twice", n)
	}
}

func TestLearn(t *testing.T) {
	t.Parallel()
	r, h := newResolver(t, nil), newHost(t)
	id := h.actor("/u/1", "amina", "")
	o, err := as2.Parse([]byte(`{"id":"` + id + `","type":"Person","inbox":"` + id + `/inbox","name":"seen with its key"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Learn(t.Context(), o)
	got, err := r.Actor(t.Context(), id)
	if err != nil || got.Line("name") != "seen with its key" || len(h.requests()) != 0 {
		t.Errorf("got %v, %v after %d requests; want what was learned", got, err, len(h.requests()))
	}
	bad, err := as2.Parse([]byte(`{"id":"` + h.URL + `/u/2","type":"Person","inbox":"https://victim.example/inbox"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Learn(t.Context(), bad)
	if _, err := r.Actor(t.Context(), h.URL+"/u/2"); err == nil {
		t.Error("learned an actor whose inbox is another's")
	}
}

func TestGone(t *testing.T) {
	t.Parallel()
	r, h := newResolver(t, nil), newHost(t)
	h.put("/u/1", page{status: http.StatusGone})
	_, err := r.Actor(t.Context(), h.URL+"/u/1")
	if !discovery.Gone(err) || discovery.Temporary(err) {
		t.Errorf("error %v: gone %t, temporary %t", err, discovery.Gone(err), discovery.Temporary(err))
	}
}
