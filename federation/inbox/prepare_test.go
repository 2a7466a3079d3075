package inbox_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/federation/inbox"
	"palier/protocol/as2"
)

// refused fails the test unless err is final.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, inbox.ErrRefused) {
		t.Errorf("%s: error %v, want ErrRefused", what, err)
	}
}

// deed prepares and returns the deed, which has to be one.
func deed[D any](t *testing.T, w *world, a *actor, body string) D {
	t.Helper()
	p, err := w.prepare(t, a, body)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := p.Deed().(D)
	if !ok {
		t.Fatalf("deed %T, want %T", p.Deed(), d)
	}
	return d
}

// idle prepares what nothing is to come of.
func idle(t *testing.T, w *world, a *actor, body string) {
	t.Helper()
	p, err := w.prepare(t, a, body)
	if err != nil || !p.Idle() {
		t.Errorf("%s: deed %T, error %v; want nothing to do", body, p.Deed(), err)
	}
}

func TestC13_HostsBlockedWhileTheirMessageWaited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea) // whom we never met
	if got := w.post(t, a, note(lea, 1)); !got.Stored {
		t.Fatalf("before: %+v", got)
	}
	w.web.requests() // for the key
	w.barred["lyon.example"] = true
	for _, body := range []string{note(lea, 1), `{"id":"` + lea + `/a/2","type":"Delete","actor":"` + lea + `","object":"` + lea + `/o/1"}`} {
		_, err := w.prepare(t, a, body)
		refused(t, body, err)
	}
	if got := w.web.requests(); len(got) != 0 {
		t.Errorf("asked a blocked host for %q", got)
	}
}

func TestNoteOfAKnownActorAsksNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.known(a, "Person")
	d := deed[inbox.Create](t, w, a, note(lea, 1))
	if d.Actor != lea || d.Object.ID() != lea+"/o/1" || d.Group != "" || string(d.Activity.Raw) != note(lea, 1) {
		t.Errorf("deed %+v", d.By)
	}
	if got := w.web.requests(); len(got) != 0 {
		t.Errorf("asked for %q", got)
	}
}

func TestUnknownActorIsMet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	p, err := w.prepare(t, a, doc(`{"id":"$A/f/1","type":"Follow","actor":"$A","object":"https://ours.example/g/1"}`, lea))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Met) != 1 || p.Met[0].ID() != lea {
		t.Errorf("met %v, want the one who follows", p.Met)
	}
	// The request that brought it had fetched the actor for its key.
	w.web.requests()
	w2 := newWorld(t, nil)
	b := w2.person(t, lea)
	if got := w2.post(t, b, note(lea, 1)); !got.Stored {
		t.Fatal(got)
	}
	w2.web.requests()
	if _, err := w2.Prepare(t.Context(), w2.intake.items[0]); err != nil {
		t.Fatal(err)
	}
	if got := w2.web.requests(); len(got) != 0 {
		t.Errorf("asked again for %q", got)
	}
}

func TestC01_CreateOfAnothersThing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := w.person(t, mallo)
	w.known(m, "Person")
	forged := func(object string) string {
		return doc(`{"id":"$A/a/1","type":"Create","actor":"$A","object":`+object+`}`, mallo, lea)
	}
	_, err := w.prepare(t, m, forged(`{"id":"$B/o/1","type":"Note","attributedTo":"$B","content":"x"}`))
	refused(t, "nothing at the origin", err)
	w.web.put(lea+"/o/1", doc(`{"id":"$A/o/1","type":"Note","attributedTo":"$A","content":"genuine"}`, lea))
	_, err = w.prepare(t, m, forged(`{"id":"$B/o/1","type":"Note","attributedTo":"$A","content":"x"}`))
	refused(t, "the origin says it is another's", err)
	_, err = w.prepare(t, m, forged(`{"id":"$A/o/1","type":"Note","attributedTo":"$B","content":"x"}`))
	refused(t, "in the name of another", err)
	_, err = w.prepare(t, m, forged(`{"type":"Note","attributedTo":"$A","content":"x"}`))
	refused(t, "without id", err)
	_, err = w.prepare(t, m, forged(`[{"id":"$A/o/1","type":"Note"},{"id":"$A/o/2","type":"Note"}]`))
	refused(t, "two at once", err)
}

