package delivery_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"palier/federation/delivery"
	"palier/federation/signature"
)

// cheapPeer answers POSTs with as little work as possible, so that what is
// measured is ours. It answers after think, or never if that is negative.
func cheapPeer(b *testing.B, think time.Duration) (addr string) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var conns sync.WaitGroup
	over := make(chan struct{})
	conns.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { serve(c, think, over) })
		}
	})
	b.Cleanup(func() {
		close(over)
		if err := l.Close(); err != nil {
			b.Error(err)
		}
		conns.Wait()
	})
	return l.Addr().String()
}

var accepted = []byte("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

func serve(c net.Conn, think time.Duration, over chan struct{}) {
	defer func() { _ = c.Close() }()
	go func() { <-over; _ = c.Close() }()
	r := bufio.NewReader(c)
	for {
		length := 0
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(line) <= 2 {
				break
			}
			if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(v)))
			}
		}
		if _, err := io.CopyN(io.Discard, r, int64(length)); err != nil {
			return
		}
		if think != 0 {
			wait := time.After(think)
			if think < 0 {
				wait = nil
			}
			select {
			case <-wait:
			case <-over:
				return
			}
		}
		if _, err := c.Write(accepted); err != nil {
			return
		}
	}
}

// post is a Create of usual size.
var post = []byte(`{"@context":"https://www.w3.org/ns/activitystreams","type":"Create","object":{"type":"Note","content":"` +
	strings.Repeat("Coupure d'eau mardi. ", 60) + `"}}`)

func fanOut200(b *testing.B, hosts []string) {
	s := newServer(b, func(o *delivery.Options) { o.Now = time.Now })
	p := delivery.Parcel{Sender: sender}
	for _, h := range hosts {
		p.Targets = append(p.Targets, delivery.Target{Inbox: "http://" + h + "/inbox", Host: h})
	}
	sign := timeOfSigning(b, len(hosts))
	before := cpu(b)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		p.Documents = []delivery.Document{{ActivityID: fmt.Sprint("https://lyon.example/a/", i), Body: post}}
		report := s.fanOut(b, p)
		if report.Delivered != len(hosts) {
			b.Fatalf("report %+v", report)
		}
	}
	b.StopTimer()
	spent := cpu(b) - before
	sign = min(sign, timeOfSigning(b, len(hosts))) // whoever else uses the machine makes it look longer
	b.ReportMetric(100*float64(sign)*float64(b.N)/float64(spent), "%rsa-of-cpu")
	b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), "cpu-ms/parcel")
}

// timeOfSigning is how long the RSA signatures of n deliveries take alone.
func timeOfSigning(b *testing.B, n int) time.Duration {
	b.Helper()
	d := signature.DigestOf(post)
	before := cpu(b)
	for range n {
		r, err := http.NewRequest(http.MethodPost, "https://peer.example/inbox", nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := signature.Sign(r, rsaKey(), signature.Cavage, d, time.Now()); err != nil {
			b.Fatal(err)
		}
	}
	return cpu(b) - before
}

// cpu is the processor time of this process so far.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFanOut200 is one post for 200 hosts that answer at once. The share of
// the signatures is of the processor time of this whole process, the peers
// included.
func BenchmarkFanOut200(b *testing.B) {
	hosts := make([]string, 200)
	for i := range hosts {
		hosts[i] = cheapPeer(b, 0)
	}
	fanOut200(b, hosts)
}

// BenchmarkFanOut200Slow is the same to hosts that think for 300 ms.
func BenchmarkFanOut200Slow(b *testing.B) {
	hosts := make([]string, 200)
	for i := range hosts {
		hosts[i] = cheapPeer(b, 300*time.Millisecond)
	}
	fanOut200(b, hosts)
}

// BenchmarkFanOut200Hanging is the same with ten hosts that never answer, up to
// the last healthy delivery.
func BenchmarkFanOut200Hanging(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		var left sync.WaitGroup
		left.Add(190)
		s := newServer(b, func(o *delivery.Options) {
			o.Now = time.Now
			o.Client = tell{o.Client, &left}
		})
		p := delivery.Parcel{Sender: sender, Documents: []delivery.Document{{ActivityID: "https://lyon.example/a/1", Body: post}}}
		for i := range 200 {
			think := time.Duration(0)
			if i%20 == 0 {
				think = -1
			}
			h := cheapPeer(b, think)
			p.Targets = append(p.Targets, delivery.Target{Inbox: "http://" + h + "/inbox", Host: h})
		}
		ctx, stop := context.WithCancel(b.Context())
		var over sync.WaitGroup
		b.StartTimer()
		over.Go(func() {
			if _, err := s.FanOut(ctx, p); err != nil {
				b.Error(err)
			}
		})
		left.Wait()
		b.StopTimer()
		stop()
		over.Wait()
		b.StartTimer()
	}
}
