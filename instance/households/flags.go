package households

import (
	"regexp"
	"slices"
	"strings"

	"palier/instance/writing"
)

// Flag is a sign that somebody may mean harm, or may be in harm's way. It judges
// nobody: a person looks, and then another.
type Flag string

// The signs (product.md §4.1), of hosts, of guests, or of both.
const (
	FlagOnlyWomen     Flag = "only-women"    // wants only a young or single woman
	FlagSharedBed     Flag = "shared-bed"    // one bed for two who do not know one another
	FlagPapers        Flag = "papers"        // asks for a passport, photographs, a status
	FlagExchange      Flag = "exchange"      // work, care or intimacy in exchange
	FlagIntimacy      Flag = "intimacy"      // or speaks of it at all
	FlagTransport     Flag = "transport"     // offers to fetch somebody from a border
	FlagRefusesVisit  Flag = "refuses-visit" // of the home
	FlagContact       Flag = "contact"       // urges to be reached past the association
	FlagManyAccounts  Flag = "many-accounts" // many homes or accounts
	FlagUndeclared    Flag = "undeclared"    // an adult who was not spoken of
	FlagMoney         Flag = "money"         // the guest is asked for money
	FlagStoryChanges  Flag = "story-changes" // from one talk to the next
	FlagGrows         Flag = "grows"         // the household grows
	FlagSilent        Flag = "silent"        // the guest is not reached twice
	FlagAfraid        Flag = "afraid"        // somebody says that they are afraid
	FlagEntryRefused  Flag = "entry-refused" // by the host, to who visits
	FlagPapersTakenBy Flag = "papers-taken"  // somebody keeps papers or a phone of another
	FlagDamage        Flag = "damage"        // to the home
)

// weights are how much each sign weighs. From look on, a person is asked to look;
// with one of grave alone, it is proposed to stop at once.
var weights = map[Flag]int{
	FlagOnlyWomen: grave, FlagSharedBed: grave, FlagPapers: grave, FlagExchange: grave, FlagIntimacy: grave, FlagTransport: grave,
	FlagPapersTakenBy: grave, FlagAfraid: grave, FlagEntryRefused: look, FlagRefusesVisit: look, FlagMoney: look, FlagSilent: look,
	FlagUndeclared: 2, FlagManyAccounts: 2, FlagContact: 1, FlagStoryChanges: 1, FlagGrows: 1, FlagDamage: 1,
}

const (
	look  = 3
	grave = 6
)

// Flags are the signs, the gravest first.
var Flags = flagsByWeight()

func flagsByWeight() []Flag {
	list := make([]Flag, 0, len(weights))
	for f := range weights {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b Flag) int {
		if weights[a] != weights[b] {
			return weights[b] - weights[a]
		}
		return strings.Compare(string(a), string(b))
	})
	return list
}

// Known tells whether there is such a sign.
func (f Flag) Known() bool { return weights[f] > 0 }

// Alert is what is proposed to a person, who decides.
type Alert string

// What is proposed.
const (
	AlertNone Alert = ""     // it is noted
	AlertLook Alert = "look" // somebody looks into it, then another
	AlertStop Alert = "stop" // nothing is held or placed there until two have looked
)

// Assessment is what signs come to, with the reasons, the gravest first.
type Assessment struct {
	Score   int
	Alert   Alert
	Reasons []Flag
}

// Assess adds signs up. The same sign again weighs one more, however grave it is:
// many small things are told apart from one that is said often.
func Assess(signs []Flag) Assessment {
	var a Assessment
	times := map[Flag]int{}
	for _, f := range signs {
		if f.Known() {
			times[f]++
		}
	}
	for _, f := range Flags {
		if n := times[f]; n > 0 {
			a.Reasons = append(a.Reasons, f)
			a.Score += weights[f] + min(n-1, 2)
			if weights[f] >= grave {
				a.Alert = AlertStop
			}
		}
	}
	if a.Alert == AlertNone && a.Score >= look {
		a.Alert = AlertLook
	}
	return a
}

