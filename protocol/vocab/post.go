package vocab

import (
	"strings"

	"palier/protocol/as2"
)

// Kind says what a post is for. The set is open: a server that does not know a
// kind shows the post as a post.
type Kind string

// Kinds that have a meaning of their own.
const (
	KindPost        Kind = "post"
	KindLending     Kind = "lending"
	KindBabysitting Kind = "babysitting"
)

// Purpose says which way something goes (FEP-0837). It is empty for a post that
// is neither.
type Purpose string

// The purposes.
const (
	PurposeOffer   Purpose = "offer"
	PurposeRequest Purpose = "request"
)

// Post is what we say of a post beyond a Note.
type Post struct {
	Title   string // plain text; the Note repeats it as the first line of its content, see [WithTitle]
	Kind    Kind
	Reach   Reach
	Purpose Purpose
	Status  string // of an offer or a request: open, closed, …
}

// PutPost writes p into a Note. What is empty is not written, and taken away if
// it was there. A title never becomes a name: other servers would take that for
// a content warning (protocol §9).
func PutPost(doc *as2.Note, p Post) {
	doc.PutText(TermTitle, p.Title)
	doc.PutText(TermKind, string(p.Kind))
	doc.PutText(TermReach, p.Reach.String())
	doc.PutText(termPurpose, string(p.Purpose))
	doc.PutText(TermStatus, p.Status)
}

const termPurpose = "purpose"

// ReadPost reads what is said of a post beyond a Note, in our words or in those
// of others: the title is a name elsewhere, and a Proposal has many spellings,
// see [IsProposal]. A reach nobody knows counts as the narrowest, since it was
// meant as a bound. A kind that is no plain word is none.
func ReadPost(o *as2.Object) Post {
	p := Post{
		Title:   o.Line(name(o, TermTitle)),
		Kind:    Kind(word(o.Line(name(o, TermKind)))),
		Reach:   reachOf(o.Line(name(o, TermReach))),
		Purpose: purpose(o),
		Status:  word(o.Line(name(o, TermStatus))),
	}
	if p.Title == "" {
		p.Title = o.Line("name")
	}
	return p
}

// IsProposal tells whether a post offers or requests something: it is a
// Proposal by type, or it has a purpose and an Intent to publish (FEP-0837).
func IsProposal(o *as2.Object) bool {
	if o.Is(as2.TypeProposal, "vf:Proposal", "ValueFlows:Proposal") {
		return true
	}
	return o.Has(valueFlows(o, termPurpose)) && o.Has(valueFlows(o, "publishes"))
}

func purpose(o *as2.Object) Purpose {
	if !IsProposal(o) {
		return ""
	}
	switch p := Purpose(o.Line(valueFlows(o, termPurpose))); p {
	case PurposeOffer, PurposeRequest:
		return p
	default:
		return ""
	}
}

// valueFlows returns the name under which o holds a term of ValueFlows.
func valueFlows(o *as2.Object, term string) string {
	if !o.Has(term) && o.Has("vf:"+term) {
		return "vf:" + term
	}
	return term
}

// word returns s if it is a plain word of ours: up to 32 small letters, digits
// and hyphens, a letter first.
func word(s string) string {
	const small = "abcdefghijklmnopqrstuvwxyz"
	if !within(s, 1, 32, small+numerals+"-") || !strings.Contains(small, s[:1]) {
		return ""
	}
	return s
}

// MaxVia is how many Groups are read and written of what an Announce came
// through.
const MaxVia = 6

// PutVia writes the Groups that a post came through into an Announce, the first
// one first, the last [MaxVia] of them.
func PutVia(doc *as2.Activity, groups []string) {
	doc.PutList(TermVia, groups[max(0, len(groups)-MaxVia):])
}

// ReadVia reads the Groups that a post came through from an Announce.
func ReadVia(o *as2.Object) []string {
	via := o.IRIs(name(o, TermVia))
	return via[:min(len(via), MaxVia)]
}
