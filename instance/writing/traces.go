package writing

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// TraceKind is what a part of a text tells that is not to be told there.
type TraceKind string

// What texts tell: how to reach somebody past those who mediate, where they are,
// and what is asked for what should be free.
const (
	TracePhone    TraceKind = "phone"
	TraceEmail    TraceKind = "email"
	TraceLink     TraceKind = "link"
	TraceHandle   TraceKind = "handle"
	TracePlace    TraceKind = "place" // plus codes and coordinates
	TraceStreet   TraceKind = "street"
	TraceRent     TraceKind = "rent"
	TraceExchange TraceKind = "exchange"
)

// TraceKinds are what texts can tell.
var TraceKinds = []TraceKind{TracePhone, TraceEmail, TraceLink, TraceHandle, TracePlace, TraceStreet, TraceRent, TraceExchange}

// Trace is a part of a text, in bytes.
type Trace struct {
	Kind     TraceKind
	From, To int
}

// Traces returns the parts of a text that tell what is not to be told there, in
// their order and none within another. Numbers are found in the digits of any
// script and in words of French, English, Ukrainian and Arabic, and addresses
// that are spelt out. It finds what is written plainly or dressed up a little: a
// person still reads what matters.
func Traces(text string) []Trace {
	f := fold(text)
	var all []Trace
	for _, p := range tracePatterns {
		for _, at := range p.form.FindAllStringSubmatchIndex(f.text, -1) {
			from, to := at[0], at[1]
			if len(at) > 3 && at[2] >= 0 {
				from, to = at[2], at[3]
			}
			if p.kind != TracePhone || isNumber(f.text, from, to) {
				all = append(all, f.trace(p.kind, from, to))
			}
		}
	}
	return apart(append(all, f.spoken()...))
}

// apart leaves of parts that overlap the first, made as long as all.
func apart(all []Trace) []Trace {
	slices.SortStableFunc(all, func(a, b Trace) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To)) })
	var list []Trace
	for _, t := range all {
		if n := len(list); n > 0 && t.From < list[n-1].To {
			list[n-1].To = max(list[n-1].To, t.To)
			continue
		}
		list = append(list, t)
	}
	return list
}

// folded is a text as it is searched: in small letters, with the digits of ASCII,
// without what cannot be seen. at says where each of its bytes comes from.
type folded struct {
	text string
	at   []int
}

func fold(text string) folded {
	var b strings.Builder
	var at []int
	for i, r := range text {
		if r == utf8.RuneError || invisible(r) || reorders(r) || isolates(r) {
			continue
		}
		for _, r := range norm.NFKC.String(string(plainRune(r))) {
			n, _ := b.WriteRune(unicode.ToLower(r))
			for range n {
				at = append(at, i)
			}
		}
	}
	return folded{b.String(), append(at, len(text))}
}

// plainRune is a digit of any script as one of ASCII, and marks that look alike as
// one.
func plainRune(r rune) rune {
	switch {
	case r > unicode.MaxASCII && unicode.Is(unicode.Nd, r):
		return '0' + digitOf(r)
	case r == '’' || r == '‘' || r == 'ʼ' || r == '`':
		return '\''
	case r == '‐' || r == '‑' || r == '–' || r == '—' || r == '−' || r == '·' || r == '•':
		return '-'
	case unicode.IsSpace(r) && r != '\n':
		return ' '
	}
	return r
}

// digitOf is the value of a digit. The digits of a script stand in a row of ten
// that begins with its zero, and where rows touch they begin every ten.
func digitOf(r rune) rune {
	for _, row := range unicode.Nd.R16 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return (r - rune(row.Lo)) % 10
		}
	}
	for _, row := range unicode.Nd.R32 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return (r - rune(row.Lo)) % 10
		}
	}
	return 0
}

func (f folded) trace(kind TraceKind, from, to int) Trace {
	return Trace{Kind: kind, From: f.at[from], To: f.at[to]}
}

