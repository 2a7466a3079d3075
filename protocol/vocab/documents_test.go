package vocab_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/as2"
	"palier/protocol/vocab"
)

const (
	lyon = "https://lyon.example"
	g    = lyon + "/g/croix_rousse"
	u    = lyon + "/u/01JD9Q"
)

var at = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// group is a neighbourhood with everything it can say (protocol §8.2).
func group() as2.Actor {
	a := as2.Actor{
		Context: vocab.ActorContext(), ID: g, Type: as2.TypeGroup, PreferredUsername: "croix_rousse", WebFinger: "croix_rousse@lyon.example",
		Name: "Voisins de la Croix-Rousse", Summary: "<p>Entraide.</p>", URL: lyon + "/@croix_rousse", Inbox: g + "/inbox", Outbox: g + "/outbox",
		Followers: g + "/followers", Following: g + "/following", Featured: g + "/featured", AttributedTo: []as2.Item{as2.IRI(g + "/moderators")},
		SharedInbox: lyon + "/inbox", Published: at, Discoverable: true, Indexable: true,
		Icon:        &as2.Media{Type: as2.TypeImage, MediaType: "image/png", URL: lyon + "/m/cr.png"},
		Location:    &as2.Place{Type: as2.TypePlace, Name: "Croix-Rousse, Lyon", Point: &as2.Point{Latitude: 45.77, Longitude: 4.83}, Radius: 1.5, Units: "km"},
		Fields:      []as2.PropertyValue{{Type: as2.TypePropertyValue, Name: "Mairie", Value: "mairie.example"}},
		Generator:   &as2.Generator{ID: lyon + "/actor", Type: as2.TypeApplication, Implements: vocab.Implemented()},
		AlsoKnownAs: []string{"https://old.example/g/1"},
		PublicKeys:  []as2.PublicKey{{ID: g + "#main-key", Owner: g, PEM: "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"}},
		Assertion:   []as2.Multikey{{ID: g + "#ed25519", Type: as2.TypeMultikey, Controller: g, Multibase: "z6Mk"}},
	}
	vocab.PutPlace(&a, vocab.Place{Level: vocab.LevelNeighbourhood, Territory: []vocab.Territory{"FR:COG:69384"}, Within: []string{lyon + "/g/lyon"}})
	return a
}

// server is the actor of a server itself (protocol §8.9).
func server() as2.Actor {
	a := as2.Actor{
		Context: vocab.ActorContext(), ID: lyon + "/actor", Type: as2.TypeApplication, PreferredUsername: "lyon.example", Inbox: lyon + "/inbox",
		Outbox: lyon + "/outbox", Implements: vocab.Implemented(),
	}
	vocab.PutDirectory(&a, lyon+"/directory")
	return a
}

// note is a post in a neighbourhood (protocol §8.4).
func note(t *testing.T) as2.Note {
	t.Helper()
	const text = "<p><strong>Coupure d'eau mardi</strong></p><p>Rue d'Austerlitz, de 9 h à 12 h.</p>"
	n := as2.Note{
		Context: vocab.PostContext(), ID: lyon + "/o/01JDA0", Type: as2.TypeNote, AttributedTo: []as2.Item{as2.IRI(u)}, Published: at,
		To: []string{as2.Public}, CC: []string{g, u + "/followers"}, Audience: []string{g}, Conversation: lyon + "/t/01JDA0", URL: lyon + "/p/01JDA0",
		Content: text, ContentMap: map[string]string{"fr": text}, Replies: as2.IRI(lyon + "/o/01JDA0/replies"),
		Sensitive: true, Summary: "eau",
		Attachments: []as2.Media{{Type: as2.TypeDocument, MediaType: "image/jpeg", URL: lyon + "/m/1.jpg", Name: "Une vanne", Width: 4, Height: 3, Blurhash: "L",
			FocalPoint: []float64{0.5, 0}}},
		Tags: []as2.Tag{
			{Type: as2.TypeMention, Href: g, Name: "@croix_rousse@lyon.example"},
			{Type: as2.TypeHashtag, Href: lyon + "/tags/croixrousse", Name: "#croixrousse"},
		},
	}
	vocab.PutPost(&n, vocab.Post{Title: "Coupure d'eau mardi", Kind: vocab.KindPost, Reach: vocab.ReachCommune})
	return n
}

