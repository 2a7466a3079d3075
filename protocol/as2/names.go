package as2

// Namespace is the context of ActivityStreams itself.
const Namespace = "https://www.w3.org/ns/activitystreams"

// Public is the collection that everyone is a member of. [IsPublic] knows its
// other spellings.
const Public = Namespace + "#Public"

// MediaType is what documents are served and sent as. [MediaTypeLD] means the
// same and is to be accepted.
const (
	MediaType   = "application/activity+json"
	MediaTypeLD = `application/ld+json; profile="` + Namespace + `"`
)

// IsPublic tells whether iri addresses everyone.
func IsPublic(iri string) bool { return iri == Public || iri == "as:Public" || iri == "Public" }

// Types of actors.
const (
	TypeApplication  = "Application"
	TypeGroup        = "Group"
	TypeOrganization = "Organization"
	TypePerson       = "Person"
	TypeService      = "Service"
)

// Types of activities. Dislike and the rest up to Lock have no meaning of their
// own in ActivityPub, but groups of other software send them.
const (
	TypeAccept          = "Accept"
	TypeAdd             = "Add"
	TypeAnnounce        = "Announce"
	TypeBlock           = "Block"
	TypeCreate          = "Create"
	TypeDelete          = "Delete"
	TypeFlag            = "Flag"
	TypeFollow          = "Follow"
	TypeIgnore          = "Ignore"
	TypeInvite          = "Invite"
	TypeJoin            = "Join"
	TypeLeave           = "Leave"
	TypeLike            = "Like"
	TypeMove            = "Move"
	TypeOffer           = "Offer"
	TypeReject          = "Reject"
	TypeRemove          = "Remove"
	TypeTentativeAccept = "TentativeAccept"
	TypeTentativeReject = "TentativeReject"
	TypeUndo            = "Undo"
	TypeUpdate          = "Update"
	TypeView            = "View"
	TypeDislike         = "Dislike"
	TypeEmojiReact      = "EmojiReact"
	TypeLock            = "Lock"
)

// Types of objects.
const (
	TypeArticle   = "Article"
	TypeAudio     = "Audio"
	TypeDocument  = "Document"
	TypeEvent     = "Event"
	TypeImage     = "Image"
	TypeNote      = "Note"
	TypePage      = "Page"
	TypePlace     = "Place"
	TypeQuestion  = "Question"
	TypeTombstone = "Tombstone"
	TypeVideo     = "Video"

	TypeProposal = "Proposal" // FEP-0837

	TypeEmoji         = "Emoji"
	TypeHashtag       = "Hashtag"
	TypeLink          = "Link"
	TypeMention       = "Mention"
	TypePropertyValue = "PropertyValue"
	TypePostalAddress = "PostalAddress"
	TypeMultikey      = "Multikey"
)

// Types of collections.
const (
	TypeCollection            = "Collection"
	TypeCollectionPage        = "CollectionPage"
	TypeOrderedCollection     = "OrderedCollection"
	TypeOrderedCollectionPage = "OrderedCollectionPage"
)

// IsActor tells whether typ is one of an actor.
func IsActor(typ string) bool {
	switch typ {
	case TypeApplication, TypeGroup, TypeOrganization, TypePerson, TypeService:
		return true
	default:
		return false
	}
}

// IsActivity tells whether typ is one of an activity.
func IsActivity(typ string) bool {
	switch typ {
	case TypeAccept, TypeAdd, TypeAnnounce, TypeBlock, TypeCreate, TypeDelete, TypeFlag, TypeFollow, TypeIgnore, TypeInvite, TypeJoin, TypeLeave, TypeLike, TypeMove, TypeOffer,
		TypeReject, TypeRemove, TypeTentativeAccept, TypeTentativeReject, TypeUndo, TypeUpdate, TypeView, TypeDislike, TypeEmojiReact, TypeLock:
		return true
	default:
		return false
	}
}

// IsPost tells whether typ is one that people read: a Note or one of its
// relatives.
func IsPost(typ string) bool {
	switch typ {
	case TypeArticle, TypeAudio, TypeEvent, TypeImage, TypeNote, TypePage, TypeProposal, TypeQuestion, TypeVideo:
		return true
	default:
		return false
	}
}

// IsCollection tells whether typ is one of a collection or of a page of one.
func IsCollection(typ string) bool {
	switch typ {
	case TypeCollection, TypeCollectionPage, TypeOrderedCollection, TypeOrderedCollectionPage:
		return true
	default:
		return false
	}
}

// known tells whether typ has a constant here.
func known(typ string) bool {
	switch typ {
	case TypeDocument, TypePlace, TypeTombstone, TypeEmoji, TypeHashtag, TypeLink, TypeMention, TypePropertyValue, TypePostalAddress, TypeMultikey:
		return true
	default:
		return IsActor(typ) || IsActivity(typ) || IsPost(typ) || IsCollection(typ)
	}
}
