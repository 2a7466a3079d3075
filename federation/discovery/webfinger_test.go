package discovery_test

import (
	"errors"
	"testing"

	"palier/federation/discovery"
	"palier/protocol/jrd"
)

func TestHandle(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	id := h.actor("/u/1", "amina", "")
	h.finger("amina@"+h.name(), "acct:amina@"+h.name(), id)
	for _, typed := range []string{"@amina@" + h.name(), "amina@" + h.name(), " acct:amina@" + h.name() + " ", id} {
		got, err := newResolver(t, nil).Find(t.Context(), typed)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		if got.Document.ID() != id || got.Handle.String() != "amina@"+h.name() {
			t.Errorf("%q: found %s as %s", typed, got.Document.ID(), got.Handle)
		}
	}
}

func TestHandleByHostMeta(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	id := h.actor("/u/1", "amina", "")
	h.serve("/.well-known/host-meta", "application/xrd+xml", `<?xml version="1.0"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
		<Link rel="lrdd" type="application/jrd+json" template="$BASE/finger?q={uri}"/></XRD>`)
	h.serve("/finger?q=acct%3Aamina%40127.0.0.1%3A"+h.name()[len("127.0.0.1:"):], jrdJSON,
		`{"subject":"acct:amina@$HOST","links":[{"rel":"self","type":"application/activity+json","href":"$BASE/u/1"}]}`)
	got, err := newResolver(t, nil).Find(t.Context(), "amina@"+h.name())
	if err != nil || got.Document.ID() != id {
		t.Errorf("got %v, %v; want %s (asked %q)", got, err, id, h.requests())
	}
}

func TestFEP2c59_HandleOnAnotherHost(t *testing.T) {
	t.Parallel()
	mairie, social := newHost(t), newHost(t)
	id := social.actor("/u/1", "maire", `,"webfinger":"maire@`+mairie.name()+`"`)
	mairie.finger("maire@"+mairie.name(), "acct:maire@"+mairie.name(), id)
	social.finger("maire@"+social.name(), "acct:maire@"+mairie.name(), id)
	for _, typed := range []string{"maire@" + mairie.name(), "maire@" + social.name(), id} {
		got, err := newResolver(t, nil).Find(t.Context(), typed)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		if got.Document.ID() != id || got.Handle.String() != "maire@"+mairie.name() {
			t.Errorf("%q: found %s as %s, want maire@%s", typed, got.Document.ID(), got.Handle, mairie.name())
		}
	}
}

func TestB13_HandleThatItsHostDoesNotConfirm(t *testing.T) {
	t.Parallel()
	evil, victim := newHost(t), newHost(t)
	boss := victim.actor("/u/boss", "boss", "")
	victim.finger("boss@"+victim.name(), "acct:boss@"+victim.name(), boss)

	// An actor claims a handle of another host.
	fake := evil.actor("/u/1", "boss", `,"webfinger":"boss@`+victim.name()+`"`)
	evil.finger("fake@"+evil.name(), "acct:fake@"+evil.name(), fake)
	// A host says that its handle is another's.
	evil.finger("handed@"+evil.name(), "acct:boss@"+victim.name(), fake)
	// A host puts a victim's actor under a handle of its own.
	evil.finger("mine@"+evil.name(), "acct:mine@"+evil.name(), boss)
	// Two hosts hand over to one another for ever.
	evil.finger("loop@"+evil.name(), "acct:loop@"+victim.name(), fake)
	victim.finger("loop@"+victim.name(), "acct:loop@"+evil.name(), fake)

	for _, typed := range []string{fake, "fake@" + evil.name(), "handed@" + evil.name(), "loop@" + evil.name()} {
		got, err := newResolver(t, nil).Find(t.Context(), typed)
		if !errors.Is(err, jrd.ErrUnconfirmed) {
			t.Errorf("%q: %v, %v; want ErrUnconfirmed", typed, got.Handle, err)
		}
		if discovery.Temporary(err) {
			t.Errorf("%q: asking again would help?", typed)
		}
	}
	got, err := newResolver(t, nil).Find(t.Context(), "mine@"+evil.name())
	if err != nil || got.Handle.String() != "boss@"+victim.name() {
		t.Errorf("found %v, %v; want the handle the actor goes by", got.Handle, err)
	}
}

func TestB13_HandleThatLeadsToAnAlias(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.actor("/u/1", "amina", "")
	h.put("/@amina", page{to: "/u/1"})
	h.finger("amina@"+h.name(), "acct:amina@"+h.name(), h.URL+"/@amina")
	if _, err := newResolver(t, nil).Find(t.Context(), "amina@"+h.name()); !errors.Is(err, discovery.ErrForged) {
		t.Errorf("error %v: the self link has to be the id itself", err)
	}
}

func TestHandlesThatAreNone(t *testing.T) {
	t.Parallel()
	r := newResolver(t, nil)
	if _, err := r.Find(t.Context(), "@amina"); !errors.Is(err, jrd.ErrNoHost) {
		t.Errorf("a name alone: %v, want ErrNoHost", err)
	}
	for _, typed := range []string{"", "a b@c", "@@", "amina@", "javascript:alert(1)", "amina@a..b"} {
		if _, err := r.Find(t.Context(), typed); !errors.Is(err, jrd.ErrHandle) || discovery.Temporary(err) {
			t.Errorf("%q: %v, want ErrHandle", typed, err)
		}
	}
}

