package moderation

import (
	"context"
	"fmt"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Report is what somebody brought before the moderators.
type Report struct {
	ID        instance.ID
	URI       string
	Reporter  instance.Actor
	Target    instance.Actor
	Category  Category // empty if another server reported
	Comment   string
	Forwarded bool
	State     string   // open, resolved, dismissed
	Decision  Decision // empty while it is open
	Reason    string   // of the decision
	Posts     []instance.PostID
}

// Category is what somebody says is wrong.
type Category string

const (
	Attack Category = "attack"
	Spam   Category = "spam"
	Danger Category = "danger"
	Other  Category = "other"

	// Legal and Violation are what client programs can say besides.
	Legal     Category = "legal"     // it breaks the law
	Violation Category = "violation" // it breaks a rule of the server
)

// Complaint is what somebody brings before the moderators.
type Complaint struct {
	Target   instance.ActorID
	Posts    []instance.PostID // those that are not the target's are left out
	Category Category
	Comment  string
	Forward  bool // also to the server the target lives on
}

func (c Complaint) check() error {
	switch c.Category {
	case Attack, Spam, Danger, Other, Legal, Violation:
	case "":
		return &instance.Invalid{Field: "category", Code: "missing"}
	default:
		return &instance.Invalid{Field: "category", Code: "unknown"}
	}
	if utf8.RuneCountInString(c.Comment) > maxComment {
		return &instance.Invalid{Field: "comment", Code: "too-long", Limit: maxComment}
	}
	return nil
}

// MaxPosts is how many posts one report names.
const MaxPosts = 20

const (
	maxComment     = 2000
	maxReportsADay = 20
)

// Report brings somebody, and what they posted, before the moderators here
// and, if so wished, of the server they live on; that server does not learn who
// reports (security.md I05). It returns an [instance.Invalid] for a complaint
// that cannot be taken.
func (s *Service) Report(ctx context.Context, by instance.ActorID, c Complaint) error {
	_, err := s.File(ctx, by, c)
	return err
}

// File is [Service.Report] that returns the id of the report.
func (s *Service) File(ctx context.Context, by instance.ActorID, c Complaint) (id instance.ID, err error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		both, err := actors.ByIDs(ctx, tx, []instance.ActorID{by, c.Target})
		if err != nil {
			return err
		}
		from, to := both[by], both[c.Target]
		if from.ID == 0 || to.ID == 0 {
			return instance.ErrNotFound
		}
		id, err = s.report(ctx, tx, from, to, c, "")
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("report %s by %s: %w", c.Target, by, err)
	}
	return id, nil
}

// ReportIn is [Service.Report] inside a transaction, for a report that came from
// another server under its own uri.
func (s *Service) ReportIn(ctx context.Context, tx store.Tx, from, to instance.Actor, posts []instance.PostID, comment, uri string) error {
	_, err := s.report(ctx, tx, from, to, Complaint{Target: to.ID, Posts: posts, Comment: comment}, uri)
	return err
}

// report writes a complaint down; uri is its address if it came from elsewhere.
func (s *Service) report(ctx context.Context, tx store.Tx, from, to instance.Actor, c Complaint, uri string) (instance.ID, error) {
	var today int
	dayAgo := instance.ID((s.now().UnixMilli() - 24*60*60*1000) << 16)
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM reports WHERE reporter_id = $1 AND id > $2`, from.ID, dayAgo).Scan(&today)
	if err != nil {
		return 0, err
	}
	if today >= maxReportsADay {
		return 0, instance.ErrTooMany
	}
	id := s.ids.Next()
	remote := uri != ""
	if !remote {
		uri = s.site.ActivityURI(id)
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO reports (id, uri, reporter_id, target_id, category, comment, forwarded)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`, id, uri, from.ID, to.ID, string(c.Category), c.Comment, c.Forward && !to.Local())
	if err != nil || n == 0 {
		return 0, err
	}
	if err := addPosts(ctx, tx, id, c); err != nil {
		return 0, err
	}
	return id, s.tell(ctx, tx, instance.Deed{
		Kind: instance.Reported, Actor: from, Target: &to, ID: id, URI: uri, Text: c.Comment,
		Origin: instance.Origin{Remote: remote || !c.Forward || to.Local()},
	})
}

