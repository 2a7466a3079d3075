package federationtest

import (
	"crypto/rand"
	"crypto/rsa"
	"sync"
)

// rsaKeys are keys that were made in this process. To make one takes longer than
// most tests, so the actors of every network have the same ones; those of one
// network differ.
var rsaKeys struct {
	sync.Mutex
	made []*rsa.PrivateKey
}

// newKey returns a key that nobody else on the network has.
func (n *Network) newKey() *rsa.PrivateKey {
	n.t.Helper()
	n.mu.Lock()
	i := n.keys
	n.keys++
	n.mu.Unlock()
	rsaKeys.Lock()
	defer rsaKeys.Unlock()
	for len(rsaKeys.made) <= i {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			n.t.Fatal(err)
		}
		rsaKeys.made = append(rsaKeys.made, key)
	}
	return rsaKeys.made[i]
}
