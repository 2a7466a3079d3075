// Package vault keeps what must not be read by who has the database alone:
// files about hosts and households, and the keys that programmes sign with.
//
// A programme has one or more age identities (X25519). Each is a file of its own
// in a folder apart from the database, and the database knows only to what it is
// sealed. Whatever is sealed says inside whose it is, what it is and of which
// row, so that rows that were exchanged are noticed.
//
// Who has lost the folder has lost the files: opening them returns
// [instance.ErrSealed], and everything else works.
package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"filippo.io/age"

	"palier/instance"
	"palier/instance/store"
)

// MostSealed is the most bytes that are sealed at once.
const MostSealed = 1 << 20

// grain is to a multiple of how many bytes a text is filled before it is sealed,
// so that its length does not tell what it says.
const grain = 512

// ErrExchanged says that something was sealed for another row than the one in
// which it was found.
var ErrExchanged = errors.New("sealed for another row")

// Vault is a folder of keys.
type Vault struct {
	dir string
	now func() time.Time
}

// New returns the vault whose keys are in the folder dir, which is made with the
// first of them.
func New(dir string, now func() time.Time) *Vault { return &Vault{dir: dir, now: now} }

// Mint gives a programme a key, its first or one more: from now on its files are
// sealed to that one. The key is on the disk before the database knows of it.
func (v *Vault) Mint(ctx context.Context, tx store.Tx, programme instance.ActorID) error {
	recipient, err := v.NewIdentity(NoteOf(programme))
	if err != nil {
		return err
	}
	return v.Give(ctx, tx, programme, recipient)
}

// NoteOf is what a key is for to which files of a programme are sealed.
func NoteOf(programme instance.ActorID) string {
	return fmt.Sprintf("files of programme %s", programme)
}

// Give is [Vault.Mint] with a key that is on the disk.
func (v *Vault) Give(ctx context.Context, tx store.Tx, programme instance.ActorID, recipient string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO vault_keys (programme_id, recipient, made_at) VALUES ($1, $2, $3)`, programme, recipient, store.Millis(v.now()))
	if err != nil {
		return fmt.Errorf("key of programme %s: %w", programme, err)
	}
	return nil
}

// Keys are what the files of one programme are sealed to and opened with.
type Keys struct {
	programme instance.ActorID
	newest    *age.X25519Identity // nil if it is not here
	all       []age.Identity
}

// Keys returns the keys of a programme that are here. That some are not is no
// error yet: sealing and opening tell.
func (v *Vault) Keys(ctx context.Context, tx store.Tx, programme instance.ActorID) (Keys, error) {
	k := Keys{programme: programme}
	recipients, err := recipients(ctx, tx, programme)
	if err != nil {
		return k, fmt.Errorf("keys of programme %s: %w", programme, err)
	}
	for i, r := range recipients {
		identity, err := v.identity(r)
		if errors.Is(err, instance.ErrSealed) {
			continue
		}
		if err != nil {
			return k, fmt.Errorf("keys of programme %s: %w", programme, err)
		}
		if i == 0 {
			k.newest = identity
		}
		k.all = append(k.all, identity)
	}
	return k, nil
}

// recipients are those of a programme, the newest first.
func recipients(ctx context.Context, tx store.Tx, programme instance.ActorID) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT recipient FROM vault_keys WHERE programme_id = $1 ORDER BY made_at DESC, recipient`, programme)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var r string
		if err := rows.Scan(&r); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// Seal encrypts a text to the newest key, for one row of one kind. It returns
// [instance.ErrSealed] if that key is not here: nothing is sealed that nobody
// could open.
func (k Keys) Seal(kind string, id instance.ID, plain []byte) ([]byte, error) {
	if k.newest == nil {
		return nil, fmt.Errorf("seal %s %s: %w", kind, id, instance.ErrSealed)
	}
	if len(plain) > MostSealed {
		return nil, &instance.Invalid{Field: kind, Code: "too-long", Limit: MostSealed}
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, k.newest.Recipient())
	if err == nil {
		_, err = w.Write(k.envelope(kind, id, plain))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("seal %s %s: %w", kind, id, err)
	}
	return b.Bytes(), nil
}

// Open decrypts what was sealed for one row of one kind. It returns
// [instance.ErrSealed] if no key for it is here, and [ErrExchanged] if it was
// sealed for something else.
func (k Keys) Open(kind string, id instance.ID, sealed []byte) ([]byte, error) {
	envelope, err := decrypt(sealed, 2*MostSealed, k.all...)
	if err != nil {
		return nil, fmt.Errorf("open %s %s: %w", kind, id, err)
	}
	plain, err := k.contents(kind, id, envelope)
	if err != nil {
		return nil, fmt.Errorf("open %s %s: %w", kind, id, err)
	}
	return plain, nil
}

// SealJSON is [Keys.Seal] of a value as JSON.
func (k Keys) SealJSON(kind string, id instance.ID, value any) ([]byte, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("seal %s %s: %w", kind, id, err)
	}
	return k.Seal(kind, id, plain)
}

// OpenJSON is [Keys.Open] of what [Keys.SealJSON] sealed, into value.
func (k Keys) OpenJSON(kind string, id instance.ID, sealed []byte, value any) error {
	plain, err := k.Open(kind, id, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, value); err != nil {
		// The error of a decoder may repeat what it read.
		return fmt.Errorf("open %s %s: it is not what was sealed there", kind, id)
	}
	return nil
}

// envelope is a text with what it belongs to before it and blanks after it.
func (k Keys) envelope(kind string, id instance.ID, plain []byte) []byte {
	b := fmt.Appendf(nil, "%s%d\n", k.label(kind, id), len(plain))
	b = append(b, plain...)
	if over := len(b) % grain; over > 0 {
		b = append(b, bytes.Repeat([]byte{' '}, grain-over)...)
	}
	return b
}

func (k Keys) label(kind string, id instance.ID) string {
	return fmt.Sprintf("palier vault 1\n%d\n%q\n%d\n", int64(k.programme), kind, int64(id))
}

// contents is the text of an envelope.
func (k Keys) contents(kind string, id instance.ID, envelope []byte) ([]byte, error) {
	rest, ok := bytes.CutPrefix(envelope, []byte(k.label(kind, id)))
	if !ok {
		return nil, ErrExchanged
	}
	length, rest, _ := bytes.Cut(rest, []byte("\n"))
	n, err := strconv.Atoi(string(length))
	if err != nil || n < 0 || n > len(rest) {
		return nil, errors.New("the envelope is damaged")
	}
	return rest[:n], nil
}

// Unwrap decrypts what somebody elsewhere encrypted for an identity of
// [Vault.NewIdentity]. It returns [instance.ErrSealed] if that one is not here,
// and an [instance.Invalid] for what was not encrypted for it.
func (v *Vault) Unwrap(recipient string, encrypted []byte, most int) ([]byte, error) {
	identity, err := v.identity(recipient)
	if err != nil {
		return nil, err
	}
	plain, err := decrypt(encrypted, most, identity)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", &instance.Invalid{Field: "file", Code: "malformed"}, err)
	}
	return plain, nil
}

// decrypt opens an age file of at most so many bytes.
func decrypt(sealed []byte, most int, with ...age.Identity) ([]byte, error) {
	if len(with) == 0 {
		return nil, instance.ErrSealed
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), with...)
	if _, none := errors.AsType[*age.NoIdentityMatchError](err); none {
		return nil, instance.ErrSealed
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, int64(most)))
}
