package activitypub

import (
	"context"
	"fmt"
	"strings"

	"palier/federation/signature"
	"palier/instance"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/protocol/proof"
	"palier/protocol/vocab"
)

// actorDocument returns the document of one of our own people or groups. It is
// an allow-list: what is not named here does not leave.
func (s *Service) actorDocument(ctx context.Context, tx store.Tx, a instance.Actor) ([]byte, error) {
	doc := as2.Actor{
		Context: vocab.ActorContext(), ID: a.URI, Type: string(a.Kind), PreferredUsername: a.Username,
		WebFinger: a.Username + "@" + s.site.Host(), Name: a.Name, Summary: a.Summary, URL: a.URL,
		Inbox: a.Inbox, Outbox: a.Outbox, Followers: a.Followers, Following: a.Following, Featured: a.Featured,
		SharedInbox: a.SharedInbox, Published: a.CreatedAt, Updated: a.UpdatedAt,
		ManuallyApprovesFollowers: a.Locked, Discoverable: a.Discoverable, Indexable: a.Indexable,
		Generator: s.generator(),
	}
	if a.MovedTo != "" {
		doc.MovedTo = a.MovedTo
	}
	for _, f := range a.Fields {
		doc.Fields = append(doc.Fields, as2.PropertyValue{Type: as2.TypePropertyValue, Name: f.Name, Value: f.Value})
	}
	if a.Icon != "" {
		doc.Icon = &as2.Media{Type: as2.TypeImage, MediaType: mediaType(a.Icon), URL: s.site.MediaURL(a.Icon)}
	}
	if a.Image != "" {
		doc.Image = &as2.Media{Type: as2.TypeImage, MediaType: mediaType(a.Image), URL: s.site.MediaURL(a.Image)}
	}
	if a.Kind == instance.Group {
		if err := s.placeDocument(ctx, tx, a, &doc); err != nil {
			return nil, err
		}
	}
	keys, err := s.keys.Of(ctx, tx, a.ID, a.URI)
	if err != nil {
		return nil, err
	}
	if err := addKeys(&doc, keys); err != nil {
		return nil, fmt.Errorf("document of %s: %w", a.URI, err)
	}
	return as2.Encode(doc)
}

// placeDocument adds what a Group says of the place it is.
func (s *Service) placeDocument(ctx context.Context, tx store.Tx, a instance.Actor, doc *as2.Actor) error {
	doc.AttributedTo = []as2.Item{as2.IRI(a.Moderators)}
	within, err := withinOf(ctx, tx, a.ID)
	if err != nil {
		return fmt.Errorf("document of %s: %w", a.URI, err)
	}
	if doc.AlsoKnownAs, err = aliases(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("document of %s: %w", a.URI, err)
	}
	vocab.PutPlace(doc, vocab.Place{Level: a.Level, Territory: territories(a.Territory), Within: within})
	if a.Latitude != 0 || a.Longitude != 0 {
		doc.Location = &as2.Place{
			Type: as2.TypePlace, Name: a.Name, Point: &as2.Point{Latitude: coarse(a.Latitude), Longitude: coarse(a.Longitude)},
			Radius: a.RadiusKM, Units: "km",
		}
	}
	return nil
}

// coarse keeps two decimals of a coordinate, about a kilometre: the middle of
// a neighbourhood is enough for everyone else, a house is nobody's business.
func coarse(degrees float64) float64 {
	const grid = 100
	if degrees < 0 {
		return float64(int(degrees*grid-0.5)) / grid
	}
	return float64(int(degrees*grid+0.5)) / grid
}

func territories(s string) []vocab.Territory {
	if s == "" {
		return nil
	}
	var list []vocab.Territory
	for _, word := range strings.Fields(s) {
		if t, ok := vocab.ParseTerritory(word); ok {
			list = append(list, t)
		}
	}
	return list
}

func withinOf(ctx context.Context, tx store.Tx, id instance.ActorID) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT parent_uri FROM nestings WHERE child_id = $1 ORDER BY parent_uri`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var uri string
		if err := rows.Scan(&uri); err != nil {
			return nil, err
		}
		list = append(list, uri)
	}
	return list, rows.Err()
}

// addKeys publishes what an actor signs with, now and next.
func addKeys(doc *as2.Actor, keys Keys) error {
	for _, key := range append([]*signature.PrivateKey{keys.RSA, keys.Ed25519}, keys.Next...) {
		public := key.Public()
		if public.Kind == signature.RSA {
			pem, err := public.MarshalPEM()
			if err != nil {
				return err
			}
			doc.PublicKeys = append(doc.PublicKeys, as2.PublicKey{ID: public.ID, Owner: doc.ID, PEM: pem})
			continue
		}
		multibase, err := proof.EncodeKey(public.Key)
		if err != nil {
			return err
		}
		doc.Assertion = append(doc.Assertion, as2.Multikey{ID: public.ID, Type: as2.TypeMultikey, Controller: doc.ID, Multibase: multibase})
	}
	return nil
}

// generator says what this software understands (FEP-844e).
func (s *Service) generator() *as2.Generator {
	return &as2.Generator{ID: s.site.ServerActor(), Type: as2.TypeApplication, Implements: vocab.Implemented()}
}

// serverDocument returns the document of the server's own actor, which signs
// every fetch and can itself be read unsigned (security.md B14).
func (s *Service) serverDocument(ctx context.Context) ([]byte, error) {
	a, err := s.server(ctx)
	if err != nil {
		return nil, err
	}
	doc := as2.Actor{
		Context: vocab.ActorContext(), ID: a.URI, Type: as2.TypeApplication, PreferredUsername: a.Username,
		WebFinger: a.Username + "@" + s.site.Host(), Name: s.title, URL: s.site.Base() + "/",
		Inbox: a.Inbox, Outbox: a.Outbox, SharedInbox: s.site.Inbox(), Published: a.CreatedAt,
		Implements: vocab.Implemented(),
	}
	keys, err := s.keys.Of(ctx, s.db.Read(), a.ID, a.URI)
	if err != nil {
		return nil, err
	}
	if err := addKeys(&doc, keys); err != nil {
		return nil, fmt.Errorf("document of %s: %w", a.URI, err)
	}
	return as2.Encode(doc)
}

func mediaType(file string) string {
	switch {
	case strings.HasSuffix(file, ".png"):
		return "image/png"
	default:
		return "image/jpeg"
	}
}
