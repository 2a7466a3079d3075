package boundaries

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/writing"
)

// Kind is what is proposed about borders.
type Kind string

// What can be proposed.
const (
	Split Kind = "split" // a place is shared in two
	Merge Kind = "merge" // a place becomes part of the one beside it
)

// State is how far a proposal has come.
type State string

// What becomes of a proposal.
const (
	Open     State = "open"
	Refused  State = "refused"
	Accepted State = "accepted" // and not carried out yet
	Done     State = "done"
)

const (
	// VoteLasts is how long residents vote.
	VoteLasts = 14 * 24 * time.Hour
	// Rest is how long nothing new is proposed after a vote.
	Rest = 90 * 24 * time.Hour
	// Quorum is the part of the residents, in percent, that has to say yes, and
	// QuorumLeast how many at least.
	Quorum      = 10
	QuorumLeast = 5

	maxTitle = 100
)

// Proposal is another border that residents vote on. Staying and Going are how
// many households there are on each side, or in each of two places that become
// one.
type Proposal struct {
	ID       instance.ID
	Kind     Kind
	Place    instance.ActorID
	Other    instance.ActorID // a merge: what Place becomes part of; a split once done: the new place
	Name     string           // a split: what the new place is to be called
	Username string
	Line     Line
	Beyond   bool // the new place lies beyond the line

	Staying, Going int
	Reach          int // of its drawing, in metres; 0 for none
	Opened, Closes time.Time
	State          State
	Yes, No        int
	Decided        time.Time
}

// Prospect is what could be proposed for a place now, by the numbers alone.
type Prospect struct {
	Households int
	// Line is where it could be shared in two, nil if it is not crowded or cannot be.
	Line        *Line
	Near, Far   int
	Reach       int  // of a drawing, in metres
	MayMerge    bool // so few live there that it could join another
	NotBefore   time.Time
	MergeableIn []instance.ActorID
}

// sparse is below how many households a place may become part of another.
const sparse = 30

// Prospect returns what the residents of a place could propose now.
func (s *Service) Prospect(ctx context.Context, place instance.ActorID) (Prospect, error) {
	tx := s.db.Read()
	p, err := s.prospect(ctx, tx, place)
	if err != nil {
		return p, fmt.Errorf("prospect of %s: %w", place, err)
	}
	return p, nil
}

func (s *Service) prospect(ctx context.Context, tx store.Tx, place instance.ActorID) (Prospect, error) {
	var p Prospect
	homes, err := positions(ctx, tx, place)
	if err != nil {
		return p, err
	}
	if p.Households, err = s.households(ctx, tx, place); err != nil {
		return p, err
	}
	if p.NotBefore, err = notBefore(ctx, tx, place); err != nil {
		return p, err
	}
	if len(homes) >= Crowded {
		if line, near, far, ok := Cut(homes); ok {
			p.Line, p.Near, p.Far, p.Reach = &line, near, far, coarseReach(homes, line.Origin)
		}
	}
	if p.Households < sparse {
		if p.MergeableIn, err = siblings(ctx, tx, place); err != nil {
			return p, err
		}
		p.MayMerge = len(p.MergeableIn) > 0
	}
	return p, nil
}

// Households returns how many verified households live in a place now.
func (s *Service) Households(ctx context.Context, place instance.ActorID) (int, error) {
	n, err := s.households(ctx, s.db.Read(), place)
	if err != nil {
		return 0, fmt.Errorf("households of %s: %w", place, err)
	}
	return n, nil
}

func (s *Service) households(ctx context.Context, tx store.Tx, place instance.ActorID) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*)
		  FROM (SELECT DISTINCT COALESCE(h.address_id, -r.reader), COALESCE(h.door, '')
		          FROM (`+s.readers(instance.ToNeighbourhood, "$1")+`) AS r
		          LEFT JOIN homes h ON h.person_id = r.reader AND h.kind = 'home' AND h.former_at IS NULL AND h.address_id IS NOT NULL) AS doors`, place).Scan(&n)
	return n, err
}

// notBefore is from when on something new can be proposed; zero for now.
func notBefore(ctx context.Context, tx store.Tx, place instance.ActorID) (time.Time, error) {
	var at *int64
	err := tx.QueryRow(ctx, `
		SELECT MAX(COALESCE(decided_at, closes_at))
		  FROM boundary_proposals
		 WHERE place_id = $1 OR other_id = $1`, place).Scan(&at)
	if err != nil || at == nil {
		return time.Time{}, err
	}
	return store.Time(*at).Add(Rest), nil
}

// siblings are the neighbourhoods that lie in the same place, the nearest first
// as the last count has it.
func siblings(ctx context.Context, tx store.Tx, place instance.ActorID) ([]instance.ActorID, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT o.child_id, COALESCE(f.rank, 1000)
		  FROM nestings w
		  JOIN nestings o ON o.parent_uri = w.parent_uri AND o.child_id <> w.child_id
		  JOIN neighbourhoods mine ON mine.actor_id = w.child_id
		  JOIN neighbourhoods n ON n.actor_id = o.child_id AND n.kind = mine.kind AND n.closed_at IS NULL
		  LEFT JOIN place_feeds f ON f.place_id = w.child_id AND f.near_id = o.child_id
		 WHERE w.child_id = $1 AND mine.kind = 'neighbourhood'
		 ORDER BY 2, 1`, place)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		var rank int
		if err := rows.Scan(&id, &rank); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// positions are where the verified households of a place live, each door once,
