package hosts_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/hosts"
	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// offers are a list as offices publish them: columns in their order and with their
// names, more than are asked for, dates of theirs, and rows that are wrong.
const offers = "\ufeffid;Prénom;Nom;Courriel;Téléphone;Commune;Type_logement;Nb_places;Disponible_du;Date_naissance;observations\r\n" +
	"1;Zénobie;Tournemire;zenobie@people.example;0612345678;Villeurbanne;Maison entière;4;01/12/2026;12/03/1970;chien\r\n" +
	"2;Anatole;Brisefer;anatole@people.example;;Lyon;Chambre chez l’habitant;;;;\r\n" +
	"3;Sans;Courriel;;;Lyon;;1;;;\r\n" +
	"4;;;nobody@people.example;;;;1;;;\r\n" +
	"5;Jeune;Pousse;jeune@people.example;;;;1;;2015-01-01;\r\n" +
	"6;Trop;Grand;grand@people.example;;;;quarante;;;\r\n" +
	"7;Zénobie;Encore;ZENOBIE@people.example;;;;2;;;\r\n" +
	"8;Date;Fausse;date@people.example;;;;2;demain;;\r\n"

func (w *world) imports(by instance.Account, list string) (*sheets.Report, error) {
	w.t.Helper()
	report := sheets.NewReport("offres.csv", nil)
	t, err := sheets.Open(strings.NewReader(list), report)
	must(w.t, err)
	return report, w.Import(w.t.Context(), by, w.programme, t, report)
}

func TestH5_AnOfficialListOnlyBeginsWithAFirstWord(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.paused = &instance.Invalid{Field: "paused", Code: "intake"}
		if _, err := w.imports(w.lead, offers); !errors.Is(err, instance.ErrInvalid) || w.count(`SELECT COUNT(*) FROM housing_hosts`) != 0 {
			t.Errorf("while nobody is taken in: %v", err)
		}
		w.paused = nil
		report, err := w.imports(w.lead, offers)
		must(t, err)
		var why []string
		for _, f := range report.Shown {
			why = append(why, strconv.Itoa(f.Line)+" "+f.Reason)
			if !slices.Contains(hosts.RefusedWhy, f.Reason) {
				t.Errorf("no word for %q", f.Reason)
			}
		}
		if want := []string{"4 email", "5 name", "6 born", "7 places", "8 twice", "9 from"}; report.Good != 2 || !slices.Equal(why, want) {
			t.Errorf("taken %d, refused %q, want %q", report.Good, why, want)
		}
		if n := w.count(`SELECT COUNT(*) FROM housing_hosts WHERE state = 'interested' AND confirmed_at IS NULL AND person_id IS NULL`); n != 2 {
			t.Errorf("%d first words", n)
		}
		if n := w.count(`SELECT COUNT(*) FROM housing_listings`); n != 0 {
			t.Errorf("%d homes come of a list", n)
		}
		if queue, _, err := w.Queue(ctx, w.worker, w.programme, 10); err != nil || len(queue) != 0 {
			t.Errorf("in the queue before they answered: %+v, %v", queue, err)
		}
		must(t, w.Confirm(ctx, w.link("zenobie@people.example", "host-imported")))
		queue, _, err := w.Queue(ctx, w.worker, w.programme, 10)
		if err != nil || len(queue) != 1 || queue[0].Name != "Zénobie Tournemire" || queue[0].Places != 4 {
			t.Errorf("after: %+v, %v", queue, err)
		}
		again, err := w.imports(w.lead, offers)
		must(t, err)
		if again.Good != 0 {
			t.Errorf("a list that comes twice brings %d", again.Good)
		}
		// Nothing of it stands in the database but sealed and in letters that wait.
		for _, table := range []string{"housing_hosts", "housing_host_adults", "housing_log", "housing_host_reads"} {
			if row := w.dump(table); strings.Contains(row, "Tournemire") || strings.Contains(row, "0612345678") || strings.Contains(row, "Villeurbanne") {
				t.Errorf("%s holds %s", table, row)
			}
		}
		w.later(8 * 24 * time.Hour)
		must(t, w.SweepNow(ctx))
		if n := w.count(`SELECT COUNT(*) FROM housing_hosts`); n != 1 {
			t.Errorf("after a week %d are there, want the one who answered", n)
		}
		for who, by := range map[string]instance.Account{"a caseworker": w.worker, "a stranger": w.stranger} {
			if _, err := w.imports(by, offers); !errors.Is(err, instance.ErrForbidden) && !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s imports: %v", who, err)
			}
		}
		if _, err := w.imports(w.lead, "commune;prix\nLyon;3\n"); !errors.Is(err, hosts.ErrNoOffers) {
			t.Errorf("another table: %v", err)
		}
	})
}

