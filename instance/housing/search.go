package housing

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// Wish is what one looks for among the homes of a programme and of its partners.
// What is zero is not asked for.
type Wish struct {
	Area       string // a département, or a country outside France
	Stay       ledger.Stay
	Places     int // beds that are free in all its nights, as far as it is known
	Adults     int
	Children   int
	Category   vocab.HomeCategory
	Pets       bool // may come
	Smokers    bool // may smoke, be it outside
	SmokeFree  bool // nobody smokes inside
	Features   []vocab.HomeFeature
	Languages  []string // one of them is spoken
	Company    Company
	OnlyOurs   bool
	OnlyTheirs bool
}

// Company is with whom somebody would live. A home of which nobody said who lives
// there is only found by who asks for none of these; one that is lent whole by all.
type Company string

// With whom one would live.
const (
	AnyCompany      Company = ""
	CompanyOfWomen  Company = "women"       // a woman of age at least
	CompanyChildren Company = "children"    // children too
	NoChildren      Company = "no-children" // as far as it was said
)

// Companies are what can be asked for.
var Companies = []Company{CompanyOfWomen, CompanyChildren, NoChildren}

// Found is a home of a programme or of one of its partners, in the order in which
// they were written down or told: nothing here is better than another.
type Found struct {
	ID      instance.ID // of the home, if it is ours; else of what a partner told
	Ours    bool
	URI     string
	Partner instance.ActorID // 0 for ours
	State   instance.ListingState
	Area    string
	Place   string // what a partner calls its area
	Free    int    // beds that are free in the nights that were asked for, or in some
	instance.ListingFacts
	HeardAt time.Time
}

// Search returns homes that fit a wish, to those of a programme's team: those
// before an id, 0 begins. Of a partner's home its copy is searched, whose age is
// told with it.
func (s *Service) Search(ctx context.Context, by instance.Account, programme instance.ActorID, w Wish, before instance.ID, limit int) ([]Found, error) {
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return nil, because(err, "search homes for programme %s", programme)
	}
	off, err := s.cuts(ctx, s.db.Read(), programme)
	if err != nil {
		return nil, because(err, "search homes for programme %s", programme)
	}
	query, args := s.searchFor(programme, w, before, limit)
	rows, err := s.db.Read().Query(ctx, query, args...)
	if err != nil {
		return nil, because(err, "search homes for programme %s", programme)
	}
	defer rows.Close()
	var list []Found
	for rows.Next() {
		f, err := scanFound(rows)
		if err != nil {
			return nil, because(err, "search homes for programme %s", programme)
		}
		if !off.off(CutSearch, f.Area, f.Category) {
			list = append(list, f)
		}
	}
	return list, because(rows.Err(), "search homes for programme %s", programme)
}

// Seen returns a home of a partner as it was last told, to those of a programme's
// team.
func (s *Service) Seen(ctx context.Context, by instance.Account, programme instance.ActorID, id instance.ID) (Found, error) {
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return Found{}, because(err, "home %s of a partner", id)
	}
	f, err := scanFound(s.db.Read().QueryRow(ctx, `SELECT `+theirColumns+` FROM housing_homes x WHERE x.programme_id = $1 AND x.id = $2`, programme, id))
	return f, because(notFound(err), "home %s of a partner", id)
}

const (
	dayMillis    = 24 * 60 * 60 * 1000
	ourColumns   = `l.id, TRUE AS ours, l.uri, 0 AS partner_id, l.state, '' AS area, l.commune, '' AS place, l.from_night, l.until_night, l.category, l.bedrooms, l.places`
	ourFacts     = `l.adults, l.children, l.pets, l.smoking, l.languages, l.features, l.updated_at, l.company`
	theirColumns = `x.id, FALSE AS ours, x.uri, x.partner_id, x.status, x.area, '' AS commune, x.place, x.starts_at / 86400000, x.ends_at / 86400000, x.category, x.bedrooms,
		x.places, x.free, x.adults, x.children, x.pets, x.smoking, x.languages, x.features, x.heard_at, x.company`
)

