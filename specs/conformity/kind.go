package conformity

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// kinds are the kinds of documents by their type on the wire.
var kinds = map[string]string{
	"Person": "person", "Group": "group", "Organization": "organization", "Application": "application",
	"Note": "note", "Question": "question", "Event": "event", "Tombstone": "tombstone",
	"Accept": "accept", "Add": "add", "Announce": "announce", "Block": "block", "Create": "create", "Delete": "delete",
	"Flag": "flag", "Follow": "follow", "Join": "join", "Leave": "leave", "Like": "like", "Move": "move", "Offer": "offer",
	"Reject": "reject", "Remove": "remove", "Undo": "undo", "Update": "update",
	"Collection": "collection", "OrderedCollection": "collection",
	"CollectionPage": "collection-page", "OrderedCollectionPage": "collection-page",
}

// Kind returns the kind of a document that says itself what it is: by its type,
// a Proposal also by its profile, and the documents without type by what only
// they have. It returns [ErrKind] if the document is none of these, and
// [ErrInvalid] if it is no JSON object.
func Kind(doc []byte) (string, error) {
	var d struct {
		Type     any            `json:"type"`
		Profile  any            `json:"profile"`
		Subject  jsontext.Value `json:"subject"`
		Links    jsontext.Value `json:"links"`
		Software jsontext.Value `json:"software"`
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	typ, _ := d.Type.(string)
	switch {
	case kinds[typ] != "":
		return kinds[typ], nil
	case typ == "Proposal" && d.Profile == "housing-1":
		return "housing", nil
	case d.Type != nil:
		return "", fmt.Errorf("%w: type %v", ErrKind, d.Type)
	case d.Subject != nil:
		return "webfinger", nil
	case d.Software != nil:
		return "nodeinfo", nil
	case d.Links != nil:
		return "nodeinfo-links", nil
	default:
		return "", fmt.Errorf("%w: no type", ErrKind)
	}
}

// Check validates a document as the kind it says it is.
func Check(doc []byte) error {
	kind, err := Kind(doc)
	if err != nil {
		return err
	}
	return Validate(kind, doc)
}
