package events

import "context"

// Remind reminds of what is soon, as its job does.
func (s *Service) Remind(ctx context.Context) error { return s.remind(ctx, Remind{}) }
