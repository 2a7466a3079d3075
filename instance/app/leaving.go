package app

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/leaving"
	"palier/instance/posts"
	"palier/instance/store"
)

// openLeaving gets ready to close accounts.
func (a *App) openLeaving(ctx context.Context) (err error) {
	a.Leaving, err = leaving.New(ctx, leaving.Options{
		DB: a.DB, Site: a.Site, Title: a.Config.Title, Now: a.now, Jobs: a.Jobs, Mail: a.Mail, Say: a.say, Posts: a.Posts, Post: posts.ByIDIn,
		Tell: a.tell, SignOut: a.Apps.SignOutEverywhere, End: a.endOpen, Owes: a.Exchange.Held, Bare: a.bare, Rooms: []leaving.Rows{a.Homes, a.Proofs, a.Hosts, a.Households},
		Former: func(ctx context.Context) (instance.Actor, error) {
			return a.People.Former(ctx, a.say("fr", "closing.former"))
		},
	})
	return err
}

// nameLeft tells whether a name was that of somebody who left.
func (a *App) nameLeft(ctx context.Context, tx store.Tx, nameKey string) (bool, error) {
	return a.Leaving.Left(ctx, tx, nameKey)
}

// endOpen ends, with notice to the others, what somebody has open with them.
func (a *App) endOpen(ctx context.Context, person instance.ActorID) error {
	ends := map[string]func(context.Context, instance.ActorID, instance.PostID) error{
		instance.KindPurchase: a.Purchases.Cancel, instance.KindCarpool: a.Rides.Cancel, instance.KindErrand: a.Errands.Cancel,
	}
	open, err := a.Exchange.Proposed(ctx, instance.Viewer{ID: person})
	if err != nil {
		return err
	}
	for _, p := range open {
		end, ok := ends[p.Kind]
		if !ok {
			continue
		}
		if err := end(ctx, person, p.ID); err != nil && !errors.Is(err, instance.ErrNotFound) {
			return fmt.Errorf("end %s: %w", p.ID, err)
		}
	}
	if err := a.Exchange.Leave(ctx, person); err != nil {
		return err
	}
	hosting, err := a.Events.Hosting(ctx, person)
	if err != nil {
		return err
	}
	for _, id := range hosting {
		if err := a.Events.CallOff(ctx, person, id); err != nil && !errors.Is(err, instance.ErrInvalid) {
			return err
		}
	}
	return nil
}

// bare takes off somebody's pictures.
func (a *App) bare(ctx context.Context, person instance.ActorID) error {
	for _, of := range []instance.PictureOf{instance.OfPortrait, instance.OfHeader} {
		if err := a.Portraits.Remove(ctx, person, of); err != nil {
			return err
		}
	}
	return nil
}
