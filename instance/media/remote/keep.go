package remote

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/media"
	"palier/instance/store"
)

var errDecoder = errors.New("decoder broke")

const (
	// usedEvery is how exactly we know when a picture was last looked at.
	usedEvery = 24 * time.Hour
	// A picture that could not be had is asked for again after a while, twice
	// as long each time; longer at once if its server was clear about it.
	firstRetry   = 5 * time.Minute
	firstRefused = 24 * time.Hour
	longestRetry = 7 * 24 * time.Hour
)

// keep writes down that a picture is here, unless its server was shut out or it
// was thrown out meanwhile, and lets what is too much go.
func (c *Cache) keep(ctx context.Context, src Source, p media.Picture) error {
	var old []string
	err := c.DB.InTx(ctx, func(tx store.Tx) error {
		old = nil
		if err := c.shut(ctx, tx, src); err != nil {
			return err
		}
		var file, thumb string
		var barred bool
		err := tx.QueryRow(ctx, `SELECT file, thumb, barred FROM remote_pictures WHERE url = $1`, src.URL).Scan(&file, &thumb, &barred)
		switch {
		case err != nil && !errors.Is(err, store.ErrNoRows):
			return err
		case barred:
			return instance.ErrNotFound
		}
		old = []string{file, thumb}
		return c.write(ctx, tx, src.URL, p)
	})
	if err != nil {
		return errors.Join(fmt.Errorf("keep %s: %w", src.URL, err), c.Pictures.Delete(context.WithoutCancel(ctx), p.File, p.Thumb))
	}
	return errors.Join(c.Pictures.Delete(ctx, old...), c.trim(ctx))
}

func (c *Cache) write(ctx context.Context, tx store.Tx, address string, p media.Picture) error {
	now := store.Millis(c.Now())
	_, err := tx.Exec(ctx, `
		INSERT INTO remote_pictures (url, host, file, thumb, width, height, blurhash, bytes, fetched_at, used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
		ON CONFLICT (url) DO UPDATE
		   SET file = excluded.file, thumb = excluded.thumb, width = excluded.width, height = excluded.height,
		       blurhash = excluded.blurhash, bytes = excluded.bytes, fetched_at = excluded.fetched_at, used_at = excluded.used_at,
		       failures = 0, retry_at = 0`,
		address, hostOf(address), p.File, p.Thumb, p.Width, p.Height, p.Blurhash, p.Bytes+p.ThumbBytes, now)
	if err != nil {
		return err
	}
	// What we drew is what is shown, whatever its server said of it.
	_, err = tx.Exec(ctx, `
		UPDATE media
		   SET width = $2, height = $3, blurhash = $4
		 WHERE remote_url = $1 AND remote_url <> ''`, address, p.Width, p.Height, p.Blurhash)
	return err
}

// fail notes that a picture could not be had, so that it is not asked for at
// every look (security.md E09). It returns why.
func (c *Cache) fail(ctx context.Context, src Source, why error) error {
	wait := firstRetry
	var refusal *media.Refusal
	if errors.Is(why, instance.ErrNotFound) || errors.As(why, &refusal) || errors.Is(why, errDecoder) {
		wait = firstRefused
	}
	now := c.Now()
	err := c.DB.InTx(ctx, func(tx store.Tx) error {
		var failures int
		err := tx.QueryRow(ctx, `SELECT failures FROM remote_pictures WHERE url = $1`, src.URL).Scan(&failures)
		if err != nil && !errors.Is(err, store.ErrNoRows) {
			return err
		}
		wait := min(wait<<min(failures, 12), longestRetry)
		_, err = tx.Exec(ctx, `
			INSERT INTO remote_pictures (url, host, fetched_at, used_at, failures, retry_at)
			VALUES ($1, $2, $3, $3, 1, $4)
			ON CONFLICT (url) DO UPDATE
			   SET failures = remote_pictures.failures + 1, retry_at = excluded.retry_at, fetched_at = excluded.fetched_at`,
			src.URL, hostOf(src.URL), store.Millis(now), store.Millis(now.Add(wait)))
		return err
	})
	return errors.Join(why, err)
}
