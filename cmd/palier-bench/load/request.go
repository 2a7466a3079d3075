package load

import (
	"bytes"
	"fmt"
	"net/http"
)

// Request is a request in the bytes in which it is sent, so that sending it
// costs no more than a write.
type Request []byte

// Prepare writes a request, whose headers have to be complete, signature
// included. Compression is not asked for unless the headers do.
func Prepare(r *http.Request) (Request, error) {
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		return nil, fmt.Errorf("prepare %s %s: %w", r.Method, r.URL, err)
	}
	return b.Bytes(), nil
}
