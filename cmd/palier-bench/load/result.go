package load

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Result is how a run went.
type Result struct {
	Took     time.Duration // from the first request to the last answer
	Answers  map[int]int   // how often each status came
	Failed   int           // requests without an answer
	Err      error         // why, for the first of those
	Said     string        // what the first answer said that was no success
	Bytes    int64         // of all answers' bodies
	measured []time.Duration
}

// tally is what one client counts.
type tally struct {
	answers map[int]int
	failed  int
	err     error
	said    string
	bytes   int64
	took    []time.Duration
}

func (t *tally) add(o Outcome, bytes int64) {
	if o.Err != nil {
		t.failed++
		if t.err == nil {
			t.err = o.Err
		}
		return
	}
	if t.answers == nil {
		t.answers = make(map[int]int)
	}
	t.answers[o.Status]++
	t.bytes += bytes
	if o.OK() {
		t.took = append(t.took, o.Took)
	} else if t.said == "" {
		t.said = o.Said
	}
}

func sum(tallies []tally, took time.Duration) Result {
	r := Result{Took: took, Answers: make(map[int]int)}
	for _, t := range tallies {
		for status, n := range t.answers {
			r.Answers[status] += n
		}
		r.Failed += t.failed
		r.Bytes += t.bytes
		r.measured = append(r.measured, t.took...)
		if r.Err == nil {
			r.Err = t.err
		}
		if r.Said == "" {
			r.Said = t.said
		}
	}
	slices.Sort(r.measured)
	return r
}

// OK returns how many requests were answered with success.
func (r Result) OK() int { return len(r.measured) }

// Others returns how many requests were answered otherwise, or not at all.
func (r Result) Others() int {
	n := r.Failed - r.OK()
	for _, times := range r.Answers {
		n += times
	}
	return n
}

// PerSecond returns how many requests were answered with success in a second.
func (r Result) PerSecond() float64 {
	if r.Took <= 0 {
		return 0
	}
	return float64(r.OK()) / r.Took.Seconds()
}

// Percentile returns the time within which p per cent of the successful answers
// came, by the nearest rank; zero if there was none.
func (r Result) Percentile(p float64) time.Duration { return Percentile(r.measured, p) }

// Percentile returns the value within which p per cent of the sorted values lie,
// by the nearest rank; zero if there is none.
func Percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(p/100*float64(len(sorted)) + 0.999999)
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// Trouble describes what was not answered with success, empty if everything was.
func (r Result) Trouble() string {
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(r.Answers)) {
		if !success(status) {
			parts = append(parts, fmt.Sprintf("%d × %d", r.Answers[status], status))
		}
	}
	if r.Said != "" {
		parts = append(parts, fmt.Sprintf("%q", r.Said))
	}
	if r.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d without answer: %v", r.Failed, r.Err))
	}
	return strings.Join(parts, ", ")
}