// dump is all that a table holds, as text.
func (w *world) dump(table string) string {
	w.t.Helper()
	cast := map[string]string{
		"housing_hosts": `SELECT state || language || COALESCE(link_hash, '') FROM housing_hosts`, "housing_host_adults": `SELECT '' FROM housing_host_adults`,
		"housing_log": `SELECT deed || about FROM housing_log`, "housing_host_reads": `SELECT what FROM housing_host_reads`,
	}
	rows, err := w.db.Read().Query(w.t.Context(), cast[table])
	must(w.t, err)
	defer rows.Close()
	var all strings.Builder
	for rows.Next() {
		var s string
		must(w.t, rows.Scan(&s))
		all.WriteString(s + "\n")
	}
	must(w.t, rows.Err())
	if table == "housing_hosts" || table == "housing_host_adults" {
		files, err := w.db.Read().Query(w.t.Context(), `SELECT file FROM `+table)
		must(w.t, err)
		defer files.Close()
		for files.Next() {
			var b []byte
			must(w.t, files.Scan(&b))
			all.Write(b)
		}
		must(w.t, files.Err())
	}
	return all.String()
}

func TestAHostWhoClosesTheirAccountIsErasedOnceNobodyLivesThere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, _ := w.approved()
		forget := func() {
			t.Helper()
			must(t, db.InTx(ctx, func(tx store.Tx) error { return w.Forget(ctx, tx, w.resident.ID) }))
		}
		w.exec(`
			INSERT INTO housing_listings (id, programme_id, uri, commune, from_night, until_night, category, bedrooms, places, adults, children, pets, smoking, created_at, updated_at, host_id)
			VALUES (1, $1, 'https://rhone.example/h/1', '69266', 1, 2, 'private-room', 1, 1, 1, 0, FALSE, 'no', 1, 1, $2)`, w.programme, id)
		for _, state := range []string{"submitted", "vetted", "available", "held", "placed"} {
			w.exec(`UPDATE housing_listings SET state = $1, vetted_at = 1 WHERE id = 1`, state)
		}
		forget()
		if w.state(id) != instance.HostEnded || len(w.changed) == 0 {
			t.Errorf("they host still: %s", w.state(id))
		}
		if n := w.count(`SELECT COUNT(*) FROM housing_hosts WHERE person_id IS NULL AND link_hash IS NULL AND erased_at IS NULL AND left_at IS NOT NULL`); n != 1 {
			t.Error("where a household lives is not to be found any more")
		}
		must(t, w.SweepNow(ctx))
		if n := w.count(`SELECT COUNT(*) FROM housing_hosts WHERE erased_at IS NULL`); n != 1 {
			t.Error("the file is gone while somebody lives there")
		}
		w.exec(`UPDATE housing_listings SET state = 'ending' WHERE id = 1`)
		w.exec(`UPDATE housing_listings SET state = 'closed' WHERE id = 1`)
		must(t, w.SweepNow(ctx))
		if n := w.count(`SELECT COUNT(*) FROM housing_hosts WHERE erased_at IS NOT NULL`); n != 1 {
			t.Error("the file is kept after they left")
		}
		if n := w.count(`SELECT COUNT(*) FROM housing_host_adults`) + w.count(`SELECT COUNT(*) FROM housing_host_references`); n != 0 {
			t.Errorf("%d files of those around are kept", n)
		}
	})
}

// surge has many people say a first word at once, and returns how long that took.
func surge(b testing.TB, w *world, many int) time.Duration {
	b.Helper()
	start := time.Now()
	var all sync.WaitGroup
	errs := make(chan error, many)
	for n := range many {
		all.Go(func() {
			i := zenobie
			i.Email, i.Places, i.Whole = "h"+strconv.Itoa(n)+"@people.example", 1+n%6, n%3 == 0
			_, err := w.Offer(b.Context(), nil, w.programme, i)
			errs <- err
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		must(b, err)
	}
	return time.Since(start)
}

// TestH7_HundredsComeAtOnceAndNoneIsLost has four hundred come in the same moment.
func TestH7_HundredsComeAtOnceAndNoneIsLost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		const many = 400
		took := surge(t, w, many)
		if n := w.count(`SELECT COUNT(*) FROM housing_hosts`); n != many {
			t.Errorf("%d of %d are kept", n, many)
		}
		if n := w.count(`SELECT COUNT(*) FROM letters WHERE kind = 'host'`); n != many {
			t.Errorf("%d of %d letters wait", n, many)
		}
		t.Logf("%d first words at once in %s, %.0f a second", many, took.Round(time.Millisecond), many/took.Seconds())
	})
}
