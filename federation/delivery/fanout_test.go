package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/federation/delivery"
	"palier/federation/signature"
)

func TestEachHostGetsOnePost(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	peers := make([]*peer, 20)
	var recipients []delivery.Recipient
	for i := range peers {
		peers[i] = newPeer(t, nil)
		for n := range 5 {
			recipients = append(recipients, delivery.Recipient{
				Inbox:       fmt.Sprintf("%s/u/%d/inbox", peers[i].URL, n),
				SharedInbox: peers[i].URL + "/inbox",
			})
		}
	}
	p := parcel("1")
	p.Targets = delivery.Group(recipients)
	report := s.fanOut(t, p)
	if d := cmp.Diff(delivery.Report{Delivered: 20}, report); d != "" {
		t.Errorf("report (-want +got):\n%s", d)
	}
	for i, p := range peers {
		if got := p.bodies(); !slices.Equal(got, []string{"1"}) {
			t.Errorf("peer %d got %q, want one POST", i, got)
		}
	}
	if len(s.ledger.held()) != 0 {
		t.Error("something is held although everyone took it")
	}
}

func TestEachHostGetsItsForm(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	whole, plain := newPeer(t, nil), newPeer(t, nil)
	s.fanOut(t, delivery.Parcel{
		Sender: sender,
		Documents: []delivery.Document{
			{ActivityID: "https://lyon.example/a/1", Body: []byte("whole activity")},
			{ActivityID: "https://lyon.example/a/2", Body: []byte("only the id")},
		},
		Targets: delivery.Group([]delivery.Recipient{
			{Inbox: whole.URL + "/inbox", Document: 0},
			{Inbox: plain.URL + "/inbox", Document: 1},
		}),
	})
	if got := whole.bodies(); !slices.Equal(got, []string{"whole activity"}) {
		t.Errorf("the host that speaks 1b12 got %q", got)
	}
	if got := plain.bodies(); !slices.Equal(got, []string{"only the id"}) {
		t.Errorf("the other host got %q", got)
	}
}

// keys lets a peer verify what our one key signed.
type keys struct{}

func (keys) Key(context.Context, string) (signature.PublicKey, error) { return rsaKey().Public(), nil }
func (keys) Refresh(context.Context, string) (signature.PublicKey, error) {
	return rsaKey().Public(), nil
}

func TestPeersCanVerifyWhatIsSent(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	var errs []error
	p := newPeer(t, nil)
	v, err := signature.NewVerifier(keys{}, signature.Policy{Origins: []string{p.URL}, Now: s.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	p.become(func(w http.ResponseWriter, r *http.Request) {
		who, err := v.Verify(r, []byte("1"))
		if err == nil && who.Owner != sender {
			err = fmt.Errorf("signed by %s", who.Owner)
		}
		errs = append(errs, err)
		w.WriteHeader(http.StatusAccepted)
	})
	s.fanOut(t, parcel("1", p))
	if len(errs) != 1 || errs[0] != nil {
		t.Errorf("verification: %v, want one success", errs)
	}
}

func TestR05_HangingHostsDelayNobody(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	release := make(chan struct{})
	hanging := make([]*peer, 5)
	for i := range hanging {
		hanging[i] = newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
			<-release
			w.WriteHeader(http.StatusServiceUnavailable)
		})
	}
	var arrived sync.WaitGroup
	healthy := make([]*peer, 30)
	for i := range healthy {
		arrived.Add(1)
		healthy[i] = newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
			arrived.Done()
			w.WriteHeader(http.StatusAccepted)
		})
	}
	var report delivery.Report
	done := make(chan struct{})
	go func() {
		defer close(done)
		report = s.fanOut(t, parcel("1", append(hanging, healthy...)...))
	}()
	arrived.Wait() // while the others still hang
	select {
	case <-done:
		t.Fatal("the fan-out is over before the hosts that hang have answered")
	default:
	}
	close(release)
	<-done
	if report.Delivered != 30 || report.Held != 5 {
		t.Errorf("delivered %d and held %d, want 30 and 5", report.Delivered, report.Held)
	}
}

