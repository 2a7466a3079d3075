package households_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

const (
	secretItem   = "armoire-normande-de-mamie"
	secretRemark = "rayure-sous-la-table"
)

// seen is a room as it is at the beginning of a stay.
func seen() households.Contents {
	return households.Contents{
		Items: []households.InventoryItem{
			{Room: "kitchen", What: "fridge", State: households.ItemWorn, Note: "joint fatigué"},
			{Room: "bedroom", What: "bed", State: households.ItemGood},
			{Room: "bedroom", Text: secretItem, State: households.ItemGood},
		},
		Keys: map[string]int{"front": 2}, Meters: map[string]string{"water": "00812"},
	}
}

func team(a instance.Account) households.StayHand {
	return households.StayHand{Party: households.PartyAssociation, Person: a}
}

func guest(a instance.Account) households.StayHand {
	return households.StayHand{Party: households.PartyGuest, Person: a}
}

func lender(a instance.Account, id instance.HostID) households.StayHand {
	return households.StayHand{Party: households.PartyHost, Host: hand(a, id)}
}

// lodged leads a household as far as it lives with a host, each with an account.
func (o *office) lodged(host instance.Account) (id instance.CaseID, hold instance.ID, h instance.HostID) {
	o.tb.Helper()
	id, hold, h = o.agreedTo(host)
	o.place(hold)
	o.agree(id)
	must(o.tb, o.Step(o.tb.Context(), o.worker, id, instance.MoveIn, ""))
	return id, hold, h
}

