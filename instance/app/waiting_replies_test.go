package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/store"
)

// zanzibar stands in an answer that waits, and nowhere that it may not be read.
const zanzibar = "zanzibar"

// first is the first page of a collection.
const first = "?before=9223372036854775807"

// waitingReply is a post for everyone in a place of ours, what somebody of another
// server answered to it, which names a neighbour too, and the neighbours.
type waitingReply struct {
	*others
	post  *instance.Post
	reply *instance.Post
	mel   *federationtest.Actor
	kim   instance.Account // lives there, and has nothing to decide
	sent  federationtest.Document
}

func newWaitingReply(t *testing.T, engine store.Engine) *waitingReply {
	t.Helper()
	w := &waitingReply{others: newOthers(t, engine)}
	w.kim = w.ours.Resident("kim", w.rue)
	w.mel = w.Recorded(federationtest.Mastodon).Person("mel")
	w.post = w.ours.Post(w.amina, w.rue.ID, instance.ToPublic, "Qui vient ?")
	w.sent = w.says(w.post.URI, w.kim.URI, "<p>Moi, de "+zanzibar+"</p>")
	w.reply = got(w.ours.Posts.HeldAll(w.ctx, w.amina.ID, []instance.PostID{w.waiting()[0]}))(w.others)[0]
	return w
}

// says lets mel answer something, and name somebody.
func (w *waitingReply) says(to, named, text string) federationtest.Document {
	w.t.Helper()
	d := w.send(w.mel, w.amina.Inbox, "create_note", federationtest.With{"ReplyTo": to, "Group": named, "Content": text})
	w.settle()
	return d
}

// waiting returns which posts wait in the place.
func (w *waitingReply) waiting() (ids []instance.PostID) {
	w.t.Helper()
	for _, x := range got(w.ours.Groups.Waiting(w.ctx, w.rue.ID, 0, 10))(w.others) {
		ids = append(ids, x.Post)
	}
	return ids
}

// told returns what somebody was told of the answer.
func (w *waitingReply) told(who instance.Account) (kinds []notifications.Kind) {
	w.t.Helper()
	for _, n := range got(w.ours.Notifications.List(w.ctx, w.ours.Viewer(who), notifications.Query{Limit: 20}))(w.others) {
		if n.Post != nil && n.Post.ID == w.reply.ID {
			kinds = append(kinds, n.Kind)
		}
	}
	return kinds
}

// path is the page of the thread.
func (w *waitingReply) path() string { return "/@amina/" + w.post.ID.String() }

