package people

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// formerSetting is where it stands which actor speaks for those who left.
const formerSetting = "former actor"

// Former returns the actor under whom stands what is kept of people who left:
// one for all of them, so that nobody can tell what was whose. It is made under a
// name when it is first asked for.
func (s *Service) Former(ctx context.Context, name string) (instance.Actor, error) {
	a, err := former(ctx, s.db.Read())
	if !errors.Is(err, instance.ErrNotFound) {
		return a, err
	}
	keep, err := s.keys.Mint()
	if err != nil {
		return a, fmt.Errorf("actor of those who left: %w", err)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		var err error
		if a, err = former(ctx, tx); !errors.Is(err, instance.ErrNotFound) {
			return err
		}
		username, err := s.freeUsername(ctx, tx, name, false)
		if err != nil {
			return err
		}
		a = s.newActor(Newcomer{Username: username, Name: name})
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)`, formerSetting, a.ID.String()); err != nil {
			return err
		}
		return keep(ctx, tx, a)
	})
	if err != nil {
		return a, fmt.Errorf("actor of those who left: %w", err)
	}
	return a, nil
}

func former(ctx context.Context, tx store.Tx) (instance.Actor, error) {
	var text string
	err := tx.QueryRow(ctx, `SELECT value FROM settings WHERE name = $1`, formerSetting).Scan(&text)
	if err != nil {
		return instance.Actor{}, notFound(err)
	}
	id, err := instance.ParseID(text)
	if err != nil {
		return instance.Actor{}, err
	}
	return actors.ByID(ctx, tx, instance.ActorID(id))
}
