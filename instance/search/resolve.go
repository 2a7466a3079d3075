package search

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"palier/instance"
)

// TooSoon says that whoever has other servers asked has to wait. It is an
// [instance.ErrTooMany].
type TooSoon struct{ Wait time.Duration }

func (e *TooSoon) Error() string { return "asked other servers too often" }

// Is makes it an [instance.ErrTooMany].
func (e *TooSoon) Is(target error) bool { return target == instance.ErrTooMany }

// Names tells whether what was typed names one thing, as an address or a whole
// handle does, rather than describing it.
func Names(typed string) bool {
	typed = strings.TrimSpace(typed)
	if strings.ContainsAny(typed, " \t\n") || len(typed) > 2048 {
		return false
	}
	if strings.HasPrefix(typed, "https://") || strings.HasPrefix(typed, "http://") {
		return true
	}
	name, host, ok := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(typed, "acct:"), "@"), "@")
	return ok && name != "" && host != "" && !strings.Contains(host, "@")
}

// Resolve finds what an address or a whole handle names, asking its server if
// need be. It is for people who are signed in. It returns
// [instance.ErrNotFound] if v may find nothing there,
// [instance.ErrUnreachable] if that server does not say, and a [TooSoon] if v
// has asked too often.
func (s *Service) Resolve(ctx context.Context, v instance.Viewer, typed string) (instance.Sighting, error) {
	var none instance.Sighting
	switch {
	case v.ID == 0:
		return none, instance.ErrUnauthenticated
	case s.far == nil || !Names(typed):
		return none, fmt.Errorf("resolve: %w", instance.ErrNotFound)
	}
	if s.pace != nil {
		if wait, ok := s.pace.Allow("by " + v.ID.String()); !ok {
			return none, &TooSoon{wait}
		}
	}
	found, err := s.far.Look(ctx, strings.TrimSpace(typed))
	if err != nil {
		if p := s.ours(ctx, v, typed); p != nil && errors.Is(err, instance.ErrNotFound) {
			return instance.Sighting{Post: p}, nil
		}
		return none, err
	}
	if found.Post != nil {
		return s.seen(ctx, v, found.Post.ID)
	}
	if found.Actor == nil || found.Actor.Gone() {
		return none, fmt.Errorf("resolve: %w", instance.ErrNotFound)
	}
	return found, nil
}

// ours returns the post of this server at an address, if v may read it: the
// network only knows those that anybody may.
func (s *Service) ours(ctx context.Context, v instance.Viewer, address string) *instance.Post {
	path, ok := strings.CutPrefix(strings.TrimSpace(address), s.site.Base()+"/")
	if !ok {
		return nil
	}
	n, err := instance.ParseID(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil {
		return nil
	}
	id := instance.PostID(n)
	found, err := s.posts.Load(ctx, v, []instance.PostID{id})
	if err != nil || len(found) == 0 || found[0].Gone() {
		return nil
	}
	if p := found[0]; p.URL == strings.TrimSpace(address) || p.URI == strings.TrimSpace(address) {
		return p
	}
	return nil
}

// seen returns a post as v may read it.
func (s *Service) seen(ctx context.Context, v instance.Viewer, id instance.PostID) (instance.Sighting, error) {
	found, err := s.posts.Load(ctx, v, []instance.PostID{id})
	if err != nil {
		return instance.Sighting{}, err
	}
	if len(found) == 0 || found[0].Gone() {
		return instance.Sighting{}, fmt.Errorf("resolve post %s: %w", id, instance.ErrNotFound)
	}
	return instance.Sighting{Post: found[0]}, nil
}
