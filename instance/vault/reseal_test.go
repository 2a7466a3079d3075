package vault_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/vault"
)

// What a child is told that seals anew: the database and the folder of keys.
const (
	resealingURL  = "PALIER_TEST_RESEALING"
	resealingKeys = "PALIER_TEST_KEYS"
)

// said are the columns of the table that these tests seal, one of bytes and one of text.
var said = []vault.Column{
	{Kind: "said", Table: "said", Key: "id", Name: "body", Of: "programme_id = $1"},
	{Kind: "why", Table: "said", Key: "id", Name: "why", Of: "programme_id = $1", Text: true},
}

// resealingChild seals anew and says after each batch how much, until it is killed after
// the second.
func resealingChild(url string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, url, store.Options{Connections: 4})
	if err != nil {
		return err
	}
	batches := 0
	_, err = vault.New(os.Getenv(resealingKeys), time.Now).Reseal(ctx, db, 11, said, func(r vault.Resealed) error {
		fmt.Println(r.Moved)
		if batches++; batches == 2 {
			select {}
		}
		return nil
	})
	return err
}

// Of 250 rows of the programme 11 five say nothing; the one after them is of the
// programme 12.
const (
	rowsSaid  = 250
	cellsSaid = 2 * (rowsSaid - 5)
)

func newSaid(t *testing.T, db *store.DB) *safe {
	t.Helper()
	s, ctx := newSafe(t, db), t.Context()
	s.tx(func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE said (id BIGINT PRIMARY KEY, programme_id BIGINT NOT NULL, body BYTEA, why TEXT NOT NULL)`)
		return err
	})
	for id := instance.ID(1); id <= rowsSaid+1; id++ {
		programme := instance.ActorID(11 + int64(id)/(rowsSaid+1))
		body, err := s.keys(programme).Seal("said", id, fmt.Appendf(nil, "body %d", id))
		if err != nil {
			t.Fatal(err)
		}
		why, err := s.keys(programme).SealText("why", id, fmt.Sprint("why ", int64(id)))
		if err != nil {
			t.Fatal(err)
		}
		if id%50 == 7 {
			body, why = nil, ""
		}
		s.tx(func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO said (id, programme_id, body, why) VALUES ($1, $2, $3, $4)`, id, programme, body, why)
			return err
		})
	}
	return s
}

// opened counts the cells that keys open, and fails for one that says something else than
// it did.
func (s *safe) opened(keys vault.Keys) (n int) {
	s.t.Helper()
	rows, err := s.db.Read().Query(s.t.Context(), `SELECT id, body, why FROM said WHERE programme_id = 11 AND why <> ''`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ID
		var body []byte
		var why string
		if err := rows.Scan(&id, &body, &why); err != nil {
			s.t.Fatal(err)
		}
		if plain, err := keys.Open("said", id, body); err == nil {
			if n++; string(plain) != fmt.Sprintf("body %d", id) {
				s.t.Errorf("row %s says %q", id, plain)
			}
		}
		if plain, err := keys.OpenText("why", id, why); err == nil {
			if n++; plain != fmt.Sprint("why ", int64(id)) {
				s.t.Errorf("row %s says %q", id, plain)
			}
		}
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// with are the keys of the programme 11 that are among some files.
func (s *safe) with(files ...string) vault.Keys {
	s.t.Helper()
	dir := s.t.TempDir()
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(f)), b, 0o600)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	k, err := vault.New(dir, time.Now).Keys(s.t.Context(), s.db.Read(), 11)
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

// TestWhoIsKilledWhileSealingAnewGoesOn kills a program between two batches, and begins
// again. The key before opens what was copied before, and nothing needs it any more.
func TestWhoIsKilledWhileSealingAnewGoesOn(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			url := storetest.URL(t, engine)
			s := newSaid(t, storetest.OpenURL(t, url))
			before := s.files()
			s.tx(func(tx store.Tx) error {
				_, err := tx.Exec(t.Context(), `CREATE TABLE copied AS SELECT * FROM said`)
				return err
			})
			s.mint(11)
			newest := slices.DeleteFunc(s.files(), func(f string) bool { return slices.Contains(before, f) })

			child := exec.CommandContext(t.Context(), os.Args[0])
			child.Env = append(os.Environ(), resealingURL+"="+url, resealingKeys+"="+s.dir)
			out, err := child.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			var heard []string
			for lines := bufio.NewScanner(out); lines.Scan(); {
				if heard = append(heard, lines.Text()); len(heard) == 2 {
					if err := child.Process.Kill(); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := child.Wait(); err == nil || !slices.Equal(heard, []string{"100", "200"}) {
				t.Fatalf("the child says %q, and ends with %v", heard, err)
			}
			if n, all := s.opened(s.with(newest...)), s.opened(s.keys(11)); n != 200 || all != cellsSaid {
				t.Errorf("after it was killed the newest key opens %d, all keys %d of %d", n, all, cellsSaid)
			}

			batches := 0
			r, err := s.Reseal(t.Context(), s.db, 11, said, func(vault.Resealed) error { batches++; return nil })
			if err != nil {
				t.Fatal(err)
			}
			if r.Moved != cellsSaid-200 || r.Newest != cellsSaid || !r.Whole() || r.Lost != 0 || batches != 6 {
				t.Errorf("going on: %+v in %d batches", r, batches)
			}
			if len(r.Older) != 1 || !slices.Contains(before, r.Older[0]) || !slices.Contains(s.files(), r.Older[0]) {
				t.Errorf("to be deleted by hand is %q, of %q", r.Older, s.files())
			}
			if n := s.spent(); n != 1 {
				t.Errorf("%d keys are noted as spent, want the one before", n)
			}
			if n, old := s.opened(s.with(newest...)), s.opened(s.with(before...)); n != cellsSaid || old != 0 {
				t.Errorf("in the end the newest key opens %d of %d, those before %d", n, cellsSaid, old)
			}
			if _, err := s.keys(12).Open("said", rowsSaid+1, s.body(rowsSaid+1)); err != nil {
				t.Errorf("of another programme: %v", err)
			}
			if r, err := s.Reseal(t.Context(), s.db, 11, said, func(vault.Resealed) error { return nil }); err != nil || r.Moved != 0 || r.Newest != cellsSaid {
				t.Errorf("once more: %+v, %v", r, err)
			}
			// What was copied before is read with the key before.
			s.tx(func(tx store.Tx) error {
				if _, err := tx.Exec(t.Context(), `DELETE FROM said`); err != nil {
					return err
				}
				_, err := tx.Exec(t.Context(), `INSERT INTO said SELECT * FROM copied`)
				return err
			})
			if n := s.opened(s.with(before...)); n != cellsSaid {
				t.Errorf("of a copy made before the key before opens %d of %d", n, cellsSaid)
			}
		})
	}
}

