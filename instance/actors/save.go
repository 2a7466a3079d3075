package actors

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// Save writes a as it is now. For one that is known by its URI, everything but
// its id, its counts and what moderators decided is replaced; document is the
// JSON it came as, empty for ours.
func Save(ctx context.Context, tx store.Tx, a instance.Actor, document string) error {
	fields, err := json.Marshal(a.Fields)
	if err != nil {
		return fmt.Errorf("save actor %s: %w", a.URI, err)
	}
	if a.Fields == nil {
		fields = []byte("[]")
	}
	var latitude, longitude, radius *float64
	if a.Latitude != 0 || a.Longitude != 0 {
		latitude, longitude, radius = &a.Latitude, &a.Longitude, &a.RadiusKM
	}
	kept := a // under the id it is known by
	err = tx.QueryRow(ctx, `
		INSERT INTO actors (id, uri, kind, username, username_key, host, name, summary, url, icon, image, fields,
			inbox, shared_inbox, outbox, followers, following, featured, moderators,
			locked, discoverable, indexable, hide_collections, level, territory, latitude, longitude, radius_km,
			moved_to, created_at, updated_at, fetched_at, document)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
			$20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)
		ON CONFLICT (uri) DO UPDATE
		   SET kind = excluded.kind, username = excluded.username, username_key = excluded.username_key,
		       name = excluded.name, summary = excluded.summary, url = excluded.url, icon = excluded.icon,
		       image = excluded.image, fields = excluded.fields, inbox = excluded.inbox,
		       shared_inbox = excluded.shared_inbox, outbox = excluded.outbox, followers = excluded.followers,
		       following = excluded.following, featured = excluded.featured, moderators = excluded.moderators,
		       locked = excluded.locked, discoverable = excluded.discoverable, indexable = excluded.indexable, hide_collections = excluded.hide_collections,
		       level = excluded.level, territory = excluded.territory, latitude = excluded.latitude,
		       longitude = excluded.longitude, radius_km = excluded.radius_km, moved_to = excluded.moved_to,
		       updated_at = excluded.updated_at, fetched_at = excluded.fetched_at, document = excluded.document
		RETURNING id, username, host`,
		a.ID, a.URI, string(a.Kind), a.Username, strings.ToLower(a.Username), strings.ToLower(a.Host), a.Name, a.Summary, a.URL, a.Icon, a.Image, string(fields),
		a.Inbox, a.SharedInbox, a.Outbox, a.Followers, a.Following, a.Featured, a.Moderators,
		a.Locked, a.Discoverable, a.Indexable, a.HideCollections, string(a.Level), a.Territory, latitude, longitude, radius,
		a.MovedTo, store.Millis(a.CreatedAt), store.Millis(a.UpdatedAt), store.MillisOrNull(a.FetchedAt), document,
	).Scan(&kept.ID, &kept.Username, &kept.Host)
	if store.IsUnique(err) {
		return fmt.Errorf("save actor %s: %w", a.URI, instance.ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("save actor %s: %w", a.URI, err)
	}
	return Index(ctx, tx, kept)
}

// MarkDeleted keeps the actor's place and forgets what it said of itself.
func MarkDeleted(ctx context.Context, tx store.Tx, id instance.ActorID, at int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE actors
		   SET deleted_at = $2, name = '', summary = '', icon = '', image = '', fields = '[]', document = ''
		 WHERE id = $1 AND deleted_at IS NULL`, id, at)
	if err != nil {
		return fmt.Errorf("delete actor %s: %w", id, err)
	}
	if err := Words.Drop(ctx, tx, int64(id)); err != nil {
		return fmt.Errorf("delete actor %s: %w", id, err)
	}
	return nil
}
