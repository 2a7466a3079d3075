package instance_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"palier/instance"
)

func TestParseAmount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed string
		want  instance.Amount
		ok    bool
	}{
		{"1", 1000, true},
		{" 2,5 ", 2500, true},
		{"0.125", 125, true},
		{".5", 500, true},
		{"1.50", 1500, true},
		{"1000000", instance.MaxAmount, true},
		{"1000000.001", 0, false},
		{"0.0005", 0, false},
		{"-1", 0, false},
		{"1e3", 0, false},
		{"1.2.3", 0, false},
		{"1.-2", 0, false},
		{"", 0, false},
		{"deux", 0, false},
	} {
		got, err := instance.ParseAmount("quantity", c.typed)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("ParseAmount(%q) = %d, %v; want %d, ok %t", c.typed, got, err, c.want, c.ok)
		}
		if err != nil && !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("ParseAmount(%q): %v is no Invalid", c.typed, err)
		}
	}
}

func TestAmountReadsBackWhatItSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := instance.Amount(rapid.Int64Range(0, int64(instance.MaxAmount)).Draw(t, "amount"))
		got, err := instance.ParseAmount("quantity", a.String())
		if err != nil || got != a {
			t.Fatalf("ParseAmount(%q) = %d, %v; want %d", a.String(), got, err, a)
		}
	})
}
