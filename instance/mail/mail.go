// Package mail sends letters to people's mailboxes: what they asked for, and
// what they would miss if it were only on a page.
//
// A letter is written in the transaction of what it tells of, so that it goes
// out if and only if that is. It waits in the database until a mail server has
// taken it, however long that one is away (security.md R21).
package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Letter is what is sent to one mailbox.
type Letter struct {
	To      string // an address, as [instance.ParseEmail] takes it
	Subject string
	Text    string // plain, lines of any length
	HTML    string // the same for those who read it so; empty for none
	// Kind names what letters of this kind are about, such as sign-in or digest.
	Kind string
	// Stop is the address that stops letters of this kind with one press
	// (RFC 8058); empty for letters that somebody asked for themselves.
	Stop     string
	Attached []Attachment
}

// Attachment is a file that goes with a letter.
type Attachment struct {
	Name      string
	MediaType string // such as text/calendar; charset=utf-8
	Bytes     []byte
}

// Stored is a letter that no mail server has taken yet.
type Stored struct {
	Letter
	ID      instance.ID
	Refused string // why the mail server never takes it; empty while it may
}

// Keep is how long a letter is kept that was never sent: what it says is out of
// date by then.
const Keep = 14 * 24 * time.Hour

// Options are what a [Service] stands on.
type Options struct {
	DB   *store.DB
	Site instance.Site
	IDs  *instance.IDs
	Now  func() time.Time
	Log  *slog.Logger
	Jobs *jobs.Queue
	// Title is what letters call the server.
	Title string
	// Server takes the letters. The zero Server takes none: they stay where
	// [Service.Letters] finds them.
	Server Server
}

// Service sends letters.
type Service struct{ o Options }

// New returns a service on o. It has to be made before the job queue starts.
func New(o Options) *Service {
	s := &Service{o: o}
	jobs.Handle(o.Jobs, s.post, jobs.HandleOptions{Queue: Queue, Timeout: time.Minute, MaxAttempts: tries, Backoff: backoff})
	return s
}

// Send writes a letter that goes out once tx is committed. It returns an
// [instance.Invalid] for one that cannot be sent: no such address, or a header
// with more than one line in it.
func (s *Service) Send(ctx context.Context, tx store.Tx, l Letter) error {
	return s.SendAll(ctx, tx, []Letter{l})
}

// perInsert is how many letters one statement writes.
const perInsert = 100

// SendAll is [Service.Send] for many letters, at the cost of little more than
// one.
//
// Nothing is written to people without an address.
func (s *Service) SendAll(ctx context.Context, tx store.Tx, all []Letter) error {
	all = slices.DeleteFunc(slices.Clone(all), func(l Letter) bool { return l.To == "" })
	for some := range slices.Chunk(all, perInsert) {
		if err := s.send(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) send(ctx context.Context, tx store.Tx, all []Letter) error {
	var args []any
	var posts []jobs.Args
	values := make([]string, len(all))
	for i, l := range all {
		if err := l.check(); err != nil {
			return err
		}
		attached, err := json.Marshal(l.Attached)
		if err != nil {
			return fmt.Errorf("write letter: %w", err)
		}
		id := s.o.IDs.Next()
		values[i] = "(" + store.Placeholders(len(args)+1, 8) + ")"
		args = append(args, id, l.To, l.Subject, l.Text, l.Kind, l.Stop, string(attached), l.HTML)
		posts = append(posts, Post{Letter: id})
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO letters (id, recipient, subject, body, kind, stop, attached, html)
		VALUES `+strings.Join(values, ", "), args...)
	if err != nil {
		return fmt.Errorf("write %d letters: %w", len(all), err)
	}
	if s.o.Server.Host == "" {
		return nil
	}
	return s.o.Jobs.EnqueueAll(ctx, tx, posts)
}

// Drop throws away the letters of some kinds that wait for an address.
func (s *Service) Drop(ctx context.Context, tx store.Tx, to string, kinds ...string) error {
	args := []any{strings.ToLower(to)}
	for _, k := range kinds {
		args = append(args, k)
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM letters
		 WHERE lower(recipient) = $1 AND kind IN (`+store.Placeholders(2, len(kinds))+`)`, args...)
	if err != nil {
		return fmt.Errorf("drop letters: %w", err)
	}
	return nil
}

// Most that one letter holds, in bytes.
const (
	maxText     = 256 << 10
	maxAttached = 2 << 20
	maxHeader   = 500
)

func (l Letter) check() error {
	if _, _, err := instance.ParseEmail(l.To); err != nil {
		return err
	}
	headers := [][2]string{{"email", l.To}, {"subject", l.Subject}, {"kind", l.Kind}, {"stop", l.Stop}}
	size := 0
	for _, a := range l.Attached {
		headers = append(headers, [2]string{"attachment", a.Name}, [2]string{"attachment", a.MediaType})
		size += len(a.Bytes)
	}
	for _, h := range headers {
		if strings.ContainsFunc(h[1], unicode.IsControl) || len(h[1]) > maxHeader {
			return &instance.Invalid{Field: h[0], Code: "malformed"}
		}
	}
	if l.Stop != "" {
		if u, err := url.Parse(l.Stop); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(l.Stop, "<> ") {
			return &instance.Invalid{Field: "stop", Code: "malformed"}
		}
	}
	switch {
	case l.Subject == "" || l.Text == "" || l.Kind == "":
		return &instance.Invalid{Field: "text", Code: "missing"}
	case len(l.Text) > maxText || len(l.HTML) > maxText:
		return &instance.Invalid{Field: "text", Code: "too-long", Limit: maxText}
	case size > maxAttached:
		return &instance.Invalid{Field: "attachment", Code: "too-big", Limit: maxAttached}
	}
	return nil
}
