package delivery_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"palier/federation/client"
	"palier/federation/delivery"
)

// refuser is a way out that leads nowhere.
type refuser struct{}

func (refuser) Post(context.Context, string, []byte, client.Sign) (client.Answer, error) {
	return client.Answer{}, client.ErrBlockedAddress
}

func TestR01_OneFailureIsDeliveredWithinAMinuteFreshlySigned(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, status(http.StatusServiceUnavailable))
	report := s.fanOut(t, parcel("1", p))
	if report.Held != 1 || len(report.Waiting) != 1 || report.Waiting[0].Host != p.host() {
		t.Fatalf("report %+v, want one held", report)
	}
	if wait := report.Waiting[0].At.Sub(s.clock.now()); wait <= 0 || wait > time.Minute {
		t.Errorf("to be tried again after %s, want at most a minute", wait)
	}
	if got := s.drain(t, p.host()); got.Delivered != 0 || len(p.requests()) != 1 {
		t.Error("tried again at once")
	}
	p.become(nil)
	s.clock.pass(time.Minute)
	if got := s.drain(t, p.host()); got.Delivered != 1 {
		t.Errorf("report %+v, want it delivered", got)
	}
	if len(s.ledger.held()) != 0 {
		t.Error("still held after it was delivered")
	}
	r := p.requests()
	if r[0].header.Get("Date") == r[1].header.Get("Date") || r[0].header.Get("Signature") == r[1].header.Get("Signature") {
		t.Error("the second try carries the first one's signature")
	}
	if got := s.registry.of(p.host()).State(s.clock.now()); got != delivery.Healthy {
		t.Errorf("the host is %s", got)
	}
}

func TestR01_RetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		s := newServer(t, nil)
		p := newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(code)
		})
		s.fanOut(t, parcel("1", p))
		p.become(nil)
		s.clock.pass(59 * time.Minute)
		s.drain(t, p.host())
		if n := len(p.requests()); n != 1 {
			t.Errorf("%d: %d requests within the hour it asked for, want 1", code, n)
		}
		s.clock.pass(time.Minute)
		if got := s.drain(t, p.host()); got.Delivered != 1 {
			t.Errorf("%d: not delivered after the hour: %+v", code, got)
		}
	}
}

func TestR03_HostThatComesBackHearsAllInOrder(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, status(http.StatusBadGateway))
	var want []string
	for n := range 120 { // more than one batch
		s.fanOut(t, parcel(strconv.Itoa(n), p))
		want = append(want, strconv.Itoa(n))
		s.clock.pass(time.Second)
	}
	if n := len(p.requests()); n != 1 {
		t.Errorf("a host in trouble was asked %d times, want once: the others queue behind", n)
	}
	s.clock.pass(time.Hour)
	s.drain(t, p.host())
	s.clock.pass(time.Hour)
	p.become(nil)
	tried := len(p.requests())
	if report := s.drain(t, p.host()); report.Delivered != 120 {
		t.Errorf("delivered %d, want 120", report.Delivered)
	}
	if got := p.bodies()[tried:]; !slices.Equal(got, want) {
		t.Errorf("order: %q", got)
	}
}

func TestR03_AMessageFromTheHostBringsATry(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, status(http.StatusBadGateway))
	s.fanOut(t, parcel("1", p))
	for range 9 {
		s.clock.pass(4 * time.Hour)
		s.drain(t, p.host())
	}
	if got := s.registry.of(p.host()).State(s.clock.now()); got != delivery.Paused {
		t.Fatalf("the host is %s", got)
	}
	s.clock.pass(10 * time.Minute)
	p.become(nil)
	if got := s.drain(t, p.host()); got.Delivered != 0 {
		t.Fatal("tried while it rests")
	}
	early, err := s.Heard(t.Context(), p.host())
	if err != nil || !early {
		t.Fatalf("Heard = %t, %v; want a try", early, err)
	}
	if got := s.drain(t, p.host()); got.Delivered != 1 {
		t.Errorf("report %+v, want it delivered", got)
	}
}

