package posts

import (
	"context"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/readable"
	"palier/instance/store"
)

const columns = `p.id, p.uri, p.url, p.author_id, p.group_id, p.kind, p.title, p.content, p.source, p.warning, p.sensitive, p.language,
	p.audience, p.reach, p.reply_to_id, p.reply_to_uri, p.thread_id, p.context, p.local,
	p.published_at, p.edited_at, p.deleted_at, p.removed_at, p.waits_at, p.likes_count, p.boosts_count, p.replies_count`

// scan reads a post from a row of columns; author and group hold ids only.
func scan(r store.Row) (*instance.Post, error) {
	var p instance.Post
	var group *instance.ActorID
	var reply *instance.PostID
	var audience string
	var reach int
	var published int64
	var edited, deleted, removed, waits *int64
	err := r.Scan(&p.ID, &p.URI, &p.URL, &p.Author.ID, &group, &p.Kind, &p.Title, &p.Content, &p.Source, &p.Warning, &p.Sensitive, &p.Language,
		&audience, &reach, &reply, &p.ReplyToURI, &p.Thread, &p.Context, &p.Local,
		&published, &edited, &deleted, &removed, &waits, &p.Likes, &p.Boosts, &p.Replies)
	if err != nil {
		return nil, notFound(err)
	}
	if group != nil {
		p.Group = &instance.Actor{ID: *group}
	}
	if reply != nil {
		p.ReplyTo = *reply
	}
	p.Audience, p.Reach = instance.Audience(audience), instance.Reach(reach)
	p.PublishedAt, p.EditedAt = store.Time(published), store.TimeOrNever(edited)
	p.DeletedAt, p.RemovedAt, p.WaitsAt = store.TimeOrNever(deleted), store.TimeOrNever(removed), store.TimeOrNever(waits)
	return &p, nil
}

func list(rows store.Rows, err error) ([]*instance.Post, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []*instance.Post
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, rows.Err()
}

// ByID returns one post if v may read it, else [instance.ErrNotFound]. One that
// was deleted comes without its content.
func (s *Service) ByID(ctx context.Context, v instance.Viewer, id instance.PostID) (*instance.Post, error) {
	found, err := s.Load(ctx, v, []instance.PostID{id})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("post %s: %w", id, instance.ErrNotFound)
	}
	return found[0], nil
}

// Load returns those of the posts that v may read, in the order asked for and
// with everything a page shows of them, in a handful of queries however many
// there are.
func (s *Service) Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	tx := s.db.Read()
	args := idArgs(ids)
	where, args := readable.Where(v, args)
	found, err := list(tx.Query(ctx, `
		SELECT `+columns+`
		  FROM posts p
		 WHERE p.id IN (`+store.Placeholders(1, len(ids))+`) AND `+where, args...))
	if err != nil {
		return nil, fmt.Errorf("load posts: %w", err)
	}
	if err := Complete(ctx, tx, v.ID, found); err != nil {
		return nil, fmt.Errorf("load posts: %w", err)
	}
	byID := make(map[instance.PostID]*instance.Post, len(found))
	for _, p := range found {
		byID[p.ID] = p
	}
	ordered := found[:0]
	for _, id := range ids {
		if p := byID[id]; p != nil && !p.Author.Gone() {
			ordered = append(ordered, p)
			delete(byID, id)
		}
	}
	return ordered, nil
}

// ByURI returns the post that is known as uri, for the server's own use: it
// asks nobody's leave.
func ByURI(ctx context.Context, tx store.Tx, uri string) (*instance.Post, error) {
	return one(ctx, tx, `p.uri = $1`, uri, 0)
}

// ByIDIn is [ByURI] by id.
func ByIDIn(ctx context.Context, tx store.Tx, id instance.PostID) (*instance.Post, error) {
	return one(ctx, tx, `p.id = $1`, id, 0)
}

