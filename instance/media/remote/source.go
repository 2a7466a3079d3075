package remote

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Source is a picture of another server as it stands in our database, and what
// of it is here.
type Source struct {
	URL  string
	Host string // of whoever shows it; its address may be on yet another
	// Post is the post it belongs to, if who may see it depends on that.
	Post instance.PostID
	// Open tells that everyone may see it.
	Open bool
	// Blurhash stands for it until it is here.
	Blurhash string

	kept kept
}

// kept is what of a picture is here.
type kept struct {
	file, thumb string
	blurhash    string
	used        time.Time
	retry       time.Time
	barred      bool
}

// keptColumns are those of [kept.fields], of the table's alias r that may have
// no row.
const keptColumns = `COALESCE(r.file, ''), COALESCE(r.thumb, ''), COALESCE(r.blurhash, ''),
	COALESCE(r.used_at, 0), COALESCE(r.retry_at, 0), COALESCE(r.barred, FALSE)`

// sources say where pictures of each kind stand. What is gone or was taken out
// is shown no more.
var sources = map[instance.PictureOf]string{
	instance.OfPortrait: `
		SELECT a.icon, a.host, '', CAST(0 AS BIGINT), 'public', ` + keptColumns + `
		  FROM actors a LEFT JOIN remote_pictures r ON r.url = a.icon
		 WHERE a.id = $1 AND a.host <> '' AND a.icon <> '' AND a.deleted_at IS NULL AND a.suspended_at IS NULL`,
	instance.OfHeader: `
		SELECT a.image, a.host, '', CAST(0 AS BIGINT), 'public', ` + keptColumns + `
		  FROM actors a LEFT JOIN remote_pictures r ON r.url = a.image
		 WHERE a.id = $1 AND a.host <> '' AND a.image <> '' AND a.deleted_at IS NULL AND a.suspended_at IS NULL`,
	instance.OfAttachment: `
		SELECT m.remote_url, a.host, m.blurhash, p.id, CASE WHEN p.waits_at IS NULL THEN p.audience ELSE 'direct' END, ` + keptColumns + `
		  FROM media m
		  JOIN posts p ON p.id = m.post_id
		  JOIN actors a ON a.id = p.author_id
		  LEFT JOIN remote_pictures r ON r.url = m.remote_url
		 WHERE m.id = $1 AND m.remote_url <> '' AND p.deleted_at IS NULL AND p.removed_at IS NULL
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL`,
	instance.OfCard: `
		SELECT c.image, c.host, '', CAST(0 AS BIGINT), 'public', ` + keptColumns + `
		  FROM cards c LEFT JOIN remote_pictures r ON r.url = c.image
		 WHERE c.id = $1 AND c.image <> '' AND c.state = 'shown'`,
}

// Find returns the picture that belongs to something. It returns
// [instance.ErrNotFound] if there is none, or if it is from a server that was
// shut out.
func (c *Cache) Find(ctx context.Context, of instance.PictureOf, id instance.ID) (Source, error) {
	src, err := c.find(ctx, of, id)
	if err == nil {
		err = c.shut(ctx, c.DB.Read(), src)
	}
	if err != nil {
		return Source{}, fmt.Errorf("%s %s: %w", of, id, err)
	}
	return src, nil
}

func (c *Cache) find(ctx context.Context, of instance.PictureOf, id instance.ID) (Source, error) {
	query, ok := sources[of]
	if !ok {
		return Source{}, instance.ErrNotFound
	}
	var src Source
	var audience string
	var used, retry int64
	k := &src.kept
	err := c.DB.Read().QueryRow(ctx, query, id).Scan(&src.URL, &src.Host, &src.Blurhash, &src.Post, &audience,
		&k.file, &k.thumb, &k.blurhash, &used, &retry, &k.barred)
	if errors.Is(err, store.ErrNoRows) {
		return src, instance.ErrNotFound
	}
	if err != nil {
		return src, err
	}
	src.Open = instance.Audience(audience).Open()
	k.used, k.retry = store.Time(used), store.Time(retry)
	if k.blurhash != "" {
		src.Blurhash = k.blurhash
	}
	return src, nil
}

// shut returns [instance.ErrNotFound] for what a server shows that was shut
// out, or what lies on one.
func (c *Cache) shut(ctx context.Context, tx store.Tx, src Source) error {
	hosts := []string{src.Host}
	if at := hostOf(src.URL); at != src.Host {
		hosts = append(hosts, at)
	}
	out, err := c.Shut(ctx, tx, hosts)
	if err == nil && out {
		return instance.ErrNotFound
	}
	return err
}

// hostOf is the host[:port] of an address.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