// spent counts the keys that nothing needs any more.
func (s *safe) spent() (n int) {
	s.t.Helper()
	if err := s.db.Read().QueryRow(s.t.Context(), `SELECT COUNT(*) FROM vault_keys WHERE spent_at IS NOT NULL`).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// body is what is sealed in a row.
func (s *safe) body(id int64) (b []byte) {
	s.t.Helper()
	if err := s.db.Read().QueryRow(s.t.Context(), `SELECT body FROM said WHERE id = $1`, id).Scan(&b); err != nil {
		s.t.Fatal(err)
	}
	return b
}

// TestSealingAnewLosesNothing has a row that no key opens, one that is written meanwhile,
// and a newest key that is not here.
func TestSealingAnewLosesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := newSaid(t, db), t.Context()
		before := s.files()
		write := func(id int64, body []byte) {
			t.Helper()
			s.tx(func(tx store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE said SET body = $2 WHERE id = $1`, id, body)
				return err
			})
		}
		foreign := s.body(rowsSaid + 1)
		write(3, foreign)
		old := s.body(5)
		s.mint(11)
		cut := errors.New("cut off")
		if _, err := s.Reseal(ctx, db, 11, said, func(vault.Resealed) error { return cut }); !errors.Is(err, cut) {
			t.Errorf("cut off after a batch: %v", err)
		}
		write(5, old) // as by somebody who began before there was the newest key
		late := true
		r, err := s.Reseal(ctx, db, 11, said, func(vault.Resealed) error {
			if late {
				write(9, s.body(9)) // the same again is no fault
				write(5, old)
			}
			late = false
			return nil
		})
		if err != nil || r.Lost != 1 || r.Left != 1 || r.Whole() || !strings.HasPrefix(r.First, "body of said ") || len(r.Older) != 0 {
			t.Errorf("with one that nobody opens, and one that was written late: %+v, %v", r, err)
		}
		r, err = s.Reseal(ctx, db, 11, said, func(vault.Resealed) error { return nil })
		if err != nil || r.Moved != 1 || r.Lost != 1 || !r.Whole() || len(r.Older) != 1 || r.First != "body of said 3" || s.spent() != 0 {
			t.Errorf("once more: %+v, %v", r, err)
		}
		if string(s.body(3)) != string(foreign) {
			t.Error("what nobody opens was written anew")
		}
		if n := s.opened(s.keys(11)); n != cellsSaid-1 {
			t.Errorf("%d are opened", n)
		}
		for _, f := range s.files() {
			if !slices.Contains(before, f) {
				if err := os.Remove(f); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := s.Reseal(ctx, db, 11, said, func(vault.Resealed) error { return nil }); !errors.Is(err, instance.ErrSealed) {
			t.Errorf("without the newest key: %v", err)
		}
	})
}
