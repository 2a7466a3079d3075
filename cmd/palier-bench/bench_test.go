package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"palier/cmd/palier-bench/figures"
	"palier/cmd/palier-bench/process"
	"palier/cmd/palier-bench/servertest"
)

// TestMain lets this test program be the server that a test kills.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "serve" || os.Args[1] == "admin") {
		os.Exit(servertest.Program(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

func serve(t *testing.T, o servertest.Options) *servertest.Server {
	t.Helper()
	s, err := servertest.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// measure runs the program and returns the rows it reports, or its error.
func measure(t *testing.T, args ...string) ([]figures.Row, error) {
	t.Helper()
	var out, said bytes.Buffer
	args = append([]string{"--json", "-", "--limit", "5m"}, args...)
	if err := run(t.Context(), args, &out, &said); err != nil {
		return nil, err
	}
	var rows []figures.Row
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return rows, nil
}

// only returns the one row that a measurement reports.
func only(t *testing.T, args ...string) figures.Row {
	t.Helper()
	rows, err := measure(t, append(args, "--machine", "0")...)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 {
		t.Fatalf("%d rows, want one", len(rows))
	}
	return rows[0]
}

func value(t *testing.T, r figures.Row, name string) float64 {
	t.Helper()
	f, ok := r.Find(name)
	if !ok {
		t.Fatalf("row %s has no figure %q: %+v", r.Name, name, r.Figures)
	}
	return f.Value
}

func wantValue(t *testing.T, r figures.Row, name string, want float64) {
	t.Helper()
	if got := value(t, r, name); got != want {
		t.Errorf("%s: %s = %g, want %g", r.Name, name, got, want)
	}
}

func wantMore(t *testing.T, r figures.Row, name string, than float64) {
	t.Helper()
	if got := value(t, r, name); got <= than {
		t.Errorf("%s: %s = %g, want more than %g", r.Name, name, got, than)
	}
}

func wantError(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v, want one that says %q", err, text)
	}
}

// child starts this test program as a server with a journal and returns the
// command and the address.
func child(t *testing.T, flags ...string) (p *process.Program, command process.Command, url string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	address, err := freeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	url = "http://" + address
	command = append(process.Command{
		self, "serve", "--listen", address, "--url", url, "--database", "sqlite:" + filepath.Join(t.TempDir(), "notes"), "--peers-allow", "127.0.0.0/8",
	}, flags...)
	if p, err = process.Start(command); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := p.Ready(ctx, url+"/readyz"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
	})
	return p, command, url
}

func pid(p *process.Program) string { return strconv.Itoa(p.Pids()[0]) }

func TestOnlyThisMachineIsMeasured(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"inbox", "--target", "http://192.0.2.1", "--inbox-of", "@anna"},
		{"inbox", "--target", "http://127.0.0.1:1", "--inbox-of", "http://192.0.2.1/users/anna"},
		{"inbox", "--target", "http://127.0.0.1:1", "--inbox-of", "@anna", "--peer-name", "192.0.2.1"},
		{"fanout", "--target", "https://192.0.2.1", "--group", "@town", "--post-cmd", "false"},
		{"fanout", "--target", "http://127.0.0.1:1", "--group", "@town", "--post-url", "http://192.0.2.1/post"},
		{"follows", "--target", "http://192.0.2.1", "--of", "@anna"},
		{"reads", "--target", "http://192.0.2.1", "--path", "/"},
		{"reads", "--target", "http://[2001:db8::1]:80", "--path", "/"},
		{"start", "--cmd", "false", "--ready", "http://192.0.2.1/readyz"},
	} {
		if args[0] != "start" {
			args = append(args, "--machine", "0")
		}
		_, err := measure(t, args...)
		wantError(t, err, "load is only made on one's own machine")
	}
}

func TestEverythingIsBounded(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"inbox", "--target", "http://127.0.0.1:1", "--inbox-of", "@anna", "-n", "1000000"},
		{"inbox", "--target", "http://127.0.0.1:1", "--inbox-of", "@anna", "-c", "100000"},
		{"inbox", "--target", "http://127.0.0.1:1", "--inbox-of", "@anna", "--hosts", "20", "--actors", "3"},
		{"fanout", "--target", "http://127.0.0.1:1", "--group", "@town", "--post-cmd", "false", "--hosts", "1001"},
		{"fanout", "--target", "http://127.0.0.1:1", "--group", "@town", "--post-cmd", "false", "--followers", "100000"},
		{"fanout", "--target", "http://127.0.0.1:1", "--group", "@town", "--post-cmd", "false", "--hang", "200"},
		{"follows", "--target", "http://127.0.0.1:1", "--of", "@anna", "-n", "0"},
		{"start", "--cmd", "false", "--ready", "http://127.0.0.1:1", "--runs", "1000"},
		{"all", "--followers", "20000"},
	} {
		_, err := measure(t, args...)
		wantError(t, err, "at most")
	}
	for _, args := range [][]string{
		{"reads", "--target", "http://127.0.0.1:1", "--path", "/", "-d", "1h"},
		{"limits", "--for", "2h"},
		{"limits", "--limit", "25h"},
	} {
		_, err := measure(t, args...)
		wantError(t, err, "at most")
	}
}

func TestFlagsThatGoTogether(t *testing.T) {
	t.Parallel()
	at := []string{"--target", "http://127.0.0.1:1"}
	for want, args := range map[string][]string{
		"--list-url":      {"inbox", "--inbox-of", "@anna", "--kill-after", "5", "--pid", "2", "--ready", "http://127.0.0.1:1"},
		"needs --pid":     {"inbox", "--inbox-of", "@anna", "--kill-after", "5", "--list-url", "/x", "--ready", "http://127.0.0.1:1"},
		"needs --ready":   {"inbox", "--inbox-of", "@anna", "--kill-after", "5", "--list-url", "/x", "--pid", "2"},
		"one of --post":   {"fanout", "--group", "@town"},
		"not «Name: valu": {"reads", "--path", "/", "--header", "nonsense"},
	} {
		_, err := measure(t, append(args, at...)...)
		wantError(t, err, want)
	}
	_, err := measure(t, "all", "--rows", "everything")
	wantError(t, err, "one of limits, start")
}

func TestMarkdownAndJSONFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "figures.json")
	var out, said bytes.Buffer
	if err := run(t.Context(), []string{"limits", "--for", "10ms", "--json", file}, &out, &said); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "| RSA-2048 signatures | ") {
		t.Errorf("tables: %s", out.String())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []figures.Row
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"RSA-2048 verifications", "Ed25519 signatures", "SQLite transactions of one row", "bare POST of net/http"} {
		wantMore(t, rows[0], name, 0)
	}
}

func TestItEndsAtItsLimit(t *testing.T) {
	t.Parallel()
	s := serve(t, servertest.Options{})
	_, err := measure(t, "reads", "--target", s.URL, "--path", "/readyz", "-d", "3m", "--machine", "0", "--limit", "300ms")
	wantError(t, err, "longer than --limit")
}
