package vocab_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/as2"
	"palier/protocol/vocab"
	"palier/specs"
)

func goldenDocument(t *testing.T, name string) *as2.Object {
	t.Helper()
	b, err := specs.Vectors.ReadFile("vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(b))
}

// What the golden documents say is read as it is meant, and written again it
// reads the same.
func TestProposalsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	no, one, six := false, vocab.Quantity{Unit: "one", Number: "1"}, vocab.Quantity{Unit: "hour", Number: "6"}
	for name, want := range map[string]vocab.Proposal{
		"note/offer.json": {
			Primary:   vocab.Intent{Action: "transferCustody", Resource: "https://www.wikidata.org/wiki/Q11442", Quantity: one, Available: one},
			UnitBased: &no,
		},
		"note/request.json": {
			Primary:    vocab.Intent{Action: "deliverService", Resource: "https://w3id.org/palier/ns#babysitting", Quantity: six},
			Reciprocal: &vocab.Intent{Action: "transfer", Resource: "https://www.wikidata.org/wiki/Q4916", Quantity: vocab.Quantity{Unit: "one", Number: "60"}},
			UnitBased:  &no,
		},
	} {
		o := goldenDocument(t, name)
		got, ok := vocab.ReadProposal(o)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		doc := as2.Note{Context: vocab.ProposalContext(), ID: o.ID(), Type: as2.TypeNote}
		vocab.PutPost(&doc, vocab.Post{Purpose: vocab.ReadPost(o).Purpose})
		if err := vocab.PutProposal(&doc, got); err != nil {
			t.Fatal(err)
		}
		again, ok := vocab.ReadProposal(object(t, doc))
		if diff := cmp.Diff(want, again); !ok || diff != "" {
			t.Errorf("%s written again (-want +got):\n%s", name, diff)
		}
	}
}

// Others write quantities and units their own ways; what is neither is an open
// amount.
func TestProposalsOfOthers(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]vocab.Quantity{
		`{"hasUnit":"om2:kilogram","hasNumericalValue":2.50}`:                                                         {Unit: "kilogram", Number: "2.50"},
		`{"hasUnit":"http://www.ontology-of-units-of-measure.org/resource/om-2/litre","hasNumericalValue":"1"}`:       {Unit: "litre", Number: "1"},
		`{"hasUnit":{"id":"http://www.ontology-of-units-of-measure.org/resource/om-2/hour"},"hasNumericalValue":"1"}`: {Unit: "hour", Number: "1"},
		`{"om2:hasUnit":"minute-Time","om2:hasNumericalValue":"90"}`:                                                  {Unit: "minute", Number: "90"},
		`{"hasUnit":"one","hasNumericalValue":"-1"}`:                                                                  {Unit: "one"},
		`{"hasUnit":"one","hasNumericalValue":"1e9"}`:                                                                 {Unit: "one"},
		`{"hasUnit":"<b>one</b>"}`:                                                                                    {},
		`"one"`:                                                                                                       {},
	} {
		p, ok := vocab.ReadProposal(parse(t, `{"id":"https://a.example/1","type":"Proposal","purpose":"offer","publishes":{"type":"Intent","action":"vf:deliver-service","resourceQuantity":`+doc+`}}`))
		if !ok || p.Primary.Quantity != want {
			t.Errorf("%s is read as %+v, %t", doc, p.Primary.Quantity, ok)
		}
	}
	for _, doc := range []string{
		`{"id":"https://a.example/1","type":"Note"}`, `{"id":"https://a.example/1","type":"Proposal","purpose":"offer","publishes":"https://a.example/2"}`,
		`{"id":"https://a.example/1","type":"Note","purpose":"theft","publishes":{"type":"Intent"}}`, `{"id":"https://a.example/1","type":"Note","purpose":"offer"}`,
	} {
		if p, ok := vocab.ReadProposal(parse(t, doc)); ok {
			t.Errorf("%s proposes %+v", doc, p)
		}
	}
}

func TestAgreementsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]vocab.Agreement{
		"offer/agreement.json": {Satisfies: "https://lyon.example/o/01JDB0#primary", Quantity: vocab.Quantity{Unit: "one", Number: "1"}},
		"accept/offer.json": {
			ID: "https://lyon.example/agreements/1", AttributedTo: "https://lyon.example/u/01JD9Q",
			Satisfies: "https://lyon.example/o/01JDB0#primary", Quantity: vocab.Quantity{Unit: "one", Number: "1"},
		},
	} {
		a, err := as2.ReadActivity(goldenDocument(t, name))
		if err != nil {
			t.Fatal(err)
		}
		item := a.Object()
		if a.Type == as2.TypeAccept {
			item = a.Result
		}
		o, err := item.Parse()
		if err != nil {
			t.Fatal(err)
		}
		got, ok := vocab.ReadAgreement(o)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if of, ok := got.Proposed(); !ok || of != "https://lyon.example/o/01JDB0" {
			t.Errorf("%s is about %q", name, of)
		}
		written, err := got.Item()
		if err != nil {
			t.Fatal(err)
		}
		again, err := written.Parse()
		if err != nil {
			t.Fatal(err)
		}
		if back, ok := vocab.ReadAgreement(again); !ok || back != want {
			t.Errorf("%s written again is %+v", name, back)
		}
	}
	for _, doc := range []string{
		`{"type":"Note"}`, `{"type":"Agreement"}`, `{"type":"Agreement","stipulates":{"type":"Commitment"}}`, `{"type":"Agreement","stipulates":"x"}`,
	} {
		if a, ok := vocab.ReadAgreement(parse(t, doc)); ok {
			t.Errorf("%s agrees on %+v", doc, a)
		}
	}
	if of, ok := (vocab.Agreement{Satisfies: "https://lyon.example/o/1#reciprocal"}).Proposed(); ok {
		t.Errorf("the reciprocal side is taken as %q", of)
	}
}
