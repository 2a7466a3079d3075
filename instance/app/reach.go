package app

import (
	"context"

	"palier/instance"
	"palier/instance/digest"
	"palier/instance/outreach"
	"palier/instance/web/words"
)

// openDigest makes the letters that tell people what they would miss.
func (a *App) openDigest(ctx context.Context) error {
	var err error
	a.Digest, err = digest.New(ctx, digest.Options{
		DB: a.DB, Site: a.Site, Title: a.Config.Title, Now: a.now, Zone: a.zone, Log: a.log, Jobs: a.Jobs, Mail: a.Mail,
		Circles: a.Places, Filters: a.Filters, Notices: a.letterNotice,
		Words: func(locale string) digest.Words { return a.words.Match(locale, "") },
		Dir:   words.Direction,
	})
	return err
}

// letterNotice is what a letter tells of a notice, as its owner sees it.
func (a *App) letterNotice(ctx context.Context, owner instance.ActorID, id instance.ID) (digest.Notice, error) {
	v, err := a.Places.Viewer(ctx, owner)
	if err != nil {
		return digest.Notice{}, err
	}
	n, err := a.Notifications.ByID(ctx, v, id)
	return digest.Notice{Kind: string(n.Kind), From: n.From, Post: n.Post}, err
}

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
