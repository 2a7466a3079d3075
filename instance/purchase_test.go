package instance

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestLotsAreAllottedByTurn(t *testing.T) {
	t.Parallel()
	whole := func(wanted, most int) Order { return Order{OrderPlan: OrderPlan{Whole(wanted), Whole(most)}} }
	for _, c := range []struct {
		name   string
		q      Proposal
		orders []Order
		want   []int
	}{
		{"nobody", Proposal{Step: Whole(25), Quantity: Whole(100)}, nil, nil},
		{"comes out even", Proposal{Step: Whole(25), Quantity: Whole(100)}, []Order{whole(15, 15), whole(10, 20)}, []int{15, 10}},
		{"the first who can takes more", Proposal{Step: Whole(25), Quantity: Whole(100)}, []Order{whole(10, 12), whole(8, 20)}, []int{12, 13}},
		{"the last gets less", Proposal{Step: Whole(25), Quantity: Whole(100)}, []Order{whole(20, 20), whole(15, 15)}, []int{20, 5}},
		{"less than the least is nothing, and others take it", Proposal{Step: Whole(25), Minimum: Whole(10), Quantity: Whole(100)}, []Order{whole(20, 25), whole(15, 15)}, []int{25, 0}},
		{"no lot is filled", Proposal{Step: Whole(25), Quantity: Whole(100)}, []Order{whole(10, 10)}, []int{0}},
		{"no more lots than there are", Proposal{Step: Whole(30), Quantity: Whole(50)}, []Order{whole(25, 40), whole(20, 40)}, []int{25, 5}},
		{"without lots everybody gets what they want", Proposal{Quantity: Whole(50)}, []Order{whole(25, 40), whole(20, 40)}, []int{25, 20}},
	} {
		var got []int
		total := Allot(c.orders, &c.q)
		for _, o := range c.orders {
			got = append(got, int(o.Allotted/One))
			total -= o.Allotted
		}
		if diff := cmp.Diff(c.want, got); diff != "" || total != 0 {
			t.Errorf("%s: %s apart from the sum (-want +got):\n%s", c.name, total, diff)
		}
	}
}

func TestLotsComeOutEven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		q := Proposal{Step: Amount(rapid.IntRange(0, 30).Draw(r, "lot")), Minimum: Amount(rapid.IntRange(0, 20).Draw(r, "least"))}
		q.Quantity = max(q.Step, q.Minimum) + Amount(rapid.IntRange(0, 300).Draw(r, "more"))
		var orders []Order
		for range rapid.IntRange(0, 12).Draw(r, "orders") {
			wanted := max(1, q.Minimum) + Amount(rapid.IntRange(0, 40).Draw(r, "wanted"))
			orders = append(orders, Order{OrderPlan: OrderPlan{wanted, wanted + Amount(rapid.IntRange(0, 40).Draw(r, "extra"))}})
		}
		total := Allot(orders, &q)
		var sum Amount
		for _, o := range orders {
			sum += o.Allotted
			if o.Allotted > o.Most || o.Allotted != 0 && o.Allotted < q.Minimum {
				r.Fatalf("%+v is given %s", o.OrderPlan, o.Allotted)
			}
		}
		if sum != total || total > q.Quantity || q.Step > 0 && total%q.Step != 0 {
			r.Fatalf("%s is %s of at most %s in lots of %s", total, sum, q.Quantity, q.Step)
		}
	})
}
