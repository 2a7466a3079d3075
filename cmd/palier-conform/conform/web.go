package conform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"palier/federation/client"
)

// maxAnswer is the most that is read of an answer.
const maxAnswer = 4 << 20

// errBudget is why a check ends when too much was asked already.
var errBudget = errors.New("the number of requests for this run is used up")

// web is the way to the server. It follows no redirects and sets no limits but
// those that protect the checker: what the server answers is what is judged.
type web struct {
	client    *http.Client
	userAgent string
	most      int
	asked     int
}

func newWeb(o Options) *web {
	return &web{
		client: &http.Client{
			Transport:     &http.Transport{MaxIdleConnsPerHost: 2, ResponseHeaderTimeout: o.Timeout, DisableCompression: true},
			Timeout:       o.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		userAgent: "palier-conform/" + strings.TrimSpace(o.Version+" (conformance checker)"),
		most:      o.Requests,
	}
}

func (w *web) close() { w.client.CloseIdleConnections() }

// answer is what the server said.
type answer struct {
	url    string
	status int
	header http.Header
	body   []byte
}

// String is the request and the status, for reasons.
func (a answer) String() string { return fmt.Sprintf("%s answers %d", a.url, a.status) }

// is returns nil if the status is one of those wanted.
func (a answer) is(wanted ...int) error {
	for _, status := range wanted {
		if a.status == status {
			return nil
		}
	}
	return fmt.Errorf("%s, want %s", a, strings.Trim(strings.ReplaceAll(fmt.Sprint(wanted), " ", " or "), "[]"))
}

// typed returns nil if the answer says that it is of a media type.
func (a answer) typed(mediaType string) error {
	if got := a.header.Get("Content-Type"); got != mediaType && !strings.HasPrefix(got, mediaType+";") {
		return fmt.Errorf("%s with Content-Type %q, want %s", a, got, mediaType)
	}
	return nil
}

// as2 returns nil if the answer says that it is ActivityStreams.
func (a answer) as2() error {
	if got := a.header.Values("Content-Type"); len(got) != 1 || !client.IsAS2(got[0]) {
		return fmt.Errorf("%s with Content-Type %q, want application/activity+json", a, got)
	}
	return nil
}

// do sends a request and reads the answer.
func (w *web) do(r *http.Request) (answer, error) {
	if w.asked >= w.most {
		return answer{}, errBudget
	}
	w.asked++
	r.Header.Set("User-Agent", w.userAgent)
	resp, err := w.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return answer{}, fmt.Errorf("read %s: %w", r.URL, err)
	}
	if len(body) > maxAnswer {
		return answer{}, fmt.Errorf("%s answers more than %d bytes", r.URL, maxAnswer)
	}
	return answer{r.Method + " " + r.URL.String(), resp.StatusCode, resp.Header, body}, nil
}

// sign adds a signature to a request with that body, nil if it has none.
type sign func(r *http.Request, body []byte) error

func unsigned(*http.Request, []byte) error { return nil }

// get asks for a document.
func (w *web) get(ctx context.Context, url, accept string, s sign) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return answer{}, err
	}
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	if err := s(r, nil); err != nil {
		return answer{}, err
	}
	return w.do(r)
}

// post sends a document.
func (w *web) post(ctx context.Context, url, contentType string, body []byte, s sign) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if err := s(r, body); err != nil {
		return answer{}, err
	}
	return w.do(r)
}
