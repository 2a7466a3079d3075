package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// TendLoan is the job that reminds of what was lent, and helps when it does not
// come back.
type TendLoan struct {
	ID instance.ID `json:"id"`
}

// Kind names the job.
func (TendLoan) Kind() string { return "tend_loan" }

// remindBefore is how long before the end of a loan its borrower is reminded.
const remindBefore = 24 * time.Hour

// steps are what is done about a loan, one after the other, by how long after
// its end: a word to the borrower before it and when it is over, a word to both
// so that they talk, and one to those who look after the place.
var steps = []struct {
	after time.Duration
	kind  instance.DeedKind
}{
	{-remindBefore, instance.LoanDue},
	{time.Hour, instance.LoanLate},
	{2 * 24 * time.Hour, instance.LoanOverdue},
	{5 * 24 * time.Hour, instance.LoanStuck},
}

// Use has the jobs of the room worked. It is called once, before the queue
// starts.
func (s *Service) Use() {
	jobs.Handle(s.jobs, s.tendLoan, jobs.HandleOptions{})
	jobs.Handle(s.jobs, s.widen, jobs.HandleOptions{})
	jobs.Handle(s.jobs, s.match, jobs.HandleOptions{})
}

func (s *Service) tendLoan(ctx context.Context, j TendLoan) error {
	left, err := s.TendLoan(ctx, j.ID)
	if err == nil && left > 0 {
		return jobs.Snooze(left)
	}
	return err
}

// TendLoan does what is due about a loan, once however often it is called, and
// returns how long until the next is, 0 when there is nothing more to do.
func (s *Service) TendLoan(ctx context.Context, id instance.ID) (left time.Duration, err error) {
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		left, err = s.tendIn(ctx, tx, id)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("tend loan %s: %w", id, err)
	}
	return left, nil
}