func scanFound(row store.Row) (Found, error) {
	var f Found
	var state, category, smoking, languages, kinds, company string
	var from, until, heard int64
	err := row.Scan(&f.ID, &f.Ours, &f.URI, &f.Partner, &state, &f.Area, &f.Commune, &f.Place, &from, &until, &category, &f.Bedrooms, &f.Places, &f.Free,
		&f.Adults, &f.Children, &f.Pets, &smoking, &languages, &kinds, &heard, &company)
	if err != nil {
		return f, err
	}
	f.State, f.Category, f.Smoking = instance.ListingState(state), vocab.HomeCategory(category), vocab.Smoking(smoking)
	f.Stay, f.HeardAt = ledger.Stay{From: ledger.Night(from), Until: ledger.Night(until)}, store.Time(heard)
	f.Languages, f.Company = strings.Fields(languages), vocab.Company(company)
	for _, word := range strings.Fields(kinds) {
		f.Features = append(f.Features, vocab.HomeFeature(word))
	}
	if f.Ours {
		f.Area = instance.DepartementOf(f.Commune)
	}
	return f, nil
}

var departement = regexp.MustCompile(`^(\d[\dAB]|97\d|98\d)$`)

// AreaOf is the département of a partner's home, as far as it tells, else its
// country.
func AreaOf(a vocab.HomeArea) string {
	country, rest, _ := strings.Cut(string(a.Territory), ":")
	if country != "FR" {
		return country
	}
	if code, ok := strings.CutPrefix(rest, "COG:"); ok {
		return instance.DepartementOf(code)
	}
	if departement.MatchString(a.Name) {
		return a.Name
	}
	return country
}

// asking collects the arguments of a query.
type asking struct{ args []any }

func (a *asking) with(v any) string {
	a.args = append(a.args, v)
	return "$" + strconv.Itoa(len(a.args))
}

// searchFor is the query for a wish. Both halves end by themselves: whoever looks
// at one page reads no more of either than that.
func (s *Service) searchFor(programme instance.ActorID, w Wish, before instance.ID, limit int) (string, []any) {
	a := &asking{}
	p := a.with(programme)
	var halves []string
	if !w.OnlyTheirs {
		halves = append(halves, s.ours(a, w, p, before, limit))
	}
	if !w.OnlyOurs {
		halves = append(halves, s.theirs(a, w, p, before, limit))
	}
	if len(halves) == 0 {
		halves = append(halves, `SELECT `+theirColumns+` FROM housing_homes x WHERE x.id < 0`)
	}
	return `SELECT * FROM (` + strings.Join(halves, ` UNION ALL `) + `) found ORDER BY id DESC LIMIT ` + a.with(limit), a.args
}

func (s *Service) ours(a *asking, w Wish, p string, before instance.ID, limit int) string {
	nights := countries.NightsAt(s.now())
	tonight := nights.SQL("l.commune")
	free := `l.places - ` + takenInAll("(CASE WHEN l.from_night > "+tonight+" THEN l.from_night ELSE "+tonight+" END)", "l.until_night")
	if w.Stay.Nights() > 0 {
		free = `l.places - ` + takenInOne(a.with(int64(w.Stay.From)), a.with(int64(w.Stay.Until)))
	}
	where := `l.programme_id = ` + p + ` AND l.state IN ('available', 'held', 'placed', 'ending') AND l.until_night > ` + tonight
	if w.Area != "" {
		where += ` AND l.commune >= ` + a.with(w.Area) + ` AND l.commune < ` + a.with(w.Area+"~")
	}
	where += facts(a, w, "l", "l.from_night", "l.until_night", 1)
	if before != 0 {
		where += ` AND l.id < ` + a.with(before)
	}
	if w.Places > 0 {
		where += ` AND ` + free + ` >= ` + a.with(w.Places)
	}
	return `SELECT * FROM (SELECT ` + ourColumns + `, ` + free + ` AS free, ` + ourFacts + ` FROM housing_listings l WHERE ` + where + ` ORDER BY l.id DESC LIMIT ` + a.with(limit) + `) ours`
}

