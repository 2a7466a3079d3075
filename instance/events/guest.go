package events

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/mail"
	"palier/instance/store"
	"palier/instance/writing"
)

// maxGuestName is how long the name of a guest is, in characters.
const maxGuestName = 60

// keptFor is how long the address of a guest is kept once the event is over.
const keptFor = 7 * 24 * time.Hour

// Guest is somebody without an account who wants to come.
type Guest struct {
	Name, Email, Language string
	Answer                Answer
}

// Register writes to somebody without an account who wants to come to an event
// that everyone may read. They come once they follow the link in the letter:
// nobody signs somebody else up. Who did already gets a new link to the same
// answer, and the one before leads nowhere. Who was turned away gets none, and
// nobody is told which of it was. It returns an [instance.Invalid] for what cannot be taken.
func (s *Service) Register(ctx context.Context, id instance.PostID, g Guest) error {
	g.Name = writing.CleanLine(g.Name, maxGuestName)
	if g.Name == "" {
		return &instance.Invalid{Field: "name", Code: "missing"}
	}
	address, key, err := instance.ParseEmail(g.Email)
	if err != nil {
		return err
	}
	if err := g.Answer.Check(); err != nil {
		return err
	}
	p, err := s.readable(ctx, instance.Anyone, id)
	if err != nil {
		return err
	}
	if !p.Local || s.mail == nil {
		return fmt.Errorf("come to event %s as a guest: %w", id, instance.ErrNotFound)
	}
	if err := s.open(p); err != nil {
		return err
	}
	token := rand.Text()
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		r, err := answerOf(ctx, tx, id, guest{email: key})
		if errors.Is(err, instance.ErrNotFound) {
			r, err = s.keep(ctx, tx, id, guest{email: key, name: g.Name, language: g.Language}, r, instance.Unconfirmed, g.Answer)
		}
		if err != nil {
			return err
		}
		if r.State == instance.Declined {
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE rsvps SET secret = $2 WHERE id = $1`, r.ID, hashed(token)); err != nil {
			return err
		}
		r.Email = address
		return s.write(ctx, tx, r, p, "event-confirm", s.guestLink(token))
	})
	if err != nil {
		return fmt.Errorf("come to event %s as a guest: %w", id, err)
	}
	return nil
}

func (s *Service) guestLink(token string) string { return s.site.Base() + "/e/guest/" + token }

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Invited returns the answer that the link in a letter is for, with its event.
// It returns [instance.ErrNotFound] for a link that is none, or none any more:
// it ends with the event, and earlier when the guest or a host ends it.
func (s *Service) Invited(ctx context.Context, token string) (instance.RSVP, *instance.Post, error) {
	found, err := list(ctx, s.db.Read(), `r.secret = $1 AND r.secret <> ''`, hashed(token))
	if err != nil {
		return instance.RSVP{}, nil, fmt.Errorf("guest: %w", err)
	}
	if len(found) == 0 {
		return instance.RSVP{}, nil, fmt.Errorf("guest: %w", instance.ErrNotFound)
	}
	p, err := s.post(ctx, s.db.Read(), found[0].Event)
	if err == nil && (p.Gone() || p.Event == nil || p.Event.Over(s.now())) {
		err = fmt.Errorf("guest: %w", instance.ErrNotFound)
	}
	return found[0], p, err
}

// Confirm lets the guest whom a link belongs to come, or changes with how many.
func (s *Service) Confirm(ctx context.Context, token string, a Answer) (instance.RSVP, error) {
	return s.ofGuest(ctx, token, func(tx store.Tx, p *instance.Post, g guest) (instance.RSVP, error) {
		r, err := s.enter(ctx, tx, p, g, a)
		if err != nil {
			return r, err
		}
		return r, s.confirmed(ctx, tx, p, r, token)
	})
}

// confirmed writes to a guest how it stands, with the event for their calendar.
func (s *Service) confirmed(ctx context.Context, tx store.Tx, p *instance.Post, r instance.RSVP, token string) error {
	kind := "event-coming"
	if r.State != instance.Comes {
		kind = "event-waits"
	}
	file, err := s.Calendar(ctx, p.Title, []*instance.Post{p})
	if err != nil {
		return err
	}
	return s.write(ctx, tx, r, p, kind, s.guestLink(token), mail.Attachment{Name: "palier.ics", MediaType: CalendarType, Bytes: file})
}

// Cancel takes the answer of the guest back whom a link belongs to, and throws
// away who they are.
func (s *Service) Cancel(ctx context.Context, token string) error {
	_, err := s.ofGuest(ctx, token, func(tx store.Tx, p *instance.Post, g guest) (instance.RSVP, error) {
		r, err := s.leave(ctx, tx, p, g)
		if err != nil {
			return r, err
		}
		_, err = tx.Exec(ctx, `DELETE FROM rsvps WHERE id = $1`, r.ID)
		return r, err
	})
	return err
}

// EndGuestLink ends the link of a guest, who still comes: from then on it leads
// nowhere.
func (s *Service) EndGuestLink(ctx context.Context, token string) error {
	_, err := s.ofGuest(ctx, token, func(tx store.Tx, p *instance.Post, g guest) (instance.RSVP, error) {
		return instance.RSVP{}, endLink(ctx, tx, p.ID, g.email)
	})
	return err
}

func endLink(ctx context.Context, tx store.Tx, id instance.PostID, email string) error {
	_, err := tx.Exec(ctx, `UPDATE rsvps SET secret = '' WHERE post_id = $1 AND email = $2`, id, email)
	return err
}

func (s *Service) ofGuest(ctx context.Context, token string, do func(store.Tx, *instance.Post, guest) (instance.RSVP, error)) (r instance.RSVP, err error) {
	held, p, err := s.Invited(ctx, token)
	if err != nil {
		return held, err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		r, err = do(tx, p, guest{email: held.Email, name: held.Name, language: held.Language})
		return err
	})
	if err != nil {
		return r, fmt.Errorf("guest of event %s: %w", p.ID, err)
	}
	return r, nil
}

// Sweep throws away the addresses of guests of what was over a week ago, and of
// those who never followed their link.
func (s *Service) Sweep(ctx context.Context, tx store.Tx) error {
	now := s.now()
	_, err := tx.Exec(ctx, `
		DELETE FROM rsvps
		 WHERE email <> '' AND (state = 'unconfirmed' AND changed_at < $1
		        OR post_id IN (SELECT post_id FROM events WHERE repeats = '' AND COALESCE(ends_at, starts_at) < $2))`,
		store.Millis(now.Add(-2*24*time.Hour)), store.Millis(now.Add(-keptFor)))
	if err != nil {
		return fmt.Errorf("throw away guests: %w", err)
	}
	return nil
}

// Hear lets those go who close their account, and takes a reply or thanks from
// elsewhere for an answer where it is one.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	switch {
	case d.Kind == instance.Left:
		return s.left(ctx, tx, d.Actor)
	case (d.Kind == instance.Posted && d.LetBy == 0 || d.Kind == instance.ReplyWaits && d.ID == instance.ID(d.Post.ID)) && d.Remote && d.Post.ReplyTo != 0:
		return s.replied(ctx, tx, d.Post)
	case d.Kind == instance.Liked && d.Remote && d.Post.Local && d.Post.Event != nil:
		return s.liked(ctx, tx, d.Actor, d.Post)
	case d.Kind == instance.Unliked && d.Remote && d.Post.Local && d.Post.Event != nil:
		return s.unliked(ctx, tx, d.Actor, d.Post)
	}
	return nil
}

// left gives back the places of somebody who is gone.
func (s *Service) left(ctx context.Context, tx store.Tx, who instance.Actor) error {
	held, err := list(ctx, tx, `r.actor_id = $1 AND EXISTS (SELECT 1 FROM posts p WHERE p.id = r.post_id AND p.local AND p.deleted_at IS NULL)
		AND r.state IN ('coming', 'waiting')`, who.ID)
	if err != nil {
		return err
	}
	for _, r := range held {
		p, err := s.post(ctx, tx, r.Event)
		if err != nil {
			return err
		}
		if p.Event == nil {
			continue
		}
		if _, err := s.leave(ctx, tx, p, guest{who: &who}); err != nil {
			return err
		}
	}
	for _, sql := range []string{
		`DELETE FROM rsvps WHERE actor_id = $1`, `DELETE FROM calendar_links WHERE person_id = $1`,
		`UPDATE event_needs SET taker_id = NULL WHERE taker_id = $1`,
		`DELETE FROM agenda_points WHERE by_id = $1 AND state <> 'taken'`, `UPDATE agenda_points SET by_id = NULL WHERE by_id = $1`,
		`UPDATE minutes SET by_id = NULL WHERE by_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, who.ID); err != nil {
			return fmt.Errorf("events of %s: %w", who.ID, err)
		}
	}
	return nil
}

