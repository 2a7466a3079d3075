package outreach

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/writing"
)

// Push is the job of telling one program of one notice.
type Push struct {
	Subscription int         `json:"subscription"`
	Notice       instance.ID `json:"notice"`
}

// Kind names the job.
func (Push) Kind() string { return "push" }

const (
	// tries is how often a message is tried; staleAfter is when it is news no
	// more, to us and to push services.
	tries      = 6
	staleAfter = 48 * time.Hour
	callStale  = 2 * time.Hour // of a call for help
	// longestWait is how long a push service may have us wait.
	longestWait = time.Hour
	// bodyLength is how much of a post a message holds, in characters.
	bodyLength = 140
)

// backoff waits half a minute, then four times as long each time: two hours in
// all.
func backoff(attempt int) time.Duration {
	return 30 * time.Second << (2 * min(attempt-1, 4))
}

// Written has a notice told to those programs of its owner that want it, once tx
// is committed.
func (s *Service) Written(ctx context.Context, tx store.Tx, owner instance.ActorID, kind string, from instance.ActorID, notice instance.ID) error {
	alert, ok := alerts[kind]
	if !ok {
		return nil
	}
	rows, err := tx.Query(ctx, `
		SELECT p.id
		  FROM push_subscriptions p
		 WHERE p.person_id = $1 AND p.alerts LIKE $3
		   AND (p.policy = 'all'
		        OR p.policy = 'followed' AND EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $1 AND f.followee_id = $2 AND f.state = 'accepted')
		        OR p.policy = 'follower' AND EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $2 AND f.followee_id = $1 AND f.state = 'accepted'))`,
		owner, from, "%,"+alert+",%")
	if err != nil {
		return fmt.Errorf("push notice %s: %w", notice, err)
	}
	defer rows.Close()
	var all []jobs.Args
	for rows.Next() {
		p := Push{Notice: notice}
		if err := rows.Scan(&p.Subscription); err != nil {
			return fmt.Errorf("push notice %s: %w", notice, err)
		}
		all = append(all, p)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("push notice %s: %w", notice, err)
	}
	if all, err = s.browsers(ctx, tx, all, owner, alert, notice); err != nil {
		return fmt.Errorf("push notice %s: %w", notice, err)
	}
	return s.o.Jobs.EnqueueAll(ctx, tx, all)
}

// recipient is a subscription as messages are sent to it.
type recipient struct {
	person   instance.ActorID
	endpoint string
	to       *ecdh.PublicKey
	auth     []byte
	standard bool
	token    string
}

// push tells a program of a notice, unless one of the two is gone.
func (s *Service) push(ctx context.Context, p Push) error {
	if s.o.Now().Sub(p.Notice.Time()) > staleAfter {
		return nil
	}
	to, err := s.recipient(ctx, p.Subscription)
	if errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	gone, err := s.reach(ctx, to, p.Notice)
	if err != nil || !gone {
		return err
	}
	return s.end(ctx, p.Subscription)
}

// reach tells one recipient of a notice that its owner still sees, and whether
// nobody listens there any more.
func (s *Service) reach(ctx context.Context, to recipient, notice instance.ID) (gone bool, err error) {
	n, err := s.o.Notices(ctx, to.person, notice)
	if errors.Is(err, instance.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("push notice %s: %w", notice, err)
	}
	m, err := s.message(to, notice, n)
	if err != nil {
		return false, jobs.Cancel(fmt.Errorf("push notice %s: %w", notice, err))
	}
	status, after, err := s.o.Courier.Push(ctx, to.endpoint, m.header, m.body)
	if err != nil {
		return false, fmt.Errorf("push notice %s: %w", notice, err)
	}
	return answered(status, after)
}

// answered is what the answer of a push service asks for (RFC 8030 §5, §7.3).
func answered(status int, after time.Duration) (gone bool, err error) {
	switch {
	case status >= 200 && status <= 299:
		return false, nil
	case status == http.StatusNotFound, status == http.StatusGone:
		return true, nil
	case status == http.StatusTooManyRequests, status >= 500:
		if after > 0 {
			return false, jobs.Snooze(min(after, longestWait)) // until it is stale
		}
		return false, fmt.Errorf("push service answers %d", status)
	}
	return false, jobs.Cancel(fmt.Errorf("push service answers %d", status))
}

