package housing

import (
	"bytes"
	"context"
	"errors"
	"io"

	"palier/instance"
	"palier/instance/media"
	"palier/instance/store"
)

// Pictures writes pictures anew, so that they tell nothing but what they show.
type Pictures interface {
	// Rewrite returns the picture and its media type, and a [*media.Refusal] for
	// what is none.
	Rewrite(ctx context.Context, r io.Reader) ([]byte, string, error)
}

// MostPhotographs is how many photographs a home has.
const MostPhotographs = 8

// mostPhotograph is more than a picture has that was written anew, in bytes.
const mostPhotograph = 16 << 20

// AddPhotograph keeps a photograph of a home, written anew and sealed. It never
// leaves the server; see [Service.Photograph] for who is shown it. Those who keep
// homes may. It returns an [instance.Invalid] for what is no picture and for one
// too many.
func (s *Service) AddPhotograph(ctx context.Context, by instance.Account, id instance.ListingID, r io.Reader) error {
	l, err := s.Listing(ctx, by, id)
	if err == nil {
		err = keeps(ctx, s.db.Read(), l.Programme, by)
	}
	if err == nil && l.State == instance.ListingClosed {
		err = instance.ErrConflict
	}
	if err != nil {
		return because(err, "photograph of home %s", id)
	}
	content, kind, err := s.pictures.Rewrite(ctx, r)
	if _, refused := errors.AsType[*media.Refusal](err); refused {
		return &instance.Invalid{Field: "photograph", Code: "no-picture"}
	}
	if err != nil {
		return because(err, "photograph of home %s", id)
	}
	kept, err := s.safe.Put(ctx, "housing", content)
	if err != nil {
		return because(err, "photograph of home %s", id)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.held(ctx, tx, id); err != nil {
			return err
		}
		photograph := s.ids.Next()
		keys, err := s.vault.Keys(ctx, tx, l.Programme)
		var key []byte
		if err == nil {
			key, err = keys.Seal(kindOfPhotograph, photograph, kept.Key)
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_photographs (id, listing_id, file, seal, kind, added_by, added_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, photograph, id, kept.File, key, kind, by.ID, store.Millis(s.now()))
		if err != nil {
			return err
		}
		var n int
		err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM housing_photographs WHERE listing_id = $1`, id).Scan(&n)
		if err == nil && n > MostPhotographs {
			err = &instance.Invalid{Field: "photograph", Code: "too-many", Limit: MostPhotographs}
		}
		if err != nil {
			return err
		}
		return s.note(ctx, tx, l.Programme, by.ID, LogPictured, id.String())
	})
	if err != nil {
		return errors.Join(because(err, "photograph of home %s", id), s.safe.Delete(ctx, kept.File))
	}
	return nil
}

// Photographs returns the ids of the photographs of a home that somebody of its
// programme's team is shown, the oldest first. Until the home is vetted those who
// keep homes see them and nobody else, since nobody has looked yet whether they
// show more than they should; none while they are switched off.
func (s *Service) Photographs(ctx context.Context, by instance.Account, id instance.ListingID) ([]instance.ID, error) {
	l, err := s.Listing(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if shown, err := s.shows(ctx, by, l); err != nil || !shown {
		return nil, because(err, "photographs of home %s", id)
	}
	ids, err := s.idsOf(ctx, `SELECT id FROM housing_photographs WHERE listing_id = $1 ORDER BY id`, id)
	return ids, because(err, "photographs of home %s", id)
}

// shows tells whether somebody of the team is shown the photographs of a home.
func (s *Service) shows(ctx context.Context, by instance.Account, l instance.Listing) (bool, error) {
	off, err := s.offFor(ctx, s.db.Read(), CutPhotographs, l)
	if err != nil || off {
		return false, err
	}
	if l.State == instance.ListingDraft || l.State == instance.ListingSubmitted {
		err := keeps(ctx, s.db.Read(), l.Programme, by)
		if errors.Is(err, instance.ErrForbidden) {
			return false, nil
		}
		return err == nil, err
	}
	return l.State != instance.ListingClosed, nil
}

// Photograph returns a photograph of a home and its media type, to those who are
// shown it (see [Service.Photographs]); to everyone else [instance.ErrNotFound]. It
// returns [instance.ErrSealed] if the keys of the programme are not here.
func (s *Service) Photograph(ctx context.Context, by instance.Account, home instance.ListingID, id instance.ID) (io.ReadSeeker, string, error) {
	l, err := s.Listing(ctx, by, home)
	if err != nil {
		return nil, "", err
	}
	shown, err := s.shows(ctx, by, l)
	if err == nil && !shown {
		err = instance.ErrNotFound
	}
	if err != nil {
		return nil, "", because(err, "photograph %s", id)
	}
	return s.picture(ctx, l, id)
}

// PicturesOf returns the ids of the photographs of a home of ours that a household
// may see which said yes to it; who that is, the caller has made sure of. There are
// none before the home is vetted, once it is closed, and while they are switched off.
func (s *Service) PicturesOf(ctx context.Context, home string) ([]instance.ID, error) {
	l, err := s.pictured(ctx, home)
	if err != nil {
		return nil, because(err, "photographs of home %s", home)
	}
	ids, err := s.idsOf(ctx, `SELECT id FROM housing_photographs WHERE listing_id = $1 ORDER BY id`, l.ID)
	return ids, because(err, "photographs of home %s", home)
}

// PictureOf returns one of [Service.PicturesOf] and its media type.
func (s *Service) PictureOf(ctx context.Context, home string, id instance.ID) (io.ReadSeeker, string, error) {
	l, err := s.pictured(ctx, home)
	if err != nil {
		return nil, "", because(err, "photograph %s", id)
	}
	return s.picture(ctx, l, id)
}

// pictured is a home of ours whose photographs are shown beyond the team.
func (s *Service) pictured(ctx context.Context, home string) (instance.Listing, error) {
	tx := s.db.Read()
	l, err := scanListing(tx.QueryRow(ctx, `SELECT `+listingColumns+` FROM housing_listings l WHERE l.uri = $1`, home))
	if err != nil {
		return l, notFound(err)
	}
	off, err := s.offFor(ctx, tx, CutPhotographs, l)
	if err == nil && (off || !l.State.Shown()) {
		err = instance.ErrNotFound
	}
	return l, err
}

func (s *Service) picture(ctx context.Context, home instance.Listing, id instance.ID) (io.ReadSeeker, string, error) {
	var kept media.Sealed
	var kind string
	err := s.db.Read().QueryRow(ctx, `
		SELECT file, seal, kind FROM housing_photographs WHERE id = $1 AND listing_id = $2`, id, home.ID).Scan(&kept.File, &kept.Key, &kind)
	if err != nil {
		return nil, "", because(notFound(err), "photograph %s", id)
	}
	keys, err := s.vault.Keys(ctx, s.db.Read(), home.Programme)
	if err == nil {
		kept.Key, err = keys.Open(kindOfPhotograph, id, kept.Key)
	}
	if err != nil {
		return nil, "", because(err, "photograph %s", id)
	}
	content, err := s.safe.Open(ctx, kept, mostPhotograph)
	return bytes.NewReader(content), kind, because(err, "photograph %s", id)
}

// DropPhotograph takes a photograph of a home off, and deletes it. Those who keep
// homes may.
func (s *Service) DropPhotograph(ctx context.Context, by instance.Account, home instance.ListingID, id instance.ID) error {
	var file string
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		l, err := s.held(ctx, tx, home)
		if err != nil {
			return err
		}
		if err := keeps(ctx, tx, l.Programme, by); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `DELETE FROM housing_photographs WHERE id = $1 AND listing_id = $2 RETURNING file`, id, home).Scan(&file)
		if err != nil {
			return notFound(err)
		}
		return s.note(ctx, tx, l.Programme, by.ID, LogUnpicture, home.String())
	})
	if err != nil {
		return because(err, "take photograph %s off", id)
	}
	return because(s.safe.Delete(ctx, file), "delete photograph %s", id)
}

// bareKey is how long the key of a photograph is that stands in the clear.
const bareKey = 32

// sealPhotographs seals the keys of photographs that stood in the clear once.
func (s *Service) sealPhotographs(ctx context.Context, tx store.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT p.id, l.programme_id, p.seal
		  FROM housing_photographs p JOIN housing_listings l ON l.id = p.listing_id
		 WHERE LENGTH(p.seal) = $1`, bareKey)
	if err != nil {
		return err
	}
	defer rows.Close()
	type bare struct {
		id        instance.ID
		programme instance.ActorID
		key       []byte
	}
	var list []bare
	for rows.Next() {
		var b bare
		if err := rows.Scan(&b.id, &b.programme, &b.key); err != nil {
			return err
		}
		list = append(list, b)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, b := range list { // once
		keys, err := s.vault.Keys(ctx, tx, b.programme)
		var sealed []byte
		if err == nil {
			sealed, err = keys.Seal(kindOfPhotograph, b.id, b.key)
		}
		if errors.Is(err, instance.ErrSealed) {
			continue
		}
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE housing_photographs SET seal = $2 WHERE id = $1`, b.id, sealed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
