package inbox_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"palier/federation/inbox"
	"palier/federation/signature"
)

// nowhere stores nothing and takes everything for new.
type nowhere struct{}

func (nowhere) Accept(context.Context, inbox.Item) (bool, error) { return true, nil }

// BenchmarkReceiveCreateNote is a signed Create{Note} of usual size from an
// actor whose key is known, without the storage and without the network.
func BenchmarkReceiveCreateNote(b *testing.B) {
	w := newWorld(b, func(o *inbox.Options) {
		o.Intake = nowhere{}
		o.PerHost, o.Burst = 1e9, 1<<30
		o.Follows, o.FollowBurst, o.SiteFollows, o.SiteFollowBurst = 1e9, 1<<30, 1e9, 1<<30
	})
	a := w.person(b, lea)
	body := []byte(strings.Replace(note(lea, 1), "mardi", strings.Repeat("de neuf heures à midi, ", 40), 1))
	d := signature.DigestOf(body)
	signed := httptest.NewRequest(http.MethodPost, "https://ours.example/inbox", nil)
	signed.Header.Set("Content-Type", "application/activity+json")
	if err := signature.Sign(signed, a.rsa, signature.Cavage, d, w.now); err != nil {
		b.Fatal(err)
	}
	if got := w.Receive(b.Context(), signed, body); got.Status != http.StatusAccepted {
		b.Fatalf("answer %d %q: %v", got.Status, got.Code, got.Err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	before := cpu(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if got := w.Receive(b.Context(), signed, body); got.Status != http.StatusAccepted {
				b.Errorf("answer %d %q", got.Status, got.Code)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notes/s")
	b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/note")
}

// cpu is the processor time of this process so far, which others on the machine
// do not change.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPrepareCreateNote is the same note on its way to a handler.
func BenchmarkPrepareCreateNote(b *testing.B) {
	w := newWorld(b, nil)
	a := w.person(b, lea)
	w.known(a, "Person")
	item := inbox.Item{ID: 1, Actor: lea, ActivityID: lea + "/a/1", Kind: "Create", ReceivedAt: w.now,
		Body: []byte(strings.Replace(note(lea, 1), "mardi", strings.Repeat("de neuf heures à midi, ", 40), 1))}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Prepare(b.Context(), item); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDeleteOfUnknownActor is what the end of another server costs us, once
// for everybody there.
func BenchmarkDeleteOfUnknownActor(b *testing.B) {
	w := newWorld(b, nil)
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := fmt.Sprintf("https://closed.example/u/%d", n.Add(1))
			r := httptest.NewRequest(http.MethodPost, "https://ours.example/inbox", nil)
			body := []byte(doc(`{"id":"$A#delete","type":"Delete","actor":"$A","object":"$A"}`, id))
			if got := w.Receive(b.Context(), r, body); got.Status != http.StatusAccepted {
				b.Errorf("answer %d %q", got.Status, got.Code)
			}
		}
	})
}
