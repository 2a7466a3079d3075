// Package countries holds the rules of countries on lending homes to people who
// need shelter, one file each: which checks are lawful, who may send a household,
// which numbers help, and what an agreement says. A new country is a new file.
package countries

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/BurntSushi/toml"

	"palier/instance"
)

//go:embed *.toml
var files embed.FS

// Pack is what holds in one country.
type Pack struct {
	Code      string   `toml:"code"`      // ISO 3166
	Languages []string `toml:"languages"` // that its offices speak
	Adult     int      `toml:"adult"`     // from how many years on somebody may host
	SelfFrom  int      `toml:"self_from"` // from how many years on somebody speaks for themself
	Zone      string   `toml:"zone"`      // time zone, but for [Pack.Zones]
	Zones     []Zone   `toml:"zones"`
	// Register is the official list that codes of [Pack.Areas] are of.
	Register string   `toml:"register"`
	Areas    []Area   `toml:"areas"`
	Record   Record   `toml:"record"`
	Stay     Stay     `toml:"stay"`
	Room     Room     `toml:"room"`
	Refer    []Refer  `toml:"refer"`
	Minors   Minors   `toml:"minors"`
	Numbers  []Number `toml:"numbers"`
	// CallAfter is the hour from which on who has no bed for the night is told to call
	// the number for shelter.
	CallAfter int `toml:"call_after"`
	// Insurance is what has to be seen before somebody moves in.
	Insurance []Insurance `toml:"insurance"`
	// Across is what is seen to before a household comes from another country; nothing
	// where no rules are known, and then nobody is asked to come from elsewhere.
	Across []Across `toml:"across"`
	// Safety is what is on the sheet that people keep, by language; in the four of
	// the pages at least.
	Safety map[string]Safety `toml:"safety"`
	// Agreement are the texts of an agreement, by language.
	Agreement map[string]Agreement `toml:"agreement"`
}

// Record is what may be asked of a host about a criminal record. Wherever it is
// lawful at all, what is kept is that it was looked at, when and by whom.
type Record struct {
	Lawful   bool   `toml:"lawful"`
	Document string `toml:"document"` // what the country calls it
	FromAge  int    `toml:"from_age"` // of everyone in the home from so many years on
	Months   int    `toml:"months"`   // after which it is looked at again
}

// Stay is how long one may stay, in nights.
type Stay struct {
	Least int `toml:"least_nights"`
	Usual int `toml:"usual_nights"`
	Most  int `toml:"most_nights"`
}

// Room is what a room has to be.
type Room struct {
	Least int `toml:"least_m2"` // square metres
}

// Refer is who may send a household.
type Refer struct {
	Kind string `toml:"kind"`
}

// Minors is what is done with minors without anybody responsible for them.
type Minors struct {
	Number   string `toml:"number"`    // of those who protect children
	MayPlace bool   `toml:"may_place"` // only with a mandate that is recorded
}

// Across is one point that is seen to before somebody moves into the country.
type Across struct {
	Need string            `toml:"need"` // one of [Needs]
	Text map[string]string `toml:"text"` // by language
}

// In returns a point in a language, else in English.
func (a Across) In(language string) string {
	if text, ok := a.Text[language]; ok {
		return text
	}
	return a.Text["en"]
}

// Needs are what can be asked for before somebody moves into another country: that the
// right to stay was looked at, where the address is told, who pays for care, and that
// children may come.
var Needs = []string{"stay", "address", "care", "children"}

// Number is a number that helps.
type Number struct {
	Number string `toml:"number"`
	What   string `toml:"what"` // one of [instance.EmergencyKinds]
	Text   bool   `toml:"text"` // by SMS
}

// Insurance is one that somebody shows. What is kept is that it was seen, when and by
// whom.
type Insurance struct {
	Of     string `toml:"of"`     // guest, host or association
	Kind   string `toml:"kind"`   // one of [InsuranceKinds]
	Blocks bool   `toml:"blocks"` // nobody moves in without
}

// InsuranceKinds are which insurances there are: of a home, and against what one does to
// others.
var InsuranceKinds = []string{"home", "liability"}

// Safety is what somebody who lives with others for a time should know: what they
// have a right to, and what nobody may ask of them.
type Safety struct {
	Rights []string `toml:"rights"`
	Never  []string `toml:"never"`
}

// safetyLanguages are those in which the sheet of a country has to be.
var safetyLanguages = []string{"fr", "en", "uk", "ar"}

// Agreement is the text that host, household and association sign.
type Agreement struct {
	Title   string   `toml:"title"`
	Clauses []string `toml:"clauses"`
}

// ReferKinds are who may send a household anywhere.
var ReferKinds = []string{"social-worker", "association", "town-hall", "health", "school"}

// all reads the packs once.
var all = sync.OnceValues(func() (map[string]Pack, error) {
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, err
	}
	packs := make(map[string]Pack, len(names))
	for _, name := range names {
		var p Pack
		meta, err := toml.DecodeFS(files, name, &p)
		if err != nil {
			return nil, fmt.Errorf("rules of %s: %w", path.Base(name), err)
		}
		if left := meta.Undecoded(); len(left) > 0 {
			return nil, fmt.Errorf("rules of %s: unknown %s", path.Base(name), left[0])
		}
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("rules of %s: %w", path.Base(name), err)
		}
		packs[p.Code] = p
	}
	return packs, nil
})

