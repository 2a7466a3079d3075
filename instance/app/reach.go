package app

import (
	"context"

	"palier/instance"
	"palier/instance/outreach"
)

// notice is what a message to a phone tells of a notice, as its owner sees it.
func (a *App) notice(ctx context.Context, owner instance.ActorID, id instance.ID) (outreach.Notice, error) {
	account, err := a.People.Account(ctx, owner)
	if err != nil {
		return outreach.Notice{}, err
	}
	v, err := a.Places.Viewer(ctx, owner)
	if err != nil {
		return outreach.Notice{}, err
	}
	n, err := a.Notifications.ByID(ctx, v, id)
	if err != nil {
		return outreach.Notice{}, err
	}
	told := outreach.Notice{Kind: string(n.Kind), From: n.From, Post: n.Post, Locale: account.Locale}
	switch {
	case n.From.Icon == "":
	case n.From.Local():
		told.Icon = a.Site.MediaURL(n.From.Icon)
	default:
		told.Icon = a.Site.OthersPicture(instance.OfPortrait, instance.ID(n.From.ID), n.From.Icon)
	}
	return told, nil
}
