package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"palier/instance"
)

// NewIdentity makes a key and returns to what can be encrypted for it. note says
// in its file what it is for.
func (v *Vault) NewIdentity(note string) (recipient string, err error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	return identity.Recipient().String(), v.keep(identity, note)
}

// TakeIn puts a key that was kept elsewhere into the folder. It may be there
// already.
func (v *Vault) TakeIn(identity, note string) error {
	i, err := age.ParseX25519Identity(identity)
	if err != nil {
		return errors.New("a key that is to be kept apart is damaged") // what it is stays out of the log
	}
	return v.keep(i, note)
}

// Discard deletes a key to which nothing was ever sealed, as one that was made for what
// came to nothing. It may be gone already.
func (v *Vault) Discard(recipient string) error {
	if _, err := age.ParseX25519Recipient(recipient); err != nil {
		return fmt.Errorf("discard key %q: %w", recipient, err)
	}
	err := os.Remove(v.path(recipient))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = syncFolder(v.dir)
	}
	if err != nil {
		return fmt.Errorf("discard key %s: %w", recipient, err)
	}
	return nil
}

// Has tells whether the key behind a recipient is here.
func (v *Vault) Has(recipient string) bool {
	_, err := v.identity(recipient)
	return err == nil
}

// keep writes a key file that only its owner reads, whole or not at all, and
// returns once it would survive that the power fails.
func (v *Vault) keep(identity *age.X25519Identity, note string) error {
	recipient := identity.Recipient().String()
	text := fmt.Sprintf("# %s, made %s\n# public key: %s\n%s\n", note, v.now().UTC().Format(time.RFC3339), recipient, identity)
	if err := write(v.dir, v.path(recipient), text); err != nil {
		return fmt.Errorf("keep key %s: %w", recipient, err)
	}
	return nil
}

func (v *Vault) path(recipient string) string { return filepath.Join(v.dir, recipient+".key") }

func write(dir, path, text string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*") // for its owner alone, as all of os.CreateTemp
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(dir)
}

// syncFolder has the name of a new file survive that the power fails.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// identity reads a key. It returns [instance.ErrSealed] if it is not here, or
// not fit for use.
func (v *Vault) identity(recipient string) (*age.X25519Identity, error) {
	if _, err := age.ParseX25519Recipient(recipient); err != nil {
		return nil, fmt.Errorf("key %q: %w", recipient, instance.ErrSealed)
	}
	path := v.path(recipient)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("key %s is not in %s: %w", recipient, v.dir, instance.ErrSealed)
	}
	if err != nil {
		return nil, fmt.Errorf("key %s: %w: %w", recipient, instance.ErrSealed, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key %s may be read by others: its mode has to be 0600: %w", recipient, instance.ErrSealed)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w: %w", recipient, instance.ErrSealed, err)
	}
	list, err := age.ParseIdentities(strings.NewReader(string(text)))
	if err == nil && len(list) == 1 {
		if identity, ok := list[0].(*age.X25519Identity); ok && identity.Recipient().String() == recipient {
			return identity, nil
		}
	}
	return nil, fmt.Errorf("key %s is damaged: %w", recipient, instance.ErrSealed) // no more of it in a log
}
