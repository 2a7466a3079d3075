package hosts

import (
	"context"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Meeting is one at which hosts are told what it is about.
type Meeting struct {
	ID      instance.ID
	At      time.Time
	Venue   string // a room of the association, or by telephone
	Places  int
	Invited int // who are invited to it or were there
}

const maxVenue = 200

// Plan plans a meeting. Those who vet hosts may.
func (s *Service) Plan(ctx context.Context, by instance.Account, programme instance.ActorID, m Meeting) (instance.ID, error) {
	m.Venue = strings.TrimSpace(m.Venue)
	if err := within("venue", m.Venue, 1, maxVenue); err != nil {
		return 0, err
	}
	if m.At.Before(s.now()) || m.At.After(s.now().AddDate(1, 0, 0)) {
		return 0, &instance.Invalid{Field: "at", Code: "past"}
	}
	if m.Places < 1 || m.Places > 500 {
		return 0, &instance.Invalid{Field: "places", Code: "malformed", Limit: 500}
	}
	id := s.o.IDs.Next()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := keeps(ctx, tx, programme, by); err != nil {
			return err
		}
		keys, err := s.o.Vault.Keys(ctx, tx, programme)
		if err == nil {
			m.Venue, err = keys.SealText(kindVenue, id, m.Venue)
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_host_meetings (id, programme_id, at, venue, places, created_by)
			VALUES ($1, $2, $3, $4, $5, $6)`, id, programme, store.Millis(m.At), m.Venue, m.Places, by.ID)
		return err
	})
	return id, because(err, "plan a meeting of programme %s", programme)
}

// KeepApart seals where meetings are, which stood in the clear once. It is done at
// each start.
func (s *Service) KeepApart(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		return s.o.Vault.SealTexts(ctx, tx, kindVenue, "housing_host_meetings", "venue")
	})
}

// Meetings returns those that a programme had since three months ago and has, the
// next first, to its team.
func (s *Service) Meetings(ctx context.Context, by instance.Account, programme instance.ActorID) ([]Meeting, error) {
	if _, err := role(ctx, s.db.Read(), programme, by); err != nil {
		return nil, because(err, "meetings of programme %s", programme)
	}
	keys, err := s.o.Vault.Keys(ctx, s.db.Read(), programme)
	if err != nil {
		return nil, because(err, "meetings of programme %s", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT m.id, m.at, m.venue, m.places, (SELECT COUNT(*) FROM housing_hosts h WHERE h.programme_id = m.programme_id AND h.meeting_id = m.id)
		  FROM housing_host_meetings m
		 WHERE m.programme_id = $1 AND m.at > $2
		 ORDER BY m.at DESC
		 LIMIT 50`, programme, store.Millis(s.now().AddDate(0, -3, 0)))
	if err != nil {
		return nil, because(err, "meetings of programme %s", programme)
	}
	defer rows.Close()
	var list []Meeting
	for rows.Next() {
		var m Meeting
		var at int64
		if err := rows.Scan(&m.ID, &at, &m.Venue, &m.Places, &m.Invited); err != nil {
			return nil, because(err, "meetings of programme %s", programme)
		}
		m.At = store.Time(at)
		if m.Venue, err = keys.OpenText(kindVenue, m.ID, m.Venue); err != nil {
			return nil, because(err, "meetings of programme %s", programme)
		}
		list = append(list, m)
	}
	return list, because(rows.Err(), "meetings of programme %s", programme)
}

// Letters is the job that writes to those who were invited to a meeting, so that
// inviting hundreds is one deed.
type Letters struct {
	Meeting instance.ID     `json:"meeting"`
	After   instance.HostID `json:"after,omitempty"`
}

// Kind names the job.
func (Letters) Kind() string { return "host_letters" }

// Invite invites the first of the queue to a meeting, as many as are asked for and
// there is room, and returns how many that were. They are written to after.
func (s *Service) Invite(ctx context.Context, by instance.Account, meeting instance.ID, many int) (int64, error) {
	if many < 1 || many > 500 {
		return 0, &instance.Invalid{Field: "many", Code: "malformed", Limit: 500}
	}
	var n int64
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		programme, room, err := s.room(ctx, tx, meeting)
		if err != nil {
			return err
		}
		if err := keeps(ctx, tx, programme, by); err != nil {
			return err
		}
		if room < 1 {
			return &instance.Invalid{Field: "many", Code: "full"}
		}
		n, err = tx.Exec(ctx, `
			UPDATE housing_hosts
			   SET state = 'invited', meeting_id = $2, state_by = $3, state_since = $4, changed_at = $4
			 WHERE id IN (
				SELECT id FROM housing_hosts
				 WHERE programme_id = $1 AND state = 'interested' AND confirmed_at IS NOT NULL
				 ORDER BY score DESC, id
				 LIMIT $5)`, programme, meeting, by.ID, store.Millis(s.now()), min(many, room))
		if err != nil || n == 0 {
			return err
		}
		return s.o.Jobs.Enqueue(ctx, tx, Letters{Meeting: meeting})
	})
	return n, because(err, "invite to meeting %s", meeting)
}