// question is a poll in a neighbourhood (protocol §5.10).
func question(t *testing.T) as2.Note {
	t.Helper()
	n := note(t)
	n.Context, n.Type, n.Attachments = vocab.QuestionContext(), as2.TypeQuestion, nil
	n.EndTime = at.Add(24 * time.Hour)
	n.Poll = &as2.Poll{Choices: []as2.Choice{{Name: "samedi", Votes: 2}, {Name: "dimanche", Hidden: true}}, Closed: n.EndTime, Voters: 2}
	return n
}

// announce is the first form of a Group's Announce: the whole activity.
func announce(t *testing.T) as2.Activity {
	t.Helper()
	item, err := as2.Embed(as2.Activity{ID: lyon + "/a/1", Type: as2.TypeCreate, Actor: u, Objects: []as2.Item{as2.IRI(lyon + "/o/01JDA0")}})
	if err != nil {
		t.Fatal(err)
	}
	a := as2.Activity{Context: vocab.PostContext(), ID: lyon + "/a/2", Type: as2.TypeAnnounce, Actor: g, Published: at, Objects: []as2.Item{item},
		To: []string{as2.Public}, CC: []string{g + "/followers"}}
	vocab.PutVia(&a, []string{lyon + "/g/lyon"})
	return a
}

func object(t *testing.T, v as2.Encodable) *as2.Object {
	t.Helper()
	b, err := as2.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(b))
}

func parse(t *testing.T, doc string) *as2.Object {
	t.Helper()
	o, err := as2.Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestPlaceIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	o := object(t, group())
	want := vocab.Place{Level: vocab.LevelNeighbourhood, Territory: []vocab.Territory{"FR:COG:69384"}, Within: []string{lyon + "/g/lyon"}}
	if diff := cmp.Diff(want, vocab.ReadPlace(o)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(string(o.Raw()), `"territory":["FR:COG:69384"]`) {
		t.Errorf("one territory is no list: %s", o.Raw())
	}
	a := group()
	vocab.PutPlace(&a, vocab.Place{})
	if diff := cmp.Diff(vocab.Place{}, vocab.ReadPlace(object(t, a))); diff != "" {
		t.Errorf("taken away (-want +got):\n%s", diff)
	}
	if got, want := vocab.ReadDirectory(object(t, server())), lyon+"/directory"; got != want {
		t.Errorf("directory %q, want %q", got, want)
	}
}

func TestPlaceInOthersWords(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]vocab.Place{
		`{}`:                     {},
		`{"level":"commune"}`:    {Level: vocab.LevelCommune},
		`{"nb:level":"commune"}`: {Level: vocab.LevelCommune},
		`{"` + vocab.Namespace + `level":"commune"}`:            {Level: vocab.LevelCommune},
		`{"level":"building","nb:level":"wider"}`:               {Level: vocab.LevelBuilding},
		`{"level":"galaxy"}`:                                    {Level: vocab.LevelWider},
		`{"level":["commune"]}`:                                 {Level: vocab.LevelCommune},
		`{"level":7}`:                                           {},
		`{"territory":"FR:COG:22050"}`:                          {Territory: []vocab.Territory{"FR:COG:22050"}},
		`{"territory":["FR:COG:22050","x",7,"FR:DEP:22"]}`:      {Territory: []vocab.Territory{"FR:COG:22050", "FR:DEP:22"}},
		`{"within":{"id":"https://a.example/g"}}`:               {Within: []string{"https://a.example/g"}},
		`{"within":["https://a.example/g",1,"not an address"]}`: {Within: []string{"https://a.example/g"}},
	} {
		if diff := cmp.Diff(want, vocab.ReadPlace(parse(t, doc))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", doc, diff)
		}
	}
	many := `{"territory":[` + strings.TrimSuffix(strings.Repeat(`"FR:COG:22050",`, 500), ",") + `],"within":["x:0"`
	for i := range 100 {
		many += `,"x:` + strings.Repeat("1", i+1) + `"`
	}
	if p := vocab.ReadPlace(parse(t, many+"]}")); len(p.Territory) > 64 || len(p.Within) > 16 {
		t.Errorf("read %d territories and %d parents", len(p.Territory), len(p.Within))
	}
}

func TestPostIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	o := object(t, note(t))
	if diff := cmp.Diff(vocab.Post{Title: "Coupure d'eau mardi", Kind: vocab.KindPost, Reach: vocab.ReachCommune}, vocab.ReadPost(o)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if o.Has("name") {
		t.Error("a Note of ours has a name: others take it for a content warning")
	}
	if n := len(o.Raw()); n > 2200 {
		t.Errorf("a post has %d bytes", n)
	}
	n := note(t)
	vocab.PutPost(&n, vocab.Post{})
	if diff := cmp.Diff(vocab.Post{}, vocab.ReadPost(object(t, n))); diff != "" {
		t.Errorf("taken away (-want +got):\n%s", diff)
	}
	offer := vocab.Post{Title: "Vélo", Kind: vocab.KindLending, Reach: vocab.ReachIntercommunal, Purpose: vocab.PurposeOffer, Status: "open"}
	vocab.PutPost(&n, offer)
	n.Put("publishes", []byte(`{"type":"Intent"}`))
	if diff := cmp.Diff(offer, vocab.ReadPost(object(t, n))); diff != "" {
		t.Errorf("an offer (-want +got):\n%s", diff)
	}
}

func TestPostInOthersWords(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]vocab.Post{
		`{"type":"Note"}`:                                                                {},
		`{"type":"Page","name":"Troc"}`:                                                  {Title: "Troc"},
		`{"type":"Event","nameMap":{"fr":"Fest-noz"}}`:                                   {Title: "Fest-noz"},
		`{"type":"Note","title":"Ours","name":"Theirs"}`:                                 {Title: "Ours"},
		`{"type":"Note","nb:title":"a\n\u202eb","nb:reach":"national","nb:kind":"gift"}`: {Title: "a b", Reach: vocab.ReachNational, Kind: "gift"},
		`{"reach":"galaxy"}`:                                                             {Reach: vocab.ReachNeighbourhood},
		`{"reach":["commune"]}`:                                                          {Reach: vocab.ReachCommune},
		`{"reach":5}`:                                                                    {},
		`{"kind":"<script>","status":"Open Now"}`:                                        {},
		`{"kind":"` + strings.Repeat("a", 33) + `","status":"-x"}`:                       {},
		`{"type":"Proposal","purpose":"offer"}`:                                          {Purpose: vocab.PurposeOffer},
		`{"type":["Proposal","Note"],"purpose":"request"}`:                               {Purpose: vocab.PurposeRequest},
		`{"type":"vf:Proposal","vf:purpose":"offer"}`:                                    {Purpose: vocab.PurposeOffer},
		`{"type":"ValueFlows:Proposal","purpose":"gift"}`:                                {},
		`{"type":"Note","purpose":"offer","publishes":{}}`:                               {Purpose: vocab.PurposeOffer},
		`{"type":"Note","purpose":"offer"}`:                                              {},
		`{"type":"Note","purpose":"offer","publishes":null}`:                             {},
	} {
		if diff := cmp.Diff(want, vocab.ReadPost(parse(t, doc))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", doc, diff)
		}
	}
}

func TestProposalHasManySpellings(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]bool{
		`{"type":"Proposal"}`:                                   true,
		`{"type":["x:y","Proposal"]}`:                           true,
		`{"type":"vf:Proposal"}`:                                true,
		`{"type":"ValueFlows:Proposal"}`:                        true,
		`{"type":"Note","purpose":"x","publishes":[]}`:          true,
		`{"type":"Note","vf:purpose":"x","vf:publishes":"x:1"}`: true,
		`{"type":"Note","publishes":{}}`:                        false,
		`{"type":"Note"}`:                                       false,
		`{"type":"Offer","object":{"type":"Proposal"}}`:         false,
	} {
		if got := vocab.IsProposal(parse(t, doc)); got != want {
			t.Errorf("IsProposal(%s) = %v", doc, got)
		}
	}
}