func TestR05_OneHostGetsTwoAtATime(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	var mu sync.Mutex
	var under, most int
	p := newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		under++
		most = max(most, under)
		mu.Unlock()
		defer func() { mu.Lock(); under--; mu.Unlock() }()
		w.WriteHeader(http.StatusAccepted)
	})
	x := parcel("1")
	for i := range 40 {
		x.Targets = append(x.Targets, delivery.Target{Inbox: p.URL + "/u/" + strconv.Itoa(i), Host: p.host()})
	}
	if report := s.fanOut(t, x); report.Delivered != 40 {
		t.Errorf("delivered %d, want 40", report.Delivered)
	}
	if most > 2 {
		t.Errorf("%d deliveries to one host at a time, want at most 2", most)
	}
}

func TestR16_FiveThousandFollowers(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	var recipients []delivery.Recipient
	peers := make([]*peer, 10)
	for i := range peers {
		peers[i] = newPeer(t, nil)
	}
	for n := range 5000 {
		p := peers[n%10]
		recipients = append(recipients, delivery.Recipient{Inbox: p.URL + "/u/" + strconv.Itoa(n), SharedInbox: p.URL + "/inbox"})
	}
	p := parcel("delete")
	p.Targets = delivery.Group(recipients)
	if report := s.fanOut(t, p); report.Delivered != 10 {
		t.Errorf("%d POSTs for 5,000 followers on 10 hosts, want 10", report.Delivered)
	}
	signatures := map[string]bool{}
	for _, p := range peers {
		for _, r := range p.requests() {
			signatures[r.header.Get("Signature")] = true
		}
	}
	if len(signatures) != 10 {
		t.Errorf("%d signatures for 10 inboxes", len(signatures))
	}
}

func TestR20_TroubleOnTheWayIsTransientAndNamed(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	plain := newPeer(t, nil) // speaks no TLS
	p := parcel("1")
	p.Targets = []delivery.Target{
		{Inbox: "http://" + refusing + "/inbox", Host: refusing},
		{Inbox: "https://" + plain.host() + "/inbox", Host: plain.host()},
		{Inbox: "https://no-such-host.invalid/inbox", Host: "no-such-host.invalid"},
	}
	if report := s.fanOut(t, p); report.Held != 3 || report.Delivered != 0 {
		t.Errorf("report %+v, want three held", report)
	}
	for _, host := range []string{refusing, plain.host(), "no-such-host.invalid"} {
		h := s.registry.of(host)
		if h.State(s.clock.now()) != delivery.Failing || h.LastError == "" {
			t.Errorf("%s is %s with error %q, want failing and the reason", host, h.State(s.clock.now()), h.LastError)
		}
	}
}

func TestR15_ClockOfPeersIsNoted(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", s.clock.now().Add(3*time.Hour).Format(http.TimeFormat))
		w.WriteHeader(http.StatusAccepted)
	})
	s.fanOut(t, parcel("1", p))
	if got := s.registry.of(p.host()).Skew; got != 3*time.Hour {
		t.Errorf("skew %s, want 3h", got)
	}
}

func TestE15_OneDomainGetsSoMuchAndNoMore(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *delivery.Options) {
		o.SiteRate, o.SiteBurst = 1, 10
		o.Client = refuser{}
	})
	p := parcel("1")
	for i := range 50 { // followers of a wildcard domain, all of one victim
		host := fmt.Sprintf("bot%d.victim.example.com", i)
		p.Targets = append(p.Targets, delivery.Target{Inbox: "https://" + host + "/inbox", Host: host})
	}
	report := s.fanOut(t, p)
	if len(report.Dropped) != 10 || report.Held != 40 {
		t.Errorf("tried %d and held %d, want 10 and 40", len(report.Dropped), report.Held)
	}
}

func TestE01_PrivateInboxIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := parcel("1")
	p.Targets = []delivery.Target{{Inbox: "http://10.0.0.1/inbox", Host: "10.0.0.1"}, {Inbox: "https://u:p@x.example/inbox", Host: "x.example"}}
	report := s.fanOut(t, p)
	if len(report.Dropped) != 2 || report.Held != 0 {
		t.Errorf("report %+v, want both dropped", report)
	}
}

