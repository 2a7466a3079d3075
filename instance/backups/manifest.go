package backups

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"palier/instance/store"
)

// format is what this program writes, and the greatest it can read.
const format = 1

// The names of what is in a backup beside the pictures.
const (
	manifestName = "manifest.json"
	sumName      = "manifest.sha256" // as sha256sum -c reads it
	sqliteName   = "palier.db"
	postgresName = "palier.dump"
	picturesName = "media"
)

// Manifest says what is in a backup.
type Manifest struct {
	Format int `json:"format"`
	// Made is the moment before the one of which the backup is.
	Made time.Time `json:"made"`
	// Site is the public address of the server, Program the version of Palier that
	// made the backup, and Migration the one the database is at.
	Site      string       `json:"site"`
	Program   string       `json:"program"`
	Engine    store.Engine `json:"engine"`
	Migration int64        `json:"migration"`
	// Bucket says that pictures are kept in an object store, and not in here.
	Bucket bool `json:"pictures_in_a_bucket,omitempty"`
	// Keys are the public halves of the keys without which what is sealed in the
	// database can be read by nobody. They themselves are in no backup.
	Keys []string `json:"keys_kept_apart"`
	// Files are all others, in the order of their names.
	Files []File `json:"files"`
}

// File is one file of a backup.
type File struct {
	Name   string `json:"name"` // with slashes, below the backup
	Size   int64  `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
}

// Size is how many bytes the files have together.
func (m *Manifest) Size() (bytes int64) {
	for _, f := range m.Files {
		bytes += f.Size
	}
	return bytes
}

// Pictures is how many pictures are in the backup.
func (m *Manifest) Pictures() int { return max(0, len(m.Files)-1) }

// database is the name of the database in a backup of an engine.
func database(engine store.Engine) string {
	if engine == store.Postgres {
		return postgresName
	}
	return sqliteName
}

// ErrDamaged says that something in a backup is not what was put into it.
var ErrDamaged = errors.New("the backup is damaged")

// mostManifest is more than any manifest has, in bytes.
const mostManifest = 1 << 30

// Verify reads all of the backup in a folder, and returns what it is. What is
// missing, changed, or was not put there by [Take] is named, each on a line, in an
// error that wraps [ErrDamaged].
func Verify(ctx context.Context, dir string) (m Manifest, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return m, fmt.Errorf("verify backup: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	if m, err = readManifest(root); err != nil {
		return m, fmt.Errorf("verify backup %s: %w", dir, err)
	}
	known, wrong := map[string]bool{manifestName: true, sumName: true}, []error{ErrDamaged}
	for _, f := range m.Files {
		known[f.Name] = true
		if err := ctx.Err(); err != nil {
			return m, err
		}
		if err := f.check(root); err != nil {
			wrong = append(wrong, err)
		}
	}
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !known[name] {
			wrong = append(wrong, fmt.Errorf("%s was not put there with the rest", name))
		}
		return err
	})
	if err != nil {
		return m, fmt.Errorf("verify backup %s: %w", dir, err)
	}
	if len(wrong) > 1 {
		return m, fmt.Errorf("verify backup %s: %w", dir, errors.Join(wrong...))
	}
	return m, nil
}

// readManifest reads the manifest, if it is as it was written.
func readManifest(root *os.Root) (m Manifest, err error) {
	text, err := readAll(root, manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("there is no %s: this is no backup, or none that was finished", manifestName)
	}
	if err != nil {
		return m, err
	}
	sum, err := readAll(root, sumName)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if !bytes.Equal(sum, sumLine(text)) {
		return m, fmt.Errorf("%w: %s is not what was written", ErrDamaged, manifestName)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%w: %s: %w", ErrDamaged, manifestName, err)
	}
	if m.Format < 1 || m.Format > format {
		return m, fmt.Errorf("it has format %d, this program reads up to %d", m.Format, format)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
			return m, fmt.Errorf("%w: %s names %q", ErrDamaged, manifestName, f.Name)
		}
	}
	if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Name == database(m.Engine) }) {
		return m, fmt.Errorf("%w: %s names no database", ErrDamaged, manifestName)
	}
	return m, nil
}

func readAll(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, mostManifest))
	return b, errors.Join(err, f.Close())
}

func sumLine(manifest []byte) []byte {
	sum := sha256.Sum256(manifest)
	return []byte(hex.EncodeToString(sum[:]) + "  " + manifestName + "\n")
}

// check tells whether a file is there and is what was put there.
func (f File) check(root *os.Root) (err error) {
	file, err := root.Open(f.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing", f.Name)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	hash := sha256.New()
	n, err := io.Copy(hash, file)
	if err != nil {
		return fmt.Errorf("read %s: %w", f.Name, err)
	}
	switch {
	case n != f.Size:
		return fmt.Errorf("%s has %d bytes instead of %d", f.Name, n, f.Size)
	case hex.EncodeToString(hash.Sum(nil)) != f.SHA256:
		return fmt.Errorf("%s was changed", f.Name)
	}
	return nil
}

// picture is the name under which a file of a backup is kept, if it is a picture.
func (f File) picture() (name string, ok bool) { return strings.CutPrefix(f.Name, picturesName+"/") }
