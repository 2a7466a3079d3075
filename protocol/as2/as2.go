// Package as2 reads and writes the documents of ActivityStreams 2.0: objects,
// actors, activities and collections.
//
// # Reading
//
// [Parse] is the only door for bytes of strangers. It is strict about JSON and
// about size, and forgiving about ActivityStreams: every property may be a
// value, an object or a list of one, and each accessor of [Object] takes all of
// these forms. Nothing is lost: unknown properties stay in the object, and
// [Object.Raw] returns the exact bytes that came, also those of an embedded
// object.
//
// ReadActor, ReadNote, ReadActivity, ReadCollection and their smaller relatives
// turn an Object into a struct. They return an error only for what no reader
// could use; what is missing is left empty.
//
// # Writing
//
// [Encode] writes a struct in a fixed order of keys, without empty properties,
// without HTML escapes, with one string as type and lists for to and cc. A
// struct that was read keeps what its fields cannot say: properties nobody
// changed are written as they came.
//
// # Names
//
// Documents are read as plain JSON with the compact names that the network
// uses (FEP-fe34). Contexts are never fetched and never change what a name
// means; they are kept and passed on. See [Activity Streams 2.0] and
// [ActivityPub].
//
// [Activity Streams 2.0]: https://www.w3.org/TR/activitystreams-core/
// [ActivityPub]: https://www.w3.org/TR/activitypub/
package as2
