package remote

import (
	"context"
	"errors"
	"net/http"

	"palier/instance"
	"palier/instance/media"
	"palier/instance/store"
)

// Serve answers with a picture, or its smaller copy. One that is not here yet is
// fetched: who looks first waits a moment at most and sees something neutral if
// that is not enough. It returns [instance.ErrNotFound], before writing
// anything, for one that an administrator threw out.
//
// The caller has decided that whoever asks may see it, as one of readers.
func (c *Cache) Serve(w http.ResponseWriter, r *http.Request, of instance.PictureOf, id instance.ID, src Source, readers media.Readers, small bool) error {
	if src.kept.file == "" && !c.arrives(r.Context(), of, id, &src) {
		if src.kept.barred {
			return instance.ErrNotFound
		}
		return placeholder(w, src.Blurhash)
	}
	name := src.kept.file
	if small {
		name = src.kept.thumb
	}
	err := c.Pictures.ServeCopy(w, r, name, readers)
	if errors.Is(err, media.ErrNotFound) {
		// Thrown out just now, or the file was lost: it is fetched again.
		if !c.Now().Before(src.kept.retry) {
			c.want(src)
		}
		return placeholder(w, src.Blurhash)
	}
	if err == nil {
		c.touch(r.Context(), src)
	}
	return err
}

// arrives has a picture fetched and waits a moment for it.
func (c *Cache) arrives(ctx context.Context, of instance.PictureOf, id instance.ID, src *Source) bool {
	if src.kept.barred || c.Now().Before(src.kept.retry) {
		return false
	}
	done := c.want(*src)
	if done == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	select {
	case <-done:
	case <-ctx.Done():
		return false
	}
	now, err := c.find(ctx, of, id)
	if err != nil || now.kept.file == "" || now.URL != src.URL {
		return false
	}
	*src = now
	return true
}

// touch notes that somebody looked, once a day.
func (c *Cache) touch(ctx context.Context, src Source) {
	now := c.Now()
	if now.Sub(src.kept.used) < usedEvery {
		return
	}
	err := c.DB.Joined(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE remote_pictures SET used_at = $2 WHERE url = $1`, src.URL, store.Millis(now))
		return err
	})
	if err != nil {
		c.Log.Info("note that a picture was looked at", "url", src.URL, "error", err)
	}
}

// placeholder answers with something neutral that no browser keeps: the next
// look may find the picture.
func placeholder(w http.ResponseWriter, blurhash string) error {
	content, err := media.Placeholder(blurhash)
	if err != nil {
		return err
	}
	media.Harmless(w.Header(), "image/png")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(content) // whoever looked may have gone
	return nil
}
