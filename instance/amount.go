package instance

import (
	"strconv"
	"strings"
)

// Amount is how much there is of something, in thousandths of its unit: exact,
// as quantities between neighbours have to be.
type Amount int64

// One is a single thing, hour, kilogram or litre.
const One Amount = 1000

// MaxAmount is the most that can be said: a million of a unit.
const MaxAmount = 1_000_000 * One

// Whole returns n of a unit.
func Whole(n int) Amount { return Amount(n) * One }

// ParseAmount reads a decimal such as "2", "1.5" or "1,5", with at most three
// decimals. It returns an [Invalid] for the field for anything else, for less
// than nothing and for more than [MaxAmount].
func ParseAmount(field, s string) (Amount, error) {
	whole, part, _ := strings.Cut(strings.Replace(strings.TrimSpace(s), ",", ".", 1), ".")
	if whole == "" {
		whole = "0"
	}
	part = strings.TrimRight(part, "0")
	n, err := strconv.ParseUint(whole, 10, 32)
	if err != nil || len(part) > 3 || strings.TrimSpace(s) == "" {
		return 0, &Invalid{Field: field, Code: "malformed"}
	}
	var rest uint64
	if part != "" {
		if rest, err = strconv.ParseUint((part + "00")[:3], 10, 32); err != nil {
			return 0, &Invalid{Field: field, Code: "malformed"}
		}
	}
	a := Amount(n)*One + Amount(rest)
	if a > MaxAmount {
		return 0, &Invalid{Field: field, Code: "too-many", Limit: int(MaxAmount / One)}
	}
	return a, nil
}

// String returns a as a decimal with a point and no more digits than it needs,
// as documents say it (FEP-0837).
func (a Amount) String() string {
	sign := ""
	if a < 0 {
		sign, a = "-", -a
	}
	s := sign + strconv.FormatInt(int64(a/One), 10)
	if rest := int64(a % One); rest > 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(1000+rest, 10)[1:], "0")
	}
	return s
}