// Some send the choices of one vote together.
func TestSeveralVotesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	l := w.person(t, lea)
	w.known(l, "Person")
	several := func(objects string) string {
		return doc(`{"id":"$A/a/1","type":"Create","actor":"$A","object":[`+objects+`]}`, lea, mallo)
	}
	p, err := w.prepare(t, l, several(`{"id":"$A#v/1","type":"Note","attributedTo":"$A","name":"x","inReplyTo":"https://q.example/1"},
		{"id":"$A#v/2","type":"Note","attributedTo":"$A","name":"y","inReplyTo":"https://q.example/1"}`))
	if err != nil {
		t.Fatal(err)
	}
	create, ok := p.Deed().(inbox.Create)
	if !ok || create.Object.Line("name") != "x" || len(create.More) != 1 || create.More[0].Line("name") != "y" {
		t.Errorf("got %+v", p.Deed())
	}
	for name, objects := range map[string]string{
		"by id alone":             `"$A#v/1","$A#v/2"`,
		"one of somebody else's":  `{"id":"$A#v/1","type":"Note","name":"x","inReplyTo":"$B"},{"id":"$A#v/2","type":"Note","attributedTo":"$B","name":"y","inReplyTo":"$B"}`,
		"one from somewhere else": `{"id":"$A#v/1","type":"Note","name":"x","inReplyTo":"$B"},{"id":"$B#v/2","type":"Note","name":"y","inReplyTo":"$B"}`,
		"more than any poll has":  strings.Repeat(`{"id":"$A#v/1","type":"Note","name":"x","inReplyTo":"$B"},`, as2.MaxChoices) + `{"id":"$A#v/1","type":"Note","name":"x","inReplyTo":"$B"}`,
	} {
		_, err := w.prepare(t, l, several(objects))
		refused(t, name, err)
	}
}

func TestCreateOfAnIdIsFetched(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.web.put(lea+"/o/1", doc(`{"id":"$A/o/1","type":"Note","attributedTo":"$A","content":"genuine"}`, lea))
	d := deed[inbox.Create](t, w, a, doc(`{"id":"$A/a/1","type":"Create","actor":"$A","object":"$A/o/1"}`, lea))
	if got := d.Object.Text("content"); got != "genuine" {
		t.Errorf("content %q", got)
	}
}

func TestC03_ChangesOfWhatIsAnothers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a, m := w.person(t, lea), w.person(t, mallo)
	w.known(a, "Person")
	w.known(m, "Person")
	neighbour := w.person(t, "https://lyon.example/u/neighbour")
	w.known(neighbour, "Person")
	w.stored.owners[lea+"/o/1"] = lea
	w.stored.owners[lea+"/f/1"] = lea
	w.stored.owners["https://ours.example/o/1"] = "https://ours.example/u/amina"
	for _, by := range []*actor{m, neighbour} {
		for what, body := range map[string]string{
			"update":                 `{"id":"$A/x","type":"Update","actor":"$A","object":{"id":"$B/o/1","type":"Note","content":"x"}}`,
			"update as one's own":    `{"id":"$A/x","type":"Update","actor":"$A","object":{"id":"$B/o/1","type":"Note","attributedTo":"$A"}}`,
			"delete":                 `{"id":"$A/x","type":"Delete","actor":"$A","object":"$B/o/1"}`,
			"delete with a copy":     `{"id":"$A/x","type":"Delete","actor":"$A","object":{"id":"$B/o/1","type":"Note","attributedTo":"$A"}}`,
			"delete of ours":         `{"id":"$A/x","type":"Delete","actor":"$A","object":"https://ours.example/o/1"}`,
			"undo":                   `{"id":"$A/x","type":"Undo","actor":"$A","object":"$B/f/1"}`,
			"undo of a copy":         `{"id":"$A/x","type":"Undo","actor":"$A","object":{"id":"$B/f/1","type":"Follow","actor":"$A"}}`,
			"undo of another's copy": `{"id":"$A/x","type":"Undo","actor":"$A","object":{"id":"$A/f/9","type":"Follow","actor":"$B"}}`,
		} {
			_, err := w.prepare(t, by, doc(body, by.id, lea))
			refused(t, by.id+": "+what, err)
		}
	}
	// What is nobody's here: only at one's own origin.
	_, err := w.prepare(t, m, doc(`{"id":"$A/x","type":"Delete","actor":"$A","object":"$B/o/2"}`, mallo, lea))
	refused(t, "delete of what is not known, elsewhere", err)
	if d := deed[inbox.Delete](t, w, a, doc(`{"id":"$A/x","type":"Delete","actor":"$A","object":"$A/o/1"}`, lea)); !d.Known {
		t.Error("its own, and known")
	}
	if d := deed[inbox.Delete](t, w, a, doc(`{"id":"$A/x","type":"Delete","actor":"$A","object":"$A/o/2"}`, lea)); d.Known {
		t.Error("its own, and not known")
	}
}

