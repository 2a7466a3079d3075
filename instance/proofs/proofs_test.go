package proofs_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/proofs"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const day = 24 * time.Hour

// newcomer returns somebody who says that they live in a place.
func newcomer(v *apptest.Village, name string, place instance.Neighbourhood) instance.Account {
	v.T.Helper()
	a := v.Person(name)
	must(v.T, v.Places.Join(v.T.Context(), place.ID, a.ID))
	return a
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func standing(v *apptest.Village, place instance.Neighbourhood, a instance.Account) instance.Standing {
	v.T.Helper()
	st, err := v.Places.Standing(v.T.Context(), place.ID, a.ID)
	must(v.T, err)
	return st
}

// told are the kinds of somebody's notices, the newest first.
func told(v *apptest.Village, a instance.Account) string {
	v.T.Helper()
	list, err := v.Notifications.List(v.T.Context(), v.Viewer(a), notifications.Query{Limit: 20})
	must(v.T, err)
	var kinds []string
	for _, n := range list {
		kinds = append(kinds, string(n.Kind))
	}
	return strings.Join(kinds, " ")
}

// letter has a letter sent to somebody and returns its code.
func letter(v *apptest.Village, place instance.Neighbourhood, a instance.Account) string {
	v.T.Helper()
	must(v.T, v.Proofs.AskLetter(v.T.Context(), place.ID, a.ID, proofs.Envelope{Name: a.Name, Address: "12 rue de " + a.Name + "\n22100 Dinan"}))
	sheets, err := v.Proofs.PrintLetters(v.T.Context())
	must(v.T, err)
	for _, s := range sheets {
		if s.Person == a.ID {
			return s.Code
		}
	}
	v.T.Fatalf("no letter to %s among %d", a.Name, len(sheets))
	return ""
}

func code(err error) string {
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok {
		return invalid.Field + " " + invalid.Code
	}
	return fmt.Sprint(err)
}

func TestEnough(t *testing.T) {
	t.Parallel()
	now := apptest.Start
	live := func(routes ...proofs.Route) (all []proofs.Proof) {
		for _, r := range routes {
			all = append(all, proofs.Proof{Route: r, ExpiresAt: now.Add(time.Minute)})
		}
		return all
	}
	for name, test := range map[string]struct {
		all  []proofs.Proof
		want bool
	}{
		"nothing":                      {nil, false},
		"one neighbour":                {live(proofs.Vouch), false},
		"the hall":                     {live(proofs.Hall), false},
		"the hall twice":               {live(proofs.Hall, proofs.Hall), false},
		"two neighbours":               {live(proofs.Vouch, proofs.Vouch), true},
		"the hall and a neighbour":     {live(proofs.Hall, proofs.Vouch), true},
		"a letter":                     {live(proofs.Letter), true},
		"the operator, without end":    {[]proofs.Proof{{Route: proofs.Operator}}, true},
		"a letter that is over":        {[]proofs.Proof{{Route: proofs.Letter, ExpiresAt: now}}, false},
		"a document that was undone":   {[]proofs.Proof{{Route: proofs.Desk, ExpiresAt: now.Add(day), RevokedAt: now}}, false},
		"a neighbour who took it back": {append(live(proofs.Vouch), proofs.Proof{Route: proofs.Vouch, RevokedAt: now}), false},
	} {
		if got := proofs.Enough(test.all, now); got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}

func TestALetterVerifiesOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan := v.Place("dinan", "commune")
		centre := v.Place("centre", "neighbourhood", dinan)
		amina, eve := newcomer(v, "amina", centre), newcomer(v, "eve", centre)
		typed := letter(v, centre, amina)
		if len(typed) != proofs.CodeLength || standing(v, centre, amina) != instance.Declared {
			t.Fatalf("code %q, amina %s", typed, standing(v, centre, amina))
		}
		if n, err := v.Proofs.SendLetters(ctx); n != 1 || err != nil {
			t.Fatalf("sent %d, %v", n, err)
		}
		if list, err := v.Proofs.WaitingLetters(ctx); len(list) != 0 || err != nil {
			t.Errorf("still waiting: %+v, %v", list, err)
		}
		_, stolen := v.Proofs.UseLetter(ctx, eve.ID, typed)
		_, wrong := v.Proofs.UseLetter(ctx, eve.ID, "BCDFGHJKLM")
		if code(stolen) != "code wrong" || code(wrong) != code(stolen) {
			t.Errorf("somebody else's code: %v; a wrong one: %v", stolen, wrong)
		}
		p, err := v.Proofs.UseLetter(ctx, amina.ID, " "+strings.ToLower(proofs.Grouped(typed))+"\n")
		if err != nil || p.Route != proofs.Letter || p.SeenBy != 0 || p.ExpiresAt.Sub(p.SeenAt) != proofs.StrongFor {
			t.Fatalf("proof: %+v, %v", p, err)
		}
		if standing(v, centre, amina) != instance.Verified || told(v, amina) != "home-proved" {
			t.Errorf("amina is %s and was told %q", standing(v, centre, amina), told(v, amina))
		}
		if may, err := v.Places.MayPost(ctx, db.Read(), dinan.ID, amina.ID); err != nil || !may {
			t.Errorf("verified in a neighbourhood is verified in the town around it: %t, %v", may, err)
		}
		if _, err := v.Proofs.UseLetter(ctx, amina.ID, typed); code(err) != "code wrong" {
			t.Errorf("the same code again: %v", err)
		}
	})
}

