package delivery_test

import (
	"net/http"
	"testing"
	"time"

	"palier/federation/delivery"
)

func TestAPersonEndsTheRestOfAHost(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, status(http.StatusBadGateway))
	s.fanOut(t, parcel("1", p))
	for range 9 {
		s.clock.pass(4 * time.Hour)
		s.drain(t, p.host())
	}
	tried := len(p.requests())
	p.become(nil)
	if report := s.drain(t, p.host()); report.Delivered != 0 || len(p.requests()) != tried {
		t.Fatalf("tried while it rests: %+v", report)
	}
	if err := s.Resume(t.Context(), p.host()); err != nil {
		t.Fatal(err)
	}
	if report := s.drain(t, p.host()); report.Delivered != 1 {
		t.Errorf("report %+v, want it delivered", report)
	}
	if got := s.registry.of(p.host()).State(s.clock.now()); got != delivery.Healthy {
		t.Errorf("the host is %s", got)
	}
}

func TestAHostThatFailsAgainAfterItWasResumedRestsLonger(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, status(http.StatusBadGateway))
	s.fanOut(t, parcel("1", p))
	before := s.registry.of(p.host())
	if err := s.Resume(t.Context(), p.host()); err != nil {
		t.Fatal(err)
	}
	if h := s.registry.of(p.host()); h.Resting(s.clock.now()) {
		t.Errorf("other processes still let it rest: %+v", h)
	}
	s.drain(t, p.host())
	after := s.registry.of(p.host())
	if after.Failures != before.Failures+1 || !after.ResumeAt.After(before.ResumeAt) || !after.FailingSince.Equal(before.FailingSince) {
		t.Errorf("health %+v, before %+v", after, before)
	}
}

// Whoever drains a host too early has to come back: nobody else will.
func TestDrainingAHostThatRestsSaysUntilWhen(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	p := newPeer(t, status(http.StatusBadGateway))
	s.fanOut(t, parcel("1", p))
	resumes := s.registry.of(p.host()).ResumeAt
	report := s.drain(t, p.host())
	if len(report.Waiting) != 1 || report.Waiting[0] != (delivery.Wait{Host: p.host(), At: resumes}) {
		t.Errorf("report %+v, want a wait until %s", report, resumes)
	}
	p.become(nil)
	s.clock.pass(time.Hour)
	s.drain(t, p.host())
	if report := s.drain(t, p.host()); len(report.Waiting) != 0 {
		t.Errorf("report %+v of a host that is well", report)
	}
}
