package people

import (
	"context"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/actors"
)

// Known returns the actor with a handle, as far as this server knows them:
// name for one of ours, name@host for anybody. It asks no other server. It
// returns [instance.ErrNotFound] for somebody unknown, and for one who left or
// was shut out.
func (s *Service) Known(ctx context.Context, handle string) (instance.Actor, error) {
	name, host, _ := strings.Cut(handle, "@")
	if strings.EqualFold(host, s.site.Host()) {
		host = ""
	}
	a, err := actors.ByName(ctx, s.db.Read(), name, host)
	if err == nil && a.Gone() {
		err = fmt.Errorf("actor %s: %w", handle, instance.ErrNotFound)
	}
	return a, err
}

// KnownByID returns an actor, ours or another server's, by id. It returns
// [instance.ErrNotFound] as [Service.Known] does.
func (s *Service) KnownByID(ctx context.Context, id instance.ActorID) (instance.Actor, error) {
	a, err := actors.ByID(ctx, s.db.Read(), id)
	if err == nil && a.Gone() {
		err = fmt.Errorf("actor %s: %w", id, instance.ErrNotFound)
	}
	return a, err
}