func TestR04_InboxThatIsGone(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusNotFound, http.StatusGone} {
		s := newServer(t, nil)
		p := newPeer(t, status(http.StatusServiceUnavailable))
		for n := range 3 {
			s.fanOut(t, parcel(strconv.Itoa(n), p))
		}
		p.become(status(code))
		s.clock.pass(time.Hour)
		report := s.drain(t, p.host())
		if len(report.Gone) == 0 || report.Gone[0] != (delivery.Gone{Host: p.host(), Inbox: p.URL + "/inbox", Status: code}) {
			t.Errorf("%d: gone %v, want the inbox", code, report.Gone)
		}
		if held := s.ledger.held(); len(held) != 0 {
			t.Errorf("%d: %d deliveries are held for an inbox that is gone", code, len(held))
		}
		if report := s.fanOut(t, parcel("4", p)); len(report.Gone) != 1 || report.Delivered != 0 || report.Held != 0 {
			t.Errorf("%d: fan-out %+v, want the inbox named gone, and no success", code, report)
		}
	}
}

func TestR04_DenialIsNotRetriedForEver(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		s := newServer(t, nil)
		p := newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", s.clock.now().Format(http.TimeFormat))
			w.WriteHeader(code)
		})
		s.fanOut(t, parcel("1", p))
		var dropped int
		for range 20 {
			s.clock.pass(4 * time.Hour)
			dropped += len(s.drain(t, p.host()).Dropped)
		}
		if n := len(p.requests()); n > 12 || dropped != 1 || len(s.ledger.held()) != 0 {
			t.Errorf("%d: %d requests, dropped %d, held %d; want a few, then given up", code, n, dropped, len(s.ledger.held()))
		}
	}
}

// Who refuses what we sign because one of the two clocks is wrong is tried until
// it is right.
func TestR14_DenialThatClocksExplainIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	apart := 48 * time.Hour
	p := newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", s.clock.now().Add(apart).Format(http.TimeFormat))
		w.WriteHeader(http.StatusUnauthorized)
	})
	s.fanOut(t, parcel("1", p))
	for range 12 {
		s.clock.pass(6 * time.Hour)
		if report := s.drain(t, p.host()); len(report.Dropped) != 0 {
			t.Fatalf("given up: %+v", report.Dropped)
		}
	}
	if h := s.registry.of(p.host()); !strings.Contains(h.LastError, "clocks are 48h0m0s apart") {
		t.Errorf("those who run the server read %q", h.LastError)
	}
	p.become(status(http.StatusAccepted))
	s.clock.pass(6 * time.Hour)
	if report := s.drain(t, p.host()); report.Delivered != 1 || len(s.ledger.held()) != 0 {
		t.Errorf("once the clock is right: %+v, still held %d", report, len(s.ledger.held()))
	}
}

func TestRefusalIsFinalForThatObjectAndHoldsUpNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, nil)
	p.become(func(w http.ResponseWriter, r *http.Request) {
		if got := p.requests(); got[len(got)-1].body == "odd" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	s.fanOut(t, parcel("odd", p))
	if report := s.fanOut(t, parcel("good", p)); report.Delivered != 1 {
		t.Errorf("the next one: %+v, want it delivered at once", report)
	}
	for range 10 {
		s.clock.pass(4 * time.Hour)
		s.drain(t, p.host())
	}
	odd := 0
	for _, b := range p.bodies() {
		if b == "odd" {
			odd++
		}
	}
	if odd != 3 || len(s.ledger.held()) != 0 {
		t.Errorf("tried %d times, held %d; want three tries and then no more", odd, len(s.ledger.held()))
	}
}

func TestTooOldIsGivenUp(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, status(http.StatusServiceUnavailable))
	s.fanOut(t, parcel("1", p))
	s.clock.pass(8 * 24 * time.Hour)
	p.become(nil)
	report := s.drain(t, p.host())
	if len(report.Dropped) != 1 || len(p.requests()) != 1 {
		t.Errorf("report %+v after %d requests, want it dropped untried", report, len(p.requests()))
	}
}

