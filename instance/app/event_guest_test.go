package app_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// Somebody without an account comes by a link in a letter, changes with how
// many, and goes again; then their address is gone. Nobody signs another up, and
// nothing they type gets into the head of a letter.
func TestSomebodyComesWithoutAnAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		rue := s.Place("rue", "neighbourhood")
		amina := s.Resident("amina", rue)
		d := meal(3)
		d.Group, d.Title = rue.ID, "Repas\r\nBcc: all@example.org"
		p := invite(t, s, amina, d, false)
		path := "/e/" + p.ID.String()
		b := s.Browser()
		send := "#guest .button"
		for field, value := range map[string]string{"email": "lea@example.org\r\nBcc: x@example.org", "name": " "} {
			bad := b.Press(b.Open(path), send, apptest.Fields{"name": {"Léa"}, "email": {"lea@example.org"}, field: {value}})
			if bad.Status != http.StatusUnprocessableEntity || !bad.Has("#"+field+"-problem") {
				t.Errorf("%s %q: %d %s", field, value, bad.Status, bad.Words("main"))
			}
		}
		sent := b.Press(b.Open(path), send, apptest.Fields{"name": {"Léa\r\nBcc: x@example.org"}, "email": {"lea@example.org"}, "seats": {"2"}})
		if sent.Status != http.StatusOK || !strings.Contains(sent.Words("body"), "lettre") {
			t.Fatalf("%d %s", sent.Status, sent.Words("main"))
		}
		if got := taken(t, s, p.ID); got != [2]int{0, 0} {
			t.Errorf("before the link was followed: %v", got)
		}
		letters, err := s.Mail.Letters(t.Context(), "lea@example.org", 0, 10)
		if err != nil || len(letters) != 1 {
			t.Fatalf("%d letters, %v", len(letters), err)
		}
		if strings.ContainsAny(letters[0].Subject, "\r\n") || letters[0].To != "lea@example.org" {
			t.Errorf("letter to %q about %q", letters[0].To, letters[0].Subject)
		}
		link := regexp.MustCompile(`/e/guest/[A-Z2-7]+`).FindString(letters[0].Text)
		if link == "" {
			t.Fatalf("no link in %q", letters[0].Text)
		}
		page := b.Open(link)
		if got := taken(t, s, p.ID); got != [2]int{0, 0} {
			t.Errorf("by only looking: %v", got)
		}
		page = b.Press(page, "button[value=yes]", nil)
		if got := taken(t, s, p.ID); got != [2]int{2, 0} || !strings.Contains(page.Words("#answer"), "Vous venez") {
			t.Errorf("after the link: %v %s", got, page.Words("main"))
		}
		letters, err = s.Mail.Letters(t.Context(), "lea@example.org", 0, 10)
		if err != nil || len(letters) != 2 || len(letters[1].Attached) != 1 || !strings.Contains(string(letters[1].Attached[0].Bytes), "BEGIN:VEVENT") {
			t.Errorf("letters %d, %v", len(letters), err)
		}
		if !strings.Contains(s.SignedIn(amina).Open(path+"/guests").Words("main"), "par courriel") {
			t.Error("the host does not read of the guest")
		}
		b.Press(page, "button[value=no]", nil)
		var left int
		err = s.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM rsvps WHERE email <> ''`).Scan(&left)
		if got := taken(t, s, p.ID); err != nil || left != 0 || got != [2]int{0, 0} {
			t.Errorf("after they left: %d addresses, %v, %v", left, got, err)
		}
		if b.Open(link).Status != http.StatusNotFound || b.Open("/e/guest/AAAA").Status != http.StatusNotFound {
			t.Error("a link that is none leads somewhere")
		}
		if poster := b.Open(path + "/poster"); poster.Status != http.StatusOK || !poster.Has("svg.qr") {
			t.Errorf("poster: %d", poster.Status)
		}
		file := b.Open(path + "/event.ics")
		if file.Status != http.StatusOK || !strings.Contains(file.Body, "BEGIN:VEVENT") || strings.Contains(file.Body, "\r\nBcc") {
			t.Errorf("calendar: %d %q", file.Status, file.Body)
		}
	})
}

// A reply from a Mastodon server that says no more than that somebody comes is
// an answer; any other stays a reply.
func TestAReplyFromMastodonIsAnAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		d := meal(2)
		d.Group = o.rue.ID
		p := invite(t, o.ours, o.amina, d, false)
		server := o.Recorded(federationtest.Mastodon)
		mel, max := server.Person("mel"), server.Person("max")
		say := func(who *federationtest.Actor, text string) {
			o.send(who, o.amina.Inbox, "create_note", federationtest.With{"Group": o.rue.URI, "Author": o.amina.URI, "ReplyTo": p.URI, "Content": text})
			o.settle()
		}
		say(mel, "<p>Je viens !</p>")
		say(max, "<p>Je viens si je peux</p>")
		if got := taken(t, o.ours, p.ID); got != [2]int{1, 0} {
			t.Errorf("taken and waiting: %v", got)
		}
		// What they said waits, and counts at once.
		if n := len(got(o.ours.Posts.Thread(o.ctx, instance.Anyone, p.ID, 0))(o)); n != 1 {
			t.Errorf("%d posts in the thread for anyone, want 1", n)
		}
		if n := len(got(o.ours.Posts.Thread(o.ctx, o.ours.Viewer(o.amina), p.ID, 0))(o)); n != 3 {
			t.Errorf("%d posts in the thread for who invites, want 3", n)
		}
		// It is told to her alone that it counts, by the place where it is.
		noted := o.await(server, "Create", o.rue.URI, "")
		if body := string(noted.Body); !strings.Contains(body, mel.ID) || strings.Contains(body, "#Public") || strings.Contains(body, o.rue.URI+"/followers") || !strings.Contains(body, "vous venez") {
			t.Errorf("she is told %s", body)
		}
		// A star is interest: it takes no place, and goes as it came.
		liked := o.send(max, o.amina.Inbox, "like", federationtest.With{"Target": p.URI})
		o.settle()
		states := func() (all []string) {
			for _, g := range got(o.ours.Events.Guests(o.ctx, o.amina.ID, p))(o) {
				all = append(all, string(g.State))
			}
			return all
		}
		if at := taken(t, o.ours, p.ID); at != [2]int{1, 0} || !slices.Equal(states(), []string{"coming", "interested"}) {
			t.Errorf("after a star: %v, %v", at, states())
		}
		o.send(max, o.amina.Inbox, "undo_like", federationtest.With{"Like": liked.ID, "Target": p.URI})
		o.settle()
		if !slices.Equal(states(), []string{"coming"}) {
			t.Errorf("after the star was taken back: %v", states())
		}
		say(mel, "<p>Finalement je ne viens pas</p>")
		if got := taken(t, o.ours, p.ID); got != [2]int{0, 0} {
			t.Errorf("after who came does not: %v", got)
		}
		// Letting an answer through is no new answer.
		o.hear()
		if n := len(got(o.ours.Posts.Thread(o.ctx, instance.Anyone, p.ID, 0))(o)); n != 4 {
			t.Errorf("%d posts in the thread, want 4", n)
		}
		if got := taken(t, o.ours, p.ID); got != [2]int{0, 0} {
			t.Errorf("after what waited was let through: %v", got)
		}
	})
}
