package vocab

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"palier/protocol/as2"
	"palier/protocol/origin"
)

// Housing1 is the profile that a document about a home follows, and what
// software says that it implements if it keeps the rules of that profile.
const (
	Housing1      = "housing-1"
	KeepsHousing1 = Namespace + Housing1
)

// ErrHome says that a document about a home cannot be written or taken.
var ErrHome = errors.New("not a document about a home")

// Home is what other associations may know of a home for people who need
// shelter. It has no member for an address, for a person, or for words that
// anybody typed: what is not here cannot leave.
type Home struct {
	ID        string
	Group     string // of the association that answers for it; on the same server
	Status    HomeStatus
	Published time.Time
	Updated   time.Time
	Starts    time.Time // of the first night
	Ends      time.Time // of the day after the last
	Area      HomeArea
	Category  HomeCategory
	Bedrooms  int
	Places    int // beds
	Free      int // of them, some night or other
	Adults    int // at most
	Children  int
	Pets      bool // may come
	Smoking   Smoking
	Languages []string // spoken there
	Features  []HomeFeature
	Company   Company // who else lives there; of a room alone
}

// HomeArea is where a home is, as far as others are told: the middle of its
// commune, or of the group of communes where the commune is small. It is the
// same for every reader, every time, and for every home there.
type HomeArea struct {
	Name      string
	Territory Territory
	Middle    as2.Point // written with two decimals
	RadiusKM  int       // at least 2
}

// MinRadiusKM is the least radius of an area that is told.
const MinRadiusKM = 2

// HomeStatus is how far a home is.
type HomeStatus string

// What a home that others see can be.
const (
	HomeAvailable HomeStatus = "available"
	HomeHeld      HomeStatus = "held"
	HomePlaced    HomeStatus = "placed"
	HomeEnding    HomeStatus = "ending"
)

// HomeCategory is what is offered, in the words of schema.org.
type HomeCategory string

// What can be offered. A room that is shared with the host is not.
const (
	PrivateRoom HomeCategory = "private-room"
	EntirePlace HomeCategory = "entire-place"
)

// Smoking is where one may smoke.
type Smoking string

// Where one may smoke.
const (
	SmokingNo      Smoking = "no"
	SmokingOutside Smoking = "outside"
	SmokingWindow  Smoking = "window"
	SmokingYes     Smoking = "yes"
)

// HomeFeature is something that a home has.
type HomeFeature string

// HomeFeatures are what a home can have, and nothing else is told of one.
var HomeFeatures = []HomeFeature{
	"internet", "step-free-access", "lock", "own-bathroom", "kitchen", "transport", "host-has-pets",
}

// Company is who else lives in a home, in one of three words that each many
// households share: no word says that somebody lives there alone, how many they are,
// or how old (decision 0127).
type Company string

// Who lives there. Empty: nobody said.
const (
	CompanyUntold Company = ""
	CompanyWomen  Company = "women"  // of those of age one is a woman at least
	CompanyFamily Company = "family" // likewise, and there are children
	CompanyMen    Company = "men"    // of those of age none is a woman
)

// Companies are what is told of who lives in a home, and nothing else is.
var Companies = []Company{CompanyWomen, CompanyFamily, CompanyMen}

// companyTold is how a company is written among what a home has, so that whoever does
// not know of it passes over it.
func companyTold(c Company) HomeFeature { return HomeFeature("lives-there-" + c) }

var (
	statuses   = []HomeStatus{HomeAvailable, HomeHeld, HomePlaced, HomeEnding}
	categories = []HomeCategory{PrivateRoom, EntirePlace}
	smokings   = []Smoking{SmokingNo, SmokingOutside, SmokingWindow, SmokingYes}
)

const (
	mostPlaces    = 50
	mostBedrooms  = 20
	mostLanguages = 30
	mostRadius    = 100
)

