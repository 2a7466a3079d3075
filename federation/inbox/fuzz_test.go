package inbox_test

import (
	"crypto/ed25519"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"palier/federation/inbox"
	"palier/federation/signature"
	"palier/protocol/proof"
)

// signer is a verifier for whom everything is signed by one actor.
type signer string

func (s signer) Verify(*http.Request, []byte) (signature.Verified, error) {
	return signature.Verified{Owner: string(s), Scheme: signature.Cavage}, nil
}

// FuzzReceive sends anything, as if it were signed properly: it is answered,
// never with a 5xx, and never stored as somebody else's unless that one proved it.
func FuzzReceive(f *testing.F) {
	w := newWorld(f, func(o *inbox.Options) {
		o.Verifier = signer(lea)
		o.PerHost, o.Burst = 1e9, 1<<30
		o.Follows, o.FollowBurst, o.SiteFollows, o.SiteFollowBurst = 1e9, 1<<30, 1e9, 1<<30
	})
	a := &actor{id: lea, ed: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	multi, err := proof.EncodeKey(a.ed.Public())
	if err != nil {
		f.Fatal(err)
	}
	w.web.put(lea, doc(`{"id":"$A","type":"Group","inbox":"$A/inbox","assertionMethod":[{"id":"$A#ed25519","type":"Multikey","controller":"$A","publicKeyMultibase":"$B"}]}`, lea, multi))
	w.known(a, "Group")
	w.stored.owners[lea+"/o"] = lea
	f.Add([]byte(note(lea, 1)))
	f.Add([]byte(a.proved(f, note(lea, 2), w.now)))
	f.Add([]byte(note(mallo, 1)))
	f.Add([]byte(doc(`{"id":"$A#d","type":"Delete","actor":"$A","object":"$A"}`, lea)))
	f.Add([]byte(doc(`{"id":"$A/a","type":["Announce"],"actor":[{"id":"$A"}],"object":{"type":"Create","actor":"$B","id":"$B/a","object":"$B/o"}}`, lea, mallo)))
	f.Add([]byte(doc(`{"id":"$A/a","type":"Undo","actor":"$A","object":{"id":"$A/o","type":"Follow","actor":"$A","object":{"id":"$B"}}}`, lea, mallo)))
	f.Add([]byte(doc(`{"id":"$A/a","type":"Move","actor":"$A","target":"$B"}`, lea, mallo)))
	f.Add([]byte(doc(`{"id":"$A/a","type":"Add","actor":"$A","object":"$B","target":["$A/featured"]}`, lea, mallo)))
	f.Add([]byte(doc(`{"id":"$A/a","type":"Flag","actor":"$A","object":["https://ours.example/u/1",{"id":"$B"}]}`, lea, mallo)))
	f.Add([]byte(`[]`))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "https://ours.example/inbox", nil)
		got := w.Receive(t.Context(), r, body)
		if got.Status < 200 || got.Status >= 500 {
			t.Errorf("answer %d %q: %v", got.Status, got.Code, got.Err)
		}
		if !got.Stored {
			return
		}
		if got.Item.Actor != lea {
			t.Errorf("stored as %q's", got.Item.Actor)
		}
		p, err := w.Prepare(t.Context(), got.Item)
		if err != nil && !errors.Is(err, inbox.ErrRefused) && !errors.Is(err, inbox.ErrLater) {
			t.Errorf("error without a meaning: %v", err)
		}
		if err == nil && !p.Idle() && p.Kind() == "" {
			t.Error("a deed without a kind")
		}
	})
}
