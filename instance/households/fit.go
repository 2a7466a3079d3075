package households

import (
	"slices"
	"time"

	"palier/instance"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// Home is a home as it is held against a household: ours or a partner's.
type Home struct {
	URI       string
	Stay      ledger.Stay // in which it is lent
	Category  vocab.HomeCategory
	Bedrooms  int
	Places    int
	Free      int // places that nobody has; of our own homes the ledger says for which nights
	Adults    int // at most
	Children  int // at most, besides the places that adults leave
	Pets      bool
	Smoking   vocab.Smoking
	Languages []string
	Features  []vocab.HomeFeature
	Area      string // département
	Place     string `json:",omitempty"` // where, as partners are told: a commune, or around it where that is small
	// NoChildren tells that its host was approved for nobody under age.
	NoChildren bool
	// MinNights and MaxNights are how long somebody may stay; 0: no bound.
	MinNights, MaxNights int
	Residents            instance.Residents
	Company              vocab.Company // in one word, where they are not known one by one
	// HeardAt is when a partner told of it last; zero for ours.
	HeardAt time.Time `json:"-"`
	// Tonight is how many beds its host said are free this very night; 0 if they did not.
	Tonight int `json:"-"`
	// Placed is that a partner told that somebody was placed there. Which nights those are
	// it does not tell.
	Placed bool `json:"-"`
}

// OfListing is a home of ours with who lives there.
func OfListing(l instance.Listing, free int, area string, r instance.Residents) Home {
	if l.Category == vocab.EntirePlace {
		r = instance.Residents{Known: true}
	}
	return Home{
		URI: l.URI, Stay: l.Stay, Category: l.Category, Bedrooms: l.Bedrooms, Places: l.Places, Free: free, Adults: l.Adults, Children: l.Children,
		Pets: l.Pets, Smoking: l.Smoking, Languages: l.Languages, Features: l.Features, Area: area, Residents: r, Company: l.Company,
	}
}

// OfPartner is a home that a partner told of. Who lives there it told in one word at
// most: that is asked before anybody is asked into it.
func OfPartner(h vocab.Home, area string, asked instance.Residents) Home {
	if h.Category == vocab.EntirePlace {
		asked = instance.Residents{Known: true}
	}
	return Home{
		URI: h.ID, Stay: ledger.Stay{From: ledger.NightOf(h.Starts), Until: ledger.NightOf(h.Ends)}, Category: h.Category, Bedrooms: h.Bedrooms,
		Places: h.Places, Free: h.Free, Adults: h.Adults, Children: h.Children, Pets: h.Pets, Smoking: h.Smoking, Languages: h.Languages,
		Features: h.Features, Area: area, Place: h.Area.Name, Residents: asked, Company: h.Company,
		Placed: h.Status == vocab.HomePlaced || h.Status == vocab.HomeEnding,
	}
}

// Rule is what a household and a home are held to.
type Rule string

// The rules. Those that are hard forbid; of some of them a household may say that
// it wants otherwise, and two caseworkers write that down.
const (
	RuleMinorAlone Rule = "minor-alone"
	RulePlaces     Rule = "places"
	RuleAdults     Rule = "adults"
	RuleDates      Rule = "dates"
	RuleLength     Rule = "length"
	RuleChildren   Rule = "children"
	RulePets       Rule = "pets"
	RuleStepFree   Rule = "step-free"
	RuleResidents  Rule = "residents-unknown"
	RuleWomen      Rule = "women-with-men"
	RuleRooms      Rule = "rooms"
	RuleNoGo       Rule = "no-go"
	RuleSmoking    Rule = "smoking"
	RuleLanguage   Rule = "language"
	RuleTransport  Rule = "transport"
	RuleArea       Rule = "area"
	RuleLock       Rule = "lock"
)

// Rules are all of them, the gravest first.
var Rules = []Rule{
	RuleMinorAlone, RuleWomen, RuleRooms, RuleResidents, RulePlaces, RuleAdults, RuleChildren, RuleDates, RuleLength, RulePets, RuleStepFree, RuleNoGo,
	RuleLock, RuleSmoking, RuleLanguage, RuleTransport, RuleArea,
}

// TheirsToChoose tells whether a household may say that it wants otherwise than a
// hard rule says. What a host allows, what somebody cannot do without, and a child
// without an adult are nobody's choice.
func (r Rule) TheirsToChoose() bool { return r == RuleWomen || r == RuleRooms || r == RuleNoGo }

// Finding is what one rule says of a household in a home.
type Finding struct {
	Rule Rule
	// Hard forbids; otherwise it is something to speak about.
	Hard bool
	// What is the no-go it is about; Need and Have are the numbers where there are
	// any.
	What       instance.NoGo
	Need, Have int
	// Chosen tells that the household said it wants otherwise, as two caseworkers
	// wrote down.
	Chosen bool
}

// Forbids tells whether nobody may be asked into the home because of it.
func (f Finding) Forbids() bool { return f.Hard && !f.Chosen }

// Choice is what a household said about one rule and one home, and the two who
// heard it.
type Choice struct {
	Rule Rule             `json:"rule"`
	What instance.NoGo    `json:"what,omitempty"`
	Home string           `json:"home"`
	By   instance.ActorID `json:"by"`
	And  instance.ActorID `json:"and,omitempty"` // 0: nobody yet
}

// Holds tells whether a choice was heard by two.
func (c Choice) Holds() bool { return c.By != 0 && c.And != 0 && c.By != c.And }

// Fit is what comes of holding a household against a home.
type Fit struct {
	Home     Home
	Findings []Finding
}

// May tells whether the household may be asked into the home.
func (f Fit) May() bool { return !slices.ContainsFunc(f.Findings, Finding.Forbids) }

// Talks is how many things there are to speak about: the fewer the better. There
// is no other order between homes.
func (f Fit) Talks() int {
	n := 0
	for _, x := range f.Findings {
		if !x.Forbids() {
			n++
		}
	}
	return n
}

// FitOf holds a household against a home. choices are what the household said; a
// choice about another home, by one caseworker alone or about a rule that is not
// theirs to choose changes nothing.
func FitOf(h instance.Household, home Home, choices []Choice) Fit {
	return fitOf(h, BedroomsNeeded(h), home, choices)
}

// Fits holds a household against several homes, and returns the best first.
func Fits(h instance.Household, homes []Home, choices []Choice) []Fit {
	need := BedroomsNeeded(h)
	fits := make([]Fit, len(homes))
	for i, home := range homes {
		fits[i] = fitOf(h, need, home, choices)
	}
	Best(fits)
	return fits
}

func fitOf(h instance.Household, bedrooms int, home Home, choices []Choice) Fit {
	f := Fit{Home: home}
	hard := func(broken bool, x Finding) {
		if !broken {
			return
		}
		x.Hard = true
		x.Chosen = x.Rule.TheirsToChoose() && slices.ContainsFunc(choices, func(c Choice) bool {
			return c.Holds() && c.Rule == x.Rule && c.What == x.What && c.Home == home.URI
		})
		f.Findings = append(f.Findings, x)
	}
	talk := func(due bool, rule Rule) {
		if due {
			f.Findings = append(f.Findings, Finding{Rule: rule})
		}
	}
	whole := home.Category == vocab.EntirePlace
	hard(h.Alone(), Finding{Rule: RuleMinorAlone})
	hard(!whole && h.Women() && home.menAlone(), Finding{Rule: RuleWomen})
	rooms := home.Bedrooms
	if whole {
		rooms = max(rooms, 1) // a studio has no bedroom and is one
	}
	hard(bedrooms > rooms, Finding{Rule: RuleRooms, Need: bedrooms, Have: rooms})
	hard(!whole && !home.Residents.Known, Finding{Rule: RuleResidents})
	hard(len(h.Members) > home.Free, Finding{Rule: RulePlaces, Need: len(h.Members), Have: home.Free})
	hard(h.Adults() > home.Adults, Finding{Rule: RuleAdults, Need: h.Adults(), Have: home.Adults})
	hard(home.NoChildren && h.Children() > 0, Finding{Rule: RuleChildren, Need: h.Children()})
	hard(h.Stay.From < home.Stay.From || h.Stay.Until > home.Stay.Until, Finding{Rule: RuleDates})
	nights := h.Stay.Nights()
	hard(nights < home.MinNights || home.MaxNights > 0 && nights > home.MaxNights, Finding{Rule: RuleLength, Need: nights, Have: home.MaxNights})
	hard(h.Pets && !home.Pets, Finding{Rule: RulePets})
	hard(h.StepFree && !home.has("step-free-access"), Finding{Rule: RuleStepFree})
	for _, n := range instance.NoGos {
		hard(slices.Contains(h.NoGo, n) && home.against(n), Finding{Rule: RuleNoGo, What: n})
	}
	talk(!whole && !home.has("lock"), RuleLock)
	talk(h.Smokes && home.Smoking != vocab.SmokingYes, RuleSmoking)
	talk(!whole && !common(h.Languages, home.Languages), RuleLanguage)
	talk(h.Transport && !home.has("transport"), RuleTransport)
	talk(len(h.Area) > 0 && !slices.Contains(h.Area, home.Area), RuleArea)
	return f
}

// menAlone tells whether of those of age who live in a home none is a woman, as far as
// it is known.
func (h Home) menAlone() bool {
	if h.Residents.Known {
		return h.Residents.Men > 0 && h.Residents.Women == 0
	}
	return h.Company == vocab.CompanyMen
}

func (h Home) has(f vocab.HomeFeature) bool { return slices.Contains(h.Features, f) }

// against tells whether a home has what somebody said no to. What is not known of
// it counts as if it were there.
func (h Home) against(n instance.NoGo) bool {
	shared := h.Category != vocab.EntirePlace
	switch n {
	case instance.NoAnimals:
		return h.has("host-has-pets")
	case instance.NoSmoke:
		return h.Smoking == vocab.SmokingYes || h.Smoking == vocab.SmokingWindow
	case instance.NoMen:
		return shared && (!h.Residents.Known || h.Residents.Men > 0)
	case instance.NoChildren:
		return shared && (h.Residents.Known && h.Residents.Children > 0 || !h.Residents.Known && h.Company != vocab.CompanyWomen)
	case instance.NoSharedBathroom:
		return shared && !h.has("own-bathroom")
	case instance.NoOpenDoor:
		return shared && !h.has("lock")
	case instance.NoRemotePlace:
		return !h.has("transport")
	}
	return true
}

func common(a, b []string) bool {
	return slices.ContainsFunc(a, func(l string) bool { return slices.Contains(b, l) })
}

// Best orders fits: those into which the household may be asked, with least to
// speak about, first. Others keep their order.
func Best(fits []Fit) {
	slices.SortStableFunc(fits, func(a, b Fit) int {
		if a.May() != b.May() {
			if a.May() {
				return -1
			}
			return 1
		}
		return a.Talks() - b.Talks()
	})
}
