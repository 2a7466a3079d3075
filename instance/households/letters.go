package households

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
)

// LetterForm is a letter that a team writes often, with placeholders for what is
// known of a case. It stands sealed.
type LetterForm struct {
	ID    instance.ID `json:"-"`
	Title string      `json:"title"`
	Text  string      `json:"text"`
}

// Placeholders are what is filled in on the page on which a letter is written, and
// nowhere else: who the household is, the day, the end of its stay, who keeps the
// case, the programme, and what the case is called.
var Placeholders = []string{"name", "date", "until", "keeper", "programme", "case"}

var placeholder = regexp.MustCompile(`\{[a-z-]+\}`)

// Fill puts values in place of the placeholders of a text. What has no value stays
// as it is, so that whoever writes sees it.
func Fill(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		if v := values[found[1:len(found)-1]]; v != "" {
			return v
		}
		return found
	})
}

const (
	kindForm  = "letter-form"
	mostForms = 50
	maxTitle  = 120
)

func (f LetterForm) check() error {
	switch {
	case f.Title == "":
		return &instance.Invalid{Field: "title", Code: "missing"}
	case utf8.RuneCountInString(f.Title) > maxTitle:
		return &instance.Invalid{Field: "title", Code: "too-long", Limit: maxTitle}
	case f.Text == "":
		return &instance.Invalid{Field: "letter", Code: "missing"}
	case utf8.RuneCountInString(f.Text) > maxText-maxTitle-2:
		return &instance.Invalid{Field: "letter", Code: "too-long", Limit: maxText - maxTitle - 2}
	}
	for _, found := range placeholder.FindAllString(f.Text, -1) {
		if !slices.Contains(Placeholders, found[1:len(found)-1]) {
			return &instance.Invalid{Field: "letter", Code: "unknown-placeholder"}
		}
	}
	return nil
}

// KeepForm adds a form to those of a programme.
func (s *Service) KeepForm(ctx context.Context, by instance.Account, programme instance.ActorID, f LetterForm) error {
	f.Title, f.Text = strings.TrimSpace(f.Title), strings.TrimSpace(f.Text)
	if err := f.check(); err != nil {
		return because(err, "keep a letter")
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if err := keeps(ctx, tx, programme, by.ID); err != nil {
			return err
		}
		f.ID = s.IDs.Next()
		body, err := s.seal(ctx, tx, programme, kindForm, f.ID, f)
		if err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM housing_letter_forms WHERE programme_id = $1`, programme).Scan(&n); err != nil {
			return err
		}
		if n >= mostForms {
			return &instance.Invalid{Field: "title", Code: "too-many", Limit: mostForms}
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_letter_forms (id, programme_id, body, by_id, at)
			VALUES ($1, $2, $3, $4, $5)`, f.ID, programme, body, by.ID, store.Millis(s.Now()))
		return err
	})
	return because(err, "keep a letter in programme %s", programme)
}

// DropForm throws a form away.
func (s *Service) DropForm(ctx context.Context, by instance.Account, programme instance.ActorID, id instance.ID) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if err := keeps(ctx, tx, programme, by.ID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM housing_letter_forms WHERE id = $1 AND programme_id = $2`, id, programme)
		return only(n, err, instance.ErrNotFound)
	})
	return because(err, "drop letter %s", id)
}

// Forms returns the forms of a programme, the oldest first, to those who keep cases.
func (s *Service) Forms(ctx context.Context, by instance.Account, programme instance.ActorID) ([]LetterForm, error) {
	tx := s.DB.Read()
	if err := keeps(ctx, tx, programme, by.ID); err != nil {
		return nil, because(err, "letters of programme %s", programme)
	}
	keys, err := s.Vault.Keys(ctx, tx, programme)
	if err != nil {
		return nil, because(err, "letters of programme %s", programme)
	}
	rows, err := tx.Query(ctx, `SELECT id, body FROM housing_letter_forms WHERE programme_id = $1 ORDER BY id LIMIT $2`, programme, mostForms)
	if err != nil {
		return nil, because(err, "letters of programme %s", programme)
	}
	defer rows.Close()
	var list []LetterForm
	for rows.Next() {
		var f LetterForm
		var body []byte
		if err := rows.Scan(&f.ID, &body); err != nil {
			return nil, because(err, "letters of programme %s", programme)
		}
		if err := keys.OpenJSON(kindForm, f.ID, body, &f); err != nil {
			return nil, because(err, "letters of programme %s", programme)
		}
		list = append(list, f)
	}
	return list, because(rows.Err(), "letters of programme %s", programme)
}

// Values are what stands in place of the placeholders in a letter of a case. That
// its file was opened for one is noted. keeper and programme are named by who asks.
func (s *Service) Values(ctx context.Context, by instance.Account, id instance.CaseID) (map[string]string, error) {
	_, f, err := s.Read(ctx, by, id, "letter")
	if err != nil {
		return nil, err
	}
	v := map[string]string{"case": Label(id)}
	if len(f.Names) > 0 {
		v["name"] = f.Names[0]
	}
	holds, err := s.Holds(ctx, by, id)
	if err != nil {
		return nil, err
	}
	for _, h := range holds {
		if h.State == instance.HoldPlaced {
			v["until"] = h.Stay.Until.String()
		}
	}
	return v, nil
}

// KeepLetter writes a letter as it was sent into the journal of a case.
func (s *Service) KeepLetter(ctx context.Context, by instance.Account, id instance.CaseID, title, text string) error {
	f := LetterForm{Title: strings.TrimSpace(title), Text: strings.TrimSpace(text)}
	if err := f.check(); err != nil {
		return because(err, "letter in case %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		return s.add(ctx, tx, c, Entry{Kind: EntryNote, By: by.ID, Body: Body{Text: f.Title + "\n\n" + f.Text, Letter: true}})
	})
	return because(err, "letter in case %s", id)
}

// Letter returns a letter that was kept in the journal of a case, and notes that it
// was opened. It returns [instance.ErrNotFound] for an entry that is none.
func (s *Service) Letter(ctx context.Context, by instance.Account, id instance.CaseID, entry instance.ID) (title, text string, err error) {
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err == nil {
			err = keeps(ctx, tx, c.Programme, by.ID)
		}
		if err == nil {
			err = s.noted(ctx, tx, id, by.ID, "letter")
		}
		if err != nil {
			return err
		}
		var sealed []byte
		err = tx.QueryRow(ctx, `SELECT body FROM housing_case_entries WHERE id = $1 AND case_id = $2 AND kind = 'note'`, entry, id).Scan(&sealed)
		if err != nil {
			return notFound(err)
		}
		var b Body
		if err := s.unseal(ctx, tx, c.Programme, kindEntry, entry, sealed, &b); err != nil {
			return err
		}
		if !b.Letter {
			return instance.ErrNotFound
		}
		title, text, _ = strings.Cut(b.Text, "\n\n")
		return nil
	})
	return title, text, because(err, "letter %s", entry)
}
