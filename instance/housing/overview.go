package housing

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Shown is a programme as anyone may know it, and what the one who asks does in
// it.
type Shown struct {
	Group        instance.Actor
	Organisation instance.Actor
	Role         instance.TeamRole // empty for everyone but its team
}

const shownColumns = actors.Columns + `, p.organisation_id, COALESCE(t.role, '')
		  FROM housing_programmes p
		  JOIN housing_mandates m ON m.organisation_id = p.organisation_id
		  JOIN actors a ON a.id = p.group_id
		  LEFT JOIN housing_team t ON t.programme_id = p.group_id AND t.person_id = $1
		 WHERE a.deleted_at IS NULL AND a.suspended_at IS NULL`

// Shown returns a programme as anyone may know it: whoever asks, by being 0 for
// nobody in particular. It returns [instance.ErrNotFound] for what is none, and
// for one whose organisation has no mandate any more to everyone but its team.
func (s *Service) Shown(ctx context.Context, by, id instance.ActorID) (Shown, error) {
	list, err := s.shown(ctx, ` AND p.group_id = $2 AND (m.ended_at IS NULL OR t.role IS NOT NULL)`, by, id)
	if err == nil && len(list) == 0 {
		err = instance.ErrNotFound
	}
	if err != nil {
		return Shown{}, because(err, "programme %s", id)
	}
	return list[0], nil
}

// Programmes returns a page of the programmes of this server, the oldest first,
// from after an id.
func (s *Service) Programmes(ctx context.Context, by, after instance.ActorID, limit int) ([]Shown, error) {
	list, err := s.shown(ctx, ` AND p.group_id > $2 AND m.ended_at IS NULL ORDER BY p.group_id LIMIT $3`, by, after, limit)
	return list, because(err, "programmes")
}

// Mine returns the programmes that somebody is of the team of.
func (s *Service) Mine(ctx context.Context, by instance.ActorID) ([]Shown, error) {
	const most = 100
	list, err := s.shown(ctx, ` AND t.role IS NOT NULL ORDER BY p.group_id LIMIT $2`, by, most)
	return list, because(err, "programmes of %s", by)
}

