package app

import (
	"context"

	"palier/instance"
	"palier/instance/store"
)

// whereabouts tells those who compare homes where one stands. Hosts are made after
// homes are, so that they are asked when somebody wants to know.
type whereabouts struct{ a *App }

func (w whereabouts) Address(ctx context.Context, tx store.Tx, by instance.Account, home instance.ListingID) (string, error) {
	return w.a.Hosts.Address(ctx, tx, by, home)
}
