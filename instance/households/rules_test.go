package households_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/households"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// someone are those of a household by a word each: w and m are a woman and a man,
// o somebody who has not said, g and b a girl and a boy. After : stands the place
// of the partner, after < those of the parents.
func someone(tb testing.TB, words ...string) []instance.Guest {
	tb.Helper()
	var list []instance.Guest
	for _, w := range words {
		g, ok := map[byte]instance.Guest{
			'w': {Age: instance.Grown, Sex: instance.Female}, 'm': {Age: instance.Grown, Sex: instance.Male},
			'o': {Age: instance.Grown, Sex: instance.Unsaid}, 'g': {Age: instance.Child, Sex: instance.Female},
			'b': {Age: instance.Child, Sex: instance.Male},
		}[w[0]]
		if !ok {
			tb.Fatalf("nobody is %q", w)
		}
		for i := 1; i+1 < len(w); i += 2 {
			at := int(w[i+1] - '0')
			if w[i] == ':' {
				g.Partner = at
			} else {
				g.Parents = append(g.Parents, at)
			}
		}
		list = append(list, g)
	}
	return list
}

func people(tb testing.TB, words ...string) instance.Household {
	h := instance.Household{Members: someone(tb, words...), Languages: []string{"uk"}, Stay: ledger.Stay{From: 20000, Until: 20090}}
	if err := h.Check(); err != nil {
		tb.Fatalf("%q: %v", words, err)
	}
	return h
}

func TestRule41_WhoSharesARoom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation string
		who       []string
		rooms     int
	}{
		{"one alone", []string{"w"}, 1},
		{"a couple", []string{"w:2", "m:1"}, 1},
		{"a couple of women", []string{"w:2", "w:1"}, 1},
		{"two who are no couple", []string{"w", "w"}, 2},
		{"mother and baby", []string{"w", "b<1"}, 1},
		{"mother and two daughters", []string{"w", "g<1", "g<1"}, 1},
		{"mother, daughter and son", []string{"w", "g<1", "b<1"}, 2},
		{"a family of four", []string{"w:2", "m:1", "g<1<2", "g<1<2"}, 1},
		{"a family with a girl and a boy", []string{"w:2", "m:1", "g<1<2", "b<1<2"}, 2},
		{"children of two mothers", []string{"w", "w", "g<1", "g<2"}, 2},
		{"half-sisters", []string{"w", "m", "m", "g<1<2", "g<1<3"}, 3},
		{"a mother and her grown son", []string{"w", "m<1"}, 2},
		{"two grown sisters and their mother", []string{"w", "w<1", "w<1"}, 2},
		{"grown siblings of whom one has not said", []string{"w", "w<1", "o<1"}, 3},
		{"grandmother, mother, child", []string{"w", "w<1", "g<2"}, 2},
		{"twelve strangers", slices.Repeat([]string{"m"}, 12), 12},
	} {
		if got := households.BedroomsNeeded(people(t, c.who...)); got != c.rooms {
			t.Errorf("%s need %d rooms, want %d", c.situation, got, c.rooms)
		}
	}
}

// room is a private room with a lock in a home where a couple lives.
func room() households.Home {
	return households.Home{
		URI: "https://asso.example/h/1", Stay: ledger.Stay{From: 20000, Until: 20100}, Category: vocab.PrivateRoom, Bedrooms: 2, Places: 4, Free: 4,
		Adults: 2, Children: 2, Smoking: vocab.SmokingNo, Languages: []string{"fr", "uk"}, Features: []vocab.HomeFeature{"lock", "transport"},
		Residents: instance.Residents{Known: true, Women: 1, Men: 1},
	}
}

