package households_test

import (
	"slices"
	"testing"

	"palier/instance"
	"palier/instance/households"
	"palier/protocol/vocab"
)

// TestRule41_AWomanIsNotProposedWhereOnlyMenLive holds what a partner told in one word
// to the rules: it can forbid, and it never stands for knowing who lives there.
func TestRule41_AWomanIsNotProposedWhereOnlyMenLive(t *testing.T) {
	t.Parallel()
	found := func(sex instance.Sex, no []instance.NoGo, c vocab.Company, learnt instance.Residents) []households.Rule {
		h := instance.Household{Members: []instance.Guest{{Age: instance.Grown, Sex: sex}}, NoGo: no}
		f := households.FitOf(h, households.Home{Category: vocab.PrivateRoom, Bedrooms: 1, Free: 1, Adults: 1, Company: c, Residents: learnt}, nil)
		var list []households.Rule
		for _, x := range f.Findings {
			if x.Forbids() {
				list = append(list, x.Rule)
			}
		}
		return list
	}
	unknown := instance.Residents{}
	for _, c := range append(slices.Clone(vocab.Companies), vocab.CompanyUntold) {
		got := found(instance.Female, nil, c, unknown)
		if slices.Contains(got, households.RuleWomen) != (c == vocab.CompanyMen) || !slices.Contains(got, households.RuleResidents) {
			t.Errorf("a woman where %q is told: %v", c, got)
		}
		if got := found(instance.Male, nil, c, unknown); slices.Contains(got, households.RuleWomen) {
			t.Errorf("a man where %q is told: %v", c, got)
		}
		if got := found(instance.Female, []instance.NoGo{instance.NoMen}, c, unknown); !slices.Contains(got, households.RuleNoGo) {
			t.Errorf("no word says that no man lives there, %q neither: %v", c, got)
		}
		if got := found(instance.Female, []instance.NoGo{instance.NoChildren}, c, unknown); slices.Contains(got, households.RuleNoGo) == (c == vocab.CompanyWomen) {
			t.Errorf("without children where %q is told: %v", c, got)
		}
	}
	// What was learnt of them one by one counts instead of the word.
	if got := found(instance.Female, nil, vocab.CompanyMen, instance.Residents{Known: true, Women: 1, Men: 1}); slices.Contains(got, households.RuleWomen) {
		t.Errorf("a woman moved in since: %v", got)
	}
	if got := found(instance.Female, nil, vocab.CompanyWomen, instance.Residents{Known: true, Men: 1}); !slices.Contains(got, households.RuleWomen) {
		t.Errorf("the woman moved out since: %v", got)
	}
}
