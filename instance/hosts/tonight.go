package hosts

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// NoticeTonight asks a host with an account whether a bed is free; the letter that goes
// with it is written here, since its link answers without signing in.
const NoticeTonight = "host-tonight"

// LetterTonight is the kind of letters that ask.
const LetterTonight = "host-tonight"

// AskTonight is the job that asks the hosts of a programme who wish it whether a bed is
// free this night, each once, those with homes after one first.
type AskTonight struct {
	Programme instance.ActorID   `json:"programme"`
	After     instance.ListingID `json:"after,omitempty"`
}

// Kind names the job.
func (AskTonight) Kind() string { return "hosts_ask_tonight" }

// WantsAsked keeps whether a host wants to be asked each day, on nights of emergency,
// whether a bed is free.
func (s *Service) WantsAsked(ctx context.Context, hand Hand, id instance.HostID, wants bool) error {
	return s.own(ctx, hand, id, "be asked for tonight", func(tx store.Tx, h row) error { return s.asked(ctx, tx, h.ID, wants) })
}

func (s *Service) asked(ctx context.Context, tx store.Tx, id instance.HostID, wants bool) error {
	since := `NULL`
	args := []any{id}
	if wants {
		since = `COALESCE(tonight_at, CAST($2 AS BIGINT))`
		args = append(args, store.Millis(s.now()))
	}
	_, err := tx.Exec(ctx, `UPDATE housing_hosts SET tonight_at = `+since+` WHERE id = $1`, args...)
	return err
}

// bedFree is what a home l of a host h has to be for one to be asked whether a bed is
// free in it in the night $2, $1 being now: offered and nobody's that night, of somebody
// whose approval and visit hold, and not frozen.
const bedFree = `
	    l.state = 'available' AND l.moved_at IS NULL AND l.from_night <= $2 AND l.until_night > $2
	AND h.state = 'approved' AND h.visit_until > $1 AND h.approved_until > $1 AND h.tonight_at IS NOT NULL AND h.erased_at IS NULL AND h.confirmed_at IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM housing_nights n WHERE n.listing_id = l.id AND n.night = $2)
	AND NOT EXISTS (SELECT 1 FROM housing_frozen_homes z WHERE z.programme_id = l.programme_id AND z.home = l.uri AND z.lifted_at IS NULL)`

// candidate is a home whose host could be asked.
type candidate struct {
	home     instance.ListingID
	host     instance.HostID
	area     string
	category vocab.HomeCategory
}

// askTonight asks the next of them: who is asked, that they were, and the letters are one
// transaction, and the key of what was asked is where two that ask at once meet.
func (s *Service) askTonight(ctx context.Context, j AskTonight) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		emergencies, err := s.emergencies(ctx, tx, j.Programme)
		if err != nil || len(emergencies) == 0 || !s.asking() {
			return err // it was over before this ran
		}
		switch err := open(ctx, tx, j.Programme); {
		case errors.Is(err, instance.ErrNotFound):
			return nil // nobody is asked for a programme that takes nobody
		case err != nil:
			return err
		}
		list, err := s.candidates(ctx, tx, j)
		if err != nil {
			return err
		}
		if len(list) == sweptAtOnce {
			next := AskTonight{j.Programme, list[len(list)-1].home}
			if err := s.o.Jobs.Enqueue(ctx, tx, next, jobs.Unique(j.Programme.String()+" "+next.After.String())); err != nil {
				return err
			}
		}
		off, err := s.off(ctx, tx, j.Programme)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(c candidate) bool {
			here := slices.ContainsFunc(emergencies, func(e Emergency) bool { return e.Area == "" || e.Area == c.area })
			return !here || off(c.area, c.category)
		})
		return s.ask(ctx, tx, j.Programme, list)
	})
	return because(err, "ask hosts of programme %s for tonight", j.Programme)
}

func (s *Service) off(ctx context.Context, tx store.Tx, programme instance.ActorID) (func(string, vocab.HomeCategory) bool, error) {
	if s.o.Off == nil {
		return func(string, vocab.HomeCategory) bool { return false }, nil
	}
	return s.o.Off(ctx, tx, programme)
}

