package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"time"
)

// Receipt is what a programme signs for a file that was encrypted for it: that it
// has it, not what is in it.
type Receipt struct {
	File   string // its id
	Digest Hash   // of its encrypted bytes
	Ledger string
	Hold   int
	By     string // id of the Group that has it
	At     time.Time

	signature []byte
}

const wordReceipt = "palier housing-1 receipt\n"

type receiptJSON struct {
	At        string `json:"at"`
	By        string `json:"by"`
	Digest    string `json:"digest"`
	File      string `json:"file"`
	Hold      int    `json:"hold"`
	Ledger    string `json:"ledger"`
	Signature string `json:"signature,omitzero"`
}

func (r Receipt) encode(signature []byte) ([]byte, error) {
	return write(receiptJSON{
		writeTime(r.At), r.By, r.Digest.String(), r.File, r.Hold, r.Ledger, base64.RawURLEncoding.EncodeToString(signature),
	})
}

func (r Receipt) check() error {
	if b, err := base64.RawURLEncoding.Strict().DecodeString(r.File); err != nil || len(b) != 16 {
		return fmt.Errorf("%w: id %q of a file", ErrMalformed, clip(r.File))
	}
	if err := checkID("ledger", r.Ledger); err != nil {
		return err
	}
	if err := checkID("group", r.By); err != nil {
		return err
	}
	return checkHold(r.Hold)
}

// SignReceipt signs for a file.
func SignReceipt(key ed25519.PrivateKey, r Receipt) (Receipt, error) {
	r.At = r.At.UTC().Truncate(time.Millisecond)
	if err := r.check(); err != nil {
		return Receipt{}, fmt.Errorf("sign a receipt: %w", err)
	}
	unsigned, err := r.encode(nil)
	if err != nil {
		return Receipt{}, fmt.Errorf("sign a receipt: %w", err)
	}
	r.signature = ed25519.Sign(key, signed(wordReceipt, unsigned))
	return r, nil
}

// Encode returns the one form of a receipt.
func (r Receipt) Encode() ([]byte, error) { return r.encode(r.signature) }

// Verify returns [ErrSignature] unless seal signed the receipt.
func (r Receipt) Verify(seal Seal) error {
	unsigned, err := r.encode(nil)
	if err != nil {
		return err
	}
	return seal.checked(wordReceipt, unsigned, r.signature)
}

// DecodeReceipt reads what [Receipt.Encode] writes. It returns [ErrMalformed]
// for anything else.
func DecodeReceipt(b []byte) (Receipt, error) {
	var j receiptJSON
	if err := read(b, &j); err != nil {
		return Receipt{}, err
	}
	r := Receipt{File: j.File, Ledger: j.Ledger, Hold: j.Hold, By: j.By}
	var err error
	if r.At, err = readTime("time of a receipt", j.At); err != nil {
		return Receipt{}, err
	}
	if r.Digest, err = parseHash(j.Digest); err != nil {
		return Receipt{}, err
	}
	if r.signature, err = readSignature(j.Signature); err != nil {
		return Receipt{}, err
	}
	if err := r.check(); err != nil {
		return Receipt{}, err
	}
	return r, same(b, r.Encode)
}