func TestFindByPage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	id := h.actor("/u/1", "amina", "")
	h.finger("amina@"+h.name(), "acct:amina@"+h.name(), id)
	h.serve("/@amina", "text/html; charset=utf-8", `<!doctype html><html><head><title>A & B</title>
		<link rel=stylesheet href=/x.css><link rel="alternate" type="application/rss+xml" href="/feed">
		<link rel="ALTERNATE me" type='application/ld+json; profile="https://www.w3.org/ns/activitystreams"' href="/u/1"></head><body>`)
	h.serve("/p/1", "text/html", `<head><link href="/o/1" rel="alternate" type="application/activity+json"/></head>`)
	h.serve("/o/1", as2JSON, `{"id":"$BASE/o/1","type":"Note","attributedTo":"$BASE/u/1"}`)
	h.serve("/late", "text/html", `<head></head><body><link href="/o/1" rel="alternate" type="application/activity+json"></body>`)
	r := newResolver(t, nil)
	if got, err := r.Find(t.Context(), h.URL+"/@amina"); err != nil || got.Document.ID() != id || got.Handle.Name != "amina" {
		t.Errorf("page of an actor: %v, %v", got, err)
	}
	if got, err := r.Find(t.Context(), h.URL+"/p/1"); err != nil || got.Document.ID() != h.URL+"/o/1" || got.Handle.Name != "" {
		t.Errorf("page of a post: %v, %v", got, err)
	}
	if _, err := r.Find(t.Context(), h.URL+"/late"); err == nil {
		t.Error("a link in the body, where anybody may write, was followed")
	}
}

func TestServer(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.serve("/.well-known/nodeinfo", "application/json", `{"links":[
		{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"$BASE/nodeinfo/2.1"},
		{"rel":"https://www.w3.org/ns/activitystreams#Application","href":"$BASE/actor"}]}`)
	h.serve("/nodeinfo/2.1", "application/json", `{"version":"2.1","software":{"name":"palier","version":"0.1.0"},"protocols":["activitypub"],
		"metadata":{"neighbourhood":{"directory":"$BASE/directory"}}}`)
	h.serve("/actor", as2JSON, `{"id":"$BASE/actor","type":"Application","preferredUsername":"lyon","inbox":"$BASE/inbox",
		"implements":[{"type":"Link","href":"https://w3id.org/fep/1b12"},{"type":"Link","href":"https://datatracker.ietf.org/doc/html/rfc9421"}]}`)
	r := newResolver(t, nil)
	s, err := r.Server(t.Context(), h.name())
	if err != nil {
		t.Fatal(err)
	}
	if want := (discovery.Capabilities{FEP1b12: true, RFC9421: true}); s.Capabilities != want {
		t.Errorf("capabilities %+v, want %+v", s.Capabilities, want)
	}
	if s.Info.Software.Name != "palier" || s.Info.Metadata.Neighbourhood.Directory != h.URL+"/directory" {
		t.Errorf("info %+v", s.Info)
	}
	h.finger("lyon@"+h.name(), "acct:lyon@"+h.name(), h.URL+"/actor")
	if got, err := r.Find(t.Context(), h.URL); err != nil || got.Document.ID() != h.URL+"/actor" {
		t.Errorf("found by its address: %v, %v", got, err)
	}
}

func TestServerThatTellsLittle(t *testing.T) {
	t.Parallel()
	silent, evil, old := newHost(t), newHost(t), newHost(t)
	if s, err := newResolver(t, nil).Server(t.Context(), silent.name()); err != nil || s.Application != nil || s.Capabilities != (discovery.Capabilities{}) {
		t.Errorf("a server without NodeInfo: %+v, %v", s, err)
	}
	evil.serve("/.well-known/nodeinfo", "application/json", `{"links":[{"rel":"https://www.w3.org/ns/activitystreams#Application","href":"`+old.URL+`/actor"}]}`)
	old.serve("/actor", as2JSON, `{"id":"$BASE/actor","type":"Application","inbox":"$BASE/inbox","implements":[{"type":"Link","href":"https://w3id.org/fep/1b12"}]}`)
	if s, err := newResolver(t, nil).Server(t.Context(), evil.name()); err != nil || s.Application != nil || s.FEP1b12 {
		t.Errorf("a server that names another's actor: %+v, %v", s, err)
	}
	// FEP-d556: by WebFinger of the server itself.
	old.serve("/.well-known/webfinger?resource=http%3A%2F%2F127.0.0.1%3A"+old.name()[len("127.0.0.1:"):]+"%2F", jrdJSON,
		`{"subject":"$BASE/","links":[{"rel":"https://www.w3.org/ns/activitystreams#Service","type":"application/activity+json","href":"$BASE/actor"}]}`)
	if s, err := newResolver(t, nil).Server(t.Context(), old.name()); err != nil || !s.FEP1b12 {
		t.Errorf("a server with an actor and no NodeInfo: %+v, %v", s, err)
	}
}

func TestGuessFEP1b12(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"lemmy": true, "nodebb": true, "mastodon": false, "": false, "gotosocial": false} {
		if got := discovery.GuessFEP1b12(name); got != want {
			t.Errorf("%q: %t, want %t", name, got, want)
		}
	}
}

func TestActorOfAServerWithoutWebFinger(t *testing.T) {
	t.Parallel()
	h, other := newHost(t), newHost(t)
	id := h.actor("/u/1", "amina", "")
	if got, err := newResolver(t, nil).Find(t.Context(), id); err != nil || got.Handle.String() != "amina@"+h.name() {
		t.Errorf("found %v, %v; want it under its own host", got.Handle, err)
	}
	id = h.actor("/u/2", "amina", `,"webfinger":"amina@`+other.name()+`"`)
	if got, err := newResolver(t, nil).Find(t.Context(), id); err == nil {
		t.Errorf("B13: found as %v, which that host never said", got.Handle)
	}
}
