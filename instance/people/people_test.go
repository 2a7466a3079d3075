package people_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// complains fails unless err names a field and why.
func complains(t *testing.T, when string, err error, field, code string) {
	t.Helper()
	var invalid *instance.Invalid
	if !errors.As(err, &invalid) || invalid.Field != field || invalid.Code != code {
		t.Errorf("%s: got %v, want %s %s", when, err, field, code)
	}
}

func TestAProfileIsFoundAgainAsTyped(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina := v.Person("amina")
		typed := people.Profile{
			Name: "Amina H.", Summary: "Je **répare** des vélos.\n\n- freins #vélo", Icon: "aa/amina.jpg", Locked: true, Discoverable: true,
			Image: "aa/banner.jpg", Bot: true, HideCollections: true,
			Fields: []instance.Field{{Name: "Langues", Value: "français, *arabe*"}, {Name: "Site", Value: "https://velo.example"}},
		}
		given := typed
		given.Fields = append([]instance.Field{{Name: " ", Value: ""}}, typed.Fields...)
		if err := v.People.EditProfile(t.Context(), amina.ID, given); err != nil {
			t.Fatal(err)
		}
		got, err := v.People.Profile(t.Context(), amina.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(typed, got); diff != "" {
			t.Errorf("typed (-want +got):\n%s", diff)
		}
		shown, err := v.People.Known(t.Context(), "Amina@dinan.example")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(shown.Summary, "<strong>répare</strong>") || len(shown.Fields) != 2 || shown.Fields[0].Value != "français, <em>arabe</em>" || !strings.Contains(shown.Fields[1].Value, `href="https://velo.example"`) {
			t.Errorf("shown: %q, %+v", shown.Summary, shown.Fields)
		}
		for _, wrong := range []struct {
			field, code string
			p           people.Profile
		}{
			{"name", "missing", people.Profile{Name: " \u200b"}},
			{"name", "too-long", people.Profile{Name: strings.Repeat("é", 101)}},
			{"summary", "too-long", people.Profile{Name: "A", Summary: strings.Repeat("é", 1001)}},
			{"value", "too-long", people.Profile{Name: "A", Fields: []instance.Field{{Name: "x", Value: strings.Repeat("é", 201)}}}},
			{"field", "too-many", people.Profile{Name: "A", Fields: make5()}},
		} {
			complains(t, wrong.field+" "+wrong.code, v.People.EditProfile(t.Context(), amina.ID, wrong.p), wrong.field, wrong.code)
		}
		if again, err := v.People.Profile(t.Context(), amina.ID); err != nil || cmp.Diff(typed, again) != "" {
			t.Errorf("after what could not be taken: got %+v, %v", again, err)
		}
	})
}

func make5() []instance.Field {
	fields := make([]instance.Field, people.MaxFields+1)
	for i := range fields {
		fields[i].Name = "x"
	}
	return fields
}

func TestG08_ANewPasswordSignsOutEverywhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo := v.Person("amina"), v.Person("bo")
		for token, a := range map[string]instance.Account{"phone": amina, "tablet": amina, "other": bo} {
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO sessions (token, person_id, data, expires_at) VALUES ($1, $2, $3, $4)`, token, a.ID, []byte{1}, 1<<50)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		const fresh = "quatre mots sans lien"
		complains(t, "somebody else's guess", v.People.ChangePassword(t.Context(), amina.ID, "pas le bon mot", fresh), "current", "wrong")
		complains(t, "an endless guess", v.People.ChangePassword(t.Context(), amina.ID, strings.Repeat("x", 1000), fresh), "current", "wrong")
		complains(t, "a short one", v.People.ChangePassword(t.Context(), amina.ID, apptest.Password, "court"), "password", "too-short")
		if err := v.People.ChangePassword(t.Context(), amina.ID, apptest.Password, fresh); err != nil {
			t.Fatal(err)
		}
		if _, err := v.People.SignIn(t.Context(), amina.Email, apptest.Password); !errors.Is(err, instance.ErrUnauthenticated) {
			t.Errorf("the old password: got %v, want %v", err, instance.ErrUnauthenticated)
		}
		after, err := v.People.SignIn(t.Context(), amina.Email, fresh)
		if err != nil {
			t.Fatal(err)
		}
		if !after.CredentialsAt.After(amina.CreatedAt) {
			t.Errorf("password set at %v, account opened at %v", after.CredentialsAt, amina.CreatedAt)
		}
		var left int
		if err := db.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM sessions WHERE token = 'other'`).Scan(&left); err != nil || left != 1 {
			t.Errorf("sessions of others: %d, %v", left, err)
		}
		if err := db.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM sessions`).Scan(&left); err != nil || left != 1 {
			t.Errorf("sessions in all: %d, %v", left, err)
		}
	})
}

func TestWhoIsKeptApart(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo, cem := v.Person("amina"), v.Person("bo"), v.Person("cem")
		for _, do := range []error{
			v.People.Block(t.Context(), amina.ID, bo.ID), v.People.Block(t.Context(), amina.ID, cem.ID), v.People.Mute(t.Context(), amina.ID, bo.ID),
		} {
			if do != nil {
				t.Fatal(do)
			}
		}
		names := func(list []instance.Actor, err error) []string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, a := range list {
				names = append(names, a.Username)
			}
			return names
		}
		if diff := cmp.Diff([]string{"cem", "bo"}, names(v.People.Blocked(t.Context(), amina.ID))); diff != "" {
			t.Errorf("blocked (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"bo"}, names(v.People.Muted(t.Context(), amina.ID))); diff != "" {
			t.Errorf("muted (-want +got):\n%s", diff)
		}
		if got := names(v.People.Blocked(t.Context(), bo.ID)); got != nil {
			t.Errorf("blocked by who was blocked: %q", got)
		}
	})
}

func TestSomebodyShutOutIsUnknown(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, moderator := v.Person("Amina"), v.Person("mod")
		moderator.Role = instance.Moderator
		if a, err := v.People.Known(t.Context(), "aMINA"); err != nil || a.ID != amina.ID {
			t.Fatalf("by name: got %+v, %v", a, err)
		}
		if a, err := v.People.KnownByID(t.Context(), amina.ID); err != nil || a.Username != "Amina" {
			t.Fatalf("by id: got %+v, %v", a, err)
		}
		if err := v.Moderation.SetSuspended(t.Context(), moderator, amina.ID, true, "publicité"); err != nil {
			t.Fatal(err)
		}
		_, byName := v.People.Known(t.Context(), "amina")
		_, byID := v.People.KnownByID(t.Context(), amina.ID)
		_, never := v.People.Known(t.Context(), "nobody@loin.example")
		for _, err := range []error{byName, byID, never} {
			if !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("got %v, want %v", err, instance.ErrNotFound)
			}
		}
	})
}
