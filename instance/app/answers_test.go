package app_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/store"
)

// answer is what can be told from an answer by someone outside.
type answer struct {
	status int
	header http.Header
	body   string
}

func ask(t *testing.T, s *apptest.Server, path, accept string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	if _, err := bufio.NewReader(res.Body).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, b.String()}
}

func TestC12_WhatIsNotThereLooksLikeWhatIsNotYours(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		centre := s.Place("centre", "neighbourhood")
		amina := s.Resident("amina", centre)
		hidden := s.Post(amina, centre.ID, instance.ToNeighbourhood, "entre nous").ID
		absent := hidden - 1
		for _, form := range []string{"/o/%s", "/o/%s/replies", "/t/%s", "/@amina/%s", "/@amina/%s/history"} {
			for _, accept := range []string{"application/activity+json", "text/html"} {
				one, other := ask(t, s, fmt.Sprintf(form, hidden), accept), ask(t, s, fmt.Sprintf(form, absent), accept)
				one.body, other.body = strings.ReplaceAll(one.body, hidden.String(), "N"), strings.ReplaceAll(other.body, absent.String(), "N")
				// A program is led from a page to an id, whatever may be there.
				led := one.status == http.StatusSeeOther && accept != "text/html"
				if one.status != http.StatusNotFound && !led || one.status != other.status || one.body != other.body {
					t.Errorf("%s as %s: hidden %d %q, absent %d %q", form, accept, one.status, one.body, other.status, other.body)
				}
				for _, h := range []string{"Content-Type", "Cache-Control", "Vary", "Etag"} {
					if one.header.Get(h) != other.header.Get(h) {
						t.Errorf("%s as %s: %s is %q for a hidden post, %q for an absent one", form, accept, h, one.header.Get(h), other.header.Get(h))
					}
				}
			}
		}
	})
}

func TestG12_AnswersSayWhatTheyDependOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		centre := s.Place("centre", "neighbourhood")
		amina := s.Resident("amina", centre)
		p := s.Post(amina, centre.ID, instance.ToPublic, "Bonjour")
		for _, path := range []string{"/g/centre", "/o/" + p.ID.String(), "/g/centre/outbox"} {
			a := ask(t, s, path, "application/activity+json")
			if a.status != http.StatusOK || !strings.Contains(a.header.Get("Vary"), "Accept") || !strings.Contains(a.header.Get("Vary"), "Signature") {
				t.Errorf("%s: %d, Vary %q", path, a.status, a.header.Get("Vary"))
			}
			if got := a.header.Get("Content-Type"); got != "application/activity+json" {
				t.Errorf("%s is %s", path, got)
			}
		}
		if a := ask(t, s, "/o/"+p.ID.String(), "text/html"); a.status != http.StatusSeeOther || a.header.Get("Location") != p.URL {
			t.Errorf("a browser at an id: %d to %q, want to %q", a.status, a.header.Get("Location"), p.URL)
		}
	})
}

func TestG01_OnlyATrustedProxySpeaksForOthers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		for _, test := range []struct {
			name    string
			trusted []netip.Prefix
			limited bool
		}{
			{"nobody is trusted: a claimed address changes nothing", nil, true},
			{"the proxy is trusted: each address counts for itself", apptest.Loopback, false},
		} {
			s := apptest.Open(t, engine, func(c *config.Config) {
				c.TrustedProxies = test.trusted
				c.Limits.Pages.Burst, c.Limits.Pages.Every = 3, time.Hour
			})
			limited := false
			for i := range 10 {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/language", strings.NewReader("language=en"))
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				req.Header.Set("Sec-Fetch-Site", "same-origin")
				req.Header.Set("X-Forwarded-For", fmt.Sprintf("192.0.2.99, 203.0.113.%d", i))
				client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
				res, err := client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				if err := res.Body.Close(); err != nil {
					t.Fatal(err)
				}
				if res.StatusCode == http.StatusTooManyRequests {
					limited = true
					if res.Header.Get("Retry-After") == "" {
						t.Error("429 without Retry-After")
					}
				}
			}
			if limited != test.limited {
				t.Errorf("%s: limited %v", test.name, limited)
			}
		}
	})
}

func TestE10_ASilentConnectionIsClosed(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte("POST /inbox HTTP/1.1\r\nHost: x\r\n")); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := bufio.NewReader(c).ReadByte(); err == nil {
		t.Error("half a request was answered")
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("a silent connection was kept for %s", took)
	}
}
