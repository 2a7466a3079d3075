package mail_test

import (
	"context"
	"errors"
	"io"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/mail/mailtest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

type office struct {
	*mail.Service
	t    *testing.T
	db   *store.DB
	jobs *jobs.Queue
	now  time.Time
}

// open returns a service that sends by a server, none for nil, with its jobs at
// work.
func open(t *testing.T, db *store.DB, server *mailtest.Server) *office {
	t.Helper()
	site, err := instance.NewSite("https://dinan.example")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, now: time.Now()}
	o.jobs = jobs.New(db, jobs.Options{Work: true, Queues: map[string]int{mail.Queue: mail.Workers}})
	now := func() time.Time { return o.now }
	options := mail.Options{DB: db, Site: site, IDs: instance.NewIDs(now, 0), Now: now, Jobs: o.jobs, Title: "Palier à Dinan"}
	if server != nil {
		options.Server = mail.Server{Host: "127.0.0.1", Port: server.Port, From: "palier@dinan.example", Security: "none"}
	}
	o.Service = mail.New(options)
	if err := o.jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.jobs.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return o
}

func (o *office) send(l mail.Letter) error {
	o.t.Helper()
	return o.db.InTx(o.t.Context(), func(tx store.Tx) error { return o.Send(o.t.Context(), tx, l) })
}

func (o *office) waiting() []mail.Stored {
	o.t.Helper()
	list, err := o.Letters(o.t.Context(), "", 0, 100)
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

var hello = mail.Letter{
	To: "odette@dinan.example", Subject: "Le résumé du matin", Text: "Bonjour,\n\nrien de neuf.\n", Kind: "digest", Stop: "https://dinan.example/stop/abc",
	Attached: []mail.Attachment{{Name: "fete.ics", MediaType: "text/calendar", Bytes: []byte("BEGIN:VCALENDAR\r\n")}},
}

func TestLettersGoOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		server := mailtest.New(t)
		o := open(t, db, server)
		if err := o.send(hello); err != nil {
			t.Fatal(err)
		}
		if err := o.jobs.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		letters := server.Letters()
		if len(letters) != 1 {
			t.Fatalf("letters that came: %q", letters)
		}
		m, err := netmail.ReadMessage(strings.NewReader(letters[0]))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(m.Body)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"To": "<odette@dinan.example>", "From": "=?utf-8?q?Palier_=C3=A0_Dinan?= <palier@dinan.example>", "Subject": "=?UTF-8?q?Le_r=C3=A9sum=C3=A9_du_matin?=",
			"Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://dinan.example/stop/abc>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		} {
			if got := m.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if !strings.HasSuffix(m.Header.Get("Message-Id"), "@dinan.example>") || !strings.Contains(string(body), "rien de neuf.") || !strings.Contains(string(body), `filename="fete.ics"`) {
			t.Errorf("letter:\n%s", letters[0])
		}
		if left := o.waiting(); len(left) != 0 {
			t.Errorf("kept although it was sent: %+v", left)
		}
	})
}

// TestR21_MailServerIsFullOrAway has a letter wait for a mail server that is
// full and then away, and refuses it for good only when the server does.
func TestR21_MailServerIsFullOrAway(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		server := mailtest.New(t)
		server.Refuse("452 no room")
		o := open(t, db, server)
		if err := o.send(hello); err != nil {
			t.Fatal(err)
		}
		<-server.Asked()
		if err := o.jobs.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		left := o.waiting()
		if len(left) != 1 || left[0].Refused != "" || left[0].Text != hello.Text {
			t.Fatalf("after a full server: %+v", left)
		}
		server.Refuse("")
		retry(t, db, o.jobs)
		if got := server.Letters(); len(got) != 1 {
			t.Fatalf("after it has room again: %q", got)
		}

		server.Refuse("550 no such mailbox")
		if err := o.send(hello); err != nil {
			t.Fatal(err)
		}
		if err := o.jobs.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		left = o.waiting()
		if len(left) != 1 || left[0].Refused != "the mail server answers 550" || left[0].Text != "" {
			t.Fatalf("after a refusal: %+v", left)
		}
		w, err := o.Waiting(t.Context())
		if err != nil || w.Letters != 0 || w.Refused != 1 {
			t.Errorf("waiting: %+v, %v", w, err)
		}
	})
}

// retry has every job that waits for its time worked now.
func retry(t *testing.T, db *store.DB, q *jobs.Queue) {
	t.Helper()
	var id int64
	err := db.Read().QueryRow(t.Context(), `SELECT id FROM river_job WHERE kind = 'mail' AND state = 'retryable'`).Scan(&id)
	if err == nil {
		err = q.Retry(t.Context(), id)
	}
	if err == nil {
		err = q.Idle(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestWithoutMailServerLettersStay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db, nil)
		other := hello
		other.To, other.Subject = "Marc@dinan.example", "Bonjour"
		for _, l := range []mail.Letter{hello, other} {
			if err := o.send(l); err != nil {
				t.Fatal(err)
			}
		}
		list, err := o.Letters(t.Context(), "marc@DINAN.example", 0, 10)
		if err != nil || len(list) != 1 || list[0].Subject != "Bonjour" {
			t.Fatalf("letters to Marc: %+v, %v", list, err)
		}
		one, err := o.ByID(t.Context(), list[0].ID)
		if err != nil || string(one.Attached[0].Bytes) != "BEGIN:VCALENDAR\r\n" {
			t.Fatalf("one letter: %+v, %v", one, err)
		}
		o.now = o.now.Add(mail.Keep + time.Hour)
		if err := db.InTx(t.Context(), func(tx store.Tx) error { return o.Sweep(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
		if left := o.waiting(); len(left) != 0 {
			t.Errorf("older than two weeks: %+v", left)
		}
	})
}

func TestHeadersOfOneLine(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db, nil)
		for field, spoil := range map[string]func(*mail.Letter){
			"email":      func(l *mail.Letter) { l.To = "a@b.example\r\nBcc: all@b.example" },
			"subject":    func(l *mail.Letter) { l.Subject = "a\r\nBcc: all@b.example" },
			"kind":       func(l *mail.Letter) { l.Kind = "a\nb" },
			"stop":       func(l *mail.Letter) { l.Stop = "https://a.example/>\r\nX: y" },
			"attachment": func(l *mail.Letter) { l.Attached = []mail.Attachment{{Name: "a\r\nX: y", MediaType: "text/plain"}} },
			"text":       func(l *mail.Letter) { l.Text = "" },
		} {
			l := hello
			spoil(&l)
			var invalid *instance.Invalid
			if err := o.send(l); !errors.As(err, &invalid) || invalid.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if left := o.waiting(); len(left) != 0 {
			t.Errorf("written nevertheless: %+v", left)
		}
	})
}

func TestServerSettings(t *testing.T) {
	t.Parallel()
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := mail.Server{Host: "mail.example", User: "palier", PasswordFile: password, From: "Palier <palier@dinan.example>"}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*mail.Server){
		"mail.from": func(s *mail.Server) { s.From = "nobody" }, "mail.security": func(s *mail.Server) { s.Security = "maybe" },
		"mail.user": func(s *mail.Server) { s.PasswordFile = "" }, "no such file": func(s *mail.Server) { s.CA = password + "-not" },
	} {
		s := good
		spoil(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
