package peers

import (
	"io"
	"net/http"
	"time"

	"palier/protocol/as2"
)

// Delivery is one POST to an inbox of a town.
type Delivery struct {
	Host     *Host
	Activity as2.Activity
	Arrived  time.Time // when it had come whole
	Request  *http.Request
	Body     []byte
}

// Forever is how long a host lets a sender wait that hangs.
const Forever = time.Duration(-1)

// Desk takes what is delivered to a town, from many goroutines at once.
type Desk interface {
	// Arrived is told of a delivery when it has come and returns how long its
	// sender has to wait for the answer; [Forever] means until the town ends.
	Arrived(d Delivery) (wait time.Duration)
	// Answered is told when the sender has its answer.
	Answered(d Delivery, at time.Time)
}

// maxBody is the most that is read of a delivery.
const maxBody = 1 << 20

// take answers a POST to an inbox. Whether it is signed well is for the desk to
// find out, or to take a sample of.
func (t *Town) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body did not arrive whole", http.StatusBadRequest)
		return
	}
	d := Delivery{Host: r.Context().Value(hostKey{}).(*Host), Arrived: time.Now(), Request: r, Body: body}
	if d.Activity, err = readActivity(body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	t.mu.Lock()
	desk := t.desk
	t.mu.Unlock()
	if desk == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if !t.wait(r, desk.Arrived(d)) {
		panic(http.ErrAbortHandler) // the town ends without an answer
	}
	w.WriteHeader(http.StatusAccepted)
	desk.Answered(d, time.Now())
}

func readActivity(body []byte) (as2.Activity, error) {
	o, err := as2.Parse(body)
	if err != nil {
		return as2.Activity{}, err
	}
	return as2.ReadActivity(o)
}

// wait lets d pass and returns false if the town ends, or the sender goes,
// before that.
func (t *Town) wait(r *http.Request, d time.Duration) bool {
	if d == 0 {
		return true
	}
	var passed <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		passed = timer.C
	}
	select {
	case <-passed:
		return true
	case <-t.over:
	case <-r.Context().Done():
	}
	return false
}
