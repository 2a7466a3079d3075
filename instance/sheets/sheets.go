// Package sheets reads what public offices publish as files: tables by the names
// of their columns, and outlines. Such files are long and dirty. What can be read
// is read, what cannot is named in a [Report], and nothing is held in memory but
// the row at hand.
package sheets

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	// MaxRow is the length in bytes of the longest row that is read.
	MaxRow = 256 << 10
	// maxJoined is over how many lines one row may go, in quotes.
	maxJoined = 50
	// maxColumns is how many columns a table may have.
	maxColumns = 1000
)

// ErrNoTable says that a file holds no table.
var ErrNoTable = errors.New("holds no table: its first line names no columns")

// Sheet is a table that is being read, row by row.
//
// Its columns may stand between semicolons, commas, tabs or bars, in quotes or
// not, in UTF-8 with or without a mark, or in Latin-1; lines may end either way.
type Sheet struct {
	lines  lines
	comma  byte
	names  []string
	at     map[string]int
	fields []string
	line   int
	report *Report
	err    error
}

// Open reads the first line of a table, which names its columns; [Unpack] comes
// before where the file may be packed. Rows that cannot be read are told to
// report. It returns [ErrNoTable] where there is none.
func Open(r io.Reader, report *Report) (*Sheet, error) {
	s := &Sheet{lines: lines{r: bufio.NewReaderSize(r, 64<<10)}, at: map[string]int{}, report: report}
	head, err := s.lines.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read columns of %s: %w", report.File, err)
	}
	text := bytes.TrimPrefix(head.text, []byte("\ufeff"))
	s.comma = separator(text)
	names, open := split(nil, text, s.comma)
	if open || head.long || len(names) < 2 || len(names) > maxColumns {
		return nil, fmt.Errorf("%s: %w", report.File, ErrNoTable)
	}
	for i, name := range names {
		name = strings.TrimPrefix(strings.TrimSpace(name), "#")
		s.names = append(s.names, name)
		for _, known := range []string{name, strings.ToLower(name)} {
			if _, ok := s.at[known]; !ok {
				s.at[known] = i
			}
		}
	}
	return s, nil
}

// Columns returns the names of the columns.
func (s *Sheet) Columns() []string { return s.names }

// Has tells whether the table has all of some columns, whatever their case.
func (s *Sheet) Has(names ...string) bool {
	for _, name := range names {
		if s.column(name) < 0 {
			return false
		}
	}
	return true
}

func (s *Sheet) column(name string) int {
	i, ok := s.at[name]
	if ok {
		return i
	}
	if i, ok = s.at[strings.ToLower(name)]; !ok {
		i = -1
	}
	s.at[name] = i
	return i
}

// Get returns what the row has in the first of some columns that is there and
// not empty, without blanks around it and without characters that nobody sees.
func (s *Sheet) Get(names ...string) string {
	for _, name := range names {
		if i := s.column(name); i >= 0 && i < len(s.fields) {
			if text := tidy(s.fields[i]); text != "" {
				return text
			}
		}
	}
	return ""
}

// tidy takes blanks from around text and turns what nobody sees into blanks.
func tidy(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\ufeff' || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text))
}

// Line returns the line of the file that the row begins on, from 1.
func (s *Sheet) Line() int { return s.line }

// Refuse tells the report that the row at hand cannot be taken.
func (s *Sheet) Refuse(reason string) { s.report.Refuse(s.line, reason) }

// Next goes to the next row that can be read. It returns false at the end, and
// when the file cannot be read on; [Sheet.Err] says so.
func (s *Sheet) Next() bool {
	for s.err == nil {
		l, err := s.lines.next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.err = err
			}
			return false
		}
		s.line = l.number
		if len(bytes.TrimSpace(l.text)) == 0 && !l.long {
			continue
		}
		if reason := s.row(l); reason != "" {
			s.Refuse(reason)
			continue
		}
		return true
	}
	return false
}

// Err returns what ended the reading before the end of the file.
func (s *Sheet) Err() error {
	if s.err != nil {
		return fmt.Errorf("read %s after line %d: %w", s.report.File, s.line, s.err)
	}
	return nil
}

