package app_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// What its author took back is nowhere here any more, and other servers hear of
// it once it can not be put back: not before, since they could not put it back.
func TestUndoOfADeletion(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		var passed atomic.Int64
		now := func() time.Time { return time.Now().Add(time.Duration(passed.Load())) }
		o := newOthersAt(t, apptest.OpenAt(t, storetest.URL(t, engine), now, nil))
		masto := o.Recorded(federationtest.Mastodon)
		mel := masto.Person("mel")
		o.send(mel, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.settle()
		first, p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Reste"), o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Mon secret")
		o.await(masto, "Announce", o.rue.URI, p.URI)
		b, path := o.ours.SignedIn(o.amina), "/@amina/"+p.ID.String()

		seen := func() (where []string) {
			for _, at := range []string{"/@rue?x=1", "/@amina?x=1", "/@rue.atom?x=1", path + "?x=1", "/o/" + p.ID.String(), "/t/" + p.ID.String() + "?before=" + maxID,
				strings.TrimPrefix(o.amina.Outbox, o.ours.URL) + "?before=" + maxID, strings.TrimPrefix(o.rue.Outbox, o.ours.URL) + "?before=" + maxID} {
				accept := "text/html"
				if strings.HasPrefix(at, "/o/") || strings.HasPrefix(at, "/t/") || strings.Contains(at, "outbox") {
					accept = "application/activity+json"
				}
				if _, body := o.ours.Get(at, accept); strings.Contains(body, "Mon secret") || strings.Contains(body, p.URI+`"`) {
					where = append(where, at)
				}
			}
			return where
		}
		if got := seen(); len(got) != 8 {
			t.Fatalf("while it stands it is seen at %q", got)
		}
		left := b.Press(b.Open(path), ".post-more-menu button.harmful", nil)
		if !strings.Contains(left.Words(".flash"), "dix minutes") {
			t.Errorf("what the author reads: %q", left.Words(".flash"))
		}
		o.settle()
		if got := seen(); len(got) != 0 {
			t.Errorf("withdrawn and still seen at %q", got)
		}
		if code := got(mel.Fetch(o.ctx, federationtest.Cavage, p.URI))(o).Status; code != http.StatusNotFound {
			t.Errorf("another server that asks gets %d: it has to be 404, since 410 is for good", code)
		}
		about := func(r federationtest.Received) bool { return r.Is("Delete", o.amina.URI, p.URI) }
		if n := masto.Count(about); n != 0 {
			t.Errorf("others heard of it %d times already", n)
		}
		if stone := o.ours.Browser().Open(path); strings.Contains(stone.Body, "/restore") {
			t.Error("a visitor is offered to put it back")
		}

		back := b.Press(left, ".flash form[action$='/restore'] button", nil)
		if back.Path != path || !strings.Contains(back.Words(".flash"), "rétabli") {
			t.Errorf("put back: %s %q", back.Path, back.Words(".flash"))
		}
		if got := seen(); len(got) != 8 {
			t.Errorf("put back it is seen at %q", got)
		}

		// Once more, and this time nobody regrets it. The place of the post offers
		// its author the same as long as it can be put back.
		b.Press(b.Open(path), ".post-more-menu button.harmful", nil)
		if stone := b.Open(path); stone.Status != http.StatusGone || !stone.Has("form[action='"+path+"/restore']") {
			t.Errorf("its place says %d %q", stone.Status, stone.Words("main"))
		}
		passed.Store(int64(posts.Regret))
		o.must(o.ours.DB.InTx(o.ctx, func(tx store.Tx) error { return o.ours.Jobs.Enqueue(o.ctx, tx, app.SettleWithdrawn{}) }))
		o.await(masto, "Delete", o.amina.URI, p.URI)
		o.settle()
		if n := masto.Count(about); n != 1 {
			t.Errorf("others heard %d times", n)
		}
		if code := got(mel.Fetch(o.ctx, federationtest.Cavage, p.URI))(o).Status; code != http.StatusGone {
			t.Errorf("afterwards another server gets %d", code)
		}
		if late := b.Post(path+"/restore", nil); late.Status != http.StatusGone {
			t.Errorf("put back too late: %d", late.Status)
		}

		// Who does not want to wait does not.
		other := "/@amina/" + first.ID.String()
		left = b.Press(b.Open(other), ".post-more-menu button.harmful", nil)
		b.Press(left, ".flash form[action$='/delete'] button", nil)
		o.await(masto, "Delete", o.amina.URI, first.URI)
	})
}
