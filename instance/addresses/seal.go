package addresses

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// SealLasts is how long a sealed address can be opened: long enough for a letter
// by e-mail to be read.
const SealLasts = 7 * 24 * time.Hour

func newSealer(ctx context.Context, db *store.DB) (cipher.AEAD, error) {
	key, err := db.Secret(ctx, "sealed addresses")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal returns a word that stands for an address in the address of a page: it
// tells nothing to those who see it, is another one each time, and only
// [Service.Open] makes an address of it again.
func (s *Service) Seal(id instance.AddressID) string {
	plain := make([]byte, 0, 16)
	plain = binary.BigEndian.AppendUint64(plain, uint64(id))
	plain = binary.BigEndian.AppendUint64(plain, uint64(s.now().Add(SealLasts).Unix()))
	return base64.RawURLEncoding.EncodeToString(s.sealer.Seal(nil, nil, plain, nil))
}

// Open returns the address that [Service.Seal] made a word for. It returns
// [instance.ErrNotFound] for a word of anybody else's, and for one that is too
// old.
func (s *Service) Open(word string) (instance.AddressID, error) {
	const longest = 200
	if len(word) > longest {
		return 0, instance.ErrNotFound
	}
	sealed, err := base64.RawURLEncoding.DecodeString(word)
	if err != nil {
		return 0, instance.ErrNotFound
	}
	plain, err := s.sealer.Open(nil, nil, sealed, nil)
	if err != nil || len(plain) != 16 || s.now().Unix() >= int64(binary.BigEndian.Uint64(plain[8:])) {
		return 0, instance.ErrNotFound
	}
	return instance.AddressID(binary.BigEndian.Uint64(plain)), nil
}
