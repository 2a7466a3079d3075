package exchange

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"

	"palier/instance"
	"palier/instance/store"
)

// newCode is what whoever gives something shows whoever fetches it: six digits,
// short enough to be read aloud at a door.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

// giveCode makes the code of what is lent between people of this server.
func giveCode(ctx context.Context, tx store.Tx, g *instance.Agreement, p *instance.Post) error {
	if q := p.Proposal; !p.Local || !g.Taker.Local() || q == nil || q.Action != "transferCustody" && q.Action != "use" {
		return nil
	}
	code, err := newCode()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE agreements SET code = $2 WHERE id = $1`, g.ID, code)
	return err
}

// Meet is [Service.HandOver] by whoever fetches it, with the code that whoever
// gives it shows: so both know that they met. It returns an [instance.Invalid] of
// the field code for another.
func (s *Service) Meet(ctx context.Context, by instance.ActorID, id instance.ID, code string) error {
	g, err := s.ByID(ctx, by, id)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := s.posts.Held(ctx, tx, g.Post)
		if err != nil {
			return err
		}
		var want string
		if err := tx.QueryRow(ctx, `SELECT code FROM agreements WHERE id = $1`, g.ID).Scan(&want); err != nil {
			return err
		}
		if Lender(g, p) == by || want == "" || subtle.ConstantTimeCompare([]byte(want), []byte(code)) != 1 {
			return &instance.Invalid{Field: "code", Code: "wrong"}
		}
		if _, err := tx.Exec(ctx, `UPDATE agreements SET met = TRUE WHERE id = $1 AND state = 'accepted'`, g.ID); err != nil {
			return err
		}
		return s.handOver(ctx, tx, g)
	})
	if err != nil {
		return fmt.Errorf("meet over %s: %w", id, err)
	}
	return nil
}
