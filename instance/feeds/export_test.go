package feeds

import (
	"context"

	"palier/instance"
)

// Work reads a feed, as its job does.
func (s *Service) Work(ctx context.Context, id instance.ID) error {
	return s.work(ctx, Work{Feed: id})
}

// Tend begins what is due, as its job does.
func (s *Service) Tend(ctx context.Context) error { return s.tend(ctx, Tend{}) }
