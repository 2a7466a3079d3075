package address

import "errors"

// Audience says who may read a post. The zero Audience is nobody's.
type Audience string

// Circles of neighbours on this server. Such a post never leaves it.
const (
	// Building is for the verified residents of one building.
	Building Audience = "building"
	// Neighbourhood is for the verified residents of the place it was posted
	// in and of the places within it.
	Neighbourhood Audience = "neighbourhood"
	// Around is for the verified residents of every place that shares a direct
	// parent with it.
	Around Audience = "around"
)

// What ActivityPub knows. Such a post goes to whom it is addressed.
const (
	// Direct is for those it names.
	Direct Audience = "direct"
	// Followers is for the author's followers and those it names.
	Followers Audience = "followers"
	// Unlisted is for everyone, but on no public list.
	Unlisted Audience = "unlisted"
	// Public is for everyone.
	Public Audience = "public"
)

// Audiences returns all audiences: the circles, the narrowest first, and then
// what ActivityPub knows, the narrowest first.
func Audiences() []Audience {
	return []Audience{Building, Neighbourhood, Around, Direct, Followers, Unlisted, Public}
}

// Parse reads an audience, and returns false for any other word.
func Parse(s string) (Audience, bool) {
	for _, a := range Audiences() {
		if string(a) == s {
			return a, true
		}
	}
	return "", false
}

// Local tells whether a is a circle of neighbours on this server.
func (a Audience) Local() bool { return a == Building || a == Neighbourhood || a == Around }

// Open tells whether everyone may read a post for a, signed in or not.
func (a Audience) Open() bool { return a == Public || a == Unlisted }

// Leaves tells whether a post for a may leave this server at all.
func (a Audience) Leaves() bool { return a.Open() || a == Followers || a == Direct }

// rank orders the audiences within the circles and within those that leave.
func (a Audience) rank() int {
	for i, b := range Audiences() {
		if a == b {
			return i
		}
	}
	return -1
}

// Within tells whether nobody reads a post for a who would not read it for b,
// with the same author, place and names in it. The circles and those who follow
// or are named have nothing to do with one another, so neither is within the
// other; what is open holds all of them. The zero Audience is within all.
func (a Audience) Within(b Audience) bool {
	switch {
	case a == b, a == "":
		return true
	case a.rank() < 0 || b.rank() < 0:
		return false
	case a.Local() && b.Local(), a.Leaves() && b.Leaves():
		return a.rank() < b.rank()
	default:
		return b.Open()
	}
}

// Narrower returns the one of a and b that is within the other. If neither is,
// it returns nobody's audience, which is.
func Narrower(a, b Audience) Audience {
	switch {
	case a.Within(b):
		return a
	case b.Within(a):
		return b
	default:
		return ""
	}
}

// ErrApart is returned when no audience is within both of two.
var ErrApart = errors.New("no audience within both")

// Answer returns the audience of a reply: the one asked for if it is within
// that of the post it answers, and else that post's own. Nothing asked for is
// the post's own too. It returns [ErrApart] if neither is within the other, as
// for a note to named people under a post for a building: one of the two would
// have to widen.
func Answer(parent, asked Audience) (Audience, error) {
	if asked == "" {
		asked = parent
	}
	a := Narrower(parent, asked)
	if a == "" {
		return "", ErrApart
	}
	return a, nil
}

// Edit returns the audience of an edited post: the first version's, or the new
// one if that is within it. A wish to widen is not followed (C10).
func Edit(first, asked Audience) Audience {
	if asked != "" && asked.Within(first) {
		return asked
	}
	return first
}
