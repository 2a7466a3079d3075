package exchange

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Match is the job that tells of an ask those who offer just that.
type Match struct {
	Post instance.PostID `json:"post"`
}

// Kind names the job.
func (Match) Kind() string { return "match_ask" }

// mostMatched is how many are told of one ask.
const mostMatched = 20

// offers are the offers p by o.author_id of what an ask of category $2 and kind $3
// in a place $1 is for at the time $4: in the same place, in what that lies
// within, or in what lies within it; at hours that suit those of the ask ($5), and
// no farther on foot than either of the two wants ($9). Each comes with how far
// that is at most (o.walk, 0: anywhere) and with the square of how far it is.
var offers = `
	(SELECT p.id, p.author_id, COALESCE(k.hours, 0) AS hours, ` + away + ` AS away,
	        CASE WHEN COALESCE(k.walk, 0) = 0 OR $9 > 0 AND $9 < k.walk THEN $9 ELSE k.walk END AS walk
	   FROM proposals q
	   JOIN posts p ON p.id = q.post_id
	   LEFT JOIN asks k ON k.post_id = p.id
	  WHERE q.purpose = 'offer' AND q.status = 'open' AND q.category = $2 AND p.kind = $3 AND p.deleted_at IS NULL AND p.local
	    AND (q.ends_at IS NULL OR q.ends_at > $4) AND (q.quantity = 0 OR q.available > 0)
	    AND k.paused_at IS NULL AND (COALESCE(k.hours, 0) = 0 OR $5 = 0 OR k.hours & $5 <> 0)
	    AND (p.group_id = $1
	         OR p.group_id IN (SELECT a.id FROM nestings w JOIN actors a ON a.uri = w.parent_uri WHERE w.child_id = $1 AND a.host = '')
	         OR p.group_id IN (SELECT w.child_id FROM nestings w JOIN actors a ON a.uri = w.parent_uri WHERE a.id = $1))) AS o
	  WHERE (o.walk = 0 OR o.away <= o.walk * o.walk)`

// sought are the arguments of [offers] for an ask.
func (s *Service) sought(ctx context.Context, p *instance.Post, l Limits) ([]any, error) {
	from, err := spotOf(ctx, s.db.Read(), p.Author.ID)
	if err != nil {
		return nil, err
	}
	var lat, lon *float64
	narrow := 1.0
	if from != nil {
		lat, lon, narrow = &from.lat, &from.lon, narrowing(*from)
	}
	return []any{p.Group.ID, p.Proposal.Category, p.Kind, store.Millis(s.now()), int(l.Hours), lat, lon, narrow, l.Walk}, nil
}

func (s *Service) match(ctx context.Context, j Match) error { return s.MatchAsk(ctx, j.Post) }

// MatchAsk tells those who offer what is asked for, near enough on foot and at
// hours that suit, each once.
func (s *Service) MatchAsk(ctx context.Context, ask instance.PostID) error {
	p, err := s.posts.Held(ctx, s.db.Read(), ask)
	if isNotFound(err) || err == nil && (p.Gone() || p.Proposal == nil || p.Group == nil || p.Proposal.Gone(s.now())) {
		return nil
	}
	if err != nil {
		return err
	}
	who, err := s.offering(ctx, p)
	if err != nil {
		return fmt.Errorf("match %s: %w", ask, err)
	}
	for _, id := range who {
		v, err := s.readers.Viewer(ctx, id)
		if err != nil {
			return err
		}
		if _, err := s.posts.ByID(ctx, v, p.ID); isNotFound(err) {
			continue // it is not for them
		} else if err != nil {
			return err
		}
		err = s.db.InTx(ctx, func(tx store.Tx) error {
			return s.tell(ctx, tx, instance.Deed{
				Kind: instance.AskMatched, Actor: p.Author, Target: &instance.Actor{ID: id}, Post: p, ID: instance.ID(p.ID),
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// offering are those who offer what a post asks for, who lives nearest first as
// far as that is told at all.
func (s *Service) offering(ctx context.Context, p *instance.Post) ([]instance.ActorID, error) {
	l, err := limitsOf(ctx, s.db.Read(), p.ID)
	if err != nil {
		return nil, err
	}
	args, err := s.sought(ctx, p, l)
	if err != nil {
		return nil, err
	}
	return people(s.db.Read().Query(ctx, `
		SELECT o.author_id
		  FROM `+offers+` AND o.author_id <> $10
		 GROUP BY o.author_id
		 ORDER BY MIN(`+bucket+`), o.author_id
		 LIMIT $11`, append(args, p.Author.ID, mostMatched)...))
}

// bucket is the shortest of [Walks] within which an offer o is.
const bucket = `CASE WHEN o.away <= 25 THEN 5 WHEN o.away <= 100 THEN 10 WHEN o.away <= 225 THEN 15 WHEN o.away <= 900 THEN 30 ELSE 99 END`

// Reason is why somebody was told of an ask.
type Reason struct {
	Offer instance.PostID // of theirs; 0: they were not told for a reason of their own
	Walk  int             // within how many minutes on foot the two asked to live; 0: that was nothing to them
	Hours Hours           // at which both can; 0: that was nothing to them
}

// Why returns because of what somebody was told of an ask.
func (s *Service) Why(ctx context.Context, who instance.ActorID, p *instance.Post) (Reason, error) {
	if p.Group == nil || p.Proposal == nil || p.Proposal.Purpose != instance.Asking || who == p.Author.ID || !p.Local {
		return Reason{}, nil
	}
	l, err := limitsOf(ctx, s.db.Read(), p.ID)
	if err != nil {
		return Reason{}, fmt.Errorf("why %s concerns %s: %w", p.ID, who, err)
	}
	args, err := s.sought(ctx, p, l)
	if err != nil {
		return Reason{}, err
	}
	var r Reason
	err = s.db.Read().QueryRow(ctx, `
		SELECT o.id, o.walk, o.hours
		  FROM `+offers+` AND o.author_id = $10
		 ORDER BY o.id DESC
		 LIMIT 1`, append(args, who)...).Scan(&r.Offer, &r.Walk, &r.Hours)
	if errors.Is(err, store.ErrNoRows) {
		return Reason{}, nil
	}
	if err != nil {
		return Reason{}, fmt.Errorf("why %s concerns %s: %w", p.ID, who, err)
	}
	r.Hours = r.Hours.with(l.Hours)
	return r, nil
}
