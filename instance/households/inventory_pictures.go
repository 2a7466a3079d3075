package households

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"time"

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

// InventoryPicture is a photograph of a room. Its file is sealed.
type InventoryPicture struct {
	ID     instance.ID
	Room   InventoryRoom
	Party  Party // who added it
	At     time.Time
	digest string
}

const (
	// MostPictures is how many photographs an inventory has.
	MostPictures = 24
	// mostPicture is more than a picture has that was written anew, in bytes.
	mostPicture   = 16 << 20
	kindOfPicture = "inventory-photograph"
)

func inventoryPictures(ctx context.Context, tx store.Tx, inventory instance.ID) ([]InventoryPicture, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, room, party, added_at, digest FROM housing_inventory_photographs WHERE inventory_id = $1 ORDER BY id`, inventory)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []InventoryPicture
	for rows.Next() {
		var p InventoryPicture
		var room, party string
		var at int64
		if err := rows.Scan(&p.ID, &room, &party, &at, &p.digest); err != nil {
			return nil, err
		}
		p.Room, p.Party, p.At = InventoryRoom(room), Party(party), store.Time(at)
		list = append(list, p)
	}
	return list, rows.Err()
}

// PictureInventory keeps a photograph of a room in an inventory that is written in, by
// any of the three: written anew and sealed. It returns an [instance.Invalid] for what
// is no picture and for one too many.
func (s *Service) PictureInventory(ctx context.Context, h StayHand, id instance.CaseID, m Moment, room InventoryRoom, r io.Reader) error {
	if !slices.Contains(InventoryRooms, room) {
		return because(&instance.Invalid{Field: "room", Code: "missing"}, "photograph in case %s", id)
	}
	// Whoever may not is not waited for.
	may := func(store.Tx, stayAt, *Inventory) error { return nil }
	if err := s.changeInventory(ctx, h, id, m, "photograph", may); err != nil {
		return err
	}
	content, kind, err := s.Pictures.Rewrite(ctx, r)
	if _, refused := errors.AsType[*media.Refusal](err); refused {
		return because(&instance.Invalid{Field: "photograph", Code: "no-picture"}, "photograph in case %s", id)
	}
	if err != nil {
		return because(err, "photograph in case %s", id)
	}
	kept, err := s.safe.Put(ctx, "housing", content)
	if err != nil {
		return because(err, "photograph in case %s", id)
	}
	sum := sha256.Sum256(content)
	err = s.changeInventory(ctx, h, id, m, "photograph", func(tx store.Tx, x stayAt, i *Inventory) error {
		switch {
		case !i.ShutAt.IsZero():
			return instance.ErrConflict
		case len(i.Pictures) >= MostPictures:
			return &instance.Invalid{Field: "photograph", Code: "too-many", Limit: MostPictures}
		}
		photograph := s.IDs.Next()
		keys, err := s.Vault.Keys(ctx, tx, x.Programme)
		if err != nil {
			return err
		}
		sealed, err := keys.Seal(kindOfPicture, photograph, kept.Key)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_inventory_photographs (id, inventory_id, room, file, seal, kind, digest, party, added_by, added_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			photograph, i.ID, string(room), kept.File, sealed, kind, hex.EncodeToString(sum[:]), string(h.Party), orNull(h.by()), store.Millis(s.Now()))
		return err
	})
	if err != nil {
		return errors.Join(err, s.safe.Delete(ctx, kept.File))
	}
	return nil
}

// InventoryPicture returns a photograph of an inventory of the stay of a case and its
// media type, to one of its three, and notes that the team opened it; to everyone else
// [instance.ErrNotFound]. It returns [instance.ErrSealed] if the keys of the programme
// are not here.
func (s *Service) InventoryPicture(ctx context.Context, h StayHand, id instance.CaseID, photograph instance.ID) (io.ReadSeeker, string, error) {
	var kept media.Sealed
	var kind string
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.atStay(ctx, tx, h, id, "inventory-photograph")
		if err != nil {
			return err
		}
		stay, err := s.lived(ctx, tx, x)
		if errors.Is(err, instance.ErrConflict) {
			return instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `
			SELECT p.file, p.seal, p.kind
			  FROM housing_inventory_photographs p JOIN housing_inventories i ON i.id = p.inventory_id
			 WHERE p.id = $1 AND i.hold_id = $2 AND i.case_id = $3`, photograph, stay.ID, id).Scan(&kept.File, &kept.Key, &kind)
		if err != nil {
			return notFound(err)
		}
		keys, err := s.Vault.Keys(ctx, tx, x.Programme)
		if err == nil {
			kept.Key, err = keys.Open(kindOfPicture, photograph, kept.Key)
		}
		return err
	})
	if err != nil {
		return nil, "", because(err, "photograph %s", photograph)
	}
	content, err := s.safe.Open(ctx, kept, mostPicture)
	return bytes.NewReader(content), kind, because(err, "photograph %s", photograph)
}

// DropInventoryPicture takes a photograph off an inventory that is written in, and
// deletes it: one's own, and the team any.
func (s *Service) DropInventoryPicture(ctx context.Context, h StayHand, id instance.CaseID, m Moment, photograph instance.ID) error {
	err := s.changeInventory(ctx, h, id, m, "take a photograph off", func(tx store.Tx, _ stayAt, i *Inventory) error {
		at := slices.IndexFunc(i.Pictures, func(p InventoryPicture) bool { return p.ID == photograph })
		switch {
		case at < 0 || h.Party != PartyAssociation && i.Pictures[at].Party != h.Party:
			return instance.ErrNotFound
		case !i.ShutAt.IsZero():
			return instance.ErrConflict
		}
		_, err := tx.Exec(ctx, `UPDATE housing_inventory_photographs SET inventory_id = NULL, seal = NULL WHERE id = $1`, photograph)
		return err
	})
	if err != nil {
		return err
	}
	return because(s.throwOut(ctx), "take a photograph off")
}

// throwOut deletes the files of photographs that belong to nothing any more. Without
// their keys nobody could have opened them since.
func (s *Service) throwOut(ctx context.Context) error {
	if s.Files == nil {
		return nil
	}
	gone, err := s.orphans(ctx)
	if err != nil {
		return err
	}
	for _, p := range gone {
		if err := s.safe.Delete(ctx, p.file); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	args := make([]any, len(gone))
	for i, p := range gone {
		args[i] = p.id
	}
	return s.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM housing_inventory_photographs WHERE id IN (`+store.Placeholders(1, len(args))+`)`, args...)
		return err
	})
}

type orphan struct {
	id   instance.ID
	file string
}

// mostThrownOut is how many files are deleted in one go; the rest an hour later.
const mostThrownOut = 200

func (s *Service) orphans(ctx context.Context) ([]orphan, error) {
	rows, err := s.DB.Read().Query(ctx, `
		SELECT id, file FROM housing_inventory_photographs WHERE inventory_id IS NULL ORDER BY id LIMIT $1`, mostThrownOut)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []orphan
	for rows.Next() {
		var o orphan
		if err := rows.Scan(&o.id, &o.file); err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, rows.Err()
}
