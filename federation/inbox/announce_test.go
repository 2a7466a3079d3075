package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/federation/client"
	"palier/federation/inbox"
	"palier/federation/signature"
	"palier/protocol/as2"
)

const (
	town = "https://town.example/g/1"
	mod  = "https://mod.example/u/1"
)

// wrap is an Announce by a group of an activity.
func wrap(group, activity string) string {
	return doc(`{"id":"$A/announce","type":"Announce","actor":"$A","object":`+activity+`}`, group)
}

func TestC05_AnnounceWithAForgedCopy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.person(t, lea)
	m := w.person(t, mallo)
	w.known(m, "Person")
	w.web.put(lea+"/o/1", doc(`{"id":"$A/o/1","type":"Note","attributedTo":"$A","content":"genuine"}`, lea))
	d := deed[inbox.Announce](t, w, m, doc(`{"id":"$A/x","type":"Announce","actor":"$A","object":{"id":"$B/o/1","type":"Note","attributedTo":"$B","content":"forged"}}`, mallo, lea))
	if got := d.Document.Text("content"); got != "genuine" {
		t.Errorf("content %q", got)
	}
	if d.Author != lea {
		t.Errorf("author %q", d.Author)
	}
}

func TestC10_AnnounceDoesNotWidenTheAudience(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := w.person(t, mallo)
	w.known(m, "Person")
	w.stored.owners[lea+"/o/1"] = lea // followers-only, and stored
	d := deed[inbox.Announce](t, w, m, doc(`{"id":"$A/x","type":"Announce","actor":"$A","to":["as:Public"],
		"object":{"id":"$B/o/1","type":"Note","attributedTo":"$B","to":["as:Public"]}}`, mallo, lea))
	if d.Document != nil {
		t.Error("what the announcement says of the post was passed on")
	}
	if got := w.web.requests(); len(got) != 0 {
		t.Errorf("asked for %q, though it is stored", got)
	}
}

func TestShareOfAPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.known(a, "Person")
	if d := deed[inbox.Announce](t, w, a, doc(`{"id":"$A/x","type":"Announce","actor":"$A","object":"https://ours.example/o/1"}`, lea)); d.Document != nil || d.Object != "https://ours.example/o/1" {
		t.Errorf("of ours: %+v", d)
	}
	// A post of the same server may come along.
	d := deed[inbox.Announce](t, w, a, doc(`{"id":"$A/x","type":"Announce","actor":"$A","object":{"id":"$A/o/1","type":"Note","attributedTo":"$A","content":"mine"}}`, lea))
	if d.Document == nil || len(w.web.requests()) != 0 {
		t.Error("a post of the same server was fetched")
	}
	for what, document := range map[string]string{
		"attributed elsewhere": `{"id":"https://else.example/o/1","type":"Note","attributedTo":"https://lyon.example/u/lea"}`,
		"by nobody":            `{"id":"https://else.example/o/1","type":"Note"}`,
		"tombstone":            `{"id":"https://else.example/o/1","type":"Tombstone"}`,
		"an actor":             `{"id":"https://else.example/o/1","type":"Person","inbox":"https://else.example/i"}`,
	} {
		w := newWorld(t, nil)
		w.known(a, "Person")
		w.web.put("https://else.example/o/1", document)
		_, err := w.prepare(t, a, doc(`{"id":"$A/x","type":"Announce","actor":"$A","object":"https://else.example/o/1"}`, lea))
		refused(t, what, err)
	}
	w.barred["else.example"] = true
	idle(t, w, a, doc(`{"id":"$A/x","type":"Announce","actor":"$A","object":"https://else.example/o/1"}`, lea))
}

func TestE08_ChainsOfAnnouncements(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	g := w.group(t, town)
	w.known(g, "Group")
	_, err := w.prepare(t, g, wrap(town, doc(`{"id":"$A/x","type":"Announce","actor":"$A","object":"$A/y"}`, town)))
	refused(t, "an announcement of an announcement", err)
	w.web.put("https://evil.example/1", doc(`{"id":"https://evil.example/1","type":"Announce","actor":"$A","object":"https://evil.example/2"}`, mallo))
	_, err = w.prepare(t, g, doc(`{"id":"$A/x","type":"Announce","actor":"$A","object":"https://evil.example/1"}`, town))
	refused(t, "one that leads to another", err)
	if n := len(w.web.requests()); n > 2 {
		t.Errorf("%d requests", n)
	}
}