// in the order of their addresses.
func positions(ctx context.Context, tx store.Tx, place instance.ActorID) ([]Position, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT h.address_id, h.door, a.lat, a.lon
		  FROM memberships m
		  JOIN homes h ON h.person_id = m.person_id AND h.kind = 'home' AND h.former_at IS NULL
		  JOIN addresses a ON a.id = h.address_id
		 WHERE m.group_id = $1 AND m.standing = 'verified' AND a.lat IS NOT NULL AND a.lon IS NOT NULL
		 ORDER BY h.address_id, h.door`, place)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var homes []Position
	for rows.Next() {
		var id int64
		var door string
		var p Position
		if err := rows.Scan(&id, &door, &p.Latitude, &p.Longitude); err != nil {
			return nil, err
		}
		homes = append(homes, p)
	}
	return homes, rows.Err()
}

// ProposeSplit asks the residents of a crowded place whether it should be shared
// in two, the smaller part under a new name. It returns
// [instance.ErrForbidden] for anybody but a verified resident,
// [instance.ErrConflict] while another vote is under way or rests, and an
// [instance.Invalid] for a name that cannot be or a place that is not crowded.
func (s *Service) ProposeSplit(ctx context.Context, place, by instance.ActorID, name, username string) (Proposal, error) {
	name = writing.CleanName(name)
	if name == "" {
		return Proposal{}, &instance.Invalid{Field: "name", Code: "missing"}
	}
	if utf8.RuneCountInString(name) > maxTitle {
		return Proposal{}, &instance.Invalid{Field: "name", Code: "too-long", Limit: maxTitle}
	}
	key, err := instance.ParseUsername(username)
	if err != nil {
		return Proposal{}, err
	}
	return s.propose(ctx, place, by, func(tx store.Tx, p *Proposal) error {
		var taken bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM actors WHERE username_key = $1 AND host = '')`, key).Scan(&taken)
		if err != nil {
			return err
		}
		if taken {
			return &instance.Invalid{Field: "username", Code: "taken"}
		}
		now, err := s.prospect(ctx, tx, place)
		if err != nil {
			return err
		}
		if now.Line == nil {
			return &instance.Invalid{Field: "place", Code: "not-crowded"}
		}
		p.Kind, p.Name, p.Username, p.Line, p.Reach = Split, name, key, *now.Line, now.Reach
		// Most keep their address: the part with more households stays.
		p.Staying, p.Going, p.Beyond = now.Near, now.Far, true
		if now.Far > now.Near {
			p.Staying, p.Going, p.Beyond = now.Far, now.Near, false
		}
		return nil
	})
}

// ProposeMerge asks the residents of a place where few live whether it should
// become part of one beside it. Errors are those of [Service.ProposeSplit].
func (s *Service) ProposeMerge(ctx context.Context, place, into, by instance.ActorID) (Proposal, error) {
	return s.propose(ctx, place, by, func(tx store.Tx, p *Proposal) error {
		now, err := s.prospect(ctx, tx, place)
		if err != nil {
			return err
		}
		near := false
		for _, id := range now.MergeableIn {
			near = near || id == into
		}
		if !near {
			return &instance.Invalid{Field: "into", Code: "unknown"}
		}
		p.Kind, p.Other, p.Going = Merge, into, now.Households
		p.Staying, err = s.households(ctx, tx, into)
		return err
	})
}

func (s *Service) propose(ctx context.Context, place, by instance.ActorID, fill func(store.Tx, *Proposal) error) (Proposal, error) {
	now := s.now().UTC()
	p := Proposal{ID: s.ids.Next(), Place: place, Opened: now, Closes: now.Add(VoteLasts), State: Open}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := s.mustLive(ctx, tx, place, by); err != nil {
			return err
		}
		from, err := notBefore(ctx, tx, place)
		if err != nil {
			return err
		}
		if from.After(now) {
			return instance.ErrConflict
		}
		if err := fill(tx, &p); err != nil {
			return err
		}
		if err := insert(ctx, tx, p, by); err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, Decide{p.ID}, jobs.At(p.Closes), jobs.Unique(p.ID.String()))
	})
	if err != nil {
		return Proposal{}, fmt.Errorf("propose a border of %s: %w", place, err)
	}
	return p, nil
}

// mustLive returns [instance.ErrForbidden] for anybody but a verified resident.
func (s *Service) mustLive(ctx context.Context, tx store.Tx, place, person instance.ActorID) error {
	var lives bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM (`+s.readers(instance.ToNeighbourhood, "$1")+`) AS n WHERE n.reader = $2)`, place, person).Scan(&lives)
	if err == nil && !lives {
		return instance.ErrForbidden
	}
	return err
}

func insert(ctx context.Context, tx store.Tx, p Proposal, by instance.ActorID) error {
	line, err := json.Marshal(p.Line)
	if err != nil {
		return err
	}
	var other *instance.ActorID
	if p.Other != 0 {
		other = &p.Other
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO boundary_proposals (id, kind, place_id, other_id, name, username, line, beyond, staying, going, reach, proposed_by, opened_at, closes_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT DO NOTHING`,
		p.ID, string(p.Kind), p.Place, other, p.Name, p.Username, string(line), p.Beyond, p.Staying, p.Going, p.Reach, by, store.Millis(p.Opened), store.Millis(p.Closes))
	if err == nil && n == 0 {
		return instance.ErrConflict
	}
	return err
}