func (s *Service) candidates(ctx context.Context, tx store.Tx, j AskTonight) ([]candidate, error) {
	rows, err := tx.Query(ctx, `
		SELECT l.id, h.id, l.commune, l.category
		  FROM housing_listings l JOIN housing_hosts h ON h.id = l.host_id
		 WHERE l.programme_id = $3 AND l.id > $4 AND `+bedFree+`
		   AND NOT EXISTS (SELECT 1 FROM housing_host_asks a WHERE a.host_id = h.id AND a.night = $2)
		 ORDER BY l.id
		 LIMIT $5`, store.Millis(s.now()), int64(s.thisNight()), j.Programme, j.After, sweptAtOnce)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []candidate
	for rows.Next() {
		var c candidate
		var commune, category string
		if err := rows.Scan(&c.home, &c.host, &commune, &category); err != nil {
			return nil, err
		}
		c.area, c.category = instance.DepartementOf(commune), vocab.HomeCategory(category)
		list = append(list, c)
	}
	return list, rows.Err()
}

// ask notes that hosts are asked, and writes to those whom nobody else asked meanwhile.
func (s *Service) ask(ctx context.Context, tx store.Tx, programme instance.ActorID, list []candidate) error {
	if len(list) == 0 {
		return nil
	}
	args := []any{int64(s.thisNight()), programme, store.Millis(s.now())}
	for _, c := range list {
		args = append(args, c.host)
	}
	rows, err := tx.Query(ctx, `
		INSERT INTO housing_host_asks (host_id, night, programme_id, asked_at)
		SELECT h.id, CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT)
		  FROM housing_hosts h
		 WHERE h.id IN (`+store.Placeholders(4, len(list))+`)
		ON CONFLICT DO NOTHING
		RETURNING host_id`, args...)
	if err != nil {
		return err
	}
	whom, err := ids(rows)
	if err != nil || len(whom) == 0 {
		return err
	}
	asked, err := s.list(ctx, tx, `h.id IN (`+store.Placeholders(1, len(whom))+`) ORDER BY h.id`, whom...)
	if err != nil {
		return err
	}
	return s.writeTonight(ctx, tx, programme, asked)
}

func (s *Service) writeTonight(ctx context.Context, tx store.Tx, programme instance.ActorID, asked []row) error {
	keys, err := s.o.Vault.Keys(ctx, tx, programme)
	if err != nil {
		return err
	}
	var letters []mail.Letter
	var people []instance.ActorID
	for _, h := range asked {
		var f File
		if err := keys.OpenJSON(kindHost, h.ID, h.sealed, &f); err != nil {
			return err
		}
		letters = append(letters, s.tonightLetter(h, f.Email))
		if h.Person != 0 {
			people = append(people, h.Person)
		}
	}
	if err := s.o.Mail.SendAll(ctx, tx, letters); err != nil {
		return err
	}
	if s.o.Tell == nil || len(people) == 0 {
		return nil
	}
	return s.o.Tell(ctx, tx, NoticeTonight, programme, people)
}

// tonightLetter says of nobody, neither who asks for a bed nor that anybody does.
func (s *Service) tonightLetter(h row, to string) mail.Letter {
	stop := s.o.Site.Base() + s.StopPath(h.ID)
	say := func(part string) string {
		return s.o.Say(h.Language, "letter.host-tonight."+part, "Link", s.o.Site.Base()+s.NightPath(h.ID), "Stop", stop, "Server", s.o.Title)
	}
	return mail.Letter{To: to, Subject: say("subject"), Text: say("text"), Kind: LetterTonight, Stop: stop}
}

// NightPath is where a host answers for this night, without signing in: the link does
// that and nothing else, and leads nowhere the next morning.
func (s *Service) NightPath(id instance.HostID) string {
	night := s.thisNight()
	return "/hosting/tonight/" + id.String() + "/" + night.String() + "/" + s.sealOf("night", id, night)
}

// StopPath is where a host stops being asked, without signing in (RFC 8058).
func (s *Service) StopPath(id instance.HostID) string {
	return "/stop/tonight/" + id.String() + "/" + s.sealOf("stop", id, 0)
}

