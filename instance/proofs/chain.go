package proofs

import (
	"context"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/store"
)

// mayVouch tells whether a neighbour may vouch for who asks.
func (s *Service) mayVouch(ctx context.Context, tx store.Tx, neighbour instance.ActorID, r Request) error {
	no := func(code string, limit int) error {
		return &instance.Invalid{Field: "neighbour", Code: code, Limit: limit}
	}
	var given int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM proofs WHERE seen_by = $1 AND route = 'vouch' AND seen_at > $2`,
		neighbour, store.Millis(s.now().Add(-VouchEvery))).Scan(&given)
	if err != nil {
		return err
	}
	if given >= VouchQuota {
		return no("quota", VouchQuota)
	}
	own, err := s.standing(ctx, tx, neighbour)
	if err != nil {
		return err
	}
	if !own.settled || own.depth >= MaxDepth {
		return no("not-yet", 0)
	}
	all, err := at(ctx, tx, r.Place, r.Person)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Route != Vouch || !p.Counts(s.now()) {
			continue
		}
		if p.SeenBy == neighbour {
			return no("already", 0)
		}
		if err := s.apart(ctx, tx, neighbour, own, p.SeenBy); err != nil {
			return err
		}
	}
	return nil
}

// apart tells whether two neighbours are two voices: of two households, and
// neither through the other nor both through one third.
func (s *Service) apart(ctx context.Context, tx store.Tx, one instance.ActorID, own ground, other instance.ActorID) error {
	theirs, err := s.standing(ctx, tx, other)
	if err != nil {
		return err
	}
	for _, root := range own.roots {
		if slices.Contains(theirs.roots, root) {
			return &instance.Invalid{Field: "neighbour", Code: "too-close"}
		}
	}
	homes, err := households(ctx, tx, one, other)
	if err != nil {
		return err
	}
	switch {
	case homes[one].label == "":
		return &instance.Invalid{Field: "neighbour", Code: "no-home"}
	case homes[other].label == "", homes[one].same(homes[other]):
		return &instance.Invalid{Field: "neighbour", Code: "household"}
	}
	return nil
}

// household is a door behind which people live together.
type household struct{ label, door string }

// same tells whether two could be one: at one address, unless both say through
// which door and it is not the same.
func (h household) same(other household) bool {
	return h.label == other.label && (h.door == "" || other.door == "" || h.door == other.door)
}

// households are where some people live now, as they say.
func households(ctx context.Context, tx store.Tx, people ...instance.ActorID) (map[instance.ActorID]household, error) {
	args := make([]any, len(people))
	for i, id := range people {
		args[i] = id
	}
	rows, err := tx.Query(ctx, `
		SELECT person_id, label, door
		  FROM homes
		 WHERE kind = 'home' AND former_at IS NULL AND person_id IN (`+store.Placeholders(1, len(people))+`)
		 ORDER BY id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[instance.ActorID]household{}
	for rows.Next() {
		var id instance.ActorID
		var label, door string
		if err := rows.Scan(&id, &label, &door); err != nil {
			return nil, err
		}
		found[id] = household{folded(label), foldedDoor(door)}
	}
	return found, rows.Err()
}

// ground is what somebody's being verified stands on.
type ground struct {
	depth   int                // neighbours between them and a strong proof
	roots   []instance.ActorID // those who have the strong proofs
	settled bool               // long enough, and by something else than neighbours alone
}

// standing finds what somebody stands on.
func (s *Service) standing(ctx context.Context, tx store.Tx, person instance.ActorID) (ground, error) {
	return s.stands(ctx, tx, person, nil)
}

func (s *Service) stands(ctx context.Context, tx store.Tx, person instance.ActorID, above []instance.ActorID) (ground, error) {
	none := ground{depth: MaxDepth + 1}
	if len(above) > MaxDepth || slices.Contains(above, person) {
		return none, nil
	}
	all, err := readAll(tx.Query(ctx, `
		SELECT `+columns+`
		  FROM proofs f JOIN memberships m ON m.group_id = f.place_id AND m.person_id = f.person_id AND m.standing = 'verified'
		 WHERE f.person_id = $1 AND f.revoked_at IS NULL AND (f.expires_at IS NULL OR f.expires_at > $2)
		 ORDER BY f.id`, person, store.Millis(s.now())))
	if err != nil {
		return none, err
	}
	long := s.now().Add(-VouchAfter)
	strong, hall, neighbour := ground{roots: []instance.ActorID{person}}, false, false
	found := false
	for _, p := range all {
		old := !p.SeenAt.After(long)
		switch {
		case p.Route.Strong():
			found, strong.settled = true, strong.settled || old
		case p.Route == Hall:
			hall = hall || old
		default:
			neighbour = neighbour || old
		}
	}
	if found {
		return strong, nil
	}
	weak := ground{settled: hall && neighbour}
	for _, p := range all {
		if p.Route != Vouch {
			continue
		}
		below, err := s.stands(ctx, tx, p.SeenBy, append(slices.Clone(above), person))
		if err != nil {
			return none, err
		}
		weak.depth = max(weak.depth, below.depth+1)
		weak.roots = append(weak.roots, below.roots...)
	}
	if weak.depth == 0 {
		return none, nil
	}
	return weak, nil
}

// Link is one step of the chain by which somebody is verified: who vouches for
// whom.
type Link struct {
	Proof
	Depth int // 1 for those who vouch for the person, 2 for those who vouch for them
}

// Chain returns by whom a person is verified, and by whom those are, as long as
// they are only through neighbours. It is for those who moderate.
func (s *Service) Chain(ctx context.Context, person instance.ActorID) ([]Link, error) {
	links, err := s.chain(ctx, person, 1, nil)
	if err != nil {
		return nil, fmt.Errorf("chain of %s: %w", person, err)
	}
	return links, nil
}

func (s *Service) chain(ctx context.Context, person instance.ActorID, depth int, links []Link) ([]Link, error) {
	if depth > MaxDepth+1 {
		return links, nil
	}
	all, err := readAll(s.db.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM proofs f
		 WHERE f.person_id = $1 AND f.route = 'vouch' AND f.revoked_at IS NULL AND f.expires_at > $2 AND f.seen_by IS NOT NULL
		 ORDER BY f.id`, person, store.Millis(s.now())))
	if err != nil {
		return links, err
	}
	for _, p := range all {
		links = append(links, Link{p, depth})
		if links, err = s.chain(ctx, p.SeenBy, depth+1, links); err != nil {
			return links, err
		}
	}
	return links, nil
}
