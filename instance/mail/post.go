package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Queue is where letters wait, so that a slow mail server keeps no other work
// waiting; Workers is how many are handed over at once.
const (
	Queue   = "mail"
	Workers = 4
)

// Server is the mail server that takes letters.
type Server struct {
	Host         string // empty: none
	Port         int    // 0: 587, or 465 with TLS
	User         string // empty: it asks for none
	PasswordFile string // read at each try, so that a new one needs no restart
	From         string // name@host, or Name <name@host>
	// Security is starttls (the same as nothing), tls from the first byte, or
	// none for a mail server on the same machine.
	Security string
	// CA is a file of certificates to trust besides those of the machine.
	CA string
}

// Check returns why nothing can be sent by it.
func (s Server) Check() error {
	if s.Host == "" {
		return nil
	}
	var errs []error
	if err := mail.NewMsg().From(s.From); err != nil {
		errs = append(errs, fmt.Errorf("mail.from %q is no address", s.From))
	}
	switch s.Security {
	case "", "starttls", "tls", "none":
	default:
		errs = append(errs, fmt.Errorf("mail.security %q is neither starttls, tls nor none", s.Security))
	}
	if s.User != "" && s.PasswordFile == "" {
		errs = append(errs, errors.New("mail.user needs mail.password_file"))
	}
	for _, f := range []string{s.PasswordFile, s.CA} {
		if f == "" {
			continue
		}
		if _, err := os.Stat(f); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Post is the job of handing one letter to the mail server.
type Post struct {
	Letter instance.ID `json:"letter"`
}

// Kind names the job.
func (Post) Kind() string { return "mail" }

// tries and backoff have a letter tried for more than a week: after a minute,
// then twice as long each time, at most every four hours.
const tries = 60

func backoff(attempt int) time.Duration {
	return min(time.Minute<<min(attempt-1, 10), 4*time.Hour)
}

// post hands a letter to the mail server. One that was thrown away meanwhile is
// sent no more, and one that is refused for good stays to be seen.
func (s *Service) post(ctx context.Context, p Post) error {
	l, err := s.ByID(ctx, p.Letter)
	if errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m, err := s.message(l)
	if err != nil {
		return s.refused(ctx, l.ID, err)
	}
	c, err := s.o.Server.client()
	if err != nil {
		return fmt.Errorf("post letter %s: %w", l.ID, err)
	}
	if err := c.DialAndSendWithContext(ctx, m); err != nil {
		var failed *mail.SendError
		if errors.As(err, &failed) && failed.ErrorCode() >= 500 {
			return s.refused(ctx, l.ID, fmt.Errorf("the mail server answers %d", failed.ErrorCode()))
		}
		return fmt.Errorf("post letter %s: %w", l.ID, withoutAddress(err, l.To))
	}
	return s.o.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM letters WHERE id = $1`, l.ID); err != nil {
			return fmt.Errorf("letter %s is sent: %w", l.ID, err)
		}
		return s.o.Jobs.Done(ctx, tx)
	})
}

// refused keeps why a letter never goes out, without its text: it may hold what
// opens an account.
func (s *Service) refused(ctx context.Context, id instance.ID, why error) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE letters SET refused = $2, body = '', html = '', attached = '[]' WHERE id = $1`, id, why.Error())
		return err
	})
	if err != nil {
		return fmt.Errorf("letter %s is refused: %w", id, err)
	}
	return jobs.Cancel(fmt.Errorf("letter %s: %w", id, why))
}

// withoutAddress is an error as it may stand in a log.
func withoutAddress(err error, to string) error {
	return errors.New(strings.ReplaceAll(err.Error(), to, "…"))
}

// message is a letter the way mail servers take it. It has the same id however
// often it is tried, so that a mailbox knows a second copy (RFC 5322 §3.6.4).
func (s *Service) message(l Stored) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := m.From(s.o.Server.From); err != nil {
		return nil, errors.New("mail.from is no address")
	}
	if from := m.GetFrom(); len(from) == 1 && from[0].Name == "" && s.o.Title != "" {
		if err := m.FromFormat(s.o.Title, from[0].Address); err != nil {
			return nil, errors.New("mail.from is no address")
		}
	}
	if err := m.To(l.To); err != nil {
		return nil, errors.New("the address cannot be written to")
	}
	m.Subject(l.Subject)
	m.SetDateWithValue(l.ID.Time())
	m.SetMessageIDWithValue(l.ID.String() + "@" + s.o.Site.Name())
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 §5
	if strings.HasPrefix(l.Stop, "https://") {
		if err := m.SetListUnsubscribeOneClick(l.Stop); err != nil {
			return nil, errors.New("the address to stop at is none")
		}
	} else if l.Stop != "" {
		m.SetGenHeaderPreformatted(mail.HeaderListUnsubscribe, "<"+l.Stop+">")
	}
	m.SetBodyString(mail.TypeTextPlain, strings.ReplaceAll(l.Text, "\n", "\r\n"))
	if l.HTML != "" {
		m.AddAlternativeString(mail.TypeTextHTML, strings.ReplaceAll(l.HTML, "\n", "\r\n"))
	}
	for _, a := range l.Attached {
		if err := m.AttachReader(a.Name, bytes.NewReader(a.Bytes), mail.WithFileContentType(mail.ContentType(a.MediaType))); err != nil {
			return nil, errors.New("an attachment cannot be read")
		}
	}
	return m, nil
}

func (s Server) client() (*mail.Client, error) {
	options := []mail.Option{mail.WithTimeout(30 * time.Second)}
	switch s.Security {
	case "tls":
		options = append(options, mail.WithSSLPort(false))
	case "none":
		options = append(options, mail.WithTLSPortPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPortPolicy(mail.TLSMandatory))
	}
	if s.Port != 0 {
		options = append(options, mail.WithPort(s.Port))
	}
	if s.CA != "" {
		trusted, err := s.trusted()
		if err != nil {
			return nil, err
		}
		options = append(options, mail.WithTLSConfig(&tls.Config{ServerName: s.Host, RootCAs: trusted, MinVersion: tls.VersionTLS12}))
	}
	if s.User != "" {
		password, err := os.ReadFile(s.PasswordFile)
		if err != nil {
			return nil, err
		}
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User),
			mail.WithPassword(strings.TrimRight(string(password), "\r\n")))
	}
	return mail.NewClient(s.Host, options...)
}

func (s Server) trusted() (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pem, err := os.ReadFile(s.CA)
	if err != nil {
		return nil, err
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", s.CA)
	}
	return pool, nil
}
