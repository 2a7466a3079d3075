package people

import (
	"context"
	"fmt"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// Profile is what a person tells of themself.
type Profile struct {
	Name         string
	Summary      string // Markdown-lite
	Locked       bool   // followers wait for a yes
	Discoverable bool
	Indexable    bool
}

// Most characters of a name and of a summary.
const (
	maxName    = 100
	maxSummary = 1000
)

// EditProfile changes what a person tells of themself. It returns an
// [instance.Invalid] for what is too long.
func (s *Service) EditProfile(ctx context.Context, id instance.ActorID, p Profile) error {
	if utf8.RuneCountInString(p.Name) > maxName {
		return &instance.Invalid{Field: "name", Code: "too-long", Limit: maxName}
	}
	if utf8.RuneCountInString(p.Summary) > maxSummary {
		return &instance.Invalid{Field: "summary", Code: "too-long", Limit: maxSummary}
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		a, err := actors.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		a.Name = writing.CleanName(p.Name)
		a.Summary = writing.Render(p.Summary, writing.Options{}).HTML
		a.Locked, a.Discoverable, a.Indexable = p.Locked, p.Discoverable, p.Indexable
		a.UpdatedAt = s.now().UTC()
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.ProfileEdited, Actor: a})
	})
	if err != nil {
		return fmt.Errorf("edit profile %s: %w", id, err)
	}
	return nil
}