func one(ctx context.Context, tx store.Tx, where string, arg any, viewer instance.ActorID) (*instance.Post, error) {
	p, err := scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM posts p WHERE `+where, arg))
	if err != nil {
		return nil, fmt.Errorf("post %v: %w", arg, err)
	}
	if err := Complete(ctx, tx, viewer, []*instance.Post{p}); err != nil {
		return nil, fmt.Errorf("post %v: %w", arg, err)
	}
	return p, nil
}

// Complete fills in what stands in other tables: authors, groups, who is
// answered, pictures, cards, polls, proposals, events, mentions, hashtags, and what the viewer did with
// each post.
func Complete(ctx context.Context, tx store.Tx, viewer instance.ActorID, found []*instance.Post) error {
	if len(found) == 0 {
		return nil
	}
	byID := make(map[instance.PostID]*instance.Post, len(found))
	ids := make([]instance.PostID, 0, len(found))
	for _, p := range found {
		if p.Gone() {
			p.Title, p.Content, p.Source, p.Warning = "", "", "", ""
		}
		byID[p.ID] = p
		ids = append(ids, p.ID)
	}
	if err := addWithdrawn(ctx, tx, found, byID); err != nil {
		return err
	}
	if err := addActors(ctx, tx, found, byID, ids); err != nil {
		return err
	}
	if err := addPictures(ctx, tx, byID, ids); err != nil {
		return err
	}
	if err := addCards(ctx, tx, byID, ids); err != nil {
		return err
	}
	if err := addPolls(ctx, tx, viewer, byID, ids); err != nil {
		return err
	}
	if err := addMatters(ctx, tx, found, byID); err != nil {
		return err
	}
	if err := addTags(ctx, tx, byID, ids); err != nil {
		return err
	}
	return addReactions(ctx, tx, viewer, byID, ids)
}

// addMatters loads what the posts propose and invite to. Most are just posts,
// and cost nothing here.
func addMatters(ctx context.Context, tx store.Tx, found []*instance.Post, byID map[instance.PostID]*instance.Post) error {
	var proposals, events, notices []instance.PostID
	for _, p := range found {
		switch p.Kind {
		case instance.KindPost:
		case instance.KindNotice:
			notices = append(notices, p.ID)
		case instance.KindEvent:
			events = append(events, p.ID)
		default:
			proposals = append(proposals, p.ID)
		}
	}
	if len(proposals) > 0 {
		if err := addProposals(ctx, tx, byID, proposals); err != nil {
			return err
		}
	}
	if part := append(slices.Clone(proposals), events...); len(part) > 0 {
		if err := addCampaigns(ctx, tx, byID, part); err != nil {
			return err
		}
	}
	if len(notices) > 0 {
		if err := addNotices(ctx, tx, byID, notices); err != nil {
			return err
		}
	}
	if len(events) == 0 {
		return nil
	}
	return addEvents(ctx, tx, byID, events)
}

// addActors loads authors, groups, whom the posts answer and whom they mention
// at once.
func addActors(ctx context.Context, tx store.Tx, found []*instance.Post, byID map[instance.PostID]*instance.Post, ids []instance.PostID) error {
	answered, err := answeredBy(ctx, tx, found)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		SELECT post_id, actor_id
		  FROM post_mentions
		 WHERE post_id IN (`+store.Placeholders(1, len(ids))+`)
		 ORDER BY post_id, actor_id`, idArgs(ids)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	mentions := map[instance.PostID][]instance.ActorID{}
	wanted := map[instance.ActorID]bool{}
	for rows.Next() {
		var post instance.PostID
		var actor instance.ActorID
		if err := rows.Scan(&post, &actor); err != nil {
			return err
		}
		if !byID[post].Gone() {
			mentions[post] = append(mentions[post], actor)
			wanted[actor] = true
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, p := range found {
		wanted[p.Author.ID] = true
		if p.Group != nil {
			wanted[p.Group.ID] = true
		}
		if who, ok := answered[p.ReplyTo]; ok {
			wanted[who] = true
		}
	}
	list := make([]instance.ActorID, 0, len(wanted))
	for id := range wanted {
		list = append(list, id)
	}
	known, err := actors.ByIDs(ctx, tx, list)
	if err != nil {
		return err
	}
	for _, p := range found {
		p.Author = known[p.Author.ID]
		if p.Group != nil {
			g := known[p.Group.ID]
			p.Group = &g
		}
		if who, ok := answered[p.ReplyTo]; ok {
			a := known[who]
			p.Answered = &a
		}
		for _, id := range mentions[p.ID] {
			p.Mentions = append(p.Mentions, known[id])
		}
	}
	return nil
}

// answeredBy returns the authors of what the posts answer, by its id.
func answeredBy(ctx context.Context, tx store.Tx, found []*instance.Post) (map[instance.PostID]instance.ActorID, error) {
	authors := map[instance.PostID]instance.ActorID{}
	var args []any
	for _, p := range found {
		if p.ReplyTo != 0 && !p.Gone() {
			args = append(args, p.ReplyTo)
		}
	}
	if len(args) == 0 {
		return authors, nil
	}
	rows, err := tx.Query(ctx, `
		SELECT id, author_id
		  FROM posts
		 WHERE id IN (`+store.Placeholders(1, len(args))+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.PostID
		var author instance.ActorID
		if err := rows.Scan(&id, &author); err != nil {
			return nil, err
		}
		authors[id] = author
	}
	return authors, rows.Err()
}

func addPictures(ctx context.Context, tx store.Tx, byID map[instance.PostID]*instance.Post, ids []instance.PostID) error {
	rows, err := tx.Query(ctx, `
		SELECT post_id, id, media_type, file, thumb, remote_url, width, height, blurhash, description, focus_x, focus_y
		  FROM media
		 WHERE post_id IN (`+store.Placeholders(1, len(ids))+`)
		 ORDER BY post_id, position`, idArgs(ids)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var post instance.PostID
		var m instance.Picture
		if err := rows.Scan(&post, &m.ID, &m.Type, &m.File, &m.Thumb, &m.RemoteURL, &m.Width, &m.Height, &m.Blurhash, &m.Description, &m.FocusX, &m.FocusY); err != nil {
			return err
		}
		if p := byID[post]; !p.Gone() {
			p.Pictures = append(p.Pictures, m)
		}
	}
	return rows.Err()
}

func addTags(ctx context.Context, tx store.Tx, byID map[instance.PostID]*instance.Post, ids []instance.PostID) error {
	rows, err := tx.Query(ctx, `
		SELECT post_id, tag
		  FROM post_tags
		 WHERE post_id IN (`+store.Placeholders(1, len(ids))+`)
		 ORDER BY post_id, tag`, idArgs(ids)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var post instance.PostID
		var tag string
		if err := rows.Scan(&post, &tag); err != nil {
			return err
		}
		if p := byID[post]; !p.Gone() {
			p.Tags = append(p.Tags, tag)
		}
	}
	return rows.Err()
}

func addReactions(ctx context.Context, tx store.Tx, viewer instance.ActorID, byID map[instance.PostID]*instance.Post, ids []instance.PostID) error {
	if viewer == 0 {
		return nil
	}
	args := append([]any{viewer}, idArgs(ids)...)
	in := store.Placeholders(2, len(ids))
	rows, err := tx.Query(ctx, `
		SELECT post_id, 'like' FROM likes WHERE actor_id = $1 AND post_id IN (`+in+`)
		UNION ALL
		SELECT post_id, 'boost' FROM boosts WHERE actor_id = $1 AND post_id IN (`+in+`)
		UNION ALL
		SELECT post_id, 'pin' FROM pins WHERE actor_id = $1 AND post_id IN (`+in+`)
		UNION ALL
		SELECT post_id, 'bookmark' FROM bookmarks WHERE actor_id = $1 AND post_id IN (`+in+`)
		UNION ALL
		SELECT p.id, 'mute'
		  FROM posts p JOIN muted_threads m ON m.thread_id = p.thread_id
		 WHERE m.actor_id = $1 AND p.id IN (`+in+`)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var post instance.PostID
		var what string
		if err := rows.Scan(&post, &what); err != nil {
			return err
		}
		p := byID[post]
		switch what {
		case "like":
			p.Liked = true
		case "boost":
			p.Boosted = true
		case "pin":
			p.Pinned = true
		case "bookmark":
			p.Bookmarked = true
		case "mute":
			p.ThreadMuted = true
		}
	}
	return rows.Err()
}

func idArgs(ids []instance.PostID) []any {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return args
}
