package proofs

import (
	"context"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// CouncilSays notes what a council says of where somebody lives: that it is in
// the commune with a code, and at an address. It proves the commune among those
// around their places; their own place too if the address is the one they gave.
// It returns the proofs, and an [instance.Invalid] if the council says something
// else than they do, or has said it for another account here.
func (s *Service) CouncilSays(ctx context.Context, person instance.ActorID, subject, commune, address string) (all []Proof, err error) {
	account := s.sealed("council", subject)
	no := func(code string) error { return &instance.Invalid{Field: "council", Code: code} }
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		all = nil
		var taken bool
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT 1 FROM proofs
			                WHERE route = 'council' AND document = $1 AND person_id <> $2 AND revoked_at IS NULL)`, account, person).Scan(&taken)
		if err != nil {
			return err
		}
		if taken {
			return no("taken")
		}
		places, err := s.saidPlaces(ctx, tx, person, commune, address)
		if err != nil {
			return err
		}
		if len(places) == 0 {
			return no("elsewhere")
		}
		for _, place := range places { // a commune, and a home or two
			p, err := s.say(ctx, tx, Proof{Person: person, Place: place, Route: Council, Document: account})
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("council about %s: %w", person, err)
	}
	return all, nil
}

// say is seen for a place around those where somebody says that they live: they
// become its resident.
func (s *Service) say(ctx context.Context, tx store.Tx, p Proof) (Proof, error) {
	var resident bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM memberships WHERE group_id = $1 AND person_id = $2)`, p.Place, p.Person).Scan(&resident)
	if err == nil && !resident {
		err = s.places.Settle(ctx, tx, p.Place, p.Person, 0, instance.Declared)
	}
	if err != nil {
		return p, err
	}
	return s.seen(ctx, tx, p)
}

// saidPlaces are the places that a council's word is about: communes with the
// code around somebody's places, and those of their homes at the address, the
// narrowest last.
func (s *Service) saidPlaces(ctx context.Context, tx store.Tx, person instance.ActorID, commune, address string) ([]instance.ActorID, error) {
	rows, err := tx.Query(ctx, `
		WITH RECURSIVE up (id) AS (
			SELECT m.group_id FROM memberships m WHERE m.person_id = $1
			UNION
			SELECT p.id
			  FROM up
			  JOIN nestings w ON w.child_id = up.id
			  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		)
		SELECT a.id, '' FROM up JOIN actors a ON a.id = up.id WHERE a.level = 'commune' AND a.territory = $2
		UNION ALL
		SELECT h.place_id, h.label
		  FROM homes h JOIN memberships m ON m.group_id = h.place_id AND m.person_id = h.person_id
		 WHERE h.person_id = $1 AND h.kind = 'home' AND h.former_at IS NULL AND h.label <> ''`, person, "FR:COG:"+commune)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var places []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		var label string
		if err := rows.Scan(&id, &label); err != nil {
			return nil, err
		}
		if label == "" || sameAddress(address, label) {
			places = append(places, id)
		}
	}
	return places, rows.Err()
}

// sameAddress tells whether a council's address is the one of a postal line:
// every word of it stands there.
func sameAddress(said, label string) bool {
	words := strings.Fields(folded(said))
	known := map[string]bool{}
	for word := range strings.FieldsSeq(folded(label)) {
		known[word] = true
	}
	for _, word := range words {
		if !known[word] {
			return false
		}
	}
	const least = 3 // a number, a street, a commune
	return len(words) >= least
}
