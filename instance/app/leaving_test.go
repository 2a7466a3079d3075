package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/leaving"
	"palier/instance/store"
)

// column is one column of the schema.
type column struct{ table, name, kind string }

// columns returns every column of every table of ours.
func columns(t *testing.T, db *store.DB) (all []column) {
	t.Helper()
	sql := `
		SELECT m.name, p.name, p.type
		  FROM sqlite_master m JOIN pragma_table_info(m.name) p
		 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '%_words%'`
	if db.Engine() == store.Postgres {
		sql = `
		SELECT table_name::text, column_name::text, data_type::text
		  FROM information_schema.columns
		 WHERE table_schema = current_schema() AND table_name NOT LIKE '%_words%'`
	}
	rows, err := db.Read().Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.table, &c.name, &c.kind); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(c.table, "river_") && c.table != "goose_db_version" {
			all = append(all, c)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// marks returns the columns in which a person stands, as a number in those that
// refer and as a text in those that hold some.
func marks(t *testing.T, db *store.DB, who instance.Account) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, c := range columns(t, db) {
		kind, n := strings.ToUpper(c.kind), 0
		var err error
		switch {
		case kind == "BIGINT":
			err = db.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM `+c.table+` WHERE `+c.name+` = $1`, who.ID).Scan(&n)
		case strings.Contains(kind, "TEXT"):
			err = db.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM `+c.table+` WHERE `+c.name+` LIKE $1 OR `+c.name+` LIKE $2`,
				"%"+who.ID.String()+"%", "%"+who.Email+"%").Scan(&n)
		}
		if err != nil {
			t.Fatalf("%s.%s: %v", c.table, c.name, err)
		}
		if n > 0 {
			found[c.table+"."+c.name] = n
		}
	}
	return found
}

// left are the columns in which somebody may stand who closed their account, and
// why.
var left = map[string]string{
	"actors.id": "the row of the actor, empty", "actors.uri": "its address, which answers that it is gone", "actors.inbox": "part of it", "actors.outbox": "part of it",
	"actors.followers": "part of it", "actors.following": "part of it", "actors.featured": "part of it",
	"actor_keys.actor_id": "until the Delete reached all", "actor_keys.id": "until then", "activities.actor_id": "the Deletes, until then", "activities.body": "the Deletes, until then",
	"reports.target_id": "what was decided stays", "moderation_log.target": "a number", "deliveries.signer": "Deletes", "deliveries.body": "Deletes",
	"inbox_items.body": "what others sent; thrown away after 35 days", "posts.content": "what others wrote", "posts.document": "what others sent", "notifications.owner_id": "",
}