func (s *Service) shown(ctx context.Context, where string, args ...any) ([]Shown, error) {
	rows, err := s.db.Read().Query(ctx, `SELECT `+shownColumns+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Shown
	var organisations []instance.ActorID
	for rows.Next() {
		var x Shown
		var role string
		dest, done := actors.Fields(&x.Group)
		if err := rows.Scan(append(dest, &x.Organisation.ID, &role)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		x.Role = instance.TeamRole(role)
		list, organisations = append(list, x), append(organisations, x.Organisation.ID)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	named, err := actors.ByIDs(ctx, s.db.Read(), organisations)
	for i, x := range list {
		list[i].Organisation = named[x.Organisation.ID]
	}
	return list, err
}

// MayOpen returns the organisations with a mandate that somebody acts for: those
// that they may open a programme of.
func (s *Service) MayOpen(ctx context.Context, by instance.ActorID) ([]instance.Actor, error) {
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM organisation_agents g
		  JOIN housing_mandates m ON m.organisation_id = g.organisation_id AND m.ended_at IS NULL
		  JOIN actors a ON a.id = g.organisation_id
		 WHERE g.person_id = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY a.id`, by))
	return list, because(err, "mandates of %s", by)
}

// Mandate is that an organisation may run programmes, or might.
type Mandate struct {
	Organisation instance.Actor
	GivenAt      time.Time
	EndedAt      time.Time // zero as long as it holds
	UntilAt      time.Time // when it will end; zero where nobody said
	Programmes   int
}

// Mandates returns every mandate that was given, the newest first. Only an
// administrator may; others get [instance.ErrForbidden].
func (s *Service) Mandates(ctx context.Context, by instance.Account) ([]Mandate, error) {
	if by.Role != instance.Admin {
		return nil, because(instance.ErrForbidden, "mandates")
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, m.given_at, m.ended_at, m.until_at, (SELECT COUNT(*) FROM housing_programmes p WHERE p.organisation_id = m.organisation_id)
		  FROM housing_mandates m JOIN actors a ON a.id = m.organisation_id
		 ORDER BY m.given_at DESC, a.id DESC
		 LIMIT 500`)
	if err != nil {
		return nil, because(err, "mandates")
	}
	defer rows.Close()
	var list []Mandate
	for rows.Next() {
		var m Mandate
		var given int64
		var ended, until *int64
		dest, done := actors.Fields(&m.Organisation)
		if err := rows.Scan(append(dest, &given, &ended, &until, &m.Programmes)...); err != nil {
			return nil, because(err, "mandates")
		}
		if err := done(); err != nil {
			return nil, err
		}
		m.GivenAt, m.EndedAt, m.UntilAt = store.Time(given), store.TimeOrNever(ended), store.TimeOrNever(until)
		list = append(list, m)
	}
	return list, because(rows.Err(), "mandates")
}

// Standing is how a programme stands: what there is, by how far it is.
type Standing struct {
	Homes  map[instance.ListingState]int
	Holds  map[instance.HoldState]int
	Asking int // associations that ask to see our homes, or have to be asked about again
}

// Standing returns how a programme stands, to those of its team.
func (s *Service) Standing(ctx context.Context, by instance.Account, programme instance.ActorID) (Standing, error) {
	st := Standing{Homes: map[instance.ListingState]int{}, Holds: map[instance.HoldState]int{}}
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return st, because(err, "standing of programme %s", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT 'home', state, COUNT(*) FROM housing_listings WHERE programme_id = $1 GROUP BY state
		UNION ALL
		SELECT 'hold', state, COUNT(*) FROM housing_holds WHERE programme_id = $1 GROUP BY state
		UNION ALL
		SELECT 'ask', sees_ours, COUNT(*) FROM housing_partners WHERE programme_id = $1 AND sees_ours = 'asked' GROUP BY sees_ours`, programme)
	if err != nil {
		return st, because(err, "standing of programme %s", programme)
	}
	defer rows.Close()
	for rows.Next() {
		var what, state string
		var n int
		if err := rows.Scan(&what, &state, &n); err != nil {
			return st, because(err, "standing of programme %s", programme)
		}
		switch what {
		case "home":
			st.Homes[instance.ListingState(state)] = n
		case "hold":
			st.Holds[instance.HoldState(state)] = n
		default:
			st.Asking = n
		}
	}
	return st, because(rows.Err(), "standing of programme %s", programme)
}

// Running is whether a programme may hold and place anything.
type Running struct {
	Frozen   bool
	Mandated bool // its organisation has a mandate
	// Until is when that mandate ends; zero where nobody said.
	Until time.Time
}

// Running tells whether a programme may hold and place anything.
func (s *Service) Running(ctx context.Context, programme instance.ActorID) (Running, error) {
	var x Running
	var until *int64
	err := s.db.Read().QueryRow(ctx, `
		SELECT p.frozen_at IS NOT NULL, m.ended_at IS NULL, m.until_at
		  FROM housing_programmes p JOIN housing_mandates m ON m.organisation_id = p.organisation_id
		 WHERE p.group_id = $1`, programme).Scan(&x.Frozen, &x.Mandated, &until)
	x.Until = store.TimeOrNever(until)
	return x, because(notFound(err), "programme %s", programme)
}

// Member is somebody of the team of a programme.
type Member struct {
	instance.Actor
	Role  instance.TeamRole
	Since time.Time
}

// Team returns the team of a programme, to those of it.
func (s *Service) Team(ctx context.Context, by instance.Account, programme instance.ActorID) ([]Member, error) {
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return nil, because(err, "team of programme %s", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, t.role, t.since
		  FROM housing_team t JOIN actors a ON a.id = t.person_id
		 WHERE t.programme_id = $1
		 ORDER BY t.since, a.id
		 LIMIT 500`, programme)
	if err != nil {
		return nil, because(err, "team of programme %s", programme)
	}
	defer rows.Close()
	var list []Member
	for rows.Next() {
		var m Member
		var r string
		var since int64
		dest, done := actors.Fields(&m.Actor)
		if err := rows.Scan(append(dest, &r, &since)...); err != nil {
			return nil, because(err, "team of programme %s", programme)
		}
		if err := done(); err != nil {
			return nil, err
		}
		m.Role, m.Since = instance.TeamRole(r), store.Time(since)
		list = append(list, m)
	}
	return list, because(rows.Err(), "team of programme %s", programme)
}

// Copies is what a programme has of the homes of a partner.
type Copies struct {
	Homes   int
	HeardAt time.Time // of the newest
}

// CopiesOf returns what a programme has of the homes of each partner, to those of
// its team.
func (s *Service) CopiesOf(ctx context.Context, by instance.Account, programme instance.ActorID) (map[instance.ActorID]Copies, error) {
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return nil, because(err, "copies of programme %s", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT partner_id, COUNT(*), MAX(heard_at) FROM housing_homes WHERE programme_id = $1 GROUP BY partner_id`, programme)
	if err != nil {
		return nil, because(err, "copies of programme %s", programme)
	}
	defer rows.Close()
	all := map[instance.ActorID]Copies{}
	for rows.Next() {
		var id instance.ActorID
		var c Copies
		var heard int64
		if err := rows.Scan(&id, &c.Homes, &heard); err != nil {
			return nil, because(err, "copies of programme %s", programme)
		}
		c.HeardAt = store.Time(heard)
		all[id] = c
	}
	return all, because(rows.Err(), "copies of programme %s", programme)
}

// NoMoreToSee takes back that a programme asked to see the homes of a partner, or
// sees them: it is told so, and what we have of its homes is forgotten. What is
// held or lived in there stays. Only a lead may.
func (s *Service) NoMoreToSee(ctx context.Context, by instance.Account, programme, partner instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		from, to, err := s.two(ctx, tx, by, programme, partner)
		if err != nil {
			return err
		}
		var uri string
		err = tx.QueryRow(ctx, `
			SELECT we_uri FROM housing_partners WHERE programme_id = $1 AND partner_id = $2 AND we_see <> ''`, programme, partner).Scan(&uri)
		if err != nil {
			return notFound(err)
		}
		for _, q := range []string{
			`UPDATE housing_partners SET we_see = '', we_uri = '' WHERE programme_id = $1 AND partner_id = $2`,
			`DELETE FROM housing_homes WHERE programme_id = $1 AND partner_id = $2`,
		} {
			if _, err := tx.Exec(ctx, q, programme, partner); err != nil {
				return err
			}
		}
		if err := s.note(ctx, tx, programme, by.ID, LogStopped, partner.String()); err != nil {
			return err
		}
		return s.wire.Tell(ctx, tx, Word{Kind: NoLonger, From: from, To: to, URI: uri})
	})
	return because(err, "programme %s sees no more of %s", programme, partner)
}