func TestR02_DeadHost(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, status(http.StatusBadGateway))
	for n := range 60 { // something new every four hours for ten days
		s.fanOut(t, parcel(strconv.Itoa(n), p))
		s.clock.pass(4 * time.Hour)
		s.drain(t, p.host())
	}
	if got := s.registry.of(p.host()).State(s.clock.now()); got != delivery.Dead {
		t.Fatalf("after ten days the host is %s", got)
	}
	if held := s.ledger.held(); len(held) != 0 {
		t.Errorf("%d deliveries are held for a dead host", len(held))
	}
	tried := len(p.requests())
	if report := s.fanOut(t, parcel("x", p)); len(report.Dropped) != 1 || len(p.requests()) != tried {
		t.Errorf("report %+v: a dead host is left alone", report)
	}
	s.clock.pass(7 * 24 * time.Hour)
	if report := s.fanOut(t, parcel("y", p)); len(report.Dropped) != 1 || report.Held != 0 || len(p.requests()) != tried+1 {
		t.Errorf("report %+v: after a week it is tried, and nothing held if it is still dead", report)
	}
	p.become(nil)
	s.clock.pass(7 * 24 * time.Hour)
	if report := s.fanOut(t, parcel("z", p)); report.Delivered != 1 {
		t.Errorf("report %+v: after a week it is tried", report)
	}
	if got := s.registry.of(p.host()).State(s.clock.now()); got != delivery.Healthy {
		t.Errorf("after a success it is %s", got)
	}
}

func TestOneDrainAHost(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, status(http.StatusServiceUnavailable))
	s.fanOut(t, parcel("1", p))
	s.clock.pass(time.Hour)
	arrived, release := make(chan struct{}), make(chan struct{})
	p.become(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		w.WriteHeader(http.StatusAccepted)
	})
	var first delivery.Report
	done := make(chan struct{})
	go func() {
		defer close(done)
		first = s.drain(t, p.host())
	}()
	<-arrived
	if second := s.drain(t, p.host()); second.Delivered != 0 {
		t.Errorf("a second drain delivered %d", second.Delivered)
	}
	if report := s.fanOut(t, parcel("2", p)); report.Held != 1 {
		t.Errorf("a new parcel during the drain: %+v, want it behind the others", report)
	}
	close(release)
	<-done
	if first.Delivered != 1 {
		t.Errorf("the first drain delivered %d, want 1", first.Delivered)
	}
}

func TestSuccessCostsNoWrite(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, nil)
	var n atomic.Int64
	for range 10 {
		s.fanOut(t, parcel(strconv.FormatInt(n.Add(1), 10), p))
		s.clock.pass(time.Second)
	}
	if s.registry.saves > 1 {
		t.Errorf("%d writes for ten deliveries to a healthy host, want one", s.registry.saves)
	}
}

func TestDrainWhatHasNoKeyAnyMore(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, nil)
	now := s.clock.now()
	s.ledger.rows = []delivery.Held{
		{ID: 1, Host: p.host(), Inbox: p.URL + "/inbox", ActivityID: "1", Sender: "https://lyon.example/u/left", Body: []byte("1"), NextAt: now, ExpiresAt: now.Add(time.Hour)},
		{ID: 2, Host: p.host(), Inbox: p.URL + "/inbox", ActivityID: "2", Sender: sender, Body: []byte("2"), NextAt: now, ExpiresAt: now.Add(time.Hour)},
	}
	report := s.drain(t, p.host())
	if len(report.Dropped) != 1 || report.Dropped[0].ActivityID != "1" || report.Delivered != 1 {
		t.Errorf("report %+v, want the first dropped and the second delivered", report)
	}
}

func TestE15_DrainKeepsToTheCapToo(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *delivery.Options) { o.SiteRate, o.SiteBurst = 0.1, 2 })
	p := newPeer(t, status(http.StatusServiceUnavailable))
	for n := range 5 {
		s.fanOut(t, parcel(strconv.Itoa(n), p))
	}
	p.become(nil)
	s.clock.pass(time.Hour)
	report := s.drain(t, p.host())
	if report.Delivered != 2 || len(report.Waiting) != 1 || report.Waiting[0].At.Sub(s.clock.now()) != 10*time.Second {
		t.Errorf("report %+v, want two delivered and a wait of ten seconds", report)
	}
	s.clock.pass(10 * time.Second)
	if report := s.drain(t, p.host()); report.Delivered != 1 {
		t.Errorf("report %+v, want the next one", report)
	}
}
