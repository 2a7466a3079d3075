package as2_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"palier/protocol/as2"
)

// plain compares structs without what they keep of the bytes.
var plain = cmp.Options{cmpopts.IgnoreTypes(as2.Extra{}), cmpopts.EquateEmpty()}

func readFixture[T any](t *testing.T, name string, read func(*as2.Object) (T, error)) T {
	t.Helper()
	v, err := read(parse(t, string(fixture(t, name))))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestActorOfMastodon(t *testing.T) {
	t.Parallel()
	got := readFixture(t, "mastodon/person.json", as2.ReadActor)
	const id = "https://corbeau.example/users/lison"
	want := as2.Actor{
		Context: got.Context,
		ID:      id, Type: as2.TypePerson, PreferredUsername: "lison", Name: "Lison :corbeau:",
		Summary: "<p>Jardinière à Plouër</p>", URL: "https://corbeau.example/@lison",
		Inbox: id + "/inbox", Outbox: id + "/outbox", Followers: id + "/followers", Following: id + "/following",
		Featured: id + "/collections/featured", FeaturedTags: id + "/collections/tags", SharedInbox: "https://corbeau.example/inbox",
		Published: time.Date(2023, 4, 2, 0, 0, 0, 0, time.UTC), Discoverable: true, AlsoKnownAs: []string{"https://ancien.example/users/lison"},
		Icon:  &as2.Media{Type: as2.TypeImage, MediaType: "image/jpeg", URL: "https://media.corbeau.example/a/1.jpg"},
		Image: &as2.Media{Type: as2.TypeImage, MediaType: "image/png", URL: "https://media.corbeau.example/h/1.png"},
		Fields: []as2.PropertyValue{
			{Type: as2.TypePropertyValue, Name: "Jardin", Value: `<a href="https://lison.example" rel="me nofollow">lison.example</a>`},
			{Type: as2.TypePropertyValue, Name: "Ville", Value: "Plouër"},
		},
		Tags: []as2.Tag{{ID: "https://corbeau.example/emojis/12", Type: as2.TypeEmoji, Name: ":corbeau:", Updated: time.Date(2023, 5, 1, 9, 0, 0, 0, time.UTC),
			Icon: &as2.Media{Type: as2.TypeImage, MediaType: "image/png", URL: "https://media.corbeau.example/e/12.png"}}},
		PublicKeys: []as2.PublicKey{{ID: id + "#main-key", Owner: id, PEM: got.PublicKeys[0].PEM}},
	}
	if diff := cmp.Diff(want, got, plain); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if string(got.Unknown["attributionDomains"]) != "[\n    \"lison.example\"\n  ]" || len(got.Unknown) != 2 {
		t.Errorf("unknown: %s", got.Unknown)
	}
}

func TestNoteOfMastodon(t *testing.T) {
	t.Parallel()
	a := readFixture(t, "mastodon/create_note.json", as2.ReadActivity)
	o, err := a.Object().Parse()
	if err != nil {
		t.Fatal(err)
	}
	got, err := as2.ReadNote(o)
	if err != nil {
		t.Fatal(err)
	}
	const by = "https://corbeau.example/users/lison"
	want := as2.Note{
		ID: by + "/statuses/1101", Type: as2.TypeNote, AttributedTo: []as2.Item{as2.IRI(by)}, URL: "https://corbeau.example/@lison/1101",
		Content: got.Content, ContentMap: map[string]string{"fr": "<p>Qui prête une échelle ?</p>"}, Published: time.Date(2026, 3, 1, 8, 12, 40, 0, time.UTC),
		To: []string{as2.Public}, CC: []string{by + "/followers", "https://dinan.example/g/port"},
		Attachments: []as2.Media{{Type: as2.TypeDocument, MediaType: "image/jpeg", URL: "https://media.corbeau.example/m/9.jpg", Name: "Une gouttière bouchée",
			Blurhash: "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH", FocalPoint: []float64{0, -0.42}, Width: 1200, Height: 900}},
		Tags: []as2.Tag{
			{Type: as2.TypeMention, Href: "https://dinan.example/g/port", Name: "@port@dinan.example"},
			{Type: as2.TypeHashtag, Href: "https://corbeau.example/tags/pret", Name: "#pret"},
		},
		Replies: got.Replies, Likes: got.Likes, Shares: got.Shares,
	}
	if diff := cmp.Diff(want, got, plain); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Language() != "fr" || got.Replies.Type != as2.TypeCollection || got.Replies.IRI != by+"/statuses/1101/replies" {
		t.Errorf("language %q, replies %q %q", got.Language(), got.Replies.Type, got.Replies.IRI)
	}
}

func TestVideoOfPeerTube(t *testing.T) {
	t.Parallel()
	v := readFixture(t, "peertube/video.json", as2.ReadNote)
	if v.Type != as2.TypeVideo || v.URL != "https://tube.example/videos/watch/e7" || v.MediaType != "text/markdown" {
		t.Errorf("type %q, url %q, media type %q", v.Type, v.URL, v.MediaType)
	}
	if by, err := v.Author(); err != nil || by != "https://tube.example/accounts/iris" {
		t.Errorf("author %q, %v", by, err)
	}
	if v.AttributedTo[1].Type != as2.TypeGroup || v.AttributedTo[1].IRI != "https://tube.example/video-channels/port" {
		t.Errorf("group %+v", v.AttributedTo[1])
	}
}

func TestGroupAndPageOfLemmy(t *testing.T) {
	t.Parallel()
	g := readFixture(t, "lemmy/group.json", as2.ReadActor)
	if len(g.AttributedTo) != 1 || g.AttributedTo[0].IRI != "https://verger.example/c/jardins/moderators" || g.PostingRestrictedToMods {
		t.Errorf("moderators %v, restricted %v", g.AttributedTo, g.PostingRestrictedToMods)
	}
	a := readFixture(t, "lemmy/announce_create_page.json", as2.ReadActivity)
	create, err := a.Object().Parse()
	if err != nil {
		t.Fatal(err)
	}
	inner, err := as2.ReadActivity(create)
	if err != nil || inner.Type != as2.TypeCreate || inner.Actor != "https://verger.example/u/rose" {
		t.Fatalf("inner %+v, %v", inner, err)
	}
	p := readFixture(t, "lemmy/page.json", as2.ReadNote)
	if p.Name != "Troc de plants" || p.Attachments[0].Href != "https://troc.example/plants" || p.Conversation != "https://verger.example/post/7/context" ||
		p.Source.Content != "Samedi matin" || p.Image.URL != "https://verger.example/pictrs/image/a.webp" || p.Audience[0] != "https://verger.example/c/jardins" {
		t.Errorf("page %+v", p)
	}
	lock := readFixture(t, "lemmy/announce_lock.json", as2.ReadActivity)
	if lock.Object().Type != as2.TypeLock {
		t.Errorf("object is a %q", lock.Object().Type)
	}
}

func TestEventOfMobilizon(t *testing.T) {
	t.Parallel()
	e := readFixture(t, "mobilizon/event.json", as2.ReadNote)
	if e.Type != as2.TypeEvent || e.Name != "Fest-noz" || e.StartTime.Hour() != 20 || !e.EndTime.IsZero() {
		t.Errorf("%q %q from %v to %v", e.Type, e.Name, e.StartTime, e.EndTime)
	}
	want := &as2.Place{ID: "https://fest.example/address/8", Type: as2.TypePlace, Name: "Salle des fêtes", Point: &as2.Point{Latitude: 48.45, Longitude: -2.04},
		Address: &as2.PostalAddress{Type: "PostalAddress", Street: "Place du Guesclin", PostalCode: "22100", Locality: "Dinan", Country: "France"}}
	if diff := cmp.Diff(want, e.Location, plain); diff != "" {
		t.Errorf("location (-want +got):\n%s", diff)
	}
	if string(e.Unknown["joinMode"]) != `"free"` {
		t.Errorf("joinMode is lost: %s", e.Unknown)
	}
}

func TestPollOfMastodon(t *testing.T) {
	t.Parallel()
	q := readFixture(t, "mastodon/question.json", as2.ReadNote)
	want := &as2.Poll{Voters: 5, Closed: time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC), Choices: []as2.Choice{{Name: "Samedi", Votes: 4}, {Name: "Dimanche", Votes: 1}}}
	if diff := cmp.Diff(want, q.Poll); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFlagNamesSeveralThings(t *testing.T) {
	t.Parallel()
	f := readFixture(t, "mastodon/flag.json", as2.ReadActivity)
	if len(f.Objects) != 3 || f.Objects[2].IRI != "https://dinan.example/o/42" || !f.Object().None() || f.To[0] != "https://dinan.example/u/9" {
		t.Errorf("flag %+v", f)
	}
}

func TestKeysAndImplementsOfMitra(t *testing.T) {
	t.Parallel()
	a := readFixture(t, "mitra/person.json", as2.ReadActor)
	if len(a.Assertion) != 2 || a.Assertion[1].ID != a.ID+"#ed25519-key" || a.Assertion[1].Controller != a.ID {
		t.Errorf("keys %+v", a.Assertion)
	}
	if got := a.Generator.Implements; len(got) != 2 || got[0].Href != "https://w3id.org/fep/8b32" || got[1].Href != "https://w3id.org/fep/844e" {
		t.Errorf("implements %+v", got)
	}
	if len(a.Fields) != 1 || a.Fields[0].Name != "Site" {
		t.Errorf("fields %+v", a.Fields)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		`{}`, `{"id":"x:1"}`, `{"id":"x:1","owner":"x:2"}`, `{"owner":"x:2","publicKeyPem":"p"}`, `{"id":"x:1","owner":["x:2","x:3"],"publicKeyPem":"p"}`, `"x:1"`, `7`,
	} {
		a, err := as2.ReadActor(parse(t, `{"id":"x:2","type":"Person","publicKey":`+key+`,"assertionMethod":`+key+`}`))
		if err != nil || len(a.PublicKeys) != 0 || len(a.Assertion) != 0 {
			t.Errorf("key %s read as %+v %+v, %v", key, a.PublicKeys, a.Assertion, err)
		}
	}
	many := `{"id":"x:1","type":"Multikey","owner":"x:2","publicKeyPem":"p","controller":"x:2","publicKeyMultibase":"z"}`
	a, err := as2.ReadActor(parse(t, `{"id":"x:2","type":"Person","publicKey":`+list(many, 50)+`,"assertionMethod":`+list(many, 50)+`}`))
	if err != nil || len(a.PublicKeys) != as2.MaxKeys || len(a.Assertion) != as2.MaxKeys {
		t.Errorf("of 50 keys %d and %d are read, %v", len(a.PublicKeys), len(a.Assertion), err)
	}
}

func TestCollectionsOfOtherSoftware(t *testing.T) {
	t.Parallel()
	c := readFixture(t, "lemmy/followers.json", as2.ReadCollection)
	if c.Total == nil || *c.Total != 3 || len(c.Items) != 0 || c.Ordered() {
		t.Errorf("followers %+v", c)
	}
	c = readFixture(t, "lemmy/featured.json", as2.ReadCollection)
	if len(c.Items) != 1 || c.Items[0].Type != as2.TypePage || !c.Ordered() {
		t.Errorf("featured %+v", c)
	}
	o := parse(t, `{"type":"OrderedCollection","totalItems":-1,"items":["x:1"]}`)
	c, err := as2.ReadCollection(o)
	if err != nil || c.Total != nil || len(c.Items) != 1 {
		t.Errorf("items against the type: %+v, %v", c, err)
	}
}

func TestDangerousAddressesAreNotRead(t *testing.T) {
	t.Parallel()
	n, err := as2.ReadNote(parse(t, `{"id":"https://a.example/1","type":"Note","url":"javascript:1","tag":[{"type":"Mention","href":"javascript:1","name":"@a"}],
		"attachment":[{"type":"Link","href":"data:text/html,1"},{"type":"Image","url":"file:///x"}],"image":"ftp://x"}`))
	if err != nil {
		t.Fatal(err)
	}
	if n.URL != "" || n.Tags[0].Href != "" || n.Attachments[0].Href != "" || n.Attachments[1].URL != "" || n.Image != nil {
		t.Errorf("read %+v", n)
	}
}

func TestIconInEveryForm(t *testing.T) {
	t.Parallel()
	const url = "https://a.example/1.png"
	for icon, want := range map[string]string{
		`"` + url + `"`:                              url,
		`{"type":"Image","url":"` + url + `"}`:       url,
		`{"url":"` + url + `"}`:                      url,
		`[{"type":"Image"},{"url":["` + url + `"]}]`: url,
		`[{"type":"Image","url":[{"type":"Link","mediaType":"text/html","href":"https://a.example/"},{"mediaType":"image/png","href":"` + url + `"}]}]`: url,
		`{"type":"Image","url":"data:image/png;base64,"}`: "",
		`[]`:   "",
		`null`: "",
	} {
		a, err := as2.ReadActor(parse(t, `{"id":"https://a.example/u","type":"Person","icon":`+icon+`}`))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if a.Icon != nil {
			got = a.Icon.URL
		}
		if got != want {
			t.Errorf("icon %s read as %q, want %q", icon, got, want)
		}
	}
}
