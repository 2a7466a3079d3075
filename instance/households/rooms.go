package households

import (
	"math/bits"
	"slices"

	"palier/instance"
)

// mayShare tells whether two of a household may sleep in one room: a couple, a
// parent and a child of theirs that is not of age, and brothers or sisters of the
// same sex (product.md §4.1). Where somebody has not said their sex, nothing is
// taken for granted.
func mayShare(h instance.Household, i, j int) bool {
	a, b := h.Members[i-1], h.Members[j-1]
	switch {
	case a.Partner == j:
		return true
	case slices.Contains(a.Parents, j):
		return !a.Adult()
	case slices.Contains(b.Parents, i):
		return !b.Adult()
	case a.Sex != b.Sex || a.Sex == instance.Unsaid:
		return false
	}
	return slices.ContainsFunc(a.Parents, func(p int) bool { return slices.Contains(b.Parents, p) })
}

// BedroomsNeeded is the least number of rooms in which everyone of a household
// sleeps with nobody but those with whom they may. It is exact: there are at most
// [instance.MaxMembers] of them.
func BedroomsNeeded(h instance.Household) int {
	n := len(h.Members)
	if n == 0 || n > instance.MaxMembers {
		return n
	}
	with := make([]uint, n) // who may share with whom, as bits
	for i := range n {
		for j := range n {
			if i != j && mayShare(h, i+1, j+1) {
				with[i] |= 1 << j
			}
		}
	}
	together := make([]bool, 1<<n)
	together[0] = true
	least := make([]int, 1<<n)
	for set := uint(1); set < 1<<n; set++ {
		first := uint(bits.TrailingZeros(set))
		rest := set &^ (1 << first)
		together[set] = together[rest] && rest&^with[first] == 0
		least[set] = n
		for part := rest; ; part = (part - 1) & rest {
			if room := part | 1<<first; together[room] {
				least[set] = min(least[set], 1+least[set&^room])
			}
			if part == 0 {
				break
			}
		}
	}
	return least[1<<n-1]
}
