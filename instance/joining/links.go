package joining

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/mail"
	"palier/instance/store"
)

// Purpose is what a link in a letter is for.
type Purpose string

const (
	ToJoin   Purpose = "join"
	ToSignIn Purpose = "signin"
	ToReset  Purpose = "reset" // to choose a new password
)

// Lasts is how long a link can be used, once.
const Lasts = 30 * time.Minute

// Ask has a letter written to the address of somebody who wants to join: with
// the link that opens their account, or, where the address has one, with one to
// sign in. It returns an [instance.Invalid] for what cannot be taken, and
// [instance.ErrForbidden] where nobody may join this way.
func (s *Service) Ask(ctx context.Context, p Plan) error {
	if err := s.may(ctx, s.o.DB.Read(), p.Invitation); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	return s.ask(ctx, ToJoin, p.Email, p.Locale, p)
}

// AskToSignIn has a letter written to whoever has an account with an address,
// with a link to sign in that leads back to a path of ours.
func (s *Service) AskToSignIn(ctx context.Context, email, locale, back string) error {
	return s.ask(ctx, ToSignIn, email, locale, way{Back: back})
}

// AskToReset has a letter written to whoever has an account with an address,
// with a link to choose a new password.
func (s *Service) AskToReset(ctx context.Context, email, locale string) error {
	return s.ask(ctx, ToReset, email, locale, way{})
}

// way is where a link to sign in leads to.
type way struct {
	Back string `json:"back,omitempty"`
}

func (s *Service) ask(ctx context.Context, purpose Purpose, email, locale string, data any) error {
	address, key, err := instance.ParseEmail(email)
	if err != nil {
		return err
	}
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("ask for a link: %w", err)
	}
	id := s.o.IDs.Next()
	err = s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO links (id, purpose, email, email_key, data, locale, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id, string(purpose), address, key, string(text), locale, store.Millis(s.o.Now().Add(Lasts)))
		if err != nil {
			return err
		}
		return s.o.Jobs.Enqueue(ctx, tx, Write{Link: id})
	})
	if err != nil {
		return fmt.Errorf("ask for a link: %w", err)
	}
	return nil
}

// Write is the job of writing the letter with one link.
type Write struct {
	Link instance.ID `json:"link"`
}

// Kind names the job.
func (Write) Kind() string { return "write_link" }

// write decides what a link is for and sends it. Whoever asks for a link to an
// account that is not there gets no letter, and somebody who wants to join and
// is here already gets one to sign in: nobody's account is opened twice.
func (s *Service) write(ctx context.Context, w Write) error {
	token := rand.Text()
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		l, err := linkWhere(ctx, tx, `l.id = $1 AND l.token_hash IS NULL`, w.Link)
		if errors.Is(err, instance.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		known, locale, err := s.known(ctx, tx, l.key)
		if err != nil {
			return err
		}
		kind := l.Purpose
		switch {
		case known != 0 && l.Purpose == ToJoin:
			l.Purpose, kind, l.data = ToSignIn, "known", "{}"
		case known == 0 && l.Purpose != ToJoin:
			_, err := tx.Exec(ctx, `DELETE FROM links WHERE id = $1`, w.Link)
			return err
		}
		if locale == "" {
			locale = l.locale
		}
		_, err = tx.Exec(ctx, `
			UPDATE links
			   SET token_hash = $2, purpose = $3, person_id = $4, data = $5
			 WHERE id = $1`, w.Link, hashed(token), string(l.Purpose), orNull(known), l.data)
		if err != nil {
			return err
		}
		return s.o.Mail.Send(ctx, tx, s.letter(l, kind, locale, token))
	})
	if err != nil {
		return fmt.Errorf("write link %s: %w", w.Link, err)
	}
	return nil
}

// known returns whose an address is, 0 if nobody's who may sign in.
func (s *Service) known(ctx context.Context, tx store.Tx, key string) (id instance.ActorID, locale string, err error) {
	err = tx.QueryRow(ctx, `SELECT actor_id, locale FROM people WHERE email_key = $1`, key).Scan(&id, &locale)
	if errors.Is(err, store.ErrNoRows) {
		return 0, "", nil
	}
	return id, locale, err
}

