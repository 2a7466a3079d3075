package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxAnswer is how much of the answer to a delivery is kept; up to maxDrain is
// read and dropped so that the connection can be used again.
const (
	maxAnswer = 2 << 10
	maxDrain  = 32 << 10
)

// Answer is what a host said to a delivery.
type Answer struct {
	// Status is the HTTP status code; redirects are not followed.
	Status int
	// RetryAfter is how long the host asks to be left alone; zero if it did not say.
	RetryAfter time.Duration
	// Date is the host's own clock, zero if it sent none.
	Date time.Time
	// AcceptsRFC9421 reports that the host asked for RFC 9421 signatures by an
	// Accept-Signature header.
	AcceptsRFC9421 bool
	// Text is the beginning of the body, for the administrator's eyes.
	Text string
}

// OK reports a success.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status <= 299 }

// Err returns nil for a success, else the status as a [*StatusError].
func (a Answer) Err() error {
	if a.OK() {
		return nil
	}
	return &StatusError{Status: a.Status, After: a.RetryAfter, Date: a.Date}
}

// Post delivers body, an ActivityStreams document, to an inbox. sign is called
// once on the finished request. A status of any kind is an Answer and no error;
// errors are those of getting an answer at all: [ErrBadURL], [ErrBlockedAddress],
// [ErrBudget], what sign returned, or the network's.
func (c *Client) Post(ctx context.Context, url string, body []byte, sign Sign) (Answer, error) {
	a, err := c.post(ctx, url, body, sign)
	if err != nil {
		return Answer{}, fmt.Errorf("post to %q: %w", clip(url), err)
	}
	return a, nil
}

func (c *Client) post(ctx context.Context, raw string, body []byte, sign Sign) (_ Answer, err error) {
	u, err := c.guard.check(raw)
	if err != nil {
		return Answer{}, err
	}
	ctx, cancel := c.within(ctx, c.o.Timeout)
	defer cancel()
	resp, err := c.submit(ctx, u, "application/activity+json", "application/activity+json, */*;q=0.1", body, sign)
	if err != nil {
		return Answer{}, err
	}
	defer func() {
		// The answer is known by now; how its body ends changes nothing.
		if cerr := resp.Body.Close(); cerr != nil && !errors.Is(cerr, context.Canceled) {
			err = errors.Join(err, cerr)
		}
	}()
	return c.answer(resp), nil
}

// submit posts body, of a media type, and says what may be answered.
func (c *Client) submit(ctx context.Context, u *url.URL, kind, accept string, body []byte, sign Sign) (*http.Response, error) {
	return c.ask(ctx, &http.Request{
		Method:        http.MethodPost,
		URL:           u,
		Header:        http.Header{"Content-Type": {kind}, "Accept": {accept}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
		ContentLength: int64(len(body)),
	}, sign)
}

// dateOf is the clock of who answered, zero if it did not tell.
func dateOf(h http.Header) time.Time {
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}

// answer reads what is worth keeping. A body that breaks off or drips does not
// take the status back: the host has answered.
func (c *Client) answer(resp *http.Response) Answer {
	a := Answer{
		Status:         resp.StatusCode,
		RetryAfter:     retryAfter(resp.Header, c.o.Now()),
		AcceptsRFC9421: resp.Header.Get("Accept-Signature") != "",
	}
	a.Date = dateOf(resp.Header)
	if resp.ContentLength == 0 {
		return a
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return a
	}
	a.Text = string(bytes.ToValidUTF8(text, []byte("\uFFFD")))
	if len(text) == maxAnswer {
		_, _ = io.CopyN(io.Discard, resp.Body, maxDrain)
	}
	return a
}