// closeNow lets the time of a closing come, and closes.
func closeNow(t *testing.T, a *app.App, who instance.ActorID) {
	t.Helper()
	for _, ago := range []time.Duration{0, leaving.Notice, leaving.Notice + leaving.Heard} {
		err := a.DB.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE closings SET due_at = $2 WHERE person_id = $1`, who, store.Millis(time.Now().Add(-ago-time.Second)))
			return err
		})
		if err == nil {
			_, err = a.Leaving.Close(t.Context(), who)
		}
		for worked := true; worked && err == nil; {
			worked, err = a.Settle(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestClosingAnAccountLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, ctx := newVillage(t, engine, nil), t.Context()
		refers, err := leaving.References(ctx, v.DB, v.DB.Read())
		if err != nil || len(refers) < 60 {
			t.Fatalf("the schema refers to people in %d places, %v", len(refers), err)
		}
		belongingsOf(v, v.amina)
		settled(t, v)
		lent := lend(t, v, v.bo)
		taken, err := v.Exchange.Take(ctx, v.Viewer(v.amina), lent, instance.Taking{})
		if err == nil {
			_, err = v.Exchange.Accept(ctx, v.Viewer(v.bo), taken.ID, "@amina d’accord")
		}
		if err != nil {
			t.Fatal(err)
		}
		before := marks(t, v.DB, v.amina)
		if len(before) < 50 {
			t.Errorf("she stands in %d columns only: the walk proves little", len(before))
		}

		if err := v.Leaving.Ask(ctx, v.amina, leaving.Wish{}); err != nil {
			t.Fatal(err)
		}
		if wait, err := v.Leaving.Close(ctx, v.amina.ID); err != nil || wait <= 23*time.Hour {
			t.Fatalf("closed before its time: %v, %v", wait, err)
		}
		closeNow(t, v.App, v.amina.ID)
		settled(t, v)
		for where, n := range marks(t, v.DB, v.amina) {
			if left[where] == "" {
				t.Errorf("she still stands %d times in %s", n, where)
			}
		}
		if g, err := v.Exchange.ByID(ctx, v.bo.ID, taken.ID); err == nil && g.State != instance.AgreementCancelled {
			t.Errorf("what was promised is %s", g.State)
		}
		if p := v.Browser().Open("/@amina"); p.Status != http.StatusNotFound {
			t.Errorf("her page answers %d", p.Status)
		}
		if p := v.SignedIn(v.bo).Open("/notifications"); p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "Ancien voisin a annulé") {
			t.Errorf("the other is told %d %q", p.Status, p.Words("main"))
		}
		if a := v.Nobody().Get(strings.TrimPrefix(v.amina.URI, v.URL)); a.Status != http.StatusGone {
			t.Errorf("her address answers %d", a.Status)
		}
		if _, err := v.People.Create(ctx, newcomer("amina")); err == nil {
			t.Error("somebody else took her name")
		}
	})
}

func TestWhatIsKeptStandsUnderNobodysName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n, ctx := newNetwork(t, engine), t.Context()
		s := n.building
		said := s.Post(n.amina, n.tilleuls.ID, instance.ToPublic, "Le composteur est plein")
		n.settle(t)
		there := func() (deleted bool) {
			t.Helper()
			err := n.town.DB.Read().QueryRow(ctx, `SELECT deleted_at IS NOT NULL FROM actors WHERE uri = $1`, n.amina.URI).Scan(&deleted)
			if err != nil {
				t.Fatal(err)
			}
			return deleted
		}
		if there() {
			t.Fatal("gone before she left")
		}
		b := s.SignedIn(n.amina)
		asked := b.Press(b.Open("/settings/close"), "button.harm", apptest.Fields{"posts": {"keep"}})
		if !strings.Contains(asked.Words("main"), "Votre compte ferme demain") {
			t.Fatalf("after asking: %d %q", asked.Status, asked.Words("main"))
		}
		kept := b.Press(asked, "form[action='/settings/close/undo'] button", nil)
		if c, err := s.Leaving.Of(ctx, n.amina.ID); err != nil || c != nil {
			t.Errorf("taken back: %d, %+v, %v", kept.Status, c, err)
		}
		b.Press(b.Open("/settings/close"), "button.harm", apptest.Fields{"posts": {"keep"}})
		closeNow(t, s.App, n.amina.ID)
		n.settle(t)
		if p := b.Open("/home"); !strings.HasPrefix(p.Path, "/signin") {
			t.Errorf("she is still signed in: %d %s", p.Status, p.Path)
		}
		if !there() {
			t.Error("the other server was not told")
		}
		viewer := instance.Anyone
		p, err := s.Posts.ByID(ctx, viewer, said.ID)
		if err != nil || p.Author.Name != "Ancien voisin" || p.Source != "Le composteur est plein" || strings.Contains(p.URL, "amina") {
			t.Errorf("what she said is %+v, %v", p, err)
		}
		for where, count := range marks(t, s.DB, n.amina) {
			if left[where] == "" {
				t.Errorf("she still stands %d times in %s", count, where)
			}
		}
	})
}

// lend has somebody offer a thing to lend in their house.
func lend(t *testing.T, v *village, who instance.Account) instance.PostID {
	t.Helper()
	p, err := v.Posts.Publish(context.WithoutCancel(t.Context()), v.Viewer(who), instance.Draft{
		Title: "Perceuse", Text: "À prêter", Audience: instance.ToBuilding, Group: v.tilleuls.ID, Kind: instance.KindLending, Language: "fr",
		Proposal: &instance.Proposal{
			Purpose: instance.Offering, Status: instance.ProposalOpen, Action: "transferCustody", Unit: "one", Quantity: instance.One, Available: instance.One, Step: instance.One,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}
