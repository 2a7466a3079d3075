package people

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// Profile is what a person tells of themself, as they typed it.
type Profile struct {
	Name         string
	Summary      string           // Markdown-lite
	Fields       []instance.Field // Markdown-lite values
	Icon         string           // file in the media store
	Image        string           // likewise, the banner
	Locked       bool             // followers wait for a yes
	Discoverable bool
	Indexable    bool
	Bot          bool // it mostly posts by itself
	// HideCollections keeps from others whom they follow and who follows them.
	HideCollections bool
}

// What a profile holds at most, lengths in characters.
const (
	MaxFields     = 4
	maxName       = 100
	maxSummary    = 1000
	maxFieldName  = 60
	maxFieldValue = 200
)

// check drops empty fields and returns an [instance.Invalid] for the first
// thing that cannot be taken.
func (p *Profile) check() error {
	p.Name = strings.TrimSpace(p.Name)
	if writing.CleanName(p.Name) == "" {
		return &instance.Invalid{Field: "name", Code: "missing"}
	}
	var fields []instance.Field
	for _, f := range p.Fields {
		f.Name, f.Value = strings.TrimSpace(f.Name), strings.TrimSpace(f.Value)
		if f.Name != "" || f.Value != "" {
			fields = append(fields, f)
		}
	}
	p.Fields = fields
	if len(fields) > MaxFields {
		return &instance.Invalid{Field: "field", Code: "too-many", Limit: MaxFields}
	}
	type bound struct {
		field, text string
		most        int
	}
	bounds := []bound{{"name", p.Name, maxName}, {"summary", p.Summary, maxSummary}}
	for _, f := range fields {
		bounds = append(bounds, bound{"field", f.Name, maxFieldName}, bound{"value", f.Value, maxFieldValue})
	}
	for _, b := range bounds {
		if utf8.RuneCountInString(b.text) > b.most {
			return &instance.Invalid{Field: b.field, Code: "too-long", Limit: b.most}
		}
	}
	return nil
}

// EditProfile changes what a person tells of themself. It returns an
// [instance.Invalid] for what cannot be taken.
func (s *Service) EditProfile(ctx context.Context, id instance.ActorID, p Profile) error {
	if err := p.check(); err != nil {
		return err
	}
	typed, err := json.Marshal(p.Fields)
	if err != nil {
		return fmt.Errorf("edit profile %s: %w", id, err)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		a, err := actors.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := hidden(ctx, tx, id, p.Name); err != nil {
			return err
		}
		s.show(&a, p)
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE people
			   SET summary = $2, fields = $3
			 WHERE actor_id = $1`, id, p.Summary, string(typed))
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.ProfileEdited, Actor: a})
	})
	if err != nil {
		return fmt.Errorf("edit profile %s: %w", id, err)
	}
	return nil
}

// show puts what was typed into the actor as others see it.
func (s *Service) show(a *instance.Actor, p Profile) {
	tag := writing.Options{Tag: s.site.TagPage}
	a.Name, a.Icon, a.Image = writing.CleanName(p.Name), p.Icon, p.Image
	if a.Kind = instance.Person; p.Bot {
		a.Kind = instance.Service
	}
	a.Summary = writing.Render(p.Summary, tag).HTML
	a.Fields = nil
	for _, f := range p.Fields {
		html := writing.Render(f.Value, tag).HTML
		a.Fields = append(a.Fields, instance.Field{Name: writing.CleanName(f.Name), Value: inner(html)})
	}
	a.Locked, a.Discoverable, a.Indexable, a.HideCollections = p.Locked, p.Discoverable, p.Indexable, p.HideCollections
	a.UpdatedAt = s.now().UTC()
}

// inner takes a single paragraph's own element away: a field is one line.
func inner(html string) string {
	text, ok := strings.CutPrefix(html, "<p>")
	if !ok || strings.Count(html, "<p>") != 1 {
		return html
	}
	return strings.TrimSuffix(text, "</p>")
}

// Profile returns what a person tells of themself, as they typed it.
func (s *Service) Profile(ctx context.Context, id instance.ActorID) (Profile, error) {
	var a instance.Actor
	var p Profile
	var fields string
	dest, done := actors.Fields(&a)
	err := s.db.Read().QueryRow(ctx, `
		SELECT `+actors.Columns+`, p.summary, p.fields
		  FROM people p JOIN actors a ON a.id = p.actor_id
		 WHERE p.actor_id = $1`, id).Scan(append(dest, &p.Summary, &fields)...)
	if err == nil {
		err = done()
	}
	if err == nil {
		err = json.Unmarshal([]byte(fields), &p.Fields)
	}
	if err != nil {
		return p, fmt.Errorf("profile %s: %w", id, notFound(err))
	}
	p.Name, p.Icon, p.Image, p.Bot = a.Name, a.Icon, a.Image, a.Kind == instance.Service
	p.Locked, p.Discoverable, p.Indexable, p.HideCollections = a.Locked, a.Discoverable, a.Indexable, a.HideCollections
	return p, nil
}