func TestG03_LettersAnswerTheSameForEveryAddress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		for i := range 6 { // three letters an address, and nobody learns which
			a := newcomer(v, fmt.Sprintf("n%d", i), centre)
			must(t, v.Proofs.AskLetter(ctx, centre.ID, a.ID, proofs.Envelope{Name: "Marie", Address: "3, rue du Port\n22100 DINAN"}))
			asked, err := v.Proofs.AskedLetter(ctx, centre.ID, a.ID)
			if err != nil || asked.IsZero() {
				t.Errorf("letter %d: asked %s, %v", i, asked, err)
			}
			if err := v.Proofs.AskLetter(ctx, centre.ID, a.ID, proofs.Envelope{Name: "Marie", Address: "4 rue du Port"}); code(err) != "address too-soon" {
				t.Errorf("a second letter within a week: %v", err)
			}
		}
		list, err := v.Proofs.WaitingLetters(ctx)
		if err != nil || len(list) != 3 {
			t.Errorf("%d letters to one address, %v", len(list), err)
		}
		if err := v.Proofs.AskLetter(ctx, centre.ID, v.Person("mo").ID, proofs.Envelope{Name: "Mo", Address: "1 rue"}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a letter for somebody who does not say that they live there: %v", err)
		}
		must(t, v.Proofs.DropLetter(ctx, list[0].ID))
		if list, err = v.Proofs.WaitingLetters(ctx); err != nil || len(list) != 2 {
			t.Errorf("after one was dropped: %d, %v", len(list), err)
		}
	})
}

func TestG02_AThousandWrongCodes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina := newcomer(v, "amina", centre)
		typed := letter(v, centre, amina)
		wrong, tooMany := 0, 0
		for i := range 1000 {
			_, err := v.Proofs.UseLetter(ctx, amina.ID, fmt.Sprintf("BCDF%06d", i))
			switch {
			case code(err) == "code wrong":
				wrong++
			case errors.Is(err, instance.ErrTooMany):
				tooMany++
			default:
				t.Fatal(err)
			}
		}
		if wrong != proofs.MaxTries || tooMany != 1000-proofs.MaxTries {
			t.Errorf("%d were compared, %d turned away", wrong, tooMany)
		}
		if _, err := v.Proofs.UseLetter(ctx, amina.ID, typed); !errors.Is(err, instance.ErrTooMany) {
			t.Errorf("the right one meanwhile: %v", err)
		}
		v.Clock.Advance(time.Hour)
		if _, err := v.Proofs.UseLetter(ctx, amina.ID, typed); err != nil {
			t.Errorf("the right one an hour later: %v", err)
		}
	})
}

