package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/moderation"
	"palier/instance/store"
)

// Trust in a post is no trust in what becomes of it: what somebody edits after
// they were limited, or where they are from, our groups pass on no more, and do
// not show until a moderator has read it again. That it ends is still told.
func TestI04_EditsAfterALimitAreReadAgain(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]func(o *others, mel instance.Actor) error{
		"the author": func(o *others, mel instance.Actor) error {
			claire := (&hall{Server: o.ours}).account("claire", instance.Admin)
			return o.ours.Moderation.SetLimited(o.ctx, claire, mel.ID, true, "publicité")
		},
		"their server": func(o *others, mel instance.Actor) error {
			return o.ours.Moderation.SetDomain(o.ctx, o.odette.ID, moderation.DomainRule{Domain: mel.Host, Severity: moderation.Limited})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, engine store.Engine) {
				o := newOthers(t, engine)
				lemmy, _, rose := o.lemmy()
				o.send(rose, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
				mel := o.Recorded(federationtest.Mastodon).Person("mel")
				o.send(mel, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
				o.settle()
				ours := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Fête de la rue")
				at := time.Now().Add(-time.Hour)
				next := func() string { at = at.Add(time.Minute); return at.UTC().Format(time.RFC3339) }
				note := o.send(mel, o.rue.Inbox, "create_note", federationtest.With{"Group": o.rue.URI, "Content": "<p>Vends un vélo</p>", "Now": next()})
				reply := o.send(mel, o.rue.Inbox, "create_note", federationtest.With{"Group": o.rue.URI, "ReplyTo": ours.URI, "Content": "<p>Je viens</p>", "Now": next()})
				o.settle()
				o.hear()
				o.must(o.ours.Groups.Release(o.ctx, o.odette, o.held()))
				o.settle()
				edit := func(of, text string) {
					o.send(mel, o.rue.Inbox, "update_note", federationtest.With{"Group": o.rue.URI, "Object": of, "Content": "<p>" + text + "</p>", "Now": next()})
					o.settle()
				}
				edit(note.ObjectID, "Vends un vélo bleu")
				edit(reply.ObjectID, "Je viens à deux")
				for _, id := range []string{note.ObjectID, reply.ObjectID} {
					if n := lemmy.Count(wraps("Update", id)); n != 1 {
						t.Fatalf("before, an edit was passed on %d times", n)
					}
				}
				o.shown("Vends un vélo bleu", "Fête de la rue")

				o.must(limit(o, o.ours.Find(mel.Handle)))
				edit(note.ObjectID, "Achetez mes pilules")
				edit(reply.ObjectID, "Achetez mes gouttes")
				for _, id := range []string{note.ObjectID, reply.ObjectID} {
					if n := lemmy.Count(wraps("Update", id)); n != 1 {
						t.Errorf("an edit was passed on %d times, want the one before", n)
					}
				}
				for _, r := range lemmy.Received() {
					if strings.Contains(string(r.Body), "Achetez") {
						t.Errorf("our group spread it: %s", r.Body)
					}
				}
				o.shown("Fête de la rue")
				reader := o.ours.Program(o.odette)
				for _, path := range []string{"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v2/search?type=statuses&q=pilules"} {
					if a := reader.Get(path).Is(http.StatusOK); strings.Contains(string(a.Body), "mes pilules") {
						t.Errorf("%s shows it: %s", path, a.Body)
					}
				}

				// A moderator may let it through again.
				if o.thread(ours.ID)["Achetez mes gouttes"] != nil {
					t.Error("an answer is shown that became something else")
				}
				waiting := got(o.ours.Groups.Waiting(o.ctx, o.rue.ID, 0, 10))(o)
				if len(waiting) != 2 {
					t.Fatalf("%d posts wait for a moderator, want the two that were edited", len(waiting))
				}
				for _, w := range waiting {
					o.must(o.ours.Groups.Release(o.ctx, o.odette, w.ID))
				}
				o.settle()
				o.shown("Achetez mes pilules", "Fête de la rue")
				o.send(mel, o.rue.Inbox, "delete", federationtest.With{"Group": o.rue.URI, "Target": reply.ObjectID, "Object": reply.ObjectID})
				o.settle()
				if n := lemmy.Count(wraps("Delete", reply.ObjectID)); n != 1 {
					t.Errorf("its end was passed on %d times, want once", n)
				}
			})
		})
	}
}
