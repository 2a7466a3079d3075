package posts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
	"palier/protocol/address"
)

// Publish posts what a person drafted. It returns an [instance.Invalid] for
// what cannot be taken, [instance.ErrForbidden] where the person may not post,
// and [instance.ErrNotFound] for a post to answer that they may not read. A
// draft that was sent before returns the post it became then.
func (s *Service) Publish(ctx context.Context, v instance.Viewer, d instance.Draft) (*instance.Post, error) {
	return s.PublishWith(ctx, v, d, nil)
}

// PublishWith is [Service.Publish] and, in its transaction and before anybody
// hears of the post, with: what stands on the post and is no part of it. A draft
// that was sent before is not done again. A nil with does nothing.
func (s *Service) PublishWith(ctx context.Context, v instance.Viewer, d instance.Draft, with With) (*instance.Post, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	if v.ByLine != "" { // everybody reads who wrote it, wherever it is read
		d.Text = strings.TrimSpace(d.Text + "\n\n" + v.ByLine)
	}
	parent, err := s.parent(ctx, v, &d)
	if err != nil {
		return nil, err
	}
	named, err := s.mentioned(ctx, d.Text)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	p, err := s.publish(ctx, v.ID, d, parent, named, with)
	if errors.Is(err, errSent) {
		// The other press was quicker: it is there now.
		p, err = s.publish(ctx, v.ID, d, parent, named, with)
	}
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	return p, nil
}

// With does what belongs to a post in the transaction that writes it.
type With = func(ctx context.Context, tx store.Tx, p *instance.Post) error

func (s *Service) publish(ctx context.Context, by instance.ActorID, d instance.Draft, parent *instance.Post, named []instance.Actor, with With) (p *instance.Post, err error) {
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		p, err = s.publishIn(ctx, tx, by, d, parent, named, with)
		return err
	})
	return p, err
}