func TestC06_WrappedActivities(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	g, a, m := w.group(t, town), w.person(t, lea), w.person(t, mallo)
	w.known(g, "Group")
	w.known(a, "Person")
	w.known(m, "Person")
	good := a.proved(t, note(lea, 1), w.now)

	if d := deed[inbox.Create](t, w, g, wrap(town, good)); d.Actor != lea || d.Group != town {
		t.Errorf("with a proof: %+v", d.By)
	}
	_, err := w.prepare(t, m, wrap(mallo, good))
	refused(t, "announced by a person", err)
	_, err = w.prepare(t, g, wrap(town, note(lea, 2)))
	refused(t, "without a proof, and its origin shows nothing", err)
	_, err = w.prepare(t, g, wrap(town, strings.Replace(good, "mardi", "lundi", 1)))
	refused(t, "with a broken proof", err)
	_, err = w.prepare(t, g, wrap(town, strings.Replace(note(lea, 3), `"id":"`+lea+`/a/3"`, `"id":"https://town.example/a/3"`, 1)))
	refused(t, "under a foreign id", err)

	w.web.put(lea+"/a/4", note(lea, 4))
	if d := deed[inbox.Create](t, w, g, wrap(town, strings.Replace(note(lea, 4), "mardi", "lundi", 1))); !strings.Contains(d.Object.Text("content"), "mardi") {
		t.Error("what was sent was believed rather than the origin")
	}
	w.web.put(lea+"/a/5", note(lea, 4))
	_, err = w.prepare(t, g, wrap(town, note(lea, 5)))
	refused(t, "its origin has something else there", err)

	w.web.put(lea+"/o/6", doc(`{"id":"$A/o/6","type":"Note","attributedTo":"$A","content":"genuine"}`, lea))
	if d := deed[inbox.Create](t, w, g, wrap(town, note(lea, 6))); d.Object.Text("content") != "genuine" || d.Activity.Raw != nil {
		t.Error("the post itself is there, and is what counts")
	}

	neighbour := w.person(t, "https://town.example/u/2")
	w.known(neighbour, "Person")
	w.web.requests()
	if d := deed[inbox.Create](t, w, g, wrap(town, note(neighbour.id, 1))); d.Actor != neighbour.id || len(w.web.requests()) != 0 {
		t.Error("an activity of the group's own server needs no other proof")
	}
	w.barred["lyon.example"] = true
	idle(t, w, g, wrap(town, good))
}

func TestC06_LikeWithoutProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	g, a := w.group(t, town), w.person(t, lea)
	w.known(g, "Group")
	w.known(a, "Person")
	like := doc(`{"id":"$A/l/1","type":"Like","actor":"$A","object":"https://ours.example/o/1"}`, lea)
	_, err := w.prepare(t, g, wrap(town, like))
	refused(t, "its origin shows nothing", err)
	w.web.put(lea+"/l/1", like)
	w2 := newWorld(t, nil)
	w2.web = w.web
	if p, err := w2.prepare(t, w2.group(t, town), wrap(town, a.proved(t, `{"@context":"https://www.w3.org/ns/activitystreams",`+like[1:], w.now))); err == nil && p.Kind() != "Like" {
		t.Errorf("with a proof: %q", p.Kind())
	}
}

func TestEchoOfOurOwnIsAShare(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	g := w.group(t, town)
	w.known(g, "Group")
	d := deed[inbox.Announce](t, w, g, wrap(town, note("https://ours.example/u/amina", 1)))
	if d.Actor != town || d.Object != "https://ours.example/u/amina/o/1" || d.Document != nil {
		t.Errorf("deed %+v of %q", d.By, d.Object)
	}
	idle(t, w, g, wrap(town, `{"id":"https://ours.example/a/2","type":"Delete","actor":"https://ours.example/u/amina","object":"https://ours.example/o/1"}`))
	if got := w.web.requests(); len(got) != 0 {
		t.Errorf("asked for %q", got)
	}
}

func TestForwardedItemIsBelievedFromItsOrigin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	g, a := w.group(t, town), w.person(t, lea)
	w.known(g, "Group")
	w.known(a, "Person")
	item := inbox.Item{ID: 1, Actor: town, ActivityID: lea + "/a/1", Kind: inbox.Forward, Body: []byte(note(lea, 1)), ReceivedAt: w.now}
	_, err := w.Prepare(t.Context(), item)
	refused(t, "nothing at the origin", err)
	w = newWorld(t, nil)
	w.known(g, "Group")
	w.known(a, "Person")
	w.web.put(lea+"/a/1", strings.Replace(note(lea, 1), "mardi", "jeudi", 1))
	p, err := w.Prepare(t.Context(), item)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := p.Deed().(inbox.Create)
	if !ok || d.Actor != lea || d.Group != town || d.Announce != "" || !strings.Contains(d.Object.Text("content"), "jeudi") {
		t.Errorf("deed %T %+v", p.Deed(), d.By)
	}
}