func TestRule41_WhoMayBeAskedIntoAHome(t *testing.T) {
	t.Parallel()
	with := func(change func(*households.Home)) households.Home {
		h := room()
		change(&h)
		return h
	}
	for _, c := range []struct {
		situation string
		who       []string
		needs     func(*instance.Household)
		home      households.Home
		against   []households.Rule // that forbid
		talk      []households.Rule
	}{
		{"a couple with a couple", []string{"w:2", "m:1"}, nil, room(), nil, nil},
		{"a woman with a couple", []string{"w"}, nil, room(), nil, nil},
		{"a woman with a man alone", []string{"w"}, nil, with(func(h *households.Home) { h.Residents.Women = 0 }), []households.Rule{households.RuleWomen}, nil},
		{"a mother with two men", []string{"w", "g<1"}, nil, with(func(h *households.Home) { h.Residents = instance.Residents{Known: true, Men: 2} }), []households.Rule{households.RuleWomen}, nil},
		{"who has not said, with a man", []string{"o"}, nil, with(func(h *households.Home) { h.Residents.Women = 0 }), []households.Rule{households.RuleWomen}, nil},
		{"a man with a man", []string{"m"}, nil, with(func(h *households.Home) { h.Residents.Women = 0 }), nil, nil},
		{"a woman with a man who lends all of it", []string{"w"}, nil, with(func(h *households.Home) {
			h.Residents.Women, h.Category = 0, vocab.EntirePlace
		}), nil, nil},
		{"a partner's room of which nobody asked", []string{"w"}, nil, with(func(h *households.Home) { h.Residents = instance.Residents{} }), []households.Rule{households.RuleResidents}, nil},
		{"a child alone", []string{"g"}, nil, room(), []households.Rule{households.RuleMinorAlone}, nil},
		{"two sisters alone, whole home", []string{"g", "g"}, nil, with(func(h *households.Home) { h.Category = vocab.EntirePlace }), []households.Rule{households.RuleMinorAlone}, nil},
		{"too many for the rooms", []string{"w", "g<1", "b<1"}, nil, with(func(h *households.Home) { h.Bedrooms = 1 }), []households.Rule{households.RuleRooms}, nil},
		{"a studio for a couple", []string{"w:2", "m:1"}, nil, with(func(h *households.Home) { h.Bedrooms, h.Category = 0, vocab.EntirePlace }), nil, nil},
		{"too few places", []string{"w:2", "m:1"}, nil, with(func(h *households.Home) { h.Free = 1 }), []households.Rule{households.RulePlaces}, nil},
		{"longer than it is lent", []string{"w"}, func(h *instance.Household) { h.Stay.Until = 20200 }, room(), []households.Rule{households.RuleDates}, nil},
		{"longer than the programme lets", []string{"w"}, nil, with(func(h *households.Home) { h.MaxNights = 30 }), []households.Rule{households.RuleLength}, nil},
		{"with a dog", []string{"w"}, func(h *instance.Household) { h.Pets = true }, room(), []households.Rule{households.RulePets}, nil},
		{"in a wheelchair", []string{"w"}, func(h *instance.Household) { h.StepFree = true }, room(), []households.Rule{households.RuleStepFree}, nil},
		{"no animals, with a cat", []string{"w"}, func(h *instance.Household) { h.NoGo = []instance.NoGo{instance.NoAnimals} },
			with(func(h *households.Home) { h.Features = append(h.Features, "host-has-pets") }), []households.Rule{households.RuleNoGo}, nil},
		{"no men, with a couple", []string{"w"}, func(h *instance.Household) { h.NoGo = []instance.NoGo{instance.NoMen} }, room(), []households.Rule{households.RuleNoGo}, nil},
		{"no language in common", []string{"w"}, func(h *instance.Household) { h.Languages = []string{"ar"} }, room(), nil, []households.Rule{households.RuleLanguage}},
		{"no lock", []string{"w"}, nil, with(func(h *households.Home) { h.Features = nil }), nil, []households.Rule{households.RuleLock}},
		{"who smokes", []string{"w"}, func(h *instance.Household) { h.Smokes = true }, room(), nil, []households.Rule{households.RuleSmoking}},
		{"elsewhere", []string{"w"}, func(h *instance.Household) { h.Area = []string{"22"} }, room(), nil, []households.Rule{households.RuleArea}},
	} {
		h := people(t, c.who...)
		if c.needs != nil {
			c.needs(&h)
		}
		var against, talk []households.Rule
		fit := households.FitOf(h, c.home, nil)
		for _, f := range fit.Findings {
			if f.Forbids() {
				against = append(against, f.Rule)
			} else {
				talk = append(talk, f.Rule)
			}
		}
		if !slices.Equal(against, c.against) || !slices.Equal(talk, c.talk) {
			t.Errorf("%s: forbidden by %q, spoken of %q; want %q and %q", c.situation, against, talk, c.against, c.talk)
		}
		if fit.May() != (len(c.against) == 0) {
			t.Errorf("%s: may is %t", c.situation, fit.May())
		}
	}
}

