package writing_test

import (
	"slices"
	"testing"
	"unicode/utf8"

	"palier/instance/writing"
)

func TestWhatTextsTellIsFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]writing.TraceKind{
		"appelle-moi au 06 12 34 56 78":        writing.TracePhone,
		"0612345678":                           writing.TracePhone,
		"06/12/34/56/78":                       writing.TracePhone,
		"+380 67 123 45 67":                    writing.TracePhone,
		"+372 512 3456":                        writing.TracePhone,
		"اتصل بي ٠٦١٢٣٤٥٦٧٨":                   writing.TracePhone,
		"０６１２３４５６７８":                           writing.TracePhone,
		"0\u200b6\u200b12345678":               writing.TracePhone,
		"06–12–34–56–78":                       writing.TracePhone,
		"zéro six douze trente-quatre dix dix": writing.TracePhone,
		"06 douze 34 cinquante-six 78":         writing.TracePhone,
		"нуль шість сім один два три чотири":  writing.TracePhone,
		"صفر ستة واحد اثنان ثلاثة أربعة خمسة": writing.TracePhone,
		"06/12/2026 78 90":                      writing.TracePhone,
		"ecris a marie.dupont@exemple.fr":       writing.TraceEmail,
		"marie (at) exemple (dot) fr":           writing.TraceEmail,
		"marie arobase exemple point fr":        writing.TraceEmail,
		"mon gmail c’est mariedu22":             writing.TraceEmail,
		"https://exemple.fr/moi":                writing.TraceLink,
		"www.exemple.fr":                        writing.TraceLink,
		"va sur exemple.com":                    writing.TraceLink,
		"t.me/marie":                            writing.TraceLink,
		"moi c’est @marie_22":                   writing.TraceHandle,
		"sur WhatsApp ce sera mieux":            writing.TraceHandle,
		"напиши в телеграмі":                    writing.TraceHandle,
		"على واتساب":                            writing.TraceHandle,
		"8CRW2X5G+3V":                           writing.TracePlace,
		"48.4561, -2.0502":                      writing.TracePlace,
		"au 12 bis rue des Lilas":               writing.TraceStreet,
		"je suis rue de la Paix":                writing.TraceStreet,
		"14 Baker Street":                       writing.TraceStreet,
		"вул. Шевченка":                         writing.TraceStreet,
		"شارع الحرية":                           writing.TraceStreet,
		"le loyer est petit":                    writing.TraceRent,
		"200 euros par mois":                    writing.TraceRent,
		"оренда":                                writing.TraceRent,
		"إيجار":                                 writing.TraceRent,
		"logée en échange d’un peu de ménage":   writing.TraceExchange,
		"a room in exchange for company":        writing.TraceExchange,
		"взамін на допомогу":                    writing.TraceExchange,
		"مقابل العمل في البيت":                  writing.TraceExchange,
		"la chambre est libre, whatsapp : ana1": writing.TraceHandle,
	} {
		if got := writing.Traces(text); len(got) == 0 || !slices.ContainsFunc(got, func(x writing.Trace) bool { return x.Kind == want }) {
			t.Errorf("in %q: %v, want %s", text, got, want)
		}
	}
}

func TestWhatTellsNothingIsLeft(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Nous arrivons le 01/12/2026 à 14 h 30.",
		"01/12/2026 14:30",
		"2026-12-01",
		"Deux adultes, trois enfants et un bébé de six mois",
		"La chambre fait 12 m2, au deuxième étage ; 3 lits.",
		"Le bus 4 passe toutes les 15 minutes jusqu’à 23 h.",
		"On mange ensemble, sauf le vendredi. C’est loin.",
		"Кімната тиха, є ліфт, поруч автобус.",
		"الغرفة هادئة والحافلة قريبة.",
		"",
	} {
		if got := writing.Traces(text); len(got) > 0 {
			t.Errorf("in %q: %v", text, got)
		}
	}
}

func FuzzTraces(f *testing.F) {
	for _, s := range []string{"06 12 34 56 78", "٠٦١٢٣٤٥٦٧٨ ok", "\xff0\u200b6", "a@b.fr, 14 rue des Lilas", "ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, x := range writing.Traces(s) {
			if x.From < last || x.To < x.From || x.To > len(s) {
				t.Fatalf("a part from %d to %d of %d, after %d", x.From, x.To, len(s), last)
			}
			if utf8.ValidString(s) && (!utf8.ValidString(s[:x.From]) || !utf8.ValidString(s[x.To:])) {
				t.Fatalf("a part cuts a character: %q %q", s[:x.From], s[x.To:])
			}
			last = x.To
		}
	})
}

func BenchmarkTraces(b *testing.B) {
	text := "Bonjour, nous arrivons le 01/12/2026 à 14 h 30 avec deux enfants. Mon numéro : 06 12 34 56 78, ou @marie. " +
		"La chambre nous va très bien et nous vous remercions. Кімната тиха. الغرفة هادئة."
	for b.Loop() {
		writing.Traces(text)
	}
}