// What somebody answers from elsewhere whom nobody here knows waits: it is
// nowhere to be read but for who began the thread and who looks after the place.
func TestJ21_AnAnswerOfANonMemberIsNowhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		w := newWaitingReply(t, engine)
		reply := "/@" + w.reply.Author.Acct() + "/" + w.reply.ID.String()
		tag := federationtest.With{"ReplyTo": w.post.URI, "Group": w.kim.URI, "Content": "<p>" + zanzibar + ` <a href="https://away.example/tags/bal" class="mention hashtag" rel="tag">#bal</a></p>`}
		w.send(w.mel, w.amina.Inbox, "create_note", tag)
		w.settle()
		visitor, kim := w.ours.Browser(), w.ours.SignedIn(w.kim)
		for _, path := range []string{
			w.path() + "?after=0", "/@rue?n", "/@rue.atom", "/@amina.atom", "/@amina?n", "/public?n", "/search?q=" + zanzibar, "/tags/bal?n", reply + "?n", reply + "/history",
			"/g/rue/dashboard", "/g/rue/dashboard.json", "/g/rue/board",
		} {
			for who, b := range map[string]*apptest.Browser{"a visitor": visitor, "a neighbour": kim} {
				if p := b.Open(path); strings.Contains(strings.ReplaceAll(p.Body, "q="+zanzibar, ""), "de "+zanzibar) || strings.Contains(p.Body, "<p>"+zanzibar) {
					t.Errorf("%s reads it at %s", who, path)
				}
			}
		}
		for _, path := range []string{"/home", "/notifications"} {
			if strings.Contains(kim.Open(path).Body, zanzibar) {
				t.Errorf("a neighbour whom it names reads it at %s", path)
			}
		}
		if p := visitor.Open(reply + "?n"); p.Status != http.StatusNotFound {
			t.Errorf("a visitor at its own page: %d", p.Status)
		}
		for _, path := range []string{"/o/" + w.post.ID.String() + "/replies", "/o/" + w.post.ID.String() + "/replies" + first, "/t/" + w.post.ID.String(), "/t/" + w.post.ID.String() + first, "/o/" + w.post.ID.String()} {
			r := w.fetch(path)
			if strings.Contains(r, w.sent.ObjectID) || strings.Contains(r, zanzibar) {
				t.Errorf("other servers read it at %s: %s", path, r)
			}
		}
		program := w.ours.Program(w.kim)
		id := w.post.ID.String()
		for _, path := range []string{"/api/v1/statuses/" + id + "/context", "/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/tag/bal", "/api/v2/search?q=" + zanzibar, "/api/v1/notifications"} {
			if a := program.Get(path).Is(http.StatusOK); strings.Contains(string(a.Body), "de "+zanzibar) || strings.Contains(string(a.Body), w.sent.ObjectID) {
				t.Errorf("a program of a neighbour reads it at %s: %s", path, a.Body)
			}
		}
		program.Get("/api/v1/statuses/" + w.reply.ID.String()).Is(http.StatusNotFound)
		if n := w.post; w.others.post(n.ID).Replies != 0 {
			t.Error("it is counted among the replies")
		}

		if told := w.told(w.amina); len(told) != 1 || told[0] != notifications.Waiting {
			t.Errorf("who began the thread was told %v", told)
		}
		var written int
		w.must(w.ours.DB.Read().QueryRow(w.ctx, `SELECT COUNT(*) FROM notifications WHERE post_id = $1`, w.reply.ID).Scan(&written))
		if written != 1 {
			t.Errorf("%d people were told of it, want one", written)
		}
		for who, b := range map[string]*apptest.Browser{"who began the thread": w.ours.SignedIn(w.amina), "who looks after the place": w.ours.SignedIn(w.odette)} {
			p := b.Open(w.path())
			if !strings.Contains(p.Words("#replies"), zanzibar) || p.Find("#p"+w.reply.ID.String()+" form[action$='/waiting'] button").Length() != 2 {
				t.Errorf("%s sees %s", who, p.Words("#replies"))
			}
		}
		queue := w.ours.SignedIn(w.odette).Open("/admin/neighbourhoods/" + w.rue.ID.String() + "/waiting")
		if words := queue.Words("main"); !strings.Contains(words, zanzibar) || !strings.Contains(words, "Laisser passer") || queue.Find("#p"+w.reply.ID.String()+" form[action$='/@mel']").Length() != 0 {
			t.Errorf("the queue of the place reads %s", words)
		}
	})
}

// fetch is what another server gets at a path.
func (w *waitingReply) fetch(path string) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.ctx, http.MethodGet, w.ours.URL+path, nil)
	w.must(err)
	r.Header.Set("Accept", "application/activity+json")
	res, err := http.DefaultClient.Do(r)
	w.must(err)
	defer func() { _ = res.Body.Close() }()
	var b strings.Builder
	if err := res.Write(&b); err != nil || res.StatusCode != http.StatusOK {
		w.t.Errorf("%s was answered %d, %v", path, res.StatusCode, err)
	}
	return b.String()
}

