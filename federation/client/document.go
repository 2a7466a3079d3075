package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// AS2 is the profile that makes JSON-LD an ActivityStreams document.
const AS2 = "https://www.w3.org/ns/activitystreams"

const acceptAS2 = `application/activity+json, application/ld+json; profile="` + AS2 + `"`

// Fetched is a document as it arrived.
type Fetched struct {
	// URL is where it finally came from, after redirects. Whether its id may be
	// believed is decided by the origin of this URL, not of the one asked.
	URL string
	// Body is the whole document, decompressed.
	Body []byte
	// ContentType is the answer's header of that name, as sent.
	ContentType string
	// ETag and Modified are the answer's headers ETag and Last-Modified, for
	// [Client.Again]; empty where they are missing or too long to keep.
	ETag, Modified string
}

// Document fetches an ActivityStreams document, signed with [Options.Sign].
//
// Only answers of type application/activity+json, or application/ld+json with
// the ActivityStreams profile, are taken: anything else could be a file that
// somebody uploaded there (FEP-fe34). The errors are those of this package:
// [ErrContentType], [ErrTooLarge], [ErrGone], [ErrNotFound], [ErrUnauthorized],
// [ErrRetryLater], [ErrRedirect], [ErrBadURL], [ErrBlockedAddress], [ErrBudget],
// or the network's; [Temporary] tells which are worth another try.
func (c *Client) Document(ctx context.Context, url string) (Fetched, error) {
	return c.DocumentAs(ctx, url, c.o.Sign)
}

// DocumentAs is [Client.Document] signed by sign, or unsigned if that is nil.
func (c *Client) DocumentAs(ctx context.Context, url string, sign Sign) (Fetched, error) {
	f, err := c.fetch(ctx, url, acceptAS2, sign, IsAS2)
	if err != nil {
		return f, fmt.Errorf("fetch document %q: %w", clip(url), err)
	}
	return f, nil
}

// JSON fetches a JSON document that is not ActivityStreams, such as WebFinger's
// or NodeInfo's, unsigned. accept is the Accept header; the answer must be
// application/json or a type ending in +json. Errors as of [Client.Document].
func (c *Client) JSON(ctx context.Context, url, accept string) (Fetched, error) {
	f, err := c.fetch(ctx, url, accept, nil, isJSON)
	if err != nil {
		return f, fmt.Errorf("fetch %q: %w", clip(url), err)
	}
	return f, nil
}

// File fetches a small text file of one of the given media types (without
// parameters), unsigned: host-meta in XML, a list to import. Errors as of
// [Client.Document].
func (c *Client) File(ctx context.Context, url string, types ...string) (Fetched, error) {
	f, err := c.fetch(ctx, url, strings.Join(types, ", "), nil, oneOf(types))
	if err != nil {
		return f, fmt.Errorf("fetch %q: %w", clip(url), err)
	}
	return f, nil
}

// oneOf tells whether a Content-Type header names one of the media types.
func oneOf(types []string) func(string) bool {
	return func(contentType string) bool {
		mt, _, err := mime.ParseMediaType(contentType)
		return err == nil && slices.Contains(types, mt)
	}
}

// Again is [Client.File] of a file that was fetched before, of which etag and
// modified were told then; either may be empty. What did not change since comes
// as an error wrapping [ErrUnchanged].
//
// Source: RFC 9110 §13.1.2, §13.1.3.
func (c *Client) Again(ctx context.Context, url, etag, modified string, types ...string) (Fetched, error) {
	header := http.Header{"Accept": {strings.Join(types, ", ")}}
	if etag != "" {
		header.Set("If-None-Match", etag)
	}
	if modified != "" {
		header.Set("If-Modified-Since", modified)
	}
	f, err := c.fetchWith(ctx, url, header, nil, oneOf(types))
	if err != nil {
		return f, fmt.Errorf("fetch %q again: %w", clip(url), err)
	}
	return f, nil
}

func (c *Client) fetch(ctx context.Context, url, accept string, sign Sign, typed func(string) bool) (Fetched, error) {
	return c.fetchWith(ctx, url, http.Header{"Accept": {accept}}, sign, typed)
}

func (c *Client) fetchWith(ctx context.Context, url string, header http.Header, sign Sign, typed func(string) bool) (_ Fetched, err error) {
	ctx, cancel := c.within(ctx, c.o.Timeout)
	defer cancel()
	resp, err := c.get(ctx, url, header, sign)
	if err != nil {
		return Fetched{}, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return Fetched{}, c.status(resp)
	}
	f := Fetched{URL: resp.Request.URL.String(), ContentType: resp.Header.Get("Content-Type")}
	if len(resp.Header.Values("Content-Type")) != 1 || !typed(f.ContentType) {
		return Fetched{}, fmt.Errorf("%w: %q", ErrContentType, clip(f.ContentType))
	}
	if f.Body, err = read(resp, c.o.DocumentLimit); err != nil {
		return Fetched{}, err
	}
	f.ETag, f.Modified = kept(resp.Header.Get("ETag")), kept(resp.Header.Get("Last-Modified"))
	return f, nil
}

// maxValidator is how long a validator is that is worth keeping, in bytes.
const maxValidator = 200

// kept is a validator as it can be sent back, or nothing.
func kept(header string) string {
	if len(header) > maxValidator || !printable(header) {
		return ""
	}
	return header
}

// status turns an answer that is no success into its meaning.
func (c *Client) status(resp *http.Response) error {
	return &StatusError{Status: resp.StatusCode, After: retryAfter(resp.Header, c.o.Now()), Date: dateOf(resp.Header)}
}

// read reads a whole body of at most limit bytes. net/http has decompressed it
// by then, so that a small gzip of very much is still too large.
func read(resp *http.Response, limit int64) ([]byte, error) {
	if resp.ContentLength > limit {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, resp.ContentLength)
	}
	var b bytes.Buffer
	if resp.ContentLength > 0 {
		b.Grow(int(resp.ContentLength) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if n > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	return b.Bytes(), nil
}

// IsAS2 reports whether a Content-Type header names an ActivityStreams
// document: application/activity+json, or application/ld+json whose profile
// holds the ActivityStreams IRI. Other parameters, such as charset, are fine.
//
// Source: ActivityPub §3.2, FEP-fe34.
func IsAS2(contentType string) bool {
	mt, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch mt {
	case "application/activity+json":
		return true
	case "application/ld+json":
		return slices.Contains(strings.Fields(params["profile"]), AS2)
	}
	return false
}

func isJSON(contentType string) bool {
	mt, _, err := mime.ParseMediaType(contentType)
	return err == nil && (mt == "application/json" || strings.HasPrefix(mt, "application/") && strings.HasSuffix(mt, "+json"))
}

// clip keeps a stranger's words short in our errors.
func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