// replied takes a reply from elsewhere for an answer where it says no more than
// that somebody comes, or does not. What may mean something else stays a reply.
func (s *Service) replied(ctx context.Context, tx store.Tx, reply *instance.Post) error {
	yes, no := Meant(writing.Plain(reply.Content, maxReply+1))
	if !yes && !no {
		return nil
	}
	p, err := s.post(ctx, tx, reply.ReplyTo)
	if err != nil || !p.Local || p.Event == nil || p.Gone() || !p.Audience.Leaves() {
		return err
	}
	if no {
		_, err := s.leave(ctx, tx, p, guest{who: &reply.Author})
		if errors.Is(err, instance.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.acknowledge(ctx, tx, reply.ID)
	}
	counted, err := s.count(ctx, tx, p, reply.Author)
	if err != nil || !counted {
		return err
	}
	return s.acknowledge(ctx, tx, reply.ID)
}

// liked takes thanks from elsewhere for interest: a star is pressed for much, and
// takes nobody's place. Where the host said so, it is for coming.
func (s *Service) liked(ctx context.Context, tx store.Tx, who instance.Actor, p *instance.Post) error {
	var come bool
	err := tx.QueryRow(ctx, `SELECT likes_come FROM event_plans WHERE post_id = $1`, p.ID).Scan(&come)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return err
	}
	if come {
		_, err := s.count(ctx, tx, p, who)
		return err
	}
	if err := s.open(p); errors.Is(err, instance.ErrInvalid) || errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	_, err = answerOf(ctx, tx, p.ID, guest{who: &who})
	if !errors.Is(err, instance.ErrNotFound) {
		return err // they said more before
	}
	_, err = s.keep(ctx, tx, p.ID, guest{who: &who}, instance.RSVP{}, instance.Interested, Answer{Seats: 1})
	return err
}