// Check returns [ErrHome] for what cannot be a home that is told of.
func (h Home) Check() error {
	bad := func(what string, value any) error { return fmt.Errorf("%w: %s %v", ErrHome, what, value) }
	switch a := h.Area; {
	case !origin.Same(h.ID, h.Group):
		return bad("id", h.ID)
	case !slices.Contains(statuses, h.Status):
		return bad("status", h.Status)
	case !slices.Contains(categories, h.Category):
		return bad("category", h.Category)
	case !slices.Contains(smokings, h.Smoking):
		return bad("smoking", h.Smoking)
	case h.Places < 1 || h.Places > mostPlaces || h.Free < 0 || h.Free > h.Places:
		return bad("places", h.Places)
	case h.Bedrooms < 0 || h.Bedrooms > mostBedrooms:
		return bad("bedrooms", h.Bedrooms)
	case h.Adults < 0 || h.Children < 0 || h.Adults+h.Children < 1 || h.Adults+h.Children > mostPlaces:
		return bad("people", h.Adults+h.Children)
	case !h.Ends.After(h.Starts):
		return bad("dates", h.Ends)
	case a.RadiusKM < MinRadiusKM || a.RadiusKM > mostRadius:
		return bad("radius", a.RadiusKM)
	case a.Middle == as2.Point{} || math.Abs(a.Middle.Latitude) > 90 || math.Abs(a.Middle.Longitude) > 180:
		return bad("place", "without a middle")
	case a.Name == "" || len(a.Name) > 200:
		return bad("name of an area", a.Name)
	case len(h.Languages) > mostLanguages:
		return bad("languages", len(h.Languages))
	}
	if _, ok := ParseTerritory(string(h.Area.Territory)); !ok {
		return bad("territory", h.Area.Territory)
	}
	for _, l := range h.Languages {
		if !within(l, 2, 12, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") {
			return bad("language", l)
		}
	}
	for _, f := range h.Features {
		if !slices.Contains(HomeFeatures, f) {
			return bad("feature", f)
		}
	}
	if h.Company != CompanyUntold && (h.Category != PrivateRoom || !slices.Contains(Companies, h.Company)) {
		return bad("company", h.Company)
	}
	return nil
}

// The documents: what has no member here is neither written nor read.
type homeJSON struct {
	Context       json.RawMessage   `json:"@context,omitempty"`
	ID            string            `json:"id"`
	Type          string            `json:"type"`
	Profile       string            `json:"profile"`
	Purpose       string            `json:"purpose"`
	Status        HomeStatus        `json:"status"`
	AttributedTo  string            `json:"attributedTo"`
	To            []string          `json:"to"`
	Published     string            `json:"published"`
	Updated       string            `json:"updated"`
	StartTime     string            `json:"startTime"`
	EndTime       string            `json:"endTime"`
	Location      areaJSON          `json:"location"`
	Publishes     intentJSON        `json:"publishes"`
	Accommodation accommodationJSON `json:"accommodation"`
}

type areaJSON struct {
	Type      string      `json:"type"`
	Name      string      `json:"name"`
	Territory []Territory `json:"territory"`
	Latitude  json.Number `json:"latitude"`
	Longitude json.Number `json:"longitude"`
	Radius    int         `json:"radius"`
	Units     string      `json:"units"`
}

type accommodationJSON struct {
	Type      string        `json:"type"`
	Category  HomeCategory  `json:"accommodationCategory"`
	Bedrooms  int           `json:"numberOfBedrooms"`
	Occupancy occupancyJSON `json:"occupancy"`
	Adults    int           `json:"maxAdults"`
	Children  int           `json:"maxChildren"`
	Pets      bool          `json:"petsAllowed"`
	MaySmoke  bool          `json:"smokingAllowed"`
	Smoking   Smoking       `json:"smoking"`
	Languages []string      `json:"availableLanguage,omitempty"`
	Features  []amenityJSON `json:"amenityFeature,omitempty"`
}

type occupancyJSON struct {
	Type string `json:"type"`
	Most int    `json:"maxValue"`
}

