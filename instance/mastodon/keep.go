package mastodon

import (
	"net/http"
	"time"

	"palier/instance"
	"palier/instance/recall"
)

// answers are what programs were answered, to be said again while nothing in the
// database has changed (specs/decisions/0053-the-same-state-the-same-answer.md).
type answers = recall.Lately[question, *answer]

// question is what was asked and by whom: nobody else gets the same answer.
type question struct {
	person instance.ActorID
	path   string // with its query
}

type answer struct {
	state string // of the database, from before it was read
	link  string
	body  []byte
}

const (
	mostKept = 2000
	// longestKept bounds how long what depends on the clock alone stays: the end
	// of a poll, or of a mute.
	longestKept = 5 * time.Second
	// widestKept is the longest answer worth keeping, in bytes.
	widestKept = 256 << 10
)

func newAnswers(now func() time.Time) *answers {
	return recall.New[question, *answer](mostKept, longestKept, now)
}

// kept gives the answer that was given before, as long as the state of the
// database is the same.
func (s *Server) kept(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, c *call) error {
		q := question{c.me(), r.URL.RequestURI()}
		if found, ok := s.answers.Get(q); ok && found.state == c.state {
			if found.link != "" {
				w.Header().Set("Link", found.link)
			}
			send(w, http.StatusOK, found.body)
			return nil
		}
		tee := &recorder{ResponseWriter: w}
		if err := h(tee, r, c); err != nil {
			return err
		}
		if tee.status == http.StatusOK && len(tee.body) <= widestKept && c.state != "" {
			s.answers.Add(q, &answer{state: c.state, link: w.Header().Get("Link"), body: tee.body})
		}
		return nil
	}
}

// recorder keeps what is answered while it is sent.
type recorder struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.body = append(r.body, b...)
	return r.ResponseWriter.Write(b)
}

// identities are whom tokens speak for, while nothing has changed.
type identities = recall.Lately[string, *identity]

type identity struct {
	state string
	call  call
}

func newIdentities(now func() time.Time) *identities {
	return recall.New[string, *identity](mostKept, longestKept, now)
}
