package store

import (
	"context"
	"strconv"
	"strings"
)

// Words is a full-text index by the name of its table: which things hold which
// words. Both engines are handed the words as the program has taken them
// apart, so that they find the same. A word is made of letters, digits and
// marks and may begin with one of the signs "#" and "&".
type Words string

// mostWords is how many words of one thing are kept: PostgreSQL knows no
// position beyond.
const mostWords = 16_000

// Put replaces what is kept of the thing called id.
func (w Words) Put(ctx context.Context, tx Tx, id int64, words []string) error {
	words = words[:min(len(words), mostWords)]
	if sqliteRuns(tx) {
		_, err := tx.Exec(ctx, `INSERT OR REPLACE INTO `+string(w)+` (rowid, words) VALUES ($1, $2)`, id, strings.Join(words, " "))
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO `+string(w)+` (id, words)
		VALUES ($1, CAST(CAST($2 AS TEXT) AS tsvector))
		ON CONFLICT (id) DO UPDATE
		   SET words = excluded.words`, id, vector(words))
	return err
}

// Drop forgets the thing called id.
func (w Words) Drop(ctx context.Context, tx Tx, id int64) error {
	column := "id"
	if sqliteRuns(tx) {
		column = "rowid"
	}
	_, err := tx.Exec(ctx, `DELETE FROM `+string(w)+` WHERE `+column+` = $1`, id)
	return err
}

// Match is how a query reads from an index: Table is aliased w, Key is the id
// of what was found there, Where holds for what matches Arg.
type Match struct {
	Table, Key, Where string
	Arg               string
}

// Match looks for sought, given as the placeholder.
func (w Words) Match(e Engine, sought Sought, placeholder string) Match {
	if e == SQLite {
		return Match{Table: string(w) + " w", Key: "w.rowid", Where: "w.words MATCH " + placeholder, Arg: sought.fts5()}
	}
	return Match{Table: string(w) + " w", Key: "w.id", Where: "w.words @@ CAST(CAST(" + placeholder + " AS TEXT) AS tsquery)", Arg: sought.tsquery()}
}

// Sought says which words are looked for: all of All and none of None. All is
// never empty.
type Sought struct {
	All, None []Phrase
}

// Phrase is words that follow one another. With Open, the last of them may go
// on. Any of Or will do as well.
type Phrase struct {
	Words []string
	Open  bool
	Or    []Phrase
}

func (s Sought) fts5() string {
	all, none := make([]string, len(s.All)), make([]string, len(s.None))
	for i, p := range s.All {
		all[i] = p.fts5()
	}
	for i, p := range s.None {
		none[i] = p.fts5()
	}
	if len(none) == 0 {
		return strings.Join(all, " AND ")
	}
	return "(" + strings.Join(all, " AND ") + ") NOT (" + strings.Join(none, " OR ") + ")"
}

func (p Phrase) fts5() string {
	if len(p.Or) > 0 {
		return p.either(" OR ", Phrase.fts5)
	}
	q := `"` + strings.Join(p.Words, " ") + `"`
	if p.Open {
		q += " *"
	}
	return q
}

func (s Sought) tsquery() string {
	parts := make([]string, 0, len(s.All)+len(s.None))
	for _, p := range s.All {
		parts = append(parts, p.tsquery())
	}
	for _, p := range s.None {
		parts = append(parts, "!"+p.tsquery())
	}
	return strings.Join(parts, " & ")
}

func (p Phrase) tsquery() string {
	if len(p.Or) > 0 {
		return p.either(" | ", Phrase.tsquery)
	}
	q := "('" + strings.Join(p.Words, "' <-> '") + "'"
	if p.Open {
		q += ":*"
	}
	return q + ")"
}

// either writes a phrase and those that will do as well, in brackets.
func (p Phrase) either(or string, write func(Phrase) string) string {
	parts := []string{write(Phrase{Words: p.Words, Open: p.Open})}
	for _, other := range p.Or {
		parts = append(parts, write(other))
	}
	return "(" + strings.Join(parts, or) + ")"
}

// vector writes words as a tsvector is read, each with its place.
func vector(words []string) string {
	var b strings.Builder
	for i, word := range words {
		b.WriteByte('\'')
		b.WriteString(word)
		b.WriteString("':")
		b.WriteString(strconv.Itoa(i + 1))
		b.WriteByte(' ')
	}
	return b.String()
}

// sqliteRuns tells which engine is behind tx.
func sqliteRuns(tx Tx) bool {
	switch tx := tx.(type) {
	case *txn:
		_, ok := tx.session.(*sqliteSession)
		return ok
	case sqliteReader:
		return true
	}
	return false
}
