package as2_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/as2"
)

func encode(t *testing.T, v as2.Encodable) string {
	t.Helper()
	b, err := as2.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestNoteIsWrittenInItsOrder(t *testing.T) {
	t.Parallel()
	n := as2.Note{
		Context:      json.RawMessage(`["https://www.w3.org/ns/activitystreams", {"z": "y", "a": 1}]`),
		ID:           "https://a.example/1",
		Type:         as2.TypeNote,
		AttributedTo: []as2.Item{as2.IRI("https://a.example/u")},
		Content:      "<p>l'été & \"l'hiver\"</p>\n",
		ContentMap:   map[string]string{"fr": "été", "br": "hañv"},
		Published:    time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		Updated:      time.Date(2026, 11, 22, 11, 0, 0, 5e8, time.FixedZone("", 3600)),
		To:           []string{as2.Public},
		Audience:     []string{"https://a.example/g"},
		Sensitive:    true,
		Location:     &as2.Place{Type: as2.TypePlace, Point: &as2.Point{Latitude: 48.45, Longitude: 0}, Radius: 1.5, Units: "km"},
		Attachments:  []as2.Media{{Type: as2.TypeDocument, URL: "https://a.example/1.jpg", Width: 3, FocalPoint: []float64{0, -0.5}}},
		Tags:         []as2.Tag{{Type: as2.TypeHashtag, Name: "#été"}},
		Replies:      as2.IRI("https://a.example/1/replies"),
	}
	n.Put("zone", []byte(`{ "b" : 1.0, "a": [ ] }`))
	n.Put("gone", nil)
	n.Put("kind", []byte(`"post"`))
	want := `{"@context":["https://www.w3.org/ns/activitystreams",{"z":"y","a":1}],"id":"https://a.example/1","type":"Note",` +
		`"attributedTo":"https://a.example/u","sensitive":true,"content":"<p>l'été & \"l'hiver\"</p>\n","contentMap":{"br":"hañv","fr":"été"},` +
		`"published":"2026-11-22T10:00:00Z","updated":"2026-11-22T11:00:00.5+01:00","to":["https://www.w3.org/ns/activitystreams#Public"],` +
		`"audience":"https://a.example/g","location":{"type":"Place","latitude":48.45,"longitude":0,"radius":1.5,"units":"km"},` +
		`"attachment":[{"type":"Document","url":"https://a.example/1.jpg","width":3,"focalPoint":[0,-0.5]}],"tag":[{"type":"Hashtag","name":"#été"}],` +
		`"replies":"https://a.example/1/replies","kind":"post","zone":{"b":1.0,"a":[]}}`
	for range 20 {
		if diff := cmp.Diff(want, encode(t, n)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

func TestActorOfOurOwnSaysWhatItDoesNotWish(t *testing.T) {
	t.Parallel()
	a := as2.Actor{ID: "https://a.example/g", Type: as2.TypeGroup, SharedInbox: "https://a.example/inbox",
		PublicKeys: []as2.PublicKey{{ID: "https://a.example/g#main-key", Owner: "https://a.example/g", PEM: "x"}}}
	want := `{"id":"https://a.example/g","type":"Group","endpoints":{"sharedInbox":"https://a.example/inbox"},` +
		`"manuallyApprovesFollowers":false,"discoverable":false,"indexable":false,"postingRestrictedToMods":false,` +
		`"publicKey":{"id":"https://a.example/g#main-key","owner":"https://a.example/g","publicKeyPem":"x"}}`
	if diff := cmp.Diff(want, encode(t, a)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEmptyCollectionSaysSo(t *testing.T) {
	t.Parallel()
	none := 0
	for want, c := range map[string]as2.Collection{
		`{"id":"x","type":"OrderedCollection","totalItems":0,"orderedItems":[]}`: {ID: "x", Type: as2.TypeOrderedCollection, Total: &none, Items: []as2.Item{}},
		`{"id":"x","type":"OrderedCollection","totalItems":0,"first":"y"}`:       {ID: "x", Type: as2.TypeOrderedCollection, Total: &none, First: as2.IRI("y"), Items: []as2.Item{}},
		`{"id":"x","type":"Collection"}`:                                         {ID: "x", Type: as2.TypeCollection},
		`{"id":"x","type":"CollectionPage","partOf":"y","items":["z"]}`:          {ID: "x", Type: as2.TypeCollectionPage, PartOf: "y", Items: []as2.Item{as2.IRI("z")}},
	} {
		if diff := cmp.Diff(want, encode(t, c)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestPollIsWrittenAsItIsRead(t *testing.T) {
	t.Parallel()
	n := as2.Note{ID: "x:1", Type: as2.TypeQuestion, Poll: &as2.Poll{Multiple: true, Voters: 2, Choices: []as2.Choice{{Name: "a", Votes: 2}, {Name: "b"}}}}
	text := encode(t, n)
	want := `{"id":"x:1","type":"Question","anyOf":[{"type":"Note","name":"a","replies":{"type":"Collection","totalItems":2}},` +
		`{"type":"Note","name":"b","replies":{"type":"Collection","totalItems":0}}],"votersCount":2}`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again, err := as2.ReadNote(parse(t, text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(n.Poll, again.Poll); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}

func TestActivityHoldsItsObjectWhole(t *testing.T) {
	t.Parallel()
	inner := as2.Note{ID: "https://a.example/1", Type: as2.TypeNote, Content: "x"}
	item, err := as2.Embed(inner)
	if err != nil {
		t.Fatal(err)
	}
	if item.IRI != inner.ID || item.Type != as2.TypeNote || !item.Embedded() {
		t.Errorf("Embed = %+v", item)
	}
	a := as2.Activity{ID: "https://a.example/2", Type: as2.TypeCreate, Actor: "https://a.example/u", Objects: []as2.Item{item}, To: []string{as2.Public}}
	want := `{"id":"https://a.example/2","type":"Create","actor":"https://a.example/u","to":["https://www.w3.org/ns/activitystreams#Public"],` +
		`"object":{"id":"https://a.example/1","type":"Note","content":"x"}}`
	if diff := cmp.Diff(want, encode(t, a)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	o, err := a.Object().Parse()
	if err != nil || o.Text("content") != "x" {
		t.Errorf("the embedded object reads %v, %v", o, err)
	}
	if _, err := as2.IRI("https://a.example/1").Parse(); err == nil {
		t.Error("an id alone was parsed")
	}
}

func TestChangingOneFieldKeepsTheRest(t *testing.T) {
	t.Parallel()
	o := parse(t, `{"type":["Page","x:Thing"],"id":"https://a.example/1","url":[{"type":"Link","href":"https://a.example/1"},{"type":"Link","href":"magnet:?"}],
		"content":"old","published":"2026-11-22T10:00:00+0100","icon":null,"attachment":[7,{"type":"Image","url":"https://a.example/1.png","size":9}],
		"to":"as:Public","mystery":{"a":1.0},"secret":1}`)
	n, err := as2.ReadNote(o)
	if err != nil {
		t.Fatal(err)
	}
	n.Content = "new"
	n.Put("secret", nil)
	n.Put("reach", []byte(`"commune"`))
	want := `{"id":"https://a.example/1","type":"Page","content":"new","url":[{"type":"Link","href":"https://a.example/1"},{"type":"Link","href":"magnet:?"}],` +
		`"published":"2026-11-22T10:00:00+0100","to":["as:Public"],"attachment":[7,{"type":"Image","url":"https://a.example/1.png","size":9}],` +
		`"icon":null,"mystery":{"a":1.0},"reach":"commune"}`
	if diff := cmp.Diff(want, encode(t, n)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	n.URL = "https://a.example/2"
	n.Attachments = nil
	n.To = []string{"https://a.example/u"}
	want = `{"id":"https://a.example/1","type":"Page","content":"new","url":"https://a.example/2","published":"2026-11-22T10:00:00+0100",` +
		`"to":["https://a.example/u"],"icon":null,"mystery":{"a":1.0},"reach":"commune"}`
	if diff := cmp.Diff(want, encode(t, n)); diff != "" {
		t.Errorf("more changed (-want +got):\n%s", diff)
	}
	n.Raw, n.Unknown = nil, nil
	want = `{"id":"https://a.example/1","type":"Page","content":"new","url":"https://a.example/2","published":"2026-11-22T10:00:00+01:00","to":["https://a.example/u"]}`
	if diff := cmp.Diff(want, encode(t, n)); diff != "" {
		t.Errorf("without what was received (-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]as2.Encodable{
		"text that is not UTF-8":    as2.Note{ID: "x:1", Content: "\xff"},
		"a language not in UTF-8":   as2.Note{ContentMap: map[string]string{"\xff": "x"}},
		"a map not in UTF-8":        as2.Note{ContentMap: map[string]string{"fr": "\xff"}},
		"a number without end":      as2.Place{Point: &as2.Point{Latitude: math.Inf(1)}},
		"no number":                 as2.Place{Radius: 1, Point: &as2.Point{Latitude: math.NaN()}},
		"a context that is no JSON": as2.Note{Context: json.RawMessage(`{`)},
		"an unknown that is none":   as2.Note{Extra: as2.Extra{Unknown: map[string]json.RawMessage{"x": json.RawMessage(`{"a":1,"a":2}`)}}},
		"a name not in UTF-8":       as2.Note{Extra: as2.Extra{Unknown: map[string]json.RawMessage{"\xff": json.RawMessage(`1`)}}},
		"an item that is no JSON":   as2.Activity{Objects: []as2.Item{{Raw: json.RawMessage("nope")}}},
		"items that are no JSON":    as2.Activity{Objects: []as2.Item{as2.IRI("x:1"), {Raw: json.RawMessage("nope")}}},
		"bytes that never came":     as2.Note{Extra: as2.Extra{Raw: json.RawMessage("nope")}},
		"a bad attachment":          as2.Note{Attachments: []as2.Media{{Name: "\xff"}}},
		"a bad list":                as2.Note{To: []string{"\xff"}},
	} {
		if b, err := as2.Encode(v); err == nil {
			t.Errorf("%s was written: %s", name, b)
		}
	}
	if _, err := as2.Embed(as2.Note{Content: "\xff"}); err == nil {
		t.Error("embedded what cannot be written")
	}
}

func TestAnUnknownDoesNotOverrideAField(t *testing.T) {
	t.Parallel()
	n := as2.Note{ID: "https://a.example/1", Type: as2.TypeNote}
	n.Put("id", []byte(`"https://evil.example/1"`))
	n.Put("content", []byte(`"x"`))
	if got, want := encode(t, n), `{"id":"https://a.example/1","type":"Note","content":"x"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPuttingTextAndLists(t *testing.T) {
	t.Parallel()
	n := as2.Note{ID: "x:1"}
	n.PutText("title", "l'été \"ici\"")
	n.PutText("kind", "post")
	n.PutText("kind", "")
	n.PutList("via", []string{"x:2", "x:3"})
	n.PutList("none", nil)
	if got, want := encode(t, n), `{"id":"x:1","title":"l'été \"ici\"","via":["x:2","x:3"]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	n.PutText("title", "\xff")
	if b, err := as2.Encode(n); err == nil {
		t.Errorf("text that is not UTF-8 was written: %q", b)
	}
}
