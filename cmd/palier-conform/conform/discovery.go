package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"palier/protocol/as2"
	"palier/protocol/jrd"
	"palier/protocol/nodeinfo"
	"palier/protocol/vocab"
	"palier/specs"
	"palier/specs/conformity"
)

// discoveryRules are about section 10.
var discoveryRules = []rule{
	{"webfinger-handle", "10.1", "WebFinger leads from the handle of an actor to its id", webFingerOfHandle},
	{"webfinger-address", "10.1", "WebFinger answers for an actor's id and page as well", webFingerOfAddress},
	{"webfinger-server", "10.3", "WebFinger of https://host/ leads to the server's actor", webFingerOfServer},
	{"webfinger-nobody", "18", "WebFinger answers 404 for nobody and 400 without a resource", webFingerOfNobody},
	{"webfinger-open", "10.1", "WebFinger may be asked from any page of the web (RFC 7033, section 5)", webFingerIsOpen},
	{"host-meta", "10.2", "host-meta tells where WebFinger answers", hostMeta},
	{"nodeinfo-links", "10.4", "NodeInfo links to 2.1, to 2.0 and to the server's actor", nodeInfoLinks},
	{"nodeinfo", "10.4", "NodeInfo is as its schema says and is served as such", nodeInfo},
	{"nodeinfo-people", "10.4", "NodeInfo tells no number of people", nodeInfoCountsNobody},
	{"handle", "10.5", "The handle an actor claims is confirmed by its host", handleIsConfirmed},
	{"context", "20.3", "The context of the protocol is served at /ns/v1.jsonld", contextIsServed},
}

// descriptor asks WebFinger and holds the answer to its schema.
func (v *visit) descriptor(ctx context.Context, resource string) (*jrd.Document, error) {
	a, err := v.json(ctx, webFingerPath(resource))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(a.is(200), a.typed(jrd.MediaType), conformity.Validate("webfinger", a.body)); err != nil {
		return nil, err
	}
	return jrd.Parse(a.body)
}

// handleOf returns the handle that an actor of the server goes by.
func (v *visit) handleOf(a as2.Actor) (jrd.Handle, error) {
	return jrd.Claim(a.ID, a.PreferredUsername, a.WebFinger)
}

func webFingerOfHandle(ctx context.Context, v *visit) error {
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	h, err := v.handleOf(group)
	if err != nil {
		return err
	}
	d, err := v.descriptor(ctx, h.URI())
	if err != nil {
		return err
	}
	if d.Subject != h.URI() {
		return fmt.Errorf("the subject for %s is %s", h.URI(), d.Subject)
	}
	return leadsTo(d, group.ID)
}

func leadsTo(d *jrd.Document, id string) error {
	self, err := d.Self()
	if err != nil {
		return err
	}
	if self != id {
		return fmt.Errorf("%s leads to %s, want %s", d.Subject, self, id)
	}
	return nil
}