func TestC04_LocalObjectsFromTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := w.person(t, mallo)
	for _, typ := range []string{"Create", "Update"} {
		_, err := w.prepare(t, m, doc(`{"id":"$A/x","type":"`+typ+`","actor":"$A","object":{"id":"https://ours.example/o/1","type":"Note","attributedTo":"$A"}}`, mallo))
		refused(t, typ, err)
	}
}

func TestB08_ProfileIsFetchedWhateverIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.known(a, "Person")
	d := deed[inbox.Profile](t, w, a, doc(`{"id":"$A/x","type":"Update","actor":"$A","object":{"id":"$A","type":"Person",
		"inbox":"https://evil.example/inbox","publicKey":{"id":"$A#main-key","owner":"$A","publicKeyPem":"evil"}}}`, lea))
	if got := d.Object.IRI("inbox"); got != lea+"/inbox" {
		t.Errorf("inbox %q: what was sent was believed", got)
	}
	m := w.person(t, mallo)
	_, err := w.prepare(t, m, doc(`{"id":"$A/x","type":"Update","actor":"$A","object":{"id":"$B","type":"Person"}}`, mallo, lea))
	refused(t, "somebody else's profile", err)
}

func TestC08_AnswerByAThirdParty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := w.person(t, mallo)
	for _, typ := range []string{"Accept", "Reject"} {
		_, err := w.prepare(t, m, doc(`{"id":"$A/x","type":"`+typ+`","actor":"$A","object":{"id":"https://ours.example/a/1","type":"Follow",
			"actor":"https://ours.example/u/amina","object":"$B"}}`, mallo, lea))
		refused(t, typ, err)
	}
	a := w.person(t, lea)
	d := deed[inbox.Answer](t, w, a, doc(`{"id":"$A/x","type":"Accept","actor":"$A","object":{"id":"https://ours.example/a/1","type":"Follow",
		"actor":"https://ours.example/u/amina","object":"$A"}}`, lea))
	wantOf := inbox.Other{ID: "https://ours.example/a/1", Type: "Follow", Actor: "https://ours.example/u/amina", Object: lea}
	if diff := cmp.Diff(wantOf, d.Of); diff != "" {
		t.Errorf("answer to (-want +got):\n%s", diff)
	}
	d = deed[inbox.Answer](t, w, a, doc(`{"id":"$A/x","type":"Reject","actor":"$A","object":"https://ours.example/a/1"}`, lea))
	if d.Of != (inbox.Other{ID: "https://ours.example/a/1"}) {
		t.Errorf("answer to %+v, want the id alone", d.Of)
	}
}

