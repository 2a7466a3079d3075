package addresses_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance/addresses"
	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

const benchAddresses = 500_000

var (
	benchKinds = strings.Fields("Rue Rue Rue Rue Avenue Boulevard Place Impasse Chemin Route Allée Square")
	heads      = strings.Fields("Ma Lu Jean Pau An Ré Hu Vic Char Bel Mon Gran Ro Sau Val Cla Fon Che Pré Gui Lan Ker Tré Plou")
	tails      = strings.Fields("rie cien mont gny ville lier neau dier ton court bert zac rade nec vran chère mier get las ven")
)

// streetName is the n-th street of a commune.
func streetName(r *rand.Rand) string {
	word := func() string { return heads[r.IntN(len(heads))] + tails[r.IntN(len(tails))] }
	switch kind := benchKinds[r.IntN(len(benchKinds))]; r.IntN(3) {
	case 0:
		return kind + " de la " + word()
	case 1:
		return kind + " " + word() + " " + word()
	default:
		return kind + " du Général " + word()
	}
}

// department writes a file as large as that of a large département: 500,000
// addresses in 300 communes, and returns some of them as they may be typed.
func department(w io.Writer) []string {
	r := rand.New(rand.NewPCG(1, 2))
	b := bufio.NewWriter(w)
	_, _ = b.WriteString(banHeader) // a buffered writer keeps its error for Flush
	var typed []string
	for n := 0; n < benchAddresses; {
		commune := 1 + n*300/benchAddresses
		street := streetName(r)
		numbers := 2 + r.IntN(24)
		for i := range numbers {
			n++
			_, _ = fmt.Fprintf(b, "22%03d_%04d_%05d;;%d;;%s;22%03d;22%03d;Commune%d;;;;;%.6f;%.6f;entrance;;;;;;;1;\n",
				commune, n%10000, i+1, i+1, street, commune, commune, commune, -2-r.Float64(), 48+r.Float64())
		}
		if r.IntN(200) == 0 {
			typed = append(typed, fmt.Sprintf("%d %s", 1+r.IntN(numbers), street), fmt.Sprintf("%s commune%d", street, commune))
		}
	}
	if err := b.Flush(); err != nil {
		panic(err) // a benchmark without its file measures nothing
	}
	return typed
}

// fill imports the département.
func fill(b *testing.B, s *addresses.Service) []string {
	b.Helper()
	read, write := io.Pipe()
	asked := make(chan []string, 1)
	go func() {
		asked <- department(write)
		write.Close()
	}()
	report := sheets.NewReport("ban.csv", nil)
	sheet, err := sheets.Open(read, report)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Import(b.Context(), sheet, "BAN", report); err != nil || report.Bad > 0 {
		b.Fatal(err, report)
	}
	return <-asked
}

// BenchmarkImport takes 500,000 addresses over, once.
func BenchmarkImport(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			for b.Loop() {
				fill(b, service(b, storetest.Open(b, engine)))
			}
			b.ReportMetric(benchAddresses*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkSuggest looks addresses up among 500,000, as they are typed, and says
// how long the slowest twentieth takes at least.
func BenchmarkSuggest(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		s := service(b, storetest.Open(b, engine))
		typed := fill(b, s)
		for name, how := range map[string]func(r *rand.Rand, whole string) string{
			"whole": func(_ *rand.Rand, whole string) string { return whole },
			"begun": func(r *rand.Rand, whole string) string { return whole[:max(3, len(whole)/2+r.IntN(len(whole)/2))] },
			"wrong": func(r *rand.Rand, whole string) string { return whole[:len(whole)-3] + whole[len(whole)-2:] },
			"kind":  func(r *rand.Rand, _ string) string { return strings.ToLower(benchKinds[r.IntN(len(benchKinds))]) },
		} {
			b.Run(name+"/"+string(engine), func(b *testing.B) {
				r := rand.New(rand.NewPCG(3, 4))
				var took []time.Duration
				for b.Loop() {
					query := how(r, typed[r.IntN(len(typed))])
					at := time.Now()
					if _, err := s.Suggest(b.Context(), strings.ToValidUTF8(query, ""), nil, 8); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(at))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			})
		}
	}
}
