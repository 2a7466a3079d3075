package inbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"palier/federation/inbox"
	"palier/federation/signature"
	"palier/protocol/as2"
)

const (
	lea   = "https://lyon.example/u/lea"
	mallo = "https://evil.example/u/mallo"
)

// want checks an outcome.
func want(t *testing.T, got inbox.Outcome, status int, code string) {
	t.Helper()
	if got.Status != status || got.Code != code {
		t.Errorf("answer %d %q, want %d %q (error %v)", got.Status, got.Code, status, code, got.Err)
	}
}

func TestNoteIsStoredAndAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, w.request(t, a, note(lea, 1)))
	if rec.Code != http.StatusAccepted || rec.Body.Len() != 0 {
		t.Errorf("answer %d %q, want 202 and nothing", rec.Code, rec.Body)
	}
	if len(w.intake.items) != 1 {
		t.Fatalf("%d items stored, want 1", len(w.intake.items))
	}
	i := w.intake.items[0]
	if i.Actor != lea || i.ActivityID != lea+"/a/1" || i.Kind != "Create" || string(i.Body) != note(lea, 1) || !i.ReceivedAt.Equal(w.now) {
		t.Errorf("stored %+v", i)
	}
}

func TestRefusalsAreTypedJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, w.request(t, nil, note(lea, 1)))
	var body struct{ Error, Detail string }
	if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	if rec.Code != http.StatusUnauthorized || rec.Header().Get("Content-Type") != "application/json" ||
		body.Error != "signature_missing" || body.Detail == "" {
		t.Errorf("answer %d %q %+v", rec.Code, rec.Header().Get("Content-Type"), body)
	}
}

func TestA01_Unsigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.person(t, lea)
	want(t, w.post(t, nil, note(lea, 1)), http.StatusUnauthorized, "signature_missing")
	if len(w.intake.items) != 0 || len(w.web.requests()) != 0 {
		t.Error("something was done about it")
	}
}

func TestA02_BodyChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	r := w.request(t, w.person(t, lea), note(lea, 1))
	changed := strings.Replace(note(lea, 1), "mardi", "lundi", 1)
	r.Body = http.NoBody
	want(t, w.Receive(t.Context(), r, []byte(changed)), http.StatusUnauthorized, "signature_digest_mismatch")
}

func TestB02_KeyOfAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.person(t, lea)
	m := w.person(t, mallo)
	want(t, w.post(t, m, note(lea, 1)), http.StatusUnauthorized, "actor_is_not_signer")
	// Also from the same server: it is the actor that counts, not the host.
	neighbour := w.person(t, "https://lyon.example/u/neighbour")
	want(t, w.post(t, neighbour, note(lea, 1)), http.StatusUnauthorized, "actor_is_not_signer")
	if len(w.intake.items) != 0 {
		t.Error("stored")
	}
}

func TestB02_ForwardedWithLinkedDataSignatureIsDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.person(t, lea)
	m := w.person(t, mallo)
	body := strings.Replace(note(lea, 1), `"type":"Create"`, `"type":"Create","signature":{"type":"RsaSignature2017"}`, 1)
	want(t, w.post(t, m, body), http.StatusAccepted, "")
	if len(w.intake.items) != 0 {
		t.Error("believed")
	}
}

func TestB09_OurOwnFromTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := w.person(t, mallo)
	want(t, w.post(t, m, note("https://ours.example/u/amina", 1)), http.StatusForbidden, "ours")
	ours := &actor{id: "https://ours.example/u/amina", rsa: m.rsa}
	r := w.request(t, ours, note(mallo, 1))
	r.Header.Set("Signature", strings.Replace(r.Header.Get("Signature"), mallo, ours.id, 1))
	want(t, w.Take(r), http.StatusUnauthorized, "signature_key_refused")
	if got := w.web.requests(); len(got) != 0 {
		t.Errorf("asked for %q", got)
	}
}

func TestB12_DeleteOfUnknownActorCostsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, object := range []string{`"$A"`, `{"id":"$A","type":"Tombstone"}`, `["$A"]`} {
		body := doc(`{"id":"$A#delete","type":"Delete","actor":"$A","object":`+object+`}`, lea)
		want(t, w.post(t, nil, body), http.StatusAccepted, "")
	}
	if got := w.web.requests(); len(got) != 0 {
		t.Errorf("asked for %q", got)
	}
	if len(w.intake.items) != 0 {
		t.Error("stored")
	}
}

