package apptest

import (
	"crypto"
	"sync"
	"sync/atomic"

	"palier/federation/signature"
	"palier/instance/people"
)

// Cheap is what a password of a test costs: it is guarded from nobody.
var Cheap = people.Cost{Memory: 64, Passes: 1}

// poolSize is how many RSA keys the actors of a process share. No test has so
// many on one server that two of them would have the same one.
const poolSize = 32

// Keys gives the actors of one server their keys. To make an RSA key takes
// longer than most tests, so that all servers of a process take them from one
// pool, each from another place on, and none twice before all are used.
type Keys struct {
	next atomic.Int64
}

var pool struct {
	sync.Mutex
	servers int64
	keys    [poolSize]crypto.Signer
}

// NewKeys returns the keys of a server.
func NewKeys() *Keys {
	pool.Lock()
	defer pool.Unlock()
	k := new(Keys)
	k.next.Store(pool.servers * 11)
	pool.servers++
	return k
}

// New makes a key as [signature.Generate] does.
func (k *Keys) New(kind signature.Kind, id, owner string) (*signature.PrivateKey, error) {
	if kind != signature.RSA {
		return signature.Generate(kind, id, owner)
	}
	i := (k.next.Add(1) - 1) % poolSize
	pool.Lock()
	defer pool.Unlock()
	if pool.keys[i] == nil {
		made, err := signature.Generate(kind, id, owner)
		if err != nil {
			return nil, err
		}
		pool.keys[i] = made.Key
	}
	return signature.NewPrivateKey(id, owner, pool.keys[i])
}
