package joining

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Join opens the account that a link out of a letter is for: whoever reads that
// mailbox has asked for it. The person is a resident of their place by their own
// word. It returns [instance.ErrGone] for a link that is none any more, also
// where the address has an account by now: nothing is ever added to one because
// of its address alone (security.md G04).
func (s *Service) Join(ctx context.Context, token string) (instance.Account, error) {
	a, err := s.join(ctx, token, false)
	var invalid *instance.Invalid
	for range 4 { // others who are called alike may take names just now
		if !errors.As(err, &invalid) || invalid.Field != "username" {
			break
		}
		a, err = s.join(ctx, token, true)
	}
	if errors.As(err, &invalid) && invalid.Code == "taken" && invalid.Field == "email" {
		err = instance.ErrGone
	}
	if err != nil {
		return instance.Account{}, fmt.Errorf("join: %w", err)
	}
	return a, nil
}

func (s *Service) join(ctx context.Context, token string, apart bool) (instance.Account, error) {
	var a instance.Account
	l, err := s.look(ctx, s.o.DB.Read(), ToJoin, token)
	if err != nil {
		return a, err
	}
	inviter, err := s.inviter(ctx, s.o.DB.Read(), l.Plan.Invitation)
	if err != nil {
		return a, err
	}
	enrol, err := s.o.People.Prepare(ctx, l.Plan.newcomer(inviter, apart))
	if err != nil {
		return a, err
	}
	err = s.o.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.use(ctx, tx, ToJoin, token); err != nil {
			return err
		}
		if err := s.spend(ctx, tx, l.Plan.Invitation); err != nil {
			return err
		}
		if a, err = enrol(ctx, tx); err != nil {
			return err
		}
		if err := s.o.Homes.Settle(ctx, tx, a.ID, "home", l.Plan.Place, l.Plan.Address, l.Plan.Label, l.Plan.Door); err != nil {
			return err
		}
		chain, err := s.o.Places.DeclareIn(ctx, tx, l.Plan.Place, a.ID)
		if err != nil {
			return err
		}
		return s.hearAll(ctx, tx, a.Actor, chain)
	})
	return a, err
}

func (p Plan) newcomer(inviter instance.ActorID, apart bool) instance.Newcomer {
	n := instance.Newcomer{Apart: apart, FullName: p.FullName, Email: p.Email, Locale: p.Locale, Inviter: inviter, FirstDay: true}
	if p.Alias != "" {
		n.Name, n.Protected = p.Alias, true
	}
	return n
}

// SignIn uses a link to sign in, and returns whom it is for and where it leads.
// It returns [instance.ErrGone] for a link that is none any more.
func (s *Service) SignIn(ctx context.Context, token string) (Link, error) {
	var l Link
	err := s.o.DB.InTx(ctx, func(tx store.Tx) (err error) {
		l, err = s.use(ctx, tx, ToSignIn, token)
		return err
	})
	if err != nil {
		return l, fmt.Errorf("sign in by link: %w", err)
	}
	return l, nil
}

// Reset uses a link to give somebody a new password, which signs them out
// everywhere, and returns whom. It returns [instance.ErrGone] for a link that is
// none any more, and an [instance.Invalid] for a password that cannot be taken;
// the link can be used again then.
func (s *Service) Reset(ctx context.Context, token, password string) (instance.ActorID, error) {
	give, err := s.o.People.NewPassword(ctx, password)
	if err != nil {
		return 0, err
	}
	var l Link
	err = s.o.DB.InTx(ctx, func(tx store.Tx) error {
		if l, err = s.use(ctx, tx, ToReset, token); err != nil {
			return err
		}
		return give(ctx, tx, l.Person)
	})
	if err != nil {
		return 0, fmt.Errorf("new password by link: %w", err)
	}
	return l.Person, nil
}
