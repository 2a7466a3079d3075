package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

// crashingURL names the database that the test binary, run as a child, writes
// to until it is killed.
const crashingURL = "PALIER_TEST_CRASHING_URL"

// writeUntilKilled writes notes, several callers at once, and says the number
// of each once it is acknowledged.
func writeUntilKilled(url string) {
	ctx := context.Background()
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var wg sync.WaitGroup
	for lane := range int64(8) {
		wg.Go(func() {
			write := db.Joined
			if lane%2 == 0 {
				write = db.InTx
			}
			for id := lane; ; id += 8 {
				err := write(ctx, func(tx store.Tx) error { return addNote(ctx, tx, id, fmt.Sprint(id)) })
				if err != nil {
					fmt.Println(err)
					return
				}
				fmt.Println(id)
			}
		})
	}
	wg.Wait()
}

// TestR06_AcknowledgedSurvivesKill kills a program in the middle of writing.
func TestR06_AcknowledgedSurvivesKill(t *testing.T) {
	t.Parallel()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			url := storetest.URL(t, engine)
			db := storetest.OpenURL(t, url)
			createNotes(t, db)

			child := exec.CommandContext(t.Context(), os.Args[0])
			child.Env = append(os.Environ(), crashingURL+"="+url)
			said, err := child.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			var acknowledged []int64
			for lines := bufio.NewScanner(said); lines.Scan(); {
				id, err := strconv.ParseInt(lines.Text(), 10, 64)
				if err != nil {
					t.Errorf("the child says %q", lines.Text())
					continue
				}
				acknowledged = append(acknowledged, id)
				if len(acknowledged) == 200 {
					if err := child.Process.Kill(); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := child.Wait(); err == nil {
				t.Error("the child was not killed")
			}
			if len(acknowledged) < 200 {
				t.Fatalf("only %d writes were acknowledged", len(acknowledged))
			}
			for _, id := range acknowledged {
				var text string
				if err := db.Read().QueryRow(t.Context(), `SELECT text FROM notes WHERE id = $1`, id).Scan(&text); err != nil {
					t.Errorf("note %d was acknowledged: %v", id, err)
				}
			}
			if err := db.InTx(t.Context(), func(tx store.Tx) error { return addNote(t.Context(), tx, -1, "after") }); err != nil {
				t.Errorf("after the crash: %v", err)
			}
		})
	}
}
