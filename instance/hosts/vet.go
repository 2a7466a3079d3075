package hosts

import (
	"context"
	"slices"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/vault"
)

// Adult is somebody of full age who lives in a home.
type Adult struct {
	ID       instance.ID
	Name     string
	Own      bool // the host
	HeardAt  time.Time
	RecordAt time.Time // a record was looked at; what stood in it is nowhere
}

// sealedAdult is an adult as they are kept.
type sealedAdult struct {
	id   instance.ID
	host instance.HostID
	file []byte
	own  bool
}

type adultFile struct {
	Name string `json:"name"`
}

// mostAdults is how many adults live in one home at most.
const mostAdults = 20

func (s *Service) sealAdult(keys vault.Keys, host instance.HostID, a Adult) (sealedAdult, error) {
	id := s.o.IDs.Next()
	file, err := keys.SealJSON(kindAdult, id, adultFile{a.Name})
	return sealedAdult{id, host, file, a.Own}, err
}

func (s *Service) addAdult(ctx context.Context, tx store.Tx, a sealedAdult) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM housing_host_adults WHERE host_id = $1`, a.host).Scan(&n); err != nil {
		return err
	}
	if n >= mostAdults {
		return &instance.Invalid{Field: "adult", Code: "too-many", Limit: mostAdults}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO housing_host_adults (id, host_id, file, own)
		VALUES ($1, $2, $3, $4)`, a.id, a.host, a.file, a.own)
	return err
}

// Adults returns who of full age lives with a host.
func (s *Service) adults(ctx context.Context, tx store.Tx, h row) ([]Adult, error) {
	keys, err := s.o.Vault.Keys(ctx, tx, h.Programme)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT id, file, own, heard_at, record_at FROM housing_host_adults WHERE host_id = $1 ORDER BY own DESC, id`, h.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Adult
	for rows.Next() {
		var a Adult
		var file []byte
		var heard, record *int64
		if err := rows.Scan(&a.ID, &file, &a.Own, &heard, &record); err != nil {
			return nil, err
		}
		var f adultFile
		if err := keys.OpenJSON(kindAdult, a.ID, file, &f); err != nil {
			return nil, err
		}
		a.Name, a.HeardAt, a.RecordAt = f.Name, store.TimeOrNever(heard), store.TimeOrNever(record)
		list = append(list, a)
	}
	return list, rows.Err()
}

// LivesHere says that one more adult lives with a host, now or soon. They have to be
// heard, and what was seen and agreed before does not hold any more.
func (s *Service) LivesHere(ctx context.Context, hand Hand, id instance.HostID, name string) error {
	name = cleaned(name, maxName)
	if err := within("adult", name, 2, maxName); err != nil {
		return err
	}
	return s.own(ctx, hand, id, "say who lives there as", func(tx store.Tx, h row) error {
		keys, err := s.o.Vault.Keys(ctx, tx, h.Programme)
		if err != nil {
			return err
		}
		a, err := s.sealAdult(keys, h.ID, Adult{Name: name})
		if err != nil {
			return err
		}
		if err := s.addAdult(ctx, tx, a); err != nil {
			return err
		}
		return s.lookAgain(ctx, tx, h, 0)
	})
}

// LivesElsewhere says that an adult does not live with a host any more.
func (s *Service) LivesElsewhere(ctx context.Context, hand Hand, id instance.HostID, adult instance.ID) error {
	return s.own(ctx, hand, id, "say who left as", func(tx store.Tx, h row) error {
		n, err := tx.Exec(ctx, `DELETE FROM housing_host_adults WHERE id = $1 AND host_id = $2 AND NOT own`, adult, h.ID)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.lookAgain(ctx, tx, h, 0)
	})
}

// lookAgain ends what was seen in a home, since it is not as it was. Who was
// approved is so no longer, until somebody has been there again.
func (s *Service) lookAgain(ctx context.Context, tx store.Tx, h row, by instance.ActorID) error {
	now := store.Millis(s.now())
	if _, err := tx.Exec(ctx, `UPDATE housing_host_visits SET ended_at = $2 WHERE host_id = $1 AND ended_at IS NULL`, h.ID, now); err != nil {
		return err
	}
	if instance.LapseHost.Takes(h.State) {
		if err := s.step(ctx, tx, h, instance.LapseHost, by); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE housing_hosts SET visit_until = NULL WHERE id = $1`, h.ID)
	return err
}