// Let through it is what it would have been; and its author is heard there from
// then on.
func TestJ21_LettingAnAnswerThroughTellsWhatItsArrivalWould(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		w := newWaitingReply(t, engine)
		thread := listens(t, &village{Server: w.ours}, w.ours.SignedIn(w.kim), w.path())
		b := w.ours.SignedIn(w.amina)
		p := b.Press(b.Open(w.path()), "#p"+w.reply.ID.String()+" button[value=through]", nil)
		w.settle()
		wantFlash(t, p, "Tout le monde peut lire cette réponse.")
		if p.Path != w.path()+"#p"+w.reply.ID.String() {
			t.Errorf("then one is at %s", p.Path)
		}
		if shown := w.thread(w.post.ID); len(shown) != 2 {
			t.Errorf("the thread reads %v", shown)
		}
		if n := w.others.post(w.post.ID).Replies; n != 1 {
			t.Errorf("%d replies are counted, want one", n)
		}
		if told := w.told(w.kim); len(told) != 1 || told[0] != notifications.Mention {
			t.Errorf("whom it names was told %v", told)
		}
		if told := w.told(w.amina); len(told) != 0 {
			t.Errorf("who let it through was told %v", told)
		}
		if left := w.waiting(); len(left) != 0 {
			t.Errorf("%v still waits", left)
		}
		if came := nextOn(t, thread); came != "post" {
			t.Errorf("who has the thread before them hears %q", came)
		}
		if r := w.fetch("/o/" + w.post.ID.String() + "/replies" + first); !strings.Contains(r, w.sent.ObjectID) {
			t.Errorf("other servers read %s", r)
		}
		w.says(w.post.URI, w.amina.URI, "<p>Encore moi</p>")
		if w.thread(w.post.ID)["Encore moi"] == nil {
			t.Error("who was let through waits again")
		}
		// Taken out by who looks after the place, nobody is heard any more.
		w.must(w.ours.Groups.Remove(w.ctx, w.odette, w.rue.ID, w.reply.ID, "pas ici"))
		w.says(w.post.URI, w.amina.URI, "<p>Et encore</p>")
		if w.thread(w.post.ID)["Et encore"] != nil || len(w.waiting()) != 1 {
			t.Error("who was taken out is heard")
		}
	})
}

// Whom the author of the thread follows, and who is heard in the place, waits for
// nothing; whom moderators limited waits always.
func TestJ21_WhoIsKnownWaitsForNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		w := newWaitingReply(t, engine)
		mel := w.ours.Find(w.mel.Handle)
		got(w.ours.People.Follow(w.ctx, w.amina.ID, mel.ID))(w.others)
		w.settle()
		w.must(w.ours.DB.InTx(w.ctx, func(tx store.Tx) error {
			_, err := tx.Exec(w.ctx, `UPDATE follows SET state = 'accepted' WHERE follower_id = $1 AND followee_id = $2`, w.amina.ID, mel.ID)
			return err
		}))
		w.says(w.post.URI, w.amina.URI, "<p>Une amie</p>")
		if w.thread(w.post.ID)["Une amie"] == nil || w.thread(w.post.ID)["Moi, de "+zanzibar] != nil {
			t.Errorf("the thread reads %v", w.thread(w.post.ID))
		}
		other := w.ours.Post(w.kim, w.rue.ID, instance.ToPublic, "Et moi ?")
		w.says(other.URI, w.kim.URI, "<p>Inconnue ici</p>")
		if w.thread(other.ID)["Inconnue ici"] != nil {
			t.Error("whom another neighbour follows is heard in the thread of this one")
		}
		claire := (&hall{Server: w.ours}).account("claire", instance.Admin)
		w.must(w.ours.Moderation.SetLimited(w.ctx, claire, mel.ID, true, "publicité"))
		w.says(w.post.URI, w.amina.URI, "<p>Limitée</p>")
		if w.thread(w.post.ID)["Limitée"] != nil {
			t.Error("who is limited is heard")
		}
		// Outside a place, and for neighbours alone, nothing of this holds.
		own := got(w.ours.Posts.Publish(w.ctx, w.ours.Viewer(w.kim), instance.Draft{Text: "Chez moi", Audience: instance.ToPublic, Language: "fr"}))(w.others)
		w.says(own.URI, w.kim.URI, "<p>Ailleurs</p>")
		if w.thread(own.ID)["Ailleurs"] == nil {
			t.Error("an answer outside a place waits")
		}
	})
}

