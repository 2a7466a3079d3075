// Package specs holds the texts of the Palier protocol that programs read: the
// JSON-LD context, the schemas of every document on the wire, and the golden
// documents that tests of any implementation can be held to.
//
// The text itself is protocol.md beside this file; vectors/README.md says what
// the vectors are. Package conformity validates documents.
package specs

import "embed"

// Vectors are the golden documents, under "vectors/KIND/NAME.json".
//
//go:embed vectors
var Vectors embed.FS
