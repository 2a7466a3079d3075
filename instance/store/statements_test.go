package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

// The same text may run again while its rows are still being read.
func TestQueryWithinItself(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.SQLite)
	createNotes(t, db)
	ctx := t.Context()
	err := db.InTx(ctx, func(tx store.Tx) error {
		for id := range int64(3) {
			if err := addNote(ctx, tx, id, fmt.Sprint(id)); err != nil {
				return err
			}
		}
		const after = `SELECT id FROM notes WHERE id >= $1 ORDER BY id`
		read := func(from int64) (sum int64, err error) {
			rows, err := tx.Query(ctx, after, from)
			if err != nil {
				return 0, err
			}
			defer func() { err = errors.Join(err, rows.Close()) }()
			for rows.Next() {
				var id, inner int64
				if err := rows.Scan(&id); err != nil {
					return 0, err
				}
				if err := tx.QueryRow(ctx, after, id).Scan(&inner); err != nil || inner != id {
					return 0, fmt.Errorf("inner query from %d: %d, %w", id, inner, err)
				}
				sum += id
			}
			return sum, rows.Err()
		}
		sum, err := read(0)
		if sum != 3 {
			t.Errorf("sum is %d, want 3", sum)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Statements that were prepared before a table changed still hold after it.
func TestStatementsOutliveSchemaChanges(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx := t.Context()
		if err := db.InTx(ctx, addTwo(ctx)); err != nil {
			t.Fatal(err)
		}
		before := count(t, db)
		err := db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `ALTER TABLE notes ADD COLUMN lang TEXT NOT NULL DEFAULT 'fr'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.InTx(ctx, addTwo(ctx)); err != nil {
			t.Error(err)
		}
		if n := count(t, db); n != before+2 {
			t.Errorf("%d rows, want %d", n, before+2)
		}
	})
}

// More texts than are kept, and texts too long to keep.
func TestManyDifferentStatements(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, store.SQLite)
	ctx := t.Context()
	for round := range 2 {
		for i := range 300 {
			var got int
			if err := db.Read().QueryRow(ctx, fmt.Sprintf(`SELECT %d + $1`, i), round).Scan(&got); err != nil || got != i+round {
				t.Fatalf("got %d, %v, want %d", got, err, i+round)
			}
		}
	}
	args := make([]any, 3000)
	for i := range args {
		args[i] = i
	}
	long := `SELECT count(*) FROM (VALUES (` + strings.ReplaceAll(store.Placeholders(1, len(args)), ", ", "), (") + `))`
	for range 2 {
		var got int
		if err := db.Read().QueryRow(ctx, long, args...).Scan(&got); err != nil || got != len(args) {
			t.Errorf("got %d, %v, want %d", got, err, len(args))
		}
	}
}
