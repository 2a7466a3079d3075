package households_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"palier/instance/households"
	"palier/instance/writing"
)

func TestH25_MessagesAreMediated(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"Bonjour, nous arrivons vendredi.":                          "Bonjour, nous arrivons vendredi.",
		"Appelez le 06 12 34 56 78 ou marie@exemple.fr, merci !":    "Appelez le ▒▒▒ ou ▒▒▒, merci !",
		"Мій номер +380 67 123 45 67, пишіть":                       "Мій номер ▒▒▒, пишіть",
		"رقمي ٠٦١٢٣٤٥٦٧٨ شكرا":                                      "رقمي ▒▒▒ شكرا",
		"c’est au 12 rue des Lilas":                                 "c’est au ▒▒▒",
		"le loyer est de 200 euros":                                 "le loyer est de 200 euros",
		"@marie sur https://exemple.fr/m":                           "▒▒▒ sur ▒▒▒",
		"zéro six douze trente-quatre cinquante-six soixante voilà": "▒▒▒ voilà",
	} {
		if got, _ := households.Redact(said); got != want {
			t.Errorf("%q is passed on as %q, want %q", said, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`0[1-9]( ?[0-9]{2}){4}`).Draw(t, "number")
		before, after := rapid.SampledFrom([]string{"", "ok ", "№ ", "نعم "}).Draw(t, "before"), rapid.SampledFrom([]string{"", " merci", "!", "؟"}).Draw(t, "after")
		got, kinds := households.Redact(before + number + after)
		if strings.Contains(got, number) || !slices.Equal(kinds, []writing.TraceKind{writing.TracePhone}) {
			t.Fatalf("%q is passed on as %q (%q)", before+number+after, got, kinds)
		}
	})
}

func TestH16_SignsAreFoundInFourLanguages(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]households.Flag{
		"Je cherche une jeune femme seule":             households.FlagOnlyWomen,
		"only a single woman please":                   households.FlagOnlyWomen,
		"для молодої жінки":                            households.FlagOnlyWomen,
		"لفتاة وحيدة":                                  households.FlagOnlyWomen,
		"il n’y a qu’un seul lit":                      households.FlagSharedBed,
		"we can share the bed":                         households.FlagSharedBed,
		"envoie-moi une photo, tes photos":             households.FlagPapers,
		"send me your passport":                        households.FlagPapers,
		"надішліть паспорт":                            households.FlagPapers,
		"أرسلي صورتك":                                  households.FlagPapers,
		"hébergée en échange de ménage":                households.FlagExchange,
		"un petit massage le soir":                     households.FlagIntimacy,
		"je viens vous chercher à la frontière":        households.FlagTransport,
		"I can pick you up at the border":              households.FlagTransport,
		"j’ai peur de lui":                             households.FlagAfraid,
		"я боюся":                                      households.FlagAfraid,
		"أنا خائفة":                                    households.FlagAfraid,
		"il a pris mon passeport et gardé mes papiers": households.FlagPapersTakenBy,
		"vous devez payer":                             households.FlagMoney,
		"appelle le 06 12 34 56 78":                    households.FlagContact,
	} {
		if got := households.FlagsIn(text); !slices.Contains(got, want) {
			t.Errorf("in %q: %q, want %s", text, got, want)
		}
	}
	for _, text := range []string{
		"Une chambre calme pour une famille, avec un lit double et un lit d’enfant.", "A quiet room for a couple.", "Тиха кімната для родини.", "غرفة هادئة لعائلة",
	} {
		if got := households.FlagsIn(text); len(got) > 0 {
			t.Errorf("in %q: %q", text, got)
		}
	}
}

func TestH16_SignsComeToAProposalWithReasons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		signs     []households.Flag
		want      households.Assessment
	}{
		{"nothing", nil, households.Assessment{}},
		{"what there is not", []households.Flag{"nationality"}, households.Assessment{}},
		{"a phone number", []households.Flag{households.FlagContact}, households.Assessment{Score: 1, Reasons: []households.Flag{households.FlagContact}}},
		{"a phone number, again and again", slices.Repeat([]households.Flag{households.FlagContact}, 9), households.Assessment{Score: 3, Alert: households.AlertLook, Reasons: []households.Flag{households.FlagContact}}},
		{"silent twice", []households.Flag{households.FlagSilent}, households.Assessment{Score: 3, Alert: households.AlertLook, Reasons: []households.Flag{households.FlagSilent}}},
		{"small things", []households.Flag{households.FlagGrows, households.FlagUndeclared}, households.Assessment{Score: 3, Alert: households.AlertLook, Reasons: []households.Flag{households.FlagUndeclared, households.FlagGrows}}},
		{"papers", []households.Flag{households.FlagContact, households.FlagPapers}, households.Assessment{Score: 7, Alert: households.AlertStop, Reasons: []households.Flag{households.FlagPapers, households.FlagContact}}},
	} {
		if diff := cmp.Diff(c.want, households.Assess(c.signs)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.situation, diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		signs := rapid.SliceOf(rapid.SampledFrom(households.Flags)).Draw(t, "signs")
		more := households.Assess(append(slices.Clone(signs), rapid.SampledFrom(households.Flags).Draw(t, "one more")))
		if less := households.Assess(signs); more.Score < less.Score || less.Alert == households.AlertStop && more.Alert != households.AlertStop {
			t.Fatalf("one sign more makes less: %+v, %+v", less, more)
		}
	})
}
