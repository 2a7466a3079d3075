package app_test

import (
	"time"

	"palier/instance"
	"palier/instance/assisted"
	"palier/instance/buildings"
	"palier/instance/screens"
	"palier/instance/store"
)

// together lets somebody do with their neighbours what one does together.
func together(v *village, who instance.Account, b belongings) {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	p, err := v.Purchases.Open(ctx, v.Viewer(who), instance.Draft{
		Title: "Du bois " + secret, Text: secret, Audience: instance.ToBuilding, Group: v.tilleuls.ID,
		Proposal: &instance.Proposal{Unit: "one", Quantity: instance.Whole(10), Ends: time.Now().Add(48 * time.Hour)},
	}, instance.Purchase{Template: "wood", Supplier: secret, Price: secret})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []instance.Account{who, v.bo} {
		if err := v.Purchases.Take(ctx, v.Viewer(a), p.ID, instance.OrderPlan{Wanted: instance.Whole(2)}); err != nil {
			t.Fatal(err)
		}
	}
	sheet, err := v.Purchases.ByID(ctx, v.Viewer(who), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	b["purchase"], b["order"] = p.ID.String(), sheet.Mine.ID.String()
	at := instance.Stop{Place: secret, INSEE: "22050", Commune: "Dinan"}
	ride, err := v.Rides.Offer(ctx, v.Viewer(who), instance.Draft{Title: "En route " + secret, Audience: instance.ToBuilding, Group: v.tilleuls.ID},
		instance.Ride{Mode: "car", From: at, To: at, At: time.Now().Add(48 * time.Hour)}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Rides.Ask(ctx, v.Viewer(v.bo), ride.ID); err != nil {
		t.Fatal(err)
	}
	g, err := v.Rides.ByID(ctx, v.Viewer(who), ride.ID)
	if err != nil {
		t.Fatal(err)
	}
	b["ride"], b["seat"] = ride.ID.String(), g.Seats[0].ID.String()
	errand, err := v.Errands.Open(ctx, v.Viewer(who), instance.Draft{Title: "Une page " + secret, Audience: instance.ToBuilding, Group: v.tilleuls.ID},
		instance.ErrandPlan{Mode: "print", List: secret}, &instance.Printout{Name: secret, Content: []byte("%PDF-" + secret)})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Errands.Ask(ctx, v.Viewer(v.bo), errand.ID, "", ""); err != nil {
		t.Fatal(err)
	}
	e, err := v.Errands.ByID(ctx, v.Viewer(who), errand.ID)
	if err != nil {
		t.Fatal(err)
	}
	paper, err := v.Buildings.Add(ctx, v.Viewer(who), v.tilleuls.ID, 0, instance.DocumentPlan{Title: secret, Content: []byte("%PDF-" + secret)})
	if err != nil {
		t.Fatal(err)
	}
	incident, err := v.Buildings.Report(ctx, v.Viewer(who), v.tilleuls.ID, buildings.Telling{}, instance.IncidentPlan{What: secret})
	if err != nil {
		t.Fatal(err)
	}
	code, err := v.Screens.Pair(ctx, screens.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	screen, err := v.Screens.Bind(ctx, v.Viewer(who), true, v.tilleuls.ID, code.Text, instance.ScreenPlan{Name: secret, Playlist: []string{"asks"}, Language: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	b["screen"] = screen.String()
	b["document"], b["incident"] = paper.String(), incident.String()
	b["errand"], b["part"] = errand.ID.String(), e.Parts[0].ID.String()
	caring(v, who, b)
}

// caring gives somebody what those have who need somebody: a neighbour they can
// call, and a call that stands.
func caring(v *village, who instance.Account, b belongings) {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(v.Help.Ask(ctx, who.ID, v.bo.ID))
	must(v.Help.Agree(ctx, v.bo.ID, who.ID, "0612345678"))
	must(v.Help.Call(ctx, who.ID))
	call, err := v.Help.Standing(ctx, who.ID)
	must(err)
	b["call"] = call.ID.String()
	kept, err := v.Assisted.Open(ctx, assisted.Plan{Name: "Odette " + secret, Locale: "fr", Place: v.tilleuls.ID, Consent: true, By: who.ID})
	must(err)
	b["helped"] = kept.ID.String()
	circle, err := v.Care.Open(ctx, who.ID)
	must(err)
	must(v.Care.Invite(ctx, who.ID, circle, v.bo.ID, "volunteer"))
	must(v.Care.Enter(ctx, v.bo.ID, circle))
	must(v.Care.Plan(ctx, v.bo.ID, circle, "visit", time.Now().Add(time.Hour)))
	seen, err := v.Care.ByID(ctx, who.ID, circle)
	must(err)
	b["carecircle"], b["careentry"] = circle.String(), seen.Planned[0].ID.String()
	must(v.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO informants (place_id, person_id, hours, phone, since, until)
			VALUES ($1, $2, $3, '0687654321', 0, $4)
			ON CONFLICT DO NOTHING`, v.centre.ID, v.bo.ID, secret, store.Millis(time.Now().Add(time.Hour)))
		return err
	}))
	request, err := v.Informants.Ask(ctx, v.Viewer(who), v.centre.ID, secret, "")
	must(err)
	must(v.Informants.Say(ctx, v.Viewer(v.bo), request, secret, ""))
	b["request"] = request.String()
}
