package app_test

import (
	"time"

	"palier/instance"
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
}