// unliked takes interest back that was no more than thanks.
func (s *Service) unliked(ctx context.Context, tx store.Tx, who instance.Actor, p *instance.Post) error {
	_, err := tx.Exec(ctx, `DELETE FROM rsvps WHERE post_id = $1 AND actor_id = $2 AND state = 'interested' AND uri = ''`, p.ID, who.ID)
	if err != nil {
		return fmt.Errorf("no interest in event %s: %w", p.ID, err)
	}
	return nil
}

// count has somebody from elsewhere come who said so without asking. It returns
// false where that changes nothing.
func (s *Service) count(ctx context.Context, tx store.Tx, p *instance.Post, who instance.Actor) (bool, error) {
	before, err := answerOf(ctx, tx, p.ID, guest{who: &who})
	if err == nil && before.State != instance.Declined && before.State != instance.Interested {
		return false, nil // they said so before, and maybe with more than one
	}
	if err != nil && !errors.Is(err, instance.ErrNotFound) {
		return false, err
	}
	_, err = s.enter(ctx, tx, p, guest{who: &who}, Answer{Seats: 1})
	if errors.Is(err, instance.ErrInvalid) {
		return false, nil // it is over, or off: their reply stands
	}
	return err == nil, err
}

// maxReply is how long a reply is that can be no more than an answer, in
// characters.
const maxReply = 80

// Meant reads whether a reply says that somebody comes, or that they do not. A
// question, a long one, or one that says both says neither.
func Meant(text string) (yes, no bool) {
	text = strings.ToLower(strings.NewReplacer("’", "'", "\u00a0", " ", "\u202f", " ").Replace(text))
	if len([]rune(text)) > maxReply || strings.ContainsRune(text, '?') {
		return false, false
	}
	var words []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,.;:!()\n\t", r) }) {
		if !strings.HasPrefix(w, "@") {
			words = append(words, w)
		}
	}
	line := " " + strings.Join(words, " ") + " "
	has := func(all ...string) bool {
		for _, s := range all {
			if strings.Contains(line, " "+s+" ") {
				return true
			}
		}
		return false
	}
	if has("si", "if", "peut-être", "maybe", "sans doute", "presque", "voudrais", "aurais") {
		return false, false
	}
	no = has("je ne viens pas", "je viens pas", "je ne viendrai pas", "pas possible", "absent", "absente", "not coming", "can't come", "i can't", "désolé", "désolée", "-1")
	yes = has("je viens", "on vient", "nous venons", "je viendrai", "j'y serai", "nous y serons", "présent", "présente", "+1", "coming", "i'm coming", "i'll be there", "count me in", "je participe")
	if no {
		return false, !has("je viens", "+1", "présent", "présente") || has("je viens pas")
	}
	return yes, false
}
