package housing

import (
	"context"

	"palier/instance"
	"palier/instance/store"
)

// The jobs, for tests that work them when they want to.

func (s *Service) MeetNow(ctx context.Context, j Meet) error         { return s.meet(ctx, j) }
func (s *Service) ShareNow(ctx context.Context, j Share) error       { return s.share(ctx, j) }
func (s *Service) ShareAllNow(ctx context.Context, j ShareAll) error { return s.shareAll(ctx, j) }
func (s *Service) SayAgainNow(ctx context.Context, id string) error {
	return s.sayAgain(ctx, SayAgain{id})
}
func (s *Service) SweepNow(ctx context.Context) error        { return s.sweep(ctx, Sweep{}) }
func (s *Service) LookNow(ctx context.Context, j Look) error { return s.look(ctx, j) }

// CompareNow asks a partner about a home, as the job does.
func (s *Service) CompareNow(ctx context.Context, j Compare) error { return s.compare(ctx, j) }

// MostQuestions is how often one may ask about homes in a day.
const MostQuestions = mostQuestions

// AreaTold is where others are told that a home in a commune is.
var AreaTold = areaOf

// Has are features as the database compares them.
var Has = has

// MostLeases is how much one association may wait for and hold at a time.
const MostLeases = mostLeases

// AnyCase lets beds be asked for anybody: these tests are about beds.
type AnyCase struct{}

func (AnyCase) MayHold(context.Context, store.Tx, instance.ActorID, instance.Hold, instance.CaseID) error {
	return nil
}
func (AnyCase) MayAgree(context.Context, store.Tx, instance.ID) error { return nil }
