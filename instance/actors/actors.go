// Package actors reads and writes the rows of those who act, ours and others':
// a floor that people, places, posts and the wire all stand on. It knows rows,
// not rules.
package actors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// Columns lists what [Scan] reads, each prefixed with the table's alias a.
const Columns = `a.id, a.uri, a.kind, a.username, a.host, a.name, a.summary, a.url, a.icon, a.image, a.fields,
	a.inbox, a.shared_inbox, a.outbox, a.followers, a.following, a.featured, a.moderators,
	a.locked, a.discoverable, a.indexable, a.hide_collections, a.level, a.territory, a.latitude, a.longitude, a.radius_km,
	a.moved_to, a.created_at, a.updated_at, a.fetched_at, a.limited_at, a.suspended_at, a.deleted_at, a.last_posted_at,
	a.posts_count, a.followers_count, a.following_count`

// row holds what needs more than a plain Scan.
type row struct {
	a                                            *instance.Actor
	kind, level, fields                          string
	latitude, longitude, radius                  *float64
	created, updated                             int64
	fetched, limited, suspended, deleted, posted *int64
}

// Fields returns where to scan [Columns] into, and what to call once they are
// scanned. It lets a query read an actor beside other things.
func Fields(a *instance.Actor) (dest []any, done func() error) {
	r := &row{a: a}
	return []any{
		&a.ID, &a.URI, &r.kind, &a.Username, &a.Host, &a.Name, &a.Summary, &a.URL, &a.Icon, &a.Image, &r.fields,
		&a.Inbox, &a.SharedInbox, &a.Outbox, &a.Followers, &a.Following, &a.Featured, &a.Moderators,
		&a.Locked, &a.Discoverable, &a.Indexable, &a.HideCollections, &r.level, &a.Territory, &r.latitude, &r.longitude, &r.radius,
		&a.MovedTo, &r.created, &r.updated, &r.fetched, &r.limited, &r.suspended, &r.deleted, &r.posted,
		&a.PostsCount, &a.FollowersCount, &a.FollowingCount,
	}, r.finish
}

func (r *row) finish() error {
	a := r.a
	a.Kind, a.Level = instance.ActorKind(r.kind), instance.Level(r.level)
	a.CreatedAt, a.UpdatedAt = store.Time(r.created), store.Time(r.updated)
	a.FetchedAt, a.LimitedAt = store.TimeOrNever(r.fetched), store.TimeOrNever(r.limited)
	a.SuspendedAt, a.DeletedAt = store.TimeOrNever(r.suspended), store.TimeOrNever(r.deleted)
	a.LastPostedAt = store.TimeOrNever(r.posted)
	if r.latitude != nil && r.longitude != nil {
		a.Latitude, a.Longitude = *r.latitude, *r.longitude
	}
	if r.radius != nil {
		a.RadiusKM = *r.radius
	}
	if r.fields == "" || r.fields == "[]" {
		return nil
	}
	if err := json.Unmarshal([]byte(r.fields), &a.Fields); err != nil {
		return fmt.Errorf("read fields of actor %s: %w", a.ID, err)
	}
	return nil
}

// Scan reads one actor from a row that holds [Columns] and nothing else.
func Scan(r store.Row) (instance.Actor, error) {
	var a instance.Actor
	dest, done := Fields(&a)
	if err := r.Scan(dest...); err != nil {
		if errors.Is(err, store.ErrNoRows) {
			return a, instance.ErrNotFound
		}
		return a, err
	}
	return a, done()
}

