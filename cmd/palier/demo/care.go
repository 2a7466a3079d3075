package demo

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/assisted"
)

// care has one neighbour act for another who has no internet, and a circle of
// care around one who lives alone.
func (l *life) care() {
	const quarter = "centre_ville"
	l.at(9*24*time.Hour, func(ctx context.Context) error {
		by, err := l.filler.viewer(ctx, l.app, "claire")
		if err != nil {
			return err
		}
		other, err := l.filler.viewer(ctx, l.app, "mehdi")
		if err != nil {
			return err
		}
		kept, err := l.app.Assisted.Open(ctx, assisted.Plan{Name: "Odette Guillou", Locale: "fr", Phone: "0296000000", Place: l.places[quarter], Consent: true, By: by.ID, Helper: other.ID})
		if err != nil {
			return fmt.Errorf("keep an account: %w", err)
		}
		return l.app.Places.SetStanding(ctx, l.places[quarter], kept.ID, 0, instance.Verified)
	})
	l.at(6*24*time.Hour, func(ctx context.Context) error {
		around, err := l.filler.viewer(ctx, l.app, "odette")
		if err != nil {
			return err
		}
		circle, err := l.app.Care.Open(ctx, around.ID)
		if err != nil {
			return fmt.Errorf("open a circle of care: %w", err)
		}
		for i, name := range []string{"claire", "mehdi"} {
			v, err := l.filler.viewer(ctx, l.app, name)
			if err != nil {
				return err
			}
			if err := l.app.Care.Invite(ctx, around.ID, circle, v.ID, []string{"volunteer", "professional"}[i]); err != nil {
				return err
			}
			if err := l.app.Care.Enter(ctx, v.ID, circle); err != nil {
				return err
			}
			if err := l.app.Care.Did(ctx, v.ID, circle, []string{"call", "visit"}[i], []string{"well", "company"}[i]); err != nil {
				return err
			}
			if err := l.app.Care.Plan(ctx, v.ID, circle, []string{"errand", "outing"}[i], l.day(2+i).Add(15*time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
}
