package housing

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// Function is something that can be switched off by itself.
type Function string

// What can be switched off. The first four hold here, in the deeds themselves;
// the others are asked about by those who do them (see [Service.Off]).
const (
	CutHolds       Function = "holds"       // beds are asked for, and granted to others
	CutPlacements  Function = "placements"  // a household comes into what was held
	CutSearch      Function = "search"      // homes are found, and told to partners
	CutPhotographs Function = "photographs" // shown to anybody
	CutMessages    Function = "messages"    // between households and hosts
	CutProposals   Function = "proposals"   // homes are put before households
	CutIntake      Function = "intake"      // of hosts and households
)

// Functions are what can be switched off.
var Functions = []Function{CutHolds, CutPlacements, CutSearch, CutPhotographs, CutMessages, CutProposals, CutIntake}

// Cut is one act that switches functions off.
type Cut struct {
	ID        instance.ID
	Programme instance.ActorID // 0: every programme of the server
	Functions []Function
	Areas     []string           // départements, or countries outside France; none: everywhere
	Category  vocab.HomeCategory // empty: every kind
	Reason    string
	By, Ended instance.ActorID // 0 for an account that is gone, or nobody
	At        time.Time
	EndedAt   time.Time // zero as long as it holds
}

const mostAreas = 120

// check returns an [instance.Invalid] for what cannot be switched off.
func (c *Cut) check() error {
	c.Reason = strings.TrimSpace(c.Reason)
	switch {
	case len(c.Functions) == 0:
		return &instance.Invalid{Field: "functions", Code: "missing"}
	case slices.ContainsFunc(c.Functions, func(f Function) bool { return !slices.Contains(Functions, f) }):
		return &instance.Invalid{Field: "functions", Code: "unknown"}
	case c.Category != "" && c.Category != vocab.PrivateRoom && c.Category != vocab.EntirePlace:
		return &instance.Invalid{Field: "category", Code: "unknown"}
	case len(c.Areas) > mostAreas || slices.ContainsFunc(c.Areas, func(a string) bool { return !departement.MatchString(a) && !country(a) }):
		return &instance.Invalid{Field: "areas", Code: "unknown"}
	case c.Reason == "":
		return &instance.Invalid{Field: "reason", Code: "missing"}
	case utf8.RuneCountInString(c.Reason) > maxReason:
		return &instance.Invalid{Field: "reason", Code: "too-long", Limit: maxReason}
	}
	return nil
}

func country(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// SwitchOff switches functions off at once, in one act that stands in the log.
// Those who keep homes may for their programme, an administrator (with programme
// 0) for all of them. Who lives somewhere stays there.
func (s *Service) SwitchOff(ctx context.Context, by instance.Account, c Cut) error {
	if err := c.check(); err != nil {
		return err
	}
	functions := make([]string, len(c.Functions))
	for i, f := range c.Functions {
		functions[i] = string(f)
	}
	c.ID = s.ids.Next()
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := cuts(ctx, tx, c.Programme, by, keeps); err != nil {
			return err
		}
		reason, err := s.sealCut(ctx, tx, c)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_cuts (id, programme_id, functions, areas, category, reason, cut_by, cut_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			c.ID, c.Programme, strings.Join(functions, " "), strings.Join(c.Areas, " "), string(c.Category), reason, by.ID, store.Millis(s.now()))
		if err != nil {
			return err
		}
		if err := s.noteCut(ctx, tx, c, by.ID, LogSwitched); err != nil {
			return err
		}
		return s.reshare(ctx, tx, c)
	})
	return because(err, "switch off for programme %s", c.Programme)
}

// SwitchOn ends such an act. Only a lead may, or an administrator what an
// administrator did. It returns [instance.ErrConflict] for one that is over.
func (s *Service) SwitchOn(ctx context.Context, by instance.Account, programme instance.ActorID, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := cuts(ctx, tx, programme, by, leads); err != nil {
			return err
		}
		var functions string
		err := tx.QueryRow(ctx, `
			UPDATE housing_cuts
			   SET ended_by = $3, ended_at = $4
			 WHERE id = $1 AND programme_id = $2 AND ended_at IS NULL
			RETURNING functions`, id, programme, by.ID, store.Millis(s.now())).Scan(&functions)
		if errors.Is(err, store.ErrNoRows) {
			return instance.ErrConflict
		}
		if err != nil {
			return err
		}
		c := Cut{ID: id, Programme: programme}
		for _, f := range strings.Fields(functions) {
			c.Functions = append(c.Functions, Function(f))
		}
		if err := s.noteCut(ctx, tx, c, by.ID, LogRestored); err != nil {
			return err
		}
		// Whoever waited meanwhile is served with the next sweep.
		if _, err := tx.Exec(ctx, `
			UPDATE housing_listings SET due_at = $2
			 WHERE (CAST($1 AS BIGINT) = 0 OR programme_id = $1) AND state IN ('available', 'held', 'placed', 'ending') AND due_at > $2`, programme, store.Millis(s.now())); err != nil {
			return err
		}
		return s.reshare(ctx, tx, c)
	})
	return because(err, "switch on for programme %s", programme)
}

