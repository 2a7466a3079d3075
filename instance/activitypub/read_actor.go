package activitypub

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"palier/federation/delivery"
	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
	"palier/protocol/as2"
	"palier/protocol/origin"
	"palier/protocol/vocab"
)

// Limits of what is kept of a stranger's profile, in runes.
const (
	maxRemoteSummary = 5000
	maxRemoteFields  = 12
)

var errActor = errors.New("actor cannot be used")

// readActor turns a document that came from its own origin into an actor of
// ours. What could harm a reader is taken out; what belongs to another origin
// than the actor's is left out.
func (s *Service) readActor(o *as2.Object) (instance.Actor, as2.Actor, error) {
	doc, err := as2.ReadActor(o)
	if err != nil {
		return instance.Actor{}, doc, err
	}
	host, ok := hostOf(doc.ID)
	if !ok || s.site.Owns(doc.ID) {
		return instance.Actor{}, doc, fmt.Errorf("%w: id %s", errActor, doc.ID)
	}
	if doc.PreferredUsername == "" || strings.ContainsAny(doc.PreferredUsername, "@/ ") || len(doc.PreferredUsername) > 200 {
		return instance.Actor{}, doc, fmt.Errorf("%w: name of %s", errActor, doc.ID)
	}
	if !origin.Same(doc.Inbox, doc.ID) {
		return instance.Actor{}, doc, fmt.Errorf("%w: inbox of %s is elsewhere", errActor, doc.ID)
	}
	now := s.now().UTC()
	a := instance.Actor{
		// Another host than the id's counts only once WebFinger has confirmed it,
		// which the lookup of a handle does (security.md B13).
		URI: doc.ID, Kind: instance.ActorKind(doc.Type), Username: doc.PreferredUsername, Host: host,
		Name: writing.CleanName(doc.Name), Summary: writing.Clean(cut(doc.Summary, maxRemoteSummary)), URL: web(doc.URL, doc.ID),
		Inbox: doc.Inbox, Outbox: own(doc.Outbox, doc.ID), Followers: own(doc.Followers, doc.ID), Following: own(doc.Following, doc.ID),
		Featured: own(doc.Featured, doc.ID), SharedInbox: own(doc.SharedInbox, doc.ID),
		Locked: doc.ManuallyApprovesFollowers, Discoverable: doc.Discoverable, Indexable: doc.Indexable,
		CreatedAt: doc.Published, UpdatedAt: now, FetchedAt: now, MovedTo: doc.MovedTo,
	}
	if a.CreatedAt.IsZero() || a.CreatedAt.After(now) {
		a.CreatedAt = now
	}
	if doc.Icon != nil {
		a.Icon = web(doc.Icon.URL, "")
	}
	if doc.Image != nil {
		a.Image = web(doc.Image.URL, "")
	}
	for _, f := range doc.Fields[:min(len(doc.Fields), maxRemoteFields)] {
		a.Fields = append(a.Fields, instance.Field{Name: writing.CleanName(f.Name), Value: writing.Clean(f.Value)})
	}
	if a.Kind == instance.Group {
		for _, m := range doc.AttributedTo {
			a.Moderators = own(m.IRI, doc.ID)
		}
		place := vocab.ReadPlace(o)
		a.Level, a.Territory = place.Level, join(place.Territory)
	}
	if doc.Location != nil && doc.Location.Point != nil && doc.Location.Units == "km" {
		a.Latitude, a.Longitude, a.RadiusKM = doc.Location.Point.Latitude, doc.Location.Point.Longitude, doc.Location.Radius
	}
	return a, doc, nil
}

// hostOf is the host of an id as hosts are kept.
func hostOf(uri string) (string, bool) { return delivery.HostOf(uri) }

func join(list []vocab.Territory) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = string(t)
	}
	return strings.Join(words, " ")
}

// own returns uri if it lies on the origin of id, else nothing.
func own(uri, id string) string {
	if uri != "" && origin.Same(uri, id) {
		return uri
	}
	return ""
}

// web returns an address a browser may follow: http or https, else other.
func web(address, other string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(address) > as2.MaxID {
		return other
	}
	return address
}

// cut returns at most n runes of s.
func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// keepActor writes a stranger's document as the actor it describes and returns
// that with the id it has here.
func (s *Service) keepActor(ctx context.Context, tx store.Tx, o *as2.Object) (instance.Actor, error) {
	a, doc, err := s.readActor(o)
	if err != nil {
		return a, err
	}
	known, err := actors.ByURI(ctx, tx, a.URI)
	switch {
	case err == nil:
		a.ID = known.ID
		if !known.SuspendedAt.IsZero() {
			return known, nil
		}
	case errors.Is(err, instance.ErrNotFound):
		a.ID = instance.ActorID(s.ids.Next())
	default:
		return a, err
	}
	if err := actors.Save(ctx, tx, a, string(o.Raw())); err != nil {
		return a, err
	}
	host, _ := hostOf(a.URI)
	if err := s.hosts.Meet(ctx, tx, host); err != nil {
		return a, err
	}
	if vocab.Implements(doc, vocab.Groups1b12) {
		if err := s.hosts.Speaks1b12(ctx, tx, host); err != nil {
			return a, err
		}
	}
	if a.Kind == instance.Group {
		if err := keepWithin(ctx, tx, a.ID, vocab.ReadPlace(o).Within); err != nil {
			return a, err
		}
	}
	return actors.ByURI(ctx, tx, a.URI)
}

const maxWithin = 8

// keepWithin replaces what a place elsewhere says it lies within.
func keepWithin(ctx context.Context, tx store.Tx, id instance.ActorID, within []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM nestings WHERE child_id = $1`, id); err != nil {
		return err
	}
	for _, uri := range within[:min(len(within), maxWithin)] {
		_, err := tx.Exec(ctx, `
			INSERT INTO nestings (child_id, parent_uri)
			VALUES ($1, $2)
			ON CONFLICT DO NOTHING`, id, uri)
		if err != nil {
			return err
		}
	}
	return nil
}