// check returns what is missing in a pack without which nobody may be placed.
func (p Pack) check() error {
	switch {
	case len(p.Code) != 2:
		return fmt.Errorf("code %q", p.Code)
	case p.Adult < 18:
		return fmt.Errorf("hosts of %d years", p.Adult)
	case p.Record.Lawful && (p.Record.Document == "" || p.Record.Months < 1):
		return fmt.Errorf("a record check without its document or its term")
	case p.Stay.Least < 1 || p.Stay.Usual < p.Stay.Least || p.Stay.Most < p.Stay.Usual:
		return fmt.Errorf("stays of %+v nights", p.Stay)
	case p.CallAfter < 12 || p.CallAfter > 23:
		return fmt.Errorf("calls for shelter after %d o’clock", p.CallAfter)
	case p.Minors.Number == "" || len(p.Numbers) == 0:
		return fmt.Errorf("no numbers that help")
	case len(p.Across) != len(Needs):
		return fmt.Errorf("%d points for who comes from another country", len(p.Across))
	case len(p.Areas) > 0 && p.Register == "":
		return fmt.Errorf("areas of no register")
	}
	for _, l := range safetyLanguages {
		if len(p.Agreement[l].Clauses) == 0 {
			return fmt.Errorf("no agreement in %q", l)
		}
		for i, a := range p.Across {
			if a.Need != Needs[i] || a.Text[l] == "" {
				return fmt.Errorf("point %q for who comes from another country in %q", a.Need, l)
			}
		}
	}
	for _, z := range append([]Zone{{Name: p.Zone}}, p.Zones...) {
		if _, err := time.LoadLocation(z.Name); err != nil || z.Name == "" || z.Name == "Local" {
			return fmt.Errorf("time zone %q", z.Name)
		}
		for _, begin := range z.Areas {
			if len(begin) != 3 {
				return fmt.Errorf("time zone of %q", begin)
			}
		}
	}
	for _, l := range safetyLanguages {
		if len(p.Safety[l].Rights) == 0 || len(p.Safety[l].Never) == 0 {
			return fmt.Errorf("no safety sheet in %q", l)
		}
	}
	for _, r := range p.Refer {
		if !slices.Contains(ReferKinds, r.Kind) {
			return fmt.Errorf("who refers: %q", r.Kind)
		}
	}
	for _, i := range p.Insurance {
		if !slices.Contains([]string{"guest", "host", "association"}, i.Of) || !slices.Contains(InsuranceKinds, i.Kind) {
			return fmt.Errorf("insurance of %q for %q", i.Of, i.Kind)
		}
	}
	for _, n := range p.Numbers {
		if !slices.Contains(instance.EmergencyKinds, n.What) {
			return fmt.Errorf("number for %q", n.What)
		}
	}
	return nil
}

// Of returns the rules of a country, by its ISO 3166 code. Where none are known,
// the strictest hold: no record is asked for, and there is 112.
func Of(code string) (Pack, error) {
	packs, err := all()
	if err != nil {
		return Pack{}, err
	}
	if p, ok := packs[code]; ok {
		return p, nil
	}
	p := Pack{
		Code: code, Adult: 18, SelfFrom: 18, CallAfter: 20, Stay: Stay{Least: 1, Usual: 30, Most: 180}, Room: Room{Least: 9},
		Refer: []Refer{{"social-worker"}, {"association"}}, Minors: Minors{Number: "112"}, Agreement: packs["FR"].Agreement, Insurance: packs["FR"].Insurance,
		Safety: anywhere(packs["FR"]), Zone: elsewhere[code],
	}
	for _, n := range instance.EmergencyNumbers(code) {
		p.Numbers = append(p.Numbers, Number{n.Number, n.What, n.Text})
	}
	return p, nil
}

// SafetyIn returns the safety sheet in a language, else in English, and in which
// language it is.
func (p Pack) SafetyIn(language string) (Safety, string) {
	if s, ok := p.Safety[language]; ok {
		return s, language
	}
	return p.Safety["en"], "en"
}

// anywhere is what a sheet says wherever one is: all but the first right, which is
// about the law of its country.
func anywhere(p Pack) map[string]Safety {
	all := make(map[string]Safety, len(p.Safety))
	for l, s := range p.Safety {
		all[l] = Safety{Rights: s.Rights[1:], Never: s.Never}
	}
	return all
}

// Codes are the countries whose rules are known, in order.
func Codes() ([]string, error) {
	packs, err := all()
	if err != nil {
		return nil, err
	}
	var list []string
	for code := range packs {
		list = append(list, code)
	}
	slices.Sort(list)
	return list, nil
}

// Text returns the agreement in a language, else in the country's own, else in
// English, and in which language it is.
func (p Pack) Text(language string) (Agreement, string) {
	for _, l := range append([]string{language}, p.Languages...) {
		if a, ok := p.Agreement[l]; ok {
			return a, l
		}
	}
	return p.Agreement["en"], "en"
}