func TestACodeIsOverAfterThirtyDays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina, bo := newcomer(v, "amina", centre), newcomer(v, "bo", centre)
		first, second := letter(v, centre, amina), letter(v, centre, bo)
		v.Clock.Advance(proofs.LetterFor - time.Hour)
		// The first was printed again with the second, under another code.
		if _, err := v.Proofs.UseLetter(t.Context(), amina.ID, first); code(err) != "code wrong" {
			t.Errorf("a code from before it was printed again: %v", err)
		}
		if _, err := v.Proofs.UseLetter(t.Context(), bo.ID, second); err != nil {
			t.Errorf("an hour before its end: %v", err)
		}
		cem := newcomer(v, "cem", centre)
		third := letter(v, centre, cem)
		v.Clock.Advance(proofs.LetterFor)
		if _, err := v.Proofs.UseLetter(t.Context(), cem.ID, third); code(err) != "code wrong" {
			t.Errorf("after its end: %v", err)
		}
	})
}

func TestOneCodeUsedTwiceAtOnceVerifiesOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		centre := v.Place("centre", "neighbourhood")
		amina := newcomer(v, "amina", centre)
		typed := letter(v, centre, amina)
		var wg sync.WaitGroup
		var mu sync.Mutex
		used := 0
		for range 4 {
			wg.Go(func() {
				_, err := v.Proofs.UseLetter(t.Context(), amina.ID, typed)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					used++
				case code(err) != "code wrong":
					t.Error(err)
				}
			})
		}
		wg.Wait()
		all, err := v.Proofs.Of(t.Context(), amina.ID)
		if err != nil || used != 1 || len(all) != 1 || told(v, amina) != "home-proved" {
			t.Errorf("used %d times: %+v, %v; told %q", used, all, err, told(v, amina))
		}
	})
}

func TestADocumentSeenAtADesk(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan := v.Place("dinan", "commune")
		centre, port := v.Place("centre", "neighbourhood", dinan), v.Place("port", "neighbourhood", dinan)
		anne, paul, amina := v.Person("anne"), v.Person("paul"), newcomer(v, "amina", centre)
		must(t, v.Proofs.SetAgent(ctx, dinan.ID, anne.ID, anne.ID, true))
		must(t, v.Proofs.SetAgent(ctx, port.ID, paul.ID, anne.ID, true))
		n, err := v.Proofs.DeskNumber(ctx, centre.ID, amina.ID)
		must(t, err)
		if again, err := v.Proofs.DeskNumber(ctx, centre.ID, amina.ID); err != nil || again != n {
			t.Errorf("shown again: %+v, %v, want %+v", again, err, n)
		}
		if _, err := v.Proofs.Visitor(ctx, paul.ID, n.Number); code(err) != "number wrong" {
			t.Errorf("the agent of another place: %v", err)
		}
		who, err := v.Proofs.Visitor(ctx, anne.ID, n.Number)
		if err != nil || who.Person.ID != amina.ID || who.Place.ID != centre.ID {
			t.Fatalf("visitor: %+v, %v", who, err)
		}
		if _, err := v.Proofs.SeeDocument(ctx, anne.ID, n.Number, "a bill of Marie, n° 12345"); code(err) != "document missing" {
			t.Errorf("free words about a document: %v", err)
		}
		p, err := v.Proofs.SeeDocument(ctx, anne.ID, n.Number, "bill")
		if err != nil || p.SeenBy != anne.ID || p.Document != "bill" || standing(v, centre, amina) != instance.Verified {
			t.Fatalf("%+v, %v; amina is %s", p, err, standing(v, centre, amina))
		}
		if _, err := v.Proofs.SeeDocument(ctx, anne.ID, n.Number, "bill"); code(err) != "number wrong" {
			t.Errorf("the same number again: %v", err)
		}
		if err := v.Proofs.UndoDocument(ctx, paul.ID, p.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("undone by another agent: %v", err)
		}
		list, err := v.Proofs.Undoable(ctx, anne.ID)
		if err != nil || len(list) != 1 {
			t.Errorf("undoable: %+v, %v", list, err)
		}
		must(t, v.Proofs.UndoDocument(ctx, anne.ID, p.ID))
		if standing(v, centre, amina) != instance.Declared || told(v, amina) != "home-lost home-proved" {
			t.Errorf("amina is %s, told %q", standing(v, centre, amina), told(v, amina))
		}
		n, err = v.Proofs.DeskNumber(ctx, centre.ID, amina.ID)
		must(t, err)
		p, err = v.Proofs.SeeDocument(ctx, anne.ID, n.Number, "tax")
		must(t, err)
		v.Clock.Advance(proofs.UndoFor)
		if err := v.Proofs.UndoDocument(ctx, anne.ID, p.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("undone after ten minutes: %v", err)
		}
	})
}