func TestRule41_OnlyTheGuestsChoiceHeardByTwoChangesAHardRule(t *testing.T) {
	t.Parallel()
	h := people(t, "w")
	h.Pets = true
	home := room()
	home.Residents.Women, home.Pets = 0, true
	choice := households.Choice{Rule: households.RuleWomen, Home: home.URI, By: 1, And: 2}
	for situation, c := range map[string]struct {
		choice households.Choice
		may    bool
	}{
		"two caseworkers":  {choice, true},
		"one":              {households.Choice{Rule: choice.Rule, Home: home.URI, By: 1}, false},
		"one twice":        {households.Choice{Rule: choice.Rule, Home: home.URI, By: 1, And: 1}, false},
		"nobody":           {households.Choice{Rule: choice.Rule, Home: home.URI}, false},
		"another home":     {households.Choice{Rule: choice.Rule, Home: "https://asso.example/h/2", By: 1, And: 2}, false},
		"another rule":     {households.Choice{Rule: households.RuleRooms, Home: home.URI, By: 1, And: 2}, false},
		"about some no-go": {households.Choice{Rule: choice.Rule, What: instance.NoMen, Home: home.URI, By: 1, And: 2}, false},
	} {
		if may := households.FitOf(h, home, []households.Choice{c.choice}).May(); may != c.may {
			t.Errorf("%s: may is %t", situation, may)
		}
	}
	home.Pets = false
	pets := households.Choice{Rule: households.RulePets, Home: home.URI, By: 1, And: 2}
	if households.FitOf(h, home, []households.Choice{choice, pets}).May() {
		t.Error("a guest chooses what a host allows")
	}
	alone := people(t, "g")
	minor := households.Choice{Rule: households.RuleMinorAlone, Home: home.URI, By: 1, And: 2}
	if households.FitOf(alone, home, []households.Choice{choice, minor}).May() {
		t.Error("a child without an adult is asked into a home")
	}
}

// TestRule41_NoHouseholdWithoutAMan lets households and homes be anything: without
// a choice nobody without a man is asked into a room where only men live, and no
// child without an adult into anything.
func TestRule41_NoHouseholdWithoutAMan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := instance.Household{Stay: ledger.Stay{From: 20010, Until: 20020}}
		for range rapid.IntRange(1, 6).Draw(t, "people") {
			h.Members = append(h.Members, instance.Guest{
				Age: rapid.SampledFrom(instance.Ages).Draw(t, "age"), Sex: rapid.SampledFrom(instance.Sexes).Draw(t, "sex"),
			})
		}
		home := room()
		home.Bedrooms, home.Places, home.Free, home.Adults = 12, 12, 12, 12
		home.Category = rapid.SampledFrom([]vocab.HomeCategory{vocab.PrivateRoom, vocab.EntirePlace}).Draw(t, "category")
		home.Residents = instance.Residents{Known: rapid.Bool().Draw(t, "known"), Women: rapid.IntRange(0, 1).Draw(t, "women"), Men: rapid.IntRange(0, 2).Draw(t, "men")}
		may := households.FitOf(h, home, nil).May()
		man := slices.ContainsFunc(h.Members, func(g instance.Guest) bool { return g.Adult() && g.Sex == instance.Male })
		switch {
		case may && h.Adults() == 0:
			t.Fatal("a child without an adult")
		case may && !man && home.Category == vocab.PrivateRoom && (!home.Residents.Known || home.Residents.Men > 0 && home.Residents.Women == 0):
			t.Fatal("women with men alone")
		case !may && man && h.Adults() > 0 && (home.Residents.Known || home.Category == vocab.EntirePlace):
			t.Fatal("nothing stands against it")
		}
	})
}

