package client

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// Stream is a file that is being read. Close it always; the request's time-out
// runs until then.
type Stream struct {
	// URL is where the file finally came from, after redirects.
	URL string
	// Type is the media type the host claims, without parameters. What the file
	// really is, only its bytes tell.
	Type string
	// Length is what the host claims, -1 if it did not say.
	Length int64

	body   io.ReadCloser
	left   int64
	cancel context.CancelFunc
}

// Media opens a file of at most limit bytes, unsigned. families are the kinds
// to accept, such as "image" or "image/webp". Errors as of [Client.Document];
// [Stream.Read] returns [ErrTooLarge] if there is more than limit.
func (c *Client) Media(ctx context.Context, url string, limit int64, families ...string) (*Stream, error) {
	ctx, cancel := c.within(ctx, c.o.MediaTimeout)
	s, err := c.open(ctx, url, limit, families)
	if err != nil {
		err = fmt.Errorf("fetch media %q: %w", clip(url), err)
		cancel()
		return nil, err
	}
	s.cancel = cancel
	return s, nil
}

func (c *Client) open(ctx context.Context, url string, limit int64, families []string) (*Stream, error) {
	resp, err := c.get(ctx, url, http.Header{"Accept": {accepts(families)}}, nil)
	if err != nil {
		return nil, err
	}
	s := &Stream{URL: resp.Request.URL.String(), Length: resp.ContentLength, body: resp.Body, left: limit}
	if err := c.fits(resp, s, limit, families); err != nil {
		if cerr := resp.Body.Close(); cerr != nil {
			return nil, fmt.Errorf("%w; close: %w", err, cerr)
		}
		return nil, err
	}
	return s, nil
}

func (c *Client) fits(resp *http.Response, s *Stream, limit int64, families []string) error {
	if resp.StatusCode != http.StatusOK {
		return c.status(resp)
	}
	mt, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || !among(mt, families) {
		return fmt.Errorf("%w: %q", ErrContentType, clip(resp.Header.Get("Content-Type")))
	}
	if resp.ContentLength > limit {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, resp.ContentLength)
	}
	s.Type = mt
	return nil
}

func accepts(families []string) string {
	ranges := make([]string, len(families))
	for i, f := range families {
		if ranges[i] = f; !strings.Contains(f, "/") {
			ranges[i] = f + "/*"
		}
	}
	return strings.Join(ranges, ", ")
}

func among(mt string, families []string) bool {
	for _, f := range families {
		if mt == f || strings.HasPrefix(mt, f+"/") {
			return true
		}
	}
	return false
}

// Read reads the file. It returns an error wrapping [ErrTooLarge] in place of
// the first byte beyond the limit.
func (s *Stream) Read(p []byte) (int, error) {
	if int64(len(p)) > s.left+1 {
		p = p[:s.left+1]
	}
	n, err := s.body.Read(p)
	if int64(n) > s.left {
		n, s.left = int(s.left), 0
		return n, fmt.Errorf("read media: %w", ErrTooLarge)
	}
	s.left -= int64(n)
	return n, err
}

// Close ends the request, also in the middle of the file.
func (s *Stream) Close() error {
	err := s.body.Close()
	s.cancel()
	if err != nil {
		return fmt.Errorf("close media: %w", err)
	}
	return nil
}
