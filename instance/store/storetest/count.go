package storetest

import (
	"sync"
	"testing"

	"palier/instance/store"
)

// Reads knows which statements were read with through [store.DB.Read].
type Reads struct {
	mu         sync.Mutex
	statements []string
}

func (r *Reads) watch(sql string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements = append(r.statements, sql)
}

// During returns the statements that do reads with, as far as nobody else reads
// meanwhile.
func (r *Reads) During(do func()) []string {
	r.mu.Lock()
	r.statements = nil
	r.mu.Unlock()
	do()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.statements
}

// EachCounted is [Each] on databases whose reads are counted.
func EachCounted(t *testing.T, test func(t *testing.T, db *store.DB, reads *Reads)) {
	t.Helper()
	for _, engine := range Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			reads := new(Reads)
			test(t, open(t, URL(t, engine), store.Options{Connections: 8, Watch: reads.watch}), reads)
		})
	}
}