// An answer that waits may be edited and taken back by its author and goes on
// waiting; what was removed stays out.
func TestJ21_AnAnswerThatWaitsChangesAndGoes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		w := newWaitingReply(t, engine)
		later := time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
		w.send(w.mel, w.amina.Inbox, "update_note", federationtest.With{"Group": w.amina.URI, "Object": w.sent.ObjectID, "ReplyTo": w.post.URI, "Content": "<p>Moi, de Dinan</p>", "Now": later})
		w.settle()
		if shown := w.thread(w.post.ID); len(shown) != 1 || len(w.waiting()) != 1 {
			t.Errorf("edited, the thread reads %v", shown)
		}
		w.must(w.ours.Groups.LetThrough(w.ctx, w.odette, w.reply.ID))
		if w.thread(w.post.ID)["Moi, de Dinan"] == nil {
			t.Errorf("let through, the thread reads %v", w.thread(w.post.ID))
		}
		if edits := got(w.ours.Posts.Edits(w.ctx, instance.Anyone, w.reply.ID))(w.others); len(edits) != 0 {
			t.Errorf("what it said while it waited can be read: %v", edits)
		}

		max := w.Recorded(federationtest.Mastodon).Person("max")
		gone := w.send(max, w.amina.Inbox, "create_note", federationtest.With{"ReplyTo": w.post.URI, "Group": w.amina.URI, "Author": w.amina.URI, "Content": "<p>Passager</p>"})
		w.settle()
		w.send(max, w.amina.Inbox, "delete", federationtest.With{"Group": w.amina.URI, "Target": gone.ObjectID, "Object": gone.ObjectID})
		w.settle()
		if n := w.others.post(w.post.ID).Replies; n != 1 || len(w.waiting()) != 0 {
			t.Errorf("deleted, %d replies and %v waits", n, w.waiting())
		}
		if n := len(got(w.ours.Posts.Thread(w.ctx, w.ours.Viewer(w.amina), w.post.ID, 0))(w.others)); n != 2 {
			t.Errorf("who began the thread sees %d posts, want 2", n)
		}

		w.send(max, w.amina.Inbox, "create_note", federationtest.With{"ReplyTo": w.post.URI, "Group": w.amina.URI, "Author": w.amina.URI, "Content": "<p>Achetez</p>"})
		w.settle()
		id := w.waiting()[0]
		b := w.ours.SignedIn(w.amina)
		p := b.Press(b.Open(w.path()), "#p"+id.String()+" button[value=remove]", nil)
		wantFlash(t, p, "Réponse retirée.")
		if strings.Contains(p.Words("#replies"), "Achetez") || len(w.waiting()) != 0 || w.others.post(w.post.ID).Replies != 1 {
			t.Errorf("removed, the thread reads %s", p.Words("#replies"))
		}
		var left int
		w.must(w.ours.DB.Read().QueryRow(w.ctx, `SELECT COUNT(*) FROM notifications WHERE post_id = $1`, id).Scan(&left))
		if left != 0 {
			t.Errorf("%d notices of what is gone are left", left)
		}
	})
}

// Who has nothing to decide decides nothing, and nobody answers or passes on what
// others do not see.
func TestJ21_NobodyElseDecides(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		w := newWaitingReply(t, engine)
		path := "/@" + w.reply.Author.Acct() + "/" + w.reply.ID.String() + "/waiting"
		far := w.ours.Resident("lena", w.ours.Place("port", "neighbourhood"))
		for _, who := range []instance.Account{w.kim, far} {
			for _, answer := range []string{"through", "remove"} {
				if p := w.ours.SignedIn(who).Post(path, apptest.Fields{"answer": {answer}}); p.Status != http.StatusNotFound {
					t.Errorf("%s forged %q and was answered %d", who.Username, answer, p.Status)
				}
			}
		}
		if p := w.ours.SignedIn(w.amina).Post(w.path()+"/waiting", apptest.Fields{"answer": {"through"}}); p.Status != http.StatusNotFound {
			t.Errorf("what does not wait was let through: %d", p.Status)
		}
		if len(w.thread(w.post.ID)) != 1 || len(w.waiting()) != 1 {
			t.Error("it was let through, or removed")
		}
		amina := w.ours.SignedIn(w.amina)
		at := strings.TrimSuffix(path, "/waiting")
		if p := amina.Post(at+"/reply", apptest.Fields{"text": {"Bonjour"}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Words("main"), "Laissez-le passer") {
			t.Errorf("an answer to what others do not see: %d %s", p.Status, p.Words("main"))
		}
		if p := amina.Post(at+"/share", nil); p.Status < 400 {
			t.Errorf("what others do not see was shared: %d", p.Status)
		}
	})
}
