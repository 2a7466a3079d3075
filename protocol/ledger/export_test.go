package ledger

import "crypto/ed25519"

// Sign signs an entry whatever it says, as a keeper that lies would.
func Sign(e Entry, key ed25519.PrivateKey) (Entry, error) { return e.sign(key) }