func (s *Service) sealOf(what string, id instance.HostID, night ledger.Night) string {
	h := hmac.New(sha256.New, s.o.Key)
	_, _ = h.Write([]byte(what + "\n" + id.String() + "\n" + night.String())) // never fails
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// NightLink is what the link in a letter says.
type NightLink struct {
	Host  instance.HostID
	Night ledger.Night
	Seal  string
}

// sealed returns [instance.ErrNotFound] for a link that is none of ours.
func (s *Service) sealed(l NightLink) error {
	if !hmac.Equal([]byte(l.Seal), []byte(s.sealOf("night", l.Host, l.Night))) {
		return instance.ErrNotFound
	}
	return nil
}

// NightHome is a home of a host for which they are asked.
type NightHome struct {
	ID       instance.ListingID
	Category vocab.HomeCategory
	Most     int       // beds
	Beds     int       // that they said are free; 0 is not tonight
	At       time.Time // when they said so; zero if they did not
}

// Question is what a host is asked for one night.
type Question struct {
	Programme instance.ActorID
	Homes     []NightHome // without one that somebody has meanwhile
	Over      bool        // the night is, or they host no more
	Stopped   bool        // they are asked no more
}

// AskedTonight returns what the link in a letter asks. It says neither who the host is
// nor where. It returns [instance.ErrNotFound] for a link that is none of ours, and for a
// host of whom nothing is kept any more.
func (s *Service) AskedTonight(ctx context.Context, l NightLink) (Question, error) {
	var q Question
	tx := s.db.Read()
	h, err := s.linked(ctx, tx, l)
	if err != nil {
		return q, because(err, "asked for tonight")
	}
	q = Question{Programme: h.Programme, Over: l.Night != s.thisNight() || !h.Fit(s.now())}
	err = tx.QueryRow(ctx, `SELECT tonight_at IS NULL FROM housing_hosts WHERE id = $1`, h.ID).Scan(&q.Stopped)
	if err == nil && !q.Over {
		q.Homes, err = s.nightHomes(ctx, tx, h.ID, l.Night)
	}
	return q, because(err, "host %s asked for tonight", h.ID)
}

func (s *Service) linked(ctx context.Context, tx store.Tx, l NightLink) (row, error) {
	if err := s.sealed(l); err != nil {
		return row{}, err
	}
	return one(ctx, tx, `h.id = $1 AND h.erased_at IS NULL`, l.Host)
}

func (s *Service) nightHomes(ctx context.Context, tx store.Tx, id instance.HostID, night ledger.Night) ([]NightHome, error) {
	rows, err := tx.Query(ctx, `
		SELECT l.id, l.category, CASE WHEN h.most_places < l.places THEN h.most_places ELSE l.places END, COALESCE(f.beds, 0), f.at
		  FROM housing_listings l JOIN housing_hosts h ON h.id = l.host_id
		  LEFT JOIN housing_free_nights f ON f.listing_id = l.id AND f.night = $2
		 WHERE h.id = $3 AND `+bedFree+`
		 ORDER BY l.id
		 LIMIT 20`, store.Millis(s.now()), int64(night), id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []NightHome
	for rows.Next() {
		var x NightHome
		var category string
		var at *int64
		if err := rows.Scan(&x.ID, &category, &x.Most, &x.Beds, &at); err != nil {
			return nil, err
		}
		x.Category, x.At = vocab.HomeCategory(category), store.TimeOrNever(at)
		list = append(list, x)
	}
	return list, rows.Err()
}

// FreeTonight keeps how many beds of a home are free tonight as its host says, 0 for
// none; said again it replaces what was said. It returns [instance.ErrGone] once the
// night is over, [instance.ErrConflict] for a home that somebody has meanwhile or that is
// offered no more, and an [instance.Invalid] for more beds than it has.
func (s *Service) FreeTonight(ctx context.Context, l NightLink, home instance.ListingID, beds int) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		h, err := s.linked(ctx, tx, l)
		if err != nil {
			return err
		}
		if l.Night != s.thisNight() {
			return instance.ErrGone
		}
		if h, err = held(ctx, tx, h.ID); err != nil {
			return err
		}
		homes, err := s.nightHomes(ctx, tx, h.ID, l.Night)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(homes, func(x NightHome) bool { return x.ID == home })
		switch {
		case at < 0:
			return instance.ErrConflict
		case beds < 0 || beds > homes[at].Most:
			return &instance.Invalid{Field: "beds", Code: "malformed", Limit: homes[at].Most}
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_free_nights (listing_id, night, beds, at)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (listing_id, night) DO UPDATE SET beds = excluded.beds, at = excluded.at
			 WHERE housing_free_nights.beds <> excluded.beds`, home, int64(l.Night), beds, store.Millis(s.now()))
		return err
	})
	return because(err, "home %s for tonight", home)
}

// Stops tells whether a link that stops being asked is one of ours, and whether its host
// is asked no more.
func (s *Service) Stops(ctx context.Context, id instance.HostID, seal string) (stopped bool, err error) {
	if !hmac.Equal([]byte(seal), []byte(s.sealOf("stop", id, 0))) {
		return false, because(instance.ErrNotFound, "stop asking")
	}
	err = s.db.Read().QueryRow(ctx, `SELECT tonight_at IS NULL FROM housing_hosts WHERE id = $1`, id).Scan(&stopped)
	return stopped, because(notFound(err), "stop asking host %s", id)
}

// StopAsking ends at once that a host is asked for tonight: what waits to be sent is
// thrown away too. The link holds as long as there is such a host. It returns
// [instance.ErrNotFound] for a link that is none of ours.
func (s *Service) StopAsking(ctx context.Context, id instance.HostID, seal string) error {
	if _, err := s.Stops(ctx, id, seal); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		h, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.asked(ctx, tx, id, false); err != nil || len(h.sealed) == 0 {
			return err
		}
		f, err := s.open(ctx, tx, h)
		if err != nil {
			return err
		}
		return s.o.Mail.Drop(ctx, tx, f.Email, LetterTonight)
	})
	return because(err, "stop asking host %s", id)
}

// Tonight is what hosts of a programme answered for this night, home by home.
type Tonight struct {
	Yes     []Said // what was said last first
	Waiting []Said // who did not answer
	No      []Said
}

// Said is what the host of a home said.
type Said struct {
	Home     instance.ListingID
	Commune  string // a code
	Category vocab.HomeCategory
	Beds     int
	At       time.Time // when it was said, or asked where it was not
}

const saidAtOnce = 300

// Answered returns what hosts answered for this night, to those who keep cases, without
// homes that somebody has meanwhile, that are frozen or offered no more, or where the
// programme has switched off that anybody comes. The morning ends it.
func (s *Service) Answered(ctx context.Context, by instance.Account, programme instance.ActorID) (Tonight, error) {
	var t Tonight
	tx := s.db.Read()
	err := keeps(ctx, tx, programme, by)
	if err != nil {
		return t, because(err, "answers for tonight in programme %s", programme)
	}
	off, err := s.off(ctx, tx, programme)
	if err != nil {
		return t, because(err, "answers for tonight in programme %s", programme)
	}
	rows, err := tx.Query(ctx, `
		SELECT l.id, l.commune, l.category, COALESCE(f.beds, -1), COALESCE(f.at, a.asked_at)
		  FROM housing_host_asks a
		  JOIN housing_hosts h ON h.id = a.host_id
		  JOIN housing_listings l ON l.host_id = h.id
		  LEFT JOIN housing_free_nights f ON f.listing_id = l.id AND f.night = a.night
		 WHERE a.programme_id = $3 AND a.night = $2 AND `+bedFree+`
		 ORDER BY COALESCE(f.at, a.asked_at) DESC, l.id
		 LIMIT $4`, store.Millis(s.now()), int64(s.thisNight()), programme, saidAtOnce)
	if err != nil {
		return t, because(err, "answers for tonight in programme %s", programme)
	}
	defer rows.Close()
	for rows.Next() {
		var x Said
		var category string
		var at int64
		if err := rows.Scan(&x.Home, &x.Commune, &category, &x.Beds, &at); err != nil {
			return t, because(err, "answers for tonight in programme %s", programme)
		}
		x.Category, x.At = vocab.HomeCategory(category), store.Time(at)
		switch {
		case off(instance.DepartementOf(x.Commune), x.Category):
		case x.Beds > 0:
			t.Yes = append(t.Yes, x)
		case x.Beds == 0:
			t.No = append(t.No, x)
		default:
			x.Beds = 0
			t.Waiting = append(t.Waiting, x)
		}
	}
	return t, because(rows.Err(), "answers for tonight in programme %s", programme)
}