func TestB12_DeleteOfKnownActor(t *testing.T) {
	t.Parallel()
	body := doc(`{"id":"$A#delete","type":"Delete","actor":"$A","object":"$A"}`, lea)
	t.Run("signed with a key that is known", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, nil)
		a := w.person(t, lea)
		w.known(a, "Person")
		want(t, w.post(t, a, note(lea, 1)), http.StatusAccepted, "")
		w.web.set(lea, page{status: http.StatusGone})
		want(t, w.post(t, a, body), http.StatusAccepted, "")
		if len(w.intake.items) != 2 {
			t.Error("not stored")
		}
	})
	t.Run("key and actor are gone", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, nil)
		a := w.person(t, lea)
		w.known(a, "Person")
		w.web.set(lea, page{status: http.StatusGone})
		want(t, w.post(t, a, body), http.StatusAccepted, "")
		if len(w.intake.items) != 1 {
			t.Error("not stored")
		}
	})
	t.Run("somebody says so with a key that is gone", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, nil)
		w.known(w.person(t, lea), "Person")
		m := w.person(t, mallo)
		w.web.set(mallo, page{status: http.StatusGone})
		want(t, w.post(t, m, body), http.StatusUnauthorized, "signature_key_gone")
		if len(w.intake.items) != 0 {
			t.Error("believed")
		}
	})
	t.Run("404 is no end", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, nil)
		a := w.person(t, lea)
		w.known(a, "Person")
		w.web.set(lea, page{status: http.StatusNotFound})
		want(t, w.post(t, a, body), http.StatusUnauthorized, "signature_key_refused")
	})
}

func TestC02_IdOnAnotherOrigin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := w.person(t, mallo)
	body := strings.Replace(note(mallo, 1), `"id":"`+mallo+`/a/1"`, `"id":"`+lea+`/a/1"`, 1)
	want(t, w.post(t, m, body), http.StatusBadRequest, "id_foreign")
	// The genuine one is not taken for a second copy.
	a := w.person(t, lea)
	if got := w.post(t, a, note(lea, 1)); !got.Stored {
		t.Errorf("the genuine one: %+v", got)
	}
}

func TestC13_BlockedHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.barred["lyon.example"] = true
	want(t, w.post(t, a, note(lea, 1)), http.StatusForbidden, "blocked")
	if got := w.web.requests(); len(got) != 0 {
		t.Errorf("asked a blocked host for %q", got)
	}
	// Nor by way of others.
	g := w.group(t, "https://town.example/g/1")
	w.known(g, "Group")
	want(t, w.post(t, g, a.proved(t, note(lea, 1), w.now)), http.StatusForbidden, "blocked")
	w.barred = map[string]bool{"town.example": true}
	want(t, w.post(t, g, a.proved(t, note(lea, 1), w.now)), http.StatusForbidden, "blocked")
}

func TestD01_RearrangedDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	for _, keyword := range []string{"@graph", "@included", "@reverse"} {
		body := strings.Replace(note(lea, 1), `"type":"Create"`, `"type":"Create","`+keyword+`":[]`, 1)
		want(t, w.post(t, a, body), http.StatusBadRequest, "malformed")
	}
}

func TestD03_DuplicateAndMiscasedKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := w.person(t, mallo)
	want(t, w.post(t, m, strings.Replace(note(mallo, 1), `"type":"Create"`, `"type":"Create","actor":"`+lea+`"`, 1)), http.StatusBadRequest, "malformed")
	got := w.post(t, m, strings.Replace(note(mallo, 2), `"type":"Create"`, `"type":"Create","Actor":"`+lea+`"`, 1))
	want(t, got, http.StatusAccepted, "")
	if got.Item.Actor != mallo {
		t.Errorf("stored as %q's", got.Item.Actor)
	}
}

