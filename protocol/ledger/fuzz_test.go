package ledger_test

import (
	"bytes"
	"testing"
	"time"

	"palier/protocol/ledger"
)

func seeds(f *testing.F) [][]byte {
	f.Helper()
	w := newWorld(f, 2)
	hold := w.placed()
	w.hear(w.isere.say(f, w.keeper.Book, w.now, ledger.Leave{Hold: hold.Number, Leaving: hold.Stay.Until, Why: ledger.Finished}))
	dropped, _ := w.hear(w.isere.say(f, w.keeper.Book, w.now, ledger.Ask{Places: 1, Stay: stay(f, "2027-01-02", "2027-01-10")}))
	w.must(w.keeper.Drop(dropped[0].Number, ledger.Unfit, w.now))
	var all [][]byte
	for _, e := range w.entries {
		all = append(all, encode(f, e))
		if s, ok := e.Statement(); ok {
			b, err := s.Encode()
			if err != nil {
				f.Fatal(err)
			}
			all = append(all, b)
		}
	}
	return all
}

// FuzzDecodeEntry holds that whatever is read is written as it was.
func FuzzDecodeEntry(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ledger.DecodeEntry(b)
		if err != nil {
			return
		}
		again, err := e.Encode()
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("%s came out as %s (%v)", b, again, err)
		}
		if err := new(ledger.Book).Admit(e); err == nil && e.Number != 1 {
			t.Errorf("a ledger begins with entry %d", e.Number)
		}
	})
}

// FuzzDecodeStatement holds the same of what others say, and that a keeper
// takes nothing that nobody signed.
func FuzzDecodeStatement(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ledger.DecodeStatement(b)
		if err != nil {
			return
		}
		again, err := s.Encode()
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("%s came out as %s (%v)", b, again, err)
		}
		w := newWorld(t, 2)
		entries, refusal, err := w.keeper.Hear(s, noon.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if s.Verify() != nil && (len(entries) > 0 || refusal == nil) {
			t.Errorf("a statement without a signature led to %d entries", len(entries))
		}
	})
}

// FuzzDecodePage holds that no page makes a verifier fall over.
func FuzzDecodePage(f *testing.F) {
	w := newWorld(f, 1)
	w.placed()
	page, err := ledger.EncodePage(w.entries)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(page)
	f.Add([]byte(`{"entries":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := ledger.DecodePage(b)
		if err != nil {
			return
		}
		book, err := ledger.Verify(entries, ledger.Evidence{})
		if err == nil && book.Newest().Number != len(entries) {
			t.Errorf("%d entries verified as %d", len(entries), book.Newest().Number)
		}
	})
}

// FuzzDecodeReceipt holds that whatever is read is written as it was.
func FuzzDecodeReceipt(f *testing.F) {
	a := newAssociation("isere")
	r, err := ledger.SignReceipt(a.key, ledger.Receipt{File: "AAAAAAAAAAAAAAAAAAAAAA", Ledger: home, Hold: 2, By: a.group, At: noon})
	if err != nil {
		f.Fatal(err)
	}
	b, err := r.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ledger.DecodeReceipt(b)
		if err != nil {
			return
		}
		if again, err := r.Encode(); err != nil || !bytes.Equal(b, again) {
			t.Errorf("%s came out as %s (%v)", b, again, err)
		}
	})
}
