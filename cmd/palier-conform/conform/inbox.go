package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"palier/federation/signature"
	"palier/protocol/as2"
)

// inboxRules are about what an inbox takes and refuses (sections 8, 11, 18, 19).
var inboxRules = []rule{
	{"inbox-unsigned", "8.1", "A POST that is not signed answers 401", unsignedIsRefused},
	{"inbox-digest", "8.5", "A body that is not the one that was signed answers 401", inboxes(401, by{sign: digestOfAnother})},
	{"inbox-uncovered", "8.3", "A signature that does not cover the digest answers 401", inboxes(401, by{sign: withoutDigest})},
	{"inbox-old", "8.5", "A signature of two hours ago answers 401", inboxes(401, by{later: -2 * time.Hour})},
	{"inbox-early", "8.5", "A signature of half an hour ahead answers 401", inboxes(401, by{later: 30 * time.Minute})},
	{"inbox-elsewhere", "8.5", "A request that was signed for another server answers 401", inboxes(401, by{sign: forAnotherHost})},
	{"inbox-forged", "8.5", "An activity of somebody else than the signer answers 401", inboxes(401, by{change: somebodyElse})},
	{"inbox-foreign-id", "11.2", "An activity with an id of another server answers 400", inboxes(400, by{change: foreignID})},
	{"inbox-no-id", "18", "An activity without id answers 400", inboxes(400, by{change: noID})},
	{"inbox-two-actors", "2.5", "An activity with two actors answers 400", inboxes(400, by{change: twoActors})},
	{"inbox-ours", "18", "An activity in the server's own name answers 403", inboxes(403, by{change: theirOwn})},
	{"inbox-malformed", "2.1", "A body that is no document answers 400", bodiesAreRead},
	{"inbox-type", "18", "Another media type than ActivityStreams answers 415", mediaTypesAreRefused},
	{"inbox-large", "19", "A body of more than 1 MiB answers 413", largeIsRefused},
	{"inbox-unknown-type", "11.6", "An activity of an unknown type answers 202", inboxes(202, by{kind: "Wave"})},
	{"inbox-rfc9421", "8.2", "RFC 9421 is taken as well", inboxes(202, by{kind: "Wave", scheme: signature.RFC9421})},
	{"inbox-ed25519", "3.4", "RFC 9421 with an Ed25519 key is taken as well", inboxes(202, by{kind: "Wave", scheme: signature.RFC9421, ed25519: true})},
	{"inbox-twice", "18", "An activity that is known already answers 202", twiceIsFine},
}

// by is how an activity is sent. The zero value is a Like that is in order.
type by struct {
	kind    string
	change  func(base string, self *stranger, doc map[string]any)
	sign    func(*stranger) sign // in the place of the scheme
	scheme  signature.Scheme
	ed25519 bool
	later   time.Duration
}

