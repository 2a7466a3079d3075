package conformity

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Published returns a published test vector or schema of a specification that
// Palier builds on, such as "vectors/fep-8b32.feature". They are not copied
// into the project: they are read from the folder shared/data that lies beside
// the checkout or above it. It returns [fs.ErrNotExist] where there is none, as
// on most machines; the project's own vectors are complete without them.
func Published(name string) ([]byte, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("published vector %s: %w", name, err)
	}
	for {
		b, err := os.ReadFile(filepath.Join(dir, "shared", "data", filepath.FromSlash(name)))
		if err == nil {
			return b, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return nil, fmt.Errorf("published vector %s: %w", name, fs.ErrNotExist)
		}
		dir = up
	}
}