// TestRoomsAreAsFewAsCanBe holds the number of rooms to what trying every way to
// share them out finds.
func TestRoomsAreAsFewAsCanBe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var h instance.Household
		for i := range rapid.IntRange(1, 6).Draw(t, "people") {
			g := instance.Guest{Age: rapid.SampledFrom([]instance.Age{instance.Child, instance.Grown}).Draw(t, "age"), Sex: rapid.SampledFrom(instance.Sexes).Draw(t, "sex")}
			for j := range i {
				if len(g.Parents) < 2 && h.Members[j].Adult() && rapid.Bool().Draw(t, "parent") {
					g.Parents = append(g.Parents, j+1)
				}
			}
			h.Members = append(h.Members, g)
		}
		if got, want := households.BedroomsNeeded(h), tried(h, nil, 0); got != want {
			t.Fatalf("%d rooms, want %d, for %+v", got, want, h.Members)
		}
	})
}

// tried puts somebody into each room there is, and into a new one.
func tried(h instance.Household, rooms [][]int, next int) int {
	if next == len(h.Members) {
		return len(rooms)
	}
	best := tried(h, append(slices.Clone(rooms), []int{next}), next+1)
	for r := range rooms {
		if slices.ContainsFunc(rooms[r], func(o int) bool { return !share(h, o, next) }) {
			continue
		}
		with := slices.Clone(rooms)
		with[r] = append(slices.Clone(rooms[r]), next)
		best = min(best, tried(h, with, next+1))
	}
	return best
}

func share(h instance.Household, i, j int) bool {
	a, b := h.Members[i], h.Members[j]
	if slices.Contains(a.Parents, j+1) || slices.Contains(b.Parents, i+1) {
		return !a.Adult() || !b.Adult()
	}
	return a.Sex == b.Sex && a.Sex != instance.Unsaid && slices.ContainsFunc(a.Parents, func(p int) bool { return slices.Contains(b.Parents, p) })
}

func TestRule41_WhenPeopleAreAskedHowTheyAre(t *testing.T) {
	t.Parallel()
	said := func(nights int) (list []string) {
		for _, f := range households.FollowUps(ledger.Stay{From: 20000, Until: 20000 + ledger.Night(nights)}) {
			list = append(list, fmt.Sprintf("%s+%d", f.Kind, f.Due-20000))
		}
		return list
	}
	for nights, want := range map[int][]string{
		0: nil,
		1: {"arrival+1", "after+15"},
		5: {"arrival+1", "alone+3", "after+19"},
		40: {
			"arrival+1", "alone+3", "both+7", "settled+14", "visit+30", "last-week+33", "after+54",
		},
		120: {
			"arrival+1", "alone+3", "both+7", "settled+14", "visit+30", "monthly+60", "move-on+60", "renewal+75", "monthly+90", "end+90", "last-week+113", "after+134",
		},
	} {
		if got := said(nights); !slices.Equal(got, want) {
			t.Errorf("in %d nights: %q, want %q", nights, got, want)
		}
	}
}

