// Package load sends many requests to a server at once and measures how they
// are answered. Requests are bytes made beforehand and connections are kept, so
// that the program that measures takes little of the machine it measures.
package load

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Outcome is what became of one request.
type Outcome struct {
	Status int           // zero if there was no answer
	Took   time.Duration // from the first byte sent to the last received
	Said   string        // the beginning of an answer that is no success
	Err    error         // why there was no answer
}

// OK tells whether the request was answered with success.
func (o Outcome) OK() bool { return o.Err == nil && success(o.Status) }

// Plan is how requests are sent.
type Plan struct {
	// Clients is how many connections there are, each with one request at a time.
	Clients int
	// Each is told of every outcome by the number of its request, from several
	// goroutines at once. When it returns false no further request is sent; those
	// under way are still waited for. Nil means nobody is told.
	Each func(number int, o Outcome) (goOn bool)
}

// Send sends every request once. It ends early if ctx does.
func Send(ctx context.Context, t Target, requests []Request, p Plan) Result {
	var next atomic.Int64
	return p.run(ctx, t, func() (int, Request) {
		n := int(next.Add(1)) - 1
		if n >= len(requests) {
			return n, nil
		}
		return n, requests[n]
	})
}

// Repeat sends one request again and again for d.
func Repeat(ctx context.Context, t Target, r Request, d time.Duration, p Plan) Result {
	var next atomic.Int64
	end := time.Now().Add(d)
	return p.run(ctx, t, func() (int, Request) {
		n := int(next.Add(1)) - 1
		if time.Now().After(end) {
			return n, nil
		}
		return n, r
	})
}

// run lets each client take requests from next until there is none.
func (p Plan) run(ctx context.Context, t Target, next func() (int, Request)) Result {
	tallies := make([]tally, max(p.Clients, 1))
	var stop atomic.Bool
	var clients sync.WaitGroup
	start := time.Now()
	for i := range tallies {
		clients.Go(func() {
			var l *line
			for !stop.Load() && ctx.Err() == nil {
				n, r := next()
				if r == nil {
					break
				}
				if l == nil {
					l = newLine(t, r)
				}
				o := timed(ctx, l, r, &tallies[i])
				if p.Each != nil && !p.Each(n, o) {
					stop.Store(true)
				}
			}
			if l != nil {
				l.close()
			}
		})
	}
	clients.Wait()
	return sum(tallies, time.Since(start))
}

func timed(ctx context.Context, l *line, r Request, t *tally) Outcome {
	start := time.Now()
	a, err := l.do(ctx, r)
	o := Outcome{Status: a.status, Took: time.Since(start), Said: a.said, Err: err}
	t.add(o, a.bytes)
	return o
}
