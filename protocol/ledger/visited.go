package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"time"
)

// MaxVisited is for how long a visit to a home holds at most.
const MaxVisited = 366 * 24 * time.Hour

// Visited is what a programme signs of a home that somebody of it has been in:
// that it was as homes have to be by the list of the profile, that two people of
// the programme approved who lends it, and until when that holds. It says neither
// who was there nor where it is, nor what was seen.
type Visited struct {
	Home  string
	By    string // id of the Group whose home it is
	At    time.Time
	Until time.Time

	seal      Seal
	signature []byte
}

const wordVisited = "palier housing-1 visited\n"

// listVisited names the points that were looked at: alarms, heating, damp, room,
// privacy, lock, exits, water.
const listVisited = "housing-1"

type visitedJSON struct {
	At        string `json:"at"`
	By        string `json:"by"`
	Home      string `json:"home"`
	List      string `json:"list"`
	Seal      string `json:"seal"`
	Signature string `json:"signature,omitzero"`
	Until     string `json:"until"`
}

func (v Visited) encode(signature []byte) ([]byte, error) {
	return write(visitedJSON{
		writeTime(v.At), v.By, v.Home, listVisited, string(v.seal), base64.RawURLEncoding.EncodeToString(signature), writeTime(v.Until),
	})
}

func (v Visited) check() error {
	if err := checkID("home", v.Home); err != nil {
		return err
	}
	if err := checkID("group", v.By); err != nil {
		return err
	}
	if !v.Until.After(v.At) || v.Until.Sub(v.At) > MaxVisited {
		return fmt.Errorf("%w: a visit that holds from %s until %s", ErrMalformed, writeTime(v.At), writeTime(v.Until))
	}
	_, err := v.seal.key()
	return err
}

// Seal is the one that signed it.
func (v Visited) Seal() Seal { return v.seal }

// SignVisited signs that a home was visited. Days are told, not hours: when
// somebody was there is nobody's business.
func SignVisited(key ed25519.PrivateKey, v Visited) (Visited, error) {
	v.At, v.Until = v.At.UTC().Truncate(24*time.Hour), v.Until.UTC().Truncate(24*time.Hour)
	var err error
	if v.seal, err = SealOf(key); err != nil {
		return Visited{}, fmt.Errorf("sign a visit: %w", err)
	}
	if err := v.check(); err != nil {
		return Visited{}, fmt.Errorf("sign a visit: %w", err)
	}
	unsigned, err := v.encode(nil)
	if err != nil {
		return Visited{}, fmt.Errorf("sign a visit: %w", err)
	}
	v.signature = ed25519.Sign(key, signed(wordVisited, unsigned))
	return v, nil
}

// Encode returns the one form of it.
func (v Visited) Encode() ([]byte, error) { return v.encode(v.signature) }

// Verify returns [ErrSignature] unless seal signed it, and [ErrClock] once it does
// not hold any more. That it was not taken back since is known by asking at
// <home>/visited again.
func (v Visited) Verify(seal Seal, now time.Time) error {
	unsigned, err := v.encode(nil)
	if err != nil {
		return err
	}
	if v.seal != seal {
		return fmt.Errorf("%w: signed under another seal", ErrSignature)
	}
	if err := seal.checked(wordVisited, unsigned, v.signature); err != nil {
		return err
	}
	if !now.Before(v.Until) || now.Before(v.At) {
		return fmt.Errorf("%w: it holds from %s until %s", ErrClock, writeTime(v.At), writeTime(v.Until))
	}
	return nil
}

// DecodeVisited reads what [Visited.Encode] writes. It returns [ErrMalformed] for
// anything else.
func DecodeVisited(b []byte) (Visited, error) {
	var j visitedJSON
	if err := read(b, &j); err != nil {
		return Visited{}, err
	}
	if j.List != listVisited {
		return Visited{}, fmt.Errorf("%w: list %q", ErrMalformed, clip(j.List))
	}
	v := Visited{Home: j.Home, By: j.By, seal: Seal(j.Seal)}
	var err error
	if v.At, err = readTime("time of a visit", j.At); err != nil {
		return Visited{}, err
	}
	if v.Until, err = readTime("end of a visit", j.Until); err != nil {
		return Visited{}, err
	}
	if v.signature, err = readSignature(j.Signature); err != nil {
		return Visited{}, err
	}
	if err := v.check(); err != nil {
		return Visited{}, err
	}
	return v, same(b, v.Encode)
}
