package delivery

import (
	"strings"

	"palier/protocol/origin"
)

// Parcel is something that happened, ready to be sent. What goes to different
// kinds of hosts in different forms, such as the two Announce forms of a group
// (FEP-1b12), is one parcel with several documents.
type Parcel struct {
	Sender    string // actor whose key signs
	Documents []Document
	Targets   []Target
}

// Document is one activity as it is sent, byte for byte.
type Document struct {
	ActivityID string
	Body       []byte
}

// Target is one POST: a document for an inbox.
type Target struct {
	Inbox    string
	Host     string // as [HostOf] has it
	Document int    // index in [Parcel.Documents]
}

// Recipient is an actor somewhere else who is to get a document.
type Recipient struct {
	Inbox       string
	SharedInbox string // empty if its server has none
	Document    int    // index in [Parcel.Documents]
}

// Group returns the fewest targets that reach all recipients: one for each
// shared inbox and document, one for each recipient without a shared inbox. A
// shared inbox on another origin than the inbox is not believed (E15). Recipients
// whose inbox is no address are left out. Targets come in the order in which
// their first recipient did.
func Group(recipients []Recipient) []Target {
	type key struct {
		inbox    string
		document int
	}
	seen := make(map[key]bool, len(recipients))
	var targets []Target
	for _, r := range recipients {
		inbox := r.Inbox
		if r.SharedInbox != "" && origin.Same(r.SharedInbox, r.Inbox) {
			inbox = r.SharedInbox
		}
		k := key{inbox, r.Document}
		if seen[k] {
			continue
		}
		seen[k] = true
		if host, ok := HostOf(inbox); ok {
			targets = append(targets, Target{Inbox: inbox, Host: host, Document: r.Document})
		}
	}
	return targets
}

// HostOf returns the host of an address in the form in which hosts are kept:
// ASCII, lower case, with a port unless it is the scheme's own. It returns false
// for what is no http or https address.
func HostOf(url string) (string, bool) {
	o, ok := origin.Of(url)
	if !ok {
		return "", false
	}
	_, host, ok := strings.Cut(o, "://")
	return host, ok
}
