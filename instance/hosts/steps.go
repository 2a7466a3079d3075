package hosts

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// step writes a step, from one of the states that it is taken from and no other,
// and has others told of the host's homes where it matters to them.
func (s *Service) step(ctx context.Context, tx store.Tx, h row, step instance.HostStep, by instance.ActorID) error {
	if !step.Takes(h.State) {
		return instance.ErrConflict
	}
	n, err := tx.Exec(ctx, `
		UPDATE housing_hosts
		   SET state = $3, state_by = $4, state_since = $5, changed_at = $5
		 WHERE id = $1 AND state = $2`, h.ID, string(h.State), string(step.To()), by, store.Millis(s.now()))
	if err == nil && n == 0 {
		err = instance.ErrConflict
	}
	if err != nil {
		return err
	}
	if h.State == instance.HostApproved || step.To() == instance.HostApproved {
		return s.o.Homes.HostChangedIn(ctx, tx, h.ID)
	}
	return nil
}

// Wanting is what is missing before a host can be proposed.
type Wanting string

// What can be missing.
const (
	WantsIdentity   Wanting = "identity"
	WantsReferences Wanting = "references" // two asked, one written by who is not of the family
	WantsRecord     Wanting = "record"     // of everyone in the home, where it is lawful
	WantsHeard      Wanting = "heard"      // every adult
	WantsVisit      Wanting = "visit"
)

// Wantings are all of them, in order.
var Wantings = []Wanting{WantsIdentity, WantsReferences, WantsRecord, WantsHeard, WantsVisit}

// wanting tells what is missing.
func (s *Service) wanting(ctx context.Context, tx store.Tx, h row) ([]Wanting, error) {
	var asked, written, adults, heard, checked int
	err := tx.QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM housing_host_references r WHERE r.host_id = $1),
		       (SELECT COUNT(*) FROM housing_host_references r WHERE r.host_id = $1 AND r.answered_at IS NOT NULL AND NOT r.family),
		       (SELECT COUNT(*) FROM housing_host_adults a WHERE a.host_id = $1),
		       (SELECT COUNT(*) FROM housing_host_adults a WHERE a.host_id = $1 AND a.heard_at IS NOT NULL),
		       (SELECT COUNT(*) FROM housing_host_adults a WHERE a.host_id = $1 AND a.record_at > $2)`,
		h.ID, store.Millis(s.now().AddDate(0, -s.o.Pack.Record.Months, 0))).Scan(&asked, &written, &adults, &heard, &checked)
	if err != nil {
		return nil, err
	}
	missing := map[Wanting]bool{
		WantsIdentity:   h.IdentityAt.IsZero(),
		WantsReferences: asked < LeastAsked || written < LeastWritten,
		WantsRecord:     s.o.Pack.Record.Lawful && checked < adults,
		WantsHeard:      adults == 0 || heard < adults,
		WantsVisit:      !h.VisitUntil.After(s.now()),
	}
	var list []Wanting
	for _, w := range Wantings {
		if missing[w] {
			list = append(list, w)
		}
	}
	return list, nil
}

// complete returns an [instance.Invalid] whose code is what is missing.
func (s *Service) complete(ctx context.Context, tx store.Tx, h row) error {
	missing, err := s.wanting(ctx, tx, h)
	if err == nil && len(missing) > 0 {
		err = &instance.Invalid{Field: "host", Code: "wants-" + string(missing[0])}
	}
	return err
}

// Propose says that one of the team finds that all is there, and tells others that
// something waits. It returns an [instance.Invalid] that says what is missing.
func (s *Service) Propose(ctx context.Context, by instance.Account, id instance.HostID) error {
	return s.team(ctx, by, id, "propose", keeps, func(tx store.Tx, h row) error {
		if h.Person == by.ID {
			return instance.ErrForbidden
		}
		if !instance.ProposeHost.Takes(h.State) {
			return instance.ErrConflict
		}
		if err := s.complete(ctx, tx, h); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE housing_hosts SET proposed_by = $2, proposed_at = $3 WHERE id = $1`, h.ID, by.ID, store.Millis(s.now()))
		if err != nil {
			return err
		}
		if err := s.step(ctx, tx, h, instance.ProposeHost, by.ID); err != nil {
			return err
		}
		return s.tellSecond(ctx, tx, h, by.ID)
	})
}

