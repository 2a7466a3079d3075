package housing

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"

	"palier/instance"
	"palier/instance/media"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// Photographs of a home leave for one association, while beds are granted to it there,
// and encrypted to the key that a person agreed to: like the file between two
// caseworkers, and never as part of a document (decision 0129).

const (
	// pieceOf is how much of a photograph is sent at once, in bytes: an answer that is
	// signed for has a bound.
	pieceOf = 512 << 10
	// mostPieces is how many pieces a photograph has at most.
	mostPieces = mostPhotograph / pieceOf
	// mostPiece is more than an envelope around a piece has.
	mostPiece = pieceOf + 4096
)

// pictureList is what a partner is answered that asks which photographs there are.
type pictureList struct {
	Photographs []instance.ID `json:"photographs"`
}

// picturePiece is one piece of one photograph.
type picturePiece struct {
	Pieces int    `json:"pieces"`
	Sealed string `json:"sealed"` // an age file in base64
}

// envelope is what stands before a piece, so that none is taken for another.
func envelope(home string, id instance.ID, kind string, piece, pieces int) string {
	return strings.Join([]string{"palier housing-1 photograph", home, id.String(), kind, strconv.Itoa(piece), strconv.Itoa(pieces), ""}, "\n")
}

// granted is a home of ours to whose photographs a Group has a right now, and to which
// key they are encrypted. It returns [instance.ErrNotFound] to every Group to which no
// bed is granted there, and while they are switched off, the home is frozen or nobody
// may move in.
func (s *Service) granted(ctx context.Context, tx store.Tx, signer, home string) (instance.Listing, string, error) {
	l, err := s.seen(ctx, signer, home)
	if err != nil {
		return l, "", err
	}
	var seal, recipient string
	err = tx.QueryRow(ctx, `
		SELECT x.seal, x.recipient
		  FROM housing_partners x JOIN actors a ON a.id = x.partner_id
		 WHERE x.programme_id = $1 AND a.uri = $2 AND x.sees_ours = 'agreed' AND a.deleted_at IS NULL AND a.suspended_at IS NULL`,
		l.Programme, signer).Scan(&seal, &recipient)
	if err != nil {
		return l, "", notFound(err)
	}
	book, err := s.copyOf(ctx, tx, home)
	if err != nil {
		return l, "", err
	}
	if !l.MovedAt.IsZero() || recipient == "" || !holdsBeds(book.Holds(), signer, seal) {
		return l, "", instance.ErrNotFound
	}
	off, err := s.offFor(ctx, tx, CutPhotographs, l)
	if err == nil && !off {
		off, err = frozen(ctx, tx, l.Programme, l.URI)
	}
	if err == nil && !off {
		var fit bool
		fit, err = s.fit(ctx, tx, l.ID)
		off = !fit
	}
	if err == nil && off {
		err = instance.ErrNotFound
	}
	return l, recipient, err
}

// holdsBeds tells whether beds are granted to a Group, under the seal that was agreed to.
func holdsBeds(holds []ledger.Hold, group, seal string) bool {
	return slices.ContainsFunc(holds, func(h ledger.Hold) bool { return h.By == group && h.Seal == ledger.Seal(seal) && h.Standing.Takes() })
}

// Pictures answers a partner which photographs a home of ours has, or with a piece of
// one: id is 0 for the list, and pieces begin with 0. signer is who signed the request.
func (s *Service) Pictures(ctx context.Context, signer, home string, id instance.ID, piece int) ([]byte, error) {
	tx := s.db.Read()
	l, recipient, err := s.granted(ctx, tx, signer, home)
	if err != nil {
		return nil, because(err, "photographs of %s for %s", home, signer)
	}
	if id == 0 {
		ids, err := s.idsOf(ctx, `SELECT id FROM housing_photographs WHERE listing_id = $1 ORDER BY id`, l.ID)
		if err == nil {
			err = s.db.InTx(ctx, func(tx store.Tx) error { return s.note(ctx, tx, l.Programme, 0, LogShown, l.ID.String()) })
		}
		if err != nil {
			return nil, because(err, "photographs of %s for %s", home, signer)
		}
		return json.Marshal(pictureList{append([]instance.ID{}, ids...)})
	}
	r, kind, err := s.picture(ctx, l, id)
	if err != nil {
		return nil, because(err, "photograph %s for %s", id, signer)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, because(err, "photograph %s for %s", id, signer)
	}
	pieces := (len(content) + pieceOf - 1) / pieceOf
	if piece < 0 || piece >= pieces {
		return nil, because(instance.ErrNotFound, "photograph %s for %s", id, signer)
	}
	sealed, err := sealBytes(append([]byte(envelope(home, id, kind, piece, pieces)), content[piece*pieceOf:min(len(content), (piece+1)*pieceOf)]...), recipient)
	if err != nil {
		return nil, because(err, "encrypt photograph %s", id)
	}
	return json.Marshal(picturePiece{pieces, sealed})
}

