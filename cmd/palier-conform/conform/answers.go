package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/origin"
)

// answerRules are about who gets what answer to a GET (sections 2.7, 8 and 18).
var answerRules = []rule{
	{"accept", "2.7", "Documents may be asked for by either of their media types", eitherMediaType},
	{"page", "2.7", "Who asks an id for HTML is sent to a page, and who asks for a document is not", browsersAreSent},
	{"vary", "2.7", "Answers that depend on who asks say so in Vary", answersVary},
	{"absent", "18", "What is not there answers 404", absentIsNotFound},
	{"private", "18", "What is not for this reader answers as what is not there, to the byte", privateLooksAbsent},
	{"errors", "18", "Errors have a JSON body with a word for programs", errorsHaveWords},
	{"methods", "18", "Methods that are not served answer 405", methodsAreRefused},
	{"signed-get", "8.2", "A GET that is signed, under the draft or RFC 9421, is answered like any other", signedGetIsAnswered},
}

// absentName is nobody's and nothing's.
const absentName = "nobody_conforms_to_this"

func eitherMediaType(ctx context.Context, v *visit) error {
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, accept := range []string{
		"application/activity+json", `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`,
		`application/ld+json;profile="https://www.w3.org/ns/activitystreams", application/activity+json;q=0.9, */*;q=0.1`,
	} {
		a, err := v.web.get(ctx, group.ID, accept, unsigned)
		if err == nil {
			if err = errors.Join(a.is(200), a.as2()); err != nil {
				err = fmt.Errorf("asked for %s: %w", accept, err)
			}
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func browsersAreSent(ctx context.Context, v *visit) error {
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	a, err := v.web.get(ctx, group.ID, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", unsigned)
	if err != nil {
		return err
	}
	if a.status == http.StatusOK {
		return a.typed("text/html")
	}
	if err := a.is(301, 302, 303, 307, 308); err != nil {
		return err
	}
	base, err := url.Parse(group.ID)
	if err != nil {
		return err
	}
	to, err := base.Parse(a.header.Get("Location"))
	if err != nil {
		return err
	}
	if !origin.Same(to.String(), v.base) {
		return fmt.Errorf("%s and sends to %s, which is elsewhere", a, to)
	}
	page, err := v.web.get(ctx, to.String(), "text/html", unsigned)
	if err != nil {
		return err
	}
	return errors.Join(page.is(200), page.typed("text/html"))
}

func answersVary(ctx context.Context, v *visit) error {
	s, err := v.survey(ctx)
	if err != nil {
		return err
	}
	list := s.posts
	if _, d, err := v.group(ctx); err == nil {
		list = append([]*document{d}, list...)
	}
	var errs []error
	for _, d := range list {
		said := strings.ToLower(strings.Join(d.header.Values("Vary"), ","))
		for _, name := range []string{"accept", "signature"} {
			if !slices.Contains(regexp.MustCompile(`[^,\s]+`).FindAllString(said, -1), name) {
				errs = append(errs, fmt.Errorf("%s with Vary %q, want %s in it", d.answer, said, name))
			}
		}
	}
	return errors.Join(errs...)
}

// absent returns an id like that one, of something that is not there.
func absent(id string) string {
	at := strings.LastIndexByte(id, '/') + 1
	last := id[at:]
	if strings.Trim(last, "0123456789") != "" {
		return id[:at] + absentName
	}
	// One second after the world began, as these numbers count.
	return id[:at] + "65536000"
}

// absentIDs returns ids of each kind that the server has, of nothing.
func (v *visit) absentIDs(ctx context.Context) ([]string, error) {
	s, err := v.survey(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	add := func(id string) {
		if id := absent(id); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, a := range s.actors {
		if a.Type != as2.TypeApplication {
			add(a.ID)
		}
	}
	for _, d := range slices.Concat(s.posts, s.activities) {
		if u, err := url.Parse(d.id); err == nil && u.RawQuery == "" {
			add(d.id)
		}
	}
	return ids, nil
}

func absentIsNotFound(ctx context.Context, v *visit) error {
	ids, err := v.absentIDs(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		a, err := v.web.get(ctx, id, acceptAS2, unsigned)
		if err == nil {
			err = a.is(404)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// sameAnswer returns how two answers differ that have to be the same, save for
// when they were given.
func sameAnswer(one, other answer) error {
	if one.status != other.status {
		return fmt.Errorf("%s and %s", one, other)
	}
	if !bytes.Equal(one.body, other.body) {
		return fmt.Errorf("%s with %q and %s with %q", one, clip(one.body), other, clip(other.body))
	}
	names := map[string]bool{}
	for _, a := range []answer{one, other} {
		for name := range a.header {
			names[name] = true
		}
	}
	for name := range names {
		a, b := one.header.Values(name), other.header.Values(name)
		if name != "Date" && !slices.Equal(a, b) {
			return fmt.Errorf("%s with %s %q and %s with %q", one, name, a, other, b)
		}
	}
	return nil
}

// clip keeps a stranger's words short in reasons.
func clip(b []byte) string {
	if len(b) > 200 {
		return string(b[:200]) + "…"
	}
	return string(b)
}

func privateLooksAbsent(ctx context.Context, v *visit) error {
	if len(v.o.Private) == 0 {
		return skipf("tell an id that nobody may read with --private")
	}
	signs := map[string]sign{"unsigned": unsigned}
	if self, err := v.stranger(ctx); err == nil {
		signs["signed"] = self.signs(signature.Cavage)
	}
	var errs []error
	for _, id := range v.o.Private {
		for how, s := range signs {
			private, err := v.web.get(ctx, id, acceptAS2, s)
			if err != nil {
				return err
			}
			none, err := v.web.get(ctx, absent(id), acceptAS2, s)
			if err != nil {
				return err
			}
			if err := errors.Join(private.is(404), sameAnswer(private, none)); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", how, err))
			}
		}
	}
	return errors.Join(errs...)
}

// word is what programs may rely on in an error.
var word = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// wordOf returns what is wrong with the body of an error.
func wordOf(a answer) error {
	var e struct{ Error, Detail string }
	if err := errors.Join(a.typed("application/json"), json.Unmarshal(a.body, &e)); err != nil {
		return fmt.Errorf("%s: %w", a, err)
	}
	if !word.MatchString(e.Error) {
		return fmt.Errorf("%s with the error %q, which is no word", a, e.Error)
	}
	return nil
}

func errorsHaveWords(ctx context.Context, v *visit) error {
	ids, err := v.absentIDs(ctx)
	if err != nil {
		return err
	}
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		a, err := v.web.get(ctx, id, acceptAS2, unsigned)
		if err == nil {
			err = wordOf(a)
		}
		errs = append(errs, err)
	}
	a, err := v.web.post(ctx, group.Inbox, as2.MediaType, []byte(`{}`), unsigned)
	if err == nil {
		err = wordOf(a)
	}
	return errors.Join(append(errs, err)...)
}

func methodsAreRefused(ctx context.Context, v *visit) error {
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for address, method := range map[string]string{group.ID: http.MethodDelete, group.Inbox: http.MethodPut, group.Outbox: http.MethodPost} {
		r, err := http.NewRequestWithContext(ctx, method, address, nil)
		if err != nil {
			return err
		}
		a, err := v.web.do(r)
		if err == nil {
			err = a.is(405)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func signedGetIsAnswered(ctx context.Context, v *visit) error {
	self, err := v.stranger(ctx)
	if err != nil {
		return err
	}
	s, err := v.survey(ctx)
	if err != nil {
		return err
	}
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	ids := []string{group.ID, group.Outbox}
	if len(s.posts) > 0 {
		ids = append(ids, s.posts[0].id)
	}
	var errs []error
	for _, id := range ids {
		for _, scheme := range []signature.Scheme{signature.Cavage, signature.RFC9421} {
			a, err := v.web.get(ctx, id, acceptAS2, self.signs(scheme))
			if err == nil {
				if err = errors.Join(a.is(200), a.as2()); err != nil {
					err = fmt.Errorf("signed under %s: %w", scheme, err)
				}
			}
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
