package web

import (
	"crypto/rand"
	"encoding/hex"
)

// newOnce returns a name for one form, so that pressing its button twice posts
// once; see [instance.Draft].
func newOnce() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
