package client

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// Stream is a file that is being read. Close it always; the request's time-out
// runs until then.
type Stream struct {
	// URL is where the file finally came from, after redirects.
	URL string
	// Type is the media type the host claims, without parameters. What the file
	// really is, only its bytes tell.
	Type string
	// ContentType is that with its parameters, as the host sent it.
	ContentType string
	// Length is what the host claims, -1 if it did not say.
	Length int64

	body   io.ReadCloser
	left   int64
	begin  bool // what is beyond the limit is not wanted
	cancel context.CancelFunc
}

// Media opens a file of at most limit bytes, unsigned. families are the kinds
// to accept, such as "image" or "image/webp". Errors as of [Client.Document];
// [Stream.Read] returns [ErrTooLarge] if there is more than limit.
func (c *Client) Media(ctx context.Context, url string, limit int64, families ...string) (*Stream, error) {
	return c.stream(ctx, url, &Stream{left: limit}, c.o.MediaTimeout, families)
}

// Page is [Client.Media] for a file of any length whose first limit bytes are
// enough: reading ends there. It has the time of a document.
func (c *Client) Page(ctx context.Context, url string, limit int64, families ...string) (*Stream, error) {
	return c.stream(ctx, url, &Stream{left: limit, begin: true}, c.o.Timeout, families)
}

func (c *Client) stream(ctx context.Context, url string, s *Stream, timeout time.Duration, families []string) (*Stream, error) {
	ctx, cancel := c.within(ctx, timeout)
	if err := c.open(ctx, url, s, families); err != nil {
		err = fmt.Errorf("fetch media %q: %w", clip(url), err)
		cancel()
		return nil, err
	}
	s.cancel = cancel
	return s, nil
}

func (c *Client) open(ctx context.Context, url string, s *Stream, families []string) error {
	resp, err := c.get(ctx, url, http.Header{"Accept": {accepts(families)}}, nil)
	if err != nil {
		return err
	}
	s.URL, s.Length, s.body = resp.Request.URL.String(), resp.ContentLength, resp.Body
	if err := c.fits(resp, s, families); err != nil {
		if cerr := resp.Body.Close(); cerr != nil {
			return fmt.Errorf("%w; close: %w", err, cerr)
		}
		return err
	}
	return nil
}

func (c *Client) fits(resp *http.Response, s *Stream, families []string) error {
	if resp.StatusCode != http.StatusOK {
		return c.status(resp)
	}
	mt, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || !among(mt, families) {
		return fmt.Errorf("%w: %q", ErrContentType, clip(resp.Header.Get("Content-Type")))
	}
	if resp.ContentLength > s.left && !s.begin {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, resp.ContentLength)
	}
	s.Type, s.ContentType = mt, resp.Header.Get("Content-Type")
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
	if s.begin && s.left == 0 {
		return 0, io.EOF
	}
	if s.begin && int64(len(p)) > s.left {
		p = p[:s.left]
	}
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
