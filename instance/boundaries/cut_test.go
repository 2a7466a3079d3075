package boundaries_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"palier/instance/boundaries"
)

// town has n households in clumps along two roads and a hamlet, the same ones
// for the same seed.
func town(n int, seed uint64) []boundaries.Position {
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same town every time
	clumps := []boundaries.Position{{48.4500, -2.0500}, {48.4560, -2.0420}, {48.4440, -2.0610}, {48.4610, -2.0330}, {48.4380, -2.0450}}
	homes := make([]boundaries.Position, n)
	for i := range homes {
		c := clumps[r.IntN(len(clumps))]
		homes[i] = boundaries.Position{Latitude: c.Latitude + r.NormFloat64()*0.0018, Longitude: c.Longitude + r.NormFloat64()*0.0027}
	}
	return homes
}

// divided cuts homes until no part is crowded, and returns the parts' regions
// with how many live in each.
func divided(homes []boundaries.Position, within boundaries.Region) (regions []boundaries.Region, counts []int) {
	line, _, _, ok := boundaries.Cut(homes)
	if len(homes) < boundaries.Crowded || !ok {
		return []boundaries.Region{within}, []int{len(homes)}
	}
	for _, beyond := range []bool{false, true} {
		var part []boundaries.Position
		for _, h := range homes {
			if line.Beyond(h) == beyond {
				part = append(part, h)
			}
		}
		r, c := divided(part, append(slices.Clip(within), boundaries.Half{Line: line, Beyond: beyond}))
		regions, counts = append(regions, r...), append(counts, c...)
	}
	return regions, counts
}

func TestTwelveThousandHouseholdsFormNeighbourhoodsOfALivingSize(t *testing.T) {
	t.Parallel()
	homes := town(12_000, 7)
	regions, counts := divided(homes, nil)
	if len(regions) < 12_000/boundaries.Crowded {
		t.Fatalf("%d neighbourhoods of at most %d", len(regions), boundaries.Crowded)
	}
	for i, n := range counts {
		if n < boundaries.Least || n >= boundaries.Crowded {
			t.Errorf("neighbourhood %d has %d households, want %d to %d", i, n, boundaries.Least, boundaries.Crowded)
		}
	}
	held := make([]int, len(regions))
	for _, h := range homes {
		in := 0
		for i, r := range regions {
			if r.Holds(h) {
				in++
				held[i]++
			}
		}
		if in != 1 {
			t.Fatalf("a household lies in %d neighbourhoods", in)
		}
	}
	if !slices.Equal(held, counts) {
		t.Errorf("the regions hold %v, the cuts said %v", held, counts)
	}
}

func TestTheSameHouseholdsMakeTheSameCutInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		homes := town(rapid.IntRange(2*boundaries.Least, 900).Draw(t, "households"), rapid.Uint64().Draw(t, "seed"))
		line, near, far, ok := boundaries.Cut(homes)
		shuffled := rapid.Permutation(homes).Draw(t, "order")
		again, nearAgain, farAgain, okAgain := boundaries.Cut(shuffled)
		if line != again || near != nearAgain || far != farAgain || ok != okAgain {
			t.Fatalf("cut %v %d %d %t, in another order %v %d %d %t", line, near, far, ok, again, nearAgain, farAgain, okAgain)
		}
		if !ok {
			return
		}
		beyond := 0
		for _, h := range homes {
			if line.Beyond(h) {
				beyond++
			}
		}
		if beyond != far || near+far != len(homes) || min(near, far) < boundaries.Least || 3*min(near, far) < len(homes) {
			t.Fatalf("the line has %d beyond it, Cut said %d and %d", beyond, near, far)
		}
	})
}

// Nobody's home may be read off a border: moving one household anywhere in
// its street leaves every line on the grid, and as a rule the very same.
func TestABorderSaysNothingOfOneHousehold(t *testing.T) {
	t.Parallel()
	homes := town(1_000, 3)
	line, _, _, ok := boundaries.Cut(homes)
	if !ok {
		t.Fatal("no cut")
	}
	moved := 0
	for i := range 200 {
		other := slices.Clone(homes)
		other[i*5].Latitude += 0.0003
		if again, _, _, _ := boundaries.Cut(other); again != line {
			moved++
		}
	}
	if moved > 40 {
		t.Errorf("%d of 200 households alone move the border", moved)
	}
}

func TestWhereNobodyCanBeShared(t *testing.T) {
	t.Parallel()
	tower := make([]boundaries.Position, 1_000)
	for i := range tower {
		tower[i] = boundaries.Position{Latitude: 48.45, Longitude: -2.05}
	}
	for _, c := range []struct {
		name  string
		homes []boundaries.Position
	}{
		{"nobody", nil},
		{"a hamlet", town(2*boundaries.Least-1, 1)},
		{"one tower", tower},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if line, near, far, ok := boundaries.Cut(c.homes); ok {
				t.Errorf("cut %v into %d and %d", line, near, far)
			}
		})
	}
}

func BenchmarkCut12000Households(b *testing.B) {
	homes := town(12_000, 7)
	for b.Loop() {
		boundaries.Cut(homes)
	}
}
