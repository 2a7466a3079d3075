package instance

import "palier/protocol/address"

// Audience says who may read a post. The circles are what people here choose
// from, with the public; the others come with posts from elsewhere and from
// apps.
type Audience = address.Audience

// The audiences; see package address for what each means.
const (
	ToBuilding      = address.Building
	ToNeighbourhood = address.Neighbourhood
	ToAround        = address.Around
	ToPublic        = address.Public
	ToUnlisted      = address.Unlisted
	ToFollowers     = address.Followers
	ToMentioned     = address.Direct
)

// Audiences a person can choose from, the narrowest first.
var Audiences = []Audience{ToBuilding, ToNeighbourhood, ToAround, ToPublic}

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
