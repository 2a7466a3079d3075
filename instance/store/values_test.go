package store_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

type (
	noteID   int64
	noteKind string
	position struct{ x, y int }
)

// String is what fmt shows of an id; the database gets the number.
func (noteID) String() string { return "a note" }

func (p position) Value() (driver.Value, error) { return int64(p.x*10 + p.y), nil }

func TestArgumentsAndColumns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		seven := int64(7)
		var nobody *int64
		numbers := []struct {
			name string
			arg  any
			want int64
		}{
			{"int", 3, 3},
			{"int32", int32(-3), -3},
			{"uint", uint(4), 4},
			{"uint16", uint16(5), 5},
			{"named integer", noteID(1) << 62, 1 << 62},
			{"greatest", int64(math.MaxInt64), math.MaxInt64},
			{"least", int64(math.MinInt64), math.MinInt64},
			{"duration", 2 * time.Second, 2e9},
			{"pointer", &seven, 7},
			{"null", sql.NullInt64{Int64: 8, Valid: true}, 8},
			{"valuer", position{4, 2}, 42},
			{"nil pointer", nobody, -1},
			{"nil", nil, -1},
			{"invalid null", sql.NullInt64{}, -1},
		}
		err := db.InTx(ctx, func(tx store.Tx) error {
			if _, err := tx.Exec(ctx, `CREATE TABLE numbers (name TEXT PRIMARY KEY, n BIGINT)`); err != nil {
				return err
			}
			for _, test := range numbers {
				if _, err := tx.Exec(ctx, `INSERT INTO numbers (name, n) VALUES ($1, $2)`, test.name, test.arg); err != nil {
					t.Fatalf("%s: %v", test.name, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range numbers {
			var id noteID
			var null *int64
			var maybe sql.NullInt64
			err := db.Read().QueryRow(ctx, `
				SELECT coalesce(n, -1), n, n
				  FROM numbers
				 WHERE name = $1 AND (n = $2 OR n IS NULL)`, test.name, test.want).Scan(&id, &null, &maybe)
			if err != nil || int64(id) != test.want {
				t.Errorf("%s: got %d, %v, want %d", test.name, int64(id), err, test.want)
			}
			if (null == nil) != (test.want == -1) || maybe.Valid != (null != nil) {
				t.Errorf("%s: NULL is read as %v, %v", test.name, null, maybe)
			}
		}
		if _, err := db.Read().Query(ctx, `SELECT CAST($1 AS BIGINT)`, uint64(math.MaxUint64)); err == nil {
			t.Error("a number too great was taken")
		}
	})
}

func TestKindsOfColumns(t *testing.T) {
	t.Parallel()
	type row struct {
		Yes, No bool
		Kind    noteKind
		Half    float64
		Bytes   []byte
		Empty   []byte
		Null    []byte
		Count   int
		Exists  bool
		Greater bool
	}
	want := row{
		Yes: true, Kind: "é 👋 ü", Half: 0.5, Bytes: []byte{0, 255, 10}, Null: nil,
		Count: 1, Exists: true, Greater: true,
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		var got row
		err := db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `
				CREATE TABLE kinds (
					id    BIGINT PRIMARY KEY,
					yes   BOOLEAN NOT NULL DEFAULT TRUE,
					no    BOOLEAN NOT NULL,
					kind  TEXT NOT NULL,
					half  DOUBLE PRECISION NOT NULL,
					bytes BYTEA NOT NULL,
					empty BYTEA NOT NULL,
					nul   BYTEA
				)`)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `
				INSERT INTO kinds (id, no, kind, half, bytes, empty, nul)
				VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				noteID(1), false, want.Kind, want.Half, want.Bytes, []byte{}, []byte(nil))
			if err != nil {
				return err
			}
			return tx.QueryRow(ctx, `
				SELECT yes, no, kind, half, bytes, empty, nul, (SELECT count(*) FROM kinds),
				       EXISTS (SELECT 1 FROM kinds WHERE yes AND NOT no AND yes = $2), id > $1
				  FROM kinds
				 WHERE yes = $2 AND kind = $3`, 0, true, want.Kind,
			).Scan(&got.Yes, &got.No, &got.Kind, &got.Half, &got.Bytes, &got.Empty, &got.Null, &got.Count, &got.Exists, &got.Greater)
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Empty) == 0 {
			got.Empty = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPortableSQL(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx := t.Context()
		err := db.InTx(ctx, func(tx store.Tx) error {
			for id := range int64(5) {
				n, err := tx.Exec(ctx, `
					INSERT INTO notes (id, kind, text)
					VALUES ($1, $2, $2)
					ON CONFLICT (id) DO UPDATE SET kind = excluded.kind`, id+1, string(rune('a'+id)))
				if err != nil || n != 1 {
					t.Fatalf("%d rows, %v", n, err)
				}
			}
			n, err := tx.Exec(ctx, `UPDATE notes SET kind = 'b' WHERE id IN (`+store.Placeholders(1, 2)+`)`, 2, 3)
			if err != nil || n != 2 {
				t.Errorf("%d rows, %v, want 2", n, err)
			}
			n, err = tx.Exec(ctx, `DELETE FROM notes WHERE id IN (`+store.Placeholders(1, 0)+`)`)
			if err != nil || n != 0 {
				t.Errorf("%d rows, %v, want none", n, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := db.Read().Query(ctx, `
			SELECT id
			  FROM notes
			 WHERE (kind, id) < ($1, $2)
			 ORDER BY kind DESC, id DESC
			 LIMIT $3`, "b", 3, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			got = append(got, id)
		}
		if err := errors.Join(rows.Err(), rows.Close(), rows.Close()); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]int64{2, 1}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRefusedArguments(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createNotes(t, db)
		ctx := t.Context()
		for _, text := range []string{"zero\x00byte", "no \xff UTF-8"} {
			if err := db.Read().QueryRow(ctx, `SELECT kind FROM notes WHERE text = $1`, text).Scan(new(string)); !errors.Is(err, store.ErrText) {
				t.Errorf("%q: got %v, want %v", text, err, store.ErrText)
			}
			err := db.InTx(ctx, func(tx store.Tx) error {
				if err := addNote(ctx, tx, 1, text); !errors.Is(err, store.ErrText) {
					t.Errorf("%q: got %v, want %v", text, err, store.ErrText)
				}
				_, err := tx.Exec(ctx, `DELETE FROM notes WHERE text = $1`, noteKind(text))
				if !errors.Is(err, store.ErrText) {
					t.Errorf("named %q: got %v, want %v", text, err, store.ErrText)
				}
				_, err = tx.Exec(ctx, `DELETE FROM notes WHERE id = $1`, time.Now())
				if err == nil {
					t.Error("a time was taken")
				}
				return nil // nothing was asked of the database
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestMillis(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 5, 1, 12, 0, 0, 123_456_789, time.FixedZone("", 7200))
	if got, want := store.Time(store.Millis(noon)), noon.UTC().Truncate(time.Millisecond); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if store.Millis(time.Time{}) != 0 || !store.Time(0).IsZero() {
		t.Error("no time is not zero")
	}
	if store.MillisOrNull(time.Time{}) != nil || !store.TimeOrNever(nil).IsZero() {
		t.Error("no time is not NULL")
	}
	if got := store.TimeOrNever(store.MillisOrNull(noon)); !got.Equal(noon.Truncate(time.Millisecond)) {
		t.Errorf("got %v, want %v", got, noon)
	}
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		from, n int
		want    string
	}{
		{1, 0, "NULL"},
		{3, 1, "$3"},
		{3, 3, "$3, $4, $5"},
		{9, 2, "$9, $10"},
	} {
		if got := store.Placeholders(test.from, test.n); got != test.want {
			t.Errorf("Placeholders(%d, %d) = %q, want %q", test.from, test.n, got, test.want)
		}
	}
}
