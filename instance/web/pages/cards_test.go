package pages

import (
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance/web/view"
)

var noon = time.Date(2026, time.November, 17, 12, 0, 0, 0, time.UTC)

func aPost() view.Post {
	return view.Post{
		ID: "7", Version: 1, Path: "/@bo/7", Author: view.Person{Name: "Bo", Handle: "bo", Path: "/@bo"}, Content: "<p>Bonjour</p>",
		Audience: view.ToNeighbourhood, Published: noon, May: view.Deeds{Reply: true, Like: true},
	}
}

func laid(t *testing.T, in *speaking, f Frame, p view.Post) string {
	t.Helper()
	html, err := in.card(f, p)
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

func TestCardsKeepNothingThatChanges(t *testing.T) {
	t.Parallel()
	in := french(t, newSet(t))
	marie := &Viewer{Person: view.Person{Name: "Marie"}}
	at := func(d time.Duration, v *Viewer, here string) Frame {
		return Frame{Now: noon.Add(d), Viewer: v, Here: here}
	}
	liked, renamed, gone, answered := aPost(), aPost(), aPost(), aPost()
	liked.Liked, gone.Gone, answered.Replies = true, view.Deleted, 3
	renamed.Author.Name = "Béatrice"
	shared := aPost()
	shared.SharedBy = &view.Person{Name: "Dinan", Path: "/@dinan"}
	mine := aPost()
	mine.May.Delete = true
	asking := func(chosen int, may bool) view.Post {
		p := aPost()
		p.Version = 8
		p.Poll = &view.Poll{Options: []view.PollOption{{Title: "Samedi", Votes: 3, Share: 75}, {Title: "Lundi", Votes: 1, Share: 25}}, Voters: 4, Ends: noon.Add(time.Hour)}
		if chosen >= 0 {
			p.Poll.Options[chosen].Chosen, p.Poll.Voted = true, true
		}
		p.May.Vote = may
		return p
	}
	hides := asking(0, false)
	hides.Poll.HideTotals, hides.Version = true, 9
	steps := []struct {
		name     string
		frame    Frame
		post     view.Post
		has, not string
	}{
		{"just now", at(0, marie, "/home"), aPost(), "à l’instant", "il y a"},
		{"later", at(5*time.Minute, marie, "/home"), aPost(), "il y a 5\u00a0min", "à l’instant"},
		{"another page", at(0, marie, "/@bo"), aPost(), `value="/@bo"`, `value="/home"`},
		{"a hostile page", at(0, marie, `/"><script>`), aPost(), `value="/&#34;&gt;&lt;script&gt;"`, `<script>`},
		{"not signed in", at(0, nil, "/home"), aPost(), "Ouvrir le message", "<form"},
		{"thanked", at(0, marie, "/home"), liked, "/@bo/7/unlike", `formaction="/@bo/7/like"`},
		{"somebody else's", at(0, marie, "/home"), aPost(), "/@bo/7/like", "/@bo/7/withdraw"},
		{"one's own", at(0, marie, "/home"), mine, "/@bo/7/withdraw", "/@bo/7/unlike"},
		{"renamed", at(0, marie, "/home"), renamed, "Béatrice", "<bdi>Bo</bdi>"},
		{"answered", at(0, marie, "/home"), answered, "3 réponses", "1 réponse<"},
		{"shared", at(0, marie, "/home"), shared, "Partagé par", "supprimé"},
		{"gone", at(0, marie, "/home"), gone, "Message supprimé", "Bonjour"},
		{"asks", at(0, marie, "/home"), asking(-1, true), `type="radio"`, "<progress"},
		{"asks a visitor", at(0, nil, "/home"), asking(-1, false), `<progress max="100" value="75"`, `type="radio"`},
		{"voted", at(0, marie, "/home"), asking(1, false), "Votre choix", `type="radio"`},
		{"voted otherwise", at(0, marie, "/home"), asking(0, false), `chosen"><span class="poll-title" dir="auto" lang="">Samedi`, `chosen"><span class="poll-title" dir="auto" lang="">Lundi`},
		{"hides its counts", at(0, marie, "/home"), hides, "à la fin", "<progress"},
		{"hides them no more", at(2*time.Hour, marie, "/home"), hides, "<progress", "à la fin"},
		{"has ended", at(2*time.Hour, marie, "/home"), asking(-1, true), "Terminé le", `type="radio"`},
	}
	for range 2 { // the second time everything is kept
		for _, step := range steps {
			got := laid(t, in, step.frame, step.post)
			if !strings.Contains(got, step.has) {
				t.Errorf("%s: no %q in %s", step.name, step.has, got)
			}
			if strings.Contains(got, step.not) {
				t.Errorf("%s: %q in %s", step.name, step.not, got)
			}
			if strings.Contains(got, in.cards.when) || strings.Contains(got, in.cards.back) {
				t.Errorf("%s: a mark is left in %s", step.name, got)
			}
		}
	}
}

func TestCardsShowAnEdit(t *testing.T) {
	t.Parallel()
	in := french(t, newSet(t))
	p := aPost()
	if got := laid(t, in, Frame{Now: noon}, p); !strings.Contains(got, "Bonjour") {
		t.Fatal(got)
	}
	p.Content, p.Version, p.Edited = "<p>Bonsoir</p>", 2, noon
	if got := laid(t, in, Frame{Now: noon}, p); !strings.Contains(got, "Bonsoir") || !strings.Contains(got, "/@bo/7/history") {
		t.Errorf("the edit does not show: %s", got)
	}
}

func TestCardsAreLaidOutByMany(t *testing.T) {
	t.Parallel()
	set, err := New(Options{Cards: 2})
	if err != nil {
		t.Fatal(err)
	}
	in := french(t, set)
	var readers sync.WaitGroup
	for reader := range 8 {
		readers.Go(func() {
			for i := range 50 {
				p := aPost()
				p.Version = int64((reader + i) % 5)
				if html, err := in.card(Frame{Now: noon}, p); err != nil || !strings.Contains(string(html), "Bonjour") {
					t.Errorf("%v: %s", err, html)
					return
				}
			}
		})
	}
	readers.Wait()
}

// What people are called and write stays text wherever it stands.
func TestCardsEscapeWhatPeopleTyped(t *testing.T) {
	t.Parallel()
	in := french(t, newSet(t))
	evil := `"><script>alert(1)</script>`
	p := aPost()
	p.Author.Name, p.Author.Handle, p.Title, p.Warning, p.Language = evil, evil, evil, evil, evil
	p.In = &view.Person{Name: evil, Path: "javascript:alert(1)"}
	p.ReplyTo = &view.Reply{To: evil, Path: "javascript:alert(1)"}
	p.Author.Picture = evil
	p.Poll = &view.Poll{Options: []view.PollOption{{Title: evil}}}
	p.Pictures = []view.Picture{{Small: "javascript:alert(1)", Large: "javascript:alert(1)", Alt: evil}}
	got := laid(t, in, Frame{Now: noon}, p)
	for _, bad := range []string{"<script", `"javascript:`} {
		if strings.Contains(got, bad) {
			t.Errorf("%q in %s", bad, got)
		}
	}
}
