package jrd

import "fmt"

// Confirm reads the answer that the host of asked gave about it. When done is
// true, known is asked, in the case its own host writes it in, and the answer's
// actor goes by it. When done is false, the answer hands over to another
// handle, known: then known's own host has to be asked about known, and that
// answer to be put to [Confirmed] with the actor of this one. Handing over
// works once, so nobody can be sent round in circles.
//
// A subject that is an address is taken for asked if asked is among the
// aliases.
//
// It returns [ErrNoActor] if the answer leads to no actor and [ErrUnconfirmed]
// if its subject is no handle at all.
func Confirm(asked Handle, answer *Document) (known Handle, done bool, err error) {
	if _, err := answer.Self(); err != nil {
		return Handle{}, false, fmt.Errorf("confirm %s: %w", asked, err)
	}
	h, err := ParseHandle(answer.Subject)
	if err == nil {
		return h, h.Same(asked), nil
	}
	if isWeb(answer.Subject) {
		for _, alias := range answer.Aliases {
			if h, err := ParseHandle(alias); err == nil && h.Same(asked) {
				return h, true, nil
			}
		}
	}
	return Handle{}, false, fmt.Errorf("confirm %s: %w: subject %.200q", asked, ErrUnconfirmed, answer.Subject)
}

// Confirmed returns nil if the answer that the host of h gave about h says that
// actor goes by h: the subject is h, and the self link is actor, byte for byte.
// Otherwise it returns [ErrUnconfirmed] or [ErrNoActor].
//
// It decides on the handle that an actor claims itself (see [Claim]) and on the
// one that [Confirm] was handed over to.
func Confirmed(h Handle, actor string, answer *Document) error {
	known, done, err := Confirm(h, answer)
	if err != nil {
		return err
	}
	if !done {
		return fmt.Errorf("confirm %s: %w: its host says %s", h, ErrUnconfirmed, known)
	}
	id, err := answer.Self()
	if err != nil {
		return fmt.Errorf("confirm %s: %w", h, err)
	}
	if id != actor {
		return fmt.Errorf("confirm %s: %w: its host says %.200q, not %.200q", h, ErrUnconfirmed, id, actor)
	}
	return nil
}