func TestR06_NothingIsLostWhenTheLedgerFails(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	well, ill := newPeer(t, nil), newPeer(t, status(http.StatusServiceUnavailable))
	s.ledger.fail = errDisk
	if _, err := s.FanOut(t.Context(), parcel("1", well, ill)); !errors.Is(err, errDisk) {
		t.Fatalf("error %v, want that of the ledger: the job has to run again", err)
	}
	s.ledger.fail = nil
	report := s.fanOut(t, parcel("1", well, ill)) // as after a crash
	if report.Held != 1 {
		t.Errorf("held %d, want 1", report.Held)
	}
	if got := well.bodies(); !slices.Equal(got, []string{"1", "1"}) {
		t.Errorf("the healthy host got %q: the same activity, which it knows by its id", got)
	}
}

func TestR22_WhatIsLeftAtAStopIsHeld(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *delivery.Options) { o.Wide = 2 })
	arrived := make(chan struct{}, 2)
	slow := func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	}
	peers := []*peer{newPeer(t, slow), newPeer(t, slow), newPeer(t, nil), newPeer(t, nil)}
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		<-arrived
		<-arrived
		stop()
	}()
	report, err := s.FanOut(ctx, parcel("1", peers...))
	if err != nil {
		t.Fatal(err)
	}
	if report.Held != 4 {
		t.Errorf("held %d, want all 4", report.Held)
	}
	for _, p := range peers {
		if h := s.registry.of(p.host()); h.Failures != 0 {
			t.Errorf("a host is blamed for our stop: %+v", h)
		}
	}
	s.drain(t, peers[2].host())
	if got := peers[2].bodies(); !slices.Equal(got, []string{"1"}) {
		t.Errorf("after the start it got %q, want the activity", got)
	}
}

func TestR12_HealthOfHostsCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, nil)
	s.registry.fail = errDisk
	if _, err := s.FanOut(t.Context(), parcel("1", p)); !errors.Is(err, errDisk) || len(p.requests()) != 0 {
		t.Errorf("error %v after %d requests, want that of the registry before any", err, len(p.requests()))
	}
	ctx, stop := context.WithCancel(t.Context())
	stop() // the same when the program stops: then everything waits in the ledger
	if report, err := s.FanOut(ctx, parcel("1", p)); err != nil || report.Held != 1 {
		t.Errorf("report %+v, error %v; want it held", report, err)
	}
}

func TestSecondKnockWithTheOtherSignature(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Signature-Input") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	for n := range 2 {
		if report := s.fanOut(t, parcel(strconv.Itoa(n), p)); report.Delivered != 1 {
			t.Errorf("parcel %d: %+v, want it delivered", n, report)
		}
	}
	if got := p.bodies(); !slices.Equal(got, []string{"0", "0", "1"}) {
		t.Errorf("knocks: %q, want two for the first parcel and one for the second", got)
	}
}

func TestUnknownSender(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, nil)
	x := parcel("1", p)
	x.Sender = "https://lyon.example/u/nobody"
	if _, err := s.FanOut(t.Context(), x); !errors.Is(err, delivery.ErrNoKey) {
		t.Errorf("error %v, want ErrNoKey", err)
	}
	if len(p.requests()) != 0 {
		t.Error("something was sent without a key")
	}
}

func TestReasonsAreShortAndPlain(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	html := newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("<html>" + strings.Repeat("x", 1000)))
	})
	text := newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("{\"error\":\n \"back  soon\"}" + strings.Repeat("é", 1000)))
	})
	s.fanOut(t, parcel("1", html, text))
	if got := s.registry.of(html.host()).LastError; got != "answered 503" {
		t.Errorf("reason %q: no markup in it, please", got)
	}
	if got := s.registry.of(text.host()).LastError; !strings.HasPrefix(got, `answered 503: {"error": "back soon"}`) || len(got) > 310 {
		t.Errorf("reason %q of %d bytes", got, len(got))
	}
}
