package households

import (
	"cmp"
	"slices"

	"palier/protocol/ledger"
)

// FollowUpKind is what is done to see how people are.
type FollowUpKind string

// What is done after somebody moved in (product.md §4.1), and before they leave.
const (
	FollowArrival  FollowUpKind = "arrival"   // a call on the day after
	FollowAlone    FollowUpKind = "alone"     // the guest, alone, in their own language
	FollowBoth     FollowUpKind = "both"      // guest and host
	FollowSettled  FollowUpKind = "settled"   // after two weeks
	FollowVisit    FollowUpKind = "visit"     // in person, after a month
	FollowMonthly  FollowUpKind = "monthly"   // and every month from then on
	FollowMoveOn   FollowUpKind = "move-on"   // where to, sixty days before the end
	FollowRenewal  FollowUpKind = "renewal"   // whether to go on, if all three want to
	FollowEnd      FollowUpKind = "end"       // thirty days before the end
	FollowLastWeek FollowUpKind = "last-week" // seven days before
	FollowAfter    FollowUpKind = "after"     // two weeks after, where they live now
	FollowTonight  FollowUpKind = "tonight"   // in the morning, where those slept who had no bed
)

// FollowUpKinds are what is done.
var FollowUpKinds = []FollowUpKind{
	FollowArrival, FollowAlone, FollowBoth, FollowSettled, FollowVisit, FollowMonthly, FollowMoveOn, FollowRenewal, FollowEnd, FollowLastWeek, FollowAfter, FollowTonight,
}

// FollowUp is something that is to be done on a day.
type FollowUp struct {
	Kind FollowUpKind
	Due  ledger.Night
}

// FollowUps returns what is to be done about a stay, in the order of days. The
// calls after arrival stand in it however short it is, as far as it lasts; what
// comes before the end, only in a stay that is long enough for it to be more than
// an answer to what was said yesterday.
func FollowUps(stay ledger.Stay) []FollowUp {
	if stay.Nights() < 1 {
		return nil
	}
	list := []FollowUp{{FollowArrival, stay.From + 1}}
	during := func(kind FollowUpKind, after int) {
		if due := stay.From + ledger.Night(after); due < stay.Until {
			list = append(list, FollowUp{kind, due})
		}
	}
	during(FollowAlone, 3)
	during(FollowBoth, 7)
	during(FollowSettled, 14)
	during(FollowVisit, 30)
	for after := 60; after < stay.Nights(); after += 30 {
		during(FollowMonthly, after)
	}
	before := func(kind FollowUpKind, days int) {
		if due := stay.Until - ledger.Night(days); due > stay.From+14 {
			list = append(list, FollowUp{kind, due})
		}
	}
	before(FollowMoveOn, 60)
	before(FollowRenewal, 45)
	before(FollowEnd, 30)
	before(FollowLastWeek, 7)
	list = append(list, FollowUp{FollowAfter, stay.Until + 14})
	slices.SortStableFunc(list, func(a, b FollowUp) int { return cmp.Compare(a.Due, b.Due) })
	return list
}
