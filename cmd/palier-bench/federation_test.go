package main

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"palier/cmd/palier-bench/servertest"
)

func TestFollowsFromStrangers(t *testing.T) {
	t.Parallel()
	s := serve(t, servertest.Options{})
	row := only(t, "follows", "--target", s.URL, "--of", "@town", "-n", "20", "-c", "4", "--hosts", "5")
	wantValue(t, row, "follows accepted", 20)
	wantMore(t, row, "accepted", 0)
	wantMore(t, row, "Accept p50", 0)
	wantMore(t, row, "GETs per follow", 0.9)
}

func TestFollowsThatAreNotAnswered(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]servertest.Options{
		"4 of 4 follows were not answered": {Deaf: true},
		"with Reject":                      {Refuse: true},
	} {
		s := serve(t, o)
		_, err := measure(t, "follows", "--target", s.URL, "--of", "@town", "-n", "4", "--hosts", "2", "--settle", "400ms", "--machine", "0")
		wantError(t, err, want)
	}
}

// post is how the server is made to post.
func post(s *servertest.Server) []string {
	return []string{"--post-url", s.URL + "/post?" + url.Values{"in": {"town"}}.Encode()}
}

func TestFanoutToHealthyHosts(t *testing.T) {
	t.Parallel()
	s := serve(t, servertest.Options{})
	row := only(t, append([]string{"fanout", "--target", s.URL, "--group", "@town", "--followers", "12", "--hosts", "4", "--samples", "3"}, post(s)...)...)
	wantValue(t, row, "healthy hosts reached", 4)
	wantValue(t, row, "POSTs", 4)
	wantValue(t, row, "hosts with more than one POST", 0)
	wantValue(t, row, "signatures verified", 3)
	wantMore(t, row, "first to last healthy delivery", 0)
	wantMore(t, row, "post to first arrival", 0)
}

func TestFanoutToSlowAndHangingHosts(t *testing.T) {
	t.Parallel()
	s := serve(t, servertest.Options{})
	row := only(t, append([]string{"fanout", "--target", s.URL, "--group", "@town", "--followers", "6", "--hosts", "6", "--delay", "100ms", "--hang", "2"}, post(s)...)...)
	wantValue(t, row, "healthy hosts reached", 4)
	wantValue(t, row, "POSTs", 6)
	wantMore(t, row, "first to last healthy delivery", 0.0999)
	if !strings.Contains(row.Title, "answers after 100ms, 2 hosts hang") {
		t.Errorf("title %q", row.Title)
	}
}

func TestFanoutFindsFaults(t *testing.T) {
	t.Parallel()
	twice := serve(t, servertest.Options{Twice: true})
	row := only(t, append([]string{"fanout", "--target", twice.URL, "--group", "@town", "--followers", "3", "--hosts", "3"}, post(twice)...)...)
	wantValue(t, row, "hosts with more than one POST", 3)
	wantValue(t, row, "POSTs", 6)

	forged := serve(t, servertest.Options{Forge: true})
	row = only(t, append([]string{"fanout", "--target", forged.URL, "--group", "@town", "--followers", "3", "--hosts", "3"}, post(forged)...)...)
	wantValue(t, row, "signatures verified", 0)
	if f, _ := row.Find("signatures verified"); !strings.Contains(f.Note, "does not verify") {
		t.Errorf("it is not told why: %q", f.Note)
	}
}

func TestFanoutThatDoesNotCome(t *testing.T) {
	t.Parallel()
	s := serve(t, servertest.Options{})
	_, err := measure(t, "fanout", "--target", s.URL, "--group", "@town", "--followers", "2", "--hosts", "2", "--post-cmd", "true", "--within", "200ms", "--machine", "0")
	wantError(t, err, errUndelivered.Error())
	_, err = measure(t, "fanout", "--target", s.URL, "--group", "@town", "--followers", "2", "--hosts", "2", "--post-cmd", "echo broken >&2; false", "--machine", "0")
	wantError(t, err, "broken")
}

func TestReads(t *testing.T) {
	t.Parallel()
	s := serve(t, servertest.Options{})
	for _, flags := range [][]string{
		{"--path", "/users/anna", "--signed"},
		{"--path", "/users/anna", "--accept", "application/activity+json"},
		{"--path", s.URL + "/@town", "--accept", "html", "--header", "Authorization: Bearer x, y", "--header", "Cookie: a=b"},
	} {
		row := only(t, append([]string{"reads", "--target", s.URL, "-c", "2", "-d", "50ms"}, flags...)...)
		wantMore(t, row, "answered", 0)
		wantMore(t, row, "size of an answer", 10)
		wantValue(t, row, "other answers, or none", 0)
	}
	_, err := measure(t, "reads", "--target", s.URL, "--path", "/nothing", "--machine", "0")
	wantError(t, err, "404")
}

func TestStart(t *testing.T) {
	t.Parallel()
	first, command, address := child(t)
	if err := first.Kill(); err != nil {
		t.Fatal(err)
	}
	rows, err := measure(t, "start", "--cmd", strings.Join(command, " "), "--ready", address+"/readyz", "--runs", "3")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"first start to first 200", "start to first 200", "memory at rest", "size of the program"} {
		wantMore(t, rows[0], name, 0)
	}
	_, err = measure(t, "start", "--cmd", "echo no database; exit 2", "--ready", address+"/readyz", "--runs", "2")
	wantError(t, err, "no database")
}

func TestAllOfAServerThatIsStartedForIt(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := measure(t, "all", "--palier", self, "--dir", t.TempDir(), "--notes", "80", "--followers", "20", "--hosts", "10",
		"--follows", "10", "--for", "50ms", "--machine", "10ms")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range rows {
		names = append(names, r.Name)
		if strings.Contains(r.Title, "(json)") != (r.Skipped != "") {
			t.Errorf("%s, %s: skipped %q", r.Name, r.Title, r.Skipped)
		}
	}
	if got, want := strings.Join(names, " "), "limits start reads reads reads reads reads inbox follows fanout fanout fanout crash"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	for _, r := range rows {
		for name, want := range map[string]float64{"notes accepted": 80, "accepted but lost": 0, "accepted, not shown": 0, "hosts with more than one POST": 0} {
			if _, ok := r.Find(name); ok {
				wantValue(t, r, name, want)
			}
		}
	}
}

func TestAllMeasuresOnlyTheRowsAskedFor(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := measure(t, "all", "--palier", self, "--rows", "follows", "--follows", "5", "--machine", "5ms")
	if err != nil || len(rows) != 1 || rows[0].Name != "follows" {
		t.Errorf("rows %+v, %v", rows, err)
	}
}
