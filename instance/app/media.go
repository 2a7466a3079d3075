package app

import (
	"context"
	"errors"
	"time"

	"palier/instance/jobs"
	"palier/instance/media"
	"palier/instance/media/remote"
	"palier/instance/moderation"
	"palier/instance/store"
)

// openMedia opens where pictures are kept: a bucket if one is set, else a folder.
func (a *App) openMedia() error {
	if b := &a.Config.MediaBucket; b.Used() {
		secret, err := b.Secret()
		if err != nil {
			return err
		}
		bucket, err := media.OpenBucket(media.BucketOptions{
			Endpoint: b.Endpoint, Bucket: b.Name, Region: b.Region, AccessKey: b.AccessKey, SecretKey: secret, Prefix: b.Prefix,
			Insecure: b.Insecure, HostStyle: b.HostStyle,
		})
		if err != nil {
			return err
		}
		a.files = bucket
		a.Pictures = media.New(bucket, media.Options{})
		return nil
	}
	folder, err := media.OpenFolder(a.Config.Pictures())
	if err != nil {
		return err
	}
	a.folder, a.files = folder, folder
	a.Pictures = media.New(folder, media.Options{})
	return nil
}

// closeMedia closes the folder, if there is one.
func (a *App) closeMedia() error {
	if a.folder == nil {
		return nil
	}
	return a.folder.Close()
}

// sweepMedia removes what was begun and never finished; a bucket holds none of
// that.
func (a *App) sweepMedia(ctx context.Context, before time.Time) error {
	if a.folder == nil {
		return nil
	}
	_, err := a.folder.Sweep(ctx, before)
	return err
}

// sealSetting is the name of the secret behind addresses that only we can make.
const sealSetting = "seal"

// seal gives the site its secret, which the first process that ever started
// made, and programs their passes.
func (a *App) seal(ctx context.Context) error {
	secret, err := a.DB.Secret(ctx, sealSetting)
	if err != nil {
		return err
	}
	a.Site = a.Site.Sealed(secret)
	if secret, err = a.DB.Secret(ctx, "picture passes"); err != nil {
		return err
	}
	a.Passes = media.NewPasses(secret)
	return nil
}

// PurgeMedia is the job that throws out the pictures of a domain that was shut
// out.
type PurgeMedia struct {
	Domain string `json:"domain"`
}

// Kind names the job.
func (PurgeMedia) Kind() string { return "purge-media" }

// TendMedia is the job that keeps pictures of other servers within bounds.
type TendMedia struct{}

// Kind names the job.
func (TendMedia) Kind() string { return "tend-media" }

// tendEvery is how soon a picture goes whose post was deleted (security.md F09).
const tendEvery = 10 * time.Minute

// showOthers has pictures of other servers shown.
func (a *App) showOthers() {
	a.Others = remote.New(remote.Options{
		DB: a.DB, Pictures: a.Pictures, Now: a.now, Log: a.log, Fetch: a.Federation, Shut: a.shutOut, Budget: a.Config.MediaCacheMB << 20,
	})
	jobs.Handle(a.Jobs, func(ctx context.Context, p PurgeMedia) error {
		_, err := a.Others.Purge(ctx, p.Domain, time.Time{}, false)
		return err
	}, jobs.HandleOptions{Timeout: 10 * time.Minute})
	jobs.Handle(a.Jobs, func(ctx context.Context, _ TendMedia) error {
		return errors.Join(a.Previews.Tend(ctx), a.Others.Tend(ctx))
	}, jobs.HandleOptions{Timeout: 10 * time.Minute})
	a.Jobs.Every("tend-media", tendEvery, TendMedia{})
}

// shutOut tells whether any of hosts was suspended.
func (a *App) shutOut(ctx context.Context, tx store.Tx, hosts []string) (bool, error) {
	for _, host := range hosts {
		severity, err := a.Moderation.Severity(ctx, tx, host)
		if err != nil || severity == moderation.Suspended {
			return severity == moderation.Suspended, err
		}
	}
	return false, nil
}

// keptAway tells whether a host was limited or suspended.
func (a *App) keptAway(ctx context.Context, tx store.Tx, host string) (bool, error) {
	severity, err := a.Moderation.Severity(ctx, tx, host)
	return severity != moderation.Open, err
}

// purge has what is kept of a domain thrown out once it is shut out.
func (a *App) purge(ctx context.Context, tx store.Tx, domain string) error {
	return a.Jobs.Enqueue(ctx, tx, PurgeMedia{Domain: domain}, jobs.Unique(domain))
}
