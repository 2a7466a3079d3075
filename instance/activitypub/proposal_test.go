package activitypub

import (
	"testing"

	"palier/instance"
	"palier/protocol/vocab"
)

func TestWhatAProposalFromElsewhereIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, action string
		back         *instance.Return
		said         vocab.Kind
		want         string
	}{
		{"what it says", "transfer", nil, "lending", instance.KindLending},
		{"what others keep by rules of their own", "transfer", nil, "purchase", instance.KindPurchase},
		{"a word we do not know", "deliverService", nil, vocab.KindBabysitting, instance.KindService},
		{"the kind of something else", "deliverService", nil, "event", instance.KindService},
		{"nothing said, and it comes back", "transferCustody", nil, "", instance.KindLending},
		{"nothing said, for nothing", "transfer", nil, "", instance.KindGive},
		{"nothing said, for something", "transfer", &instance.Return{What: "une tarte"}, "", instance.KindSwap},
		{"nothing said at all", "", nil, "", instance.KindService},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q := &instance.Proposal{Action: c.action, Return: c.back}
			if got := kindOf(q, c.said); got != c.want {
				t.Errorf("kindOf(%q, %q) = %q, want %q", c.action, c.said, got, c.want)
			}
		})
	}
}
