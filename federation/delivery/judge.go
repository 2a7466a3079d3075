package delivery

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"palier/federation/client"
	"palier/federation/signature"
)

// Verdict is what an answer means for a delivery and for its host.
type Verdict int

const (
	// Done: accepted.
	Done Verdict = iota
	// Ended: the inbox does not exist; nothing more is to be sent to it (R04).
	Ended
	// Denied: the host does not take our signature or does not want us. It is
	// tried a few times more, since the host may have failed to fetch our key.
	Denied
	// Refused: the host does not take this activity. It is tried a few times more
	// and then dropped; other activities are not affected. Some servers answer
	// 500 to documents they do not understand, so that belongs here too.
	Refused
	// Failed: the host has trouble, or the way to it has: tried again later,
	// and everything else for the host waits behind it (R20).
	Failed
	// Unsendable: we refuse to send there ourselves, now and later.
	Unsendable
	// Stopped: we were told to stop before there was an answer, or could not ask.
	Stopped
)

// How often a delivery is tried in all when the host itself is well.
const (
	maxDenied  = 5
	maxRefused = 3
)

// Judge tells what the outcome of one POST means. err is the error of
// [client.Client.Post].
func Judge(a client.Answer, err error) Verdict {
	switch {
	case err == nil:
		return judgeStatus(a.Status)
	case errors.Is(err, context.Canceled), errors.Is(err, errOurs):
		return Stopped
	case errors.Is(err, signature.ErrKey):
		return Unsendable
	case client.Temporary(err):
		return Failed
	}
	return Unsendable
}

func judgeStatus(status int) Verdict {
	switch {
	case status >= 200 && status <= 299:
		return Done
	case status == http.StatusNotFound, status == http.StatusGone:
		return Ended
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Denied
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		return Failed
	case status == http.StatusInternalServerError, status == http.StatusNotImplemented:
		return Refused
	case status >= 500:
		return Failed
	}
	return Refused
}

// tries returns how often a delivery with this verdict is tried in all, zero
// for as long as it lives.
func (v Verdict) tries() int {
	switch v {
	case Denied:
		return maxDenied
	case Refused:
		return maxRefused
	}
	return 0
}

// reason puts the outcome of a POST in words for the administrator.
func reason(a client.Answer, err error) string {
	if err != nil {
		return clip(err.Error())
	}
	text := strings.Join(strings.Fields(a.Text), " ")
	if text == "" || strings.HasPrefix(text, "<") {
		return fmt.Sprintf("answered %d", a.Status)
	}
	return clip(fmt.Sprintf("answered %d: %s", a.Status, text))
}

const maxReason = 300

func clip(s string) string {
	if len(s) <= maxReason {
		return s
	}
	return strings.ToValidUTF8(s[:maxReason], "") + "…"
}
