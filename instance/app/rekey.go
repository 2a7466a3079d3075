package app

import (
	"context"
	"fmt"
	"slices"

	"palier/instance/hosts"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/vault"
)

// Rekey gives the programme of this server of that name another key, and seals all that is
// sealed of it to that one (see [vault.Vault.Reseal]). Where something is sealed to a key
// before the newest, as after a Rekey that was cut off and after [housing.Service.Renew],
// it makes none and goes on with the newest. It returns [instance.ErrNotFound] where there
// is no such programme, and [instance.ErrSealed] if the newest key is not here.
func (a *App) Rekey(ctx context.Context, programme string, done func(vault.Resealed) error) (vault.Resealed, error) {
	id, err := a.Housing.Named(ctx, programme)
	if err != nil {
		return vault.Resealed{}, err
	}
	columns := slices.Concat(housing.Sealed(), hosts.Sealed(), households.Sealed())
	r, err := a.Vault.Reseal(ctx, a.DB, id, columns, done)
	if err == nil && r.Moved == 0 {
		if err = a.Housing.Renew(ctx, programme); err == nil {
			r, err = a.Vault.Reseal(ctx, a.DB, id, columns, done)
		}
	}
	if err != nil {
		return r, fmt.Errorf("another key for all of programme %s: %w", programme, err)
	}
	return r, nil
}