func TestD04_TypesOfDeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.known(a, "Person")
	const post = "https://ours.example/o/1"
	for body, want := range map[string]string{
		`{"id":"$A/x","type":"Follow","actor":"$A","object":["https://ours.example/g/1"]}`:                                "Follow",
		`{"id":"$A/x","type":"Like","actor":["$A"],"object":{"id":"$B","type":"Note"}}`:                                   "Like",
		`{"id":"$A/x","type":["x:Boost","Announce"],"actor":"$A","object":"$B"}`:                                          "Announce",
		`{"id":"$A/x","type":"Block","actor":"$A","object":"https://ours.example/u/amina"}`:                               "Block",
		`{"id":"$A/x","type":"Flag","actor":"$A","object":["$B","$A"],"content":"spam"}`:                                  "Flag",
		`{"id":"$A/x","type":"Undo","actor":"$A","object":{"id":"$A/y","type":"Like","actor":"$A","object":"$B"}}`:        "Undo",
		`{"id":"$A/x","type":"Add","actor":"$A","object":"$A/o/1","target":"$A/featured"}`:                                "Add",
		`{"id":"$A/x","type":"Remove","actor":"$A","object":{"id":"$A/o/1","type":"Note"},"target":{"id":"$A/featured"}}`: "Remove",
	} {
		p, err := w.prepare(t, a, doc(body, lea, post))
		if err != nil || p.Kind() != want {
			t.Errorf("%s: kind %q, error %v; want %s", body, p.Kind(), err, want)
		}
	}
	for _, body := range []string{
		`{"id":"$A/x","type":"Follow","actor":"$A"}`,
		`{"id":"$A/x","type":"Follow","actor":"$A","object":["$A/1","$A/2"]}`,
		`{"id":"$A/x","type":"Like","actor":"$A","object":42}`,
		`{"id":"$A/x","type":"Undo","actor":"$A"}`,
		`{"id":"$A/x","type":"Delete","actor":"$A","object":[]}`,
		`{"id":"$A/x","type":"Announce","actor":"$A","object":{"type":"Note"}}`,
		`{"id":"$A/x","type":"Add","actor":"$A","object":"$A/o/1"}`,
		`{"id":"$A/x","type":"Block","actor":"$A","object":{}}`,
		`{"id":"$A/x","type":"Create","actor":"$A","object":"$A/x"}`,
	} {
		_, err := w.prepare(t, a, doc(body, lea))
		refused(t, body, err)
	}
	for _, body := range []string{
		`{"id":"$A/x","type":"View","actor":"$A","object":"$B"}`,
		`{"id":"$A/x","type":"Flag","actor":"$A","object":"$A"}`,
	} {
		idle(t, w, a, doc(body, lea, post))
	}
}

func TestD08_CreateOfWhatNobodyReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	for _, typ := range []string{"Person", "Follow", "OrderedCollection"} {
		_, err := w.prepare(t, a, doc(`{"id":"$A/x","type":"Create","actor":"$A","object":{"id":"$A/o/1","type":"`+typ+`"}}`, lea))
		refused(t, typ, err)
	}
	d := deed[inbox.Create](t, w, a, doc(`{"id":"$A/x","type":"Create","actor":"$A","object":{"id":"$A/o/1","type":"SomethingNew"}}`, lea))
	if d.Object.Type() != "SomethingNew" {
		t.Error("a type that may be known tomorrow was not passed on")
	}
}

func TestB15_Move(t *testing.T) {
	t.Parallel()
	const to = "https://new.example/u/lea"
	body := doc(`{"id":"$A/x","type":"Move","actor":"$A","object":"$A","target":"$B"}`, lea, to)
	for _, c := range []struct {
		name, from, to string
		ok             bool
	}{
		{"both say so", `,"movedTo":"` + to + `"`, `,"alsoKnownAs":["https://x.example/","` + lea + `"]`, true},
		{"only the old one", `,"movedTo":"` + to + `"`, ``, false},
		{"only the new one", ``, `,"alsoKnownAs":["` + lea + `"]`, false},
	} {
		w := newWorld(t, nil)
		a := w.actor(t, lea, "Person", c.from)
		w.known(a, "Person")
		w.actor(t, to, "Person", c.to)
		p, err := w.prepare(t, a, body)
		if c.ok {
			if err != nil || p.Kind() != "Move" || len(p.Met) != 2 {
				t.Errorf("%s: %q, %d met, %v", c.name, p.Kind(), len(p.Met), err)
			}
			continue
		}
		refused(t, c.name, err)
	}
}

