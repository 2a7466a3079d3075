package digest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/store"
	"palier/instance/writing"
)

// AtOnce is the job of writing somebody about one notice.
type AtOnce struct {
	Owner  instance.ActorID `json:"owner"`
	Notice instance.ID      `json:"notice"`
}

// Kind names the job.
func (AtOnce) Kind() string { return "letter_at_once" }

// quiet are the kinds of notices that nobody is written about at once: they wait
// on the page of notices. What is new in a house stands in the digest too, and hosts
// get a letter of their own, whose link answers for tonight.
var quiet = []string{"like", "boost", "follow", "request", "granted", "poll", "status", "host-tonight", "space-works", "space-meetings", "space-documents"}

// Written has somebody written about a notice, if they want that, once tx is
// committed.
func (s *Service) Written(ctx context.Context, tx store.Tx, owner instance.ActorID, kind string, notice instance.ID) error {
	if slices.Contains(quiet, kind) {
		return nil
	}
	return s.o.Jobs.Enqueue(ctx, tx, AtOnce{Owner: owner, Notice: notice})
}

// urgent are the kinds that somebody is always written about at once, however
// much they were written today: they said yes to that, or joined a team that
// somebody who may be in danger relies on. Each has the page on which that yes is
// taken back, %d being who the notice is from; a link that stops letters while
// others still rely on them would be worse than none.
var urgent = map[string]string{
	"help-call":    "/help/neighbours",
	"desk-waits":   "/programmes/%d/team",
	"escort-waits": "/escort",
	"care-door":    "/care",
	"care-contact": "/care",
}

// topic is which of [Topics] a notice belongs to.
func topic(n Notice) string {
	switch {
	case n.Kind != "reply" && n.Kind != "mention" && n.Kind != "reply-waits":
		return Agreements
	case n.Post != nil && n.Post.Audience == instance.ToMentioned:
		return Direct
	}
	return Replies
}

// tell writes somebody about one notice, unless they do not want it, have read
// enough today, or may not see it any more.
func (s *Service) tell(ctx context.Context, j AtOnce) error {
	n, err := s.o.Notices(ctx, j.Owner, j.Notice)
	if errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write about notice %s: %w", j.Notice, err)
	}
	err = s.o.DB.InTx(ctx, func(tx store.Tx) error {
		left, err := s.left(ctx, tx, j.Owner, n)
		if err != nil || left < 0 {
			return errors.Join(err, s.o.Jobs.Done(ctx, tx))
		}
		r := reader{id: j.Owner}
		err = tx.QueryRow(ctx, `
			SELECT p.email, p.locale, CASE WHEN a.name <> '' THEN a.name ELSE a.username END
			  FROM people p JOIN actors a ON a.id = p.actor_id
			 WHERE p.actor_id = $1 AND p.disabled_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, j.Owner).Scan(&r.email, &r.locale, &r.name)
		if errors.Is(err, store.ErrNoRows) {
			return s.o.Jobs.Done(ctx, tx)
		}
		if err == nil {
			err = s.o.Mail.SendAll(ctx, tx, []mail.Letter{s.about(r, n, left == 0)})
		}
		return errors.Join(err, s.o.Jobs.Done(ctx, tx))
	})
	if err != nil {
		return fmt.Errorf("write about notice %s: %w", j.Notice, err)
	}
	return nil
}

// left is how many letters of today are left to somebody after one about n;
// below 0 if they are not to get this one.
func (s *Service) left(ctx context.Context, tx store.Tx, owner instance.ActorID, n Notice) (int, error) {
	if _, always := urgent[n.Kind]; always {
		return 1, nil
	}
	w, err := wish(ctx, tx, owner)
	if err != nil || !slices.Contains(w.AtOnce, topic(n)) {
		return -1, err
	}
	return s.count(ctx, tx, owner, w.Most)
}

// count counts one more letter of today and returns how many are left after it;
// below 0 if this one is one too many.
func (s *Service) count(ctx context.Context, tx store.Tx, person instance.ActorID, most int) (left int, err error) {
	if most == 0 {
		return -1, nil
	}
	var sent int
	err = tx.QueryRow(ctx, `
		INSERT INTO letters_at_once (person_id, day, sent)
		VALUES ($1, $2, 1)
		ON CONFLICT (person_id, day) DO UPDATE SET sent = letters_at_once.sent + 1
		 WHERE letters_at_once.sent < $3
		RETURNING sent`, person, s.day(s.o.Now()), most).Scan(&sent)
	if errors.Is(err, store.ErrNoRows) {
		return -1, nil
	}
	return most - sent, err
}

// about is the letter about one notice. What somebody wrote to the reader alone
// is not in it: it is read where only they can.
func (s *Service) about(r reader, n Notice, last bool) mail.Letter {
	w := s.o.Words(r.locale)
	key := "notice." + n.Kind
	if !w.Has(key) {
		key = "letters.at-once.other"
	}
	said := w.Say(key, "Name", n.From.Shown())
	address := s.o.Site.Base() + "/notifications"
	excerpt := ""
	if p := n.Post; p != nil && p.Audience != instance.ToMentioned && p.Warning == "" {
		excerpt = writing.Plain(writing.WithTitle(p.Title, p.Content), told)
	}
	text := w.Say("letters.hello", "Name", r.name) + "\n\n" + said + "\n"
	if excerpt != "" {
		text += "\n  " + excerpt + "\n"
	}
	text += "\n" + w.Say("letters.at-once.read") + "\n" + address + "\n"
	if last {
		text += "\n" + w.Say("letters.at-once.last") + "\n"
	}
	text += "\n-- \n" + w.Say("letters.at-once.why", "Server", s.o.Title) + "\n"
	l := mail.Letter{To: r.email, Subject: writing.CleanLine(said, 150)}
	if ends, always := urgent[n.Kind]; always {
		l.Kind = KindUrgent
		text += w.Say("letters.at-once.ends."+n.Kind) + "\n" + s.o.Site.Base() + strings.ReplaceAll(ends, "%d", n.From.ID.String()) + "\n"
	} else {
		l.Kind, l.Stop = KindAtOnce, s.stop(KindAtOnce, r.id)
		text += w.Say("letters.settings") + "\n" + s.o.Site.Base() + "/settings/notices\n" + w.Say("letters.stop") + "\n" + l.Stop + "\n"
	}
	l.Text = text
	return l
}

var _ jobs.Args = AtOnce{}