// end forgets a program that does not listen any more.
func (s *Service) end(ctx context.Context, subscription int) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM push_subscriptions WHERE id = $1`, subscription)
		return err
	})
	if err != nil {
		return fmt.Errorf("end push subscription %d: %w", subscription, err)
	}
	return nil
}

// recipient returns a subscription whose account is open. It returns
// [instance.ErrNotFound] for one that is gone.
func (s *Service) recipient(ctx context.Context, id int) (recipient, error) {
	var r recipient
	var point, sealed []byte
	err := s.o.DB.Read().QueryRow(ctx, `
		SELECT x.person_id, x.endpoint, x.p256dh, x.auth, x.standard, x.sealed
		  FROM push_subscriptions x
		  JOIN access_tokens t ON t.id = x.token_id
		  JOIN people p ON p.actor_id = x.person_id
		  JOIN actors a ON a.id = x.person_id
		 WHERE x.id = $1 AND p.disabled_at IS NULL AND p.credentials_at <= t.created_at AND a.deleted_at IS NULL AND a.suspended_at IS NULL`,
		id).Scan(&r.person, &r.endpoint, &point, &r.auth, &r.standard, &sealed)
	if errors.Is(err, store.ErrNoRows) {
		err = instance.ErrNotFound
	}
	if err == nil {
		r.to, err = ecdh.P256().NewPublicKey(point)
	}
	if err == nil {
		r.token, err = s.vapid.unseal(sealed)
	}
	if err != nil {
		return r, fmt.Errorf("push subscription %d: %w", id, err)
	}
	return r, nil
}

// payload is what a program is told, as Mastodon's programs read it.
type payload struct {
	AccessToken      string      `json:"access_token"`
	PreferredLocale  string      `json:"preferred_locale"`
	NotificationID   instance.ID `json:"notification_id"` // a number
	NotificationType string      `json:"notification_type"`
	Icon             string      `json:"icon"`
	Title            string      `json:"title"`
	Body             string      `json:"body"`
}

// message writes, encrypts and addresses what a program is told.
func (s *Service) message(to recipient, id instance.ID, n Notice) (message, error) {
	text, err := json.Marshal(payload{
		AccessToken: to.token, PreferredLocale: n.Locale, NotificationID: id, NotificationType: alerts[n.Kind],
		Icon: n.Icon, Title: title(n), Body: body(n.Post),
	})
	if err != nil {
		return message{}, err
	}
	from, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return message{}, err
	}
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return message{}, err
	}
	e := envelope{to: to.to, auth: to.auth, from: from, salt: salt}
	seal := e.sealOld
	if to.standard {
		seal = e.seal
	}
	m, err := seal(text)
	if err != nil {
		return message{}, err
	}
	token, err := s.vapid.token(to.endpoint, s.o.Site.Base(), s.o.Now())
	if err != nil {
		return message{}, err
	}
	s.vapid.authorize(m, to.standard, token)
	m.header.Set("Content-Type", "application/octet-stream")
	lasts, urgency := staleAfter, "normal"
	if n.Kind == "help-call" {
		lasts, urgency = callStale, "high"
	}
	m.header.Set("TTL", strconv.Itoa(int(lasts.Seconds())))
	m.header.Set("Urgency", urgency)
	return m, nil
}

// body is what a post says in a few words, or what warns of it.
func body(p *instance.Post) string {
	switch {
	case p == nil:
		return ""
	case p.Warning != "":
		return cut(p.Warning)
	}
	return writing.Plain(writing.WithTitle(p.Title, p.Content), bodyLength)
}

// cut shortens a text that stands on one line.
func cut(text string) string {
	if r := []rune(text); len(r) > bodyLength {
		return string(r[:bodyLength-1]) + "…"
	}
	return text
}

// title says in a sentence what a notice is about, in the language of its owner.
func title(n Notice) string {
	of, ok := titles[n.Locale]
	if !ok {
		of = titles["en"]
	}
	return strings.ReplaceAll(of[n.Kind], "{name}", isolated(n.Locale, cut(n.From.Shown())))
}

// isolated keeps a name that is written the other way round from disturbing a
// sentence that reads from right to left (Unicode UAX #9, FSI and PDI).
func isolated(locale, name string) string {
	if locale != "ar" {
		return name
	}
	return "\u2068" + name + "\u2069"
}

var titles = map[string]map[string]string{
	"fr": {
		"mention":     "{name} vous a mentionné",
		"reply":       "{name} vous a répondu",
		"reply-waits": "La réponse de {name} attend votre accord",
		"status":      "{name} a publié un message",
		"boost":       "{name} a partagé votre message",
		"follow":      "{name} vous suit",
		"request":     "{name} demande à vous suivre",
		"like":        "{name} vous remercie de votre message",
		"poll":        "Un sondage de {name} est terminé",
		"help-call":   "{name} appelle à l’aide",
		"help-coming": "{name} arrive",
		"help-over":   "{name} n’a plus besoin d’aide",
	},
	"en": {
		"mention":     "{name} mentioned you",
		"reply":       "{name} replied to you",
		"reply-waits": "The reply of {name} waits for you",
		"status":      "{name} posted",
		"boost":       "{name} shared your post",
		"follow":      "{name} follows you",
		"request":     "{name} asks to follow you",
		"like":        "{name} thanks you for your post",
		"poll":        "A poll by {name} has ended",
		"help-call":   "{name} calls for help",
		"help-coming": "{name} is coming",
		"help-over":   "{name} needs no help any more",
	},
	"uk": {
		"mention":     "{name} згадує вас",
		"reply":       "{name} відповідає вам",
		"reply-waits": "Відповідь чекає на вашу згоду: {name}",
		"status":      "{name}: нове повідомлення",
		"boost":       "{name} поширює ваше повідомлення",
		"follow":      "{name} підписується на вас",
		"request":     "{name} просить дозволу підписатися на вас",
		"like":        "{name} дякує вам за повідомлення",
		"poll":        "Опитування, яке створив(-ла) {name}, завершено",
		"help-call":   "{name} кличе на допомогу",
		"help-coming": "{name} вже йде",
		"help-over":   "{name} більше не потребує допомоги",
	},
	"ar": {
		"mention":     "ذكركم {name}",
		"reply":       "ردّ عليكم {name}",
		"reply-waits": "ردّ {name} ينتظر موافقتكم",
		"status":      "رسالة جديدة من {name}",
		"boost":       "شارك {name} رسالتكم",
		"follow":      "يتابعكم {name}",
		"request":     "يطلب {name} متابعتكم",
		"like":        "يشكركم {name} على رسالتكم",
		"poll":        "انتهى استطلاع {name}",
		"help-call":   "{name} يطلب النجدة",
		"help-coming": "{name} قادم",
		"help-over":   "لم يعد {name} بحاجة إلى مساعدة",
	},
}
