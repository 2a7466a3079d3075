package housing

import (
	"context"
	"errors"

	"palier/instance"
	"palier/protocol/ledger"
)

// SeenVisit is what a partner signed of the visit to a home of theirs, asked for
// just now and checked against the seal that a person of ours agreed to.
type SeenVisit struct {
	ledger.Visited
	Document []byte // as it came, for who wants to check it themself
	Under    ledger.Seal
	// Fault is why it does not hold: another seal, another home, or over. nil if it
	// holds.
	Fault error
}

// VisitElsewhere asks the server of a partner for the signed visit to a home that a
// programme sees, for its team. It returns [instance.ErrNotFound] for a home that
// the programme does not see, [instance.ErrGone] where there is no visit that holds,
// or it was taken back, and [instance.ErrUnreachable] where nobody answers.
func (s *Service) VisitElsewhere(ctx context.Context, by instance.Account, programme instance.ActorID, home string) (SeenVisit, error) {
	v, err := s.visitElsewhere(ctx, by, programme, home)
	return v, because(err, "visit to %s", home)
}

func (s *Service) visitElsewhere(ctx context.Context, by instance.Account, programme instance.ActorID, home string) (SeenVisit, error) {
	var v SeenVisit
	tx := s.db.Read()
	if _, err := role(ctx, tx, programme, by.ID); err != nil {
		return v, err
	}
	d, err := s.deskOf(ctx, tx, `p.group_id = $1`, programme)
	if err != nil {
		return v, err
	}
	var seal, group string
	err = tx.QueryRow(ctx, `
		SELECT x.seal, a.uri
		  FROM housing_homes h
		  JOIN housing_partners x ON x.programme_id = h.programme_id AND x.partner_id = h.partner_id
		  JOIN actors a ON a.id = h.partner_id
		 WHERE h.programme_id = $1 AND h.uri = $2 AND x.we_see = 'agreed' AND x.seal <> ''`, programme, home).Scan(&seal, &group)
	if err != nil {
		return v, notFound(err)
	}
	v.Under = ledger.Seal(seal)
	v.Document, err = s.wire.Visited(ctx, d.Group, home)
	if errors.Is(err, instance.ErrNotFound) {
		err = instance.ErrGone
	}
	if err != nil {
		return v, err
	}
	// A fault of the document is what is told of it, not a fault of asking.
	if v.Visited, v.Fault = ledger.DecodeVisited(v.Document); v.Fault == nil {
		v.Fault = v.Verify(v.Under, s.now())
	}
	if v.Fault == nil && (v.Home != home || v.By != group) {
		v.Fault = ledger.ErrSignature // of another home, or by somebody else
	}
	return v, nil
}
