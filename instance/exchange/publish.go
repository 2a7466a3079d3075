package exchange

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Opening is what goes with a proposal and is not for its readers.
type Opening struct {
	// Widens lets word of an ask reach places beside, if nobody answers.
	Widens bool
	// Behalf is for whom it is, if not for oneself; that person said yes to it.
	Behalf    string
	Consented bool
	// Weekly is how often in seven days somebody gives what they offer; 0: as often
	// as they are asked.
	Weekly int
	// Walk is how many minutes on foot at most somebody lives away who hears of what
	// is asked or takes what is offered, one of [Walks]; 0: anywhere.
	Walk int
	// Hours are when it suits; 0: at any time.
	Hours Hours
	// Library is the association in whose library what is lent lies, 0 for none;
	// Shelf is where it lies there.
	Library instance.ActorID
	Shelf   string
}

// Publish posts a draft that proposes something. It returns what
// [posts.Service.Publish] returns, and an [instance.Invalid] for what a proposal
// cannot be: childcare for everyone to read, somebody else's without their
// consent, a distance on foot where nobody verified where they live, one more than
// somebody can have open.
func (s *Service) Publish(ctx context.Context, v instance.Viewer, d instance.Draft, o Opening) (*instance.Post, error) {
	o.Behalf = strings.TrimSpace(o.Behalf)
	if err := check(d, o); err != nil {
		return nil, err
	}
	return s.posts.PublishWith(ctx, v, d, func(ctx context.Context, tx store.Tx, p *instance.Post) error { return s.open(ctx, tx, p, o) })
}

// maxBehalf is how long the name of somebody else can be, in characters.
const maxBehalf = 100

func check(d instance.Draft, o Opening) error {
	q := d.Proposal
	switch {
	case q == nil || !slices.Contains(instance.ExchangeKinds, d.Kind):
		return &instance.Invalid{Field: "kind", Code: "unknown"}
	case q.Purpose != instance.Offering && q.Purpose != instance.Asking:
		return &instance.Invalid{Field: "kind", Code: "unknown"}
	case !slices.Contains(instance.Categories(d.Kind), q.Category):
		return &instance.Invalid{Field: "category", Code: "missing"}
	case strings.TrimSpace(d.Title) == "":
		return &instance.Invalid{Field: "title", Code: "missing"}
	case instance.ForMinors(q.Category) && !d.Audience.Local():
		return &instance.Invalid{Field: "audience", Code: "childcare"}
	case utf8.RuneCountInString(o.Behalf) > maxBehalf:
		return &instance.Invalid{Field: "behalf", Code: "too-long", Limit: maxBehalf}
	case o.Weekly < 0 || o.Weekly > MaxWeekly:
		return &instance.Invalid{Field: "weekly", Code: "malformed", Limit: MaxWeekly}
	case o.Walk != 0 && !slices.Contains(Walks, o.Walk):
		return &instance.Invalid{Field: "walk", Code: "unknown"}
	case o.Hours < 0 || o.Hours > anyHours:
		return &instance.Invalid{Field: "hours", Code: "unknown"}
	case utf8.RuneCountInString(o.Shelf) > instance.MaxTitle:
		return &instance.Invalid{Field: "shelf", Code: "too-long", Limit: instance.MaxTitle}
	case o.Behalf != "" && !o.Consented:
		return &instance.Invalid{Field: "consent", Code: "missing"}
	case !q.Ends.IsZero() && !q.Starts.IsZero() && q.Ends.Before(q.Starts):
		return &instance.Invalid{Field: "until", Code: "before-start"}
	}
	return nil
}

// open does what belongs to a proposal as it is posted.
func (s *Service) open(ctx context.Context, tx store.Tx, p *instance.Post, o Opening) error {
	var n int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*)
		  FROM posts p JOIN proposals q ON q.post_id = p.id
		 WHERE p.author_id = $1 AND q.status = 'open' AND p.deleted_at IS NULL AND p.id <> $2`, p.Author.ID, p.ID).Scan(&n)
	if err != nil {
		return err
	}
	if n >= instance.MaxOpen {
		return &instance.Invalid{Field: "title", Code: "too-many-open", Limit: instance.MaxOpen}
	}
	if err := lay(ctx, tx, p, o); err != nil {
		return err
	}
	if o.Walk != 0 {
		at, err := spotOf(ctx, tx, p.Author.ID)
		if err == nil && at == nil {
			err = &instance.Invalid{Field: "walk", Code: "no-home"}
		}
		if err != nil {
			return err
		}
	}
	var library *instance.ActorID
	if o.Library != 0 {
		library = &o.Library
	}
	var consented *int64
	if o.Behalf != "" {
		consented = store.MillisOrNull(s.now())
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO asks (post_id, widens, behalf, consented_at, weekly, library_id, shelf, walk, hours)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		p.ID, o.Widens, o.Behalf, consented, o.Weekly, library, strings.Join(strings.Fields(o.Shelf), " "), o.Walk, int(o.Hours))
	if err != nil || p.Proposal.Purpose != instance.Asking {
		return err
	}
	if err := s.jobs.Enqueue(ctx, tx, Widen{p.ID}, jobs.At(s.now().Add(widensAfter))); err != nil {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, Match{p.ID})
}

// Close ends a proposal of by's: nobody can take of it any more, and who still
// waited is told no. It returns [instance.ErrNotFound] for any other's.
func (s *Service) Close(ctx context.Context, by instance.ActorID, id instance.PostID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE proposals
			   SET status = 'closed', closed_at = $3
			 WHERE post_id = $1 AND status IN ('open', 'agreed')
			   AND EXISTS (SELECT 1 FROM posts p WHERE p.id = $1 AND p.author_id = $2 AND p.local AND p.deleted_at IS NULL)`, id, by, store.Millis(s.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrNotFound
		}
		return s.turnDown(ctx, tx, id)
	})
	if err != nil {
		return fmt.Errorf("close %s: %w", id, err)
	}
	return nil
}

// turnDown says no to all who still wait for a proposal, and tells how it stands.
func (s *Service) turnDown(ctx context.Context, tx store.Tx, id instance.PostID) error {
	waiting, err := list(tx.Query(ctx, `SELECT `+columns+from+` WHERE g.post_id = $1 AND g.state = 'asked' ORDER BY g.id`, id))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE agreements
		   SET state = 'declined', reason = 'gone', answered_at = $2
		 WHERE post_id = $1 AND state = 'asked'`, id, store.Millis(s.now()))
	if err != nil {
		return err
	}
	p, err := s.settled(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, g := range waiting {
		g.State, g.Reason = instance.AgreementDeclined, "gone"
		if err := s.answered(ctx, tx, instance.AskDeclined, p, g); err != nil {
			return err
		}
	}
	return nil
}
