package markets_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/markets"
	"palier/instance/organisations"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestP14_AMarketIsToldWhereItIsNear(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan := v.Place("dinan", "commune")
		centre, port, lehon := v.Place("centre", "neighbourhood", dinan), v.Place("port", "neighbourhood", dinan), v.Place("lehon", "commune")
		amina, bo := v.Resident("amina", centre), v.Resident("bo", centre)
		open := func(name string, sort instance.OrganisationSort, place instance.Neighbourhood) instance.Organisation {
			t.Helper()
			o, err := v.Organisations.Open(ctx, organisations.Plan{Username: name, Title: name, Sort: sort, Place: place.ID, Agent: amina.ID})
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		farm, choir := open("ferme", instance.Shop, dinan), open("chorale", instance.Association, centre)
		s := markets.New(markets.Options{DB: db, Site: v.Site, IDs: instance.NewIDs(v.Clock.Now, 9), Now: v.Clock.Now, Zone: time.UTC, Agents: v.Organisations})
		now := v.Clock.Now().Truncate(time.Minute)
		stall := func(o instance.Organisation, in time.Duration, repeats string) instance.Stall {
			return instance.Stall{Organisation: o.Actor, Market: "Marché\r\nATTENDEE:x", Goods: "Œufs", Starts: now.Add(in), Ends: now.Add(in + 4*time.Hour), Zone: "UTC", Repeats: repeats}
		}
		if err := s.Add(ctx, bo.ID, stall(farm, time.Hour, "")); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else adds one: %v", err)
		}
		for _, one := range []instance.Stall{stall(farm, 24*time.Hour, "FREQ=WEEKLY"), stall(choir, -time.Hour, "")} {
			if err := s.Add(ctx, amina.ID, one); err != nil {
				t.Fatal(err)
			}
		}
		told := func(place instance.Neighbourhood) []string {
			t.Helper()
			days, err := s.Days(ctx, place.ID, now, now.AddDate(0, 0, 10))
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, d := range days {
				all = append(all, d.From.Sub(now).String()+" "+d.Organisation.Username)
			}
			return all
		}
		for _, c := range []struct {
			place instance.Neighbourhood
			want  []string
		}{
			{dinan, []string{"-1h0m0s chorale", "24h0m0s ferme", "192h0m0s ferme"}},
			{centre, []string{"-1h0m0s chorale", "24h0m0s ferme", "192h0m0s ferme"}},
			{port, []string{"24h0m0s ferme", "192h0m0s ferme"}},
			{lehon, nil},
		} {
			if diff := cmp.Diff(c.want, told(c.place)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.place.Username, diff)
			}
		}
		days, err := s.Days(ctx, centre.ID, now, now.AddDate(0, 0, 10))
		if err != nil {
			t.Fatal(err)
		}
		file := string(s.Calendar("Centre", days))
		if n := strings.Count(file, "BEGIN:VEVENT"); n != 3 || strings.Contains(file, "\r\nATTENDEE") || !strings.Contains(file, "SUMMARY:ferme – Marché ATTENDEE:x") {
			t.Errorf("as a calendar, %d of them:\n%s", n, file)
		}
		list, err := s.Of(ctx, farm.ID)
		if err != nil || len(list) != 1 {
			t.Fatalf("of the farm: %v, %v", list, err)
		}
		if err := s.Remove(ctx, bo.ID, farm.ID, list[0].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else removes one: %v", err)
		}
		if err := s.Remove(ctx, amina.ID, choir.ID, list[0].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("in another's name: %v", err)
		}
		if err := s.Remove(ctx, amina.ID, farm.ID, list[0].ID); err != nil || len(told(port)) != 0 {
			t.Errorf("once removed: %v, %v", told(port), err)
		}
		for range markets.MaxStalls {
			if err := s.Add(ctx, amina.ID, stall(farm, time.Hour, "")); err != nil {
				t.Fatal(err)
			}
		}
		invalid, ok := errors.AsType[*instance.Invalid](s.Add(ctx, amina.ID, stall(farm, time.Hour, "")))
		if !ok || invalid.Code != "too-many" {
			t.Errorf("one too many: %v", invalid)
		}
	})
}

func TestWhoIsOpenNow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina := v.Resident("amina", centre)
		s := markets.New(markets.Options{DB: db, Site: v.Site, IDs: instance.NewIDs(v.Clock.Now, 9), Now: v.Clock.Now, Zone: time.UTC, Agents: v.Organisations})
		at := 60*v.Clock.Now().UTC().Hour() + v.Clock.Now().UTC().Minute()
		for i, span := range []instance.Span{{From: at - 60, To: at + 90}, {From: at - 60, To: at + 30}, {From: at + 10, To: at + 20}} {
			o, err := v.Organisations.Open(ctx, organisations.Plan{Username: fmt.Sprint("shop", i), Title: fmt.Sprint("Shop ", i), Sort: instance.Shop, Place: centre.ID, Agent: amina.ID})
			if err != nil {
				t.Fatal(err)
			}
			var hours instance.Hours
			for day := range hours {
				hours[day] = []instance.Span{span}
			}
			if err := v.Organisations.Edit(ctx, amina, o.ID, organisations.About{Hours: hours}); err != nil {
				t.Fatal(err)
			}
		}
		open, err := s.Open(ctx, centre.ID)
		if err != nil || len(open) != 2 || open[0].Organisation.Username != "shop1" || open[0].Until.Sub(v.Clock.Now()).Round(time.Minute) != 30*time.Minute {
			t.Errorf("open now: %+v, %v", open, err)
		}
	})
}