func TestASpotCheck(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, bo, claire := v.Resident("amina", centre), v.Resident("bo", centre), v.Person("claire")
		until := v.Clock.Now().Add(14 * day)
		for _, a := range []instance.Account{amina, bo} {
			must(t, v.Proofs.Recheck(ctx, centre.ID, a.ID, claire.ID, until))
		}
		if err := v.Proofs.Recheck(ctx, centre.ID, amina.ID, claire.ID, v.Clock.Now().Add(365*day)); code(err) != "term unknown" {
			t.Errorf("a term of a year: %v", err)
		}
		terms, err := v.Proofs.Terms(ctx, amina.ID)
		if err != nil || len(terms) != 1 || terms[0].Reason != "recheck" || told(v, amina) != "home-in-doubt" {
			t.Fatalf("%+v, %v; told %q", terms, err, told(v, amina))
		}
		if _, err := v.Proofs.UseLetter(ctx, amina.ID, letter(v, centre, amina)); err != nil {
			t.Fatal(err)
		}
		if terms, err = v.Proofs.Terms(ctx, amina.ID); err != nil || len(terms) != 0 {
			t.Errorf("after a new proof: %+v, %v", terms, err)
		}
		v.Clock.Advance(13 * day)
		must(t, v.Proofs.Tend(ctx))
		if standing(v, centre, bo) != instance.Verified {
			t.Error("bo lost it before the term")
		}
		v.Clock.Advance(day + time.Hour)
		must(t, v.Proofs.Tend(ctx))
		if standing(v, centre, bo) != instance.Declared || standing(v, centre, amina) != instance.Verified || told(v, bo) != "home-lost home-in-doubt" {
			t.Errorf("bo %s, amina %s; bo was told %q", standing(v, centre, bo), standing(v, centre, amina), told(v, bo))
		}
	})
}

func TestWhatExpiresLeavesTimeToProveItAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina := newcomer(v, "amina", centre)
		_, err := v.Proofs.UseLetter(ctx, amina.ID, letter(v, centre, amina))
		must(t, err)
		v.Clock.Advance(proofs.StrongFor + time.Hour)
		must(t, v.Proofs.Tend(ctx))
		if standing(v, centre, amina) != instance.Verified || told(v, amina) != "home-in-doubt home-proved" {
			t.Errorf("at its end: %s, told %q", standing(v, centre, amina), told(v, amina))
		}
		v.Clock.Advance(proofs.Grace)
		must(t, v.Proofs.Tend(ctx))
		if standing(v, centre, amina) != instance.Declared {
			t.Errorf("after the grace: %s", standing(v, centre, amina))
		}
	})
}

func TestTheOperatorsWord(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina, claire := v.Person("amina"), v.Person("claire")
		must(t, v.Proofs.Confirm(ctx, centre.ID, amina.ID, claire.ID))
		all, err := v.Proofs.Of(ctx, amina.ID)
		if err != nil || len(all) != 1 || all[0].Route != proofs.Operator || all[0].SeenBy != claire.ID || !all[0].ExpiresAt.IsZero() {
			t.Fatalf("%+v, %v", all, err)
		}
		if standing(v, centre, amina) != instance.Verified {
			t.Errorf("amina is %s", standing(v, centre, amina))
		}
		must(t, v.Proofs.Revoke(ctx, all[0].ID))
		if err := v.Proofs.Revoke(ctx, all[0].ID); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("revoked twice: %v", err)
		}
		if standing(v, centre, amina) != instance.Declared || told(v, amina) != "home-lost home-proved" {
			t.Errorf("amina is %s, told %q", standing(v, centre, amina), told(v, amina))
		}
		must(t, v.Places.SetStanding(ctx, centre.ID, amina.ID, claire.ID, instance.Verified))
		must(t, v.Places.Leave(ctx, centre.ID, amina.ID))
		all, err = v.Proofs.Of(ctx, amina.ID)
		if err != nil || len(all) != 2 || all[0].Reason != "left" || all[0].RevokedAt.IsZero() {
			t.Errorf("after she moved away: %+v, %v", all, err)
		}
	})
}
