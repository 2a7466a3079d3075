package vocab

import (
	"encoding/json"

	"palier/protocol/as2"
)

// The contexts of our documents: of every kind only the terms it uses, so that
// a post stays small. They are fixed texts. A term means in all of them what it
// means in specs/context.jsonld.
//
// Remote contexts are named but never fetched, neither by us nor because of us:
// each defines what plain readers know by heart.
const (
	plainContext = `"` + as2.Namespace + `"`

	actorContext = `["` + as2.Namespace + `","https://www.w3.org/ns/cid/v1","https://w3id.org/security/v1",{` +
		`"toot":"http://joinmastodon.org/ns#","schema":"http://schema.org#","lemmy":"https://join-lemmy.org/ns#","nb":"` + Namespace + `",` +
		`"manuallyApprovesFollowers":"as:manuallyApprovesFollowers","discoverable":"toot:discoverable","indexable":"toot:indexable",` +
		`"featured":{"@id":"toot:featured","@type":"@id"},"PropertyValue":"schema:PropertyValue","value":"schema:value",` +
		`"postingRestrictedToMods":"lemmy:postingRestrictedToMods","webfinger":"https://purl.archive.org/socialweb/webfinger#webfinger",` +
		`"implements":{"@id":"https://w3id.org/fep/844e/implements","@type":"@id","@container":"@list"},` +
		`"alsoKnownAs":{"@id":"as:alsoKnownAs","@type":"@id"},"movedTo":{"@id":"as:movedTo","@type":"@id"},` +
		`"territory":"nb:territory","level":"nb:level","within":{"@id":"nb:within","@type":"@id"},` +
		`"directory":{"@id":"nb:directory","@type":"@id"}}]`

	postContext = `["` + as2.Namespace + `","https://w3id.org/security/data-integrity/v2",{` + postTerms + `}]`

	questionContext = `["` + as2.Namespace + `","https://w3id.org/security/data-integrity/v2",{` + postTerms + `,"votersCount":"toot:votersCount"}]`

	postTerms = `"Hashtag":"as:Hashtag","sensitive":"as:sensitive","toot":"http://joinmastodon.org/ns#","blurhash":"toot:blurhash",` +
		`"focalPoint":{"@id":"toot:focalPoint","@container":"@list"},"nb":"` + Namespace + `","reach":"nb:reach","title":"nb:title",` +
		`"kind":"nb:kind","status":"nb:status","via":{"@id":"nb:via","@type":"@id"}`

	relayContext = `["` + as2.Namespace + `",{"nb":"` + Namespace + `","via":{"@id":"nb:via","@type":"@id"}}]`
)

// PlainContext returns the @context of a document with nothing but
// ActivityStreams in it, such as a Follow.
func PlainContext() json.RawMessage { return json.RawMessage(plainContext) }

// ActorContext returns the @context of an actor.
func ActorContext() json.RawMessage { return json.RawMessage(actorContext) }

// PostContext returns the @context of a post, of activities that hold one, and
// of everything that carries a proof (FEP-8b32).
func PostContext() json.RawMessage { return json.RawMessage(postContext) }

// QuestionContext returns the @context of a poll, and of activities that hold
// one.
func QuestionContext() json.RawMessage { return json.RawMessage(questionContext) }

// RelayContext returns the @context of an Announce that holds a whole activity.
// It defines nothing that is protected: the activity within has a context of
// its own, maybe with another edition of data-integrity, and a JSON-LD reader
// refuses a document that defines a protected term anew.
func RelayContext() json.RawMessage { return json.RawMessage(relayContext) }
