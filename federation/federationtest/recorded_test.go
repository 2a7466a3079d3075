package federationtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/federation/client"
	"palier/federation/federationtest"
	"palier/federation/signature"
	"palier/protocol/as2"
)

func raw(d federationtest.Document) json.RawMessage { return json.RawMessage(d.Body) }

var kinds = []federationtest.Software{
	federationtest.Mastodon, federationtest.Lemmy, federationtest.Mobilizon, federationtest.GoToSocial,
}

// filled has everything that any shape asks for.
func filled() federationtest.With {
	const at = "http://127.0.0.1:1"
	return federationtest.With{
		"Target": at + "/o/7", "Targets": []string{at + "/u/7", at + "/o/7"}, "Group": at + "/g/rue", "Author": at + "/u/7",
		"Follow": at + "/f/7", "Follower": at + "/u/7", "Like": at + "/l/7", "Join": at + "/j/7", "ReplyTo": at + "/o/7", "Organiser": at + "/g/rue",
		"Title": `Prêt d'un "vélo"`, "Content": "<p>Vélo & remorque</p>", "EndTime": "2026-12-01T10:00:00Z", "Voters": 3, "Vote": "7", "Choice": "Samedi", "Other": "Dimanche", "Inner": json.RawMessage(`{"id":"` + at + `/a/1","type":"Create"}`),
	}
}

