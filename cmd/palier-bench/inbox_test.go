package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"palier/cmd/palier-bench/servertest"
)

func TestInboxOfAServerThatKeepsEverything(t *testing.T) {
	t.Parallel()
	s := serve(t, servertest.Options{})
	for _, flags := range [][]string{
		{"--count-url", "/o/1/replies", "--list-url", "/o/1/replies"},
		{"--count-url", s.List(), "--scheme", "rfc9421"},
		{"--list-url", "/o/1/replies?from=0", "--scheme", "rfc9421", "--key", "ed25519", "--personal"},
		{"--count-url", "/o/1/replies", "--count-regexp", `"totalItems":(\d+)`, "--peer-name", "localhost"},
	} {
		row := only(t, append([]string{"inbox", "--target", s.URL, "--inbox-of", "@anna", "-n", "60", "-c", "4", "--hosts", "2", "--actors", "3"}, flags...)...)
		wantValue(t, row, "notes accepted", 60)
		wantValue(t, row, "accepted, not shown", 0)
		wantMore(t, row, "accepted", 0)
		wantMore(t, row, "readable", 0)
		if p50, p99 := value(t, row, "answer p50"), value(t, row, "answer p99"); p50 <= 0 || p99 < p50 {
			t.Errorf("p50 %g, p99 %g", p50, p99)
		}
	}
}

func TestInboxByAddressWithoutCount(t *testing.T) {
	t.Parallel()
	s := serve(t, servertest.Options{})
	row := only(t, "inbox", "--target", s.URL, "--inbox-of", s.Actor("anna"), "-n", "20", "-c", "4", "--hosts", "2", "--actors", "2")
	wantValue(t, row, "notes accepted", 20)
	if _, ok := row.Find("readable"); ok {
		t.Error("what was not looked at is reported")
	}
}

func TestInboxSeesNotesThatAreDropped(t *testing.T) {
	t.Parallel()
	s := serve(t, servertest.Options{Lose: 10})
	row := only(t, "inbox", "--target", s.URL, "--inbox-of", "@anna", "-n", "57", "-c", "4", "--hosts", "2", "--actors", "3",
		"--count-url", "/o/1/replies", "--settle", "300ms")
	wantValue(t, row, "notes accepted", 57)
	wantValue(t, row, "accepted, not shown", 6)
}

func TestInboxTellsOfRefusals(t *testing.T) {
	t.Parallel()
	s := serve(t, servertest.Options{})
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no strangers", http.StatusForbidden)
	}))
	defer proxy.Close()
	_, err := measure(t, "inbox", "--target", proxy.URL, "--inbox-of", s.Actor("anna"), "-n", "5", "--machine", "0")
	wantError(t, err, "is not at "+proxy.URL)

	shut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Error(w, "no strangers", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "application/activity+json")
		_, _ = w.Write([]byte(`{"id":"http://` + r.Host + `/anna","type":"Person","inbox":"http://` + r.Host + `/inbox"}`))
	}))
	defer shut.Close()
	_, err = measure(t, "inbox", "--target", shut.URL, "--inbox-of", shut.URL+"/anna", "-n", "5", "--machine", "0")
	wantError(t, err, "no strangers")
}

func TestInboxWithProcessorTimeAndLimits(t *testing.T) {
	t.Parallel()
	p, _, url := child(t)
	rows, err := measure(t, "inbox", "--target", url, "--inbox-of", "@anna", "-n", "300", "--count-url", "/o/1/replies", "--pid", pid(p), "--machine", "10ms")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Name != "limits" {
		t.Fatalf("rows %+v, want the limits first", rows)
	}
	wantMore(t, rows[1], "processor time per note", 0)
	if f, _ := rows[1].Find("accepted"); !strings.Contains(f.Note, "% of RSA verifications") {
		t.Errorf("accepted is not read against the limits: %q", f.Note)
	}
}

func TestCrashOfAServerThatStoresBeforeItAnswers(t *testing.T) {
	t.Parallel()
	p, command, url := child(t)
	row := only(t, "inbox", "--target", url, "--inbox-of", "@anna", "-n", "200", "-c", "8", "--list-url", "/o/1/replies",
		"--kill-after", "50", "--pid", pid(p), "--restart", strings.Join(command, " "), "--ready", url+"/readyz")
	wantMore(t, row, "notes accepted before the crash", 49)
	wantValue(t, row, "accepted but lost", 0)
	wantMore(t, row, "restart to first answer", 0)
}

func TestCrashOfAServerThatAnswersFirst(t *testing.T) {
	t.Parallel()
	p, command, url := child(t, "--lazy", "40")
	row := only(t, "inbox", "--target", url, "--inbox-of", "@anna", "-n", "200", "-c", "8", "--list-url", "/o/1/replies", "--settle", "1s",
		"--kill-after", "50", "--pid", pid(p), "--restart", strings.Join(command, " "), "--ready", url+"/readyz")
	wantMore(t, row, "accepted but lost", 0)
	if f, _ := row.Find("accepted but lost"); f.Aim.Met || !strings.Contains(f.Note, "the first is n") {
		t.Errorf("loss is not told: %+v", f)
	}
}
