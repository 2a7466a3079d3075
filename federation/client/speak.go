package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Reply is what a host answered to [Client.Speak]: its status and, if that is
// JSON, the whole of it.
type Reply struct {
	Status int
	Body   []byte
	Date   time.Time // the host's own clock, zero if it did not tell
}

// Speak posts a JSON document to a host whose answer matters, and reads that. A
// status of any kind is a Reply and no error; an answer that is not JSON has no
// body. Errors are those of [Client.Post], and [ErrTooLarge].
func (c *Client) Speak(ctx context.Context, url string, body []byte, sign Sign) (Reply, error) {
	r, err := c.speak(ctx, url, body, sign)
	if err != nil {
		return Reply{}, fmt.Errorf("speak to %q: %w", clip(url), err)
	}
	return r, nil
}

func (c *Client) speak(ctx context.Context, raw string, body []byte, sign Sign) (_ Reply, err error) {
	u, err := c.guard.check(raw)
	if err != nil {
		return Reply{}, err
	}
	ctx, cancel := c.within(ctx, c.o.Timeout)
	defer cancel()
	resp, err := c.submit(ctx, u, "application/json", "application/json", body, sign)
	if err != nil {
		return Reply{}, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	r := Reply{Status: resp.StatusCode, Date: dateOf(resp.Header)}
	if len(resp.Header.Values("Content-Type")) == 1 && isJSON(resp.Header.Get("Content-Type")) {
		r.Body, err = read(resp, c.o.DocumentLimit)
	}
	return r, err
}

// JSONAs is [Client.JSON] signed by sign.
func (c *Client) JSONAs(ctx context.Context, url string, sign Sign) (Fetched, error) {
	f, err := c.fetch(ctx, url, "application/json", sign, isJSON)
	if err != nil {
		return f, fmt.Errorf("fetch %q: %w", clip(url), err)
	}
	return f, nil
}
