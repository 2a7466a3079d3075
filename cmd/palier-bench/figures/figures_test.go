package figures_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/cmd/palier-bench/figures"
)

func TestFiguresAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		figure figures.Figure
		want   string
	}{
		{figures.Count("", 0), "0"},
		{figures.Count("", 999), "999"},
		{figures.Count("", 1000), "1,000"},
		{figures.Count("", 123456), "123,456"},
		{figures.Count("", 1234567), "1,234,567"},
		{figures.Count("", -1234), "-1,234"},
		{figures.Count("", -123), "-123"},
		{figures.Rate("", 1523.4), "1,523/s"},
		{figures.Rate("", 87.25), "87.2/s"},
		{figures.Millis("", 271*time.Millisecond), "271 ms"},
		{figures.Millis("", 940*time.Microsecond), "0.94 ms"},
		{figures.Millis("", 31*time.Microsecond), "0.0310 ms"},
		{figures.Seconds("", 204*time.Millisecond), "0.20 s"},
		{figures.MiB("", 45<<20), "45 MiB"},
		{figures.Share("", 85, 100), "85 %"},
		{figures.Share("", 1, 0), "0 %"},
	} {
		if got := c.figure.String(); got != c.want {
			t.Errorf("%v is written %q, want %q", c.figure.Value, got, c.want)
		}
	}
}

func TestAimsAreMetOrMissed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		figure figures.Figure
		met    bool
	}{
		{figures.Rate("", 1500).AtLeast(1500), true},
		{figures.Rate("", 1499).AtLeast(1500), false},
		{figures.Millis("", 60*time.Millisecond).AtMost(60), true},
		{figures.Millis("", 61*time.Millisecond).AtMost(60), false},
		{figures.Count("lost", 0).AtMost(0), true},
		{figures.Count("lost", 1).AtMost(0), false},
	} {
		if c.figure.Aim.Met != c.met {
			t.Errorf("%s with %+v: met %t", c.figure, c.figure.Aim, c.figure.Aim.Met)
		}
	}
}

var rows = []figures.Row{
	{Name: "inbox", Title: "signed notes", Figures: []figures.Figure{
		figures.Rate("stored", 1600).AtLeast(1500).Against("a|b"),
		figures.Millis("p99", 70*time.Millisecond).AtMost(60),
		figures.Count("notes", 2000),
	}},
	{Name: "reads", Title: "timelines", Skipped: "there are none yet"},
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	if err := figures.Markdown(&got, rows); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"### inbox: signed notes", "",
		"| figure | measured | aim | to be read against |",
		"|---|---:|---|---|",
		"| stored | 1,600/s | ≥ 1,500/s, met | a\\|b |",
		"| p99 | 70 ms | ≤ 60 ms, missed |  |",
		"| notes | 2,000 |  |  |", "",
		"### reads: timelines", "",
		"Not measured: there are none yet", "",
	}, "\n")
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

func TestJSONComesBackAsItWas(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := figures.JSON(&b, rows); err != nil {
		t.Fatal(err)
	}
	var got []figures.Row
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Error(diff)
	}
}
