package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/web/view"
)

// durations are how long the form lets a poll be open.
var durations = map[string]time.Duration{
	"5m": 5 * time.Minute, "30m": 30 * time.Minute, "1h": time.Hour, "6h": 6 * time.Hour,
	"1d": 24 * time.Hour, "3d": 3 * 24 * time.Hour, "7d": 7 * 24 * time.Hour, "30d": 30 * 24 * time.Hour,
}

// lastsWord is the form's word for how long a poll is open.
func lastsWord(d time.Duration) string {
	for word, lasts := range durations {
		if lasts == d {
			return word
		}
	}
	return ""
}

// readPoll reads the poll of a composer's form, nil where no option was written.
func readPoll(form url.Values) *instance.PollDraft {
	d := &instance.PollDraft{
		Multiple: form.Get("poll-multiple") != "", HideTotals: form.Get("poll-hide") != "", Lasts: durations[form.Get("poll-lasts")],
	}
	for _, text := range form["option"] {
		if strings.TrimSpace(text) != "" {
			d.Options = append(d.Options, text)
		}
	}
	if len(d.Options) == 0 {
		return nil
	}
	return d
}

// voteFlashes are what is said to who could not vote, by why.
var voteFlashes = map[string]string{
	"poll ended": "poll.ended", "poll voted": "poll.voted", "poll own": "poll.own", "choices missing": "poll.missing", "choices too-many": "poll.one",
}

// vote votes in a poll, and leads to how it stands.
func (s *Server) vote(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	p, err := s.Posts.Vote(r.Context(), visitOf(r).viewer, id, choicesIn(r.PostForm))
	flash := view.Flash{Key: "poll.done"}
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok && voteFlashes[invalid.Field+" "+invalid.Code] != "" {
		flash.Key = voteFlashes[invalid.Field+" "+invalid.Code]
		p, err = s.Posts.ByID(r.Context(), visitOf(r).viewer, id)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, flash)
	SeeOther(w, r, postPath(p))
	return nil
}

// choicesIn are the options a form chooses; what is no number is none of them.
func choicesIn(form url.Values) []int {
	var choices []int
	for _, text := range form["choice"] {
		n, err := strconv.Atoi(text)
		if err != nil {
			n = -1
		}
		choices = append(choices, n)
	}
	return choices
}
