package stories

import (
	"slices"
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// kilos is a number of kilograms.
func kilos(n float64) view.Quantity {
	return view.Quantity{Thousandths: int64(n * 1000), Unit: "kilogram"}
}

// potatoes are bought together, and have come as far as status.
func potatoes(status string, ordered, next float64) view.Purchase {
	return view.Purchase{
		Path: "/purchases/140", Status: status, Ordered: kilos(ordered), Next: kilos(next), Missing: kilos(next - ordered), Short: kilos(max(0, 50-ordered)),
		Lot: kilos(25), Least: kilos(2), Most: kilos(200), Share: int(ordered * 100 / next), Deadline: now.Add(50 * time.Hour),
	}
}

// purchasePost is the post of a purchase.
func purchasePost(q view.Purchase) view.Post {
	p := post(140, fatou, view.ToNeighbourhood, ago(20*time.Hour), "Pommes de terre du Val", "<p>Des charlottes et des bintjes, livrées en novembre place Duclos.</p>")
	p.Purchase = &q
	return p
}

func buying() []Story {
	order := func(id string, who view.Person, wanted, allotted float64, outcome string) view.Order {
		return view.Order{ID: id, Who: who, Wanted: kilos(wanted), Most: kilos(wanted + 5), Allotted: kilos(allotted), Outcome: outcome}
	}
	slots := []view.PickUp{
		{ID: "1", Starts: now.Add(200 * time.Hour), Ends: now.Add(201 * time.Hour), Place: "Salle Robert-Schuman", Left: 4, Capacity: 10},
		{ID: "2", Starts: now.Add(202 * time.Hour), Ends: now.Add(203 * time.Hour), Place: "Salle Robert-Schuman", Capacity: 10},
	}
	page := func(f pages.Frame, status string, ordered, next float64) pages.Purchase {
		q := potatoes(status, ordered, next)
		return pages.Purchase{
			Frame: in(f, "", q.Path), Post: purchasePost(q), Purchase: q, Supplier: "Ferme du Val", Price: "environ 1,20 € le kilo, à régler avec Fatou", People: 3,
			Deadline: "2026-11-19T20:20", Capacity: "10", MayOrder: status == "open",
		}
	}
	ordered := []view.Order{order("1", yann, 12.5, 15, "more"), order("2", lucette, 10, 10, "exact"), order("3", wordy, 20, 0, "none")}
	return []Story{
		{"new_purchase/wood", func(f pages.Frame) pages.Page { return newPurchase(f, nil) }},
		{"new_purchase/error", func(f pages.Frame) pages.Page {
			return newPurchase(f, []view.Problem{{Field: "title", Code: "missing"}, {Field: "deadline", Code: "past"}, {Field: "least", Code: "more-than-all"}})
		}},
		{"purchase/visitor", func(f pages.Frame) pages.Page {
			p := page(stranger(f), "open", 12, 25)
			p.MayOrder = false
			return p
		}},
		{"purchase/ordering", func(f pages.Frame) pages.Page { return page(f, "open", 12, 25) }},
		{"purchase/ordered", func(f pages.Frame) pages.Page {
			p := page(f, "open", 50, 50)
			mine := order("4", marie, 10, 0, "")
			p.Mine, p.Wanted, p.Most = &mine, "10", "15"
			p.Orders = []view.Order{order("1", view.Person{Name: "Yann"}, 12.5, 0, ""), order("2", view.Person{Name: "Lucette"}, 10, 0, "")}
			return p
		}},
		{"purchase/error", func(f pages.Frame) pages.Page {
			p := page(f, "open", 12, 25)
			p.Wanted, p.Problems = "500", []view.Problem{{Field: "wanted", Code: "none-left", Limit: 188}}
			return p
		}},
		{"purchase/pick-up", func(f pages.Frame) pages.Page {
			p := page(f, "agreed", 50, 50)
			mine := order("4", marie, 10, 8, "less")
			p.Mine, p.Slots = &mine, slots
			return p
		}},
		{"purchase/cancelled", func(f pages.Frame) pages.Page { return page(f, "closed", 12, 25) }},
		{"purchase/organising", func(f pages.Frame) pages.Page {
			p := page(f, "open", 42.5, 50)
			p.Organises, p.Orders = true, ordered
			return p
		}},
		{"purchase/handing-out", func(f pages.Frame) pages.Page {
			p := page(f, "agreed", 25, 25)
			p.Organises, p.Orders, p.Slots = true, slices.Clone(ordered), slots
			p.Orders[0].Collected, p.Orders[0].Settled = true, true
			return p
		}},
		{"purchase_sheet/order", func(f pages.Frame) pages.Page {
			q := potatoes("agreed", 25, 25)
			return pages.PurchaseSheet{Frame: f, Post: purchasePost(q), Purchase: q, Supplier: "Ferme du Val", Path: q.Path, Orders: ordered}
		}},
		{"purchase_sheet/list", func(f pages.Frame) pages.Page {
			q := potatoes("agreed", 25, 25)
			with := []view.PickUp{slots[0], slots[1]}
			with[0].Orders = ordered[:1]
			return pages.PurchaseSheet{Frame: f, Post: purchasePost(q), Purchase: q, Path: q.Path, ByPickUp: true, Slots: with, Unchosen: ordered[1:2]}
		}},
		{"new_ride/empty", func(f pages.Frame) pages.Page { return newRide(f, nil) }},
		{"new_ride/error", func(f pages.Frame) pages.Page {
			return newRide(f, []view.Problem{{Field: "from", Code: "several"}, {Field: "from-place", Code: "house"}, {Field: "seats", Code: "out-of-range", Limit: 30}})
		}},
		{"rides/found", func(f pages.Frame) pages.Page {
			return pages.Rides{Frame: in(f, "", "/rides"), In: &centre.Person, Days: week(1, 2), Sought: true, Posts: []view.Post{ridePost(true), ridePost(false)},
				Writing: view.RideWriting{From: "Dinan", To: "Rennes", Starts: "07:40"}}
		}},
		{"rides/none", func(f pages.Frame) pages.Page {
			return pages.Rides{Frame: in(f, "", "/rides"), Days: week(), Sought: true, Writing: view.RideWriting{From: "Dinan", To: "Rennes", Starts: "07:40"}}
		}},
		{"ride/asking", func(f pages.Frame) pages.Page {
			p := ridePost(true)
			return pages.Ride{Frame: in(f, "", p.Ride.Path), Post: p, Ride: *p.Ride, MayAsk: true, Same: []view.Post{ridePost(false)}}
		}},
		{"ride/agreed", func(f pages.Frame) pages.Page {
			p := ridePost(true)
			return pages.Ride{Frame: in(f, "", p.Ride.Path), Post: p, Ride: *p.Ride, Mine: &view.Seat{ID: "1", Who: marie, State: "agreed"}, Goes: true, Leaves: "2026-11-18T07:40", Arrives: "2026-11-18T08:40",
				Seats: []view.Seat{{ID: "2", Who: view.Person{Name: "Lucette"}, State: "agreed"}}, Problems: []view.Problem{{Field: "arrives", Code: "before-start"}}}
		}},
		{"ride/driving", func(f pages.Frame) pages.Page {
			p := ridePost(false)
			return pages.Ride{Frame: in(f, "", p.Ride.Path), Post: p, Ride: *p.Ride, Drives: true, Goes: true, Seats: []view.Seat{{ID: "1", Who: lucette, State: "asked"}, {ID: "2", Who: wordy, State: "agreed"}}}
		}},
		{"trip/of-somebody", func(f pages.Frame) pages.Page {
			return pages.Trip{Frame: stranger(f), Trip: view.Trip{Who: "Marie", Driver: "Yann", Mode: "car", From: "Gare, Dinan", To: "Rennes", Leaves: now.Add(14 * time.Hour), Arrives: now.Add(15 * time.Hour)}}
		}},
		{"trip/own", func(f pages.Frame) pages.Page {
			return pages.Trip{Frame: f, Trip: view.Trip{Who: "Marie", Driver: "Yann", Mode: "bike", From: "Gare, Dinan", To: "Léhon", Leaves: now.Add(14 * time.Hour), Arrives: now.Add(15 * time.Hour), Address: "https://dinan.example/trips/ABCDEFGHIJKLMNOP"}}
		}},
		{"new_errand/list", func(f pages.Frame) pages.Page { return newErrand(f, "list", nil) }},
		{"new_errand/print", func(f pages.Frame) pages.Page {
			return newErrand(f, "print", []view.Problem{{Field: "file", Code: "unprintable"}})
		}},
		{"new_errand/walk", func(f pages.Frame) pages.Page {
			return newErrand(f, "walk", []view.Problem{{Field: "days", Code: "missing"}})
		}},
		{"errand/run", func(f pages.Frame) pages.Page {
			p := errandPage(f, "run")
			p.Place, p.MayAsk = "La pharmacie du centre", true
			return p
		}},
		{"errand/running", func(f pages.Frame) pages.Page {
			p := errandPage(f, "run")
			p.Asks = true
			p.Parts = []view.ErrandPart{{Seat: view.Seat{ID: "1", Who: lucette, State: "asked"}, List: "2 baguettes\nlait", Budget: "20 €"}, {Seat: view.Seat{ID: "2", Who: wordy, State: "agreed"}, List: "aspirine", Receipt: true}}
			return p
		}},
		{"errand/parcel", func(f pages.Frame) pages.Page {
			p := errandPage(f, "parcel")
			p.Mine, p.Problems = &view.ErrandPart{Seat: view.Seat{ID: "1", Who: marie, State: "agreed"}}, []view.Problem{{Field: "code", Code: "not-it", Limit: 5}}
			return p
		}},
		{"errand/code", func(f pages.Frame) pages.Page {
			p := errandPage(f, "parcel")
			p.Asks, p.Code, p.Parts = true, "204815", []view.ErrandPart{{Seat: view.Seat{ID: "1", Who: marie, State: "agreed"}}}
			return p
		}},
		{"errand/print", func(f pages.Frame) pages.Page {
			p := errandPage(f, "print")
			p.File, p.Mine = "attestation.pdf", &view.ErrandPart{Seat: view.Seat{ID: "1", Who: marie, State: "agreed"}}
			return p
		}},
		{"errand/walk", func(f pages.Frame) pages.Page {
			p := errandPage(f, "walk")
			p.Walks = []view.Walk{{Day: 1, Minute: 480, Clock: "8 h"}, {Day: 3, Minute: 480, Clock: "8 h", Who: "Marie", Mine: true}, {Day: 5, Minute: 480, Clock: "8 h", Who: "Yann"}}
			return p
		}},
		{"thread/purchase", func(f pages.Frame) pages.Page {
			p := purchasePost(potatoes("open", 12, 25))
			return pages.Thread{Frame: in(f, "", p.Path), Post: p, Readers: choices("")[1]}
		}},
	}
}

func newPurchase(f pages.Frame, all []view.Problem) pages.NewPurchase {
	p := pages.NewPurchase{
		Frame: f, In: &centre.Person, Began: "wood", Once: "x", Choices: choices(view.ToNeighbourhood), Problems: all,
		Writing: view.PurchaseWriting{Unit: "cubicMetre", Lot: "1", Least: "1", Most: "30"},
	}
	for _, t := range []string{"wood", "pellets", "fuel", "basket", "free"} {
		p.Templates = append(p.Templates, view.Option{Value: t, Label: "/purchases/new?template=" + t, Selected: t == "wood"})
	}
	for _, u := range []string{"kilogram", "litre", "one", "tonne", "cubicMetre"} {
		p.Units = append(p.Units, view.Option{Value: u, Selected: u == "cubicMetre"})
	}
	return p
}

// week are the days of a week, with those ticked that are said, 1 is Monday.
func week(ticked ...int) []view.Option {
	all := make([]view.Option, 7)
	for i := range all {
		all[i].Value = string(rune('1' + i))
	}
	for _, d := range ticked {
		all[d-1].Selected = true
	}
	return all
}

// ridePost is a way to work, or once to the market on foot.
func ridePost(weekly bool) view.Post {
	if weekly {
		p := post(141, yann, view.ToNeighbourhood, ago(30*time.Hour), "Dinan – Rennes le matin", "<p>Je pars de la gare, retour vers 18 h.</p>")
		p.Ride = &view.Ride{Path: "/rides/141", Mode: "car", Status: "open", From: "Gare, Dinan", To: "Rennes", Starts: now.Add(13 * time.Hour), Weekly: true, Days: []int{1, 2, 4}, Left: 2}
		return p
	}
	p := post(142, marie, view.ToNeighbourhood, ago(20*time.Hour), "Pédibus jusqu’à l’école", "<p>On se retrouve devant la mairie.</p>")
	p.Ride = &view.Ride{Path: "/rides/142", Mode: "foot", Status: "open", From: "Mairie, Dinan", To: "École, Dinan", Starts: now.Add(37 * time.Hour)}
	return p
}

func newRide(f pages.Frame, all []view.Problem) pages.NewRide {
	p := pages.NewRide{Frame: f, In: &centre.Person, Once: "x", Days: week(), Choices: choices(view.ToNeighbourhood), Problems: all, Writing: view.RideWriting{Mode: "car", Seats: "3", From: "Saint-Malo"}}
	for _, m := range []string{"car", "bike", "foot"} {
		p.Modes = append(p.Modes, view.Option{Value: m, Selected: m == "car"})
	}
	return p
}

// errandPage is an errand of Fatou's.
func errandPage(f pages.Frame, mode string) pages.Errand {
	p := post(143, fatou, view.ToNeighbourhood, ago(2*time.Hour), "Un coup de main", "<p>Merci d’avance !</p>")
	p.Errand = &view.Errand{Path: "/errands/143", Mode: mode, Status: "open", Starts: now.Add(20 * time.Hour), Left: 1, Urgent: mode != "run"}
	return pages.Errand{Frame: in(f, "", p.Errand.Path), Post: p, Errand: *p.Errand}
}

func newErrand(f pages.Frame, mode string, all []view.Problem) pages.NewErrand {
	p := pages.NewErrand{Frame: f, In: &centre.Person, Once: "x", Mode: mode, Days: week(), Choices: choices(view.ToNeighbourhood), Problems: all, Writing: view.ErrandWriting{Lists: "3", At: "08:00"}}
	for _, m := range []string{"run", "list", "parcel", "walk", "print"} {
		p.Modes = append(p.Modes, view.Option{Value: m, Label: "/errands/new?mode=" + m, Selected: m == mode})
	}
	return p
}
