package instance

// Audience says who may read a post. The first four are what people here
// choose from; the others come with posts from elsewhere and from apps.
type Audience string

const (
	// ToBuilding is for the verified residents of one building.
	ToBuilding Audience = "building"
	// ToNeighbourhood is for the verified residents of the place it was posted
	// in and of the places within it.
	ToNeighbourhood Audience = "neighbourhood"
	// ToAround is for the verified residents of everything that shares a
	// direct parent with the place it was posted in.
	ToAround Audience = "around"
	// ToPublic is for everyone, here and elsewhere.
	ToPublic Audience = "public"
	// ToUnlisted is for everyone, but on no public list.
	ToUnlisted Audience = "unlisted"
	// ToFollowers is for the author's followers.
	ToFollowers Audience = "followers"
	// ToMentioned is for those named in it.
	ToMentioned Audience = "direct"
)

// Audiences a person can choose from, the narrowest first.
var Audiences = []Audience{ToBuilding, ToNeighbourhood, ToAround, ToPublic}

// Leaves tells whether a post for a may leave this server at all.
func (a Audience) Leaves() bool {
	switch a {
	case ToPublic, ToUnlisted, ToFollowers, ToMentioned:
		return true
	default:
		return false
	}
}

// Open tells whether anyone may read a post for a, signed in or not.
func (a Audience) Open() bool { return a == ToPublic || a == ToUnlisted }

// Local tells whether a is one of the circles of neighbours on this server.
func (a Audience) Local() bool {
	return a == ToBuilding || a == ToNeighbourhood || a == ToAround
}

// ParseAudience reads one of [Audiences]. It returns an [Invalid] for anything
// else.
func ParseAudience(s string) (Audience, error) {
	for _, a := range Audiences {
		if string(a) == s {
			return a, nil
		}
	}
	return "", &Invalid{Field: "audience", Code: "unknown"}
}

// AnswerTo returns the audience of a reply to a post for parent: the one asked
// for where the parent is open and the reply goes out too, else the parent's.
// So a reply never reaches further than what it answers (C11).
func (a Audience) AnswerTo(parent Audience) Audience {
	if parent.Open() && !a.Local() && a != "" {
		return a
	}
	return parent
}
