package address

import (
	"slices"

	"palier/protocol/as2"
)

// Recipients are whom a document is addressed to, as it says itself.
type Recipients struct {
	To, CC, BTo, BCC, Audience []string
}

// Of returns the recipients of a document.
func Of(o *as2.Object) Recipients {
	return Recipients{To: o.IRIs("to"), CC: o.IRIs("cc"), BTo: o.IRIs("bto"), BCC: o.IRIs("bcc"), Audience: o.IRIs("audience")}
}

// All returns everyone a document is addressed to but the public, each once, in
// the order of to, cc, bto, bcc and audience.
func (r Recipients) All() []string {
	return persons(slices.Concat(r.To, r.CC, r.BTo, r.BCC, r.Audience)...)
}

// Read returns the audience that a stranger's document has: public if to names
// the public, unlisted if cc does, for followers if the author's followers are
// named anywhere, else direct. It is never a circle of this server, and never
// wider for what bto, bcc and audience say: those are hints for delivery.
//
// followers is the id of the author's collection of followers, as the author's
// own document names it; empty if it names none.
func Read(r Recipients, followers string) Audience {
	switch {
	case slices.ContainsFunc(r.To, as2.IsPublic):
		return Public
	case slices.ContainsFunc(r.CC, as2.IsPublic):
		return Unlisted
	case followers != "" && (slices.Contains(r.To, followers) || slices.Contains(r.CC, followers)):
		return Followers
	default:
		return Direct
	}
}

// Parties are those a post of ours concerns.
type Parties struct {
	Followers string   // the author's collection of followers
	Group     string   // the Group it is posted in, empty for none
	Named     []string // those it mentions or answers
}

// Write returns whom a post of ours is addressed to on the wire, and whether it
// may leave this server at all. A circle of neighbours has no recipients, and
// neither has an audience nobody knows. A Group is told of open posts only:
// what is for followers or for those named is not for it to pass on.
//
// To name the public, or the author's followers, in a post that is not for them
// does not widen it: they are left out.
func Write(a Audience, p Parties) (to, cc []string, leaves bool) {
	everyone := []string{as2.Public}
	group, followers := persons(p.Group), persons(p.Followers)
	named := slices.DeleteFunc(persons(p.Named...), func(id string) bool { return id == p.Followers })
	switch a {
	case Public:
		return everyone, persons(slices.Concat(group, named, followers)...), true
	case Unlisted:
		return followers, slices.Concat(everyone, persons(slices.Concat(group, named)...)), true
	case Followers:
		return followers, named, len(followers)+len(named) > 0
	case Direct:
		return named, nil, len(named) > 0
	default:
		return nil, nil, false
	}
}

// persons returns ids without empty ones, without the public, and each once.
func persons(ids ...string) []string {
	var all []string
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if id != "" && !as2.IsPublic(id) && !seen[id] {
			seen[id] = true
			all = append(all, id)
		}
	}
	return all
}

// Strip returns a document without bto and bcc, at whatever depth, as it has to
// be before anybody else sees it (ActivityPub 6.2, C11). It returns the bytes
// as they came if there is nothing to take out.
func Strip(o *as2.Object) []byte { return o.Without("bto", "bcc") }
