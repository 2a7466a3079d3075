package hosts

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
	"palier/instance/alike"
	"palier/instance/mail"
	"palier/instance/store"
)

// Interest is what somebody says who would like to lend a home.
type Interest struct {
	Name     string
	Email    string // of who has no account; else the account's is taken
	Phone    string
	Born     int // the year
	Places   int
	Whole    bool   // a whole home, and not a room in one's own
	From     string // a date, as 2026-12-01
	Nights   int
	Language string
	Commune  string // in which the home is, by its code; empty where it was not said

	imported bool   // an office passed it on: what it did not say is asked later
	where    string // as the office wrote it
}

const (
	linkLasts = 30 * 24 * time.Hour
	// unconfirmed is how long a mailbox that nobody opens is remembered.
	unconfirmed = 7 * 24 * time.Hour
)

// Hand is who acts for themself: somebody with an account, or whoever holds the
// link in a letter.
type Hand struct {
	Person instance.ActorID
	Link   string
}

// Offer takes a first word. Somebody with an account is in the queue at once; to
// who has none a letter is written, and they are in it once they follow its link.
// It returns [instance.ErrNotFound] for a programme that takes nobody, and an
// [instance.Invalid] for what cannot be taken, such as somebody who is too young.
func (s *Service) Offer(ctx context.Context, by *instance.Account, programme instance.ActorID, i Interest) (instance.HostID, error) {
	f, err := s.check(by, &i)
	if err != nil {
		return 0, err
	}
	id := s.o.IDs.Next()
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if err := open(ctx, tx, programme); err != nil {
			return err
		}
		if err := s.takesIn(ctx, tx, programme, instance.DepartementOf(i.Commune), i.Whole); err != nil {
			return err
		}
		return s.begin(ctx, tx, id, by, programme, i, f)
	})
	if store.IsUnique(err) {
		err = instance.ErrConflict // they are in it already
	}
	return id, because(err, "a word to programme %s", programme)
}

// open returns [instance.ErrNotFound] for a programme that takes nobody now.
func open(ctx context.Context, tx store.Tx, programme instance.ActorID) error {
	var may bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT 1
			  FROM housing_programmes p
			  JOIN housing_mandates m ON m.organisation_id = p.organisation_id AND m.ended_at IS NULL
			  JOIN actors a ON a.id = p.group_id
			 WHERE p.group_id = $1 AND p.frozen_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL)`, programme).Scan(&may)
	if err == nil && !may {
		err = instance.ErrNotFound
	}
	return err
}

// check cleans what somebody said, and returns it as it is kept.
func (s *Service) check(by *instance.Account, i *Interest) (File, error) {
	i.Name, i.Phone = cleaned(i.Name, maxName), cleaned(i.Phone, maxPhone)
	if by != nil {
		i.Email = by.Email
	}
	if err := within("name", i.Name, 2, maxName); err != nil {
		return File{}, err
	}
	address, _, err := instance.ParseEmail(i.Email)
	if err != nil {
		return File{}, err
	}
	switch age := s.now().Year() - i.Born; {
	case i.Born == 0 && i.imported: // is asked with their papers, see [Service.SeenIdentity]
	case i.Born == 0:
		return File{}, &instance.Invalid{Field: "born", Code: "missing"}
	case age > 120:
		return File{}, &instance.Invalid{Field: "born", Code: "malformed"}
	case age < s.o.Pack.Adult:
		return File{}, &instance.Invalid{Field: "born", Code: "too-young", Limit: s.o.Pack.Adult}
	}
	if i.Places < 1 || i.Places > 20 {
		return File{}, &instance.Invalid{Field: "places", Code: "malformed", Limit: 20}
	}
	if i.Nights < s.o.Pack.Stay.Least || i.Nights > s.o.Pack.Stay.Most {
		return File{}, &instance.Invalid{Field: "nights", Code: "malformed", Limit: s.o.Pack.Stay.Most}
	}
	from, err := time.Parse(time.DateOnly, i.From)
	if err != nil || from.After(s.now().AddDate(2, 0, 0)) {
		return File{}, &instance.Invalid{Field: "from", Code: "malformed"}
	}
	return File{Name: i.Name, Email: address, Phone: i.Phone, Born: i.Born, Whole: i.Whole, Nights: i.Nights, From: i.From, Commune: i.Commune}, nil
}

// score is how much an offer helps, for the order in which people are invited when
// more come than can be: many places, a whole home, soon, and for long.
func score(i Interest, now time.Time) int {
	n := min(i.Places, 6)
	if i.Whole {
		n += 3
	}
	if from, err := time.Parse(time.DateOnly, i.From); err == nil && from.Before(now.AddDate(0, 0, 14)) {
		n += 2
	}
	if i.Nights >= 90 {
		n += 2
	}
	return n
}

func (s *Service) begin(ctx context.Context, tx store.Tx, id instance.HostID, by *instance.Account, programme instance.ActorID, i Interest, f File) error {
	keys, err := s.o.Vault.Keys(ctx, tx, programme)
	if err != nil {
		return err
	}
	sealed, err := keys.SealJSON(kindHost, id, f)
	if err != nil {
		return err
	}
	now := s.now()
	var person *instance.ActorID
	confirmed := store.MillisOrNull(now)
	if by != nil {
		person = &by.ID
	} else {
		confirmed = nil
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_hosts (id, programme_id, person_id, language, file, confirmed_at, places, score, state_since, came_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9)`,
		id, programme, person, i.Language, sealed, confirmed, i.Places, score(i, now), store.Millis(now))
	if err != nil {
		return err
	}
	own, err := s.sealAdult(keys, id, Adult{Name: f.Name, Own: true})
	if err != nil {
		return err
	}
	if err := s.addAdult(ctx, tx, own); err != nil {
		return err
	}
	if by != nil {
		return s.compare(ctx, tx, programme, id, f)
	}
	kind := "host-confirm"
	if i.imported {
		kind = "host-imported"
	}
	return s.sendLink(ctx, tx, id, i.Language, f, kind)
}

