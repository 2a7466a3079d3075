package posts

import (
	"context"

	"palier/instance"
	"palier/instance/store"
)

// Relay shares a post for a group of ours; see [Service.BoostIn].
func (s *Service) Relay(ctx context.Context, tx store.Tx, group instance.Actor, p *instance.Post, source instance.ActorID, via []string) error {
	return s.BoostIn(ctx, tx, group, p, Share{Source: source, Via: via})
}

// Retract takes a group's share of a post back.
func (s *Service) Retract(ctx context.Context, tx store.Tx, group instance.Actor, p *instance.Post) error {
	return s.UnboostIn(ctx, tx, group, p, instance.Origin{})
}

// Held returns a post for the server's own use, whoever may read it.
func (s *Service) Held(ctx context.Context, tx store.Tx, id instance.PostID) (*instance.Post, error) {
	return ByIDIn(ctx, tx, id)
}
