package federationtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-fed/activity/pub"
	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// public is the collection of everyone.
const public = "https://www.w3.org/ns/activitystreams#Public"

// document returns the actor as go-fed writes it.
func (a *Person) document() (vocab.Type, error) {
	pem, err := encodeKey(&a.key.PublicKey)
	if err != nil {
		return nil, err
	}
	return typedMap(map[string]any{
		"@context": []any{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
		"id":       a.ID, "type": "Person", "preferredUsername": a.name, "name": strings.ToUpper(a.name[:1]) + a.name[1:],
		"inbox": a.inbox(), "outbox": a.outbox(), "followers": a.Followers(), "following": a.ID + "/following",
		"publicKey": map[string]any{"id": a.keyID(), "owner": a.ID, "publicKeyPem": pem},
	})
}

// typedMap reads plain JSON in go-fed's vocabulary.
func typedMap(m map[string]any) (vocab.Type, error) { return streams.ToType(context.Background(), m) }

var errNobody = errors.New("WebFinger names no actor")

// Find returns the id of the actor with a handle (name@host), by WebFinger.
func (a *Person) Find(ctx context.Context, handle string) (string, error) {
	handle = strings.TrimPrefix(handle, "@")
	_, host, _ := strings.Cut(handle, "@")
	at := "http://" + host + "/.well-known/webfinger?resource=" + url.QueryEscape("acct:"+handle)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return "", err
	}
	resp, err := a.peer.web.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", &Refused{URL: at, Status: resp.StatusCode}
	}
	var jrd struct {
		Subject string
		Links   []struct{ Rel, Type, Href string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&jrd); err != nil {
		return "", err
	}
	for _, l := range jrd.Links {
		if l.Rel == "self" && l.Type == "application/activity+json" && jrd.Subject == "acct:"+handle {
			return l.Href, nil
		}
	}
	return "", fmt.Errorf("%s: %w", handle, errNobody)
}

// send has go-fed send an activity, or an object within a Create, and returns
// the activity's id. go-fed reads the recipients' documents, signs and posts
// within the call. The error holds a [*Refused] for each inbox that refused.
func (a *Person) send(ctx context.Context, doc map[string]any) (string, error) {
	doc["@context"] = "https://www.w3.org/ns/activitystreams"
	v, err := typedMap(doc)
	if err != nil {
		return "", err
	}
	sent, err := a.peer.actor.Send(ctx, iri(a.outbox()), v)
	if err != nil {
		return "", fmt.Errorf("send %v of %s: %w", doc["type"], a.Handle, err)
	}
	return sent.GetJSONLDId().Get().String(), nil
}

func (a *Person) act(kind string, object any, to ...string) map[string]any {
	list := make([]any, len(to))
	for i, id := range to {
		list[i] = id
	}
	return map[string]any{"type": kind, "actor": a.ID, "object": object, "to": list}
}

// Follow asks to hear what an actor says. It returns the id of the Follow; the
// answer comes to the inbox.
func (a *Person) Follow(ctx context.Context, id string) (string, error) {
	return a.send(ctx, a.act("Follow", id, id))
}

// Post says something to everyone, in a group if that is not empty. It returns
// the id of the Note. Followers get it too.
func (a *Person) Post(ctx context.Context, group, text string) (string, error) {
	return a.say(ctx, map[string]any{"content": text}, group)
}

// Reply answers a note: the same, to its author and in its group as well.
func (a *Person) Reply(ctx context.Context, note, author, group, text string) (string, error) {
	return a.say(ctx, map[string]any{"content": text, "inReplyTo": note}, author, group)
}

// say sends a Note, which go-fed wraps in a Create.
func (a *Person) say(ctx context.Context, note map[string]any, to ...string) (string, error) {
	cc, tags := []any{a.Followers()}, []any{}
	for _, id := range to {
		if id == "" {
			continue
		}
		cc = append(cc, id)
		tags = append(tags, map[string]any{"type": "Mention", "href": id})
	}
	note["type"], note["attributedTo"], note["to"], note["cc"], note["tag"] = "Note", a.ID, []any{public}, cc, tags
	note["published"] = a.peer.now().UTC().Format("2006-01-02T15:04:05Z")
	create, err := a.send(ctx, note)
	if err != nil {
		return "", err
	}
	c, ok := a.peer.Holds(ctx, create).(vocab.ActivityStreamsCreate)
	if !ok {
		return "", fmt.Errorf("what go-fed sent is no Create: %w", errNothing)
	}
	v := c.GetActivityStreamsObject().At(0).GetType()
	id, err := pub.GetId(v)
	if err != nil {
		return "", err
	}
	return id.String(), a.peer.db.Create(ctx, v)
}

// Like says thanks for what an author said. It returns the id of the Like.
func (a *Person) Like(ctx context.Context, note, author string) (string, error) {
	return a.send(ctx, a.act("Like", note, author))
}

// Announce shares a note with the followers and its author.
func (a *Person) Announce(ctx context.Context, note, author string) (string, error) {
	return a.send(ctx, a.act("Announce", note, public, a.Followers(), author))
}

// Undo takes back a Follow, a Like or an Announce that was sent.
func (a *Person) Undo(ctx context.Context, activity string) (string, error) {
	doc, to, err := a.sent(ctx, activity)
	if err != nil {
		return "", err
	}
	delete(doc, "@context")
	return a.send(ctx, a.act("Undo", doc, to...))
}

// Delete takes back a note that was posted. It returns the id of the Delete.
func (a *Person) Delete(ctx context.Context, note string) (string, error) {
	doc, to, err := a.sent(ctx, note)
	if err != nil {
		return "", err
	}
	stone := map[string]any{"type": "Tombstone", "id": note, "formerType": doc["type"]}
	id, err := a.send(ctx, a.act("Delete", stone, to...))
	if err != nil {
		return "", err
	}
	stone["@context"] = "https://www.w3.org/ns/activitystreams"
	v, err := typedMap(stone)
	if err != nil {
		return "", err
	}
	return id, a.peer.db.Create(ctx, v)
}

// sent returns something that was sent, and to whom.
func (a *Person) sent(ctx context.Context, id string) (doc map[string]any, to []string, err error) {
	v := a.peer.Holds(ctx, id)
	if v == nil {
		return nil, nil, fmt.Errorf("%s: %w", id, errNothing)
	}
	if doc, err = streams.Serialize(v); err != nil {
		return nil, nil, err
	}
	for _, name := range []string{"to", "cc"} {
		switch ids := doc[name].(type) {
		case string:
			to = append(to, ids)
		case []any:
			for _, id := range ids {
				if s, ok := id.(string); ok {
					to = append(to, s)
				}
			}
		}
	}
	return doc, to, nil
}
