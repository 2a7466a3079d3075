// Package specs holds the texts of the Palier protocol that programs read: the
// JSON-LD context, the schemas of every document on the wire, and the golden
// documents that any implementation can be held to.
//
// The text for people is protocol.md beside this file; vectors/README.md says
// what the vectors are. Package conformity validates documents.
package specs

import "embed"

// Context is the JSON-LD context that defines every term of Palier's documents
// beyond ActivityStreams and the security vocabularies. A server offers it at
// /ns/v1.jsonld.
//
//go:embed context.jsonld
var Context []byte

// Schemas are JSON Schemas (2020-12), as "schemas/KIND.schema.json".
//
//go:embed schemas
var Schemas embed.FS

// Vectors are the golden documents: "vectors/KIND/NAME.json" conforms,
// "vectors/KIND/broken/NAME.json" says of a document why it does not.
//
//go:embed vectors
var Vectors embed.FS