func (s *Service) tendIn(ctx context.Context, tx store.Tx, id instance.ID) (time.Duration, error) {
	g, err := find(ctx, tx, `g.id = $1 AND g.state = 'handed-over'`, id)
	if isNotFound(err) || err == nil && g.Until.IsZero() {
		return 0, nil // it is back
	}
	if err != nil {
		return 0, err
	}
	var stage int
	if err := tx.QueryRow(ctx, `SELECT stage FROM agreements WHERE id = $1`, id).Scan(&stage); err != nil {
		return 0, err
	}
	for ; stage < len(steps); stage++ {
		if wait := g.Until.Add(steps[stage].after).Sub(s.now()); wait > 0 {
			return wait, nil
		}
		n, err := tx.Exec(ctx, `UPDATE agreements SET stage = $2 WHERE id = $1 AND stage = $3`, id, stage+1, stage)
		if err != nil || n == 0 {
			return 0, err
		}
		if err := s.remind(ctx, tx, g, steps[stage].kind); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// remind tells those concerned that a loan is due or late.
func (s *Service) remind(ctx context.Context, tx store.Tx, g *instance.Agreement, kind instance.DeedKind) error {
	p, err := s.posts.Held(ctx, tx, g.Post)
	if err != nil {
		return err
	}
	lender, borrower := p.Author, g.Taker
	if Lender(g, p) == g.Taker.ID {
		lender, borrower = g.Taker, p.Author
	}
	to := []instance.Actor{borrower}
	switch kind {
	case instance.LoanOverdue:
		to = append(to, lender)
	case instance.LoanStuck:
		if to, err = moderators(ctx, tx, p.Group); err != nil {
			return err
		}
	}
	for _, who := range to {
		by := lender
		if who.ID == lender.ID {
			by = borrower
		}
		if !who.Local() {
			continue
		}
		if err := s.told(ctx, tx, kind, by, who, p, g, instance.Origin{}); err != nil {
			return err
		}
	}
	return nil
}

// moderators are those who look after a place of ours, nobody for any other.
func moderators(ctx context.Context, tx store.Tx, place *instance.Actor) ([]instance.Actor, error) {
	if place == nil || !place.Local() {
		return nil, nil
	}
	return actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM moderators m JOIN actors a ON a.id = m.actor_id
		 WHERE m.group_id = $1 AND a.host = ''
		 ORDER BY a.id
		 LIMIT 50`, place.ID))
}

// Widen is the job that carries word of an ask further when nobody answers.
type Widen struct {
	Post instance.PostID `json:"post"`
}

// Kind names the job.
func (Widen) Kind() string { return "widen_ask" }

// When word of an ask goes further: to the places beside, then to those who look
// after the place and its informants, then to associations that agreed to hear of
// such asks.
const (
	widensAfter   = 4 * time.Hour
	alertsAfter   = 24 * time.Hour // and to the informants
	partnersAfter = 48 * time.Hour
)

func (s *Service) widen(ctx context.Context, j Widen) error {
	left, err := s.WidenAsk(ctx, j.Post)
	if err == nil && left > 0 {
		return jobs.Snooze(left)
	}
	return err
}

// WidenAsk carries word of an ask further, if it is time and nobody answered, and
// returns how long until it is time again, 0 for never.
func (s *Service) WidenAsk(ctx context.Context, id instance.PostID) (left time.Duration, err error) {
	var w wider
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		w, err = s.widenIn(ctx, tx, id)
		return err
	})
	if err == nil && w.informants {
		err = s.tellInformants(ctx, id)
	}
	if err == nil && w.partners {
		err = s.tellPartners(ctx, id)
	}
	left = w.left
	if err != nil {
		return 0, fmt.Errorf("widen ask %s: %w", id, err)
	}
	return left, nil
}

// wider is how long until word of an ask goes further again, 0 for never, and who
// is to be told of it once what was done so far stands.
type wider struct {
	left                 time.Duration
	informants, partners bool
}

// widenIn is [Service.WidenAsk] but for those who are told only if they may read
// the ask as it stands then.
func (s *Service) widenIn(ctx context.Context, tx store.Tx, id instance.PostID) (wider, error) {
	var widens bool
	var widened, alerted, informed, partner *int64
	err := tx.QueryRow(ctx, `
		SELECT k.widens, k.widened_at, k.alerted_at, k.informant_at, k.partner_at
		  FROM asks k JOIN proposals q ON q.post_id = k.post_id
		 WHERE k.post_id = $1 AND q.status = 'open'
		   AND NOT EXISTS (SELECT 1 FROM agreements g WHERE g.post_id = $1 AND g.state <> 'cancelled')`, id).Scan(&widens, &widened, &alerted, &informed, &partner)
	if errors.Is(err, store.ErrNoRows) {
		return wider{}, nil // somebody answered
	}
	if err != nil {
		return wider{}, err
	}
	p, err := s.posts.Held(ctx, tx, id)
	if err != nil || p.Gone() || p.Proposal.Gone(s.now()) {
		return wider{}, err
	}
	age := s.now().Sub(p.PublishedAt)
	if widens && widened == nil {
		if age < widensAfter {
			return wider{left: widensAfter - age}, nil
		}
		if err := s.reachAround(ctx, tx, p); err != nil {
			return wider{}, err
		}
	}
	if age < alertsAfter {
		return wider{left: alertsAfter - age}, nil
	}
	if alerted == nil {
		if err := s.alert(ctx, tx, p); err != nil {
			return wider{}, err
		}
	}
	w := wider{informants: informed == nil, partners: age >= partnersAfter && partner == nil}
	if age < partnersAfter {
		w.left = partnersAfter - age
	}
	return w, nil
}

// reachAround lets those of the places beside read what was for a place alone, and
// those hear of it who offer just that and live farther away on foot than was
// asked for.
func (s *Service) reachAround(ctx context.Context, tx store.Tx, p *instance.Post) error {
	_, err := tx.Exec(ctx, `
		UPDATE posts
		   SET audience = 'around'
		 WHERE id = $1 AND audience IN ('building', 'neighbourhood')
		   AND EXISTS (SELECT 1 FROM nestings w JOIN actors a ON a.uri = w.parent_uri AND a.host = '' WHERE w.child_id = posts.group_id)`, p.ID)
	if err != nil {
		return err
	}
	l, err := limitsOf(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `UPDATE asks SET widened_at = $2, walk = 0 WHERE post_id = $1`, p.ID, store.Millis(s.now())); err != nil || l.Walk == 0 {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, Match{p.ID})
}

// alert tells those who look after a place of an ask that nobody answered.
func (s *Service) alert(ctx context.Context, tx store.Tx, p *instance.Post) error {
	if _, err := tx.Exec(ctx, `UPDATE asks SET alerted_at = $2 WHERE post_id = $1`, p.ID, store.Millis(s.now())); err != nil {
		return err
	}
	all, err := moderators(ctx, tx, p.Group)
	if err != nil {
		return err
	}
	for _, who := range all {
		err := s.tell(ctx, tx, instance.Deed{Kind: instance.AskUnanswered, Actor: p.Author, Target: &who, Post: p, ID: instance.ID(p.ID)})
		if err != nil {
			return err
		}
	}
	return nil
}

// Ask is what its author may know of an ask besides: for whom it is, and how far
// word of it has gone.
type Ask struct {
	Widens               bool
	Behalf               string
	ConsentedAt          time.Time
	WidenedAt, AlertedAt time.Time
	PartnerAt            time.Time // when associations were told
}

// AskOf returns what belongs to a proposal of by's, nil where there is none.
func (s *Service) AskOf(ctx context.Context, by instance.ActorID, id instance.PostID) (*Ask, error) {
	var k Ask
	var consented, widened, alerted, partner *int64
	err := s.db.Read().QueryRow(ctx, `
		SELECT k.widens, k.behalf, k.consented_at, k.widened_at, k.alerted_at, k.partner_at
		  FROM asks k JOIN posts p ON p.id = k.post_id
		 WHERE k.post_id = $1 AND p.author_id = $2`, id, by).Scan(&k.Widens, &k.Behalf, &consented, &widened, &alerted, &partner)
	if errors.Is(err, store.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", id, err)
	}
	k.ConsentedAt, k.WidenedAt, k.AlertedAt = store.TimeOrNever(consented), store.TimeOrNever(widened), store.TimeOrNever(alerted)
	k.PartnerAt = store.TimeOrNever(partner)
	return &k, nil
}