func TestD04_ListsWhereOneIsExpected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	for n, c := range []struct {
		actor  string
		status int
		code   string
	}{
		{`["` + lea + `"]`, 202, ""},
		{`{"id":"` + lea + `","type":"Person","inbox":"https://evil.example/inbox"}`, 202, ""},
		{`["` + lea + `","` + mallo + `"]`, 400, "actor_missing"},
		{`[]`, 400, "actor_missing"},
		{`null`, 400, "actor_missing"},
		{`42`, 400, "actor_missing"},
		{`{"type":"Person"}`, 400, "actor_missing"},
	} {
		body := fmt.Sprintf(`{"id":"%s/a/%d","type":"Like","actor":%s,"object":"https://ours.example/o/1"}`, lea, n, c.actor)
		want(t, w.post(t, a, body), c.status, c.code)
	}
}

func TestD05_TooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	r := w.request(t, w.person(t, lea), "{"+strings.Repeat(" ", as2.MaxBytes)+"}")
	want(t, w.Take(r), http.StatusRequestEntityTooLarge, "too_large")
	r = w.request(t, w.person(t, lea), strings.Repeat("[", as2.MaxBytes+1))
	r.ContentLength = -1 // as when it comes in pieces
	want(t, w.Take(r), http.StatusRequestEntityTooLarge, "too_large")
	want(t, w.post(t, w.person(t, lea), strings.Repeat(`{"a":`, 100_000)), http.StatusBadRequest, "malformed")
}

func TestD08_UnknownAndWrongTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	for n, c := range []struct {
		typ    string
		status int
		code   string
	}{
		{`"View"`, 202, ""}, {`"Dislike"`, 202, ""}, {`"Lock"`, 202, ""}, {`"SomethingNew"`, 202, ""}, {`["x:Foo","Arrive"]`, 202, ""},
		{`"Note"`, 400, "not_an_activity"}, {`"Person"`, 400, "not_an_activity"}, {`"Collection"`, 400, "not_an_activity"},
		{`42`, 400, "not_an_activity"}, {`null`, 400, "not_an_activity"},
	} {
		body := fmt.Sprintf(`{"id":"%s/a/%d","type":%s,"actor":"%s"}`, lea, n, c.typ, lea)
		want(t, w.post(t, a, body), c.status, c.code)
	}
	if len(w.intake.items) != 0 {
		t.Errorf("%d items stored of which nothing comes", len(w.intake.items))
	}
	want(t, w.post(t, a, doc(`{"type":"Like","actor":"$A","object":"https://ours.example/o/1"}`, lea)), http.StatusBadRequest, "id_missing")
}

func TestD09_Proofs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a, m := w.person(t, lea), w.person(t, mallo)
	good := a.proved(t, note(lea, 1), w.now)
	got := w.post(t, m, good)
	want(t, got, http.StatusAccepted, "")
	if got.Item.Actor != lea || !got.Stored {
		t.Errorf("forwarded with the author's proof: %+v, want it stored as the author's", got)
	}
	want(t, w.post(t, nil, good), http.StatusUnauthorized, "signature_missing")
	want(t, w.post(t, m, strings.Replace(good, "mardi", "lundi", 1)), http.StatusUnauthorized, "proof_invalid")
	// A proof by somebody else says nothing of the author.
	want(t, w.post(t, m, m.proved(t, note(lea, 2), w.now)), http.StatusUnauthorized, "actor_is_not_signer")
	// One who names the author's key without having it.
	forger := &actor{id: lea, ed: m.ed}
	want(t, w.post(t, m, forger.proved(t, note(lea, 3), w.now)), http.StatusUnauthorized, "proof_invalid")
	if len(w.intake.items) != 1 {
		t.Errorf("%d items stored, want the good one", len(w.intake.items))
	}
}

func TestForwardedByAGroupIsKeptToBeAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.person(t, lea)
	g := w.group(t, "https://town.example/g/1")
	w.known(g, "Group")
	got := w.post(t, g, note(lea, 1))
	want(t, got, http.StatusAccepted, "")
	if got.Item.Actor != g.id || got.Item.Kind != inbox.Forward {
		t.Errorf("stored as %s of %s, want a Forward of the group", got.Item.Kind, got.Item.Actor)
	}
	// It does not stand in the way of the author's own.
	if got := w.post(t, w.person(t, lea), note(lea, 1)); !got.Stored {
		t.Errorf("the author's own: %+v", got)
	}
}