// sealBytes encrypts for one recipient.
func sealBytes(plain []byte, recipient string) (string, error) {
	to, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), err
}

// mayAsk is our side: the programme that has beds granted at a partner's home. Without
// them nobody is even asked.
func (s *Service) mayAsk(ctx context.Context, programme instance.ActorID, home string) (desk, error) {
	tx := s.db.Read()
	d, err := programmeOf(ctx, tx, `p.group_id = $1`, programme)
	if err != nil {
		return d, err
	}
	var has bool
	var area, kind string
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_holds WHERE programme_id = $1 AND home = $2 AND state IN ('held', 'agreed', 'placed')),
		       COALESCE((SELECT area FROM housing_homes WHERE programme_id = $1 AND uri = $2), ''),
		       COALESCE((SELECT category FROM housing_homes WHERE programme_id = $1 AND uri = $2), '')`, programme, home).Scan(&has, &area, &kind)
	if err != nil {
		return d, err
	}
	off, err := s.cuts(ctx, tx, programme)
	if err != nil {
		return d, err
	}
	stopped, err := frozen(ctx, tx, programme, home)
	if err == nil && (!has || stopped || off.off(CutPhotographs, area, vocab.HomeCategory(kind))) {
		err = instance.ErrNotFound
	}
	return d, err
}

// PicturesFor returns the ids of the photographs of a home that a household of a
// programme may see which said yes to it; who that is, the caller has made sure of. Of
// a home of ours it is [Service.PicturesOf]. Of a partner's, its association is asked,
// while beds are granted there. It returns [instance.ErrNotFound] where there are none
// to be seen, and [instance.ErrUnreachable] if nobody answers.
func (s *Service) PicturesFor(ctx context.Context, programme instance.ActorID, home string) ([]instance.ID, error) {
	if s.site.Owns(home) {
		return s.PicturesOf(ctx, home)
	}
	d, err := s.mayAsk(ctx, programme, home)
	if err != nil {
		return nil, because(err, "photographs of %s", home)
	}
	b, err := s.wire.Pictures(ctx, d.Group, home, 0, 0)
	if err != nil {
		return nil, because(err, "photographs of %s", home)
	}
	var list pictureList
	if err := json.Unmarshal(b, &list); err != nil || len(list.Photographs) > MostPhotographs {
		return nil, fmt.Errorf("photographs of %s: %w", home, instance.ErrUnreachable)
	}
	return list.Photographs, nil
}

// PictureFor returns one of [Service.PicturesFor] and its media type. What comes from a
// partner is opened and written anew in memory, and kept nowhere.
func (s *Service) PictureFor(ctx context.Context, programme instance.ActorID, home string, id instance.ID) (io.ReadSeeker, string, error) {
	if s.site.Owns(home) {
		return s.PictureOf(ctx, home, id)
	}
	d, err := s.mayAsk(ctx, programme, home)
	if err != nil {
		return nil, "", because(err, "photograph %s of %s", id, home)
	}
	content, err := s.fetchPicture(ctx, d, home, id)
	if err != nil {
		return nil, "", because(err, "photograph %s of %s", id, home)
	}
	anew, kind, err := s.pictures.Rewrite(ctx, bytes.NewReader(content))
	if err != nil {
		return nil, "", fmt.Errorf("photograph %s of %s: %w: %w", id, home, instance.ErrUnreachable, err)
	}
	return bytes.NewReader(anew), kind, nil
}

// fetchPicture asks for the pieces of a photograph, one after another, and opens each.
func (s *Service) fetchPicture(ctx context.Context, d desk, home string, id instance.ID) ([]byte, error) {
	var recipient string
	err := s.db.Read().QueryRow(ctx, `SELECT recipient FROM housing_programmes WHERE group_id = $1`, d.Group.ID).Scan(&recipient)
	if err != nil {
		return nil, err
	}
	var content []byte
	kinds := media.Types()
	for piece, pieces := 0, 1; piece < pieces; piece++ {
		b, err := s.wire.Pictures(ctx, d.Group, home, id, piece)
		if err != nil {
			return nil, err
		}
		var p picturePiece
		malformed := fmt.Errorf("a photograph that is none: %w", instance.ErrUnreachable)
		if json.Unmarshal(b, &p) != nil || p.Pieces < 1 || p.Pieces > mostPieces || piece > 0 && p.Pieces != pieces {
			return nil, malformed
		}
		pieces = p.Pieces
		sealed, err := base64.StdEncoding.DecodeString(p.Sealed)
		if err != nil {
			return nil, malformed
		}
		plain, err := s.vault.Unwrap(recipient, sealed, mostPiece)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(kinds, func(kind string) bool {
			return bytes.HasPrefix(plain, []byte(envelope(home, id, kind, piece, pieces)))
		})
		if i < 0 {
			return nil, malformed // another home, another picture or another piece
		}
		content = append(content, plain[len(envelope(home, id, kinds[i], piece, pieces)):]...)
	}
	return content, nil
}