// Approve says that a second one of the team agrees, for what and until when; no
// longer than the visit holds. It returns [instance.ErrForbidden] for the one who
// proposed it, and for the host.
func (s *Service) Approve(ctx context.Context, by instance.Account, id instance.HostID, limits instance.HostLimits, until time.Time) error {
	if limits.Places < 1 || limits.Places > 20 {
		return &instance.Invalid{Field: "places", Code: "malformed", Limit: 20}
	}
	if limits.Nights < s.o.Pack.Stay.Least || limits.Nights > s.o.Pack.Stay.Most {
		return &instance.Invalid{Field: "nights", Code: "malformed", Limit: s.o.Pack.Stay.Most}
	}
	if !until.After(s.now()) {
		return &instance.Invalid{Field: "until", Code: "past"}
	}
	return s.team(ctx, by, id, "approve", keeps, func(tx store.Tx, h row) error {
		if !instance.ApproveHost.Takes(h.State) {
			return instance.ErrConflict
		}
		if by.ID == h.ProposedBy || by.ID == h.Person {
			return instance.ErrForbidden
		}
		if err := s.complete(ctx, tx, h); err != nil {
			return err
		}
		if until.After(h.VisitUntil) {
			until = h.VisitUntil
		}
		_, err := tx.Exec(ctx, `
			UPDATE housing_hosts
			   SET approved_by = $2, approved_at = $3, approved_until = $4, most_places = $5, most_nights = $6, children = $7
			 WHERE id = $1`, h.ID, by.ID, store.Millis(s.now()), store.Millis(until), limits.Places, limits.Nights, limits.Children)
		if err != nil {
			return err
		}
		if err := s.step(ctx, tx, h, instance.ApproveHost, by.ID); err != nil {
			return err
		}
		f, err := s.open(ctx, tx, h)
		if err != nil {
			return err
		}
		return s.toHost(ctx, tx, h, f, "host-approved")
	})
}

// Refuse says no, and keeps no motive. Somebody who was approved once is refused by
// another person than the one who took that back.
func (s *Service) Refuse(ctx context.Context, by instance.Account, id instance.HostID) error {
	return s.team(ctx, by, id, "refuse", keeps, func(tx store.Tx, h row) error {
		if by.ID == h.Person || h.once && by.ID == h.stateBy {
			return instance.ErrForbidden
		}
		return s.step(ctx, tx, h, instance.RefuseHost, by.ID)
	})
}

// Lead takes a step that those who vet hosts take without more: what is wanted for
// others stands in [Service.Propose], [Service.Approve] and [Service.Refuse].
func (s *Service) Lead(ctx context.Context, by instance.Account, id instance.HostID, name string) error {
	step, ok := led(name)
	if !ok {
		return because(instance.ErrNotFound, "lead host %s", id)
	}
	return s.team(ctx, by, id, step.Name(), keeps, func(tx store.Tx, h row) error {
		if by.ID == h.Person {
			return instance.ErrForbidden
		}
		if step.Name() == instance.LapseHost.Name() {
			if !step.Takes(h.State) {
				return instance.ErrConflict
			}
			return s.lookAgain(ctx, tx, h, by.ID)
		}
		return s.step(ctx, tx, h, step, by.ID)
	})
}

// led are the steps of [Service.Lead].
func led(name string) (instance.HostStep, bool) {
	for _, step := range []instance.HostStep{
		instance.InformHost, instance.MissHost, instance.ReturnHost, instance.PauseHost, instance.LapseHost, instance.EndHost,
	} {
		if step.Name() == name {
			return step, true
		}
	}
	return instance.HostStep{}, false
}

// restsFor is for how long a host rests who does not say.
const restsFor = 60 * 24 * time.Hour

// Take takes a step that hosts take themselves: pause, resume, rest, again, end. No
// reason is asked.
func (s *Service) Take(ctx context.Context, hand Hand, id instance.HostID, name string) error {
	return s.own(ctx, hand, id, name, func(tx store.Tx, h row) error {
		switch name {
		case instance.PauseHost.Name():
			return s.step(ctx, tx, h, instance.PauseHost, h.Person)
		case instance.ResumeHost.Name():
			return s.resume(ctx, tx, h)
		case instance.RestHost.Name():
			_, err := tx.Exec(ctx, `UPDATE housing_hosts SET rest_until = $2 WHERE id = $1`, h.ID, store.Millis(s.now().Add(restsFor)))
			if err != nil {
				return err
			}
			return s.step(ctx, tx, h, instance.RestHost, h.Person)
		case instance.WelcomeAgain.Name():
			return s.step(ctx, tx, h, instance.WelcomeAgain, h.Person)
		case instance.EndHost.Name():
			return s.step(ctx, tx, h, instance.EndHost, h.Person)
		}
		return instance.ErrNotFound
	})
}

// resume ends a pause that the host began. What somebody of the team paused, and
// what ended meanwhile, the host does not take up.
func (s *Service) resume(ctx context.Context, tx store.Tx, h row) error {
	if h.State == instance.HostPaused && h.stateBy != h.Person {
		return instance.ErrForbidden
	}
	if !h.VisitUntil.After(s.now()) || !h.ApprovedUntil.After(s.now()) {
		return instance.ErrConflict
	}
	return s.step(ctx, tx, h, instance.ResumeHost, h.Person)
}

// Resume ends a pause that somebody of the team began: another one does.
func (s *Service) Resume(ctx context.Context, by instance.Account, id instance.HostID) error {
	return s.team(ctx, by, id, "resume", keeps, func(tx store.Tx, h row) error {
		if by.ID == h.Person || by.ID == h.stateBy {
			return instance.ErrForbidden
		}
		if !h.VisitUntil.After(s.now()) || !h.ApprovedUntil.After(s.now()) {
			return instance.ErrConflict
		}
		return s.step(ctx, tx, h, instance.ResumeHost, by.ID)
	})
}