// Heard says that an adult of a home was heard, alone. Those who visit homes may.
func (s *Service) Heard(ctx context.Context, by instance.Account, id instance.HostID, adult instance.ID) error {
	return s.team(ctx, by, id, "hear an adult with", visits, func(tx store.Tx, h row) error {
		return s.stamp(ctx, tx, h, adult, `heard_at = $3, heard_by = $4`, by)
	})
}

// Checked says that a record was looked at, in a country in which that is lawful.
// What stood in it is not asked and not kept. Those who vet hosts may.
func (s *Service) Checked(ctx context.Context, by instance.Account, id instance.HostID, adult instance.ID) error {
	if !s.o.Pack.Record.Lawful {
		return because(instance.ErrForbidden, "check a record with host %s", id)
	}
	return s.team(ctx, by, id, "check a record with", keeps, func(tx store.Tx, h row) error {
		return s.stamp(ctx, tx, h, adult, `record_at = $3, record_by = $4`, by)
	})
}

func (s *Service) stamp(ctx context.Context, tx store.Tx, h row, adult instance.ID, set string, by instance.Account) error {
	if h.State.Over() {
		return instance.ErrConflict
	}
	n, err := tx.Exec(ctx, `UPDATE housing_host_adults SET `+set+` WHERE id = $1 AND host_id = $2`, adult, h.ID, store.Millis(s.now()), by.ID)
	if err == nil && n == 0 {
		err = instance.ErrNotFound
	}
	return err
}

// SeenIdentity says that somebody saw who a host is, and that they are of age. What
// they showed is not kept. Those who vet hosts may.
func (s *Service) SeenIdentity(ctx context.Context, by instance.Account, id instance.HostID, ofAge bool) error {
	if !ofAge {
		return &instance.Invalid{Field: "of-age", Code: "unticked"}
	}
	return s.team(ctx, by, id, "see the identity of", keeps, func(tx store.Tx, h row) error {
		if h.State.Over() || h.State == instance.HostInterested {
			return instance.ErrConflict
		}
		_, err := tx.Exec(ctx, `
			UPDATE housing_hosts SET identity_at = $2, identity_by = $3, changed_at = $2 WHERE id = $1`, h.ID, store.Millis(s.now()), by.ID)
		return err
	})
}

// Checklist is what somebody saw who was in a home.
type Checklist struct {
	Smoke    bool     `json:"smoke"`    // alarms that work
	Heating  bool     `json:"heating"`  // and none that poisons
	Damp     bool     `json:"damp"`     // neither damp nor mould
	Room     int      `json:"room"`     // square metres of the smallest room for guests
	Private  bool     `json:"private"`  // nobody sleeps in a passage or with somebody else
	Lock     bool     `json:"lock"`     // that guests open from within
	Exits    bool     `json:"exits"`    // two ways out, or one that cannot be blocked
	Water    bool     `json:"water"`    // kitchen and bathroom they may use
	Animals  string   `json:"animals"`  // which
	People   string   `json:"people"`   // who lives there and who comes often
	Note     string   `json:"note"`     // what should be known
	Feelings []string `json:"feelings"` // of [Worries]
}

// Worries are what a visitor can have felt; each is a reason not to approve yet.
var Worries = []string{"alone", "control", "vague", "others", "pressure"}

// Musts are the points of a list without which no home passes.
func (c Checklist) Musts(least int) map[string]bool {
	return map[string]bool{
		"smoke": c.Smoke, "heating": c.Heating, "damp": c.Damp, "room": c.Room >= least, "private": c.Private, "lock": c.Lock, "exits": c.Exits,
		"water": c.Water,
	}
}

