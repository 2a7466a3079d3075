package hosts

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/vault"
)

// Slice is what a host sees: themself, how far it is, and what comes next. What
// others wrote and what a visitor felt is not in it.
type Slice struct {
	instance.Host
	File       File
	Adults     []Adult
	References []Reference // without their words
	Wanting    []Wanting
	Waiting    Waiting  // while in the queue
	Meeting    *Meeting // that they are invited to
	VisitedAt  time.Time
	Passed     bool
	Confirmed  bool // the mailbox is theirs

	Wants        bool // to be asked, on nights of emergency, whether a bed is free
	AskedTonight bool
}

// Own returns to a host what is theirs. It returns [instance.ErrNotFound] to anybody
// else, and for a link that leads nowhere any more.
func (s *Service) Own(ctx context.Context, hand Hand, id instance.HostID) (Slice, error) {
	var x Slice
	tx := s.db.Read()
	h, err := s.find(ctx, tx, hand, id)
	if err != nil {
		return x, because(err, "own page of a host")
	}
	x, err = s.slice(ctx, tx, h)
	return x, because(err, "own page of host %s", h.ID)
}

func (s *Service) slice(ctx context.Context, tx store.Tx, h row) (Slice, error) {
	x := Slice{Host: h.Host, Confirmed: h.confirmed}
	var err error
	if x.File, err = s.open(ctx, tx, h); err != nil {
		return x, err
	}
	if x.Adults, err = s.adults(ctx, tx, h); err != nil {
		return x, err
	}
	keys, err := s.o.Vault.Keys(ctx, tx, h.Programme)
	if err != nil {
		return x, err
	}
	opened, err := s.references(ctx, tx, h, keys)
	if err != nil {
		return x, err
	}
	for _, r := range opened {
		r.Text = "" // it was written to the association
		x.References = append(x.References, r.Reference)
	}
	if x.Wanting, err = s.wanting(ctx, tx, h); err != nil {
		return x, err
	}
	visits, err := s.visitsOf(ctx, tx, h, nil)
	if err != nil {
		return x, err
	}
	if len(visits) > 0 {
		x.VisitedAt, x.Passed = visits[0].At, visits[0].Passed
	}
	if h.State == instance.HostInterested {
		x.Waiting, err = s.waiting(ctx, tx, h.Host)
	}
	if err == nil && h.State == instance.HostInvited {
		x.Meeting, err = meeting(ctx, tx, keys, h.Meeting)
	}
	if err != nil {
		return x, err
	}
	return x, tx.QueryRow(ctx, `
		SELECT h.tonight_at IS NOT NULL, h.tonight_at IS NOT NULL AND EXISTS (SELECT 1 FROM housing_host_asks a WHERE a.host_id = h.id AND a.night = $2)
		  FROM housing_hosts h
		 WHERE h.id = $1`, h.ID, int64(s.thisNight())).Scan(&x.Wants, &x.AskedTonight)
}

func meeting(ctx context.Context, tx store.Tx, keys vault.Keys, id instance.ID) (*Meeting, error) {
	if id == 0 {
		return nil, nil
	}
	m := Meeting{ID: id}
	var at int64
	err := tx.QueryRow(ctx, `SELECT at, venue, places FROM housing_host_meetings WHERE id = $1`, id).Scan(&at, &m.Venue, &m.Places)
	if err == nil {
		m.Venue, err = keys.OpenText(kindVenue, id, m.Venue)
	}
	m.At = store.Time(at)
	return &m, notFound(err)
}

// OwnedBy returns the ids of what somebody with an account is a host of, the newest
// first.
func (s *Service) OwnedBy(ctx context.Context, person instance.ActorID) ([]instance.Host, error) {
	list, err := s.list(ctx, s.db.Read(), `h.person_id = $1 AND h.erased_at IS NULL ORDER BY h.id DESC LIMIT 20`, person)
	if err != nil {
		return nil, because(err, "homes that somebody lends")
	}
	hosts := make([]instance.Host, len(list))
	for i, h := range list {
		hosts[i] = h.Host
	}
	return hosts, nil
}

// Opened is what the team sees of a host once somebody has opened the file.
type Opened struct {
	instance.Host
	File       File
	Adults     []Adult
	References []Reference
	Visits     []Visit
	Wanting    []Wanting
	Meeting    *Meeting
	Role       instance.TeamRole
}

// Open opens the file of a host to those who vet or visit, and notes that they did.
// It returns [instance.ErrNotFound] to who is not of the team, [instance.ErrForbidden]
// to its readers, and [instance.ErrSealed] without the key.
func (s *Service) Open(ctx context.Context, by instance.Account, id instance.HostID) (Opened, error) {
	var x Opened
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		h, err := one(ctx, tx, `h.id = $1`, id)
		if err != nil {
			return err
		}
		if err := visits(ctx, tx, h.Programme, by); err != nil {
			return err
		}
		x = Opened{Host: h.Host}
		if x.File, err = s.read(ctx, tx, h, by.ID, "file"); err != nil {
			return err
		}
		return s.fill(ctx, tx, h, by, &x)
	})
	return x, because(err, "open host %s", id)
}

func (s *Service) fill(ctx context.Context, tx store.Tx, h row, by instance.Account, x *Opened) (err error) {
	if x.Role, err = role(ctx, tx, h.Programme, by); err != nil {
		return err
	}
	if x.Adults, err = s.adults(ctx, tx, h); err != nil {
		return err
	}
	keys, err := s.o.Vault.Keys(ctx, tx, h.Programme)
	if err != nil {
		return err
	}
	opened, err := s.references(ctx, tx, h, keys)
	if err != nil {
		return err
	}
	for _, r := range opened {
		if !x.Role.Keeps() {
			r.Text = "" // a visitor looks with their own eyes
		}
		x.References = append(x.References, r.Reference)
	}
	if x.Visits, err = s.visitsOf(ctx, tx, h, &keys); err != nil {
		return err
	}
	if x.Wanting, err = s.wanting(ctx, tx, h); err != nil {
		return err
	}
	x.Meeting, err = meeting(ctx, tx, keys, h.Meeting)
	return err
}

