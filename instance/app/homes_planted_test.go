package app_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"palier/instance/apptest"
	"palier/instance/store"
)

// planted is a word that nobody else has, in one field.
type planted struct {
	word    string
	what    string
	readers []string
	letters bool // letters are written to it
	seen    bool // one of its readers read it
}

// planting fills forms with words that are told in confidence.
type planting struct {
	t     *testing.T
	words []*planted
	last  map[string]*planted // of the form that was filled last, by field
	tags  []string            // the fields that were filled, as they stood on a page
}

// word returns a new word that those readers may read.
func (x *planting) word(what string, readers ...string) *planted {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", len(x.words), what))
	word := []byte("zq")
	for _, b := range sum[:12] {
		word = append(word, 'a'+b%26)
	}
	p := &planted{word: string(word), what: what, readers: readers}
	x.words = append(x.words, p)
	return p
}

// here is what stands for the word in what a test fills in.
const here = "§"

var numbered = regexp.MustCompile(`[0-9]+`)

// press has every field for words of the form around a button be filled with words
// of its own, and presses it. What with names is filled in as it says.
func (x *planting) press(b *apptest.Browser, p *apptest.Page, button string, with apptest.Fields, readers ...string) *apptest.Page {
	x.t.Helper()
	form := p.Find(button).First().Closest("form")
	fields := maps.Clone(with)
	if fields == nil {
		fields = apptest.Fields{}
	}
	x.last = map[string]*planted{}
	form.Find("textarea[name], input[name]").Each(func(_ int, field *goquery.Selection) {
		name := field.AttrOr("name", "")
		said, ok := fields[name]
		free := freely[`name="`+name+`"`] != ""
		if free || !forWords(goquery.NodeName(field), field.AttrOr("type", ""), field.AttrOr("inputmode", "")) || ok && !strings.Contains(strings.Join(said, ""), here) {
			return
		}
		w := x.word(numbered.ReplaceAllString(p.Path, "N")+" "+name, readers...)
		w.letters = field.AttrOr("type", "") == "email"
		text := w.word
		switch {
		case ok:
			text = strings.ReplaceAll(said[0], here, w.word)
		case w.letters:
			text += "@guests.example"
		}
		fields[name], x.last[name] = []string{text}, w
		x.tags = append(x.tags, tagOf(p.Body, field.AttrOr("id", ""), name)...)
	})
	next := b.Press(p, button, fields)
	if next.Status >= 400 {
		x.t.Fatalf("%s on %s: %d %s", button, p.Path, next.Status, next.Words("main"))
	}
	return next
}

// forWords tells whether words can be written into a field.
func forWords(node, kind, mode string) bool {
	return node == "textarea" || mode != "numeric" && slices.Contains([]string{"", "text", "email", "tel", "search", "url"}, kind)
}

var anyTag = regexp.MustCompile(`<(?:textarea|input)\b[^>]*>`)

// tagOf are the tags of a field as they stand on a page.
func tagOf(page, id, name string) []string {
	var tags []string
	for _, tag := range anyTag.FindAllString(page, -1) {
		if strings.Contains(tag, `name="`+name+`"`) && (id == "" || strings.Contains(tag, `id="`+id+`"`)) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// inWords tells in which form a word stands in bytes, as it is or written
// otherwise; empty for none.
func inWords(text, word string) string {
	switch {
	case strings.Contains(text, word), strings.Contains(text, strings.ToUpper(word)):
		return "as it is"
	case strings.Contains(text, hex.EncodeToString([]byte(word))):
		return "in hexadecimal"
	}
	for shift := range 3 { // whichever bytes stand before it
		b := base64.RawStdEncoding.EncodeToString([]byte("000"[:shift] + word))
		if strings.Contains(text, b[(shift*8+5)/6:len(b)-1]) {
			return "in base64"
		}
	}
	return ""
}

// nowhere fails for every word that stands in a text.
func (x *planting) nowhere(where, text string, but func(*planted) bool) {
	x.t.Helper()
	for _, w := range x.words {
		if how := inWords(text, w.word); how != "" && (but == nil || !but(w)) {
			x.t.Errorf("%s stands %s in %s", w.what, how, where)
		}
	}
}

// read holds every exchange of a server to who may read what: no address of a page
// tells anything, and no answer to anybody else.
func (x *planting) read(s *apptest.Server, deaf *regexp.Regexp) {
	x.t.Helper()
	for _, e := range s.Exchanges() {
		for _, w := range x.words {
			if how := inWords(e.URI, w.word); how != "" {
				x.t.Errorf("%s stands %s in the address %s", w.what, how, e.URI)
			}
			if e.Reader == "" && inWords(e.Asked, w.word) != "" {
				x.t.Errorf("%s was sent to %s%s", w.what, s.URL, e.URI)
			}
			how := inWords(e.Answered, w.word)
			switch {
			case how == "":
			case deaf.MatchString(e.URI) || !slices.Contains(w.readers, e.Reader):
				x.t.Errorf("%q reads %s %s at %s %s", e.Reader, w.what, how, e.Method, e.URI)
			default:
				w.seen = true
			}
		}
	}
}

// kept reads all that a server keeps, as whoever has a copy of it: each row of each
// table, the files of the database and of pictures, and a backup of it.
func (x *planting) kept(s *apptest.Server) {
	x.t.Helper()
	for table, text := range tables(x.t, s.DB) {
		x.nowhere("the table "+table, text, func(w *planted) bool { return w.letters && table == "letters" })
	}
	if path, ok := strings.CutPrefix(s.Config.Database, "sqlite:"); ok {
		for _, name := range []string{path, path + "-wal"} {
			x.file(name)
		}
	}
	for name, text := range backupOf(x.t, s) {
		x.nowhere("the backup, in "+name, text, func(w *planted) bool { return w.letters })
	}
	err := filepath.WalkDir(s.Config.MediaDir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			x.nowhere("the name of a picture", path, nil)
			x.file(path)
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		x.t.Fatal(err)
	}
}

func (x *planting) file(path string) {
	x.t.Helper()
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		x.t.Fatal(err)
	}
	x.nowhere(filepath.Base(path), string(b), func(w *planted) bool { return w.letters })
}

// tables are the rows of every table as one text each.
func tables(t *testing.T, db *store.DB) map[string]string {
	t.Helper()
	ctx, all := t.Context(), map[string]string{}
	var names []string
	list := `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
	if db.Engine() == store.SQLite {
		list = `SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'`
	}
	rows, err := db.Read().Query(ctx, list)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if db.Engine() == store.SQLite {
			all[name] = sqliteRows(t, db, name)
		} else {
			all[name] = postgresRows(t, db, name)
		}
	}
	if len(all) < 100 || len(all["housing_cases"]) == 0 {
		t.Fatalf("%d tables were read", len(all))
	}
	return all
}