// cuts tells whether somebody may switch for a programme, or for all.
func cuts(ctx context.Context, tx store.Tx, programme instance.ActorID, by instance.Account, may func(context.Context, store.Tx, instance.ActorID, instance.Account) error) error {
	if programme != 0 {
		return may(ctx, tx, programme, by)
	}
	if by.Role != instance.Admin {
		return instance.ErrForbidden
	}
	return nil
}

// noteCut writes an act into the log of each programme that it concerns.
func (s *Service) noteCut(ctx context.Context, tx store.Tx, c Cut, by instance.ActorID, deed LogDeed) error {
	if c.Programme != 0 {
		return s.note(ctx, tx, c.Programme, by, deed, c.ID.String())
	}
	all, err := programmes(ctx, tx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := s.note(ctx, tx, p, by, deed, c.ID.String()); err != nil {
			return err
		}
	}
	return nil
}

func programmes(ctx context.Context, tx store.Tx) ([]instance.ActorID, error) {
	rows, err := tx.Query(ctx, `SELECT group_id FROM housing_programmes ORDER BY group_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Cuts returns what is switched off for a programme, by itself and for all of the
// server, the newest first, and what was; to those of its team. With programme 0
// an administrator sees what is switched off for all.
func (s *Service) Cuts(ctx context.Context, by instance.Account, programme instance.ActorID, limit int) ([]Cut, error) {
	may := func(ctx context.Context, tx store.Tx, p instance.ActorID, by instance.Account) error {
		_, err := role(ctx, tx, p, by.ID)
		return err
	}
	if err := cuts(ctx, s.db.Read(), programme, by, may); err != nil {
		return nil, because(err, "what is switched off for programme %s", programme)
	}
	list, err := readCuts(s.db.Read().Query(ctx, `
		SELECT `+cutColumns+` FROM housing_cuts WHERE programme_id IN (0, $1) ORDER BY id DESC LIMIT $2`, programme, limit))
	if err == nil {
		err = s.openCuts(ctx, programme, list)
	}
	return list, because(err, "what is switched off for programme %s", programme)
}

// sealCut seals why something is switched off for a programme. What is for all of
// the server is told to every programme, and belongs to the keys of none.
func (s *Service) sealCut(ctx context.Context, tx store.Tx, c Cut) (string, error) {
	if c.Programme == 0 {
		return c.Reason, nil
	}
	keys, err := s.vault.Keys(ctx, tx, c.Programme)
	if err != nil {
		return "", err
	}
	reason, err := keys.SealText(kindOfCut, c.ID, c.Reason)
	if errors.Is(err, instance.ErrSealed) {
		return "", nil // to switch off does not wait for a key
	}
	return reason, err
}

// openCuts opens the reasons of a list, as far as the keys are here.
func (s *Service) openCuts(ctx context.Context, programme instance.ActorID, list []Cut) error {
	keys, err := s.vault.Keys(ctx, s.db.Read(), programme)
	if err != nil {
		return err
	}
	for i, c := range list {
		if c.Programme == 0 {
			continue
		}
		list[i].Reason, err = keys.OpenText(kindOfCut, c.ID, c.Reason)
		if err != nil && !errors.Is(err, instance.ErrSealed) {
			return err
		}
	}
	return nil
}

const cutColumns = `id, programme_id, functions, areas, category, reason, COALESCE(cut_by, 0), cut_at, COALESCE(ended_by, 0), ended_at`

func readCuts(rows store.Rows, err error) ([]Cut, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Cut
	for rows.Next() {
		var c Cut
		var functions, areas, category string
		var at int64
		var ended *int64
		if err := rows.Scan(&c.ID, &c.Programme, &functions, &areas, &category, &c.Reason, &c.By, &at, &c.Ended, &ended); err != nil {
			return nil, err
		}
		for _, f := range strings.Fields(functions) {
			c.Functions = append(c.Functions, Function(f))
		}
		c.Areas, c.Category, c.At, c.EndedAt = strings.Fields(areas), vocab.HomeCategory(category), store.Time(at), store.TimeOrNever(ended)
		list = append(list, c)
	}
	return list, rows.Err()
}

// inForce are the acts that hold.
type inForce []Cut

// off tells whether a function is switched off for a kind of home in an area. What
// is not known of a home, an empty area or kind, counts as meant: when in doubt it
// is off.
func (list inForce) off(f Function, area string, kind vocab.HomeCategory) bool {
	return slices.ContainsFunc(list, func(c Cut) bool {
		return slices.Contains(c.Functions, f) &&
			(len(c.Areas) == 0 || area == "" || slices.Contains(c.Areas, area)) &&
			(c.Category == "" || kind == "" || c.Category == kind)
	})
}

func (s *Service) cuts(ctx context.Context, tx store.Tx, programme instance.ActorID) (inForce, error) {
	return readCuts(tx.Query(ctx, `SELECT `+cutColumns+` FROM housing_cuts WHERE programme_id IN (0, $1) AND ended_at IS NULL`, programme))
}

// Off tells whether a function is switched off for a programme, in an area and for
// a kind of home. An empty area or kind asks whether it is for any; "*", which no area
// and no kind is called, whether it is for all.
func (s *Service) Off(ctx context.Context, tx store.Tx, programme instance.ActorID, f Function, area string, kind vocab.HomeCategory) (bool, error) {
	list, err := s.cuts(ctx, tx, programme)
	return list.off(f, area, kind), because(err, "what is switched off for programme %s", programme)
}

// Where is [Service.Off] for many homes at once: it tells by area and kind whether one of
// some functions is switched off for a programme.
func (s *Service) Where(ctx context.Context, tx store.Tx, programme instance.ActorID, functions ...Function) (func(area string, kind vocab.HomeCategory) bool, error) {
	list, err := s.cuts(ctx, tx, programme)
	off := func(area string, kind vocab.HomeCategory) bool {
		return slices.ContainsFunc(functions, func(f Function) bool { return list.off(f, area, kind) })
	}
	return off, because(err, "what is switched off for programme %s", programme)
}

// switchedOff tells whether a programme has switched off what it would say of a
// home, its own or a partner's. Of one that is not told of any more neither area
// nor kind is known.
func (s *Service) switchedOff(ctx context.Context, tx store.Tx, programme instance.ActorID, home string, what ledger.Saying) (bool, error) {
	off, err := s.cuts(ctx, tx, programme)
	if err != nil || len(off) == 0 {
		return false, err
	}
	f := CutHolds
	if _, agrees := what.(ledger.Agree); agrees {
		f = CutPlacements
	}
	var area, commune, kind string
	err = tx.QueryRow(ctx, `
		SELECT '', commune, category FROM housing_listings WHERE uri = $2
		UNION ALL
		SELECT area, '', category FROM housing_homes WHERE programme_id = $1 AND uri = $2
		 LIMIT 1`, programme, home).Scan(&area, &commune, &kind)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return false, err
	}
	return off.off(f, area+instance.DepartementOf(commune), vocab.HomeCategory(kind)), nil
}

// offFor is [Service.Off] for a home of ours.
func (s *Service) offFor(ctx context.Context, tx store.Tx, f Function, l instance.Listing) (bool, error) {
	return s.Off(ctx, tx, l.Programme, f, instance.DepartementOf(l.Commune), l.Category)
}

// reshare has partners told anew of the homes that an act takes back or brings
// again.
func (s *Service) reshare(ctx context.Context, tx store.Tx, c Cut) error {
	if !slices.Contains(c.Functions, CutSearch) {
		return nil
	}
	all := []instance.ActorID{c.Programme}
	if c.Programme == 0 {
		var err error
		if all, err = programmes(ctx, tx); err != nil {
			return err
		}
	}
	for _, p := range all {
		if err := s.jobs.Enqueue(ctx, tx, Reshare{p}); err != nil {
			return err
		}
	}
	return nil
}

// Reshare is the job that has partners told anew of every home of a programme.
type Reshare struct {
	Programme instance.ActorID `json:"programme"`
}

// Kind names the job.
func (Reshare) Kind() string { return "housing_reshare" }

func (s *Service) reshareAll(ctx context.Context, j Reshare) error {
	ids, err := s.idsOf(ctx, `
		SELECT id FROM housing_listings
		 WHERE programme_id = $1 AND state IN ('available', 'held', 'placed', 'ending')
		 ORDER BY id`, j.Programme)
	if err == nil {
		err = s.db.InTx(ctx, func(tx store.Tx) error {
			for _, id := range ids {
				if err := s.jobs.Enqueue(ctx, tx, Share{id}, jobs.Unique(id.String())); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return because(err, "tell partners anew of homes of programme %s", j.Programme)
}
