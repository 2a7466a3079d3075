package activitypub

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/federation/inbox"
	"palier/instance"
	"palier/protocol/as2"
)

func object(t *testing.T, doc string) *as2.Object {
	t.Helper()
	o, err := as2.Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// question reads what a Question with these properties asks.
func question(t *testing.T, properties string) *instance.Poll {
	t.Helper()
	doc, err := as2.ReadNote(object(t, `{"id":"https://far.example/1","type":"Question","attributedTo":"https://far.example/u",`+properties+`}`))
	if err != nil {
		t.Fatal(err)
	}
	return asked(doc)
}

func TestF01_ScriptsInOptions(t *testing.T) {
	t.Parallel()
	q := question(t, `"oneOf":[{"type":"Note","name":"<script>alert(1)</script>Oui\u0000\n "},{"type":"Note","name":"Non"},{"type":"Note","name":"Non"},{"type":"Note","name":""},
		{"type":"Note"},"https://far.example/o",{"type":"Note","name":"`+strings.Repeat("x", 2000)+`"}]`)
	if len(q.Options) != 3 {
		t.Fatalf("options %+v", q.Options)
	}
	for _, o := range q.Options {
		if strings.ContainsAny(o.Title+o.Name, "\x00\n") || len(o.Title) > maxOption {
			t.Errorf("an option shows as %q", o.Title)
		}
	}
	for _, none := range []string{`"oneOf":[]`, `"oneOf":"x"`, `"anyOf":[{"type":"Note","name":" "}]`, `"name":"x"`} {
		if q := question(t, none); q != nil {
			t.Errorf("%s asks %+v", none, q)
		}
	}
}

func TestD07_NumbersAndDatesOfPolls(t *testing.T) {
	t.Parallel()
	for _, n := range []string{`1e999`, `-1`, `99999999999999999999`, `"7"`, `1.5`, `null`, `{}`} {
		q := question(t, fmt.Sprintf(`"anyOf":[{"type":"Note","name":"a","replies":{"type":"Collection","totalItems":%s}}],"votersCount":%s`, n, n))
		if q == nil || !q.Multiple || q.Options[0].Votes < 0 || q.Options[0].Votes > maxCount || q.Voters < 0 || q.Voters > maxCount {
			t.Errorf("for %s: %+v", n, q)
		}
	}
	end := time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC)
	for dates, want := range map[string]time.Time{
		`"endTime":"2026-03-03T08:00:00Z"`:                                   end,
		`"endTime":"2026-03-04T08:00:00Z","closed":"2026-03-03T08:00:00Z"`:   end,
		`"endTime":"2026-03-03T08:00:00Z","closed":"2026-03-04T08:00:00Z"`:   end,
		`"endTime":"2026-03-03T08:00:00Z","closed":true`:                     end,
		`"endTime":"-0001-01-01T00:00:00Z"`:                                  {},
		`"endTime":"0001-01-01T00:00:00Z"`:                                   {},
		`"endTime":"demain"`:                                                 {},
		`"published":"2026-03-03T08:00:00Z"`:                                 {},
		`"endTime":"2026-03-03T09:00:00+01:00","closed":"-1-01-01T00:00:00"`: end,
	} {
		if q := question(t, `"oneOf":[{"type":"Note","name":"a"}],`+dates); q == nil || !q.EndsAt.Equal(want) {
			t.Errorf("%s: %+v, want an end at %v", dates, q, want)
		}
	}
}

func TestWhatIsAVote(t *testing.T) {
	t.Parallel()
	const in = `"inReplyTo":"https://here.example/o/1"`
	for doc, want := range map[string][]vote{
		`{"type":"Note","name":"Oui",` + in + `}`:                        {{"https://here.example/o/1", "Oui"}},
		`{"type":"Note","name":"Oui","content":null,` + in + `}`:         {{"https://here.example/o/1", "Oui"}},
		`{"type":"Note","name":"Oui","content":"",` + in + `}`:           {{"https://here.example/o/1", "Oui"}},
		`{"type":"Note","name":"Oui","content":"<p>Oui</p>",` + in + `}`: nil,
		`{"type":"Note","content":"<p>Oui</p>",` + in + `}`:              nil,
		`{"type":"Note","name":"","` + in[1:] + `}`:                      nil,
		`{"type":"Note","name":"Oui"}`:                                   nil,
		`{"type":"Article","name":"Oui",` + in + `}`:                     nil,
		`{"type":"Note","name":"Oui","attachment":[{}],` + in + `}`:      nil,
	} {
		if diff := cmp.Diff(want, votesIn(inbox.Create{Object: object(t, doc)}), cmp.AllowUnexported(vote{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", doc, diff)
		}
	}
}
