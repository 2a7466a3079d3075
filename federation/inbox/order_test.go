package inbox_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"palier/federation/inbox"
	"palier/protocol/as2"
)

// memory is the least that handlers have to keep, to show that what they are
// given is enough for an end state that does not depend on the order.
type memory struct {
	posts   map[string]string // id to content
	follows map[string]bool   // id
	buried  map[string]bool   // ids that are gone, heard of before or not
}

func newMemory() *memory {
	return &memory{posts: map[string]string{}, follows: map[string]bool{}, buried: map[string]bool{}}
}

func (m *memory) handlers() inbox.Handlers[*memory] {
	write := func(m *memory, by inbox.By, id, content string) {
		if !m.buried[id] && (m.posts[id] == "" || m.posts[id] < content) {
			m.posts[id] = content
		}
	}
	return inbox.Handlers[*memory]{
		Create: func(_ context.Context, m *memory, d inbox.Create) error {
			write(m, d.By, d.Object.ID(), d.Object.Text("content"))
			return nil
		},
		Update: func(_ context.Context, m *memory, d inbox.Update) error {
			write(m, d.By, d.Object.ID(), d.Object.Text("content"))
			return nil
		},
		Delete: func(_ context.Context, m *memory, d inbox.Delete) error {
			m.buried[d.Object] = true
			delete(m.posts, d.Object)
			return nil
		},
		Follow: func(_ context.Context, m *memory, d inbox.Follow) error {
			if !m.buried[d.Activity.ID] {
				m.follows[d.Activity.ID] = true
			}
			return nil
		},
		Undo: func(_ context.Context, m *memory, d inbox.Undo) error {
			m.buried[d.Of.ID] = true
			delete(m.follows, d.Of.ID)
			return nil
		},
	}
}

func TestR09_AnyOrderEndsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.known(a, "Person")
	bodies := []string{
		doc(`{"id":"$A/1","type":"Create","actor":"$A","object":{"id":"$A/o/1","type":"Note","attributedTo":"$A","content":"1"}}`, lea),
		doc(`{"id":"$A/2","type":"Update","actor":"$A","object":{"id":"$A/o/1","type":"Note","attributedTo":"$A","content":"2"}}`, lea),
		doc(`{"id":"$A/3","type":"Update","actor":"$A","object":{"id":"$A/o/1","type":"Note","attributedTo":"$A","content":"3"}}`, lea),
		doc(`{"id":"$A/4","type":"Create","actor":"$A","object":{"id":"$A/o/2","type":"Note","attributedTo":"$A","content":"1"}}`, lea),
		doc(`{"id":"$A/5","type":"Delete","actor":"$A","object":{"id":"$A/o/2","type":"Tombstone"}}`, lea),
		doc(`{"id":"$A/6","type":"Follow","actor":"$A","object":"https://ours.example/g/1"}`, lea),
		doc(`{"id":"$A/7","type":"Undo","actor":"$A","object":{"id":"$A/6","type":"Follow","actor":"$A","object":"https://ours.example/g/1"}}`, lea),
	}
	want := map[string]string{lea + "/o/1": "3"}
	rapid.Check(t, func(rt *rapid.T) {
		m := newMemory()
		for _, body := range rapid.Permutation(bodies).Draw(rt, "order") {
			for range rapid.IntRange(1, 2).Draw(rt, "copies") {
				p, err := w.prepare(t, a, body)
				if err != nil {
					rt.Fatal(err)
				}
				if err := inbox.Apply(t.Context(), m, p, m.handlers()); err != nil {
					rt.Fatal(err)
				}
			}
		}
		if !maps.Equal(m.posts, want) || len(m.follows) != 0 {
			rt.Errorf("posts %v, follows %v; want %v and none", m.posts, slices.Collect(maps.Keys(m.follows)), want)
		}
	})
}

func TestApplyMeetsFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	p, err := w.prepare(t, a, note(lea, 1))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	h := inbox.Handlers[*[]string]{
		Meet: func(_ context.Context, tx *[]string, o *as2.Object) error {
			*tx = append(*tx, "meet "+o.ID())
			return nil
		},
		Create: func(_ context.Context, tx *[]string, d inbox.Create) error {
			*tx = append(*tx, "create "+d.Object.ID())
			return nil
		},
	}
	if err := inbox.Apply(t.Context(), &got, p, h); err != nil {
		t.Fatal(err)
	}
	if want := []string{"meet " + lea, "create " + lea + "/o/1"}; !slices.Equal(got, want) {
		t.Errorf("calls %q, want %q", got, want)
	}
	// Nobody who cares is no error.
	if err := inbox.Apply(t.Context(), &got, p, inbox.Handlers[*[]string]{}); err != nil {
		t.Error(err)
	}
}

func TestApplyCallsTheOneHandler(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.actor(t, lea, "Person", `,"movedTo":"https://ours.example/u/1"`)
	w.known(a, "Person")
	w.stored.actors["https://ours.example/u/1"] = inbox.Known{Type: "Person", AlsoKnownAs: []string{lea}}
	var got string
	name := func(s string) { got += s + " " }
	h := inbox.Handlers[int]{
		Create:   func(context.Context, int, inbox.Create) error { name("Create"); return nil },
		Update:   func(context.Context, int, inbox.Update) error { name("Update"); return nil },
		Profile:  func(context.Context, int, inbox.Profile) error { name("Profile"); return nil },
		Delete:   func(context.Context, int, inbox.Delete) error { name("Delete"); return nil },
		Follow:   func(context.Context, int, inbox.Follow) error { name("Follow"); return nil },
		Accept:   func(context.Context, int, inbox.Answer) error { name("Accept"); return nil },
		Reject:   func(context.Context, int, inbox.Answer) error { name("Reject"); return nil },
		Undo:     func(context.Context, int, inbox.Undo) error { name("Undo"); return nil },
		Like:     func(context.Context, int, inbox.Like) error { name("Like"); return nil },
		Announce: func(context.Context, int, inbox.Announce) error { name("Announce"); return nil },
		Add:      func(context.Context, int, inbox.Collect) error { name("Add"); return nil },
		Remove:   func(context.Context, int, inbox.Collect) error { name("Remove"); return nil },
		Block:    func(context.Context, int, inbox.Block) error { name("Block"); return nil },
		Flag:     func(context.Context, int, inbox.Flag) error { name("Flag"); return nil },
		Move:     func(context.Context, int, inbox.Move) error { name("Move"); return nil },
	}
	for kind, object := range map[string]string{
		"Create":   `{"id":"$A/o/1","type":"Note"}`,
		"Update":   `{"id":"$A/o/1","type":"Note"}`,
		"Profile":  `"$A"`,
		"Delete":   `"$A/o/1"`,
		"Follow":   `"https://ours.example/g/1"`,
		"Accept":   `"https://ours.example/a/1"`,
		"Reject":   `"https://ours.example/a/1"`,
		"Undo":     `"$A/a/1"`,
		"Like":     `"https://ours.example/o/1"`,
		"Announce": `"https://ours.example/o/1"`,
		"Add":      `"$A/o/1","target":"$A/featured"`,
		"Remove":   `"$A/o/1","target":"$A/featured"`,
		"Block":    `"https://ours.example/u/1"`,
		"Flag":     `"https://ours.example/u/1"`,
		"Move":     `"$A","target":"https://ours.example/u/1"`,
	} {
		typ := kind
		if kind == "Profile" {
			typ = "Update"
		}
		p, err := w.prepare(t, a, doc(`{"id":"$A/x","type":"`+typ+`","actor":"$A","object":`+object+`}`, lea))
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		got = ""
		if err := inbox.Apply(t.Context(), 0, p, h); err != nil || got != kind+" " {
			t.Errorf("%s: called %q, error %v", kind, got, err)
		}
	}
}
