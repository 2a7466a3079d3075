package costs_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/costs"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestH19_AnAdministratorSaysWhatTheServerCosts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, at := t.Context(), time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
		s := costs.New(db, func() time.Time { return at })
		if p, err := s.Now(ctx); err != nil || len(p.Lines) != 0 || p.Sum() != 0 {
			t.Errorf("before anybody wrote: %+v, %v", p, err)
		}
		admin := instance.Account{Role: instance.Admin}
		want := costs.Page{Lines: []costs.Line{{"Serveur", 240, "la mairie"}, {"Nom de domaine", 12, "l’association"}}, Text: "Des bénévoles s’en occupent.", Changed: at}
		if err := s.Set(ctx, admin, want); err != nil {
			t.Fatal(err)
		}
		got, err := s.Now(ctx)
		if err != nil || cmp.Diff(got, want) != "" || got.Sum() != 252 {
			t.Errorf("got %+v, %v", got, err)
		}
		if err := s.Set(ctx, instance.Account{}, want); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("somebody: %v", err)
		}
		for name, lines := range map[string][]costs.Line{
			"without a word": {{Euros: 3}}, "less than nothing": {{What: "x", Euros: -1}}, "too much": {{What: "x", Euros: costs.MaxEuros + 1}},
			"too long": {{What: strings.Repeat("x", 200)}}, "too many": make([]costs.Line, costs.MaxLines+1),
		} {
			if err := s.Set(ctx, admin, costs.Page{Lines: lines}); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
