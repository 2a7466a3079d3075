package activitypub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/as2"
)

// announceMove tells everybody who follows one of our actors to follow another
// one of ours instead. Both documents say so first, each naming the other,
// since nobody believes a Move that its target does not confirm.
func (s *Service) announceMove(ctx context.Context, tx store.Tx, d instance.Deed) error {
	from, to := d.Actor, *d.Target
	if err := alias(ctx, tx, to.ID, from.URI); err != nil {
		return err
	}
	from.MovedTo = to.URI
	if _, err := tx.Exec(ctx, `UPDATE actors SET moved_to = $2 WHERE id = $1`, from.ID, to.URI); err != nil {
		return err
	}
	for _, a := range []instance.Actor{to, from} {
		if err := s.announceProfile(ctx, tx, instance.Deed{Kind: instance.ProfileEdited, Actor: a}); err != nil {
			return err
		}
	}
	a := act(as2.TypeMove, s.site.ActivityURI(s.ids.Next()), from, from.URI)
	a.Target, a.To, a.CC = as2.IRI(to.URI), []string{as2.Public}, []string{from.Followers}
	out, err := s.write(ctx, tx, from, a, draft{public: true})
	if err != nil {
		return err
	}
	if err := s.send(ctx, tx, FanOut{Sender: from.ID, Plain: out.id, FollowersOf: []instance.ActorID{from.ID}}); err != nil {
		return err
	}
	return s.followOn(ctx, tx, from, to)
}

// alias adds an address to those by which an actor of ours was known.
func alias(ctx context.Context, tx store.Tx, id instance.ActorID, uri string) error {
	known, err := aliases(ctx, tx, id)
	if err != nil {
		return err
	}
	text, err := json.Marshal(append(known, uri))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE actors SET also_known_as = $2 WHERE id = $1`, id, string(text))
	return err
}

// aliases are the addresses by which an actor was known before.
func aliases(ctx context.Context, tx store.Tx, id instance.ActorID) ([]string, error) {
	var text string
	err := tx.QueryRow(ctx, `SELECT also_known_as FROM actors WHERE id = $1`, id).Scan(&text)
	if errors.Is(err, store.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []string
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("aliases of %s: %w", id, err)
	}
	return list, nil
}