// Passed tells whether a home is as it has to be.
func (c Checklist) Passed(least int) bool {
	for _, ok := range c.Musts(least) {
		if !ok {
			return false
		}
	}
	return len(c.Feelings) == 0
}

// VisitHolds is for how long a visit holds.
const VisitHolds = 365 * 24 * time.Hour

// Visit is somebody's of the team to a home.
type Visit struct {
	ID      instance.ID
	Visitor instance.ActorID
	At      time.Time
	Until   time.Time
	Passed  bool
	EndedAt time.Time
	List    Checklist // only where the file was opened
}

// Visited keeps what somebody saw in a home. Those who visit homes may. The host's
// own word is not enough, and nobody visits their own home.
func (s *Service) Visited(ctx context.Context, by instance.Account, id instance.HostID, c Checklist) error {
	c.Animals, c.People, c.Note = cleaned(c.Animals, 200), strings.TrimSpace(c.People), strings.TrimSpace(c.Note)
	for _, err := range []error{within("people", c.People, 1, 500), within("note", c.Note, 0, 2000)} {
		if err != nil {
			return err
		}
	}
	if c.Room < 0 || c.Room > 500 {
		return &instance.Invalid{Field: "room", Code: "malformed", Limit: 500}
	}
	c.Feelings = slices.DeleteFunc(trimmed(c.Feelings), func(w string) bool { return !slices.Contains(Worries, w) })
	return s.team(ctx, by, id, "visit", visits, func(tx store.Tx, h row) error {
		if h.State != instance.HostVetting && h.State != instance.HostApproved && h.State != instance.HostPaused && h.State != instance.HostInformed {
			return instance.ErrConflict
		}
		if h.Person == by.ID {
			return instance.ErrForbidden
		}
		return s.keepVisit(ctx, tx, h, by, c)
	})
}

func (s *Service) keepVisit(ctx context.Context, tx store.Tx, h row, by instance.Account, c Checklist) error {
	keys, err := s.o.Vault.Keys(ctx, tx, h.Programme)
	if err != nil {
		return err
	}
	id, now := s.o.IDs.Next(), s.now()
	file, err := keys.SealJSON(kindVisit, id, c)
	if err != nil {
		return err
	}
	passed, until := c.Passed(s.o.Pack.Room.Least), now.Add(VisitHolds)
	if _, err := tx.Exec(ctx, `UPDATE housing_host_visits SET ended_at = $2 WHERE host_id = $1 AND ended_at IS NULL`, h.ID, store.Millis(now)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_host_visits (id, host_id, visitor_id, at, until, passed, file)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, id, h.ID, by.ID, store.Millis(now), store.Millis(until), passed, file)
	if err != nil {
		return err
	}
	if !passed {
		return s.lookAgain(ctx, tx, h, by.ID) // whoever was approved is so no longer
	}
	_, err = tx.Exec(ctx, `UPDATE housing_hosts SET visit_until = $2, changed_at = $3 WHERE id = $1`, h.ID, store.Millis(until), store.Millis(now))
	return err
}

// visitsOf are those to the home of a host, the newest first. Their lists are
// opened if keys are given.
func (s *Service) visitsOf(ctx context.Context, tx store.Tx, h row, keys *vault.Keys) ([]Visit, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, visitor_id, at, until, passed, ended_at, file FROM housing_host_visits WHERE host_id = $1 ORDER BY id DESC LIMIT 20`, h.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Visit
	for rows.Next() {
		var v Visit
		var at, until int64
		var ended *int64
		var file []byte
		if err := rows.Scan(&v.ID, &v.Visitor, &at, &until, &v.Passed, &ended, &file); err != nil {
			return nil, err
		}
		v.At, v.Until, v.EndedAt = store.Time(at), store.Time(until), store.TimeOrNever(ended)
		if keys != nil {
			if err := keys.OpenJSON(kindVisit, v.ID, file, &v.List); err != nil {
				return nil, err
			}
		}
		list = append(list, v)
	}
	return list, rows.Err()
}