type amenityJSON struct {
	Type  string      `json:"type"`
	Name  HomeFeature `json:"name"`
	Value bool        `json:"value"`
}

// EncodeHome writes what others may know of a home, for the followers of its
// Group and nobody else. It has no proof, and must never get one (protocol
// §4.2). It returns [ErrHome] for what [Home.Check] refuses.
func EncodeHome(h Home) ([]byte, error) {
	doc, err := h.document()
	if err != nil {
		return nil, err
	}
	doc.Context = HomeContext()
	return json.Marshal(doc)
}

// HomeItem returns h as the object of a Create or an Update.
func HomeItem(h Home) (as2.Item, error) {
	doc, err := h.document()
	if err != nil {
		return as2.Item{}, err
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return as2.Item{}, err
	}
	return as2.Whole(b)
}

func (h Home) document() (homeJSON, error) {
	if err := h.Check(); err != nil {
		return homeJSON{}, err
	}
	one := func(n int) Quantity { return Quantity{"one", strconv.Itoa(n)} }
	doc := homeJSON{
		ID: h.ID, Type: as2.TypeProposal, Profile: Housing1, Purpose: "offer", Status: h.Status, AttributedTo: h.Group, To: []string{h.Group + "/followers"},
		Published: second(h.Published), Updated: second(h.Updated), StartTime: second(h.Starts), EndTime: second(h.Ends),
		Location: areaJSON{
			"Place", h.Area.Name, []Territory{h.Area.Territory}, hundredths(h.Area.Middle.Latitude), hundredths(h.Area.Middle.Longitude), h.Area.RadiusKM, "km",
		},
		Publishes: Intent{
			Action: "deliverService", Resource: "https://schema.org/Accommodation", Quantity: one(h.Places), Available: one(h.Free),
		}.json(h.ID + PrimarySide),
		Accommodation: accommodationJSON{
			Type: "Accommodation", Category: h.Category, Bedrooms: h.Bedrooms, Occupancy: occupancyJSON{"QuantitativeValue", h.Adults + h.Children},
			Adults: h.Adults, Children: h.Children, Pets: h.Pets, MaySmoke: h.Smoking != SmokingNo, Smoking: h.Smoking, Languages: h.Languages,
		},
	}
	for _, f := range HomeFeatures {
		if slices.Contains(h.Features, f) {
			doc.Accommodation.Features = append(doc.Accommodation.Features, amenityJSON{"LocationFeatureSpecification", f, true})
		}
	}
	if h.Company != CompanyUntold {
		doc.Accommodation.Features = append(doc.Accommodation.Features, amenityJSON{"LocationFeatureSpecification", companyTold(h.Company), true})
	}
	return doc, nil
}

