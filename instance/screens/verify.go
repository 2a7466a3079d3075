package screens

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"palier/protocol/proof"
)

// What can be wrong with a bundle, besides its proof.
var (
	// ErrNoBundle says that a document is none.
	ErrNoBundle = errors.New("not a bundle of a screen")
	// ErrOld says that a bundle is shown no longer.
	ErrOld = errors.New("bundle has expired")
	// ErrNoKey says that the actor does not list the key that signed.
	ErrNoKey = errors.New("the place does not list this key")
)

// Verify reads a signed bundle and holds its signature to the document of the
// place that it says it is from, at the time now. It returns what [proof.Verify]
// returns for a bundle that was changed, [proof.ErrOwner] for one of another
// place, [ErrOld] for one that is older than [Keeps], and asks nobody.
func Verify(bundle, place []byte, now time.Time) (Bundle, error) {
	var b Bundle
	if err := json.Unmarshal(bundle, &b); err != nil || b.Type != bundleType {
		return b, errors.Join(ErrNoBundle, err)
	}
	var listed struct {
		ID        string          `json:"id"`
		Assertion json.RawMessage `json:"assertionMethod"`
	}
	if err := json.Unmarshal(place, &listed); err != nil {
		return b, fmt.Errorf("read the place: %w", err)
	}
	keys, err := multikeys(listed.Assertion)
	if err != nil {
		return b, fmt.Errorf("read the keys of the place: %w", err)
	}
	result, err := proof.Verify(bundle, now, func(method string) (ed25519.PublicKey, string, error) {
		for _, k := range keys {
			if k.ID != method {
				continue
			}
			key, err := proof.DecodeKey(k.Key)
			if err != nil {
				return nil, "", err
			}
			if ed, ok := key.(ed25519.PublicKey); ok {
				return ed, k.Controller, nil
			}
		}
		return nil, "", ErrNoKey
	})
	if err != nil {
		return b, err
	}
	if err := result.CheckOwner(b.Place); err != nil {
		return b, err
	}
	if listed.ID != b.Place {
		return b, fmt.Errorf("the document is of %.200q: %w", listed.ID, proof.ErrOwner)
	}
	if !b.Expires.After(now) || b.Expires.Sub(b.Made) > Keeps {
		return b, ErrOld
	}
	return b, nil
}

type multikey struct {
	ID         string `json:"id"`
	Controller string `json:"controller"`
	Key        string `json:"publicKeyMultibase"`
}

// multikeys reads one key or a list of them.
func multikeys(raw json.RawMessage) ([]multikey, error) {
	var list []multikey
	if err := json.Unmarshal(raw, &list); err == nil {
		return list, nil
	}
	var one multikey
	err := json.Unmarshal(raw, &one)
	return []multikey{one}, err
}
