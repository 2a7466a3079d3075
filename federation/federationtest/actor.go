package federationtest

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"text/template"
	"time"
)

// Actor is somebody on a [Recorded] server.
type Actor struct {
	// ID is the actor's id, Handle is name@host, Inbox where the actor is
	// written to.
	ID, Handle, Inbox string

	server *Recorded
	name   string
	key    *rsa.PrivateKey
}

// Person returns a new person of the server.
func (r *Recorded) Person(name string) *Actor { return r.newActor(name, "person") }

// Group returns a new group of the server; not every software has them.
func (r *Recorded) Group(name string) *Actor { return r.newActor(name, "group") }

// newActor reads the actor's own document for the id and the inbox: every
// software has its own addresses.
func (r *Recorded) newActor(name, shape string) *Actor {
	r.t.Helper()
	a := &Actor{Handle: name + "@" + r.Name, server: r, name: name, key: r.n.newKey()}
	d := a.Document(shape, nil)
	var doc struct{ Inbox string }
	if err := json.Unmarshal(d.Body, &doc); err != nil {
		r.t.Fatal(err)
	}
	a.ID, a.Inbox = d.ID, doc.Inbox
	r.Publish(d)
	// Where the key has an address of its own, the actor is found there.
	r.Publish(Document{ID: a.KeyID(), Body: d.Body})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handles[a.Handle] = a
	r.keys[a.KeyID()] = a
	return a
}

// KeyID is the id of the actor's key.
func (a *Actor) KeyID() string { return a.ID + a.server.Software.key }

// With is what a test puts into a document. The shapes say which names they
// have; there are always Base, Host, Name, Actor, PEM, Now, ReplyTo (nothing),
// and as new ids Activity and Object.
type With map[string]any

// Document is a document that an actor may send.
type Document struct {
	Body []byte
	// ID is the document's id, ObjectID that of its object, if it has one.
	ID, ObjectID string

	object []byte // nil unless embedded
}

// Document returns a document of the actor's in a shape of its software:
// testdata/SOFTWARE/shape.json. What it is not told it makes up. A value may be
// a json.RawMessage, to put a document into another. From now on the server
// answers for it at its id.
func (a *Actor) Document(shape string, with With) Document {
	a.server.t.Helper()
	d, err := a.document(shape, with)
	if err != nil {
		a.server.t.Fatalf("%s of %s: %v", shape, a.server.Software.Name, err)
	}
	a.server.Publish(d)
	return d
}

func (a *Actor) document(shape string, with With) (Document, error) {
	pem, err := encodeKey(&a.key.PublicKey)
	if err != nil {
		return Document{}, err
	}
	// Mobilizon writes the hour of the place with its offset.
	next := a.server.now().In(time.FixedZone("", 60*60)).AddDate(0, 0, 7)
	all := With{
		"Starts": next.Format(time.RFC3339), "Ends": next.Add(4 * time.Hour).Format(time.RFC3339),
		"Base": a.server.URL, "Host": a.server.Name, "Name": a.name, "Actor": a.ID, "PEM": pem,
		"Activity": a.server.newID("activities"), "Object": a.server.newID("objects"),
		"ReplyTo": nil, "Now": a.server.now().UTC().Format("2006-01-02T15:04:05Z"),
	}
	for name, v := range with {
		all[name] = v
	}
	t, err := template.New(shape+".json").Option("missingkey=error").Funcs(template.FuncMap{"json": inside}).
		ParseFS(shapes, "testdata/"+a.server.Software.Name+"/"+shape+".json")
	if err != nil {
		return Document{}, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, all); err != nil {
		return Document{}, err
	}
	return read(b.Bytes())
}

// inside writes a value of a template as JSON.
func inside(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func read(body []byte) (Document, error) {
	var doc struct {
		Context json.RawMessage `json:"@context"`
		ID      string          `json:"id"`
		Object  json.RawMessage `json:"object"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return Document{}, fmt.Errorf("%w in %s", err, body)
	}
	d := Document{Body: body, ID: doc.ID}
	switch {
	case len(doc.Object) == 0:
	case doc.Object[0] == '"':
		return d, json.Unmarshal(doc.Object, &d.ObjectID)
	case doc.Object[0] == '{':
		var object map[string]json.RawMessage
		if err := json.Unmarshal(doc.Object, &object); err != nil {
			return d, err
		}
		if err := json.Unmarshal(object["id"], &d.ObjectID); err != nil {
			return d, err
		}
		// By itself it needs a context of its own.
		if object["@context"] == nil {
			object["@context"] = doc.Context
		}
		var err error
		d.object, err = json.Marshal(object)
		return d, err
	}
	return d, nil
}

// Send posts a document to an inbox, signed by the actor in its software's way,
// and returns the status of the answer.
func (a *Actor) Send(ctx context.Context, inbox string, d Document) (int, error) {
	return a.SendAs(ctx, Cavage, inbox, d)
}

// SendAs is [Actor.Send] with a form of signature: [Cavage] or [RFC9421].
func (a *Actor) SendAs(ctx context.Context, scheme, inbox string, d Document) (int, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, inbox, bytes.NewReader(d.Body))
	if err != nil {
		return 0, err
	}
	q.Header.Set("Content-Type", "application/activity+json")
	answer, err := a.do(q, scheme, d.Body)
	return answer.Status, err
}

// Answer is what a request was answered with.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Fetch gets a document, signed by the actor in a form of signature, or
// unsigned if that is empty.
func (a *Actor) Fetch(ctx context.Context, scheme, id string) (Answer, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, id, nil)
	if err != nil {
		return Answer{}, err
	}
	q.Header.Set("Accept", `application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`)
	return a.do(q, scheme, nil)
}

func (a *Actor) do(q *http.Request, scheme string, body []byte) (Answer, error) {
	if err := a.sign(q, scheme, body); err != nil {
		return Answer{}, err
	}
	resp, err := a.server.web.Do(q)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: b}, err
}
