package jobs_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"palier/instance/jobs"
	"palier/instance/jobs/jobstest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// The test binary, run as a child, works on this database until it is killed.
const crashingURL = "PALIER_TEST_CRASHING_URL"

// note is a job that writes its number.
type note struct {
	ID int64 `json:"id"`
}

func (note) Kind() string { return "note" }

// keep writes a note and that its job is done in one transaction.
func keep(db *store.DB, q *jobs.Queue) func(context.Context, note) error {
	return func(ctx context.Context, n note) error {
		return db.InTx(ctx, func(tx store.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO kept (note_id) VALUES ($1)`, n.ID); err != nil {
				return err
			}
			return q.Done(ctx, tx)
		})
	}
}

// enqueueUntilKilled enqueues and works jobs, and says which were enqueued.
func enqueueUntilKilled(url string) {
	ctx := context.Background()
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	q := jobs.New(db, jobs.Options{Work: true})
	jobs.Handle(q, keep(db, q), jobs.HandleOptions{})
	if err := q.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}
	var wg sync.WaitGroup
	for lane := range int64(8) {
		wg.Go(func() {
			for id := lane; ; id += 8 {
				err := db.Joined(ctx, func(tx store.Tx) error { return q.Enqueue(ctx, tx, note{id}) })
				if err != nil {
					fmt.Println(err)
					return
				}
				fmt.Println("enqueued", id)
			}
		})
	}
	wg.Wait()
}

// TestR07_EachAcknowledgedJobIsWorkedOnce kills a program that enqueues and
// works, and lets another one go on.
func TestR07_EachAcknowledgedJobIsWorkedOnce(t *testing.T) {
	t.Parallel()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			url := storetest.URL(t, engine)
			db := storetest.OpenURL(t, url)
			ctx := t.Context()
			err := db.InTx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, `CREATE TABLE kept (note_id BIGINT NOT NULL)`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			acknowledged := enqueueAndKill(t, url, 300)

			q := jobs.New(db, jobs.Options{Work: true})
			jobs.Handle(q, keep(db, q), jobs.HandleOptions{})
			jobstest.Start(t, q)
			jobstest.Drain(t, q)
			for _, id := range acknowledged {
				var times int
				if err := db.Read().QueryRow(ctx, `SELECT count(*) FROM kept WHERE note_id = $1`, id).Scan(&times); err != nil || times != 1 {
					t.Errorf("job %s was worked %d times, %v, want once", id, times, err)
				}
			}
			var twice int
			err = db.Read().QueryRow(ctx, `
				SELECT count(*)
				  FROM (SELECT note_id FROM kept GROUP BY note_id HAVING count(*) > 1) AS again`).Scan(&twice)
			if err != nil || twice != 0 {
				t.Errorf("%d jobs were worked more than once, %v", twice, err)
			}
		})
	}
}

// enqueueAndKill runs the child until n jobs are acknowledged, kills it, and
// returns them all.
func enqueueAndKill(t *testing.T, url string, n int) (acknowledged []string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), crashingURL+"="+url)
	said, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(said); lines.Scan(); {
		id, ok := strings.CutPrefix(lines.Text(), "enqueued ")
		if !ok {
			t.Errorf("the child says %q", lines.Text())
			continue
		}
		if acknowledged = append(acknowledged, id); len(acknowledged) == n {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Error("the child was not killed")
	}
	if len(acknowledged) < n {
		t.Fatalf("only %d jobs were acknowledged", len(acknowledged))
	}
	return acknowledged
}