func second(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// hundredths is a coordinate with two decimals.
func hundredths(degrees float64) json.Number {
	return json.Number(strconv.FormatFloat(math.Round(degrees*100)/100, 'f', -1, 64))
}

// neverTold are names that no document about a home may hold, however deep.
var neverTold = []string{
	"address", "streetAddress", "postalCode", "telephone", "email", "host", "guest", "proof", "signature", "bto", "bcc",
}

// IsHome tells whether a document says that it is about a home.
func IsHome(o *as2.Object) bool {
	return o.Is(as2.TypeProposal, "vf:Proposal") && o.Line(name(o, TermProfile)) == Housing1
}

// ReadHome reads what another association tells of a home. It takes what
// [Home] names and nothing else, and returns [ErrHome] for a document that says
// more than it may: an address, a point that is too exact, the public as its
// readers. Whoever wrote that has told somebody's home, and it is not kept.
func ReadHome(o *as2.Object) (Home, error) {
	if !IsHome(o) {
		return Home{}, fmt.Errorf("%w: of another type or profile", ErrHome)
	}
	if err := clean(o.Raw(), 0); err != nil {
		return Home{}, err
	}
	for _, list := range [...]string{"to", "cc", "audience"} {
		for _, reader := range o.IRIs(list) {
			if reader == as2.Public || reader == "as:Public" || reader == "Public" {
				return Home{}, fmt.Errorf("%w: for the public", ErrHome)
			}
		}
	}
	var doc homeJSON
	if err := json.Unmarshal(o.Raw(), &doc); err != nil {
		return Home{}, fmt.Errorf("%w: %w", ErrHome, err)
	}
	return doc.home()
}

func (d homeJSON) home() (Home, error) {
	h := Home{
		ID: d.ID, Group: d.AttributedTo, Status: d.Status, Category: d.Accommodation.Category, Bedrooms: d.Accommodation.Bedrooms,
		Adults: d.Accommodation.Adults, Children: d.Accommodation.Children, Pets: d.Accommodation.Pets, Smoking: d.Accommodation.Smoking,
		Languages: d.Accommodation.Languages, Area: HomeArea{Name: d.Location.Name, RadiusKM: d.Location.Radius},
	}
	var err error
	for _, t := range []struct {
		to   *time.Time
		from string
	}{{&h.Published, d.Published}, {&h.Updated, d.Updated}, {&h.Starts, d.StartTime}, {&h.Ends, d.EndTime}} {
		if *t.to, err = time.Parse(time.RFC3339, t.from); err != nil {
			return h, fmt.Errorf("%w: %w", ErrHome, err)
		}
	}
	if d.Purpose != "offer" || len(d.Location.Territory) != 1 || d.Publishes.Quantity == nil || d.Publishes.Available == nil {
		return h, fmt.Errorf("%w: something is missing", ErrHome)
	}
	h.Area.Territory = d.Location.Territory[0]
	if h.Area.Middle.Latitude, err = coarse(d.Location.Latitude); err != nil {
		return h, err
	}
	if h.Area.Middle.Longitude, err = coarse(d.Location.Longitude); err != nil {
		return h, err
	}
	if h.Places, err = strconv.Atoi(d.Publishes.Quantity.Number); err != nil {
		return h, fmt.Errorf("%w: %w", ErrHome, err)
	}
	if h.Free, err = strconv.Atoi(d.Publishes.Available.Number); err != nil {
		return h, fmt.Errorf("%w: %w", ErrHome, err)
	}
	for _, f := range d.Accommodation.Features {
		if f.Value && slices.Contains(HomeFeatures, f.Name) && !slices.Contains(h.Features, f.Name) {
			h.Features = append(h.Features, f.Name)
		}
	}
	h.Company = d.Accommodation.company()
	return h, h.Check()
}

// company is who lives there as far as one word says so: of a whole home nobody does,
// and two words are none.
func (a accommodationJSON) company() (told Company) {
	for _, c := range Companies {
		for _, f := range a.Features {
			if f.Name != companyTold(c) || !f.Value || a.Category != PrivateRoom || told == c {
				continue
			}
			if told != CompanyUntold {
				return CompanyUntold
			}
			told = c
		}
	}
	return told
}

// coarse reads a coordinate, and refuses one that is finer than a kilometre.
func coarse(n json.Number) (float64, error) {
	f, err := n.Float64()
	if err != nil || hundredths(f) != json.Number(strconv.FormatFloat(f, 'f', -1, 64)) {
		return 0, fmt.Errorf("%w: a point that is too exact", ErrHome)
	}
	return f, nil
}

// clean refuses a document with a name in it that tells of somebody.
func clean(raw []byte, depth int) error {
	const deepest = 64
	if depth > deepest {
		return fmt.Errorf("%w: too deep", ErrHome)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) == nil {
		for name, v := range members {
			if slices.Contains(neverTold, name) {
				return fmt.Errorf("%w: it tells %q", ErrHome, name)
			}
			if err := clean(v, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	var items []json.RawMessage
	_ = json.Unmarshal(raw, &items) // what is no list holds nothing
	for _, v := range items {
		if err := clean(v, depth+1); err != nil {
			return err
		}
	}
	return nil
}
