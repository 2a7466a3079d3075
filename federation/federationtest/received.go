package federationtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// Received is one request that came to an inbox, and what became of it.
type Received struct {
	Path   string // of the inbox
	Header http.Header
	Body   []byte // exactly as it came
	// Document is the body as plain JSON, nil if it is none.
	Document map[string]any
	// Type is the body in go-fed's typed vocabulary; TypeErr says why it is
	// nothing there.
	Type    vocab.Type
	TypeErr error
	// Signer is the owner of the key that signed the request, as verified by a
	// library that is not ours; Scheme is "cavage-12" or "rfc9421". SignErr says
	// why the signature is not good, and then the two are empty.
	Signer, Scheme string
	SignErr        error
	// Status is what was answered, and Err why, if it was not a success.
	Status int
	Err    error
}

// read fills in what the body says.
func (r *Received) read() {
	if err := json.Unmarshal(r.Body, &r.Document); err != nil {
		r.TypeErr = err
		return
	}
	// The typed reader changes what it is given.
	var m map[string]any
	if err := json.Unmarshal(r.Body, &m); err != nil {
		r.TypeErr = err
		return
	}
	r.Type, r.TypeErr = streams.ToType(context.Background(), m)
}

// At returns what stands at a path of names in the document, nil if there is
// nothing. A list on the way counts as its first entry.
func (r Received) At(path ...string) any {
	var v any = r.Document
	for _, name := range path {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// ID returns the id at a path: the text there, or the id of the object there.
func (r Received) ID(path ...string) string {
	v := r.At(path...)
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		id, _ := v["id"].(string)
		return id
	}
	return ""
}

// Is tells whether it is an activity of this type by this actor, and if object
// is not empty, about that.
func (r Received) Is(kind, actor, object string) bool {
	return r.At("type") == kind && r.ID("actor") == actor && (object == "" || r.ID("object") == object)
}

// Wraps tells whether it is an Announce of a whole activity (FEP-1b12) rather
// than of an object.
func (r Received) Wraps() bool {
	_, embedded := r.At("object").(map[string]any)
	return r.At("type") == "Announce" && embedded
}

// String says in a line what came, for the messages of tests.
func (r Received) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %s by %s about %s", r.At("type"), r.ID(), r.ID("actor"), r.ID("object"))
	fmt.Fprintf(&b, " to %s, signed by %q, answered %d", r.Path, r.Signer, r.Status)
	for _, err := range []error{r.SignErr, r.TypeErr, r.Err} {
		if err != nil {
			fmt.Fprintf(&b, " (%v)", err)
		}
	}
	return b.String()
}

// journal is what came to a server, in order.
type journal struct {
	mu      sync.Mutex
	all     []Received
	changed chan struct{} // closed with the next entry; nil if nobody waits
}

func (j *journal) add(r Received) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = append(j.all, r)
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// since returns what came from the nth entry on, and what is closed when there
// is more.
func (j *journal) since(n int) ([]Received, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	return j.all[n:], j.changed
}

// Received returns all that came to the inboxes of the server so far.
func (j *journal) Received() []Received {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.all)
}

// Await returns the first request that matches, among those that came and those
// that will. When ctx ends first, the error tells all that came instead.
func (j *journal) Await(ctx context.Context, matches func(Received) bool) (Received, error) {
	seen := 0
	for {
		more, changed := j.since(seen)
		for _, r := range more {
			if matches(r) {
				return r, nil
			}
		}
		seen += len(more)
		select {
		case <-changed:
		case <-ctx.Done():
			return Received{}, fmt.Errorf("awaited request did not come: %w; there were %d: %v", context.Cause(ctx), seen, j.Received())
		}
	}
}

// Count returns how many of the requests that came match.
func (j *journal) Count(matches func(Received) bool) int {
	n := 0
	for _, r := range j.Received() {
		if matches(r) {
			n++
		}
	}
	return n
}
