package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/digest"
	"palier/instance/mail"
	"palier/instance/notifications"
	"palier/instance/store"
)

// urgentLetters returns what somebody was written that no link stops.
func urgentLetters(t *testing.T, s *apptest.Server, to instance.Account) (list []mail.Stored) {
	t.Helper()
	apptest.Settle(t, s)
	all, err := s.Mail.Letters(t.Context(), to.Email, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if l.Kind == digest.KindUrgent {
			list = append(list, l)
		}
	}
	return list
}

// end opens the address by which a letter says that letters like it end.
func end(t *testing.T, s *apptest.Server, b *apptest.Browser, l mail.Stored) *apptest.Page {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(l.Text), "\n")
	path, ok := strings.CutPrefix(lines[len(lines)-1], s.Site.Base())
	if l.Stop != "" || strings.Contains(l.Text, "/stop/") || strings.Contains(l.Text, "/settings/notices") || !ok {
		t.Errorf("a letter that cannot be stopped offers it, or does not say how it ends: %q %s", l.Stop, l.Text)
	}
	p := b.Open(path)
	if p.Status != http.StatusOK || p.Path != path {
		t.Errorf("what the letter leads to: %d at %s", p.Status, p.Path)
	}
	return p
}

// A letter that somebody who may be in danger relies on offers no link that stops
// nothing: it says where one takes back what one said yes to, and there it ends.
func TestUrgentLettersSayHowTheyEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		ctx := t.Context()
		must(v.Help.Ask(ctx, v.amina.ID, v.bo.ID))
		must(v.Help.Agree(ctx, v.bo.ID, v.amina.ID, ""))
		must(v.Help.Call(ctx, v.amina.ID))
		letters := urgentLetters(t, v.Server, v.bo)
		if len(letters) != 1 {
			t.Fatalf("%d letters of a call for help", len(letters))
		}
		bo := v.SignedIn(v.bo)
		bo.Press(end(t, v.Server, bo, letters[0]), "button[name=deed][value=no]", nil)
		must(v.Help.End(ctx, v.amina.ID))
		if err := v.Help.Call(ctx, v.amina.ID); err == nil {
			t.Error("whoever took their yes back is called")
		}

		circle, err := v.Care.Open(ctx, v.amina.ID)
		must(err)
		must(v.Care.Invite(ctx, v.amina.ID, circle, v.cem.ID, "volunteer"))
		must(v.Care.Enter(ctx, v.cem.ID, circle))
		tell := func(kind notifications.Kind, from, whom instance.ActorID) {
			t.Helper()
			must(v.DB.InTx(ctx, func(tx store.Tx) error {
				return v.Notifications.Concern(context.WithoutCancel(ctx), tx, kind, from, 0, []instance.ActorID{whom})
			}))
		}
		tell(notifications.CareDoor, v.cem.ID, v.cem.ID)
		tell(notifications.CareContact, v.cem.ID, v.cem.ID)
		letters = urgentLetters(t, v.Server, v.cem)
		if len(letters) != 2 {
			t.Fatalf("%d letters of a circle of care", len(letters))
		}
		cem := v.SignedIn(v.cem)
		for _, l := range letters {
			page := end(t, v.Server, cem, l)
			if l.ID != letters[1].ID {
				continue
			}
			left := cem.Press(cem.Open(page.Find("a.name[href^='/care/']").AttrOr("href", "")), "form[action$='/members/"+v.cem.ID.String()+"/part'] button", nil)
			if c, err := v.Care.ByID(ctx, v.amina.ID, circle); err != nil || len(c.Members) != 0 {
				t.Errorf("who left the circle is still in it: %d %v %v", left.Status, c, err)
			}
		}
	})
}

// Of a programme's desk a letter leads to who can take its reader off the team; it
// ends with that.
func TestLettersOfADeskEndWithTheTeam(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := openBureau(t, apptest.Open(t, engine, nil), "accueil")
		waits := func() {
			t.Helper()
			err := o.DB.InTx(t.Context(), func(tx store.Tx) error {
				return o.Notifications.Concern(t.Context(), tx, notifications.DeskWaits, o.programme.Group.ID, 0, []instance.ActorID{o.worker.ID})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		waits()
		letters := urgentLetters(t, o.Server, o.worker)
		if len(letters) != 1 {
			t.Fatalf("%d letters of the desk", len(letters))
		}
		if p := end(t, o.Server, o.SignedIn(o.worker), letters[0]); !strings.Contains(p.Words("main"), "lea") {
			t.Errorf("the page does not say who leads: %s", p.Words("main"))
		}
	})
}

// Stopping letters about replies does not throw away what somebody in danger had
// sent.
func TestALinkThatStopsLettersKeepsTheUrgentOnes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		asked := v.Post(v.bo, v.centre.ID, instance.ToNeighbourhood, "Qui a une échelle ?")
		if _, err := v.Posts.Publish(t.Context(), v.Viewer(v.amina), instance.Draft{Text: "@bo moi", ReplyTo: asked.ID, Language: "fr"}); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{v.Help.Ask(t.Context(), v.amina.ID, v.bo.ID), v.Help.Agree(t.Context(), v.bo.ID, v.amina.ID, ""), v.Help.Call(t.Context(), v.amina.ID)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		urgent := urgentLetters(t, v.Server, v.bo)
		all, err := v.Mail.Letters(t.Context(), v.bo.Email, 0, 50)
		if err != nil || len(urgent) != 1 || len(all) < 2 {
			t.Fatalf("%d letters, %d of them urgent, %v", len(all), len(urgent), err)
		}
		for _, l := range all {
			if l.Kind == digest.KindAtOnce {
				b := v.Browser()
				b.Press(b.Open(strings.TrimPrefix(l.Stop, v.Site.Base())), "main form button", nil)
				break // one stops them all
			}
		}
		left, err := v.Mail.Letters(t.Context(), v.bo.Email, 0, 50)
		if err != nil || len(left) != 1 || left[0].Kind != digest.KindUrgent {
			t.Errorf("left are %d letters, %v", len(left), err)
		}
	})
}
