package vocab_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"palier/protocol/vocab"
)

// TestH11_WhoLivesThereIsOneWord writes and reads each of the three words, and what is
// none: of a whole home nobody is told, and two words are not believed.
func TestH11_WhoLivesThereIsOneWord(t *testing.T) {
	t.Parallel()
	for _, c := range append(slices.Clone(vocab.Companies), vocab.CompanyUntold) {
		h := room()
		h.Company = c
		raw := encodedHome(t, h)
		got, err := readHome(raw)
		if err != nil || got.Company != c || len(got.Features) != len(h.Features) {
			t.Errorf("%q is read as %q among %v, %v", c, got.Company, got.Features, err)
		}
		if told := bytes.Contains(raw, []byte("lives-there-")); told != (c != vocab.CompanyUntold) {
			t.Errorf("%q is written %s", c, raw)
		}
	}
	h := room()
	h.Company = "woman-alone"
	if _, err := vocab.EncodeHome(h); !errors.Is(err, vocab.ErrHome) {
		t.Errorf("a word of no list is written: %v", err)
	}
	h.Company, h.Category = vocab.CompanyWomen, vocab.EntirePlace
	if _, err := vocab.EncodeHome(h); !errors.Is(err, vocab.ErrHome) {
		t.Errorf("somebody lives in a home that is lent whole: %v", err)
	}

	h = room()
	h.Company = vocab.CompanyWomen
	raw := encodedHome(t, h)
	for what, changed := range map[string][]byte{
		"a word of no list": bytes.ReplaceAll(raw, []byte("lives-there-women"), []byte("lives-there-alone")),
		"two words":         bytes.ReplaceAll(raw, []byte(`"name":"host-has-pets"`), []byte(`"name":"lives-there-men"`)),
		"a whole home":      bytes.ReplaceAll(raw, []byte("private-room"), []byte("entire-place")),
		"a word denied":     bytes.ReplaceAll(raw, []byte(`"name":"lives-there-women","value":true`), []byte(`"name":"lives-there-women","value":false`)),
	} {
		if bytes.Equal(raw, changed) {
			t.Fatalf("%s: nothing was changed", what)
		}
		if got, err := readHome(changed); err != nil || got.Company != vocab.CompanyUntold {
			t.Errorf("%s is read as %q, %v", what, got.Company, err)
		}
	}
}