// room returns whose a meeting is that is still to be, and for how many more there
// is room. Nobody else invites to it until the transaction ends.
func (s *Service) room(ctx context.Context, tx store.Tx, meeting instance.ID) (programme instance.ActorID, room int, err error) {
	if _, err := tx.Exec(ctx, `UPDATE housing_host_meetings SET places = places WHERE id = $1`, meeting); err != nil {
		return 0, 0, err
	}
	err = tx.QueryRow(ctx, `
		SELECT m.programme_id, m.places - (SELECT COUNT(*) FROM housing_hosts h WHERE h.programme_id = m.programme_id AND h.meeting_id = m.id)
		  FROM housing_host_meetings m
		 WHERE m.id = $1 AND m.at > $2`, meeting, store.Millis(s.now())).Scan(&programme, &room)
	return programme, room, notFound(err)
}

// lettersAtOnce is how many are written in one transaction.
const lettersAtOnce = 50

// letters writes to the next of those invited to a meeting, in the order of their
// ids.
func (s *Service) letters(ctx context.Context, j Letters) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		list, err := s.list(ctx, tx, `h.meeting_id = $1 AND h.state = 'invited' AND h.id > $2 ORDER BY h.id LIMIT $3`, j.Meeting, j.After, lettersAtOnce)
		if err != nil {
			return err
		}
		for _, h := range list {
			f, err := s.open(ctx, tx, h)
			if err != nil {
				return err
			}
			if err := s.toHost(ctx, tx, h, f, "host-invited"); err != nil {
				return err
			}
		}
		if len(list) < lettersAtOnce {
			return nil
		}
		return s.o.Jobs.Enqueue(ctx, tx, Letters{j.Meeting, list[len(list)-1].ID}, jobs.Unique(j.Meeting.String()+" "+list[len(list)-1].ID.String()))
	})
	return because(err, "letters about meeting %s", j.Meeting)
}

// toHost writes to a host: with a new link to who has no account.
func (s *Service) toHost(ctx context.Context, tx store.Tx, h row, f File, kind string) error {
	if h.Person == 0 {
		return s.sendLink(ctx, tx, h.ID, h.Language, f, kind)
	}
	return s.letter(ctx, tx, h.Language, f.Email, kind, s.o.Site.Base()+"/hosting/"+h.ID.String())
}

// list reads hosts by a condition on h, which says their order and how many.
func (s *Service) list(ctx context.Context, tx store.Tx, where string, args ...any) ([]row, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+columns+`, h.file, COALESCE(h.state_by, 0), h.approved_at IS NOT NULL, h.confirmed_at IS NOT NULL
		  FROM housing_hosts h
		 WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []row
	for rows.Next() {
		h, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, h)
	}
	return list, rows.Err()
}
