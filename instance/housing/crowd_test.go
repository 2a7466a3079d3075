package housing_test

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// TestAThousandAskForTenBeds has a thousand statements heard at once: ten are
// granted, whichever, and all others are told until when the beds are taken.
func TestAThousandAskForTenBeds(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			rhone := w.side(t, "rhone", storetest.Open(t, engine))
			l := rhone.offer(10)
			const many = 1000
			said := make([][]byte, many)
			for i := range said {
				said[i] = rhone.asks(l, ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 5}})
			}
			var granted, refused atomic.Int32
			var all sync.WaitGroup
			for i := range said {
				all.Go(func() {
					switch why, err := rhone.heard(l, said[i]); {
					case err != nil:
						t.Error(err)
					case why == "":
						granted.Add(1)
					case why == ledger.Taken:
						refused.Add(1)
					default:
						t.Errorf("refused because of %s", why)
					}
				})
			}
			all.Wait()
			if granted.Load() != 10 || refused.Load() != many-10 {
				t.Errorf("%d granted and %d refused, want 10 and %d", granted.Load(), refused.Load(), many-10)
			}
			book, err := ledger.Verify(rhone.entries(l.ID), ledger.Evidence{})
			if err != nil {
				t.Fatal(err)
			}
			beds := map[int]bool{}
			for _, h := range book.Holds() {
				for _, bed := range h.Beds {
					beds[bed] = true
				}
			}
			if len(book.Holds()) != 10 || len(beds) != 10 {
				t.Errorf("%d holds on beds %v", len(book.Holds()), beds)
			}
			if got := rhone.one(`SELECT COUNT(*) FROM housing_nights WHERE listing_id = $1`, l.ID); got != 50 {
				t.Errorf("%d nights are taken, want 50", got)
			}
		})
	}
}

var nth atomic.Int64

// asks is a statement of a side's own programme.
func (s *side) asks(l instance.Listing, a ledger.Saying) []byte {
	s.tb.Helper()
	id := "AAAAAAAAAAAAAA" + strconv.FormatInt(10000000+nth.Add(1), 10)[1:] + "A"
	st, err := ledger.Speak(s.key(), ledger.Statement{ID: id, Ledger: l.URI, By: s.programme.Group.URI, At: s.now(), Saying: a})
	must(s.tb, err)
	b, err := st.Encode()
	must(s.tb, err)
	return b
}

// heard has a statement heard, once more as long as the database has no time for
// it: the same bytes, so that it is one.
func (s *side) heard(l instance.Listing, statement []byte) (ledger.Why, error) {
	for {
		a, err := s.housing.Hear(s.tb.Context(), s.programme.Group.URI, l.URI, statement)
		if errors.Is(err, store.ErrUnavailable) {
			continue
		}
		if err != nil || a.Refusal == nil {
			return "", err
		}
		r, err := ledger.DecodeRefusal(a.Refusal)
		return r.Why, err
	}
}
