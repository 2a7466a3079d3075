package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"palier/cmd/palier-conform/conform"
	"palier/protocol/jrd"
	"palier/protocol/nodeinfo"
)

// someServer has NodeInfo, and nothing else.
func someServer(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	give := func(mediaType string, body []byte, err error) http.HandlerFunc {
		if err != nil {
			t.Fatal(err)
		}
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			w.Write(body)
		}
	}
	links, err := nodeinfo.Links(s.URL, s.URL+"/actor").Encode()
	mux.Handle(nodeinfo.WellKnown, give("application/json", links, err))
	d := nodeinfo.Document{Software: nodeinfo.Software{Name: "some", Version: "1"}, Protocols: []string{"activitypub"}}
	info, err := d.Encode(nodeinfo.Version21)
	mux.Handle(nodeinfo.Path(nodeinfo.Version21), give("application/json", info, err))
	finger, err := jrd.ForServer(s.URL, s.URL+"/actor").Encode()
	mux.Handle("/.well-known/webfinger", give(jrd.MediaType, finger, err))
	return s.URL
}

func TestTheProgramEnds(t *testing.T) {
	t.Parallel()
	url := someServer(t)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{url, "--only", "nodeinfo-links", "--only", "nodeinfo"}, conforms, "2 passed, 0 failed"},
		{[]string{url, "--only", "nodeinfo-links,host-meta"}, differs, "FAIL  10.2"},
		{[]string{url, "--only", "inbox-unsigned"}, conforms, "SKIP  8.1"},
		{[]string{url, "--handle", "@rue@elsewhere.example", "--only", "inbox-unsigned"}, differs, "of another server"},
		{[]string{url + "/g/rue"}, trouble, ""},
		{[]string{url, "--only", "colour"}, trouble, ""},
		{[]string{url, "--colour"}, trouble, ""},
		{[]string{}, trouble, ""},
		{[]string{"--checks"}, conforms, "webfinger-handle"},
		{[]string{"--help"}, conforms, "Usage: palier-conform"},
	} {
		var out, errOut bytes.Buffer
		code, err := run(t.Context(), c.args, time.Now, &out, &errOut)
		if code != c.code || (err != nil) != (code == trouble) || !strings.Contains(out.String(), c.says) {
			t.Errorf("%v: ended with %d, %v, and said\n%s%s", c.args, code, err, &out, &errOut)
		}
	}
}

func TestTheReportForPrograms(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if _, err := run(t.Context(), []string{someServer(t), "--json", "--only", "nodeinfo,host-meta"}, time.Now, &out, &out); err != nil {
		t.Fatal(err)
	}
	var r conform.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Results) != 2 || r.Count(conform.Pass) != 1 || r.Count(conform.Fail) != 1 || r.Requests == 0 {
		t.Errorf("it says %s", &out)
	}
}