func webFingerOfAddress(ctx context.Context, v *visit) error {
	group, _, err := v.group(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, address := range []string{group.ID, group.URL} {
		if address == "" {
			continue
		}
		d, err := v.descriptor(ctx, address)
		if err == nil {
			err = leadsTo(d, group.ID)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func webFingerOfServer(ctx context.Context, v *visit) error {
	id, err := v.serverActor(ctx)
	if err != nil {
		return err
	}
	d, err := v.descriptor(ctx, v.base+"/")
	if err != nil {
		return err
	}
	for _, l := range d.Links {
		if l.Rel == jrd.RelService && l.Href == id {
			return leadsTo(d, id)
		}
	}
	return fmt.Errorf("no link with the relation %s leads to %s", jrd.RelService, id)
}

func webFingerOfNobody(ctx context.Context, v *visit) error {
	var errs []error
	for path, want := range map[string]int{
		webFingerPath("acct:" + absentName + "@" + v.host):      404,
		webFingerPath("acct:" + absentName + "@nobody.example"): 404,
		webFingerPath(v.base + "/" + absentName):                404,
		"/.well-known/webfinger":                                400,
	} {
		a, err := v.json(ctx, path)
		if err == nil {
			err = a.is(want)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func webFingerIsOpen(ctx context.Context, v *visit) error {
	a, err := v.json(ctx, webFingerPath(v.base+"/"))
	if err != nil {
		return err
	}
	if got := a.header.Get("Access-Control-Allow-Origin"); got != "*" {
		return fmt.Errorf("%s with Access-Control-Allow-Origin %q", a, got)
	}
	return nil
}

func hostMeta(ctx context.Context, v *visit) error {
	a, err := v.web.get(ctx, v.base+"/.well-known/host-meta", "application/xrd+xml", unsigned)
	if err != nil {
		return err
	}
	if err := errors.Join(a.is(200), a.typed(jrd.HostMetaType)); err != nil {
		return err
	}
	template, err := jrd.ParseHostMeta(a.body)
	if err != nil {
		return err
	}
	path, here := strings.CutPrefix(jrd.Expand(template, v.base+"/"), v.base)
	if !here {
		return nil // WebFinger may live elsewhere; then it is not ours to judge
	}
	found, err := v.json(ctx, path)
	if err != nil {
		return err
	}
	return found.is(200)
}

func nodeInfoLinks(ctx context.Context, v *visit) error {
	a, err := v.json(ctx, nodeinfo.WellKnown)
	if err != nil {
		return err
	}
	if err := errors.Join(a.is(200), a.typed("application/json"), conformity.Validate("nodeinfo-links", a.body)); err != nil {
		return err
	}
	links, err := v.links(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, version := range []string{nodeinfo.Version21, nodeinfo.Version20} {
		rel := "http://nodeinfo.diaspora.software/ns/schema/" + version
		found := false
		for _, l := range links.Links {
			found = found || l.Rel == rel
		}
		if !found {
			errs = append(errs, fmt.Errorf("there is no link to NodeInfo %s", version))
		}
	}
	_, err = v.serverActor(ctx)
	return errors.Join(append(errs, err)...)
}

func nodeInfo(ctx context.Context, v *visit) error {
	d, a, err := v.info(ctx)
	if err != nil {
		return err
	}
	if d.Version != nodeinfo.Version21 {
		return fmt.Errorf("%s holds version %q", a.url, d.Version)
	}
	return errors.Join(a.typed("application/json"), conformity.Validate("nodeinfo", a.body))
}

func nodeInfoCountsNobody(ctx context.Context, v *visit) error {
	_, a, err := v.info(ctx)
	if err != nil {
		return err
	}
	var d struct {
		Usage struct{ Users map[string]any }
	}
	if err := json.Unmarshal(a.body, &d); err != nil {
		return err
	}
	if len(d.Usage.Users) > 0 {
		return fmt.Errorf("%s tells %v", a.url, d.Usage.Users)
	}
	return nil
}

func handleIsConfirmed(ctx context.Context, v *visit) error {
	s, err := v.survey(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, a := range s.actors {
		h, err := v.handleOf(a)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if h.Host != v.host {
			continue // its own host is asked, which is not this server
		}
		d, err := v.descriptor(ctx, h.URI())
		if err == nil {
			err = leadsTo(d, a.ID)
		}
		if err == nil && d.Subject != h.URI() {
			err = fmt.Errorf("%s claims %s, and its host says %s", a.ID, h.URI(), d.Subject)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func contextIsServed(ctx context.Context, v *visit) error {
	a, err := v.web.get(ctx, v.base+"/ns/v1.jsonld", "application/ld+json", unsigned)
	if err != nil {
		return err
	}
	if err := errors.Join(a.is(200), a.typed("application/ld+json")); err != nil {
		return err
	}
	var got, want struct {
		Context map[string]any `json:"@context"`
	}
	if err := json.NewDecoder(bytes.NewReader(specs.Context)).Decode(&want); err != nil {
		return err
	}
	if err := json.Unmarshal(a.body, &got); err != nil {
		return fmt.Errorf("%s: %w", a.url, err)
	}
	for name, term := range want.Context {
		if fmt.Sprint(got.Context[name]) != fmt.Sprint(term) {
			return fmt.Errorf("%s defines %s as %v, want %v", a.url, name, got.Context[name], term)
		}
	}
	return nil
}

// implements tells whether the server's actor says that it can do something.
func (v *visit) implements(ctx context.Context, what string) (bool, error) {
	id, err := v.serverActor(ctx)
	if err != nil {
		return false, err
	}
	a, _, err := v.actor(ctx, id)
	if err != nil {
		return false, err
	}
	return vocab.Implements(a, what), nil
}