func TestEveryShapeIsADocument(t *testing.T) {
	t.Parallel()
	n := federationtest.NewNetwork(t, nil)
	shapes := 0
	for _, kind := range kinds {
		server := n.Recorded(kind)
		ana := server.Person("ana")
		names, err := fs.Glob(os.DirFS("testdata"), kind.Name+"/*.json")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			shapes++
			shape := strings.TrimSuffix(path.Base(name), ".json")
			d := ana.Document(shape, filled())
			o, err := as2.Parse(d.Body)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if o.ID() != d.ID || d.ID == "" {
				t.Errorf("%s: id %q, and it says %q", name, d.ID, o.ID())
			}
			switch {
			case as2.IsActor(o.Type()):
				_, err = as2.ReadActor(o)
			default:
				var a as2.Activity
				if a, err = as2.ReadActivity(o); a.Actor != ana.ID {
					t.Errorf("%s: actor %q", name, a.Actor)
				}
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if shapes < 30 {
		t.Errorf("only %d shapes were found", shapes)
	}
}

// Every software's signature is one that our verifier takes, with the key from
// where that software keeps it, and ours is one that the other libraries take.
func TestSignaturesBothWays(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	clock := federationtest.NewClock(noon)
	for _, kind := range append(kinds, federationtest.Mastodon.Modern()) {
		for _, scheme := range []string{federationtest.Cavage, federationtest.RFC9421} {
			t.Run(kind.Name+" "+scheme, func(t *testing.T) {
				t.Parallel()
				ctx := within(t)
				n := federationtest.NewNetwork(t, clock.Now)
				ana := n.Recorded(kind).Person("ana")
				// Somebody has to sign our fetches of keys that are not for everyone.
				us := n.Recorded(federationtest.Mastodon).Person("us")
				got := make(chan signature.Verified, 1)
				ours := n.Host()
				ours.Serve(verifying(t, ours, us, clock, got))
				if code := must(ana.SendAs(ctx, scheme, ours.URL+"/inbox?x=1", ana.Document("follow", filled())))(t); code != 202 {
					t.Fatalf("answered %d", code)
				}
				v := <-got
				want := signature.Verified{KeyID: ana.KeyID(), Owner: ana.ID, Scheme: signature.Scheme(scheme), Kind: signature.RSA, Signed: noon}
				if diff := cmp.Diff(want, v); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// verifying answers 202 to what is signed well, as our own server judges it.
func verifying(t *testing.T, ours *federationtest.Host, us *federationtest.Actor, clock *federationtest.Clock, got chan<- signature.Verified) http.Handler {
	keys := signature.NewKeyCache(signature.CacheOptions{Now: clock.Now, Fetch: (&signature.Resolver{
		Dereference: func(ctx context.Context, id string) (client.Fetched, error) {
			a, err := us.Fetch(ctx, federationtest.Cavage, id)
			if err != nil {
				return client.Fetched{}, err
			}
			if a.Status != http.StatusOK {
				return client.Fetched{}, &client.StatusError{Status: a.Status}
			}
			return client.Fetched{URL: id, Body: a.Body, ContentType: a.Header.Get("Content-Type")}, nil
		},
		Local: func(string) bool { return false },
	}).Fetch})
	v, err := signature.NewVerifier(keys, signature.Policy{Origins: []string{ours.URL}, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			var result signature.Verified
			if result, err = v.Verify(r, body); err == nil {
				got <- result
				w.WriteHeader(http.StatusAccepted)
				return
			}
		}
		t.Errorf("not believed: %v", err)
		w.WriteHeader(http.StatusUnauthorized)
	})
}

func TestRecordedTakesItsOwnForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		to     federationtest.Software
		scheme string
		want   int
	}{
		{federationtest.Mastodon, federationtest.Cavage, 202},
		{federationtest.Mastodon, federationtest.RFC9421, 202},
		{federationtest.Mastodon.Modern(), federationtest.Cavage, 401},
		{federationtest.Mastodon.Modern(), federationtest.RFC9421, 202},
		{federationtest.Lemmy, federationtest.Cavage, 200},
		{federationtest.Lemmy, federationtest.RFC9421, 401},
		{federationtest.GoToSocial, "", 401},
	} {
		ctx := within(t)
		n := federationtest.NewNetwork(t, nil)
		to, ana := n.Recorded(c.to), n.Recorded(federationtest.Mastodon).Person("ana")
		bo := to.Person("bo")
		got := must(ana.SendAs(ctx, c.scheme, bo.Inbox, ana.Document("follow", federationtest.With{"Target": bo.ID})))(t)
		if got != c.want {
			t.Errorf("%s answers %q with %d, want %d", c.to.Name, c.scheme, got, c.want)
		}
		r := must(to.Await(ctx, func(r federationtest.Received) bool { return r.Is("Follow", ana.ID, bo.ID) }))(t)
		if signed := r.Signer == ana.ID && r.SignErr == nil; signed != (c.want < 300) {
			t.Errorf("%s noted %s", c.to.Name, r)
		}
	}
}

func TestRecordedFindsForgeries(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{federationtest.Cavage, federationtest.RFC9421} {
		for name, forge := range map[string]func(*http.Request){
			"another body":   func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"type":"Follow"}`)) },
			"another path":   func(r *http.Request) { r.URL.Path += "2" },
			"no digest":      func(r *http.Request) { r.Header.Del("Digest"); r.Header.Del("Content-Digest") },
			"no such key":    func(r *http.Request) { replace(r, "#main-key", "#other-key") },
			"somebody else":  func(r *http.Request) { replace(r, "/users/ana", "/users/bo") },
			"less covered":   func(r *http.Request) { replace(r, "digest", "x-digest") },
			"another method": func(r *http.Request) { r.Method = http.MethodPut },
		} {
			ctx := within(t)
			n := federationtest.NewNetwork(t, nil)
			server := n.Recorded(federationtest.Mastodon)
			ana := server.Person("ana")
			server.Person("bo")
			through := n.Host()
			through.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Host = server.Name
				r.Header.Set("Host", server.Name)
				forge(r)
				server.ServeHTTP(w, r)
			}))
			inbox := strings.Replace(ana.Inbox, server.URL, through.URL, 1)
			if got := must(ana.SendAs(ctx, scheme, inbox, ana.Document("follow", federationtest.With{"Target": ana.ID})))(t); got < 400 {
				t.Errorf("%s with %s: answered %d", scheme, name, got)
			}
		}
	}
}

func replace(r *http.Request, from, to string) {
	for _, name := range []string{"Signature", "Signature-Input"} {
		if v := r.Header.Get(name); v != "" {
			r.Header.Set(name, strings.ReplaceAll(v, from, to))
		}
	}
}

func TestSignaturesAgeWithTheClock(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	theirs, ours := federationtest.NewClock(time.Now()), federationtest.NewClock(time.Now())
	from, to := federationtest.NewNetwork(t, theirs.Now), federationtest.NewNetwork(t, ours.Now)
	ana, bo := from.Recorded(federationtest.Mastodon).Person("ana"), to.Recorded(federationtest.Mastodon).Person("bo")
	ours.Advance(2 * time.Hour)
	for _, scheme := range []string{federationtest.Cavage, federationtest.RFC9421} {
		if got := must(ana.SendAs(ctx, scheme, bo.Inbox, ana.Document("follow", federationtest.With{"Target": bo.ID})))(t); got != 401 {
			t.Errorf("a signature under %s of two hours ago is answered %d", scheme, got)
		}
	}
}

func TestRecordedServesWhatItSent(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	server := federationtest.NewNetwork(t, nil).Recorded(federationtest.GoToSocial)
	ana := server.Person("ana")
	d := ana.Document("create_note", federationtest.With{"Group": ana.ID, "Content": "<p>bonsoir</p>"})
	for id, want := range map[string]int{d.ID: 200, d.ObjectID: 200, ana.ID: 200, ana.KeyID(): 200, server.URL + "/none": 404} {
		if a := must(ana.Fetch(ctx, federationtest.Cavage, id))(t); a.Status != want || want == 200 && !bytes.Contains(a.Body, []byte(ana.ID)) {
			t.Errorf("%s: %d %s", id, a.Status, a.Body)
		}
		if a := must(ana.Fetch(ctx, "", id))(t); want == 200 && a.Status != 401 {
			t.Errorf("%s unsigned: %d", id, a.Status)
		}
	}
	server.Withdraw(d.ObjectID, http.StatusGone)
	if a := must(ana.Fetch(ctx, federationtest.Cavage, d.ObjectID))(t); a.Status != 410 {
		t.Errorf("withdrawn: %d", a.Status)
	}
	if code, _ := get(t, server.URL+"/.well-known/webfinger?resource=acct:"+ana.Handle); code != 200 {
		t.Errorf("WebFinger of %s: %d", ana.Handle, code)
	}
	if _, body := get(t, server.URL+"/nodeinfo/2.0"); !strings.Contains(body, `"gotosocial"`) {
		t.Errorf("NodeInfo: %s", body)
	}
}

func TestRecordedAnswersAsTold(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	n := federationtest.NewNetwork(t, nil)
	to, ana := n.Recorded(federationtest.Mastodon), n.Recorded(federationtest.Lemmy).Person("ana")
	bo := to.Person("bo")
	follow := ana.Document("follow", federationtest.With{"Target": bo.ID})
	to.Answer(func(federationtest.Received) int { return http.StatusTooManyRequests })
	if got := must(ana.Send(ctx, bo.Inbox, follow))(t); got != 429 {
		t.Errorf("answered %d", got)
	}
	to.Answer(nil)
	if got := must(ana.Send(ctx, bo.Inbox, follow))(t); got != 202 {
		t.Errorf("answered %d", got)
	}
	if got := to.Count(func(r federationtest.Received) bool { return r.Is("Follow", ana.ID, bo.ID) }); got != 2 {
		t.Errorf("%d follows came", got)
	}
}
