package activitypub

import (
	"context"
	"errors"
	"io"

	"palier/federation/client"
	"palier/instance"
	"palier/instance/feeds"
	"palier/instance/previews"
)

// Picture opens a picture of another server of at most limit bytes. Its errors,
// and those of reading, wrap [instance.ErrNotFound] where asking again is of no
// use, else [instance.ErrUnreachable].
func (s *Service) Picture(ctx context.Context, url string, limit int64) (io.ReadCloser, error) {
	stream, err := s.client.Media(ctx, url, limit, "image")
	if err != nil {
		return nil, outcome(err)
	}
	return judged{stream}, nil
}

// previewFetches is what one link may cost in requests, redirects included.
const previewFetches = 8

// Page opens a web page, or what it leads to, of one of kinds, of which at most
// limit bytes are wanted: reading ends there without an error. Errors are those
// of [Service.Picture].
func (s *Service) Page(ctx context.Context, url string, limit int64, kinds ...string) (previews.Answer, error) {
	ctx = client.WithBudget(ctx, client.NewBudget(client.Limits{Fetches: previewFetches}))
	stream, err := s.client.Page(ctx, url, limit, kinds...)
	if err != nil {
		return previews.Answer{}, outcome(err)
	}
	return previews.Answer{URL: stream.URL, ContentType: stream.ContentType, Body: judged{stream}}, nil
}

// Calendar returns a calendar of others, as text. Its errors are those of
// [Service.Picture], and an [instance.Invalid] for what is none.
func (s *Service) Calendar(ctx context.Context, url string) ([]byte, error) {
	ctx = client.WithBudget(ctx, client.NewBudget(client.Limits{Fetches: previewFetches}))
	f, err := s.client.File(ctx, url, "text/calendar", "text/plain", "application/octet-stream")
	switch {
	case errors.Is(err, client.ErrTooLarge):
		return nil, &instance.Invalid{Field: "calendar", Code: "too-large"}
	case errors.Is(err, client.ErrContentType):
		return nil, &instance.Invalid{Field: "calendar", Code: "no-calendar"}
	case err != nil:
		return nil, outcome(err)
	}
	return f.Body, nil
}

// Feed returns a feed of others (RSS, Atom) unless it is as it is known. Its
// errors are those of [Service.Picture], and an [instance.Invalid] for what is
// none.
func (s *Service) Feed(ctx context.Context, url string, known feeds.Known) (feeds.Answer, error) {
	ctx = client.WithBudget(ctx, client.NewBudget(client.Limits{Fetches: previewFetches}))
	f, err := s.client.Again(ctx, url, known.ETag, known.Modified, "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml", "text/plain")
	var answer feeds.Answer
	if status, ok := errors.AsType[*client.StatusError](err); ok {
		answer.Wait = status.After
	}
	switch {
	case errors.Is(err, client.ErrUnchanged):
		answer.Unchanged = true
		return answer, nil
	case errors.Is(err, client.ErrTooLarge):
		return answer, &instance.Invalid{Field: "feed", Code: "too-large"}
	case errors.Is(err, client.ErrContentType):
		return answer, &instance.Invalid{Field: "feed", Code: "no-feed"}
	case err != nil:
		return answer, outcome(err)
	}
	answer.Known, answer.Body = feeds.Known{ETag: f.ETag, Modified: f.Modified}, f.Body
	return answer, nil
}

// Text returns a small text that lies at an address, and the address it came from
// in the end. Its errors are those of [Service.Picture].
func (s *Service) Text(ctx context.Context, url string) (text, from string, err error) {
	ctx = client.WithBudget(ctx, client.NewBudget(client.Limits{Fetches: previewFetches}))
	f, err := s.client.File(ctx, url, "text/plain")
	if err != nil {
		return "", "", outcome(err)
	}
	return string(f.Body), f.URL, nil
}

// judged is a file whose errors say whether asking again is of any use.
type judged struct{ *client.Stream }

func (j judged) Read(p []byte) (int, error) {
	n, err := j.Stream.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = outcome(err)
	}
	return n, err
}

func outcome(err error) error {
	if client.Temporary(err) || errors.Is(err, context.Canceled) {
		return errors.Join(instance.ErrUnreachable, err)
	}
	return errors.Join(instance.ErrNotFound, err)
}
