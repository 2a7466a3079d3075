package instance_test

import (
	"errors"
	"testing"
	"time"

	"palier/instance"
	"palier/protocol/ledger"
)

func TestHouseholdsThatCannotBe(t *testing.T) {
	t.Parallel()
	woman := instance.Guest{Age: instance.Grown, Sex: instance.Female}
	stay := ledger.Stay{From: 20000, Until: 20030}
	of := func(list ...instance.Guest) instance.Household { return instance.Household{Members: list, Stay: stay} }
	for situation, c := range map[string]struct {
		h    instance.Household
		want string // the field that cannot be; empty if all is well
	}{
		"one":                                 {of(woman), ""},
		"a mother and her child":              {of(woman, instance.Guest{Age: instance.Child, Sex: instance.Male, Parents: []int{1}}), ""},
		"nobody":                              {of(), "members"},
		"thirteen":                            {of(make([]instance.Guest, 13)...), "members"},
		"without an age":                      {of(instance.Guest{Sex: instance.Female}), "members"},
		"a couple of one":                     {of(instance.Guest{Age: instance.Grown, Sex: instance.Male, Partner: 1}), "partner"},
		"a couple that one of them is not in": {of(woman, instance.Guest{Age: instance.Grown, Sex: instance.Male, Partner: 1}), "partner"},
		"a child with a partner": {of(instance.Guest{Age: instance.Grown, Sex: instance.Male, Partner: 2},
			instance.Guest{Age: instance.Child, Sex: instance.Female, Partner: 1}), "partner"},
		"a child as a parent": {of(instance.Guest{Age: instance.Child, Sex: instance.Female}, instance.Guest{Age: instance.Child, Sex: instance.Female, Parents: []int{1}}), "parents"},
		"parents of one another": {of(instance.Guest{Age: instance.Grown, Sex: instance.Female, Parents: []int{2}},
			instance.Guest{Age: instance.Grown, Sex: instance.Female, Parents: []int{1}}), "parents"},
		"no night":                 {instance.Household{Members: []instance.Guest{woman}}, "stay"},
		"a no-go that there isn't": {instance.Household{Members: []instance.Guest{woman}, Stay: stay, NoGo: []instance.NoGo{"foreigners"}}, "no-go"},
	} {
		err := c.h.Check()
		got := ""
		if invalid, ok := errors.AsType[*instance.Invalid](err); ok {
			got = invalid.Field
		} else if err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", situation, got, c.want)
		}
	}
}

func TestACaseIsReadyOnceTwoHaveSeenToIt(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	two := [2]instance.Signature{{By: 1, At: at}, {By: 2, At: at}}
	for situation, c := range map[string]struct {
		c    instance.Case
		want bool
	}{
		"two":                  {instance.Case{Stage: instance.CaseProposal, Vetted: two}, true},
		"two who left":         {instance.Case{Stage: instance.CaseProposal, Vetted: [2]instance.Signature{{At: at}, {At: at}}}, true},
		"one":                  {instance.Case{Stage: instance.CaseProposal, Vetted: [2]instance.Signature{{By: 1, At: at}}}, false},
		"one twice":            {instance.Case{Stage: instance.CaseProposal, Vetted: [2]instance.Signature{{By: 1, At: at}, {By: 1, At: at}}}, false},
		"one who never signed": {instance.Case{Stage: instance.CaseProposal, Vetted: [2]instance.Signature{{By: 1}, {By: 2}}}, false},
		"nobody":               {instance.Case{Stage: instance.CaseProposal}, false},
		"frozen":               {instance.Case{Stage: instance.CaseProposal, Vetted: two, FrozenAt: at}, false},
		"not yet":              {instance.Case{Stage: instance.CaseVetting, Vetted: two}, false},
		"no longer":            {instance.Case{Stage: instance.CaseClosed, Vetted: two}, false},
		"child protection":     {instance.Case{Stage: instance.CaseReferred, Vetted: two}, false},
	} {
		if got := c.c.Ready(); got != c.want {
			t.Errorf("%s: ready is %t", situation, got)
		}
	}
}