func TestC06_Moderation(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) (*world, *actor) {
		w := newWorld(t, nil)
		g := w.group(t, town)
		w.known(g, "Group")
		w.known(w.person(t, mod), "Person")
		w.known(w.person(t, mallo), "Person")
		w.known(w.person(t, lea), "Person")
		w.stored.moderators[mod+" "+town] = true
		w.stored.owners[lea+"/o/1"] = lea
		return w, g
	}
	removal := func(by string) string {
		return wrap(town, doc(`{"id":"$A/d/1","type":"Delete","actor":"$A","object":"$B/o/1"}`, by, lea))
	}
	t.Run("by a moderator", func(t *testing.T) {
		t.Parallel()
		w, g := setup(t)
		d := deed[inbox.Delete](t, w, g, removal(mod))
		if !d.Moderator || d.Group != town || d.Actor != mod || !d.Known {
			t.Errorf("deed %+v", d)
		}
	})
	t.Run("by somebody of the group's own host", func(t *testing.T) {
		t.Parallel()
		w, g := setup(t)
		admin := w.person(t, "https://town.example/u/admin")
		w.known(admin, "Person")
		if d := deed[inbox.Delete](t, w, g, removal(admin.id)); !d.Moderator {
			t.Errorf("deed %+v", d)
		}
	})
	t.Run("by anybody", func(t *testing.T) {
		t.Parallel()
		w, g := setup(t)
		_, err := w.prepare(t, g, removal(mallo))
		if err == nil {
			t.Error("removed")
		}
	})
	t.Run("of what is not held", func(t *testing.T) {
		t.Parallel()
		w, g := setup(t)
		idle(t, w, g, wrap(town, doc(`{"id":"$A/d/1","type":"Delete","actor":"$A","object":"$B/o/9"}`, mod, lea)))
	})
	t.Run("a moderator's own post is not ended by the group's word", func(t *testing.T) {
		t.Parallel()
		w, g := setup(t)
		w.stored.owners[mod+"/o/1"] = mod
		d := deed[inbox.Delete](t, w, g, wrap(town, doc(`{"id":"$A/d/2","type":"Delete","actor":"$A","object":"$A/o/1"}`, mod)))
		if !d.Moderator {
			t.Error("without a proof it is more than a removal from the group")
		}
		idle(t, w, g, wrap(town, doc(`{"id":"$A/d/3","type":"Delete","actor":"$A","object":"$A"}`, mod)))
	})
	t.Run("directly, in a group of ours", func(t *testing.T) {
		t.Parallel()
		w, _ := setup(t)
		m := &actor{id: mod}
		w.stored.moderators[mod+" https://ours.example/g/1"] = true
		body := doc(`{"id":"$A/d/1","type":"Delete","actor":"$A","object":"$B/o/1","audience":"$C"}`, mod, lea, "https://ours.example/g/1")
		if d := deed[inbox.Delete](t, w, m, body); !d.Moderator || d.Group != "https://ours.example/g/1" {
			t.Errorf("deed %+v", d)
		}
		_, err := w.prepare(t, m, strings.Replace(body, "https://ours.example/g/1", town, 1))
		refused(t, "in a group elsewhere, which did not announce it", err)
	})
	t.Run("block", func(t *testing.T) {
		t.Parallel()
		w, g := setup(t)
		ban := func(by string) string {
			return wrap(town, doc(`{"id":"$A/b/1","type":"Block","actor":"$A","object":"$B","target":"$C"}`, by, lea, town))
		}
		if d := deed[inbox.Block](t, w, g, ban(mod)); !d.Moderator || d.Target != town {
			t.Errorf("deed %+v", d)
		}
		_, err := w.prepare(t, g, ban(mallo))
		if err == nil {
			t.Error("anybody can ban in a group")
		}
	})
}

func TestC06_DeleteWithoutProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	g, a := w.group(t, town), w.person(t, lea)
	w.known(g, "Group")
	w.known(a, "Person")
	w.stored.owners[lea+"/o/1"] = lea
	w.stored.owners[lea+"/o/2"] = lea
	w.web.put(lea+"/o/1", doc(`{"id":"$A/o/1","type":"Note","attributedTo":"$A"}`, lea))
	gone := func(n int) string {
		return wrap(town, fmt.Sprintf(`{"id":"%[1]s/d/%[2]d","type":"Delete","actor":"%[1]s","object":"%[1]s/o/%[2]d"}`, lea, n))
	}
	if _, err := w.prepare(t, g, gone(1)); !errors.Is(err, inbox.ErrLater) {
		t.Errorf("it is still there: %v, want ErrLater", err)
	}
	w.now = w.now.Add(2 * time.Minute)
	w.web.put(lea+"/o/1", doc(`{"id":"$A/o/1","type":"Tombstone"}`, lea))
	if d := deed[inbox.Delete](t, w, g, gone(1)); d.Actor != lea || d.Moderator {
		t.Errorf("a tombstone at its origin: %+v", d)
	}
	w.stored.owners[lea+"/o/3"] = lea
	_, err := w.prepare(t, g, gone(3))
	refused(t, "404, which is also the answer for what we may not see", err)
	w.web.set(lea+"/o/2", page{status: http.StatusGone})
	if d := deed[inbox.Delete](t, w, g, gone(2)); d.Object != lea+"/o/2" {
		t.Errorf("gone at its origin: %+v", d)
	}
}