// TestJ20_NothingHiddenCanBeTold plays somebody who knows every count that is
// told, exactly and with its sums: of what is hidden, no count below eleven can be
// told from the ten others it could be.
func TestJ20_NothingHiddenCanBeTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 4).Draw(t, "columns")
		table := households.Table{Rows: make([]string, n), Columns: make([]string, m)}
		for range n {
			table.Counts = append(table.Counts, rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 3, 10, 11, 12, 30, 200}), m, m).Draw(t, "counts"))
		}
		s := households.Suppress(table)
		all := withSums(table)
		for i, row := range s.Cells {
			for j, shown := range row {
				if all[i][j] < households.Fewest && shown != households.Hidden {
					t.Fatalf("%d is told", all[i][j])
				}
				if shown != households.Hidden && (shown%5 != 0 || shown-all[i][j] > 2 || all[i][j]-shown > 2) {
					t.Fatalf("%d is told as %d", all[i][j], shown)
				}
				if all[i][j] >= households.Fewest || shown != households.Hidden {
					continue
				}
				least, most := bounds(all, s, i, j)
				if most-least < households.Fewest-1 {
					t.Fatalf("the count at %d, %d is between %d and %d\n%v\n%v", i, j, least, most, all, s.Cells)
				}
			}
		}
	})
}

func withSums(t households.Table) [][]int {
	n, m := len(t.Rows), len(t.Columns)
	all := make([][]int, n+1)
	for i := range all {
		all[i] = make([]int, m+1)
	}
	for i := range n {
		for j := range m {
			for _, at := range [][2]int{{i, j}, {i, m}, {n, j}, {n, m}} {
				all[at[0]][at[1]] += t.Counts[i][j]
			}
		}
	}
	return all
}

// bounds are the least and greatest values of one hidden count: it is set to one
// after the other, and a search looks whether the rest can agree.
func bounds(all [][]int, s households.Shown, i, j int) (least, most int) {
	can := func(v int) bool { return agrees(all, s, i, j, v) }
	least, most = all[i][j], all[i][j]
	for least > 0 && can(least-1) {
		least--
	}
	for most-least < households.Fewest && can(most+1) {
		most++
	}
	return least, most
}

// agrees tells whether there are counts that agree with all that is told and have
// v at one place. It moves the true counts towards that along closed ways, which
// is how any two tables with the same sums differ.
func agrees(all [][]int, s households.Shown, i, j, v int) bool {
	now := make([][]int, len(all))
	for r := range all {
		now[r] = slices.Clone(all[r])
	}
	for now[i][j] != v {
		step := 1
		if v < now[i][j] {
			step = -1
		}
		if !turn(now, s, i, j, step) {
			return false
		}
	}
	return true
}

// turn changes one count by step and others so that each sum stays, by trying
// every way there is without coming twice to a line.
func turn(now [][]int, s households.Shown, i, j, step int) bool {
	n, m := len(now)-1, len(now[0])-1
	sign := func(r, c int) int { // sums count against what they sum
		if (r == n) != (c == m) {
			return -1
		}
		return 1
	}
	type at struct{ r, c int }
	var way []at
	rows, columns := map[int]bool{}, map[int]bool{j: true}
	signed := step * sign(i, j)
	var walk func(c int) bool
	walk = func(c int) bool { // from column c by a cell that goes against, to a row
		for r := range now {
			d := -signed * sign(r, c)
			if (r == i && c == j) || rows[r] || s.Cells[r][c] != households.Hidden || now[r][c]+d < 0 {
				continue
			}
			way, rows[r] = append(way, at{r, c}), true
			if r == i {
				return true
			}
			for next := range now[0] {
				d := signed * sign(r, next)
				if columns[next] || s.Cells[r][next] != households.Hidden || now[r][next]+d < 0 {
					continue
				}
				way, columns[next] = append(way, at{r, next}), true
				if walk(next) {
					return true
				}
				way = way[:len(way)-1]
			}
			way = way[:len(way)-1]
		}
		return false
	}
	if !walk(j) {
		return false
	}
	now[i][j] += step
	for k, x := range way {
		d := signed * sign(x.r, x.c)
		if k%2 == 0 {
			d = -d
		}
		now[x.r][x.c] += d
	}
	return now[i][j] >= 0
}
