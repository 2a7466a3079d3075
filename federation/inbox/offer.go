package inbox

import (
	"context"

	"palier/protocol/vocab"
)

// offer takes what somebody asks of a proposal of ours. It stands in the
// activity whole: nothing is fetched, since what they sign for is what they
// sent. An Offer of anything but an Agreement is nothing to us.
func (t *task) offer(ctx context.Context, by By) error {
	o, err := by.Activity.Object().Parse()
	if err != nil {
		return refuse("offers nothing, or several things")
	}
	a, ok := vocab.ReadAgreement(o)
	if !ok {
		return nil
	}
	proposal, ok := a.Proposed()
	if !ok || !t.o.Local(proposal) {
		return refuse("takes of %q, which is not ours", clip(a.Satisfies))
	}
	return t.do(ctx, by, Offer{by, proposal, a})
}