func postgresRows(t *testing.T, db *store.DB, table string) string {
	t.Helper()
	var text sql.NullString
	err := db.Read().QueryRow(t.Context(), `SELECT string_agg(CAST(x AS TEXT), E'\n') FROM "`+table+`" x`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text.String
}

func sqliteRows(t *testing.T, db *store.DB, table string) string {
	t.Helper()
	rows, err := db.Writer().QueryContext(t.Context(), `SELECT * FROM "`+table+`"`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(sql.RawBytes)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			b.Write(*v.(*sql.RawBytes))
			b.WriteByte(' ')
		}
		b.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// freely are fields for words that no home, host or household is told of in, and why.
var freely = map[string]string{
	`name="code"`:     "it is given, not written",
	`name="person"`:   "the name of an account",
	`name="escort"`:   "the name of an account",
	`name="partner"`:  "the name of a programme elsewhere",
	`name="title"`:    "of a programme, for all",
	`name="username"`: "of a programme, for all",
	`name="summary"`:  "of a programme, for all",
	`name="commune"`:  "one of those there are",
	`name="area"`:     "one of those there are",
	`name="areas"`:    "some of those there are",
	`name="meet"`:     "only in the evening; TestJ17_SomebodyGoesWithThemToTheDoorInBrowsers looks for it",
}

var (
	ofHomes    = regexp.MustCompile(`^(case|escort|desk_(?:letters|rota|today)|home_|hosting|host_|household|incident|lawful_|programme|stay_)[a-z_]*\.tmpl$`)
	inTemplate = regexp.MustCompile(`<(textarea|input)\b(?:[^>{]|\{\{[^}]*\}\})*>`)
	action     = regexp.MustCompile(`\{\{[^}]*\}\}`)
	attribute  = regexp.MustCompile(`\b(type|inputmode)="([^"]*)"`)
)

// everyField holds the forms about homes to what was filled: a field for words into
// which nothing was planted is one that nobody looked for.
func (x *planting) everyField() {
	x.t.Helper()
	pages, err := filepath.Glob("../web/pages/*.tmpl")
	parts, partErr := filepath.Glob("../web/pages/part/*.tmpl")
	if err := errors.Join(err, partErr); err != nil {
		x.t.Fatal(err)
	}
	fields := 0
	for _, page := range append(pages, parts...) {
		if !ofHomes.MatchString(filepath.Base(page)) {
			continue
		}
		b, err := os.ReadFile(page)
		if err != nil {
			x.t.Fatal(err)
		}
		for _, m := range inTemplate.FindAllStringSubmatch(string(b), -1) {
			has := map[string]string{}
			for _, a := range attribute.FindAllStringSubmatch(m[0], -1) {
				has[a[1]] = a[2]
			}
			if !forWords(m[1], has["type"], has["inputmode"]) || slices.ContainsFunc(slices.Collect(maps.Keys(freely)), func(name string) bool { return strings.Contains(m[0], name) }) {
				continue
			}
			fields++
			if !slices.ContainsFunc(x.tags, like(m[0]).MatchString) {
				x.t.Errorf("nothing was written into %s of %s", m[0], page)
			}
		}
	}
	if fields < 30 {
		x.t.Errorf("there are %d fields for words only: the walk proves little", fields)
	}
}

// like is what a field of a template looks like on a page.
func like(tag string) *regexp.Regexp {
	var b strings.Builder
	for i, part := range action.Split(tag, -1) {
		if i > 0 {
			b.WriteString(`[^>]*?`)
		}
		if strings.TrimSpace(part) != "" { // a space in what may be left out may be left out
			b.WriteString(regexp.QuoteMeta(part))
		}
	}
	return regexp.MustCompile("^" + b.String() + "$")
}
