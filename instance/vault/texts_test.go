package vault_test

import (
	"errors"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/vault"
)

// TestSentencesInAColumnAreSealed seals what stood in the clear, once, and leaves
// what it cannot seal as it is.
func TestSentencesInAColumnAreSealed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSafe(t, db)
		const why = "ils se sont séparés"
		s.tx(func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `CREATE TABLE said (id BIGINT, programme_id BIGINT, why TEXT NOT NULL)`)
			if err == nil {
				_, err = tx.Exec(t.Context(), `INSERT INTO said (id, programme_id, why) VALUES (1, 11, $1), (2, 11, ''), (3, 99, $1), (4, 0, $1)`, why)
			}
			return err
		})
		kept := func(id int) (text string) {
			t.Helper()
			if err := db.Read().QueryRow(t.Context(), `SELECT why FROM said WHERE id = $1`, id).Scan(&text); err != nil {
				t.Fatal(err)
			}
			return text
		}
		again := func() {
			t.Helper()
			s.tx(func(tx store.Tx) error { return s.SealTexts(t.Context(), tx, "why", "said", "why") })
		}
		again()
		once := kept(1)
		again()
		if strings.Contains(once, "sépar") || kept(1) != once {
			t.Errorf("kept is %q, then %q", once, kept(1))
		}
		if got, err := s.keys(11).OpenText("why", 1, once); err != nil || got != why {
			t.Errorf("opened: %q, %v", got, err)
		}
		if _, err := s.keys(11).OpenText("why", 2, once); !errors.Is(err, vault.ErrExchanged) {
			t.Errorf("in another row: %v", err)
		}
		if _, err := s.keys(11).OpenText("why", 1, why); err == nil {
			t.Error("what was not sealed is taken for it")
		}
		if kept(2) != "" || kept(3) != why || kept(4) != why {
			t.Errorf("of nobody's keys: %q, %q, %q", kept(2), kept(3), kept(4))
		}
		if _, err := s.keys(99).SealText("why", 3, why); !errors.Is(err, instance.ErrSealed) {
			t.Errorf("without a key: %v", err)
		}
	})
}