var tracePatterns = []struct {
	kind TraceKind
	form *regexp.Regexp
}{
	{TraceLink, regexp.MustCompile(`(?:https?|ftp)\s?:\s?//\S+|www\.\S+|\b(?:t|wa|m|fb)\.me/\S*`)},
	{TraceEmail, regexp.MustCompile(`[\pL\pN._%+-]+\s?(?:@|\(at\)|\[at\]|\(a\)|\barobase\b|\[arobase\])\s?[\pL\pN-]+(?:\s?(?:\.|\(dot\)|\[dot\]|\bpoint\b|\bdot\b)\s?\pL{2,})+`)},
	{TraceEmail, regexp.MustCompile(`[\pL\pN._%+-]+ (?:at|арабаска|равлик|собака) [\pL\pN-]+ (?:dot|крапка|точка) \pL{2,}`)},
	{TraceEmail, regexp.MustCompile(`\b(?:arobase|gmail|hotmail|outlook|protonmail|ukr\.net|yahoo)\b(?:\s?(?:\.|point|dot)\s?\pL{2,})?`)},
	{TraceLink, regexp.MustCompile(`\b[\pL\pN-]+\s?(?:\.|\(dot\)|\[dot\])\s?(?:com|org|net|fr|ua|eu|io|info|co|uk|de|pl|ru|gg|app|be|ch|es|it|site|online|link)\b(?:/\S*)?`)},
	{TraceHandle, regexp.MustCompile(`(?:^|[^\pL\pN])(@\s?[\pL\pN_.]{2,})`)},
	{TraceHandle, regexp.MustCompile(`(?:telegram|whats ?app|viber|instagram|\binsta\b|facebook|snapchat|\bsnap\b|messenger|skype|tiktok|discord|телегра?м\pL*|вайбер\pL*|ват?сап\pL*|інстаграм\pL*|фейсбук\pL*|واتس ?[اآ]?ب|تلغرام|تيليغرام|انستغرام|إنستغرام|فيسبوك|فايبر|سناب)(?:\s?[:=]\s?[\pL\pN_.@-]{2,})?`)},
	{TracePlace, regexp.MustCompile(`\b[23456789cfghjmpqrvwx]{4,8}\+[23456789cfghjmpqrvwx]{2,3}\b`)},
	{TracePlace, regexp.MustCompile(`-?\d{1,3}[.,]\d{3,}\s?[,; /]\s?-?\d{1,3}[.,]\d{3,}`)},
	{TracePhone, regexp.MustCompile(`(?:\+\s?)?\(?\d(?:[\s.,()/_*-]{0,3}\d){7,}`)},
	{TraceStreet, regexp.MustCompile(`\b\d{1,4}\s?(?:bis|ter|quater|[a-d]\b)?,?\s(?:rue|avenue|av\.?|boulevard|bd|bld|chemin|impasse|allée|allee|place|quai|route|cours|square|ruelle|passage|villa|sente|lotissement|résidence|hameau|faubourg)\s[\pL']+`)},
	{TraceStreet, regexp.MustCompile(`\b(?:rue|avenue|boulevard|impasse|ruelle|allée)\s(?:de\s(?:la\s|l')?|du\s|des\s|d')[\pL-]+`)},
	{TraceStreet, regexp.MustCompile(`\b\d{1,4}[a-d]?,?\s[\pL']+(?:\s[\pL']+)?\s(?:street|road|avenue|lane|drive|close|crescent)\b`)},
	{TraceStreet, regexp.MustCompile(`(?:вул\.\s?|вулиц[яіею]\s|просп(?:ект|\.)\s?|провул(?:ок|ку)\s|бульвар\s)[\pL-]+`)},
	{TraceStreet, regexp.MustCompile(`(?:شارع|زنقة|نهج)\s[\pL]+`)},
	{TraceRent, regexp.MustCompile(`\bloyer\b|\bcaution\b|dépôt de garantie|\d\s?(?:€|\beuros?\b|\beur\b)|€\s?\d|\brent\b|\bdeposit\b|оренд\p{L}*|квартплат\pL*|\d\s?(?:євро|грн|гривень)|إيجار|عربون|\d\s?يورو`)},
	{TraceExchange, regexp.MustCompile(`en échange|en contrepartie|\bcontre (?:services?|travail|(?:du |le |un peu de )?ménage|(?:la )?garde)|in exchange|in return for|за допомогу по дому|взамін|в обмін|натомість|بالمقابل|مقابل (?:عمل|العمل|خدمة|خدمات|تنظيف|التنظيف|رعاية)`)},
}

var (
	date   = regexp.MustCompile(`^(?:(?:0?[1-9]|[12]\d|3[01])[/.-](?:0?[1-9]|1[0-2])[/.-](?:19|20)\d\d|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))`)
	hour   = regexp.MustCompile(`^\s?\d{1,2}\s?[h:]`)
	digits = regexp.MustCompile(`\d`)
)

// isNumber tells whether digits are a telephone number: nine of them, or eight
// after a plus, that are not a date with or without an hour.
func isNumber(text string, from, to int) bool {
	found := text[from:to]
	if d := date.FindString(found); d != "" {
		rest := text[from+len(d):]
		if len(d) == len(found) || hour.MatchString(rest) {
			return false
		}
	}
	n := len(digits.FindAllString(found, -1))
	return n >= 9 || n == 8 && strings.HasPrefix(found, "+")
}

// numberWords are the digits and tens, as people read out their number.
var numberWords = wordsOf(`
zéro zero un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante
septante huitante nonante et vingts one two three four five seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety oh double plus
нуль ноль один одна два дві три чотири п'ять шість сім вісім дев'ять десять одинадцять дванадцять двадцять тридцять сорок п'ятдесят шістдесят
сімдесят вісімдесят дев'яносто сто плюс
صفر واحد اثنان اثنين ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة عشر عشرون عشرين ثلاثون ثلاثين أربعون أربعين خمسون خمسين ستون ستين سبعون سبعين
ثمانون ثمانين تسعون تسعين`)

func wordsOf(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// leastSpoken is how many words in a row read out a number.
const leastSpoken = 6

var spokenWord = regexp.MustCompile(`[\pL'\p{Mn}]+|\d+`)

// spoken returns the parts in which a number is read out in words, or half in
// words and half in digits.
func (f folded) spoken() []Trace {
	var all []Trace
	n, from, to, word := 0, 0, 0, false
	end := func() {
		if n >= leastSpoken && word {
			all = append(all, f.trace(TracePhone, from, to))
		}
		n, word = 0, false
	}
	for _, at := range spokenWord.FindAllStringIndex(f.text, -1) {
		w := f.text[at[0]:at[1]]
		isDigits := w[0] >= '0' && w[0] <= '9' && len(w) <= 4
		// «و» is written together with the word after it.
		known := numberWords[w] || numberWords[strings.TrimPrefix(w, "و")]
		if !known && !isDigits || n > 0 && at[0]-to > 3 {
			end()
			if !known && !isDigits {
				continue
			}
		}
		if n == 0 {
			from = at[0]
		}
		n, to, word = n+1, at[1], word || known
	}
	end()
	return all
}
