// Package portraits holds what people and neighbourhoods of this server look
// like to others: a portrait, and a wide picture above their page.
package portraits

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/media"
	"palier/instance/store"
)

// Service changes what people and places look like.
type Service struct{ Options }

// Options are what a [Service] stands on.
type Options struct {
	DB       *store.DB
	Now      func() time.Time
	Pictures *media.Pictures
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
}

// New returns a service on o.
func New(o Options) *Service { return &Service{o} }

// Take keeps a picture as a portrait or a header for somebody to wear, and
// returns its file. It returns a [*media.Refusal] for what is not taken.
func (s *Service) Take(ctx context.Context, of instance.PictureOf, r io.Reader) (string, error) {
	add := s.Pictures.AddPortrait
	if of == instance.OfHeader {
		add = s.Pictures.AddHeader
	}
	kept, err := add(ctx, r)
	return kept.File, err
}

// Set is [Service.Take] and [Service.Wear] at once.
func (s *Service) Set(ctx context.Context, who instance.ActorID, of instance.PictureOf, r io.Reader) error {
	file, err := s.Take(ctx, of, r)
	if err != nil {
		return fmt.Errorf("%s of %s: %w", of, who, err)
	}
	return s.Wear(ctx, who, of, file)
}

// Remove takes a portrait or a header off.
func (s *Service) Remove(ctx context.Context, who instance.ActorID, of instance.PictureOf) error {
	return s.Wear(ctx, who, of, "")
}

// Wear makes a file that was taken somebody's portrait or header, and throws the
// one before away; the new one if it cannot be. It returns
// [instance.ErrNotFound] for somebody who is not here.
func (s *Service) Wear(ctx context.Context, who instance.ActorID, of instance.PictureOf, file string) error {
	var old string
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		a, err := actors.ByID(ctx, tx, who)
		if err != nil {
			return err
		}
		if !a.Local() || a.Gone() {
			return instance.ErrNotFound
		}
		worn := &a.Icon
		if of == instance.OfHeader {
			worn = &a.Image
		}
		if old = *worn; old == file {
			return nil
		}
		*worn, a.UpdatedAt = file, s.Now().UTC()
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		return s.Tell(ctx, tx, instance.Deed{Kind: instance.ProfileEdited, Actor: a})
	})
	if err != nil {
		return errors.Join(fmt.Errorf("%s of %s: %w", of, who, err), s.Pictures.Delete(context.WithoutCancel(ctx), file))
	}
	if old == file {
		return nil
	}
	return s.Pictures.Delete(ctx, old)
}
