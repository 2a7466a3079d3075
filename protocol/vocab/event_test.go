package vocab_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// vector reads one of the documents of specs/vectors.
func vector(t *testing.T, name string) *as2.Object {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "specs", "vectors", filepath.FromSlash(name)+".json"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := as2.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTheGoldenEventIsReadAndWritten(t *testing.T) {
	t.Parallel()
	o := vector(t, "event/meal")
	meal := vocab.Event{
		Zone: "Europe/Paris", Status: vocab.EventScheduled, Language: "fr", Category: "COMMUNITY", JoinMode: "free", Capacity: 80, Remaining: 68, Participants: 12,
		Organiser: "https://lyon.example/u/01JD9Q", Comments: true, Reach: vocab.ReachCommune,
	}
	if diff := cmp.Diff(meal, vocab.ReadEvent(o)); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	doc, err := as2.ReadNote(o)
	if err != nil {
		t.Fatal(err)
	}
	doc.Raw, doc.Unknown = nil, nil
	vocab.PutEvent(&doc, meal)
	b, err := as2.Encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	again, err := as2.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range o.Keys() {
		if diff := cmp.Diff(string(o.Value(name)), string(again.Value(name))); diff != "" && name != "@context" && name != "to" && name != "cc" && name != "attachment" && name != "location" && name != "tag" {
			t.Errorf("%s (-golden +written):\n%s", name, diff)
		}
	}
	if got := vocab.ReadMessage(vector(t, "join/event")); got != "2 personnes" {
		t.Errorf("the golden Join says %q", got)
	}
}

func TestD07_NumbersAndWordsOfEvents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		doc  string
		want vocab.Event
	}{
		{`"maximumAttendeeCapacity":-1,"participantCount":1e999,"remainingAttendeeCapacity":5`, vocab.Event{JoinMode: "none"}},
		{`"maximumAttendeeCapacity":99999999999,"participantCount":"x"`, vocab.Event{JoinMode: "none", Capacity: 1_000_000, Remaining: 1_000_000}},
		{`"maximumAttendeeCapacity":3,"remainingAttendeeCapacity":900,"joinMode":"invite"`, vocab.Event{JoinMode: "restricted", Capacity: 3, Remaining: 3}},
		{`"timezone":"../../etc/passwd","category":"<b>","joinMode":"free"`, vocab.Event{JoinMode: "free"}},
		{`"ical:status":"cancelled","joinMode":"free"`, vocab.Event{JoinMode: "free", Status: vocab.EventCancelled}},
		{`"eventStatus":"https://schema.org/EventPostponed","joinMode":"free"`, vocab.Event{JoinMode: "free", Status: vocab.EventPostponed}},
	} {
		o, err := as2.Parse([]byte(`{"id":"https://far.example/1","type":"Event",` + c.doc + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if c.want.Status == "" {
			c.want.Status = vocab.EventScheduled
		}
		c.want.Reach = vocab.ReadEvent(o).Reach
		if diff := cmp.Diff(c.want, vocab.ReadEvent(o)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.doc, diff)
		}
	}
}
