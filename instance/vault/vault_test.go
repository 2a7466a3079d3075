package vault_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/vault"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(resealingURL); url != "" {
		if err := resealingChild(url); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	storetest.Main(m)
}

var start = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// safe is a vault with the programmes 11 and 12, which have a key each.
type safe struct {
	*vault.Vault
	t   *testing.T
	db  *store.DB
	dir string
	at  time.Time
}

func newSafe(t *testing.T, db *store.DB) *safe {
	t.Helper()
	s := &safe{t: t, db: db, dir: filepath.Join(t.TempDir(), "keys"), at: start}
	s.Vault = vault.New(s.dir, func() time.Time { s.at = s.at.Add(time.Second); return s.at })
	for _, id := range []instance.ActorID{11, 12} {
		s.tx(func(tx store.Tx) error {
			return actors.Save(t.Context(), tx, instance.Actor{ID: id, URI: "https://rhone.example/g/" + id.String(), Kind: instance.Group, Username: "g" + id.String(), CreatedAt: start, UpdatedAt: start}, "")
		})
		s.mint(id)
	}
	return s
}

func (s *safe) tx(do func(store.Tx) error) {
	s.t.Helper()
	if err := s.db.InTx(s.t.Context(), do); err != nil {
		s.t.Fatal(err)
	}
}

func (s *safe) mint(id instance.ActorID) {
	s.t.Helper()
	s.tx(func(tx store.Tx) error { return s.Mint(s.t.Context(), tx, id) })
}

