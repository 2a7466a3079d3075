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

	proposalContext = `["` + as2.Namespace + `","https://w3id.org/security/data-integrity/v2",{` + postTerms + `,` + valueTerms + `,` +
		`"Intent":"vf:Intent","action":"vf:action","availableQuantity":"vf:availableQuantity","minimumQuantity":"vf:minimumQuantity",` +
		`"publishes":"vf:publishes","purpose":"vf:purpose","reciprocal":"vf:reciprocal",` +
		`"resourceConformsTo":{"@id":"vf:resourceConformsTo","@type":"@id"},"unitBased":"vf:unitBased","threshold":"nb:threshold"}]`

	agreementContext = `["` + as2.Namespace + `",{` + valueTerms + `,"Agreement":"vf:Agreement","Commitment":"vf:Commitment",` +
		`"satisfies":{"@id":"vf:satisfies","@type":"@id"},"stipulates":"vf:stipulates"}]`

	valueTerms = `"vf":"https://w3id.org/valueflows/ont/vf#","om2":"http://www.ontology-of-units-of-measure.org/resource/om-2/",` +
		`"hasNumericalValue":"om2:hasNumericalValue","hasUnit":"om2:hasUnit","resourceQuantity":"vf:resourceQuantity"`

	postTerms = `"Hashtag":"as:Hashtag","sensitive":"as:sensitive","toot":"http://joinmastodon.org/ns#","blurhash":"toot:blurhash",` +
		`"focalPoint":{"@id":"toot:focalPoint","@container":"@list"},"nb":"` + Namespace + `","reach":"nb:reach","title":"nb:title",` +
		`"kind":"nb:kind","status":"nb:status","via":{"@id":"nb:via","@type":"@id"}`

	eventContext = `["` + as2.Namespace + `","https://w3id.org/security/data-integrity/v2",{` + postTerms + `,"fep8a8e":"https://w3id.org/fep/8a8e/",` +
		`"ical":"http://www.w3.org/2002/12/cal/ical#","mz":"https://joinmobilizon.org/ns#","pt":"https://joinpeertube.org/ns#","schema":"https://schema.org/",` +
		`"EventCancelled":"fep8a8e:EventCancelled","EventPostponed":"fep8a8e:EventPostponed","EventScheduled":"fep8a8e:EventScheduled",` +
		`"EventTentative":"fep8a8e:EventTentative","PostalAddress":"schema:PostalAddress","address":"schema:address",` +
		`"addressCountry":"schema:addressCountry","addressLocality":"schema:addressLocality","category":"schema:category",` +
		`"commentsEnabled":"pt:commentsEnabled","eventStatus":{"@id":"fep8a8e:eventStatus","@type":"@vocab"},` +
		`"externalParticipationUrl":"fep8a8e:externalParticipationUrl","inLanguage":"schema:inLanguage","isOnline":"mz:isOnline",` +
		`"joinMode":"mz:joinMode","maximumAttendeeCapacity":"schema:maximumAttendeeCapacity","participantCount":"mz:participantCount",` +
		`"postalCode":"schema:postalCode","remainingAttendeeCapacity":"schema:remainingAttendeeCapacity",` +
		`"streetAddress":"schema:streetAddress","timezone":"mz:timezone"}]`

	joinContext = `["` + as2.Namespace + `",{"mz":"https://joinmobilizon.org/ns#","participationMessage":"mz:participationMessage"}]`

	homeContext = `["` + as2.Namespace + `",{` + valueTerms + `,"nb":"` + Namespace + `","schema":"https://schema.org/",` +
		`"Accommodation":"schema:Accommodation","Intent":"vf:Intent","LocationFeatureSpecification":"schema:LocationFeatureSpecification",` +
		`"Proposal":"vf:Proposal","QuantitativeValue":"schema:QuantitativeValue","accommodation":"schema:itemOffered",` +
		`"accommodationCategory":"schema:accommodationCategory","action":"vf:action","amenityFeature":"schema:amenityFeature",` +
		`"availableLanguage":"schema:availableLanguage","availableQuantity":"vf:availableQuantity","maxAdults":"nb:maxAdults",` +
		`"maxChildren":"nb:maxChildren","maxValue":"schema:maxValue","numberOfBedrooms":"schema:numberOfBedrooms",` +
		`"occupancy":"schema:occupancy","petsAllowed":"schema:petsAllowed","profile":"nb:profile","publishes":"vf:publishes",` +
		`"purpose":"vf:purpose","resourceConformsTo":{"@id":"vf:resourceConformsTo","@type":"@id"},"smoking":"nb:smoking",` +
		`"smokingAllowed":"schema:smokingAllowed","status":"nb:status","territory":"nb:territory","value":"schema:value"}]`

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

// EventContext returns the @context of an Event, and of activities that hold
// one.
func EventContext() json.RawMessage { return json.RawMessage(eventContext) }

// JoinContext returns the @context of a Join, and of activities that hold one.
func JoinContext() json.RawMessage { return json.RawMessage(joinContext) }

// ProposalContext returns the @context of a post that offers or asks for
// something, and of activities that hold one.
func ProposalContext() json.RawMessage { return json.RawMessage(proposalContext) }

// AgreementContext returns the @context of what two agree on: an Offer of an
// Agreement, and the answer to it.
func AgreementContext() json.RawMessage { return json.RawMessage(agreementContext) }

// HomeContext returns the @context of a document about a home, and of activities
// that hold one.
func HomeContext() json.RawMessage { return json.RawMessage(homeContext) }

// RelayContext returns the @context of an Announce that holds a whole activity.
// It defines nothing that is protected: the activity within has a context of
// its own, maybe with another edition of data-integrity, and a JSON-LD reader
// refuses a document that defines a protected term anew.
func RelayContext() json.RawMessage { return json.RawMessage(relayContext) }