// List reads every actor of rows that hold [Columns], and closes them.
func List(rows store.Rows, err error) ([]instance.Actor, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []instance.Actor
	for rows.Next() {
		a, err := Scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// ByID returns one actor. It returns [instance.ErrNotFound] if there is none.
func ByID(ctx context.Context, tx store.Tx, id instance.ActorID) (instance.Actor, error) {
	a, err := Scan(tx.QueryRow(ctx, `SELECT `+Columns+` FROM actors a WHERE a.id = $1`, id))
	if err != nil {
		return a, fmt.Errorf("actor %s: %w", id, err)
	}
	return a, nil
}

// ByURI returns the actor that others know as uri. It returns
// [instance.ErrNotFound] if we do not know it.
func ByURI(ctx context.Context, tx store.Tx, uri string) (instance.Actor, error) {
	a, err := Scan(tx.QueryRow(ctx, `SELECT `+Columns+` FROM actors a WHERE a.uri = $1`, uri))
	if err != nil {
		return a, fmt.Errorf("actor %s: %w", uri, err)
	}
	return a, nil
}

// ByName returns the actor called username on host, ours for an empty host. Of
// several a host has had under one name, it is the latest.
func ByName(ctx context.Context, tx store.Tx, username, host string) (instance.Actor, error) {
	a, err := Scan(tx.QueryRow(ctx, `
		SELECT `+Columns+`
		  FROM actors a
		 WHERE a.username_key = $1 AND a.host = $2
		 ORDER BY a.deleted_at IS NULL DESC, a.id DESC
		 LIMIT 1`, strings.ToLower(username), strings.ToLower(host)))
	if err != nil {
		return a, fmt.Errorf("actor %s@%s: %w", username, host, err)
	}
	return a, nil
}

// ByIDs returns the actors with these ids, by id; unknown ones are left out.
func ByIDs(ctx context.Context, tx store.Tx, ids []instance.ActorID) (map[instance.ActorID]instance.Actor, error) {
	found := make(map[instance.ActorID]instance.Actor, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	list, err := List(tx.Query(ctx, `
		SELECT `+Columns+`
		  FROM actors a
		 WHERE a.id IN (`+store.Placeholders(1, len(ids))+`)`, args...))
	if err != nil {
		return nil, fmt.Errorf("actors by id: %w", err)
	}
	for _, a := range list {
		found[a.ID] = a
	}
	return found, nil
}

// ByURIs returns the actors with these URIs, by URI; unknown ones are left out.
func ByURIs(ctx context.Context, tx store.Tx, uris []string) (map[string]instance.Actor, error) {
	found := make(map[string]instance.Actor, len(uris))
	if len(uris) == 0 {
		return found, nil
	}
	args := make([]any, len(uris))
	for i, uri := range uris {
		args[i] = uri
	}
	list, err := List(tx.Query(ctx, `
		SELECT `+Columns+`
		  FROM actors a
		 WHERE a.uri IN (`+store.Placeholders(1, len(uris))+`)`, args...))
	if err != nil {
		return nil, fmt.Errorf("actors by URI: %w", err)
	}
	for _, a := range list {
		found[a.URI] = a
	}
	return found, nil
}

// ByHandles returns the actors with these handles (name for ours, name@host
// for others', in lower case), by handle; unknown ones are left out.
func ByHandles(ctx context.Context, tx store.Tx, handles []string) (map[string]instance.Actor, error) {
	found := make(map[string]instance.Actor, len(handles))
	if len(handles) == 0 {
		return found, nil
	}
	var args []any
	var pairs []string
	for _, h := range handles {
		name, host, _ := strings.Cut(h, "@")
		pairs = append(pairs, "("+store.Placeholders(len(args)+1, 2)+")")
		args = append(args, name, host)
	}
	list, err := List(tx.Query(ctx, `
		SELECT `+Columns+`
		  FROM actors a
		 WHERE (a.username_key, a.host) IN (VALUES `+strings.Join(pairs, ", ")+`)
		   AND a.deleted_at IS NULL
		 ORDER BY a.id`, args...))
	if err != nil {
		return nil, fmt.Errorf("actors by handle: %w", err)
	}
	for _, a := range list {
		found[strings.ToLower(a.Acct())] = a
	}
	return found, nil
}