func (s *safe) keys(id instance.ActorID) vault.Keys {
	s.t.Helper()
	k, err := s.Keys(s.t.Context(), s.db.Read(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

// files are the key files, by name.
func (s *safe) files() []string {
	s.t.Helper()
	list, err := filepath.Glob(filepath.Join(s.dir, "*"))
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

const text = "12 rue du Canari, second étage"

func (s *safe) seal(k vault.Keys, kind string, id instance.ID) []byte {
	s.t.Helper()
	sealed, err := k.Seal(kind, id, []byte(text))
	if err != nil {
		s.t.Fatal(err)
	}
	return sealed
}

func TestWhatIsSealedIsOpenedInItsRowAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSafe(t, db)
		k := s.keys(11)
		sealed := s.seal(k, "host", 7)
		if bytes.Contains(sealed, []byte("Canari")) {
			t.Error("it can be read as it is kept")
		}
		if got, err := k.Open("host", 7, sealed); err != nil || string(got) != text {
			t.Errorf("opened: %q, %v", got, err)
		}
		for what, open := range map[string]func() ([]byte, error){
			"another row":  func() ([]byte, error) { return k.Open("host", 8, sealed) },
			"another kind": func() ([]byte, error) { return k.Open("case", 7, sealed) },
		} {
			if got, err := open(); !errors.Is(err, vault.ErrExchanged) {
				t.Errorf("in %s: %q, %v", what, got, err)
			}
		}
		if got, err := s.keys(12).Open("host", 7, sealed); !errors.Is(err, instance.ErrSealed) {
			t.Errorf("with the key of another programme: %q, %v", got, err)
		}
		if got, err := k.Open("host", 7, append(bytes.Clone(sealed[:len(sealed)-1]), sealed[len(sealed)-1]^1)); err == nil {
			t.Errorf("one bit was changed, and it opens: %q", got)
		}
		if got, err := k.Open("host", 7, nil); err == nil {
			t.Errorf("nothing opens: %q", got)
		}
	})
}

func TestItsLengthDoesNotTellWhatItSays(t *testing.T) {
	t.Parallel()
	s := newSafe(t, storetest.Open(t, store.SQLite))
	k := s.keys(11)
	var lengths []int
	for _, plain := range []string{"", "yes", strings.Repeat("x", 300)} {
		sealed, err := k.Seal("host", 7, []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		lengths = append(lengths, len(sealed))
		if got, err := k.Open("host", 7, sealed); err != nil || string(got) != plain {
			t.Errorf("opened: %q, %v", got, err)
		}
	}
	if lengths[0] != lengths[1] || lengths[1] != lengths[2] {
		t.Errorf("lengths are %v", lengths)
	}
	if _, err := k.Seal("host", 7, make([]byte, vault.MostSealed+1)); !errors.Is(err, instance.ErrInvalid) {
		t.Errorf("too much: %v", err)
	}
}

func TestALostKeyLosesTheFileAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newSafe(t, storetest.Open(t, store.SQLite))
	sealed := s.seal(s.keys(11), "host", 7)
	other := s.seal(s.keys(12), "host", 7)
	lost := s.files()
	if len(lost) != 2 {
		t.Fatalf("files: %v", lost)
	}
	for _, f := range lost {
		if err := os.Rename(f, f+".away"); err != nil {
			t.Fatal(err)
		}
	}
	k := s.keys(11)
	if got, err := k.Open("host", 7, sealed); !errors.Is(err, instance.ErrSealed) {
		t.Errorf("opened without a key: %q, %v", got, err)
	}
	if _, err := k.Seal("host", 7, []byte(text)); !errors.Is(err, instance.ErrSealed) {
		t.Errorf("sealed for a key that is not here: %v", err)
	}
	for _, f := range lost {
		if err := os.Rename(f+".away", f); err != nil {
			t.Fatal(err)
		}
	}
	for id, c := range map[instance.ActorID][]byte{11: sealed, 12: other} {
		if got, err := s.keys(id).Open("host", 7, c); err != nil || string(got) != text {
			t.Errorf("once the key is back: %q, %v", got, err)
		}
	}
}

func TestASecondKeyIsWrittenToAndTheFirstStillOpens(t *testing.T) {
	t.Parallel()
	s := newSafe(t, storetest.Open(t, store.SQLite))
	before := s.seal(s.keys(11), "host", 7)
	first := s.files()
	s.mint(11)
	after := s.seal(s.keys(11), "host", 8)
	if got, err := s.keys(11).Open("host", 7, before); err != nil || string(got) != text {
		t.Errorf("what was sealed before: %q, %v", got, err)
	}
	for _, f := range first {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.keys(11).Open("host", 8, after); err != nil || string(got) != text {
		t.Errorf("what was sealed since, without the first: %q, %v", got, err)
	}
	if _, err := s.keys(11).Open("host", 7, before); !errors.Is(err, instance.ErrSealed) {
		t.Errorf("what was sealed before, without the first: %v", err)
	}
}

func TestKeysAreForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	s := newSafe(t, storetest.Open(t, store.SQLite))
	sealed := s.seal(s.keys(11), "host", 7)
	for _, f := range s.files() {
		info, err := os.Stat(f)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
		if err := os.Chmod(f, 0o640); err != nil { //nolint:gosec // that is the fault
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(s.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
	if _, err := s.keys(11).Open("host", 7, sealed); !errors.Is(err, instance.ErrSealed) {
		t.Errorf("others can read the key: %v", err)
	}
}

func TestAKeyThatCameToNothingIsDiscarded(t *testing.T) {
	t.Parallel()
	s := newSafe(t, storetest.Open(t, store.SQLite))
	before := s.files()
	recipient, err := s.NewIdentity("of nobody")
	if err != nil || !s.Has(recipient) {
		t.Fatalf("made: %v", err)
	}
	for range 2 { // the second time it is gone already
		if err := s.Discard(recipient); err != nil {
			t.Errorf("discarded: %v", err)
		}
	}
	if s.Has(recipient) || !slices.Equal(s.files(), before) {
		t.Errorf("there are %v, want %v", s.files(), before)
	}
	for _, other := range []string{"", "../keys", recipient + "/../x"} {
		if err := s.Discard(other); err == nil {
			t.Errorf("%q is taken for a key", other)
		}
	}
}

func TestADamagedKeyIsToldWithoutItsContents(t *testing.T) {
	t.Parallel()
	s := newSafe(t, storetest.Open(t, store.SQLite))
	sealed := s.seal(s.keys(11), "host", 7)
	for _, f := range s.files() {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, append(b, "AGE-SECRET-KEY-1CANARI"...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.keys(11).Open("host", 7, sealed); !errors.Is(err, instance.ErrSealed) || strings.Contains(err.Error(), "CANARI") {
		t.Errorf("got %v", err)
	}
}

func TestWhatOthersEncryptIsUnwrapped(t *testing.T) {
	t.Parallel()
	s := newSafe(t, storetest.Open(t, store.SQLite))
	recipient, err := s.NewIdentity("files of partners")
	if err != nil || !s.Has(recipient) {
		t.Fatalf("got %q, %v", recipient, err)
	}
	r, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Unwrap(recipient, b.Bytes(), 1000); err != nil || string(got) != text {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := s.Unwrap(recipient, []byte("no age file"), 1000); !errors.Is(err, instance.ErrInvalid) {
		t.Errorf("what is no file: %v", err)
	}
	if _, err := s.Unwrap("../../etc/passwd", b.Bytes(), 1000); !errors.Is(err, instance.ErrSealed) {
		t.Errorf("a recipient that is none: %v", err)
	}
}

func TestJSONIsSealedAndOpened(t *testing.T) {
	t.Parallel()
	s := newSafe(t, storetest.Open(t, store.SQLite))
	k := s.keys(11)
	type facts struct{ Street string }
	sealed, err := k.SealJSON("host", 7, facts{text})
	if err != nil {
		t.Fatal(err)
	}
	var got facts
	if err := k.OpenJSON("host", 7, sealed, &got); err != nil || got.Street != text {
		t.Errorf("got %+v, %v", got, err)
	}
	var number int
	if err := k.OpenJSON("host", 7, sealed, &number); err == nil || strings.Contains(err.Error(), "Canari") {
		t.Errorf("as something else: %v", err)
	}
}

func BenchmarkOpen(b *testing.B) {
	db := storetest.Open(b, store.SQLite)
	v := vault.New(b.TempDir(), time.Now)
	err := db.InTx(b.Context(), func(tx store.Tx) error {
		if err := actors.Save(b.Context(), tx, instance.Actor{ID: 11, URI: "https://rhone.example/g/11", Kind: instance.Group, Username: "g", CreatedAt: start, UpdatedAt: start}, ""); err != nil {
			return err
		}
		return v.Mint(b.Context(), tx, 11)
	})
	if err != nil {
		b.Fatal(err)
	}
	k, err := v.Keys(b.Context(), db.Read(), 11)
	if err != nil {
		b.Fatal(err)
	}
	sealed, err := k.Seal("host", 7, bytes.Repeat([]byte("x"), 2000))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := k.Open("host", 7, sealed); err != nil {
			b.Fatal(err)
		}
	}
}