// inboxes sends the same to the group's inbox and to the shared one and wants a
// status from both.
func inboxes(want int, how by) func(context.Context, *visit) error {
	return func(ctx context.Context, v *visit) error {
		group, _, err := v.group(ctx)
		if err != nil {
			return err
		}
		self, err := v.stranger(ctx)
		if err != nil {
			return err
		}
		var errs []error
		for _, inbox := range []string{group.Inbox, group.SharedInbox} {
			if inbox == "" {
				continue
			}
			a, err := how.send(ctx, v, self, inbox, group.ID)
			if err == nil {
				err = a.is(want)
			}
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	}
}

func (how by) send(ctx context.Context, v *visit, self *stranger, inbox, object string) (answer, error) {
	kind := how.kind
	if kind == "" {
		kind = "Like"
	}
	change := map[string]any{}
	if how.change != nil {
		how.change(v.base, self, change)
	}
	body, err := self.activity(kind, object, change)
	if err != nil {
		return answer{}, err
	}
	return v.web.post(ctx, inbox, as2.MediaType, body, how.signer(self))
}

func (how by) signer(s *stranger) sign {
	if how.sign != nil {
		return how.sign(s)
	}
	scheme, key := how.scheme, s.rsa
	if scheme == "" {
		scheme = signature.Cavage
	}
	if how.ed25519 {
		key = s.ed
	}
	return s.signsWith(key, scheme, how.later)
}

// unsignedIsRefused needs no actor of ours: that nobody signs is enough.
func unsignedIsRefused(ctx context.Context, v *visit) error {
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	body := []byte(`{"@context":"` + as2.Namespace + `","id":"https://elsewhere.example/a/1","type":"Like","actor":"https://elsewhere.example/u/1","object":"` + group.ID + `"}`)
	var errs []error
	for _, inbox := range []string{group.Inbox, group.SharedInbox} {
		if inbox == "" {
			continue
		}
		a, err := v.web.post(ctx, inbox, as2.MediaType, body, unsigned)
		if err == nil {
			err = a.is(401)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func digestOfAnother(s *stranger) sign {
	return func(r *http.Request, body []byte) error {
		return s.signs(signature.Cavage)(r, append(bytes.Clone(body), ' '))
	}
}

func withoutDigest(s *stranger) sign {
	return func(r *http.Request, _ []byte) error { return s.signs(signature.Cavage)(r, nil) }
}

func forAnotherHost(s *stranger) sign {
	return func(r *http.Request, body []byte) error {
		r.Host = "elsewhere.example"
		err := s.signs(signature.Cavage)(r, body)
		r.Host = ""
		return err
	}
}

func somebodyElse(_ string, self *stranger, doc map[string]any) {
	doc["actor"] = self.base + "/u/other"
}

func foreignID(_ string, _ *stranger, doc map[string]any) {
	doc["id"] = "https://elsewhere.example/activities/1"
}

func noID(_ string, _ *stranger, doc map[string]any) { doc["id"] = nil }

func twoActors(_ string, self *stranger, doc map[string]any) {
	doc["actor"] = []string{self.id, self.base + "/u/other"}
}

func theirOwn(base string, _ *stranger, doc map[string]any) {
	doc["actor"], doc["id"] = base+"/u/1", base+"/a/1"
}

// bodiesAreRead sends what is no document; whether it is signed does not matter.
func bodiesAreRead(ctx context.Context, v *visit) error {
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	s := unsigned
	if self, err := v.stranger(ctx); err == nil {
		s = self.signs(signature.Cavage)
	}
	var errs []error
	for what, body := range map[string]string{
		"nothing": "", "no JSON": "bonjour", "half of it": `{"type":`, "a list": `[]`, "more behind the end": `{} {}`,
		"a name twice": `{"type":"Like","type":"Follow"}`, "a graph": `{"@graph":[]}`, "bad UTF-8": "{\"type\":\"\xff\"}",
		"too deep": strings.Repeat(`{"object":`, 100) + "1" + strings.Repeat("}", 100),
	} {
		a, err := v.web.post(ctx, group.Inbox, as2.MediaType, []byte(body), s)
		if err == nil {
			if err = a.is(400); err != nil {
				err = fmt.Errorf("%s: %w", what, err)
			}
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func mediaTypesAreRefused(ctx context.Context, v *visit) error {
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, mediaType := range []string{"", "application/json", "application/ld+json", "text/plain"} {
		a, err := v.web.post(ctx, group.Inbox, mediaType, []byte(`{}`), unsigned)
		if err == nil {
			if err = a.is(415); err != nil {
				err = fmt.Errorf("as %q: %w", mediaType, err)
			}
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func largeIsRefused(ctx context.Context, v *visit) error {
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"@context": as2.Namespace, "type": "Like", "content": strings.Repeat("a", as2.MaxBytes)})
	if err != nil {
		return err
	}
	a, err := v.web.post(ctx, group.Inbox, as2.MediaType, body, unsigned)
	if err != nil {
		return err
	}
	return a.is(413)
}

func twiceIsFine(ctx context.Context, v *visit) error {
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	self, err := v.stranger(ctx)
	if err != nil {
		return err
	}
	body, err := self.activity("Wave", group.ID, nil)
	if err != nil {
		return err
	}
	var errs []error
	for range 2 {
		a, err := v.web.post(ctx, group.Inbox, as2.MediaType, body, self.signs(signature.Cavage))
		if err == nil {
			err = a.is(202)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
