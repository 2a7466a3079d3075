package app

import (
	"path/filepath"
	"strings"

	"palier/instance/vault"
)

// openVault returns the vault whose keys are kept where the operator says, else
// in the folder keys beside the database.
func (a *App) openVault() *vault.Vault {
	dir := a.Config.VaultDir
	if path, ok := strings.CutPrefix(a.Config.Database, "sqlite:"); ok && dir == "" {
		dir = filepath.Join(filepath.Dir(path), "keys")
	}
	if dir == "" {
		dir = "keys"
	}
	return vault.New(dir, a.now)
}
