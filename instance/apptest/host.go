package apptest

import (
	"time"

	"palier/instance"
	"palier/instance/hosts"
	"palier/instance/store"
)

// ApprovedHost returns a host of a programme whom two people approved, after a
// visit, for a year: homes can be assigned to them, vetted and offered.
func (s *Server) ApprovedHost(programme instance.ActorID) instance.HostID {
	s.T.Helper()
	return s.ApprovedHostAt(programme, "1 rue "+instance.NewIDs(time.Now, 15).Next().String()+", 69001 Lyon")
}

// ApprovedHostAt is [Server.ApprovedHost] of somebody who lives at an address.
func (s *Server) ApprovedHostAt(programme instance.ActorID, address string) instance.HostID {
	s.T.Helper()
	ctx, now := s.T.Context(), time.Now()
	id := instance.NewIDs(time.Now, 15).Next()
	keys, err := s.Vault.Keys(ctx, s.DB.Read(), programme)
	if err != nil {
		s.T.Fatal(err)
	}
	file, err := keys.SealJSON("host", id, hosts.File{Name: "Zénobie Tournemire", Email: "zenobie@people.example", Born: 1970, Address: address})
	if err != nil {
		s.T.Fatal(err)
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		at, until := store.Millis(now), store.Millis(now.AddDate(1, 0, 0))
		_, err := tx.Exec(ctx, `
			INSERT INTO housing_hosts (id, programme_id, language, file, places, score, state_since, came_at, changed_at, confirmed_at)
			VALUES ($1, $2, 'fr', $3, 4, 0, $4, $4, $4, $4)`, id, programme, file, at)
		if err != nil {
			return err
		}
		for _, set := range []string{
			`state = 'informed', visit_until = $2, approved_until = $2`,
			`state = 'vetting', checked_at = changed_at, identity_at = changed_at, identity_by = 1, visit_until = $2`,
			`state = 'proposed', proposed_by = 1, visit_until = $2`,
			`state = 'approved', approved_by = 2, approved_at = changed_at, most_places = 20, most_nights = 365, children = TRUE, visit_until = $2`,
		} {
			if _, err := tx.Exec(ctx, `UPDATE housing_hosts SET `+set+` WHERE id = $1`, id, until); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.T.Fatal(err)
	}
	return id
}