// Line is a host in a list of the team.
type Line struct {
	instance.Host
	Name string // empty for those who read nothing with names in it
}

// List returns the hosts of a programme in one of states, or in any that is not
// over if none is named, the newest first, those before an id; 0 begins. That names
// were shown is noted.
func (s *Service) List(ctx context.Context, by instance.Account, programme instance.ActorID, before instance.HostID, limit int, states ...instance.HostState) ([]Line, error) {
	var list []Line
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		r, err := role(ctx, tx, programme, by)
		if err != nil {
			return err
		}
		args := []any{programme, before, limit}
		in := ` AND h.state NOT IN ('refused', 'ended')`
		if len(states) > 0 {
			in = ` AND h.state IN (` + store.Placeholders(4, len(states)) + `)`
			for _, state := range states {
				args = append(args, string(state))
			}
		}
		rows, err := s.list(ctx, tx, `h.programme_id = $1 AND (CAST($2 AS BIGINT) = 0 OR h.id < $2) AND h.confirmed_at IS NOT NULL`+in+` ORDER BY h.id DESC LIMIT $3`, args...)
		if err != nil {
			return err
		}
		list, err = s.named(ctx, tx, programme, rows, r)
		if err != nil || r == instance.TeamReader || len(list) == 0 {
			return err
		}
		return s.noteRead(ctx, tx, programme, 0, by.ID, "names")
	})
	return list, because(err, "hosts of programme %s", programme)
}

func (s *Service) named(ctx context.Context, tx store.Tx, programme instance.ActorID, rows []row, r instance.TeamRole) ([]Line, error) {
	keys, err := s.o.Vault.Keys(ctx, tx, programme)
	if err != nil {
		return nil, err
	}
	list := make([]Line, len(rows))
	for i, h := range rows {
		list[i].Host = h.Host
		if r == instance.TeamReader || len(h.sealed) == 0 {
			continue
		}
		var f File
		if err := keys.OpenJSON(kindHost, h.ID, h.sealed, &f); err != nil {
			return nil, err
		}
		list[i].Name = f.Name
	}
	return list, nil
}

// Queue returns the first of those who wait to be invited, in their order, and how
// many wait.
func (s *Service) Queue(ctx context.Context, by instance.Account, programme instance.ActorID, limit int) (first []Line, all int, err error) {
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		r, err := role(ctx, tx, programme, by)
		if err != nil {
			return err
		}
		rows, err := s.list(ctx, tx, `h.programme_id = $1 AND h.state = 'interested' AND h.confirmed_at IS NOT NULL ORDER BY h.score DESC, h.id LIMIT $2`, programme, limit)
		if err != nil {
			return err
		}
		if first, err = s.named(ctx, tx, programme, rows, r); err != nil {
			return err
		}
		if len(first) > 0 && r != instance.TeamReader {
			if err := s.noteRead(ctx, tx, programme, 0, by.ID, "names"); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, `
			SELECT COUNT(*) FROM housing_hosts WHERE programme_id = $1 AND state = 'interested' AND confirmed_at IS NOT NULL`, programme).Scan(&all)
	})
	return first, all, because(err, "queue of programme %s", programme)
}

// Counts returns how many hosts of a programme are how far, to its team.
func (s *Service) Counts(ctx context.Context, by instance.Account, programme instance.ActorID) (map[instance.HostState]int, error) {
	if _, err := role(ctx, s.db.Read(), programme, by); err != nil {
		return nil, because(err, "hosts of programme %s", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT state, COUNT(*) FROM housing_hosts WHERE programme_id = $1 AND confirmed_at IS NOT NULL GROUP BY state`, programme)
	if err != nil {
		return nil, because(err, "hosts of programme %s", programme)
	}
	defer rows.Close()
	counts := map[instance.HostState]int{}
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, because(err, "hosts of programme %s", programme)
		}
		counts[instance.HostState(state)] = n
	}
	return counts, because(rows.Err(), "hosts of programme %s", programme)
}

// Read is one reading of a file.
type Read struct {
	Host instance.HostID // 0 for a list of names
	By   instance.ActorID
	What string
	At   time.Time
}

// Reads returns who read what of the hosts of a programme, the newest first, to its
// leads.
func (s *Service) Reads(ctx context.Context, by instance.Account, programme instance.ActorID, limit int) ([]Read, error) {
	r, err := role(ctx, s.db.Read(), programme, by)
	if err == nil && r != instance.Lead {
		err = instance.ErrForbidden
	}
	if err != nil {
		return nil, because(err, "who read of programme %s", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT COALESCE(host_id, 0), COALESCE(person_id, 0), what, at
		  FROM housing_host_reads
		 WHERE programme_id = $1
		 ORDER BY id DESC
		 LIMIT $2`, programme, limit)
	if err != nil {
		return nil, because(err, "who read of programme %s", programme)
	}
	defer rows.Close()
	var list []Read
	for rows.Next() {
		var x Read
		var at int64
		if err := rows.Scan(&x.Host, &x.By, &x.What, &at); err != nil {
			return nil, because(err, "who read of programme %s", programme)
		}
		x.At = store.Time(at)
		list = append(list, x)
	}
	return list, because(rows.Err(), "who read of programme %s", programme)
}
