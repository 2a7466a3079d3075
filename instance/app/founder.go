package app

import (
	"context"
	"errors"

	"palier/instance"
	"palier/instance/places"
)

// founder makes the places that form when residents share theirs in two.
type founder struct{ places *places.Service }

// Found makes a place like another one, beside it. See [boundaries.Founder].
func (f founder) Found(ctx context.Context, like instance.ActorID, username, title string) (instance.ActorID, error) {
	n, err := f.places.ByID(ctx, like)
	if err != nil {
		return 0, err
	}
	made, err := f.places.Create(ctx, places.Plan{
		Username: username, Title: title, Kind: n.Level, Within: n.Within,
		Latitude: n.Latitude, Longitude: n.Longitude, RadiusKM: n.RadiusKM, HoldNew: n.HoldNew, Keeps: n.Keeps,
	})
	var invalid *instance.Invalid
	if !errors.As(err, &invalid) || invalid.Code != "taken" {
		return made.ID, err
	}
	// It was made before what came after it was interrupted, if it is such a place.
	before, again := f.places.Named(ctx, username)
	if again != nil || before.Level != n.Level || before.Name != title || before.Verified+before.Declared > 0 {
		return 0, err
	}
	return before.ID, nil
}