func TestC07_Collections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	g, a := w.group(t, town), w.person(t, lea)
	w.known(g, "Group")
	w.known(a, "Person")
	m := w.person(t, mallo)
	w.known(m, "Person")
	w.known(w.person(t, mod), "Person")
	w.stored.moderators[mod+" "+town] = true
	for _, typ := range []string{"Add", "Remove"} {
		change := func(by, target string) string {
			return doc(`{"id":"$A/c/1","type":"`+typ+`","actor":"$A","object":"$B","target":"$C"}`, by, lea, target)
		}
		for _, target := range []string{lea + "/featured", town + "/moderators", town + "/followers", mallo + "/followers"} {
			_, err := w.prepare(t, m, change(mallo, target))
			refused(t, typ+" to "+target, err)
		}
		_, err := w.prepare(t, g, wrap(town, change(mallo, town+"/moderators")))
		refused(t, typ+" by somebody who is no moderator", err)
		_, err = w.prepare(t, g, wrap(town, change(mod, lea+"/featured")))
		refused(t, typ+" by a moderator to what is not the group's", err)

		if d := deed[inbox.Collect](t, w, g, wrap(town, change(mod, town+"/moderators"))); d.Group != town || !d.Moderator {
			t.Errorf("%s by a moderator: %+v", typ, d.By)
		}
		if d := deed[inbox.Collect](t, w, g, change(town, town+"/moderators")); d.Actor != town {
			t.Errorf("%s by the group itself: %+v", typ, d.By)
		}
		if d := deed[inbox.Collect](t, w, a, change(lea, lea+"/featured")); d.Actor != lea {
			t.Errorf("%s to one's own: %+v", typ, d.By)
		}
	}
	// Whether the actor may change a collection of ours is for the handler.
	deed[inbox.Collect](t, w, m, doc(`{"id":"$A/c/2","type":"Add","actor":"$A","object":"$A","target":"https://ours.example/g/1/moderators"}`, mallo))
}

// deep follows references as far as it is allowed.
type deep struct {
	inbox.Lookup
	steps int
}

func (d *deep) Object(ctx context.Context, _ string) (*as2.Object, error) {
	for {
		deeper, err := client.Deeper(ctx)
		if err != nil {
			return nil, err
		}
		ctx = deeper
		d.steps++
	}
}

func TestE08_OneBudgetAnItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.known(a, "Person")
	d := &deep{}
	p := inbox.NewPreparer(inbox.PrepareOptions{Lookup: d, Stored: w.stored, Keys: noKeys{}, Policy: w, Local: isOurs,
		Now: func() time.Time { return w.now }, Limits: client.Limits{Depth: 3}})
	_, err := p.Prepare(t.Context(), inbox.Item{Actor: lea, ActivityID: lea + "/x", Kind: "Announce",
		Body: []byte(doc(`{"id":"$A/x","type":"Announce","actor":"$A","object":"https://else.example/o/1"}`, lea))})
	refused(t, "a spent budget", err)
	if d.steps != 3 {
		t.Errorf("followed %d references, want 3", d.steps)
	}
}

type noKeys struct{}

func (noKeys) Key(context.Context, string) (signature.PublicKey, error) {
	return signature.PublicKey{}, signature.ErrKey
}

func TestStoppedIsNotRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.known(a, "Person")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	p := inbox.NewPreparer(inbox.PrepareOptions{Lookup: stopped{}, Stored: w.stored, Keys: noKeys{}, Policy: w, Local: isOurs,
		Now: func() time.Time { return w.now }})
	_, err := p.Prepare(ctx, inbox.Item{Actor: lea, ActivityID: lea + "/x", Kind: "Announce",
		Body: []byte(doc(`{"id":"$A/x","type":"Announce","actor":"$A","object":"https://else.example/o/1"}`, lea))})
	if !errors.Is(err, inbox.ErrLater) || errors.Is(err, inbox.ErrRefused) {
		t.Errorf("error %v, want ErrLater", err)
	}
}

type stopped struct{ inbox.Lookup }

func (stopped) Object(ctx context.Context, _ string) (*as2.Object, error) { return nil, ctx.Err() }