func TestB15_MoveToOneOfOurs(t *testing.T) {
	t.Parallel()
	const amina = "https://ours.example/u/amina"
	w := newWorld(t, nil)
	a := w.actor(t, lea, "Person", `,"movedTo":"`+amina+`"`)
	w.known(a, "Person")
	body := doc(`{"id":"$A/x","type":"Move","actor":"$A","object":"$A","target":"$B"}`, lea, amina)
	w.stored.actors[amina] = inbox.Known{Type: "Person"}
	_, err := w.prepare(t, a, body)
	refused(t, "one of ours who says nothing of it", err)
	w.stored.actors[amina] = inbox.Known{Type: "Person", AlsoKnownAs: []string{lea}}
	if d := deed[inbox.Move](t, w, a, body); d.Target != amina {
		t.Errorf("moved to %q", d.Target)
	}
}

func TestServersThatCannotBeReachedAreAskedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.known(a, "Person")
	w.web.set("https://slow.example/o/1", page{status: http.StatusServiceUnavailable})
	_, err := w.prepare(t, a, doc(`{"id":"$A/x","type":"Announce","actor":"$A","object":"https://slow.example/o/1"}`, lea))
	if !errors.Is(err, inbox.ErrLater) || errors.Is(err, inbox.ErrRefused) {
		t.Errorf("error %v, want ErrLater", err)
	}
	if got := inbox.RetryAfter(err); got != time.Minute {
		t.Errorf("to be tried after %s, want the minute that was asked for", got)
	}
}

func TestR07_PreparingTwiceIsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	one, err := w.prepare(t, a, note(lea, 1))
	if err != nil {
		t.Fatal(err)
	}
	two, err := w.prepare(t, a, note(lea, 1)) // after a crash before the commit
	if err != nil {
		t.Fatal(err)
	}
	x, y := one.Deed().(inbox.Create), two.Deed().(inbox.Create)
	if string(x.Object.Raw()) != string(y.Object.Raw()) || x.Actor != y.Actor || len(one.Met) != len(two.Met) {
		t.Errorf("first %+v, then %+v", x.By, y.By)
	}
}

func TestItemOfAnotherIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	_, err := w.prepare(t, a, note(mallo, 1))
	refused(t, "stored under one actor, by another", err)
	_, err = w.Prepare(t.Context(), inbox.Item{Actor: lea, Kind: "Create", Body: []byte(`{`)})
	refused(t, "half a document", err)
}

func TestRawBytesOfOthersArePassedOnUnchanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	g, a := w.group(t, "https://town.example/g/1"), w.person(t, lea)
	w.known(g, "Group")
	w.known(a, "Person")
	inner := a.proved(t, strings.Replace(note(lea, 1), `"content"`, `"x:unknown":[1,2.50,{"b":1,"a":2}],"content"`, 1), w.now)
	d := deed[inbox.Create](t, w, g, doc(`{"id":"$A/a/1","type":"Announce","actor":"$A","via":["https://v.example/g"],"object":`+inner+`}`, g.id))
	if string(d.Activity.Raw) != inner {
		t.Errorf("got %s\nwant %s", d.Activity.Raw, inner)
	}
	if d.Group != g.id || d.Announce != g.id+"/a/1" || len(d.Via) != 1 || d.Actor != lea {
		t.Errorf("by %+v", d.By)
	}
	if !d.Activity.Published.IsZero() || d.Activity.Type != as2.TypeCreate {
		t.Errorf("activity %+v", d.Activity)
	}
}
