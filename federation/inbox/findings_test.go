package inbox_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"palier/federation/inbox"
	"palier/protocol/as2"
)

// The tests of this file keep out what was found wrong in another inbox
// (protocol.md §7.2), in the order it stands there.

func TestFinding1_EmbeddedActorIsBlockedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := w.person(t, mallo)
	w.barred["evil.example"] = true
	body := strings.Replace(note(mallo, 1), `"actor":"`+mallo+`"`, `"actor":{"id":"`+mallo+`","type":"Person","name":"innocent"}`, 1)
	want(t, w.post(t, m, body), http.StatusForbidden, "blocked")
}

func TestFinding2_EmbeddedObjectOfAVictim(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := w.person(t, mallo)
	w.known(m, "Person")
	_, err := w.prepare(t, m, doc(`{"id":"$A/a/1","type":"Create","actor":"$A","object":{"id":"https://victim.example/n/1","type":"Note","content":"poison"}}`, mallo))
	refused(t, "a victim's post", err)
	for _, typ := range []string{"Add", "Remove"} {
		_, err := w.prepare(t, m, doc(`{"id":"$A/a/2","type":"`+typ+`","actor":"$A","object":"$A/o/1","target":"https://victim.example/featured"}`, mallo))
		refused(t, typ+" in a victim's collection", err)
	}
}

func TestFinding3_NothingCountsAsSeenBeforeItIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.intake.fail = errors.New("no space")
	if got := w.post(t, a, note(lea, 1)); got.Status != http.StatusServiceUnavailable || got.Stored {
		t.Errorf("answer %+v", got)
	}
	w.intake.fail = nil
	if got := w.post(t, a, note(lea, 1)); !got.Stored {
		t.Errorf("the second try is taken for a copy of the first: %+v", got)
	}
	// And an error of a handler reaches the one whose transaction it is.
	p, err := w.Prepare(t.Context(), w.intake.items[0])
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space")
	err = inbox.Apply(t.Context(), 0, p, inbox.Handlers[int]{Create: func(context.Context, int, inbox.Create) error { return full }})
	if !errors.Is(err, full) {
		t.Errorf("error %v, want the handler's", err)
	}
}

func TestFinding4_UnknownThingsAreNoErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a, g := w.person(t, lea), w.group(t, town)
	w.known(a, "Person")
	w.known(g, "Group")
	d := deed[inbox.Create](t, w, a, doc(`{"id":"$A/a/1","type":"Create","actor":"$A","object":{"id":"$A/o/1","type":"Proposal","purpose":"offer"}}`, lea))
	if d.Object.Type() != as2.TypeProposal || d.Object.Text("purpose") != "offer" {
		t.Error("a Proposal lost something")
	}
	idle(t, w, g, wrap(town, doc(`{"id":"$A/l/1","type":"Lock","actor":"$A","object":"$B"}`, town, lea+"/o/1")))
	for _, typ := range []string{"Join", "Leave", "Offer", "Travel", "x:Wave"} {
		want(t, w.post(t, a, doc(`{"id":"$A/a/`+typ+`","type":"`+typ+`","actor":"$A","object":"https://ours.example/e/1"}`, lea)), http.StatusAccepted, "")
	}
}

func TestFinding5_AnswerBeforeTheWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	want(t, w.post(t, a, note(lea, 1)), http.StatusAccepted, "")
	w.web.requests()
	follow := doc(`{"id":"$A/f/1","type":"Follow","actor":"$A","object":"https://ours.example/g/1"}`, lea)
	r := w.request(t, a, follow)
	url := r.URL.String()
	want(t, w.Take(r), http.StatusAccepted, "")
	if r.URL.String() != url {
		t.Error("the request was changed")
	}
	if got := w.web.requests(); len(got) != 0 {
		t.Errorf("asked for %q before the answer", got)
	}
	// The inbox's own address comes from our configuration, not from the request.
	r = w.request(t, a, follow)
	r.Host = "evil.example"
	want(t, w.Take(r), http.StatusUnauthorized, "signature_for_another_host")
}

func TestFinding6_HandlersGetUnknownPropertiesIntact(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.known(a, "Person")
	body := doc(`{"id":"$A/a/1","type":"Create","actor":"$A","x:outer":{"b":1},"object":{"id":"$A/o/1","type":"Note","reach":"commune","x:inner":[1,"2"]}}`, lea)
	d := deed[inbox.Create](t, w, a, body)
	if string(d.Activity.Raw) != body {
		t.Errorf("raw %s", d.Activity.Raw)
	}
	if got := string(d.Object.Value("x:inner")); got != `[1,"2"]` {
		t.Errorf("inner %s", got)
	}
	if got := d.Object.Text("reach"); got != "commune" {
		t.Errorf("reach %q", got)
	}
}

func TestFinding7_DocumentsWithoutContextAreRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	body := doc(`{"id":"$A/a/1","type":"Like","actor":"$A","object":"https://ours.example/o/1"}`, lea)
	want(t, w.post(t, a, body), http.StatusAccepted, "")
	deed[inbox.Like](t, w, a, body)
}