func addPosts(ctx context.Context, tx store.Tx, id instance.ID, c Complaint) error {
	posts := c.Posts[:min(len(c.Posts), MaxPosts)]
	if len(posts) == 0 {
		return nil
	}
	args := []any{id, c.Target}
	for _, p := range posts {
		args = append(args, p)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO report_posts (report_id, post_id)
		SELECT CAST($1 AS BIGINT), p.id
		  FROM posts p
		 WHERE p.author_id = $2 AND p.id IN (`+store.Placeholders(3, len(posts))+`)`, args...)
	return err
}

// Reports returns a page of the reports that are open, or of those that are
// not, as by may read them: no one reads what was reported about themself, since
// whoever did so was promised that they would not learn of it. The newest come
// first, from before an id (0 for the newest).
func (s *Service) Reports(ctx context.Context, by instance.ActorID, open bool, before instance.ID, limit int) ([]Report, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	states := `r.state IN ('resolved', 'dismissed')`
	if open {
		states = `r.state = 'open'`
	}
	return s.list(ctx, states+` AND r.target_id <> $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3`, by, before, limit)
}

// ReportByID returns one report with the posts it names. For whom it is about,
// there is none: see [Service.Reports].
func (s *Service) ReportByID(ctx context.Context, by instance.ActorID, id instance.ID) (Report, error) {
	found, err := s.list(ctx, `r.id = $1 AND r.target_id <> $2`, id, by)
	if err != nil {
		return Report{}, err
	}
	if len(found) == 0 {
		return Report{}, fmt.Errorf("report %s: %w", id, instance.ErrNotFound)
	}
	r := found[0]
	rows, err := s.db.Read().Query(ctx, `SELECT post_id FROM report_posts WHERE report_id = $1 ORDER BY post_id`, id)
	if err != nil {
		return r, fmt.Errorf("report %s: %w", id, err)
	}
	defer rows.Close()
	for rows.Next() {
		var post instance.PostID
		if err := rows.Scan(&post); err != nil {
			return r, fmt.Errorf("report %s: %w", id, err)
		}
		r.Posts = append(r.Posts, post)
	}
	return r, rows.Err()
}

func (s *Service) list(ctx context.Context, where string, args ...any) ([]Report, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT r.id, r.uri, r.reporter_id, r.target_id, r.category, r.comment, r.forwarded, r.state, r.decision, r.reason
		  FROM reports r
		 WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	defer rows.Close()
	var list []Report
	var ids []instance.ActorID
	for rows.Next() {
		var r Report
		var category, decision string
		if err := rows.Scan(&r.ID, &r.URI, &r.Reporter.ID, &r.Target.ID, &category, &r.Comment, &r.Forwarded, &r.State, &decision, &r.Reason); err != nil {
			return nil, fmt.Errorf("list reports: %w", err)
		}
		r.Category, r.Decision = Category(category), Decision(decision)
		list = append(list, r)
		ids = append(ids, r.Reporter.ID, r.Target.ID)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	known, err := actors.ByIDs(ctx, s.db.Read(), ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Reporter, list[i].Target = known[list[i].Reporter.ID], known[list[i].Target.ID]
	}
	return list, nil
}

// CountOpen returns how many reports wait for a decision that by may make.
func (s *Service) CountOpen(ctx context.Context, by instance.ActorID) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM reports WHERE state = 'open' AND target_id <> $1`, by).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count open reports: %w", err)
	}
	return n, nil
}

// CountEarlier returns how many reports about the same actor came before one.
func (s *Service) CountEarlier(ctx context.Context, r Report) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*) FROM reports WHERE target_id = $1 AND id < $2`, r.Target.ID, r.ID).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count reports before %s: %w", r.ID, err)
	}
	return n, nil
}