// sendLink writes to somebody without an account with a new link to their page; the
// one before leads nowhere.
func (s *Service) sendLink(ctx context.Context, tx store.Tx, id instance.HostID, language string, f File, kind string) error {
	token := rand.Text()
	_, err := tx.Exec(ctx, `
		UPDATE housing_hosts SET link_hash = $2, link_until = $3 WHERE id = $1`, id, hashed(token), store.Millis(s.now().Add(linkLasts)))
	if err != nil {
		return err
	}
	return s.letter(ctx, tx, language, f.Email, kind, s.o.Site.Base()+"/hosting/link/"+token)
}

// NewLink writes to a host without an account with a new link to their page, because the
// last one is lost or too old. Those who keep hosts may; it returns [instance.ErrConflict]
// for a host who has an account, and for one whose mailbox nobody confirmed or who is not
// a host any more.
func (s *Service) NewLink(ctx context.Context, by instance.Account, id instance.HostID) error {
	return s.team(ctx, by, id, "write a link to", keeps, func(tx store.Tx, h row) error {
		if h.Person != 0 || !h.confirmed || h.State.Over() {
			return instance.ErrConflict
		}
		f, err := s.open(ctx, tx, h)
		if err != nil {
			return err
		}
		return s.sendLink(ctx, tx, id, h.Language, f, "host-link")
	})
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// letter writes one letter. Nothing in it says who anybody is or where.
func (s *Service) letter(ctx context.Context, tx store.Tx, language, to, kind, link string) error {
	say := func(part string) string {
		return s.o.Say(language, "letter."+kind+"."+part, "Link", link, "Server", s.o.Title)
	}
	err := s.o.Mail.Send(ctx, tx, mail.Letter{To: to, Subject: say("subject"), Text: say("text"), Kind: "host"})
	if err != nil {
		return fmt.Errorf("write a letter: %w", err)
	}
	return nil
}

// Confirm says that a mailbox is the one's who asked for a letter: now they are in
// the queue.
func (s *Service) Confirm(ctx context.Context, link string) error {
	return s.own(ctx, Hand{Link: link}, 0, "confirm", func(tx store.Tx, h row) error {
		_, err := tx.Exec(ctx, `
			UPDATE housing_hosts SET confirmed_at = COALESCE(confirmed_at, $2) WHERE id = $1`, h.ID, store.Millis(s.now()))
		if err != nil {
			return err
		}
		f, err := s.open(ctx, tx, h)
		if err != nil {
			return err
		}
		return s.compare(ctx, tx, h.Programme, h.ID, f) // before that anybody could have written it
	})
}

// compare has the file of a host compared with the others of its programme.
func (s *Service) compare(ctx context.Context, tx store.Tx, programme instance.ActorID, id instance.HostID, f File) error {
	if s.o.Alike == nil {
		return nil
	}
	return s.o.Alike(ctx, tx, programme, id, alike.Contact{Text: f.Email + " \n " + f.Phone, Address: f.Address})
}

// find returns the host whom somebody is. id may be 0 where the link says it.
func (s *Service) find(ctx context.Context, tx store.Tx, hand Hand, id instance.HostID) (row, error) {
	switch {
	case hand.Link != "":
		h, err := one(ctx, tx, `h.link_hash = $1 AND h.link_until > $2`, hashed(hand.Link), store.Millis(s.now()))
		if err == nil && id != 0 && h.ID != id {
			err = instance.ErrNotFound
		}
		return h, err
	case hand.Person != 0:
		return one(ctx, tx, `h.id = $1 AND h.person_id = $2`, id, hand.Person)
	}
	return row{}, instance.ErrNotFound
}

// own does something that a host does themself, as long as anything may come of it.
// It returns [instance.ErrNotFound] for who is somebody else.
func (s *Service) own(ctx context.Context, hand Hand, id instance.HostID, deed string, do func(store.Tx, row) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		h, err := s.find(ctx, tx, hand, id)
		if err != nil {
			return err
		}
		if h, err = held(ctx, tx, h.ID); err != nil {
			return err
		}
		if h.State.Over() {
			return instance.ErrConflict
		}
		return do(tx, h)
	})
	return because(err, "%s as a host", deed)
}