func (s *Service) theirs(a *asking, w Wish, p string, before instance.ID, limit int) string {
	nights := countries.NightsAt(s.now())
	where := `x.programme_id = ` + p
	if w.Stay.Nights() < 1 || w.Stay.Until <= nights.Last { // else a home that is lent for the stay is lent tonight or later
		where += ` AND x.ends_at > ` + a.with(int64(nights.First)*dayMillis) + ` AND x.ends_at > ` + nights.SQL("x.area") + ` * CAST(86400000 AS BIGINT)`
	}
	if w.Area != "" {
		where += ` AND x.area = ` + a.with(w.Area)
	}
	where += facts(a, w, "x", "x.starts_at", "x.ends_at", dayMillis)
	if before != 0 {
		where += ` AND x.id < ` + a.with(before)
	}
	if w.Places > 0 {
		where += ` AND x.free >= ` + a.with(w.Places)
	}
	return `SELECT * FROM (SELECT ` + theirColumns + ` FROM housing_homes x WHERE ` + where + ` ORDER BY x.id DESC LIMIT ` + a.with(limit) + `) theirs`
}

// has are features as bits, in the order of [vocab.HomeFeatures].
func has(list []vocab.HomeFeature) (bits int64) {
	for i, f := range vocab.HomeFeatures {
		if slices.Contains(list, f) {
			bits |= 1 << i
		}
	}
	return bits
}

// facts are the conditions that both halves have. unit is what one night counts in
// the columns that say from when to when a home is lent.
func facts(a *asking, w Wish, t, from, until string, unit int64) string {
	var where strings.Builder
	and := func(condition string) { where.WriteString(` AND ` + condition) }
	if w.Stay.Nights() > 0 {
		and(from + ` <= ` + a.with(int64(w.Stay.From)*unit) + ` AND ` + until + ` >= ` + a.with(int64(w.Stay.Until)*unit))
	}
	if w.Adults > 0 {
		and(t + `.adults >= ` + a.with(w.Adults))
	}
	if w.Children > 0 {
		and(t + `.children >= ` + a.with(w.Children))
	}
	if w.Category != "" {
		and(t + `.category = ` + a.with(string(w.Category)))
	}
	if w.Pets {
		and(t + `.pets`)
	}
	if w.Smokers {
		and(t + `.smoking <> 'no'`)
	}
	if w.SmokeFree {
		and(t + `.smoking IN ('no', 'outside')`)
	}
	switch w.Company {
	case CompanyOfWomen:
		and(`(` + t + `.category = 'entire-place' OR ` + t + `.company IN ('women', 'family'))`)
	case CompanyChildren:
		and(`(` + t + `.category = 'entire-place' OR ` + t + `.company = 'family')`)
	case NoChildren:
		and(`(` + t + `.category = 'entire-place' OR ` + t + `.company = 'women')`) // of men it is not told
	}
	if mask := has(w.Features); mask != 0 && t == "x" {
		and(`x.has & ` + a.with(mask) + ` = ` + a.with(mask))
	}
	for _, f := range w.Features {
		if t == "x" && slices.Contains(vocab.HomeFeatures, f) {
			continue
		}
		and(`' ' || ` + t + `.features || ' ' LIKE ` + a.with("% "+string(f)+" %"))
	}
	if len(w.Languages) > 0 {
		var any []string
		for _, l := range w.Languages {
			any = append(any, `' ' || `+t+`.languages || ' ' LIKE `+a.with("% "+l+" %"))
		}
		and(`(` + strings.Join(any, ` OR `) + `)`)
	}
	return where.String()
}
