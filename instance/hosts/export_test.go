package hosts

import "context"

// The jobs, for tests that work them when they want to.

func (s *Service) SweepNow(ctx context.Context) error              { return s.sweep(ctx, Sweep{}) }
func (s *Service) LettersNow(ctx context.Context, j Letters) error { return s.letters(ctx, j) }
func (s *Service) AskNow(ctx context.Context, j AskTonight) error  { return s.askTonight(ctx, j) }
