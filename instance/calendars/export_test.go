package calendars

import (
	"context"

	"palier/instance"
)

// Work reads a calendar and brings over what waits, as its job does.
func (s *Service) Work(ctx context.Context, id instance.ID) error {
	return s.work(ctx, Work{Calendar: id})
}
