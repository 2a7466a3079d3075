package actors

import (
	"context"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

// Words is the index of the words by which actors are found.
const Words store.Words = "actor_words"

// Index keeps the words by which a is found: those of its name, its handle,
// whole and in its parts, and its host. [Save] does it by itself.
func Index(ctx context.Context, tx store.Tx, a instance.Actor) error {
	handle := writing.Terms(a.Username)
	words := append(writing.Terms(a.Name), handle...)
	words = append(words, writing.Terms(a.Host)...)
	if len(handle) > 1 {
		words = append(words, strings.Join(handle, "")) // jean_luc is found as jeanluc too
	}
	if err := Words.Put(ctx, tx, int64(a.ID), words); err != nil {
		return fmt.Errorf("index actor %s: %w", a.ID, err)
	}
	return nil
}
