// Package leaving closes accounts: what is open is ended with notice to the
// other, what somebody said is erased or kept without their name, other servers
// are told, and nothing that refers to the person is left.
package leaving

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/store"
)

const (
	// Regret is how long somebody can take it back that they close their account.
	Regret = 24 * time.Hour
	// Notice is how long after that what was open stays readable, so that those
	// who are told still see what it is about.
	Notice = 24 * time.Hour
	// Heard is how long after that other servers can still look up whose Delete
	// they were sent: one that finds the key and then no actor refuses it.
	Heard = 10 * time.Minute
	// keysFor is how long the keys of an actor that is gone are kept: its Delete
	// has to be signed until every server took it or was given up.
	keysFor = 30 * 24 * time.Hour
)

// Posts is how what somebody said is erased.
type Posts interface {
	// DeleteIn erases a post.
	DeleteIn(ctx context.Context, tx store.Tx, p *instance.Post, from instance.Origin) error
}

// Rows is a room that erases what it has of somebody itself.
type Rows interface {
	// Forget erases what is kept of a person, inside a transaction.
	Forget(ctx context.Context, tx store.Tx, person instance.ActorID) error
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Site  instance.Site
	Title string // of the server
	Now   func() time.Time
	Jobs  *jobs.Queue
	Mail  *mail.Service
	Say   func(locale, key string, args ...any) string
	Posts Posts
	// Post returns a post within a transaction.
	Post func(ctx context.Context, tx store.Tx, id instance.PostID) (*instance.Post, error)
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
	// SignOut ends a person's sessions and what client programs hold of theirs.
	SignOut func(context.Context, store.Tx, instance.ActorID) error
	// End ends, with notice to the other, everything somebody has open. It can
	// be done twice.
	End func(context.Context, instance.ActorID) error
	// Owes returns how many things somebody has of others, or others of theirs.
	Owes func(context.Context, instance.ActorID) (int, error)
	// Bare takes off somebody's pictures.
	Bare func(context.Context, instance.ActorID) error
	// Former returns the actor under whom stands what is kept of those who left.
	Former func(context.Context) (instance.Actor, error)
	Rooms  []Rows
}

// Service closes accounts.
type Service struct {
	o   Options
	key []byte
}

// New returns a service on o. It has to be made before the job queue starts.
func New(ctx context.Context, o Options) (*Service, error) {
	key, err := o.DB.Secret(ctx, "names left")
	if err != nil {
		return nil, err
	}
	s := &Service{o: o, key: key}
	jobs.Handle(o.Jobs, s.close, jobs.HandleOptions{Timeout: 30 * time.Minute})
	jobs.Handle(o.Jobs, s.dropKeys, jobs.HandleOptions{})
	return s, nil
}

// Wish is how somebody wants to leave.
type Wish struct {
	KeepPosts bool // what they said to all in a place stays, without their name
	// Anyway tells that they settled with the others what they have of each other.
	Anyway bool
}

// Closing is an account that is to be closed.
type Closing struct {
	Due       time.Time
	KeepPosts bool
}

// CloseAccount is the job of closing an account whose time has come.
type CloseAccount struct {
	Person instance.ActorID `json:"person"`
}

// Kind names the job.
func (CloseAccount) Kind() string { return "close_account" }

// Ask has an account closed once [Regret] has passed, and says so in a letter.
// Asking again changes only what becomes of the posts. It returns an
// [instance.Invalid] of the field role for the last who runs the server, and of
// the field owes for somebody who has things of others, unless they settled it.
func (s *Service) Ask(ctx context.Context, a instance.Account, w Wish) error {
	owes, err := s.o.Owes(ctx, a.ID)
	if err != nil {
		return err
	}
	if owes > 0 && !w.Anyway {
		return &instance.Invalid{Field: "owes", Code: "open", Limit: owes}
	}
	now := s.o.Now()
	due := now.Add(Regret)
	err = s.o.DB.InTx(ctx, func(tx store.Tx) error {
		if err := s.another(ctx, tx, a); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE closings SET keep_posts = $2 WHERE person_id = $1`, a.ID, w.KeepPosts)
		if err != nil || n > 0 {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO closings (person_id, asked_at, due_at, keep_posts)
			VALUES ($1, $2, $3, $4)`, a.ID, store.Millis(now), store.Millis(due), w.KeepPosts)
		if err != nil {
			return err
		}
		if err := s.o.Jobs.Enqueue(ctx, tx, CloseAccount{a.ID}, jobs.At(due)); err != nil || a.Email == "" {
			return err
		}
		say := func(key string) string {
			return s.o.Say(a.Locale, key, "Server", s.o.Title, "Link", s.o.Site.Base()+"/settings/close", "Hours", int(Regret.Hours()))
		}
		return s.o.Mail.Send(ctx, tx, mail.Letter{To: a.Email, Kind: "closing", Subject: say("letter.closing.subject"), Text: say("letter.closing.text")})
	})
	if err != nil {
		return fmt.Errorf("close account %s: %w", a.ID, err)
	}
	return nil
}

// another sees to it that somebody is left who runs the server.
func (s *Service) another(ctx context.Context, tx store.Tx, a instance.Account) error {
	if a.Role != instance.Admin {
		return nil
	}
	var others int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*)
		  FROM people p
		 WHERE p.role = 'admin' AND p.actor_id <> $1 AND p.disabled_at IS NULL
		   AND NOT EXISTS (SELECT 1 FROM closings c WHERE c.person_id = p.actor_id)`, a.ID).Scan(&others)
	if err == nil && others == 0 {
		err = &instance.Invalid{Field: "role", Code: "last"}
	}
	return err
}

// TakeBack keeps an account that was to be closed. It returns
// [instance.ErrGone] once it is.
func (s *Service) TakeBack(ctx context.Context, person instance.ActorID) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM closings WHERE person_id = $1 AND stage = 'asked'`, person)
		if err == nil && n == 0 {
			err = instance.ErrGone
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep account %s: %w", person, err)
	}
	return nil
}

// Of returns whether an account is to be closed, nil if not.
func (s *Service) Of(ctx context.Context, person instance.ActorID) (*Closing, error) {
	var c Closing
	var due int64
	err := s.o.DB.Read().QueryRow(ctx, `SELECT due_at, keep_posts FROM closings WHERE person_id = $1`, person).Scan(&due, &c.KeepPosts)
	if errors.Is(err, store.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("closing of %s: %w", person, err)
	}
	c.Due = store.Time(due)
	return &c, nil
}

// hash is what is kept of a name that nobody takes again.
func (s *Service) hash(nameKey string) string {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(nameKey))
	return hex.EncodeToString(h.Sum(nil))
}

// Left tells whether somebody who left was called so.
func (s *Service) Left(ctx context.Context, tx store.Tx, nameKey string) (left bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM names_left WHERE name_hash = $1)`, s.hash(nameKey)).Scan(&left)
	return left, err
}
