package address

import "slices"

// Viewer is what is known of the one who wants to read a post. The zero Viewer
// is somebody nobody knows.
type Viewer struct {
	// ID of the actor, proved by a session or a signature; empty if neither.
	ID string

	// Follows says that the author accepted this viewer as a follower. That the
	// viewer asked to be one is not enough.
	Follows bool

	// Member names the other collections among the recipients that the viewer
	// is a member of by our own records, such as a Group's followers.
	Member []string

	// Circle is the narrowest circle around the place of the post that the
	// viewer is a verified resident of this server in: Building for one who
	// lives in that very building. It is empty for everyone else, and for every
	// actor of another server.
	Circle Audience

	// Blocked says that the author blocks the viewer or the viewer's host.
	Blocked bool
}

// Post is what has to be known of a post to tell who may read it.
type Post struct {
	Author     string
	Audience   Audience
	Recipients []string // who is named by its author; see [Recipients.All]
}

// MayRead tells whether v may read p. It asks about this one reader: what
// others on the same server may read says nothing (C09).
//
// Authors read what they wrote. Whoever is blocked reads nothing, as far as we
// know who it is. A post for a circle is for those who live there; to be named
// in it opens it for nobody else.
func MayRead(v Viewer, p Post) bool {
	switch {
	case v.ID != "" && v.ID == p.Author:
		return true
	case v.Blocked:
		return false
	case p.Audience.Open():
		return true
	case v.ID == "":
		return false
	case p.Audience.Local():
		return v.Circle.Local() && v.Circle.Within(p.Audience)
	case p.Audience == Followers && v.Follows:
		return true
	case p.Audience == Followers || p.Audience == Direct:
		return named(v, p)
	default:
		return false
	}
}

// named tells whether a post is addressed to the viewer, or to a collection the
// viewer is a member of.
func named(v Viewer, p Post) bool {
	return slices.Contains(p.Recipients, v.ID) ||
		slices.ContainsFunc(v.Member, func(c string) bool { return c != "" && slices.Contains(p.Recipients, c) })
}
