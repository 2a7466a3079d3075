package sheets_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/sheets"
)

// read reads a table whole.
func read(t testing.TB, text string) (rows [][]string, report *sheets.Report) {
	t.Helper()
	report = sheets.NewReport("t.csv", nil)
	s, err := sheets.Open(strings.NewReader(text), report)
	if err != nil {
		t.Fatal(err)
	}
	for s.Next() {
		var row []string
		for _, name := range s.Columns() {
			row = append(row, s.Get(name))
		}
		rows = append(rows, row)
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	return rows, report
}

func TestTables(t *testing.T) {
	t.Parallel()
	for situation, tt := range map[string]struct {
		text string
		want [][]string
		bad  []sheets.Fault
	}{
		"a mark, Windows lines, blanks":    {"\ufeffa;b\r\n 1 ; 2\r\n\r\n3;\r\n", [][]string{{"1", "2"}, {"3", ""}}, nil},
		"commas and quotes":                {"a,b\n\"1,\"\"x\"\"\",\"2\"\n", [][]string{{`1,"x"`, "2"}}, nil},
		"tabs":                             {"a\tb\n1\t2", [][]string{{"1", "2"}}, nil},
		"a row over two lines":             {"a;b\n\"1\nx\";2\n3;4\n", [][]string{{"1 x", "2"}, {"3", "4"}}, nil},
		"a quotation mark in a word":       {"a;b\n1\"x;2\n\"3\"y\";4\n", [][]string{{`1"x`, "2"}, {`3"y`, "4"}}, nil},
		"one that is never closed":         {"a;b\n\"1;2\n3;4\n5;6\n", [][]string{{"3", "4"}, {"5", "6"}}, []sheets.Fault{{Line: 2, Reason: sheets.OpenQuote}}},
		"one that swallows a row":          {"a;b\n1;\"2\n3;\"4\";5\n6;7\n", [][]string{{"6", "7"}}, []sheets.Fault{{Line: 2, Reason: sheets.OpenQuote}, {Line: 3, Reason: sheets.TooManyOut}}},
		"too few and too many":             {"a;b\n1\n1;2;;\n1;2;3\n", [][]string{{"1", ""}, {"1", "2"}}, []sheets.Fault{{Line: 4, Reason: sheets.TooManyOut}}},
		"Latin-1 as Windows extends it":    {"libell\xe9;b\n\x8cuf \x80;2\n", [][]string{{"Œuf €", "2"}}, nil},
		"what nobody sees":                 {"a;b\n1\x00\u200e;\x012\n", [][]string{{"1 \u200e", "2"}}, nil},
		"a field of ten megabytes":         {"a;b\n" + strings.Repeat("x", 10<<20) + ";2\n3;4\n", [][]string{{"3", "4"}}, []sheets.Fault{{Line: 2, Reason: sheets.TooLong}}},
		"the same in quotes, line by line": {"a;b\n\"" + strings.Repeat("x\n", 60) + "\";2\n3;4\n", nil, nil},
	} {
		got, report := read(t, tt.text)
		if strings.HasPrefix(situation, "the same") { // the lines are rows of their own, of one column
			if got[len(got)-1][0] != "3" || report.Bad == 0 {
				t.Errorf("%s: %d rows, %s", situation, len(got), report)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", situation, diff)
		}
		if diff := cmp.Diff(tt.bad, report.Shown); diff != "" {
			t.Errorf("%s: refused (-want +got):\n%s", situation, diff)
		}
	}
	for _, none := range []string{"", "\n", "only one column\n", "\"a;b\n", strings.Repeat("a;", 2000)} {
		if _, err := sheets.Open(strings.NewReader(none), sheets.NewReport("", nil)); !errors.Is(err, sheets.ErrNoTable) {
			t.Errorf("%.10q is a table: %v", none, err)
		}
	}
}

func TestTheReportShowsAHundredAndKeepsAll(t *testing.T) {
	t.Parallel()
	var all bytes.Buffer
	report := sheets.NewReport("t.csv", &all)
	for i := range 250 {
		report.Refuse(i+2, "no")
	}
	report.Refuse(9, "neither")
	if err := report.Close(); err != nil {
		t.Fatal(err)
	}
	if len(report.Shown) != sheets.MaxShown || strings.Count(all.String(), "\n") != 251 || !strings.HasPrefix(all.String(), "t.csv;2;no\n") {
		t.Errorf("%d shown, %.40q", len(report.Shown), all.String())
	}
	if got := report.String(); !strings.Contains(got, "   250 × no\n       1 × neither\n") || !strings.Contains(got, "and 151 more") {
		t.Error(got)
	}
}

// pack returns n blanks, packed.
func pack(t testing.TB, n int64) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.CopyN(z, blanks{}, n)
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestF07_PackedBombs(t *testing.T) {
	t.Parallel()
	for situation, tt := range map[string]struct {
		file []byte
		most int64
		want error
	}{
		"a few bytes that make very many": {pack(t, 80<<20), 0, sheets.ErrBomb},
		"more than may be read":           {pack(t, 2<<20), 1 << 20, sheets.ErrTooLarge},
		"more than that, not packed":      {bytes.Repeat([]byte(" "), 2<<20), 1 << 20, sheets.ErrTooLarge},
		"as much as may be":               {pack(t, 1<<20), 1 << 20, nil},
	} {
		r, err := sheets.Unpack(bytes.NewReader(tt.file), tt.most)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = io.Copy(io.Discard, r); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", situation, err, tt.want)
		}
	}
	if _, err := sheets.Unpack(strings.NewReader("PK\x03\x04…"), 0); !errors.Is(err, sheets.ErrZip) {
		t.Errorf("an archive: %v", err)
	}
}

func TestLambert93(t *testing.T) {
	t.Parallel()
	// A row of the address files that gives both.
	lon, lat := sheets.FromLambert93(363406.065895971, 6791854.24255302)
	if math.Abs(lon - -1.52766874865078) > 1e-7 || math.Abs(lat-48.1401803364252) > 1e-7 {
		t.Errorf("got %f %f", lon, lat)
	}
	if sheets.InLambert93(-1.5, 48) || !sheets.InLambert93(1052800.8, 6845467.7) {
		t.Error("degrees are taken for metres, or metres for degrees")
	}
}

func FuzzTable(f *testing.F) {
	for _, seed := range []string{"a;b\n1;2\n", "a,b\n\"1\n\";2", "\ufeffa\tb\n\xe9\t\"", "a;b\n\"\n\n\";\"x"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := sheets.Unpack(bytes.NewReader(b), 1<<20)
		if err != nil {
			return
		}
		report := sheets.NewReport("f", nil)
		s, err := sheets.Open(r, report)
		if err != nil {
			return
		}
		rows, last := 0, 0
		for s.Next() {
			rows++
			if s.Line() <= last {
				t.Fatalf("line %d comes after line %d", s.Line(), last)
			}
			last = s.Line()
			for _, name := range s.Columns() {
				if text := s.Get(name); strings.TrimSpace(text) != text || strings.ContainsAny(text, "\x00\n") {
					t.Fatalf("column %q holds %q", name, text)
				}
			}
		}
		if s.Err() == nil && rows+report.Bad > bytes.Count(b, []byte("\n"))+1 && !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
			t.Fatalf("%d rows of %d lines", rows+report.Bad, bytes.Count(b, []byte("\n"))+1)
		}
	})
}