// The reasons why a row cannot be read.
const (
	TooLong    = "the row is too long"
	OpenQuote  = "a quotation mark is never closed"
	TooManyOut = "the row has more columns than the first line"
)

// row takes a row apart and returns why that cannot be done. A row in quotes may
// go on over the next lines; if that leads nowhere they are rows of their own.
func (s *Sheet) row(l line) (reason string) {
	if l.long {
		return TooLong
	}
	var open bool
	s.fields, open = split(s.fields[:0], l.text, s.comma)
	if !open {
		return s.fits()
	}
	whole := bytes.Clone(l.text)
	var joined []line
	for open && len(joined) < maxJoined {
		more, err := s.lines.next()
		if err != nil {
			break // what cannot be read on shows at the next row
		}
		more.text = bytes.Clone(more.text)
		joined = append(joined, more)
		if more.long || len(whole)+len(more.text) > MaxRow {
			break
		}
		whole = append(append(whole, '\n'), more.text...)
		s.fields, open = split(s.fields[:0], whole, s.comma)
	}
	if reason := s.fits(); !open && reason == "" {
		return ""
	}
	s.lines.back(joined)
	return OpenQuote
}

// fits returns why a row does not go with the columns. Empty fields may be
// missing at its end, or be too many.
func (s *Sheet) fits() string {
	for i := len(s.names); i < len(s.fields); i++ {
		if strings.TrimSpace(s.fields[i]) != "" {
			return TooManyOut
		}
	}
	return ""
}

// separator is what stands between the names of the columns most often.
func separator(head []byte) byte {
	best, most := byte(';'), 0
	for _, c := range []byte(";,\t|") {
		if n := bytes.Count(head, []byte{c}); n > most {
			best, most = c, n
		}
	}
	return best
}

// split takes a row apart. open tells that a field is still in quotes at the
// end. A quotation mark within a field is one like any other character.
func split(fields []string, row []byte, comma byte) (_ []string, open bool) {
	for {
		var field []byte
		if len(row) > 0 && row[0] == '"' {
			if field, row, open = quoted(row[1:], comma); open {
				return append(fields, decode(field)), true
			}
		} else if i := bytes.IndexByte(row, comma); i >= 0 {
			field, row = row[:i], row[i:]
		} else {
			field, row = row, nil
		}
		fields = append(fields, decode(field))
		if len(row) == 0 || len(fields) > maxColumns {
			return fields, false
		}
		row = row[1:]
	}
}

// quoted reads a field up to the quotation mark that ends it.
func quoted(row []byte, comma byte) (field, rest []byte, open bool) {
	for i := 0; i < len(row); i++ {
		switch {
		case row[i] != '"':
			field = append(field, row[i])
		case i+1 == len(row):
			return field, nil, false
		case row[i+1] == comma:
			return field, row[i+1:], false
		case row[i+1] == '"':
			field = append(field, '"')
			i++
		default:
			field = append(field, '"')
		}
	}
	return field, nil, true
}

// decode returns a field as text; what is no UTF-8 is Latin-1, as Windows
// extends it.
func decode(field []byte) string {
	if utf8.Valid(field) {
		return string(field)
	}
	var b strings.Builder
	for _, c := range field {
		if r, ok := windows1252[c]; ok {
			b.WriteRune(r)
			continue
		}
		b.WriteRune(rune(c))
	}
	return b.String()
}

// windows1252 are the characters Windows has where Latin-1 has none.
var windows1252 = map[byte]rune{
	0x80: '€', 0x82: '‚', 0x84: '„', 0x85: '…', 0x8a: 'Š', 0x8c: 'Œ', 0x8e: 'Ž', 0x91: '‘', 0x92: '’',
	0x93: '“', 0x94: '”', 0x95: '•', 0x96: '–', 0x97: '—', 0x99: '™', 0x9a: 'š', 0x9c: 'œ', 0x9e: 'ž', 0x9f: 'Ÿ',
}