func TestH21_AnInventoryIsSignedByThreeAndStaysAsItWas(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe := o.neighbour("zoe")
		id, hold, zoes := o.lodged(zoe)
		if err := o.ShutInventory(ctx, o.worker, id, households.AtEntry); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("put forward before it is written: %v", err)
		}
		must(t, o.WriteInventory(ctx, o.worker, id, households.AtEntry, households.Contents{Items: []households.InventoryItem{{Room: "bedroom", What: "bed"}}}))
		invalid(t, o.ShutInventory(ctx, o.worker, id, households.AtEntry), "items", "unsaid")
		must(t, o.WriteInventory(ctx, o.worker, id, households.AtEntry, seen()))
		must(t, o.RemarkInventory(ctx, guest(o.family), id, households.AtEntry, secretRemark+" 06 12 34 56 78", "uk"))
		must(t, o.ShutInventory(ctx, o.worker, id, households.AtEntry))
		if err := o.WriteInventory(ctx, o.worker, id, households.AtEntry, seen()); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("written in while it waits for signatures: %v", err)
		}
		list, err := o.Inventories(ctx, guest(o.family), id)
		must(t, err)
		i := list.Entry
		if i == nil || list.Exit != nil || len(i.Hash) != 64 || len(i.Remarks) != 1 || i.Contents.Items[0].Room != "bedroom" || i.Contents.Keys["front"] != 2 {
			t.Fatalf("the household reads %+v", list)
		}
		if said := i.Remarks[0].Body; strings.Contains(said.Text, "06 12") || !strings.Contains(said.Text, secretRemark) || said.Language != "uk" {
			t.Errorf("remarked %+v", said)
		}
		sign := func(h households.StayHand, party households.Party, hash string) error {
			return o.SignInventory(ctx, h, id, households.AtEntry, party, hash, "fr")
		}
		if err := sign(guest(o.family), "", strings.Repeat("0", 64)); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("signed what was not shown: %v", err)
		}
		must(t, sign(guest(o.family), "", i.Hash))

		// Who does not agree says so, and what was signed holds no more.
		must(t, o.RemarkInventory(ctx, lender(zoe, zoes), id, households.AtEntry, "Il y a trois clés.", "fr"))
		again, err := o.Inventories(ctx, lender(zoe, zoes), id)
		must(t, err)
		if x := again.Entry; x.Version != 2 || !x.ShutAt.IsZero() || len(x.Signed) != 0 || x.Hash != "" {
			t.Errorf("after a remark: %+v", x)
		}
		must(t, o.ShutInventory(ctx, o.worker, id, households.AtEntry))
		again, err = o.Inventories(ctx, team(o.worker), id)
		must(t, err)
		hash := again.Entry.Hash
		if err := sign(guest(o.family), "", i.Hash); !errors.Is(err, instance.ErrConflict) || hash == i.Hash {
			t.Errorf("signed the version before: %v", err)
		}
		must(t, sign(guest(o.family), households.PartyHost, hash)) // a household signs for itself alone
		must(t, sign(team(o.worker), households.PartyHost, hash))
		if err := sign(team(o.worker), households.PartyAssociation, hash); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who wrote down a signature signs for the association: %v", err)
		}
		must(t, sign(team(o.other), households.PartyAssociation, hash))
		again, err = o.Inventories(ctx, team(o.worker), id)
		must(t, err)
		if x := again.Entry; !x.Binds() || !x.Signed[households.PartyHost].Paper || x.Signed[households.PartyGuest].By != o.family.ID {
			t.Fatalf("signed by %+v", x.Signed)
		}
		for what, err := range map[string]error{
			"remarked on":  o.RemarkInventory(ctx, guest(o.family), id, households.AtEntry, "x", "fr"),
			"written":      o.WriteInventory(ctx, o.worker, id, households.AtEntry, seen()),
			"opened":       o.ReopenInventory(ctx, o.worker, id, households.AtEntry),
			"signed twice": sign(guest(o.family), "", hash),
			"photographed": o.PictureInventory(ctx, team(o.worker), id, households.AtEntry, "bedroom", strings.NewReader("picture")),
		} {
			if !errors.Is(err, instance.ErrConflict) {
				t.Errorf("after three signed it is %s: %v", what, err)
			}
		}
		for _, sql := range []string{
			`UPDATE housing_inventories SET body = body`, `UPDATE housing_inventories SET shut_at = NULL, hash = ''`, `UPDATE housing_inventories SET moment = 'exit'`,
			`UPDATE housing_inventory_remarks SET body = body`,
			`INSERT INTO housing_inventory_remarks (id, inventory_id, party, body, at) SELECT 7, id, 'guest', body, 1 FROM housing_inventories`,
		} {
			if err := db.InTx(ctx, func(tx store.Tx) error { _, err := tx.Exec(ctx, sql); return err }); err == nil {
				t.Errorf("the database lets this pass: %s", sql)
			}
		}

		// The other moment begins from what there was.
		after := seen()
		after.Items[1].State, after.Items[1].Note = households.ItemDamaged, "latte cassée"
		after.Items = append(after.Items, households.InventoryItem{Room: "hall", What: "door", State: households.ItemGood})
		must(t, o.WriteInventory(ctx, o.worker, id, households.AtExit, after))
		both, err := o.Inventories(ctx, team(o.worker), id)
		must(t, err)
		var differ []string
		for _, d := range households.Beside(both.Entry, both.Exit) {
			if d.Differs() {
				differ = append(differ, d.What+" "+string(d.Entry)+" "+string(d.Exit)+" "+d.ExitNote)
			}
		}
		if !slices.Equal(differ, []string{"bed good damaged latte cassée"}) || len(households.Beside(both.Entry, both.Exit)) != 4 {
			t.Errorf("side by side: %q", differ)
		}
		if n := o.one(`SELECT COUNT(*) FROM housing_case_reads WHERE case_id = $1 AND what = 'inventory'`, id); n != 3 {
			t.Errorf("%d readings are noted", n)
		}
		for _, table := range []string{"housing_inventories", "housing_inventory_remarks"} {
			var body []byte
			must(t, db.Read().QueryRow(ctx, `SELECT body FROM `+table+` LIMIT 1`).Scan(&body))
			if text := string(body); strings.Contains(text, secretItem) || strings.Contains(text, secretRemark) || text == "" {
				t.Errorf("%s reads %q", table, text)
			}
		}
		_ = hold
	})
}

// invalid fails for another error than that of a field.
func invalid(t *testing.T, err error, field, code string) {
	t.Helper()
	x, ok := errors.AsType[*instance.Invalid](err)
	if !ok || x.Field != field || x.Code != code {
		t.Errorf("got %v, want %s %s", err, field, code)
	}
}

func TestH21_AnInventoryIsForItsThreeAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe, yves := o.neighbour("zoe"), o.neighbour("yves")
		id, _, zoes := o.agreedTo(zoe)
		yvess := o.lends(yves, "https://asso.example/h/9", "other")
		must(t, o.WriteInventory(ctx, o.worker, id, households.AtEntry, seen()))
		if err := o.WriteInventory(ctx, o.worker, id, households.AtExit, seen()); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("of the end, before anybody came: %v", err)
		}
		must(t, o.PictureInventory(ctx, team(o.worker), id, households.AtEntry, "kitchen", strings.NewReader("picture of the kitchen")))
		list, err := o.Inventories(ctx, team(o.worker), id)
		must(t, err)
		picture := list.Entry.Pictures[0].ID
		for who, h := range map[string]households.StayHand{
			"a stranger": guest(o.stranger), "another host": lender(yves, yvess), "a visitor": team(o.visitor), "a reader": team(o.reader),
			"the host as team": team(zoe), "nobody": {}, "the household as host": lender(o.family, zoes),
		} {
			_, read := o.Inventories(ctx, h, id)
			_, _, looked := o.InventoryPicture(ctx, h, id, picture)
			for deed, err := range map[string]error{
				"reads": read, "looks": looked,
				"remarks":      o.RemarkInventory(ctx, h, id, households.AtEntry, "x", "fr"),
				"signs":        o.SignInventory(ctx, h, id, households.AtEntry, households.PartyHost, "x", "fr"),
				"photographs":  o.PictureInventory(ctx, h, id, households.AtEntry, "kitchen", strings.NewReader("picture")),
				"takes it off": o.DropInventoryPicture(ctx, h, id, households.AtEntry, picture),
			} {
				if !errors.Is(err, instance.ErrNotFound) {
					t.Errorf("%s %s: %v", who, deed, err)
				}
			}
		}
		must(t, o.Freeze(ctx, o.worker, id, true))
		if err := o.RemarkInventory(ctx, lender(zoe, zoes), id, households.AtEntry, "x", "fr"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("while the case is frozen the host remarks: %v", err)
		}
	})
}

func TestH21_PhotographsAreSealedAndGoWithTheFile(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe := o.neighbour("zoe")
		id, hold, zoes := o.lodged(zoe)
		must(t, o.WriteInventory(ctx, o.worker, id, households.AtEntry, seen()))
		add := func(h households.StayHand, what string) error {
			return o.PictureInventory(ctx, h, id, households.AtEntry, "bedroom", strings.NewReader(what))
		}
		invalid(t, add(guest(o.family), "a text"), "photograph", "no-picture")
		invalid(t, o.PictureInventory(ctx, guest(o.family), id, households.AtEntry, "attic", strings.NewReader("picture")), "room", "missing")
		must(t, add(guest(o.family), "picture of the wall"))
		must(t, add(lender(zoe, zoes), "picture of the bed"))
		list, err := o.Inventories(ctx, lender(zoe, zoes), id)
		must(t, err)
		theirs := list.Entry.Pictures[0]
		content, kind, err := o.InventoryPicture(ctx, lender(zoe, zoes), id, theirs.ID)
		must(t, err)
		b, err := io.ReadAll(content)
		must(t, err)
		if string(b) != "picture of the wall" || kind != "image/webp" || theirs.Party != households.PartyGuest {
			t.Errorf("the host sees %q, %s", b, kind)
		}
		if err := o.DropInventoryPicture(ctx, lender(zoe, zoes), id, households.AtEntry, theirs.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("the host takes off what the household added: %v", err)
		}
		onDisk := func() (n int) {
			must(t, filepath.WalkDir(o.files, func(path string, e os.DirEntry, err error) error {
				if err != nil || e.IsDir() {
					return err
				}
				n++
				b, err := os.ReadFile(path)
				if strings.Contains(string(b), "picture") {
					t.Errorf("on the disk it reads %q", b)
				}
				return err
			}))
			return n
		}
		if n := onDisk(); n != 2 {
			t.Errorf("%d files are kept", n)
		}
		must(t, o.DropInventoryPicture(ctx, guest(o.family), id, households.AtEntry, theirs.ID))
		if n := onDisk(); n != 1 {
			t.Errorf("%d files are kept after one was taken off", n)
		}
		for range households.MostPictures - 1 {
			must(t, add(team(o.worker), "picture"))
		}
		invalid(t, add(team(o.worker), "picture"), "photograph", "too-many")

		o.exec(`UPDATE housing_holds SET state = 'ended' WHERE id = $1`, hold)
		must(t, o.Step(ctx, o.worker, id, instance.EndStay, ""))
		must(t, o.Note(ctx, o.worker, id, households.EntryClosing, "fini", time.Time{}, 0))
		must(t, o.Step(ctx, o.worker, id, instance.CloseCase, instance.CaseEnds[0]))
		o.later(23 * 30 * 24 * time.Hour)
		must(t, o.Sweep(ctx))
		if n := onDisk(); n != households.MostPictures {
			t.Errorf("before its time %d files are kept", n)
		}
		o.later(2 * 30 * 24 * time.Hour)
		must(t, o.Sweep(ctx))
		if n := onDisk(); n != 0 {
			t.Errorf("after the case was erased %d files are kept", n)
		}
		for _, table := range []string{"housing_inventories", "housing_inventory_photographs", "housing_inventory_remarks", "housing_inventory_signatures"} {
			if n := o.one(`SELECT COUNT(*) FROM ` + table); n != 0 {
				t.Errorf("%d rows of %s are kept", n, table)
			}
		}
	})
}