// A proposal of other software keeps all of itself, though little of it is read.
func TestProposalKeepsEverything(t *testing.T) {
	t.Parallel()
	doc := `{"type":["vf:Proposal"],"id":"https://b.example/1","name":"Vélo","publishes":{"id":"https://b.example/1#primary","type":"Intent",` +
		`"resourceQuantity":{"hasUnit":"one","hasNumericalValue":1.50}},"unitBased":false,"purpose":"offer"}`
	n, err := as2.ReadNote(parse(t, doc))
	if err != nil {
		t.Fatal(err)
	}
	o := object(t, n)
	for _, name := range []string{"publishes", "unitBased", "purpose", "name"} {
		if got, want := string(o.Value(name)), string(parse(t, doc).Value(name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestAnnounceSaysWhatItCameThrough(t *testing.T) {
	t.Parallel()
	a := announce(t)
	if diff := cmp.Diff([]string{lyon + "/g/lyon"}, vocab.ReadVia(object(t, a))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	vocab.PutVia(&a, []string{"x:1", "x:2", "x:3", "x:4", "x:5", "x:6", "x:7", "x:8"})
	if diff := cmp.Diff([]string{"x:3", "x:4", "x:5", "x:6", "x:7", "x:8"}, vocab.ReadVia(object(t, a))); diff != "" {
		t.Errorf("of eight (-want +got):\n%s", diff)
	}
	vocab.PutVia(&a, nil)
	if o := object(t, a); o.Has("via") || vocab.ReadVia(o) != nil {
		t.Error("an Announce that came through nothing says via")
	}
	if got := vocab.ReadVia(parse(t, `{"via":["x:1","x:2","x:3","x:4","x:5","x:6","x:7"]}`)); len(got) != vocab.MaxVia {
		t.Errorf("read %d groups", len(got))
	}
}

func TestImplementsIsSaidByTheActorOrItsSoftware(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		doc  string
		want bool
	}{
		"the software":     {`{"id":"x:1","type":"Group","generator":{"type":"Application","implements":[{"href":"https://w3id.org/fep/1b12"}]}}`, true},
		"a bare address":   {`{"id":"x:1","type":"Group","generator":{"implements":"https://w3id.org/fep/1b12"}}`, true},
		"the actor":        {`{"id":"x:1","type":"Application","implements":[{"type":"Link","href":"https://w3id.org/fep/1b12","name":"x"}]}`, true},
		"something else":   {`{"id":"x:1","type":"Application","implements":[{"href":"https://w3id.org/fep/1b12/"}]}`, false},
		"nobody":           {`{"id":"x:1","type":"Application"}`, false},
		"only its id said": {`{"id":"x:1","type":"Group","generator":"https://w3id.org/fep/1b12"}`, false},
	} {
		a, err := as2.ReadActor(parse(t, c.doc))
		if err != nil {
			t.Fatal(err)
		}
		if got := vocab.Implements(a, vocab.Groups1b12); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if !vocab.Implements(group(), vocab.Signatures9421) {
		t.Error("we do not say that we read RFC 9421")
	}
}

// FuzzRead feeds strangers' documents to our readers: what they return is in
// our words or nothing.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`{"level":"commune","territory":["FR:COG:22050"],"within":"x:1","directory":"x:2","via":["x:3"]}`,
		`{"type":"Proposal","purpose":"offer","title":"\u202e","kind":"a","reach":"national","status":"open"}`, `{"nb:reach":{"a":1},"name":[]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := as2.Parse(b)
		if err != nil {
			return
		}
		p := vocab.ReadPost(o)
		if p.Reach != 0 && !p.Reach.Valid() || strings.ContainsAny(string(p.Kind)+p.Status, "<>\" \n") || strings.ContainsAny(p.Title, "\n\x00\u202e") {
			t.Fatalf("post %+v", p)
		}
		place := vocab.ReadPlace(o)
		if _, ok := vocab.ParseLevel(string(place.Level)); place.Level != "" && !ok {
			t.Fatalf("level %q", place.Level)
		}
		for _, c := range place.Territory {
			if c.Country() == "" || c.Code() == "" {
				t.Fatalf("territory %q", c)
			}
		}
		if len(vocab.ReadVia(o)) > vocab.MaxVia || len(vocab.ReadDirectory(o)) > as2.MaxID {
			t.Fatal("more than the limits")
		}
		n := as2.Note{ID: "x:1", Type: as2.TypeNote}
		vocab.PutPost(&n, p)
		written, err := as2.Encode(n)
		if err != nil {
			t.Fatal(err)
		}
		again, err := as2.Parse(written)
		if err != nil {
			t.Fatal(err)
		}
		q := vocab.ReadPost(again)
		q.Purpose = p.Purpose // a purpose alone makes no proposal
		if q != p {
			t.Fatalf("read %+v, written and read %+v", p, q)
		}
	})
}