func TestE13_WrongMethodAndContentType(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		status int
		code   string
	}{
		{"get", func(r *http.Request) { r.Method = http.MethodGet }, 405, "method_not_allowed"},
		{"json", func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, 415, "content_type"},
		{"form", func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, 415, "content_type"},
		{"none", func(r *http.Request) { r.Header.Del("Content-Type") }, 415, "content_type"},
		{"two", func(r *http.Request) { r.Header.Add("Content-Type", "text/plain") }, 415, "content_type"},
		{"gzip", func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, 415, "content_encoding"},
		{"charset", func(r *http.Request) { r.Header.Set("Content-Type", "application/activity+json; charset=utf-8") }, 202, ""},
		{"ld+json", func(r *http.Request) {
			r.Header.Set("Content-Type", `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`)
		}, 202, ""},
	} {
		r := w.request(t, a, note(lea, 1))
		c.change(r)
		got := w.Take(r)
		if got.Status != c.status || got.Code != c.code {
			t.Errorf("%s: %d %q, want %d %q", c.name, got.Status, got.Code, c.status, c.code)
		}
	}
}

func TestOnePeerCannotSendWithoutEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *inbox.Options) { o.PerHost, o.Burst = 1, 2 })
	a := w.person(t, lea)
	for n := range 2 {
		want(t, w.post(t, a, note(lea, n)), http.StatusAccepted, "")
	}
	got := w.post(t, a, note(lea, 3))
	want(t, got, http.StatusTooManyRequests, "too_many_requests")
	if got.RetryAfter <= 0 {
		t.Error("without Retry-After")
	}
	want(t, w.post(t, w.person(t, "https://other.example/u/1"), note("https://other.example/u/1", 1)), http.StatusAccepted, "")
}

func TestBadSignaturesAreTurnedAwayUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *inbox.Options) {
		o.Failures, o.FailureBurst = 1, 2
		o.Address = func(r *http.Request) string { return r.Header.Get("X-Test-Address") }
	})
	a := w.person(t, lea)
	from := func(address string, by *actor) inbox.Outcome {
		r := w.request(t, by, note(lea, 1))
		r.Header.Set("X-Test-Address", address)
		return w.Take(r)
	}
	for range 2 {
		want(t, from("evil", nil), http.StatusUnauthorized, "signature_missing")
	}
	want(t, from("evil", nil), http.StatusTooManyRequests, "too_many_requests")
	// Honest traffic from elsewhere, in the name of the same host, is not touched.
	want(t, from("good", a), http.StatusAccepted, "")
}

func TestR08_SameActivityTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	var all sync.WaitGroup
	var mu sync.Mutex
	fresh := 0
	for range 20 {
		r := w.request(t, a, note(lea, 1))
		all.Go(func() {
			got := w.Take(r)
			mu.Lock()
			defer mu.Unlock()
			if got.Status != http.StatusAccepted {
				t.Errorf("answer %d %q", got.Status, got.Code)
			}
			if got.Stored {
				fresh++
			}
		})
	}
	all.Wait()
	if fresh != 1 || len(w.intake.items) != 1 {
		t.Errorf("%d fresh, %d stored; want one effect", fresh, len(w.intake.items))
	}
}

func TestR12_StorageFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.person(t, lea)
	w.intake.fail = errors.New("disk full")
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, w.request(t, a, note(lea, 1)))
	if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" || strings.Contains(rec.Body.String(), "disk") {
		t.Errorf("answer %d, Retry-After %q, %s", rec.Code, rec.Header().Get("Retry-After"), rec.Body)
	}
	// What is at fault is told as that even then.
	want(t, w.post(t, nil, note(lea, 1)), http.StatusUnauthorized, "signature_missing")
}

func TestHeard(t *testing.T) {
	t.Parallel()
	var heard []string
	w := newWorld(t, func(o *inbox.Options) {
		o.Heard = func(_ context.Context, host string, s signature.Scheme) { heard = append(heard, host+" "+string(s)) }
	})
	w.post(t, nil, note(lea, 1))
	w.post(t, w.person(t, lea), note(lea, 1))
	if len(heard) != 1 || heard[0] != "lyon.example cavage-12" {
		t.Errorf("heard %q, want what was validly signed", heard)
	}
}