// Waiting is how long it may take until somebody is invited, as far as it can be
// told.
type Waiting struct {
	Ahead   int // who will be asked before
	PerWeek int // who were invited each week lately; 0 if nobody was
}

// Weeks is about how many weeks that makes, 0 if it cannot be told.
func (w Waiting) Weeks() int {
	if w.PerWeek == 0 {
		return 0
	}
	return (w.Ahead + w.PerWeek) / w.PerWeek
}

// invitedLately is over how long the pace is taken.
const invitedLately = 28 * 24 * time.Hour

// waiting tells how many are before a host in the queue, and how fast it goes.
func (s *Service) waiting(ctx context.Context, tx store.Tx, h instance.Host) (Waiting, error) {
	var w Waiting
	var lately int
	err := tx.QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM housing_hosts q
		         WHERE q.programme_id = $1 AND q.state = 'interested' AND q.confirmed_at IS NOT NULL
		           AND (q.score > $2 OR q.score = $2 AND q.id < $3)),
		       (SELECT COUNT(*) FROM housing_hosts q
		         WHERE q.programme_id = $1 AND q.state IN ('invited', 'informed', 'vetting', 'proposed', 'approved') AND q.state_since > $4)`,
		h.Programme, h.Score, h.ID, store.Millis(s.now().Add(-invitedLately))).Scan(&w.Ahead, &lately)
	w.PerWeek = (lately + 3) / 4
	return w, err
}

// trimmed are lines of a form, without those that are empty.
func trimmed(list []string) []string {
	var kept []string
	for _, l := range list {
		if l = strings.TrimSpace(l); l != "" {
			kept = append(kept, l)
		}
	}
	return kept
}

// TakesIn tells whether a programme takes in somebody who lends a room, or a whole home,
// in an area, and everywhere where the area is empty.
func (s *Service) TakesIn(ctx context.Context, programme instance.ActorID, area string, whole bool) (bool, error) {
	err := s.takesIn(ctx, s.db.Read(), programme, area, whole)
	if errors.Is(err, instance.ErrInvalid) {
		return false, nil
	}
	return err == nil, because(err, "whether programme %s takes hosts in", programme)
}

// takesIn returns an [instance.Invalid] while a programme takes in nobody who lends
// one of some kinds of home in an area.
func (s *Service) takesIn(ctx context.Context, tx store.Tx, programme instance.ActorID, area string, whole ...bool) error {
	if s.o.Paused == nil {
		return nil
	}
	for _, w := range whole {
		if err := s.o.Paused(ctx, tx, programme, area, w); err != nil {
			return err
		}
	}
	return nil
}
