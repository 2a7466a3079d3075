package app

import (
	"context"

	"palier/instance/councils"
	"palier/instance/proofs/council"
)

// proofsSetting is the name of the secret behind codes and lists that prove where
// people live.
const proofsSetting = "proofs"

// councilsSetting is the name of the secret behind accounts of a council that sign
// people in.
const councilsSetting = "council accounts"

// openProofs returns that secret, and gets ready to ask the council that the
// operator names.
func (a *App) openProofs(ctx context.Context) ([]byte, error) {
	settings, err := a.Config.OIDC.Settings()
	if err != nil {
		return nil, err
	}
	a.council = council.New(council.Options{Settings: settings, Back: a.Site.Base() + "/prove/council/return", Now: a.now})
	key, err := a.DB.Secret(ctx, councilsSetting)
	if err != nil {
		return nil, err
	}
	a.Councils = councils.New(councils.Options{DB: a.DB, Now: a.now, Key: key})
	return a.DB.Secret(ctx, proofsSetting)
}