// letter puts a link into words.
func (s *Service) letter(l Link, kind Purpose, locale, token string) mail.Letter {
	paths := map[Purpose]string{ToJoin: "/join/confirm/", ToSignIn: "/signin/link/", ToReset: "/reset/"}
	say := func(part string) string {
		return s.o.Say(locale, "letter."+string(kind)+"."+part, "Server", s.o.Title, "Link", s.o.Site.Base()+paths[l.Purpose]+token, "Minutes", int(Lasts.Minutes()))
	}
	return mail.Letter{To: l.Email, Subject: say("subject"), Text: say("text"), Kind: "link"}
}

// Link is a link out of a letter, not used yet.
type Link struct {
	Purpose Purpose
	Email   string
	Person  instance.ActorID // whose account it opens, 0 for one to join
	Back    string           // where it leads after signing in; empty: nowhere in particular
	Plan    Plan             // of one to join

	id                instance.ID
	key, data, locale string
}

// Look returns the link of a token without using it. It returns
// [instance.ErrGone] for one that was used, is too old, or never was: one cannot
// tell which.
func (s *Service) Look(ctx context.Context, purpose Purpose, token string) (Link, error) {
	l, err := s.look(ctx, s.o.DB.Read(), purpose, token)
	if err != nil {
		return l, fmt.Errorf("link to %s: %w", purpose, err)
	}
	return l, nil
}

func (s *Service) look(ctx context.Context, tx store.Tx, purpose Purpose, token string) (Link, error) {
	l, err := linkWhere(ctx, tx, `l.token_hash = $1 AND l.purpose = $2 AND l.used_at IS NULL AND l.expires_at > $3
		AND (l.person_id IS NULL OR EXISTS (
			SELECT 1 FROM people p JOIN actors a ON a.id = p.actor_id
			 WHERE p.actor_id = l.person_id AND p.email_key = l.email_key
			   AND p.disabled_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL))`,
		hashed(token), string(purpose), store.Millis(s.o.Now()))
	if errors.Is(err, instance.ErrNotFound) {
		err = instance.ErrGone
	}
	return l, err
}

// use is look for one that is used up in tx: of two at once the second finds it
// gone.
func (s *Service) use(ctx context.Context, tx store.Tx, purpose Purpose, token string) (Link, error) {
	l, err := s.look(ctx, tx, purpose, token)
	if err != nil {
		return l, err
	}
	n, err := tx.Exec(ctx, `UPDATE links SET used_at = $2, data = '{}' WHERE id = $1 AND used_at IS NULL`, l.id, store.Millis(s.o.Now()))
	if err == nil && n == 0 {
		err = instance.ErrGone
	}
	return l, err
}

func linkWhere(ctx context.Context, tx store.Tx, where string, args ...any) (Link, error) {
	var l Link
	var purpose string
	var person *instance.ActorID
	err := tx.QueryRow(ctx, `
		SELECT l.id, l.purpose, l.email, l.email_key, l.person_id, l.data, l.locale
		  FROM links l
		 WHERE `+where, args...).Scan(&l.id, &purpose, &l.Email, &l.key, &person, &l.data, &l.locale)
	if errors.Is(err, store.ErrNoRows) {
		return l, instance.ErrNotFound
	}
	if err != nil {
		return l, err
	}
	l.Purpose = Purpose(purpose)
	if person != nil {
		l.Person = *person
	}
	if l.Purpose == ToJoin {
		err = json.Unmarshal([]byte(l.data), &l.Plan)
		l.Plan.Email, l.Plan.Locale = l.Email, l.locale
		return l, err
	}
	var to way
	err = json.Unmarshal([]byte(l.data), &to)
	l.Back = to.Back
	return l, err
}

// hashed is what is kept of a token.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func orNull(id instance.ActorID) *instance.ActorID {
	if id == 0 {
		return nil
	}
	return &id
}

// Sweep throws away links that cannot be used any more.
func (s *Service) Sweep(ctx context.Context, tx store.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM links WHERE expires_at < $1`, store.Millis(s.o.Now().Add(-Lasts))); err != nil {
		return fmt.Errorf("sweep links: %w", err)
	}
	return nil
}