func (s *Service) publishIn(ctx context.Context, tx store.Tx, by instance.ActorID, d instance.Draft, parent *instance.Post, named []instance.Actor, with With) (*instance.Post, error) {
	author, err := actors.ByID(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	if author.Gone() {
		return nil, instance.ErrForbidden
	}
	if p, err := sent(ctx, tx, author.ID, d.Once); err != nil || p != nil {
		return p, err
	}
	p, err := s.compose(ctx, tx, author, d, parent, named)
	if err != nil {
		return nil, err
	}
	if err := s.insert(ctx, tx, p, ""); err != nil {
		return nil, err
	}
	if err := s.enough(ctx, tx, p); err != nil {
		return nil, err
	}
	if err := s.attach(ctx, tx, p, d); err != nil {
		return nil, err
	}
	if err := s.keepSent(ctx, tx, p, d.Once); err != nil {
		return nil, err
	}
	if with != nil {
		if err := with(ctx, tx, p); err != nil {
			return nil, err
		}
	}
	return p, s.tell(ctx, tx, instance.Deed{Kind: instance.Posted, Actor: author, Post: p, ID: instance.ID(p.ID)})
}

// parent returns the post that d answers, nil if it answers none, and bends d
// to it: same place, no wider audience.
func (s *Service) parent(ctx context.Context, v instance.Viewer, d *instance.Draft) (*instance.Post, error) {
	if d.ReplyTo == 0 {
		return nil, nil
	}
	parent, err := s.ByID(ctx, v, d.ReplyTo)
	if err != nil {
		return nil, err
	}
	if parent.Gone() {
		return nil, fmt.Errorf("answer %s: %w", parent.ID, instance.ErrGone)
	}
	if !v.MayAnswer(parent) {
		return nil, instance.ErrUnproven
	}
	if unanswerable(parent) {
		return nil, &instance.Invalid{Field: "text", Code: "no-replies"}
	}
	if d.Audience, err = address.Answer(parent.Audience, d.Audience); err != nil {
		return nil, &instance.Invalid{Field: "audience", Code: "apart"}
	}
	d.Group, d.Reach = 0, parent.Reach
	if parent.Group != nil {
		d.Group = parent.Group.ID
	}
	if parent.Waits() && d.Audience != instance.ToMentioned {
		return nil, &instance.Invalid{Code: "waits"} // an answer to what others do not see
	}
	return parent, nil
}

// compose makes the post of a draft, once its author may post it there.
func (s *Service) compose(ctx context.Context, tx store.Tx, author instance.Actor, d instance.Draft, parent *instance.Post, named []instance.Actor) (*instance.Post, error) {
	group, err := s.place(ctx, tx, author, d, parent)
	if err != nil {
		return nil, err
	}
	if d.Audience, err = s.keep(ctx, tx, group, parent, d.Audience); err != nil {
		return nil, err
	}
	if d.Campaign != nil && d.Campaign.Discreet {
		d.Audience = instance.ToMentioned // of nobody: who reads it, its campaign says
	}
	id := instance.PostID(s.ids.Next())
	now := s.now().UTC()
	p := &instance.Post{
		ID: id, URI: s.site.PostURI(id), URL: s.site.PostPage(author.Username, id), Author: author, Group: group,
		Kind: cmp.Or(d.Kind, instance.KindPost), Proposal: d.Proposal, Event: d.Event, Campaign: d.Campaign,
		Warning: d.Warning, Sensitive: d.Sensitive || d.Warning != "", Language: d.Language,
		Audience: d.Audience, Reach: d.Reach, Thread: id, Context: s.site.ThreadURI(id), Local: true, PublishedAt: now,
	}
	if p.Event != nil {
		p.URL = s.site.EventPage(id)
	}
	if parent != nil {
		p.ReplyTo, p.ReplyToURI, p.Thread, p.Context = parent.ID, parent.URI, parent.Thread, parent.Context
		named = withAuthor(named, parent.Author, author)
	}
	if p.Reach == 0 {
		p.Reach = instance.DefaultReach
	}
	s.write(p, d, named)
	if d.Poll != nil {
		if p.Poll, err = d.Poll.Open(now); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// place returns the group a draft is posted in, nil for none.
func (s *Service) place(ctx context.Context, tx store.Tx, author instance.Actor, d instance.Draft, parent *instance.Post) (*instance.Actor, error) {
	if d.Group == 0 {
		if d.Audience.Local() {
			return nil, &instance.Invalid{Field: "audience", Code: "needs-place"}
		}
		return nil, nil
	}
	group, err := actors.ByID(ctx, tx, d.Group)
	if err != nil {
		return nil, err
	}
	if group.Kind != instance.Group || group.Gone() {
		return nil, fmt.Errorf("place %s: %w", d.Group, instance.ErrNotFound)
	}
	if parent != nil && parent.Audience == d.Audience {
		return &group, nil // whoever reads a post may answer it to the same people
	}
	if !group.Local() {
		if d.Audience.Local() {
			return nil, &instance.Invalid{Field: "audience", Code: "needs-place"}
		}
		return &group, nil
	}
	if parent != nil && !d.Audience.Local() || group.ID == author.ID {
		return &group, nil // a place speaks for itself: who may let it was asked before
	}
	may, err := s.places.MayPost(ctx, tx, group.ID, author.ID)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, fmt.Errorf("post in %s: %w", group.ID, instance.ErrForbidden)
	}
	if d.Audience == instance.ToBuilding && !group.Level.House() {
		return nil, &instance.Invalid{Field: "audience", Code: "not-a-building"}
	}
	if d.Audience == instance.ToAround && group.Level == "" {
		return nil, &instance.Invalid{Field: "audience", Code: "unknown"} // a club has no surroundings
	}
	return &group, nil
}

// keep returns for whom a post is that somebody wants to be for asked: a place
// that keeps what is posted in it makes its circle of everyone. An answer to a
// post that everyone may read is not kept from them.
func (s *Service) keep(ctx context.Context, tx store.Tx, group *instance.Actor, parent *instance.Post, asked instance.Audience) (instance.Audience, error) {
	if group == nil || !group.Local() || !asked.Open() || parent != nil {
		return asked, nil
	}
	keeps, err := s.places.Keeps(ctx, tx, group.ID)
	switch {
	case err != nil || !keeps:
		return asked, err
	case group.Level.House():
		return instance.ToBuilding, nil
	default:
		return instance.ToNeighbourhood, nil
	}
}

// write puts the words of a draft into a post: its HTML, and whom and what it
// names.
func (s *Service) write(p *instance.Post, d instance.Draft, named []instance.Actor) {
	p.Title, p.Source = d.Title, d.Text
	if p.Discreet() {
		named = nil // a name in it makes nobody its reader
	}
	p.Mentions = named
	text := withCampaign(d.Text, p.Campaign)
	p.Tags = writing.Hashtags(text)
	byHandle := make(map[string]instance.Actor, len(named))
	for _, a := range named {
		byHandle[strings.ToLower(a.Acct())] = a
	}
	p.Content = writing.Render(text, writing.Options{
		Mention: func(handle string) (href, shown string, ok bool) {
			a, ok := byHandle[s.key(handle)]
			return a.URL, a.Username, ok
		},
		Tag: s.site.TagPage,
	}).HTML
}

// key is the handle by which an actor is known here: without our own host.
func (s *Service) key(handle string) string {
	handle = strings.ToLower(strings.TrimPrefix(handle, "@"))
	return strings.TrimSuffix(handle, "@"+s.site.Host())
}

// Looking up people on other servers is bounded: what is not found in time
// stays plain text.
const (
	maxLookups = 5
	lookupTime = 5 * time.Second
)

// mentioned returns the actors that text names, as far as they can be found.
func (s *Service) mentioned(ctx context.Context, text string) ([]instance.Actor, error) {
	handles := writing.Mentions(text)
	if len(handles) == 0 {
		return nil, nil
	}
	keys := make([]string, len(handles))
	for i, h := range handles {
		keys[i] = s.key(h)
	}
	known, err := actors.ByHandles(ctx, s.db.Read(), keys)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	var named []instance.Actor
	lookups := 0
	for _, key := range keys {
		a, ok := known[key]
		if !ok && s.finder != nil && strings.Contains(key, "@") && lookups < maxLookups {
			lookups++
			if a, err = s.finder.Find(ctx, key); err == nil {
				ok = true
			}
		}
		if ok && !a.Gone() {
			named = append(named, a)
			delete(known, key)
		}
	}
	return named, nil
}

// withAuthor adds the author of what is answered to those named, unless it is
// oneself.
func withAuthor(named []instance.Actor, author, self instance.Actor) []instance.Actor {
	if author.ID == self.ID {
		return named
	}
	for _, a := range named {
		if a.ID == author.ID {
			return named
		}
	}
	return append([]instance.Actor{author}, named...)
}

// attach gives the uploaded pictures of a draft to the post. Pictures of
// others, or of another post, are [instance.ErrNotFound].
func (s *Service) attach(ctx context.Context, tx store.Tx, p *instance.Post, d instance.Draft) error {
	for i, id := range d.Pictures {
		n, err := tx.Exec(ctx, `
			UPDATE media
			   SET post_id = $2, position = $3, description = COALESCE($5, description)
			 WHERE id = $1 AND owner_id = $4 AND scheduled_id IS NULL AND (post_id IS NULL OR post_id = $2)`, id, p.ID, i, p.Author.ID, description(d.Descriptions, i))
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("picture %s: %w", id, instance.ErrNotFound)
		}
	}
	if len(d.Pictures) == 0 {
		return nil
	}
	return addPictures(ctx, tx, map[instance.PostID]*instance.Post{p.ID: p}, []instance.PostID{p.ID})
}

// description is the i-th of a draft's, nil if it has none.
func description(all []string, i int) *string {
	if i >= len(all) {
		return nil
	}
	text := strings.TrimSpace(all[i])
	return &text
}

// maxSalts is how often another id is tried for a post whose own is taken.
const maxSalts = 8

var errNoID = errors.New("no free id")

// insert writes a new post with whom and what it names, and counts it.
// document is what it came as, empty for ours.
func (s *Service) insert(ctx context.Context, tx store.Tx, p *instance.Post, document string) error {
	var group *instance.ActorID
	if p.Group != nil {
		group = &p.Group.ID
	}
	var reply *instance.PostID
	if p.ReplyTo != 0 {
		reply = &p.ReplyTo
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO posts (id, uri, url, author_id, group_id, kind, title, content, source, warning, sensitive, language,
			audience, reach, reply_to_id, reply_to_uri, thread_id, context, local, document, published_at, waits_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
		ON CONFLICT DO NOTHING`,
		p.ID, p.URI, p.URL, p.Author.ID, group, p.Kind, p.Title, p.Content, p.Source, p.Warning, p.Sensitive, p.Language,
		string(p.Audience), int(p.Reach), reply, p.ReplyToURI, p.Thread, p.Context, p.Local, document, store.Millis(p.PublishedAt), store.MillisOrNull(p.WaitsAt))
	if err != nil {
		return err
	}
	if n == 0 {
		return errNoID
	}
	if err := s.name(ctx, tx, p); err != nil {
		return err
	}
	if err := s.insertPoll(ctx, tx, p); err != nil {
		return err
	}
	if err := insertProposal(ctx, tx, p); err != nil {
		return err
	}
	if err := insertEvent(ctx, tx, p); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE actors
		   SET posts_count = posts_count + 1, last_posted_at = $2
		 WHERE id = $1`, p.Author.ID, store.Millis(p.PublishedAt))
	if err != nil || p.ReplyTo == 0 || p.Waits() {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE posts SET replies_count = replies_count + 1 WHERE id = $1`, p.ReplyTo)
	return err
}

// name replaces whom and what the post names, in one statement each.
func (s *Service) name(ctx context.Context, tx store.Tx, p *instance.Post) error {
	if len(p.Mentions) > 0 {
		args := []any{p.ID}
		for _, a := range p.Mentions {
			args = append(args, a.ID)
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO post_mentions (post_id, actor_id)
			SELECT CAST($1 AS BIGINT), a.id FROM actors a WHERE a.id IN (`+store.Placeholders(2, len(p.Mentions))+`)
			ON CONFLICT DO NOTHING`, args...)
		if err != nil {
			return err
		}
	}
	for _, tag := range p.Tags {
		_, err := tx.Exec(ctx, `
			INSERT INTO post_tags (tag, post_id)
			VALUES ($1, $2)
			ON CONFLICT DO NOTHING`, tag, p.ID)
		if err != nil {
			return err
		}
	}
	return nil
}
