// Package instance holds the nouns of one local server and the rules that go
// with them: actors, neighbourhoods, posts, and who may read what.
//
// It knows no SQL and no HTTP. The packages below it are named for one noun
// each and keep that noun's deeds and SQL side by side.
package instance