// tellTales are words by which signs are found in what people write, in the four
// languages of the pages. They find what is said openly; people who mean harm are
// found by people.
var tellTales = []struct {
	flag Flag
	form *regexp.Regexp
}{
	{FlagOnlyWomen, regexp.MustCompile(`(?i)(?:jeune|seule?|célibataire|jolie|belle)s?\s+(?:femme|fille|ukrainienne|maman)|(?:femme|fille)s?\s+(?:jeune|seule|célibataire|jolie)|(?:young|single|pretty|lonely)\s+(?:\pL+\s+)?(?:woman|women|girl|lady|female|mother)|(?:молод|самотн|незаміжн|гарн)\pL*\s+(?:жінк|дівчин)\pL*|(?:امرأة|فتاة|بنت|شابة)\s+(?:شابة|وحيدة|عزباء|جميلة|صغيرة)`)},
	{FlagSharedBed, regexp.MustCompile(`(?i)(?:partag\pL+|même|mon|notre)\s+(?:le |un |mon |même )?lit|un seul lit|shar\pL+\s+(?:a |my |the )?bed|same bed|(?:спільн|одн|мо[єї])\pL*\s+ліжк\pL*|(?:نفس|سريري|مشاركة)\s*(?:ال)?سرير|سرير مشترك`)},
	{FlagPapers, regexp.MustCompile(`(?i)passeport|titre de séjour|pièce d.identité|carte d.identité|(?:ta|tes|votre|vos|une|des) photos?\b|passport|\bID card|residence permit|(?:your|a|some) (?:photo|picture)s?\b|паспорт\pL*|(?:твоє|ваше|твої|ваші|своє) фото\pL*|جواز|(?:صورتك|صورك|صورة لك)|إقامتك|بطاقة الهوية`)},
	{FlagIntimacy, regexp.MustCompile(`(?i)\bcâlins?\b|\bintim\pL*|\bsex\pL*|\bmassages?\b|\bcompagne\b|\bintimacy\b|\bcuddl\pL*|\bgirlfriend\b|\bwife\b|\bépouser?\b|масаж\pL*|інтим\pL*|секс\pL*|дружин[аоуи]|наречен\pL*|تدليك|مساج|جنس|علاقة حميمة|زوجة`)},
	{FlagTransport, regexp.MustCompile(`(?i)(?:chercher|récupérer|prendre|viens)\s.{0,25}(?:frontière|gare)|(?:pick|fetch|collect)\s.{0,25}(?:border|station)|(?:забрати|забер|зустрін)\pL*\s.{0,25}(?:кордон|вокзал)\pL*|(?:آخذك|سآتي|أستقبلك)\s.{0,25}(?:الحدود|المحطة)`)},
	{FlagAfraid, regexp.MustCompile(`(?i)\bj.ai peur\b|\bpeur de (?:lui|elle|rentrer)|\bme menace|\baide[sz]?[- ]moi\b|\bI.?m (?:afraid|scared)|\bthreaten\pL*|\bhelp me\b|боюс[яь]|погрожу\pL*|допоможіть|أخاف|خائفة|خائف|يهددني|ساعدوني|النجدة`)},
	{FlagPapersTakenBy, regexp.MustCompile(`(?i)(?:gard|pris|confisqu)\pL*\s+(?:mon|mes|nos|leurs?)\s+(?:passeports?|papiers|téléphones?)|(?:took|keeps?|has)\s+(?:my|our)\s+(?:passports?|papers|phones?)|(?:забра\pL*|тримає)\s+(?:мій|мої|наші)\s+(?:паспорт|документ|телефон)\pL*|(?:أخذ|يحتفظ ب?)\s*(?:جوازي|أوراقي|هاتفي)`)},
	{FlagMoney, regexp.MustCompile(`(?i)\b(?:payer|argent|virement|western union)\b|\b(?:pay|money|cash|transfer)\b|грош\pL*|заплат\pL*|переказ\pL*|نقود|تدفع|المال|تحويل`)},
}

// FlagsIn returns the signs in what somebody wrote, each once, the gravest first.
// That somebody asks for a phone number weighs little, and that they ask for a
// passport much.
func FlagsIn(text string) []Flag {
	found := map[Flag]bool{}
	for _, t := range writing.Traces(text) {
		switch t.Kind {
		case writing.TraceRent:
			found[FlagMoney] = true
		case writing.TraceExchange:
			found[FlagExchange] = true
		default:
			found[FlagContact] = true
		}
	}
	plain := strings.NewReplacer("’", "'", "\u00a0", " ", "\u202f", " ").Replace(text)
	for _, t := range tellTales {
		if t.form.MatchString(plain) {
			found[t.flag] = true
		}
	}
	var list []Flag
	for _, f := range Flags {
		if found[f] {
			list = append(list, f)
		}
	}
	return list
}
