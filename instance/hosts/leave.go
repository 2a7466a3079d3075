package hosts

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// livedIn tells of a host h whether somebody lives, or is about to, in a home of
// theirs.
const livedIn = `EXISTS (SELECT 1 FROM housing_listings l WHERE l.host_id = h.id AND l.state IN ('held', 'placed', 'ending'))`

// Forget erases what is kept of somebody who closes their account: they host no
// more, their homes are taken back, and their file is gone. Where a household lives
// in one of them its association has to find it: then the file is kept until nobody
// lives there any more, and no account leads to it.
func (s *Service) Forget(ctx context.Context, tx store.Tx, person instance.ActorID) error {
	list, err := s.list(ctx, tx, `h.person_id = $1 AND h.erased_at IS NULL ORDER BY h.id`, person)
	if err != nil || len(list) == 0 {
		return because(err, "forget host %s", person)
	}
	for _, h := range list { // one in each programme
		if !instance.EndHost.Takes(h.State) {
			continue
		}
		if err := s.step(ctx, tx, h, instance.EndHost, 0); err != nil {
			return because(err, "end host %s", h.ID)
		}
	}
	_, err = tx.Exec(ctx, `
		UPDATE housing_hosts SET left_at = $2, person_id = NULL, link_hash = NULL, link_until = NULL WHERE person_id = $1 AND erased_at IS NULL`,
		person, store.Millis(s.now()))
	if err != nil {
		return because(err, "forget host %s", person)
	}
	return because(eraseLeft(ctx, tx, s.now()), "forget host %s", person)
}

// eraseLeft erases the files of those who left and in whose homes nobody lives.
func eraseLeft(ctx context.Context, tx store.Tx, now time.Time) error {
	rows, err := tx.Query(ctx, `
		SELECT h.id FROM housing_hosts h
		 WHERE h.left_at IS NOT NULL AND h.erased_at IS NULL AND NOT `+livedIn+`
		 ORDER BY h.id
		 LIMIT $1`, sweptAtOnce)
	if err != nil {
		return err
	}
	gone, err := ids(rows)
	if err != nil || len(gone) == 0 {
		return err
	}
	return erase(ctx, tx, gone, now)
}
