// Package mailtest is a mail server for tests.
package mailtest

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// Server takes letters on loopback until its test ends.
type Server struct {
	Port int

	mu      sync.Mutex
	answer  string
	letters []string
	came    chan struct{}
}

// New returns a server that takes everything.
func New(t testing.TB) *Server {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatalf("listens on %s", l.Addr())
	}
	s := &Server{Port: addr.Port, came: make(chan struct{}, 1000)}
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wait.Go(func() { s.speak(c) })
		}
	})
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		wait.Wait()
	})
	return s
}

// Refuse has the server answer to every recipient with a line such as
// "452 full"; an empty one lets it take letters again.
func (s *Server) Refuse(answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// Letters are the letters it took, as they came.
func (s *Server) Letters() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.letters...)
}

// Asked tells, once for each, of recipients that somebody asked for.
func (s *Server) Asked() <-chan struct{} { return s.came }

func (s *Server) speak(c net.Conn) {
	defer func() { _ = c.Close() }()
	say := func(line string) bool { _, err := fmt.Fprintf(c, "%s\r\n", line); return err == nil }
	lines := bufio.NewScanner(c)
	lines.Buffer(nil, 4<<20)
	say("220 mail.example ESMTP")
	for lines.Scan() {
		verb, _, _ := strings.Cut(strings.ToUpper(lines.Text()), " ")
		switch verb {
		case "EHLO":
			say("250-mail.example\r\n250-8BITMIME\r\n250 SMTPUTF8")
		case "RCPT":
			s.mu.Lock()
			answer := s.answer
			s.mu.Unlock()
			if answer == "" {
				answer = "250 ok"
			}
			say(answer)
			s.came <- struct{}{}
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for lines.Scan() && lines.Text() != "." {
				text.WriteString(strings.TrimPrefix(lines.Text(), ".") + "\n")
			}
			s.mu.Lock()
			s.letters = append(s.letters, text.String())
			s.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}
